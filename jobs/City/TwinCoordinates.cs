using Plinth.Ingestion;
using Plinth.Twin;

namespace Plinth.Jobs;

/// <summary>Gives ingestion, which does not know the twin, the twin's knowledge of coordinates.</summary>
internal sealed class TwinCoordinates : ICoordinates
{
    public bool TryToCrs84(string crs, double x, double y, out double longitude, out double latitude) => Coordinates.TryToCrs84(crs, x, y, out longitude, out latitude);
}
