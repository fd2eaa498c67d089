//! Reads an expectation from text: path, operator, value. Knows no fact; `habits` has the words for what people write
//! out of habit.

use super::Fault;
use super::cursor::Cursor;
use super::habits;
use super::path;
use super::syntax::{Comparison, Expectation, Operand, Operator, Scalar, Span};
use super::units::looks_like_number;

/// Characters an expectation may have; longer ones are a mistake or an attack.
const LONGEST: usize = 2_000;

/// Reads one expectation. Offsets in faults count characters from the start of `text`.
pub fn parse(text: &str) -> Result<Expectation, Fault> {
    let mut cursor = Cursor::new(text);
    if cursor.len() > LONGEST {
        let message = format!("expectation is longer than {LONGEST} characters");
        return Err(Span::between(0, 1).fault(message, "split it, or compare a smaller fact"));
    }
    cursor.skip_space();
    let (segments, path_span) = path::read(&mut cursor)?;
    let path = cursor.slice(path_span);
    cursor.skip_space();
    let (operator, operator_span) = operator(&mut cursor, &path)?;
    let operand = operand(&mut cursor, operator, &path)?;
    cursor.skip_space();
    if !cursor.is_end() {
        return Err(habits::left_over(&cursor, &operand));
    }
    Ok(Expectation { text: text.to_owned(), path, path_span, segments, operator, operator_span, operand })
}

fn operator(cursor: &mut Cursor, path: &str) -> Result<(Operator, Span), Fault> {
    let start = cursor.at();
    let symbols = cursor.take_while(habits::is_operator_symbol);
    if !symbols.is_empty() {
        let span = cursor.since(start);
        let comparison = comparison(&symbols).ok_or_else(|| habits::wrong_symbol(cursor, span, &symbols))?;
        return Ok((Operator::Compare(comparison), span));
    }
    let word = cursor.take_while(|c| c.is_alphanumeric() || c == '_' || c == '-');
    let span = cursor.since(start);
    let plain = match word.as_str() {
        "not" => return negated(cursor, start),
        "in" => Operator::In { negated: false },
        "contains" => Operator::Contains { negated: false },
        "matches" => Operator::Matches { negated: false },
        "exists" => Operator::Exists,
        "absent" => Operator::Absent,
        _ => return Err(habits::no_operator(cursor, span, &word, path)),
    };
    Ok((plain, span))
}

fn comparison(symbols: &str) -> Option<Comparison> {
    match symbols {
        "=" => Some(Comparison::Equal),
        "!=" => Some(Comparison::NotEqual),
        "<" => Some(Comparison::Less),
        "<=" => Some(Comparison::LessEqual),
        ">" => Some(Comparison::Greater),
        ">=" => Some(Comparison::GreaterEqual),
        _ => None,
    }
}

fn negated(cursor: &mut Cursor, start: usize) -> Result<(Operator, Span), Fault> {
    cursor.skip_space();
    let word_start = cursor.at();
    let word = cursor.take_while(|c| c.is_alphanumeric());
    let span = cursor.since(start);
    let operator = match word.as_str() {
        "in" => Operator::In { negated: true },
        "contains" => Operator::Contains { negated: true },
        "matches" => Operator::Matches { negated: true },
        _ => {
            cursor.back_to(word_start);
            return Err(habits::wrong_negation(cursor, start, &word));
        }
    };
    Ok((operator, span))
}

fn operand(cursor: &mut Cursor, operator: Operator, path: &str) -> Result<Operand, Fault> {
    let spaced = cursor.skip_space();
    match operator {
        Operator::Exists | Operator::Absent => Ok(Operand::None),
        Operator::Compare(_) => scalar(cursor, operator, false).map(Operand::One),
        Operator::In { .. } if cursor.peek() == Some('[') => list(cursor, operator),
        Operator::In { .. } => range(cursor, operator, path),
        Operator::Contains { .. } | Operator::Matches { .. } if !spaced && !cursor.is_end() => {
            let word = operator.word();
            Err(cursor.rest().fault(format!("a space is due after `{word}`"), format!("write `{path} {word} '…'`")))
        }
        Operator::Contains { .. } => scalar(cursor, operator, false).map(Operand::One),
        Operator::Matches { .. } => pattern(cursor, operator, path).map(Operand::One),
    }
}

