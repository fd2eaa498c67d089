//! Which of the sections that a kind of document needs are there.

use std::collections::BTreeMap;

use super::kinds::{Kind, Need};
use super::page::{Page, Section, words_only};
use crate::model::{Certainty, Exact, Fact, Facts, Value};
use crate::probe::finding::{Finding, Findings};

/// Words that give a section substance (catalogue, area docs-operations).
const SUBSTANCE: u32 = 40;
/// What a section counts that is only linked to, in tenths, in a README (catalogue, docs/readme).
const LINKED: usize = 9;

/// How a page has a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Has {
    Not,
    Linked,
    Here,
}

/// What is asked of the pages.
pub(super) struct Asked<'a> {
    pub(super) kind: Option<Kind>,
    pub(super) more: &'a [String],
}

impl Asked<'_> {
    /// Sets `section_ratio` and `missing`; gives how many sections each page has, and how many are asked for.
    pub(super) fn observe<'p>(
        &self,
        pages: &BTreeMap<&'p str, &Page>,
        findings: &mut Findings,
        facts: &mut Facts,
    ) -> (Vec<(&'p str, usize)>, usize) {
        let needs = self.kind.map_or(&[][..], Kind::needs);
        let total = needs.len() + self.more.len();
        if total == 0 {
            for name in ["section_ratio", "missing"] {
                facts.set(name, Fact::Unobserved("neither `kind` nor `sections` is given".to_owned()));
            }
            return (Vec::new(), 0);
        }
        let by_page: Vec<(&str, BTreeMap<&str, Has>)> =
            pages.iter().map(|(path, page)| (*path, self.found(page, needs))).collect();
        let mut everywhere: BTreeMap<&str, Has> = BTreeMap::new();
        for (name, has) in by_page.iter().flat_map(|(_, found)| found) {
            let best = everywhere.entry(name).or_insert(*has);
            *best = (*best).max(*has);
        }
        let names = needs.iter().map(|need| need.name).chain(self.more.iter().map(String::as_str));
        let missing: Vec<&str> = names.filter(|name| !everywhere.contains_key(name)).collect();
        let (part, whole) = match self.kind.is_some_and(Kind::by_page) {
            true => (by_page.iter().map(|(_, found)| self.tenths(found)).sum::<usize>(), total * by_page.len()),
            false => (self.tenths(&everywhere), total),
        };
        for (path, found) in &by_page {
            let lacks = total - found.len();
            let note = format!("has {} of {total} sections{}{}", found.len(), seen(found), listed(&missing, lacks));
            findings.push(path, Finding::new("section_ratio", 0, *path, note).with(Certainty::Likely));
        }
        let ratio = Exact::ratio(part as u64, 10 * whole as u64).map(Value::Number);
        facts.set("section_ratio", ratio.map_or(Fact::Absent, Fact::Present));
        let missing = missing.into_iter().map(|name| Value::Text(name.to_owned())).collect();
        facts.present("missing", Value::List(missing));
        (by_page.iter().map(|(path, found)| (*path, found.len())).collect(), total)
    }

    fn tenths(&self, found: &BTreeMap<&str, Has>) -> usize {
        let is_less = |has: Has| has == Has::Linked && self.kind == Some(Kind::Readme);
        found.values().map(|has| if is_less(*has) { LINKED } else { 10 }).sum()
    }

    /// Sections that one page has.
    fn found(&self, page: &Page, needs: &'static [Need]) -> BTreeMap<&str, Has> {
        let opens = self.kind.is_some_and(Kind::opens_with_purpose) && page.words >= 20;
        let by_kind = needs.iter().map(|need| {
            let is_shown = (opens && need.name == "purpose") || (need.name == "tests" && page.runs_tests);
            // Where contributing is described, running the tests is.
            let elsewhere = need.name == "tests" && links_to(page, &["contribut", "develop", "hacking"]);
            let own = if is_shown { Has::Here } else { has(page, need.words, Body::of(need)) };
            (need.name, if elsewhere { own.max(Has::Linked) } else { own })
        });
        let own = self.more.iter().map(|words| (words.as_str(), has(page, &[words_only(words).as_str()], Body::Any)));
        by_kind.chain(own).filter(|(_, has)| *has > Has::Not).collect()
    }
}

/// Which they are, for who doubts it.
fn seen(found: &BTreeMap<&str, Has>) -> String {
    let names: Vec<&str> = found.keys().copied().collect();
    if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) }
}

fn listed(missing: &[&str], lacks: usize) -> String {
    match lacks {
        0 => String::new(),
        _ if missing.is_empty() => String::new(),
        _ => format!("; nowhere: {}", missing.join(", ")),
    }
}

/// How much has to stand below a heading.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Body {
    /// Nothing: the heading itself, or a link with these words, says it.
    None,
    /// Anything at all; a link with these words does as well.
    Any,
    /// Enough to be read for its own sake.
    Substance,
}

impl Body {
    fn of(need: &Need) -> Body {
        if need.brief { Body::None } else { Body::Substance }
    }

    fn stands_in(self, section: &Section) -> bool {
        let least = match self {
            Body::None => 0,
            Body::Any => 1,
            Body::Substance => SUBSTANCE,
        };
        section.words >= least || section.blocks > 0
    }
}

/// Whether a heading names one of the words, with as much below it as is needed.
fn has(page: &Page, words: &[&str], body: Body) -> Has {
    const EMPTY: &[&str] = &["tbd", "todo", "coming soon", "lorem"];
    let section = page.sections.iter().any(|section| {
        names(&section.title, words)
            && !EMPTY.iter().any(|word| section.title.contains(word))
            && body.stands_in(section)
    });
    match section {
        true => Has::Here,
        false if body != Body::Substance && links_to(page, words) => Has::Linked,
        false => Has::Not,
    }
}

fn links_to(page: &Page, words: &[&str]) -> bool {
    page.links.iter().any(|link| names(&words_only(&link.text), words))
}

/// Whether one of the words stands in a text, from the start of one of its own.
fn names(text: &str, words: &[&str]) -> bool {
    let text = format!(" {text} ");
    let mut starts = memchr::memchr_iter(b' ', text.as_bytes()).map(|blank| &text[blank + 1..]);
    starts.any(|rest| words.iter().any(|word| rest.starts_with(word)))
}
