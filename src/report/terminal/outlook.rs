//! Gates and what a person should look at: next actions, risks, waivers, claims, warnings.

use super::roadmap;
use crate::model::report::{NextAction, Report};
use crate::model::{Level, Outcome};
use crate::report::canvas::{Canvas, Paint, span};
use crate::report::text::counted;
use crate::report::{Verbosity, digest, figures, unobserved};

/// Next actions shown unless everything is asked for.
const ACTIONS_SHOWN: usize = 5;

/// Draws each part that has something to say.
pub(super) fn draw(canvas: &mut Canvas<'_>, report: &Report) {
    draw_gates(canvas, report);
    draw_alternatives(canvas, report);
    draw_actions(canvas, report);
    roadmap::draw(canvas, report);
    draw_risks(canvas, report);
    draw_waivers(canvas, report);
    draw_claims(canvas, report);
    draw_problems(canvas, report);
}

pub(super) fn everything(canvas: &Canvas<'_>) -> bool {
    canvas.style().verbosity == Verbosity::Verbose
}

fn draw_gates(canvas: &mut Canvas<'_>, report: &Report) {
    if !report.gates.is_empty() {
        canvas.heading("Gates", "");
    }
    for gate in &report.gates {
        let due = format!("({})", digest::gate_due(gate));
        canvas.flow(
            "",
            2,
            &[
                canvas.mark(gate.outcome),
                span(Paint::Strong, &gate.id),
                span(Paint::Plain, &gate.title),
                span(Paint::Faint, due),
            ],
        );
        for line in &gate.expectations {
            if line.outcome != Outcome::Pass || everything(canvas) {
                let actual = format!("(actual: {})", line.actual);
                canvas.flow(
                    "  ",
                    6,
                    &[canvas.mark(line.outcome), span(Paint::Plain, &line.text), span(Paint::Faint, actual)],
                );
            }
        }
    }
}

fn draw_alternatives(canvas: &mut Canvas<'_>, report: &Report) {
    let alternatives = digest::alternatives(report);
    if !alternatives.is_empty() {
        canvas.heading("Alternatives", "");
    }
    for alternative in alternatives {
        let need = alternative.need;
        let words =
            [canvas.mark(need.outcome), span(Paint::Strong, &need.title), span(Paint::Faint, "(one is enough)")];
        canvas.flow("", 2, &words);
        for option in alternative.options {
            let id = format!("({})", option.id);
            canvas.flow(
                "  ",
                6,
                &[canvas.mark(option.outcome), span(Paint::Plain, &option.title), span(Paint::Faint, id)],
            );
        }
    }
}

fn draw_actions(canvas: &mut Canvas<'_>, report: &Report) {
    if report.next_actions.is_empty() {
        return;
    }
    canvas.heading("Next actions", "");
    let shown = if everything(canvas) { report.next_actions.len() } else { ACTIONS_SHOWN };
    for (index, action) in report.next_actions.iter().take(shown).enumerate() {
        let lead = format!("{:>2}. ", index + 1);
        canvas.flow(&lead, 4, &[span(Paint::Strong, unobserved::to_do(action, report))]);
        canvas.flow("    ", 6, &[span(Paint::Faint, action_facts(action).join(canvas.dot()))]);
    }
    let rest = report.next_actions.len().saturating_sub(shown);
    if rest > 0 {
        canvas.flow("    ", 4, &[span(Paint::Faint, format!("and {rest} more (--verbose)"))]);
    }
}

fn action_facts(action: &NextAction) -> Vec<String> {
    let mut facts = vec![action.check.clone()];
    if action.blocker {
        facts.push("decides the verdict".to_owned());
    }
    facts.extend(action.gain.map(|gain| format!("up to {}", figures::points(gain))));
    facts.extend(action.effort_days.map(figures::days));
    if !action.unblocks.is_empty() {
        let points = action.unblocks_points.map(|points| format!(" ({})", figures::points(points))).unwrap_or_default();
        facts.push(format!("unblocks {}{points}", counted(action.unblocks.len(), "check", "checks")));
    }
    facts
}

fn draw_risks(canvas: &mut Canvas<'_>, report: &Report) {
    let shown: Vec<_> = report.risks.iter().filter(|risk| risk.state != Outcome::Pass || everything(canvas)).collect();
    if !shown.is_empty() {
        canvas.heading("Risks", "");
    }
    for risk in shown {
        let state = match risk.state {
            Outcome::Fail => "happening",
            Outcome::Pass => "not happening",
            Outcome::Unknown | Outcome::Blocked | Outcome::NotApplicable => "nobody can tell",
        };
        let facts = format!("({}{}{state})", risk.level, canvas.dot());
        canvas.flow("", 2, &[canvas.mark(risk.state), span(Paint::Strong, &risk.title), span(Paint::Faint, facts)]);
    }
}

fn draw_waivers(canvas: &mut Canvas<'_>, report: &Report) {
    let waivers = if everything(canvas) { report.waivers.iter().collect() } else { digest::waivers_to_look_at(report) };
    if !waivers.is_empty() {
        canvas.heading("Waivers to look at", "");
    }
    for waiver in waivers {
        let mut facts = vec![digest::waiver_state(waiver), format!("until {}", waiver.expires)];
        facts.extend(waiver.owner.clone());
        facts.push(waiver.reason.clone());
        canvas.flow(
            "",
            2,
            &[
                span(Paint::Doubtful, "!"),
                span(Paint::Strong, &waiver.check),
                span(Paint::Faint, facts.join(canvas.dot())),
            ],
        );
    }
}

fn draw_claims(canvas: &mut Canvas<'_>, report: &Report) {
    let claims = &report.claims;
    let parts = [
        ("Claims contradicted", &claims.contradicted, Outcome::Fail),
        ("Better than claimed", &claims.better_than_claimed, Outcome::Pass),
    ];
    for (title, list, outcome) in parts {
        if !list.is_empty() {
            canvas.heading(title, &list.len().to_string());
        }
        for contradiction in list {
            canvas.flow("", 2, &[canvas.mark(outcome), span(Paint::Strong, &contradiction.subject)]);
            let source = contradiction.source.as_ref().map(|source| format!("({source})")).unwrap_or_default();
            canvas.labelled(2, "claimed", &[span(Paint::Plain, &contradiction.claim), span(Paint::Faint, source)]);
            canvas.labelled(2, "measured", &[span(Paint::of(outcome), &contradiction.measured)]);
        }
    }
    if claims.unproven > 0 {
        let count = usize::try_from(claims.unproven).unwrap_or(usize::MAX);
        canvas.gap();
        canvas.flow(
            "",
            2,
            &[span(Paint::Faint, format!("nothing was measured for {}", counted(count, "claim", "claims")))],
        );
    }
}

fn draw_problems(canvas: &mut Canvas<'_>, report: &Report) {
    if !report.problems.is_empty() {
        canvas.heading("Warnings", "");
    }
    for problem in &report.problems {
        let level = if problem.level == Level::Error { "error:" } else { "warning:" };
        let place = problem.place.as_ref().map(|place| format!("{place}:")).unwrap_or_default();
        canvas.flow(
            "",
            2,
            &[span(Paint::Faint, place), span(Paint::Doubtful, level), span(Paint::Plain, &problem.text)],
        );
        if let Some(help) = &problem.help {
            canvas.labelled(2, "help", &[span(Paint::Plain, help)]);
        }
    }
}
