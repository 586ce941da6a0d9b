using Microsoft.AspNetCore.Http.Features;
using Plinth.Catalog;
using Plinth.Ingestion;
using Plinth.Lakehouse;

namespace Plinth.App.Web;

/// <summary><c>POST /ingest/{contract}</c>: the body is a file of the layout (NDJSON or any other format that it names). The answer comes when its rows are committed.</summary>
/// <remarks>
/// 200 with what became of it; 404 no such layout; 422 refused, with the reason; 429 with Retry-After when too much waits; 401 and 403 for keys. Without a key the caller is the operator of this
/// machine's lake; a page in a browser (it sends Origin) needs a key always. The same content again changes nothing.
/// </remarks>
internal static class IngestRoutes
{
    private const long LargestBody = 8L << 30;

    private static readonly string[] Posting = ["ingest", "module", "operator"];

    internal static void Map(WebApplication app, CityCatalog catalog, IngestQueue queue) => app.MapPost("/ingest/{contract}", async (string contract, string? name, HttpContext http) =>
    {
        if (Caller(catalog, http, out var refusal) is not { } caller)
            return refusal!;
        if (!catalog.Sources.TryGetValue(contract, out var layout))
            return Results.Problem($"There is no layout '{contract}'; 'plinth catalog sources' lists them.", statusCode: 404);
        http.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize = LargestBody;
        var folder = Directory.CreateDirectory(Path.Combine(catalog.Lake.Root, "control", "incoming", Guid.CreateVersion7().ToString("N")));
        try
        {
            var path = Path.Combine(folder.FullName, FileName(name, layout));
            await using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write))
                await http.Request.Body.CopyToAsync(file, http.RequestAborted);
            if (!queue.TryAdd(layout, path, out var done))
            {
                http.Response.Headers.RetryAfter = "1";
                return Results.Problem("Too many files wait to be taken in; send it again after the seconds in Retry-After.", statusCode: 429);
            }
            var taken = await done;
            catalog.Audit.Append("ingest", caller.Name, new Dictionary<string, string>(StringComparer.Ordinal) { ["contract"] = contract, ["sha256"] = taken.Sha256, ["status"] = taken.Status.ToString() });
            return taken.Status == FileStatus.Refused
                ? Results.Problem(taken.Reason, statusCode: 422)
                : Results.Ok(new { taken.Status, taken.Sha256, taken.Dataset, read = taken.Rows + taken.Rejected + taken.Duplicates, taken.Rows, taken.Rejected, taken.Duplicates });
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    });

    private static Principal? Caller(CityCatalog catalog, HttpContext http, out IResult? refusal)
    {
        refusal = null;
        var authorization = http.Request.Headers.Authorization.ToString();
        if (authorization.Length == 0 && http.Request.Headers.Origin.Count == 0)
            return Principal.Operator;
        var principal = authorization.StartsWith("Bearer ", StringComparison.Ordinal) ? catalog.Access.Authenticate(authorization["Bearer ".Length..].Trim()) : null;
        if (principal is null)
            refusal = Results.Problem("The request needs 'Authorization: Bearer KEY' with a key of this lake.", statusCode: 401);
        else if (!principal.Roles.Any(Posting.Contains))
            refusal = Results.Problem($"{principal.Name} has none of the roles ingest, module and operator.", statusCode: 403);
        return refusal is null ? principal : null;
    }

    /// <summary>The file's own name where the caller gives one, without any folder: layouts look at it.</summary>
    private static string FileName(string? name, SourceContract layout) =>
        Path.GetFileName(name ?? "") is { Length: > 0 and < 200 } given && given.IndexOfAny(Path.GetInvalidFileNameChars()) < 0 && given is not ("." or "..") ? given : $"posted.{layout.Format}";
}
