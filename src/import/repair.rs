//! UTF-8 that was read in a single-byte encoding and saved again: repaired run by run, without loss. A run is as many
//! characters beyond ASCII as stand together; it is repaired only if its bytes in that encoding are valid UTF-8.

use encoding_rs::{Encoding, MACINTOSH, WINDOWS_1252};

/// The text, and what was repaired.
pub(super) struct Repaired {
    pub(super) text: String,
    pub(super) notes: Vec<String>,
}

/// Encodings that text was read in by mistake, the likelier first.
const MISTAKES: &[(&str, ReadAgain)] = &[
    ("Mac Roman", |run| again(run, MACINTOSH)),
    ("windows-1252", |run| again(run, WINDOWS_1252)),
    ("Latin-1", latin_1),
    ("CP437", code_page_437),
];

/// How often one text can have been misread in a row.
const MOST_ROUNDS: usize = 3;

/// The upper half of IBM code page 437, from 0x80.
const CODE_PAGE_437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// What the first bytes of UTF-8 sequences that documents use (0xC2, 0xC3, 0xD0, 0xD1, 0xE2 … 0xF0) look like in code page
/// 437. A run that starts otherwise is a drawing, not misread text.
const STARTS_437: &str = "┬├╨╤Γπ∩Σσµτφ≡";

/// Turns a run back into what it was; `None` if it was not misread in this way.
type ReadAgain = fn(&str) -> Option<String>;

/// Repairs every run that can be repaired.
pub(super) fn repair(text: &str) -> Repaired {
    let mut repaired = String::with_capacity(text.len());
    let mut counts = vec![0usize; MISTAKES.len()];
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| !c.is_ascii()) {
        repaired.push_str(&rest[..start]);
        let run = &rest[start..];
        let run = &run[..run.find(|c: char| c.is_ascii()).unwrap_or(run.len())];
        repaired.push_str(&repair_run(run, &mut counts, MOST_ROUNDS));
        rest = &rest[start + run.len()..];
    }
    repaired.push_str(rest);
    let found = MISTAKES.iter().zip(&counts).filter(|(_, count)| **count > 0);
    let notes = found.map(|((name, _), count)| format!("repaired {count} runs of UTF-8 that had been read as {name}"));
    Repaired { text: repaired, notes: notes.collect() }
}

fn repair_run(run: &str, counts: &mut [usize], rounds: usize) -> String {
    let repaired = MISTAKES.iter().enumerate().find_map(|(index, (_, read_again))| Some((index, read_again(run)?)));
    match repaired {
        Some((index, text)) => {
            counts[index] += 1;
            if rounds > 1 { repair_run(&text, counts, rounds - 1) } else { text }
        }
        None => run.to_owned(),
    }
}

/// The run's bytes in the encoding, read as UTF-8; `None` if either step fails.
fn again(run: &str, encoding: &'static Encoding) -> Option<String> {
    let (bytes, _, unmappable) = encoding.encode(run);
    if unmappable {
        return None;
    }
    String::from_utf8(bytes.into_owned()).ok()
}

/// Latin-1 as such: every byte is the character of its number.
fn latin_1(run: &str) -> Option<String> {
    let bytes: Option<Vec<u8>> = run.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    String::from_utf8(bytes?).ok()
}

fn code_page_437(run: &str) -> Option<String> {
    if !run.starts_with(|c| STARTS_437.contains(c)) {
        return None;
    }
    let byte = |c: char| CODE_PAGE_437.chars().position(|other| other == c).and_then(|at| u8::try_from(at + 0x80).ok());
    let bytes: Option<Vec<u8>> = run.chars().map(byte).collect();
    String::from_utf8(bytes?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// UTF-8 read in another encoding, as a careless editor does.
    fn misread(text: &str, encoding: &'static Encoding) -> String {
        encoding.decode_without_bom_handling(text.as_bytes()).0.into_owned()
    }

    #[test]
    fn text_that_was_misread_comes_back_as_it_was() {
        let text = "✅ done, ⚠️ “quoted” – naïve → 🚀 ❌ 完了";
        for encoding in [MACINTOSH, WINDOWS_1252] {
            assert_eq!(repair(&misread(text, encoding)).text, text, "{}", encoding.name());
        }
    }

    #[test]
    fn text_that_was_read_well_stays() {
        for text in ["Größe 5 µm, façade, naïve", "✅ готово — 完了", "Ünïcödé", "price: 5 €"] {
            let repaired = repair(text);
            assert_eq!((repaired.text.as_str(), repaired.notes.len()), (text, 0));
        }
    }

    #[test]
    fn code_page_437_and_latin_1_are_repaired_too() {
        let text = "✅ fertig – Größe ❌ 🚀";
        let latin: String = text.bytes().map(char::from).collect();
        let in_437 = |byte: u8| {
            if byte < 0x80 {
                char::from(byte)
            } else {
                CODE_PAGE_437.chars().nth(usize::from(byte) - 0x80).expect("128 characters")
            }
        };
        let old: String = text.bytes().map(in_437).collect();
        assert_eq!(repair(&latin).text, text);
        assert_eq!(repair(&old).text, text);
    }

    #[test]
    fn text_that_was_misread_twice_comes_back() {
        let text = "✅ done, ❌ missing";
        let twice = misread(&misread(text, WINDOWS_1252), WINDOWS_1252);
        assert_eq!(repair(&twice).text, text);
    }

    #[test]
    fn drawings_and_bars_stay() {
        for text in ["████░░░░ 50 %", "█░", "├── src", "║ ═╬═ ║", "│ └─┬─┘"]
        {
            assert_eq!(repair(text).text, text);
        }
    }

    #[test]
    fn repairing_twice_changes_nothing() {
        let once = repair(&misread("✅ erledigt, ❌ fehlt", MACINTOSH)).text;
        assert_eq!(repair(&once).text, once);
    }
}
