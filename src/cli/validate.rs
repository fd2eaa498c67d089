//! `shipworthy validate`.

use anyhow::{Context, Result};

use super::args::{SelectArgs, ValidateArgs};
use super::console::Console;
use super::exit::Exit;
use super::setup;
use crate::report::Verbosity;
use crate::spec;

pub(super) fn run(arguments: &ValidateArgs, console: &Console) -> Result<Exit> {
    let options = setup::options(&arguments.spec, &SelectArgs::default(), None)?;
    let prepared = match setup::prepare(&options, console)? {
        Ok(prepared) => prepared,
        Err(exit) => return Ok(exit),
    };
    let warnings = prepared.plan.warnings.clone().sorted();
    if !warnings.is_empty() {
        console.problems(&warnings);
    }
    let text = if arguments.effective {
        spec::effective(&prepared.loaded)
    } else if console.style.verbosity == Verbosity::Quiet {
        String::new()
    } else {
        let plan = &prepared.plan;
        format!(
            "{} is valid: {} in {}, {}\n",
            options.spec_shown,
            plural(plan.checks.len(), "check"),
            plural(plan.areas.len(), "area"),
            plural(plan.outline.gates.len(), "gate")
        )
    };
    console.print(text.as_bytes()).context("cannot write to standard output")?;
    Ok(Exit::Yes)
}

/// `1 check`, `2 checks`.
pub(super) fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
