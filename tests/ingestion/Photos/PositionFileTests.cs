using System.Text;
using Plinth.Ingestion;
using Plinth.Ingestion.Photos;

namespace Plinth.Tests.Photos;

public class PositionFileTests
{
    private const string PoseColumns = "pose_id photo_file longitude latitude altitude_m omega_deg phi_deg kappa_deg yaw_deg pitch_deg roll_deg view_bucket pose_source position_accuracy_m convergence_deg crs x y geom bbox source_row folder";
    private const string ControlColumns = "control_id mark photo_file column_px row_px longitude latitude height_m crs x y geom bbox source_row folder";
    private const string LogColumns = "flight_id entry file_name film_offset_s logged_at time_source longitude latitude altitude_m relative_altitude_m yaw_deg pitch_deg roll_deg view_bucket aircraft_yaw_deg aircraft_pitch_deg aircraft_roll_deg home_longitude home_latitude exposure geom bbox source_row folder";

    [Fact]
    public void Exterior_orientations_are_read_in_the_CRS_that_the_comment_names()
    {
        var rows = Readers.Read(new OrientationReader(), Repository.Shared("data", "drone-pos", "ponti-chunk1", "orientedimages.txt")).Rows("imagery.pose", PoseColumns);
        rows.Select(r => r["photo_file"]).Should().Equal("DJI_20221123144400_0268.jpg", "DJI_20221123144407_0271.jpg", "DJI_20221123144437_0284.jpg", "DJI_20221123142343_0084.jpg");
        rows.Should().OnlyContain(r => (string)r["crs"]! == "EPSG:32632" && (string)r["pose_source"]! == "at");
        // gdaltransform -s_srs EPSG:32632 -t_srs EPSG:4326 of the first line.
        ((double)rows[0]["longitude"]!).Should().BeApproximately(10.2084248, 2e-6);
        ((double)rows[0]["latitude"]!).Should().BeApproximately(45.9491608, 2e-6);
        // Omega 69.8 turns a camera that looks down nearly up to the horizon; it looks north and, by phi, a little east.
        ((double)rows[0]["pitch_deg"]!).Should().BeApproximately(-19.80, 0.1);
        rows[0]["view_bucket"].Should().Be("N");
        rows[3]["view_bucket"].Should().Be("S", "omega is negative there");
        // Azimuth of grid north, 1.208 degrees east of the central meridian: 1.208 * sin(45.949).
        ((double)rows[0]["convergence_deg"]!).Should().BeApproximately(0.868, 0.01);
    }

    [Theory]
    [InlineData(0, 0, 0, 0, -90, 0)]
    [InlineData(0, 0, -90, 90, -90, 0)]
    [InlineData(90, 0, 0, 0, 0, 0)]
    [InlineData(45, 0, 0, 0, -45, 0)]
    [InlineData(-45, 0, 180, 180, -45, 0)]
    [InlineData(0, -45, -90, 90, -45, 0)]
    public void Omega_phi_kappa_become_the_angles_of_a_gimbal(double omega, double phi, double kappa, double yaw, double pitch, double roll)
    {
        var (y, p, r) = Orientation.FromOmegaPhiKappa(omega, phi, kappa, convergence: 0);
        Math.Abs(PhotoPose.Wrap(y - yaw)).Should().BeLessThan(1e-6);
        p.Should().BeApproximately(pitch, 1e-6);
        r.Should().BeApproximately(roll, 1e-6);
    }

    [Fact]
    public void Lines_that_are_no_orientation_are_rejected_with_their_number()
    {
        var result = Orientations("# EPSG:32632\n#Label X Y Z Omega Phi Kappa\na.jpg 593656 5089108 900 1 2 3\nb.jpg 593656 5089108 900 1 2\nc.jpg x 5089108 900 1 2 3\n");
        result.Rows("imagery.pose", PoseColumns).Should().ContainSingle();
        result.Rejected.Select(r => r.Line).Should().Equal(4, 5);
        FluentActions.Invoking(() => Orientations("#Label X Y Z Omega Phi Kappa\na.jpg 1 2 3 4 5 6\n")).Should().Throw<SourceFormatException>().WithMessage("*names no CRS in a comment*");
    }

    [Fact]
    public void Ground_control_marks_keep_easting_before_northing()
    {
        var seen = new List<(string, double, double)>();
        var path = Repository.Shared("data", "drone-pos", "boruszyn-gcp", "gcp_list.txt");
        new GroundControlReader().Recognises(File.ReadAllBytes(path), "gcp_list.txt").Should().BeTrue();
        var input = Readers.Input(path) with { Coordinates = new Asked(seen) };
        var rows = new GroundControlReader().Read(input).Rows("imagery.ground_control", ControlColumns);
        rows.Should().HaveCount(18);
        seen[0].Should().Be(("EPSG:2180", 340607.768, 548220.879));
        rows.Where(r => (string)r["photo_file"]! == "img_4854.jpg").Select(r => (r["column_px"], r["row_px"])).Should().Equal((1218.0, 1115.0), (1194.0, 775.0));
    }

    [Theory]
    [InlineData("WGS84 UTM 32N", "EPSG:32632")]
    [InlineData("WGS 84 / UTM zone 5S", "EPSG:32705")]
    [InlineData("# CoordinateSystem: EPSG:4547", "EPSG:4547")]
    [InlineData("EPSG::2180", "EPSG:2180")]
    [InlineData("WGS84", "EPSG:4326")]
    [InlineData("UTM 32N", null)]
    [InlineData("hello", null)]
    public void A_CRS_is_read_as_such_files_name_it(string text, string? crs) => PlainText.Crs(text).Should().Be(crs);

