//! Names of environments of tox and their factors (its documentation, "Generative environments"): `py{311,312}-{a,b}` names
//! four, and a line that begins with `lint,docs: ` is for those that have the factor.

use regex::Regex;

use super::call::OPEN;

/// Names that one expression writes together; more are not read.
const MOST: usize = 500;
/// Braces in one name that are read.
const BRACES: u32 = 12;

/// The names that an expression stands for: braces multiply, commas and line breaks divide.
pub(super) fn expanded(text: &str) -> Vec<String> {
    divided(text).into_iter().flat_map(|part| multiplied(part, BRACES)).take(MOST).collect()
}

/// What commas, blanks and line breaks outside braces divide.
fn divided(text: &str) -> Vec<&str> {
    let (mut open, mut start, mut found) = (0_usize, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '{' => open += 1,
            '}' => open = open.saturating_sub(1),
            ',' | '\n' if open == 0 => {
                found.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(&text[start..]);
    found.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
}

fn multiplied(text: &str, left: u32) -> Vec<String> {
    let Some(left) = left.checked_sub(1) else { return vec![text.trim().to_owned()] };
    let Some((before, rest)) = text.split_once('{') else { return vec![text.trim().to_owned()] };
    let Some((inner, after)) = rest.split_once('}') else { return vec![text.trim().to_owned()] };
    let after = multiplied(after, left);
    let parts = inner.split(',').flat_map(|part| ranged(part.trim()));
    let all = parts.flat_map(|part| after.iter().map(move |rest| format!("{part}{rest}")).collect::<Vec<_>>());
    all.map(|rest| format!("{}{rest}", before.trim_start())).take(MOST).collect()
}

/// `310-314` in braces is each of these.
fn ranged(part: &str) -> Vec<String> {
    let ends = part.split_once('-').and_then(|(from, to)| Some((from.parse::<u32>().ok()?, to.parse::<u32>().ok()?)));
    match ends {
        Some((from, to)) if from <= to && to - from < 50 => (from..=to).map(|number| number.to_string()).collect(),
        _ => vec![part.to_owned()],
    }
}

/// A line without the condition it begins with, if it is for this environment: with all factors of one of the names that the
/// condition writes, and without those after `!`. A factor that is not told may be any.
pub(super) fn of_environment<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    let Some((condition, rest)) = conditional(line) else { return Some(line) };
    let own: Vec<&str> = name.split('-').collect();
    let is_open = name.contains(OPEN);
    let has = |factor: &str| match factor.strip_prefix('!') {
        Some(factor) => !own.contains(&factor),
        // What system it runs on is not told.
        None => is_open || own.contains(&factor) || ["linux", "darwin", "win32"].contains(&factor),
    };
    expanded(condition).iter().any(|group| group.split('-').all(has)).then_some(rest)
}

/// Which names one with variables may be. `py` before a variable goes on with a number: `pyright` is none of these.
pub(super) fn may_be(pattern: &str) -> impl Fn(&str) -> bool {
    let mut parts = pattern.split(OPEN).map(regex::escape);
    let first = parts.next().unwrap_or_default();
    let second = if is_python(&first) { "(?:[^A-Za-z].*)?" } else { ".*" };
    let rest: Vec<String> = parts.collect();
    let several = pattern.contains(OPEN).then(|| Regex::new(&format!("^{first}{second}{}$", rest.join(".*"))).ok());
    let exact = pattern.to_owned();
    move |name| match &several {
        Some(several) => several.as_ref().is_some_and(|several| several.is_match(name)),
        None => exact == name,
    }
}

/// `py311,lint: command`.
fn conditional(line: &str) -> Option<(&str, &str)> {
    let at = line
        .match_indices(':')
        .map(|(at, _)| at)
        .find(|at| line[at + 1..].is_empty() || line[at + 1..].starts_with(char::is_whitespace))?;
    let condition = &line[..at];
    let is_factor = |c: char| c.is_alphanumeric() || "_.,{}!-".contains(c);
    let is_spaced = |c: char| c == ' ' && condition.contains(',');
    let is_condition = !condition.is_empty() && condition.chars().all(|c| is_factor(c) || is_spaced(c));
    is_condition.then(|| (condition, line[at + 1..].trim_start()))
}

/// Whether tox makes an environment of this name though nothing defines it: one for a Python.
pub(super) fn is_python(name: &str) -> bool {
    let rest = ["pypy", "graalpy", "python", "py"].iter().find_map(|start| name.strip_prefix(start)).unwrap_or(name);
    let is_number = |c: char| c.is_ascii_digit() || c == '.' || c == 't';
    rest.chars().all(is_number) && (rest.len() < name.len() || rest.starts_with('3'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_stands_for_names() {
        assert_eq!(
            expanded("py{311,312}-{a,b}, lint\n docs"),
            ["py311-a", "py311-b", "py312-a", "py312-b", "lint", "docs"]
        );
        assert_eq!(expanded("py3{10-12}"), ["py310", "py311", "py312"]);
        assert!(expanded(&"{a,b}".repeat(50_000)).len() <= MOST);
        assert_eq!(expanded("py{311,312}{,-min}"), ["py311", "py311-min", "py312", "py312-min"]);
    }

    #[test]
    fn a_name_with_a_variable_may_be_several() {
        for (pattern, name, expected) in [
            ("py\0", "py311-django", true),
            ("py\0", "pyright", false),
            ("\0-mypy", "py311-mypy", true),
            ("\0-mypy", "lint", false),
            ("tests-\0", "tests-any", true),
            ("lint", "lint-a", false),
        ] {
            assert_eq!(may_be(pattern)(name), expected, "{pattern:?} {name}");
        }
    }

    #[test]
    fn a_line_may_be_for_some_environments_only() {
        let line = "lint,py311-a: ruff check";
        assert_eq!(of_environment(line, "lint"), Some("ruff check"));
        assert_eq!(of_environment(line, "py311-a-b"), Some("ruff check"));
        assert_eq!(of_environment(line, "py311"), None);
        assert_eq!(of_environment(line, "py\0"), Some("ruff check"));
        assert_eq!(of_environment("!cov: pytest", "\0-cov"), None);
        assert_eq!(of_environment("!cov: pytest", "py-cov"), None);
        assert_eq!(of_environment("!cov: pytest", "py"), Some("pytest"));
        assert_eq!(of_environment("pytest -k a:b", "py"), Some("pytest -k a:b"));
        assert_eq!(of_environment("python -c 'x: y'", "py"), Some("python -c 'x: y'"));
    }
}
