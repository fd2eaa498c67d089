//! Cuts a file into code, comments and strings by the rules of its language. One pass; linear on any input, also a
//! hostile one.

use super::heredoc::{self, Heredoc};
use super::language::{At, Escape, Language, Quirk, Quote};
use super::want::View;

/// How far back a `/` looks for what stands before it.
const LOOK_BACK: usize = 256;

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

struct Lexer<'a> {
    language: &'static Language,
    bytes: &'a [u8],
    at: usize,
    out: Vec<(u32, View)>,
    /// Code inside strings, innermost last.
    holes: Vec<Hole>,
    /// Opened on this line; their bodies start on the next.
    heredocs: Vec<Heredoc>,
    heredoc_faults: u32,
    /// Per kind of quote, then for regular expressions and Ruby's `%`: up to where it is known not to close. Without
    /// this a line of a million quotes costs a million looks at the line.
    open_until: Vec<usize>,
    interesting: [bool; 256],
}

struct Hole {
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
    for byte in b"\n()[]{}" {
        table[usize::from(*byte)] = true;
    }
    for quirk in language.quirks {
        let starts: &[u8] = match quirk {
            Quirk::Rust => b"rbc'",
            Quirk::SlashRegex => b"/",
            Quirk::Cpp => b"RLuU",
            Quirk::Shell => b"<\\",
            Quirk::Ruby => b"<%=_",
            Quirk::Php => b"<?",
            Quirk::QuoteAtValue => b"",
        };
        for byte in starts {
            table[usize::from(*byte)] = true;
        }
    }
    table
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
    fn region(&mut self, end: usize, view: View) {
        self.mark(self.at, view);
        self.at = end;
        if end < self.bytes.len() {
            self.mark(end, View::Code);
        }
    }

    fn sees(&self, mark: &str) -> bool {
        self.bytes[self.at..].starts_with(mark.as_bytes())
    }

    fn before(&self) -> Option<u8> {
        self.at.checked_sub(1).map(|at| self.bytes[at])
    }

    fn line_end(&self) -> usize {
        self.bytes[self.at..].iter().position(|byte| *byte == b'\n').map_or(self.bytes.len(), |at| self.at + at)
    }

    fn find(&self, from: usize, mark: &[u8]) -> Option<usize> {
        let rest = self.bytes.get(from..)?;
        rest.windows(mark.len()).position(|window| window == mark).map(|at| from + at)
    }

