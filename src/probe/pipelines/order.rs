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
    /// Whether its system takes it for a deployment, as it names an environment.
    pub(crate) is_declared: bool,
    /// The branches whose pushes alone start it, where these are named.
    pub(crate) branches: BTreeSet<String>,
    /// What starts it, where its reader knows more than its events tell.
    pub(crate) trigger: Option<Trigger>,
    /// Whether an environment or a lock keeps two from running at once.
    pub(crate) is_held: bool,
    /// Whether its pipeline waits before it for a hand.
    pub(crate) is_by_hand: bool,
}

/// What starts a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trigger {
    /// Change requests alone.
    Changes,
    /// Pushes, among others.
    Pushes,
    /// No push to a branch: another pipeline, a hand, a tag, a schedule.
    Others,
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
        let is_earlier = self.stage == other.stage && other.rank < self.after;
        self.part == other.part && (is_named || is_earlier)
    }
}

/// What the jobs of a pipeline wait for, by their ids: for those that they name, or else for all of a smaller rank.
#[derive(Debug, Default)]
pub(crate) struct Waiting(BTreeMap<String, (usize, Option<BTreeSet<String>>)>);

impl Waiting {
    pub(crate) fn add(&mut self, id: &str, rank: usize, named: Option<BTreeSet<String>>) {
        self.0.insert(id.to_owned(), (rank, named));
    }

    /// Where a job stands that names these, if it names any.
    pub(crate) fn order(&self, id: &str, rank: usize, named: Option<&BTreeSet<String>>) -> Order {
        let mut order = Order { id: id.to_owned(), ..Order::ranked(rank) };
        if let Some(named) = named {
            order.after = 0;
            let mut open: Vec<&String> = named.iter().collect();
            while let Some(name) = open.pop() {
                if !order.needs.insert(name.clone()) {
                    continue;
                }
                match self.0.get(name) {
                    Some((_, Some(more))) => open.extend(more),
                    Some((rank, None)) => order.after = order.after.max(*rank),
                    None => {}
                }
            }
        }
        order
    }
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
    fn what_is_named_is_followed_to_what_it_waits_for_and_a_circle_ends() {
        let mut waiting = Waiting::default();
        waiting.add("test", 1, None);
        waiting.add("image", 2, Some(needs(&["test", "scan"])));
        waiting.add("scan", 2, Some(needs(&["image"])));
        let order = waiting.order("ship", 3, Some(&needs(&["image"])));
        assert_eq!((order.needs, order.after), (needs(&["image", "scan", "test"]), 1));
        assert_eq!(waiting.order("ship", 3, None), Order { id: "ship".to_owned(), ..Order::ranked(3) });
    }
}
