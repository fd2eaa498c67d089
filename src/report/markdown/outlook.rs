//! The way ahead: next actions, phases and their dates, risks, people and money.

use super::page::{Page, code, escape};
use super::{cell, ids, sign};
use crate::model::Outcome;
use crate::model::report::{NextAction, Phase, Report};
use crate::report::text::{counted, one_line};
use crate::report::{digest, figures};

/// Numbered, best first.
pub(super) fn next_actions(page: &mut Page, report: &Report) {
    if report.next_actions.is_empty() {
        return;
    }
    page.heading(2, "Next actions");
    for (index, action) in report.next_actions.iter().enumerate() {
        let what = action.remedy.as_ref().unwrap_or(&action.title);
        page.numbered(index + 1, &format!("**{}** ({})", escape(what), about(action).join(", ")));
    }
}

fn about(action: &NextAction) -> Vec<String> {
    let mut facts = vec![code(&action.check)];
    if action.blocker {
        facts.push("decides the verdict".to_owned());
    }
    facts.extend(action.gain.map(|gain| format!("up to {}", figures::points(gain))));
    facts.extend(action.effort_days.map(figures::days));
    if !action.unblocks.is_empty() {
        let points = action.unblocks_points.map(|points| format!(", {}", figures::points(points))).unwrap_or_default();
        facts.push(format!("unblocks {}{points}", counted(action.unblocks.len(), "check", "checks")));
    }
    facts
}

/// Phases, the longest chain of open work, and a chart where there are dates.
pub(super) fn roadmap(page: &mut Page, report: &Report) {
    let roadmap = &report.roadmap;
    if roadmap.phases.is_empty() && roadmap.target_date.is_none() {
        return;
    }
    page.heading(2, "Roadmap");
    let titles = ["Phase", "Window", ">Pass", "Gate", "Earliest finish", "Slip"];
    page.table(&titles, &roadmap.phases.iter().map(|phase| phase_row(report, phase)).collect::<Vec<_>>());
    let dates = [("Target date", &roadmap.target_date), ("Earliest finish", &roadmap.earliest_finish)];
    for (label, day) in dates {
        if let Some(day) = day {
            page.item(0, &format!("{label}: {}", escape(day)));
        }
    }
    if let Some(slip) = digest::slip(roadmap.slip_days, roadmap.earliest_finish.as_ref()) {
        page.item(0, &format!("Against the target: {slip}"));
    }
    if roadmap.without_effort > 0 {
        page.item(0, &format!("Open checks without an effort: {}", roadmap.without_effort));
    }
    if !roadmap.critical_path.is_empty() {
        let days = roadmap.critical_path_days.map(|days| format!(" ({})", figures::days(days))).unwrap_or_default();
        let path: Vec<String> = roadmap.critical_path.iter().map(|id| code(id)).collect();
        page.item(0, &format!("Critical path{days}: {}", path.join(" → ")));
    }
    let chart = gantt(&roadmap.phases);
    if !chart.is_empty() {
        page.fenced("mermaid", &chart);
    }
}

fn phase_row(report: &Report, phase: &Phase) -> Vec<String> {
    let window = match (&phase.start, &phase.end) {
        (Some(start), Some(end)) => format!("{} … {}", escape(start), escape(end)),
        (start, end) => cell(start.as_ref().or(end.as_ref())),
    };
    let gate = phase.gate.as_ref().map(|id| {
        let outcome = report.gates.iter().find(|gate| gate.id == *id).map(|gate| gate.outcome);
        format!("{} {}", outcome.map(sign).unwrap_or_default(), code(id)).trim().to_owned()
    });
    vec![
        escape(&phase.title),
        window,
        format!("{} of {}", phase.passed, phase.total),
        gate.unwrap_or_default(),
        cell(phase.earliest_finish.as_ref()),
        digest::slip(phase.slip_days, phase.earliest_finish.as_ref()).unwrap_or_default(),
    ]
}

/// A Mermaid chart of the phases that have both dates; empty when none has.
fn gantt(phases: &[Phase]) -> Vec<String> {
    let bars: Vec<String> = phases.iter().filter_map(bar).collect();
    if bars.is_empty() {
        return bars;
    }
    let head = ["gantt", "dateFormat YYYY-MM-DD", "inclusiveEndDates", "section Phases"].map(str::to_owned);
    head.into_iter().chain(bars).collect()
}

fn bar(phase: &Phase) -> Option<String> {
    let day = |text: &Option<String>| text.as_ref()?.parse::<jiff::civil::Date>().ok();
    let (start, end) = (day(&phase.start)?, day(&phase.end)?);
    let done = if phase.total > 0 && phase.passed == phase.total { "done, " } else { "" };
    Some(format!("{} :{done}{start}, {end}", chart_name(&phase.title)))
}

/// The chart's language has no escapes: anything but letters, digits and spaces becomes a space.
fn chart_name(title: &str) -> String {
    let kept = |letter: char| if letter.is_alphanumeric() || letter == '-' { letter } else { ' ' };
    let name: String = one_line(title).chars().map(kept).take(60).collect();
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() { "phase".to_owned() } else { name }
}

/// Risks with their live state.
pub(super) fn risks(page: &mut Page, report: &Report) {
    if report.risks.is_empty() {
        return;
    }
    page.heading(2, "Risks");
    let row = |risk: &crate::model::report::Risk| {
        let state = match risk.state {
            Outcome::Fail => "❌ happening",
            Outcome::Pass => "✅ not happening",
            Outcome::Unknown | Outcome::Blocked | Outcome::NotApplicable => "❔ nobody can tell",
        };
        vec![
            escape(&risk.title),
            escape(&risk.level),
            state.to_owned(),
            cell(risk.effect.as_ref()),
            cell(risk.mitigation.as_ref()),
            ids(&risk.watch),
        ]
    };
    let titles = ["Risk", "Level", "State", "Effect", "Mitigation", "Watched by"];
    page.table(&titles, &report.risks.iter().map(row).collect::<Vec<_>>());
}

/// Who does it and what it costs, as the spec says.
pub(super) fn team_and_costs(page: &mut Page, report: &Report) {
    if !report.team.is_empty() {
        page.heading(2, "Team");
        let row = |member: &crate::model::report::TeamRow| {
            vec![
                escape(&member.role),
                cell(member.name.as_ref()),
                cell(member.fte.as_ref()),
                cell(member.duration.as_ref()),
                cell(member.note.as_ref()),
            ]
        };
        page.table(&["Role", "Who", ">FTE", "Duration", "Note"], &report.team.iter().map(row).collect::<Vec<_>>());
    }
    if !report.costs.is_empty() {
        page.heading(2, "Costs");
        let row = |cost: &crate::model::report::CostRow| {
            vec![escape(&cost.item), escape(&cost.amount), cell(cost.period.as_ref()), cell(cost.note.as_ref())]
        };
        page.table(&["Item", ">Amount", "Per", "Note"], &report.costs.iter().map(row).collect::<Vec<_>>());
    }
}
