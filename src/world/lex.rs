//! Which bytes of a source file are code, comments or string literals, so that a pattern never fires on prose. Owns the
//! regions; the rules of each language are in `language`.

use super::language;
use super::want::View;

/// A file cut into code, comments and strings. Quotes and comment marks belong to what they open and close.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regions {
    /// Start of each region and what it is; rising, the first at 0; neighbours differ.
    starts: Vec<(u32, View)>,
    length: u32,
    known: bool,
}

impl Regions {
    /// Lexes a file by the language its path names; a language that is not known is all code.
    pub fn of(path: &str, bytes: &[u8]) -> Regions {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        match language::of_path(path, bytes) {
            Some(language) => Regions { starts: language::lex(language, bytes), length, known: true },
            None => Regions { starts: vec![(0, View::Code)], length, known: false },
        }
    }

    /// Whether the language is known.
    pub fn known(&self) -> bool {
        self.known
    }

    /// What the byte at this offset belongs to: code, comments or strings.
    pub fn at(&self, offset: usize) -> View {
        self.starts[self.index(offset)].1
    }

    /// Where the region of this offset ends.
    pub fn end_of(&self, offset: usize) -> usize {
        self.starts.get(self.index(offset) + 1).map_or(self.length, |(start, _)| *start) as usize
    }

    /// Each region in order: what it is and its bytes' range.
    pub fn iter(&self) -> impl Iterator<Item = (View, std::ops::Range<usize>)> {
        self.starts.iter().enumerate().map(|(at, (start, view))| {
            let end = self.starts.get(at + 1).map_or(self.length, |(start, _)| *start);
            (*view, *start as usize..end as usize)
        })
    }

    /// The bytes with everything outside `view` turned into spaces; line breaks stay, so lines and columns do too.
    pub fn only(&self, view: View, bytes: &[u8]) -> Vec<u8> {
        let mut shown = bytes.to_vec();
        for (kind, range) in self.iter().filter(|(kind, _)| *kind != view && view != View::Raw) {
            let _ = kind;
            for byte in &mut shown[range] {
                if !matches!(*byte, b'\n' | b'\r') {
                    *byte = b' ';
                }
            }
        }
        shown
    }

    fn index(&self, offset: usize) -> usize {
        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
        self.starts.partition_point(|(start, _)| *start <= offset).saturating_sub(1)
    }
}
