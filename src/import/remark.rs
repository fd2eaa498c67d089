//! Smaller remarks of a line: resolutions with their day, mitigations, gates, alternatives, references.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use super::date;
use super::read::{Found, tidy};
use crate::model::statement::Meaning;

static RESOLVED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)[\[(](?P<w>resolved|fixed|completed|closed|verified|behoben|erledigt|résolu|resuelto|resolvido|risolto|opgelost|решено|исправлено|вирішено|已解决|解決済み|해결)\b[:\s]*(?P<rest>[^\])]*)[\])]",
    )
});
static GATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:\d+[.)]\s*)?(?:(?:quality|release|production|exit|launch|security)\s)?gate\s?(?:#?\d+|[A-H]\b|[:(]|$)|^(?:go[/ -]?no[- ]?go)\b",
    )
});
static ALTERNATIVE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:option|alternative|variante?|opción|opção|opzione|optie|opcja|вариант|варіант|seçenek|方案|選択肢|옵션)\s?(?:#?\d+|[A-H]\b)",
    )
});
static FILE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"https?://[^\s)>\]]+|[\w./-]+\.(?:md|ya?ml|json|toml|py|ts|js|sh|txt|pdf|html)\b"));

const ALTERNATIVES: &[&str] = &["alternative", "choose one", "choose between", "deployment options", "options:"];
const REFERENCES: &[&str] = &[
    "reference",
    "related doc",
    "related documents",
    "see also",
    "resources",
    "further reading",
    "referenzen",
    "siehe auch",
    "références",
    "referencias",
    "referências",
    "riferimenti",
    "referenties",
    "ссылки",
    "посилання",
    "参考",
    "참고",
    "المراجع",
    "संदर्भ",
];

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is fixed")
}

/// `[RESOLVED: 2025-11-24]`.
pub(super) fn resolution(text: &str) -> Option<Found> {
    let captures = RESOLVED.captures(text)?;
    let rest = captures.name("rest").map_or("", |rest| rest.as_str());
    let date: Option<Date> = date::dates(rest, "").into_iter().find_map(|found| match found.meaning {
        Meaning::Date { first, .. } => Some(first),
        _ => None,
    });
    let at = captures.get(0)?.range();
    Some(Found { meaning: Meaning::Resolution { date }, subject: tidy(&text[..at.start]), at })
}

/// A heading or bullet that names a gate.
pub(super) fn gate(text: &str) -> Option<Found> {
    let shown = tidy(text);
    GATE.is_match(&shown).then_some(Found { meaning: Meaning::Gate, at: 0..text.len(), subject: shown })
}

/// One of several ways: by its own words, or because the list above says so.
pub(super) fn alternative(text: &str, around: &str) -> Option<Found> {
    let shown = tidy(text);
    let listed = ALTERNATIVES.iter().any(|word| around.to_lowercase().contains(word));
    let own = ALTERNATIVE.is_match(&shown);
    (own || listed).then_some(Found { meaning: Meaning::Alternative, at: 0..text.len(), subject: shown })
}

/// A file or address in a list of references.
pub(super) fn reference(text: &str, around: &str) -> Option<Found> {
    let around = around.to_lowercase();
    let found = FILE.find(text).filter(|_| REFERENCES.iter().any(|word| around.contains(word)))?;
    let meaning = Meaning::Reference { target: found.as_str().to_owned() };
    Some(Found { meaning, at: found.range(), subject: tidy(text) })
}
