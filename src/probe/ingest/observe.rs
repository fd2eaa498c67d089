//! Finds the reports that count, joins what they say, and turns it into facts and evidence.

use super::finding::{Finding, State};
use super::report::Report;
use super::tally::Tally;
use super::vex::Statements;
use super::weigh::Scale;
use super::{Ingest, exit, format, lock_ways, scope, weigh};
use crate::model::report::{Evidence, EvidenceKind};
use crate::model::{Exact, Fact, Facts, Observation, Place, Suppression, Unknown, Value};
use crate::probe::evidence::{MOST_SHOWN, fingerprint};
use crate::probe::finding::shortened;
use crate::probe::report_file::{self, AHEAD, Before, Freshness};
use crate::probe::report_paths::Paths;
use crate::probe::{Look, runner};
use crate::world::artefact::Artefact;
use crate::world::process::Finished;

/// Reports that evidence names one by one.
const MOST_REPORTS: usize = 5;

/// What the reports say together.
#[derive(Default)]
struct Joined {
    formats: Vec<&'static str>,
    reports: Vec<Report>,
    ages: Vec<Option<u64>>,
    /// Whether one says that it was written later than now.
    ahead: bool,
    evidence: Vec<Evidence>,
}

impl Ingest {
    /// Runs or reads, as the parameters and the permits say.
    pub(super) async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        match (&self.run, &self.report) {
            (Some(run), _) if look.world.permit.exec => self.run(&look, run).await,
            (_, Some(report)) => {
                let joined = self.read(&look, report).await?;
                Ok(self.observation(&look, Facts::new(), joined))
            }
            (_, None) => Err(Unknown::because("not run: --no-exec")),
        }
    }

    async fn run(&self, look: &Look<'_>, run: &[String]) -> Result<Observation, Unknown> {
        let before = self.report.as_deref().map(|report| Before::look(look, report)).transpose()?;
        let finished = runner::run(look, run, "the tool").await?;
        let command = runner::evidence(run, &finished, self.report.is_none());
        let mut facts = Facts::new();
        facts.set("exit_code", finished.exit_code.map_or(Fact::Absent, |code| Fact::Present(Value::count(code))));
        let program = run.first().map(|program| program.rsplit('/').next().unwrap_or(program)).unwrap_or_default();
        let joined = match (self.report.as_deref(), &before) {
            (Some(report), Some(before)) => self.written(look, report, before, program),
            _ => self.printed(&finished, program),
        };
        match joined.and_then(|joined| believed(joined, &finished)) {
            Ok(mut joined) => {
                joined.evidence.insert(0, command);
                Ok(self.observation(look, facts, joined))
            }
            Err(unknown) => {
                facts.set_reason(runner::why(&unknown, &finished));
                Ok(Observation { facts, evidence: vec![command], requests: 0 })
            }
        }
    }

    /// The reports that were written while the tool ran.
    fn written(&self, look: &Look<'_>, report: &str, before: &Before, program: &str) -> Result<Joined, Unknown> {
        let mut joined = Joined::default();
        for file in report_file::find(look, report)?.iter().filter(|file| before.changed(look, file)) {
            let text = report_file::text_of(&report_file::read(look, file)?);
            self.take(&mut joined, text, program, Some(&file.path))?;
        }
        if joined.reports.is_empty() {
            return Err(Unknown::because(format!("the run did not write `{report}`: what is there is older")));
        }
        Ok(joined)
    }

    /// The report that the tool printed.
    fn printed(&self, finished: &Finished, program: &str) -> Result<Joined, Unknown> {
        let mut joined = Joined::default();
        let text = report_file::text_of(&runner::printed(finished, "the tool")?);
        if text.trim().is_empty() {
            return Err(Unknown::because("it printed no report"));
        }
        self.take(&mut joined, text, program, None)?;
        Ok(joined)
    }

    fn take(&self, joined: &mut Joined, text: String, program: &str, path: Option<&str>) -> Result<(), Unknown> {
        let wrong = |wrong: String| match path {
            Some(path) => Unknown::because(format!("`{path}` {wrong}")),
            None => Unknown::because(format!("the output {wrong}")),
        };
        let (format, report) = format::parse(self.format, text, Some(program)).map_err(wrong)?;
        joined.add(path, format, report, Some(0), "written by this run");
        Ok(())
    }

    fn observation(&self, look: &Look<'_>, mut facts: Facts, mut joined: Joined) -> Observation {
        joined.about(&mut facts);
        joined.databases(look.world.now.as_second(), &mut facts);
        let mut evidence = Vec::new();
        let format = joined.formats.first().copied().unwrap_or_default();
        facts.set_reason(format!("a report of format `{format}` does not tell"));
        if joined.reports.iter().all(|report| report.findings.is_some()) {
            let mut tally = Tally::default();
            let statements =
                self.vex.as_deref().map_or_else(|| Ok(Statements::default()), |vex| Statements::read(look, vex));
            for report in &mut joined.reports {
                let mut findings = report.findings.take().unwrap_or_default();
                if report.tool == "npm audit" {
                    scope::mark(look, &mut findings);
                }
                lock_ways::add(look, &mut findings);
                match &statements {
                    Ok(statements) => statements.apply(&mut findings),
                    Err(unknown) => report.gap = Some(report.gap.take().unwrap_or_else(|| unknown.to_string())),
                }
                tally.add(findings, report.gap.take(), &self.exclude);
            }
            tally.facts(&mut facts);
            let scale = Scale { now: look.world.now, grace: self.grace };
            let about_packages = joined.formats.iter().all(|format| weigh::FORMATS.contains(format));
            let weight = about_packages.then(|| scale.facts(&tally, &mut facts)).flatten();
            let words = [Some(tally.words()), weight.filter(|_| !self.grace.is_zero())];
            let say = |note| Evidence { kind: EvidenceKind::Report, note: Some(note), ..Evidence::default() };
            evidence.extend(words.into_iter().flatten().map(say));
            for list in [tally.open, tally.unreachable, tally.suppressed] {
                evidence.extend(shown(look, list));
            }
        }
        joined.values(&mut facts);
        joined.evidence.append(&mut evidence);
        Observation { facts, evidence: joined.evidence, requests: 0 }
    }

    async fn read(&self, look: &Look<'_>, report: &str) -> Result<Joined, Unknown> {
        let found = report_file::find(look, report)?;
        let freshness = Freshness::ask(look).await?;
        let mut joined = Joined::default();
        for file in &found {
            let text = report_file::text_of(&report_file::read(look, file)?);
            let wrong = |wrong: String| Unknown::because(format!("`{}` {wrong}", file.path));
            let (format, report) = format::parse(self.format, text, None).map_err(wrong)?;
            let (age_s, doubt) = self.age(look, &freshness, file, &report).await?;
            joined.add(Some(&file.path), format, report, age_s, doubt);
        }
        Ok(joined)
    }

    /// Age and doubt of a report that counts; unknown why it does not.
    async fn age(
        &self,
        look: &Look<'_>,
        freshness: &Freshness,
        file: &Artefact,
        report: &Report,
    ) -> Result<(Option<u64>, &'static str), Unknown> {
        if let Some(commit) = &report.commit {
            Freshness::of_commit(look, file, commit).await?;
        }
        if let (Some(most), Some(database)) = (self.max_age, report.database) {
            let age = look.world.now.as_second().saturating_sub(database.second);
            if age > i64::try_from(most.as_secs()).unwrap_or(i64::MAX) {
                let (path, days) = (&file.path, age / 86_400);
                let why = format!("`{path}` was made with a database of {days} days ago, more than `max_age`");
                return Err(Unknown::because(why));
            }
        }
        let fresh = match (self.max_age, &report.commit) {
            (Some(most), _) => freshness.within(look, file, report.written, most.as_secs()).await?,
            (None, Some(_)) => freshness.named(look, report.written),
            (None, None) => freshness.of(look, file, report.written).await?,
        };
        Ok((fresh.age_s, fresh.doubt))
    }
}

