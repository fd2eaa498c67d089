//! The sign of a line as bytes: found in whatever encoding it stands, and replaced by another of its own kind in the same
//! encoding. A sign that an editor misread (`‚úÖ` for a tick) is replaced by the other one misread in the same way.

use encoding_rs::{Encoding, MACINTOSH, WINDOWS_1252};

use crate::model::Exact;

/// How far a thing was measured to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    /// It holds.
    Done,
    /// It does not hold, but some of it does.
    Partial,
    /// It does not hold.
    Missing,
}

/// Signs of one kind, in the order done, partial, missing; where a kind has no sign for partial it says missing.
const KINDS: &[[&str; 3]] = &[
    ["✅", "⚠️", "❌"],
    ["✅", "⚠", "❌"],
    ["✔", "✗", "✗"],
    ["✓", "✗", "✗"],
    ["☑", "☐", "☐"],
    ["🟢", "🟡", "🔴"],
    ["✅", "🔴", "🔴"],
];

/// A sign where it stands.
struct Found {
    start: usize,
    end: usize,
    kind: &'static [&'static str; 3],
    measure: Measure,
    misread: Option<&'static Encoding>,
}

/// The box of a line: the byte between its brackets.
fn boxed(line: &[u8]) -> Option<usize> {
    let at = line.windows(3).position(|three| matches!(three, [b'[', b' ' | b'x' | b'X', b']']))?;
    let before = line.get(..at)?.trim_ascii();
    let marker = before.is_empty()
        || before
            .iter()
            .all(|byte| matches!(byte, b'-' | b'*' | b'+' | b'.' | b')' | b'>' | b'|' | b' ') || byte.is_ascii_digit());
    marker.then_some(at + 1)
}

fn as_bytes(sign: &str, misread: Option<&'static Encoding>) -> Vec<u8> {
    match misread {
        None => sign.as_bytes().to_vec(),
        Some(encoding) => encoding.decode_without_bom_handling(sign.as_bytes()).0.into_owned().into_bytes(),
    }
}

/// The first sign of a line, in any form.
fn found(line: &[u8]) -> Option<Found> {
    let mut best: Option<Found> = None;
    for misread in [None, Some(MACINTOSH), Some(WINDOWS_1252)] {
        for kind in KINDS {
            for (sign, measure) in kind.iter().zip([Measure::Done, Measure::Partial, Measure::Missing]) {
                let bytes = as_bytes(sign, misread);
                let Some(start) = super::mark::find(line, &bytes) else { continue };
                let longer =
                    best.as_ref().is_none_or(|best| (start, best.end - best.start) < (best.start, bytes.len()));
                if longer {
                    best = Some(Found { start, end: start + bytes.len(), kind, measure, misread });
                }
            }
        }
    }
    best
}

/// Whether a line says that its thing is done.
pub(super) fn says_done(line: &[u8]) -> bool {
    match boxed(line) {
        Some(at) => matches!(line.get(at), Some(b'x' | b'X')),
        None => found(line).is_some_and(|found| found.measure == Measure::Done),
    }
}

/// A line with the sign for what was measured; a line without a sign stays.
pub(super) fn with_state(line: &[u8], measure: Measure) -> Vec<u8> {
    let mut changed = line.to_vec();
    if let Some(at) = boxed(line) {
        let is_done = matches!(line.get(at), Some(b'x' | b'X'));
        if let Some(byte) = changed.get_mut(at)
            && is_done != (measure == Measure::Done)
        {
            *byte = if measure == Measure::Done { b'x' } else { b' ' };
        }
        return changed;
    }
    let Some(found) = found(line).filter(|found| found.measure != measure) else { return changed };
    let sign = found.kind[match measure {
        Measure::Done => 0,
        Measure::Partial => 1,
        Measure::Missing => 2,
    }];
    changed.splice(found.start..found.end, as_bytes(sign, found.misread));
    changed
}

/// Where the only percentage of a line stands; none where it has several.
fn percent_at(line: &[u8]) -> Option<(usize, usize)> {
    let signs: Vec<usize> = line.iter().enumerate().filter(|(_, byte)| **byte == b'%').map(|(at, _)| at).collect();
    let [sign] = signs.as_slice() else { return None };
    let end = line.get(..*sign)?.trim_ascii_end().len();
    let digit = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b',');
    let start = end - line.get(..end)?.iter().rev().take_while(|byte| digit(byte)).count();
    (start < end).then_some((start, end))
}

/// The only percentage of a line.
pub(super) fn percent(line: &[u8]) -> Option<Exact> {
    let (start, end) = percent_at(line)?;
    let digits = std::str::from_utf8(line.get(start..end)?).ok()?;
    Exact::parse_decimal(&digits.replace(',', "."))
}

/// A line whose only percentage is the one measured, whole where the line has whole numbers; rounded down.
pub(super) fn with_percent(line: &[u8], proven: &Exact) -> Vec<u8> {
    let mut changed = line.to_vec();
    let Some((start, end)) = percent_at(line) else { return changed };
    let written = line.get(start..end).unwrap_or_default();
    let digits = written.iter().position(|byte| matches!(byte, b'.' | b',')).map_or(0, |at| written.len() - at - 1);
    let mut number = proven.floor_fixed(u32::try_from(digits.min(2)).unwrap_or(0));
    if written.contains(&b',') {
        number = number.replace('.', ",");
    }
    changed.splice(start..end, number.into_bytes());
    changed
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn state(line: &str, measure: Measure) -> String {
        String::from_utf8(with_state(line.as_bytes(), measure)).unwrap()
    }

    #[test]
    fn a_sign_is_replaced_by_one_of_its_own_kind() {
        assert_eq!(state("- [x] Backups", Measure::Missing), "- [ ] Backups");
        assert_eq!(state("  1. [ ] Backups", Measure::Done), "  1. [x] Backups");
        assert_eq!(state("- [X] Backups", Measure::Done), "- [X] Backups");
        assert_eq!(state("- ✅ Backups", Measure::Partial), "- ⚠️ Backups");
        assert_eq!(state("- ⚠️ Backups", Measure::Done), "- ✅ Backups");
        assert_eq!(state("| Backups | 🟢 | note |", Measure::Missing), "| Backups | 🔴 | note |");
        assert_eq!(state("- ☐ Backups", Measure::Done), "- ☑ Backups");
        assert_eq!(state("- Backups [1] of [x]", Measure::Done), "- Backups [1] of [x]");
    }

    #[test]
    fn a_misread_sign_is_replaced_by_one_misread_in_the_same_way() {
        for encoding in [MACINTOSH, WINDOWS_1252] {
            let misread = |text: &str| encoding.decode_without_bom_handling(text.as_bytes()).0.into_owned();
            let line = format!("- {} Größe", misread("✅"));
            assert_eq!(state(&line, Measure::Missing), format!("- {} Größe", misread("❌")), "{}", encoding.name());
        }
    }

    #[test]
    fn a_percentage_keeps_the_form_it_has() {
        let with = |line: &str| {
            String::from_utf8(with_percent(line.as_bytes(), &Exact::parse_decimal("61.29").unwrap())).unwrap()
        };
        assert_eq!(with("Overall: 95%"), "Overall: 61%");
        assert_eq!(with("Gesamt: 97,5 %"), "Gesamt: 61,2 %");
        assert_eq!(with("from 10% to 20%"), "from 10% to 20%");
        assert_eq!(with("100 percent"), "100 percent");
    }
}
