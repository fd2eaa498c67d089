//! Probe `text`: counts what a pattern matches in the files of the source set.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, evidence, folder, limits};
use crate::model::report::Evidence;
use crate::model::{Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::world::{Class, ClassSet, Found, Hits, Pattern, Select, Swept, View, Want, WantId, Wants};
use crate::yaml::{Node, Spanned, decode as decode_node};

/// Matches kept with their text; with more, `matches` is not known as a whole.
const KEPT: u16 = 200;

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "text",
    doc: "Counts what a regular expression matches in the repository's text files.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "glob: \"src/**/*.py\"\npattern: '\\bbreakpoint\\(\\)'\nin: code\nexclude: [src/debug/**]\n",
};

/// Parameters of probe `text`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TextProbe")]
struct Params {
    /// Which files: `*` stays within one part of a path, `**` crosses parts, `{a,b}` is a choice. Ignored files are not
    /// in the source set unless git tracks them.
    glob: Spanned<String>,
    /// Regular expression (Rust syntax). `^` and `$` are line ends, `\n` is one of either kind, `.` stays on its line, `(?i)` ignores case.
    pattern: Spanned<String>,
    /// Globs of files to leave out.
    #[serde(default)]
    exclude: Vec<Spanned<String>>,
    /// Where a match must start: in code, in comments, anywhere but in comments, or anywhere.
    #[serde(default, rename = "in")]
    part: Part,
    /// Classes of files to look at; without it `src` for `in: code` and `in: comments`, else all but `vendored` and
    /// `generated`.
    #[serde(default)]
    classes: Vec<ClassWord>,
    /// What it means when nothing matches.
    #[serde(default)]
    absence: Absence,
    /// Time limit.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

/// A part of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Part {
    /// Outside comments and string literals.
    Code,
    /// In comments.
    Comments,
    /// Anywhere but in comments: what is only written about is not there.
    Uncommented,
    /// Anywhere.
    #[default]
    All,
}

/// What it means when nothing matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Absence {
    /// There is none: a count of 0.
    #[default]
    Zero,
    /// What is looked for may as well be kept outside of the repository: nothing is known.
    Unknown,
}

/// A class of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum ClassWord {
    /// Shipped source and configuration.
    Src,
    /// Tests.
    Test,
    /// Data that tests read.
    Fixture,
    /// Written by a program.
    Generated,
    /// Copied from elsewhere.
    Vendored,
    /// Scripts and CI.
    Tooling,
    /// Examples.
    Example,
    /// Prose.
    Docs,
    /// Database migrations.
    Migration,
}

impl ClassWord {
    fn class(self) -> Class {
        match self {
            ClassWord::Src => Class::Src,
            ClassWord::Test => Class::Test,
            ClassWord::Fixture => Class::Fixture,
            ClassWord::Generated => Class::Generated,
            ClassWord::Vendored => Class::Vendored,
            ClassWord::Tooling => Class::Tooling,
            ClassWord::Example => Class::Example,
            ClassWord::Docs => Class::Docs,
            ClassWord::Migration => Class::Migration,
        }
    }
}

/// The probe with its parameters checked.
struct Text {
    glob: String,
    exclude: Vec<String>,
    classes: ClassSet,
    pattern: Pattern,
    view: View,
    absence: Absence,
    timeout: Option<Duration>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    let before = problems.len();
    folder::check_globs(std::iter::once(&params.glob).chain(&params.exclude), problems);
    let pattern = Pattern::new(&params.pattern)
        .map_err(|wrong| {
            let message = format!("pattern `{}`: {wrong}", params.pattern.value);
            let help = "Rust's regex syntax; put the pattern in single quotes so that YAML leaves `\\` alone";
            problems.push(params.pattern.span.problem(message).help(help));
        })
        .ok();
    let timeout = limits::timeout(params.timeout.as_ref(), problems);
    let pattern = pattern.filter(|_| problems.len() == before)?;
    let view = match params.part {
        Part::Code => View::Code,
        Part::Comments => View::Comments,
        Part::Uncommented => View::Uncommented,
        Part::All => View::Raw,
    };
    let classes = match (params.classes.as_slice(), view) {
        ([], View::Raw | View::Uncommented) => ClassSet::OWN,
        ([], _) => ClassSet::SRC,
        (words, _) => ClassSet::of(&words.iter().map(|word| word.class()).collect::<Vec<_>>()),
    };
    let exclude = params.exclude.into_iter().map(|glob| glob.value).collect();
    Some(Box::new(Text { glob: params.glob.value, exclude, classes, pattern, view, absence: params.absence, timeout }))
}

