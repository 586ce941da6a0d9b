namespace Plinth.Twin;

/// <summary>A photo that sees what was asked for.</summary>
/// <param name="Direction">Where the camera looked: N, E, S, W or nadir.</param>
/// <param name="U1">Left of the pixel box in which it appears, and top, right, bottom; counted from the image's upper left corner.</param>
/// <param name="Pixels">Pixels that it covers, hidden parts included: nothing between is taken into account.</param>
/// <param name="Share">How much of it lies within the image, 0 to 1.</param>
/// <param name="MetresPerPixel">At its middle, across the axis of view.</param>
public sealed record PhotoSighting(string PhotoId, string? Name, DateTimeOffset? TakenAt, string Direction, double U1, double V1, double U2, double V2, double Pixels, double Share, double MetresPerPixel);
