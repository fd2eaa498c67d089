//! Cuts a file into code, comments and strings by the rules of its language. One pass; linear on any input, also a
//! hostile one.

use super::heredoc::Heredoc;
use super::language::{At, Escape, Language, Quirk, Quote};
use super::want::View;

/// How far back a `/` looks for what stands before it.
pub(super) const LOOK_BACK: usize = 256;

/// Start and kind of each region, as [`super::lex::Regions`] keeps them.
pub(super) fn lex(language: &'static Language, bytes: &[u8]) -> Vec<(u32, View)> {
    let mut lexer = Lexer {
        language,
        bytes,
        at: 0,
        out: vec![(0, View::Code)],
        holes: Vec::new(),
        heredocs: Vec::new(),
        heredoc_faults: 0,
        open_until: vec![0; language.quotes.len() + 2],
        interesting: interesting(language),
    };
    if language.has(Quirk::Php) {
        lexer.skip_markup();
    }
    while lexer.at < bytes.len() {
        lexer.step();
    }
    lexer.out
}

pub(super) struct Lexer<'a> {
    pub(super) language: &'static Language,
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    pub(super) out: Vec<(u32, View)>,
    /// Code inside strings, innermost last.
    pub(super) holes: Vec<Hole>,
    /// Opened on this line; their bodies start on the next.
    pub(super) heredocs: Vec<Heredoc>,
    pub(super) heredoc_faults: u32,
    /// Per kind of quote, then for regular expressions and Ruby's `%`: up to where it is known not to close. Without
    /// this a line of a million quotes costs a million looks at the line.
    pub(super) open_until: Vec<usize>,
    pub(super) interesting: [bool; 256],
}

pub(super) struct Hole {
    quote: usize,
    close: u8,
    depth: u32,
}

/// Bytes at which anything but plain code can start.
fn interesting(language: &Language) -> [bool; 256] {
    let mut table = [false; 256];
    let marks = language.line.iter().map(|(mark, _)| *mark);
    let marks = marks.chain(language.block.iter().map(|(open, ..)| *open));
    for mark in marks.chain(language.quotes.iter().map(|quote| quote.open)) {
        table[usize::from(mark.as_bytes()[0])] = true;
    }
    table[usize::from(b'\n')] = true;
    if language.quotes.iter().any(|quote| quote.hole.is_some()) {
        for byte in b"(){}" {
            table[usize::from(*byte)] = true;
        }
    }
    for quirk in language.quirks {
        let starts: &[u8] = match quirk {
            Quirk::Rust => b"'",
            Quirk::SlashRegex => b"/",
            Quirk::Cpp => b"RLuU",
            Quirk::Shell => b"<\\",
            Quirk::Ruby => b"<%=_$",
            Quirk::Php => b"<?",
            Quirk::QuoteAtValue => b"",
        };
        for byte in starts {
            table[usize::from(*byte)] = true;
        }
    }
    table
}

/// Marks have one to four bytes: comparing them here is faster than a call.
fn starts_with(bytes: &[u8], mark: &[u8]) -> bool {
    bytes.len() >= mark.len() && bytes.iter().zip(mark).all(|(byte, mark)| byte == mark)
}

impl<'a> Lexer<'a> {
    fn step(&mut self) {
        let byte = self.bytes[self.at];
        if !self.interesting[usize::from(byte)] {
            let rest = &self.bytes[self.at..];
            self.at += rest.iter().position(|byte| self.interesting[usize::from(*byte)]).unwrap_or(rest.len());
            return;
        }
        if byte == b'\n' {
            self.at += 1;
            return self.heredoc_bodies();
        }
        let done = self.hole_end(byte) || self.comment() || self.quirk(byte) || self.string();
        if !done {
            self.at += 1;
        }
    }

    fn mark(&mut self, at: usize, view: View) {
        let start = u32::try_from(at).unwrap_or(u32::MAX);
        if self.out.last().is_some_and(|(last, _)| *last == start) && self.out.len() > 1 {
            self.out.pop();
        } else if self.out.len() == 1 && start == 0 {
            self.out.clear();
        }
        if self.out.last().is_none_or(|(_, last)| *last != view) {
            self.out.push((start, view));
        }
    }

    /// Marks `self.at..end` and goes on behind it.
    pub(super) fn region(&mut self, end: usize, view: View) {
        self.mark(self.at, view);
        self.at = end;
        if end < self.bytes.len() {
            self.mark(end, View::Code);
        }
    }

    pub(super) fn sees(&self, mark: &str) -> bool {
        starts_with(&self.bytes[self.at..], mark.as_bytes())
    }

    pub(super) fn before(&self) -> Option<u8> {
        self.at.checked_sub(1).map(|at| self.bytes[at])
    }

    pub(super) fn line_end(&self) -> usize {
        self.bytes[self.at..].iter().position(|byte| *byte == b'\n').map_or(self.bytes.len(), |at| self.at + at)
    }

    pub(super) fn find(&self, from: usize, mark: &[u8]) -> Option<usize> {
        let rest = self.bytes.get(from..)?;
        rest.windows(mark.len()).position(|window| window == mark).map(|at| from + at)
    }

