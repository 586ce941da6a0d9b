using System.IO.Compression;
using Plinth.Catalog;
using Plinth.Ingestion.Tabular;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Sensors;

/// <summary>Reads event logs of Econolite controllers, as they are or packed with zlib. Columns: <c>IP Address, MAC Address, TimeStamp, EventId, Parameter</c>.</summary>
internal sealed class EconoliteReader(IReadOnlyDictionary<TableName, DatasetContract> datasets) : RecordFileReader(datasets)
{
    private const int Largest = 64 << 20;

    private static readonly string[] Header = ["IP Address", "MAC Address", "TimeStamp", "EventId", "Parameter"];

    public override string Name => "econolite";

    public override string Expected => "an event log of an Econolite controller (lines of text that say when it began, then records of 4 bytes)";

    public override bool Recognises(ReadOnlySpan<byte> head, string fileName) => EconoliteLog.Looks(head)
        || (head is [0x78, 0x01 or 0x9C or 0xDA, ..] && Path.GetExtension(fileName).StartsWith(".dat", StringComparison.OrdinalIgnoreCase));

    protected override RecordFile Open(string path, SourceContract contract)
    {
        var file = Path.GetFileName(path);
        var bytes = Bytes(path, file);
        if (EconoliteLog.ReadHead(bytes, out var problem) is not { } head)
            throw new SourceFormatException(file, problem!, Expected);
        return new(Header, Records(bytes, head));
    }

    private static IEnumerable<FileRecord> Records(byte[] bytes, EconoliteHead head)
    {
        var (number, thing) = (0L, head.Ip.Length > 0 ? head.Ip : null);
        var at = head.Length;
        for (; EconoliteLog.ReadEvent(bytes, at) is { } one; at += 4)
            yield return new(++number, [thing, head.Mac.Length > 0 ? head.Mac : null, head.Start.AddMilliseconds(one.Tenths * 100), (int)one.Code, (int)one.Parameter]);
        if (at < bytes.Length)
            yield return new(number + 1, [], $"is cut: {bytes.Length - at} of 4 bytes are there (offset {at}); fetch the log again");
    }

    private byte[] Bytes(string path, string file)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var packed = stream.ReadByte() == 0x78;
        stream.Position = 0;
        using Stream source = packed ? new ZLibStream(stream, CompressionMode.Decompress) : stream;
        using var whole = new MemoryStream();
        var buffer = new byte[81920];
        try
        {
            for (int read; (read = source.Read(buffer)) > 0;)
            {
                whole.Write(buffer, 0, read);
                if (whole.Length > Largest)
                    throw new SourceFormatException(file, $"has more than {Largest >> 20} MiB", Expected);
            }
        }
        catch (InvalidDataException e)
        {
            throw new SourceFormatException(file, $"cannot be unpacked ({e.Message})", Expected);
        }
        return whole.ToArray();
    }
}
