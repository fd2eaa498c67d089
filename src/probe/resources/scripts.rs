//! The scripts of a page that are its own: what of a server's secrets they carry, and whether they lead to their sources.
//!
//! Keys that are made to be public (Firebase, Stripe's `pk_`, a Sentry DSN) are none.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use regex::Regex;

use super::page::Page;
use super::{Named, texts};
use crate::model::{Certainty, Fact, Facts, Unknown, Value};
use crate::probe::http::round::body_text;
use crate::probe::secrets::{has_private_key, tokens};
use crate::world::net::{BODY_CAP, Reply, Url};

/// Shapes of keys that pages are meant to carry.
const PUBLIC: &[&str] = &["google-api-key"];

/// The comment that leads to the sources (ECMA-426 §13.1); the last one counts.
static MAPPED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^\s*(?://|/\*)[#@]\s*sourceMappingURL=([^\s*]+)").expect("a fixed pattern"));
/// A JSON Web Token.
static JWT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\beyJ[\w-]{10,}\.(eyJ[\w-]{10,})\.[\w-]{10,}").expect("a fixed pattern"));

/// What the scripts show.
#[derive(Debug, Default)]
struct Shown {
    read: usize,
    /// Where, and what.
    secrets: BTreeSet<String>,
    maps: BTreeSet<String>,
    /// Why scripts were not read, or not whole.
    unread: Vec<String>,
}

/// Reads at most so many of the page's own scripts, and asks for the maps that they name.
pub(super) async fn look(
    page: &Page,
    at: &Url,
    most: usize,
    named: &mut Named<'_, '_>,
    facts: &mut Facts,
) -> Result<Vec<String>, Unknown> {
    let mut shown = Shown::default();
    shown.search(at.path(), &page.scripts);
    let own: BTreeSet<&Url> = page.resources.iter().filter(|found| found.script).map(|found| &found.url).collect();
    let own: Vec<(&Url, String)> = own.into_iter().filter_map(|url| Some((url, named.path(url)?))).collect();
    if own.len() > most {
        shown.unread.push(format!("the page has {} scripts of its own, of which {most} were read", own.len()));
    }
    for (url, path) in own.iter().take(most) {
        let reply = named.get(path).await?;
        shown.take(url, &reply);
        if let Some(map) = map_of(&reply).filter(|_| reply.status == 200) {
            shown.follow(url, &map, named).await?;
        }
    }
    Ok(shown.set(facts))
}

impl Shown {
    fn take(&mut self, url: &Url, reply: &Reply) {
        if reply.status != 200 {
            self.unread.push(format!("{} gives {}", url.path(), reply.status));
            return;
        }
        let text = body_text(reply);
        if text.len() >= BODY_CAP || text.is_empty() {
            self.unread.push(format!("{} was not read to its end", url.path()));
        }
        self.read += 1;
        self.search(url.path(), &text);
    }

    fn search(&mut self, place: &str, text: &str) {
        let known = tokens(text.as_bytes()).into_iter();
        let known = known.filter(|token| token.certainty != Certainty::Hint && !PUBLIC.contains(&token.id));
        self.secrets.extend(known.map(|token| format!("{place}: {}", token.title)));
        if has_private_key(text.as_bytes()) {
            self.secrets.insert(format!("{place}: private key"));
        }
        if JWT.captures_iter(text).filter_map(|token| token.get(1)).any(|claims| is_service_role(claims.as_str())) {
            self.secrets.insert(format!("{place}: Supabase service-role key"));
        }
    }

    /// A map counts when it is served, and is one.
    async fn follow(&mut self, script: &Url, map: &str, named: &mut Named<'_, '_>) -> Result<(), Unknown> {
        if map.starts_with("data:") {
            self.maps.insert(format!("{}: in the script itself", script.path()));
            return Ok(());
        }
        let Some(path) = script.join(map).ok().and_then(|url| named.path(&url)) else { return Ok(()) };
        let reply = named.get(&path).await?;
        if reply.status == 200 && is_map(&body_text(&reply)) {
            self.maps.insert(path);
        }
        Ok(())
    }

    /// Nothing found is only known where all was read.
    fn set(self, facts: &mut Facts) -> Vec<String> {
        facts.present("scripts_read", Value::count(self.read));
        let mut notes = Vec::new();
        for (name, what, found) in
            [("script_secrets", "a secret", self.secrets), ("source_maps", "its sources are public", self.maps)]
        {
            notes.extend(found.iter().map(|place| format!("{place}: {what}")));
            let fact = match found.is_empty() && !self.unread.is_empty() {
                true => Fact::Unobserved(self.unread.join("; ")),
                false => Fact::Present(texts(found)),
            };
            facts.set(name, fact);
        }
        notes
    }
}

/// Where a script says that its sources are: the header goes before the comment.
fn map_of(reply: &Reply) -> Option<String> {
    let header = reply.header("sourcemap").or_else(|| reply.header("x-sourcemap")).map(str::trim);
    let header = header.filter(|value| !value.is_empty()).map(str::to_owned);
    header.or_else(|| Some(MAPPED.captures_iter(&body_text(reply)).last()?.get(1)?.as_str().to_owned()))
}

/// The beginning of a source map (ECMA-426 §9): an object with its members, perhaps behind the line that keeps it from being
/// run.
fn is_map(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}');
    let text = text.strip_prefix(")]}'").map_or(text, |rest| rest.trim_start_matches(|c| c != '{'));
    text.trim_start().starts_with('{') && (text.contains("\"sources\"") || text.contains("\"sections\""))
}

/// Supabase's key that passes by every rule of a row; the one for pages has the role `anon`.
fn is_service_role(claims: &str) -> bool {
    let bytes = URL_SAFE_NO_PAD.decode(claims).unwrap_or_default();
    serde_json::from_slice::<serde_json::Value>(&bytes).is_ok_and(|claims| claims["role"] == "service_role")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(text: &str) -> Vec<String> {
        let mut shown = Shown::default();
        shown.search("/app.js", text);
        shown.secrets.into_iter().collect()
    }

    #[test]
    fn keys_for_servers_are_found_and_those_for_pages_are_not() {
        let with_role = |role: &str| {
            let claims = URL_SAFE_NO_PAD.encode(format!("{{\"iss\":\"supabase\",\"role\":\"{role}\"}}"));
            format!("createClient(u, 'eyJhbGciOiJIUzI1NiJ9.{claims}.c2lnbmF0dXJlLXg')")
        };
        assert_eq!(secrets(&with_role("service_role")), ["/app.js: Supabase service-role key"]);
        assert!(secrets(&with_role("anon")).is_empty());
        assert!(secrets("initializeApp({apiKey: 'AIzaSyB9k3wQ7xZr2LmN8vTg5HcJd1FpYe6UaKo'})").is_empty());
    }

    #[test]
    fn the_last_comment_names_the_map_and_a_page_is_no_map() {
        let last = |text: &str| MAPPED.captures_iter(text).last().map(|found| found[1].to_owned());
        let script = "//# sourceMappingURL=old.js.map\nrun()\n//# sourceMappingURL=app.js.map\n";
        assert_eq!(last(script).as_deref(), Some("app.js.map"));
        assert_eq!(last("const comment = '# sourceMappingURL=x'"), None);
        assert!(is_map(")]}'\n{\"version\":3,\"sources\":[\"a.ts\"],\"mappings\":\"\"}"));
        assert!(!is_map("<!doctype html>\"sources\"") && !is_map("{\"error\": \"not found\"}"));
    }
}
