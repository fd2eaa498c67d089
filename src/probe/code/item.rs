//! The function that holds a place in a file, by how its language writes one. Code only; comments and texts are blank.

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::Regex;

use super::language::Lang;
use super::open;
use crate::probe::pattern::constant;

/// A function or method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) name: String,
    /// From its head to its end.
    pub(super) range: Range<usize>,
    /// Why others can get to it, if its head says so.
    pub(super) open: Option<&'static str>,
}

/// How functions are defined; group `mods` holds the words before the name.
pub(super) fn definition(lang: Lang) -> Option<&'static Regex> {
    macro_rules! one {
        ($pattern:expr) => {{
            static CELL: OnceLock<Regex> = OnceLock::new();
            Some(CELL.get_or_init(|| constant($pattern)))
        }};
    }
    match lang {
        Lang::Rust => one!(
            r"(?m)^[ \t]*(?P<mods>(pub(\([^)]*\))?\s+)?((default|const|async|unsafe|extern)\s+)*)fn\s+(?P<name>\w+)"
        ),
        Lang::Python => one!(r"(?m)^[ \t]*(?P<mods>async[ \t]+)?def[ \t]+(?P<name>\w+)"),
        Lang::Js => one!(
            r"(?m)^[ \t]*(?P<mods>((export|default|public|private|protected|static|async|override|get|set|const|let|var|readonly|function\*?)[ \t]+)*)(?P<name>#?[A-Za-z_$][\w$]*)[ \t]*(<[^>\n]*>)?([:=][ \t]*(async[ \t]*)?(function\b[^(\n]*)?)?\("
        ),
        Lang::Go => one!(r"(?m)^(?P<mods>)func\s+(\([^)]*\)\s*)?(?P<name>\w+)"),
        Lang::Java | Lang::Kotlin => one!(
            r"(?m)^[ \t]*(?P<mods>((public|private|protected|internal|static|final|override|open|suspend|inline|abstract|default|synchronized)\s+)*)(fun\s+(<[^>]*>\s*)?([\w.]+\.)?|<[^>\n]*>\s*|[\w.]+(<[^;{}()\n]*>)?(\[\])*\s+)(?P<name>\w+)\s*\("
        ),
        Lang::DotNet => one!(
            r"(?m)^[ \t]*(?P<mods>((public|private|protected|internal|static|override|virtual|sealed|async|new|unsafe|readonly|partial)\s+)*)(?P<type>[\w.]+\??(<[^;{}()\n]*>)?\??(\[\])*\s+)?(?P<name>[A-Za-z_][\w.]*)\s*(<[^>\n]*>)?(\(|=>|\{|\n\s*\{)"
        ),
        Lang::Php => one!(
            r"(?m)^[ \t]*(?P<mods>((public|private|protected|static|final|abstract)\s+)*)function\s+&?(?P<name>\w+)"
        ),
        Lang::Swift => {
            one!(
                r"(?m)^[ \t]*(?P<mods>((@\w+|public|private|fileprivate|internal|open|override|static|class|final|mutating)(\([^)]*\))?\s+)*)func\s+(?P<name>\w+)"
            )
        }
        Lang::Dart => one!(r"(?m)^[ \t]*(?P<mods>)[\w<>?, ]+\s(?P<name>\w+)\("),
        Lang::Elixir => one!(r"(?m)^[ \t]*(?P<mods>defp?)\s+(?P<name>\w+[?!]?)"),
        Lang::Ruby | Lang::C | Lang::Other => None,
    }
}

/// Words that stand before a bracket and are no names of functions.
const NO_NAMES: &[&str] = &[
    "if", "for", "while", "switch", "catch", "return", "throw", "new", "await", "super", "else", "function", "when",
    "using", "lock", "foreach", "do", "try", "case", "sizeof", "typeof", "_",
];

/// Whether a match of a definition is one.
pub(super) fn is_name(name: &[u8]) -> bool {
    !NO_NAMES.iter().any(|word| word.as_bytes() == name)
}

