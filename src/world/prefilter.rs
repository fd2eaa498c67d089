//! One search for the literals of many questions at once: at every place of a text four bytes are looked up in a small
//! table, and only where some literal has these four are literals compared. The cost hardly depends on how many there
//! are.

use std::collections::BTreeMap;

/// Bytes looked up at once.
pub(super) const GRAM: usize = 4;
/// Places of the table: small enough to stay in the first cache together with the text.
const PLACES: usize = 1 << 14;
/// Grams that are looked up before it is asked whether any of them was found.
const AT_ONCE: usize = 8;

/// The literals of some questions, and the state of a search.
pub(super) struct Prefilter {
    /// By hash of four bytes: not 0 where a literal may stand that has not been answered for the text at hand.
    table: Box<[u8; PLACES]>,
    /// By place: its first entry, where the table is or was not 0.
    heads: Box<[u16; PLACES]>,
    /// Sorted by place.
    entries: Vec<Entry>,
    /// Places where a word that comes often is answered: to be put back for the next text.
    answered: Vec<usize>,
    /// By question: whether the answer is yes whatever is found.
    always: Vec<bool>,
    /// By question: whether one of its literals is in the text searched last.
    found: Vec<bool>,
}

struct Entry {
    place: usize,
    gram: [u8; GRAM],
    /// How many bytes of the literal stand before the gram.
    before: usize,
    literal: Vec<u8>,
    questions: Vec<usize>,
}

impl Prefilter {
    /// `literals[n]` are those of question `n`; without any, or with one that is too short, the answer is always yes.
    pub(super) fn new(literals: &[&[Vec<u8>]]) -> Prefilter {
        let mut by_literal: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
        let mut always: Vec<bool> = literals.iter().map(|literals| literals.is_empty()).collect();
        for (question, literals) in literals.iter().enumerate() {
            for literal in *literals {
                by_literal.entry(literal).or_default().push(question);
            }
        }
        let mut table = Box::new([0; PLACES]);
        let mut entries = Vec::new();
        for (literal, questions) in by_literal {
            let before = rarest(literal);
            let room = entries.len() < usize::from(u16::MAX);
            let Some(gram) = literal[before..].first_chunk::<GRAM>().filter(|_| room) else {
                questions.iter().for_each(|question| always[*question] = true);
                continue;
            };
            let place = place_of(*gram);
            table[place] = 1;
            entries.push(Entry { place, gram: *gram, before, literal: literal.to_vec(), questions });
        }
        entries.sort_by_key(|entry: &Entry| entry.place);
        let mut heads = Box::new([0; PLACES]);
        let mut last = None;
        for (at, entry) in (0..).zip(&entries) {
            if last.replace(entry.place) != Some(entry.place) {
                heads[entry.place] = at;
            }
        }
        Prefilter { table, heads, entries, answered: Vec::new(), found: always.clone(), always }
    }

    /// Searches a text; then [`Prefilter::answers`] are about it.
    pub(super) fn search(&mut self, bytes: &[u8]) {
        self.found.copy_from_slice(&self.always);
        if self.entries.is_empty() {
            return;
        }
        let mut at = 0;
        while let Some((first, second)) = two_words(bytes, at) {
            let mut hits = 0_u32;
            for start in 0..AT_ONCE / 2 {
                hits |= u32::from(self.table[place(first >> (8 * start))]) << start;
                hits |= u32::from(self.table[place(second >> (8 * start))]) << (start + AT_ONCE / 2);
            }
            while hits != 0 {
                self.look(bytes, at + hits.trailing_zeros() as usize);
                hits &= hits - 1;
            }
            at += AT_ONCE;
        }
        (at..bytes.len()).for_each(|at| self.look(bytes, at));
        for place in self.answered.drain(..) {
            self.table[place] = 1;
        }
    }

    /// By question: whether a closer look is worth it.
    pub(super) fn answers(&self) -> &[bool] {
        &self.found
    }

    /// Compares where a literal may stand.
    fn look(&mut self, bytes: &[u8], at: usize) {
        let Some(gram) = bytes.get(at..).and_then(<[u8]>::first_chunk::<GRAM>) else { return };
        let place = place_of(*gram);
        if self.table[place] != 0 && self.compare(place, *gram, bytes, at) {
            self.table[place] = 0;
            self.answered.push(place);
        }
    }

