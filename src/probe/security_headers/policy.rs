//! Content-Security-Policy as the Observatory reads it: policies into directives, several policies into one.
//!
//! Leaves what the directives are worth to `csp.rs`.

use std::cmp::Ordering;

use indexmap::{IndexMap, IndexSet};

/// A policy shorter than this is none (one less than the shortest directive, `img-src`).
const SHORTEST: usize = 6;
/// Directives that may stand twice in a policy; everything else twice makes it invalid.
const MAY_REPEAT: &[&str] = &["report-uri", "report-to"];
/// Directives that count in a header only (CSP3 §3.3).
const HEADER_ONLY: &[&str] = &["frame-ancestors", "report-uri", "sandbox"];

/// Directives of all policies together, each with its sources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Policy {
    directives: IndexMap<String, IndexSet<String>>,
    /// Whether `report-uri` or `report-to` stood twice in one policy.
    pub(super) repeated_reporting: bool,
}

/// No policy at all: one is empty, too short, says a directive twice, or has an escape that is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Invalid;

struct Source {
    text: String,
    policy: usize,
    keep: bool,
}

impl Policy {
    /// Reads policies and intersects them: a source counts if every policy has it, by the rules below.
    pub(super) fn read(policies: &[String]) -> Result<Policy, Invalid> {
        let policies: Vec<String> =
            policies.iter().map(|policy| policy.replace(['\r', '\n'], "").trim().to_owned()).collect();
        if policies.iter().any(|policy| policy.encode_utf16().count() < SHORTEST) {
            return Err(Invalid);
        }
        let mut sources: IndexMap<String, Vec<Source>> = IndexMap::new();
        let mut repeated_reporting = false;
        for (index, policy) in policies.iter().enumerate() {
            repeated_reporting |= add(&mut sources, policy, (index, policies.len() > 1))?;
        }
        let directives = sources.into_iter().map(|(directive, sources)| (directive, flattened(sources))).collect();
        Ok(Policy { directives, repeated_reporting })
    }

    /// Without the directives that a `meta` element cannot give.
    pub(super) fn of_meta(policies: &[String]) -> Result<Policy, Invalid> {
        let mut policy = Policy::read(policies)?;
        policy.directives.retain(|directive, _| !HEADER_ONLY.contains(&directive.as_str()));
        Ok(policy)
    }

    /// Whether it says nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.directives.is_empty() && !self.repeated_reporting
    }

    /// The sources of a directive.
    pub(super) fn get(&self, directive: &str) -> Option<&IndexSet<String>> {
        self.directives.get(directive)
    }

    /// The same to change.
    pub(super) fn get_mut(&mut self, directive: &str) -> Option<&mut IndexSet<String>> {
        self.directives.get_mut(directive)
    }

    /// All directives.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &IndexSet<String>)> {
        self.directives.iter().map(|(directive, sources)| (directive.as_str(), sources))
    }
}

/// Adds one policy to what the earlier ones left; says whether a reporting directive was repeated.
fn add(
    all: &mut IndexMap<String, Vec<Source>>,
    policy: &str,
    (index, several): (usize, bool),
) -> Result<bool, Invalid> {
    let mut seen: IndexSet<String> = IndexSet::new();
    let mut repeated_reporting = false;
    for entry in policy.split(';') {
        let mut words = entry.split_whitespace();
        let Some(directive) = words.next().map(str::to_lowercase) else { continue };
        if !seen.insert(directive.clone()) {
            if !MAY_REPEAT.contains(&directive.as_str()) {
                return Err(Invalid);
            }
            repeated_reporting = true;
        }
        let mut given: Vec<String> = words.map(str::to_lowercase).collect();
        if given.is_empty() && directive.ends_with("-src") {
            given.push("'none'".to_owned());
        }
        let earlier = if index == 0 { Vec::new() } else { all.shift_remove(&directive).unwrap_or_default() };
        let given = given.into_iter().map(|text| Source { text, policy: index, keep: index == 0 });
        let mut kept = reduced(earlier.into_iter().chain(given).collect())?;
        if index == 0 && several {
            // from the second policy on a source must be confirmed to stay
            kept.iter_mut().for_each(|source| source.keep = false);
        }
        all.insert(directive, kept);
    }
    Ok(repeated_reporting)
}

