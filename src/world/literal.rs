//! Literals that a pattern cannot do without. How they are searched for is in `prefilter`. Owns the crate `regex-syntax` (with `ascii_word`).

use regex_syntax::ParserBuilder;
use regex_syntax::hir::literal::{ExtractKind, Extractor};
use regex_syntax::hir::{Class, Hir, HirKind};

/// A pattern with more literals than this searches for itself.
const MOST: usize = 128;
/// Texts that a part of a pattern may begin or end with are written out up to this many.
const MOST_AT_AN_END: usize = 16;
/// Shorter literals are everywhere.
const SHORTEST: usize = super::prefilter::SHORTEST;
/// Where every literal has as many bytes, no better set is looked for.
const LONG_ENOUGH: usize = 6;

/// Literals of which at least one occurs in every match; none when there is no such useful set.
pub(super) fn required(pattern: &str) -> Vec<Vec<u8>> {
    let parsed = ParserBuilder::new().utf8(false).multi_line(true).crlf(true).build().parse(pattern);
    parsed.ok().and_then(|hir| needed(&hir)).unwrap_or_default()
}

/// A pattern of this weight takes far less memory than is allowed.
const LIGHT: usize = 100_000;

/// Whether a pattern can be compiled later without a surprise: it parses, it cannot match the empty text, and it is
/// small. For any other the compiler has to say what is wrong.
pub(super) fn surely_compiles(pattern: &str) -> bool {
    let parsed = ParserBuilder::new().utf8(false).multi_line(true).crlf(true).build().parse(pattern);
    parsed.is_ok_and(|hir| hir.properties().minimum_len().is_some_and(|least| least > 0) && weight(&hir) < LIGHT)
}

/// A measure that grows at least as fast as the compiled pattern does.
fn weight(hir: &Hir) -> usize {
    let all = |parts: &[Hir]| parts.iter().map(weight).fold(2, usize::saturating_add);
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 2,
        HirKind::Literal(literal) => 2 + literal.0.len(),
        // A range of characters takes several ranges of bytes; neighbours share most of theirs.
        HirKind::Class(Class::Unicode(class)) => 2 + 16 * class.ranges().len().min(16) + 4 * class.ranges().len(),
        HirKind::Class(Class::Bytes(class)) => 2 + class.ranges().len(),
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min.saturating_add(1)).max(repetition.min).max(1);
            weight(&repetition.sub).saturating_add(2).saturating_mul(times as usize)
        }
        HirKind::Capture(capture) => weight(&capture.sub).saturating_add(2),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => all(parts),
    }
}

type Literals = Vec<Vec<u8>>;

/// The set whose shortest literal is longest, of those that start a match, end it, or stand within it.
fn needed(hir: &Hir) -> Option<Literals> {
    let ends = [ExtractKind::Prefix, ExtractKind::Suffix].into_iter().filter_map(|kind| at_an_end(hir, kind));
    best(ends.chain(within(hir)))
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
    let length = |literals: &Literals| literals.iter().map(Vec::len).min().unwrap_or(0);
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
    useful(sequence.literals()?.iter().map(|found| found.as_bytes().to_vec()).collect())
}

fn useful(mut literals: Literals) -> Option<Literals> {
    let few = !literals.is_empty() && literals.len() <= MOST;
    if !few || literals.iter().any(|literal| literal.len() < SHORTEST) {
        return None;
    }
    literals.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    literals.dedup();
    let mut least: Literals = Vec::new();
    for literal in literals {
        // Where a longer one is, the shorter one in it is too.
        if !least.iter().any(|shorter| literal.windows(shorter.len()).any(|window| window == shorter)) {
            least.push(literal);
        }
    }
    Some(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_small_patterns_that_need_a_character_are_compiled_later() {
        for pattern in [r"\bbreakpoint\(", "(?i)todo", r"\w+\s*=", "a{3,9}"] {
            assert!(surely_compiles(pattern), "{pattern}");
        }
        for pattern in ["(", "a*", r"\b", "^$", r"\w{500}x", "((a{100}){100}){100}"] {
            assert!(!surely_compiles(pattern), "{pattern}");
        }
    }

    #[test]
    fn what_surely_compiles_does() {
        for pattern in [r"\w{2}\pL{1,3}", r"[^\x00-\x{10FFFF}a]|\PN{4}", r"(\w|\s|\d){1,6}", "(?i)(straße){20}"] {
            let compiled = super::super::pattern::Pattern::new(pattern);
            assert!(compiled.is_ok_and(|pattern| !pattern.regex().as_str().is_empty()), "{pattern}");
        }
        for part in ["x", "[^a]", r"\w", r"(\PN|\s)"] {
            let fits = (1..LIGHT).find(|times| !surely_compiles(&format!("{part}{{{times}}}"))).unwrap_or(LIGHT) - 1;
            let heaviest = super::super::pattern::Pattern::new(&format!("{part}{{{fits}}}"));
            assert!(fits > 10 && heaviest.is_ok_and(|pattern| !pattern.regex().is_match(b"")), "{part}");
        }
    }

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
}
