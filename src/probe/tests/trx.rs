//! TRX, the results of `dotnet test --logger trx` and of Visual Studio's test platform (`TeamTest/2010` schema).

use std::collections::BTreeMap;

use super::case::{Case, Parsed, Status, first_line, full_name};
use super::place;
use crate::model::Exact;
use crate::probe::xml_walk::{Element, Step, walk};

/// Bytes of a failure's message and stack that are looked at.
const LONGEST_TEXT: usize = 16 * 1024;

/// Whether a text is such a report.
pub(super) fn is_it(text: &str) -> bool {
    let head: String = text.chars().take(4096).collect();
    head.trim_start().starts_with('<') && head.contains("<TestRun")
}

/// Reads a report; the error says what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Parsed, String> {
    let mut trx = Trx::default();
    walk(text, |step| {
        match step {
            Step::Open(element) => trx.open(&element),
            Step::Close => trx.close(),
            Step::Text(text) => trx.text(&text),
        }
        Ok(())
    })?;
    trx.finish()
}

/// A result as it is read.
#[derive(Default)]
struct Run {
    id: String,
    name: String,
    outcome: String,
    seconds: Option<Exact>,
    message: String,
    stack: String,
    /// Results of single rows of data stand for it.
    has_rows: bool,
}

/// What the definitions say of a test.
#[derive(Default)]
struct Definition {
    class: String,
    tags: Vec<String>,
}

#[derive(Default)]
struct Trx {
    path: Vec<String>,
    open: Vec<Run>,
    done: Vec<Run>,
    definitions: BTreeMap<String, Definition>,
    defined: String,
    parsed: Parsed,
    /// Why the whole run cannot be believed.
    aborted: Option<String>,
    /// Text of a complaint about the whole run.
    complaint: bool,
}

impl Trx {
    fn open(&mut self, element: &Element) {
        let text = |name: &str| element.get(name).unwrap_or_default().to_owned();
        match element.name.as_str() {
            "Times" => ["creation", "start"].iter().for_each(|key| self.parsed.written_at(&text(key))),
            "UnitTestResult" => {
                if let Some(parent) = self.open.last_mut() {
                    parent.has_rows = true;
                }
                let seconds = clock(&text("duration"));
                let (id, name, outcome) = (text("testId"), text("testName"), text("outcome"));
                self.open.push(Run { id, name, outcome, seconds, ..Run::default() });
            }
            "UnitTest" => self.defined = text("id"),
            "TestMethod" => self.definition().class = text("className"),
            "TestCategoryItem" => {
                let tag = text("TestCategory");
                self.definition().tags.push(tag);
            }
            "ResultSummary" if matches!(text("outcome").as_str(), "Aborted" | "Error" | "Timeout") => {
                self.aborted = Some(format!("tells of a run that ended with `{}`", text("outcome")));
            }
            "RunInfo" => self.complaint = text("outcome") == "Error",
            _ => {}
        }
        self.path.push(element.name.clone());
    }

    fn definition(&mut self) -> &mut Definition {
        self.definitions.entry(self.defined.clone()).or_default()
    }

    fn text(&mut self, text: &str) {
        let add = |kept: &mut String| {
            if kept.len() < LONGEST_TEXT {
                kept.extend(text.chars().take(LONGEST_TEXT));
            }
        };
        match (self.path.last().map(String::as_str), self.open.last_mut()) {
            (Some("Message"), Some(run)) => add(&mut run.message),
            (Some("StackTrace"), Some(run)) => add(&mut run.stack),
            (Some("Text"), None) if self.complaint && self.path.iter().any(|name| name == "RunInfo") => {
                let line = first_line(text);
                if line.to_ascii_lowercase().contains("abort") || line.to_ascii_lowercase().contains("crash") {
                    self.aborted = Some(format!("tells of a run that was given up: {line}"));
                }
            }
            _ => {}
        }
    }

    fn close(&mut self) {
        if self.path.pop().as_deref() == Some("UnitTestResult")
            && let Some(run) = self.open.pop()
            && !run.has_rows
        {
            self.done.push(run);
        }
    }

