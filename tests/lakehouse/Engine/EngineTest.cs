using Plinth.Lakehouse.Engine;

namespace Plinth.Tests.Lakehouse.Engine;

/// <summary>A small database and one connection to it.</summary>
public abstract class EngineTest : IDisposable
{
    protected EngineTest() => Sql = Database.Connect();

    protected SqlDatabase Database { get; } = SqlDatabase.Open(new() { Threads = 2 });

    protected SqlConnection Sql { get; }

    /// <summary>Rows as <c>EqualRows</c> wants them: in order, by value.</summary>
    protected object?[][] Rows(string sql, params object?[] parameters) => [.. Sql.Rows(sql, parameters)];

    protected object? One(string sql, params object?[] parameters) => Sql.Rows(sql, parameters).Should().ContainSingle().Which.Should().ContainSingle().Subject;

    public void Dispose()
    {
        Sql.Dispose();
        Database.Dispose();
        GC.SuppressFinalize(this);
    }
}
