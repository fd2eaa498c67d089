//! Ids and the globs that select them.

use super::with::needs_target;
use crate::catalog;
use crate::model::problem::nearest;
use crate::model::{Problem, Problems};
use crate::spec::document::{CheckDoc, PackDoc};
use crate::yaml::{Node, Raw, Spanned};

/// Whether `pattern` (an id, a base id that has instances, or a glob with `*`) selects `id`.
pub fn matches(pattern: &str, id: &str) -> bool {
    if pattern == id {
        return true;
    }
    if !pattern.contains('*') {
        return id.strip_prefix(pattern).is_some_and(|rest| rest.starts_with('@'));
    }
    glob(pattern.as_bytes(), id.as_bytes())
}

/// `*` stands for any run of characters, `/` included, as in `http/*`.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        if pattern.get(p) == Some(&b'*') {
            star = Some((p, t));
            p += 1;
        } else if pattern.get(p) == Some(&text[t]) {
            p += 1;
            t += 1;
        } else if let Some((star_p, star_t)) = star {
            p = star_p + 1;
            t = star_t + 1;
            star = Some((star_p, star_t + 1));
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

/// Ids that may be named.
pub(super) struct Ids<'a> {
    live: Vec<&'a str>,
    broken: &'a [String],
}

impl<'a> Ids<'a> {
    /// These.
    pub(super) fn of(live: &[&'a str]) -> Ids<'a> {
        Ids { live: live.to_vec(), broken: &[] }
    }

    /// These, and those of checks that have problems of their own.
    pub(super) fn with_broken(live: Vec<&'a str>, broken: &'a [String]) -> Ids<'a> {
        Ids { live, broken }
    }

    /// Indices of the ids that a pattern selects; none is a problem at the pattern.
    pub(super) fn select(&self, pattern: &Spanned<String>, what: &str, problems: &mut Problems) -> Vec<usize> {
        let found: Vec<usize> = (0..self.live.len()).filter(|index| matches(pattern, self.live[*index])).collect();
        if found.is_empty() && !self.broken.iter().any(|id| matches(pattern, id)) {
            problems.push(self.no_match(pattern, what));
        }
        found
    }

    fn no_match(&self, pattern: &Spanned<String>, what: &str) -> Problem {
        let problem = pattern.span.problem(format!("{what} names `{}`, which matches no check", pattern.value));
        if let Some(help) = help_to_include(pattern) {
            return problem.help(help);
        }
        match nearest(pattern, self.live.iter().copied().chain(self.broken.iter().map(String::as_str))) {
            Some(id) => problem.help(format!("did you mean `{id}`?")),
            None => problem.help("name a check of this spec, or a glob such as `http/*`; `shipworthy plan` lists them"),
        }
    }
}

/// How to include what brings the catalog rules that a pattern selects: the pack with the most of them first.
fn help_to_include(pattern: &str) -> Option<String> {
    let names_rule =
        |check: &&Raw<CheckDoc>| check.node.get("use").and_then(Node::text).is_some_and(|rule| matches(pattern, rule));
    let packs = catalog::pack_names().into_iter().filter_map(|name| catalog::pack(name).ok().flatten());
    let mut bringing: Vec<(usize, PackDoc)> = packs
        .map(|pack| (pack.checks.iter().filter(names_rule).count(), pack))
        .filter(|(count, _)| *count > 0)
        .collect();
    bringing.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let ((_, first), others) = bringing.split_first()?;
    let name = &first.pack.value;
    let with = if needs_target(first) { ", with: { target: … }" } else { "" };
    let others: String = others.iter().take(3).map(|(_, pack)| format!(", or `{}`", pack.pack.value)).collect();
    Some(format!("include a pack that brings it: `- {{ pack: {name}{with} }}`{others}"))
}

/// Complains about an id that is not `[a-z0-9-]` parts joined by `/`.
pub(super) fn check_shape(id: &Spanned<String>, problems: &mut Problems) -> bool {
    let good = !id.is_empty()
        && id.split('/').all(|part| {
            part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') && !part.is_empty()
        });
    if !good {
        let fixed = slug(id);
        let help = if fixed.is_empty() { "such as `backend-suite`".to_owned() } else { format!("write `{fixed}`") };
        problems.push(
            id.span
                .problem(format!(
                    "`{}` is not an id: lower case letters, digits and `-`, parts joined by `/`",
                    id.value
                ))
                .help(help),
        );
    }
    good
}

/// The nearest text that is an id.
pub(super) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars() {
        match c.to_ascii_lowercase() {
            c @ ('a'..='z' | '0'..='9' | '/') => slug.push(c),
            _ if !slug.ends_with(['-', '/']) && !slug.is_empty() => slug.push('-'),
            _ => {}
        }
    }
    slug.trim_matches(['-', '/']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_selects_ids_instances_and_globs() {
        assert!(matches("http/hsts", "http/hsts"));
        assert!(matches("http/hsts", "http/hsts@admin"));
        assert!(!matches("http/hst", "http/hsts"));
        assert!(matches("http/*", "http/hsts@admin"));
        assert!(matches("*", "anything"));
        assert!(matches("*-suite@c*", "backend-suite@cart"));
        assert!(!matches("*-suite", "backend-suite@cart"));
    }

    #[test]
    fn a_slug_is_an_id() {
        assert_eq!(slug("Backend Suite!"), "backend-suite");
        assert_eq!(slug("HTTP/HSTS"), "http/hsts");
    }
}
