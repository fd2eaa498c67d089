//! Literals that a pattern cannot do without. How they are searched for is in `prefilter`. Owns the crate
//! `regex-syntax` (with `ascii_word`, `needs`, `weight`).

use memchr::memmem;
use regex_syntax::ast::{self, Ast, ClassSet, ClassSetItem};
use regex_syntax::hir::literal::{ExtractKind, Extractor};
use regex_syntax::hir::translate::TranslatorBuilder;
use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind, Look};

/// A pattern with more literals than this searches for itself.
const MOST: usize = 512;
/// Texts that a part of a pattern may begin or end with are written out up to this many.
const MOST_AT_AN_END: usize = 16;
/// Shorter literals are everywhere.
const SHORTEST: usize = super::prefilter::SHORTEST;
/// Where every literal has as many bytes, no better set is looked for.
const LONG_ENOUGH: usize = 6;

/// A text that something cannot do without.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Literal {
    /// Its bytes; small letters where the case of ASCII letters does not count.
    pub(super) bytes: Vec<u8>,
    /// Whether it stands for any mix of capital and small letters. In a text with other letters that Unicode takes for
    /// those of ASCII ([`has_letters_alike`]) nothing can be said.
    pub(super) any_case: bool,
    /// Whether no letter, digit or `_` of ASCII stands next to it.
    pub(super) whole_word: bool,
}

impl From<Vec<u8>> for Literal {
    fn from(bytes: Vec<u8>) -> Literal {
        Literal { bytes, any_case: false, whole_word: false }
    }
}

impl Literal {
    /// Whether a text with this one surely has the other, too.
    pub(super) fn holds(&self, other: &Literal) -> bool {
        let stands_anywhere = !other.whole_word && (other.any_case || !self.any_case);
        stands_anywhere && (0..self.bytes.len()).any(|at| other.starts(&self.bytes[at..]))
    }

    /// Whether the text starts with it.
    pub(super) fn starts(&self, text: &[u8]) -> bool {
        let head = text.get(..self.bytes.len());
        head.is_some_and(|head| if self.any_case { head.eq_ignore_ascii_case(&self.bytes) } else { head == self.bytes })
    }
}

/// Whether a text has a long s or a Kelvin sign, which match `s` and `k` where case does not count: no other character
/// beyond ASCII matches one of it.
pub(super) fn has_letters_alike(text: &[u8]) -> bool {
    ["\u{17f}", "\u{212a}"].iter().any(|letter| memmem::find(text, letter.as_bytes()).is_some())
}

/// Literals of which at least one occurs in every match; none when there is no such useful set.
pub(super) fn required(pattern: &str) -> Literals {
    parsed(pattern).and_then(|hir| needed(&hir)).unwrap_or_default()
}

/// What a pattern means, large classes aside.
pub(super) fn parsed(pattern: &str) -> Option<Hir> {
    let mut ast = ast::parse::Parser::new().parse(pattern).ok()?;
    leave_large_classes(&mut ast);
    TranslatorBuilder::new().utf8(false).multi_line(true).crlf(true).build().translate(pattern, &ast).ok()
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

/// A set of which one must be there.
pub(super) type Literals = Vec<Literal>;

/// The set whose shortest literal is longest, of those that start a match, end it, or stand within it.
pub(super) fn needed(hir: &Hir) -> Option<Literals> {
    let ends = [ExtractKind::Prefix, ExtractKind::Suffix].into_iter().filter_map(|kind| at_an_end(hir, kind));
    best(in_a_row(hir).into_iter().chain(ends).chain(within(hir)).chain(as_whole_word(hir)))
}

/// Texts written out of the choices in a row of parts.
const MOST_WRITTEN_OUT: usize = 16;
/// Characters that a choice may have, case aside.
const MOST_CHOICES: usize = 4;

/// Texts of which one is in every match of a row of parts.
#[derive(Clone)]
pub(super) struct Texts {
    list: Vec<Vec<u8>>,
    any_case: bool,
}

impl Texts {
    pub(super) fn one(text: Vec<u8>) -> Texts {
        Texts { list: vec![text], any_case: false }
    }

    pub(super) fn length(&self) -> usize {
        self.list.iter().map(Vec::len).min().unwrap_or(0)
    }

    pub(super) fn into_literals(self) -> Literals {
        let literal = |bytes: Vec<u8>| match self.any_case {
            true => Literal { any_case: true, ..Literal::from(bytes.to_ascii_lowercase()) },
            false => Literal::from(bytes),
        };
        self.list.into_iter().map(literal).collect()
    }

    /// Each of these before each of those, if they are few.
    pub(super) fn before(&self, ends: &Texts) -> Option<Texts> {
        let join = |start: &Vec<u8>| ends.list.iter().map(|end| [start.as_slice(), end].concat()).collect::<Vec<_>>();
        let few = self.list.len() * ends.list.len() <= MOST_WRITTEN_OUT;
        few.then(|| Texts { list: self.list.iter().flat_map(join).collect(), any_case: self.any_case || ends.any_case })
    }
}

/// The texts of the row of parts whose shortest text is longest: parts that are a choice between capital and small letters,
/// a few characters, a few words.
fn in_a_row(hir: &Hir) -> Option<Literals> {
    let HirKind::Concat(parts) = hir.kind() else { return None };
    let mut rows = vec![Texts::one(Vec::new())];
    for part in parts {
        match texts(part).map(|texts| (rows.last().and_then(|row| row.before(&texts)), texts)) {
            Some((Some(longer), _)) => *rows.last_mut()? = longer,
            Some((None, texts)) => rows.push(texts),
            None => rows.push(Texts::one(Vec::new())),
        }
    }
    // The first of the longest.
    let longest = rows.into_iter().rev().max_by_key(Texts::length).filter(|row| row.length() >= SHORTEST)?;
    useful(longest.into_literals())
}

/// Every text that a part can match, if they are few; those beyond ASCII that match `s` or `k` aside.
pub(super) fn texts(hir: &Hir) -> Option<Texts> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(Texts::one(Vec::new())),
        HirKind::Literal(literal) => literal.0.is_ascii().then(|| Texts::one(literal.0.to_vec())),
        HirKind::Class(Class::Unicode(class)) => choices(class),
        HirKind::Class(Class::Bytes(_)) => None,
        HirKind::Capture(capture) => texts(&capture.sub),
        HirKind::Repetition(repetition) => {
            let mut texts = (repetition.max == Some(1)).then(|| texts(&repetition.sub))??;
            texts.list.extend((repetition.min == 0).then(Vec::new));
            Some(texts)
        }
        HirKind::Concat(parts) => parts.iter().try_fold(Texts::one(Vec::new()), |all, part| all.before(&texts(part)?)),
        HirKind::Alternation(parts) => {
            let all = parts.iter().map(texts).collect::<Option<Vec<_>>>()?;
            let any_case = all.iter().any(|texts| texts.any_case);
            let list: Vec<Vec<u8>> = all.into_iter().flat_map(|texts| texts.list).collect();
            (list.len() <= MOST_WRITTEN_OUT).then_some(Texts { list, any_case })
        }
    }
}

