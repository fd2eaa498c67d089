//! Percentages, scores and letters: how much, of what, and in which role.

use std::sync::LazyLock;

use regex::Regex;

use super::number::{NUMBER, exact};
use super::read::{Found, subject_before};
use crate::model::statement::{Meaning, PercentRole};

static PERCENT: LazyLock<Regex> = LazyLock::new(|| {
    let text = format!(
        r"(?i)(?P<before>{NUMBER})\s?(?P<plus>\+?)\s?(?:[%％٪]|percent\b|pct\b|prozent\b|por ?ciento\b|por cento\b|procent\b|per cento\b|процент\w*|yüzde)(?P<after>\+?)|[%٪](?P<turkish>{NUMBER})"
    );
    Regex::new(&text).expect("the pattern is fixed")
});
/// `10-20%`: the lower end carries no sign.
static LOWER_END: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(r"({NUMBER})\s?[%％]?\s?(?:-|–|~|～|至|to|bis|à|a)\s?$")).expect("the pattern is fixed")
});
static OUT_OF: LazyLock<Regex> = LazyLock::new(|| {
    let text = format!(
        r"(?i)(?P<a>{NUMBER})\s?(?:/|\bof\b|\bout of\b|\bvon\b|\bsur\b|\bde\b|\bdi\b|\bvan\b|\bиз\b)\s?(?P<b>{NUMBER})"
    );
    Regex::new(&text).expect("the pattern is fixed")
});
static LETTER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:^|[\s:(])(?P<letter>[A-F][+\-−]?)(?:$|[\s.,;)])").expect("the pattern is fixed"));

/// Every percentage of a text; `context` is what stands around it: headings, label, column.
pub(super) fn percentages(text: &str, context: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for captures in PERCENT.captures_iter(text) {
        let Some(number) = captures.name("before").or_else(|| captures.name("turkish")) else { continue };
        let Some(value) = exact(number.as_str(), None) else { continue };
        let whole = captures.get(0).map_or(0..0, |all| all.range());
        let role = role(text, whole.clone(), context);
        if let Some(lower) = LOWER_END.captures(&text[..whole.start]).and_then(|lower| lower.get(1))
            && let Some(value) =
                exact(lower.as_str(), None).filter(|_| !super::quantity::is_name(&text[..lower.start()]))
        {
            let meaning = Meaning::Percentage { value, role };
            found.push(Found { meaning, at: lower.start()..whole.end, subject: subject_before(text, lower.start()) });
        }
        let subject = subject_before(text, whole.start);
        found.push(Found { meaning: Meaning::Percentage { value, role }, at: whole, subject });
    }
    found
}

/// Words and the role they give, the more telling first; looked for after the number, then before it, then around it.
const AFTER: &[(PercentRole, &[&str])] = &[
    (PercentRole::ShareOfRemaining, &["of remaining", "of the remaining"]),
    (
        PercentRole::Remaining,
        &[
            "remain",
            "left",
            "to go",
            "to complete",
            "da completare",
            "da fare",
            "por completar",
            "por hacer",
            "a fazer",
            "à faire",
            "do zrobienia",
            "te doen",
            "待完成",
            "未完成",
            "verbleib",
            "restant",
            "rimanent",
            "resterend",
            "pozosta",
            "остал",
            "осталось",
            "залиш",
            "kalan",
            "剩余",
            "残り",
            "남",
            "متبق",
            "शेष",
        ],
    ),
    (
        PercentRole::Gain,
        &["gain", "improvement", "faster", "reduction", "increase", "better", "verbesserung", "amélioration", "mejora"],
    ),
    (
        PercentRole::Complete,
        &[
            "complete",
            "done",
            "ready",
            "implemented",
            "finished",
            "conversion",
            "operational",
            "converted",
            "functional",
            "coverage complete",
            "fertig",
            "abgeschlossen",
            "terminé",
            "complet",
            "complét",
            "concluíd",
            "klaar",
            "voltooid",
            "ukończ",
            "gotow",
            "готов",
            "заверш",
            "выполн",
            "tamamland",
            "完成",
            "完了",
            "완료",
            "مكتمل",
            "पूर्ण",
            "production",
        ],
    ),
    (PercentRole::Weight, &["weight", "gewicht", "poids", "peso", "вес"]),
    (
        PercentRole::Target,
        &["target", "goal", "uptime", "availability", "ziel", "objectif", "objetivo", "obiettivo", "doel", "цель"],
    ),
    (PercentRole::Score, &["score", "rating", "rate", "coverage", "hit rate"]),
];

