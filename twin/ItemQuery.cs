namespace Plinth.Twin;

/// <summary>Which features of a layer, and which page of them.</summary>
public sealed record ItemQuery
{
    /// <summary>Only features whose box meets this one.</summary>
    public MapBox? Within { get; init; }

    /// <summary>As of when. Of a feature that held at several times the one with the most detailed geometry is given.</summary>
    public TwinTime At { get; init; }

    /// <summary>Conditions that all must hold, e.g. <c>height&gt;=50</c> or <c>status=open</c>: the name of a property (or <c>type</c>, <c>name</c>, <c>entity_id</c>), one of
    /// <c>= != &lt; &lt;= &gt; &gt;=</c>, a value. A feature without the property fails the condition.</summary>
    public IReadOnlyList<string> Where { get; init; } = [];

    /// <summary>Features of a page, 1 to 10,000; more is taken as 10,000.</summary>
    public int Limit { get; init; } = 100;

    /// <summary><see cref="ItemPage.Next"/> of the page before, or null for the first.</summary>
    public string? After { get; init; }
}

/// <summary>A page of features.</summary>
/// <param name="GeoJson">A FeatureCollection in OGC:CRS84, with <c>numberReturned</c>, <c>snapshot</c> and, unless it is the last page, <c>next</c>.</param>
/// <param name="Next">Asks for the page that follows; null on the last.</param>
public sealed record ItemPage(byte[] GeoJson, int Count, string? Next);
