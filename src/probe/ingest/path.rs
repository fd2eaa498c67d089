//! How a package comes to be here: the shortest way from what a manifest asks for, through what brings what.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Steps of a way that are shown.
const MOST_STEPS: usize = 6;

/// Who brings whom: for each package those that ask for it.
#[derive(Debug, Default)]
pub(super) struct Graph<'g> {
    askers: BTreeMap<&'g str, BTreeSet<&'g str>>,
    direct: BTreeSet<&'g str>,
}

impl<'g> Graph<'g> {
    /// One asks for another.
    pub(super) fn asks(&mut self, asker: &'g str, asked: &'g str) {
        self.askers.entry(asked).or_default().insert(asker);
    }

    /// A manifest asks for it.
    pub(super) fn is_direct(&mut self, package: &'g str) {
        self.direct.insert(package);
    }

    /// The shortest way to a package, by what a manifest asks for first; `None` where that is the package itself, or where no
    /// way is told.
    pub(super) fn way(&self, to: &'g str) -> Option<Vec<&'g str>> {
        let mut next: BTreeMap<&str, &str> = BTreeMap::new();
        let mut waiting = VecDeque::from([to]);
        while let Some(at) = waiting.pop_front() {
            if self.direct.contains(at) {
                let mut way = vec![at];
                while let Some(step) = way.last().and_then(|last| next.get(last)) {
                    way.push(step);
                }
                return (way.len() > 1).then_some(way);
            }
            for asker in self.askers.get(at).into_iter().flatten() {
                if *asker != to && !next.contains_key(asker) {
                    next.insert(asker, at);
                    waiting.push_back(asker);
                }
            }
        }
        None
    }
}

/// `express → body-parser → qs`.
pub(super) fn words<'w>(way: impl IntoIterator<Item = &'w str>) -> String {
    let way: Vec<&str> = way.into_iter().collect();
    match way.as_slice() {
        [first, .., before, last] if way.len() > MOST_STEPS => format!("{first} → … → {before} → {last}"),
        _ => way.join(" → "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_way_is_told_and_circles_end() {
        let mut graph = Graph::default();
        for (asker, asked) in [("a", "b"), ("b", "c"), ("c", "b"), ("x", "c"), ("d", "x"), ("d", "c")] {
            graph.asks(asker, asked);
        }
        assert_eq!(graph.way("c"), None, "nobody is asked for");
        graph.is_direct("a");
        assert_eq!(graph.way("c"), Some(vec!["a", "b", "c"]));
        graph.is_direct("d");
        assert_eq!(graph.way("c"), Some(vec!["d", "c"]));
        assert_eq!(graph.way("a"), None, "a manifest asks for it");
        assert_eq!(words(["a", "b", "c", "d", "e", "f", "g"]), "a → … → f → g");
    }
}