    fn finish(mut self) -> Result<Parsed, String> {
        if let Some(aborted) = self.aborted.take() {
            return Err(aborted);
        }
        for run in std::mem::take(&mut self.done) {
            let case = self.case(run)?;
            self.parsed.push(case)?;
        }
        Ok(self.parsed)
    }

    fn case(&self, run: Run) -> Result<Case, String> {
        let definition = self.definitions.get(&run.id);
        let class = definition.map_or("", |definition| definition.class.split(',').next().unwrap_or_default().trim());
        let name = if run.name.starts_with(class) { full_name("", &run.name) } else { full_name(class, &run.name) };
        let mut case = Case {
            name,
            class: class.to_owned(),
            status: status(&run.outcome)?,
            message: first_line(&run.message),
            seconds: run.seconds,
            tags: definition.map(|definition| definition.tags.clone()).unwrap_or_default(),
            ..Case::default()
        };
        if let Some((file, line)) = place::find(&run.stack, &case) {
            (case.file, case.line) = (Some(file), line);
        }
        Ok(case)
    }
}

/// The outcomes of the schema's `TestOutcome`; a result without one is passed by its default.
fn status(outcome: &str) -> Result<Status, String> {
    Ok(match outcome {
        "Passed" | "" | "Completed" | "Warning" => Status::Passed,
        "Failed" | "Error" | "Timeout" | "Aborted" | "PassedButRunAborted" | "Disconnected" | "InProgress" => {
            Status::Failed
        }
        "NotExecuted" | "NotRunnable" | "Inconclusive" | "Pending" => Status::Skipped,
        other => return Err(format!("has a result `{}`, which no TRX knows", first_line(other))),
    })
}

/// Seconds of `00:00:01.2345678`.
fn clock(text: &str) -> Option<Exact> {
    let mut parts = text.trim().splitn(3, ':');
    let (hours, minutes) = (parts.next()?.parse::<u64>().ok()?, parts.next()?.parse::<u64>().ok()?);
    let seconds = super::case::seconds(parts.next()?)?;
    let whole = hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?;
    Some(&Exact::whole(whole) + &seconds)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const REPORT: &str =
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/reports-of-runners/trx/vstest.trx"));

    #[test]
    fn results_have_the_class_and_the_categories_of_their_definition() {
        let parsed = parse(REPORT).unwrap();
        let seen: Vec<_> = parsed.cases.iter().map(|case| (case.name.as_str(), case.status)).collect();
        assert_eq!(
            seen,
            [
                ("Shop.CartTests.Adds", Status::Passed),
                ("Shop.CartTests.Removes", Status::Failed),
                ("Shop.CartTests.Later", Status::Skipped),
                ("Shop.PriceTests.Rounds (1)", Status::Passed),
                ("Shop.PriceTests.Rounds (2)", Status::Failed),
            ]
        );
        let failed = &parsed.cases[1];
        assert_eq!(failed.message, "Assert.Equal() Failure: Values differ");
        assert_eq!((failed.file.as_deref(), failed.line), (Some("/src/Shop.Tests/CartTests.cs"), 12));
        assert_eq!(failed.tags, ["slow", "database"]);
        assert_eq!(failed.seconds, Exact::parse_decimal("61.5"));
        assert!(parsed.written.is_some_and(|written| written.zoned));
    }

    #[test]
    fn a_run_that_was_given_up_and_a_word_that_nobody_knows_are_no_results() {
        let aborted = REPORT.replace("<ResultSummary outcome=\"Failed\">", "<ResultSummary outcome=\"Aborted\">");
        assert_eq!(parse(&aborted).unwrap_err(), "tells of a run that ended with `Aborted`");
        let crashed =
            REPORT.replace("Skipped tests are listed", "The active test run was aborted. Reason: host crashed");
        assert!(parse(&crashed).unwrap_err().starts_with("tells of a run that was given up: The active"));
        let odd = REPORT.replace("outcome=\"NotExecuted\"", "outcome=\"Perhaps\"");
        assert_eq!(parse(&odd).unwrap_err(), "has a result `Perhaps`, which no TRX knows");
        assert_eq!(
            parse(REPORT.split("<TestDefinitions>").next().unwrap()).unwrap_err(),
            "ends before every element is closed"
        );
    }
}
