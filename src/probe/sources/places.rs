//! Lines of a lock: where each text in quotes and each key stands first, looked for once however many ask.

use std::cell::OnceCell;
use std::collections::HashMap;

/// The lines of one file.
pub(in crate::probe) struct Places<'t> {
    text: &'t str,
    /// A text, and whether a group opens behind it.
    first: OnceCell<HashMap<(&'t str, bool), u32>>,
}

impl<'t> Places<'t> {
    pub(in crate::probe) fn of(text: &'t str) -> Places<'t> {
        Places { text, first: OnceCell::new() }
    }

    /// The line of a text in quotes; 0 where it is not.
    pub(in crate::probe) fn quoted(&self, text: &str) -> u32 {
        self.line(text, false)
    }

    /// The line of a key that opens a group: `"a": {`, or `a:`; 0 where it is not.
    pub(in crate::probe) fn opened(&self, key: &str) -> u32 {
        self.line(key, true)
    }

    fn line(&self, text: &str, opens: bool) -> u32 {
        let all = self.first.get_or_init(|| indexed(self.text));
        all.get(&(text, opens)).copied().unwrap_or(0)
    }
}

fn indexed(text: &str) -> HashMap<(&str, bool), u32> {
    let mut first = HashMap::new();
    for (line, number) in text.lines().zip(1..) {
        if let Some(key) = line.trim().strip_suffix(':') {
            first.entry((key.trim_matches(['"', '\'']), true)).or_insert(number);
        }
        let parts: Vec<&str> = line.split('"').collect();
        for (at, part) in parts.iter().enumerate().skip(1).step_by(2) {
            let opens = parts.get(at + 1).is_some_and(|rest| rest.starts_with(": {"));
            first.entry((*part, opens)).or_insert(number);
        }
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_opens_a_group_is_told_from_the_same_text_elsewhere() {
        let places =
            Places::of("{\n  \"requires\": { \"a\": \"1\" },\n  \"a\": { \"resolved\": \"https://x.test/a\" }\n}\n");
        assert_eq!((places.quoted("a"), places.opened("a"), places.opened("requires")), (2, 3, 2));
        assert_eq!((places.quoted("https://x.test/a"), places.opened("b")), (3, 0));
        let places = Places::of("packages:\n\n  a@1.0.0:\n    resolution: {}\n\n  '@s/b@1':\n");
        assert_eq!((places.opened("a@1.0.0"), places.opened("@s/b@1")), (3, 6));
    }
}