    /// Whether nothing more can be learned at this place of the table.
    fn compare(&mut self, place: usize, gram: [u8; GRAM], bytes: &[u8], at: usize) -> bool {
        let here = &self.entries[usize::from(self.heads[place])..];
        let found = &mut self.found;
        let mut any = false;
        for entry in here.iter().take_while(|entry| entry.place == place).filter(|entry| entry.gram == gram) {
            let rest = at.checked_sub(entry.before).and_then(|start| bytes.get(start..));
            if rest.is_some_and(|rest| rest.starts_with(&entry.literal)) {
                entry.questions.iter().for_each(|question| found[*question] = true);
                any = true;
            }
        }
        let answered = |entry: &Entry| entry.questions.iter().all(|question| found[*question]);
        any && here.iter().take_while(|entry| entry.place == place).all(answered)
    }
}

/// Two words of eight bytes in which the next [`AT_ONCE`] grams start, four in each.
fn two_words(bytes: &[u8], at: usize) -> Option<(u64, u64)> {
    let rest = bytes.get(at..)?;
    let (first, second) = (rest.first_chunk()?, rest.get(AT_ONCE / 2..)?.first_chunk()?);
    Some((u64::from_le_bytes(*first), u64::from_le_bytes(*second)))
}

/// The place in the table of the gram in the lowest four bytes.
fn place(word: u64) -> usize {
    ((word as u32).wrapping_mul(0x9E37_79B1) >> (u32::BITS - PLACES.trailing_zeros())) as usize
}

fn place_of(gram: [u8; GRAM]) -> usize {
    place(u64::from(u32::from_le_bytes(gram)))
}

/// Where in a literal the four bytes stand that are least likely in a source file.
fn rarest(literal: &[u8]) -> usize {
    let rare = |byte: &u8| match byte {
        b' ' => 0_u32,
        b'a' | b'e' | b'i' | b'n' | b'o' | b'r' | b's' | b't' => 1,
        b'.' | b',' | b':' | b';' | b'(' | b')' | b'=' | b'"' | b'\'' | b'_' | b'/' | b'*' | b'-' | b'\n' | b'\t' => 2,
        b'j' | b'k' | b'q' | b'v' | b'w' | b'x' | b'z' => 5,
        b'a'..=b'z' => 3,
        b'0'..=b'9' => 4,
        _ => 6,
    };
    let windows = literal.windows(GRAM).map(|window| window.iter().map(rare).sum::<u32>());
    windows.enumerate().max_by_key(|(at, rare)| (*rare, usize::MAX - at)).map_or(0, |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(prefilter: &mut Prefilter, text: &str) -> Vec<bool> {
        prefilter.search(text.as_bytes());
        prefilter.answers().to_vec()
    }

    #[test]
    fn overlapping_literals_are_all_seen_wherever_they_stand() {
        let literals: Vec<Vec<u8>> =
            ["abcd", "abcde", "bcde", "cdefg", "wxyz", "defg", "abxy"].map(|word| word.into()).to_vec();
        let questions: Vec<&[Vec<u8>]> = literals.chunks(1).chain([&[][..]]).collect();
        let mut prefilter = Prefilter::new(&questions);
        for (before, after) in [(0, 0), (1, 0), (0, 1), (100, 100)] {
            let text = format!("{}abcde{}", "-".repeat(before), "-".repeat(after));
            assert_eq!(answers(&mut prefilter, &text), [true, true, true, false, false, false, false, true], "{text}");
        }
        for text in ["", "abc", "bcd", "-abc"] {
            assert_eq!(
                answers(&mut prefilter, text),
                [false, false, false, false, false, false, false, true],
                "{text}"
            );
        }
    }

    #[test]
    fn a_word_that_comes_often_is_there_in_the_next_text_too() {
        let literals: Vec<Vec<u8>> = vec![b"word".to_vec(), b"wordy".to_vec()];
        let questions: Vec<&[Vec<u8>]> = literals.chunks(1).collect();
        let mut prefilter = Prefilter::new(&questions);
        assert_eq!(answers(&mut prefilter, "word word wordy word"), [true, true]);
        assert_eq!(answers(&mut prefilter, "a word or two"), [true, false]);
        assert_eq!(answers(&mut prefilter, "nothing of this"), [false, false]);
    }

    #[test]
    fn a_literal_too_short_to_look_up_is_always_worth_a_look() {
        let literals: Vec<Vec<u8>> = vec![b"ab".to_vec()];
        assert_eq!(answers(&mut Prefilter::new(&[&literals]), "nothing"), [true]);
    }
}
