namespace Plinth.Twin;

/// <summary>The camera of one pose in a local frame of metres: east, north, up from the ground below it.</summary>
/// <remarks>
/// R = S·Rz(yaw)·Ry(pitch)·Rx(roll)·C takes camera axes (x right, y down, z forward) to east, north, up; C goes from camera to body
/// (forward, right, down), S from north, east, down to east, north, up. A degree is as long as the ellipsoid's radii at the camera
/// make it, so the frame is good to centimetres within a kilometre of the camera.
/// </remarks>
internal readonly struct CameraFrame
{
    private const double Degree = Math.PI / 180;

    // Columns of R: where the image's right, its down and the axis of view point to.
    private readonly Axis _right, _down, _forward;
    private readonly PhotoPose _pose;
    private readonly double _metresPerDegreeEast, _metresPerDegreeNorth;

    public CameraFrame(PhotoPose pose)
    {
        _pose = pose;
        var (sy, cy) = Math.SinCos(pose.YawDegrees * Degree);
        var (sp, cp) = Math.SinCos(pose.PitchDegrees * Degree);
        var (sr, cr) = Math.SinCos(pose.RollDegrees * Degree);
        // Columns of Rz·Ry·Rx in north, east, down; S swaps the first two and turns the third.
        _forward = new(sy * cp, cy * cp, sp);
        _right = new((sy * sp * sr) + (cy * cr), (cy * sp * sr) - (sy * cr), -cp * sr);
        _down = new((sy * sp * cr) - (cy * sr), (cy * sp * cr) + (sy * sr), -cp * cr);
        _metresPerDegreeEast = Ellipsoid.Wgs84.PrimeVerticalRadius(pose.Latitude * Degree) * Math.Cos(pose.Latitude * Degree) * Degree;
        _metresPerDegreeNorth = Ellipsoid.Wgs84.MeridianRadius(pose.Latitude * Degree) * Degree;
    }

    /// <summary>A direction, or a position from the camera, in east, north, up.</summary>
    internal readonly record struct Axis(double East, double North, double Up)
    {
        public double Dot(Axis other) => (East * other.East) + (North * other.North) + (Up * other.Up);
    }

    public Axis Forward => _forward;
    public Axis Right => _right;
    public Axis Down => _down;

    /// <summary>Direction of the ray through a pixel; its part along the axis of view is 1.</summary>
    public Axis Ray(double u, double v)
    {
        var (x, y) = ((u - (_pose.Width / 2.0)) / _pose.FocalPixels, (v - (_pose.Height / 2.0)) / _pose.FocalPixels);
        return new(
            (x * _right.East) + (y * _down.East) + _forward.East,
            (x * _right.North) + (y * _down.North) + _forward.North,
            (x * _right.Up) + (y * _down.Up) + _forward.Up);
    }

    /// <summary>Pixel of a position in metres from the ground below the camera, and its distance along the axis of view (negative: behind).</summary>
    public (double U, double V, double Depth) Project(double east, double north, double up)
    {
        var from = new Axis(east, north, up - _pose.HeightAboveGround);
        var depth = from.Dot(_forward);
        return ((_pose.Width / 2.0) + (_pose.FocalPixels * from.Dot(_right) / depth), (_pose.Height / 2.0) + (_pose.FocalPixels * from.Dot(_down) / depth), depth);
    }

    public (double Longitude, double Latitude) ToGeographic(double east, double north) =>
        (Wrap(_pose.Longitude + (east / _metresPerDegreeEast)), _pose.Latitude + (north / _metresPerDegreeNorth));

    public (double East, double North) ToLocal(double longitude, double latitude) =>
        (Wrap(longitude - _pose.Longitude) * _metresPerDegreeEast, (latitude - _pose.Latitude) * _metresPerDegreeNorth);

    private static double Wrap(double degrees) => degrees is >= -180 and <= 180 ? degrees : Math.IEEERemainder(degrees, 360);
}
