namespace Plinth.Twin;

/// <summary>Where a photo was taken from, where the camera looked, and how it projects: a pinhole with its principal point in the middle of the image.</summary>
/// <param name="Longitude">Of the camera, OGC:CRS84, degrees.</param>
/// <param name="Latitude">Of the camera, OGC:CRS84, degrees.</param>
/// <param name="HeightAboveGround">Of the camera over flat ground, metres. A drone's relative altitude is above its take-off point, which need not be the ground below it.</param>
/// <param name="YawDegrees">Of the camera, not of the aircraft: clockwise from true north.</param>
/// <param name="PitchDegrees">0 looks at the horizon, -90 straight down.</param>
/// <param name="RollDegrees">About the axis of view, clockwise seen from behind the camera.</param>
/// <param name="FocalPixels">Focal length in pixels of this image.</param>
/// <param name="Width">Image width, pixels.</param>
/// <param name="Height">Image height, pixels.</param>
public readonly record struct PhotoPose(
    double Longitude, double Latitude, double HeightAboveGround,
    double YawDegrees, double PitchDegrees, double RollDegrees,
    double FocalPixels, int Width, int Height)
{
    internal bool IsUsable => double.IsFinite(Longitude + Latitude + HeightAboveGround + YawDegrees + PitchDegrees + RollDegrees)
        && Math.Abs(Latitude) < 89.9 && FocalPixels > 0 && double.IsFinite(FocalPixels) && Width > 0 && Height > 0;
}
