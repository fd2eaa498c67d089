//! Probe `settings`: which settings code reads from its environment, and which of them are written down. Names only, never
//! values. What a settings class derives from its fields is not seen.

mod keys;
mod written;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Deserialize;

use super::finding::{Finding, Findings};
use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, folder};
use crate::model::{
    Certainty, Exact, Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value,
};
use crate::world::{Class, ClassSet, Select, Want, WantId, Wants};
use crate::yaml::{Node, Spanned};

use keys::Read;
use written::Written;

/// Where settings are written down: examples of the environment, prose, and what deploys the program.
const WRITTEN: &str = "{**/*.{md,mdx,rst,adoc,txt},**/.env*{example,sample,template,dist,default,defaults,tpl}*,**/{env,dotenv}.{example,sample,template,dist},**/{example,sample,template}.env,**/{values*,*compose*,app,render,fly,cloudbuild}.{yml,yaml,json,toml},**/values.schema.json,**/*.{1,5,8}}";

/// Code that runs when the program is built.
const OF_THE_BUILD: &[&str] =
    &["**/*.config.{js,ts,mjs,cjs,mts}", "**/build.rs", "**/setup.py", "**/Rakefile", "**/gulpfile.*"];

/// The registry's entry.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "settings",
    doc: "Compares the environment variables that code reads with those that are written down",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "exclude: [\"src/legacy/**\"]\n",
};

/// Parameters of the `settings` probe.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SettingsProbe")]
struct Params {
    /// Globs of source files to leave out.
    #[serde(default)]
    exclude: Vec<Spanned<String>>,
}

struct Settings {
    exclude: Vec<String>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = crate::yaml::decode(node, problems)?;
    let before = problems.len();
    folder::check_globs(&params.exclude, problems);
    let exclude = params.exclude.into_iter().map(|glob| glob.value).collect();
    (problems.len() == before).then(|| Box::new(Settings { exclude }) as Box<dyn Probe>)
}

impl Probe for Settings {
    #[rustfmt::skip]
    fn facts(&self) -> FactSchema {
        let count = |name, doc| FactDecl::new(name, FactType::Count, doc);
        let decls = vec![
            count("settings", "environment variables that shipped source reads by a literal name, those of the platform aside; 0 when there is none, and then nothing else is observed"),
            count("reading_files", "source files that read any"),
            count("documents", "files that may write them down: prose, examples of the environment, compose files, Helm values"),
            count("undocumented", "settings that stand in none of them"),
            FactDecl::new("documented_ratio", FactType::Ratio, "share of the settings that are written down; unobserved, as `undocumented` is, where no document names any, or most are not named and a page elsewhere is referred to"),
        ];
        FactSchema { decls, ..FactSchema::default() }
    }

    fn key(&self) -> String {
        format!("settings -{:?}", self.exclude)
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        Touch { reads: vec!["**".to_owned()], ..Touch::default() }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        let left_out = self.exclude.iter().cloned().chain(OF_THE_BUILD.iter().map(|glob| (*glob).to_owned()));
        let source = Select::exts(&keys::extensions()).of(ClassSet::SRC).except(left_out);
        let Ok(written) = Select::glob(WRITTEN) else { return Vec::new() };
        let written = written.of(ClassSet::of(&[Class::Src, Class::Docs, Class::Tooling, Class::Example]));
        vec![
            wants.add(
                Want::sparse(source.below(folder), "settings/read", |file| Ok(keys::read(file)))
                    .screened(keys::questions),
            ),
            wants.add(Want::doc(written.below(folder), "settings/written", |file| Ok(written::read(file.bytes)))),
        ]
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let [read, written] = look.wants else { return Err(Unknown::because("nothing was swept")) };
            let (read, written) = (look.swept.get(*read), look.swept.get(*written));
            read.whole.clone()?;
            written.whole.clone()?;
            let mut findings = Findings::default();
            let mut settings: BTreeMap<&str, (&str, u32)> = BTreeMap::new();
            let mut reading = 0;
            for (id, result) in read.own::<Read>() {
                let path = look.swept.path(id);
                match result {
                    Ok(_) if look.swept.class(id) == Class::Generated => {}
                    Ok(read) => {
                        reading += 1;
                        for (name, line) in &read.names {
                            settings.entry(name).or_insert((path, *line));
                        }
                    }
                    Err(unknown) => findings.unread(path, unknown.0.clone()),
                }
            }
            let mut known: BTreeSet<&str> = BTreeSet::new();
            let (mut documents, mut elsewhere) = (0, None);
            for (id, result) in written.own::<Written>() {
                match result {
                    Ok(text) => {
                        documents += 1;
                        known.extend(text.words.iter().map(String::as_str));
                        let address = text.elsewhere.as_ref();
                        elsewhere = elsewhere.or_else(|| address.map(|url| (look.swept.path(id), url.as_str())));
                    }
                    Err(unknown) => findings.unread(look.swept.path(id), unknown.0.clone()),
                }
            }
            let mut seen = compare(&settings, &known, documents, elsewhere, findings);
            if !settings.is_empty() {
                seen.facts.present("reading_files", Value::count(reading));
            }
            Ok(seen)
        })
    }
}

