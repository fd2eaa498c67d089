//! One search for the literals of many questions at once: at every second place of a text three bytes, and of the fourth
//! a few bits, are looked up in a small table, and only where some literal may have these are literals compared. Each
//! literal is entered with two neighbouring places of its own, of which one meets a place that is looked at. The cost
//! hardly depends on how many literals there are. Capital and small letters share a place: whether the difference counts is
//! asked where literals are compared.

use memchr::memmem::Finder;

use super::dictionary::{Dictionary, Gram};
use super::literal::{Literal, has_letters_alike};

/// Literals of fewer bytes are searched for one by one.
pub(super) const SHORTEST: usize = 4;
/// Bytes looked up at once.
pub(super) const GRAM: usize = 3;
/// From one place that is looked at to the next.
pub(super) const STEP: usize = 2;
/// Places of the table: small enough to stay in the first cache together with the text.
const PLACES: usize = 1 << 14;
/// Bytes of the text in which grams are looked up before it is asked whether any of them was found.
const AT_ONCE: usize = 16;

/// The literals of some questions, and the state of a search.
pub(super) struct Prefilter<'a> {
    /// By hash of three bytes: the fourth bytes, by their lowest three bits, with which a literal may stand there that
    /// has not been answered for the text at hand.
    table: Box<[u8; PLACES]>,
    /// By place: its first entry, where the table is or was not 0.
    heads: Box<[u16; PLACES]>,
    /// Sorted by place.
    entries: Vec<Entry<'a>>,
    /// Questions of the entries, one after the other.
    asking: Vec<u32>,
    /// Places where a word that comes often is answered: to be put back for the next text.
    answered: Vec<(usize, u8)>,
    /// Literals that are too short to be looked up, with their questions.
    short: Vec<Short<'a>>,
    /// Questions with a literal in any case.
    any_case: Vec<usize>,
    /// By question: whether the answer is yes whatever is found.
    always: Vec<bool>,
    /// By question: whether one of its literals is in the text searched last.
    found: Vec<bool>,
}

/// A literal at one of its places, small: there are thousands.
struct Entry<'a> {
    gram: Gram,
    literal: &'a Literal,
    /// Where its questions start and end in `asking`.
    first: u32,
    end: u32,
}

struct Short<'a> {
    finder: Finder<'a>,
    whole_word: bool,
    questions: Vec<u32>,
}

impl Short<'_> {
    fn is_in(&self, bytes: &[u8]) -> bool {
        let is_word = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let length = self.finder.needle().len();
        let alone = |at: usize| !is_word(at.checked_sub(1).map(|at| &bytes[at])) && !is_word(bytes.get(at + length));
        self.finder.find_iter(bytes).any(|at| !self.whole_word || alone(at))
    }
}

