//! `shipworthy audit`.

use anyhow::Result;

use super::args::AuditArgs;
use super::console::Console;
use super::exit::Exit;
use super::output::Outputs;
use super::{progress, setup};
use crate::audit::{self, AuditOptions, Prepared};
use crate::model::report::Report;
use crate::run::Stop;

pub(super) fn run(arguments: &AuditArgs, console: &Console) -> Result<Exit> {
    let options = setup::options(&arguments.spec, &arguments.select, Some(&arguments.permit))?;
    let outputs = Outputs::open(&arguments.output)?;
    let prepared = match setup::prepare(&options, console)? {
        Ok(prepared) => prepared,
        Err(exit) => return Ok(exit),
    };
    let report = execute(&options, &prepared, console)?;
    outputs.write(&report, console)?;
    Ok(Exit::from_code(report.exit.code))
}

/// Runs a prepared audit with progress and signals.
pub(super) fn execute(options: &AuditOptions, prepared: &Prepared, console: &Console) -> Result<Report> {
    let runtime = setup::runtime()?;
    let progress = progress::start(console.progress, prepared.plan.observations.len());
    let report = runtime.block_on(async {
        let stop = Stop::default();
        setup::stop_on_signal(&stop);
        audit::audit(options, prepared, stop, progress.clone()).await
    });
    progress::finish(&progress);
    runtime.shutdown_background();
    Ok(report)
}