impl Probe for Text {
    fn facts(&self) -> FactSchema {
        FactSchema {
            decls: vec![
                FactDecl::new("count", FactType::Count, "matches in all files; unobserved when no file was looked at"),
                FactDecl::new("files", FactType::Count, "files with a match; unobserved when no file was looked at"),
                FactDecl::new(
                    "matches",
                    FactType::List(Box::new(FactType::Text)),
                    "what matched, each by (path, line), at most 200 characters of each; unobserved beyond 200 matches",
                ),
                FactDecl::new("scanned", FactType::Count, "files looked at; 0 when none matches the glob"),
            ],
            ..FactSchema::default()
        }
    }

    fn key(&self) -> String {
        let Text { glob, exclude, classes, pattern, view, absence, timeout: _ } = self;
        format!("text {glob:?} -{exclude:?} {classes:?} {:?} {view:?} {absence:?}", pattern.text())
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        Touch { reads: vec![self.glob.clone()], ..Touch::default() }
    }

    fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        // `decode` has checked the glob; one that cannot work names nothing.
        let Ok(select) = Select::glob(&self.glob) else { return Vec::new() };
        let select = select.except(self.exclude.iter().cloned()).of(self.classes).below(folder);
        vec![wants.add(Want::hits(select, self.pattern.clone(), self.view, KEPT))]
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let want = look.wants.first().ok_or_else(|| Unknown::because("nothing was swept"))?;
            self.read(look.swept, look.swept.get(*want), look.folder)
        })
    }
}

impl Text {
    fn read(&self, swept: &Swept, found: &Found, folder: &str) -> Result<Observation, Unknown> {
        found.whole.clone()?;
        let mut facts = Facts::new();
        let mut evidence = self.shown(swept, found);
        let trouble = self.trouble(swept, found, folder);
        if let Some(reason) = &trouble {
            facts.set_reason(reason.clone());
            evidence.insert(0, evidence::remark(reason.clone()));
        }
        if found.unread().next().is_none() && swept.tree().hidden_below(folder).is_none() {
            facts.present("scanned", Value::count(found.scanned));
        }
        if trouble.is_none() {
            facts.present("count", Value::count(found.count()));
            facts.present("files", Value::count(found.hits().count()));
            facts.set("matches", matches_fact(found));
        }
        Ok(Observation { facts, evidence, requests: 0 })
    }

    /// Why the counts are not known, if so.
    fn trouble(&self, swept: &Swept, found: &Found, folder: &str) -> Option<String> {
        if let Some((_, unknown)) = found.unread().next() {
            let others = found.unread().count() - 1;
            let more = if others == 0 { String::new() } else { format!(" (and {others} more)") };
            return Some(format!("not searched: {unknown}{more}"));
        }
        if let Some(hidden) = swept.tree().hidden_below(folder) {
            return Some(format!("cannot look into `{}`: {}", hidden.path, hidden.reason));
        }
        if found.scanned == 0 && found.binary > 0 {
            return Some(format!("every file that matches `{}` is binary", self.glob));
        }
        if found.scanned == 0 {
            return Some(format!("no file matches `{}`", shown_glob(&self.glob)));
        }
        (self.absence == Absence::Unknown && found.count() == 0)
            .then(|| "no sign of it in the repository; it may be kept elsewhere".to_owned())
    }

    fn shown(&self, swept: &Swept, found: &Found) -> Vec<Evidence> {
        let hits = found.hits().flat_map(|(id, hits)| hits.first.iter().map(move |hit| (id, hit)));
        let mut shown: Vec<Evidence> = hits
            .take(evidence::MOST_SHOWN)
            .map(|(id, hit)| evidence::hit(swept.path(id), hit, self.pattern.text()))
            .collect();
        let more = found.count().saturating_sub(shown.len() as u64);
        if more > 0 {
            shown.push(evidence::remark(format!("and {more} more")));
        }
        let files = if found.scanned == 1 { "file" } else { "files" };
        shown.push(evidence::remark(format!("{} {files} searched by `{}`", found.scanned, shown_glob(&self.glob))));
        if found.unlexed > 0 {
            let note = format!("{} of them in a language whose comments are not known", found.unlexed);
            shown.push(evidence::remark(note));
        }
        shown
    }
}

fn matches_fact(found: &Found) -> Fact {
    let kept = |hits: &Hits| hits.first.len() as u64;
    let complete = found.hits().all(|(_, hits)| kept(hits) == u64::from(hits.count));
    if !complete {
        return Fact::Unobserved(format!("{} matches; the texts of the first {KEPT} were kept", found.count()));
    }
    let texts = found.hits().flat_map(|(_, hits)| hits.first.iter().map(|hit| Value::Text(hit.text.clone())));
    Fact::Present(Value::List(texts.collect()))
}

