using System.Collections.Concurrent;
using System.Security.Cryptography;
using Plinth.Catalog;

namespace Plinth.App.Web;

/// <summary>Who is signed in to the sandbox's pages: an API key, shown once, stands behind a random cookie that lives as long as the server, at most twelve hours.</summary>
internal sealed class SandboxSessions(CityCatalog catalog)
{
    private const string Cookie = "plinth_session";
    private static readonly TimeSpan Longest = TimeSpan.FromHours(12);
    private readonly ConcurrentDictionary<string, (string Principal, DateTimeOffset Until)> _sessions = new(StringComparer.Ordinal);

    /// <summary>The principal of an API key, from now on behind the answer's cookie; null when the key is nobody's.</summary>
    internal Principal? SignIn(HttpContext http, string key)
    {
        if (catalog.Access.Authenticate(key) is not { } principal)
            return null;
        var token = RandomNumberGenerator.GetHexString(64, lowercase: true);
        _sessions[token] = (principal.Name, catalog.Lake.Time.GetUtcNow() + Longest);
        http.Response.Cookies.Append(Cookie, token, new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Path = "/", IsEssential = true });
        return principal;
    }

    internal void SignOut(HttpContext http)
    {
        if (http.Request.Cookies[Cookie] is { } token)
            _sessions.TryRemove(token, out _);
        http.Response.Cookies.Delete(Cookie);
    }

    /// <summary>As the catalog has the principal now; null when nobody is signed in.</summary>
    internal Principal? Of(HttpContext http) =>
        http.Request.Cookies[Cookie] is { } token && _sessions.TryGetValue(token, out var session) && session.Until > catalog.Lake.Time.GetUtcNow() ? catalog.Access.Find(session.Principal) : null;
}