fn role(text: &str, at: std::ops::Range<usize>, context: &str) -> PercentRole {
    let lower = text.to_lowercase();
    // Lower case may move bytes in a few scripts; then the words around are looked for in the whole text.
    let (before, after) = match (lower.len() == text.len(), lower.get(..at.start), lower.get(at.end..)) {
        (true, Some(before), Some(after)) => (before, after),
        _ => ("", lower.as_str()),
    };
    let clause = after.split(['.', ';', ',', '|']).next().unwrap_or("");
    let near: String = clause.chars().take(40).collect();
    if before.trim_end().ends_with(['<', '>', '≤', '≥', '=']) || text[at.clone()].ends_with('+') {
        return PercentRole::Target;
    }
    if let Some(role) = by_way(before, after) {
        return role;
    }
    let of = |words: &[&str], text: &str| words.iter().any(|word| text.contains(word));
    let found = AFTER.iter().find(|(_, words)| of(words, &near)).or_else(|| {
        let tail: String = before.chars().rev().take(30).collect::<Vec<_>>().into_iter().rev().collect();
        AFTER.iter().find(|(_, words)| of(words, &tail))
    });
    let around = context.to_lowercase();
    found.or_else(|| AFTER.iter().find(|(_, words)| of(words, &around))).map_or(PercentRole::Other, |(role, _)| *role)
}

/// `0% → 85%`, `from current 31.2%`, `previously 78%`, `to reach 80%`.
fn by_way(before: &str, after: &str) -> Option<PercentRole> {
    let before = before.trim_end();
    let tail: String = before.chars().rev().take(24).collect::<Vec<_>>().into_iter().rev().collect();
    let ends = |words: &[&str]| words.iter().any(|word| tail.contains(word));
    match () {
        () if after.trim_start().starts_with(['→', '➜']) || after.trim_start().starts_with("->") => {
            Some(PercentRole::Baseline)
        }
        () if before.ends_with(['→', '➜']) || before.ends_with("->") => Some(PercentRole::Target),
        () if before.to_lowercase().ends_with(" to") => Some(PercentRole::Target),
        () if ends(&["previous", ", not", "(not", "was "]) => Some(PercentRole::Previous),
        () if ends(&["from current", "currently", "(from", "up from"]) => Some(PercentRole::Baseline),
        () if ends(&["reach", "target", "goal", "at least", "above", "improve to"]) => Some(PercentRole::Target),
        () => None,
    }
}

/// `85/100`, `7 of 9`, `3 out of 5`.
pub(super) fn scores(text: &str) -> Vec<Found> {
    let each = OUT_OF.captures_iter(text).filter_map(|captures| {
        let (a, b) = (captures.name("a")?, captures.name("b")?);
        let (value, of) = (exact(a.as_str(), None)?, exact(b.as_str(), None)?);
        let at = a.start()..b.end();
        let lone = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '/' | '-' | '.' | '%'));
        let next = text[at.end..].chars().next().filter(|c| *c != '.');
        let stands_alone = lone(text[..at.start].chars().next_back()) && lone(next) && value <= of && !of.is_zero();
        let is_always = a.as_str() == "24";
        let subject = subject_before(text, at.start);
        (stands_alone && !is_always).then_some(Found { meaning: Meaning::Score { value, of }, at, subject })
    });
    each.collect()
}

/// `B+` where a grade, score or rating is due.
pub(super) fn grades(text: &str, context: &str) -> Vec<Found> {
    let around = format!("{text} {context}").to_lowercase();
    if !["grade", "score", "rating", "note", "bewertung", "nota", "оценка", "voto"]
        .iter()
        .any(|word| around.contains(word))
    {
        return Vec::new();
    }
    let each = LETTER.captures_iter(text).filter_map(|captures| captures.name("letter")).filter(|letter| {
        let alone = text.trim().len() == letter.len();
        alone || letter.len() > 1 || text[..letter.start()].trim_end().ends_with(':')
    });
    each.map(|letter| Found {
        meaning: Meaning::Grade { letter: letter.as_str().to_owned() },
        at: letter.range(),
        subject: subject_before(text, letter.start()),
    })
    .collect()
}
