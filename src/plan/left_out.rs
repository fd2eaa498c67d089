//! What a catalog rule needs and the spec does not say, told where the spec brings the rule: nobody can mend the
//! catalog's own file.

use super::brought::Brought;
use super::with;
use crate::model::problem::Level;
use crate::model::{Problem, Problems};
use crate::spec::document::Document;

/// The same problems, those in the catalog's files at the line of the spec that brings the rule.
pub(super) fn told_in_spec(rule: &Brought, document: &Document, found: Problems) -> Problems {
    let mut told = Problems::new();
    for problem in found.iter() {
        let of_catalog = problem.place.as_ref().is_some_and(|place| place.file.starts_with("catalog:"));
        told.push(match of_catalog && problem.level == Level::Error {
            true if with::lacks_target(&rule.node) => no_target(rule, document),
            true => restated(rule, problem),
            false => problem.clone(),
        });
    }
    told
}

fn restated(rule: &Brought, problem: &Problem) -> Problem {
    let told = rule.span.problem(format!("`{}`: {}", rule.rule, problem.message));
    match &problem.help {
        Some(help) => told.help(help.clone()),
        None => told,
    }
}

fn no_target(rule: &Brought, document: &Document) -> Problem {
    let names: Vec<&str> = document.targets.keys().map(String::as_str).collect();
    let name = names.first().copied().unwrap_or("api");
    let (message, advice) = match (&rule.component, &rule.pack) {
        (Some((component, _)), _) => (
            format!("component `{component}` does not say which target its live checks ask"),
            format!("add `target: {name}` to the component"),
        ),
        (None, Some(pack)) => (
            format!("pack `{pack}` asks a live system, and nothing says which"),
            format!("write `{{ pack: {pack}, with: {{ target: {name} }} }}`"),
        ),
        (None, None) if rule.prerequisite => (
            format!("`{}`, which this check requires, asks a live system, and nothing says which", rule.rule),
            format!("make it a check of its own: `{{ use: {}, with: {{ target: {name} }} }}`", rule.rule),
        ),
        (None, None) => (
            format!("`{}` asks a live system, and nothing says which", rule.rule),
            format!("add `with: {{ target: {name} }}`"),
        ),
    };
    let help = match names.len() {
        0 => format!("{advice}, and declare it: `targets: {{ {name}: {{ url: https://… }} }}`"),
        1 => advice,
        _ => format!("{advice}; the targets are {}", names.join(", ")),
    };
    rule.span.problem(message).help(help)
}
