//! What YAML makes of an expectation, or of any text, that was not quoted. Each trap has help of its own.

use crate::model::Problem;

use super::node::{Kind, Node, Span, Style};

/// Keys whose items are expectations.
const EXPECTATIONS: &[&str] = &["expect", "accept"];
/// One of these stands in every expectation.
const OPERATORS: &[&str] = &["=", "!=", "<", "<=", ">", ">=", "in", "contains", "matches", "exists", "absent"];

/// What is wrong with one item of a list under `key`, if YAML broke it.
pub(super) fn broken_item(key: &str, list: &Node, item: &Node) -> Option<Problem> {
    if !EXPECTATIONS.contains(&key) {
        return None;
    }
    match &item.kind {
        Kind::Scalar { text, style: Style::Plain } => {
            swallowed_comment(item, text).or_else(|| split_at_comma(list, item, text))
        }
        Kind::List(_) => Some(
            item.problem("expected an expectation, found a list").help("write it as text: `- status in [401, 403]`"),
        ),
        Kind::Null if rest_of_line(&item.span, 0).trim_start().starts_with('#') => Some(swallowed(item, "")),
        Kind::Null | Kind::Scalar { .. } | Kind::Map(_) => None,
    }
}

/// What is wrong where text was due and a mapping stands.
pub(super) fn mapping_for_text(node: &Node) -> Problem {
    let written = rest_of_line(&node.span, 0);
    let written = written.trim_end();
    if node.entries().len() != 1 || written.starts_with('{') || !written.contains(':') {
        return node.problem("expected text, found a mapping").help("write one value, in quotes if it has braces");
    }
    let quoted = quoted(written);
    node.problem("the colon makes this a mapping, expected text").help(format!("put it in quotes: `{quoted}`"))
}

fn swallowed_comment(item: &Node, text: &str) -> Option<Problem> {
    let rest = rest_of_line(&item.span, item.span.length);
    let comment = rest.trim_start().strip_prefix('#')?;
    let glued = comment.starts_with(|c: char| !c.is_whitespace());
    (glued && rest.starts_with([' ', '\t'])).then(|| swallowed(item, text))
}

fn swallowed(item: &Node, text: &str) -> Problem {
    let written = rest_of_line(&item.span, 0);
    let written = written.trim();
    let after = written.find('#').map_or("", |at| &written[at..]);
    let message = match text {
        "" => format!("YAML takes `{after}` as a comment, and nothing is left"),
        _ => format!("YAML takes `{after}` as a comment"),
    };
    let help = format!("quote the line: `- {}`; a comment has a space after its `#`", quoted(written));
    item.problem(message).help(help)
}

fn split_at_comma(list: &Node, item: &Node, text: &str) -> Option<Problem> {
    let in_flow = rest_of_line(&list.span, 0).starts_with('[');
    let has_operator = text.split_whitespace().any(|word| OPERATORS.contains(&word)) || text.contains(['=', '<', '>']);
    if !in_flow || has_operator || text.contains("${") {
        return None;
    }
    let problem =
        item.problem(format!("`{text}` is no expectation of its own: YAML splits a `[…]` list at every comma"));
    Some(problem.help("write one expectation per line, under `expect:`, each after `- `"))
}

/// The source line from the span's start, or from `skip` characters after it.
fn rest_of_line(span: &Span, skip: u32) -> String {
    let line = span.source.line(span.line);
    line.chars().skip((span.column.saturating_sub(1) + skip) as usize).collect()
}

/// The text in single quotes, as YAML wants it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
