//! What only looks like a subject: fields that every part of a document fills in (`Status: …`, `Owner: …`), and criteria
//! that every part repeats.

use std::collections::BTreeMap;

use super::reading::{Item, Reading};
use super::words::Words;

/// As often, a short key before a colon is a field of a form.
const FIELD: usize = 3;
/// As often, one text is an entry of a template.
const TEMPLATE: usize = 3;

/// Keys that say how far the thing around them is.
const STATE_KEYS: &[&str] = &[
    "status",
    "state",
    "overall status",
    "current status",
    "result",
    "verdict",
    "outcome",
    "progress",
    "zustand",
    "stand",
    "ergebnis",
    "statut",
    "état",
    "etat",
    "résultat",
    "estado",
    "estado actual",
    "resultado",
    "situação",
    "stato",
    "risultato",
    "resultaat",
    "stan",
    "wynik",
    "статус",
    "состояние",
    "результат",
    "готовность",
    "стан",
    "готовність",
    "durum",
    "sonuç",
    "状态",
    "狀態",
    "结果",
    "状況",
    "状態",
    "ステータス",
    "結果",
    "상태",
    "결과",
    "الحالة",
    "स्थिति",
];

/// The fields and templates of one document.
pub(super) struct Fields {
    keys: BTreeMap<String, usize>,
    texts: BTreeMap<String, usize>,
}

impl Fields {
    pub(super) fn of(reading: &Reading<'_>) -> Fields {
        let (mut keys, mut texts) = (BTreeMap::new(), BTreeMap::new());
        for item in reading.items().filter(|item| !item.is_heading()) {
            *texts.entry(item.text.to_lowercase()).or_insert(0) += 1;
            if let Some(key) = item.key() {
                *keys.entry(key.to_lowercase()).or_insert(0) += 1;
            }
        }
        Fields { keys, texts }
    }

    /// Whether what stands before the colon is a field, so that the item is about something around it.
    pub(super) fn holds(&self, item: &Item<'_>) -> bool {
        let Some(key) = item.key().map(str::to_lowercase) else { return false };
        let short = Words::of(&key).len() <= 2;
        STATE_KEYS.contains(&key.as_str()) || (short && self.keys.get(&key).is_some_and(|count| *count >= FIELD))
    }

    /// Whether the same text stands in so many places that it belongs to none of them.
    pub(super) fn is_template(&self, item: &Item<'_>) -> bool {
        self.texts.get(&item.text.to_lowercase()).is_some_and(|count| *count >= TEMPLATE)
    }
}

/// Whether two items stand in different phases of the plan: each phase has its own.
pub(super) fn in_two_phases(one: &Item<'_>, other: &Item<'_>) -> bool {
    let phase = |item: &Item<'_>| item.says.iter().find_map(|statement| statement.phase);
    matches!((phase(one), phase(other)), (Some(one), Some(other)) if one != other)
}

/// Whether a text is a file or a piece of code, which many entries are about.
pub(super) fn is_of_code(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    let path = first.contains('/') && !first.ends_with('/') && first.matches('/').count() >= 2;
    let dotted = first.rsplit_once('.').is_some_and(|(stem, end)| {
        !stem.is_empty()
            && (1..=5).contains(&end.len())
            && end.chars().all(char::is_alphanumeric)
            && end.starts_with(char::is_alphabetic)
    });
    let module = first.matches('.').count() >= 2
        && first.starts_with(char::is_alphabetic)
        && first.ends_with(char::is_alphanumeric);
    path || dotted
        || names_a_route(text)
        || module
        || (first.contains('_') && first.trim_end_matches(':').chars().all(|c| c.is_alphanumeric() || c == '_'))
}

/// `POST /api/auth/register`: a route, which many entries are about.
fn names_a_route(text: &str) -> bool {
    const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE"];
    let words: Vec<&str> = text.split_whitespace().collect();
    words.windows(2).any(|pair| METHODS.contains(&pair[0]) && pair[1].starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_identifiers_are_no_subjects() {
        for code in [
            "src/utils/money.rs (380 lines)",
            "app.module.Service",
            "action_type: sent",
            "main.rs holds it",
            "Sign up → POST /api/users",
        ] {
            assert!(is_of_code(code), "{code}");
        }
        for subject in ["Rate limiting", "SSL/TLS in place", "CI/CD pipeline", "Docs."] {
            assert!(!is_of_code(subject), "{subject}");
        }
    }
}
