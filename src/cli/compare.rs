//! `shipworthy compare`: two stored runs; is the later one no worse?

use std::path::Path;

use anyhow::{Context, Result};

use super::args::CompareArgs;
use super::console::Console;
use super::exit::Exit;
use super::report::read;
use crate::model::report::Report;
use crate::score;

pub(super) fn run(arguments: &CompareArgs, console: &Console) -> Result<Exit> {
    let stored = |path: &Path| -> Result<Option<Report>> { read(path, console) };
    let (Some(before), Some(after)) = (stored(&arguments.before)?, stored(&arguments.after)?) else {
        return Ok(Exit::WrongQuestion);
    };
    let comparison = score::compare(&before, &after);
    let text = if arguments.format == "markdown" { comparison.to_markdown() } else { comparison.to_text() };
    console.print(format!("{}\n", text.trim_end()).as_bytes()).context("cannot write to standard output")?;
    Ok(if comparison.worse.is_empty() { Exit::Yes } else { Exit::No })
}
