//! Tests on one header each: referrer, content type, CORP, COOP, COEP, CORS.

use sfv::{BareItem, Item, Parser};

use super::page::Page;
use super::scored::{Scored, isolation, referrer, sharing, sniffing};
use super::seen::{Answer, joined};

const PRIVATE_REFERRERS: &[&str] = &["no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"];
const UNSAFE_REFERRERS: &[&str] = &["origin", "origin-when-cross-origin", "unsafe-url", "no-referrer-when-downgrade"];

/// Test `referrer-policy`: the last known word counts, that of the page after those of the header.
pub(super) fn referrer(answer: &Answer, page: &Page) -> Scored {
    let values: Vec<String> = answer.header("referrer-policy").into_iter().chain(page.referrer.clone()).collect();
    if values.is_empty() {
        return referrer::MISSING;
    }
    let words = values.join(", ").to_lowercase();
    let known = |word: &&str| PRIVATE_REFERRERS.contains(word) || UNSAFE_REFERRERS.contains(word);
    match words.split(',').map(str::trim).rfind(known) {
        Some(word) if PRIVATE_REFERRERS.contains(&word) => referrer::PRIVATE,
        Some(_) => referrer::UNSAFE,
        None => referrer::INVALID,
    }
}

/// Test `x-content-type-options`.
pub(super) fn sniffing(answer: &Answer) -> Scored {
    match answer.header("x-content-type-options").as_deref() {
        None | Some("") => sniffing::MISSING,
        Some(value) if clipped(value, 256) == "nosniff" => sniffing::NOSNIFF,
        Some(_) => sniffing::INVALID,
    }
}

/// Test `cross-origin-resource-policy`.
pub(super) fn resource_policy(answer: &Answer) -> Scored {
    match answer.header("cross-origin-resource-policy").map(|value| clipped(&value, 256)).as_deref() {
        None | Some("") => isolation::CORP_MISSING,
        Some("same-origin") => isolation::CORP_SAME_ORIGIN,
        Some("same-site") => isolation::CORP_SAME_SITE,
        Some("cross-origin") => isolation::CORP_CROSS_ORIGIN,
        Some(_) => isolation::CORP_INVALID,
    }
}

/// Test `cross-origin-opener-policy`.
pub(super) fn opener_policy(answer: &Answer) -> Scored {
    match token(answer, "cross-origin-opener-policy") {
        Token::Missing => isolation::COOP_MISSING,
        Token::Is(word) => match word.as_str() {
            "same-origin" => isolation::COOP_SAME_ORIGIN,
            "same-origin-allow-popups" => isolation::COOP_ALLOW_POPUPS,
            "noopener-allow-popups" => isolation::COOP_NOOPENER,
            "unsafe-none" => isolation::COOP_UNSAFE_NONE,
            _ => isolation::COOP_INVALID,
        },
        Token::Invalid => isolation::COOP_INVALID,
    }
}

/// Test `cross-origin-embedder-policy`.
pub(super) fn embedder_policy(answer: &Answer) -> Scored {
    match token(answer, "cross-origin-embedder-policy") {
        Token::Missing => isolation::COEP_MISSING,
        Token::Is(word) => match word.as_str() {
            "require-corp" => isolation::COEP_REQUIRE_CORP,
            "credentialless" => isolation::COEP_CREDENTIALLESS,
            "unsafe-none" => isolation::COEP_UNSAFE_NONE,
            _ => isolation::COEP_INVALID,
        },
        Token::Invalid => isolation::COEP_INVALID,
    }
}

enum Token {
    Missing,
    Is(String),
    Invalid,
}

/// A header that is a structured field: an item whose value is a token (RFC 9651), whatever its parameters.
fn token(answer: &Answer, name: &str) -> Token {
    let header = match answer.header(name) {
        Some(value) if !value.is_empty() => value,
        _ => return Token::Missing,
    };
    let header: String = header.chars().take(1024).collect();
    match Parser::new(header.trim()).parse::<Item>() {
        Ok(Item { bare_item: BareItem::Token(word), .. }) => Token::Is(word.as_str().to_owned()),
        _ => Token::Invalid,
    }
}

/// Test `cross-origin-resource-sharing`, on the answer to a preflight.
pub(super) fn sharing(preflight: Option<&[(String, String)]>) -> Scored {
    let allowed = preflight.and_then(|headers| joined(headers, "access-control-allow-origin"));
    match allowed.filter(|value| !value.is_empty()).map(|value| clipped(&value, 256)).as_deref() {
        None => sharing::NONE,
        Some("*") => sharing::PUBLIC,
        Some(_) => sharing::RESTRICTED,
    }
}

/// The beginning of a value, without space around it, in lower case.
fn clipped(value: &str, most: usize) -> String {
    value.chars().take(most).collect::<String>().trim().to_lowercase()
}
