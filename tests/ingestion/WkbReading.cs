using System.Buffers.Binary;
using Plinth.Ingestion;

namespace Plinth.Tests;

/// <summary>Reads back the WKB that readers write: polygons of rings of positions.</summary>
internal static class WkbReading
{
    public static List<List<List<Position>>> Polygons(object? wkb)
    {
        var bytes = wkb.Should().BeOfType<byte[]>().Subject;
        var at = 0;
        var polygons = new List<List<List<Position>>>();
        ReadGeometry();
        at.Should().Be(bytes.Length, "nothing follows a geometry");
        return polygons;

        void ReadGeometry()
        {
            bytes[at].Should().Be(1);
            at++;
            switch (Int())
            {
                case 6:
                    for (var n = Int(); n > 0; n--)
                        ReadGeometry();
                    break;
                case 3:
                    polygons.Add([.. Enumerable.Range(0, Int()).Select(_ => Enumerable.Range(0, Int()).Select(_ => new Position(Double(), Double())).ToList())]);
                    break;
                case var type:
                    throw new InvalidOperationException($"Geometry type {type}.");
            }
        }

        int Int() => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan((at += 4) - 4));
        double Double() => BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan((at += 8) - 8));
    }

    /// <summary>Area on the sphere's tangent plane, square metres: shells minus holes.</summary>
    public static double SquareMetres(object? wkb, bool withHoles = true) => Polygons(wkb).Sum(polygon => polygon.Take(withHoles ? int.MaxValue : 1).Sum(ring =>
        Rings.SignedArea([.. ring.Select(p => new Position((p.X - ring[0].X) * 111320 * Math.Cos(ring[0].Y * Math.PI / 180), (p.Y - ring[0].Y) * 111250))])));
}
