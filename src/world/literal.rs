//! Literals that a pattern cannot do without. How they are searched for is in `prefilter`. Owns the crate
//! `regex-syntax` (with `ascii_word`, `weight`).

use regex_syntax::ast::{self, Ast, ClassSet, ClassSetItem};
use regex_syntax::hir::literal::{ExtractKind, Extractor};
use regex_syntax::hir::translate::TranslatorBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// A pattern with more literals than this searches for itself.
const MOST: usize = 512;
/// Texts that a part of a pattern may begin or end with are written out up to this many.
const MOST_AT_AN_END: usize = 16;
/// Shorter literals are everywhere.
const SHORTEST: usize = super::prefilter::SHORTEST;
/// Where every literal has as many bytes, no better set is looked for.
const LONG_ENOUGH: usize = 6;

/// A text that something cannot do without.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Literal {
    /// Its bytes; small letters where the case of ASCII letters does not count.
    pub(super) bytes: Vec<u8>,
    /// Whether it stands for any mix of capital and small letters.
    pub(super) any_case: bool,
}

impl From<Vec<u8>> for Literal {
    fn from(bytes: Vec<u8>) -> Literal {
        Literal { bytes, any_case: false }
    }
}

impl Literal {
    /// Whether the text starts with it.
    pub(super) fn starts(&self, text: &[u8]) -> bool {
        let head = text.get(..self.bytes.len());
        head.is_some_and(|head| if self.any_case { head.eq_ignore_ascii_case(&self.bytes) } else { head == self.bytes })
    }
}

/// Literals of which at least one occurs in every match; none when there is no such useful set.
pub(super) fn required(pattern: &str) -> Vec<Literal> {
    let Ok(mut ast) = ast::parse::Parser::new().parse(pattern) else { return Vec::new() };
    leave_large_classes(&mut ast);
    let mut translator = TranslatorBuilder::new().utf8(false).multi_line(true).crlf(true).build();
    translator.translate(pattern, &ast).ok().and_then(|hir| needed(&hir)).unwrap_or_default()
}

/// Puts a dot for each class that is negated or names more than characters of ASCII: nothing can be said of
/// what they match, and the letters that Unicode takes for the same are costly to list.
fn leave_large_classes(ast: &mut Ast) {
    match ast {
        Ast::ClassBracketed(class) if class.negated || !is_small(&class.kind) => *ast = Ast::dot(class.span),
        Ast::Repetition(repetition) => leave_large_classes(&mut repetition.ast),
        Ast::Group(group) => leave_large_classes(&mut group.ast),
        Ast::Alternation(choice) => choice.asts.iter_mut().for_each(leave_large_classes),
        Ast::Concat(row) => row.asts.iter_mut().for_each(leave_large_classes),
        _ => {}
    }
}

fn is_small(set: &ClassSet) -> bool {
    let item = |item: &ClassSetItem| match item {
        ClassSetItem::Empty(_) => true,
        ClassSetItem::Literal(literal) => literal.c.is_ascii(),
        ClassSetItem::Range(range) => range.end.c.is_ascii(),
        _ => false,
    };
    match set {
        ClassSet::Item(ClassSetItem::Union(union)) => union.items.iter().all(item),
        ClassSet::Item(single) => item(single),
        ClassSet::BinaryOp(_) => false,
    }
}

type Literals = Vec<Literal>;

/// The set whose shortest literal is longest, of those that start a match, end it, or stand within it.
fn needed(hir: &Hir) -> Option<Literals> {
    let ends = [ExtractKind::Prefix, ExtractKind::Suffix].into_iter().filter_map(|kind| at_an_end(hir, kind));
    best(in_any_case(hir).into_iter().chain(ends).chain(within(hir)))
}

/// The longest text in a row of which some letters are a choice between capital and small. Other choices that Unicode
/// makes of a letter (`k` and the Kelvin sign) end it.
fn in_any_case(hir: &Hir) -> Option<Literals> {
    let HirKind::Concat(parts) = hir.kind() else { return None };
    let mut rows = vec![(Vec::new(), false)];
    for part in parts {
        match part.kind() {
            HirKind::Literal(literal) if literal.0.is_ascii() => {
                rows.iter_mut().last()?.0.extend(literal.0.to_ascii_lowercase());
            }
            HirKind::Class(Class::Unicode(class)) => match *class.ranges() {
                [capital, small] if is_letter(capital.start(), capital.end(), small.start(), small.end()) => {
                    let (row, mixed) = rows.last_mut()?;
                    row.push(u8::try_from(small.start()).ok()?);
                    *mixed = true;
                }
                _ => rows.push((Vec::new(), false)),
            },
            HirKind::Look(_) => {}
            _ => rows.push((Vec::new(), false)),
        }
    }
    let mixed = rows.into_iter().filter(|(row, mixed)| *mixed && row.len() >= SHORTEST).map(|(row, _)| row);
    // The first of the longest.
    let longest = mixed.rev().max_by_key(Vec::len)?;
    Some(vec![Literal { bytes: longest, any_case: true }])
}

