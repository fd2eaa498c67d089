//! What the headers of an answer say about a limit: draft-ietf-httpapi-ratelimit-headers (structured fields), its older
//! forms, the `X-` ones that came before it, and `Retry-After` (RFC 9110 §10.2.3).

use std::time::Duration;

use jiff::Timestamp;
use sfv::{BareItem, Dictionary, List, ListEntry, Parameters, Parser};

use crate::world::net::Reply;

/// The longest header that is read as a structured field, in bytes.
const LONGEST: usize = 2048;

/// What an answer announces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Announced {
    /// The headers it is said in, lower case.
    pub(super) headers: Vec<String>,
    /// Requests that are allowed; the smallest of several quotas.
    pub(super) limit: Option<u64>,
    /// The time they are allowed in.
    pub(super) window: Option<Duration>,
    /// Requests that are left.
    pub(super) remaining: Option<u64>,
}

/// What an answer announces; nothing when it comes from a cache, which repeats what somebody else was told.
pub(super) fn announced(reply: &Reply) -> Announced {
    let mut said = Announced::default();
    if reply.header("age").and_then(|age| age.trim().parse::<u64>().ok()).is_some_and(|age| age > 0) {
        return said;
    }
    policy(reply, &mut said);
    current(reply, &mut said);
    for prefix in ["ratelimit", "x-ratelimit", "x-rate-limit"] {
        plain(reply, prefix, &mut said);
    }
    said
}

fn structured<'r>(reply: &'r Reply, name: &str) -> Option<&'r str> {
    reply.header(name).map(str::trim).filter(|value| !value.is_empty() && value.len() <= LONGEST)
}

/// `RateLimit-Policy: "burst";q=100;w=60,"daily";q=1000;w=86400`; what is malformed is ignored, as the draft says.
fn policy(reply: &Reply, said: &mut Announced) {
    let Some(value) = structured(reply, "ratelimit-policy") else { return };
    let Ok(list) = Parser::new(value).parse::<List>() else { return };
    let quotas = list.iter().filter_map(|entry| match entry {
        ListEntry::Item(item) => Some((number(&item.params, "q")?, number(&item.params, "w"))),
        ListEntry::InnerList(_) => None,
    });
    if let Some((limit, window)) = quotas.min_by_key(|(quota, _)| *quota) {
        said.headers.push("ratelimit-policy".to_owned());
        said.limit = Some(limit);
        said.window = window.map(Duration::from_secs);
    }
}

/// `RateLimit: "default";r=50;t=30`, or as an earlier draft had it: `RateLimit: limit=100, remaining=50, reset=30`.
fn current(reply: &Reply, said: &mut Announced) {
    let Some(value) = structured(reply, "ratelimit") else { return };
    if let Ok(list) = Parser::new(value).parse::<List>() {
        let left = list.iter().filter_map(|entry| match entry {
            ListEntry::Item(item) => number(&item.params, "r"),
            ListEntry::InnerList(_) => None,
        });
        if let Some(least) = left.min() {
            said.headers.push("ratelimit".to_owned());
            said.remaining = Some(least);
            return;
        }
    }
    let Ok(members) = Parser::new(value).parse::<Dictionary>() else { return };
    let member = |name: &str| match members.get(name) {
        Some(ListEntry::Item(item)) => whole(&item.bare_item),
        _ => None,
    };
    if let (Some(limit), Some(remaining)) = (member("limit"), member("remaining")) {
        said.headers.push("ratelimit".to_owned());
        said.limit = said.limit.or(Some(limit));
        said.remaining = Some(remaining);
    }
}

/// `…-Limit: 100` (also `100, 100;w=60`), `…-Remaining: 99`.
fn plain(reply: &Reply, prefix: &str, said: &mut Announced) {
    let first = |name: &str| {
        let value = reply.header(name)?;
        value.split([',', ';']).next()?.trim().parse::<u64>().ok()
    };
    let (limit, remaining) = (format!("{prefix}-limit"), format!("{prefix}-remaining"));
    if let Some(quota) = first(&limit) {
        let window = reply.header(&limit).and_then(|value| value.split_once("w=")).and_then(|(_, rest)| {
            rest.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok())
        });
        said.window = said.window.or(window.map(Duration::from_secs));
        said.limit = said.limit.or(Some(quota));
        said.headers.push(limit);
    }
    if let Some(left) = first(&remaining) {
        said.remaining = said.remaining.or(Some(left));
        said.headers.push(remaining);
    }
}

