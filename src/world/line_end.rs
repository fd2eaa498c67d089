//! A line break in a pattern means the end of a line, however a file ends its lines: `\n` also finds `\r\n`. Owns the crate
//! `regex-syntax` (with `ascii_word`, `literal`, `needs`, `weight`).

use std::convert::Infallible;

use regex_syntax::ast::{self, Ast, Visitor};

/// What `\n` is searched as.
const EITHER: &str = r"(?:\r?\n)";

/// The pattern with each line break that stands outside of a class as either kind of line end; `None` where nothing
/// changes, or where it does not parse.
pub(super) fn with_either_line_end(pattern: &str) -> Option<String> {
    if !pattern.contains(r"\n") && !pattern.contains('\n') {
        return None;
    }
    let parsed = ast::parse::Parser::new().parse(pattern).ok()?;
    let Ok(breaks) = ast::visit(&parsed, Breaks(Vec::new()));
    if breaks.is_empty() {
        return None;
    }
    let (mut changed, mut from) = (String::with_capacity(pattern.len() + EITHER.len() * breaks.len()), 0);
    for (start, end) in breaks {
        changed.push_str(&pattern[from..start]);
        changed.push_str(EITHER);
        from = end;
    }
    changed.push_str(&pattern[from..]);
    Some(changed)
}

/// Where line breaks stand, from left to right; those in a class are no literals of their own.
struct Breaks(Vec<(usize, usize)>);

impl Visitor for Breaks {
    type Output = Vec<(usize, usize)>;
    type Err = Infallible;

    fn finish(self) -> Result<Self::Output, Infallible> {
        Ok(self.0)
    }

    fn visit_pre(&mut self, part: &Ast) -> Result<(), Infallible> {
        if let Ast::Literal(literal) = part
            && literal.c == '\n'
        {
            self.0.push((literal.span.start.offset, literal.span.end.offset));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::world::pattern::Pattern;

    #[test]
    fn a_line_break_outside_of_a_class_is_either_line_end() {
        for (pattern, changed) in [
            (r"a\nb", Some(r"a(?:\r?\n)b")),
            (r"a\n+[^\n]*\n", Some(r"a(?:\r?\n)+[^\n]*(?:\r?\n)")),
            ("a\nb", Some(r"a(?:\r?\n)b")),
            (r"a\x0Ab|\u{a}", Some(r"a(?:\r?\n)b|(?:\r?\n)")),
            (r"[^\n]*x", None),
            (r"a\\n", None),
            (r"(a\n", None),
            ("(?x) a\n b", None),
        ] {
            // a number for a line break is changed only beside a written one: nobody writes it
            let seen = with_either_line_end(pattern);
            let wanted = changed.filter(|_| pattern.contains(r"\n") || pattern.contains('\n'));
            assert_eq!(seen.as_deref(), wanted, "{pattern}");
        }
    }

    #[test]
    fn a_pattern_over_lines_finds_the_same_in_files_of_either_kind() {
        let unix = "kind: Claim\nmetadata:\n  a: 1\n  name: database\nrollingUpdate:\n  maxUnavailable: 0\nü\n";
        let dos = unix.replace('\n', "\r\n");
        for (pattern, matches) in [
            (r"^kind: Claim\nmetadata:\n(  .*\n)*?  name: database", 1),
            (r"rollingUpdate:\n(\s+maxSurge: .*\n)?\s+maxUnavailable: 0$", 1),
            (r"[a-z]+:\n", 2),
            (r"(?i)CLAIM\n[^\n]*\n", 1),
            (r"\n\n", 0),
        ] {
            let pattern = Pattern::new(pattern).unwrap();
            for text in [unix, &dos] {
                for ascii in [text, &text[..text.find('ü').unwrap()]] {
                    let mut searcher = pattern.searcher();
                    let (mut count, mut from) = (0, 0);
                    while let Some(found) = searcher.find_at(ascii.as_bytes(), ascii.is_ascii(), from) {
                        (count, from) = (count + 1, found.end());
                    }
                    assert_eq!(count, matches, "{} in {ascii:?}", pattern.text());
                }
            }
        }
    }
}
