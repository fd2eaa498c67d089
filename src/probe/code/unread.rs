//! Shipped source in languages in which something is not looked for: where there is much of it, that nothing was found means
//! nothing. Also files of tests whose tests are not counted.

use super::language::{self, Lang};
use super::rules;
use crate::world::{Class, ClassSet, Select, Swept};

/// Absence is not known where more than this part of the shipped source, by bytes, is in such languages: one in ten.
const MUCH: u64 = 10;
/// A matter that only those languages have in which it is looked for: Python's pickled models.
const OF_ITS_OWN: &[&str] = &["unsafe_model_loads", "unversioned_models"];
/// What is looked for in comments, in every language whose comments are known.
const IN_COMMENTS: &[&str] = &["unowned_todos"];
/// Endings of tests that are no program of their own language.
const OTHER_TESTS: &[&str] = &["t", "bats", "exp", "robot", "feature", "hurl"];

/// How much shipped source there is, by language.
pub(super) struct Written(Vec<Amount>);

struct Amount {
    name: &'static str,
    lang: Option<Lang>,
    files: usize,
    bytes: u64,
}

impl Written {
    /// What the tree holds of these files.
    pub(super) fn of(swept: &Swept, selected: Select) -> Written {
        let mut amounts: Vec<Amount> = Vec::new();
        for id in swept.tree().select(&selected.of(ClassSet::SRC)) {
            let entry = swept.tree().entry(id);
            let lang = language::of_path(&entry.path);
            let Some(name) = language::name_of(&entry.path).filter(|_| !entry.link) else { continue };
            if swept.class(id) != Class::Src {
                continue;
            }
            let at = amounts.iter().position(|known| known.name == name && known.lang == lang).unwrap_or_else(|| {
                amounts.push(Amount { name, lang, files: 0, bytes: 0 });
                amounts.len() - 1
            });
            amounts[at].files += 1;
            amounts[at].bytes += entry.size;
        }
        amounts.sort_by_key(|amount| (std::cmp::Reverse(amount.bytes), amount.name));
        Written(amounts)
    }

    /// Why it is not known that there is none of what a fact counts; `None` where all or nearly all was searched for it.
    pub(super) fn unread(&self, fact: &str) -> Option<String> {
        let unread: Vec<&Amount> = self.0.iter().filter(|amount| !is_looked_for(fact, amount.lang)).collect();
        let bytes = |amounts: &[&Amount]| amounts.iter().map(|amount| amount.bytes).sum::<u64>();
        let all: Vec<&Amount> = self.0.iter().collect();
        if bytes(&unread).saturating_mul(MUCH) <= bytes(&all) {
            return None;
        }
        let files = |amounts: &[&Amount]| amounts.iter().map(|amount| amount.files).sum::<usize>();
        let names: Vec<&str> = unread.iter().take(3).map(|amount| amount.name).collect();
        let more = if unread.len() > names.len() { " and others" } else { "" };
        Some(format!(
            "not looked for in {}{more}: {} of {} source files",
            names.join(", "),
            files(&unread),
            files(&all)
        ))
    }
}

/// Whether files of a language are searched for what a fact counts. Those with rules of their own are: where a rule is
/// missing, the catalogue knows of nothing to look for.
fn is_looked_for(fact: &str, lang: Option<Lang>) -> bool {
    let Some(lang) = lang else { return OF_ITS_OWN.contains(&fact) };
    let has_rules = !matches!(lang, Lang::C | Lang::Other);
    has_rules
        || OF_ITS_OWN.contains(&fact)
        || IN_COMMENTS.contains(&fact)
        || rules::of_language(lang).any(|one| one.rule.fact == fact)
}

/// Why the number of tests is not known: most files of tests are in languages whose tests are not counted.
pub(super) fn uncounted(swept: &Swept, folder: &str, counted: usize) -> Option<String> {
    let start = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let entries = swept.tree().entries().iter();
    let entries = entries.filter(|entry| entry.class == Class::Test && entry.path.starts_with(&start));
    let is_uncounted = |path: &str| {
        let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
        OTHER_TESTS.contains(&ending) || (language::of_path(path).is_none() && language::name_of(path).is_some())
    };
    let uncounted = entries.filter(|entry| is_uncounted(entry.base())).count();
    (uncounted > counted).then(|| format!("{uncounted} files of tests are in languages whose tests are not counted"))
}
