//! Where a request goes: an absolute URL, or a path below a piece's base.

/// A URL that no request can be sent to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum UrlError {
    /// A path where there is no base to append it to.
    #[error("`{0}` is not absolute: outside a piece's own actions a URL begins with https://")]
    NoBase(String),
    /// A path that could leave the base.
    #[error("the path `{0}` leaves the piece's base: it may hold no `..`, `//` or `\\`")]
    Leaves(String),
    /// Neither a path nor an HTTP URL.
    #[error("`{0}` is neither an http:// or https:// URL nor a path that begins with `/`")]
    Neither(String),
    /// A URL with a user's name in it.
    #[error("`{0}` holds credentials, which belong in a connection")]
    Credentials(String),
}

/// The absolute URL of a request, and whether it is below the base, which is where credentials may go.
///
/// Spaces and control characters are encoded; a fragment is dropped.
///
/// # Errors
/// See [`UrlError`].
pub(super) fn resolve(base: Option<&str>, url: &str) -> Result<(String, bool), UrlError> {
    let shown = || without_query(url).to_owned();
    let url = url.split('#').next().unwrap_or(url);
    if let Some(rest) = after_scheme(url) {
        let authority = rest.split(['/', '?', '\\']).next().unwrap_or(rest);
        if authority.contains('@') {
            return Err(UrlError::Credentials(format!(
                "…@{}",
                authority.rsplit('@').next().unwrap_or("")
            )));
        }
        if authority.is_empty() {
            return Err(UrlError::Neither(shown()));
        }
        let inside = base.is_some_and(|base| is_below(base, url)) && path_is_safe(path_of(url));
        return Ok((encode_spaces(url), inside));
    }
    if !url.starts_with('/') {
        return Err(UrlError::Neither(shown()));
    }
    let Some(base) = base else { return Err(UrlError::NoBase(shown())) };
    if !path_is_safe(without_query(url)) {
        return Err(UrlError::Leaves(shown()));
    }
    Ok((format!("{}{}", base.trim_end_matches('/'), encode_spaces(url)), true))
}

/// The URL without its query, where secrets may stand: what messages show.
pub(super) fn without_query(url: &str) -> &str {
    url.split('?').next().unwrap_or(url)
}

/// The URL with more parameters behind those that it has.
pub(super) fn with_query(url: &str, query: &str) -> String {
    match query {
        "" => url.to_owned(),
        query if url.contains('?') => format!("{url}&{query}"),
        query => format!("{url}?{query}"),
    }
}

fn after_scheme(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    (scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")).then_some(rest)
}

/// Of an absolute URL: all from the first `/` behind the host, without the query.
fn path_of(url: &str) -> &str {
    let rest = without_query(after_scheme(url).unwrap_or(url));
    rest.find('/').and_then(|start| rest.get(start..)).unwrap_or("")
}

/// Whether `url` is the base or stands below it; the scheme and host count as they are written.
fn is_below(base: &str, url: &str) -> bool {
    url.strip_prefix(base.trim_end_matches('/'))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
}

/// No segment goes up, in whatever encoding, and none in the middle is empty.
fn path_is_safe(path: &str) -> bool {
    let plain = path.to_ascii_lowercase().replace("%2e", ".").replace("%5c", "\\");
    let climbs = |path: &str| path.split('/').any(|segment| matches!(segment, "." | ".."));
    !plain.contains("//") && !plain.contains('\\') && !climbs(&plain.replace("%2f", "/"))
}

fn encode_spaces(url: &str) -> String {
    let encode = |c: char| match c {
        ' ' | '"' | '<' | '>' | '`' | '{' | '}' | '|' | '^' => format!("%{:02X}", u32::from(c)),
        c if c.is_control() || !c.is_ascii() => super::super::encode::percent(&c.to_string()),
        c => c.to_string(),
    };
    url.chars().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: Option<&str> = Some("https://api.example.com/v1");

    #[test]
    fn paths_are_appended_to_the_base() {
        let resolved = |url| resolve(BASE, url).unwrap();
        assert_eq!(resolved("/deals"), ("https://api.example.com/v1/deals".into(), true));
        assert_eq!(resolved("/deals/a b?x=1").0, "https://api.example.com/v1/deals/a%20b?x=1");
        assert_eq!(resolved("/a/v1..2/x...").0, "https://api.example.com/v1/a/v1..2/x...");
        assert_eq!(resolve(Some("https://a.test/"), "/b").unwrap().0, "https://a.test/b");
    }

    #[test]
    fn absolute_urls_get_credentials_only_below_the_base() {
        let inside = |url| resolve(BASE, url).unwrap().1;
        assert!(inside("https://api.example.com/v1/deals?after=2"));
        assert!(inside("https://api.example.com/v1"));
        for outside in [
            "https://api.example.com.evil.test/v1/deals",
            "https://api.example.com/v10",
            "https://api.example.com/v1/../admin",
            "https://api.example.com/v1/%2e%2E/admin",
            "http://api.example.com/v1/deals",
            "https://evil.test/https://api.example.com/v1",
        ] {
            assert!(!inside(outside), "{outside}");
        }
        assert!(!resolve(None, "https://api.example.com/v1").unwrap().1);
    }

    #[test]
    fn what_is_no_place_to_go() {
        let mut report = String::new();
        for (base, url) in [
            (None, "/deals"),
            (BASE, "/deals/../admin"),
            (BASE, "/deals/%2E%2e/admin"),
            (BASE, "/deals/..%2fadmin"),
            (BASE, "/deals%2f..%2fadmin"),
            (BASE, "//evil.test/x"),
            (BASE, "/\\evil.test"),
            (BASE, "deals"),
            (BASE, ""),
            (BASE, "ftp://a.test/x"),
            (BASE, "file:///etc/passwd"),
            (BASE, "https://"),
            (BASE, "https://ada:secret@a.test/x?token=1"),
        ] {
            let error = resolve(base, url).unwrap_err();
            report.push_str(&format!("{url:28} {error}\n"));
        }
        insta::assert_snapshot!(report, @r#"
        /deals                       `/deals` is not absolute: outside a piece's own actions a URL begins with https://
        /deals/../admin              the path `/deals/../admin` leaves the piece's base: it may hold no `..`, `//` or `\`
        /deals/%2E%2e/admin          the path `/deals/%2E%2e/admin` leaves the piece's base: it may hold no `..`, `//` or `\`
        /deals/..%2fadmin            the path `/deals/..%2fadmin` leaves the piece's base: it may hold no `..`, `//` or `\`
        /deals%2f..%2fadmin          the path `/deals%2f..%2fadmin` leaves the piece's base: it may hold no `..`, `//` or `\`
        //evil.test/x                the path `//evil.test/x` leaves the piece's base: it may hold no `..`, `//` or `\`
        /\evil.test                  the path `/\evil.test` leaves the piece's base: it may hold no `..`, `//` or `\`
        deals                        `deals` is neither an http:// or https:// URL nor a path that begins with `/`
                                     `` is neither an http:// or https:// URL nor a path that begins with `/`
        ftp://a.test/x               `ftp://a.test/x` is neither an http:// or https:// URL nor a path that begins with `/`
        file:///etc/passwd           `file:///etc/passwd` is neither an http:// or https:// URL nor a path that begins with `/`
        https://                     `https://` is neither an http:// or https:// URL nor a path that begins with `/`
        https://ada:secret@a.test/x?token=1 `…@a.test` holds credentials, which belong in a connection
        "#);
    }
}
