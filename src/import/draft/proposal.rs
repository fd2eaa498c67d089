//! What may measure a check: catalog rules by the `aliases` of the rules, ranked, with the bounds that the text states in the
//! place of theirs; and probes for files, paths and failing tests that the text names. Only proposed, as comments: what was
//! chosen by a word alone must not speak for a claim until somebody has looked.

use super::{CheckDraft, Draft, Source};
use crate::catalog;
use crate::model::statement::{Comparison, Threshold};
use crate::yaml::Node;

/// Proposals for one check.
const MOST: usize = 3;

/// A rule and the words by which it is recognised.
struct Rule {
    id: &'static str,
    aliases: Vec<String>,
    expect: Vec<String>,
    live: bool,
}

/// Adds proposals to the remarks of the checks, the best first.
pub(super) fn fill(source: &Source<'_>, draft: &mut Draft) {
    let rules: Vec<Rule> = catalog::ids().iter().filter_map(|id| rule(id)).collect();
    for check in draft.areas.iter_mut().flat_map(|area| area.checks.iter_mut()) {
        let text = check.title.to_lowercase();
        let mut found: Vec<(usize, &Rule, &str)> = rules.iter().filter_map(|rule| best(rule, &text)).collect();
        found.sort_by_key(|(length, rule, _)| (std::cmp::Reverse(*length), rule.id));
        let mut proposed = of_the_text(check, source);
        proposed.extend(found.into_iter().map(|(_, rule, alias)| remark(rule, alias, &check.bounds)));
        check.remarks.extend(proposed.into_iter().take(MOST));
    }
}

fn remark(rule: &Rule, alias: &str, bounds: &[Threshold]) -> String {
    let (with, why) = if rule.live { (", with: { target: NAME }", "; it needs a target") } else { ("", "") };
    let expect = stated(&rule.expect, bounds).map_or_else(String::new, |all| format!(", expect: [{}]", all.join(", ")));
    format!("proposed: use: {}{with}{expect} (the text says \"{alias}\"{why})", rule.id)
}

/// Probes for what the text names itself.
fn of_the_text(check: &CheckDraft, source: &Source<'_>) -> Vec<String> {
    let mut found = Vec::new();
    if check.failing_tests {
        let tests = "proposed: probe: { tests: { report: REPORT } }, expect: [failed = 0]";
        found.push(format!("{tests} (the text counts failing tests; it needs the report of a test run)"));
    }
    for code in source.entries.get(check.entry).map(|entry| entry.code.as_slice()).unwrap_or_default() {
        if is_file(code) {
            found.push(format!(
                "proposed: probe: {{ file: {{ path: {code} }} }}, expect: [exists = true] (the text names the file)"
            ));
        } else if is_path(code) {
            let http = format!("proposed: probe: {{ http: {{ target: NAME, path: {code} }} }}, expect: [status < 400]");
            found.push(format!("{http} (the text names the path; it needs a target)"));
        }
    }
    found
}

fn plain(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c))
        && !text.contains("..")
        && !text.contains("//")
}

/// `docs/runbook.md`, `Dockerfile.prod`: a relative name with a folder or an ending of letters.
fn is_file(code: &str) -> bool {
    let ending = code.rsplit_once('.').map_or("", |(_, ending)| ending);
    let ends = (1..=6).contains(&ending.len()) && ending.starts_with(|c: char| c.is_ascii_lowercase());
    let named = code.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.');
    plain(code) && named && ends && !code.ends_with('/')
}

/// `/api/health`: a path of a service.
fn is_path(code: &str) -> bool {
    plain(code)
        && code.len() > 1
        && code.starts_with('/')
        && !code.rsplit('/').next().is_some_and(|end| end.contains('.'))
}

/// The expectations of a rule with the first one that a bound of the text fits stated by that bound.
fn stated(expect: &[String], bounds: &[Threshold]) -> Option<Vec<String>> {
    bounds.iter().find_map(|bound| {
        let (at, written) = expect.iter().enumerate().find_map(|(at, line)| Some((at, replaced(line, bound)?)))?;
        let mut all = expect.to_vec();
        *all.get_mut(at)? = written;
        Some(all)
    })
}

/// `time <= 500 ms` with a bound `< 100 ms`: the same kind of unit and the same direction.
fn replaced(line: &str, bound: &Threshold) -> Option<String> {
    let [fact, operator, _, unit] = line.split_whitespace().collect::<Vec<_>>().try_into().ok()?;
    let kind = |unit: &str| match unit {
        "ms" | "s" | "min" => Some("time"),
        "%" => Some("share"),
        "req/s" | "/s" => Some("rate"),
        _ => None,
    };
    let upper = matches!(bound.comparison, Comparison::Less | Comparison::AtMost);
    let lower = matches!(bound.comparison, Comparison::More | Comparison::AtLeast);
    let fits = (operator.starts_with('<') && upper) || (operator.starts_with('>') && lower);
    let same = kind(unit).is_some() && kind(unit) == kind(&bound.unit);
    let (operator, value) = (bound.comparison.operator(), bound.value.floor_decimals(6));
    (fits && same).then(|| format!("{fact} {operator} {value} {}", bound.unit))
}

fn rule(id: &'static str) -> Option<Rule> {
    let node = catalog::rule(id).ok().flatten()?;
    let texts = |key: &str| -> Vec<String> {
        let items = node.get(key).map(Node::items).unwrap_or_default();
        items.iter().filter_map(|item| item.text().map(str::to_owned)).collect()
    };
    let live = texts("tags").iter().any(|tag| tag == "route:live");
    let aliases = texts("aliases").into_iter().map(|alias| alias.to_lowercase()).collect();
    Some(Rule { id, aliases, expect: texts("expect"), live })
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
