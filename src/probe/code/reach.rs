//! Which stubs somebody can get to: the function that holds one is open to others, or is named elsewhere in shipped code. Looks
//! at files a second time, and only where there is a stub. How functions are told is in `item`, features of Cargo in `gate`.

use std::collections::{BTreeMap, BTreeSet};

use regex::bytes::Regex;

use super::item::{self, Item};
use super::language::{self, Lang};
use super::read::line_of;
use super::{gate, rust_tests};
use crate::model::Certainty;
use crate::probe::finding::Finding;
use crate::world::lex::Regions;
use crate::world::{FileBytes, Swept, View};

/// Names that are looked for; stubs in further functions count as reachable.
const MOST_NAMES: usize = 500;

/// A stub in its file.
struct Stub<'p> {
    path: &'p str,
    finding: Finding,
    item: Option<Item>,
    /// The feature without which it is not built.
    gate: Option<String>,
}

/// Where a name stands outside of its definition.
type Callers = BTreeMap<(Lang, String), (String, u32)>;

/// Judges stubs: each with who gets to it in its note, and again as a finding of `stubs_reachable` or `stubs_unreferenced`.
pub(super) fn settle<'p>(
    found: Vec<(&'p str, Finding)>,
    shipped: &[&'p str],
    swept: &Swept,
    folder: &str,
    cap: u64,
) -> Vec<(&'p str, Finding)> {
    let read = |path: &str| swept.read(path, cap).ok();
    let (counted, others): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|(_, finding)| finding.certainty >= Certainty::Likely && !finding.is_suppressed());
    if counted.is_empty() {
        return others;
    }
    let mut code: BTreeMap<&str, Option<Vec<u8>>> = BTreeMap::new();
    let mut gates = gate::Gates::new(swept, folder);
    let stubs: Vec<Stub<'p>> = counted
        .into_iter()
        .map(|(path, finding)| {
            let text = code.entry(path).or_insert_with(|| read(path).map(|bytes| code_of(path, &bytes)));
            let place = text.as_deref().and_then(|text| Some((text, start_of(text, finding.line)?)));
            let lang = language::of_path(path);
            let item = place.zip(lang).and_then(|((text, at), lang)| item::holding(text, at, lang));
            let gate = place.and_then(|(_, at)| gates.of(path, read(path)?.as_ref(), at));
            Stub { path, finding, item, gate }
        })
        .collect();
    let callers = callers(&stubs, shipped, swept, &read);
    others.into_iter().chain(stubs.into_iter().flat_map(|stub| stub.judged(&callers))).collect()
}

impl<'p> Stub<'p> {
    fn judged(self, callers: &Callers) -> Vec<(&'p str, Finding)> {
        let Stub { path, finding, item, gate } = self;
        if let Some(feature) = gate {
            let note = format!("{}: built only with feature `{feature}`, which is not on by default", finding.note);
            return vec![(path, Finding { note, ..finding }.with(Certainty::Hint))];
        }
        let lang = language::of_path(path);
        let caller = item.as_ref().zip(lang).and_then(|(item, lang)| callers.get(&(lang, item.name.clone())));
        let named = caller.map(|(path, line)| format!("named at `{path}:{line}`"));
        let (fact, who) = match (&item, named) {
            (None, _) => ("stubs_reachable", "in no function of its own".to_owned()),
            (Some(item), Some(named)) => ("stubs_reachable", format!("in `{}`, {named}", item.name)),
            (Some(Item { name, open: Some(why), .. }), None) => {
                ("stubs_reachable", format!("in `{name}`, which {why}"))
            }
            (Some(item), None) => ("stubs_unreferenced", format!("in `{}`, which nothing shipped names", item.name)),
        };
        let note = format!("{}: {who}", finding.note);
        let finding = Finding { note, ..finding };
        vec![(path, Finding { fact, ..finding.clone() }), (path, finding)]
    }
}

fn code_of(path: &str, bytes: &[u8]) -> Vec<u8> {
    Regions::of(path, bytes).only(View::Code, bytes)
}

/// The first visible byte of a line.
fn start_of(text: &[u8], line: u32) -> Option<usize> {
    let before = usize::try_from(line).ok()?.checked_sub(1)?;
    let from = match before {
        0 => 0,
        _ => memchr::memchr_iter(b'\n', text).nth(before - 1)? + 1,
    };
    let rest = &text[from..];
    Some(from + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count().min(rest.len().saturating_sub(1)))
}

