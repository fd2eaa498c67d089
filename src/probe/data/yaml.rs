//! YAML of other tools, under the same limits as our own (bombs, nesting, duplicate keys), with the core schema's
//! meaning of plain scalars. Tags and several documents are refused: what they mean is the other tool's business.

use super::Broken;
use crate::model::{Exact, Problems, Value};
use crate::yaml::{Kind, Node, Style, parse_foreign, source};

/// Reads a document; with `as_written` scalars stay the text they are in the source.
pub(super) fn parse(path: &str, bytes: &[u8], as_written: bool) -> Result<Value, Broken> {
    let source = source(path, bytes)
        .map_err(|problem| Broken::at(problem.place.map_or(0, |place| place.line), problem.message))?;
    let mut problems = Problems::new();
    let node = parse_foreign(&source, &mut problems);
    if problems.has_errors() {
        let first = problems.sorted().into_iter().next();
        let (line, reason) = first.map_or((0, "cannot be read".to_owned()), |problem| {
            (problem.place.map_or(0, |place| place.line), problem.message)
        });
        return Err(Broken::at(line, reason));
    }
    Ok(node.map_or(Value::Null, |node| value(&node, as_written)))
}

/// The parser has bounded the depth.
fn value(node: &Node, as_written: bool) -> Value {
    match &node.kind {
        Kind::Null => Value::Null,
        Kind::Scalar { text, style: Style::Plain } if !as_written => plain(text),
        Kind::Scalar { text, .. } => Value::Text(text.clone()),
        Kind::List(items) => Value::List(items.iter().map(|item| value(item, as_written)).collect()),
        Kind::Map(entries) => {
            Value::Map(entries.iter().map(|(key, node)| (key.text.clone(), value(node, as_written))).collect())
        }
    }
}

/// YAML 1.2 core schema (§10.3.2); infinities and NaN stay text, as no expectation can hold for them.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    let radix = |prefix, radix| text.strip_prefix(prefix).and_then(|digits| i128::from_str_radix(digits, radix).ok());
    if let Some(number) = radix("0x", 16).or_else(|| radix("0o", 8)) {
        return Value::Number(Exact::whole(number));
    }
    let numeric = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'));
    let spelled = text.strip_prefix('+').unwrap_or(text).replace("e+", "e").replace("E+", "e");
    match Exact::parse_decimal(&spelled) {
        Some(number) if numeric => Value::Number(number),
        _ => Value::Text(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn one(text: &str) -> Value {
        let Value::Map(entries) = parse("a.yaml", format!("a: {text}\n").as_bytes(), false).unwrap() else { panic!() };
        entries["a"].clone()
    }

    #[test]
    fn plain_scalars_mean_what_the_core_schema_says() {
        assert_eq!(one("no"), Value::Text("no".into()));
        assert_eq!(one("True"), Value::Bool(true));
        assert_eq!(one("'true'"), Value::Text("true".into()));
        assert_eq!(one("0x10"), Value::count(16));
        assert_eq!(one("+1.5e+2"), Value::count(150));
        assert_eq!(one("1_000"), Value::Text("1_000".into()));
        assert_eq!(one("1.2.3"), Value::Text("1.2.3".into()));
        assert_eq!(one("~"), Value::Null);
    }

    #[test]
    fn extension_keys_are_kept_and_bombs_are_not() {
        let Value::Map(entries) = parse("a.yaml", b"x-common: 1\nb: 2\n", false).unwrap() else { panic!() };
        assert_eq!(entries.len(), 2);
        let bomb = format!("a: &a [{}]\n", "x,".repeat(50))
            + &(0..9).map(|n| format!("b{n}: [*a,*a,*a,*a,*a,*a,*a]\n")).collect::<String>();
        assert!(parse("a.yaml", bomb.as_bytes(), false).is_ok());
        let deep = "a: ".to_owned() + &"[".repeat(20_000);
        assert!(parse("a.yaml", deep.as_bytes(), false).is_err());
        assert!(parse("a.yaml", b"a: 1\n---\nb: 2\n", false).unwrap_err().reason.contains("second document"));
        assert_eq!(parse("a.yaml", b"a: 1\na: 2\n", false).unwrap_err().line, 2);
    }
}