impl<'a> Prefilter<'a> {
    /// `questions[n]` are the literals of question `n` by their numbers in the dictionary; without any the answer is
    /// always yes.
    pub(super) fn new(dictionary: &Dictionary<'a>, questions: &[&[u32]]) -> Prefilter<'a> {
        let mut always: Vec<bool> = questions.iter().map(|literals| literals.is_empty()).collect();
        let is_any = |number: &u32| dictionary.literal(*number).any_case;
        let any_case = (0..).zip(questions).filter(|(_, literals)| literals.iter().any(is_any)).map(|(at, _)| at);
        let any_case = any_case.collect();
        let numbered = (0_u32..).zip(questions);
        let mut asked: Vec<(u32, u32)> =
            numbered.flat_map(|(question, literals)| literals.iter().map(move |number| (*number, question))).collect();
        asked.sort_unstable();
        asked.dedup();
        let (mut entries, mut short, mut asking) = (Vec::with_capacity(asked.len()), Vec::new(), Vec::new());
        for same in asked.chunk_by(|(one, _), (other, _)| one == other) {
            let literal = dictionary.literal(same[0].0);
            let questions = same.iter().map(|(_, question)| *question);
            if literal.bytes.len() < SHORTEST {
                let finder = Finder::new(&literal.bytes);
                short.push(Short { finder, whole_word: literal.whole_word, questions: questions.collect() });
            } else if entries.len() + STEP > usize::from(u16::MAX) {
                questions.for_each(|question| always[question as usize] = true);
            } else {
                let first = asking.len() as u32;
                asking.extend(questions);
                let end = asking.len() as u32;
                let grams = dictionary.grams(same[0].0);
                entries.extend(grams.map(|gram| Entry { gram, literal, first, end }));
            }
        }
        entries.sort_unstable_by_key(|entry: &Entry<'_>| entry.gram.place);
        let (mut table, mut heads) = (Box::new([0; PLACES]), Box::new([0; PLACES]));
        let mut last = None;
        for (at, Entry { gram, .. }) in (0..).zip(&entries) {
            table[usize::from(gram.place)] |= gram.fourths;
            if last.replace(gram.place) != Some(gram.place) {
                heads[usize::from(gram.place)] = at;
            }
        }
        let (answered, found) = (Vec::new(), always.clone());
        Prefilter { table, heads, entries, asking, answered, short, any_case, found, always }
    }

    /// Searches a text, of which it is known whether it is ASCII; then [`Prefilter::answers`] are about it.
    pub(super) fn search(&mut self, bytes: &[u8], is_ascii: bool) {
        self.found.copy_from_slice(&self.always);
        for short in &self.short {
            if short.questions.iter().any(|question| !self.found[*question as usize]) && short.is_in(bytes) {
                short.questions.iter().for_each(|question| self.found[*question as usize] = true);
            }
        }
        if !is_ascii && !self.any_case.is_empty() && has_letters_alike(bytes) {
            self.any_case.iter().for_each(|question| self.found[*question] = true);
        }
        if self.entries.is_empty() {
            return;
        }
        let mut at = 0;
        while let Some(words) = words(bytes, at) {
            let mut hits = 0_u32;
            for (number, word) in (0..).zip(words) {
                let word = word | SMALL;
                let (first, second) = (self.may_start(word as u32), self.may_start((word >> 16) as u32));
                hits |= first << (2 * number) | second << (2 * number + 1);
            }
            while hits != 0 {
                self.look(bytes, at + STEP * hits.trailing_zeros() as usize);
                hits &= hits - 1;
            }
            at += AT_ONCE;
        }
        (at..bytes.len()).step_by(STEP).for_each(|at| self.look(bytes, at));
        for (place, fourths) in self.answered.drain(..) {
            self.table[place] = fourths;
        }
    }

    /// 1 where a literal may have these four bytes, the first one lowest.
    fn may_start(&self, word: u32) -> u32 {
        u32::from(self.table[place(word)]) >> fourth_bit(word >> 24) & 1
    }

    /// By question: whether a closer look is worth it.
    pub(super) fn answers(&self) -> &[bool] {
        &self.found
    }

    /// Compares where a literal may stand.
    fn look(&mut self, bytes: &[u8], at: usize) {
        let Some(gram) = bytes.get(at..).and_then(<[u8]>::first_chunk::<GRAM>) else { return };
        let gram = gram.map(small);
        let place = place_of(gram);
        if self.table[place] != 0 && self.compare(place, gram, bytes, at) {
            self.answered.push((place, self.table[place]));
            self.table[place] = 0;
        }
    }

    /// Whether nothing more can be learned at this place of the table.
    fn compare(&mut self, place: usize, gram: [u8; GRAM], bytes: &[u8], at: usize) -> bool {
        let here = &self.entries[usize::from(self.heads[place])..];
        let is_here = |entry: &&Entry<'_>| usize::from(entry.gram.place) == place;
        let (found, asking) = (&mut self.found, &self.asking);
        let questions = |entry: &Entry<'_>| &asking[entry.first as usize..entry.end as usize];
        let mut any = false;
        for entry in here.iter().take_while(is_here).filter(|entry| entry.gram.bytes == gram) {
            let rest = at.checked_sub(entry.gram.before as usize).and_then(|start| bytes.get(start..));
            if rest.is_some_and(|rest| entry.literal.starts(rest)) {
                questions(entry).iter().for_each(|question| found[*question as usize] = true);
                any = true;
            }
        }
        let answered = |entry: &Entry<'_>| questions(entry).iter().all(|question| found[*question as usize]);
        any && here.iter().take_while(is_here).all(answered)
    }
}

/// The bit that tells small letters from capital ones; some marks change with it, and share a place too.
const SMALL: u64 = 0x2020_2020_2020_2020;

pub(super) fn small(byte: u8) -> u8 {
    byte | 0x20
}

/// Words of eight bytes, each with two of the next grams that are looked at in its lowest six bytes.
fn words(bytes: &[u8], at: usize) -> Option<[u64; AT_ONCE / 4]> {
    let block = bytes.get(at..)?.first_chunk::<{ AT_ONCE + 4 }>()?;
    let word = |at: usize| block[at..].first_chunk().map_or(0, |word| u64::from_le_bytes(*word));
    Some([word(0), word(4), word(8), word(12)])
}

/// The place in the table of the gram in the lowest three bytes.
fn place(word: u32) -> usize {
    ((word << 8).wrapping_mul(0x9E37_79B1) >> (u32::BITS - PLACES.trailing_zeros())) as usize
}

pub(super) fn place_of(gram: [u8; GRAM]) -> usize {
    place(u32::from_le_bytes([gram[0], gram[1], gram[2], 0]))
}

/// Which bit of the table stands for a fourth byte.
pub(super) fn fourth_bit(byte: u32) -> u32 {
    byte & 7
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(words: &[&str]) -> Vec<Literal> {
        words.iter().map(|word| Literal::from(word.as_bytes().to_vec())).collect()
    }

    #[test]
    fn the_case_of_letters_counts_where_a_literal_says_so() {
        let mut literals = exact(&["Word@A", "word`a"]);
        literals.push(Literal { any_case: true, ..Literal::from(b"word".to_vec()) });
        let questions: Vec<&[Literal]> = literals.chunks(1).collect();
        let mut dictionary = Dictionary::default();
        let mut prefilter = prefilter(&mut dictionary, &questions);
        assert_eq!(answers(&mut prefilter, "a Word@A, a word"), [true, false, true]);
        assert_eq!(answers(&mut prefilter, "a word`a"), [false, true, true]);
        assert_eq!(answers(&mut prefilter, "a wOrD@a or WORD`A"), [false, false, true]);
        assert_eq!(answers(&mut prefilter, "a ward"), [false, false, false]);
        assert_eq!(answers(&mut prefilter, "a \u{212a}"), [false, false, true]);
    }

    #[test]
    fn a_short_word_counts_where_it_stands_alone() {
        let word = Literal { whole_word: true, ..Literal::from(b"zod".to_vec()) };
        let mut dictionary = Dictionary::default();
        let mut prefilter = prefilter(&mut dictionary, &[std::slice::from_ref(&word)]);
        for text in ["zod", "a zod.b", "zodiac zod", "\u{e9}zod"] {
            assert_eq!(answers(&mut prefilter, text), [true], "{text}");
        }
        for text in ["", "zodiac", "_zod", "zod1 azod"] {
            assert_eq!(answers(&mut prefilter, text), [false], "{text}");
        }
    }

    fn prefilter<'a>(dictionary: &mut Dictionary<'a>, questions: &[&'a [Literal]]) -> Prefilter<'a> {
        let numbers: Vec<Vec<u32>> = questions
            .iter()
            .map(|literals| literals.iter().map(|literal| dictionary.number(literal)).collect())
            .collect();
        let questions: Vec<&[u32]> = numbers.iter().map(Vec::as_slice).collect();
        Prefilter::new(dictionary, &questions)
    }

    fn answers(prefilter: &mut Prefilter<'_>, text: &str) -> Vec<bool> {
        prefilter.search(text.as_bytes(), text.is_ascii());
        prefilter.answers().to_vec()
    }

    #[test]
    fn overlapping_literals_are_all_seen_wherever_they_stand() {
        let literals = exact(&["abcd", "abcde", "bcde", "cdefg", "wxyz", "defg", "abxy"]);
        let questions: Vec<&[Literal]> = literals.chunks(1).chain([&[][..]]).collect();
        let mut dictionary = Dictionary::default();
        let mut prefilter = prefilter(&mut dictionary, &questions);
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
        let literals = exact(&["word", "wordy"]);
        let questions: Vec<&[Literal]> = literals.chunks(1).collect();
        let mut dictionary = Dictionary::default();
        let mut prefilter = prefilter(&mut dictionary, &questions);
        assert_eq!(answers(&mut prefilter, "word word wordy word"), [true, true]);
        assert_eq!(answers(&mut prefilter, "a word or two"), [true, false]);
        assert_eq!(answers(&mut prefilter, "nothing of this"), [false, false]);
    }

    #[test]
    fn a_literal_too_short_to_look_up_is_searched_for() {
        let literals = exact(&["ab", "://"]);
        let questions: Vec<&[Literal]> = literals.chunks(1).collect();
        let mut dictionary = Dictionary::default();
        let mut prefilter = prefilter(&mut dictionary, &questions);
        assert_eq!(answers(&mut prefilter, "nothing"), [false, false]);
        assert_eq!(answers(&mut prefilter, "a://b"), [false, true]);
        assert_eq!(answers(&mut prefilter, "xab"), [true, false]);
    }

    #[test]
    fn every_literal_is_found_at_every_offset() {
        let literals = exact(&["TODO", "eeee", "abcde", "AKIA", "://x", "breakpoint(", " the ", "\u{e9}tat"]);
        let questions: Vec<&[Literal]> = literals.chunks(1).collect();
        let mut dictionary = Dictionary::default();
        let mut prefilter = prefilter(&mut dictionary, &questions);
        for (number, literal) in literals.iter().enumerate() {
            for (before, after) in (0..40).flat_map(|before| (0..40).map(move |after| (before, after))) {
                let text = [&vec![b'e'; before][..], &literal.bytes, &vec![b'x'; after]].concat();
                prefilter.search(&text, text.is_ascii());
                assert!(prefilter.answers()[number], "{literal:?} behind {before}, before {after}");
            }
        }
    }
}
