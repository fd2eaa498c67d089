//! Everything that a pattern cannot do without: sets of literals, each of which must have one in the text. A common word
//! (`release`) tells little; that `sentry` is there too tells much. How a single set is found is in `literal`.
//! Owns the crate `regex-syntax` (with `ascii_word`, `literal`, `weight`).

use regex_syntax::hir::{Hir, HirKind};

use super::literal::{self, Literal, Literals, Texts};
use super::prefilter::SHORTEST;

/// More sets than this tell little more than the first ones.
const MOST: usize = 3;

/// Sets of literals of which each has one in every match, the most telling first; none when nothing is known.
pub(super) fn needs(pattern: &str) -> Vec<Literals> {
    let Some(hir) = literal::parsed(pattern) else { return Vec::new() };
    let Some(best) = literal::needed(&hir) else { return Vec::new() };
    let mut sets = vec![best];
    if sets[0].iter().any(is_plain_word) {
        for set in sets_of(&hir) {
            if sets.len() < MOST && !sets.iter().any(|known| implies(known, &set)) {
                sets.push(set);
            }
        }
    }
    sets
}

/// Letters alone: probably a word that many files have.
fn is_plain_word(literal: &Literal) -> bool {
    literal.bytes.iter().all(u8::is_ascii_alphabetic)
}

/// Whether a text with one of the first set surely has one of the second.
fn implies(known: &Literals, set: &Literals) -> bool {
    known.iter().all(|longer| set.iter().any(|shorter| longer.holds(shorter)))
}

/// All sets that are found in the parts of a pattern, the one whose shortest literal is longest first.
fn sets_of(hir: &Hir) -> Vec<Literals> {
    let mut sets = match hir.kind() {
        HirKind::Capture(capture) => sets_of(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => sets_of(&repetition.sub),
        HirKind::Concat(parts) => of_row(parts),
        HirKind::Alternation(parts) => of_choice(parts),
        HirKind::Literal(_) => literal::texts(hir).and_then(literals).into_iter().collect(),
        _ => Vec::new(),
    };
    sets.sort_by_key(|set| std::cmp::Reverse(shortest(set)));
    sets
}

/// Of parts that follow each other every one is there: those that are written out together are joined.
fn of_row(parts: &[Hir]) -> Vec<Literals> {
    let mut sets = Vec::new();
    let mut row = Texts::one(Vec::new());
    for part in parts {
        let texts = literal::texts(part);
        match texts.as_ref().and_then(|texts| row.before(texts)) {
            Some(longer) => row = longer,
            None => {
                sets.extend(literals(std::mem::replace(&mut row, texts.unwrap_or_else(|| Texts::one(Vec::new())))));
                sets.extend(sets_of(part));
            }
        }
    }
    sets.extend(literals(row));
    sets
}

/// Of each alternative one set: the first of all together, then the second ones, as far as there are any.
fn of_choice(parts: &[Hir]) -> Vec<Literals> {
    let by_part: Vec<Vec<Literals>> = parts.iter().map(sets_of).collect();
    let all = || by_part.iter().map(Vec::len);
    if all().min().unwrap_or(0) == 0 {
        return Vec::new();
    }
    let joined = |number: usize| {
        let of_each = by_part.iter().filter_map(|sets| sets.get(number.min(sets.len() - 1)));
        literal::useful(of_each.flatten().cloned().collect())
    };
    (0..all().max().unwrap_or(0).min(MOST)).filter_map(joined).collect()
}

fn literals(texts: Texts) -> Option<Literals> {
    (texts.length() >= SHORTEST).then(|| literal::useful(texts.into_literals()))?
}

fn shortest(set: &Literals) -> usize {
    set.iter().map(|literal| literal.bytes.len()).min().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(pattern: &str) -> Vec<Vec<String>> {
        let shown = |literal: Literal| String::from_utf8_lossy(&literal.bytes).into_owned();
        needs(pattern).into_iter().map(|set| set.into_iter().map(shown).collect()).collect()
    }

    #[test]
    fn what_stands_apart_is_needed_together() {
        assert_eq!(words(r"(sentry|bugsnag)\w*\(.{0,9}release"), [vec!["release"], vec!["sentry", "bugsnag"]]);
        assert_eq!(words(r"\bvalidate\w+\s+password\b"), [vec!["validate"], vec!["password"]]);
        assert_eq!(
            words(r"release\w\d+sentry|environment\w{3}options\.set"),
            [vec!["release", "environment"], vec!["sentry", "options.set"]]
        );
    }

    #[test]
    fn one_telling_set_is_enough_and_what_it_holds_is_not_asked_again() {
        assert_eq!(words(r"\bbreakpoint\(\w+release"), [vec!["breakpoint("]]);
        assert_eq!(words(r"releases?\w"), [vec!["release"]]);
        assert!(words(r"\d+").is_empty());
    }

    #[test]
    fn every_match_has_one_of_each_set() {
        for (pattern, text) in [
            (
                r"(?i)(sentry(_sdk)?|bugsnag)[\w.:\s]{0,20}\(.{0,30}\b(release|appVersion)\s*[:=]|options\.Release",
                "Sentry.init(Release :",
            ),
            (
                r"(?i)(sentry(_sdk)?|bugsnag)[\w.:\s]{0,20}\(.{0,30}\b(release|appVersion)\s*[:=]|options\.Release",
                "OPTIONS.release",
            ),
            (r"(create|alter)\s+(table|index)\w*\sname", "alter tables name"),
            (r"(a|bcde)+\w*efgh", "bcdeaefgh"),
        ] {
            assert!(regex::bytes::Regex::new(pattern).is_ok_and(|regex| regex.is_match(text.as_bytes())), "{pattern}");
            for set in needs(pattern) {
                let has = |literal: &Literal| (0..text.len()).any(|at| literal.starts(&text.as_bytes()[at..]));
                assert!(set.iter().any(has), "{pattern}: {set:?}");
            }
        }
    }
}
