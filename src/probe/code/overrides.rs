//! Stubs that are abstract methods: a method that only raises is none if another class defines it. Owns how methods are
//! defined in each language, and the second look at the files when there is such a stub.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex::bytes::Regex;

use super::language::{self, Lang};
use crate::model::Certainty;
use crate::probe::finding::Finding;
use crate::probe::pattern::constant;

/// More different names than this are not looked for; their stubs keep their certainty.
const MOST_NAMES: usize = 2_000;

/// How often each of these names is defined in the files that `read` brings. Only files that hold one of them are
/// looked at closely.
pub(super) fn definitions<'p, B: AsRef<[u8]>>(
    names: impl Iterator<Item = String>,
    paths: impl Iterator<Item = &'p str>,
    read: impl Fn(&str) -> Option<B>,
) -> BTreeMap<String, u32> {
    let mut found: BTreeMap<String, u32> = names.filter(|name| !name.is_empty()).map(|name| (name, 0)).collect();
    while found.len() > MOST_NAMES {
        found.pop_last();
    }
    let words: Vec<String> = found.keys().map(|name| regex::escape(name)).collect();
    let Ok(words) = Regex::new(&words.join("|")) else { return found };
    if found.is_empty() {
        return found;
    }
    for path in paths {
        let Some(definition) = language::of_path(path).and_then(definition) else { continue };
        let Some(bytes) = read(path) else { continue };
        if !words.is_match(bytes.as_ref()) {
            continue;
        }
        for name in definition.captures_iter(bytes.as_ref()).filter_map(|captures| captures.name("name")) {
            if let Some(count) = found.get_mut(&*String::from_utf8_lossy(name.as_bytes())) {
                *count += 1;
            }
        }
    }
    found
}

/// How functions and methods are defined where an abstract method cannot be told from a stub otherwise.
fn definition(lang: Lang) -> Option<&'static Regex> {
    static PYTHON: OnceLock<Regex> = OnceLock::new();
    static JS: OnceLock<Regex> = OnceLock::new();
    static JVM: OnceLock<Regex> = OnceLock::new();
    static SWIFT: OnceLock<Regex> = OnceLock::new();
    static DART: OnceLock<Regex> = OnceLock::new();
    static PHP: OnceLock<Regex> = OnceLock::new();
    let (cell, pattern) = match lang {
        Lang::Python => (&PYTHON, r"(?m)^[ \t]*(async[ \t]+)?def[ \t]+(?P<name>\w+)"),
        Lang::Js => (
            &JS,
            r"(?m)^[ \t]+((public|private|protected|static|async|override|readonly|get|set|\*)[ \t]+)*(?P<name>[A-Za-z_$#][\w$]*)[ \t]*(<[^>\n]*>)?\([^;{}]*\)[^;{}=]*\{|^[ \t]*(export[ \t]+)?(default[ \t]+)?(async[ \t]+)?function[ \t]*\*?[ \t]*(?P<function>[\w$]+)|^[ \t]*(?P<property>[\w$]+)[ \t]*[:=][ \t]*(async[ \t]*)?(function\b|\([^)\n]*\)[ \t]*=>)",
        ),
        Lang::Java | Lang::Kotlin => {
            (&JVM, r"(?m)^[ \t]+[\w<>\[\], @?.]*[ \t](?P<name>\w+)[ \t]*\([^;{}]*\)[^;{}=]*\{")
        }
        Lang::Swift => (&SWIFT, r"\bfunc[ \t]+(?P<name>\w+)"),
        Lang::Dart => (&DART, r"(?m)^[ \t]+[\w<>?, ]+[ \t](?P<name>\w+)\([^;{}]*\)[ \t]*(async\*?[ \t]*)?(\{|=>)"),
        Lang::Php => (&PHP, r"(?m)\bfunction[ \t]+&?(?P<name>\w+)[ \t]*\("),
        _ => return None,
    };
    Some(cell.get_or_init(|| constant(pattern)))
}

/// The name of the method that holds this offset; `None` in a plain function and at the top of a file.
pub(super) fn enclosing(bytes: &[u8], at: usize, lang: Lang) -> Option<String> {
    let definition = definition(lang)?;
    let last = definition.captures_iter(&bytes[..at]).last()?;
    let name = last.name("name")?;
    let line = bytes[..name.start()].iter().rposition(|byte| *byte == b'\n').map_or(0, |from| from + 1);
    let indented = bytes[line..].first().is_some_and(|byte| matches!(byte, b' ' | b'\t'));
    indented.then(|| String::from_utf8_lossy(name.as_bytes()).into_owned())
}

/// Whether a stub in this method is an abstract method: another class defines it, or nobody can tell.
pub(super) fn settle(name: &str, finding: Finding, defined: u32) -> Finding {
    let abstract_method = !name.is_empty() && defined > 1;
    let certainty = if abstract_method { Certainty::Hint } else { finding.certainty };
    finding.with(certainty)
}
