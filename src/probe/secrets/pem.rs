//! Private keys in text: PEM blocks that are not encrypted.

use memchr::{memchr, memmem};

/// Characters of key material below which a block is a mock-up.
const LEAST_BODY: usize = 64;
/// Bytes between header and end beyond which they are not of one block.
const LONGEST_BODY: usize = 20_000;
/// Words before `PRIVATE KEY` in a header: `RSA`, `OPENSSH`, `ENCRYPTED`.
const MOST_WORDS: usize = 3;

/// A block of a private key.
struct Block<'b> {
    start: usize,
    /// What stands before `PRIVATE KEY` in its header.
    kind: &'b [u8],
    body: &'b [u8],
    end: usize,
}

/// Offsets of unencrypted private keys.
pub(super) fn private_keys(bytes: &[u8]) -> Vec<usize> {
    blocks(bytes).filter(is_open_key).map(|block| block.start).collect()
}

fn is_open_key(block: &Block<'_>) -> bool {
    let contains = |text: &[u8], word: &[u8]| memmem::find(text, word).is_some();
    let (kind, body) = (block.kind, block.body);
    let encrypted = contains(kind, b"ENCRYPTED")
        || contains(body, b"ENCRYPTED")
        || contains(body, b"DEK-Info")
        || is_encrypted_openssh(body);
    let material =
        body.iter().filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')).count();
    let mut distinct: Vec<u8> = body.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
    distinct.sort_unstable();
    distinct.dedup();
    !encrypted && material >= LEAST_BODY && distinct.len() >= 16 && !contains(body, b"...")
}

/// Whether a body is of OpenSSH's own format and names a cipher (openssh-portable, PROTOCOL.key): the format's name, the
/// cipher's length and name, where `none` stands for no cipher.
fn is_encrypted_openssh(body: &[u8]) -> bool {
    // "openssh-key-v1" and a zero byte fill whole groups of base64; the first three bytes of the length are zero.
    const MAGIC: &[u8] = b"b3BlbnNzaC1rZXktdjEAAAAA";
    // The last byte of the length 4, and "none".
    const NONE: &[u8] = b"BG5vbmU";
    let start: Vec<u8> =
        body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).take(MAGIC.len() + NONE.len()).collect();
    start.strip_prefix(MAGIC).is_some_and(|cipher| cipher != NONE)
}

/// Blocks in order, none within another.
fn blocks(bytes: &[u8]) -> impl Iterator<Item = Block<'_>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let block = memmem::find_iter(&bytes[from..], BEGIN).find_map(|at| block_at(bytes, from + at))?;
        from = block.end;
        Some(block)
    })
}

const BEGIN: &[u8] = b"-----BEGIN ";
const DASHES: &[u8] = b"-----";
const END: &[u8] = b"-----END";

/// The block whose header starts here, if one does and an end is near.
fn block_at(bytes: &[u8], start: usize) -> Option<Block<'_>> {
    let header = &bytes[start + BEGIN.len()..];
    let header = &header[..memchr(b'-', header)?];
    let kind = kind_of(header)?;
    let body = start + BEGIN.len() + header.len() + DASHES.len();
    let near = bytes.get(body..bytes.len().min(body + LONGEST_BODY + END.len()))?;
    let length = memmem::find(near, END).filter(|_| bytes[body - DASHES.len()..].starts_with(DASHES))?;
    Some(Block { start, kind, body: &near[..length], end: body + length + END.len() })
}

/// What stands before `PRIVATE KEY` in a header.
fn kind_of(header: &[u8]) -> Option<&[u8]> {
    let kind = header.strip_suffix(b" BLOCK").unwrap_or(header).strip_suffix(b"PRIVATE KEY")?;
    let is_word = |word: &[u8]| !word.is_empty() && word.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let Some(words) = kind.strip_suffix(b" ") else { return kind.is_empty().then_some(kind) };
    let mut words = words.split(|byte| *byte == b' ');
    (words.by_ref().take(MOST_WORDS).all(is_word) && words.next().is_none()).then_some(kind)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::bytes::Regex;

    use super::*;

    proptest! {
        #[test]
        fn blocks_are_what_a_regular_expression_says(parts in proptest::collection::vec(0..PARTS.len(), 1..24)) {
            let text: Vec<u8> = parts.iter().flat_map(|part| PARTS[*part].bytes()).collect();
            let pattern = r"(?s-u)-----BEGIN ((?:[A-Z0-9]+ ){0,3})PRIVATE KEY(?: BLOCK)?-----(.{0,20000}?)-----END";
            let regex = Regex::new(pattern).expect("a fixed pattern");
            let expected: Vec<_> = regex
                .captures_iter(&text)
                .map(|found| (found.get(0).map(|all| all.range()), found[1].to_vec(), found[2].to_vec()))
                .collect();
            let found: Vec<_> =
                blocks(&text).map(|b| (Some(b.start..b.end), b.kind.to_vec(), b.body.to_vec())).collect();
            prop_assert_eq!(found, expected);
        }
    }

    const PARTS: &[&str] = &[
        "-----BEGIN ",
        "-----END",
        "-----",
        "-",
        " ",
        "\n",
        "PRIVATE KEY",
        "PRIVATE ",
        "KEY",
        " BLOCK",
        "RSA ",
        "A1 B2 C3 ",
        "rsa ",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN EC PRIVATE KEY-----\nabc\n-----END EC PRIVATE KEY-----",
        "x",
    ];

    #[test]
    fn an_end_counts_as_far_as_a_block_reaches() {
        let block = |length: usize| format!("-----BEGIN PRIVATE KEY-----{}-----END", "a".repeat(length));
        assert_eq!(blocks(block(LONGEST_BODY).as_bytes()).count(), 1);
        assert_eq!(blocks(block(LONGEST_BODY + 1).as_bytes()).count(), 0);
    }

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
        let openssh = |cipher: &str| block("OPENSSH ", &format!("b3BlbnNzaC1rZXktdjEAAAAA{cipher}AAAA{body}"));
        assert_eq!(private_keys(openssh("BG5vbmU").as_bytes()), vec![0]);
        assert!(private_keys(openssh("CmFlczI1Ni1jdHI").as_bytes()).is_empty(), "aes256-ctr");
        assert!(private_keys(b"-----BEGIN PRIVATE KEY-----").is_empty());
    }
}
