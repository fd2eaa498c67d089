//! The syntax of CODEOWNERS: GitHub's (gitignore patterns without `!` and `[a-z]`), and GitLab's sections with default
//! owners.

/// Parts of a pattern that are looked at.
const DEEPEST: usize = 64;

/// One line that says something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) number: u32,
    pub(super) text: String,
    /// The rule, or why a forge skips the line.
    pub(super) rule: Result<Rule, String>,
}

/// A pattern and its owners; without owners the files have none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) pattern: String,
    pub(super) owners: Vec<String>,
}

/// Reads a file.
pub(super) fn read(bytes: &[u8]) -> Vec<Line> {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = Vec::new();
    let mut usual: Vec<String> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim().trim_start_matches('\u{feff}');
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(owners) = section(line) {
            usual = owners;
            continue;
        }
        lines.push(Line { number, text: line.to_owned(), rule: rule(line, &usual) });
    }
    lines
}

/// `[Name][2] @owner` and `^[Optional] @owner`: the section's default owners.
fn section(line: &str) -> Option<Vec<String>> {
    let rest = line.strip_prefix('^').unwrap_or(line).strip_prefix('[')?;
    let (_, rest) = rest.split_once(']')?;
    let rest = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(rest, |(_, rest)| rest);
    let words: Vec<String> = words(rest);
    words.iter().all(|word| is_owner(word)).then_some(words)
}

fn rule(line: &str, usual: &[String]) -> Result<Rule, String> {
    let mut parts = words(line).into_iter();
    let pattern = parts.next().unwrap_or_default();
    if pattern.starts_with('!') {
        return Err("a pattern cannot be negated here; the line is skipped".to_owned());
    }
    let mut owners: Vec<String> = parts.collect();
    if let Some(wrong) = owners.iter().find(|owner| !is_owner(owner)) {
        return Err(format!("`{wrong}` is no owner: write `@account`, `@org/team` or an address"));
    }
    if owners.is_empty() {
        usual.clone_into(&mut owners);
    }
    Ok(Rule { pattern, owners })
}

/// Words up to a comment; `\ ` is a space inside of a word.
fn words(line: &str) -> Vec<String> {
    let line = line.split(" #").next().unwrap_or(line).replace("\\ ", "\u{0}");
    line.split_whitespace().map(|word| word.replace('\u{0}', " ")).collect()
}

fn is_owner(word: &str) -> bool {
    let account = word.strip_prefix('@').is_some_and(|name| !name.is_empty() && !name.ends_with('/'));
    let address = word.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    account || address
}

impl Rule {
    /// Whether the pattern matches a path, by the rules of gitignore: a slash inside anchors it to the root, one at the
    /// end means a folder, `*` stays within a part and `**` crosses parts.
    pub(super) fn matches(&self, path: &str) -> bool {
        let pattern = self.pattern.as_str();
        let folder = pattern.ends_with('/');
        let body = pattern.trim_end_matches('/');
        let anchored = body.trim_start_matches('/').contains('/') || pattern.starts_with('/');
        let body = body.trim_start_matches('/');
        if body.is_empty() {
            return true;
        }
        if lacks_first(body, anchored, path) {
            return false;
        }
        let wanted: Vec<&str> = body.split('/').take(DEEPEST).collect();
        let parts: Vec<&str> = path.split('/').collect();
        // A pattern that names a folder names all below it; `docs/*` names files directly there.
        let direct = wanted.last() == Some(&"*") && wanted.len() > 1;
        let starts = if anchored { 1 } else { parts.len() };
        (0..starts).any(|start| {
            let rest = &parts[start..];
            // Most patterns fail at their first part, and nothing has to be kept of that.
            if wanted[0] != "**" && !matches_part(wanted[0].as_bytes(), rest[0].as_bytes()) {
                return false;
            }
            let longest = if folder { rest.len() - 1 } else { rest.len() };
            let shortest = if direct { rest.len() } else { 1 };
            let reached = reached(&wanted, rest);
            (shortest..=longest).any(|length| reached[length])
        })
    }
}

/// Whether the first part of a pattern is a plain name that is not where it would have to be: so it is nearly always.
fn lacks_first(body: &str, anchored: bool, path: &str) -> bool {
    let first = body.split('/').next().unwrap_or(body);
    let is_there = || if anchored { path.split('/').next() == Some(first) } else { path.contains(first) };
    !first.contains(['*', '?']) && !is_there()
}

/// How many parts of a path, from its start, the parts of a pattern can stand for: true at each such number.
fn reached(wanted: &[&str], parts: &[&str]) -> Vec<bool> {
    let mut reached = vec![false; parts.len() + 1];
    reached[0] = true;
    for wanted in wanted {
        let before = std::mem::replace(&mut reached, vec![false; parts.len() + 1]);
        if *wanted == "**" {
            let first = before.iter().position(|here| *here).unwrap_or(before.len());
            reached.iter_mut().skip(first).for_each(|here| *here = true);
            continue;
        }
        for (at, part) in parts.iter().enumerate().filter(|(at, _)| before[*at]) {
            reached[at + 1] = matches_part(wanted.as_bytes(), part.as_bytes());
        }
    }
    reached
}

/// One part: `*` is any text, `?` one character. Backtracks to the last `*` only.
fn matches_part(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(byte) if *byte == b'?' || *byte == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match &mut star {
                Some((at, from)) => {
                    *from += 1;
                    p = *at + 1;
                    t = *from;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_forges_document_them() {
        for (pattern, path, expected) in [
            ("*", "a/b.rs", true),
            ("*.js", "src/a.js", true),
            ("/build/logs/", "build/logs/x.log", true),
            ("/build/logs/", "src/build/logs/x.log", false),
            ("docs/*", "docs/a.md", true),
            ("docs/*", "docs/build/a.md", false),
            ("apps/", "web/apps/a.js", true),
            ("apps/", "apps", false),
            ("/docs/", "docs/a/b.md", true),
            ("**/logs", "deep/er/logs/x", true),
            ("/src/**/test", "src/a/b/test/c.rs", true),
            ("/src", "src/a.rs", true),
            ("a?c.txt", "x/abc.txt", true),
            ("src/lib", "other/src/lib/x", false),
        ] {
            let rule = Rule { pattern: pattern.to_owned(), owners: Vec::new() };
            assert_eq!(rule.matches(path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn sections_give_their_owners_to_lines_without() {
        let lines = read(b"[Docs] @org/docs\nREADME.md\n^[Code][2]\nsrc/ @ann\nspace\\ here.md @ann\n");
        let owners: Vec<Vec<String>> =
            lines.iter().map(|line| line.rule.clone().unwrap_or_else(|e| panic!("{e}")).owners).collect();
        assert_eq!(owners, [["@org/docs"], ["@ann"], ["@ann"]]);
    }

    #[test]
    fn a_hostile_pattern_ends_soon() {
        let rule = Rule { pattern: "**/".repeat(40) + "x*y*z*", owners: Vec::new() };
        assert!(!rule.matches(&"a/".repeat(200)));
    }
}
