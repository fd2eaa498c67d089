//! Components: the folders with a package manifest, each with the code and the tests below it (catalogue, tests/present).
//! Owns their facts.

use std::collections::{BTreeMap, BTreeSet};

use super::read::SourceFile;
use crate::model::{Exact, Fact, FactDecl, FactType, Facts, Value};
use crate::probe::finding::{Finding, Findings};
use crate::world::{Class, ClassSet, Name, Select, Swept};

/// A component with no more lines of code may go without tests.
const SMALL: u64 = 200;
/// Fewer tests in 1000 lines of code are half of what should be.
const TESTS_IN_1000: u64 = 2;
/// Manifests that make a folder a component.
#[rustfmt::skip]
const MANIFESTS: &[&str] = &[
    "Cargo.toml", "package.json", "pyproject.toml", "setup.py", "go.mod", "pom.xml", "build.gradle", "build.gradle.kts",
    "composer.json", "Gemfile", "mix.exs", "pubspec.yaml", "Package.swift",
];
const PROJECT_FILES: &[&str] = &["csproj", "fsproj", "vbproj", "gemspec"];

/// Their declarations.
pub(super) fn declarations() -> [FactDecl; 5] {
    let fact = FactDecl::new;
    [
        fact(
            "components",
            FactType::Count,
            "folders with a package manifest and more than 200 lines of code of their own; code below none belongs to the root",
        ),
        fact(
            "untested_components",
            FactType::Count,
            "those without a test, where no folder of tests alone may be about them",
        ),
        fact("sparsely_tested_components", FactType::Count, "those with fewer than two tests in 1000 lines of code"),
        fact("mostly_tested", FactType::Bool, "whether `component_credit` is four fifths or more"),
        fact(
            "component_credit",
            FactType::Ratio,
            "share of the lines of code of components that have tests; those of sparsely tested ones count half; where none has more than 200 lines, all is one",
        ),
    ]
}

#[derive(Default)]
struct Component {
    lines: u64,
    tests: u64,
}

/// Sums code and tests up by component. `uncounted`: why tests are not all counted, if they are not.
pub(super) fn sum(
    swept: &Swept,
    folder: &str,
    files: &[(&str, bool, &SourceFile)],
    uncounted: Option<&str>,
    findings: &mut Findings,
    facts: &mut Facts,
) {
    let roots = roots(swept, folder);
    let mut components: BTreeMap<&str, Component> = BTreeMap::new();
    for (path, _, file) in files {
        let component = components.entry(root_of(&roots, path)).or_default();
        component.lines += u64::from(file.lines);
        component.tests += u64::from(file.tests);
    }
    let apart: Vec<&str> =
        components.iter().filter(|(_, one)| one.tests > 0 && one.lines <= SMALL).map(|(root, _)| *root).collect();
    let (mut earned, mut all) = (0, 0);
    for (root, one) in components.iter().filter(|(_, one)| one.lines > SMALL) {
        all += one.lines;
        let place = if root.is_empty() { "the root" } else { root };
        let amount = format!("{place}: {} tests for {} lines of code", one.tests, one.lines);
        findings.push(place_of(root), Finding::new("components", 0, *root, amount.clone()));
        let halves = match halves(one.lines, one.tests) {
            2 => 2,
            _ if may_be_tested_elsewhere(root, &apart, &components) => 2,
            1 => {
                findings.push(place_of(root), Finding::new("sparsely_tested_components", 0, *root, amount));
                1
            }
            _ => {
                findings.push(place_of(root), Finding::new("untested_components", 0, *root, amount));
                0
            }
        };
        earned += one.lines * halves;
    }
    for name in ["components", "untested_components", "sparsely_tested_components"] {
        findings.set_count(facts, name);
    }
    findings.sum_up(&["untested_components", "sparsely_tested_components"], "mostly_tested");
    if all == 0 {
        let (lines, tests) = components.values().fold((0, 0), |sum, one| (sum.0 + one.lines, sum.1 + one.tests));
        (earned, all) = (halves(lines, tests), 1);
    }
    facts.present("mostly_tested", Value::Bool(5 * earned >= 4 * 2 * all));
    facts.present("component_credit", Value::Number(Exact::ratio(earned, all * 2).unwrap_or_else(Exact::zero)));
    if let Some(reason) = uncounted {
        for name in ["untested_components", "sparsely_tested_components", "mostly_tested", "component_credit"] {
            facts.set(name, Fact::Unobserved(reason.to_owned()));
        }
    }
}

