//! Which patterns can match a file at all: literals that a pattern cannot do without, and one search for all of them.
//! Owns the crate `regex-syntax`.

use std::collections::BTreeMap;
use std::ops::Range;

use memchr::memmem;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::literal::{ExtractKind, Extractor};
use regex_syntax::hir::{Hir, HirKind};

/// A pattern with more literals than this searches for itself.
const MOST: usize = 16;
/// Shorter literals are everywhere.
const SHORTEST: usize = GRAM;
/// Literals of which at least one occurs in every match; none when there is no such useful set.
pub(super) fn required(pattern: &str) -> Vec<Vec<u8>> {
    let parsed = ParserBuilder::new().utf8(false).multi_line(true).crlf(true).build().parse(pattern);
    parsed.ok().and_then(|hir| needed(&hir)).unwrap_or_default()
}

type Literals = Vec<Vec<u8>>;

/// The set whose shortest literal is longest, of those that start a match, end it, or stand within it.
fn needed(hir: &Hir) -> Option<Literals> {
    let mut sets: Vec<Literals> =
        [ExtractKind::Prefix, ExtractKind::Suffix].into_iter().filter_map(|kind| at_an_end(hir, kind)).collect();
    match hir.kind() {
        HirKind::Capture(capture) => sets.extend(needed(&capture.sub)),
        HirKind::Repetition(repetition) if repetition.min > 0 => sets.extend(needed(&repetition.sub)),
        HirKind::Concat(parts) => {
            sets.extend(parts.iter().filter_map(needed));
            let tails = (1..parts.len()).map(|from| Hir::concat(parts[from..].to_vec()));
            sets.extend(tails.filter_map(|tail| at_an_end(&tail, ExtractKind::Prefix)));
        }
        HirKind::Alternation(parts) => sets.extend(of_all(parts)),
        _ => {}
    }
    let length = |literals: &Literals| literals.iter().map(Vec::len).min();
    sets.into_iter().max_by_key(length)
}

/// One of the set of each alternative.
fn of_all(alternatives: &[Hir]) -> Option<Literals> {
    let mut all: Literals = Vec::new();
    for alternative in alternatives {
        all.extend(needed(alternative)?);
    }
    useful(all)
}

fn at_an_end(hir: &Hir, kind: ExtractKind) -> Option<Literals> {
    let mut extractor = Extractor::new();
    extractor.kind(kind).limit_total(MOST);
    let sequence = extractor.extract(hir);
    useful(sequence.literals()?.iter().map(|found| found.as_bytes().to_vec()).collect())
}

fn useful(mut literals: Literals) -> Option<Literals> {
    literals.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    let mut least: Literals = Vec::new();
    for literal in literals {
        // Where a longer one is, the shorter one in it is too.
        if !least.iter().any(|shorter| memmem::find(&literal, shorter).is_some()) {
            least.push(literal);
        }
    }
    let literals = least;
    let few = !literals.is_empty() && literals.len() <= MOST;
    (few && literals.iter().all(|literal| literal.len() >= SHORTEST)).then_some(literals)
}

/// Searches for the literals of all patterns at once: at every place four bytes are looked up in a small table, and
/// only where some literal has these four are literals compared. The cost hardly depends on how many there are.
pub(super) struct Prefilter {
    /// By hash of four bytes: not 0 where a literal may stand.
    table: Table,
    /// By hash: its list in `lists`, for those whose bit is set.
    heads: Box<[u16]>,
    lists: Vec<Vec<Entry>>,
    /// By pattern: whether it must be tried whatever is found.
    always: Vec<bool>,
}

/// A literal, and how many of its bytes stand before the four that are looked up.
struct Entry {
    literal: Vec<u8>,
    before: usize,
    owners: Vec<u32>,
}

/// Small enough to stay in the first cache.
type Table = Box<[u8; PLACES]>;
const PLACES: usize = 1 << 15;
/// Bytes looked up at once.
const GRAM: usize = 4;

/// Grams that are looked up before it is asked whether any of them was found.
const AT_ONCE: usize = 8;

fn hash(gram: [u8; GRAM]) -> usize {
    (u32::from_le_bytes(gram).wrapping_mul(0x9E37_79B1) >> (32 - PLACES.trailing_zeros())) as usize
}

/// What one thread needs to search.
pub(super) struct Searching {
    /// The table without what is already answered for the text at hand: a word that comes often costs once.
    table: Table,
    /// What to put back for the next text.
    answered: Vec<usize>,
}

impl Prefilter {
    /// `patterns[n]` are the literals of pattern `n`; a pattern without any is always worth a try.
    pub(super) fn new(patterns: &[&[Vec<u8>]]) -> Prefilter {
        let mut prefilter = Prefilter {
            table: Box::new([0; PLACES]),
            heads: vec![0; PLACES].into_boxed_slice(),
            lists: Vec::new(),
            always: patterns.iter().map(|literals| literals.is_empty()).collect(),
        };
        let mut owners: BTreeMap<&[u8], Vec<u32>> = BTreeMap::new();
        for (number, literals) in (0u32..).zip(patterns) {
            for literal in *literals {
                owners.entry(literal).or_default().push(number);
            }
        }
        for (literal, owners) in owners {
            prefilter.enter(literal, &owners);
        }
        prefilter
    }

    pub(super) fn searching(&self) -> Searching {
        Searching { table: self.table.clone(), answered: Vec::new() }
    }

