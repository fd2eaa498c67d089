//! What must not stand in a log: credentials and payment cards (OWASP Logging cheat sheet, "Data to exclude"). What was
//! found is named, never repeated.

use std::sync::LazyLock;

use regex::Regex;

use crate::probe::secrets::tokens;

/// A credential that is named beside its value; masked values and placeholders do not match.
const NAMED: &str = r#"(?i)["']?\b(?:password|passwd|pwd|secret|api_?key|access_?token|refresh_?token|client_?secret)["']?\s*[=:]\s*["']?([^\s"',;&}\]*<\[{]{6,})"#;
const BEARER: &str = r"(?i)\b(?:bearer|basic)\s+([a-z0-9._~+/=-]{16,})";
const DIGITS: &str = r"(?:^|[^0-9.\-])([3-6][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{1,7})(?:[^0-9.\-]|$)";

fn pattern(text: &'static str) -> Regex {
    Regex::new(text).expect("a fixed pattern; the tests use each")
}

static IS_NAMED: LazyLock<Regex> = LazyLock::new(|| pattern(NAMED));
static IS_BEARER: LazyLock<Regex> = LazyLock::new(|| pattern(BEARER));
static HAS_DIGITS: LazyLock<Regex> = LazyLock::new(|| pattern(DIGITS));

/// What a line holds of the kind, each kind once.
pub(super) fn found(line: &str) -> Vec<&'static str> {
    let mut kinds: Vec<&'static str> = tokens(line.as_bytes()).iter().map(|token| token.title).collect();
    // the block itself goes on over lines, its first line is enough here
    if line.contains("-----BEGIN ") && line.contains("PRIVATE KEY-----") {
        kinds.push("private key");
    }
    if kinds.is_empty() && IS_BEARER.is_match(line) {
        kinds.push("authorization header");
    }
    if kinds.is_empty() && IS_NAMED.captures_iter(line).any(|found| is_value(&found[1])) {
        kinds.push("password or secret beside its name");
    }
    if HAS_DIGITS.captures_iter(line).any(|found| is_card(&found[1])) {
        kinds.push("payment card number");
    }
    kinds.dedup();
    kinds
}

/// Whether a text may be the value of a credential, not a word about it.
fn is_value(text: &str) -> bool {
    let words = [
        "redacted",
        "masked",
        "hidden",
        "filtered",
        "invalid",
        "incorrect",
        "missing",
        "required",
        "expired",
        "changed",
        "reset",
    ];
    let lower = text.to_lowercase();
    let one_letter = text.chars().all(|letter| text.starts_with(letter));
    !one_letter
        && !words.iter().any(|word| lower.contains(word))
        && !["none", "null", "undefined", "true", "false"].contains(&lower.as_str())
}

/// Thirteen to nineteen digits that check (ISO/IEC 7812, the Luhn formula), and not all the same.
fn is_card(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|letter| letter.to_digit(10)).collect();
    let doubled = |(at, digit): (usize, &u32)| match at % 2 {
        0 => *digit,
        _ if *digit > 4 => digit * 2 - 9,
        _ => digit * 2,
    };
    let sum: u32 = digits.iter().rev().enumerate().map(doubled).sum();
    let varied = digits.iter().any(|digit| Some(digit) != digits.first());
    (13..=19).contains(&digits.len()) && sum.is_multiple_of(10) && varied
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_and_cards_are_found() {
        for (line, kind) in [
            (r#"{"msg":"login","password":"hunter22"}"#, "password or secret beside its name"),
            ("POST /token client_secret=9f8e7d6c5b", "password or secret beside its name"),
            ("headers: Authorization: Bearer abcdefghijklmnop1234", "authorization header"),
            (r#"{"card":"4111 1111 1111 1111"}"#, "payment card number"),
            ("paid with 5555555555554444 today", "payment card number"),
            ("-----BEGIN RSA PRIVATE KEY-----", "private key"),
        ] {
            assert_eq!(found(line), [kind], "{line}");
        }
    }

    #[test]
    fn words_about_credentials_and_other_numbers_are_not() {
        for line in [
            "incorrect username or password",
            "password reset requested for user 7",
            r#"{"password":"***","token_count":512}"#,
            r#"{"password":"[REDACTED]"}"#,
            "password=<hidden> secret=null",
            "password: invalid-for-user",
            "trace 4111111111111112 span 1764237600123",
            r#"{"time":1764237600123456789}"#,
            "0000000000000000",
        ] {
            assert!(found(line).is_empty(), "{line}: {:?}", found(line));
        }
    }
}
