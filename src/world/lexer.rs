//! Cuts a file into code, comments and strings by the rules of its language. One pass; linear on any input, also a
//! hostile one.

use memchr::{memchr, memchr2, memchr3, memmem};

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
        kinds: kinds(language),
        three: None,
    };
    lexer.three = three(&lexer.kinds);
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
    kinds: [u8; 256],
    /// The bytes at which something can start outside of holes, where three are enough.
    three: Option<[u8; 3]>,
}

pub(super) struct Hole {
    quote: usize,
    close: u8,
    depth: u32,
}

/// What can start at a byte, as bits.
const COMMENT: u8 = 1;
const STRING: u8 = 2;
const QUIRK: u8 = 4;
/// Counts only inside a hole.
const BRACKET: u8 = 8;
/// Counts only when a heredoc was opened on the line.
const LINE_END: u8 = 16;

/// By byte: what can start there.
fn kinds(language: &Language) -> [u8; 256] {
    let mut table = [0; 256];
    let mut mark = |bytes: &[u8], kind: u8| bytes.iter().for_each(|byte| table[usize::from(*byte)] |= kind);
    let comments = language.line.iter().map(|(mark, _)| *mark);
    for comment in comments.chain(language.block.iter().map(|(open, ..)| *open)) {
        mark(&comment.as_bytes()[..1], COMMENT);
    }
    for quote in language.quotes {
        mark(&quote.open.as_bytes()[..1], STRING);
    }
    mark(b"\n", LINE_END);
    if language.quotes.iter().any(|quote| quote.hole.is_some()) {
        mark(b"(){}", BRACKET);
    }
    for quirk in language.quirks {
        let starts: &[u8] = match quirk {
            Quirk::Rust => b"'\"",
            Quirk::SlashRegex => b"/",
            Quirk::Cpp => b"\"",
            Quirk::Shell => b"<\\",
            Quirk::Ruby => b"<%=_$",
            Quirk::Php => b"<?",
            Quirk::QuoteAtValue => b"",
        };
        mark(starts, QUIRK);
    }
    table
}

/// All bytes at which a comment, a string or a quirk can start, if there are at most three.
fn three(kinds: &[u8; 256]) -> Option<[u8; 3]> {
    let mut starts = (0..=u8::MAX).filter(|byte| kinds[usize::from(*byte)] & (COMMENT | STRING | QUIRK) != 0);
    let first = starts.next()?;
    let (second, third) = (starts.next().unwrap_or(first), starts.next().unwrap_or(first));
    starts.next().is_none().then_some([first, second, third])
}

/// Marks have one to four bytes: comparing them here is faster than a call.
fn starts_with(bytes: &[u8], mark: &[u8]) -> bool {
    bytes.len() >= mark.len() && bytes.iter().zip(mark).all(|(byte, mark)| byte == mark)
}

impl<'a> Lexer<'a> {
    fn step(&mut self) {
        let mut matters = COMMENT | STRING | QUIRK;
        matters |= if self.holes.is_empty() { 0 } else { BRACKET };
        matters |= if self.heredocs.is_empty() { 0 } else { LINE_END };
        let rest = &self.bytes[self.at..];
        let next = match self.three.filter(|_| matters & (BRACKET | LINE_END) == 0) {
            Some([a, b, c]) => memchr3(a, b, c, rest),
            None => rest.iter().position(|byte| self.kinds[usize::from(*byte)] & matters != 0),
        };
        let Some(plain) = next else {
            self.at = self.bytes.len();
            return;
        };
        self.at += plain;
        let byte = rest[plain];
        let kind = self.kinds[usize::from(byte)] & matters;
        if kind & LINE_END != 0 {
            self.at += 1;
            return self.heredoc_bodies();
        }
        let done = (kind & BRACKET != 0 && self.hole_end(byte))
            || (kind & COMMENT != 0 && self.comment())
            || (kind & QUIRK != 0 && self.quirk(byte))
            || (kind & STRING != 0 && self.string());
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
        memchr(b'\n', &self.bytes[self.at..]).map_or(self.bytes.len(), |at| self.at + at)
    }

    pub(super) fn find(&self, from: usize, mark: &[u8]) -> Option<usize> {
        memmem::find(self.bytes.get(from..)?, mark).map(|at| from + at)
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
        // Only where one of these two stands can anything end or begin.
        let (first, other) = (close[0], if nested { open[0] } else { close[0] });
        while let Some(found) = self.bytes.get(at..).and_then(|rest| memchr2(first, other, rest)) {
            at += found;
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
        let stops = Stops::of(quote);
        let mut at = if back { from + 1 } else { from };
        while at < self.bytes.len() {
            at += stops.find(&self.bytes[at..]);
            let Some(rest) = self.bytes.get(at..).filter(|rest| !rest.is_empty()) else { break };
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

/// Bytes at which a string can end, be escaped or hold code; all others are its text.
struct Stops {
    bytes: [u8; 4],
    few: bool,
}

impl Stops {
    fn of(quote: &Quote) -> Stops {
        let close = quote.close.as_bytes()[0];
        let escape = if quote.escape == Escape::Backslash { b'\\' } else { close };
        let line_end = if quote.multiline { close } else { b'\n' };
        let hole = quote.hole.map_or(close, |(open, _)| open.as_bytes()[0]);
        let few = hole == close || line_end == close || hole == escape;
        let third = if line_end == close { hole } else { line_end };
        Stops { bytes: [close, escape, third, hole], few }
    }

    /// How far the next one is; the length when there is none.
    fn find(&self, text: &[u8]) -> usize {
        let [close, escape, third, _] = self.bytes;
        let found = if self.few {
            memchr3(close, escape, third, text)
        } else {
            text.iter().position(|byte| self.bytes.contains(byte))
        };
        found.unwrap_or(text.len())
    }
}
