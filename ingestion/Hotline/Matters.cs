namespace Plinth.Ingestion.Hotline;

/// <summary>Links orders of one matter, across files and runs: the same kind of service, at the same address or within about 50 m, within some hours of the first.</summary>
internal sealed class Matters
{
    /// <summary>Degrees of a cell: about 50 m.</summary>
    private const double Cell = 0.0005;

    private readonly Dictionary<string, (string Id, DateTime At)> _first = new(StringComparer.Ordinal);

    /// <summary>Takes an order that is stored already, oldest first.</summary>
    public void Know(string id, DateTime asked, string? duplicateOf, string? kind, string? address, double? x, double? y)
    {
        if (duplicateOf is null && Key(kind, address, x, y) is { } key && !(_first.TryGetValue(key, out var first) && first.Id == id))
            _first[key] = (id, asked);
    }

    /// <summary>The id of the first order on the same matter, or null where this one is the first.</summary>
    /// <param name="span">How far apart orders of one matter may be; zero or less: none are linked.</param>
    public string? Of(string id, DateTime asked, TimeSpan span, string? kind, string? address, double? x, double? y)
    {
        if (span <= TimeSpan.Zero || Key(kind, address, x, y) is not { } key)
            return null;
        if (_first.TryGetValue(key, out var first) && (asked - first.At).Duration() <= span)
            return first.Id == id ? null : first.Id;
        _first[key] = (id, asked);
        return null;
    }

    private static string? Key(string? kind, string? address, double? x, double? y)
    {
        if (kind is null)
            return null;
        var place = address is not null ? AddressText.Normalise(address)
            : x is { } longitude && y is { } latitude ? FormattableString.Invariant($"{Math.Round(longitude / Cell)}/{Math.Round(latitude / Cell)}") : "";
        return place.Length < 2 ? null : $"{kind}\n{place}";
    }
}
