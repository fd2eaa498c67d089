//! UTF-8 that was read in a single-byte encoding and saved again: repaired run by run, without loss. A run is as many
//! characters beyond ASCII as stand together; it is repaired only if its bytes in that encoding are valid UTF-8.

use std::cmp::Reverse;
use std::ops::Range;

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

/// Turns a run back into what it was; `None` if it was not misread in this way.
type ReadAgain = fn(&str) -> Option<String>;

/// Repairs every run that can be repaired. A run that several mistakes explain is read as most of the others were.
pub(super) fn repair(text: &str) -> Repaired {
    let order = by_likelihood(text);
    let mut repaired = String::with_capacity(text.len());
    let mut counts = vec![0usize; MISTAKES.len()];
    let mut rest = text;
    while let Some(run) = next_run(rest) {
        repaired.push_str(&rest[..run.start]);
        repaired.push_str(&repair_run(&rest[run.clone()], &order, &mut counts, MOST_ROUNDS));
        rest = &rest[run.end..];
    }
    repaired.push_str(rest);
    let found = MISTAKES.iter().zip(&counts).filter(|(_, count)| **count > 0);
    let notes = found.map(|((name, _), count)| format!("repaired {count} runs of UTF-8 that had been read as {name}"));
    Repaired { text: repaired, notes: notes.collect() }
}

/// The next characters beyond ASCII that stand together.
fn next_run(text: &str) -> Option<Range<usize>> {
    let start = text.find(|c: char| !c.is_ascii())?;
    let length = text[start..].find(|c: char| c.is_ascii()).unwrap_or(text.len() - start);
    Some(start..start + length)
}

/// The mistakes that explain something, those first that alone explain the most runs. What nothing but lines and blocks would
/// show is left out unless other runs show it too: a drawing is no misread text.
fn by_likelihood(text: &str) -> Vec<usize> {
    let mut alone = vec![0usize; MISTAKES.len()];
    let mut any = vec![0usize; MISTAKES.len()];
    let mut rest = text;
    while let Some(run) = next_run(rest) {
        let shown = &rest[run.clone()];
        let in_a_word = rest[..run.start].ends_with(|c: char| c.is_ascii_alphabetic());
        if !shown.chars().all(draws) || (in_a_word && is_letters_of_437(shown)) {
            let explains = |(_, (_, read_again)): &(usize, &(&str, ReadAgain))| read_again(shown).is_some();
            let found: Vec<usize> = MISTAKES.iter().enumerate().filter(explains).map(|(index, _)| index).collect();
            found.iter().for_each(|index| any[*index] += 1);
            if let [index] = found.as_slice() {
                alone[*index] += 1;
            }
        }
        rest = &rest[run.end..];
    }
    let mut order: Vec<usize> = (0..MISTAKES.len()).filter(|index| any[*index] > 0).collect();
    order.sort_by_key(|index| (Reverse(alone[*index]), Reverse(any[*index]), *index));
    order
}

/// Behind a letter a line with a shade, `─▒`, is the rest of a word (`ı`): no drawing has them together there.
fn is_letters_of_437(run: &str) -> bool {
    let has = |wanted: fn(char) -> bool| run.chars().any(wanted);
    has(|c| matches!(c, '░' | '▒' | '▓'))
        && has(|c| matches!(u32::from(c), 0x2500..=0x257f))
        && code_page_437(run).is_some_and(|text| text.chars().all(char::is_alphabetic))
}

/// Lines, blocks and bars of drawings.
fn draws(c: char) -> bool {
    matches!(u32::from(c), 0x2500..=0x259f)
}

fn repair_run(run: &str, order: &[usize], counts: &mut [usize], rounds: usize) -> String {
    let repaired = order.iter().find_map(|index| {
        let (_, read_again) = MISTAKES.get(*index)?;
        Some((*index, read_again(run)?))
    });
    match repaired {
        Some((index, text)) => {
            counts[index] += 1;
            if rounds > 1 { repair_again(&text, order, counts, rounds - 1) } else { text }
        }
        None => run.to_owned(),
    }
}

/// What was read back may hold ASCII between runs that were misread once more.
fn repair_again(text: &str, order: &[usize], counts: &mut [usize], rounds: usize) -> String {
    let mut repaired = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(run) = next_run(rest) {
        repaired.push_str(&rest[..run.start]);
        repaired.push_str(&repair_run(&rest[run.clone()], order, counts, rounds));
        rest = &rest[run.end..];
    }
    repaired.push_str(rest);
    repaired
}

/// Text that people write, or that was misread once more (Mac Roman has its apple at U+F8FF): no accent without the letter it belongs to, no place that stands for no character. Each mistake turns some runs into such text, and then was not the mistake that was made.
fn is_written(text: &str) -> bool {
    let accent = |c: char| matches!(u32::from(c), 0x300..=0x36f | 0x483..=0x489);
    let none = |c: char| matches!(u32::from(c), 0xe000..=0xf8fe | 0xfff0..=0xfffb | 0xf0000..=0x0010_ffff);
    !text.starts_with(accent)
        && !text.chars().any(none)
        && !text.chars().zip(text.chars().skip(1)).any(|(a, b)| accent(a) && accent(b))
}

/// The run's bytes in the encoding, read as UTF-8; `None` if either step fails.
fn again(run: &str, encoding: &'static Encoding) -> Option<String> {
    let (bytes, _, unmappable) = encoding.encode(run);
    if unmappable {
        return None;
    }
    String::from_utf8(bytes.into_owned()).ok().filter(|text| is_written(text))
}

/// Latin-1 as such: every byte is the character of its number.
fn latin_1(run: &str) -> Option<String> {
    let bytes: Option<Vec<u8>> = run.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    String::from_utf8(bytes?).ok()
}

fn code_page_437(run: &str) -> Option<String> {
    let byte = |c: char| CODE_PAGE_437.chars().position(|other| other == c).and_then(|at| u8::try_from(at + 0x80).ok());
    let bytes: Option<Vec<u8>> = run.chars().map(byte).collect();
    String::from_utf8(bytes?).ok().filter(|text| is_written(text))
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
    fn short_runs_are_read_as_the_others_were() {
        for text in
            ["Sistema em Produção, não há rôles, é só isso", "für Größe, Übung – schön", "Ñandú, señal: corazón"]
        {
            for encoding in [MACINTOSH, WINDOWS_1252] {
                assert_eq!(repair(&misread(text, encoding)).text, text, "{}", encoding.name());
            }
        }
    }

    #[test]
    fn a_letter_that_looks_like_lines_is_read_back_behind_a_letter_alone() {
        assert_eq!(repair("## Test amac─▒").text, "## Test amacı");
        assert_eq!(repair("Yap─▒land─▒rma").text, "Yapılandırma");
        for drawing in ["├─▒ src", "CPU █░", "CPU█░ 50%", "a──b", "x─┐"] {
            assert_eq!(repair(drawing).text, drawing);
        }
    }

    #[test]
    fn every_script_comes_back_from_code_page_437() {
        let in_437 = |byte: u8| match byte {
            0..0x80 => char::from(byte),
            _ => CODE_PAGE_437.chars().nth(usize::from(byte) - 0x80).expect("128 characters"),
        };
        for text in
            ["📊 ملخص المستخدم", "готово ✅", "部署前必须完成", "żółw, ścieżka ✅", "şifre, İzmir ✅", "Ωμέγα ✓"]
        {
            let once: String = text.bytes().map(in_437).collect();
            let twice: String = once.bytes().map(in_437).collect();
            assert_eq!(repair(&once).text, text);
            assert_eq!(repair(&twice).text, text);
        }
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
