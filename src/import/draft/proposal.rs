//! Catalog rules that may measure what a check claims, found by the `aliases` of the rules and ranked. Only proposed, as
//! comments: a rule that was chosen by a word alone must not speak for a claim until somebody has looked.

use crate::catalog;
use crate::yaml::Node;

use super::Draft;

/// Proposals for one check.
const MOST: usize = 3;

/// A rule and the words by which it is recognised.
struct Rule {
    id: &'static str,
    aliases: Vec<String>,
    live: bool,
}

/// Adds proposals to the remarks of the checks, the best first.
pub(super) fn fill(draft: &mut Draft) {
    let rules: Vec<Rule> = catalog::ids().iter().filter_map(|id| rule(id)).collect();
    for check in draft.areas.iter_mut().flat_map(|area| area.checks.iter_mut()) {
        let text = check.title.to_lowercase();
        let mut found: Vec<(usize, &Rule, &str)> = rules.iter().filter_map(|rule| best(rule, &text)).collect();
        found.sort_by_key(|(length, rule, _)| (std::cmp::Reverse(*length), rule.id));
        check.remarks.extend(found.into_iter().take(MOST).map(|(_, rule, alias)| remark(rule, alias)));
    }
}

fn remark(rule: &Rule, alias: &str) -> String {
    let (with, why) = if rule.live { (", with: { target: NAME }", "; it needs a target") } else { ("", "") };
    format!("proposed: use: {}{with} (the text says \"{alias}\"{why})", rule.id)
}

fn rule(id: &'static str) -> Option<Rule> {
    let node = catalog::rule(id).ok().flatten()?;
    let texts = |key: &str| -> Vec<String> {
        let items = node.get(key).map(Node::items).unwrap_or_default();
        items.iter().filter_map(|item| item.text().map(str::to_owned)).collect()
    };
    let live = texts("tags").iter().any(|tag| tag == "route:live");
    let aliases = texts("aliases").into_iter().map(|alias| alias.to_lowercase()).collect();
    Some(Rule { id, aliases, live })
}

/// The longest alias that stands in a text as whole words.
fn best<'r>(rule: &'r Rule, text: &str) -> Option<(usize, &'r Rule, &'r str)> {
    let said = rule.aliases.iter().filter(|alias| stands_in(alias, text));
    said.map(|alias| (alias.chars().count(), rule, alias.as_str())).max_by_key(|(length, _, _)| *length)
}

fn stands_in(alias: &str, text: &str) -> bool {
    text.match_indices(alias).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + alias.len()..].trim_start_matches('s').chars().next();
        let ends = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        ends(before) && ends(after)
    })
}
