//! The way to the target date, compact: phases, dates, the critical path, and what to do by when.

use super::outlook::everything;
use crate::model::report::{Phase, Report};
use crate::report::canvas::{Canvas, Paint, span};
use crate::report::text::counted;
use crate::report::{digest, figures, roadmap as way};

/// Length of a phase's bar, in cells.
const BAR: u32 = 10;

/// Draws what there is to say.
pub(super) fn draw(canvas: &mut Canvas<'_>, report: &Report) {
    if way::has_content(&report.roadmap) {
        canvas.heading("Roadmap", "");
        for phase in &report.roadmap.phases {
            draw_phase(canvas, report, phase);
        }
        draw_dates(canvas, report);
        draw_paths(canvas, report);
    }
    draw_horizons(canvas, report);
}

fn draw_phase(canvas: &mut Canvas<'_>, report: &Report, phase: &Phase) {
    let bar = bar(phase, canvas.style().unicode);
    canvas.flow("", 2, &[span(Paint::Plain, bar), span(Paint::Strong, &phase.id), span(Paint::Plain, &phase.title)]);
    let mut facts = vec![format!("{} of {} pass", phase.passed, phase.total)];
    facts.extend(
        phase.start.iter().zip(phase.end.as_ref()).map(|(start, end)| format!("{start} {} {end}", canvas.between())),
    );
    let finish = way::finish(phase.earliest_finish.as_ref(), phase.best_finish.as_ref(), canvas.between());
    facts.extend(finish.map(|day| format!("earliest finish {day}")));
    facts.extend(digest::slip(phase.slip_days, phase.earliest_finish.as_ref()));
    let gate = report.gates.iter().find(|gate| Some(&gate.id) == phase.gate.as_ref());
    facts.extend(gate.map(|gate| format!("{} {}", gate.id, gate.outcome.word())));
    canvas.flow("  ", 4, &[span(Paint::Faint, facts.join(canvas.dot()))]);
    if everything(canvas) {
        let open: Vec<&str> = way::open_in_phase(report, &phase.id).iter().map(|check| check.id.as_str()).collect();
        if !open.is_empty() {
            canvas.flow("  ", 4, &[span(Paint::Faint, format!("open: {}", open.join(", ")))]);
        }
    }
}

/// Checks that pass, as a share of those that apply; rounded down, so that only a finished phase is full.
fn bar(phase: &Phase, unicode: bool) -> String {
    let (full, empty) = if unicode { ('█', '░') } else { ('#', '-') };
    let filled = phase.passed.saturating_mul(BAR).checked_div(phase.total).unwrap_or(0).min(BAR);
    (0..BAR).map(|cell| if cell < filled { full } else { empty }).collect()
}

fn draw_dates(canvas: &mut Canvas<'_>, report: &Report) {
    let roadmap = &report.roadmap;
    let mut facts = Vec::new();
    facts.extend(roadmap.target_date.as_ref().map(|day| format!("target {day}")));
    let finish = way::finish(roadmap.earliest_finish.as_ref(), roadmap.best_finish.as_ref(), canvas.between());
    facts.extend(finish.map(|days| format!("earliest finish {days}")));
    facts.extend(digest::slip(roadmap.slip_days, roadmap.earliest_finish.as_ref()));
    facts.extend(way::capacity(roadmap));
    if roadmap.without_effort > 0 {
        let count = usize::try_from(roadmap.without_effort).unwrap_or(usize::MAX);
        facts.push(format!("{} without an effort", counted(count, "open check", "open checks")));
    }
    if everything(canvas) || roadmap.forecast.is_some() {
        facts.extend(way::forecast(report, canvas.between()));
    }
    if !facts.is_empty() {
        canvas.flow("", 2, &[span(Paint::Plain, facts.join(canvas.dot()))]);
    }
}

fn draw_paths(canvas: &mut Canvas<'_>, report: &Report) {
    let roadmap = &report.roadmap;
    let arrow = if canvas.style().unicode { " → " } else { " > " };
    if !roadmap.critical_path.is_empty() {
        let days = roadmap.critical_path_days.map(|days| format!("({})", figures::days(days))).unwrap_or_default();
        let line = format!("critical path {days}: {}", roadmap.critical_path.join(arrow));
        canvas.flow("", 2, &[span(Paint::Plain, line)]);
    }
    let Some(path) = &roadmap.declared_path else { return };
    let facts = way::declared_path_facts(roadmap, path).join(", ");
    canvas.flow("", 2, &[span(Paint::Plain, format!("declared path ({facts}): {}", path.checks.join(arrow)))]);
    if !path.omits.is_empty() {
        let line = format!("it leaves out what its checks require: {}", path.omits.join(", "));
        canvas.flow("  ", 4, &[span(Paint::Doubtful, line)]);
    }
}

fn draw_horizons(canvas: &mut Canvas<'_>, report: &Report) {
    let horizons = way::horizons(report);
    if horizons.is_empty() {
        return;
    }
    canvas.heading("Next steps by horizon", "");
    for horizon in horizons {
        let ids: Vec<&str> = horizon.checks.iter().map(|check| check.id.as_str()).collect();
        let count = format!("({} open)", ids.len());
        canvas.flow(
            "",
            2,
            &[span(Paint::Strong, horizon.name), span(Paint::Faint, count), span(Paint::Plain, ids.join(", "))],
        );
    }
}
