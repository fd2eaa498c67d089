//! Reads the path of a fact: `body.checks[*].ok`, `header["x-y"]`. Resolving it is `resolve`'s work.

use super::Fault;
use super::cursor::Cursor;
use super::syntax::{Index, Segment, Span};

/// Reads a path where the cursor stands.
pub(super) fn read(cursor: &mut Cursor) -> Result<(Vec<Segment>, Span), Fault> {
    let start = cursor.at();
    let mut segments = vec![first(cursor)?];
    loop {
        while cursor.take('[') {
            let opened = cursor.at() - 1;
            if matches!(cursor.peek(), Some('"' | '\'')) {
                segments.push(key(cursor, opened)?);
            } else {
                let index = index(cursor, opened)?;
                if let Some(segment) = segments.last_mut() {
                    segment.indexes.push((index, cursor.since(opened)));
                }
            }
        }
        if !cursor.take('.') {
            return Ok((segments, cursor.since(start)));
        }
        segments.push(segment(cursor)?);
    }
}

fn first(cursor: &mut Cursor) -> Result<Segment, Fault> {
    match cursor.peek() {
        None => {
            let help = "write `fact operator value`, such as `status = 200`";
            Err(cursor.rest().fault("expectation is empty", help))
        }
        Some('"' | '\'') => {
            let help = "write the first name without quotes: `body[\"a.b\"] = 1`";
            Err(cursor.rest().fault("a path cannot start with a quote", help))
        }
        Some(c) if is_name(c) => segment(cursor),
        Some(c) => {
            let help = "write `fact operator value`, such as `status = 200`";
            Err(Span::between(cursor.at(), cursor.at() + 1).fault(format!("a fact cannot start with `{c}`"), help))
        }
    }
}

fn segment(cursor: &mut Cursor) -> Result<Segment, Fault> {
    let start = cursor.at();
    if matches!(cursor.peek(), Some('"' | '\'')) {
        let name = quoted(cursor)?;
        return Ok(Segment { name, quoted: true, indexes: Vec::new(), span: cursor.since(start) });
    }
    let name = cursor.take_while(is_name);
    if name.is_empty() {
        let dot = Span::between(start.saturating_sub(1), start);
        return Err(dot.fault("a name is due after `.`", "quote odd names: `body[\"a.b\"]`"));
    }
    Ok(Segment { name, quoted: false, indexes: Vec::new(), span: cursor.since(start) })
}

/// `["a.b"]`, the opening bracket being taken.
fn key(cursor: &mut Cursor, opened: usize) -> Result<Segment, Fault> {
    let name = quoted(cursor)?;
    if !cursor.take(']') {
        return Err(cursor.since(opened).fault("the bracket is not closed", "write `[\"…\"]`"));
    }
    Ok(Segment { name, quoted: true, indexes: Vec::new(), span: cursor.since(opened) })
}

fn index(cursor: &mut Cursor, opened: usize) -> Result<Index, Fault> {
    let inner = cursor.take_while(|c| !matches!(c, ']' | '[' | '"' | '\'') && !c.is_whitespace());
    if !cursor.take(']') {
        return Err(cursor
            .since(opened)
            .fault("the bracket is not closed", "write `[*]`, `[any]`, `[#]`, `[0]` or `[-1]`"));
    }
    let digits = inner.strip_prefix('-').unwrap_or(&inner);
    match inner.as_str() {
        "*" => Ok(Index::Every),
        "any" => Ok(Index::Some),
        "#" => Ok(Index::Count),
        _ if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
            let too_far =
                || cursor.since(opened).fault(format!("index `{inner}` is out of reach"), "write a smaller one");
            inner.parse().map(Index::Nth).map_err(|_| too_far())
        }
        _ => {
            let help = match inner.as_str() {
                "all" | "each" | "every" | "" => "write `[*]` for every item".to_owned(),
                "some" | "one" | "?" => "write `[any]` for at least one item".to_owned(),
                "count" | "len" | "length" => "write `[#]` for the number of items".to_owned(),
                "last" => "write `[-1]` for the last item".to_owned(),
                "first" => "write `[0]` for the first item".to_owned(),
                key => format!("write `[*]`, `[any]`, `[#]`, `[0]`, `[-1]`, or quote a key: `[\"{key}\"]`"),
            };
            Err(cursor.since(opened).fault(format!("`[{inner}]` is not an index"), help))
        }
    }
}

/// A quoted text, the cursor standing on its opening quote. `'…'` is raw (`''` is one quote); `"…"` has five escapes.
pub(super) fn quoted(cursor: &mut Cursor) -> Result<String, Fault> {
    let start = cursor.at();
    let quote = cursor.next();
    let mut text = String::new();
    loop {
        match cursor.next() {
            None => return Err(cursor.since(start).fault("the quote is not closed", "close it, on the same line")),
            Some('\'') if quote == Some('\'') => {
                if !cursor.take('\'') {
                    return Ok(text);
                }
                text.push('\'');
            }
            Some('"') if quote == Some('"') => return Ok(text),
            Some('\\') if quote == Some('"') => text.push(escape(cursor)?),
            Some(c) => text.push(c),
        }
    }
}

fn escape(cursor: &mut Cursor) -> Result<char, Fault> {
    let start = cursor.at() - 1;
    let escaped = cursor.next();
    match escaped {
        Some('n') => Ok('\n'),
        Some('t') => Ok('\t'),
        Some('r') => Ok('\r'),
        Some('"') => Ok('"'),
        Some('\\') => Ok('\\'),
        other => {
            let shown = other.map(String::from).unwrap_or_default();
            let help = "double quotes know `\\n \\t \\r \\\" \\\\`; patterns go in single quotes: `'\\d+'`";
            Err(cursor.since(start).fault(format!("`\\{shown}` is not an escape"), help))
        }
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '/' | '@' | '$' | '+')
}
