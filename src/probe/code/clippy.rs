//! Attributes by which Rust allows or expects a lint of clippy for an item or a statement: `#[expect(clippy::todo, reason = "…")]`.
//! Those of a whole file (`#![allow(…)]`) are no word about any line of it.

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::probe::pattern::constant;
use crate::world::{FileBytes, View, text_of};

use super::rust_tests::end_of_item;

/// Attributes of a file that are heard.
const MOST: usize = 200;

/// An attribute that allows lints of clippy, with what it is about.
#[derive(Debug)]
pub(super) struct Allowed {
    about: Range<usize>,
    lints: Vec<String>,
    reason: Option<String>,
}

/// Those of a file.
pub(super) fn attributes(file: &FileBytes<'_>) -> Vec<Allowed> {
    static ATTRIBUTE: LazyLock<Regex> = LazyLock::new(|| constant(r"#\[\s*(allow|expect)\s*\("));
    static LINT: LazyLock<Regex> = LazyLock::new(|| constant(r"\bclippy::[a-z_]+"));
    static REASON: LazyLock<Regex> = LazyLock::new(|| constant(r#"\breason\s*=\s*"([^"]*)""#));
    if !file.path().ends_with(".rs") || memchr::memmem::find(file.bytes, b"clippy::").is_none() {
        return Vec::new();
    }
    let code = file.regions().only(View::Code, file.bytes);
    let of = |attribute: regex::bytes::Match<'_>| {
        let from = attribute.end();
        let end = memchr::memchr(b']', &code[from..]).map_or(code.len(), |at| from + at);
        let why = REASON.captures(&file.bytes[from..end]).and_then(|captures| captures.get(1));
        Allowed {
            about: from..end_of_item(&code, from),
            lints: LINT.find_iter(&code[from..end]).map(|lint| text_of(lint.as_bytes()).into_owned()).collect(),
            reason: why.map(|why| text_of(why.as_bytes()).into_owned()),
        }
    };
    ATTRIBUTE.find_iter(&code).take(MOST).map(of).filter(|allowed| !allowed.lints.is_empty()).collect()
}

/// The lints that attributes around an offset allow, with their reasons.
pub(super) fn said(attributes: &[Allowed], offset: usize) -> impl Iterator<Item = (String, Option<String>)> {
    let around = attributes.iter().filter(move |allowed| allowed.about.contains(&offset));
    around.flat_map(|allowed| allowed.lints.iter().map(|lint| (lint.clone(), allowed.reason.clone())))
}

#[cfg(test)]
mod tests {
    use super::super::DEF;
    use crate::probe::trial::{count, observe};

    #[test]
    fn an_attribute_is_about_its_item_its_lint_and_needs_a_reason() {
        let stubs = |text: &str| count(&observe(&DEF, "{}", &[("src/a.rs", text)]), "stubs");
        let why = "#[expect(clippy::todo, reason = \"behind a flag\")]";
        for (text, left) in [
            ("fn a() { todo!() }".to_owned(), 1),
            (format!("{why}\nfn a() {{ todo!() }}"), 0),
            (format!("fn a() {{\n  {why}\n  todo!()\n}}"), 0),
            (
                "#[allow(\n  clippy::pedantic,\n  clippy::todo,\n  reason = \"behind a flag\"\n)]\nfn a() { todo!() }"
                    .to_owned(),
                0,
            ),
            (format!("{why}\nfn a() {{}}\nfn b() {{ todo!() }}"), 1),
            ("#[allow(clippy::todo)]\nfn a() { todo!() }".to_owned(), 1),
            (format!("{}\nfn a() {{ todo!() }}", why.replace("todo", "panic")), 1),
            (format!("{}\nfn a() {{ todo!() }}", why.replace("#[", "#![")), 1),
            (format!("// {why}\nfn a() {{ todo!() }}"), 1),
        ] {
            assert_eq!(stubs(&text), Some(left), "{text}");
        }
    }
}
