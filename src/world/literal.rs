//! Which patterns can match a file at all: literals that a pattern cannot do without, and one search for all of them.
//! Owns the crates `regex-syntax` and `aho-corasick`.

use std::collections::BTreeMap;

use aho_corasick::packed::{Config, MatchKind, Searcher};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::literal::{ExtractKind, Extractor};

/// A pattern with more literals than this searches for itself.
const MOST: usize = 8;
/// Shorter literals are everywhere.
const SHORTEST: usize = 3;
/// Literals that one vector search takes without losing its speed.
const CHUNK: usize = 48;
/// With fewer patterns each searching for itself is as fast.
const WORTHWHILE: usize = 6;

/// Literals of which one starts (or one ends) every match; none when there is no such useful set.
pub(super) fn required(pattern: &str) -> Vec<Vec<u8>> {
    let Ok(hir) = ParserBuilder::new().utf8(false).multi_line(true).crlf(true).build().parse(pattern) else {
        return Vec::new();
    };
    let found = [ExtractKind::Prefix, ExtractKind::Suffix].into_iter().filter_map(|kind| {
        let mut extractor = Extractor::new();
        extractor.kind(kind).limit_total(MOST);
        let sequence = extractor.extract(&hir);
        let mut literals: Vec<Vec<u8>> = sequence.literals()?.iter().map(|found| found.as_bytes().to_vec()).collect();
        literals.sort();
        literals.dedup();
        let useful = !literals.is_empty() && literals.iter().all(|literal| literal.len() >= SHORTEST);
        useful.then_some(literals)
    });
    let length = |literals: &Vec<Vec<u8>>| literals.iter().map(Vec::len).min();
    found.max_by_key(length).unwrap_or_default()
}

/// Searches for the literals of all patterns at once.
pub(super) struct Prefilter {
    chunks: Vec<Chunk>,
    /// By pattern: whether it must be tried whatever is found.
    always: Vec<bool>,
}

struct Chunk {
    searcher: Searcher,
    /// By literal: the patterns that need it, or a literal that it starts with.
    owners: Vec<Vec<u32>>,
}

impl Prefilter {
    /// `patterns[n]` are the literals of pattern `n`.
    pub(super) fn new(patterns: &[&[Vec<u8>]]) -> Prefilter {
        let mut prefilter = Prefilter { chunks: Vec::new(), always: vec![true; patterns.len()] };
        let mut owners: BTreeMap<&[u8], Vec<u32>> = BTreeMap::new();
        for (number, literals) in (0u32..).zip(patterns) {
            for literal in *literals {
                owners.entry(literal).or_default().push(number);
            }
        }
        if patterns.iter().filter(|literals| !literals.is_empty()).count() < WORTHWHILE {
            return prefilter;
        }
        let literals: Vec<(&[u8], Vec<u32>)> = owners.into_iter().collect();
        let mut searched = vec![0; patterns.len()];
        for part in literals.chunks(CHUNK) {
            let searcher = Config::new()
                .match_kind(MatchKind::LeftmostLongest)
                .builder()
                .extend(part.iter().map(|(literal, _)| literal))
                .build();
            // Without vector instructions there is no searcher, and each pattern searches for itself.
            let Some(searcher) = searcher else { continue };
            for owner in part.iter().flat_map(|(_, owners)| owners) {
                searched[*owner as usize] += 1;
            }
            prefilter
                .chunks
                .push(Chunk { searcher, owners: part.iter().map(|(literal, _)| owners_of(literal, part)).collect() });
        }
        for (number, literals) in patterns.iter().enumerate() {
            prefilter.always[number] = literals.is_empty() || searched[number] < literals.len();
        }
        prefilter
    }

    /// Sets `worth[n]` for every pattern that could match somewhere in these bytes.
    pub(super) fn search(&self, bytes: &[u8], worth: &mut [bool]) {
        worth.copy_from_slice(&self.always);
        for chunk in &self.chunks {
            let mut from = 0;
            while let Some(found) = chunk.searcher.find_in(bytes, aho_corasick::Span { start: from, end: bytes.len() })
            {
                for owner in &chunk.owners[found.pattern().as_usize()] {
                    worth[*owner as usize] = true;
                }
                // One literal may start inside another.
                from = found.start() + 1;
            }
        }
    }
}

/// The search reports the longest literal that starts at a place; those it starts with are there too.
fn owners_of(literal: &[u8], part: &[(&[u8], Vec<u32>)]) -> Vec<u32> {
    part.iter().filter(|(start, _)| literal.starts_with(start)).flat_map(|(_, owners)| owners.iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_at_either_end_are_found_and_nothing_is_invented() {
        let words = |pattern: &str| -> Vec<String> {
            required(pattern).into_iter().map(|literal| String::from_utf8_lossy(&literal).into_owned()).collect()
        };
        assert_eq!(words(r"\bbreakpoint\("), ["breakpoint("]);
        assert_eq!(words("TODO|FIXME"), ["FIXME", "TODO"]);
        assert_eq!(words(r"\w+\.unwrap\(\)"), [".unwrap()"]);
        for pattern in [r"\d+", ".", "(abc)?", r"a|bcd", r"\w+"] {
            assert!(words(pattern).is_empty(), "{pattern}: {:?}", words(pattern));
        }
    }

    #[test]
    fn overlapping_literals_are_all_seen() {
        let literals: Vec<Vec<u8>> =
            ["abc", "abcd", "bcd", "cde", "xyz", "def", "abx"].map(|word| word.into()).to_vec();
        let patterns: Vec<&[Vec<u8>]> = literals.chunks(1).chain([&[][..]]).collect();
        let prefilter = Prefilter::new(&patterns);
        let mut worth = vec![false; patterns.len()];
        let text = format!("{}abcde{}", "-".repeat(100), "-".repeat(100));
        prefilter.search(text.as_bytes(), &mut worth);
        if !prefilter.chunks.is_empty() {
            assert_eq!(worth, [true, true, true, true, false, false, false, true]);
        }
        prefilter.search(b"", &mut worth);
        assert!(worth[7]);
    }
}