/// A glob as evidence shows it: a long list of alternatives is cut.
fn shown_glob(glob: &str) -> String {
    /// Longest glob shown whole.
    const MOST: usize = 60;
    if glob.chars().count() <= MOST {
        glob.to_owned()
    } else {
        format!("{}…", glob.chars().take(MOST).collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::sample::{decode as decode_text, observe};
    use super::*;

    const FILES: &[(&str, &str)] = &[
        ("src/a.py", "x = 1  # breakpoint()\nbreakpoint()\ns = 'breakpoint()'\n"),
        ("src/b.py", "print(1)\n"),
        ("tests/test_a.py", "breakpoint()\n"),
        ("pic.py", "\0"),
    ];

    fn count(yaml: &str) -> (Fact, Fact) {
        let seen = observe("text", yaml, FILES).unwrap();
        (seen.facts.get("count"), seen.facts.get("scanned"))
    }

    fn number(n: u32) -> Fact {
        Fact::Present(Value::count(n))
    }

    #[test]
    fn matches_are_counted_in_the_part_and_the_classes_asked_for() {
        assert_eq!(count("glob: '**/*.py'\npattern: breakpoint\\("), (number(4), number(3)));
        assert_eq!(count("glob: '**/*.py'\npattern: breakpoint\\(\nin: code"), (number(1), number(2)));
        assert_eq!(count("glob: '**/*.py'\npattern: breakpoint\\(\nin: comments"), (number(1), number(2)));
        assert_eq!(count("glob: '**/*.py'\npattern: breakpoint\\(\nin: uncommented"), (number(3), number(3)));
        assert_eq!(count("glob: '**/*.py'\npattern: breakpoint\nclasses: [test]"), (number(1), number(1)));
        assert_eq!(count("glob: '**/*.py'\npattern: breakpoint\nexclude: [src/**]"), (number(1), number(1)));
    }

    #[test]
    fn evidence_names_the_line_and_the_facts_agree() {
        let seen = observe("text", "glob: 'src/*.py'\npattern: breakpoint\nin: code", FILES).unwrap();
        let place = seen.evidence[0].place.clone().unwrap();
        assert_eq!(place.to_string(), "src/a.py:2:1");
        assert_eq!(seen.evidence[0].note.as_deref(), Some("breakpoint()"));
        assert_eq!(seen.facts.get("files"), number(1));
        assert_eq!(seen.facts.get("matches"), Fact::Present(Value::List(vec![Value::Text("breakpoint".into())])));
    }

    #[test]
    fn nothing_searched_is_unobserved_and_not_zero() {
        let (count, scanned) = count("glob: '**/*.rs'\npattern: x");
        assert_eq!(count, Fact::Unobserved("no file matches `**/*.rs`".into()));
        assert_eq!(scanned, number(0));
        let binary = observe("text", "glob: pic.py\npattern: x", FILES).unwrap();
        assert_eq!(binary.facts.get("count"), Fact::Unobserved("every file that matches `pic.py` is binary".into()));
    }

    #[test]
    fn no_match_is_unobserved_where_absence_tells_nothing() {
        let yaml = "glob: '**/*.py'\npattern: pg_dump\nabsence: unknown";
        assert!(matches!(count(yaml).0, Fact::Unobserved(reason) if reason.contains("may be kept elsewhere")));
        assert_eq!(count(&yaml.replace("pg_dump", "breakpoint")).0, number(4));
    }

    #[test]
    fn a_file_that_is_too_large_makes_the_counts_unknown() {
        let big = "x".repeat(2 * 1024 * 1024 + 1);
        let seen = observe("text", "glob: '*.txt'\npattern: y", &[("a.txt", "y"), ("b.txt", &big)]).unwrap();
        assert_eq!(seen.facts.get("count"), Fact::Unobserved("not searched: `b.txt` is larger than 2 MiB".into()));
        assert!(matches!(seen.facts.get("scanned"), Fact::Unobserved(_)));
    }

    #[test]
    fn wrong_parameters_are_problems_at_their_place() {
        let problems = decode_text("text", "glob: '[a'\npattern: '(x'\nexclude: [../y]\ntimeout: soon").err().unwrap();
        let lines: Vec<_> = problems.iter().map(|p| (p.place.clone().unwrap().line, p.message.clone())).collect();
        assert_eq!(lines.len(), 4, "{lines:?}");
        assert_eq!(lines[0].1, "glob `[a`: unclosed character class; missing ']'");
        assert_eq!(lines[1].1, "glob `../y` leads out of the repository");
        assert_eq!(lines[2].1, "pattern `(x`: unclosed group");
        let empty = decode_text("text", "glob: a\npattern: 'x*'").err().unwrap();
        assert!(empty.iter().next().unwrap().message.contains("matches the empty text"));
    }
}
