using System.Globalization;
using NetTopologySuite.Geometries;

namespace Plinth.Sandbox.Scoring.Metrics;

/// <summary>A box or polygon in a picture, in pixels or any other plane unit.</summary>
/// <remarks>Text: four numbers <c>left top right bottom</c>, or at least three pairs <c>x y x y x y …</c> of a ring that is closed by itself.</remarks>
internal sealed class Shape
{
    internal const int MostNumbers = 2000;
    private static readonly GeometryFactory Factory = new();
    private readonly Geometry? _polygon;
    private readonly double _left, _top, _right, _bottom;

    private Shape(double left, double top, double right, double bottom, Geometry? polygon) =>
        (_left, _top, _right, _bottom, _polygon, Area) = (left, top, right, bottom, polygon, polygon?.Area ?? (right - left) * (bottom - top));

    public double Area { get; }

    /// <summary>The shape that a text describes, or null: not numbers, no area, or a ring that cuts itself.</summary>
    public static Shape? Parse(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is < 4 or > MostNumbers || words.Length % 2 != 0)
            return null;
        var numbers = new double[words.Length];
        for (var i = 0; i < words.Length; i++)
            if (!double.TryParse(words[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]) || !double.IsFinite(numbers[i]) || Math.Abs(numbers[i]) > 1e9)
                return null;
        if (numbers.Length == 4)
            return numbers[0] < numbers[2] && numbers[1] < numbers[3] ? new(numbers[0], numbers[1], numbers[2], numbers[3], null) : null;
        var ring = Enumerable.Range(0, numbers.Length / 2).Select(i => new Coordinate(numbers[2 * i], numbers[2 * i + 1])).ToList();
        if (!ring[0].Equals2D(ring[^1]))
            ring.Add(ring[0].Copy());
        if (ring.Count < 4)
            return null;
        var polygon = Factory.CreatePolygon([.. ring]);
        var box = polygon.EnvelopeInternal;
        return polygon.IsValid && polygon.Area > 0 ? new(box.MinX, box.MinY, box.MaxX, box.MaxY, polygon) : null;
    }

    /// <summary>Area of what two shapes have in common, over the area of both together; 0 to 1.</summary>
    public double Overlap(Shape other)
    {
        var width = Math.Min(_right, other._right) - Math.Max(_left, other._left);
        var height = Math.Min(_bottom, other._bottom) - Math.Max(_top, other._top);
        if (width <= 0 || height <= 0)
            return 0;
        var common = _polygon is null && other._polygon is null ? width * height : ToGeometry().Intersection(other.ToGeometry()).Area;
        return common / (Area + other.Area - common);
    }

    private Geometry ToGeometry() => _polygon ?? Factory.ToGeometry(new Envelope(_left, _right, _top, _bottom));
}
