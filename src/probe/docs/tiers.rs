//! Objectives of recovery by tier or service, as the table of a plan has them, and restores that name one: each is held
//! against its own objective, as a tier that may take a day says nothing of one that may take an hour.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::restored::Restore;

/// Rows of tables looked at.
const MOST_ROWS: usize = 200;
/// A shorter name is in too many words.
const SHORTEST: usize = 3;

/// One row: how long the recovery of something may take, in seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tier {
    pub(super) name: String,
    pub(super) recovery_time: u64,
}

static LETTERS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\p{Alphabetic}").expect("a fixed pattern"));

/// The rows of the table whose head stands at `at`, with its column of recovery times.
pub(super) fn rows(lines: &[&str], at: usize, column: usize, duration: fn(&str) -> Option<u64>) -> Vec<Tier> {
    let body = lines.get(at + 2..).unwrap_or_default().iter().take(MOST_ROWS).take_while(|line| line.contains('|'));
    let tier = |row: &&str| {
        let cells: Vec<&str> = row.trim().trim_matches('|').split('|').map(str::trim).collect();
        // The head may begin with a bar that is trimmed here.
        let shift = usize::from(lines.get(at)?.trim_start().starts_with('|'));
        let column = column.checked_sub(shift)?;
        let name = cells.first()?.trim_matches(['*', '`', '_', ' ']).to_lowercase();
        let named = column > 0 && name.chars().count() >= SHORTEST && LETTERS.is_match(&name);
        Some(Tier { name, recovery_time: duration(cells.get(column)?)? }).filter(|_| named)
    };
    body.filter_map(tier).collect()
}

/// Whether a text names a tier, as a word of its own: `tier 1` is not in `tier 10`.
fn names(text: &str, name: &str) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    text.match_indices(name)
        .any(|(at, _)| !is_word(text[..at].chars().next_back()) && !is_word(text[at + name.len()..].chars().next()))
}

/// The tier that a restore is about; the longest name, where several are named.
pub(super) fn of<'t>(restore: &Restore, tiers: &'t [Tier]) -> Option<&'t Tier> {
    let named = tiers.iter().filter(|tier| names(&restore.about, &tier.name));
    named.max_by_key(|tier| (tier.name.len(), std::cmp::Reverse(tier.recovery_time)))
}

/// The newest restore of each tier that one names.
pub(super) fn newest<'r, 't>(
    restores: &[(&'r str, &'r Restore)],
    tiers: &'t [Tier],
) -> Vec<(&'r str, &'r Restore, &'t Tier)> {
    let mut all: BTreeMap<&str, (&'r str, &'r Restore, &'t Tier)> = BTreeMap::new();
    for (path, restore) in restores {
        let Some(tier) = of(restore, tiers) else { continue };
        let is_newer = all
            .get(tier.name.as_str())
            .is_none_or(|(_, other, _)| (other.day, other.seconds) < (restore.day, restore.seconds));
        if is_newer {
            all.insert(&tier.name, (path, restore, tier));
        }
    }
    all.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn restore(about: &str) -> Restore {
        Restore { day: None, line: 1, seconds: 7200, about: about.to_owned() }
    }

    #[test]
    fn a_tier_is_named_by_its_own_word() {
        let tiers = ["tier 1", "tier 10", "payments"].map(|name| Tier { name: name.to_owned(), recovery_time: 3600 });
        let name = |about: &str| of(&restore(about), &tiers).map(|tier| tier.name.as_str());
        assert_eq!(name("restore of tier 10 took 2 h"), Some("tier 10"));
        assert_eq!(name("restore of tier 1: 2 h"), Some("tier 1"));
        assert_eq!(name("prepayments"), None);
    }
}
