//! Which literals a pattern cannot do without, so that one automaton tells which patterns a file can match at all.
//! Owns the crate `regex-syntax`.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::literal::{ExtractKind, Extractor};

/// More literals than this save nothing.
const MOST: usize = 64;
/// Shorter literals are everywhere.
const SHORTEST: usize = 3;

/// Literals of which one starts (or one ends) every match; none when there is no such useful set.
pub(super) fn required(pattern: &str) -> Vec<String> {
    let Ok(hir) = ParserBuilder::new().utf8(false).multi_line(true).crlf(true).build().parse(pattern) else {
        return Vec::new();
    };
    let found = [ExtractKind::Prefix, ExtractKind::Suffix].into_iter().filter_map(|kind| {
        let mut extractor = Extractor::new();
        extractor.kind(kind).limit_total(MOST);
        let sequence = extractor.extract(&hir);
        let literals = sequence.literals()?.iter().map(|literal| String::from_utf8(literal.as_bytes().to_vec()).ok());
        // The automaton knows no case, so the spellings of one word are one.
        let mut literals: Vec<String> = literals.collect::<Option<Vec<_>>>()?;
        literals.iter_mut().for_each(|literal| literal.make_ascii_lowercase());
        literals.sort();
        literals.dedup();
        let useful = !literals.is_empty() && literals.iter().all(|literal| literal.len() >= SHORTEST);
        useful.then_some(literals)
    });
    let length = |literals: &Vec<String>| literals.iter().map(String::len).min();
    found.max_by_key(length).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_at_either_end_are_found_and_nothing_is_invented() {
        assert_eq!(required(r"\bbreakpoint\("), ["breakpoint("]);
        assert_eq!(required("TODO|FIXME"), ["fixme", "todo"]);
        assert_eq!(required(r"(?i)\btodo\b"), ["todo"]);
        assert_eq!(required(r"\w+\.unwrap\(\)"), [".unwrap()"]);
        for pattern in [r"\d+", ".", "(abc)?", r"a|bcd", r"\w+"] {
            assert!(required(pattern).is_empty(), "{pattern}: {:?}", required(pattern));
        }
    }
}
