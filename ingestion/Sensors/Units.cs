namespace Plinth.Ingestion.Sensors;

/// <summary>Between units of one kind, by their UCUM codes; sources' own spellings are known too.</summary>
internal static class Units
{
    /// <summary>Each unit's kind, and how a value in it becomes one in the kind's base unit: value × factor + offset.</summary>
    private static readonly Dictionary<string, (string Kind, double Factor, double Offset)> Known = new(StringComparer.Ordinal)
    {
        ["m/s"] = ("speed", 1, 0), ["km/h"] = ("speed", 1 / 3.6, 0), ["[mi_i]/h"] = ("speed", 0.44704, 0), ["[kn_i]"] = ("speed", 1852 / 3600.0, 0),
        ["K"] = ("temperature", 1, 0), ["Cel"] = ("temperature", 1, 273.15), ["[degF]"] = ("temperature", 5 / 9.0, 273.15 - 160 / 9.0),
        ["m"] = ("length", 1, 0), ["mm"] = ("length", 0.001, 0), ["cm"] = ("length", 0.01, 0), ["km"] = ("length", 1000, 0), ["[ft_i]"] = ("length", 0.3048, 0), ["[in_i]"] = ("length", 0.0254, 0), ["[mi_i]"] = ("length", 1609.344, 0),
        ["m3/s"] = ("flow", 1, 0), ["L/s"] = ("flow", 0.001, 0), ["[cft_i]/s"] = ("flow", 0.028316846592, 0),
        ["s"] = ("time", 1, 0), ["ms"] = ("time", 0.001, 0), ["min"] = ("time", 60, 0), ["h"] = ("time", 3600, 0),
        ["1"] = ("share", 1, 0), ["%"] = ("share", 0.01, 0),
        ["Pa"] = ("pressure", 1, 0), ["hPa"] = ("pressure", 100, 0), ["kPa"] = ("pressure", 1000, 0), ["mbar"] = ("pressure", 100, 0), ["[in_i'Hg]"] = ("pressure", 3386.389, 0),
        ["ug/m3"] = ("mass concentration", 1, 0), ["mg/m3"] = ("mass concentration", 1000, 0),
        ["[ppm]"] = ("mole fraction", 1, 0), ["[ppb]"] = ("mole fraction", 0.001, 0),
    };

    private static readonly Dictionary<string, string> Spellings = new(StringComparer.OrdinalIgnoreCase)
    {
        ["mph"] = "[mi_i]/h", ["mi/h"] = "[mi_i]/h", ["kph"] = "km/h", ["kmh"] = "km/h", ["kn"] = "[kn_i]", ["mps"] = "m/s", ["deg C"] = "Cel", ["°C"] = "Cel", ["degC"] = "Cel", ["deg F"] = "[degF]", ["°F"] = "[degF]",
        ["degF"] = "[degF]", ["ft"] = "[ft_i]", ["in"] = "[in_i]", ["inch"] = "[in_i]", ["mi"] = "[mi_i]", ["ft3/s"] = "[cft_i]/s", ["cfs"] = "[cft_i]/s", ["m³/s"] = "m3/s", ["µg/m³"] = "ug/m3",
        ["μg/m³"] = "ug/m3", ["ug/m³"] = "ug/m3", ["mg/m³"] = "mg/m3", ["ppm"] = "[ppm]", ["ppb"] = "[ppb]", ["percent"] = "%", ["sec"] = "s",
    };

    /// <summary>The UCUM code of a source's spelling; a spelling that is not known stays.</summary>
    public static string Code(string spelling) => Spellings.GetValueOrDefault(spelling.Trim(), spelling.Trim());

    /// <summary>How values come from one unit to another: value × factor + offset.</summary>
    /// <returns>False where they are of different kinds, or not known.</returns>
    public static bool TryConvert(string from, string to, out double factor, out double offset)
    {
        (factor, offset) = (1, 0);
        if (from == to)
            return true;
        if (!Known.TryGetValue(from, out var a) || !Known.TryGetValue(to, out var b) || a.Kind != b.Kind)
            return false;
        (factor, offset) = (a.Factor / b.Factor, (a.Offset - b.Offset) / b.Factor);
        return true;
    }
}
