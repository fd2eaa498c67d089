//! Word boundaries that the fast engine can decide. With Unicode's `\b` it gives up at the first letter beyond ASCII, and
//! an engine that is a hundred times slower takes over. Owns the crate `regex-syntax` (with `literal`,
//! `weight`).

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// A pattern without word boundaries of Unicode.
pub(super) struct Changed {
    pub(super) pattern: String,
    /// Whether a match that has only ASCII in it and next to it is one of the pattern it comes from.
    pub(super) decides: bool,
}

/// A pattern that matches at least wherever this one does: each `\b` is one between ASCII words where that is proven, and
/// gone where it is not. `None` where nothing changes.
pub(super) fn with_ascii_words(pattern: &str) -> Option<Changed> {
    if !pattern.contains(r"\b") && !pattern.contains(r"\B") {
        return None;
    }
    let hir = ParserBuilder::new().utf8(false).multi_line(true).crlf(true).build().parse(pattern).ok()?;
    if hir.properties().look_set().iter().all(is_plain) {
        return None;
    }
    let mut decides = true;
    let pattern = changed(&hir, &mut decides).to_string();
    Some(Changed { pattern, decides })
}

fn changed(hir: &Hir, decides: &mut bool) -> Hir {
    match hir.kind() {
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) => hir.clone(),
        HirKind::Look(look) if is_plain(*look) => hir.clone(),
        HirKind::Look(_) => gone(decides),
        HirKind::Repetition(repetition) => {
            let sub = Box::new(changed(&repetition.sub, decides));
            Hir::repetition(regex_syntax::hir::Repetition { sub, ..repetition.clone() })
        }
        HirKind::Capture(capture) => {
            let sub = Box::new(changed(&capture.sub, decides));
            Hir::capture(regex_syntax::hir::Capture { sub, ..capture.clone() })
        }
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(|part| changed(part, decides)).collect()),
        HirKind::Concat(parts) => Hir::concat(in_a_row(parts, decides)),
    }
}

/// Without an assertion a pattern matches as much and more.
fn gone(decides: &mut bool) -> Hir {
    *decides = false;
    Hir::empty()
}

/// A boundary changes where a letter, digit or `_` of ASCII stands on one of its sides in every match: whatever stands on
/// the other, a boundary of Unicode is then one of ASCII.
fn in_a_row(parts: &[Hir], decides: &mut bool) -> Vec<Hir> {
    let word_at = |at: usize| {
        let before = parts[..at].iter().rev().find(|part| !is_look(part));
        let after = parts[at + 1..].iter().find(|part| !is_look(part));
        before.is_some_and(|part| touches_word(part, Side::End))
            || after.is_some_and(|part| touches_word(part, Side::Start))
    };
    let change = |(at, part): (usize, &Hir)| match part.kind() {
        HirKind::Look(Look::WordUnicode) if word_at(at) => Hir::look(Look::WordAscii),
        _ => changed(part, decides),
    };
    parts.iter().enumerate().map(change).collect()
}

fn is_look(hir: &Hir) -> bool {
    matches!(hir.kind(), HirKind::Look(_))
}

/// Whether nothing of Unicode's words is in it.
fn is_plain(look: Look) -> bool {
    use Look::{End, EndCRLF, EndLF, Start, StartCRLF, StartLF, WordAscii};
    matches!(look, Start | End | StartLF | EndLF | StartCRLF | EndCRLF | WordAscii)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Start,
    End,
}

/// Whether each text that it matches has a letter, digit or `_` of ASCII on that side.
fn touches_word(hir: &Hir, side: Side) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => false,
        HirKind::Literal(literal) => {
            let byte = if side == Side::Start { literal.0.first() } else { literal.0.last() };
            byte.is_some_and(|byte| is_word(*byte))
        }
        HirKind::Class(Class::Unicode(class)) => class.ranges().iter().all(|range| {
            range.end().is_ascii() && (range.start()..=range.end()).all(|c| u8::try_from(c).is_ok_and(is_word))
        }),
        HirKind::Class(Class::Bytes(class)) => {
            class.ranges().iter().all(|range| (range.start()..=range.end()).all(is_word))
        }
        HirKind::Repetition(repetition) => repetition.min > 0 && touches_word(&repetition.sub, side),
        HirKind::Capture(capture) => touches_word(&capture.sub, side),
        HirKind::Alternation(parts) => parts.iter().all(|part| touches_word(part, side)),
        HirKind::Concat(parts) => {
            let mut consuming = parts.iter().filter(|part| !is_look(part));
            let edge = if side == Side::Start { consuming.next() } else { consuming.next_back() };
            edge.is_some_and(|part| touches_word(part, side))
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::super::pattern::Pattern;
    use super::*;

    #[test]
    fn only_what_stands_next_to_a_word_of_ascii_changes() {
        for pattern in [r"\bfoo", r"foo\b", r"\b(a|b)+\b", r"(x|\by\b)\s", r"^\b[a-c]"] {
            assert!(
                with_ascii_words(pattern)
                    .is_some_and(|changed| changed.decides && changed.pattern.contains(r"(?-u:\b)")),
                "{pattern}"
            );
        }
        for pattern in [r"\b\w+", r"\bé", r"\Bfoo\b", r"(\b)+foo", r"\b(a|é)", r"\bx?y?", r"(?i)\bsecret"] {
            assert!(with_ascii_words(pattern).is_some_and(|changed| !changed.decides), "{pattern}");
        }
        assert!(with_ascii_words("foo").is_none());
    }

    #[test]
    fn matches_are_those_of_the_pattern_in_any_text() {
        let patterns =
            [r"\bab\b", r"a\b|\bba", r"\b(a|ab)(c|\b)", r"(?:é|\ba)b?\b", r"\ba[^\n]*\bb", r"\b[aé]b*\b", r"a\Bb"]
                .map(|pattern| Pattern::new(pattern).expect("a pattern"));
        let letters = ["a", "b", "c", "é", " ", "\n", "“", "\u{301}", "\r\n"];
        let mut seed = 1_u32;
        let mut next = |below: usize| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) as usize % below
        };
        let mut matched = 0;
        for _ in 0..4000 {
            let text: String = (0..next(14)).map(|_| letters[next(letters.len())]).collect();
            for pattern in &patterns {
                let mut searcher = pattern.searcher();
                let mut from = 0;
                while from <= text.len() {
                    let expected = pattern.regex().find_at(text.as_bytes(), from).map(|found| found.range());
                    let found = searcher.find_at(text.as_bytes(), text.is_ascii(), from).map(|found| found.range());
                    assert_eq!(found, expected, "{} in {text:?} from {from}", pattern.text());
                    let Some(range) = found else { break };
                    (from, matched) = (range.end.max(range.start + 1), matched + 1);
                }
            }
        }
        assert!(matched > 1000, "{matched}");
    }
}
