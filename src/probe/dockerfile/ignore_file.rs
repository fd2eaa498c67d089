//! `.dockerignore`: which paths of a build context stay out. Rules of moby/patternmatcher: the last match wins, a match
//! of a folder covers what is in it, `!` takes back.

use regex::Regex;

/// The rules of one file.
pub(super) struct IgnoreFile(Vec<(Regex, bool)>);

impl IgnoreFile {
    /// Reads one; lines that are no pattern are skipped, as the builder would refuse them.
    pub(super) fn parse(text: &str) -> IgnoreFile {
        let rules = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        IgnoreFile(rules.filter_map(rule).collect())
    }

    /// Whether the path (relative to the context) stays out.
    pub(super) fn leaves_out(&self, path: &str) -> bool {
        let mut out = false;
        for (regex, takes_back) in &self.0 {
            if out == *takes_back && with_parents(path).any(|part| regex.is_match(part)) {
                out = !takes_back;
            }
        }
        out
    }
}

fn with_parents(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at]).chain(std::iter::once(path))
}

fn rule(line: &str) -> Option<(Regex, bool)> {
    let (takes_back, pattern) = match line.strip_prefix('!') {
        Some(rest) => (true, rest.trim()),
        None => (false, line),
    };
    let pattern = pattern.trim_start_matches("./").trim_matches('/');
    if pattern.is_empty() {
        return None;
    }
    Regex::new(&translated(pattern)).ok().map(|regex| (regex, takes_back))
}

fn translated(pattern: &str) -> String {
    let mut out = String::from("^");
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '*' if rest.starts_with('*') => {
                rest = rest.trim_start_matches('*');
                match rest.strip_prefix('/') {
                    Some(after) => {
                        out.push_str("(?:.*/)?");
                        rest = after;
                    }
                    None => out.push_str(".*"),
                }
            }
            '*' => out.push_str("[^/]*"),
            '?' => out.push_str("[^/]"),
            '[' => match rest.find(']') {
                Some(end) => {
                    out.push('[');
                    out.push_str(&rest[..end].replace('\\', "\\\\").replace('[', "\\["));
                    out.push(']');
                    rest = &rest[end + 1..];
                }
                None => out.push_str("\\["),
            },
            '.' => out.push_str("\\."),
            other => out.push_str(&regex::escape(&other.to_string())),
        }
    }
    out.push('$');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_match_wins_and_folders_cover_their_content() {
        let file = IgnoreFile::parse("# c\n.git\n**/node_modules\n*.pem\n!keep.pem\n");
        assert!(file.leaves_out(".git/config"));
        assert!(file.leaves_out("web/node_modules/x/y.js"));
        assert!(file.leaves_out("a.pem"));
        assert!(!file.leaves_out("keep.pem"));
        assert!(!file.leaves_out("certs/a.pem"), "a pattern without `**` is about the top only");
    }

    #[test]
    fn an_allow_list_leaves_out_everything_else() {
        let file = IgnoreFile::parse("*\n!src\n");
        assert!(file.leaves_out(".env"));
        assert!(!file.leaves_out("src/main.rs"));
    }
}
