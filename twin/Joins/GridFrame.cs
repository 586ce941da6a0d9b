using System.Runtime.CompilerServices;

namespace Plinth.Twin.Joins;

/// <summary>How a plane falls into square-numbered cells. Rows and columns only grow with y and x, so that two equal ordinates always share one.</summary>
internal readonly record struct GridFrame(double MinX, double MinY, double MaxX, double MaxY, int Side)
{
    private double PerX { get; } = MaxX > MinX ? Side / (MaxX - MinX) : 0;

    private double PerY { get; } = MaxY > MinY ? Side / (MaxY - MinY) : 0;

    public double CellWidth => (MaxX - MinX) / Side;

    public double CellHeight => (MaxY - MinY) / Side;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Column(double x) => Math.Min((int)((x - MinX) * PerX), Side - 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Row(double y) => Math.Min((int)((y - MinY) * PerY), Side - 1);

    /// <summary>The number of the cell; -1 outside of the extent and for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Cell(double x, double y) => x >= MinX && x <= MaxX && y >= MinY && y <= MaxY ? (Row(y) * Side) + Column(x) : -1;
}
