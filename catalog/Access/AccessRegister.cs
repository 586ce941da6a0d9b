namespace Plinth.Catalog;

/// <summary>Principals with their API keys, and grants.</summary>
public sealed class AccessRegister
{
    internal AccessRegister() { }

    /// <summary>Adds a principal and returns its API key, which is shown this once; only a salted hash is kept. Null when the principal is there already.</summary>
    public string? AddPrincipal(Principal principal) => throw new NotImplementedException();

    /// <summary>The principal of an API key, or null.</summary>
    public Principal? Authenticate(string apiKey) => throw new NotImplementedException();

    /// <summary>A principal by name, or null.</summary>
    public Principal? Find(string name) => throw new NotImplementedException();

    /// <summary>All principals.</summary>
    public IReadOnlyList<Principal> Principals() => throw new NotImplementedException();

    /// <summary>Records a grant; an equal one that is still valid is returned instead of doubled.</summary>
    public Grant Give(Grant grant) => throw new NotImplementedException();

    /// <summary>Ends a grant now.</summary>
    public bool Revoke(string grantId) => throw new NotImplementedException();

    /// <summary>Grants, of one principal or all.</summary>
    public IReadOnlyList<Grant> Grants(string? principal = null) => throw new NotImplementedException();
}
