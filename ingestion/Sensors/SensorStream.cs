namespace Plinth.Ingestion.Sensors;

/// <summary>One property of one thing as a source names them, and what becomes of its values: value × factor + offset.</summary>
/// <param name="Thing">The source's id of the thing.</param>
/// <param name="Property">Null where rows are of things alone, as events are.</param>
/// <param name="Unit">UCUM code of the values that are stored, or null.</param>
/// <param name="Problem">Why no value of it can be stored, as the end of a sentence.</param>
internal sealed record SensorStream(string Thing, string ThingUrn, string? Property, string? Urn, string? Unit, double Factor, double Offset, string? Problem)
{
    public bool Converts => Factor != 1 || Offset != 0;
}
