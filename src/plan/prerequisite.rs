//! Rules that others of the plan require and nobody brought: they run unscored, and look where those look that require
//! them.

use super::brought::{self, Brought};
use super::{id, with};
use crate::catalog;

/// Adds every rule that another requires and that nothing brings for the same component and the same place.
pub(super) fn add(rules: &mut Vec<Brought>) {
    let mut index = 0;
    while index < rules.len() {
        let rule = rules[index].clone();
        index += 1;
        let named = rule.node.get("requires").map(|node| node.items().to_vec()).unwrap_or_default();
        for text in named.iter().filter_map(|node| node.text()) {
            if rules.iter().any(|other| serves(other, text, &rule)) {
                continue;
            }
            if let Some(added) = looking_as(&rule, text, rules) {
                rules.push(added);
            }
        }
    }
}

/// Whether `other` is what `rule` means by `text`. What a user's own check requires is meant as it stands in the spec;
/// a catalog rule means the one that looks where it looks itself.
fn serves(other: &Brought, text: &str, rule: &Brought) -> bool {
    let component = |of: &Brought| of.component.as_ref().map(|(id, _)| id.clone());
    let same_component = rule.component.is_none() || component(other) == component(rule);
    id::matches(text, &other.id) && same_component && (!is_of_catalog(rule) || is_near(rule, other))
}

/// Whether this is a rule of the catalog, under whatever id.
pub(super) fn is_of_catalog(rule: &Brought) -> bool {
    rule.pack.is_some() || rule.rule != rule.id || catalog::ids().contains(&rule.rule.as_str())
}

fn is_near(rule: &Brought, other: &Brought) -> bool {
    let (here, there) = (with::place(&rule.node), with::place(&other.node));
    here.is_empty() || there.is_empty() || here == there
}

/// The required rule, looking where `rule` looks; none where a catalog rule itself is not told where, which is one
/// mistake and not two.
fn looking_as(rule: &Brought, text: &str, rules: &[Brought]) -> Option<Brought> {
    let mut added = brought::prerequisite(text, rule.component.clone(), &rule.span)?;
    added.node = with::apply(&added.node, &with::whereabouts(&rule.node), true).0;
    if is_of_catalog(rule) && with::lacks_target(&rule.node) && with::lacks_target(&added.node) {
        return None;
    }
    if rules.iter().any(|other| other.id == added.id) {
        let free = |id: &String| rules.iter().all(|other| other.id != *id);
        let base = format!("{}@{}", added.id, id::slug(&with::place(&rule.node)).replace('/', "-"));
        added.id = std::iter::once(base.clone())
            .chain((2..).map(|number| format!("{base}-{number}")))
            .find(free)
            .unwrap_or(base);
    }
    Some(added)
}
