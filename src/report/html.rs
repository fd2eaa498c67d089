//! The report as one self-contained page: no script, nothing loaded from elsewhere, light and dark.
//! The only file that names `askama`, which escapes whatever the template shows; what it shows was made visible text
//! before, in one go, so that no field can be forgotten.

mod timeline;

use askama::Template;

use super::text::{cleaned, code_and_words};
use super::{FormatDef, Style, digest, figures, resources, roadmap as way, suppressed, unobserved};
use crate::model::report::{
    Area, Check, CheckState, Evidence, Expectation, NextAction, Report, Resolved, Score, TeamRow, TrendPoint,
};
use crate::model::{Outcome, Severity, Verdict};

/// `html`
pub(super) static FORMAT: FormatDef = FormatDef {
    name: "html",
    doc: "one self-contained page, light and dark, without scripts",
    extension: "html",
    render,
};

fn render(report: &Report, _: &Style) -> Vec<u8> {
    let report = cleaned(report);
    let page = Page { report: &report };
    let mut text = page.render().expect("every expression of the template is infallible");
    text.push('\n');
    text.into_bytes()
}

/// The template's view of a report.
#[derive(Template)]
#[template(path = "report.html", config = "src/report/html/askama.toml")]
struct Page<'a> {
    report: &'a Report,
}

