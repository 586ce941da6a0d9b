using System.Runtime.InteropServices;

namespace Plinth.Lakehouse.Engine;

/// <summary>Managed objects that DuckDB holds and gives back, until it calls <see cref="Release"/>.</summary>
internal static class Held
{
    public static nint Hold(object value) => GCHandle.ToIntPtr(GCHandle.Alloc(value));

    public static T Get<T>(nint held) where T : class => (T)GCHandle.FromIntPtr(held).Target!;

    /// <summary>What an exception says to someone who reads SQL's errors.</summary>
    public static string Message(Exception exception) =>
        (string.IsNullOrEmpty(exception.Message) ? exception.GetType().Name : exception.Message).Replace('\0', ' ');

    [UnmanagedCallersOnly]
    public static void Release(nint held)
    {
        var handle = GCHandle.FromIntPtr(held);
        var value = handle.Target as IDisposable;
        handle.Free();
        try
        {
            value?.Dispose();
        }
        catch (Exception) // an iterator's finally block: there is no statement left to fail
        {
        }
    }
}
