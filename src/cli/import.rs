//! `shipworthy import`: a readiness document as a spec, or as statements.

use std::path::Path;

use anyhow::{Context, Result};

use super::args::{ImportArgs, ProposeArg};
use super::console::Console;
use super::exit::{Exit, WrongQuestion};
use super::input;
use super::sync::{diff, replace};
use super::validate::plural;
use crate::import;

pub(super) fn run(arguments: &ImportArgs, console: &Console) -> Result<Exit> {
    let bytes = input::bytes(&arguments.file)?;
    if let Some(spec) = &arguments.onto {
        return onto(arguments, spec, &bytes, console);
    }
    let (text, encoding) = if arguments.inventory.is_some() {
        let inventory = import::read(&bytes);
        (inventory.to_json(), inventory.encoding)
    } else {
        let suggested = import::suggest(&bytes, &document_name(arguments), propose(arguments));
        console.note(&summary(&suggested));
        (suggested.spec, suggested.encoding)
    };
    for note in &encoding {
        console.note(&format!("note: `{}`: {note}", arguments.file.display()));
    }
    console.print(text.as_bytes()).context("cannot write to standard output")?;
    Ok(Exit::Yes)
}

fn propose(arguments: &ImportArgs) -> import::Propose {
    match arguments.propose {
        ProposeArg::Active => import::Propose::Active,
        ProposeArg::Comment => import::Propose::Comment,
    }
}

fn document_name(arguments: &ImportArgs) -> String {
    arguments.file.to_string_lossy().replace('\\', "/")
}

/// The document merged onto a spec: the difference, or the spec written; what was done goes to standard error.
fn onto(arguments: &ImportArgs, spec: &Path, bytes: &[u8], console: &Console) -> Result<Exit> {
    let shown = spec.display().to_string();
    let original = input::bytes(spec)?;
    let text = std::str::from_utf8(&original).map_err(|_| WrongQuestion(format!("`{shown}` is not UTF-8")))?;
    let onto = match import::onto(bytes, &document_name(arguments), propose(arguments), &shown, text) {
        Ok(onto) => onto,
        Err(problems) => {
            console.problems(&problems.sorted());
            return Ok(Exit::WrongQuestion);
        }
    };
    for note in &onto.encoding {
        console.note(&format!("note: `{}`: {note}", arguments.file.display()));
    }
    for note in &onto.merged.notes {
        console.note(&format!("note: {note}"));
    }
    let merged = onto.merged.spec.as_bytes();
    if merged == original {
        console.note(&format!("{shown}: nothing to change"));
    } else if arguments.write {
        replace(spec, merged)?;
        console.note(&format!("{shown}: written"));
    } else {
        console.print(diff(&original, merged, &shown).as_bytes()).context("cannot write to standard output")?;
    }
    Ok(Exit::Yes)
}

fn summary(suggested: &import::Suggested) -> String {
    let (checks, left) = (plural(suggested.checks, "check"), plural(suggested.leftovers, "line"));
    let measured = match suggested.measured {
        0 => String::new(),
        some => format!(", {some} measured by catalog rules"),
    };
    format!("note: {checks}{measured}; {left} left over, listed at the end of the spec")
}