/// The innermost function that holds this place.
pub(super) fn holding(code: &[u8], at: usize, lang: Lang) -> Option<Item> {
    let definition = definition(lang)?;
    let heads: Vec<_> = definition.captures_iter(&code[..line_end(code, at)]).collect();
    heads.into_iter().rev().find_map(|head| {
        let (whole, name) = (head.get(0)?, head.name("name")?);
        let range = whole.start()..end(code, name.end(), lang)?;
        // `Kind.A => throw …` is a case of C#, no member.
        let is_case =
            lang == Lang::DotNet && head.name("type").is_none() && head.name("mods").is_none_or(|mods| mods.is_empty());
        if is_case || !is_name(name.as_bytes()) || !range.contains(&at) || is_argument(code, name.end(), at, lang) {
            return None;
        }
        let start = whole.start() + whole.as_bytes().iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let mods = String::from_utf8_lossy(head.name("mods").map_or(&b""[..], |mods| mods.as_bytes())).into_owned();
        let name = String::from_utf8_lossy(name.as_bytes()).into_owned();
        let open = open::why(code, start, &mods, &name, lang);
        Some(Item { name, range, open })
    })
}

fn line_end(code: &[u8], at: usize) -> usize {
    code[at..].iter().position(|byte| *byte == b'\n').map_or(code.len(), |offset| at + offset)
}

/// Where the body ends that begins behind a name: at its brace, or where the indentation does.
fn end(code: &[u8], from: usize, lang: Lang) -> Option<usize> {
    match lang {
        Lang::Python => Some(end_of_block(code, from)),
        Lang::Elixir => Some(code.len()),
        _ => {
            let body = body(code, from)?;
            Some(if code[body] == b'{' { partner(code, body)? + 1 } else { statement_end(code, body) })
        }
    }
}

