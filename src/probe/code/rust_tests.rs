//! Where a Rust file holds its tests: modules and items under `#[cfg(test)]`.

use std::ops::Range;
use std::sync::OnceLock;

use memchr::memmem;
use regex::bytes::Regex;

use crate::probe::pattern::constant;
use crate::world::{FileBytes, View};

/// One of these is in every attribute that [`ranges`] looks for.
pub(super) const MARKS: &[&str] = &["[cfg(", "[test", "::test"];

/// The byte ranges of items under `#[cfg(test)]`, `#[cfg(any(test, …))]` and `#[test]`.
pub(super) fn ranges(file: &FileBytes<'_>) -> Vec<Range<usize>> {
    static TEST: OnceLock<Regex> = OnceLock::new();
    let test = TEST.get_or_init(|| constant(r"#!?\[cfg\(\s*((any|all)\(\s*)?test\b|#\[(\w+::)?test\b"));
    if memmem::find(file.bytes, b"test").is_none() {
        return Vec::new();
    }
    let code = file.regions().only(View::Code, file.bytes);
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for found in test.find_iter(&code) {
        if ranges.last().is_some_and(|last| last.contains(&found.start())) {
            continue;
        }
        let inner = found.as_bytes().starts_with(b"#!");
        ranges.push(found.start()..if inner { code.len() } else { end_of_item(&code, found.end()) });
    }
    ranges
}

/// Where the item after an attribute ends: its closing brace, or a semicolon before any brace.
pub(super) fn end_of_item(code: &[u8], from: usize) -> usize {
    let mut depth = 0_u32;
    let mut brackets = 1_u32; // the attribute's own
    for (at, byte) in code.iter().enumerate().skip(from) {
        match byte {
            b'[' | b'(' => brackets += 1,
            b']' | b')' => brackets = brackets.saturating_sub(1),
            b'{' => depth += 1,
            b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            b';' if depth == 0 && brackets == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Tree;

    #[test]
    fn a_test_module_ends_with_its_brace() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests { fn b() { } }\nfn c() {}\n";
        let tree = Tree::from_memory([("a.rs", text)]);
        let file = FileBytes::new(&tree.entries()[0], text.as_bytes());
        let found: Vec<&str> = ranges(&file).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["#[cfg(test)]\nmod tests { fn b() { } }"]);
    }

    #[test]
    fn a_declaration_ends_with_its_semicolon() {
        let text = "#[cfg(test)]\nmod tests;\nfn c() { todo!() }\n";
        let tree = Tree::from_memory([("a.rs", text)]);
        let file = FileBytes::new(&tree.entries()[0], text.as_bytes());
        let found: Vec<&str> = ranges(&file).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["#[cfg(test)]\nmod tests;"]);
    }
}