/// The reports of a tool that ended as it does when it has done its work; unknown why not.
fn believed(joined: Joined, finished: &Finished) -> Result<Joined, Unknown> {
    let code = finished.exit_code.ok_or_else(|| Unknown::because("the run was cut short"))?;
    let found =
        joined.reports.iter().any(|report| report.findings.as_ref().is_none_or(|findings| !findings.is_empty()));
    for report in &joined.reports {
        exit::believed(&report.tool, code, found).map_err(Unknown::because)?;
    }
    let looked = joined.reports.iter().any(Report::shows_a_look);
    let said = [finished.stderr.text(), finished.stdout.text()];
    match said.iter().find_map(|said| exit::nothing(said)).filter(|_| !looked) {
        Some(line) => Err(Unknown::because(format!("it looked at nothing: {}", shortened(line)))),
        None => Ok(joined),
    }
}

/// Scanners of vulnerabilities whose reports have no day of their database, whatever their version (Trivy has it as the client
/// of a server alone).
const SILENT: &[&str] = &["trivy", "osv-scanner", "npm audit"];

impl Joined {
    fn add(&mut self, path: Option<&str>, format: &'static str, report: Report, age_s: Option<u64>, doubt: &str) {
        let version = report.version.as_deref().map(|version| format!(" {version}")).unwrap_or_default();
        let mut note = format!("report of {}{version}", report.tool);
        if !report.about.is_empty() {
            note.push_str(&format!(" about `{}`", report.about));
        }
        if let Some((count, what)) = report.scanned {
            note.push_str(&format!(" on {count} {what}"));
        }
        if let Some(day) = report.database.and_then(|database| jiff::Timestamp::from_second(database.second).ok()) {
            note.push_str(&format!("; database of {}", day.strftime("%F")));
        } else if SILENT.contains(&report.tool.as_str()) {
            note.push_str("; it does not say of which day its database was");
        }
        if let Some(gap) = &report.gap {
            note.push_str(&format!("; {gap}"));
        }
        if !doubt.is_empty() {
            note.push_str(&format!("; {doubt}"));
        }
        if self.evidence.len() < MOST_REPORTS {
            let place = path.map(Place::file);
            let note = Some(shortened(&note));
            self.evidence.push(Evidence { kind: EvidenceKind::Report, place, age_s, note, ..Evidence::default() });
        }
        self.ahead |= doubt == AHEAD;
        self.formats.push(format);
        self.reports.push(report);
        self.ages.push(age_s);
    }

