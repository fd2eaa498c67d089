//! AppVeyor: `install`, `build_script`, `test_script` and what stands before and after them, for every shell. After its
//! documentation ("Branches and tags", "`appveyor.yml` reference"): pushes and pull requests start builds, and the branch of a
//! pull request is the one that it goes to. Where neither `test_script` nor `test: off` stands, it searches for test assemblies
//! by itself ("Running tests").

use super::super::starts::{Event, Started, Starts, branches};
use super::super::step::{Given, Lines, Reading, Step, is_true, joined, listed, text, written};
use super::super::variable::variables;
use super::documents;
use crate::probe::pipelines::SEARCHED_TESTS;
use crate::yaml::Node;

/// Phases whose failure ends a build, in order.
const PHASES: &[&str] =
    &["init", "install", "before_build", "build_script", "after_build", "before_test", "test_script", "after_test"];

/// Shells that a line may name.
const SHELLS: &[&str] = &["ps", "pwsh", "cmd", "sh"];

/// Ends of files from which assemblies are built; without one of them the search for tests finds nothing.
const OF_ASSEMBLIES: &[&str] = &[".sln", ".slnx", ".csproj", ".fsproj", ".vbproj", ".vcxproj", ".xproj", ".cs"];

pub(super) fn read(given: &Given<'_>) -> Result<Option<Reading>, String> {
    let documents = documents(given)?;
    let Some(root) = documents.first() else { return Ok(None) };
    let mut reading = Reading::default();
    let starts = by_branches(root).only_if(!is_true(root, "skip_non_tags"));
    step(given.path, root, &starts, &mut reading);
    for one in root.get("for").map(Node::items).unwrap_or_default() {
        let starts = starts.and(&by_branches(one)).only_if(!is_true(one, "skip_non_tags"));
        step(given.path, one, &starts, &mut reading);
    }
    if searches_tests(root) && (given.has)(OF_ASSEMBLIES) {
        reading.steps.push(search(given.path, root, starts));
    }
    Ok(Some(reading.in_sequence()))
}

/// `branches`: those that are built, or those that are not. A push whose pull request is built may be skipped.
fn by_branches(node: &Node) -> Starts {
    let branches = node.get("branches");
    let of = |key: &str| branches.and_then(|branches| branches.get(key));
    let any = |list: &Node, event| branches::any(listed(list).iter().filter_map(Node::text), event);
    Starts::each(|event| {
        let taken = of("only").map_or(Started::Yes, |only| any(only, event));
        let kept = taken.and(of("except").map_or(Started::Yes, |except| any(except, event).negated()));
        if event == Event::Branch && is_true(node, "skip_branch_with_pr") { Started::No } else { kept }
    })
}

/// Whether AppVeyor is left to search for tests: there is no script, and `test` is not switched off (it may choose assemblies).
fn searches_tests(root: &Node) -> bool {
    let is_off = text(root, "test").is_some_and(|text| matches!(text.to_ascii_lowercase().as_str(), "off" | "false"));
    let mut script = Lines::new();
    for item in root.get("test_script").map(listed).unwrap_or_default() {
        written(SHELLS.iter().find_map(|shell| item.get(shell)).unwrap_or(item), &mut script);
    }
    !is_off && script.is_empty()
}

/// The search: no command of the file, so that it stands where the first key does.
fn search(path: &str, root: &Node, starts: Starts) -> Step {
    let line = root.get("test").map_or(root.span.line, |node| node.span.line);
    Step { path: path.to_owned(), line, uses: Some(SEARCHED_TESTS.to_owned()), starts, ..Step::default() }
}

fn step(path: &str, node: &Node, starts: &Starts, reading: &mut Reading) {
    let mut lines: Lines = Vec::new();
    for phase in PHASES {
        for item in node.get(phase).map(listed).unwrap_or_default() {
            match SHELLS.iter().find_map(|shell| item.get(shell)) {
                Some(script) => written(script, &mut lines),
                None => written(item, &mut lines),
            }
        }
        // What builds by itself is a project for MSBuild.
        if let Some(project) = node.get("build").filter(|_| *phase == "build_script" && node.get(phase).is_none())
            && let Some(name) = text(project, "project")
        {
            lines.push((project.span.line, format!("msbuild {name}")));
        }
    }
    let Some((line, _)) = lines.first() else { return };
    let (line, path) = (*line, path.to_owned());
    let own = node.get("environment");
    let set = variables([own, own.and_then(|own| own.get("global"))]);
    reading.steps.push(Step { path, line, lines: joined(&lines), set, starts: starts.clone(), ..Step::default() });
}
