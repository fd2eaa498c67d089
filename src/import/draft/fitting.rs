//! Which words of a text name what a catalog rule measures, and whether they say nothing else; and bounds of the text in the
//! place of the rule's own.

use std::sync::LazyLock;

use regex::Regex;

use crate::catalog;
use crate::import::{mark, words};
use crate::model::statement::{Comparison, Threshold};
use crate::yaml::Node;

/// A rule and the words by which it is recognised.
pub(super) struct Rule {
    pub(super) id: &'static str,
    aliases: Vec<String>,
    pub(super) expect: Vec<String>,
    pub(super) live: bool,
    /// It reads files of the repository, runs nothing and contacts nothing.
    is_static: bool,
    /// It is about what must not be there.
    forbids: bool,
}

impl Rule {
    /// A rule of the catalog as far as texts are compared with it.
    pub(super) fn of(id: &'static str) -> Option<Rule> {
        let node = catalog::rule(id).ok().flatten()?;
        let texts = |key: &str| -> Vec<String> {
            let items = node.get(key).map(Node::items).unwrap_or_default();
            items.iter().filter_map(|item| item.text().map(str::to_owned)).collect()
        };
        let tags = texts("tags");
        let route = |name: &str| tags.iter().any(|tag| tag == name);
        let says_a_state = |alias: &String| mark::word_alone(alias).is_some();
        let aliases = texts("aliases")
            .into_iter()
            .map(|alias| alias.to_lowercase())
            .filter(|alias| !says_a_state(alias))
            .collect();
        let (live, is_static) = (route("route:live"), route("route:static"));
        let title = node.get("title").and_then(Node::text).unwrap_or("").to_lowercase();
        let forbids = title
            .split_whitespace()
            .any(|word| matches!(word, "no" | "not" | "never" | "nothing" | "without" | "none"));
        Some(Rule { id, aliases, expect: texts("expect"), live, is_static, forbids })
    }

    /// Whether it may be put to work for a text: it reads files only, the text says its words and nothing else, no bound of the
    /// text would be left out, and what the rule forbids the text does not want.
    pub(super) fn measures(&self, text: &str, alias: &str, bounds: &[Threshold]) -> bool {
        let denies = || {
            text.split(|c: char| !c.is_alphanumeric()).any(|word| matches!(word, "no" | "remove" | "without" | "zero"))
        };
        let kept = || bounds.is_empty() || stated(&self.expect, bounds).is_some();
        self.is_static && !is_general(alias) && says_only(text, alias) && kept() && (!self.forbids || denies())
    }
}

/// The longest alias that stands in a text as whole words.
pub(super) fn best<'r>(rule: &'r Rule, text: &str) -> Option<(usize, &'r Rule, &'r str)> {
    let said = rule.aliases.iter().filter(|alias| stands_in(alias, text) && names_enough(alias, text));
    said.map(|alias| (alias.chars().count(), rule, alias.as_str()))
        .max_by_key(|(length, _, alias)| (says_only(text, alias), *length))
}

/// Drops what shares words with longer ones: `session timeouts` are no time limits of requests.
pub(super) fn drop_parts(found: &mut Vec<(usize, &Rule, &str)>, text: &str) {
    let mut taken: Vec<(usize, std::ops::Range<usize>)> = Vec::new();
    found.retain(|(length, _, alias)| {
        let Some(at) = text.find(*alias) else { return true };
        let place = at..at + alias.len();
        let part = taken
            .iter()
            .any(|(other, longer)| *other > *length && longer.start < place.end && place.start < longer.end);
        taken.push((*length, place));
        !part
    });
}

fn stands_in(alias: &str, text: &str) -> bool {
    text.match_indices(alias).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + alias.len()..].trim_start_matches('s').chars().next();
        // Parts of a path or of a name of code say nothing.
        let ends = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '/' | '_'));
        ends(before) && ends(after)
    })
}

/// Whether the words are enough to mean the rule: `metrics` is in many a text that is about none of the service's.
fn names_enough(alias: &str, text: &str) -> bool {
    !is_general(alias) || says_only(text, alias)
}

fn is_general(alias: &str) -> bool {
    static GENERAL: LazyLock<Vec<&str>> = LazyLock::new(|| words::list("general words"));
    GENERAL.contains(&alias)
}

/// Whether a text says some words and nothing else but how far they are: `CI/CD pipeline (GitHub Actions)`, `Missing runbooks`.
pub(super) fn says_only(text: &str, alias: &str) -> bool {
    static ASIDE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"[(（\[][^)）\]]*[)）\]]|[:–—]\s*$|\*").expect("the pattern is fixed"));
    static WORKING: LazyLock<Vec<&str>> = LazyLock::new(|| words::list("working words"));
    static FILLERS: LazyLock<Vec<&str>> = LazyLock::new(|| words::list("filler words"));
    let shown = ASIDE.replace_all(text, " ");
    let Some(at) = shown.find(alias) else { return false };
    let rest = format!("{} | {}", &shown[..at], shown[at + alias.len()..].trim_start_matches('s'));
    rest.split('|').all(|part| {
        let part = part.trim_matches(|c: char| !c.is_alphanumeric());
        // That it is there does not say that it works.
        if WORKING.contains(&part) {
            return false;
        }
        let each_is_filler = || {
            part.split(|c: char| !c.is_alphanumeric())
                .filter(|word| !word.is_empty())
                .all(|word| FILLERS.contains(&word))
        };
        part.is_empty() || mark::word_alone(part).is_some() || each_is_filler()
    })
}

/// The expectations of a rule with the first one that a bound of the text fits stated by that bound.
pub(super) fn stated(expect: &[String], bounds: &[Threshold]) -> Option<Vec<String>> {
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
