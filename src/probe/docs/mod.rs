//! Probe `docs`: whether prose has the sections its kind needs, whether its links lead somewhere, and how old it is.
//! Owns parameters, facts and the sums; `page` reads one page, `kinds` says what each kind needs, `links` judges links.

mod kinds;
mod links;
mod other_markup;
mod page;
mod records;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Deserialize;

use super::evidence::{self, MOST_SHOWN};
use super::finding::{Finding, Findings};
use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, folder};
use crate::model::{
    Certainty, Exact, Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value,
};
use crate::world::{Class, ClassSet, Select, Swept, Want, WantId, Wants, git_history};
use crate::yaml::{Node, Spanned};

use kinds::{Kind, Need};
use links::{Fault, Judged};
use page::Page;

/// Words that give a section substance (catalogue, area docs-operations).
const SUBSTANCE: u32 = 40;

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "docs",
    doc: "Reads Markdown and other prose: sections that a kind of document needs, relative links, age by git",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "glob: \"docs/runbooks/**/*.md\"\nkind: runbook\n",
};

/// Parameters of probe `docs`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DocsProbe")]
struct Params {
    /// Which documents.
    glob: Spanned<String>,
    /// Globs of documents to leave out.
    #[serde(default)]
    exclude: Vec<Spanned<String>>,
    /// What the documents are for; decides which sections are looked for. Without it none are.
    #[serde(default)]
    kind: Option<Kind>,
    /// More sections to look for: a heading must begin with or contain the words, and something must stand below it.
    #[serde(default)]
    sections: Vec<String>,
    /// Whether to ask git when the documents, and the files they link to, last changed.
    #[serde(default)]
    ages: bool,
}

struct Docs {
    glob: String,
    exclude: Vec<String>,
    kind: Option<Kind>,
    sections: Vec<String>,
    ages: bool,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = crate::yaml::decode(node, problems)?;
    let before = problems.len();
    folder::check_globs(std::iter::once(&params.glob).chain(&params.exclude), problems);
    let exclude = params.exclude.into_iter().map(|glob| glob.value).collect();
    let Params { glob, kind, sections, ages, .. } = params;
    (problems.len() == before)
        .then(|| Box::new(Docs { glob: glob.value, exclude, kind, sections, ages }) as Box<dyn Probe>)
}

impl Probe for Docs {
    #[rustfmt::skip]
    fn facts(&self) -> FactSchema {
        let fact = FactDecl::new;
        let decls = vec![
            fact("documents", FactType::Count, "documents that match; 0 when none does, and then only `section_ratio` is observed"),
            fact("words", FactType::Count, "words in all of them, headings aside"),
            fact("code_blocks", FactType::Count, "blocks of code in them"),
            fact("section_ratio", FactType::Ratio, "share of the sections that `kind` and `sections` ask for; over all documents together, but for runbooks and model cards the mean over pages; 0 without a document"),
            fact("missing", FactType::List(Box::new(FactType::Text)), "sections that no document has, by name"),
            fact("links", FactType::Count, "relative links and images whose target can be judged"),
            fact("dead_links", FactType::Count, "those that lead to no file, folder or heading"),
            fact("newest_age", FactType::Duration, "time since the youngest of the documents changed, by git; needs `ages: true`"),
            fact("oldest_age", FactType::Duration, "time since the oldest of them changed, by git; needs `ages: true`"),
            fact("behind", FactType::Count, "documents that link to a file of the repository which changed more than 180 days after them; needs `ages: true`"),
        ];
        FactSchema { decls, ..FactSchema::default() }
    }

    fn key(&self) -> String {
        let Docs { glob, exclude, kind, sections, ages } = self;
        format!("docs {glob:?} -{exclude:?} {kind:?} {sections:?} {ages}")
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        Touch { reads: vec![self.glob.clone()], ..Touch::default() }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        // `decode` has checked the glob; one that cannot work names nothing.
        let Ok(select) = Select::glob(&self.glob) else { return Vec::new() };
        let prose = ClassSet::of(&[Class::Src, Class::Docs, Class::Tooling, Class::Example]);
        let select = select.except(self.exclude.iter().cloned()).of(prose).below(folder);
        vec![wants.add(Want::doc(select, "docs", |file| Ok(page::read(file.path(), file.bytes))))]
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let [want] = look.wants else { return Err(Unknown::because("nothing was swept")) };
            look.swept.get(*want).whole.clone()?;
            let mut seen = Seen::of(look.swept, *want);
            if let Some(hidden) = look.swept.tree().hidden_below(look.folder) {
                seen.findings.unread(&hidden.path, hidden.reason.clone());
            }
            if seen.pages.is_empty() {
                return Ok(seen.nothing(&self.glob));
            }
            self.sections(&mut seen);
            let linked = seen.links(look.swept);
            match self.ages {
                true => seen.ages(&look, &linked).await,
                false => seen.no_ages("ages were not asked for: write `ages: true`"),
            }
            Ok(seen.observation())
        })
    }
}

