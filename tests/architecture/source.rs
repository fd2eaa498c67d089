//! Reads the project's own Rust source: code without comments, texts and tests, and the paths it names.

use std::path::Path;
use std::sync::LazyLock;

/// A source file, by its path below `src/`.
pub(crate) struct SourceFile {
    /// `expect/judge.rs`.
    pub(crate) path: String,
    /// As on disk.
    pub(crate) text: String,
    /// Without comments and the content of literals; lines stay where they are.
    pub(crate) code: String,
    /// Whether the file is compiled for tests only.
    pub(crate) is_test: bool,
}

impl SourceFile {
    /// The top module it belongs to: `expect`.
    pub(crate) fn module(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// Lines with this text in the code, counted from 1.
    pub(crate) fn lines_with(&self, needle: &str) -> Vec<usize> {
        let found = self.code.lines().enumerate().filter(|(_, line)| line.contains(needle));
        found.map(|(at, _)| at + 1).collect()
    }

    /// Whether it names this crate or module as the start of a path.
    pub(crate) fn names_path(&self, name: &str) -> bool {
        let start = format!("{name}::");
        if self.code.contains(&format!("mod {name};")) {
            return false; // a module of our own that is named after what it is for
        }
        self.code.match_indices(&start).any(|(at, _)| {
            let before = self.code[..at].chars().next_back();
            !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
        }) || self.code.contains(&format!("use {name};"))
    }

    /// Our top modules that it names, in `crate::x`, `crate::{x, y}` and in `super::x` that reaches the root.
    pub(crate) fn imports(&self) -> Vec<String> {
        let mut found = Vec::new();
        let depth = self.depth();
        for root in ["crate::".to_owned(), "super::".repeat(depth)] {
            for (at, _) in self.code.match_indices(&root) {
                let longer = root.starts_with("super") && self.code[..at].ends_with("super::");
                if !longer {
                    found.extend(first_names(&self.code[at + root.len()..]));
                }
            }
        }
        found.sort();
        found.dedup();
        found.retain(|name| name != "super" && name != "self");
        found
    }

    /// How many `super::` lead from the file's module to the root.
    fn depth(&self) -> usize {
        let parts = self.path.split('/').count();
        if self.path.ends_with("/mod.rs") { parts - 1 } else { parts }
    }
}

/// `a::b` names `a`; `{a::b, c::{d, e}}` names `a` and `c`.
pub(crate) fn first_names(rest: &str) -> Vec<String> {
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(inner) = rest.strip_prefix('{') else { return vec![name(rest)] };
    let mut names = Vec::new();
    let mut depth = 0;
    let mut item = String::new();
    for c in inner.chars() {
        match c {
            '}' if depth == 0 => break,
            ',' if depth == 0 => names.push(std::mem::take(&mut item)),
            '{' => depth += 1,
            '}' => depth -= 1,
            c => item.push(c),
        }
    }
    names.push(item);
    names.iter().map(|item| name(item.trim())).filter(|name| !name.is_empty()).collect()
}

/// All source files, in order of their paths.
pub(crate) fn all() -> &'static [SourceFile] {
    static FILES: LazyLock<Vec<SourceFile>> = LazyLock::new(read_all);
    &FILES
}

fn read_all() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    paths.sort();
    let mut files: Vec<SourceFile> = paths.iter().map(|path| read(&root, path)).collect();
    let only_for_tests: Vec<String> = files.iter().flat_map(test_modules).collect();
    for file in &mut files {
        let stem = file.path.strip_suffix(".rs").unwrap_or(&file.path);
        let stem = stem.strip_suffix("/mod").unwrap_or(stem);
        file.is_test = only_for_tests.iter().any(|module| stem == module || stem.starts_with(&format!("{module}/")))
            || file.path.ends_with("_tests.rs");
        file.code = without_tests(&file.code);
    }
    files
}

fn collect(folder: &Path, paths: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            paths.push(path);
        }
    }
}

fn read(root: &Path, path: &Path) -> SourceFile {
    let text = std::fs::read_to_string(path).unwrap();
    let path = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
    SourceFile { path, code: code_only(&text), text, is_test: false }
}

