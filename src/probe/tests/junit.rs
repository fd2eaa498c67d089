//! JUnit XML as its many writers write it: Surefire, pytest, jest, gotestsum, nextest, PHPUnit, RSpec, Gradle, node.
//! There is no schema; only `<testcase>` and its children are believed, never the numbers of a suite. What single writers
//! do differently is in `junit_writer`.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::case::{Case, Parsed, Status, first_line, full_name, seconds};
use super::junit_writer::{Suite, Writer};
use super::{libtest, place};
use crate::probe::xml_text::{expanded, reference};

/// Nesting a report may have.
const DEEPEST: usize = 1_000;
/// Tags that one property of a test may hold.
const MOST_TAGS: usize = 50;
/// Bytes of a failure's text that are looked at.
const LONGEST_TEXT: usize = 16 * 1024;

/// Reads a report; the error says what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Parsed, String> {
    let mut report = Junit::default();
    let mut reader = Reader::from_str(text);
    loop {
        let event = reader.read_event().map_err(|fault| format!("is broken XML: {fault}"))?;
        match event {
            Event::Start(start) => report.open(&start)?,
            Event::Empty(start) => {
                report.open(&start)?;
                report.close()?;
            }
            Event::End(_) => report.close()?,
            Event::Text(bytes) => report.text(bytes.as_ref()),
            Event::CData(bytes) => report.text(bytes.as_ref()),
            Event::GeneralRef(name) => report.text(&reference(name.as_ref())),
            Event::Comment(bytes) => report.writer.take_comment(bytes.as_ref()),
            Event::Eof => break,
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    report.finish()
}

/// What an open element is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// `<testsuites>` or `<testsuite>`.
    Suite,
    /// `<testcase>`.
    Case,
    /// `<failure>` or `<error>` of a case.
    Failure,
    /// `<failure>` or `<error>` of a whole suite.
    SuiteFailure,
    /// `<properties>` of a case.
    CaseProperties,
    /// `<properties>` of a suite.
    SuiteProperties,
    /// Anything else.
    Other,
}

#[derive(Default)]
struct Junit {
    parsed: Parsed,
    open: Vec<Part>,
    writer: Writer,
    /// The open suites.
    suites: Vec<Suite>,
    case: Case,
    /// The case is one whose failure is expected (`todo` of node), or no failure at all (risky ones of PHPUnit).
    excused: bool,
    /// Text and type of the failure that is open.
    text: String,
    kind: String,
    /// Failures that attributes of suites tell of.
    told: u64,
    /// A case had a failure that is none.
    excuses: bool,
}

