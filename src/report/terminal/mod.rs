//! The report for a person at a terminal: the answer first, then why, then what to do about it.
//! What to show and in which order is decided here; how a line is painted and kept within the width, in `canvas`.

mod areas;
mod findings;
mod grid;
mod outlook;
mod roadmap;

use super::canvas::{Canvas, Paint, span};
use super::text::counted;
use super::{FormatDef, Style, Verbosity, digest, figures};
use crate::model::outcome::DeciderState;
use crate::model::report::Report;
use crate::model::{Outcome, Verdict};

/// `terminal`
pub(super) static FORMAT: FormatDef = FormatDef {
    name: "terminal",
    doc: "for a person, in the width and colours of the terminal",
    extension: "txt",
    render,
};

fn render(report: &Report, style: &Style) -> Vec<u8> {
    let mut canvas = Canvas::new(style);
    answer(&mut canvas, report);
    if style.verbosity == Verbosity::Quiet {
        return canvas.into_bytes();
    }
    circumstances(&mut canvas, report);
    canvas.gap();
    areas::draw(&mut canvas, report);
    findings::draw(&mut canvas, report);
    outlook::draw(&mut canvas, report);
    recap(&mut canvas, report);
    canvas.into_bytes()
}

/// The verdict and everything that stands in its way.
fn answer(canvas: &mut Canvas<'_>, report: &Report) {
    let (outcome, paint) = match report.verdict {
        Verdict::Ready => (Outcome::Pass, Paint::Good),
        Verdict::NotReady => (Outcome::Fail, Paint::Bad),
        Verdict::Inconclusive => (Outcome::Unknown, Paint::Doubtful),
    };
    let words = report.verdict.words().to_uppercase();
    let name = format!("{}:", report.system.name);
    canvas.flow("", 2, &[canvas.mark(outcome), span(Paint::Strong, name), span(paint, words)]);
    canvas.flow("  ", 2, &[span(Paint::Faint, &report.verdict_line)]);
    if report.run.interrupted {
        canvas.flow("  ", 2, &[span(Paint::Bad, "interrupted: only what was measured until then is judged")]);
    }
    for reason in &report.reasons {
        let state = report.deciders.iter().find(|decider| decider.text == *reason).map(|decider| decider.state);
        let outcome = match state {
            Some(DeciderState::Undecided) => Outcome::Unknown,
            Some(DeciderState::Met) => Outcome::Pass,
            Some(DeciderState::Failed) | None => Outcome::Fail,
        };
        let mark = if state.is_some() { canvas.mark(outcome) } else { span(Paint::Plain, "-") };
        canvas.flow("  ", 4, &[mark, span(Paint::Plain, reason)]);
    }
}

/// When, where and what: one or two faint lines.
fn circumstances(canvas: &mut Canvas<'_>, report: &Report) {
    let run = &report.run;
    let mut parts = vec![figures::moment(&run.started_at), run.spec.path.clone()];
    parts.extend(run.root.as_ref().map(|root| format!("root {root}")));
    parts.extend(run.as_of.as_ref().map(|day| format!("as of {day}")));
    parts.extend(run.environment.as_ref().map(|name| format!("environment {name}")));
    parts.extend(run.commit.as_ref().map(|commit| commit_words(commit, run.dirty)));
    let [files, requests] = [run.files, run.requests].map(|count| usize::try_from(count).unwrap_or(usize::MAX));
    parts.push(counted(files, "file", "files"));
    parts.push(counted(requests, "request", "requests"));
    parts.push(figures::duration(run.duration_ms));
    parts.extend(run.selection.as_ref().map(|terms| format!("selection: {}", terms.join(" "))));
    if !run.flags.is_empty() {
        parts.push(format!("flags: {}", run.flags.join(" ")));
    }
    canvas.gap();
    canvas.flow("", 0, &[span(Paint::Faint, parts.join(canvas.dot()))]);
}

fn commit_words(commit: &str, dirty: Option<bool>) -> String {
    let short: String = commit.chars().take(12).collect();
    format!("commit {short}{}", figures::changes(dirty))
}

/// The last line of a long report says the answer again.
fn recap(canvas: &mut Canvas<'_>, report: &Report) {
    let paint = match report.verdict {
        Verdict::Ready => Paint::Good,
        Verdict::NotReady => Paint::Bad,
        Verdict::Inconclusive => Paint::Doubtful,
    };
    let tally = digest::tally(report);
    let mut counts = Vec::new();
    for (count, outcome) in [
        (tally.passed, Outcome::Pass),
        (tally.failed, Outcome::Fail),
        (tally.unknown, Outcome::Unknown),
        (tally.blocked, Outcome::Blocked),
        (tally.not_applicable, Outcome::NotApplicable),
    ] {
        counts.push(format!("{count} {outcome}"));
    }
    let mut line = vec![span(paint, report.verdict.words()), span(Paint::Plain, canvas.dot())];
    if let Some(score) = &report.score {
        line.push(span(Paint::Strong, figures::interval(score, canvas.between())));
        line.push(span(Paint::Plain, canvas.dot()));
    }
    line.push(span(Paint::Plain, counts.join(", ")));
    canvas.gap();
    canvas.flow("", 0, &line);
}
