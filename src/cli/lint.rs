//! `shipworthy lint`: contradictions inside a readiness document.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};
use clap::ValueEnum;

use super::args::LintArgs;
use super::console::Console;
use super::exit::{Exit, WrongQuestion};
use super::input;
use super::validate::plural;
use crate::expect::units;
use crate::import;
use crate::lint::{self, Allow, Finding};
use crate::model::outcome::Severity;
use crate::model::{Place, Problem, Statement};
use crate::spec;

pub(super) fn run(arguments: &LintArgs, console: &Console) -> Result<Exit> {
    let today = arguments.as_of.as_deref().map(units::date).transpose();
    let today = today.map_err(|message| WrongQuestion(format!("--as-of: {message}")))?;
    let shown = arguments.file.display().to_string();
    let Some(Said { statements, unclaimed, allows }) = said(arguments, &shown, console)? else {
        return Ok(Exit::WrongQuestion);
    };
    let findings = match unclaimed {
        Some(unclaimed) => lint::look_at_spec(&statements, unclaimed, today),
        None => lint::look(&statements, today),
    };
    let (findings, allowed, unused) = lint::allow(findings, &allows, &statements);
    let (_, format) = lint::FORMATS.iter().find(|(name, _)| *name == arguments.format).context("no such format")?;
    let text = lint::render(&findings, &shown, env!("CARGO_PKG_VERSION"), *format);
    console.print(text.as_bytes()).context("cannot write to standard output")?;
    for allow in &unused {
        let place = allow.line.map(|line| format!(":{line}")).unwrap_or_default();
        console.note(&format!("{shown}{place}: warning: `allow {}` covers no finding: take it out", allow.rule));
    }
    let items: std::collections::BTreeSet<usize> = statements.iter().map(|statement| statement.item).collect();
    if items.len() > lint::MOST_ITEMS {
        console.note(&format!(
            "{shown}: warning: only the first {} of {} items were compared",
            lint::MOST_ITEMS,
            items.len()
        ));
    }
    console.note(&summary(&findings, allowed));
    let least = arguments.fail_on.severity();
    let fails = findings.iter().any(|finding| finding.severity >= least);
    Ok(if fails { Exit::No } else { Exit::Yes })
}

/// What the file says, and what it and the command line allow.
struct Said {
    statements: Vec<Statement>,
    /// Of a spec, the lines of checks of which nobody claims anything.
    unclaimed: Option<BTreeSet<u32>>,
    allows: Vec<Allow>,
}

/// What the file says; `None` when an acceptance is wrong.
fn said(arguments: &LintArgs, shown: &str, console: &Console) -> Result<Option<Said>> {
    let mut problems = Vec::new();
    let mut allows = Vec::new();
    let mut take = |text: &str, line: Option<u32>| match Allow::parse(text, line) {
        Ok(allow) => allows.push(allow),
        Err(problem) => problems.push(match line {
            Some(line) => Problem { place: Some(Place::line(shown, line)), ..*problem },
            None => *problem,
        }),
    };
    for text in &arguments.allow {
        take(text, None);
    }
    let bytes = input::bytes(&arguments.file)?;
    if is_spec(&arguments.file) {
        let text = String::from_utf8_lossy(&bytes);
        let read = match import::read_spec(shown, &text) {
            Ok(read) => laid_together(&arguments.file, &text, console).unwrap_or(read),
            Err(problems) => {
                console.problems(&problems.sorted());
                return Ok(None);
            }
        };
        let mut wrong = Vec::new();
        for directive in read.allowed {
            match Allow::parse(&directive.text, None) {
                Ok(allow) => allows.push(allow),
                Err(problem) => wrong.push(Problem { place: Some(Place::line(shown, directive.line)), ..*problem }),
            }
        }
        problems.extend(wrong);
        return if problems.is_empty() {
            Ok(Some(Said { statements: read.statements, unclaimed: Some(read.unclaimed), allows }))
        } else {
            console.problems(&problems);
            Ok(None)
        };
    }
    let inventory = import::read(&bytes);
    for note in &inventory.encoding {
        console.note(&format!("note: `{shown}`: {note}"));
    }
    for directive in inventory.directives.iter().filter(|directive| directive.text.trim_start().starts_with("allow")) {
        take(&directive.text, Some(directive.line));
    }
    if !problems.is_empty() {
        console.problems(&problems);
        return Ok(None);
    }
    Ok(Some(Said { statements: inventory.statements, unclaimed: None, allows }))
}

/// A spec with the files that it includes; `None` where it includes none, or something is wrong: then it is read alone.
fn laid_together(file: &Path, text: &str, console: &Console) -> Option<import::SaidBySpec> {
    if !text.lines().any(|line| line.starts_with("include:")) {
        return None;
    }
    let here = std::env::current_dir().and_then(std::fs::canonicalize).unwrap_or_default();
    let place = std::fs::canonicalize(file).unwrap_or_default();
    let root = if place.starts_with(&here) { here } else { place.parent().unwrap_or(&here).to_owned() };
    match spec::load(file, &spec::LoadOptions { root, ..spec::LoadOptions::default() }) {
        Ok(loaded) => {
            let main = loaded.sources.first().filter(|_| loaded.sources.len() > 1)?;
            Some(import::read_laid_together(&main.file, text, &loaded.node))
        }
        Err(_) => {
            let shown = file.display();
            console.note(&format!("{shown}: warning: it cannot be laid together with what it includes and was read alone: see `shipworthy validate`"));
            None
        }
    }
}

/// Whether the file is a spec; all else is read as a document.
fn is_spec(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("yaml") || ending.eq_ignore_ascii_case("yml"))
}

fn summary(findings: &[Finding], allowed: usize) -> String {
    let of = |severity: Severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let counts: Vec<String> = [Severity::Blocker, Severity::High, Severity::Medium, Severity::Low]
        .into_iter()
        .filter(|severity| of(*severity) > 0)
        .map(|severity| format!("{} {severity}", of(severity)))
        .collect();
    let by_severity = if counts.is_empty() { String::new() } else { format!(" ({})", counts.join(", ")) };
    let accepted = if allowed > 0 { format!(", {allowed} allowed") } else { String::new() };
    format!("{}{by_severity}{accepted}", plural(findings.len(), "finding"))
}

/// A severity on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    /// Only the worst.
    Blocker,
    /// High and worse.
    High,
    /// Medium and worse.
    Medium,
    /// Anything.
    Low,
}

impl FailOn {
    /// The severity meant.
    pub(super) fn severity(self) -> Severity {
        match self {
            FailOn::Blocker => Severity::Blocker,
            FailOn::High => Severity::High,
            FailOn::Medium => Severity::Medium,
            FailOn::Low => Severity::Low,
        }
    }
}
