//! `shipworthy audit`.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};

use super::args::AuditArgs;
use super::console::Console;
use super::exit::{Exit, WrongQuestion};
use super::output::Outputs;
use super::{history, input, progress, setup, timings};
use crate::audit::{self, AuditOptions, Audited, Prepared};
use crate::run::{Recording, Stop};

pub(super) fn run(arguments: &AuditArgs, console: &Console) -> Result<Exit> {
    let mut options = setup::options(&arguments.spec, &arguments.select, Some(&arguments.permit))?;
    options.timings = arguments.timings;
    if let Some(file) = &arguments.replay {
        replay(&mut options, file)?;
    }
    let Some(earlier) = history::read(&arguments.history, console)? else { return Ok(Exit::WrongQuestion) };
    let outputs = Outputs::open(&arguments.output)?;
    let prepared = match setup::prepare(&options, console)? {
        Ok(prepared) => prepared,
        Err(exit) => return Ok(exit),
    };
    setup::name_root(&options, console);
    let mut audited = execute(&options, &prepared, console)?;
    if let Some(file) = &arguments.record {
        std::fs::write(file, audited.recording.text()).with_context(|| format!("cannot write `{}`", file.display()))?;
    }
    if arguments.timings {
        console.note(timings::text(&audited.timings).trim_end());
    }
    history::add(&mut audited.report, &earlier, console);
    outputs.write(&audited.report, console)?;
    Ok(Exit::from_code(audited.report.exit.code))
}

/// Judges what a file holds instead of looking; the report says so.
fn replay(options: &mut AuditOptions, file: &Path) -> Result<()> {
    let shown = file.display();
    let text = input::text(file)?;
    let recording = Recording::read(&text).map_err(|reason| {
        WrongQuestion(format!("`{shown}` is no recording: {reason}\nhelp: `shipworthy audit --record FILE` writes one"))
    })?;
    options.now = recording.now;
    options.flags.push(format!("--replay {shown}"));
    options.replay = Some(Arc::new(recording));
    Ok(())
}

/// Runs a prepared audit with progress and signals.
pub(super) fn execute(options: &AuditOptions, prepared: &Prepared, console: &Console) -> Result<Audited> {
    let runtime = setup::runtime()?;
    let progress = progress::start(console.progress, prepared.plan.observations.len());
    let audited = runtime.block_on(async {
        let stop = Stop::default();
        setup::stop_on_signal(&stop);
        audit::audit(options, prepared, stop, progress.clone()).await
    });
    progress::finish(&progress);
    runtime.shutdown_background();
    Ok(audited)
}
