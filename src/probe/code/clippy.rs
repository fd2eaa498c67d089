//! Attributes by which Rust allows or expects a lint of clippy for an item or a statement: `#[expect(clippy::todo, reason = "…")]`.
//! Those of a whole file (`#![allow(…)]`) are no word about any line of it.

use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::probe::pattern::constant;
use crate::world::{FileBytes, View};

use super::rust_tests::end_of_item;

/// The lints that attributes around an offset allow, with their reasons.
pub(super) fn said(file: &FileBytes<'_>, offset: usize) -> Vec<(String, Option<String>)> {
    static ATTRIBUTE: LazyLock<Regex> = LazyLock::new(|| constant(r"#\[\s*(allow|expect)\s*\("));
    static LINT: LazyLock<Regex> = LazyLock::new(|| constant(r"\bclippy::[a-z_]+"));
    static REASON: LazyLock<Regex> = LazyLock::new(|| constant(r#"\breason\s*=\s*"([^"]*)""#));
    if !file.path().ends_with(".rs") || memchr::memmem::find(file.bytes, b"clippy::").is_none() {
        return Vec::new();
    }
    let code = file.regions().only(View::Code, file.bytes);
    let mut found = Vec::new();
    for attribute in ATTRIBUTE.find_iter(&code).take_while(|attribute| attribute.start() < offset) {
        if end_of_item(&code, attribute.end()) <= offset {
            continue;
        }
        let end = memchr::memchr(b']', &code[attribute.end()..]).map_or(code.len(), |at| attribute.end() + at);
        let text = &file.bytes[attribute.end()..end.min(file.bytes.len())];
        let why = REASON.captures(text).and_then(|captures| captures.get(1));
        let why = why.map(|why| String::from_utf8_lossy(why.as_bytes()).into_owned());
        let lints = LINT.find_iter(&code[attribute.end()..end]);
        found.extend(lints.map(|lint| (String::from_utf8_lossy(lint.as_bytes()).into_owned(), why.clone())));
    }
    found
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
