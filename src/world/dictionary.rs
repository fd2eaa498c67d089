//! Literals that patterns cannot do without, each known by a number and with the places of `prefilter` at which it is looked
//! up: worked out once, however many sets of questions have it.

use std::collections::HashMap;

use super::literal::Literal;
use super::prefilter::{GRAM, SHORTEST, STEP, fourth_bit, place_of, small};

/// Three neighbouring bytes of a literal.
#[derive(Clone, Copy)]
pub(super) struct Gram {
    /// Small letters for capital ones.
    pub(super) bytes: [u8; GRAM],
    /// Their place in the table.
    pub(super) place: u16,
    /// By bit: which fourth byte may stand behind them.
    pub(super) fourths: u8,
    /// How many bytes of the literal stand before them.
    pub(super) before: u32,
}

/// One thread's literals.
#[derive(Default)]
pub(super) struct Dictionary<'a> {
    numbers: HashMap<&'a Literal, u32>,
    known: Vec<Known<'a>>,
}

struct Known<'a> {
    literal: &'a Literal,
    /// None for a literal that is too short to be looked up.
    grams: [Option<Gram>; STEP],
}

impl<'a> Dictionary<'a> {
    /// The number of a literal.
    pub(super) fn number(&mut self, literal: &'a Literal) -> u32 {
        let known = &mut self.known;
        *self.numbers.entry(literal).or_insert_with(|| {
            known.push(Known { literal, grams: grams(&literal.bytes) });
            known.len() as u32 - 1
        })
    }

    pub(super) fn literal(&self, number: u32) -> &'a Literal {
        self.known[number as usize].literal
    }

    /// Where it is looked up.
    pub(super) fn grams(&self, number: u32) -> impl Iterator<Item = Gram> {
        self.known[number as usize].grams.into_iter().flatten()
    }
}

/// As many neighbouring grams as there are bytes from one place that is looked at to the next.
fn grams(literal: &[u8]) -> [Option<Gram>; STEP] {
    if literal.len() < SHORTEST {
        return [None; STEP];
    }
    let bytes: Vec<u8> = literal.iter().copied().map(small).collect();
    let first = rarest(&bytes);
    std::array::from_fn(|next| {
        let before = first + next;
        let gram = *bytes.get(before..)?.first_chunk::<GRAM>()?;
        let fourths = bytes.get(before + GRAM).map_or(u8::MAX, |fourth| 1 << fourth_bit(u32::from(*fourth)));
        Some(Gram { bytes: gram, place: place_of(gram) as u16, fourths, before: before as u32 })
    })
}

/// Where in a literal two neighbouring grams start of which even the more likely one is seldom in source files.
fn rarest(literal: &[u8]) -> usize {
    let gram = |at: usize| {
        let fourth = literal.get(at + GRAM).map_or(0, |byte| rarity(*byte).min(6));
        literal[at..at + GRAM].iter().map(|byte| rarity(*byte)).sum::<u32>() + fourth
    };
    let starts = 0..=literal.len() - SHORTEST;
    starts.max_by_key(|at| (gram(*at).min(gram(at + 1)), usize::MAX - at)).unwrap_or(0)
}

/// How seldom a byte is in source files, those that share its place included: twice the logarithm of its share, roughly.
fn rarity(byte: u8) -> u32 {
    // A line break shares its place with `*`, a tab with `)`, `_` with a control character.
    const UNDERSCORE: u8 = b'_' | 0x20;
    match byte {
        b' ' => 6,
        b'e' | b't' => 8,
        b'r' | b'n' | b'a' | b's' | b'o' | b'i' => 9,
        b'l' | b'c' | b'd' | b'u' | b'p' | b'm' | b'f' | b'*' | b')' => 10,
        b'h' | b'g' | b'b' | b'y' | b'v' | b'w' => 12,
        UNDERSCORE | b'.' | b',' | b'(' | b'/' | b'"' | b':' | b'-' | b'=' | b';' => 12,
        b'k' | b'x' | b'0'..=b'9' => 13,
        b'j' | b'q' | b'z' => 16,
        _ => 14,
    }
}
