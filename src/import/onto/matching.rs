//! Which check of the spec is which item of the changed document: by id, else by the words that were claimed, else by words
//! that are nearly the same. Each is used once.

use std::collections::BTreeSet;

use super::old::{OldCheck, OldSpec};
use crate::import::draft::{CheckDraft, Draft};

/// How alike two titles must be to be one that was edited.
const ALIKE: f64 = 0.7;
/// More items than this are matched by id and words only: likeness compares each with each.
const MOST_COMPARED: usize = 400;

/// Pairs in the order of the document.
pub(super) fn pairs<'a>(old: &'a OldSpec, draft: &'a Draft) -> Vec<(&'a OldCheck, &'a CheckDraft)> {
    let new: Vec<(&str, &CheckDraft)> =
        draft.areas.iter().flat_map(|area| area.checks.iter().map(|check| (area.id.as_str(), check))).collect();
    let mut used: BTreeSet<&str> = BTreeSet::new();
    let mut found: Vec<Option<&OldCheck>> = new.iter().map(|(_, check)| old.check(&check.id)).collect();
    used.extend(found.iter().flatten().map(|check| check.id.as_str()));
    let passes: [fn(&OldCheck, &str, &CheckDraft) -> bool; 2] =
        [same_words, |old, area, new| old.area == area && alike(&old.title, &new.title)];
    for (pass, same) in passes.iter().enumerate() {
        let open = found.iter().filter(|slot| slot.is_none()).count();
        let left = old.checks.iter().filter(|check| check.is_imported && !used.contains(check.id.as_str())).count();
        if pass > 0 && open.saturating_mul(left) > MOST_COMPARED * MOST_COMPARED {
            break;
        }
        for (slot, (area, check)) in found.iter_mut().zip(&new) {
            let free =
                |other: &&OldCheck| other.is_imported && !used.contains(other.id.as_str()) && same(other, area, check);
            if slot.is_none()
                && let Some(other) = old.checks.iter().find(free)
            {
                used.insert(&other.id);
                *slot = Some(other);
            }
        }
    }
    found.into_iter().zip(new).filter_map(|(old, (_, new))| Some((old?, new))).collect()
}

/// The person gave it another id: what was claimed is still the same.
fn same_words(old: &OldCheck, _: &str, new: &CheckDraft) -> bool {
    let claimed = old.claim.as_ref().map(|claim| claim.text.as_str());
    claimed.is_some_and(|text| new.claimed.as_ref().is_some_and(|claimed| claimed.text == text))
}

/// One title that was edited: nearly the same letters, or one holds all words of the other, which has two and more.
pub(super) fn alike(one: &str, other: &str) -> bool {
    let (one, other) = (one.to_lowercase(), other.to_lowercase());
    let words = |text: &str| -> BTreeSet<String> {
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let (few, many) = (words(&one), words(&other));
    let (few, many) = if few.len() <= many.len() { (few, many) } else { (many, few) };
    (few.len() >= 2 && few.is_subset(&many)) || strsim::normalized_levenshtein(&one, &other) >= ALIKE
}
