//! Where a step stands in its pipeline: what ends before it starts, and what it deploys to. Which systems tell that is left to
//! their readers.

use std::collections::{BTreeMap, BTreeSet};

/// Where a step stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Order {
    /// The part of the file that it belongs to, such as a workflow of CircleCI; parts do not wait for each other.
    pub(crate) part: String,
    /// The stage or document that it belongs to, where these wait for each other.
    pub(crate) stage: String,
    /// What others call it that wait for it.
    pub(crate) id: String,
    /// Where it stands in the row, from 0.
    pub(crate) rank: usize,
    /// It waits for all of a smaller rank than this.
    pub(crate) after: usize,
    /// Ids and stages that it names and waits for, directly or not.
    pub(crate) needs: BTreeSet<String>,
    /// The environment that it deploys to, as it is written.
    pub(crate) environment: Option<String>,
    /// Whether an environment or a lock keeps two from running at once.
    pub(crate) is_held: bool,
    /// Whether its pipeline waits before it for a hand.
    pub(crate) is_by_hand: bool,
}

impl Order {
    /// One that waits for all of a smaller rank.
    pub(crate) fn ranked(rank: usize) -> Order {
        Order { rank, after: rank, ..Order::default() }
    }

    /// Whether another one has to end before it starts.
    pub(crate) fn waits_for(&self, other: &Order) -> bool {
        let by_stage = !other.stage.is_empty() && self.needs.contains(&other.stage);
        let is_named = by_stage || self.stage == other.stage && self.needs.contains(&other.id);
        self.part == other.part && (is_named || other.rank < self.after)
    }
}

/// All that these names wait for, themselves among them; `direct` has what each names, and so has one that it leads to.
pub(crate) fn all_needed<'n>(
    names: impl IntoIterator<Item = &'n str>,
    direct: &BTreeMap<String, BTreeSet<String>>,
) -> BTreeSet<String> {
    let mut open: Vec<String> = names.into_iter().map(str::to_owned).collect();
    let mut all = BTreeSet::new();
    while let Some(name) = open.pop() {
        if all.contains(&name) {
            continue;
        }
        open.extend(direct.get(&name).into_iter().flatten().cloned());
        all.insert(name);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_step_waits_for_what_it_names_or_for_smaller_ranks_of_its_part() {
        let test = Order { id: "test".to_owned(), rank: 1, ..Order::default() };
        assert!(Order::ranked(2).waits_for(&test) && !Order::ranked(1).waits_for(&test));
        assert!(!Order { part: "nightly".to_owned(), ..Order::ranked(2) }.waits_for(&test));
        assert!(!Order { needs: needs(&["build"]), ..Order::default() }.waits_for(&test));
        assert!(Order { needs: needs(&["test"]), ..Order::default() }.waits_for(&test));
        let staged = Order { stage: "Verify".to_owned(), ..test };
        assert!(Order { stage: "Ship".to_owned(), needs: needs(&["Verify"]), ..Order::default() }.waits_for(&staged));
        assert!(!Order { stage: "Ship".to_owned(), needs: needs(&["test"]), ..Order::default() }.waits_for(&staged));
    }

    #[test]
    fn what_is_needed_is_followed_and_a_circle_ends() {
        let direct: BTreeMap<String, BTreeSet<String>> =
            [("ship", &["image"][..]), ("image", &["test"]), ("test", &["image"])]
                .into_iter()
                .map(|(name, of)| (name.to_owned(), of.iter().map(|of| (*of).to_owned()).collect()))
                .collect();
        assert_eq!(all_needed(["image"], &direct), needs(&["image", "test"]));
    }
}
