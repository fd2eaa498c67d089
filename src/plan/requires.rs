//! What names other checks: `requires`, `after`, `any_of`; and that they make no circle.

use petgraph::algo::tarjan_scc;
use petgraph::graph::DiGraph;

use super::Finding;
use super::check::CheckDraft;
use super::id;
use crate::model::Problems;
use crate::model::outline::Standing;
use crate::model::problem::nearest;
use crate::yaml::Spanned;

/// Resolves names to indices, and complains about unknown ones and circles.
pub(super) fn resolve(drafts: &mut [CheckDraft], broken: &[String], problems: &mut Problems) {
    let ids: Vec<Name> = drafts.iter().map(Name::of).collect();
    let known = Known { ids: &ids, broken };
    for (index, draft) in drafts.iter_mut().enumerate() {
        draft.planned.requires = all(&draft.requires, "`requires`", index, draft.from_catalog, &known, problems);
        draft.planned.after = all(&draft.after, "`after`", index, draft.from_catalog, &known, problems);
        draft.outline.requires = draft.planned.requires.iter().map(|other| ids[*other].id.clone()).collect();
        let alternatives = all(&draft.any_of, "`any_of`", index, false, &known, problems);
        if !alternatives.is_empty() {
            draft.planned.any_of = alternatives.iter().map(|other| ids[*other].id.clone()).collect();
            if matches!(draft.planned.finding, Finding::Claimed) {
                draft.planned.finding = Finding::AnyOf(alternatives);
            }
        }
    }
    complain_about_circles(drafts, problems);
}

/// What tells a check from others of its id.
struct Name {
    id: String,
    component: Option<String>,
    place: String,
    is_prerequisite: bool,
}

impl Name {
    fn of(draft: &CheckDraft) -> Name {
        Name {
            id: draft.outline.id.clone(),
            component: draft.planned.component.clone(),
            place: draft.place.clone(),
            is_prerequisite: draft.outline.standing == Standing::Prerequisite,
        }
    }

    fn is_near(&self, other: &Name) -> bool {
        self.place.is_empty() || other.place.is_empty() || self.place == other.place
    }
}

/// All checks, and the ids of those that have problems of their own.
struct Known<'a> {
    ids: &'a [Name],
    broken: &'a [String],
}

impl Known<'_> {
    fn names(&self) -> impl Iterator<Item = &str> {
        self.ids.iter().map(|name| name.id.as_str()).chain(self.broken.iter().map(String::as_str))
    }
}

fn all(
    patterns: &[Spanned<String>],
    what: &str,
    own: usize,
    from_catalog: bool,
    known: &Known<'_>,
    problems: &mut Problems,
) -> Vec<usize> {
    let mut found: Vec<usize> =
        patterns.iter().flat_map(|p| one(p, what, own, from_catalog, known, problems)).collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn one(
    pattern: &Spanned<String>,
    what: &str,
    own: usize,
    from_catalog: bool,
    known: &Known<'_>,
    problems: &mut Problems,
) -> Vec<usize> {
    let ids = known.ids;
    let hits = (0..ids.len()).filter(|index| id::matches(pattern, &ids[*index].id)).collect();
    let mut found = preferred(hits, |other| !other.is_prerequisite || ids[own].is_near(other), ids);
    if from_catalog {
        found = preferred(found, |other| other.component == ids[own].component, ids);
        found = preferred(found, |other| ids[own].is_near(other), ids);
    }
    if found.is_empty() && !known.broken.iter().any(|id| id::matches(pattern, id)) {
        let problem = pattern.span.problem(format!("{what} names `{}`, which is no check of this spec", pattern.value));
        problems.push(match nearest(pattern, known.names()) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help("name a check id, or a glob such as `http/*`; `shipworthy plan` lists them"),
        });
    }
    let glob = pattern.value.contains('*');
    found.into_iter().filter(|index| !(glob && *index == own)).collect()
}

/// Those that suit; all of them where none does.
fn preferred(hits: Vec<usize>, suits: impl Fn(&Name) -> bool, ids: &[Name]) -> Vec<usize> {
    let suiting: Vec<usize> = hits.iter().copied().filter(|index| suits(&ids[*index])).collect();
    if suiting.is_empty() { hits } else { suiting }
}

fn complain_about_circles(drafts: &[CheckDraft], problems: &mut Problems) {
    let mut graph = DiGraph::<(), ()>::new();
    let nodes: Vec<_> = drafts.iter().map(|_| graph.add_node(())).collect();
    for (index, draft) in drafts.iter().enumerate() {
        let mut needed: Vec<usize> = draft.planned.requires.iter().chain(&draft.planned.after).copied().collect();
        if let Finding::AnyOf(alternatives) = &draft.planned.finding {
            needed.extend(alternatives);
        }
        for other in needed {
            graph.add_edge(nodes[index], nodes[other], ());
        }
    }
    for circle in tarjan_scc(&graph) {
        let alone = circle.len() == 1 && !graph.contains_edge(circle[0], circle[0]);
        if !alone {
            complain(drafts, circle.iter().map(|node| node.index()).collect(), problems);
        }
    }
}

fn complain(drafts: &[CheckDraft], mut circle: Vec<usize>, problems: &mut Problems) {
    circle.sort_unstable();
    let first = &drafts[circle[0]];
    let names: Vec<String> = circle.iter().map(|index| format!("`{}`", drafts[*index].outline.id)).collect();
    let message = match names.as_slice() {
        [only] => format!("{only} requires itself"),
        _ => format!("{} require each other in a circle", names.join(", ")),
    };
    let named = first.requires.iter().chain(&first.after).chain(&first.any_of).next();
    if let Some(named) = named {
        problems.push(named.span.problem(message).help("take one of these `requires`, `after` or `any_of` away"));
    }
}