/// Whether two ranges are one letter of ASCII, capital and small.
fn is_letter(first: char, first_end: char, second: char, second_end: char) -> bool {
    first == first_end && second == second_end && first.is_ascii_uppercase() && first.to_ascii_lowercase() == second
}

/// Sets that come from the parts of a pattern.
fn within(hir: &Hir) -> Box<dyn Iterator<Item = Literals> + '_> {
    match hir.kind() {
        HirKind::Capture(capture) => Box::new(needed(&capture.sub).into_iter()),
        HirKind::Repetition(repetition) if repetition.min > 0 => Box::new(needed(&repetition.sub).into_iter()),
        HirKind::Concat(parts) => {
            let tails = (1..parts.len()).map(|from| Hir::concat(parts[from..].to_vec()));
            let tails = tails.filter_map(|tail| at_an_end(&tail, ExtractKind::Prefix));
            Box::new(parts.iter().filter_map(needed).chain(tails))
        }
        HirKind::Alternation(parts) => Box::new(of_all(parts).into_iter()),
        _ => Box::new(std::iter::empty()),
    }
}

/// The first set that is long enough, else the one whose shortest literal is longest.
fn best(sets: impl Iterator<Item = Literals>) -> Option<Literals> {
    let length = |literals: &Literals| literals.iter().map(|literal| literal.bytes.len()).min().unwrap_or(0);
    let mut best: Option<Literals> = None;
    for set in sets {
        if best.as_ref().is_none_or(|known| length(&set) > length(known)) {
            let done = length(&set) >= LONG_ENOUGH;
            best = Some(set);
            if done {
                break;
            }
        }
    }
    best
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
    extractor.kind(kind).limit_total(MOST_AT_AN_END);
    let sequence = extractor.extract(hir);
    useful(sequence.literals()?.iter().map(|found| found.as_bytes().to_vec().into()).collect())
}

fn useful(mut literals: Literals) -> Option<Literals> {
    let few = !literals.is_empty() && literals.len() <= MOST;
    if !few || literals.iter().any(|literal| literal.bytes.len() < SHORTEST) {
        return None;
    }
    literals.sort_by(|a, b| a.bytes.len().cmp(&b.bytes.len()).then_with(|| a.cmp(b)));
    literals.dedup();
    let mut least: Literals = Vec::new();
    for literal in literals {
        // Where a longer one is, the shorter one in it is too.
        let has = |shorter: &Literal| {
            let may_stand = shorter.any_case || !literal.any_case;
            may_stand && (0..literal.bytes.len()).any(|at| shorter.starts(&literal.bytes[at..]))
        };
        if !least.iter().any(has) {
            least.push(literal);
        }
    }
    Some(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_at_either_end_are_found_and_nothing_is_invented() {
        let words = |pattern: &str| -> Vec<String> {
            let shown = |literal: Literal| {
                let text = String::from_utf8_lossy(&literal.bytes).into_owned();
                if literal.any_case { format!("~{text}") } else { text }
            };
            required(pattern).into_iter().map(shown).collect()
        };
        assert_eq!(words(r"\bbreakpoint\("), ["breakpoint("]);
        assert_eq!(words("TODO|FIXME"), ["TODO", "FIXME"]);
        assert_eq!(words(r"\w+\.unwrap\(\)"), [".unwrap()"]);
        assert_eq!(words(r"(?m)^[ \t]*(byebug|debugger)[ \t]*\r?$"), ["byebug", "debugger"]);
        assert_eq!(words(r"\w+(\s|x)cert_reqs\s*=\s*\w*"), ["cert_reqs"]);
        assert_eq!(words(r"\b(a|b)\s+(open|close_all)\w"), ["open", "close_all"]);
        assert_eq!(words(r"(?i)\bevidently\b|whylogs|model_?drift"), ["~model", "~whylog", "~evidently"]);
        assert_eq!(words(r"(?i:verify_)(peer|HOST)"), ["~verify_"]);
        for pattern in [r"\d+", ".", "(abc)?", r"a|bcd", r"\w+"] {
            assert!(words(pattern).is_empty(), "{pattern}: {:?}", words(pattern));
        }
    }
}