fn pattern(cursor: &mut Cursor, operator: Operator, path: &str) -> Result<Scalar, Fault> {
    if cursor.is_end() || matches!(cursor.peek(), Some('"' | '\'')) {
        return scalar(cursor, operator, false);
    }
    let rest = cursor.rest();
    let bare = cursor.slice(rest).replace('\'', "''");
    let help = format!("write `{path} {} '{bare}'`", operator.word());
    Err(rest.fault("a pattern is written in quotes", help))
}

fn list(cursor: &mut Cursor, operator: Operator) -> Result<Operand, Fault> {
    let start = cursor.at();
    cursor.take('[');
    let mut items = Vec::new();
    loop {
        cursor.skip_space();
        if cursor.take(']') {
            break;
        }
        if cursor.is_end() {
            return Err(cursor.since(start).fault("the list is not closed", "close it with `]`"));
        }
        items.push(scalar(cursor, operator, false)?);
        cursor.skip_space();
        if !cursor.take(',') && cursor.peek() != Some(']') && !cursor.is_end() {
            let help = "separate items with commas; quote a text that has spaces";
            return Err(cursor
                .rest()
                .fault(format!("`{}` is left over in the list", cursor.slice(cursor.rest())), help));
        }
    }
    let span = cursor.since(start);
    if items.is_empty() {
        return Err(span.fault("an empty list holds nothing", "name at least one value"));
    }
    Ok(Operand::List(items, span))
}

fn range(cursor: &mut Cursor, operator: Operator, path: &str) -> Result<Operand, Fault> {
    let start = cursor.at();
    if cursor.sees_dots() {
        let help = format!("a range has two ends, `1..5`; with one end write `{path} <= …`");
        return Err(cursor.rest().fault("the range has no lower end", help));
    }
    let low = scalar(cursor, operator, true)?;
    cursor.skip_space();
    if !cursor.take_dots() {
        return Err(habits::no_range(cursor, start, &low, operator, path));
    }
    cursor.skip_space();
    if cursor.is_end() {
        let help = format!("a range has two ends, `1..5`; with one end write `{path} >= {}`", low.written());
        return Err(cursor.since(start).fault("the range has no upper end", help));
    }
    let high = scalar(cursor, operator, true)?;
    Ok(Operand::Range(low, high))
}

/// One value. In a range an atom ends before `..`, so that `200..299` splits; everywhere else `../x` is one atom.
fn scalar(cursor: &mut Cursor, operator: Operator, in_range: bool) -> Result<Scalar, Fault> {
    let start = cursor.at();
    match cursor.peek() {
        Some('"' | '\'') => {
            let text = path::quoted(cursor)?;
            return Ok(Scalar { text, quoted: true, unit: None, span: cursor.since(start) });
        }
        None | Some('[' | ']' | ',') => return Err(habits::no_value(cursor, operator)),
        Some(c) if habits::is_operator_symbol(c) => return Err(habits::operator_as_value(cursor)),
        Some(_) => {}
    }
    let text = atom(cursor, in_range);
    let span = cursor.since(start);
    let unit = if looks_like_number(&text) { unit_apart(cursor, in_range) } else { None };
    let span = if unit.is_some() { cursor.since(start) } else { span };
    if unit.is_none() {
        cursor.back_to((span.offset + span.length) as usize);
    }
    Ok(Scalar { text, quoted: false, unit, span })
}

/// The word behind a number, when it can be a unit.
fn unit_apart(cursor: &mut Cursor, in_range: bool) -> Option<String> {
    cursor.skip_space();
    let could_be = cursor.peek().is_some_and(|c| c.is_alphabetic() || matches!(c, '%' | '/'));
    could_be.then(|| atom(cursor, in_range)).filter(|unit| !matches!(unit.as_str(), "and" | "or"))
}

fn atom(cursor: &mut Cursor, in_range: bool) -> String {
    let mut text = String::new();
    while let Some(c) = cursor.peek() {
        let ends = c.is_whitespace() || matches!(c, ',' | '[' | ']' | '\'' | '"') || (in_range && cursor.sees_dots());
        if ends {
            break;
        }
        text.push(c);
        cursor.next();
    }
    text
}
