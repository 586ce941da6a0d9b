using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;

namespace Plinth.Tests.Catalog;

public sealed class DoorTests : IDisposable
{
    private static readonly TableName Orders = new("hotline", "service_request");
    private static readonly TableName Things = new("sensor", "thing");
    private static readonly TableName Strange = new("strange", "table");
    private static readonly Principal Acme = new("vendor:acme", "ACME", ["vendor"]);

    private readonly TemporaryFolder _folder = new("door");
    private readonly FixedTime _time = new();
    private readonly Lake _lake;
    private readonly CityCatalog _catalog;

    public DoorTests()
    {
        _lake = Lake.Open(new(_folder["lake"]) { Time = _time });
        _catalog = CityCatalog.Open(_lake);
        _catalog.Access.AddPrincipal(Acme);
        Write("1", "Noise", "1 Main Street");
        Write("2", "Graffiti", "2 Main Street");
    }

    public void Dispose()
    {
        _catalog.Dispose();
        _lake.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Without_a_grant_nothing_is_read_and_the_reason_is_told()
    {
        var passage = await _catalog.EnterAsync(Acme, "test", [Orders]);

        passage.Should().BeOfType<Passage.Refused>().Which.Reason.Should().Be("no grant names hotline.service_request");
        passage.Invoking(p => p.Require()).Should().Throw<AccessRefusedException>().WithMessage("vendor:acme may not read for 'test': no grant names hotline.service_request");
    }

    [Fact]
    public async Task A_grant_shows_columns_up_to_its_level_and_masks_the_others_as_null_of_their_type()
    {
        Give(new() { Id = "", Principal = Acme.Name, Dataset = Orders, Purpose = "test", ExpiresAt = _time.Now.AddDays(1) });

        var granted = (await _catalog.EnterAsync(Acme, "test", [Orders])).Require();

        granted.Tables.Single().Masked.Should().Equal("address");
        Rows(granted, "SELECT service_request_id, category, address, typeof(address) FROM hotline.service_request ORDER BY 1")
            .Should().BeEquivalentTo(new object?[][] { ["1", "Noise", null, "VARCHAR"], ["2", "Graffiti", null, "VARCHAR"] }, o => o.WithStrictOrdering());
    }

    [Fact]
    public async Task Every_column_keeps_its_type_when_it_is_masked()
    {
        Give(new() { Id = "", Principal = Acme.Name, Dataset = Orders, Purpose = "test", Columns = ["service_request_id"], ExpiresAt = _time.Now.AddDays(1) });
        var masked = (await _catalog.EnterAsync(Acme, "test", [Orders])).Require();
        var open = (await _catalog.EnterAsync(Principal.Operator, "test", [Orders])).Require();
        const string Types = "SELECT column_name, column_type FROM (DESCRIBE hotline.service_request)";

        Rows(masked, Types).Should().BeEquivalentTo(Rows(open, Types), o => o.WithStrictOrdering());
        masked.Tables.Single().Masked.Should().HaveCount(open.Tables.Single().Columns.Length - 1).And.NotContain("service_request_id");
        Rows(masked, "SELECT count(category), count(bbox), count(requested_datetime), count(service_request_id) FROM hotline.service_request").Single().Should().Equal(0L, 0L, 0L, 2L);
    }

    [Fact]
    public async Task A_listed_column_above_the_level_stays_masked()
    {
        Give(new() { Id = "", Principal = Acme.Name, Dataset = Orders, Purpose = "test", Columns = ["service_request_id", "address"], MaxLevel = Level.L2, ExpiresAt = _time.Now.AddDays(1) });

        (await _catalog.EnterAsync(Acme, "test", [Orders])).Require().Tables.Single().Masked.Should().Contain("address");
    }

    [Fact]
    public async Task A_row_filter_may_use_what_the_reader_does_not_see()
    {
        Give(new() { Id = "", Principal = Acme.Name, Dataset = Orders, Purpose = "test", RowFilter = "address LIKE '2 %'", ExpiresAt = _time.Now.AddDays(1) });

        var granted = (await _catalog.EnterAsync(Acme, "test", [Orders])).Require();

        Rows(granted, "SELECT service_request_id, address FROM hotline.service_request").Single().Should().BeEquivalentTo(new object?[] { "2", null });
    }

    [Fact]
    public async Task Another_purpose_is_refused_and_the_granted_ones_are_named()
    {
        Give(Grant("train"));

        var refused = (Passage.Refused)await _catalog.EnterAsync(Acme, "sell", [Orders]);

        refused.Reason.Should().Be("no grant of hotline.service_request names the purpose 'sell' (its grants are for 'train')");
        ((Passage.Refused)await _catalog.EnterAsync(Acme, " ", [Orders])).Reason.Should().Be("a passage needs a purpose of at most 200 characters");
    }

    [Fact]
    public async Task A_grant_ends_at_its_end_by_the_lakes_clock()
    {
        var id = Give(Grant("test") with { ExpiresAt = _time.Now.AddHours(1) }).Id;
        (await _catalog.EnterAsync(Acme, "test", [Orders])).Should().BeOfType<Passage.Granted>();

        _time.Now = _time.Now.AddHours(1);

        ((Passage.Refused)await _catalog.EnterAsync(Acme, "test", [Orders])).Reason.Should().Be($"grant {id} of hotline.service_request expired at 2026-05-01 13:00:00Z");
        ((Passage.Refused)await _catalog.EnterAsync(Acme, "test")).Reason.Should().Contain("no valid grant names the purpose 'test'");
    }

    [Fact]
    public async Task A_revoked_grant_opens_nothing_from_then_on()
    {
        var id = Give(Grant("test")).Id;

        _catalog.Access.Revoke(id).Should().BeTrue();
        _catalog.Access.Revoke(id).Should().BeFalse();

        ((Passage.Refused)await _catalog.EnterAsync(Acme, "test", [Orders])).Reason.Should().Be($"grant {id} of hotline.service_request was revoked at 2026-05-01 12:00:00Z");
        _catalog.Access.Grants().Should().BeEmpty();
    }

    [Fact]
    public async Task A_grant_that_names_a_version_shows_that_version_for_ever()
    {
        var version = (await _lake.ReadAsync(Orders)).Version;
        Give(Grant("test") with { Version = version });
        Write("3", "Noise", null);

        var granted = (await _catalog.EnterAsync(Acme, "test", [Orders])).Require();

        granted.Tables.Single().Version.Should().Be(version);
        Rows(granted, "SELECT count(*) FROM hotline.service_request").Single().Should().Equal(2L);
    }

    [Fact]
    public async Task A_granted_dataset_or_version_that_is_not_there_is_a_refusal_that_says_so()
    {
        var id = Give(Grant("test") with { Version = 99 }).Id;
        Give(Grant("test") with { Dataset = Things });

        ((Passage.Refused)await _catalog.EnterAsync(Acme, "test", [Orders])).Reason.Should().Be($"grant {id} names version 99 of hotline.service_request, which is not there");
        ((Passage.Refused)await _catalog.EnterAsync(Acme, "test", [Things])).Reason.Should().Be("sensor.thing holds nothing yet");
    }

    [Fact]
    public async Task An_equal_grant_is_not_doubled_and_the_one_given_last_counts()
    {
        var first = Give(Grant("test"));
        Give(Grant("test")).Id.Should().Be(first.Id);

        var narrow = Give(Grant("test") with { RowFilter = "category = 'Noise'" });

        _catalog.Access.Grants(Acme.Name).Should().HaveCount(2);
        (await _catalog.EnterAsync(Acme, "test", [Orders])).Require().Tables.Single().GrantId.Should().Be(narrow.Id);
        var again = Give(Grant("test"));
        (await _catalog.EnterAsync(Acme, "test", [Orders])).Require().Tables.Single().GrantId.Should().Be(again.Id).And.NotBe(first.Id);
    }

    [Fact]
    public async Task Named_datasets_come_all_or_not_at_all_and_without_names_come_those_granted()
    {
        Give(Grant("test"));
        await CommitAsync(Things, _catalog.Datasets[Things].ToSchema(), []);

        ((Passage.Refused)await _catalog.EnterAsync(Acme, "test", [Orders, Things])).Reason.Should().Be("no grant names sensor.thing");
        (await _catalog.EnterAsync(Acme, "test")).Require().Tables.Select(t => t.Table).Should().Equal(Orders);
    }

    [Fact]
    public async Task The_operator_reads_every_table_and_a_table_without_contract_is_the_operators_alone()
    {
        await CommitAsync(Strange, new(new Column("secret", DataType.String)), [["x"]]);

        (await _catalog.EnterAsync(Principal.Operator, "look")).Require().Tables.Select(t => t.Table).Should().Equal(Orders, Strange);
        ((Passage.Refused)await _catalog.EnterAsync(Acme, "test", [Strange])).Reason.Should().Be("no grant names strange.table");
        _catalog.Access.Invoking(a => a.Give(Grant("test") with { Dataset = Strange })).Should().Throw<AccessException>().WithMessage("*has no contract, so only the operator may read it");
    }

    [Fact]
    public async Task A_role_that_the_caller_only_claims_opens_nothing()
    {
        var claimed = Acme with { Roles = ["operator"] };

        (await _catalog.EnterAsync(claimed, "look", [Orders])).Should().BeOfType<Passage.Refused>();
        ((Passage.Refused)await _catalog.EnterAsync(new("vendor:nobody", "x", ["operator"]), "look", [Orders])).Reason.Should().Be("there is no such principal");
    }

    [Fact]
    public async Task A_sealed_connection_reads_what_was_granted_and_nothing_else_at_all()
    {
        Give(Grant("test") with { RowFilter = "category = 'Noise'" });
        await CommitAsync(Strange, new(new Column("secret", DataType.String)), [["x"]]);
        var file = (await _lake.ReadAsync(Orders)).Files[0].Path;
        var granted = (await _catalog.EnterAsync(Acme, "test")).Require();
        using var database = SqlDatabase.Open(new() { TemporaryFolder = _folder["spill"] });
        using var connection = database.Connect();

        granted.Seal(connection);

        connection.Scalar<long>("SELECT count(*) FROM hotline.service_request").Should().Be(1);
        foreach (var sql in new[]
        {
            "SELECT * FROM strange.\"table\"", $"SELECT * FROM read_parquet('{file}')", $"SELECT * FROM '{file}'", $"COPY (SELECT 1) TO '{_folder["out.csv"]}'",
            $"ATTACH '{_folder["lake", "control", "plinth.db"]}'", "SET enable_external_access = true", "SET lock_configuration = false", "INSTALL httpfs", "SELECT * FROM read_text('/etc/hostname')",
            $"COPY (SELECT 1) TO '{_folder["spill", "out.csv"]}'", "SET temp_directory = '/tmp'", "SELECT * FROM glob('*')",
        })
            connection.Invoking(c => c.Rows(sql)).Should().Throw<SqlException>(sql);
        using var second = database.Connect();
        second.Invoking(c => c.Rows($"SELECT * FROM read_parquet('{file}')")).Should().Throw<SqlException>();
        connection.Scalar<long>("SELECT count(*) FROM duckdb_views() WHERE NOT internal").Should().Be(0);
    }

    [Fact]
    public async Task Each_passage_is_one_line_of_the_chain_with_tables_versions_purpose_and_grants()
    {
        var id = Give(Grant("test")).Id;
        var version = (await _lake.ReadAsync(Orders)).Version;
        var before = _catalog.Audit.Read().Count();

        await _catalog.EnterAsync(Acme, "test", [Orders]);
        await _catalog.EnterAsync(Acme, "other", [Orders]);
        await _catalog.EnterAsync(Principal.Operator, "look");

        var lines = _catalog.Audit.Read().Skip(before).ToList();
        lines.Select(l => (l.Action, l.Principal)).Should().Equal(("door.granted", "vendor:acme"), ("door.refused", "vendor:acme"), ("door.granted", "system:operator"));
        lines[0].Details.Should().Contain(new Dictionary<string, string>
        {
            ["purpose"] = "test", ["tables"] = $"hotline.service_request@{version}", ["grants"] = id, ["masked"] = "hotline.service_request.address", ["asked"] = "hotline.service_request",
        });
        lines[1].Details["reason"].Should().StartWith("no grant of hotline.service_request");
        lines.Should().OnlyContain(l => l.At == _time.Now);
        _catalog.Audit.Verify().BrokenAt.Should().BeNull();
    }

    [Fact]
    public async Task No_door_opens_when_the_passage_cannot_be_recorded()
    {
        File.Delete(_folder["lake", "control", "audit.jsonl"]);

        await _catalog.Awaiting(c => c.EnterAsync(Principal.Operator, "look").AsTask()).Should().ThrowAsync<AuditBrokenException>();
    }

    [Fact]
    public void A_grant_that_cannot_be_is_refused_with_all_its_faults()
    {
        var grant = new Grant
        {
            Id = "", Principal = "vendor:nobody", Dataset = Orders, Purpose = "a\nb", Columns = ["adress"], RowFilter = "x = 1", ExpiresAt = _time.Now,
        };

        _catalog.Access.Invoking(a => a.Give(grant)).Should().Throw<AccessException>().Which.Faults.Should().SatisfyRespectively(
            f => f.Should().Be("there is no principal 'vendor:nobody'; add it first"),
            f => f.Should().Be("a purpose is a short text on one line"),
            f => f.Should().Be("it expired at 2026-05-01T12:00:00.000000Z; name a time to come"),
            f => f.Should().Be("'hotline.service_request' has no column 'adress'"),
            f => f.Should().StartWith("the row filter does not fit the dataset"));
    }

    private static Grant Grant(string purpose) =>
        new() { Id = "", Principal = Acme.Name, Dataset = Orders, Purpose = purpose, ExpiresAt = new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero) };

    private Grant Give(Grant grant) => _catalog.Access.Give(grant);

    private IReadOnlyList<object?[]> Rows(Passage.Granted granted, string sql)
    {
        using var database = _lake.OpenSql();
        using var connection = database.Connect();
        granted.CreateViews(connection);
        return connection.Rows(sql);
    }

    private void Write(string id, string category, string? address)
    {
        var contract = _catalog.Datasets[Orders];
        var row = new object?[contract.Columns.Length];
        void Set(string column, object? value) => row[contract.Columns.Select((c, i) => (c.Name, i)).Single(c => c.Name == column).i] = value;
        Set("service_request_id", id);
        Set("source", "test");
        Set("requested_datetime", new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Set("category", category);
        Set("address", address);
        Set("bbox", new object?[] { 1d, 2d, 3d, 4d });
        Set("source_row", $"test#{id}");
        CommitAsync(Orders, contract.ToSchema(), [row]).GetAwaiter().GetResult();
    }

    private async Task CommitAsync(TableName table, TableSchema schema, object?[][] rows) =>
        (await _lake.CommitAsync(new() { Table = table, Schema = schema, Rows = new RowSource.Values(rows) })).RequireVersion(table);
}