/// The characters of a class if they are few and of ASCII or like it.
fn choices(class: &ClassUnicode) -> Option<Texts> {
    let mut bytes = Vec::new();
    for range in class.ranges() {
        if matches!((range.start(), range.end()), ('\u{17f}', '\u{17f}') | ('\u{212a}', '\u{212a}')) {
            continue;
        }
        let (start, end) = (u8::try_from(range.start()).ok()?, u8::try_from(range.end()).ok()?);
        if !end.is_ascii() || usize::from(end - start) >= MOST_CHOICES {
            return None;
        }
        bytes.extend(start..=end);
    }
    let is_small_of = |byte: &u8| byte.is_ascii_lowercase() && bytes.contains(&byte.to_ascii_uppercase());
    let any_case = bytes.iter().any(is_small_of) || class.ranges().iter().any(|range| !range.end().is_ascii());
    if any_case {
        bytes.make_ascii_lowercase();
        bytes.sort_unstable();
        bytes.dedup();
    }
    let few = (1..=MOST_CHOICES).contains(&bytes.len());
    few.then(|| Texts { list: bytes.into_iter().map(|byte| vec![byte]).collect(), any_case })
}

/// A short word between word boundaries.
fn as_whole_word(hir: &Hir) -> Option<Literals> {
    let HirKind::Concat(parts) = hir.kind() else { return None };
    let is_boundary = |part: &Hir| matches!(part.kind(), HirKind::Look(Look::WordUnicode | Look::WordAscii));
    match parts.as_slice() {
        [before, word, after] if is_boundary(before) && is_boundary(after) => {
            let HirKind::Literal(literal) = word.kind() else { return None };
            let is_word = literal.0.iter().all(u8::is_ascii_alphanumeric) && literal.0.len() == SHORTEST - 1;
            is_word.then(|| vec![Literal { whole_word: true, ..Literal::from(literal.0.to_vec()) }])
        }
        _ => None,
    }
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

pub(super) fn useful(mut literals: Literals) -> Option<Literals> {
    let few = !literals.is_empty() && literals.len() <= MOST;
    if !few || literals.iter().any(|literal| literal.bytes.len() < SHORTEST && !literal.whole_word) {
        return None;
    }
    literals.sort_by(|a, b| a.bytes.len().cmp(&b.bytes.len()).then_with(|| a.cmp(b)));
    literals.dedup();
    let mut least: Literals = Vec::new();
    for literal in literals {
        // Where a longer one is, the shorter one in it is too.
        if !least.iter().any(|shorter| literal.holds(shorter)) {
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
        assert_eq!(
            words(r"(?i)\bevidently\b|whylogs|model_?drift"),
            ["~whylogs", "~evidently", "~modeldrift", "~model_drift"]
        );
        assert_eq!(words(r"(?i:verify_)(peer|HOST)"), ["~verify_host", "~verify_peer"]);
        assert_eq!(words(r#"(?i)["']key["']"#), ["~\"key\"", "~\"key'", "~'key\"", "~'key'"]);
        assert_eq!(words(r"\bzod\b|validator"), ["zod", "validator"]);
        assert!(words(r"\bzo\b|validator").is_empty() && words(r"zod\b|validator").is_empty());
        for pattern in [r"\d+", ".", "(abc)?", r"a|bcd", r"\w+"] {
            assert!(words(pattern).is_empty(), "{pattern}: {:?}", words(pattern));
        }
    }
}
