namespace Plinth.Ingestion.Tabular;

/// <summary>Gives equal short texts as one object: a column that says the same few words again and again costs no memory a row. One thread at a time.</summary>
internal sealed class RecentTexts
{
    private const int Longest = 48, Slots = 256;

    private readonly string?[] _recent = new string?[Slots];

    public string Of(ReadOnlySpan<char> text)
    {
        if (text.Length > Longest)
            return new(text);
        ref var slot = ref _recent[string.GetHashCode(text, StringComparison.Ordinal) & (Slots - 1)];
        return slot is not null && text.SequenceEqual(slot) ? slot : slot = new(text);
    }
}
