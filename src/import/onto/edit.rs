//! Changes to the lines of a text, collected first and made at once, so that line numbers stay those of the original.

use std::collections::BTreeMap;
use std::ops::Range;

/// Changes to a text, by its lines from 0.
pub(super) struct Edits {
    lines: Vec<String>,
    ends_with_newline: bool,
    replaced: BTreeMap<usize, Vec<String>>,
    inserted: BTreeMap<usize, Vec<String>>,
    appended: Vec<String>,
}

/// The lines of a text that was written line by line.
pub(super) fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// Lines of a check as `import` writes it, at another depth.
pub(super) fn indented(text: &str, indent: usize) -> Vec<String> {
    const WRITTEN: usize = 6;
    let shift =
        |line: &str| format!("{}{}", " ".repeat(indent), line.get(WRITTEN..).unwrap_or_else(|| line.trim_start()));
    text.lines().map(shift).collect()
}

/// Lines of an entry at the top as `import` writes it, at another depth.
pub(super) fn shifted(text: &str, indent: usize) -> Vec<String> {
    const WRITTEN: usize = 2;
    text.lines().map(|line| format!("{}{}", " ".repeat(indent), line.get(WRITTEN..).unwrap_or(line))).collect()
}

impl Edits {
    pub(super) fn new(text: &str) -> Edits {
        Edits {
            lines: text.lines().map(str::to_owned).collect(),
            ends_with_newline: text.is_empty() || text.ends_with('\n'),
            replaced: BTreeMap::new(),
            inserted: BTreeMap::new(),
            appended: Vec::new(),
        }
    }

    /// Another text on a line, at the same depth.
    pub(super) fn replace_line(&mut self, line: usize, text: &str) {
        let old = self.lines.get(line).map_or("", String::as_str);
        let start = old.len() - old.trim_start_matches([' ', '-']).len();
        let written = format!("{}{text}", old.get(..start).unwrap_or_default());
        self.replaced.insert(line, vec![written]);
    }

    /// Another end of a line, from the last place of some words on.
    pub(super) fn replace_end(&mut self, line: usize, from: &str, text: &str) {
        let current = self.replaced.get(&line).and_then(|lines| lines.first()).or_else(|| self.lines.get(line));
        if let Some((before, _)) = current.and_then(|current| current.rsplit_once(from)) {
            let written = format!("{before}{text}");
            self.replaced.insert(line, vec![written]);
        }
    }

    /// One line in the place of several.
    pub(super) fn replace_lines(&mut self, range: Range<usize>, text: &str) {
        for line in range.clone().skip(1) {
            self.replaced.insert(line, Vec::new());
        }
        self.replaced.insert(range.start, vec![text.to_owned()]);
    }

    /// New lines behind a line; what comes first stands first.
    pub(super) fn insert_after(&mut self, line: usize, text: Vec<String>) {
        self.inserted.entry(line).or_default().extend(text);
    }

    pub(super) fn append(&mut self, text: Vec<String>) {
        self.appended.extend(text);
    }

    /// The text with all changes.
    pub(super) fn applied(mut self) -> String {
        let mut whole: Vec<String> = Vec::with_capacity(self.lines.len());
        for (index, line) in self.lines.iter().enumerate() {
            match self.replaced.remove(&index) {
                Some(lines) => whole.extend(lines),
                None => whole.push(line.clone()),
            }
            whole.extend(self.inserted.remove(&index).unwrap_or_default());
        }
        whole.extend(self.appended);
        let mut text = whole.join("\n");
        if self.ends_with_newline && !text.is_empty() {
            text.push('\n');
        }
        text
    }
}
