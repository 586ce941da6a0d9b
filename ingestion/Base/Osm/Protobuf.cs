namespace Plinth.Ingestion.Base.Osm;

/// <summary>Walks a protocol buffer message without copying. Whatever is wrong with it ends in <see cref="InvalidDataException"/>.</summary>
internal ref struct Protobuf(ReadOnlySpan<byte> message)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private int _at;

    /// <summary>Number of the field that <see cref="Next"/> came to.</summary>
    public int Field { get; private set; }

    private int _wire;

    public readonly bool AtEnd => _at >= _message.Length;

    /// <summary>Goes to the next field; false at the end. Each field that is come to must be read or skipped.</summary>
    public bool Next()
    {
        if (AtEnd)
            return false;
        var key = Varint();
        if (key >> 3 is 0 or > int.MaxValue)
            throw new InvalidDataException("a field has no number");
        (Field, _wire) = ((int)(key >> 3), (int)(key & 7));
        return true;
    }

    /// <summary>An unsigned number as it stands, of a packed list or of the present field.</summary>
    public ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_at >= _message.Length)
                throw new InvalidDataException("it ends within a number");
            var one = _message[_at++];
            value |= (ulong)(one & 0x7F) << shift;
            if (one < 0x80)
                return value;
        }
        throw new InvalidDataException("a number has more than ten bytes");
    }

    /// <summary>The present field as a number.</summary>
    public long Int64() => _wire == 0 ? (long)Varint() : throw Unexpected();

    /// <summary>The next number of a packed list of signed ones.</summary>
    public long Signed() => Signed(Varint());

    /// <summary>The present field as bytes, text or a message.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        if (_wire != 2)
            throw Unexpected();
        var length = Varint();
        if (length > (ulong)(_message.Length - _at))
            throw new InvalidDataException("a field is longer than what is left");
        _at += (int)length;
        return _message.Slice(_at - (int)length, (int)length);
    }

    public void Skip()
    {
        switch (_wire)
        {
            case 0:
                Varint();
                break;
            case 1 when _message.Length - _at >= 8:
                _at += 8;
                break;
            case 2:
                Bytes();
                break;
            case 5 when _message.Length - _at >= 4:
                _at += 4;
                break;
            default:
                throw Unexpected();
        }
    }

    private static long Signed(ulong zigzag) => (long)(zigzag >> 1) ^ -(long)(zigzag & 1);

    private readonly InvalidDataException Unexpected() => new($"field {Field} is of kind {_wire}, or cut");
}