impl Docs {
    fn sections(&self, seen: &mut Seen<'_>) {
        let needs = self.kind.map_or(&[][..], Kind::needs);
        let total = needs.len() + self.sections.len();
        if total == 0 {
            seen.facts.set("section_ratio", Fact::Unobserved("neither `kind` nor `sections` is given".to_owned()));
            seen.facts.set("missing", Fact::Unobserved("neither `kind` nor `sections` is given".to_owned()));
            return;
        }
        let by_page: Vec<(&str, BTreeSet<&str>)> =
            seen.pages.iter().map(|(path, page)| (*path, self.found(page, needs))).collect();
        let everywhere: BTreeSet<&str> = by_page.iter().flat_map(|(_, found)| found.iter().copied()).collect();
        let names = needs.iter().map(|need| need.name).chain(self.sections.iter().map(String::as_str));
        let missing: Vec<&str> = names.filter(|name| !everywhere.contains(name)).collect();
        let (part, whole) = match self.kind.is_some_and(Kind::by_page) {
            true => (by_page.iter().map(|(_, found)| found.len()).sum::<usize>(), total * by_page.len()),
            false => (everywhere.len(), total),
        };
        for (path, found) in &by_page {
            let lacks = total - found.len();
            let note = format!("has {} of {total} sections{}", found.len(), listed(&missing, lacks));
            seen.findings.push(path, Finding::new("section_ratio", 0, *path, note).with(Certainty::Likely));
        }
        let ratio = Exact::ratio(part as u64, whole as u64).map(Value::Number);
        seen.facts.set("section_ratio", ratio.map_or(Fact::Absent, Fact::Present));
        let missing = missing.into_iter().map(|name| Value::Text(name.to_owned())).collect();
        seen.facts.present("missing", Value::List(missing));
    }

    /// Sections that one page has.
    fn found(&self, page: &Page, needs: &'static [Need]) -> BTreeSet<&str> {
        let opens = self.kind.is_some_and(Kind::opens_with_purpose) && page.words >= 20;
        let by_kind =
            needs.iter().filter(|need| (opens && need.name == "purpose") || has(page, need.words, Body::of(need)));
        let own = self.sections.iter().filter(|words| has(page, &[page::words_only(words).as_str()], Body::Any));
        by_kind.map(|need| need.name).chain(own.map(String::as_str)).collect()
    }
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

    fn stands_in(self, section: &page::Section) -> bool {
        let least = match self {
            Body::None => 0,
            Body::Any => 1,
            Body::Substance => SUBSTANCE,
        };
        section.words >= least || section.blocks > 0
    }
}

/// Whether a heading names one of the words, with as much below it as is needed.
fn has(page: &Page, words: &[&str], body: Body) -> bool {
    const EMPTY: &[&str] = &["tbd", "todo", "coming soon", "lorem"];
    let names = |text: &str| {
        let text = format!(" {text} ");
        let starts = memchr::memchr_iter(b' ', text.as_bytes()).map(|blank| &text[blank + 1..]);
        starts.into_iter().any(|rest| words.iter().any(|word| rest.starts_with(word)))
    };
    let section = page.sections.iter().any(|section| {
        names(&section.title) && !EMPTY.iter().any(|word| section.title.contains(word)) && body.stands_in(section)
    });
    section || (body != Body::Substance && page.links.iter().any(|link| names(&page::words_only(&link.text))))
}

struct Seen<'s> {
    pages: BTreeMap<&'s str, &'s Page>,
    facts: Facts,
    findings: Findings,
}

