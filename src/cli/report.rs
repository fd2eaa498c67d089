//! `shipworthy report`: a stored run in other formats.

use std::path::Path;

use anyhow::Result;

use super::args::ReportArgs;
use super::console::Console;
use super::exit::Exit;
use super::output::Outputs;
use super::{history, input};
use crate::model::Problem;
use crate::model::report::Report;
use crate::report::json;

pub(super) fn run(arguments: &ReportArgs, console: &Console) -> Result<Exit> {
    let Some(mut report) = read(&arguments.file, console)? else {
        return Ok(Exit::WrongQuestion);
    };
    let Some(earlier) = history::read(&arguments.history, console)? else { return Ok(Exit::WrongQuestion) };
    history::add(&mut report, &earlier, console);
    Outputs::open(&arguments.output)?.write(&report, console)?;
    Ok(if arguments.exit_code { Exit::from_code(report.exit.code) } else { Exit::Yes })
}

/// A stored report; `None` after saying why it is none.
pub(super) fn read(path: &Path, console: &Console) -> Result<Option<Report>> {
    let shown = path.display();
    let bytes = input::bytes(path)?;
    match json::read(&bytes) {
        Ok(report) => Ok(Some(report)),
        Err(problem) => {
            let message = format!("`{shown}` is no report: {}", problem.message);
            console.problems(&[Problem { message, ..problem }]);
            Ok(None)
        }
    }
}