/// The first place of each name in shipped code, definitions, the function itself and tests aside.
fn callers<B: AsRef<[u8]>>(
    stubs: &[Stub<'_>],
    shipped: &[&str],
    swept: &Swept,
    read: &impl Fn(&str) -> Option<B>,
) -> Callers {
    let mut wanted: BTreeMap<Lang, BTreeSet<&str>> = BTreeMap::new();
    for (path, item) in stubs.iter().filter_map(|stub| Some((stub.path, stub.item.as_ref()?))) {
        if let Some(lang) = language::of_path(path)
            && wanted.values().map(BTreeSet::len).sum::<usize>() < MOST_NAMES
        {
            wanted.entry(lang).or_default().insert(item.name.as_str());
        }
    }
    let mut words: BTreeMap<Lang, Regex> = BTreeMap::new();
    for (lang, names) in &wanted {
        let names: Vec<String> = names.iter().map(|name| regex::escape(name)).collect();
        // `#` and `?` are no letters, so that a border beside them would never be one.
        if let Ok(regex) = Regex::new(&format!(r"(?:^|[^\w])(?P<name>{})(?:$|[^\w])", names.join("|"))) {
            words.insert(*lang, regex);
        }
    }
    let mut found = Callers::new();
    for path in shipped {
        let Some((lang, regex)) = language::of_path(path).and_then(|lang| Some((lang, words.get(&lang)?))) else {
            continue;
        };
        if wanted
            .get(&lang)
            .is_some_and(|names| names.iter().all(|name| found.contains_key(&(lang, (*name).to_owned()))))
        {
            continue;
        }
        let Some(bytes) = read(path).filter(|bytes| regex.is_match(bytes.as_ref())) else { continue };
        let bytes = bytes.as_ref();
        let text = code_of(path, bytes);
        let defined: BTreeSet<usize> = item::definition(lang)
            .into_iter()
            .flat_map(|definition| definition.captures_iter(&text))
            .filter(|head| lang != Lang::Js || is_defined(&text, head))
            .filter_map(|head| Some(head.name("name")?.start()))
            .collect();
        let tests = if lang == Lang::Rust { tests_of(swept, path, bytes) } else { Vec::new() };
        let own = |at: usize, name: &str| {
            stubs.iter().any(|stub| {
                stub.path == *path
                    && stub.item.as_ref().is_some_and(|item| item.name == name && item.range.contains(&at))
            })
        };
        let mut from = 0;
        while let Some(name) = regex.captures_at(&text, from).and_then(|captures| captures.name("name")) {
            from = name.end();
            let at = name.start();
            let word = String::from_utf8_lossy(name.as_bytes()).into_owned();
            if !defined.contains(&at) && !own(at, &word) && !tests.iter().any(|range| range.contains(&at)) {
                found.entry((lang, word)).or_insert_with(|| ((*path).to_owned(), line_of(bytes, at)));
            }
        }
    }
    found
}

/// Whether what looks like a method's head in JavaScript is none but a call: `pay(x);`.
fn is_defined(text: &[u8], head: &regex::bytes::Captures<'_>) -> bool {
    let Some(name) = head.name("name") else { return false };
    let line = text[name.end()..].split(|byte| *byte == b'\n').next().unwrap_or_default();
    let has_word = head.name("mods").is_some_and(|mods| !mods.as_bytes().is_empty());
    has_word || line.trim_ascii_end().ends_with(b"{")
}

fn tests_of(swept: &Swept, path: &str, bytes: &[u8]) -> Vec<std::ops::Range<usize>> {
    let entry = swept.tree().find(path).map(|id| swept.tree().entry(id));
    entry.map_or_else(Vec::new, |entry| rust_tests::ranges(&FileBytes::new(entry, bytes)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use crate::probe::sample;
    use crate::probe::trial::count;

    fn seen(files: &[(&str, &str)]) -> [Option<i64>; 3] {
        let seen = sample::observe("code", "{}", files).unwrap();
        ["stubs", "stubs_reachable", "stubs_unreferenced"].map(|fact| count(&seen, fact))
    }

    #[test]
    fn a_private_function_that_only_tests_and_comments_name_is_not_reached() {
        let stub = "fn pay() {\n    todo!()\n}\n\nfn other() {}\n";
        let tests = "// pay() later\n#[cfg(test)]\nmod tests {\n    fn t() { super::pay(); }\n}\n";
        assert_eq!(seen(&[("src/a.rs", &format!("{stub}{tests}"))]), [1, 0, 1].map(Some));
        assert_eq!(seen(&[("src/a.rs", stub), ("tests/a.rs", "fn t() { pay(); }\n")]), [1, 0, 1].map(Some));
        assert_eq!(seen(&[("src/a.rs", stub), ("src/b.rs", "fn b() { crate::a::pay(); }\n")]), [1, 1, 0].map(Some));
        assert_eq!(seen(&[("src/a.rs", &format!("pub {stub}"))]), [1, 1, 0].map(Some));
        assert_eq!(seen(&[("src/a.rs", "const X: u8 = todo!();\n")]), [1, 1, 0].map(Some));
    }

    #[test]
    fn what_a_feature_that_is_off_gates_does_not_count() {
        let manifest = |default: &str| format!("[package]\nname = \"a\"\n[features]\ndefault = [{default}]\nx = []\n");
        let gated = "#[cfg(feature = \"x\")]\npub fn pay() {\n    todo!()\n}\n";
        assert_eq!(seen(&[("Cargo.toml", &manifest("")), ("src/lib.rs", gated)]), [0, 0, 0].map(Some));
        assert_eq!(seen(&[("Cargo.toml", &manifest("\"x\"")), ("src/lib.rs", gated)]), [1, 1, 0].map(Some));
        let files = [
            ("Cargo.toml", manifest("")),
            ("src/lib.rs", "#[cfg(feature = \"x\")]\npub mod pay;\n".to_owned()),
            ("src/pay.rs", "pub fn pay() {\n    todo!()\n}\n".to_owned()),
        ];
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        assert_eq!(seen(&files), [0, 0, 0].map(Some));
    }
}
