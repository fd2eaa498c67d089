//! How far a call or a statement reaches, by its brackets: enough to see whether an argument is given.

use super::language::Lang;

/// Longer calls and statements are cut here.
const LONGEST: usize = 4096;

/// What is looked at behind a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Span {
    /// From the match's own opening bracket to its partner.
    Brackets,
    /// From the match to the end of its statement: a semicolon, or a line end, outside of brackets.
    Statement,
}

impl Span {
    /// The bytes it covers; `start` and `end` are the match's.
    pub(super) fn of(self, bytes: &[u8], start: usize, end: usize, lang: Lang) -> &[u8] {
        let rest = &bytes[start..bytes.len().min(start + LONGEST)];
        let matched = end.saturating_sub(start).min(rest.len());
        match self {
            Span::Brackets => {
                let open = rest[..matched].iter().rposition(|byte| is_open(*byte)).unwrap_or(0);
                &rest[open..closing(&rest[open..], lang).map_or(rest.len(), |length| open + length)]
            }
            Span::Statement => &rest[..statement(rest, matched, lang)],
        }
    }
}

fn is_open(byte: u8) -> bool {
    matches!(byte, b'(' | b'[' | b'{')
}

/// Bytes up to and with the partner of the first bracket.
fn closing(text: &[u8], lang: Lang) -> Option<usize> {
    let mut depth = 0_usize;
    walk(text, lang, |at, byte| {
        if is_open(byte) {
            depth += 1;
        } else if matches!(byte, b')' | b']' | b'}') {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return Some(at + 1);
            }
        }
        None
    })
}

/// Bytes up to the end of the statement that holds the first `matched` ones.
fn statement(text: &[u8], matched: usize, lang: Lang) -> usize {
    let by_line = matches!(lang, Lang::Python | Lang::Ruby | Lang::Go | Lang::Kotlin);
    let mut depth = 0_isize;
    let end = walk(text, lang, |at, byte| {
        match byte {
            _ if is_open(byte) => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            _ => {}
        }
        let ends = byte == b';' || (by_line && byte == b'\n');
        (at >= matched && (depth < 0 || (depth == 0 && ends))).then_some(at)
    });
    end.unwrap_or(text.len())
}

/// Visits every byte outside of string literals until the visitor answers.
fn walk(text: &[u8], lang: Lang, mut visit: impl FnMut(usize, u8) -> Option<usize>) -> Option<usize> {
    let mut quote = None;
    let mut at = 0;
    while at < text.len() {
        let byte = text[at];
        match quote {
            Some(_) if byte == b'\\' => at += 1,
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None if is_quote(byte, lang) => quote = Some(byte),
            None => {
                if let Some(answer) = visit(at, byte) {
                    return Some(answer);
                }
            }
        }
        at += 1;
    }
    None
}

/// An apostrophe begins a text in some languages, a character or a lifetime in others.
fn is_quote(byte: u8, lang: Lang) -> bool {
    let single = matches!(lang, Lang::Python | Lang::Js | Lang::Ruby | Lang::Php);
    byte == b'"' || (byte == b'\'' && single) || (byte == b'`' && matches!(lang, Lang::Js | Lang::Go))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brackets(text: &str, matched: &str, lang: Lang) -> String {
        String::from_utf8_lossy(Span::Brackets.of(text.as_bytes(), 0, matched.len(), lang)).into_owned()
    }

    #[test]
    fn a_call_ends_at_its_own_bracket() {
        let text = "get(url(')'), a=[1, (2)]) + timeout";
        assert_eq!(brackets(text, "get(", Lang::Python), "(url(')'), a=[1, (2)])");
        assert_eq!(brackets("a('x\\')', b) c", "a(", Lang::Js), "('x\\')', b)");
        assert_eq!(brackets("f(x, y", "f(", Lang::Js), "(x, y");
    }

    #[test]
    fn a_statement_ends_at_a_semicolon_or_a_line_outside_of_brackets() {
        let of =
            |text: &str, lang| String::from_utf8_lossy(Span::Statement.of(text.as_bytes(), 0, 4, lang)).into_owned();
        assert_eq!(
            of("Client::builder()\n  .a(|x| { y; })\n  .build();\nz", Lang::Rust),
            "Client::builder()\n  .a(|x| { y; })\n  .build()"
        );
        assert_eq!(of("Get(a,\n b)\nc", Lang::Go), "Get(a,\n b)");
        assert_eq!(of("get(a))", Lang::Js), "get(a)");
    }

    #[test]
    fn a_long_text_is_cut() {
        let text = format!("f({}", "x".repeat(LONGEST * 2));
        assert_eq!(brackets(&text, "f(", Lang::Js).len(), LONGEST - 1);
    }
}
