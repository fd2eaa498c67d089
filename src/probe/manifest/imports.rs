//! Import statements of one source file: which module, on which line, and whether the program can do without it.

use std::sync::OnceLock;

use memchr::memmem;
use regex::bytes::Regex;

use crate::probe::pattern::constant;
use crate::world::{FileBytes, View};

/// Imports kept per file; a program that has more is generated.
const MOST: usize = 500;

/// How an import stands in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stand {
    /// The file cannot be loaded without it.
    Needed,
    /// In a function: needed when that runs.
    Lazy,
    /// Behind `try`, a condition or for types only: the program does without it.
    Optional,
}

/// One import.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Import {
    /// As written: `a.b` in Python, `@scope/name/part` or `./file` in JavaScript.
    pub(super) module: String,
    pub(super) line: u32,
    pub(super) stand: Stand,
}

/// The question that [`read`] asks: a word of these is in every statement that brings in a module.
pub(super) fn questions() -> Vec<Vec<Vec<u8>>> {
    vec![["import", "export", "require"].map(|word| word.as_bytes().to_vec()).to_vec()]
}

/// All imports of a file, by its extension.
pub(super) fn read(file: &FileBytes<'_>) -> Vec<Import> {
    if !file.may_hold(0) {
        return Vec::new();
    }
    let mut found = if file.path().ends_with(".py") { python(file) } else { javascript(file) };
    found.sort();
    found.dedup_by(|a, b| a.module == b.module && a.stand == b.stand);
    found.truncate(MOST);
    found
}

fn python(file: &FileBytes<'_>) -> Vec<Import> {
    static STATEMENT: OnceLock<Regex> = OnceLock::new();
    let statement = STATEMENT.get_or_init(|| {
        let pattern = r"(?m)^(?P<indent>[ \t]*)(import[ \t]+(?P<modules>[A-Za-z_][^\n#;]*)|from[ \t]+(?P<from>[A-Za-z_][\w.]*)[ \t]+import\b)";
        constant(pattern)
    });
    let mut found = Vec::new();
    for captures in statement.captures_iter(file.bytes) {
        let (Some(whole), Some(indent)) = (captures.get(0), captures.name("indent")) else { continue };
        if file.regions().at(indent.end()) != View::Code {
            continue;
        }
        let stand = python_stand(&file.bytes[..whole.start()], indent.as_bytes().len());
        let line = line_of(file.bytes, indent.end());
        let modules = captures.name("modules").or_else(|| captures.name("from"));
        let text = modules.map(|modules| String::from_utf8_lossy(modules.as_bytes()).into_owned()).unwrap_or_default();
        let names = text.split(',').filter_map(|name| name.split_whitespace().next());
        found.extend(names.map(|name| Import { module: name.trim_matches(['(', ')', '\\']).to_owned(), line, stand }));
    }
    found.retain(|import| !import.module.is_empty());
    found
}

/// What the lines that hold an indented import say of it.
fn python_stand(before: &[u8], indent: usize) -> Stand {
    let mut indent = indent;
    let mut stand = Stand::Needed;
    for line in before.split(|byte| *byte == b'\n').rev() {
        let blank = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let text = line.trim_ascii();
        if indent == 0 {
            break;
        }
        if text.is_empty() || blank >= indent || text.starts_with(b"#") {
            continue;
        }
        indent = blank;
        if [&b"try"[..], b"if", b"except", b"else", b"elif", b"with"].iter().any(|word| text.starts_with(word)) {
            return Stand::Optional;
        }
        if text.starts_with(b"def") || text.starts_with(b"async def") {
            stand = Stand::Lazy;
        }
    }
    stand
}

fn javascript(file: &FileBytes<'_>) -> Vec<Import> {
    static STATEMENT: OnceLock<Regex> = OnceLock::new();
    let statement = STATEMENT.get_or_init(|| {
        let pattern = r#"(?m)(?P<static>^[ \t]*(import|export)\b(?P<names>[^;'"`()=]*?)\bfrom\s*|^[ \t]*import\s*|\b(?P<call>require|import)\(\s*(/\*[^*]*\*/\s*)?)["'](?P<module>[^"'\n]+)["']"#;
        constant(pattern)
    });
    // A file for browsers that also runs under Node asks for nothing of its own.
    if contains(file.bytes, b"define.amd") {
        return Vec::new();
    }
    let mut found = Vec::new();
    for captures in statement.captures_iter(file.bytes) {
        let (Some(whole), Some(module)) = (captures.get(0), captures.name("module")) else { continue };
        let blank = whole.as_bytes().iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if file.regions().at(whole.start() + blank) != View::Code {
            continue;
        }
        let names = captures.name("names").map(|names| names.as_bytes().trim_ascii()).unwrap_or_default();
        let types = names.starts_with(b"type ") || names.starts_with(b"type{");
        let called = captures.name("call").is_some();
        let stand = match called && guarded(&file.bytes[..whole.start()]) {
            true => Stand::Optional,
            false if types => Stand::Optional,
            false if called && !starts_line(file.bytes, whole.start()) => Stand::Lazy,
            false => Stand::Needed,
        };
        let module = String::from_utf8_lossy(module.as_bytes()).into_owned();
        found.push(Import { module, line: line_of(file.bytes, whole.start() + blank), stand });
    }
    found
}

/// Whether a `try` opens in the two lines before.
fn guarded(before: &[u8]) -> bool {
    let mut lines = before.rsplit(|byte| *byte == b'\n');
    lines.by_ref().take(3).any(|line| contains(line, b"try {") || contains(line, b"try{") || contains(line, b"?"))
}

/// `const x = require(…)` at the start of a line stands at the top of a module.
fn starts_line(bytes: &[u8], at: usize) -> bool {
    let from = bytes[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    bytes.get(from).is_some_and(|byte| !byte.is_ascii_whitespace())
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    memmem::find(bytes, word).is_some()
}

fn line_of(bytes: &[u8], at: usize) -> u32 {
    let breaks = bytes[..at].iter().filter(|byte| **byte == b'\n').count();
    u32::try_from(breaks).unwrap_or(u32::MAX).saturating_add(1)
}