    fn enter(&mut self, literal: &[u8], owners: &[u32]) {
        let before = rarest(literal);
        let (Some(gram), Ok(next)) = (literal[before..].first_chunk::<GRAM>(), u16::try_from(self.lists.len())) else {
            owners.iter().for_each(|owner| self.always[*owner as usize] = true);
            return;
        };
        let place = hash(*gram);
        if self.table[place] == 0 {
            self.table[place] = 1;
            self.heads[place] = next;
            self.lists.push(Vec::new());
        }
        let entry = Entry { literal: literal.to_vec(), before, owners: owners.to_vec() };
        self.lists[usize::from(self.heads[place])].push(entry);
    }

    /// Sets `worth[n]` for every pattern that could match somewhere in these bytes.
    pub(super) fn search(&self, bytes: &[u8], searching: &mut Searching, worth: &mut [bool]) {
        worth.copy_from_slice(&self.always);
        if self.lists.is_empty() {
            return;
        }
        let mut at = 0;
        while let Some(window) = bytes.get(at..).and_then(<[u8]>::first_chunk::<{ AT_ONCE + GRAM - 1 }>) {
            let mut any = 0;
            for start in 0..AT_ONCE {
                let gram = [window[start], window[start + 1], window[start + 2], window[start + 3]];
                any |= searching.table[hash(gram)];
            }
            if any != 0 {
                self.look(bytes, at..at + AT_ONCE, searching, worth);
            }
            at += AT_ONCE;
        }
        self.look(bytes, at..bytes.len(), searching, worth);
        for place in searching.answered.drain(..) {
            searching.table[place] = 1;
        }
    }

    /// Compares at each of these places where a literal may stand.
    fn look(&self, bytes: &[u8], places: Range<usize>, searching: &mut Searching, worth: &mut [bool]) {
        for at in places {
            let Some(gram) = bytes.get(at..).and_then(<[u8]>::first_chunk::<GRAM>) else { return };
            let place = hash(*gram);
            if searching.table[place] != 0 && self.compare(place, bytes, at, worth) {
                searching.table[place] = 0;
                searching.answered.push(place);
            }
        }
    }

    /// Whether nothing more can be learned at this place of the table.
    fn compare(&self, place: usize, bytes: &[u8], at: usize, worth: &mut [bool]) -> bool {
        let mut all = true;
        for entry in &self.lists[usize::from(self.heads[place])] {
            if entry.owners.iter().all(|owner| worth[*owner as usize]) {
                continue;
            }
            let from = at.checked_sub(entry.before).and_then(|start| bytes.get(start..));
            if from.is_some_and(|from| from.starts_with(&entry.literal)) {
                entry.owners.iter().for_each(|owner| worth[*owner as usize] = true);
            } else {
                all = false;
            }
        }
        all
    }
}

/// Where in a literal the four bytes stand that are least likely in a text.
fn rarest(literal: &[u8]) -> usize {
    let rare = |byte: &u8| match byte {
        b' ' => 0,
        b'a' | b'e' | b'i' | b'n' | b'o' | b'r' | b's' | b't' => 1,
        b'a'..=b'z' => 3,
        b'.' | b'(' | b'_' | b'0'..=b'9' => 4,
        _ => 6_u32,
    };
    let windows = literal.windows(GRAM).map(|window| window.iter().map(rare).sum::<u32>());
    windows.enumerate().max_by_key(|(at, rare)| (*rare, usize::MAX - at)).map_or(0, |(at, _)| at)
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
        assert_eq!(words("TODO|FIXME"), ["TODO", "FIXME"]);
        assert_eq!(words(r"\w+\.unwrap\(\)"), [".unwrap()"]);
        assert_eq!(words(r"(?m)^[ \t]*(byebug|debugger)[ \t]*\r?$"), ["byebug", "debugger"]);
        assert_eq!(words(r"\w+(\s|x)cert_reqs\s*=\s*\w*"), ["cert_reqs"]);
        assert_eq!(words(r"\b(a|b)\s+(open|close_all)\w"), ["open", "close_all"]);
        for pattern in [r"\d+", ".", "(abc)?", r"a|bcd", r"\w+"] {
            assert!(words(pattern).is_empty(), "{pattern}: {:?}", words(pattern));
        }
    }

    #[test]
    fn overlapping_literals_are_all_seen_wherever_they_stand() {
        let literals: Vec<Vec<u8>> =
            ["abcd", "abcde", "bcde", "cdefg", "wxyz", "defg", "abxy"].map(|word| word.into()).to_vec();
        let patterns: Vec<&[Vec<u8>]> = literals.chunks(1).chain([&[][..]]).collect();
        let prefilter = Prefilter::new(&patterns);
        let mut worth = vec![false; patterns.len()];
        let mut searching = prefilter.searching();
        for (before, after) in [(0, 0), (1, 0), (0, 1), (100, 100)] {
            let text = format!("{}abcde{}", "-".repeat(before), "-".repeat(after));
            prefilter.search(text.as_bytes(), &mut searching, &mut worth);
            assert_eq!(worth, [true, true, true, false, false, false, false, true], "{text}");
        }
        for text in ["", "abc", "bcd", "-abcd"].map(|text| text.strip_suffix('d').unwrap_or(text)) {
            prefilter.search(text.as_bytes(), &mut searching, &mut worth);
            assert_eq!(worth, [false, false, false, false, false, false, false, true], "{text}");
        }
    }

    #[test]
    fn a_literal_too_short_to_look_up_leaves_its_pattern_always_worth_a_try() {
        let literals: Vec<Vec<u8>> = vec![b"ab".to_vec()];
        let prefilter = Prefilter::new(&[&literals]);
        let mut worth = vec![false];
        prefilter.search(b"nothing", &mut prefilter.searching(), &mut worth);
        assert_eq!(worth, [true]);
    }
}
