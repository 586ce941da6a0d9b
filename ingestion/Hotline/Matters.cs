namespace Plinth.Ingestion.Hotline;

/// <summary>Links orders of one matter: the same kind of service, at the same address or within about 50 m, within some hours of the first.</summary>
internal sealed class Matters(TimeSpan span)
{
    /// <summary>Degrees of a cell: about 50 m.</summary>
    private const double Cell = 0.0005;

    private readonly Dictionary<string, (string Id, DateTime At)> _first = new(StringComparer.Ordinal);

    /// <summary>The id of the first order on the same matter, or null where this one is the first.</summary>
    public string? Of(string id, DateTime asked, string? kind, string? address, double? x, double? y)
    {
        if (span <= TimeSpan.Zero || kind is null)
            return null;
        var place = address is not null ? Plain(address)
            : x is { } longitude && y is { } latitude ? FormattableString.Invariant($"{Math.Round(longitude / Cell)}/{Math.Round(latitude / Cell)}") : "";
        if (place.Length < 2)
            return null;
        var key = $"{kind}\n{place}";
        if (_first.TryGetValue(key, out var first) && (asked - first.At).Duration() <= span)
            return first.Id == id ? null : first.Id;
        _first[key] = (id, asked);
        return null;
    }

    /// <summary>Letters and digits, in capitals.</summary>
    private static string Plain(string address)
    {
        var plain = address.Length <= 256 ? stackalloc char[address.Length] : new char[address.Length];
        var length = 0;
        foreach (var c in address)
            if (char.IsLetterOrDigit(c))
                plain[length++] = char.ToUpperInvariant(c);
        return new(plain[..length]);
    }
}
