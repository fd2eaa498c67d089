//! What the YAML parser reports, in words a spec author can act on.

use std::sync::Arc;

use granit_parser::{ErrorKind, Marker, ScanError};

use crate::model::Problem;

use super::node::{Source, Span};
use super::parse::MAX_DEPTH;

/// Our span for the parser's.
pub(super) fn span(source: &Arc<Source>, at: &granit_parser::Span) -> Span {
    let (start, end) = (at.start, at.end);
    let length = if end.line() == start.line() { end.col().saturating_sub(start.col()) } else { 1 };
    Span { length: length.max(1) as u32, ..point(source, &start) }
}

/// Where the tag of a node stands.
pub(super) fn tag(source: &Arc<Source>, at: &granit_parser::Span) -> Span {
    at.tag_start.map_or_else(|| span(source, at), |start| point(source, &start))
}

fn point(source: &Arc<Source>, at: &Marker) -> Span {
    Span { source: source.clone(), line: at.line().max(1) as u32, column: at.col() as u32 + 1, length: 1 }
}

/// The error for nesting beyond the limit.
pub(super) fn too_deep(span: &Span) -> Problem {
    span.problem(format!("nested deeper than {MAX_DEPTH} levels"))
        .help("no spec needs that; is a bracket never closed?")
}

/// The problem for a syntax error.
pub(super) fn problem(source: &Arc<Source>, fault: &ScanError) -> Problem {
    let at = point(source, fault.marker());
    let line = source.line(at.line);
    if let ErrorKind::RecursionLimitExceeded = fault.kind() {
        return too_deep(&at);
    }
    let at = if at.column as usize > line.chars().count() + 1 { Span { column: 1, ..at } } else { at };
    let at = match line.chars().take_while(|c| c.is_whitespace()).position(|c| c == '\t') {
        Some(tab) if is_tab(fault) => Span { column: tab as u32 + 1, ..at },
        _ => at,
    };
    let at = match (fault.kind(), bad_escape(&at, line)) {
        (ErrorKind::UnknownQuotedScalarEscape, Some((column, _))) => Span { column, length: 2, ..at },
        _ => at,
    };
    if let Some(opening) = open_quote(source, fault, at.line) {
        return opening
            .problem("this quote is not closed on its line")
            .help("close the quote, or write it twice inside '…'");
    }
    let (message, help) = words(fault, &at, line);
    at.problem(message).help(help)
}

/// The quote that opened what ends badly at `line`: the last one before it that its own line does not close.
fn open_quote(source: &Arc<Source>, fault: &ScanError, line: u32) -> Option<Span> {
    let ends_badly = matches!(
        fault.kind(),
        ErrorKind::UnclosedQuotedScalar
            | ErrorKind::InvalidQuotedScalarIndent
            | ErrorKind::DocumentIndicatorInQuotedScalar
            | ErrorKind::InvalidTrailingSingleQuotedScalar
            | ErrorKind::InvalidTrailingDoubleQuotedScalar
            | ErrorKind::SimpleKeyExpected
            | ErrorKind::InvalidSimpleKey
    );
    if !ends_badly {
        return None;
    }
    let lines: Vec<&str> = source.text.lines().take(line as usize).collect();
    lines.iter().enumerate().rev().find_map(|(index, text)| {
        let column = unclosed_on_its_line(text)?;
        Some(Span { source: source.clone(), line: index as u32 + 1, column, length: 1 })
    })
}

/// Column of the quote that begins a value on this line and has no second of its kind after it.
fn unclosed_on_its_line(text: &str) -> Option<u32> {
    let chars: Vec<char> = text.chars().collect();
    let at = (0..chars.len()).find(|&at| {
        let begins = at == 0 || chars[at - 1].is_whitespace() || "[{,".contains(chars[at - 1]);
        begins && "\"'".contains(chars[at])
    })?;
    let alone = !chars[at + 1..].contains(&chars[at]);
    alone.then_some(at as u32 + 1)
}

fn is_tab(fault: &ScanError) -> bool {
    matches!(fault.kind(), ErrorKind::TabInIndentation | ErrorKind::TabInBlockIndentation | ErrorKind::TabNotAllowed)
}

