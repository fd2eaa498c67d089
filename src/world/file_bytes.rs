//! One file as its readers see it: its bytes, and what is found out of them once, however many ask.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};

use super::lex::Regions;
use super::tree::Entry;

/// Bytes as text; those that are not UTF-8 become U+FFFD. That all are is told many at a time, and nearly always so.
pub fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// One file, as a reader of whole files sees it.
pub struct FileBytes<'a> {
    /// Path and metadata.
    pub entry: &'a Entry,
    /// The content; UTF-16 is already UTF-8, a byte order mark is gone.
    pub bytes: &'a [u8],
    /// Whether there is a NUL in the first 8 KiB.
    pub binary: bool,
    pub(super) regions: OnceCell<Regions>,
    ascii: OnceCell<bool>,
    /// Answers to the questions of all readers; empty when nobody has looked.
    pub(super) answers: &'a [bool],
    /// Where those of the reader at hand start.
    pub(super) first_answer: Cell<usize>,
}

impl<'a> FileBytes<'a> {
    /// For tests of readers.
    pub fn new(entry: &'a Entry, bytes: &'a [u8]) -> FileBytes<'a> {
        let binary = super::content::is_binary(bytes);
        let (regions, ascii, first_answer) = (OnceCell::new(), OnceCell::new(), Cell::new(0));
        FileBytes { entry, bytes, binary, regions, ascii, answers: &[], first_answer }
    }

    pub(super) fn with_answers(self, answers: &'a [bool]) -> FileBytes<'a> {
        FileBytes { answers, ..self }
    }

    /// Whether one of the literals of question `n` ([`super::Want::screened`]) is in the file; yes when nobody has looked.
    pub fn may_hold(&self, question: usize) -> bool {
        self.answers.get(self.first_answer.get() + question).copied().unwrap_or(true)
    }

    /// Whether all bytes are ASCII. Asked once per file, however many ask.
    pub fn is_ascii(&self) -> bool {
        *self.ascii.get_or_init(|| self.bytes.is_ascii())
    }

    /// Path below the root.
    pub fn path(&self) -> &str {
        &self.entry.path
    }

    /// The content as text; bytes that are not UTF-8 become U+FFFD.
    pub fn text(&self) -> Cow<'_, str> {
        text_of(self.bytes)
    }

    /// Which bytes are code, comments, strings. Lexed once per file, however many ask.
    pub fn regions(&self) -> &Regions {
        self.regions.get_or_init(|| Regions::of(self.entry.path.as_str(), self.bytes))
    }
}
