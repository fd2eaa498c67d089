//! Content codings: gzip and deflate undone under a cap, so that a small body cannot become a huge one.

use std::io::Read;

use flate2::read::{GzDecoder, ZlibDecoder};

/// What a coded body turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inflated {
    /// The content.
    Whole(Vec<u8>),
    /// More than the cap.
    TooLong,
    /// Not what the header says, or a coding we do not know; what is wrong.
    Unreadable(String),
}

/// Undoes the coding that `content-encoding` names.
pub fn inflate(coding: &str, body: &[u8], cap: usize) -> Inflated {
    let coding = coding.trim().to_ascii_lowercase();
    match coding.as_str() {
        "" | "identity" => Inflated::Whole(body.to_vec()),
        "gzip" | "x-gzip" => read_capped(GzDecoder::new(body), &coding, cap),
        "deflate" => read_capped(ZlibDecoder::new(body), &coding, cap),
        _ => Inflated::Unreadable(format!("the body is encoded as `{coding}`, which is not undone here")),
    }
}

fn read_capped(decoder: impl Read, coding: &str, cap: usize) -> Inflated {
    let mut content = Vec::new();
    match decoder.take(cap as u64 + 1).read_to_end(&mut content) {
        Ok(length) if length > cap => Inflated::TooLong,
        Ok(_) => Inflated::Whole(content),
        Err(error) => Inflated::Unreadable(format!("the body is not the `{coding}` its header announces: {error}")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::io::Write;

    use super::*;

    fn zipped(content: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_zipped_body_is_read() {
        assert_eq!(inflate("GZIP", &zipped(b"hello"), 100), Inflated::Whole(b"hello".to_vec()));
    }

    #[test]
    fn a_gzip_bomb_stops_at_the_cap() {
        let bomb = zipped(&vec![0; 10 << 20]);
        assert!(bomb.len() < 20_000);
        assert_eq!(inflate("gzip", &bomb, 1 << 20), Inflated::TooLong);
    }

    #[test]
    fn a_body_that_lies_about_its_coding_or_uses_another_is_unreadable() {
        assert!(matches!(inflate("gzip", b"plain", 100), Inflated::Unreadable(_)));
        assert!(matches!(inflate("br", b"?", 100), Inflated::Unreadable(text) if text.contains("`br`")));
    }
}
