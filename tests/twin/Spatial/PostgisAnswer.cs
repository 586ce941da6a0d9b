using System.Globalization;
using NetTopologySuite.Algorithm.Distance;
using NetTopologySuite.Geometries;
using NetTopologySuite.IO;
using Plinth.Twin;

namespace Plinth.Tests;

/// <summary>Whether an answer here is the one PostGIS printed: numbers to 1e-9, truth values, texts, and geometry (hexadecimal EWKB there) as sets of points.</summary>
internal static class PostgisAnswer
{
    private static WKBReader Reader { get; } = new();

    public static bool Agrees(object? here, string there)
    {
        try
        {
            return Same(here, there);
        }
        catch (ParseException)
        {
            return here is byte[] own && there.Length > 0 && WkbShape.Read(own) == WkbShape.Read(Convert.FromHexString(there)); // an empty part that the reader of the test does not take
        }
    }

    private static bool Same(object? here, string there) => here switch
    {
        null => there.Length == 0,
        bool truth => there == (truth ? "true" : "false") || there == (truth ? "t" : "f"),
        byte[] wkb => there.Length > 0 && SameShape(Reader.Read(wkb), Reader.Read(Convert.FromHexString(there))),
        string text => text == there,
        IConvertible number => double.TryParse(there, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && Convert.ToDouble(number, CultureInfo.InvariantCulture) is var own
            && Math.Abs(own - value) <= 1e-9 * Math.Max(1, Math.Abs(value)),
        _ => false,
    };

    /// <summary>Equal as sets: each lies within a hair of the other, and they have as much area and length.</summary>
    public static bool SameShape(Geometry a, Geometry b)
    {
        const double Hair = 1e-8;
        if (a.IsEmpty || b.IsEmpty)
            return a.IsEmpty && b.IsEmpty;
        return Math.Abs(a.Area - b.Area) <= Hair && Math.Abs(a.Length - b.Length) <= 1e-6 && a.Dimension == b.Dimension
            && ((a.GeometryType != "GeometryCollection" && b.GeometryType != "GeometryCollection" && a.IsValid && b.IsValid && a.EqualsTopologically(b)) || DiscreteHausdorffDistance.Distance(a, b) <= 1e-6);
    }
}
