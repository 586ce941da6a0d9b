namespace Plinth.Sandbox.Isolation;

/// <summary>Reads a child's output to its end and keeps at most so many bytes of it.</summary>
internal static class BoundedPump
{
    /// <param name="overflow">Called once, when the first byte too many arrives; reading goes on, so that the child never blocks on us.</param>
    public static async Task<byte[]> ReadAsync(Stream stream, long maximumBytes, Action overflow)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[16 * 1024];
        var over = false;
        while (await stream.ReadAsync(buffer) is var count and > 0)
        {
            var room = (int)Math.Min(count, maximumBytes - kept.Length);
            kept.Write(buffer, 0, room);
            if (room < count && !over)
            {
                over = true;
                overflow();
            }
        }
        return kept.ToArray();
    }
}
