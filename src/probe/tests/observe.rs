//! Runs the suite if it is to be run, finds the reports that count, and turns them into facts and evidence.

use super::case::Case;
use super::filter::Filter;
use super::tally::Tally;
use super::{Tests, format};
use crate::model::report::{Evidence, EvidenceKind};
use crate::model::{Fact, Facts, Grade, Observation, Place, Unknown, Value};
use crate::probe::evidence::{MOST_SHOWN, fingerprint};
use crate::probe::report_file::{self, Before, Freshness};
use crate::probe::report_paths::Paths;
use crate::probe::{Look, runner};
use crate::world::process::Finished;

/// Reports that evidence names one by one.
const MOST_REPORTS: usize = 5;

/// What the reports say together.
#[derive(Default)]
struct Seen {
    tally: Tally,
    evidence: Vec<Evidence>,
    reports: usize,
}

impl Tests {
    /// Runs or reads, as the parameters and the permits say.
    pub(super) async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        match (&self.run, &self.report) {
            (Some(run), report) if look.world.permit.exec => self.run(&look, run, report.as_deref()).await,
            (Some(_), None) => Err(Unknown::because("not run: --no-exec")),
            (_, Some(report)) => self.ingest(&look, report).await,
            (None, None) => Err(Unknown::because("neither a command nor a report is named")),
        }
    }

    async fn ingest(&self, look: &Look<'_>, report: &str) -> Result<Observation, Unknown> {
        let found = report_file::find(look, report)?;
        let freshness = Freshness::ask(look).await?;
        let filter = Filter::new(self, look);
        let mut seen = Seen::default();
        for file in &found {
            let bytes = report_file::read(look, file)?;
            let (kind, parsed) = read(&bytes, &file.path)?;
            if let Some(commit) = &parsed.commit {
                Freshness::of_commit(look, file, commit).await?;
            }
            let fresh = match parsed.commit {
                Some(_) => freshness.named(look, parsed.written),
                None => freshness.of(look, file, parsed.written).await?,
            };
            let mut note = format!("{} report", kind);
            for doubt in [fresh.doubt, parsed.leaves_out.unwrap_or_default()] {
                if !doubt.is_empty() {
                    note.push_str(&format!("; {doubt}"));
                }
            }
            seen.report(&file.path, note, fresh.age_s);
            seen.tally.add(parsed, &filter);
        }
        seen.tally.executed(&filter)?;
        let mut facts = Facts::new();
        facts.set_reason("nothing was run");
        facts.weaken(Grade::Ingested);
        facts.set("duration", seen.tally.duration());
        Ok(self.observation(look, facts, seen, None))
    }

    async fn run(&self, look: &Look<'_>, run: &[String], report: Option<&str>) -> Result<Observation, Unknown> {
        let before = report.map(|report| Before::look(look, report)).transpose()?;
        let finished = runner::run(look, run, "the tests").await?;
        let mut facts = Facts::new();
        facts.set("exit_code", finished.exit_code.map_or(Fact::Absent, |code| Fact::Present(Value::count(code))));
        facts.present("duration", Value::seconds(finished.duration));
        let command = runner::evidence(run, &finished, report.is_none());
        let filter = Filter::new(self, look);
        let counted = match (report, before) {
            (Some(report), Some(before)) => written(look, report, &before, &filter),
            _ => printed(&finished, &filter),
        };
        let seen = counted.and_then(|seen| {
            trusted(&seen.tally, &finished)?;
            seen.tally.executed(&filter)?;
            Ok(seen)
        });
        match seen {
            Ok(seen) => Ok(self.observation(look, facts, seen, Some(command))),
            Err(unknown) => {
                facts.set_reason(runner::why(&unknown, &finished));
                Ok(Observation { facts, evidence: vec![command], requests: 0 })
            }
        }
    }

    fn observation(&self, look: &Look<'_>, mut facts: Facts, seen: Seen, ran: Option<Evidence>) -> Observation {
        seen.tally.facts(&mut facts);
        let paths = Paths::new(look.swept.tree(), look.folder);
        let mut evidence: Vec<Evidence> =
            seen.tally.failed.iter().take(MOST_SHOWN).map(|case| failing(&paths, case)).collect();
        let mut summary = seen.tally.words();
        if seen.tally.failed.len() > MOST_SHOWN {
            summary.push_str(&format!("; the first {MOST_SHOWN} failures are shown"));
        }
        if seen.reports > MOST_REPORTS {
            summary.push_str(&format!("; {} reports", seen.reports));
        }
        evidence.extend(ran);
        evidence.push(Evidence { kind: EvidenceKind::Report, note: Some(summary), ..Evidence::default() });
        evidence.extend(seen.evidence);
        Observation { facts, evidence, requests: 0 }
    }
}

