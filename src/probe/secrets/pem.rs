//! Private keys in text: PEM blocks that are not encrypted.

use std::sync::LazyLock;

use regex::bytes::Regex;

/// Characters of key material below which a block is a mock-up.
const LEAST_BODY: usize = 64;

static BLOCK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?s-u)-----BEGIN ((?:[A-Z0-9]+ ){0,3})PRIVATE KEY(?: BLOCK)?-----(.{0,20000}?)-----END")
        .expect("a fixed pattern")
});

/// Offsets of unencrypted private keys.
pub(super) fn private_keys(bytes: &[u8]) -> Vec<usize> {
    let found = BLOCK.captures_iter(bytes).filter(|captures| {
        let kind = captures.get(1).map_or(&b""[..], |kind| kind.as_bytes());
        let body = captures.get(2).map_or(&b""[..], |body| body.as_bytes());
        let contains = |text: &[u8], word: &[u8]| text.windows(word.len()).any(|part| part == word);
        let encrypted = contains(kind, b"ENCRYPTED") || contains(body, b"ENCRYPTED") || contains(body, b"DEK-Info");
        let material =
            body.iter().filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')).count();
        let mut distinct: Vec<u8> = body.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
        distinct.sort_unstable();
        distinct.dedup();
        !encrypted && material >= LEAST_BODY && distinct.len() >= 16 && !contains(body, b"...")
    });
    found.filter_map(|captures| captures.get(0)).map(|found| found.start()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(kind: &str, body: &str) -> String {
        format!("-----BEGIN {kind}PRIVATE KEY-----\n{body}\n-----END {kind}PRIVATE KEY-----\n")
    }

    #[test]
    fn a_key_with_a_body_is_found_and_mock_ups_are_not() {
        let body = "dGhpcyBpcyBub3QgYSBrZXkgYXQgYWxsLCBpdCBvbmx5IGhhcyB0aGUgc2hhcGUgb2Ygb25lIDEyMzQ1Njc4OTA=";
        assert_eq!(private_keys(block("RSA ", body).as_bytes()), vec![0]);
        assert_eq!(private_keys(block("", body).as_bytes()), vec![0]);
        assert!(private_keys(block("ENCRYPTED ", body).as_bytes()).is_empty());
        assert!(private_keys(block("", "...").as_bytes()).is_empty());
        assert!(private_keys(b"-----BEGIN PRIVATE KEY-----").is_empty());
    }
}
