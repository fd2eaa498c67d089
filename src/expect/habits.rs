//! What people write out of habit, and what to write instead: each wrong expectation gets words of its own.

use super::Fault;
use super::cursor::Cursor;
use super::syntax::{Operand, Operator, Scalar, Span, splice};
use super::units::{is_number, quantity};
use crate::model::problem::nearest;

const OPERATORS: &str = "operators are = != < <= > >= in contains matches exists absent";

/// Symbols that belong to an operator, in this grammar or in another.
pub(super) fn is_operator_symbol(c: char) -> bool {
    matches!(c, '=' | '<' | '>' | '!' | '~' | '≤' | '≥' | '≠' | '≈' | '&' | '|')
}

/// Operators of other languages, and ours.
const SYMBOLS: &[(&str, &str)] = &[
    ("==", "="),
    ("===", "="),
    ("≤", "<="),
    ("=<", "<="),
    ("≥", ">="),
    ("=>", ">="),
    ("≠", "!="),
    ("<>", "!="),
    ("!==", "!="),
    ("=!", "!="),
    ("=~", "matches"),
    ("~=", "matches"),
    ("~", "matches"),
    ("!~", "not matches"),
];

const WORDS: &[(&[&str], &str)] = &[
    (&["is", "equals", "equal", "eq"], "="),
    (&["isnt", "ne", "neq"], "!="),
    (&["lt", "below", "under"], "<"),
    (&["le", "lte", "most"], "<="),
    (&["gt", "above", "over"], ">"),
    (&["ge", "gte", "least"], ">="),
    (&["has", "include", "includes", "contain", "holds"], "contains"),
    (&["like", "match", "regex"], "matches"),
    (&["exist", "present", "defined", "set"], "exists"),
    (&["missing", "unset", "undefined", "empty"], "absent"),
    (&["one", "any", "within", "between"], "in"),
];

pub(super) fn wrong_symbol(cursor: &Cursor, span: Span, symbols: &str) -> Fault {
    let message = format!("`{symbols}` is not an operator");
    match SYMBOLS.iter().find(|(habit, _)| *habit == symbols) {
        Some((_, ours)) => span.fault(message, format!("write `{}`", spaced_splice(cursor, span, ours))),
        None => span.fault(message, OPERATORS),
    }
}

/// The corrected line, with spaces round a word that replaces a symbol.
fn spaced_splice(cursor: &Cursor, span: Span, ours: &str) -> String {
    let text = cursor.text();
    if ours.starts_with(|c: char| c.is_alphabetic()) && !text.contains(&format!(" {} ", cursor.slice(span))) {
        return splice(&text, span, &format!(" {ours} "));
    }
    splice(&text, span, ours)
}

pub(super) fn no_operator(cursor: &Cursor, span: Span, word: &str, path: &str) -> Fault {
    if word.is_empty() && cursor.is_end() {
        return lone_path(cursor, path);
    }
    if word.is_empty() {
        let c = cursor.peek().unwrap_or(' ');
        let help = match c {
            ':' => {
                let colon = Span::between(cursor.at(), cursor.at() + 1);
                format!("write `{}`", splice(&cursor.text(), colon, " ="))
            }
            '#' => "a `#` starts a comment in YAML: quote the line".to_owned(),
            _ => OPERATORS.to_owned(),
        };
        let place = Span::between(cursor.at(), cursor.at() + 1);
        return place.fault(format!("`{c}` is not an operator"), help);
    }
    if path == "not" {
        let help = "`not` goes before `in`, `contains` or `matches`, behind the fact; for values write `!=`";
        return span.fault(format!("`not` is read as the fact, `{word}` is not an operator"), help);
    }
    let message = format!("`{word}` is not an operator");
    if let Some((_, ours)) = WORDS.iter().find(|(habits, _)| habits.contains(&word)) {
        return span.fault(message, format!("write `{}`", splice(&cursor.text(), span, ours)));
    }
    if quantity(word, None).is_some() || matches!(word, "true" | "false") {
        return span.fault(message, format!("write `{path} = {}`", cursor.slice(span.to(cursor.rest())).trim()));
    }
    let ours = ["in", "contains", "matches", "exists", "absent", "not"];
    let help = nearest(word, ours).map_or_else(|| OPERATORS.to_owned(), |near| format!("did you mean `{near}`?"));
    span.fault(message, help)
}

fn lone_path(cursor: &Cursor, path: &str) -> Fault {
    let end = cursor.len();
    let place = Span::between(end.saturating_sub(1), end);
    match path {
        "exists" | "absent" | "contains" | "matches" | "in" | "not" => {
            let help = match path {
                "exists" => "write `exists = true`, or name the fact: `value exists`".to_owned(),
                "absent" => "write `exists = false`, or name the fact: `value absent`".to_owned(),
                _ => format!("write `fact {path} …`"),
            };
            place.fault(format!("`{path}` is read as the fact, and an operator is missing behind it"), help)
        }
        _ => place.fault(format!("an operator is missing after `{path}`"), OPERATORS),
    }
}