/// The brace or arrow behind the arguments.
fn body(code: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    let mut seen_arguments = false;
    while at < code.len() {
        match code[at] {
            b'(' | b'[' => {
                seen_arguments = true;
                at = partner(code, at)?;
            }
            b'{' => return Some(at),
            b'=' if code.get(at + 1) == Some(&b'>') && code[at + 2..].trim_ascii_start().first() != Some(&b'{') => {
                return Some(at);
            }
            b';' => return None,
            b'}' => return None,
            // `let x = f(y)` has no body.
            b'\n'
                if seen_arguments
                    && code[at..]
                        .trim_ascii_start()
                        .first()
                        .is_none_or(|next| !matches!(next, b'{' | b'-' | b'=' | b':' | b'w' | b't' | b'(')) =>
            {
                return None;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

fn statement_end(code: &[u8], from: usize) -> usize {
    code[from..].iter().position(|byte| matches!(byte, b';')).map_or(code.len(), |offset| from + offset)
}

/// The partner of a bracket.
pub(super) fn partner(code: &[u8], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in code.iter().enumerate().skip(open) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether a place lies within the arguments of what seems a definition: then that is a call that is handed a function.
fn is_argument(code: &[u8], from: usize, at: usize, lang: Lang) -> bool {
    let open = code[from..].iter().position(|byte| matches!(byte, b'(' | b'{')).map(|offset| from + offset);
    lang == Lang::Js
        && open.is_some_and(|open| {
            code[open] == b'(' && partner(code, open).is_none_or(|close| (open..close).contains(&at))
        })
}

pub(super) fn indentation(line: &[u8]) -> usize {
    line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

pub(super) fn line_of(code: &[u8], at: usize) -> &[u8] {
    let from = code[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    &code[from..line_end(code, at)]
}

/// The end of a block of Python: the first line that is indented no deeper than its head.
pub(super) fn end_of_block(code: &[u8], head: usize) -> usize {
    let deep = indentation(line_of(code, head));
    // Behind the arguments, which may stand on several lines.
    let open = code[head..].iter().position(|byte| *byte == b'(').map(|offset| head + offset);
    let mut at = line_end(code, open.and_then(|open| partner(code, open)).unwrap_or(head));
    while at < code.len() {
        let from = at + 1;
        let line = &code[from.min(code.len())..line_end(code, from.min(code.len()))];
        if !line.trim_ascii().is_empty() && indentation(line) <= deep {
            return at;
        }
        at = from + line.len();
    }
    code.len()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn of(text: &str, lang: Lang) -> Option<(String, bool)> {
        let at = text.find("STUB").unwrap();
        holding(text.as_bytes(), at, lang).map(|item| (item.name, item.open.is_some()))
    }

    #[test]
    fn a_function_is_open_by_its_head_or_by_what_is_around_it() {
        for (lang, text, name, open) in [
            (Lang::Rust, "fn a() {}\npub fn b(x: u8) -> u8 {\n  STUB\n}\n", "b", true),
            (Lang::Rust, "pub(crate) async fn b() {\n  STUB\n}\n", "b", false),
            (Lang::Rust, "impl Show for Cart {\n    fn show(&self) {\n        STUB\n    }\n}\n", "show", true),
            (Lang::Rust, "impl Cart {\n    fn show(&self) {\n        STUB\n    }\n}\n", "show", false),
            (Lang::Python, "class A:\n    def a(self):\n        STUB\n", "a", false),
            (Lang::Python, "class A(Base):\n    def a(self,\n          b):\n        STUB\n", "a", true),
            (Lang::Python, "@app.get()\ndef a():\n    STUB\n", "a", true),
            (Lang::Python, "def a():\n    def b():\n        pass\n    STUB\n", "a", false),
            (Lang::Js, "export function a(x) {\n  STUB\n}\n", "a", true),
            (Lang::Js, "function a(x) {\n  if (x) {\n    STUB\n  }\n}\n", "a", false),
            (Lang::Js, "class A implements B {\n  a(x: string): void {\n    STUB\n  }\n}\n", "a", true),
            (Lang::Js, "const a = (x) => {\n  STUB\n};\n", "a", false),
            (Lang::Go, "func (s *S) Pay() error {\n\tSTUB\n}\n", "Pay", true),
            (Lang::Go, "func pay() error {\n\tSTUB\n}\n", "pay", false),
            (Lang::Java, "class A {\n  private int a(int b) {\n    STUB\n  }\n}\n", "a", false),
            (Lang::Java, "class A {\n  @Override\n  int a(int b) throws E {\n    STUB\n  }\n}\n", "a", true),
            (Lang::Kotlin, "class A {\n  fun a(b: Int): Int {\n    STUB\n  }\n}\n", "a", true),
            (Lang::Kotlin, "private fun a() {\n    STUB\n}\n", "a", false),
            (Lang::DotNet, "class A {\n  public int A1(int b)\n  {\n    STUB\n  }\n}\n", "A1", true),
            (Lang::DotNet, "class A {\n  private int A1(int b) => STUB;\n}\n", "A1", false),
            (
                Lang::DotNet,
                "class A {\n  private int A1(Kind b) => b switch {\n    Kind.X => STUB,\n    _ => 1,\n  };\n}\n",
                "A1",
                false,
            ),
            (Lang::Js, "export default () => ({\n  async a(x) {\n    STUB\n  },\n});\n", "a", true),
            (Lang::Php, "class A {\n  public function a($b) {\n    STUB\n  }\n}\n", "a", true),
            (Lang::Php, "function a($b) {\n    STUB\n}\n", "a", false),
            (Lang::Swift, "class A {\n  func a() -> Int {\n    STUB\n  }\n}\n", "a", false),
            (Lang::Dart, "class A {\n  int _a() {\n    STUB\n  }\n}\n", "_a", false),
            (Lang::Elixir, "  defp pay(x) do\n    STUB\n  end\n", "pay", false),
        ] {
            assert_eq!(of(text, lang), Some((name.to_owned(), open)), "{text}");
        }
    }

    #[test]
    fn a_function_that_is_handed_over_belongs_to_nobody_by_name() {
        assert_eq!(of("router(x, (req) => {\n  STUB\n});\n", Lang::Js), None);
        assert_eq!(of("fn a() {}\nconst X: u8 = STUB;\n", Lang::Rust), None);
        assert_eq!(of("def a():\n    pass\n\nSTUB\n", Lang::Python), None);
    }

    #[test]
    fn hostile_brackets_end_soon() {
        let text = format!("fn a() {}STUB", "{(".repeat(10_000));
        assert_eq!(of(&text, Lang::Rust), None);
    }
}
