//! Test `cookies`: the worst of all cookies that a client keeps.

use cookie_store::RawCookie;
use indexmap::IndexMap;

use super::domain;
use super::scored::{Scored, cookies};
use super::seen::{Hop, Visit};

/// Of results that apply the last one of this list counts.
const ORDER: &[Scored] = &[
    cookies::INSECURE_BUT_HSTS,
    cookies::INSECURE,
    cookies::SESSION_BUT_HSTS,
    cookies::SAMESITE_INVALID,
    cookies::CSRF_WITHOUT_SAMESITE,
    cookies::SESSION_READABLE,
    cookies::SESSION_INSECURE,
];

/// A cookie of a platform that its users cannot change.
const EXEMPT: &str = "heroku-session-affinity";

struct Kept {
    name: String,
    secure: bool,
    http_only: bool,
    same_site: Option<SameSite>,
}

/// `SameSite=None`, or one of the two values that restrict.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SameSite {
    Open,
    Restricted,
}

/// What the cookies of a visit are worth; `hsts` is whether the test of that name passed.
pub(super) fn scored(visit: &Visit, hsts: bool) -> Scored {
    let mut found: Vec<Scored> = Vec::new();
    if visit.answer.lines("set-cookie").any(has_wrong_same_site) {
        found.push(cookies::SAMESITE_INVALID);
    }
    let kept = kept(&visit.hops);
    if kept.is_empty() {
        return cookies::NONE;
    }
    for cookie in &kept {
        found.extend(faults(cookie, hsts));
    }
    let worst = ORDER.iter().rev().find(|result| found.contains(result));
    let all_same_site = kept.iter().all(|cookie| cookie.same_site.is_some());
    *worst.unwrap_or(if all_same_site { &cookies::SAMESITE } else { &cookies::SECURE })
}

fn faults(cookie: &Kept, hsts: bool) -> Vec<Scored> {
    let name = cookie.name.to_lowercase();
    let session = name.contains("login") || name.contains("sess");
    let mut found = Vec::new();
    if !cookie.secure {
        if cookie.same_site == Some(SameSite::Open) {
            found.push(cookies::SAMESITE_INVALID);
        }
        found.push(if hsts { cookies::INSECURE_BUT_HSTS } else { cookies::INSECURE });
        if session {
            found.push(if hsts { cookies::SESSION_BUT_HSTS } else { cookies::SESSION_INSECURE });
        }
    }
    if name.contains("csrf") && cookie.same_site.is_none() {
        found.push(cookies::CSRF_WITHOUT_SAMESITE);
    }
    if session && !cookie.http_only {
        found.push(cookies::SESSION_READABLE);
    }
    found
}

/// `SameSite` without a value, or with one that is none.
fn has_wrong_same_site(line: &str) -> bool {
    line.trim().split(';').any(|part| {
        let mut pieces = part.trim().split('=');
        let key = pieces.next().unwrap_or_default();
        let value = pieces.next().unwrap_or_default().trim().to_lowercase();
        key.trim().eq_ignore_ascii_case("samesite") && !["lax", "strict", "none"].contains(&value.as_str())
    })
}

/// Cookies that a client keeps (RFC 6265 §5.3), expired ones as well; a later one of the same name, domain and path
/// replaces an earlier one.
fn kept(hops: &[Hop]) -> Vec<Kept> {
    let mut jar: IndexMap<(String, String, String), Kept> = IndexMap::new();
    for hop in hops {
        let host = hop.url.host_str().unwrap_or_default();
        for line in &hop.cookies {
            if let Some((domain, path, cookie)) = accepted(line, host, hop.url.path()) {
                jar.insert((domain, path, cookie.name.clone()), cookie);
            }
        }
    }
    jar.into_values().filter(|cookie| cookie.name != EXEMPT).collect()
}

fn accepted(line: &str, host: &str, url_path: &str) -> Option<(String, String, Kept)> {
    let cookie = RawCookie::parse(line.to_owned()).ok()?;
    let written = cookie.domain().map(|domain| domain.trim_start_matches('.').to_lowercase());
    let written = written.filter(|domain| !domain.is_empty());
    if let Some(domain) = &written {
        let below = host.strip_suffix(domain.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        if !below || (domain != host && domain::is_address(host)) || !domain::may_hold_cookies(domain) {
            return None;
        }
    }
    let path = cookie.path().filter(|path| path.starts_with('/'));
    let path = path.map_or_else(|| default_path(url_path), str::to_owned);
    let kept = Kept {
        name: cookie.name().to_owned(),
        secure: cookie.secure() == Some(true),
        http_only: cookie.http_only() == Some(true),
        same_site: cookie.same_site().map(|value| if value.is_none() { SameSite::Open } else { SameSite::Restricted }),
    };
    if !has_honest_prefix(&kept, written.is_none(), &path) {
        return None;
    }
    Some((written.unwrap_or_else(|| host.to_owned()), path, kept))
}

/// What the prefixes of a name promise (RFC 6265bis §4.1.3).
fn has_honest_prefix(cookie: &Kept, host_only: bool, path: &str) -> bool {
    if cookie.name.starts_with("__Host-") {
        return cookie.secure && host_only && path == "/";
    }
    !cookie.name.starts_with("__Secure-") || cookie.secure
}

/// RFC 6265 §5.1.4.
fn default_path(path: &str) -> String {
    match path.rfind('/') {
        Some(end) if end > 0 && path.starts_with('/') => path[..end].to_owned(),
        _ => "/".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(lines: &[&str]) -> usize {
        let url = crate::world::net::Url::parse("https://www.example.com/a/b").ok();
        let cookies = lines.iter().map(|line| (*line).to_owned()).collect();
        url.map_or(0, |url| kept(&[Hop { url, cookies, hsts: false, permanent: false }]).len())
    }

    #[test]
    fn cookies_that_a_client_refuses_do_not_count() {
        for line in [
            "a=1; Domain=other.test",
            "a=1; Domain=com",
            "__Host-a=1; Path=/",
            "__Host-a=1; Secure",
            "__Host-a=1; Secure; Path=/; Domain=example.com",
            "__Secure-a=1",
            "no-value",
            "=1",
            "heroku-session-affinity=1",
        ] {
            assert_eq!(count(&[line]), 0, "{line}");
        }
        for line in ["a=1; Domain=.example.com", "__Host-a=1; Secure; Path=/", "a=; Max-Age=0", "a=1; domain="] {
            assert_eq!(count(&[line]), 1, "{line}");
        }
    }

    #[test]
    fn a_cookie_replaces_the_one_of_its_name_domain_and_path() {
        assert_eq!(count(&["a=1; Path=/", "a=2; Path=/"]), 1);
        assert_eq!(count(&["a=1; Path=/", "a=2; Path=/x", "a=3; Domain=example.com; Path=/"]), 3);
    }

    #[test]
    fn same_site_is_wrong_without_a_known_value() {
        assert!(has_wrong_same_site("a=1; SameSite") && has_wrong_same_site("a=1;samesite = foo"));
        assert!(!has_wrong_same_site("a=1; SameSite=LAX; Secure"));
    }
}
