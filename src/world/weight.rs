//! Whether a pattern surely compiles: told by its syntax alone where that is enough, for a catalog has hundreds and most are
//! never compiled. Owns the crate `regex-syntax` (with `ascii_word`, `literal`, `needs`).

use regex_syntax::ParserBuilder;
use regex_syntax::ast::{
    self, Ast, ClassPerl, ClassPerlKind, ClassSet, ClassSetItem, Flag, Flags, FlagsItemKind, GroupKind, RepetitionKind,
    RepetitionRange,
};
use regex_syntax::hir::{Class, Hir, HirKind};

/// A pattern of this weight takes far less memory than is allowed.
const LIGHT: usize = 100_000;

/// Whether a pattern can be compiled later without a surprise: it parses, it cannot match the empty text, and it is
/// small. For any other the compiler has to say what is wrong.
pub(super) fn surely_compiles(pattern: &str) -> bool {
    let measured = ast::parse::Parser::new().parse(pattern).ok().and_then(|ast| measure(&ast));
    measured.is_some_and(|all| all.least > 0 && all.weight < LIGHT) || surely_compiles_translated(pattern)
}

/// Weight of a pattern, and the least number of characters that it matches.
#[derive(Clone, Copy)]
struct Measured {
    weight: usize,
    least: usize,
}

/// Measured by its syntax alone, as if capital and small letters were the same everywhere; `None` where only translation
/// tells whether it means anything.
fn measure(ast: &Ast) -> Option<Measured> {
    let of = |weight: usize, least: usize| Some(Measured { weight, least });
    match ast {
        Ast::Empty(_) | Ast::Assertion(_) => of(2, 0),
        Ast::Flags(flags) => are_plain(&flags.flags).then_some(Measured { weight: 2, least: 0 }),
        Ast::Literal(_) | Ast::Dot(_) => of(CHARACTER, 1),
        Ast::ClassUnicode(_) => None,
        Ast::ClassPerl(class) => of(perl(class), 1),
        Ast::ClassBracketed(class) => of(of_set(&class.kind)?, 1),
        Ast::Repetition(repetition) => repeated(measure(&repetition.ast)?, &repetition.op.kind),
        Ast::Group(group) => match &group.kind {
            // Any byte, as `(?s-u:.)`.
            GroupKind::NonCapturing(_) if matches!(*group.ast, Ast::Dot(_)) => of(CHARACTER, 1),
            GroupKind::NonCapturing(flags) if !are_plain(flags) => None,
            _ => measure(&group.ast).map(|inner| Measured { weight: inner.weight.saturating_add(2), ..inner }),
        },
        Ast::Alternation(choice) => {
            let all = choice.asts.iter().map(measure).collect::<Option<Vec<_>>>()?;
            of(sum(&all), all.iter().map(|one| one.least).min().unwrap_or(0))
        }
        Ast::Concat(row) => {
            let all = row.asts.iter().map(measure).collect::<Option<Vec<_>>>()?;
            of(sum(&all), all.iter().map(|one| one.least).fold(0, usize::saturating_add))
        }
    }
}

fn sum(all: &[Measured]) -> usize {
    all.iter().map(|one| one.weight).fold(2, usize::saturating_add)
}

fn repeated(inner: Measured, kind: &RepetitionKind) -> Option<Measured> {
    let (min, max) = match kind {
        RepetitionKind::ZeroOrOne => (0, 1),
        RepetitionKind::ZeroOrMore => (0, 1),
        RepetitionKind::OneOrMore => (1, 2),
        RepetitionKind::Range(RepetitionRange::Exactly(times)) => (*times, *times),
        RepetitionKind::Range(RepetitionRange::AtLeast(times)) => (*times, times.saturating_add(1)),
        RepetitionKind::Range(RepetitionRange::Bounded(min, max)) => (*min, *max),
    };
    let weight = inner.weight.saturating_add(2).saturating_mul(max.max(1) as usize);
    Some(Measured { weight, least: inner.least.saturating_mul(min as usize) })
}

/// Capital or small letters, line breaks, lines: no flag that changes what is text.
fn are_plain(flags: &Flags) -> bool {
    flags.items.iter().all(|item| match &item.kind {
        FlagsItemKind::Negation => true,
        FlagsItemKind::Flag(flag) => {
            matches!(flag, Flag::CaseInsensitive | Flag::MultiLine | Flag::DotMatchesNewLine)
        }
    })
}

/// At most four letters that Unicode takes for the same.
const CHARACTER: usize = 2 + 4 * 20;
/// A range has fewer than 1500 pieces, whatever Unicode takes for the same.
const LARGE_CLASS: usize = 2 + 16 * 16 + 4 * 1500;

/// More ranges than Unicode 17 has of letters, digits and blanks, or between them.
fn perl(class: &ClassPerl) -> usize {
    match class.kind {
        ClassPerlKind::Word => 2 + 16 * 16 + 4 * 900,
        ClassPerlKind::Digit | ClassPerlKind::Space => 2 + 16 * 16 + 4 * 100,
    }
}

fn of_set(set: &ClassSet) -> Option<usize> {
    match set {
        ClassSet::Item(item) => of_item(item),
        ClassSet::BinaryOp(_) => None,
    }
}

fn of_item(item: &ClassSetItem) -> Option<usize> {
    match item {
        ClassSetItem::Empty(_) => Some(2),
        ClassSetItem::Literal(_) => Some(CHARACTER),
        ClassSetItem::Range(range) if range.end.c.is_ascii() => Some(2 * CHARACTER),
        ClassSetItem::Range(_) => Some(LARGE_CLASS),
        ClassSetItem::Ascii(_) => Some(4 * CHARACTER),
        ClassSetItem::Perl(class) => Some(perl(class)),
        ClassSetItem::Unicode(_) => None,
        ClassSetItem::Bracketed(class) => of_set(&class.kind),
        ClassSetItem::Union(union) => union.items.iter().map(of_item).try_fold(2_usize, |all, one| Some(all + one?)),
    }
}

fn surely_compiles_translated(pattern: &str) -> bool {
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
    fn what_the_syntax_tells_is_no_less_than_what_translation_does() {
        let parse = |pattern: &str| ast::parse::Parser::new().parse(pattern).expect("a pattern");
        for pattern in [
            r"(?i)a[b-k]{3}\w+",
            r"[^\n\w-]{2,}|\d\s",
            r"(?s:.)x{4}[[:alpha:]é-ü]",
            r"(?im)^straße$",
            r"\w",
            r"\W",
            r"\d",
            r"\D",
            r"\s",
            r"[\W\d]",
        ] {
            let measured = measure(&parse(pattern)).expect("it is plain");
            let hir = ParserBuilder::new().utf8(false).multi_line(true).crlf(true).build().parse(pattern);
            let hir = hir.expect("a pattern");
            assert!(measured.weight >= weight(&hir), "{pattern}: {} < {}", measured.weight, weight(&hir));
            assert!(hir.properties().minimum_len().is_some_and(|least| measured.least <= least), "{pattern}");
        }
        for pattern in [r"\pL", r"[\w&&[^a]]", "(?-u:a)", "(?x)a b"] {
            assert!(measure(&parse(pattern)).is_none(), "{pattern}");
        }
    }
}
