//! Phases with what is open in them, the critical path, what blocks what, and what to do by when.

use super::page::{Page, code, escape};
use super::{cell, gantt, sign};
use crate::model::report::{Check, Phase, Report};
use crate::report::text::counted;
use crate::report::{digest, figures, roadmap as way};

/// Everything that is said about the way to the target date.
pub(super) fn roadmap(page: &mut Page, report: &Report) {
    if way::has_content(&report.roadmap) {
        page.heading(2, "Roadmap");
        phases(page, report);
        dates(page, report);
        paths(page, report);
        let chart = gantt::chart(report);
        if !chart.is_empty() {
            page.fenced("mermaid", &chart);
        }
    }
    blocked(page, report);
    horizons(page, report);
}

fn phases(page: &mut Page, report: &Report) {
    let titles = ["Phase", "Window", ">Pass", "Gate", "Earliest finish", "Slip", "Open"];
    let rows: Vec<Vec<String>> = report.roadmap.phases.iter().map(|phase| phase_row(report, phase)).collect();
    page.table(&titles, &rows);
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
    let finish = way::finish(phase.earliest_finish.as_ref(), phase.best_finish.as_ref(), "…");
    vec![
        escape(&phase.title),
        window,
        format!("{} of {}", phase.passed, phase.total),
        gate.unwrap_or_default(),
        cell(finish.as_ref()),
        digest::slip(phase.slip_days, phase.earliest_finish.as_ref()).unwrap_or_default(),
        list(&way::open_in_phase(report, &phase.id)),
    ]
}

fn list(checks: &[&Check]) -> String {
    checks.iter().map(|check| code(&check.id)).collect::<Vec<_>>().join(", ")
}

fn dates(page: &mut Page, report: &Report) {
    let roadmap = &report.roadmap;
    let finish = way::finish(roadmap.earliest_finish.as_ref(), roadmap.best_finish.as_ref(), "…");
    let capacity = way::capacity(roadmap);
    let slip = digest::slip(roadmap.slip_days, roadmap.earliest_finish.as_ref());
    let facts = [
        ("Target date", roadmap.target_date.as_ref()),
        ("Earliest finish", finish.as_ref()),
        ("Against the target", slip.as_ref()),
        ("Capacity", capacity.as_ref()),
    ];
    for (label, value) in facts {
        if let Some(value) = value {
            page.item(0, &format!("{label}: {}", escape(value)));
        }
    }
    if roadmap.without_effort > 0 {
        page.item(0, &format!("Open checks without an effort: {}", roadmap.without_effort));
    }
    if let Some(words) = way::forecast(report, "…") {
        page.item(0, &escape(&words));
    }
}

fn paths(page: &mut Page, report: &Report) {
    let roadmap = &report.roadmap;
    let arrows = |ids: &[String]| ids.iter().map(|id| code(id)).collect::<Vec<_>>().join(" → ");
    if !roadmap.critical_path.is_empty() {
        let days = roadmap.critical_path_days.map(|days| format!(" ({})", figures::days(days))).unwrap_or_default();
        page.item(0, &format!("Critical path{days}: {}", arrows(&roadmap.critical_path)));
    }
    if let Some(path) = &roadmap.declared_path {
        let facts = way::declared_path_facts(roadmap, path).join(", ");
        page.item(0, &format!("Declared critical path ({}): {}", escape(&facts), arrows(&path.checks)));
        if !path.omits.is_empty() {
            let omitted: Vec<String> = path.omits.iter().map(|id| code(id)).collect();
            page.item(1, &format!("It leaves out what its checks require: {}", omitted.join(", ")));
        }
    }
}

fn blocked(page: &mut Page, report: &Report) {
    let roots = way::roots(report);
    if roots.is_empty() {
        return;
    }
    page.heading(2, "Blocked");
    let row = |root: &way::Root<'_>| {
        let cause = root.check.map(|check| format!("{} {}", sign(check.outcome), escape(&check.title)));
        let remedy = root.check.and_then(|check| check.remedy.as_ref());
        vec![code(root.id), cause.unwrap_or_default(), cell(remedy), list(&root.blocks)]
    };
    let titles = ["Root cause", "What it is", "Fix", "Blocks"];
    page.table(&titles, &roots.iter().map(row).collect::<Vec<_>>());
}

fn horizons(page: &mut Page, report: &Report) {
    let horizons = way::horizons(report);
    if horizons.is_empty() {
        return;
    }
    page.heading(2, "Next steps by horizon");
    for horizon in horizons {
        let count = counted(horizon.checks.len(), "open check", "open checks");
        page.item(0, &format!("**{}** ({count})", escape(horizon.name)));
        for check in horizon.checks {
            let effort =
                check.effort_days.map(|range| format!(", {}", figures::effort(range, "…"))).unwrap_or_default();
            page.item(1, &format!("{} {} ({}{effort})", sign(check.outcome), escape(&check.title), code(&check.id)));
        }
    }
}
