//! The Mermaid chart of the roadmap: phases with their windows, and the days that matter.
//!
//! Mermaid's language has no escapes, so names keep letters, digits and spaces only.

use jiff::civil::Date;

use crate::model::Outcome;
use crate::model::report::{Phase, Report};
use crate::report::text::one_line;

/// The lines of the chart; none where no phase has both dates.
pub(super) fn chart(report: &Report) -> Vec<String> {
    let bars: Vec<String> = report.roadmap.phases.iter().filter_map(|phase| bar(report, phase)).collect();
    if bars.is_empty() {
        return bars;
    }
    let head = ["gantt", "dateFormat YYYY-MM-DD", "inclusiveEndDates", "section Phases"].map(str::to_owned);
    head.into_iter().chain(bars).chain(days(report)).collect()
}

fn day(text: Option<&String>) -> Option<Date> {
    text?.parse().ok()
}

fn bar(report: &Report, phase: &Phase) -> Option<String> {
    let (start, end) = (day(phase.start.as_ref())?, day(phase.end.as_ref())?);
    let name = name(&phase.title, "phase");
    Some(format!("{name} {} of {} :{}{start}, {end}", phase.passed, phase.total, state(report, phase, start)))
}

/// `done`, `crit` for a phase that will be late, `active` for one under way.
fn state(report: &Report, phase: &Phase, start: Date) -> &'static str {
    let today = day(report.run.as_of.as_ref()).or_else(|| report.run.started_at.get(..10)?.parse().ok());
    if phase.total > 0 && phase.passed == phase.total {
        "done, "
    } else if phase.slip_days.is_some_and(|days| days > 0) {
        "crit, "
    } else if today.is_some_and(|today| start <= today) {
        "active, "
    } else {
        ""
    }
}

/// Gates at the end of their phases, the target and the earliest finish, as milestones.
fn days(report: &Report) -> Vec<String> {
    let roadmap = &report.roadmap;
    let mut lines = Vec::new();
    for phase in &roadmap.phases {
        let (Some(id), Some(end)) = (&phase.gate, day(phase.end.as_ref())) else { continue };
        let gate = report.gates.iter().find(|gate| gate.id == *id);
        let mark = if gate.is_some_and(|gate| gate.outcome == Outcome::Fail) { "crit, " } else { "" };
        let title = gate.map_or(id.as_str(), |gate| gate.title.as_str());
        lines.push(format!("Gate {} :milestone, {mark}{end}, 0d", name(title, "gate")));
    }
    let late = if roadmap.slip_days.is_some_and(|days| days > 0) { "crit, " } else { "" };
    for (label, mark, text) in
        [("Target date", "", &roadmap.target_date), ("Earliest finish", late, &roadmap.earliest_finish)]
    {
        if let Some(day) = day(text.as_ref()) {
            lines.push(format!("{label} :milestone, {mark}{day}, 0d"));
        }
    }
    if !lines.is_empty() {
        lines.insert(0, "section Days".to_owned());
    }
    lines
}

fn name(title: &str, otherwise: &str) -> String {
    let kept = |letter: char| if letter.is_alphanumeric() || letter == '-' { letter } else { ' ' };
    let name: String = one_line(title).chars().map(kept).take(60).collect();
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() { otherwise.to_owned() } else { name }
}
