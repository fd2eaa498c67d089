//! Walks over the characters of one expectation; offsets are characters, as faults count them.

use super::syntax::Span;

/// A position in a text.
pub(super) struct Cursor {
    chars: Vec<char>,
    at: usize,
}

impl Cursor {
    pub(super) fn new(text: &str) -> Cursor {
        Cursor { chars: text.chars().collect(), at: 0 }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn len(&self) -> usize {
        self.chars.len()
    }

    pub(super) fn is_end(&self) -> bool {
        self.at >= self.chars.len()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.peek_at(0)
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.peek();
        self.at += usize::from(next.is_some());
        next
    }

    /// Takes this character if it is the next one.
    pub(super) fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    /// Takes `..` if it is next.
    pub(super) fn take_dots(&mut self) -> bool {
        let found = self.sees_dots();
        self.at += if found { 2 } else { 0 };
        found
    }

    pub(super) fn sees_dots(&self) -> bool {
        self.peek() == Some('.') && self.peek_at(1) == Some('.')
    }

    pub(super) fn skip_space(&mut self) -> bool {
        !self.take_while(char::is_whitespace).is_empty()
    }

    pub(super) fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let start = self.at;
        while self.peek().is_some_and(&wanted) {
            self.at += 1;
        }
        self.chars[start..self.at].iter().collect()
    }

    pub(super) fn back_to(&mut self, at: usize) {
        self.at = at;
    }

    /// From a start to here.
    pub(super) fn since(&self, start: usize) -> Span {
        Span::between(start, self.at)
    }

    /// From here to the end, without space behind it; at least one character.
    pub(super) fn rest(&self) -> Span {
        let space = self.chars[self.at.min(self.chars.len())..].iter().rev().take_while(|c| c.is_whitespace()).count();
        Span::between(self.at, (self.chars.len() - space).max(self.at + 1))
    }

    /// The characters of a span.
    pub(super) fn slice(&self, span: Span) -> String {
        self.chars.iter().skip(span.offset as usize).take(span.length as usize).collect()
    }

    /// The whole text.
    pub(super) fn text(&self) -> String {
        self.chars.iter().collect()
    }
}
