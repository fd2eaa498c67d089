//! What was seen of the documents so far: pages, facts and findings; which of their links lead nowhere, how old they are.

use std::collections::{BTreeMap, BTreeSet};

use super::links::{self, Fault, Judged};
use super::page::Page;
use crate::model::{Certainty, Fact, Facts, Observation, Value};
use crate::probe::Look;
use crate::probe::evidence::{self, MOST_SHOWN};
use crate::probe::finding::{Finding, Findings};
use crate::world::{Swept, WantId, git_history};

pub(super) struct Seen<'s> {
    pub(super) pages: BTreeMap<&'s str, &'s Page>,
    pub(super) facts: Facts,
    pub(super) findings: Findings,
}

impl<'s> Seen<'s> {
    pub(super) fn of(swept: &'s Swept, want: WantId) -> Seen<'s> {
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

    pub(super) fn nothing(self, glob: &str) -> Observation {
        let mut facts = Facts::new();
        self.findings.set_count(&mut facts, "documents");
        if matches!(facts.get("documents"), Fact::Present(_)) {
            // What is not there has no section, covers nothing and earns nothing.
            for name in ["judged", "section_ratio", "scenario_ratio", "quality_ratio", "document_credit"] {
                facts.present(name, Value::count(0));
            }
        }
        facts.set_reason(format!("no document matches `{glob}`"));
        let mut evidence = self.findings.evidence();
        evidence.push(evidence::remark(format!("no document matches `{glob}`")));
        Observation { facts, evidence, requests: 0 }
    }

    pub(super) fn links(&mut self, swept: &Swept) -> BTreeMap<&'s str, BTreeSet<String>> {
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

    /// Sets `judged`.
    pub(super) fn judged(&mut self) {
        let counted = |name| match self.facts.get(name) {
            Fact::Present(Value::Number(count)) => Some(count),
            _ => None,
        };
        let sum = ["links", "aging"].into_iter().filter_map(counted).sum();
        self.facts.present("judged", Value::Number(sum));
    }

    pub(super) fn no_ages(&mut self, reason: &str) {
        for name in ["newest_age", "oldest_age", "behind"] {
            self.facts.set(name, Fact::Unobserved(reason.to_owned()));
        }
    }

    pub(super) async fn ages(&mut self, look: &Look<'_>, linked: &BTreeMap<&str, BTreeSet<String>>) {
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

    pub(super) fn observation(mut self) -> Observation {
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
