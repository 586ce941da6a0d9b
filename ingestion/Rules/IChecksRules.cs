namespace Plinth.Ingestion.Rules;

/// <summary>Marks a reader that holds its rows against the layout's rules itself (by <see cref="Tabular.RowMapper"/>), so that nothing that follows from a rejected row is stored beside it.</summary>
internal interface IChecksRules;
