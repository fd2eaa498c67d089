//! AppVeyor: `install`, `build_script`, `test_script` and what stands before and after them, for every shell. After its
//! documentation ("Branches and tags", "`appveyor.yml` reference"): pushes and pull requests start builds, and the branch of a
//! pull request is the one that it goes to.

use super::super::starts::{Event, Started, Starts, branches};
use super::super::step::{Given, Lines, Reading, Step, is_true, joined, listed, text, written};
use super::documents;
use crate::yaml::Node;

/// Phases whose failure ends a build, in order.
const PHASES: &[&str] =
    &["init", "install", "before_build", "build_script", "after_build", "before_test", "test_script", "after_test"];

/// Shells that a line may name.
const SHELLS: &[&str] = &["ps", "pwsh", "cmd", "sh"];

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
    Ok(Some(reading))
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
    reading.steps.push(Step { path, line, lines: joined(&lines), starts: starts.clone(), ..Step::default() });
}
