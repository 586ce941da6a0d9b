using System.Diagnostics;
using Plinth.Tests.Lakehouse.Soak;

namespace Plinth.Tests.Lakehouse.Disk;

/// <summary>Starts a process that sees a folder otherwise than the rest of the machine: as a small disk of its own, or as one that cannot be written. Needs mount namespaces (Linux; root, or user namespaces allowed).</summary>
internal static class MountedFolder
{
    private static readonly Lazy<string?> Reason = new(Try);

    public static void SkipUnlessPossible() => Assert.SkipWhen(Reason.Value is not null, $"no mount namespaces on this machine: {Reason.Value}");

    public static Process OnASmallDisk(string folder, int kilobytes, params string[] arguments) => Start($"mount -t tmpfs -o size={kilobytes}k tmpfs \"$0\"", folder, arguments);

    public static Process ReadOnly(string folder, params string[] arguments) => Start("mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\"", folder, arguments);

    private static Process Start(string mount, string folder, string[] arguments) => Child.Start(arguments, before: ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", $"{mount} && exec \"$@\"", folder]);

    private static string? Try()
    {
        if (!OperatingSystem.IsLinux())
            return "not Linux";
        using var folder = new TemporaryFolder();
        try
        {
            using var process = Process.Start(new ProcessStartInfo("unshare", ["--user", "--map-root-user", "--mount", "sh", "-c", "mount -t tmpfs -o size=64k tmpfs \"$0\"", folder.Path]) { UseShellExecute = false, RedirectStandardError = true })!;
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : error.Trim();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return e.Message;
        }
    }
}