pub(super) fn wrong_negation(cursor: &Cursor, start: usize, word: &str) -> Fault {
    let end = cursor.at() + word.chars().count();
    let span = Span::between(start, end.max(cursor.at() + 1).min(cursor.len().max(start + 1)));
    let replace = |ours: &str| format!("write `{}`", splice(&cursor.text(), Span::between(start, end), ours));
    let help = match (word, cursor.peek()) {
        ("exists" | "exist" | "present", _) => replace("absent"),
        ("absent" | "missing", _) => replace("exists"),
        ("", Some('=')) => "write `!=`".to_owned(),
        ("", Some('<')) => "write `>=` (or `>` for `not <=`)".to_owned(),
        ("", Some('>')) => "write `<=` (or `<` for `not >=`)".to_owned(),
        _ => "`not` goes before `in`, `contains` or `matches`; for values write `!=`".to_owned(),
    };
    span.fault("`not` does not go here", help)
}

pub(super) fn no_value(cursor: &Cursor, operator: Operator) -> Fault {
    let word = operator.word();
    match cursor.peek() {
        Some('[') if matches!(operator, Operator::In { .. }) => {
            cursor.rest().fault("a list cannot hold a list", "write its values one after the other")
        }
        Some('[') => cursor.rest().fault(format!("a list does not go with `{word}`"), "write `in […]`"),
        Some(c @ (']' | ',')) => {
            let place = Span::between(cursor.at(), cursor.at() + 1);
            place.fault(format!("a value is due before `{c}`"), "quote a text that has commas or brackets")
        }
        _ => {
            let place = Span::between(cursor.len().saturating_sub(1), cursor.len());
            place.fault(format!("a value is missing after `{word}`"), "write it, or quote it if it is empty: `''`")
        }
    }
}

pub(super) fn operator_as_value(cursor: &Cursor) -> Fault {
    let help = "write the operator without spaces in it; quote a text that starts with one";
    cursor.rest().fault(format!("`{}` is not a value", cursor.slice(cursor.rest())), help)
}

/// `in` without a list and without `..`.
pub(super) fn no_range(cursor: &Cursor, start: usize, low: &Scalar, operator: Operator, path: &str) -> Fault {
    let word = operator.word();
    if cursor.peek() == Some(',') {
        let all = cursor.slice(Span::between(start, start).to(cursor.rest()));
        let help = format!("write `{path} {word} [{all}]`");
        return cursor.since(start).to(cursor.rest()).fault("a list is written in brackets", help);
    }
    let equal = if matches!(operator, Operator::In { negated: true }) { "!=" } else { "=" };
    if cursor.is_end() {
        let written = low.written();
        let help = format!("write `{path} {equal} {written}`, or a range `{path} {word} {written}..…`");
        return cursor.since(start).fault(format!("`{word}` takes a list or a range"), help);
    }
    let rest = cursor.slice(cursor.rest());
    let help = format!("write a list `[…]` or a range `1..5` after `{word}`");
    cursor.rest().fault(format!("`{rest}` is left over"), help)
}

/// Something stands behind a complete expectation.
pub(super) fn left_over(cursor: &Cursor, operand: &Operand) -> Fault {
    let rest = cursor.rest();
    let text = cursor.slice(rest);
    let message = format!("`{text}` is left over");
    let joined = ["and ", "or ", "&& ", "|| ", "&", "|"].iter().any(|word| text.starts_with(word));
    if joined {
        return rest.fault(message, "write one expectation per line: a list of them means all must hold");
    }
    let Operand::One(value) = operand else {
        let help = match operand {
            Operand::None => "`exists` and `absent` take no value",
            _ => "nothing goes behind a list or a range; quote a text that has spaces or commas",
        };
        return rest.fault(message, help);
    };
    let whole = value.span.to(rest);
    if let Some(number) = grouped(&cursor.slice(whole)).filter(|_| !value.quoted) {
        return whole.fault(message, format!("write `{number}`: commas do not group digits"));
    }
    let first = cursor.slice(value.span);
    let joined = format!("{first}{text}").replace(' ', "");
    let two_parts = text.starts_with(|c: char| c.is_ascii_digit()) && !value.quoted && !is_number(&first);
    if two_parts && let Some(Ok(_)) = quantity(&joined, None) {
        return whole.fault(message, format!("write `{joined}`: one duration, without spaces"));
    }
    let quoted = if value.quoted { value.text.clone() } else { cursor.slice(whole) };
    let tail = if value.quoted { text.as_str() } else { "" };
    let quoted = format!("'{}'", format!("{quoted}{tail}").replace('\'', "''"));
    let help = format!("quote a text that has spaces or commas: `{}`", splice(&cursor.text(), whole, &quoted));
    rest.fault(message, help)
}

/// `1,000` or `1,000.5`: the same number as this grammar groups it.
fn grouped(text: &str) -> Option<String> {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut groups = whole.trim_start_matches('-').split(',');
    let digits = |group: &str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit());
    let first = groups.next().is_some_and(|group| digits(group) && group.len() <= 3);
    let others: Vec<&str> = groups.collect();
    let shaped = first && !others.is_empty() && others.iter().all(|group| digits(group) && group.len() == 3);
    (shaped && fraction.is_none_or(digits)).then(|| text.replace(',', "_"))
}
