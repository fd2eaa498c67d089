//! Where in a script a place is: code, a string, a comment. Knows the lexical grammar of ECMAScript (ECMA-262 §12) as far as
//! quotes, comments, templates and regular expressions go; runs nothing.

/// What a place in a script belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Code,
    /// Between quotes of this kind.
    Text(char),
    /// A template, outside of `${…}`.
    Template,
    LineComment,
    BlockComment,
    Pattern,
}

/// The part at each of the given byte offsets, which rise.
pub(super) fn parts(script: &str, offsets: &[usize]) -> Vec<Part> {
    let mut lexer = Lexer { part: Part::Code, braces: Vec::new(), last: None, in_class: false };
    let mut found = Vec::new();
    let mut wanted = offsets.iter().peekable();
    let mut letters = script.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        while wanted.next_if(|offset| **offset <= at).is_some() {
            found.push(lexer.part);
        }
        let next = letters.peek().map(|(_, next)| *next);
        if lexer.take(letter, next) {
            letters.next();
        }
    }
    found.extend(wanted.map(|_| lexer.part));
    found
}

struct Lexer {
    part: Part,
    /// For each open `${`, the depth of braces in it.
    braces: Vec<usize>,
    /// The last letter of code that is no blank: tells a pattern from a division.
    last: Option<char>,
    /// Whether a pattern's `[…]` is open.
    in_class: bool,
}

impl Lexer {
    /// Takes a letter; whether it took the next one with it.
    fn take(&mut self, letter: char, next: Option<char>) -> bool {
        match self.part {
            Part::Code => return self.code(letter, next),
            Part::Text(_) | Part::Template | Part::Pattern if letter == '\\' => return true,
            Part::Text(quote) if letter == quote || letter == '\n' => self.end(),
            Part::Template if letter == '`' => self.end(),
            Part::Template if letter == '$' && next == Some('{') => {
                self.braces.push(0);
                self.part = Part::Code;
                self.last = None;
                return true;
            }
            Part::LineComment if matches!(letter, '\n' | '\r' | '\u{2028}' | '\u{2029}') => self.part = Part::Code,
            Part::BlockComment if letter == '*' && next == Some('/') => {
                self.part = Part::Code;
                return true;
            }
            Part::Pattern => self.pattern(letter),
            _ => {}
        }
        false
    }

    fn end(&mut self) {
        self.part = Part::Code;
        self.last = Some('"');
    }

    fn pattern(&mut self, letter: char) {
        match letter {
            '[' => self.in_class = true,
            ']' => self.in_class = false,
            '/' if !self.in_class => self.end(),
            '\n' => self.end(),
            _ => {}
        }
    }

    fn code(&mut self, letter: char, next: Option<char>) -> bool {
        match (letter, next) {
            ('/', Some('/')) => {
                self.part = Part::LineComment;
                return true;
            }
            ('/', Some('*')) => {
                self.part = Part::BlockComment;
                return true;
            }
            ('/', _) if self.last.is_none_or(|last| "(,=:[!&|?{};+-*%~^<>".contains(last)) => {
                self.part = Part::Pattern;
                self.in_class = false;
            }
            ('\'' | '"', _) => self.part = Part::Text(letter),
            ('`', _) => self.part = Part::Template,
            ('{', _) => self.braces.last_mut().into_iter().for_each(|depth| *depth += 1),
            ('}', _) if self.braces.last() == Some(&0) => {
                self.braces.pop();
                self.part = Part::Template;
            }
            ('}', _) => self.braces.last_mut().into_iter().for_each(|depth| *depth -= 1),
            _ => {}
        }
        if !letter.is_whitespace() {
            self.last = Some(letter);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(script: &str) -> Part {
        let at = script.find('@').unwrap_or(script.len());
        parts(script, &[at])[0]
    }

    #[test]
    fn a_place_is_told_by_what_came_before() {
        assert_eq!(part("var a = @"), Part::Code);
        assert_eq!(part("var a = \"it's @"), Part::Text('"'));
        assert_eq!(part(r#"var a = "\"@"#), Part::Text('"'));
        assert_eq!(part(r#"var a = "\\"@"#), Part::Code);
        assert_eq!(part("a = `x ${ {b: \"}\"} } @`"), Part::Template);
        assert_eq!(part("a = `x ${ @ }`"), Part::Code);
        assert_eq!(part("// it's @"), Part::LineComment);
        assert_eq!(part("// it's\n@"), Part::Code);
        assert_eq!(part("/* \" @ */"), Part::BlockComment);
        assert_eq!(part("a = b / c; d = '@'"), Part::Text('\''));
        assert_eq!(part("a = /[/\"]@/.test(b)"), Part::Pattern);
        assert_eq!(part("a = /[/\"]/.test(b); c = '@"), Part::Text('\''));
    }

    #[test]
    fn a_line_ends_a_text_that_was_never_closed() {
        assert_eq!(part("a = 'x\n@"), Part::Code);
    }
}