impl Page<'_> {
    fn summary(&self) -> String {
        digest::summary(self.report)
    }

    fn parts<'t>(&self, text: &'t str) -> Vec<(bool, &'t str)> {
        code_and_words(text)
    }

    fn to_do(&self, action: &NextAction) -> String {
        unobserved::to_do(action, self.report)
    }

    fn verdict_class(&self) -> &'static str {
        match self.report.verdict {
            Verdict::Ready => "pass",
            Verdict::NotReady => "fail",
            Verdict::Inconclusive => "unknown",
        }
    }

    fn commit(&self) -> Option<String> {
        let commit: String = self.report.run.commit.as_ref()?.chars().take(12).collect();
        Some(format!("{commit}{}", figures::changes(self.report.run.dirty)))
    }

    fn started(&self) -> String {
        figures::moment(&self.report.run.started_at)
    }

    fn interval(&self, score: &Score) -> String {
        figures::interval(score, "…")
    }

    fn percent(&self, value: &f64) -> String {
        figures::percent(*value)
    }

    fn decimal(&self, value: &f64) -> String {
        figures::decimal(*value)
    }

    /// A share of a bar's length; only digits and a point.
    fn length(&self, value: &f64) -> String {
        figures::percent(value.clamp(0.0, 100.0))
    }

    fn remaining(&self, score: &Score) -> String {
        figures::remaining(score)
    }

    fn claimed(&self, area: &Area) -> String {
        figures::claimed(area).unwrap_or_default()
    }

    fn overall_blockers(&self) -> u32 {
        self.report.areas.iter().map(|area| area.counts.blockers).fold(0, u32::saturating_add)
    }

    fn deciding_title(&self) -> String {
        digest::deciding_title(self.report)
    }

    fn deciding(&self) -> Vec<&Check> {
        digest::deciding_failures(self.report)
    }

    fn sections(&self) -> Vec<digest::Section<'_>> {
        digest::sections(self.report)
    }

    fn metrics(&self) -> Vec<digest::Metric<'_>> {
        digest::metrics(self.report)
    }

    fn open_effort(&self, area: &Area) -> String {
        digest::open_effort(self.report, &area.id).map(|range| figures::effort(range, "…")).unwrap_or_default()
    }

    fn alternatives(&self) -> Vec<digest::Alternatives<'_>> {
        digest::alternatives(self.report)
    }

    fn broken<'c>(&self, check: &'c Check) -> Vec<&'c Expectation> {
        digest::broken(check)
    }

    fn resolutions(&self) -> Vec<(&Check, &Resolved)> {
        digest::resolutions(self.report)
    }

    fn person_weeks(&self, row: &TeamRow) -> String {
        resources::person_weeks(row).unwrap_or_default()
    }

    fn team_weeks(&self) -> Option<String> {
        resources::team_weeks(&self.report.team)
    }

    fn cost_totals(&self) -> Vec<resources::Total> {
        resources::cost_totals(&self.report.costs)
    }

    fn word(&self, outcome: &Outcome) -> &'static str {
        outcome.word()
    }

    fn severity(&self, severity: &Severity) -> &'static str {
        severity.word()
    }

    fn class(&self, outcome: &Outcome) -> &'static str {
        match outcome {
            Outcome::Pass => "pass",
            Outcome::Fail => "fail",
            Outcome::Unknown => "unknown",
            Outcome::Blocked => "blocked",
            Outcome::NotApplicable => "na",
        }
    }

    fn sign(&self, outcome: &Outcome) -> &'static str {
        match outcome {
            Outcome::Pass => "✓",
            Outcome::Fail => "✗",
            Outcome::Unknown => "?",
            Outcome::Blocked => "⊘",
            Outcome::NotApplicable => "–",
        }
    }

    fn standing(&self, check: &Check) -> String {
        digest::standing(check, self.report).unwrap_or_default()
    }

    fn is_disabled(&self, check: &Check) -> bool {
        check.state == CheckState::Disabled
    }

    fn evidence(&self, evidence: &Evidence) -> String {
        digest::evidence_line(evidence)
    }

    fn effort(&self, range: &[f64; 2]) -> String {
        figures::effort(*range, "…")
    }

    fn points(&self, value: &f64) -> String {
        figures::points(*value)
    }

    fn days(&self, value: &f64) -> String {
        figures::days(*value)
    }

    fn slip(&self, days: &Option<i64>, finish: &Option<String>) -> String {
        digest::slip(*days, finish.as_ref()).unwrap_or_default()
    }

    fn has_roadmap(&self) -> bool {
        way::has_content(&self.report.roadmap)
    }

    fn timeline(&self) -> Option<timeline::Timeline> {
        timeline::of(self.report)
    }

    fn picture_width(&self) -> i64 {
        timeline::WIDTH
    }

    fn finish(&self, most: &Option<String>, least: &Option<String>) -> String {
        way::finish(most.as_ref(), least.as_ref(), "…").unwrap_or_default()
    }

    fn open_in_phase(&self, phase: &str) -> Vec<&Check> {
        way::open_in_phase(self.report, phase)
    }

    fn gate_of(&self, phase: &crate::model::report::Phase) -> Option<&crate::model::report::Gate> {
        self.report.gates.iter().find(|gate| Some(&gate.id) == phase.gate.as_ref())
    }

    fn capacity(&self) -> String {
        way::capacity(&self.report.roadmap).unwrap_or_default()
    }

    fn forecast(&self) -> String {
        way::forecast(self.report, "…").unwrap_or_default()
    }

    fn declared_path_facts(&self, path: &crate::model::report::DeclaredPath) -> String {
        way::declared_path_facts(&self.report.roadmap, path).join(", ")
    }

    fn roots(&self) -> Vec<way::Root<'_>> {
        way::roots(self.report)
    }

    fn horizons(&self) -> Vec<way::Horizon<'_>> {
        way::horizons(self.report)
    }

    fn duration(&self, milliseconds: &u64) -> String {
        figures::duration(*milliseconds)
    }

    fn moment(&self, point: &TrendPoint) -> String {
        figures::moment(&point.at)
    }

    fn gate_due(&self, gate: &crate::model::report::Gate) -> String {
        digest::gate_due(gate)
    }

    fn waiver_state(&self, waiver: &crate::model::report::Waiver) -> String {
        digest::waiver_state(waiver)
    }

    fn suppressed(&self) -> Vec<suppressed::Place<'_>> {
        suppressed::places(self.report)
    }

    fn risk_state(&self, outcome: &Outcome) -> &'static str {
        match outcome {
            Outcome::Fail => "happening",
            Outcome::Pass => "not happening",
            Outcome::Unknown | Outcome::Blocked | Outcome::NotApplicable => "nobody can tell",
        }
    }

    /// Only addresses of web pages become links.
    fn is_web(&self, url: &str) -> bool {
        url.starts_with("https://") || url.starts_with("http://")
    }

    fn list(&self, items: &[String]) -> String {
        items.join(", ")
    }

    fn apart(&self) -> Vec<&Check> {
        self.report.checks.iter().filter(|check| check.outcome == Outcome::NotApplicable).collect()
    }
}
