using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Plinth.Tests;

/// <summary>Moves a real DJI photograph elsewhere: writes another pose over the one in its EXIF and XMP, byte for byte in place.</summary>
/// <remarks>For tests that need a photograph over ground of which other data are there. The image itself stays as it is.</remarks>
internal static class JpegPose
{
    /// <summary>The file with its pose replaced; angles as DJI writes them (yaw clockwise from north, pitch -90 straight down).</summary>
    /// <param name="altitude">Above sea level, metres.</param>
    /// <param name="relativeAltitude">Above take-off, metres.</param>
    /// <exception cref="InvalidOperationException">The file has no such fields, or too little room for a number.</exception>
    public static byte[] Move(ReadOnlySpan<byte> jpeg, double longitude, double latitude, double altitude, double relativeAltitude, double yaw, double pitch, double roll = 0)
    {
        var bytes = jpeg.ToArray();
        var exif = bytes.AsSpan().IndexOf("Exif\0\0"u8);
        if (exif < 0)
            throw new InvalidOperationException("The photograph has no EXIF.");
        WriteGps(bytes.AsSpan(exif + 6), longitude, latitude, altitude);
        foreach (var (name, value) in new[]
        {
            ("AbsoluteAltitude", altitude), ("RelativeAltitude", relativeAltitude), ("GimbalYawDegree", yaw), ("GimbalPitchDegree", pitch), ("GimbalRollDegree", roll),
        })
            WriteXmp(bytes, name, value);
        return bytes;
    }

    private static void WriteGps(Span<byte> tiff, double longitude, double latitude, double altitude)
    {
        var little = tiff[0] == 'I';
        var gps = (int)(Find(tiff, (int)U32(tiff, 4, little), 0x8825, little) is { } pointer ? U32(tiff, pointer + 8, little) : throw new InvalidOperationException("The photograph has no GPS block."));
        Letter(tiff, Entry(tiff, 1), latitude < 0 ? 'S' : 'N');
        Letter(tiff, Entry(tiff, 3), longitude < 0 ? 'W' : 'E');
        Letter(tiff, Entry(tiff, 5), altitude < 0 ? '\u0001' : '\0');
        Angle(tiff, Entry(tiff, 2), Math.Abs(latitude));
        Angle(tiff, Entry(tiff, 4), Math.Abs(longitude));
        Rational(tiff, (int)U32(tiff, Entry(tiff, 6) + 8, little), (uint)Math.Round(Math.Abs(altitude) * 1000), 1000);

        int Entry(Span<byte> from, int tag) => Find(from, gps, tag, little) ?? throw new InvalidOperationException($"The photograph's GPS block has no tag {tag}.");

        static void Letter(Span<byte> to, int entry, char value) => to[entry + 8] = (byte)value;

        void Angle(Span<byte> to, int entry, double degrees)
        {
            var at = (int)U32(to, entry + 8, little);
            var units = (long)Math.Round(degrees * 3600 * 100_000);
            Rational(to, at, (uint)(units / 360_000_000), 1);
            Rational(to, at + 8, (uint)(units / 6_000_000 % 60), 1);
            Rational(to, at + 16, (uint)(units % 6_000_000), 100_000);
        }

        void Rational(Span<byte> to, int at, uint numerator, uint denominator)
        {
            if (little)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(to[at..], numerator);
                BinaryPrimitives.WriteUInt32LittleEndian(to[(at + 4)..], denominator);
            }
            else
            {
                BinaryPrimitives.WriteUInt32BigEndian(to[at..], numerator);
                BinaryPrimitives.WriteUInt32BigEndian(to[(at + 4)..], denominator);
            }
        }
    }

    /// <summary>Where the entry of a tag begins, in the directory at an offset.</summary>
    private static int? Find(ReadOnlySpan<byte> tiff, int directory, int tag, bool little)
    {
        for (var i = 0; i < U16(tiff, directory, little); i++)
            if (U16(tiff, directory + 2 + i * 12, little) == tag)
                return directory + 2 + i * 12;
        return null;
    }

    private static int U16(ReadOnlySpan<byte> from, int at, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(from[at..]) : BinaryPrimitives.ReadUInt16BigEndian(from[at..]);

    private static uint U32(ReadOnlySpan<byte> from, int at, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(from[at..]) : BinaryPrimitives.ReadUInt32BigEndian(from[at..]);

    private static void WriteXmp(byte[] bytes, string name, double value)
    {
        var start = bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes($"drone-dji:{name}=\""));
        if (start < 0)
            throw new InvalidOperationException($"The photograph's XMP has no drone-dji:{name} in attribute form.");
        start += $"drone-dji:{name}=\"".Length;
        var length = bytes.AsSpan(start).IndexOf((byte)'"');
        Encoding.ASCII.GetBytes(Fit(value, length)).CopyTo(bytes, start);
    }

    /// <summary>A signed number of exactly so many characters, with as many decimals as have room, at most two.</summary>
    private static string Fit(double value, int length)
    {
        for (var decimals = 2; decimals >= 0; decimals--)
        {
            var digits = Math.Abs(value).ToString("F" + decimals, CultureInfo.InvariantCulture);
            if (digits.Length < length)
                return (value < 0 ? "-" : "+") + digits.PadLeft(length - 1, '0');
        }
        throw new InvalidOperationException($"There is no room for {value} in {length} characters.");
    }
}