fn number(parameters: &Parameters, name: &str) -> Option<u64> {
    parameters.get(name).and_then(whole)
}

fn whole(item: &BareItem) -> Option<u64> {
    match item {
        BareItem::Integer(value) => u64::try_from(i64::from(*value)).ok(),
        _ => None,
    }
}

/// How long an answer asks to wait; a date counts from the answer's own, or else from `now`.
pub(super) fn retry_after(reply: &Reply, now: Timestamp) -> Option<Duration> {
    let value = reply.header("retry-after")?.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let from = reply.header("date").and_then(date).unwrap_or(now);
    let left = date(value)?.as_second() - from.as_second();
    Some(Duration::from_secs(u64::try_from(left).unwrap_or(0)))
}

/// An HTTP date in its one current form (RFC 9110 §5.6.7).
fn date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(text.trim()).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::world::net::{Body, Phases};

    fn reply(headers: &[(&str, &str)]) -> Reply {
        Reply {
            status: 200,
            version: "1.1",
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            body: Body::Whole(bytes::Bytes::new()),
            phases: Phases::default(),
            peer: "127.0.0.1:1".parse().unwrap(),
        }
    }

    fn numbers(headers: &[(&str, &str)]) -> (Option<u64>, Option<u64>, Option<u64>) {
        let said = announced(&reply(headers));
        (said.limit, said.window.map(|window| window.as_secs()), said.remaining)
    }

    #[test]
    fn every_form_of_the_headers_is_read() {
        let current = [
            ("ratelimit-policy", "\"burst\";q=100;w=60, \"daily\";q=1000;w=86400"),
            ("ratelimit", "\"burst\";r=50;t=30"),
        ];
        assert_eq!(numbers(&current), (Some(100), Some(60), Some(50)));
        assert_eq!(numbers(&[("ratelimit", "limit=10, remaining=4, reset=3")]), (Some(10), None, Some(4)));
        let older = [("ratelimit-limit", "10, 10;w=60"), ("ratelimit-remaining", "9"), ("ratelimit-reset", "3")];
        assert_eq!(numbers(&older), (Some(10), Some(60), Some(9)));
        let oldest = [("x-ratelimit-limit", "5000"), ("x-ratelimit-remaining", "4999")];
        assert_eq!(numbers(&oldest), (Some(5000), None, Some(4999)));
        assert_eq!(numbers(&[("x-rate-limit-limit", "15m")]), (None, None, None));
    }

    #[test]
    fn what_is_malformed_or_comes_from_a_cache_is_ignored() {
        assert_eq!(
            announced(&reply(&[("ratelimit-policy", "burst q=100"), ("ratelimit", "many")])),
            Announced::default()
        );
        assert_eq!(announced(&reply(&[("ratelimit-limit", "10"), ("age", "7")])), Announced::default());
        let long = format!("\"a\";q=1{}", " ".repeat(10_000));
        assert_eq!(announced(&reply(&[("ratelimit-policy", &format!("{long}, \"b\";q=2"))])), Announced::default());
    }

    #[test]
    fn a_wait_is_seconds_or_a_date() {
        let now = "2026-11-20T12:00:00Z".parse().unwrap();
        let wait = |headers: &[(&str, &str)]| retry_after(&reply(headers), now).map(|wait| wait.as_secs());
        assert_eq!(wait(&[("retry-after", "7")]), Some(7));
        assert_eq!(wait(&[("retry-after", "Fri, 20 Nov 2026 12:00:05 GMT")]), Some(5));
        let dated = [("retry-after", "Fri, 20 Nov 2026 12:00:05 GMT"), ("date", "Fri, 20 Nov 2026 12:00:02 GMT")];
        assert_eq!(wait(&dated), Some(3));
        assert_eq!(wait(&[("retry-after", "Fri, 20 Nov 2020 12:00:05 GMT")]), Some(0));
        assert_eq!(wait(&[("retry-after", "soon")]), None);
    }
}