impl<'s> Seen<'s> {
    fn of(swept: &'s Swept, want: WantId) -> Seen<'s> {
        let mut seen = Seen { pages: BTreeMap::new(), facts: Facts::new(), findings: Findings::default() };
        for (id, page) in swept.get(want).own::<Page>() {
            match page {
                Ok(page) => drop(seen.pages.insert(swept.path(id), page)),
                Err(unknown) => seen.findings.unread(swept.path(id), unknown.0.clone()),
            }
        }
        let sum = |of: fn(&Page) -> u32| seen.pages.values().map(|page| u64::from(of(page))).sum::<u64>();
        let (words, blocks) = (sum(|page| page.words), sum(|page| page.code_blocks));
        seen.facts.present("words", Value::count(words));
        seen.facts.present("code_blocks", Value::count(blocks));
        seen
    }

    fn nothing(self, glob: &str) -> Observation {
        let mut facts = Facts::new();
        self.findings.set_count(&mut facts, "documents");
        if matches!(facts.get("documents"), Fact::Present(_)) {
            facts.present("section_ratio", Value::count(0));
        }
        facts.set_reason(format!("no document matches `{glob}`"));
        let mut evidence = self.findings.evidence();
        evidence.push(evidence::remark(format!("no document matches `{glob}`")));
        Observation { facts, evidence, requests: 0 }
    }

    fn links(&mut self, swept: &Swept) -> BTreeMap<&'s str, BTreeSet<String>> {
        let tree = swept.tree();
        let generator = is_generated(swept);
        let mut linked: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        let mut judged = 0_usize;
        let mut pages = links::Pages::new(&self.pages, tree);
        for (path, page) in &self.pages {
            let generated = generator && path.contains('/');
            for link in &page.links {
                match links::judge(path, &link.target, tree, &mut pages, generated) {
                    Judged::Elsewhere => {}
                    Judged::Good(file) => {
                        judged += 1;
                        linked.entry(path).or_default().insert(file);
                    }
                    Judged::Dead(fault) => {
                        judged += 1;
                        let (subject, note) = described(fault);
                        self.findings.push(path, Finding::new("dead_links", link.line, subject, note));
                    }
                }
            }
        }
        self.facts.present("links", Value::count(judged));
        self.findings.set_count(&mut self.facts, "dead_links");
        linked
    }

    fn no_ages(&mut self, reason: &str) {
        for name in ["newest_age", "oldest_age", "behind"] {
            self.facts.set(name, Fact::Unobserved(reason.to_owned()));
        }
    }

    async fn ages(&mut self, look: &Look<'_>, linked: &BTreeMap<&str, BTreeSet<String>>) {
        /// A page may lag that long behind what it describes.
        const LAG: i64 = 180 * 86_400;
        let changes = match git_history::last_changes(look.world, look.until.left()).await {
            Ok(changes) => changes,
            Err(unknown) => return self.no_ages(&unknown.0),
        };
        let now = look.world.now.as_second();
        let mut ages = Vec::new();
        for path in self.pages.keys() {
            let Some(changed) = changes.get(*path) else { continue };
            let age = u64::try_from(now.saturating_sub(*changed)).unwrap_or(0);
            ages.push(age);
            let newer = linked
                .get(path)
                .into_iter()
                .flatten()
                .find(|file| changes.get(*file).is_some_and(|at| *at > changed + LAG));
            if let Some(newer) = newer {
                let note =
                    format!("last changed {} days ago; `{newer}`, which it links to, changed since", age / 86_400);
                self.findings.push(path, Finding::new("behind", 0, newer.as_str(), note).with(Certainty::Likely));
            }
        }
        if ages.len() < self.pages.len() {
            return self.no_ages("not every document is committed, or its last change lies too far back");
        }
        for (name, age) in [("newest_age", ages.iter().min()), ("oldest_age", ages.iter().max())] {
            self.facts.set(name, age.map_or(Fact::Absent, |age| Fact::Present(Value::count(*age))));
        }
        self.findings.set_count(&mut self.facts, "behind");
    }

    fn observation(mut self) -> Observation {
        self.facts.present("documents", Value::count(self.pages.len()));
        let shown: Vec<_> = self
            .pages
            .keys()
            .take(MOST_SHOWN)
            .map(|path| Finding::new("documents", 0, *path, "is a document").evidence(path))
            .collect();
        let mut evidence = self.findings.evidence();
        evidence.extend(shown);
        Observation { facts: self.facts, evidence, requests: 0 }
    }
}

fn described(fault: Fault) -> (String, String) {
    match fault {
        Fault::Path(path) => (path.clone(), format!("links to `{path}`, which is not there")),
        Fault::Anchor(file, anchor) => {
            (format!("{file}#{anchor}"), format!("links to `#{anchor}`, a heading that `{file}` does not have"))
        }
    }
}

/// Whether a generator of pages rules over the documents: it has its own idea of paths.
fn is_generated(swept: &Swept) -> bool {
    const SIGNS: &[&str] = &[
        "mkdocs.yml",
        "mkdocs.yaml",
        "book.toml",
        "_config.yml",
        "conf.py",
        "hugo.toml",
        "hugo.yaml",
        "antora.yml",
        "zensical.toml",
        "mint.json",
        "docs.json",
    ];
    const STARTS: &[&str] = &["docusaurus.config.", "astro.config.", "hugo.", "nextra.", "vuepress.", "gatsby-config."];
    let is_sign = |base: &str| SIGNS.contains(&base) || STARTS.iter().any(|start| base.starts_with(start));
    swept
        .tree()
        .entries()
        .iter()
        .any(|entry| is_sign(entry.base()) || entry.path.contains(".vitepress/") || entry.path.contains(".vuepress/"))
}

#[cfg(test)]
mod tests;