    /// Facts about the reports themselves.
    fn about(&self, facts: &mut Facts) {
        let one = |values: Vec<Option<&String>>| match values.as_slice() {
            [first, rest @ ..] if rest.iter().all(|other| other == first) => match first {
                Some(text) => Fact::Present(Value::Text((*text).clone())),
                None => Fact::Absent,
            },
            _ => Fact::Unobserved("the reports differ".to_owned()),
        };
        facts.set("tool.name", one(self.reports.iter().map(|report| Some(&report.tool)).collect()));
        facts.set("tool.version", one(self.reports.iter().map(|report| report.version.as_ref()).collect()));
        facts.set("commit", one(self.reports.iter().map(|report| report.commit.as_ref()).collect()));
        let ages: Option<Vec<u64>> = self.ages.iter().copied().collect();
        let oldest = ages.and_then(|ages| ages.into_iter().max());
        facts.set(
            "age",
            match oldest {
                Some(age) => Fact::Present(Value::Number(Exact::whole(age))),
                None if self.ahead => Fact::Unobserved(format!("of a report {AHEAD}")),
                None => Fact::Unobserved("a report does not say when it was written".to_owned()),
            },
        );
        let scanned: Option<Vec<u64>> =
            self.reports.iter().map(|report| report.scanned.map(|(count, _)| count)).collect();
        if let Some(counts) = scanned {
            let sum = counts.iter().fold(0_u64, |sum, count| sum.saturating_add(*count));
            facts.present("scanned", Value::Number(Exact::whole(sum)));
        }
    }

