//! Probe `runtime`: which versions of language runtimes the repository says it runs on, and whether they are still
//! supported. Owns parameters and facts; where versions are written is in `declared`. What a library is compatible with
//! says nothing about what runs, and is not read.

mod declared;

use std::collections::BTreeSet;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::facets::manifest;
use crate::model::{Certainty, Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::probe::endoflife::{self, Stage};
use crate::probe::finding::{Finding, Findings};
use crate::probe::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch};
use crate::world::{Class, ClassSet, Swept, Tree, Want, WantId, Wants};
use crate::yaml::Node;

use declared::Version;

/// Parameters of the `runtime` probe: none.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "RuntimeProbe")]
struct Params {}

/// The registry's entry.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "runtime",
    doc: "Finds the versions of Python, Node, Go, .NET, Ruby and PHP that run the code, and whether they are still supported",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "",
};

struct RuntimeProbe;

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let Params {} = crate::yaml::decode(node, problems)?;
    Some(Box::new(RuntimeProbe))
}

impl Probe for RuntimeProbe {
    #[rustfmt::skip]
    fn facts(&self) -> FactSchema {
        let count = |name, doc| FactDecl::new(name, FactType::Count, doc);
        let decls = vec![
            count("runtimes", "versions of runtimes that files such as `.python-version`, `.nvmrc`, `.tool-versions`, `go.mod` (`toolchain`), `global.json` and target frameworks name"),
            count("unsupported_runtimes", "those whose release line has no support any more; where a file of CI names newer ones of the same runtime too, only the newest counts"),
            count("ending_runtimes", "those whose support ends within 90 days, or that only get free security fixes"),
            count("unmapped_runtimes", "those whose release line is not in the table of endoflife.date that ships with the tool"),
        ];
        FactSchema { decls, ..FactSchema::default() }
    }

    fn key(&self) -> String {
        "runtime".to_owned()
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        Touch { reads: declared::GLOBS.iter().map(|glob| (*glob).to_owned()).collect(), ..Touch::default() }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        let select = declared::select().of(ClassSet::of(&[Class::Src, Class::Tooling])).below(folder);
        let want = Want::doc(select, "runtime", |file| -> Result<Vec<Version>, Unknown> {
            Ok(declared::read(file.path(), &file.text()))
        });
        vec![wants.add(want)]
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let [want] = look.wants else { return Err(Unknown::because("the tree was not swept")) };
            look.swept.get(*want).whole.clone()?;
            let today = look.world.now.to_zoned(jiff::tz::TimeZone::UTC).date();
            Ok(observe(look.swept, *want, today))
        })
    }
}

fn observe(swept: &Swept, want: WantId, today: Date) -> Observation {
    let mut findings = Findings::default();
    let mut known = 0_usize;
    let languages = languages(swept.tree());
    for (id, versions) in swept.get(want).own::<Vec<Version>>() {
        let path = swept.path(id);
        // A pipeline may run a client of the product in another language: that is no runtime of the product.
        let of_a_pipeline = path.starts_with(".github/workflows/");
        let counts = |version: &&Version| !of_a_pipeline || languages.contains(language(version.product));
        match versions {
            Ok(versions) => {
                known += versions.iter().filter(counts).count();
                findings.extend(path, versions.iter().filter(counts).map(|version| judged(version, today)));
            }
            Err(unknown) => findings.unread(path, unknown.0.clone()),
        }
    }
    let mut facts = Facts::new();
    findings.set_number(&mut facts, "runtimes", known);
    if known == 0 {
        facts.set_reason("no file names the version of a runtime");
    } else {
        for fact in ["unsupported_runtimes", "ending_runtimes", "unmapped_runtimes"] {
            facts.present(fact, Value::count(0));
            findings.set_count(&mut facts, fact);
        }
        if findings.count("unmapped_runtimes") == known {
            let reason = "none of the versions that files name has a release line in the table of endoflife.date";
            for fact in ["unsupported_runtimes", "ending_runtimes"] {
                facts.set(fact, Fact::Unobserved(reason.to_owned()));
            }
        }
    }
    Observation { facts, evidence: findings.evidence(), requests: 0 }
}

