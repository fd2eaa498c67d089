//! One way in which a sign is seen: which files, which pattern, which packages must be declared for it to count.

use schemars::JsonSchema;
use serde::Deserialize;

use super::language::Language;
use crate::model::Problems;
use crate::probe::folder;
use crate::world::{Class, ClassSet, Pattern, Select, View, Want};
use crate::yaml::Spanned;

/// Matches of one way that are kept with their place; all are counted.
const KEPT: u16 = 20;

/// What lock files and declarations of types say is nobody's doing here; a glob that names locks means them.
const LOCKS: &[&str] =
    &["**/{package-lock,npm-shrinkwrap,packages.lock,deno,bun}*.json", "**/pnpm-lock.yaml", "**/*.lock"];
const DECLARATIONS: &[&str] = &["**/*.d.{ts,mts,cts}"];

/// One way: a use in code of a language, or a text in files that a glob names.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SignWay")]
pub(super) struct WayParams {
    /// The language whose shipped sources are looked at; matches must start in code, outside comments and string
    /// literals.
    #[serde(default)]
    language: Option<Language>,
    /// The same for several languages, where one pattern is right for all of them.
    #[serde(default)]
    languages: Vec<Language>,
    /// Packages of the language of which a manifest must declare one for a match to count, lower case; `*` at the end
    /// stands for anything. Go modules stand for the packages below them, JVM names are artifacts or groups. Without
    /// any it is part of the language.
    #[serde(default)]
    packages: Vec<Spanned<String>>,
    /// Files to look at in place of the language's sources, in shipped files and tooling; matches must start outside
    /// comments.
    #[serde(default)]
    glob: Option<Spanned<String>>,
    /// Globs of files to leave out.
    #[serde(default)]
    exclude: Vec<Spanned<String>>,
    /// Look at tests, in place of shipped files.
    #[serde(default)]
    tests: bool,
    /// Look at documents, in place of shipped files; comments count there.
    #[serde(default)]
    documents: bool,
    /// Regular expression (Rust syntax). `^` and `$` are line ends, `\n` is one of either kind, `.` stays on its line, `(?i)` ignores case.
    pattern: Spanned<String>,
}

/// The same, checked.
pub(super) struct Way {
    pub(super) language: Option<Language>,
    pub(super) packages: Vec<String>,
    glob: Option<String>,
    exclude: Vec<String>,
    classes: ClassSet,
    view: View,
    pattern: Pattern,
}

/// The ways that one stands for: one, or one for each of its languages; none where it is wrong.
pub(super) fn checked(way: WayParams, problems: &mut Problems) -> Vec<Way> {
    if way.languages.is_empty() {
        return one(way, problems).into_iter().collect();
    }
    if way.language.is_some() || !way.packages.is_empty() || way.glob.is_some() {
        let message = "`languages` beside `language`, `packages` or `glob`".to_owned();
        let help = "a way with `languages` has a pattern alone; write one way for each language that needs more";
        problems.push(way.pattern.span.problem(message).help(help));
        return Vec::new();
    }
    let of = |language: &Language| WayParams { language: Some(*language), languages: Vec::new(), ..way.clone() };
    way.languages.iter().map(of).map_while(|way| one(way, problems)).collect()
}

fn one(way: WayParams, problems: &mut Problems) -> Option<Way> {
    let before = problems.len();
    folder::check_globs(way.glob.iter().chain(&way.exclude), problems);
    if way.language.is_none() && (way.glob.is_none() || !way.packages.is_empty()) {
        let message =
            if way.glob.is_none() { "neither `language` nor `glob`" } else { "`packages` without `language`" };
        let help = "write `language: python` for its sources, or `glob: \"**/*.yml\"` for other files";
        problems.push(way.pattern.span.problem(message.to_owned()).help(help));
    }
    let pattern = Pattern::new(&way.pattern)
        .map_err(|wrong| {
            let message = format!("pattern `{}`: {wrong}", way.pattern.value);
            let help = "Rust's regex syntax; put the pattern in single quotes so that YAML leaves `\\` alone";
            problems.push(way.pattern.span.problem(message).help(help));
        })
        .ok();
    let pattern = pattern.filter(|_| problems.len() == before)?;
    let (view, classes) = match (way.documents, way.tests, way.glob.is_some()) {
        (true, ..) => (View::Raw, ClassSet::of(&[Class::Docs, Class::Src, Class::Tooling])),
        (_, true, false) => (View::Code, ClassSet::of(&[Class::Test])),
        (_, true, true) => (View::Uncommented, ClassSet::of(&[Class::Test])),
        (_, _, true) => (View::Uncommented, ClassSet::of(&[Class::Src, Class::Tooling])),
        (_, _, false) => (View::Code, ClassSet::SRC),
    };
    let text = |name: Spanned<String>| name.value;
    Some(Way {
        language: way.language,
        packages: way.packages.into_iter().map(|name| name.value.to_ascii_lowercase()).collect(),
        glob: way.glob.map(text),
        exclude: way.exclude.into_iter().map(text).collect(),
        classes,
        view,
        pattern,
    })
}

impl Way {
    pub(super) fn want(&self, folder: &str) -> Want {
        let select = match (&self.glob, self.language) {
            // `checked` has checked the glob, and that there is one or the other.
            (Some(glob), _) => Select::glob(glob).unwrap_or_else(|_| Select::bases(&[])),
            (None, language) => Select::exts(language.map_or(&[], Language::extensions)),
        };
        let passive = match &self.glob {
            Some(glob) if glob.contains("lock") => &[][..],
            Some(_) => LOCKS,
            None => DECLARATIONS,
        };
        let excluded = self.exclude.iter().cloned().chain(passive.iter().map(|glob| (*glob).to_owned()));
        let select = select.except(excluded).of(self.classes).below(folder);
        Want::hits(select, self.pattern.clone(), self.view, KEPT)
    }

    /// Which files it looks at, for counting them once.
    pub(super) fn files(&self) -> String {
        format!("{:?} {:?} {:?} {:?}", self.language, self.glob, self.exclude, self.classes)
    }

    pub(super) fn key(&self) -> String {
        format!("{} {:?} {:?} {:?}", self.files(), self.packages, self.view, self.pattern.text())
    }

    pub(super) fn reads(&self) -> Vec<String> {
        match (&self.glob, self.language) {
            (Some(glob), _) => vec![glob.clone()],
            (None, language) => {
                language.map_or(&[][..], Language::extensions).iter().map(|ext| format!("**/*.{ext}")).collect()
            }
        }
    }
}
