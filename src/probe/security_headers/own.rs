//! What the Observatory does not look at: what HSTS really says, who may read with credentials, what headers give away,
//! and which protections a page or an API lacks.

use super::preload::Preloads;
use super::scripting;
use super::seen::{Answer, Scan, Visit, joined};
use super::transport::{self, Transport};
use crate::model::{Exact, Fact, Facts, Value};

/// What kind of service answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Profile {
    /// Pages for people.
    #[default]
    Html,
    /// Data for programs; never a page (OWASP REST Security Cheat Sheet, "Security Headers").
    Api,
}

/// Headers that name the software behind a site, whatever they say (OWASP Secure Headers Project, headers to remove).
const NAMING: &[&str] = &[
    "x-powered-by",
    "x-aspnet-version",
    "x-aspnetmvc-version",
    "x-generator",
    "x-powered-cms",
    "x-redirect-by",
    "x-runtime",
    "x-php-version",
    "x-drupal-dynamic-cache",
    "sourcemap",
    "x-sourcemap",
];

/// Sets all of it. `origin` is the one the preflight came from.
pub(super) fn set(facts: &mut Facts, scan: &Scan, profile: Profile, (preloads, origin): (&Preloads, &str)) {
    let Some(visit) = scan.visit() else { return };
    set_redirection(facts, scan, preloads);
    set_transport(facts, scan);
    scripting::set(facts, &visit.answer);
    scripting::set_reuse(facts, &visit.answer, scan.again.as_ref());
    facts.present("hsts.preloaded", Value::Bool(preloads.covers(&scan.host)));
    facts.present("cors.credentials_for_any_origin", Value::Bool(reflects(scan, origin)));
    facts.present("disclosure", list(disclosure(&visit.answer)));
    facts.present("missing", list(missing(scan, &visit.answer, profile)));
}

fn list(texts: Vec<String>) -> Value {
    Value::List(texts.into_iter().map(Value::Text).collect())
}

/// The redirection result whatever the status, but never for a port that was not asked.
fn set_redirection(facts: &mut Facts, scan: &Scan, preloads: &Preloads) {
    let unasked =
        || Fact::Unobserved("http was not asked: the URL names a port, and the target no `http_port`".to_owned());
    let own_machine = matches!(scan.host.as_str(), "localhost" | "[::1]") || scan.host.starts_with("127.");
    let nobody =
        || Fact::Unobserved("only this machine reaches a loopback address; audit the one that users have".to_owned());
    let scored = transport::redirection(scan.http.as_ref(), preloads);
    let result = if own_machine {
        nobody()
    } else if scan.http_asked {
        Fact::Present(Value::Text(scored.result.to_owned()))
    } else {
        unasked()
    };
    let permanent = scan.http.as_ref().is_none_or(|visit| visit.hops.first().is_some_and(|hop| hop.permanent));
    let lasting = match &result {
        Fact::Present(_) => Fact::Present(Value::Bool(permanent)),
        unknown => unknown.clone(),
    };
    facts.set("redirection", result);
    facts.set("redirection_permanent", lasting);
}

fn set_transport(facts: &mut Facts, scan: &Scan) {
    let names = ["hsts.valid", "hsts.max_age", "hsts.subdomains", "hsts.preload", "hsts.everywhere"];
    let Some(visit) = &scan.https else {
        for name in names {
            facts.set(name, Fact::Unobserved("https did not answer".to_owned()));
        }
        return;
    };
    let read = visit.answer.header("strict-transport-security").map(|header| Transport::read(&header));
    let age = read.and_then(|read| read.max_age).map(|age| Value::Number(Exact::whole(age)));
    facts.set("hsts.max_age", age.map_or(Fact::Absent, Fact::Present));
    let flag = |flag: Option<bool>| flag.map_or(Fact::Absent, |flag| Fact::Present(Value::Bool(flag)));
    facts.set("hsts.valid", flag(read.map(Transport::is_valid)));
    facts.set("hsts.subdomains", flag(read.map(|read| read.subdomains)));
    facts.set("hsts.preload", flag(read.map(|read| read.preload)));
    facts.set("hsts.everywhere", read.map_or(Fact::Absent, |_| everywhere(scan, visit)));
}

/// Whether redirects over https and the page that cannot exist say it, too: caches and proxies that add it to success
/// alone leave out who comes by another way (RFC 6797 §7.1).
fn everywhere(scan: &Scan, visit: &Visit) -> Fact {
    if visit.hops.iter().any(|hop| hop.url.scheme() == "https" && !hop.hsts) {
        return Fact::Present(Value::Bool(false));
    }
    match &scan.nowhere {
        Some(nowhere) => Fact::Present(Value::Bool(nowhere.header("strict-transport-security").is_some())),
        None => Fact::Unobserved("a page that cannot exist was not answered".to_owned()),
    }
}

/// Whether a foreign origin may read with the user's credentials.
fn reflects(scan: &Scan, origin: &str) -> bool {
    let Some(headers) = &scan.preflight else { return false };
    let is = |name: &str, value: &str| joined(headers, name).is_some_and(|header| header.trim() == value);
    is("access-control-allow-origin", origin) && is("access-control-allow-credentials", "true")
}

fn disclosure(answer: &Answer) -> Vec<String> {
    let gives_away = |(name, value): &&(String, String)| {
        NAMING.contains(&name.as_str()) || (name == "server" && value.chars().any(|c| c.is_ascii_digit()))
    };
    let mut lines: Vec<String> =
        answer.headers.iter().filter(gives_away).map(|(name, value)| format!("{name}: {value}")).collect();
    lines.sort();
    lines.dedup();
    lines
}

/// Protections of the profile that are not there, or say nothing.
fn missing(scan: &Scan, answer: &Answer, profile: Profile) -> Vec<String> {
    let header = |name: &str| answer.header(name).unwrap_or_default().to_lowercase();
    let policy = header("content-security-policy");
    let framing = matches!(header("x-frame-options").trim(), "deny" | "sameorigin");
    let lasting = Transport::read(&header("strict-transport-security")).max_age.is_some_and(|age| age > 0);
    let mut wanted = vec![
        ("x-content-type-options", header("x-content-type-options").trim() == "nosniff"),
        ("frame-ancestors", framing || policy.contains("frame-ancestors")),
    ];
    if scan.https.is_some() {
        wanted.push(("strict-transport-security", lasting));
    }
    match profile {
        Profile::Html => {
            wanted.push(("content-security-policy", !policy.trim().is_empty()));
            wanted.push(("referrer-policy", !header("referrer-policy").is_empty()));
        }
        Profile::Api => {
            wanted.push(("cache-control", header("cache-control").contains("no-store")));
            wanted.push(("content-type", !header("content-type").is_empty()));
        }
    }
    let mut missing: Vec<String> =
        wanted.into_iter().filter(|(_, there)| !there).map(|(name, _)| name.to_owned()).collect();
    missing.sort();
    missing
}
