//! What no table of marks can say: raw strings, characters, regular expressions, here-documents.

use super::heredoc::{self, Heredoc};
use super::language::Quirk;
use super::lexer::{LOOK_BACK, Lexer};
use super::want::View;

impl Lexer<'_> {
    pub(super) fn quirk(&mut self, byte: u8) -> bool {
        self.language.quirks.iter().any(|quirk| match quirk {
            Quirk::Rust => self.rust(byte),
            Quirk::SlashRegex => byte == b'/' && self.slash_regex(),
            Quirk::Cpp => self.cpp_raw(byte),
            Quirk::Shell => self.shell(byte),
            Quirk::Ruby => self.ruby(byte),
            Quirk::Php => self.php(byte),
            Quirk::QuoteAtValue => false,
        })
    }

    /// The letters before a quote say that the string is raw; looking back from quotes is faster than stopping at
    /// every such letter.
    fn rust(&mut self, byte: u8) -> bool {
        if byte == b'\'' {
            return self.rust_character();
        }
        if byte != b'"' {
            return false;
        }
        let before = &self.bytes[..self.at];
        let hashes = before.iter().rev().take_while(|byte| **byte == b'#').count();
        let Some(letters) = before[..before.len() - hashes].strip_suffix(b"r") else { return false };
        let letters = letters.strip_suffix(b"b").or_else(|| letters.strip_suffix(b"c")).unwrap_or(letters);
        if letters.last().is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80) {
            return false;
        }
        let close: Vec<u8> = std::iter::once(b'"').chain(std::iter::repeat_n(b'#', hashes)).collect();
        let end = self.find(self.at + 1, &close).map_or(self.bytes.len(), |at| at + close.len());
        self.at = letters.len();
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

    /// As for Rust, the letters before the quote say that the string is raw.
    fn cpp_raw(&mut self, byte: u8) -> bool {
        let before = &self.bytes[..self.at];
        let Some(letters) = before.strip_suffix(b"R").filter(|_| byte == b'"') else { return false };
        let letters =
            [&b"u8"[..], b"L", b"u", b"U"].into_iter().find_map(|p| letters.strip_suffix(p)).unwrap_or(letters);
        if letters.last().is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80) {
            return false;
        }
        let start = letters.len();
        let rest = &self.bytes[start..];
        let prefix = &rest[..=self.at - start];
        let Some(delimiter) = rest[prefix.len()..].iter().take(17).position(|byte| *byte == b'(') else { return false };
        let name = &rest[prefix.len()..prefix.len() + delimiter];
        let close: Vec<u8> = [b")", name, b"\""].concat();
        let end = self.find(start + prefix.len() + delimiter, &close).map_or(self.bytes.len(), |at| at + close.len());
        self.at = start;
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

    pub(super) fn heredoc_bodies(&mut self) {
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
            // `$'` and its like are variables.
            b'$' if matches!(self.bytes.get(self.at + 1), Some(b'\'' | b'"' | b'`' | b'/')) => {
                self.at += 2;
                true
            }
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
    pub(super) fn skip_markup(&mut self) {
        self.at = self.find(self.at, b"<?").map_or(self.bytes.len(), |at| at + 2);
    }
}