fn words(fault: &ScanError, at: &Span, line: &str) -> (String, String) {
    let bracket_trap = || bracket_trap(at, line);
    match fault.kind() {
        _ if is_tab(fault) => say("a tab cannot indent YAML", "indent with spaces, two per level"),
        ErrorKind::UnclosedQuotedScalar | ErrorKind::InvalidQuotedScalarIndent => {
            say("a quote is not closed before this line", "close the quote, or write it twice inside '…'")
        }
        ErrorKind::UnknownQuotedScalarEscape => {
            let letter = bad_escape(at, line).map_or(String::new(), |(_, letter)| letter.to_string());
            let help = "use single quotes, which take `\\` as written: '…'".to_owned();
            (format!("`\\{letter}` is no escape that double quotes know"), help)
        }
        ErrorKind::UnknownAnchor => alias(at, line),
        ErrorKind::MissingAnchorOrAliasName => bracket_trap().unwrap_or_else(|| {
            say("`*` and `&` begin an alias or an anchor here, and no name follows", "put the whole value in quotes")
        }),
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => {
            bracket_trap().unwrap_or_else(|| second_colon(line))
        }
        ErrorKind::DirectiveDisallowed => {
            say("YAML directives have no meaning here", "remove the line that begins with `%`")
        }
        ErrorKind::UnexpectedCharacter { character } => {
            (format!("a value cannot begin with `{character}`"), "put the value in quotes".to_owned())
        }
        ErrorKind::CommentNotSeparated => {
            say("a comment needs a space before its `#`", "put a space before `#`, or the value in quotes")
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            let value = line.find(['"', '\'']).map_or("", |at| line[at..].trim_end());
            let help = format!("put the whole value in quotes: `'{}'`", value.replace('\'', "''"));
            ("text after the closing quote".to_owned(), help)
        }
        _ => bracket_trap().unwrap_or_else(|| structure(fault)),
    }
}

fn say(message: &str, help: &str) -> (String, String) {
    (message.to_owned(), help.to_owned())
}

fn structure(fault: &ScanError) -> (String, String) {
    match fault.kind() {
        ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::InvalidIndentation
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::BlockSequenceEntryNotAllowed
        | ErrorKind::MappingKeyNotAllowed => say(
            "this line does not fit the indentation of the lines before it",
            "keys of one mapping, and items of one list, start in the same column",
        ),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            say("expected `key: value` here", "put `:` and a space after the key, or the text in quotes")
        }
        ErrorKind::UnclosedFlowCollection { open } => {
            (format!("`{open}` is never closed"), "close the bracket, or quote the text if it belongs to it".to_owned())
        }
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            (format!("`{open}` is closed by `{close}`"), "close each bracket with its own kind".to_owned())
        }
        ErrorKind::UnexpectedEofFlowSequence | ErrorKind::ExpectedFlowSequenceSeparator => {
            say("expected `,` or `]` in this list", "close the list with `]`, or put texts with brackets in quotes")
        }
        ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping
        | ErrorKind::ExpectedFlowMappingSeparator => say(
            "expected `,` or `}` in this mapping",
            "close the mapping with `}`, or put texts with brackets in quotes",
        ),
        _ => (
            format!("not YAML: {}", fault.info().to_lowercase()),
            "put the value in quotes if it is meant as text".to_owned(),
        ),
    }
}

/// Brackets and `${…}` inside flow collections: what most often breaks an expectation or a variable.
fn bracket_trap(at: &Span, line: &str) -> Option<(String, String)> {
    let before: String = line.chars().take(at.column as usize + 1).collect();
    let expectations = ["expect:", "accept:"].iter().any(|key| {
        line.contains(key) && line.split_once(key).is_some_and(|(_, rest)| rest.trim_start().starts_with('['))
    });
    if expectations {
        return Some(say(
            "brackets inside a `[…]` list break this expectation apart",
            "write one expectation per line, under `expect:`, each after `- `",
        ));
    }
    if line.contains("${") && (before.contains('{') || before.contains('[')) {
        let variable =
            line.split_once("${").and_then(|(_, rest)| rest.split_once('}')).map_or("NAME", |(name, _)| name);
        return Some((
            "inside `{…}` and `[…]` a variable must be in quotes".to_owned(),
            format!("write `\"${{{variable}}}\"`"),
        ));
    }
    None
}

/// Column of the first `\\` from `at` on, and the letter after it, that double quotes do not know (YAML 1.2 §5.7).
fn bad_escape(at: &Span, line: &str) -> Option<(u32, char)> {
    let chars: Vec<char> = line.chars().collect();
    let mut index = at.column.saturating_sub(1) as usize;
    while index + 1 < chars.len() {
        match (chars[index], chars[index + 1]) {
            ('\\', letter) if !"0abt\tnvfre \"/\\N_LPxuU".contains(letter) => return Some((index as u32 + 1, letter)),
            ('\\', _) => index += 2,
            _ => index += 1,
        }
    }
    None
}

fn alias(at: &Span, line: &str) -> (String, String) {
    let name: String = line
        .chars()
        .skip(at.column.saturating_sub(1) as usize)
        .skip_while(|c| *c == '*')
        .take_while(|c| !c.is_whitespace() && !",]}".contains(*c))
        .collect();
    let help = "define it before with `&name`; put the value in quotes if the `*` is meant as text";
    (format!("the alias `*{name}` has no anchor `&{name}` before it"), help.to_owned())
}

fn second_colon(line: &str) -> (String, String) {
    let help = match line.split_once(": ").filter(|(_, value)| value.contains(": ")) {
        Some((key, value)) => {
            format!("put the value in quotes: `{}: '{}'`", key.trim(), value.trim().replace('\'', "''"))
        }
        None => "put the value in quotes, or start a new line".to_owned(),
    };
    ("a second `: ` in this line makes it no value".to_owned(), help)
}