fn compare(
    settings: &BTreeMap<&str, (&str, u32)>,
    known: &BTreeSet<&str>,
    documents: usize,
    elsewhere: Option<(&str, &str)>,
    mut findings: Findings,
) -> Observation {
    let mut facts = Facts::new();
    findings.set_number(&mut facts, "settings", settings.len());
    if settings.is_empty() {
        facts.set_reason("no source file reads a setting of its own from the environment by a literal name");
        return Observation { facts, evidence: findings.evidence(), requests: 0 };
    }
    for (name, (path, line)) in settings.iter().filter(|(name, _)| !known.contains(*name)) {
        let note = format!("reads `{name}`, which is written down nowhere in this repository");
        findings.push(path, Finding::new("undocumented", *line, *name, note).with(Certainty::Likely));
    }
    let undocumented = findings.count("undocumented");
    findings.sum_up(&["undocumented"], "documented_ratio");
    facts.present("documents", Value::count(documents));
    findings.set_count(&mut facts, "undocumented");
    let ratio = Exact::ratio((settings.len() - undocumented) as u64, settings.len() as u64);
    facts.set("documented_ratio", ratio.map_or(Fact::Absent, |ratio| Fact::Present(Value::Number(ratio))));
    if let Some(reason) = doubt(settings.len() - undocumented, undocumented, elsewhere) {
        facts.set("undocumented", Fact::Unobserved(reason.clone()));
        facts.set("documented_ratio", Fact::Unobserved(reason));
    }
    Observation { facts, evidence: findings.evidence(), requests: 0 }
}

/// Why settings that are not named here may be written down all the same, if so.
fn doubt(documented: usize, undocumented: usize, elsewhere: Option<(&str, &str)>) -> Option<String> {
    if undocumented == 0 {
        return None;
    }
    if documented == 0 {
        return Some("no document here names a single setting; they may be written down elsewhere".to_owned());
    }
    // Where most are named here, this is the place for them, whatever else it refers to.
    let (path, url) = elsewhere.filter(|_| documented < undocumented)?;
    Some(format!("`{path}` refers to {url} for settings, which is not looked at"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use crate::model::Fact;
    use crate::probe::sample;
    use crate::probe::trial::count;

    #[test]
    fn words_in_capitals_begin_with_a_letter() {
        let found = super::written::read(b"A B_C lD1 _E2 3F 4GH-IJ\xffKL xMN").words;
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["B_C", "D1", "E2", "GH", "IJ", "KL", "MN"]);
    }

    #[test]
    fn names_that_code_reads_are_held_against_what_is_written() {
        let files = [
            (
                "app/a.py",
                "import os\nA = os.environ['DATABASE_URL']\nB = os.getenv(\"API_KEY\")\n# os.environ['OLD']\nC = os.environ['PATH']\n",
            ),
            ("web/a.ts", "const x = process.env.QUEUE_URL ?? import.meta.env.VITE_TITLE;\n"),
            (
                "cmd/a.go",
                "package main\nvar x = os.Getenv(\"LISTEN_ADDRESS\")\ntype C struct { A string `env:\"CACHE_SIZE\"` }\n",
            ),
            (".env.example", "DATABASE_URL=\nQUEUE_URL=\n"),
            ("docs/settings.md", "`LISTEN_ADDRESS` is where it listens, CACHE_SIZE how much it keeps\n"),
        ];
        let seen = sample::observe("settings", "{}", &files).unwrap();
        assert_eq!(
            ["settings", "reading_files", "documents", "undocumented"].map(|fact| count(&seen, fact).unwrap()),
            [6, 3, 2, 2]
        );
        let listed = seen.evidence.iter().filter(|item| item.fact.as_deref() == Some("undocumented"));
        let notes: Vec<String> = listed.filter_map(|item| item.note.clone()).collect();
        assert_eq!(notes.len(), 2, "{notes:?}");
        assert!(notes[0].contains("`API_KEY`") && notes[1].contains("`VITE_TITLE`"), "{notes:?}");
    }

    #[test]
    fn settings_that_may_be_written_down_elsewhere_are_not_undocumented() {
        let code = (
            "app/a.py",
            "import os\nA = os.environ['MAIL_FROM']\nB = os.environ['MAIL_HOST']\nC = os.environ['MAIL_USER']\n",
        );
        let ratio = |readme: &str| {
            let seen = sample::observe("settings", "{}", &[code, ("README.md", readme)]).unwrap();
            seen.facts.get("documented_ratio")
        };
        assert!(matches!(ratio("# Shop\n"), Fact::Unobserved(reason) if reason.contains("no document here names")));
        let partly = "Set `MAIL_FROM`; see [all settings](https://docs.shop.test/reference/settings).\n";
        assert!(
            matches!(ratio(partly), Fact::Unobserved(reason) if reason.contains("https://docs.shop.test/reference/settings"))
        );
        let mostly = "`MAIL_FROM`, `MAIL_HOST`; see [settings](https://docs.shop.test/settings).\n";
        assert!(matches!(ratio(mostly), Fact::Present(_)));
        assert!(matches!(ratio("Set `MAIL_FROM`.\n"), Fact::Present(_)));
    }

    #[test]
    fn no_setting_is_no_observation() {
        let seen = sample::observe("settings", "{}", &[("a.py", "x = 1\n")]).unwrap();
        assert!(matches!(seen.facts.get("documented_ratio"), Fact::Unobserved(_)));
    }
}