/// Sorted; without sources that a shorter one of the same policy covers, with those that the policy before confirms.
fn reduced(mut sources: Vec<Source>) -> Result<Vec<Source>, Invalid> {
    sources.sort_by(|a, b| collated(&a.text, &b.text));
    for at in 1..sources.len() {
        let (before, rest) = sources.split_at_mut(at);
        let (Some(previous), Some(source)) = (before.last(), rest.first_mut()) else { continue };
        if source.policy == previous.policy {
            if source.text.starts_with(&previous.text) {
                source.keep = false;
            }
        } else if covers(&previous.text, &source.text)? {
            source.keep = true;
        }
    }
    sources.retain(|source| source.keep);
    Ok(sources)
}

/// A directive of which nothing is left allows nothing.
fn flattened(sources: Vec<Source>) -> IndexSet<String> {
    if sources.is_empty() {
        return IndexSet::from(["'none'".to_owned()]);
    }
    sources.into_iter().map(|source| source.text).collect()
}

/// The path rule of CSP3 §6.7.2.12, applied to the whole source.
fn covers(pattern: &str, path: &str) -> Result<bool, Invalid> {
    if pattern.is_empty() || (pattern == "/" && path.is_empty()) {
        return Ok(true);
    }
    let exact = !pattern.ends_with('/');
    let mut wanted: Vec<&str> = pattern.split('/').collect();
    let given: Vec<&str> = path.split('/').collect();
    if wanted.len() > given.len() || (exact && wanted.len() != given.len()) {
        return Ok(false);
    }
    if !exact {
        wanted.pop();
    }
    for (wanted, given) in wanted.iter().zip(&given) {
        if decoded(wanted)? != decoded(given)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Percent escapes undone; an escape that is none, or no UTF-8, is an error.
fn decoded(text: &str) -> Result<String, Invalid> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |at: usize| tail.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        let (Some(high), Some(low)) = (digit(0), digit(1)) else { return Err(Invalid) };
        bytes.push(u8::try_from(high * 16 + low).map_err(|_| Invalid)?);
        rest = &tail[2..];
    }
    String::from_utf8(bytes).map_err(|_| Invalid)
}

/// Punctuation in the order of the root collation (CLDR); digits and letters come after it.
const PUNCTUATION: &str = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";

/// The order of sources: that of the root collation, since only neighbours are compared.
fn collated(a: &str, b: &str) -> Ordering {
    let key = |c: char| match PUNCTUATION.find(c) {
        Some(at) => (0, at as u32),
        None => (1, c as u32),
    };
    a.chars().map(key).cmp(b.chars().map(key))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn sources(policies: &[&str], directive: &str) -> Vec<String> {
        let policies: Vec<String> = policies.iter().map(|policy| (*policy).to_owned()).collect();
        Policy::read(&policies).unwrap().get(directive).unwrap().iter().cloned().collect()
    }

    fn invalid(policy: &str) -> bool {
        Policy::read(&[policy.to_owned()]) == Err(Invalid)
    }

    #[test]
    fn several_policies_leave_what_all_of_them_allow() {
        assert_eq!(sources(&["default-src 'self' https:", "default-src 'self'"], "default-src"), ["'self'"]);
        assert_eq!(sources(&["script-src https://a", "script-src https://b"], "script-src"), ["'none'"]);
        assert_eq!(sources(&["img-src *", "default-src 'self'"], "default-src"), ["'none'"]);
    }

    #[test]
    fn a_source_covered_by_its_neighbour_of_the_same_policy_is_left_out() {
        assert_eq!(sources(&["img-src https://a/x https://a/ https://b"], "img-src"), ["https://a/", "https://b"]);
    }

    #[test]
    fn invalid_are_the_short_the_repeated_and_the_badly_escaped() {
        assert!(invalid("") && invalid("img-s") && invalid("img-src a; IMG-SRC b"));
        assert!(!invalid("report-uri /a; report-uri /b"));
        assert!(Policy::read(&["img-src a/%zz".into(), "img-src a/%zz".into()]) == Err(Invalid));
    }

    #[test]
    fn a_source_list_without_sources_is_none() {
        assert_eq!(sources(&["default-src"], "default-src"), ["'none'"]);
        assert_eq!(sources(&["sandbox"], "sandbox"), ["'none'"]);
    }

    #[test]
    fn punctuation_sorts_before_digits_and_letters() {
        let mut words = vec!["a", "1", "*", "'self'", "https://a.b", "https://a-b", "https://a/b", "$", "_"];
        words.sort_by(|a, b| collated(a, b));
        assert_eq!(words, ["_", "'self'", "*", "$", "1", "a", "https://a-b", "https://a.b", "https://a/b"]);
    }
}
