//! The `${…}` in a text: what it refers to, and what is wrong with it. Finds, never replaces.

/// A piece of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// As written.
    Text(&'a str),
    /// `$$`, one dollar.
    Dollar,
    /// A `${…}`.
    Reference {
        /// The whole of it.
        written: &'a str,
        /// Offset in characters of the text.
        offset: u32,
        /// What it means, or message and help.
        meaning: Result<Reference<'a>, (String, String)>,
    },
}

/// What a `${…}` refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reference<'a> {
    /// `${vars.x}`
    Variable(&'a str),
    /// `${env.name}`: the chosen environment.
    Environment,
    /// `${each.x}` and `${with.x}`: replaced later, per instance.
    Later,
    /// `${NAME…}`: the process environment.
    Process(&'a str, Unset<'a>),
}

/// What to do when a process variable is not set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unset<'a> {
    /// What needs it is unknown.
    Missing,
    /// The same, and its value is no secret (`:plain`).
    Plain,
    /// Use this (`:-`).
    Default(&'a str),
    /// An error with this message (`:?`).
    Error(&'a str),
}

/// The pieces of a text, in order.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, dollar) = rest.split_at(at);
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        let (piece, length) = match dollar.as_bytes().get(1) {
            Some(b'$') => (Piece::Dollar, 2),
            Some(b'{') => reference(text, text.len() - dollar.len()),
            _ => (Piece::Text("$"), 1),
        };
        pieces.push(piece);
        rest = &dollar[length..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

fn reference(text: &str, at: usize) -> (Piece<'_>, usize) {
    let from = &text[at..];
    let offset = text[..at].chars().count() as u32;
    let Some(end) = from.find('}') else {
        let fault =
            ("`${` is never closed".to_owned(), "close it with `}`, or write `$$` for a dollar sign".to_owned());
        return (Piece::Reference { written: from, offset, meaning: Err(fault) }, from.len());
    };
    let written = &from[..=end];
    (Piece::Reference { written, offset, meaning: meaning(&from[2..end], written) }, written.len())
}

fn meaning<'a>(inner: &'a str, written: &str) -> Result<Reference<'a>, (String, String)> {
    if let Some(name) = inner.strip_prefix("vars.") {
        return Ok(Reference::Variable(name));
    }
    if inner.starts_with("each.") || inner.starts_with("with.") {
        return Ok(Reference::Later);
    }
    if inner == "env.name" {
        return Ok(Reference::Environment);
    }
    if let Some(name) = inner.strip_prefix("env.") {
        let help =
            format!("write `${{{name}}}` for a variable of the process, `${{env.name}}` for the environment's name");
        return Err((format!("`{written}` is no variable"), help));
    }
    let length = inner.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    let (name, rest) = inner.split_at(length);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        let help = "write `${NAME}` or `${vars.name}`, or `$$` for a dollar sign";
        return Err((format!("`{written}` is no variable"), help.to_owned()));
    }
    let unset = match rest {
        "" => Unset::Missing,
        ":plain" => Unset::Plain,
        _ => match (rest.strip_prefix(":-"), rest.strip_prefix(":?")) {
            (Some(default), _) => Unset::Default(default),
            (_, Some(message)) => Unset::Error(message),
            _ => {
                let help = format!(
                    "write `${{{name}}}`, `${{{name}:-default}}`, `${{{name}:?message}}`, `${{{name}:plain}}` or `${{vars.{name}}}`"
                );
                return Err((format!("`{rest}` means nothing after `{name}`"), help));
            }
        },
    };
    Ok(Reference::Process(name, unset))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(text: &str) -> Result<Reference<'_>, String> {
        match pieces(text).remove(0) {
            Piece::Reference { meaning, .. } => meaning.map_err(|(message, _)| message),
            piece => Err(format!("{piece:?}")),
        }
    }

    #[test]
    fn every_form_is_told_apart() {
        assert_eq!(meant("${vars.p95}"), Ok(Reference::Variable("p95")));
        assert_eq!(meant("${each.service}"), Ok(Reference::Later));
        assert_eq!(meant("${env.name}"), Ok(Reference::Environment));
        assert_eq!(meant("${A_1}"), Ok(Reference::Process("A_1", Unset::Missing)));
        assert_eq!(meant("${A:-http://h:80/}"), Ok(Reference::Process("A", Unset::Default("http://h:80/"))));
        assert_eq!(meant("${A:?set it}"), Ok(Reference::Process("A", Unset::Error("set it"))));
        assert_eq!(meant("${A:plain}"), Ok(Reference::Process("A", Unset::Plain)));
    }

    #[test]
    fn what_is_no_variable_is_refused() {
        assert_eq!(meant("${{ github.sha }}"), Err("`${{ github.sha }` is no variable".to_owned()));
        assert_eq!(meant("${env.HOME}"), Err("`${env.HOME}` is no variable".to_owned()));
        assert_eq!(meant("${A-b}"), Err("`-b` means nothing after `A`".to_owned()));
        assert_eq!(meant("${A"), Err("`${` is never closed".to_owned()));
        assert_eq!(meant("${}"), Err("`${}` is no variable".to_owned()));
    }

    #[test]
    fn dollars_without_braces_are_text() {
        assert_eq!(
            pieces("a$ b$$c$"),
            [Piece::Text("a"), Piece::Text("$"), Piece::Text(" b"), Piece::Dollar, Piece::Text("c"), Piece::Text("$"),]
        );
    }
}
