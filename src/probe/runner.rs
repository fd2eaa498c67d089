//! Programs that leave a report: run without a shell, with their end as evidence. What the report says is the business
//! of the probes that read it.

use super::Look;
use super::command::{folder, resolved};
use crate::model::report::{Evidence, EvidenceKind};
use crate::model::{Problems, Unknown};
use crate::world::process::{self, Finished};
use crate::yaml::Spanned;

/// Output that is kept: a program whose output is its report may say much.
const OUTPUT_CAP: usize = 64 << 20;

/// Reports a `run` that names no program.
pub(super) fn check(run: Option<&Spanned<Vec<String>>>, problems: &mut Problems) {
    if let Some(run) = run.filter(|run| run.first().is_none_or(|program| program.trim().is_empty())) {
        let problem = run.span.problem("`run` names no program");
        problems.push(problem.help("write `run: [program, argument, …]`"));
    }
}

/// Runs a program to its end; unknown when it did not come to one in time.
pub(super) async fn run(look: &Look<'_>, argv: &[String], who: &str) -> Result<Finished, Unknown> {
    let command = process::Command {
        argv: resolved(look, argv),
        cwd: folder(look, None)?,
        env: look.world.environment.clone(),
        stdin: None,
        limit: look.until.left(),
        output_cap: OUTPUT_CAP,
    };
    let finished = process::run(command).await?;
    if finished.timed_out {
        let seconds = finished.duration.as_secs_f64();
        return Err(Unknown::because(format!("{who} did not finish within {seconds:.1} s and was stopped")));
    }
    Ok(finished)
}

/// What it printed, as a report; unknown when it was not seen whole.
pub(super) fn printed(finished: &Finished, who: &str) -> Result<Vec<u8>, Unknown> {
    if finished.stdout.truncated() || finished.leaked {
        return Err(Unknown::because(format!("the output of {who} was not seen whole")));
    }
    Ok(finished.stdout.bytes())
}

/// The run as evidence, with its last words when it did not end well; those are not on the output that is its report.
pub(super) fn evidence(argv: &[String], finished: &Finished, prints_report: bool) -> Evidence {
    let printed = || finished.stdout.last_line(200).filter(|_| !prints_report);
    let said = finished.stderr.last_line(200).or_else(printed);
    Evidence {
        kind: EvidenceKind::Command,
        argv: Some(argv.to_vec()),
        exit_code: finished.exit_code,
        note: said.filter(|_| finished.exit_code != Some(0)),
        ..Evidence::default()
    }
}

/// A reason with what the runner itself said about its end.
pub(super) fn why(unknown: &Unknown, finished: &Finished) -> String {
    match (finished.exit_code, finished.signal) {
        (Some(0), _) => unknown.0.clone(),
        (Some(code), _) => format!("runner failed: exit {code}; {unknown}"),
        (None, Some(signal)) => format!("runner failed: ended by signal {signal}; {unknown}"),
        (None, None) => format!("runner failed; {unknown}"),
    }
}
