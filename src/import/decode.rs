//! Bytes to text: byte order marks, UTF-16, single-byte encodings; what was done is said. Leaves text that was decoded
//! wrongly before it reached us to `repair`.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1251, WINDOWS_1252};

use super::repair::repair;

/// Text, and what had to be done to get it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text; as many lines as the file.
    pub text: String,
    /// What was done, one sentence each; empty for clean UTF-8.
    pub notes: Vec<String>,
}

/// Reads bytes as text. Never fails: what is no text in any encoding we know comes out as U+FFFD and is noted.
pub fn decode(bytes: &[u8]) -> Decoded {
    let mut notes = Vec::new();
    let text = to_text(bytes, &mut notes);
    let repaired = repair(&text);
    notes.extend(repaired.notes);
    Decoded { text: repaired.text, notes }
}

fn to_text(bytes: &[u8], notes: &mut Vec<String>) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, wrong) = encoding.decode_without_bom_handling(&bytes[mark..]);
        if encoding != encoding_rs::UTF_8 || wrong {
            notes.push(note_of(encoding, wrong));
        }
        return text.into_owned();
    }
    if let Some(encoding) = wide_without_mark(bytes) {
        let (text, wrong) = encoding.decode_without_bom_handling(bytes);
        notes.push(note_of(encoding, wrong));
        return text.into_owned();
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    mostly_utf8(bytes, notes).unwrap_or_else(|| {
        let encoding = single_byte(bytes);
        let (text, wrong) = encoding.decode_without_bom_handling(bytes);
        notes.push(note_of(encoding, wrong));
        text.into_owned()
    })
}

fn note_of(encoding: &'static Encoding, wrong: bool) -> String {
    let lost = if wrong { "; what is no character in it became U+FFFD" } else { "" };
    format!("read as {}{lost}", encoding.name())
}

/// UTF-16 without a byte order mark: nearly every second byte of a document in any Latin script is zero.
fn wide_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(4096) & !1];
    if sample.len() < 8 {
        return None;
    }
    let zeros = |offset: usize| sample.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), sample.len() / 2);
    match () {
        () if odd * 10 > half * 7 && even * 10 < half => Some(UTF_16LE),
        () if even * 10 > half * 7 && odd * 10 < half => Some(UTF_16BE),
        () => None,
    }
}

/// UTF-8 with a few broken places stays UTF-8: at most one broken sequence for ten sound ones.
fn mostly_utf8(bytes: &[u8], notes: &mut Vec<String>) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let broken = text.matches('\u{fffd}').count();
    let sound = text.chars().filter(|c| !c.is_ascii() && *c != '\u{fffd}').count();
    (sound >= broken * 10).then(|| {
        notes.push(format!("{broken} sequences of bytes that are no UTF-8 became U+FFFD"));
        text.into_owned()
    })
}

/// Windows-1251 if the high bytes are mostly its letters in runs (a Cyrillic word), else windows-1252.
fn single_byte(bytes: &[u8]) -> &'static Encoding {
    let letters = bytes.windows(3).filter(|three| three.iter().all(|byte| *byte >= 0xc0)).count();
    let high = bytes.iter().filter(|byte| **byte >= 0x80).count();
    if letters * 2 > high { WINDOWS_1251 } else { WINDOWS_1252 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn every_encoding_of_a_document_gives_the_same_text() {
        let text = "# Plan\n\n- [x] Größe geprüft ✅\n- [ ] Tests\n";
        let marked = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
        let cases = [
            text.as_bytes().to_vec(),
            marked(b"\xef\xbb\xbf", text.as_bytes().to_vec()),
            marked(b"\xff\xfe", wide(text, false)),
            marked(b"\xfe\xff", wide(text, true)),
            wide(text, false),
            wide(text, true),
        ];
        for bytes in cases {
            assert_eq!(decode(&bytes).text, text);
        }
    }

    #[test]
    fn single_byte_documents_are_read_in_their_own_encoding() {
        assert_eq!(decode(b"Gr\xf6\xdfe gepr\xfcft").text, "Größe geprüft");
        assert_eq!(decode(b"\xe3\xee\xf2\xee\xe2\xee").text, "готово");
        assert_eq!(decode(b"\xe3\xee\xf2\xee\xe2\xee").notes, ["read as windows-1251"]);
    }

    #[test]
    fn bytes_that_are_no_text_do_no_harm() {
        for bytes in [&b"\xff\xfe\x00\xd8"[..], b"\x00\x00\x00", b"\xff", b"ok \xe2\x9c", b""] {
            let decoded = decode(bytes);
            assert!(decoded.text.len() <= bytes.len() * 3 + 3);
        }
    }
}
