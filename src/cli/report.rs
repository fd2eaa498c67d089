//! `shipworthy report`: a stored run in other formats.

use anyhow::Result;

use super::args::ReportArgs;
use super::console::Console;
use super::exit::{Exit, WrongQuestion};
use super::output::Outputs;
use crate::model::Problem;
use crate::report::json;

pub(super) fn run(arguments: &ReportArgs, console: &Console) -> Result<Exit> {
    let shown = arguments.file.display();
    let bytes =
        std::fs::read(&arguments.file).map_err(|error| WrongQuestion(format!("cannot read `{shown}`: {error}")))?;
    let report = match json::read(&bytes) {
        Ok(report) => report,
        Err(problem) => {
            let message = format!("`{shown}` is no report: {}", problem.message);
            console.problems(&[Problem { message, ..problem }]);
            return Ok(Exit::WrongQuestion);
        }
    };
    Outputs::open(&arguments.output)?.write(&report, console)?;
    Ok(if arguments.exit_code { Exit::from_code(report.exit.code) } else { Exit::Yes })
}
