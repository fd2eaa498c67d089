//! Content codings: gzip and deflate undone under a cap, so that a small body cannot become a huge one.

use std::io::Read;

use flate2::read::{GzDecoder, ZlibDecoder};

/// What a coded body turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inflated {
    /// The content.
    Whole(Vec<u8>),
    /// More than the cap; its beginning.
    TooLong(Vec<u8>),
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

/// The beginning of the content, as far as the first bytes of a body tell; nothing in a coding we do not know.
pub fn beginning(coding: &str, first: &[u8], cap: usize) -> Vec<u8> {
    let mut content = Vec::new();
    let decoder: Box<dyn Read + '_> = match coding.trim().to_ascii_lowercase().as_str() {
        "" | "identity" => Box::new(first),
        "gzip" | "x-gzip" => Box::new(GzDecoder::new(first)),
        "deflate" => Box::new(ZlibDecoder::new(first)),
        _ => return content,
    };
    // what was read before the bytes end is kept
    let _ = decoder.take(cap as u64).read_to_end(&mut content);
    content
}

fn read_capped(decoder: impl Read, coding: &str, cap: usize) -> Inflated {
    let mut content = Vec::new();
    match decoder.take(cap as u64 + 1).read_to_end(&mut content) {
        Ok(length) if length > cap => {
            content.truncate(cap);
            Inflated::TooLong(content)
        }
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
        assert_eq!(inflate("gzip", &bomb, 1 << 20), Inflated::TooLong(vec![0; 1 << 20]));
    }

    #[test]
    fn of_a_body_that_was_cut_the_beginning_is_read() {
        let noise: Vec<u8> = (0u32..60_000).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let packed = zipped(&noise);
        let read = beginning("gzip", &packed[..packed.len() / 2], 1 << 20);
        assert!(read.len() > 1000 && noise.starts_with(&read), "{}", read.len());
        assert!(matches!(inflate("gzip", &packed[..packed.len() / 2], 1 << 20), Inflated::Unreadable(_)));
        assert_eq!((beginning("", b"ab", 1), beginning("br", b"ab", 9)), (b"a".to_vec(), Vec::new()));
    }

    #[test]
    fn a_body_that_lies_about_its_coding_or_uses_another_is_unreadable() {
        assert!(matches!(inflate("gzip", b"plain", 100), Inflated::Unreadable(_)));
        assert!(matches!(inflate("br", b"?", 100), Inflated::Unreadable(text) if text.contains("`br`")));
    }
}