    [Fact]
    public void A_log_of_a_P4_RTK_tells_where_its_camera_looked()
    {
        var rows = Log("p4_rtk.SRT").Rows("imagery.flight_log", LogColumns);
        rows.Should().HaveCount(55);
        var first = rows[0];
        (first["entry"], first["film_offset_s"], first["longitude"], first["latitude"], first["relative_altitude_m"]).Should().Be((1, 0.0, -58.851745, -34.237922, 85.80));
        (first["yaw_deg"], first["pitch_deg"], first["roll_deg"], first["view_bucket"], first["aircraft_pitch_deg"]).Should().Be((110.4, -24.4, 0.0, "E", 2.7));
        (first["home_longitude"], first["exposure"], first["logged_at"]).Should().Be((-58.847509, "fnum=5.6 shutter=1/400 iso=100", null));
    }

    [Fact]
    public void A_log_of_a_Mavic_Air_2_has_microseconds_behind_a_second_comma()
    {
        var rows = Log("mavic_air2.srt").Rows("imagery.flight_log", LogColumns);
        rows.Should().HaveCount(25);
        rows[0]["logged_at"].Should().Be(new DateTime(2022, 5, 1, 15, 1, 58, DateTimeKind.Utc).AddTicks(5317160));
        (rows[0]["longitude"], rows[0]["latitude"], rows[0]["altitude_m"], rows[24]["film_offset_s"]).Should().Be((2.162162, 41.420684, 27.3, 0.4));
    }

    [Fact]
    public void A_log_without_film_times_and_with_a_misspelt_longitude_is_read_in_the_zone_of_its_contract()
    {
        var rows = Readers.Read(new FlightLogReader(), Repository.Shared("data", "drone-pos", "dji-srt", "mavic_2_style.SRT"), zone: "Australia/Brisbane").Rows("imagery.flight_log", LogColumns);
        rows.Should().HaveCount(468);
        (rows[0]["longitude"], rows[0]["latitude"], rows[0]["film_offset_s"]).Should().Be((149.0251, -20.2533, null));
        rows[0]["logged_at"].Should().Be(new DateTime(2017, 8, 5, 4, 11, 51, DateTimeKind.Utc).AddTicks(3935250));
    }

    [Fact]
    public void A_log_that_stops_in_the_middle_gives_what_is_there_and_rejects_its_last_entry()
    {
        var result = Log("broken_incomplete.SRT");
        var rows = result.Rows("imagery.flight_log", LogColumns);
        rows.Should().HaveCount(19);
        (rows[0]["longitude"], rows[0]["latitude"], rows[0]["relative_altitude_m"]).Should().Be((-58.4563, -34.7383, 20.1));
        result.Rejected.Should().ContainSingle().Which.Value.Should().Be("entry 20");
    }

    [Fact]
    public void A_log_before_the_satellites_are_found_has_entries_without_a_position()
    {
        var result = Parse("1\n00:00:00,000 --> 00:00:00,016\n[latitude: 0.000000] [longitude: 0.000000] [rel_alt: 1.300 abs_alt: 100.1] [gb_yaw: 10.5 gb_pitch: -90.0 gb_roll: 0.0]\n");
        var row = result.Rows("imagery.flight_log", LogColumns).Single();
        (row["longitude"], row["relative_altitude_m"], row["altitude_m"], row["pitch_deg"], row["view_bucket"]).Should().Be((null, 1.3, 100.1, -90.0, "nadir"));
    }

    [Theory]
    [InlineData("p4_rtk.SRT", 2000)]
    [InlineData("mavic_air2.srt", 2000)]
    public void No_mutation_crashes_or_hangs_the_reader_of_logs(string file, int length) =>
        Readers.Fuzz(File.ReadAllBytes(Repository.Shared("data", "drone-pos", "dji-srt", file))[..length], 1500, bytes => FlightLogReader.Read(ByteView.Of(bytes, "x.srt", "a log"), Readers.Input("x.srt")));

    [Fact]
    public void No_mutation_crashes_or_hangs_the_readers_of_positions()
    {
        Readers.Fuzz(Encoding.UTF8.GetBytes("# EPSG:32632 PROJCS[\"x\"]\n#Label X Y Z Omega Phi Kappa\na.jpg 593656 5089108 900 1 2 3\n"), 2000, bytes => OrientationReader.Read(ByteView.Of(bytes, "x", "x"), Readers.Input("x")));
        Readers.Fuzz("EPSG:32632\n593656 5089108 900 1 2 a.jpg\n593656 5089108 900 1 2 a.jpg\n"u8.ToArray(), 2000, bytes => GroundControlReader.Read(ByteView.Of(bytes, "x", "x"), Readers.Input("x")));
    }

    private static ReadResult Log(string file) => Readers.Read(new FlightLogReader(), Repository.Shared("data", "drone-pos", "dji-srt", file));

    private static ReadResult Parse(string text) => FlightLogReader.Read(ByteView.Of(Encoding.UTF8.GetBytes(text), "x.srt", "a log"), Readers.Input("x.srt"));

    private static ReadResult Orientations(string text) => OrientationReader.Read(ByteView.Of(Encoding.UTF8.GetBytes(text), "x.txt", "orientations"), Readers.Input("x.txt"));

    private sealed class Asked(List<(string, double, double)> seen) : ICoordinates
    {
        public bool TryToCrs84(string crs, double x, double y, out double longitude, out double latitude)
        {
            seen.Add((crs, x, y));
            (longitude, latitude) = (16.5, 52.8);
            return true;
        }
    }
}
