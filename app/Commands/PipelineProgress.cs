using Plinth.Jobs;
using Spectre.Console;

namespace Plinth.App.Commands;

/// <summary>A line for each step on stderr as it goes.</summary>
internal static class PipelineProgress
{
    internal static async Task<RunRecord> ShowAsync(Func<IProgress<(PipelineStep, StepRecord?, string?)>, Task<RunRecord>> run)
    {
        if (Console.IsErrorRedirected)
            return await run(new Lines());
        return await Shared.Messages.Status().Spinner(Spinner.Known.Dots).StartAsync("starting", context => run(new Lines(context)));
    }

    private sealed class Lines(StatusContext? context = null) : IProgress<(PipelineStep Step, StepRecord? Ended, string? Line)>
    {
        public void Report((PipelineStep Step, StepRecord? Ended, string? Line) value)
        {
            var (step, ended, line) = value;
            if (ended is null)
            {
                context?.Status(Markup.Escape($"{step.Title}{(line is null ? "" : ": " + line)}"));
                return;
            }

            var (mark, colour) = ended.Status switch
            {
                StepStatus.Done => ("done     ", "green"),
                StepStatus.Unchanged => ("unchanged", "grey"),
                StepStatus.Postponed => ("postponed", "yellow"),
                StepStatus.Failed => ("FAILED   ", "red"),
                _ => ("not run  ", "yellow"),
            };
            Shared.Messages.MarkupLine($"[{colour}]{mark}[/] {Markup.Escape(step.Name.PadRight(18))} {ended.Took.TotalSeconds,6:0.00} s  {Markup.Escape(ended.Message ?? "")}");
        }
    }
}