    /// Counts brackets in a hole; at its end the string goes on.
    fn hole_end(&mut self, byte: u8) -> bool {
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
            if rest.starts_with(close) {
                depth -= 1;
                at += close.len();
                if depth == 0 {
                    return at;
                }
            } else if nested && rest.starts_with(open) {
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
            if let Some((open, close)) = quote.hole.filter(|(open, _)| rest.starts_with(open.as_bytes())) {
                self.mark(start, View::Strings);
                self.at = at + open.len();
                self.mark(self.at, View::Code);
                self.holes.push(Hole { quote: number, close, depth: 0 });
                return true;
            }
            if quote.escape == Escape::Backslash && rest[0] == b'\\' {
                at += 2;
            } else if rest.starts_with(close) {
                if quote.escape == Escape::Doubled && rest[close.len()..].starts_with(close) {
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

    fn quirk(&mut self, byte: u8) -> bool {
        self.language.quirks.iter().any(|quirk| match quirk {
            Quirk::Rust => self.rust(byte),
            Quirk::SlashRegex => byte == b'/' && self.slash_regex(),
            Quirk::Cpp => self.cpp_raw(),
            Quirk::Shell => self.shell(byte),
            Quirk::Ruby => self.ruby(byte),
            Quirk::Php => self.php(byte),
            Quirk::QuoteAtValue => false,
        })
    }

    fn after_word(&self) -> bool {
        self.before().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80)
    }

    fn rust(&mut self, byte: u8) -> bool {
        if byte == b'\'' {
            return self.rust_character();
        }
        if !matches!(byte, b'r' | b'b' | b'c') || self.after_word() {
            return false;
        }
        let rest = &self.bytes[self.at..];
        let letters = rest.iter().take(2).take_while(|byte| matches!(byte, b'r' | b'b' | b'c')).count();
        if rest[letters - 1] != b'r' {
            return false;
        }
        let hashes = rest[letters..].iter().take_while(|byte| **byte == b'#').count();
        if rest.get(letters + hashes) != Some(&b'"') {
            return false;
        }
        let close: Vec<u8> = std::iter::once(b'"').chain(std::iter::repeat_n(b'#', hashes)).collect();
        let body = self.at + letters + hashes + 1;
        let end = self.find(body, &close).map_or(self.bytes.len(), |at| at + close.len());
        self.region(end, View::Strings);
        true
    }

    fn rust_character(&mut self) -> bool {
        let rest = &self.bytes[self.at + 1..];
        let end = match rest.first() {
            Some(b'\\') => rest.iter().take(16).skip(2).position(|byte| *byte == b'\'').map(|at| at + 2),
            Some(first) => {
                let width = match first {
                    0xf0.. => 4,
                    0xe0.. => 3,
                    0xc0.. => 2,
                    _ => 1,
                };
                (rest.get(width) == Some(&b'\'')).then_some(width)
            }
            None => None,
        };
        let Some(end) = end else { return false };
        self.region(self.at + 1 + end + 1, View::Strings);
        true
    }

    fn cpp_raw(&mut self) -> bool {
        if self.after_word() {
            return false;
        }
        let rest = &self.bytes[self.at..];
        let Some(prefix) = [&b"R\""[..], b"LR\"", b"uR\"", b"UR\"", b"u8R\""].into_iter().find(|p| rest.starts_with(p))
        else {
            return false;
        };
        let Some(delimiter) = rest[prefix.len()..].iter().take(17).position(|byte| *byte == b'(') else { return false };
        let name = &rest[prefix.len()..prefix.len() + delimiter];
        let close: Vec<u8> = [b")", name, b"\""].concat();
        let end = self.find(self.at + prefix.len() + delimiter, &close).map_or(self.bytes.len(), |at| at + close.len());
        self.region(end, View::Strings);
        true
    }

    /// `/…/` where a value may start; its text counts as a string.
    fn slash_regex(&mut self) -> bool {
        let slot = self.language.quotes.len();
        if self.at < self.open_until[slot] || !self.value_may_start() {
            return false;
        }
        let mut in_class = false;
        let mut at = self.at + 1;
        while let Some(byte) = self.bytes.get(at) {
            match byte {
                b'\\' => at += 1,
                b'[' => in_class = true,
                b']' => in_class = false,
                b'/' if !in_class => {
                    self.region(at + 1, View::Strings);
                    return true;
                }
                b'\n' => break,
                _ => {}
            }
            at += 1;
        }
        self.open_until[slot] = at;
        false
    }

    fn value_may_start(&self) -> bool {
        let before = &self.bytes[self.at.saturating_sub(LOOK_BACK)..self.at];
        let before = before.trim_ascii_end();
        let Some(last) = before.last() else { return self.at < LOOK_BACK };
        if last.is_ascii_alphanumeric() || *last == b'_' || *last == b'$' {
            let word = before.rsplit(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_').next().unwrap_or_default();
            const BEFORE_VALUE: &[&[u8]] = &[
                b"return", b"typeof", b"case", b"in", b"of", b"void", b"delete", b"else", b"do", b"if", b"unless",
                b"when", b"and", b"or", b"not", b"while", b"until", b"then", b"yield", b"await",
            ];
            return BEFORE_VALUE.contains(&word);
        }
        b"(,=:[!&|?{;+-*%>~^".contains(last) && !before.ends_with(b"++") && !before.ends_with(b"--")
    }

    fn heredoc(&mut self, parse: fn(&[u8]) -> Option<(Heredoc, usize)>) -> bool {
        /// A file with more marks that nothing closes has no heredocs at all.
        const MOST_FAULTS: u32 = 64;
        /// Heredocs that one line may open.
        const MOST_OPEN: usize = 16;
        if self.heredoc_faults > MOST_FAULTS || self.heredocs.len() >= MOST_OPEN {
            return false;
        }
        let Some((heredoc, length)) = parse(&self.bytes[self.at..]) else { return false };
        if heredoc.end(self.bytes, self.line_end()).is_none() {
            self.heredoc_faults += 1;
            return false;
        }
        self.heredocs.push(heredoc);
        self.at += length;
        true
    }

    fn heredoc_bodies(&mut self) {
        for heredoc in std::mem::take(&mut self.heredocs) {
            let end = heredoc.end(self.bytes, self.at.saturating_sub(1)).unwrap_or(self.bytes.len());
            if end > self.at {
                self.region(end, View::Strings);
            }
            self.at = self.line_end();
            if heredoc.keeps_line {
                self.at = end + heredoc.width(self.bytes, end);
            } else if self.at < self.bytes.len() {
                self.at += 1;
            }
        }
    }

    fn shell(&mut self, byte: u8) -> bool {
        match byte {
            b'<' => self.heredoc(heredoc::shell),
            // An escaped quote opens nothing.
            b'\\' => {
                self.at = (self.at + 2).min(self.bytes.len());
                true
            }
            _ => false,
        }
    }

    fn ruby(&mut self, byte: u8) -> bool {
        match byte {
            b'<' => self.heredoc(heredoc::ruby),
            b'%' => self.ruby_percent(),
            b'=' if self.sees("=begin") && matches!(self.before(), None | Some(b'\n')) => {
                let end = self.find(self.at, b"\n=end").map_or(self.bytes.len(), |at| at + 5);
                self.region(end, View::Comments);
                true
            }
            b'_' if self.sees("__END__\n") && matches!(self.before(), None | Some(b'\n')) => {
                self.region(self.bytes.len(), View::Comments);
                true
            }
            _ => false,
        }
    }

    fn ruby_percent(&mut self) -> bool {
        let slot = self.language.quotes.len() + 1;
        if self.at < self.open_until[slot] {
            return false;
        }
        let rest = &self.bytes[self.at + 1..];
        let letter = usize::from(matches!(rest.first(), Some(b'q' | b'Q' | b'w' | b'W' | b'i' | b'I' | b'r' | b'x')));
        let close = match rest.get(letter) {
            Some(b'(') => b')',
            Some(b'[') => b']',
            Some(b'{') => b'}',
            Some(b'|') if letter == 1 => b'|',
            _ => return false,
        };
        // `a % (b)` is arithmetic.
        if letter == 0 && !self.value_may_start() {
            return false;
        }
        let open = rest[letter];
        let mut depth = 0u32;
        for (at, byte) in rest.iter().enumerate().skip(letter + 1) {
            if *byte == close && depth == 0 {
                let end = self.at + 1 + at + 1;
                self.region(end, View::Strings);
                return true;
            }
            depth = depth.wrapping_add(u32::from(*byte == open)).wrapping_sub(u32::from(*byte == close));
        }
        self.open_until[slot] = self.bytes.len();
        false
    }

    fn php(&mut self, byte: u8) -> bool {
        match byte {
            b'<' => self.heredoc(heredoc::php),
            b'?' if self.sees("?>") => {
                self.at += 2;
                self.skip_markup();
                true
            }
            _ => false,
        }
    }

    /// Text around PHP code is neither: it stays code, and its quotes open nothing.
    fn skip_markup(&mut self) {
        self.at = self.find(self.at, b"<?").map_or(self.bytes.len(), |at| at + 2);
    }
}