/// The languages that a manifest of the tree declares something in.
fn languages(tree: &Tree) -> BTreeSet<&'static str> {
    let own = tree.entries().iter().filter(|entry| matches!(entry.class, Class::Src | Class::Tooling));
    own.filter_map(|entry| manifest::language_of(entry.base())).collect()
}

fn language(product: &str) -> &str {
    if product == "nodejs" { "node" } else { product }
}

fn judged(version: &Version, today: Date) -> Finding {
    let shown = format!("{} {}", version.product, version.text);
    let Some(cycle) = endoflife::of_version(version.product, &version.text) else {
        let note = format!("{shown}: its release line is not in the table");
        return Finding::new("unmapped_runtimes", version.line, shown, note);
    };
    let Some((stage, story)) = endoflife::stage(cycle, today) else {
        let note = format!("{shown}: {} {} is supported", cycle.product, cycle.name);
        return Finding::new("unsupported_runtimes", version.line, shown, note).with(Certainty::Hint);
    };
    let fact = match stage {
        Stage::Over => "unsupported_runtimes",
        Stage::Extended | Stage::Ending => "ending_runtimes",
    };
    let note = format!("{shown}: {} {} {story}", cycle.product, cycle.name);
    Finding::new(fact, version.line, shown, note).with(endoflife::certainty(today))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn facts(text: &str, product: &'static str) -> Option<&'static str> {
        let version = Version { product, text: text.to_owned(), line: 1 };
        let finding = judged(&version, Date::constant(2026, 9, 1));
        (finding.certainty > Certainty::Hint).then_some(finding.fact)
    }

    #[test]
    fn a_pipeline_names_a_runtime_of_a_language_that_the_tree_has() {
        let ci = "jobs:\n  a:\n    steps:\n    - with: {}\n      ruby-version: '2.7'\n    - run: bundle exec rspec\n";
        let seen = |files: &[(&str, &str)]| {
            crate::probe::trial::count(&crate::probe::trial::observe(&DEF, "{}", files), "runtimes")
        };
        assert_eq!(seen(&[(".github/workflows/ci.yml", ci), ("pom.xml", "<project/>")]), Some(0));
        assert_eq!(seen(&[(".github/workflows/ci.yml", ci), ("Gemfile", "gem 'rails'\n")]), Some(1));
    }

    #[test]
    fn versions_of_no_known_release_line_prove_nothing() {
        let ci = |version: &str| {
            format!("jobs:\n  a:\n    steps:\n    - with:\n        python-version: '{version}'\n    - run: pytest\n")
        };
        let seen = |version: &str| {
            let files =
                [(".github/workflows/ci.yml", ci(version)), ("pyproject.toml", "[project]\nname = 'a'\n".into())];
            let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
            crate::probe::trial::observe(&DEF, "{}", &files)
        };
        let known = seen("3.14");
        assert_eq!(crate::probe::trial::count(&known, "unsupported_runtimes"), Some(0));
        let note = known.evidence.iter().find_map(|item| item.note.as_deref());
        assert_eq!(note, Some("python 3.14: python 3.14 is supported"));
        assert!(matches!(seen("3.x").facts.get("unsupported_runtimes"), Fact::Unobserved(_)));
    }

    #[test]
    fn versions_are_judged_by_their_release_line() {
        assert_eq!(facts("3.8.10", "python"), Some("unsupported_runtimes"));
        assert_eq!(facts("3.14", "python"), None);
        assert_eq!(facts("3.10", "python"), Some("ending_runtimes"));
        assert_eq!(facts("8", "dotnet"), Some("ending_runtimes"));
        assert_eq!(facts("99", "nodejs"), Some("unmapped_runtimes"));
    }
}
