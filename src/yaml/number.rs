//! Numbers and booleans from the text of a scalar, with the words for what is wrong.

use super::node::{Kind, Node, Style};

/// What an untyped scalar is (YAML 1.2 core schema): only plain ones are ever more than text.
pub(super) enum Untyped<'a> {
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(&'a str),
}

/// The value of a scalar that may be anything.
pub(super) fn untyped<'a>(text: &'a str, style: Style) -> Untyped<'a> {
    if style != Style::Plain {
        return Untyped::Text(text);
    }
    match text {
        "true" => return Untyped::Bool(true),
        "false" => return Untyped::Bool(false),
        _ if !is_number(text) => return Untyped::Text(text),
        _ => {}
    }
    if let Ok(number) = text.parse::<u64>() {
        return Untyped::Unsigned(number);
    }
    if let Ok(number) = text.parse::<i64>() {
        return Untyped::Signed(number);
    }
    text.parse::<f64>().ok().filter(|number| number.is_finite()).map_or(Untyped::Text(text), Untyped::Float)
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || "+-.eE".contains(c))
        && text.parse::<f64>().is_ok()
}

/// A whole number within bounds, or what is wrong.
pub(super) fn whole(node: &Node, least: i128, most: i128) -> Result<i128, String> {
    let found = found(node);
    let Kind::Scalar { text, .. } = &node.kind else { return Err(format!("expected a whole number, found {found}")) };
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("expected a whole number, found {found}"));
    }
    match text.parse::<i128>() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        Ok(number) if number < 0 && least == 0 => Err(format!("expected a whole number, 0 or more, found {found}")),
        _ => Err(format!("expected a whole number from {least} to {most}, found {found}")),
    }
}

/// A decimal number, or what is wrong.
pub(super) fn decimal(node: &Node) -> Result<f64, String> {
    match &node.kind {
        Kind::Scalar { text, .. } if is_number(text) => text.parse::<f64>().ok().filter(|number| number.is_finite()),
        _ => None,
    }
    .ok_or_else(|| format!("expected a number, found {}", found(node)))
}

/// A boolean, or what is wrong.
pub(super) fn boolean(node: &Node) -> Result<bool, String> {
    match node.text() {
        Some("true") => Ok(true),
        Some("false") => Ok(false),
        _ => Err(format!("expected `true` or `false`, found {}", found(node))),
    }
}

/// What a node is, in a message: its text if it has one.
pub(super) fn found(node: &Node) -> String {
    match &node.kind {
        Kind::Scalar { text, .. } => format!("`{}`", shortened(text)),
        Kind::Null | Kind::List(_) | Kind::Map(_) => node.kind_word().to_owned(),
    }
}

fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    if line.chars().count() <= 60 && line.len() == text.trim_end().len() {
        return line.to_owned();
    }
    format!("{}…", line.chars().take(60).collect::<String>())
}
