//! How a package comes to be here: the shortest way from what a manifest asks for, through what brings what.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Steps of a way that are shown.
const MOST_STEPS: usize = 6;

/// Steps after which a way is not told.
const LONGEST: usize = 64;

/// Who brings whom.
#[derive(Debug, Default)]
pub(super) struct Graph<'g> {
    asked: BTreeMap<&'g str, BTreeSet<&'g str>>,
    direct: BTreeSet<&'g str>,
}

/// For each package that one brings, the one that brings it on the shortest way.
#[derive(Debug)]
pub(super) struct Ways<'g> {
    askers: BTreeMap<&'g str, &'g str>,
}

impl<'g> Graph<'g> {
    /// One asks for another.
    pub(super) fn asks(&mut self, asker: &'g str, asked: &'g str) {
        self.asked.entry(asker).or_default().insert(asked);
    }

    /// A manifest asks for it.
    pub(super) fn is_direct(&mut self, package: &'g str) {
        self.direct.insert(package);
    }

    /// The shortest ways from what manifests ask for, each package looked at once.
    pub(super) fn ways(&self) -> Ways<'g> {
        let mut askers: BTreeMap<&str, &str> = BTreeMap::new();
        let mut waiting: VecDeque<&str> = self.direct.iter().copied().collect();
        while let Some(at) = waiting.pop_front() {
            for asked in self.asked.get(at).into_iter().flatten() {
                if !self.direct.contains(asked) && !askers.contains_key(asked) {
                    askers.insert(asked, at);
                    waiting.push_back(asked);
                }
            }
        }
        Ways { askers }
    }
}

impl<'g> Ways<'g> {
    /// The way to a package, by what a manifest asks for first; `None` where that is the package itself, or where no way, or a
    /// very long one, is told.
    pub(super) fn to(&self, package: &'g str) -> Option<Vec<&'g str>> {
        let mut way = vec![package];
        while let Some(asker) = way.last().and_then(|last| self.askers.get(last)) {
            if way.len() > LONGEST {
                return None;
            }
            way.push(asker);
        }
        way.reverse();
        (way.len() > 1).then_some(way)
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
        assert_eq!(graph.ways().to("c"), None, "nobody is asked for");
        graph.is_direct("a");
        assert_eq!(graph.ways().to("c"), Some(vec!["a", "b", "c"]));
        graph.is_direct("d");
        assert_eq!(graph.ways().to("c"), Some(vec!["d", "c"]));
        assert_eq!(graph.ways().to("a"), None, "a manifest asks for it");
        assert_eq!(words(["a", "b", "c", "d", "e", "f", "g"]), "a → … → f → g");
    }
}