    /// Counts brackets in a hole; at its end the string goes on.
    pub(super) fn hole_end(&mut self, byte: u8) -> bool {
        let Some(hole) = self.holes.last_mut() else { return false };
        let open = if hole.close == b')' { b'(' } else { b'{' };
        if byte == open {
            hole.depth += 1;
        } else if byte == hole.close && hole.depth > 0 {
            hole.depth -= 1;
        } else if byte == hole.close {
            let quote = hole.quote;
            self.holes.pop();
            self.string_body(quote, self.at, self.at);
            return true;
        } else {
            return false;
        }
        self.at += 1;
        true
    }

    fn comment(&mut self) -> bool {
        let language = self.language;
        for (open, close, nested) in language.block {
            if self.sees(open) {
                let end = self.block_end(open, close, *nested);
                self.region(end, View::Comments);
                return true;
            }
        }
        for (mark, place) in language.line {
            if self.sees(mark) && self.counts_here(*place) && !self.is_php_attribute() {
                let mut end = self.line_end();
                if language.has(Quirk::Php) {
                    let close = self.bytes[self.at..end].windows(2).position(|window| window == b"?>");
                    end = close.map_or(end, |close| self.at + close);
                }
                self.region(end, View::Comments);
                return true;
            }
        }
        false
    }

    fn is_php_attribute(&self) -> bool {
        self.language.has(Quirk::Php) && self.sees("#[")
    }

    fn counts_here(&self, place: At) -> bool {
        match place {
            At::Anywhere => true,
            At::WordStart => self.before().is_none_or(|byte| byte.is_ascii_whitespace() || b";&|(".contains(&byte)),
            At::LineStart => {
                let line = self.bytes[..self.at].iter().rev().take_while(|byte| **byte != b'\n').take(LOOK_BACK);
                line.into_iter().all(u8::is_ascii_whitespace)
            }
        }
    }

    fn block_end(&self, open: &str, close: &str, nested: bool) -> usize {
        let (open, close) = (open.as_bytes(), close.as_bytes());
        let mut depth = 1u32;
        let mut at = self.at + open.len();
        while at < self.bytes.len() {
            let rest = &self.bytes[at..];
            if starts_with(rest, close) {
                depth -= 1;
                at += close.len();
                if depth == 0 {
                    return at;
                }
            } else if nested && starts_with(rest, open) {
                depth += 1;
                at += open.len();
            } else {
                at += 1;
            }
        }
        self.bytes.len()
    }

    fn string(&mut self) -> bool {
        let language = self.language;
        for (number, quote) in language.quotes.iter().enumerate() {
            if self.sees(quote.open) {
                return self.may_open(quote) && self.string_body(number, self.at, self.at + quote.open.len());
            }
        }
        false
    }

    fn may_open(&self, quote: &Quote) -> bool {
        if self.language.has(Quirk::QuoteAtValue) {
            return self.before().is_none_or(|byte| byte.is_ascii_whitespace() || b"[{,:(=!".contains(&byte));
        }
        !(self.language.has(Quirk::Cpp) && quote.open == "'" && self.is_digit_separator())
    }

    /// `1'000`: the word before the mark starts with a digit.
    fn is_digit_separator(&self) -> bool {
        let word = self.bytes[..self.at].iter().rev().take(LOOK_BACK);
        let word = word.take_while(|byte| byte.is_ascii_alphanumeric() || matches!(**byte, b'\'' | b'_' | b'.'));
        word.last().is_some_and(u8::is_ascii_digit)
    }

    /// Marks a string from `start`, whose text goes on at `from`; `false` (nothing marked) when it does not close on
    /// its line although it must. `start == from` is the way back from a hole.
    fn string_body(&mut self, number: usize, start: usize, from: usize) -> bool {
        let quote = &self.language.quotes[number];
        let back = start == from;
        if !back && start < self.open_until[number] {
            return false;
        }
        let close = quote.close.as_bytes();
        let mut at = if back { from + 1 } else { from };
        while at < self.bytes.len() {
            let rest = &self.bytes[at..];
            if let Some((open, close)) = quote.hole.filter(|(open, _)| starts_with(rest, open.as_bytes())) {
                self.mark(start, View::Strings);
                self.at = at + open.len();
                self.mark(self.at, View::Code);
                self.holes.push(Hole { quote: number, close, depth: 0 });
                return true;
            }
            if quote.escape == Escape::Backslash && rest[0] == b'\\' {
                at += 2;
            } else if starts_with(rest, close) {
                if quote.escape == Escape::Doubled && starts_with(&rest[close.len()..], close) {
                    at += 2 * close.len();
                    continue;
                }
                return self.string_ends(start, at + close.len());
            } else if rest[0] == b'\n' && !quote.multiline {
                break;
            } else {
                at += 1;
            }
        }
        if back || quote.multiline {
            return self.string_ends(start, at.min(self.bytes.len()));
        }
        self.open_until[number] = at;
        false
    }

    fn string_ends(&mut self, start: usize, end: usize) -> bool {
        self.at = start;
        self.region(end, View::Strings);
        true
    }
}
