//! Lines of a text by offset, and of the file that the text was written from.

/// Where the lines of a text begin.
pub(super) struct Lines {
    breaks: Vec<usize>,
    /// The line of the file that each line of the text comes from; empty when they are the same.
    origin: Vec<u32>,
}

impl Lines {
    /// Of a text, each line of which comes from this one of a file; none for a text that is the file.
    pub(super) fn of(text: &str, origin: Vec<u32>) -> Lines {
        Lines { breaks: memchr::memchr_iter(b'\n', text.as_bytes()).collect(), origin }
    }

    /// The line of the file at an offset of the text, from 1.
    pub(super) fn at(&self, offset: usize) -> u32 {
        let index = self.breaks.partition_point(|at| *at < offset);
        self.origin.get(index).copied().unwrap_or_else(|| u32::try_from(index + 1).unwrap_or(u32::MAX))
    }
}
