//! Why somebody outside of its file can get to a function: its visibility, an attribute that registers it, or what its type
//! promises. Code only; comments and texts are blank.

use std::sync::OnceLock;

use regex::bytes::Regex;

use super::item::{end_of_block, indentation, line_of, partner};
use super::language::Lang;
use crate::probe::pattern::constant;

/// Why others can get to a function with this head.
pub(super) fn why(code: &[u8], start: usize, mods: &str, name: &str, lang: Lang) -> Option<&'static str> {
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
