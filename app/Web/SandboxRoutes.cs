using Microsoft.AspNetCore.Http.Features;
using Plinth.Catalog;
using Plinth.Sandbox;

namespace Plinth.App.Web;

/// <summary>What the sandbox's pages ask: scenarios and leaderboards for everybody, submitting and own runs for vendors, the desk for reviewers.</summary>
internal static class SandboxRoutes
{
    private const long LargestUpload = 64L << 20;
    private static readonly string[] Reviewing = ["reviewer", "steward", "operator"];

    internal static void Map(WebApplication app, CityCatalog catalog, SandboxService sandbox, SandboxWorker worker)
    {
        SandboxSessions sessions = new(catalog);
        var routes = app.MapGroup("/api/sandbox").AddEndpointFilter(GuardAsync);
        Sessions(routes, sessions, worker);
        Scenarios(routes, sandbox, sessions, catalog.Lake.Time);
        Vendors(routes, sandbox, sessions, worker);
        Runtimes(routes, sandbox, sessions);
        Desk(routes, sandbox, sessions);
    }

    private static void Sessions(RouteGroupBuilder routes, SandboxSessions sessions, SandboxWorker worker)
    {
        routes.MapGet("/session", (HttpContext http) => Results.Ok(new { who = Who(sessions.Of(http)), trouble = worker.Trouble }));
        routes.MapPost("/session", (HttpContext http, KeyBody body) =>
            sessions.SignIn(http, body.Key.Trim()) is { } principal ? Results.Ok(new { who = Who(principal) }) : Problem(401, "This key belongs to nobody. 'plinth catalog add-principal' gives one."));
        routes.MapDelete("/session", (HttpContext http) =>
        {
            sessions.SignOut(http);
            return Results.NoContent();
        });
    }

    private static void Scenarios(RouteGroupBuilder routes, SandboxService sandbox, SandboxSessions sessions, TimeProvider time)
    {
        routes.MapGet("/scenarios", () => Results.Ok(new { scenarios = sandbox.Scenarios().Select(s => Shape(s, time)) }));
        routes.MapGet("/scenarios/{id}", (string id) => Results.Ok(Shape(Scenario(sandbox, id), time)));
        routes.MapGet("/scenarios/{id}/leaderboard", async (string id, CancellationToken cancellationToken) =>
            Results.Ok(new { scenario = id, Scenario(sandbox, id).Metric, lines = (await sandbox.LeaderboardAsync(id, cancellationToken)).Select(Line) }));
        routes.MapGet("/scenarios/{id}/feed.json", async (string id, HttpContext http, CancellationToken cancellationToken) =>
            Results.Json(LeaderboardFeed.Of(Scenario(sandbox, id), await sandbox.LeaderboardAsync(id, cancellationToken), $"{http.Request.Scheme}://{http.Request.Host}"), contentType: "application/feed+json"));
        routes.MapGet("/scenarios/{id}/sample/{name}", async (string id, string name, HttpContext http) =>
        {
            if (Vendor(sessions, http) is not { } vendor)
                return Problem(403, "Sign in with a vendor's key to get the sample.");
            if (name is not ("train.csv" or "test.csv"))
                return Problem(404, "The sample is train.csv and test.csv.");
            var folder = Directory.CreateTempSubdirectory("plinth-sample-").FullName;
            try
            {
                await sandbox.WriteSampleAsync(id, vendor.Organisation, folder, http.RequestAborted);
                return Results.Bytes(await File.ReadAllBytesAsync(Path.Combine(folder, name), http.RequestAborted), "text/csv; charset=utf-8", name);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        });
    }

    private static void Vendors(RouteGroupBuilder routes, SandboxService sandbox, SandboxSessions sessions, SandboxWorker worker)
    {
        routes.MapGet("/submissions", (HttpContext http) => Vendor(sessions, http) is { } vendor
            ? Results.Ok(new { submissions = sandbox.Submissions().Where(s => s.Organisation == vendor.Organisation).OrderByDescending(s => s.SubmittedAt).Select(s => sandbox.StatusForVendor(s.Id, vendor.Organisation)) })
            : Problem(403, "Sign in with a vendor's key to see your submissions."));
        routes.MapPost("/scenarios/{id}/submissions", async (string id, HttpContext http) =>
        {
            if (Vendor(sessions, http) is not { } vendor)
                return Problem(403, "Sign in with a vendor's key to hand in.");
            if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
                size.MaxRequestBodySize = LargestUpload;
            var file = Path.Combine(Directory.CreateTempSubdirectory("plinth-upload-").FullName, "submission.zip");
            try
            {
                await using (var upload = File.Create(file))
                    await http.Request.Body.CopyToAsync(upload, http.RequestAborted);
                var submission = await sandbox.SubmitAsync(id, vendor.Organisation, file, http.RequestAborted);
                worker.Wake();
                return Results.Created($"/api/sandbox/submissions/{submission.Id}", submission);
            }
            catch (SubmissionRefusedException refused)
            {
                return Results.Problem(string.Join("\n", refused.Faults), statusCode: 422);
            }
            finally
            {
                Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
            }
        });
        routes.MapPost("/submissions/{id}/cancel", async (string id, HttpContext http) => Vendor(sessions, http) is { } vendor
            ? Results.Ok(await sandbox.CancelAsync(id, vendor.Organisation, http.RequestAborted)) : Problem(403, "Sign in with a vendor's key."));
        routes.MapPost("/submissions/{id}/final", (string id, HttpContext http) =>
        {
            if (Vendor(sessions, http) is not { } vendor)
                return Problem(403, "Sign in with a vendor's key.");
            var submission = sandbox.ChooseFinal(id, vendor.Organisation);
            worker.Wake();
            return Results.Ok(submission);
        });
    }

    /// <summary>The runtime images that submissions run on, newest first, and each as the file that 'plinth sandbox runtime import' takes in at the vendor's.</summary>
    private static void Runtimes(RouteGroupBuilder routes, SandboxService sandbox, SandboxSessions sessions)
    {
        routes.MapGet("/runtimes", () => Results.Ok(new { runtimes = sandbox.Runtimes }));
        routes.MapGet("/runtimes/{image}", async (string image, HttpContext http) =>
        {
            if (sessions.Of(http) is null)
                return Problem(403, "Sign in to get a runtime image.");
            if (!sandbox.Runtimes.Contains(image))
                return Problem(404, "There is no such runtime image; /api/sandbox/runtimes lists those that are here.");
            var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
            try
            {
                await sandbox.ExportRuntimeAsync(image, file, http.RequestAborted);
                // it has no name any more once it is open, and is gone when it was sent or the request ends
                return Results.Stream(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Delete), "application/gzip", $"plinth-runtime-{image[..16]}.tar.gz");
            }
            finally
            {
                File.Delete(file);
            }
        });
    }

