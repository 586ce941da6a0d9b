using System.Globalization;

namespace Plinth.Tests.Twin.Query;

/// <summary>What one version of a source says of a thing.</summary>
internal sealed record Said(string Id, DateTimeOffset? From, DateTimeOffset? To, string? Status, double? X, double? Height, double? SurveyedHeight)
{
    public bool HoldsAt(DateTimeOffset? t) => t is null || ((From is null || From <= t) && (To is null || t < To));
}

/// <summary>Random commits of orders and buildings, and the plainest possible answer to "valid at t, known at k": replay the commits up to k, keep what holds at t.</summary>
internal sealed class RandomHistory(int seed)
{
    private readonly Random _random = new(seed);
    private readonly List<(DateTimeOffset At, bool Rewrites, bool Orders, List<Said> Rows)> _commits = [];
    private DateTimeOffset _clock = new(2024, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly Dictionary<bool, DateTimeOffset> _last = [];

    /// <summary>Instants at which something changes, each with its neighbours of a microsecond, and some far off.</summary>
    public IReadOnlyList<DateTimeOffset?> Instants(bool known) =>
    [
        null, DateTimeOffset.Parse("1900-01-01T00:00:00Z", CultureInfo.InvariantCulture), DateTimeOffset.Parse("2199-01-01T00:00:00Z", CultureInfo.InvariantCulture),
        .. (known ? _commits.Select(c => (DateTimeOffset?)c.At) : _commits.SelectMany(c => c.Rows).SelectMany(r => new[] { r.From, r.To }))
            .OfType<DateTimeOffset>().Distinct().SelectMany(t => new DateTimeOffset?[] { t.AddMicroseconds(-1), t, t.AddMicroseconds(1) }),
    ];

    public static string EntityId(string id) => id[0] == 'o' ? $"urn:plinth:service-request:nyc-311:{id}" : $"urn:plinth:building:0123456789abcdef:{id}";

    /// <summary>Writes a commit: new things, late corrections, deletions by rewriting; the clock may stand still between two.</summary>
    public async Task CommitAsync(City city)
    {
        if (_random.Next(3) > 0)
            _clock = _clock.AddHours(_random.Next(1, 50));
        city.Clock.Set(_clock.ToString("O"));
        var orders = _random.Next(2) == 0;
        var rewrites = _commits.Exists(c => c.Orders == orders) && _random.Next(5) == 0;
        var ids = Enumerable.Range(0, 8).Select(i => (orders ? "o" : "b") + i).OrderBy(_ => _random.Next()).Take(_random.Next(1, rewrites ? 7 : 4));
        var rows = ids.Select(id => orders ? Order(id) : Building(id)).ToList();
        object[] written = [.. rows.Select((r, i) => orders ? OrderRow(r, i) : BuildingRow(r, i))];
        var table = orders ? "hotline.service_request" : "model.object";
        if (rewrites)
            await city.RewriteAsync(table, written);
        else
            await city.AddAsync(table, written);
        // Two versions of a table never have one time: the later one is moved by a millisecond.
        var at = _last.TryGetValue(orders, out var last) && _clock <= last ? last.AddMilliseconds(1) : _clock;
        _last[orders] = at;
        _commits.Add((at, rewrites, orders, rows));
    }

    /// <summary>By entity: what was so at t as far as known at k.</summary>
    public Dictionary<string, Said> At(DateTimeOffset? t, DateTimeOffset? k)
    {
        var state = new Dictionary<string, Said>(StringComparer.Ordinal);
        foreach (var (at, rewrites, orders, rows) in _commits)
        {
            if (k < at)
                continue;
            if (rewrites)
                foreach (var gone in state.Keys.Where(id => id.Contains("service-request", StringComparison.Ordinal) == orders).ToList())
                    state.Remove(gone);
            foreach (var row in rows)
                state[EntityId(row.Id)] = row;
        }
        return state.Where(s => s.Value.HoldsAt(t)).ToDictionary();
    }

    private Said Order(string id)
    {
        // Now and then years ahead, or long ago: a correction of the past.
        var from = new DateTimeOffset(2024, 5, 1, 0, 0, 0, TimeSpan.Zero).AddHours(_random.Next(8) switch { 0 => 24 * 365 * 70, 1 => -24 * 365 * 20, var n => 12 * n });
        DateTimeOffset? to = _random.Next(3) == 0 ? null : from.AddHours(_random.Next(0, 5) * 12);
        return new(id, from, to > from ? to : null, _random.Next(3) switch { 0 => "open", 1 => "closed", _ => "reopened" }, _random.Next(4) == 0 ? null : 113.2 + (0.001 * _random.Next(4)), null, null);
    }

    private Said Building(string id)
    {
        int? built = _random.Next(4) == 0 ? null : 1950 + (10 * _random.Next(16)), gone = _random.Next(2) == 0 ? null : (built ?? 1950) + (10 * _random.Next(8));
        return new(id, Year(built), Year(gone + 1), null, 113.2 + (0.001 * _random.Next(4)), _random.Next(3) == 0 ? null : 10 + _random.Next(3), _random.Next(3) == 0 ? 36 + _random.Next(3) : null);

        static DateTimeOffset? Year(int? year) => year is { } y ? new DateTimeOffset(y, 1, 1, 0, 0, 0, TimeSpan.Zero) : null;
    }

    private static object OrderRow(Said s, int row) => Rows.Request(s.Id, s.From!.Value.ToString("O"), s.To?.ToString("O"), s.X, s.X is null ? null : 23.4, s.Status!, row: $"sha256:cc#{row}");

    private static object BuildingRow(Said s, int row)
    {
        string?[] attributes =
        [
            s.From is { } from ? $"\"yearOfConstruction\": {from.Year}" : null,
            s.To is { } to ? $"\"yearOfDemolition\": {to.Year - 1}" : null,
            s.SurveyedHeight is { } h ? string.Create(CultureInfo.InvariantCulture, $"\"measuredHeight\": {h}") : null,
        ];
        _ = row;
        return Rows.Building(s.Id, s.X!.Value, 23.4, "{" + string.Join(", ", attributes.OfType<string>()) + "}", s.Height);
    }
}
