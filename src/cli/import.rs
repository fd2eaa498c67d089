//! `shipworthy import`: a readiness document as a spec, or as statements.

use std::path::Path;

use anyhow::{Context, Result};

use super::args::ImportArgs;
use super::console::Console;
use super::exit::{Exit, WrongQuestion};
use super::validate::plural;
use crate::import;

/// Larger documents are refused: the largest seen in the wild has 106 kB.
const MOST_BYTES: u64 = 64 << 20;

pub(super) fn run(arguments: &ImportArgs, console: &Console) -> Result<Exit> {
    let bytes = read_document(&arguments.file)?;
    let (text, encoding) = if arguments.inventory.is_some() {
        let inventory = import::read(&bytes);
        (inventory.to_json(), inventory.encoding)
    } else {
        let suggested = import::suggest(&bytes, &arguments.file.to_string_lossy().replace('\\', "/"));
        console.note(&summary(&suggested));
        (suggested.spec, suggested.encoding)
    };
    for note in &encoding {
        console.note(&format!("note: `{}`: {note}", arguments.file.display()));
    }
    console.print(text.as_bytes()).context("cannot write to standard output")?;
    Ok(Exit::Yes)
}

fn summary(suggested: &import::Suggested) -> String {
    let (checks, left) = (plural(suggested.checks, "check"), plural(suggested.leftovers, "line"));
    format!("note: {checks}; {left} left over, listed at the end of the spec")
}

/// The bytes of a document of reasonable size.
pub(super) fn read_document(file: &Path) -> Result<Vec<u8>> {
    let shown = file.display();
    let cannot = |error: std::io::Error| WrongQuestion(format!("cannot read `{shown}`: {error}"));
    let length = std::fs::metadata(file).map_err(cannot)?.len();
    if length > MOST_BYTES {
        return Err(WrongQuestion(format!("`{shown}` has {length} bytes; at most {MOST_BYTES} are read")).into());
    }
    Ok(std::fs::read(file).map_err(cannot)?)
}
