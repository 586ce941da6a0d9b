using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Plinth.Lakehouse.Engine.Native;

internal sealed class DatabaseHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public DatabaseHandle(nint database) : base(ownsHandle: true) => SetHandle(database);

    protected override bool ReleaseHandle()
    {
        Capi.Close(ref handle);
        return true;
    }
}

internal sealed class ConnectionHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public ConnectionHandle(nint connection) : base(ownsHandle: true) => SetHandle(connection);

    protected override bool ReleaseHandle()
    {
        Capi.Disconnect(ref handle);
        return true;
    }
}

internal sealed class AppenderHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public AppenderHandle(nint appender) : base(ownsHandle: true) => SetHandle(appender);

    protected override bool ReleaseHandle()
    {
        _ = Capi.AppenderClear(handle); // rows nobody asked to flush are dropped
        return Capi.AppenderDestroy(ref handle) == Capi.Success;
    }
}

/// <summary>A data chunk that we made.</summary>
internal sealed class ChunkHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public ChunkHandle(nint chunk) : base(ownsHandle: true) => SetHandle(chunk);

    public nint Pointer => handle;

    protected override bool ReleaseHandle()
    {
        Capi.DestroyDataChunk(ref handle);
        return true;
    }
}

/// <summary>A result and the chunk fetched last from it, which goes first.</summary>
internal sealed unsafe class ResultHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private nint chunk;

    public ResultHandle() : base(ownsHandle: true) => SetHandle((nint)NativeMemory.AllocZeroed((nuint)sizeof(NativeResult)));

    public NativeResult* Result => (NativeResult*)handle;

    public nint Chunk => chunk;

    /// <summary>Drops the current chunk and fetches the next; false at the end and after an error.</summary>
    public bool Fetch()
    {
        DropChunk();
        chunk = Capi.FetchChunk(*Result);
        return chunk != 0;
    }

    public void DropChunk()
    {
        if (chunk != 0)
            Capi.DestroyDataChunk(ref chunk);
        chunk = 0;
    }

    protected override bool ReleaseHandle()
    {
        DropChunk();
        Capi.DestroyResult(Result);
        NativeMemory.Free(Result);
        return true;
    }
}