    private static void Desk(RouteGroupBuilder routes, SandboxService sandbox, SandboxSessions sessions)
    {
        var desk = routes.MapGroup("/review").AddEndpointFilter(async (context, next) =>
            Reviewer(sessions, context.HttpContext) is null ? Problem(403, "Sign in with a reviewer's key to see the desk.") : await next(context));
        desk.MapGet("", () => Results.Ok(new
        {
            submissions = sandbox.Submissions().Where(s => s.State is SubmissionState.ScoredHidden or SubmissionState.UnderReview or SubmissionState.Released or SubmissionState.Refused or SubmissionState.Revoked).OrderByDescending(s => s.ChangedAt),
        }));
        desk.MapGet("/{id}/logs", (string id, HttpContext http) => Results.Ok(sandbox.Logs(id, Reviewer(sessions, http)!)));
        desk.MapPost("/{id}/approve", async (string id, ApproveBody body, HttpContext http) =>
            Results.Ok(await sandbox.ReleaseAsync(id, Reviewer(sessions, http)!, body.Purpose, cancellationToken: http.RequestAborted)));
        desk.MapPost("/{id}/refuse", async (string id, ReasonBody body, HttpContext http) => Results.Ok(await sandbox.RefuseAsync(id, Reviewer(sessions, http)!, body.Reason, http.RequestAborted)));
        desk.MapPost("/{id}/revoke", async (string id, ReasonBody body, HttpContext http) => Results.Ok(await sandbox.RevokeAsync(id, Reviewer(sessions, http)!, body.Reason, http.RequestAborted)));
    }

    /// <summary>A changing request carries a header that a page elsewhere cannot send; what was refused becomes a problem with its reason.</summary>
    private static async ValueTask<object?> GuardAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext.Request;
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && request.Headers["X-Plinth"] != "1")
            return Problem(400, "A request that changes something needs the header 'X-Plinth: 1'.");
        context.HttpContext.Response.Headers.CacheControl = "no-store";
        try
        {
            return await next(context);
        }
        catch (ReleaseRefusedException refused)
        {
            return Problem(409, refused.Message);
        }
        catch (Exception missing) when (missing is SubmissionNotFoundException or ScenarioException)
        {
            return Problem(404, missing.Message);
        }
    }

    private static Principal? Vendor(SandboxSessions sessions, HttpContext http) => sessions.Of(http) is { } principal && principal.Roles.Contains("vendor") ? principal : null;

    private static Principal? Reviewer(SandboxSessions sessions, HttpContext http) => sessions.Of(http) is { } principal && principal.Roles.Any(Reviewing.Contains) ? principal : null;

    private static Scenario Scenario(SandboxService sandbox, string id) => sandbox.Scenarios().FirstOrDefault(s => s.Id == id) ?? throw new ScenarioException(id, ["it is not published"]);

    private static object? Who(Principal? principal) => principal is null ? null : new { principal.Name, principal.Organisation, principal.Roles, reviewer = principal.Roles.Any(Reviewing.Contains), vendor = principal.Roles.Contains("vendor") };

    private static object Line(LeaderboardLine line) => new { line.Rank, line.Organisation, line.Tied, line.IsBaseline, hidden = line.Hidden };

    private static object Shape(Scenario s, TimeProvider time) => new
    {
        s.Id, s.Version, s.Title, s.TitleZh, s.Need, s.NeedZh, s.Owner, s.Context, s.Award, s.Opens, s.Closes, dataset = s.Dataset.ToString(), s.DatasetVersion, s.Key, s.Features, s.Label, s.Withheld, s.Output, s.Metric, s.Limits, s.Terms,
        s.Finals, s.FinalsAreChosen, s.ScoreStep, s.PublishedAt, isOpen = (s.Opens is null || s.Opens <= time.GetUtcNow()) && (s.Closes is null || s.Closes > time.GetUtcNow()),
    };

    private static IResult Problem(int status, string detail) => Results.Problem(detail, statusCode: status);

    internal sealed record KeyBody(string Key);

    internal sealed record ApproveBody(string Purpose);

    internal sealed record ReasonBody(string Reason);
}
