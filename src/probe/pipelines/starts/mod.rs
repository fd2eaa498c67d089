//! Whether changes start a run: a change request, and a push to the default branch, each by what the file says. What a
//! condition says of an event is in `expression`, what a list of branches says in `branches`.

pub(crate) mod branches;
pub(crate) mod expression;

use std::collections::BTreeSet;
use std::sync::Arc;

/// What is known of an event: whether it starts something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Started {
    #[default]
    No,
    /// Only on branches of these names, none of which is a usual one of a default branch, though one may be it.
    Named(BTreeSet<String>),
    /// That is not to be told, and why.
    Open(Arc<str>),
    Yes,
}

impl Started {
    /// Not to be told.
    pub(crate) fn open(reason: impl Into<Arc<str>>) -> Started {
        Started::Open(reason.into())
    }

    fn rank(&self) -> u8 {
        match self {
            Started::No => 0,
            Started::Named(_) => 1,
            Started::Open(_) => 2,
            Started::Yes => 3,
        }
    }

    /// Where both must hold.
    pub(crate) fn and(self, other: Started) -> Started {
        match (self, other) {
            (Started::Named(one), Started::Named(other)) => {
                let both: BTreeSet<String> = one.intersection(&other).cloned().collect();
                if both.is_empty() { Started::No } else { Started::Named(both) }
            }
            (one, other) => {
                if other.rank() < one.rank() {
                    other
                } else {
                    one
                }
            }
        }
    }

    /// Where one must hold.
    pub(crate) fn or(self, other: Started) -> Started {
        match (self, other) {
            (Started::Named(one), Started::Named(other)) => Started::Named(one.into_iter().chain(other).collect()),
            (one, other) => {
                if other.rank() > one.rank() {
                    other
                } else {
                    one
                }
            }
        }
    }

    /// Where it must not hold. A branch of an unusual name that is left out is taken for no default branch: else nothing would
    /// run there.
    pub(crate) fn negated(self) -> Started {
        match self {
            Started::No | Started::Named(_) => Started::Yes,
            Started::Yes => Started::No,
            open @ Started::Open(_) => open,
        }
    }

    /// The same where the name of the default branch is known.
    pub(crate) fn knowing(self, default_branch: Option<&str>) -> Started {
        match (self, default_branch) {
            (Started::Named(names), Some(branch)) => Started::from(names.contains(branch)),
            (other, _) => other,
        }
    }
}

impl From<bool> for Started {
    fn from(is: bool) -> Started {
        if is { Started::Yes } else { Started::No }
    }
}

/// What a change does: events that a system may react to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A change request (pull request, merge request) to the default branch.
    Request,
    /// A push to another branch than the default one, where a change is made.
    Branch,
    /// A push to the default branch.
    Default,
}

/// Which events start something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Starts {
    request: Started,
    branch: Started,
    default: Started,
}

impl Starts {
    /// Each event by what is said of it.
    pub(crate) fn each(of: impl Fn(Event) -> Started) -> Starts {
        Starts { request: of(Event::Request), branch: of(Event::Branch), default: of(Event::Default) }
    }

    /// The same of every event.
    pub(crate) fn all(started: Started) -> Starts {
        Starts::each(|_| started.clone())
    }

    /// Every change.
    pub(crate) fn always() -> Starts {
        Starts::all(Started::Yes)
    }

    /// No change: a hand, a tag, a schedule.
    pub(crate) fn never() -> Starts {
        Starts::default()
    }

    /// What one event does.
    pub(crate) fn on(&self, event: Event) -> &Started {
        match event {
            Event::Request => &self.request,
            Event::Branch => &self.branch,
            Event::Default => &self.default,
        }
    }

    /// Where both must hold.
    pub(crate) fn and(&self, other: &Starts) -> Starts {
        Starts::each(|event| self.on(event).clone().and(other.on(event).clone()))
    }

    /// Where one must hold.
    pub(crate) fn or(&self, other: &Starts) -> Starts {
        Starts::each(|event| self.on(event).clone().or(other.on(event).clone()))
    }

    /// Where a hand may be needed before: all, or nothing.
    pub(crate) fn only_if(&self, is: bool) -> Starts {
        if is { self.clone() } else { Starts::never() }
    }

    /// Whether it runs on a change before that is merged: on its request, or on the pushes to its branch.
    pub(crate) fn on_change(&self) -> Started {
        self.request.clone().or(self.branch.clone())
    }

    /// Whether it runs on what was merged.
    pub(crate) fn on_push(&self) -> &Started {
        &self.default
    }

    /// Whether changes start it, or may for all that the file says.
    pub(crate) fn is_gate(&self) -> bool {
        let may = |started: &Started| matches!(started, Started::Yes | Started::Open(_));
        [&self.request, &self.branch, &self.default].into_iter().any(may)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(names: &[&str]) -> Started {
        Started::Named(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn what_must_hold_both_is_the_lesser_and_what_may_hold_either_the_greater() {
        let open = || Started::open("the server decides");
        assert_eq!((Started::Yes.and(open()), open().or(Started::Yes)), (open(), Started::Yes));
        assert_eq!((open().and(Started::No), Started::No.or(open())), (Started::No, open()));
        assert_eq!(named(&["next", "edge"]).and(named(&["next"])), named(&["next"]));
        assert_eq!(named(&["edge"]).and(named(&["next"])), Started::No);
        assert_eq!(named(&["edge"]).or(named(&["next"])), named(&["edge", "next"]));
        assert_eq!(
            (named(&["next"]).negated(), open().negated(), Started::Yes.negated()),
            (Started::Yes, open(), Started::No)
        );
    }

    #[test]
    fn a_branch_of_an_unusual_name_is_the_default_one_where_that_is_said() {
        assert_eq!(named(&["next"]).knowing(Some("next")), Started::Yes);
        assert_eq!(named(&["next"]).knowing(Some("edge")), Started::No);
        assert_eq!(named(&["next"]).knowing(None), named(&["next"]));
    }

    #[test]
    fn a_push_of_a_branch_runs_on_the_change() {
        let pushed = Starts::each(|event| Started::from(event == Event::Branch));
        assert_eq!((pushed.on_change(), pushed.on_push().clone(), pushed.is_gate()), (Started::Yes, Started::No, true));
        assert!(!Starts::all(named(&["next"])).is_gate() && Starts::all(Started::open("x")).is_gate());
    }
}
