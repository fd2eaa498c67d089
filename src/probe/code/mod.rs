//! Probe `code`: what shipped source and its tests hold that no release should, and how much of both there is.
//!
//! Owns parameters, facts and the sums. What is looked for is in `rules`, `marker`, `hidden` and `binary`; how a file is
//! read in `read`.

mod address;
mod amounts;
mod archive;
mod binary;
mod clippy;
mod component;
mod configuration;
mod credential;
mod deployment;
mod failure;
mod fallback;
mod gate;
mod guard;
mod hazard;
mod hidden;
mod identifier;
mod item;
mod language;
mod marker;
mod newcomers;
mod open;
mod outdated;
mod overrides;
mod password;
mod reach;
mod read;
mod rules;
mod rust_tests;
mod span;
mod suppressed;
mod unanswered;
mod unread;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::finding::{Finding, Findings};
use super::foreign::Written;
use super::suppression::{self, Configured};
use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch};
use crate::model::{FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::world::want::LARGEST_SWEPT;
use crate::world::{Class, ClassSet, Found, Name, Select, Swept, Want, WantId, Wants};
use crate::yaml::{Node, Spanned, decode as decode_node};
use read::SourceFile;

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "code",
    doc: "Reads shipped source and tests: stubs, debug calls, placeholders, switched-off checks, work left to do, tests. Where more than a tenth of it is in languages in which something is not looked for, that nothing was found is unknown.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "exclude: [src/legacy/**]\n",
};

/// Parameters of probe `code`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CodeProbe")]
struct Params {
    /// Globs of files to leave out.
    #[serde(default)]
    exclude: Vec<Spanned<String>>,
}

struct Code {
    exclude: Vec<String>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    let before = problems.len();
    super::folder::check_globs(&params.exclude, problems);
    let exclude = params.exclude.into_iter().map(|glob| glob.value).collect();
    (problems.len() == before).then(|| Box::new(Code { exclude }) as Box<dyn Probe>)
}

/// Counts of findings in shipped source.
const SHIPPED: &[(&str, &str)] = &[
    (
        "stubs",
        "unfinished functions: `todo!()`, `panic(\"not implemented\")`, `NotImplementedError` in no abstract method, a handler that only answers 501; what is built only with a feature of Cargo that is not on by default is shown and does not count",
    ),
    (
        "stubs_reachable",
        "those in a function that is public, registered by a decorator, promised by a trait or base class, or named elsewhere in shipped code, and those in no function",
    ),
    ("stubs_unreferenced", "the others: nothing shipped names their function"),
    (
        "placeholders",
        "placeholder texts in string literals: `changeme`, `your-api-key`, lorem ipsum; findings are likely, not certain",
    ),
    (
        "debug_leftovers",
        "calls of a debugger or a dump: `dbg!`, `breakpoint()`, `debugger`, `binding.pry`, `var_dump(`",
    ),
    ("tls_verification_off", "certificate checks switched off; findings are likely, and behind an option only hints"),
    (
        "debug_modes",
        "debug mode switched on where production reads it: Django settings, `app.run(debug=True)`, Rails, Laravel, Gin",
    ),
    (
        "unowned_todos",
        "`TODO`, `FIXME`, `XXX`, `HACK` and `BUG` in comments that name no person, issue, address or day",
    ),
];
/// Counts of findings in shipped source, of every table.
fn in_source() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    [
        SHIPPED,
        failure::FACTS,
        fallback::FACTS,
        hazard::FACTS,
        credential::FACTS,
        password::FACTS,
        outdated::FACTS,
        deployment::FACTS,
        configuration::FACTS,
    ]
    .into_iter()
    .flatten()
}

/// Counts of findings in tests.
const TESTED: &[(&str, &str)] = &[
    ("focused_tests", "tests that switch off the others: `.only(`, `fit(`, `:focus`"),
    ("skipped_tests", "tests that are skipped whatever the platform is"),
    ("unexplained_skips", "skipped tests without a reason on their line"),
];
/// Counts of findings in any text file.
const TEXTS: &[(&str, &str)] = &[
    ("conflict_markers", "conflicts that a merge left in a file"),
    (
        "bidi_controls",
        "characters that turn the direction of text, in files whose language is known, translations aside",
    ),
    ("invisible_characters", "invisible characters in code, outside of strings and comments"),
];

impl Probe for Code {
    fn facts(&self) -> FactSchema {
        let mut decls = vec![
            FactDecl::new(
                "files",
                FactType::Count,
                "shipped source files in a programming language; 0 when there is none",
            ),
            FactDecl::new(
                "lines",
                FactType::Count,
                "their lines of code, without blank lines, comments and tests beside the code",
            ),
            FactDecl::new(
                "suppressed",
                FactType::Count,
                "findings that a comment naming a rule takes out of the counts",
            ),
            FactDecl::new("todos", FactType::Count, "markers of work to do in their comments, owned or not"),
            FactDecl::new("unowned_todo_density", FactType::Number, "`unowned_todos` per 1000 lines of code"),
            FactDecl::new("test_files", FactType::Count, "files of tests in a programming language"),
            FactDecl::new("tests", FactType::Count, "tests, by the markers of each language's usual frameworks"),
            FactDecl::new("test_density", FactType::Number, "`tests` per 1000 lines of code"),
            FactDecl::new(
                "skipped_ratio",
                FactType::Ratio,
                "skipped tests among all; one with a reason counts half; absent when there are no tests",
            ),
            FactDecl::new(
                "swallowed_error_density",
                FactType::Number,
                "`swallowed_errors` per 5000 lines of code; 0 for fewer than four",
            ),
            FactDecl::new("deadline_gap_density", FactType::Number, "`calls_without_deadline` per 10000 lines of code"),
            FactDecl::new(
                "texts",
                FactType::Count,
                "text files that were searched for conflicts and hidden characters",
            ),
        ];
        let counts = in_source().chain(TESTED).chain(TEXTS);
        decls.extend(counts.map(|(name, doc)| FactDecl::new(name, FactType::Count, doc)));
        decls.extend(component::declarations());
        decls.extend(binary::declarations());
        decls.push(configuration::declaration());
        FactSchema { decls, ..FactSchema::default() }
    }

    fn key(&self) -> String {
        format!("code -{:?}", self.exclude)
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        Touch { reads: vec!["**".to_owned()], ..Touch::default() }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        let within = |select: Select| self.within(select, folder);
        // One want per language: so a file is searched for what is looked for in its language only.
        let source = |(lang, extensions)| {
            let select = within(Select::exts(extensions)).of(ClassSet::of(&[Class::Src, Class::Test]));
            Want::doc(select, format!("code/source {lang:?}"), |file| Ok(read::read(file)))
                .screened(move || read::questions(lang))
        };
        let mut ids: Vec<WantId> = language::all().map(|language| wants.add(source(language))).collect();
        let own = ClassSet::of(&[Class::Src, Class::Tooling, Class::Migration]);
        let texts = within(Select::any(own));
        let binaries =
            within(Select { names: vec![Name::Any], ..Select::any(own) }.except(binary::MEDIA.iter().copied()));
        ids.extend([
            wants.add(Want::sparse(texts, "code/text", |file| Ok(any(hidden::read(file)))).screened(hidden::questions)),
            wants.add(
                Want::sparse(binaries, "code/binary", |file| Ok(any(binary::read(file))))
                    .up_to(binary::LARGEST)
                    .with_binary(),
            ),
            wants.add(
                Want::sparse(within(binary::building()), "code/builds-wasm", |file| Ok(binary::builds_wasm(file)))
                    .screened(|| vec![binary::BUILDERS.iter().map(|word| word.as_bytes().to_vec()).collect()]),
            ),
        ]);
        ids
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let [sources @ .., texts, binaries, built] = look.wants else {
                return Err(Unknown::because("nothing was swept"));
            };
            for want in look.wants {
                look.swept.get(*want).whole.clone()?;
            }
            let mut sums = Sums {
                swept: look.swept,
                folder: look.folder,
                facts: Facts::new(),
                findings: Findings::treating(look.suppressions),
                configured: suppression::configured(&look, look.folder, suppressed::TOOLS),
                uncounted: None,
                written: self.written(&look, Class::Src),
                tested: self.written(&look, Class::Test),
            };
            sums.hidden();
            sums.source(sources.iter().map(|want| look.swept.get(*want)));
            sums.texts(look.swept.get(*texts));
            sums.binaries(look.swept.get(*binaries), look.swept.get(*built));
            Ok(Observation { facts: sums.facts, evidence: sums.findings.evidence(), requests: 0 })
        })
    }
}

impl Code {
    fn written(&self, look: &Look<'_>, class: Class) -> Written {
        if self.exclude.is_empty() {
            return Written::below(look.swept, look.folder, class);
        }
        Written::of(look.swept, self.within(Select::any(ClassSet::ALL), look.folder), class)
    }

    fn within(&self, select: Select, folder: &str) -> Select {
        select.except(self.exclude.iter().cloned()).below(folder)
    }
}

/// Whether a path is that of a program in a language whose comments are known.
pub(super) fn is_program(path: &str) -> bool {
    language::of_path(path).is_some()
}

/// Findings, if there are any.
fn any(findings: Vec<Finding>) -> Option<Vec<Finding>> {
    (!findings.is_empty()).then_some(findings)
}

/// The sums over all files.
struct Sums<'a> {
    swept: &'a Swept,
    folder: &'a str,
    facts: Facts,
    findings: Findings,
    /// Rules that the configuration of linters switches off.
    configured: Vec<Configured>,
    /// Why the number of tests is not known, if it is not.
    uncounted: Option<String>,
    written: Written,
    tested: Written,
}

impl Sums<'_> {
    /// What lies behind a folder that cannot be entered may hold anything.
    fn hidden(&mut self) {
        if let Some(hidden) = self.swept.tree().hidden_below(self.folder) {
            self.findings.unread(&hidden.path, hidden.reason.clone());
        }
    }

    fn source<'f>(&mut self, found: impl Iterator<Item = &'f Found>) {
        let mut files: Vec<(&str, bool, &SourceFile)> = Vec::new();
        let mut results: Vec<_> = found.flat_map(Found::own::<SourceFile>).collect();
        results.sort_by_key(|(id, _)| *id);
        for (id, result) in results {
            match result {
                Ok(_) if self.swept.class(id) == Class::Generated => {}
                Ok(file) => files.push((self.swept.path(id), self.swept.class(id) == Class::Src, file)),
                Err(unknown) => self.findings.unread(self.swept.path(id), unknown.0.clone()),
            }
        }
        let shipped = files.iter().filter(|(_, shipped, _)| *shipped).count();
        self.facts.present("files", Value::count(shipped));
        self.facts.present("test_files", Value::count(files.len() - shipped));
        if shipped == 0 {
            self.facts.set_reason("there is no shipped source file in a language that is known");
            return;
        }
        self.uncounted = unread::uncounted(self.swept, self.folder, files.len() - shipped);
        let uncounted = self.uncounted.as_deref();
        component::sum(self.swept, self.folder, &files, uncounted, &mut self.findings, &mut self.facts);
        let defined = self.definitions(&files);
        let reads = files.iter().any(|(_, shipped, file)| *shipped && file.reads_configuration);
        let mut stubs = Vec::new();
        for (path, _, file) in &files {
            let argued = |finding: &Finding| suppressed::argued(finding, path, &self.configured);
            let found = file.findings.iter().filter(|finding| !(reads && finding.fact == configuration::UNREAD));
            let (unfinished, found): (Vec<Finding>, Vec<_>) = found.map(argued).partition(|one| one.fact == "stubs");
            self.findings.extend(path, found);
            let settled = file.overridable.iter().map(|(name, finding)| {
                overrides::settle(name, finding.clone(), defined.get(name.as_str()).copied().unwrap_or_default())
            });
            stubs.extend(unfinished.into_iter().chain(settled).map(|finding| (*path, finding)));
        }
        let paths: Vec<&str> = files.iter().filter(|(_, shipped, _)| *shipped).map(|(path, ..)| *path).collect();
        for (path, finding) in reach::settle(stubs, &paths, self.swept, self.folder, LARGEST_SWEPT) {
            self.findings.push(path, finding);
        }
        let sum = |of: fn(&SourceFile) -> u32| files.iter().map(|(_, _, file)| u64::from(of(file))).sum::<u64>();
        self.amounts(sum(|file| file.lines), sum(|file| file.tests), sum(|file| file.todos));
        self.densities(sum(|file| file.lines));
        for (name, _) in in_source().chain(TESTED) {
            self.findings.set_count(&mut self.facts, name);
        }
        self.facts.present("suppressed", Value::count(self.findings.suppressed()));
        configuration::sum(&mut self.findings, &mut self.facts);
        password::forget(&self.findings, &mut self.facts);
        unread::forget(&mut self.facts, &self.findings, &self.written, &self.tested);
    }

    /// How often the methods that hold a stub are defined; nothing is read when there is no such stub.
    fn definitions(&self, files: &[(&str, bool, &SourceFile)]) -> BTreeMap<String, u32> {
        let names = files.iter().flat_map(|(_, _, file)| file.overridable.iter().map(|(name, _)| name.clone()));
        let paths = files.iter().map(|(path, ..)| *path);
        overrides::definitions(names, paths, |path| self.swept.read(path, LARGEST_SWEPT).ok())
    }

    fn texts(&mut self, found: &Found) {
        self.keep(found);
        if found.scanned == 0 {
            return;
        }
        self.facts.present("texts", Value::count(found.scanned));
        for (name, _) in TEXTS {
            self.findings.set_count(&mut self.facts, name);
        }
    }

    fn keep(&mut self, found: &Found) {
        for (id, result) in found.own::<Vec<Finding>>() {
            // What a program wrote may be large and odd, but nobody edits it.
            if self.swept.class(id) == Class::Generated {
                continue;
            }
            if let Ok(findings) = result {
                self.findings.extend(self.swept.path(id), findings.iter().cloned());
            }
        }
    }
}

#[cfg(test)]
mod mode_tests;
#[cfg(test)]
mod tests;
