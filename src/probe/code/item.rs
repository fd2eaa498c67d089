//! The function that holds a place in a file, and whether somebody outside of its file can get to it: by its visibility, an
//! attribute that registers it, or what its type promises. Code only; comments and texts are blank.

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::Regex;

use super::language::Lang;
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
        let open = open(code, start, &mods, &name, lang);
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
fn partner(code: &[u8], open: usize) -> Option<usize> {
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

fn indentation(line: &[u8]) -> usize {
    line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

fn line_of(code: &[u8], at: usize) -> &[u8] {
    let from = code[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    &code[from..line_end(code, at)]
}

/// The end of a block of Python: the first line that is indented no deeper than its head.
fn end_of_block(code: &[u8], head: usize) -> usize {
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

/// Why others can get to a function with this head.
fn open(code: &[u8], start: usize, mods: &str, name: &str, lang: Lang) -> Option<&'static str> {
    let has = |word: &str| mods.split_whitespace().any(|one| one == word);
    let first = name.chars().next().unwrap_or('_');
    let is_registered = || above(code, start).starts_with(b"#[get") || registers(above(code, start), lang);
    let public = Some("is public");
    match lang {
        _ if name == "main" => Some("is where the program starts"),
        _ if is_registered() => Some("is registered by what stands above it"),
        Lang::Rust if mods.split_whitespace().next() == Some("pub") => public,
        Lang::Rust if container(code, start, lang).is_some() => Some("is promised by a trait"),
        Lang::Go if first.is_uppercase() || name == "init" => public,
        Lang::Python if name.starts_with("__") && name.ends_with("__") => Some("is called by Python itself"),
        Lang::Python | Lang::Js if has("private") || first == '#' => None,
        Lang::Js if has("export") => public,
        Lang::Python | Lang::Js if container(code, start, lang).is_some() => {
            Some("is a method that its class promises")
        }
        Lang::Js if is_of_an_object(code, start, mods) => Some("is part of an object that is handed on"),
        Lang::Java if has("public") || has("protected") => public,
        Lang::Kotlin if !has("private") && !has("internal") => public,
        Lang::DotNet if ["public", "protected", "override"].iter().any(|word| has(word)) || name.contains('.') => {
            public
        }
        Lang::Php if !has("private") && indentation(line_of(code, start)) > 0 => public,
        Lang::Swift if ["public", "open", "override", "@objc"].iter().any(|word| has(word)) => public,
        Lang::Dart if first != '_' => public,
        Lang::Elixir if has("def") => public,
        _ => None,
    }
}

/// Whether a method stands in an object and in no class.
fn is_of_an_object(code: &[u8], start: usize, mods: &str) -> bool {
    static CLASS: OnceLock<Regex> = OnceLock::new();
    let class = CLASS.get_or_init(|| constant(r"\bclass\b[^{;()]*\{"));
    let is_function = ["function", "const", "let", "var"].iter().any(|word| mods.contains(word));
    let in_class = |head: regex::bytes::Match<'_>| partner(code, head.end() - 1).is_some_and(|close| close > start);
    !is_function && indentation(line_of(code, start)) > 0 && !class.find_iter(&code[..start]).any(in_class)
}

/// The line above a head.
fn above(code: &[u8], start: usize) -> &[u8] {
    let line = code[..start].iter().rposition(|byte| *byte == b'\n').unwrap_or(0);
    line_of(code, line.saturating_sub(1)).trim_ascii()
}

/// Whether a decorator, annotation or attribute hands the function to somebody.
fn registers(line: &[u8], lang: Lang) -> bool {
    const OWN: &[&str] =
        &["staticmethod", "classmethod", "property", "functools", "lru_cache", "cache", "wraps", "dataclass"];
    let text = String::from_utf8_lossy(line);
    match lang {
        Lang::Python => text.strip_prefix('@').is_some_and(|name| !OWN.iter().any(|own| name.starts_with(own))),
        Lang::Js | Lang::Java | Lang::Kotlin => text.starts_with('@') && !text.starts_with("@Suppress"),
        Lang::DotNet => text.starts_with('['),
        Lang::Rust => [
            "get(",
            "post(",
            "put(",
            "delete(",
            "patch(",
            "tokio::main",
            "no_mangle",
            "command",
            "wasm_bindgen",
            "pyfunction",
        ]
        .iter()
        .any(|name| text.strip_prefix("#[").is_some_and(|rest| rest.starts_with(name))),
        _ => false,
    }
}

/// The class, trait or implementation around a head that promises its methods to others.
fn container(code: &[u8], start: usize, lang: Lang) -> Option<()> {
    static RUST: OnceLock<Regex> = OnceLock::new();
    static PYTHON: OnceLock<Regex> = OnceLock::new();
    static JS: OnceLock<Regex> = OnceLock::new();
    let (cell, pattern) = match lang {
        Lang::Rust => (
            &RUST,
            r"(?m)^[ \t]*(unsafe\s+)?impl\b[^{;]*\sfor\s[^{;]*\{|^[ \t]*(pub(\([^)]*\))?\s+)?(unsafe\s+)?trait\s[^{;]*\{",
        ),
        Lang::Python => (&PYTHON, r"(?m)^[ \t]*class[ \t]+\w+[ \t]*\([ \t]*[A-Za-z_][^)]*\)[ \t]*:"),
        Lang::Js => {
            (&JS, r"(?m)^[ \t]*(export\s[^{;\n]*class\b[^{;]*|[^{;\n]*\bclass\b[^{;]*\s(extends|implements)\s[^{;]*)\{")
        }
        _ => return None,
    };
    let heads = cell.get_or_init(|| constant(pattern)).find_iter(&code[..start]);
    heads
        .into_iter()
        .any(|head| match lang {
            Lang::Python => {
                let first = head.start() + indentation(head.as_bytes());
                end_of_block(code, first) > start && !head.as_bytes().ends_with(b"(object):")
            }
            _ => partner(code, head.end() - 1).is_some_and(|close| close > start),
        })
        .then_some(())
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