/// Modules that the file declares behind `#[cfg(test)]`, as paths below `src/`.
fn test_modules(file: &SourceFile) -> Vec<String> {
    let folder = file.path.strip_suffix("mod.rs").map_or_else(
        || file.path.strip_suffix(".rs").map(|stem| format!("{stem}/")).unwrap_or_default(),
        str::to_owned,
    );
    let folder = if matches!(file.path.as_str(), "lib.rs" | "main.rs") { String::new() } else { folder };
    let mut names = Vec::new();
    for at in test_attributes(&file.code) {
        let item = file.code[at..].split(';').next().unwrap_or_default();
        if let Some((_, name)) = item.rsplit_once("mod ")
            && !item.contains('{')
        {
            names.push(format!("{folder}{}", name.trim()));
        }
    }
    names
}

/// Where `#[cfg(test)]`, `#[cfg(all(test, unix))]` and the like stand.
fn test_attributes(code: &str) -> Vec<usize> {
    let conditions = code.match_indices("#[cfg(").map(|(at, _)| (at, code[at..].split(']').next().unwrap_or_default()));
    let words = |text: &str| text.split(|c: char| !c.is_alphanumeric()).any(|word| word == "test");
    conditions.filter(|(_, text)| words(text) && !text.contains("not(test")).map(|(at, _)| at).collect()
}

/// The code with items for tests emptied; lines stay where they are.
pub(crate) fn without_tests(code: &str) -> String {
    let mut kept = String::new();
    let mut done = 0;
    for at in test_attributes(code) {
        if at >= done {
            kept.push_str(&code[done..at]);
            let end = at + item_end(&code[at..]);
            kept.extend(code[at..end].chars().filter(|c| *c == '\n'));
            done = end;
        }
    }
    kept + &code[done..]
}

/// Where an item ends: at its closing brace, or at a semicolon before any brace.
fn item_end(item: &str) -> usize {
    let mut depth = 0;
    for (at, c) in item.char_indices() {
        match c {
            ';' if depth == 0 => return at + 1,
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    item.len()
}

/// Blanks comments and the content of text and character literals.
pub(crate) fn code_only(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = match (chars[at], chars.get(at + 1)) {
            ('/', Some('/')) => line_end(&chars, at),
            ('/', Some('*')) => comment_end(&chars, at),
            ('"', _) => text_end(&chars, at),
            ('r', Some('"' | '#')) if !follows_name(&chars, at) => raw_end(&chars, at).unwrap_or(at),
            ('\'', _) => character_end(&chars, at).unwrap_or(at),
            _ => at,
        };
        if end == at {
            code.push(chars[at]);
            at += 1;
        } else {
            code.extend(chars[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    code
}

fn follows_name(chars: &[char], at: usize) -> bool {
    at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_') && chars[at - 1] != 'b'
}

fn line_end(chars: &[char], at: usize) -> usize {
    chars[at..].iter().position(|c| *c == '\n').map_or(chars.len(), |length| at + length)
}

fn comment_end(chars: &[char], at: usize) -> usize {
    let mut depth = 0;
    let mut here = at;
    while here + 1 < chars.len() {
        match (chars[here], chars[here + 1]) {
            ('/', '*') => depth += 1,
            ('*', '/') => depth -= 1,
            _ => {
                here += 1;
                continue;
            }
        }
        here += 2;
        if depth == 0 {
            return here;
        }
    }
    chars.len()
}

fn text_end(chars: &[char], at: usize) -> usize {
    let mut here = at + 1;
    while here < chars.len() && chars[here] != '"' {
        here += if chars[here] == '\\' { 2 } else { 1 };
    }
    (here + 1).min(chars.len())
}

fn raw_end(chars: &[char], at: usize) -> Option<usize> {
    let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
    let open = at + 1 + hashes;
    if chars.get(open) != Some(&'"') {
        return None;
    }
    let closes = |here: &usize| {
        chars[*here] == '"' && chars[here + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes
    };
    Some((open + 1..chars.len()).find(closes).map_or(chars.len(), |here| here + 1 + hashes))
}

/// The end of a character literal; `None` for a lifetime.
fn character_end(chars: &[char], at: usize) -> Option<usize> {
    if chars.get(at + 1) == Some(&'\\') {
        let close = chars[at + 3..].iter().position(|c| *c == '\'')?;
        return Some(at + 3 + close + 1);
    }
    (chars.get(at + 2) == Some(&'\'')).then_some(at + 3)
}
