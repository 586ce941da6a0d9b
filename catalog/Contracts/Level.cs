namespace Plinth.Catalog;

/// <summary>Classification of a column or table. What is derived takes the highest level of what it was derived from.</summary>
public enum Level
{
    /// <summary>Public.</summary>
    L1 = 1,
    /// <summary>Shared inside government.</summary>
    L2 = 2,
    /// <summary>Restricted: personal data.</summary>
    L3 = 3,
    /// <summary>Core.</summary>
    L4 = 4,
}
