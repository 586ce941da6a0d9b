using System.Globalization;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Plinth.App.Output;
using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Twin;

namespace Plinth.App.Web;

/// <summary>One page with the map, and the few routes it asks. Loopback only; read only, but for <see cref="IngestRoutes"/>.</summary>
internal static class MapServer
{
    internal static WebApplication Build(CityCatalog catalog, CityTwin twin, int port)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, WebRootPath = "wwwroot" });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(System.Net.IPAddress.Loopback, port);
            kestrel.AddServerHeader = false;
        });
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.Encoder = JsonDocumentOutput.Options.Encoder;
            foreach (var converter in JsonDocumentOutput.Options.Converters)
                json.SerializerOptions.Converters.Add(converter);
        });
        builder.Services.AddSingleton(new IngestQueue(catalog));
        builder.Services.AddHostedService(services => services.GetRequiredService<IngestQueue>());
        var app = builder.Build();
        app.Use(GuardAsync);
        app.UseDefaultFiles();
        app.UseStaticFiles();
        Map(app, catalog, twin);
        IngestRoutes.Map(app, catalog, app.Services.GetRequiredService<IngestQueue>());
        return app;
    }

    private static void Map(WebApplication app, CityCatalog catalog, CityTwin twin)
    {
        app.MapGet("/vendor/{name}", (string name) => VendorFiles.Find(name) is var (path, type) ? Results.File(path, type) : Results.NotFound());

        app.MapGet("/api/summary", async (CancellationToken cancellationToken) =>
        {
            var release = await catalog.Lake.ReadReleaseAsync(cancellationToken: cancellationToken);
            await EnterAsync(catalog, cancellationToken);
            return Results.Ok(new { release = release?.Number, at = release?.At, layers = twin.Layers(), counts = twin.Counts().ToDictionary(c => c.Type, c => c.Count) });
        });

        app.MapGet("/api/layers/{name}", async (string name, string? date, HttpContext http) =>
        {
            if (twin.Layers().All(layer => layer.Name != name))
                return Problem(404, $"There is no layer '{name}'; /api/summary lists those there are.");
            if (!TryTime(date, out var time))
                return BadDate(date);
            await EnterAsync(catalog, http.RequestAborted);
            using MemoryStream buffer = new();
            twin.WriteLayer(name, time, buffer);
            return Results.Bytes(buffer.ToArray(), "application/geo+json");
        });

        app.MapGet("/api/entities/{id}", async (string id, string? date, CancellationToken cancellationToken) =>
        {
            if (!TryTime(date, out var time))
                return BadDate(date);
            await EnterAsync(catalog, cancellationToken);
            return twin.Entity(id, time) is { } card ? Results.Ok(card) : Problem(404, $"The twin holds no entity '{id}'{(date is null ? "" : $" on {date}")}.");
        });

        app.MapGet("/api/at", async (double lon, double lat, string? date, CancellationToken cancellationToken) =>
        {
            if (lon is < -180 or > 180 or double.NaN || lat is < -90 or > 90 or double.NaN)
                return Problem(400, "lon is -180 to 180, lat -90 to 90, both in degrees.");
            if (!TryTime(date, out var time))
                return BadDate(date);
            await EnterAsync(catalog, cancellationToken);
            return Results.Ok(new { longitude = lon, latitude = lat, entities = twin.At(lon, lat, time) });
        });
    }

    /// <summary>Every reading is audited: the map reads the twin's tables as the operator of this machine's own lake.</summary>
    private static async ValueTask EnterAsync(CityCatalog catalog, CancellationToken cancellationToken)
    {
        var tables = catalog.Lake.Tables().Where(t => t.Schema == "twin").ToList();
        if (tables.Count == 0)
            throw new TableNotFoundException("twin.entity");
        (await catalog.EnterAsync(Principal.Operator, "map", tables, cancellationToken)).Require();
    }

    private static bool TryTime(string? date, out TwinTime time)
    {
        time = default;
        if (string.IsNullOrEmpty(date))
            return true;
        var read = DateTimeOffset.TryParse(date, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at);
        time = new(at, null);
        return read;
    }

    private static IResult BadDate(string? date) => Problem(400, $"'{date}' is not a date; write 2024-05-01 or 2024-05-01T08:00:00Z.");

    private static IResult Problem(int status, string detail) => Results.Problem(detail, statusCode: status);

    /// <summary>Only this machine's own browser, only this page's own files; an error becomes a problem document, without a stack.</summary>
    private static async Task GuardAsync(HttpContext http, RequestDelegate next)
    {
        // A page elsewhere that resolves its own name to 127.0.0.1 must not read the city (DNS rebinding).
        if (http.Request.Host.Host is not ("127.0.0.1" or "localhost"))
        {
            await Results.Problem("This server answers to 127.0.0.1 and localhost only.", statusCode: 421).ExecuteAsync(http);
            return;
        }

        http.Response.Headers.ContentSecurityPolicy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; worker-src 'self' blob:; connect-src 'self'";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        try
        {
            await next(http);
        }
        catch (Exception exception) when (exception is LakeException or IOException && !http.Response.HasStarted)
        {
            await Results.Problem(exception.Message, statusCode: exception is TableNotFoundException ? 404 : 500).ExecuteAsync(http);
        }
    }
}