/// What its tests earn a component, in halves.
fn halves(lines: u64, tests: u64) -> u64 {
    match tests {
        0 => 0,
        _ if tests * 1000 >= lines * TESTS_IN_1000 => 2,
        _ => 1,
    }
}

fn roots<'s>(swept: &'s Swept, folder: &str) -> BTreeSet<&'s str> {
    let extensions = PROJECT_FILES.iter().map(|extension| Name::Ext((*extension).to_owned()));
    let select = extensions.fold(Select::bases(MANIFESTS), Select::or);
    let select = select.of(ClassSet::of(&[Class::Src, Class::Test])).below(folder);
    swept.tree().select(&select).into_iter().map(|id| swept.tree().entry(id).folder()).collect()
}

/// The nearest folder at or above a file that is a component; the root is one in any case.
fn root_of<'r>(roots: &BTreeSet<&'r str>, path: &str) -> &'r str {
    let mut at = path;
    while let Some((above, _)) = at.rsplit_once('/') {
        if let Some(root) = roots.get(above) {
            return root;
        }
        at = above;
    }
    ""
}

/// Whether a folder of tests alone may be about a component: its name without words for tests is in the component's path
/// (`Shop.Tests`, `api_tests`), or in that of none, so that it may be about all (`e2e`, `tests`).
fn may_be_tested_elsewhere(root: &str, apart: &[&str], components: &BTreeMap<&str, Component>) -> bool {
    let is_about = |subject: &[String], root: &str| subject.iter().all(|word| words(root).contains(word));
    apart.iter().any(|tests| {
        let last = tests.rsplit('/').next().unwrap_or(tests);
        let subject: Vec<String> =
            words(last).into_iter().filter(|word| !ABOUT_TESTS.contains(&word.as_str())).collect();
        let mut shipped = components.iter().filter(|(_, one)| one.lines > SMALL);
        is_about(&subject, root) || !shipped.any(|(other, _)| is_about(&subject, other))
    })
}

/// Words of names of folders that hold tests.
const ABOUT_TESTS: &[&str] = &[
    "test",
    "tests",
    "testing",
    "unittests",
    "e2e",
    "integration",
    "functional",
    "acceptance",
    "spec",
    "specs",
    "unit",
];

fn words(path: &str) -> Vec<String> {
    path.split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect()
}

fn place_of(root: &str) -> &str {
    if root.is_empty() { "." } else { root }
}

#[cfg(test)]
mod tests {
    use crate::probe::code::DEF;
    use crate::probe::trial::{count, observe, percent};

    #[test]
    fn each_component_needs_tests_of_its_own() {
        let code = "fn f() -> u32 { 1 }\n".repeat(250);
        let tested = format!("{code}\n#[test]\nfn one() {{}}\n#[test]\nfn two() {{}}\n");
        let manifest = |name: &'static str| (name, "[package]\nname = 'x'\n");
        let files = [
            manifest("a/Cargo.toml"),
            ("a/src/lib.rs", tested.as_str()),
            manifest("b/Cargo.toml"),
            ("b/src/lib.rs", code.as_str()),
        ];
        let seen = observe(&DEF, "{}", &files);
        assert_eq!((count(&seen, "components"), count(&seen, "untested_components")), (Some(2), Some(1)));
        assert_eq!(percent(&seen, "component_credit"), Some(50));
        let elsewhere = ("tests/all_test.go", "package x\nfunc TestAll(t *testing.T) {}\n");
        let seen = observe(&DEF, "{}", &[files[0], files[1], files[2], files[3], elsewhere]);
        assert_eq!(count(&seen, "untested_components"), Some(0), "a folder of tests may be about it");
        let many = code.repeat(5);
        let sparse = format!("{many}\n#[test]\nfn one() {{}}\n");
        let seen = observe(&DEF, "{}", &[files[0], ("a/src/lib.rs", sparse.as_str())]);
        assert_eq!(
            (count(&seen, "sparsely_tested_components"), percent(&seen, "component_credit")),
            (Some(1), Some(50))
        );
    }
}
