//! The parts of a condition.

/// One part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// `$NAME`, `${NAME}`, `$(Name)` or `variables['Name']`.
    Variable(String),
    /// A text in quotes, or a pattern between slashes with these.
    Text(String),
    /// A word: a variable's name, a function's, or a text without quotes.
    Word(String),
    Sign(&'static str),
}

/// Signs, each before those that it starts with.
const SIGNS: &[(&str, &str)] = &[
    ("&&", "&&"),
    ("||", "||"),
    ("==", "=="),
    ("!=~", "!~"),
    ("!=", "!="),
    ("=~", "=~"),
    ("!~", "!~"),
    ("=", "=="),
    ("!", "!"),
    ("(", "("),
    (")", ")"),
    (",", ","),
];

/// Words that are signs, in any case.
const WORDS: &[(&str, &str)] =
    &[("and", "&&"), ("or", "||"), ("not", "!"), ("present", "present"), ("blank", "blank"), ("in", "in")];

/// The parts; `None` where one is not understood.
pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut found: Vec<Token> = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (token, more) = next(rest, found.last())?;
        found.extend(token);
        rest = more.trim_start();
    }
    Some(found)
}

fn next<'t>(rest: &'t str, last: Option<&Token>) -> Option<(Option<Token>, &'t str)> {
    let is_pattern = matches!(last, Some(Token::Sign("=~" | "!~")));
    if let Some(after) = rest.strip_prefix('$') {
        return variable(after);
    }
    for quote in ['"', '\''] {
        if let Some(after) = rest.strip_prefix(quote) {
            let (inner, more) = after.split_once(quote)?;
            return Some((Some(quoted(inner)), more));
        }
    }
    if rest.starts_with('/') {
        let end = closing_slash(rest)?;
        let flags = rest[end..].chars().take_while(char::is_ascii_lowercase).count();
        return Some((Some(Token::Text(rest[..end + flags].to_owned())), &rest[end + flags..]));
    }
    if is_pattern {
        // Travis writes patterns without slashes; in parentheses where they have blanks.
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        return Some((Some(Token::Text(format!("/{}/", &rest[..end]))), &rest[end..]));
    }
    if let Some((sign, means)) = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign)) {
        return Some((Some(Token::Sign(means)), &rest[sign.len()..]));
    }
    word(rest)
}

fn variable(after: &str) -> Option<(Option<Token>, &str)> {
    for (open, close) in [('{', '}'), ('(', ')')] {
        if let Some(inner) = after.strip_prefix(open) {
            let (name, more) = inner.split_once(close)?;
            return Some((Some(Token::Variable(name.trim().to_owned())), more));
        }
    }
    let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
    (end > 0).then(|| (Some(Token::Variable(after[..end].to_owned())), &after[end..]))
}

/// A text that is a variable whole is that.
fn quoted(inner: &str) -> Token {
    let name = inner.strip_prefix('$').map(|name| name.trim_matches(['{', '}', '(', ')']));
    let is_name = |name: &&str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.".contains(c));
    name.filter(is_name).map_or_else(|| Token::Text(inner.to_owned()), |name| Token::Variable(name.to_owned()))
}

fn closing_slash(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '/' if !is_escaped => return Some(at + 1),
            _ => is_escaped = c == '\\' && !is_escaped,
        }
    }
    None
}

fn word(rest: &str) -> Option<(Option<Token>, &str)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_.-*:/@".contains(c);
    let end = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
    if end == 0 {
        return None;
    }
    let (word, more) = rest.split_at(end);
    if let Some(index) = more.strip_prefix('[') {
        let (name, more) = index.split_once(']')?;
        return Some((Some(Token::Variable(name.trim_matches(['\'', '"', ' ']).to_owned())), more));
    }
    if let Some(name) = word.strip_prefix("variables.") {
        return Some((Some(Token::Variable(name.to_owned())), more));
    }
    // `and(…)` is a function.
    let is_call = more.starts_with('(');
    let known = WORDS.iter().find(|(known, _)| word.eq_ignore_ascii_case(known));
    let token = match known {
        Some((_, sign)) if !is_call => Some(Token::Sign(sign)),
        _ if word.eq_ignore_ascii_case("is") => None,
        _ => Some(Token::Word(word.to_owned())),
    };
    Some((token, more))
}
