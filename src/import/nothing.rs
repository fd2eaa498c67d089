//! What there must be nothing of: `zero critical vulnerabilities`, `ohne Fehler`, `with no critical findings`.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// Things that a running system is to have none of, as words that end; the first line is English in one number.
const ONE: &str = "failure|error|incident|vulnerability|bug|issue|defect|warning|leak|regression|blocker|finding";
const MANY: &str = r"failures|errors|incidents|vulnerabilities|bugs|issues|defects|warnings|crashes|leaks|regressions|blockers|findings|downtime|data loss|fehlern?|schwachstellen|ausfälle|vulnérabilités|erreurs|vulnerabilidades|errores|erros|vulnerabilità|errori|kwetsbaarheden|fouten|błędów|уязвимост\w*|ошиб\w*";

/// `0 failures`, `zero known critical issues`: a number before the thing.
static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)(?:^|[^\p{{L}}\d.,])(?P<n>zero|0|null|cero|nul|ноль|нуль|sıfır|零)\s(?P<noun>(?:[\p{{L}}-]+\s){{0,3}}?(?:{MANY}|{ONE}))"
    ))
});
/// `keine Fehler`, `sin errores`: a word of denial directly before the thing, or before one word that ranks it.
static DENIED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)(?:^|[^\p{{L}}\d.,])(?P<n>keine|ohne|aucune?|sin|sem|nessun[oa]?|geen|zonder|bez|без)\s(?P<noun>(?:[\p{{L}}-]+\s)?(?:{MANY}))"
    ))
});
/// `with no critical findings`; among criteria `no critical findings` too.
static NO_SEVERE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)(?:^|[^\p{{L}}])(?P<n>(?P<with>with no|without any|without)|no)\s(?P<noun>(?:known\s|open\s|remaining\s)?(?:critical|high|severe|blocking|major|p0)(?:[/ -](?:or |and )?(?:high|critical|severity))*\s(?:[\p{{L}}-]+\s)?(?:{MANY}))"
    ))
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is fixed")
}

/// Where a text states that there must be none of something, and of what.
pub(super) fn wanted(text: &str, criteria: bool) -> Vec<(Range<usize>, String)> {
    let counted = COUNTED.captures_iter(text).chain(DENIED.captures_iter(text));
    let after_colon = |found: &Captures<'_>| {
        found.name("n").is_some_and(|word| text[..word.start()].trim_end().ends_with([':', '：']))
    };
    let severe =
        NO_SEVERE.captures_iter(text).filter(|found| criteria || found.name("with").is_some() || after_colon(found));
    let each = counted.chain(severe).filter_map(|captures| {
        let (start, noun) = (captures.name("n")?.start(), captures.name("noun")?);
        let unit = noun.as_str().split_whitespace().next_back()?.to_lowercase();
        ends_there(text, noun.end(), &unit).then_some((start..noun.end(), unit))
    });
    each.collect()
}

/// Whether the thing ends where it was read: `no error boundary` lacks a boundary, and `error` goes on in `errorless`.
fn ends_there(text: &str, end: usize, unit: &str) -> bool {
    let rest = &text[end..];
    let one = ONE.split('|').any(|one| one == unit);
    let next = rest.split_whitespace().next().unwrap_or("");
    let of_a_place = ["in", "on", "at", "for", "during", "after", "across", "from", "per", "and", "or", "with"];
    let goes_on = rest.starts_with(' ') && next.starts_with(char::is_alphabetic) && !of_a_place.contains(&next);
    let ends = !rest.starts_with(char::is_alphabetic);
    ends && (!one || !goes_on)
}