/// The reports that were written while the command ran.
fn written(look: &Look<'_>, report: &str, before: &Before, filter: &Filter<'_>) -> Result<Seen, Unknown> {
    let found = report_file::find(look, report)?;
    let (new, old): (Vec<_>, Vec<_>) = found.iter().partition(|file| before.changed(look, file));
    if new.is_empty() {
        return Err(Unknown::because(format!("the run did not write `{report}`: what is there is older")));
    }
    let mut seen = Seen::default();
    for file in new {
        let bytes = report_file::read(look, file)?;
        let (kind, parsed) = read(&bytes, &file.path)?;
        seen.report(&file.path, format!("{} report, written by this run", kind), Some(0));
        seen.tally.add(parsed, filter);
    }
    if let Some(first) = old.first() {
        let note = format!("{} older reports that this run did not write were left out", old.len());
        seen.evidence.push(report_evidence(Place::file(first.path.as_str()), note));
    }
    Ok(seen)
}

/// The report that the command printed.
fn printed(finished: &Finished, filter: &Filter<'_>) -> Result<Seen, Unknown> {
    let (kind, parsed) = read(&runner::printed(finished, "the tests")?, "the output")?;
    let mut seen = Seen::default();
    let note = format!("{} in the output", kind);
    seen.evidence.push(Evidence { kind: EvidenceKind::Report, note: Some(note), ..Evidence::default() });
    seen.tally.add(parsed, filter);
    Ok(seen)
}

impl Seen {
    fn report(&mut self, path: &str, note: String, age_s: Option<u64>) {
        self.reports += 1;
        if self.reports <= MOST_REPORTS {
            self.evidence.push(Evidence { age_s, ..report_evidence(Place::file(path), note) });
        }
    }
}

fn read(bytes: &[u8], name: &str) -> Result<(&'static str, super::case::Parsed), Unknown> {
    format::parse(&report_file::text_of(bytes)).map_err(|wrong| Unknown::because(format!("`{name}` {wrong}")))
}

/// Unknown when the runner says that something went wrong and the reports do not say what.
fn trusted(tally: &Tally, finished: &Finished) -> Result<(), Unknown> {
    match finished.exit_code {
        None => Err(Unknown::because("the run was cut short")),
        Some(0) => Ok(()),
        Some(_) if tally.any_failed() => Ok(()),
        Some(_) => Err(Unknown::because("no test failed")),
    }
}

fn report_evidence(place: Place, note: String) -> Evidence {
    Evidence { kind: EvidenceKind::Report, place: Some(place), note: Some(note), ..Evidence::default() }
}

/// A failing test: its name and the first line of what it says, at the place it names if that file exists.
fn failing(paths: &Paths<'_>, case: &Case) -> Evidence {
    let note = if case.message.is_empty() { case.name.clone() } else { format!("{}: {}", case.name, case.message) };
    Evidence {
        kind: EvidenceKind::Report,
        place: case.file.as_deref().and_then(|file| paths.find(file, &[], "")).map(|file| Place::line(file, case.line)),
        note: Some(note),
        fingerprint: Some(fingerprint(&["tests", &case.name])),
        ..Evidence::default()
    }
}