impl Junit {
    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), String> {
        if self.open.len() >= DEEPEST {
            return Err(format!("is nested deeper than {DEEPEST} elements"));
        }
        let name = start.local_name();
        let part = match (self.open.last(), name.as_ref()) {
            (None | Some(Part::Suite), "testsuite" | "testsuites") => self.open_suite(start)?,
            (None, other) => return Err(format!("is no JUnit report: its root is <{}>", first_line(other))),
            (Some(Part::Suite), "testcase") => self.open_case(start)?,
            (Some(Part::Suite), "failure" | "error") => {
                self.open_suite_failure(start)?;
                Part::SuiteFailure
            }
            (Some(Part::Case), "properties") => Part::CaseProperties,
            (Some(Part::Suite), "properties") => Part::SuiteProperties,
            (Some(part @ (Part::CaseProperties | Part::SuiteProperties)), "property") => {
                self.property(start, *part == Part::CaseProperties)?;
                Part::Other
            }
            (Some(Part::Case), child) => self.open_child(child, start)?,
            _ => Part::Other,
        };
        self.open.push(part);
        Ok(())
    }

    fn open_suite(&mut self, start: &BytesStart<'_>) -> Result<Part, String> {
        let mut suite = Suite { first: self.parsed.cases.len(), ..Suite::default() };
        for (key, value) in attributes(start)? {
            let number = value.trim().parse::<u64>().ok();
            match key.as_str() {
                "name" => suite.name = value,
                "timestamp" => self.parsed.written_at(&value),
                "tests" => suite.tests = number,
                "skipped" => suite.skipped = number.unwrap_or(0),
                "failures" | "errors" => suite.failed = suite.failed.saturating_add(number.unwrap_or(0)),
                _ => {}
            }
        }
        self.told = self.told.max(suite.failed);
        self.writer.take_suite(&suite.name, self.suites.is_empty());
        self.suites.push(suite);
        Ok(Part::Suite)
    }

    fn open_suite_failure(&mut self, start: &BytesStart<'_>) -> Result<(), String> {
        let suite = self.suites.last().map_or("", |suite| suite.name.as_str());
        self.case = Case { name: full_name("", suite), status: Status::Failed, ..Case::default() };
        self.start_message(start)
    }

    fn open_case(&mut self, start: &BytesStart<'_>) -> Result<Part, String> {
        let (mut class, mut name) = (String::new(), String::new());
        self.case = Case::default();
        self.excused = false;
        for (key, value) in attributes(start)? {
            match key.as_str() {
                "classname" | "class" => class = value,
                "name" => name = value,
                "time" | "duration" => self.case.seconds = seconds(&value),
                "file" | "filepath" => self.case.file = Some(value),
                "line" | "lineno" => self.case.line = value.trim().parse().unwrap_or(0),
                "status" | "result" => self.case.status = told_status(&value, self.case.status),
                _ => {}
            }
        }
        self.case.name = full_name(&class, &name);
        if let Some(suite) = self.suites.last_mut() {
            suite.keys.push(format!("{class}\n{name}"));
        }
        self.case.class = class;
        Ok(Part::Case)
    }

    /// `<property>` of a test: tags under the names that runners and plugins use for them; of a suite: the commit.
    fn property(&mut self, start: &BytesStart<'_>, of_case: bool) -> Result<(), String> {
        const TAGS: &[&str] =
            &["tag", "tags", "category", "categories", "marker", "markers", "label", "group", "groups"];
        const COMMITS: &[&str] = &["commit", "git.commit", "git_commit", "commit_sha", "vcs.commit", "revision"];
        let all = attributes(start)?;
        let value = |key: &str| all.iter().find(|(known, _)| known == key).map_or("", |(_, value)| value.as_str());
        let name = value("name").to_ascii_lowercase();
        if !of_case {
            self.writer.take_property(&name);
        }
        if of_case && TAGS.contains(&name.as_str()) {
            let tags = value("value").split([',', ';', ' ']).map(str::trim).filter(|tag| !tag.is_empty());
            self.case.tags.extend(tags.take(MOST_TAGS).map(str::to_owned));
        }
        let commit = value("value").trim();
        let is_commit = commit.len() >= 7 && commit.len() <= 64 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !of_case && COMMITS.contains(&name.as_str()) && is_commit {
            self.parsed.commit = Some(commit.to_ascii_lowercase());
        }
        Ok(())
    }

    fn open_child(&mut self, child: &str, start: &BytesStart<'_>) -> Result<Part, String> {
        match child {
            "failure" | "error" => {
                self.start_message(start)?;
                if self.excused {
                    self.excuses = true;
                } else {
                    self.case.status = Status::Failed;
                }
                return Ok(Part::Failure);
            }
            "skipped" | "disabled" | "ignored" if self.case.status == Status::Passed => {
                self.case.status = Status::Skipped;
                self.excused = attributes(start)?.iter().any(|(key, value)| key == "type" && value == "todo");
            }
            "flakyFailure" | "flakyError" | "rerunFailure" | "rerunError" | "rerun" => self.case.flaky = true,
            _ => {}
        }
        Ok(Part::Other)
    }

    fn start_message(&mut self, start: &BytesStart<'_>) -> Result<(), String> {
        self.text.clear();
        self.kind.clear();
        for (key, value) in attributes(start)? {
            if key == "message" && self.case.message.is_empty() {
                self.case.message = first_line(&value);
            }
            if key == "type" {
                self.excused |= Writer::is_remark(&value);
                self.kind = first_line(&value);
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        let failing = matches!(self.open.last(), Some(Part::Failure | Part::SuiteFailure));
        if failing && self.text.len() < LONGEST_TEXT {
            self.text.extend(text.chars().take(LONGEST_TEXT));
        }
    }

    fn close(&mut self) -> Result<(), String> {
        match self.open.pop() {
            None => return Err("closes an element that is not open".to_owned()),
            Some(Part::Suite) => {
                if let Some(suite) = self.suites.pop() {
                    self.writer.settle(&mut self.parsed.cases, &suite);
                }
            }
            Some(Part::Failure) => self.take_text(),
            Some(Part::SuiteFailure) => {
                self.take_text();
                self.push()?;
            }
            Some(Part::Case) => {
                self.case.flaky &= self.case.status == Status::Passed;
                self.push()?;
            }
            Some(Part::Other | Part::CaseProperties | Part::SuiteProperties) => {}
        }
        Ok(())
    }

    fn push(&mut self) -> Result<(), String> {
        self.parsed.push(std::mem::take(&mut self.case))
    }

    fn take_text(&mut self) {
        let case = &mut self.case;
        if case.message.is_empty() || self.writer.says_nothing(&case.message) {
            let said = self.writer.message(&self.text, case);
            case.message = if said.is_empty() { std::mem::take(&mut self.kind) } else { said };
        }
        if case.message.contains(" panicked at ") {
            libtest::explain(case, &self.text);
        }
        if case.line == 0
            && let Some((file, line)) = place::find(&self.text, case)
        {
            case.file = Some(file);
            case.line = line;
        }
    }

    fn finish(mut self) -> Result<Parsed, String> {
        if !self.open.is_empty() {
            return Err("ends before every element is closed".to_owned());
        }
        let failed = self.parsed.cases.iter().filter(|case| case.status == Status::Failed).count() as u64;
        if self.told > 0 && failed == 0 && !self.excuses {
            return Err(format!("contradicts itself: a suite tells of {} failed, no test of it has failed", self.told));
        }
        if self.writer.told() > failed {
            let told = self.writer.told();
            return Err(format!("contradicts itself: it tells of {told} failed tests and lists {failed}"));
        }
        self.parsed.silent = self.writer.silent();
        self.parsed.leaves_out = self.writer.leaves_out(&self.parsed.cases);
        Ok(self.parsed)
    }
}

/// What an attribute of a case says beside its children (GoogleTest, CTest, older writers).
fn told_status(word: &str, known: Status) -> Status {
    match word.trim().to_ascii_lowercase().as_str() {
        "failed" | "fail" | "failure" | "error" => Status::Failed,
        "notrun" | "skipped" | "disabled" | "suppressed" | "ignored" | "pending" if known != Status::Failed => {
            Status::Skipped
        }
        _ => known,
    }
}

fn attributes(start: &BytesStart<'_>) -> Result<Vec<(String, String)>, String> {
    let mut all = Vec::new();
    for attribute in start.attributes().with_checks(false).take(256) {
        let attribute = attribute.map_err(|fault| format!("is broken XML: {fault}"))?;
        all.push((attribute.key.local_name().as_ref().to_owned(), expanded(&attribute.value)));
    }
    Ok(all)
}