    /// How old the oldest database is, where every report says.
    fn databases(&self, now: i64, facts: &mut Facts) {
        let all: Option<Vec<i64>> =
            self.reports.iter().map(|report| report.database.map(|database| database.second)).collect();
        let oldest = all.and_then(|all| all.into_iter().min()).and_then(|oldest| u64::try_from(now - oldest).ok());
        if let Some(age) = oldest {
            facts.present("database_age", Value::Number(Exact::whole(age)));
        }
    }

    /// Facts that cannot be joined: of one report only.
    fn values(&mut self, facts: &mut Facts) {
        let several = self.reports.len() > 1;
        let count = self.reports.len();
        for report in &mut self.reports {
            for (name, value) in std::mem::take(&mut report.values) {
                let fact =
                    if several { Fact::Unobserved(format!("{count} reports; name one")) } else { Fact::Present(value) };
                facts.set(name, fact);
            }
        }
    }
}

/// The worst findings, at the places they name if those files are here.
fn shown(look: &Look<'_>, mut open: Vec<Finding>) -> Vec<Evidence> {
    open.sort_by(|a, b| {
        let key = |finding: &Finding| (finding.file.clone(), finding.line, finding.rule.clone());
        b.level.cmp(&a.level).then_with(|| key(a).cmp(&key(b)))
    });
    open.truncate(MOST_SHOWN);
    let paths = Paths::new(look.swept.tree(), look.folder);
    open.iter().map(|finding| evidence(&paths, finding)).collect()
}

fn evidence(paths: &Paths<'_>, finding: &Finding) -> Evidence {
    let file = finding.file.as_deref();
    let path = file.and_then(|file| paths.find(file, &[], ""));
    let mut note = match finding.level {
        Some(level) => format!("{} {}", level.word(), finding.rule),
        None => finding.rule.clone(),
    };
    let strange = file.filter(|_| path.is_none()).unwrap_or_default();
    if !finding.subject.is_empty() {
        note.push_str(&format!(" in {}", finding.subject));
    }
    if let Some(fixed) = &finding.fixed {
        note.push_str(&format!(" → {fixed}"));
    }
    if !finding.way.is_empty() {
        note.push_str(&format!(" by {}", finding.way));
    }
    if !strange.is_empty() {
        note.push_str(&format!(" in {strange}"));
    }
    let more = [
        (finding.exploited, "exploited"),
        (finding.development, "for development"),
        (finding.state == State::Unreachable, "not called"),
        (finding.state == State::Suppressed, "accepted"),
    ];
    let more: Vec<&str> = more.into_iter().filter(|(is_so, _)| *is_so).map(|(_, word)| word).collect();
    if !more.is_empty() {
        note.push_str(&format!(" ({})", more.join(", ")));
    }
    if !finding.message.is_empty() {
        note.push_str(&format!(": {}", finding.message));
    }
    let suppression = (finding.state == State::Suppressed).then(|| {
        let (by, reason) = finding.accepted.clone().unwrap_or_else(|| ("the tool".to_owned(), None));
        Suppression { by: if by.is_empty() { "the tool".to_owned() } else { by }, reason, honoured: true }
    });
    Evidence {
        kind: EvidenceKind::Report,
        place: path.map(|path| Place::line(path, finding.line)),
        note: Some(shortened(&note)),
        fingerprint: Some(fingerprint(&["ingest", &finding.rule, &finding.subject, file.unwrap_or_default()])),
        suppression,
        ..Evidence::default()
    }
}
