//! What backs the result: gates, metrics, waivers, claims, dated evidence, what stands apart, and where it comes from.

use super::page::{Page, code, escape, foreign};
use super::{cell, ids, sign};
use crate::model::report::{Check, CheckState, Contradiction, EvidenceKind, Report, Resolved};
use crate::model::{Level, Outcome};
use crate::report::text::counted;
use crate::report::{digest, figures, suppressed};

/// Gates with every criterion.
pub(super) fn gates(page: &mut Page, report: &Report) {
    if report.gates.is_empty() {
        return;
    }
    page.heading(2, "Gates");
    for gate in &report.gates {
        let words = format!(
            "{} **{}** ({}, {}): {}",
            sign(gate.outcome),
            escape(&gate.title),
            code(&gate.id),
            escape(&digest::gate_due(gate)),
            gate.outcome
        );
        page.item(0, &words);
        for line in &gate.expectations {
            page.item(1, &format!("{} {}, actual {}", sign(line.outcome), code(&line.text), escape(&line.actual)));
        }
    }
}

/// Baseline → target → measured → verdict.
pub(super) fn metrics(page: &mut Page, report: &Report) {
    let metrics = digest::metrics(report);
    if metrics.is_empty() {
        return;
    }
    page.heading(2, "Metrics");
    let row = |metric: &digest::Metric<'_>| {
        vec![
            format!("{} ({})", escape(&metric.check.title), code(metric.fact)),
            metric.baseline.map(escape).unwrap_or_default(),
            escape(&metric.target),
            escape(metric.measured),
            format!("{} {}", sign(metric.outcome), metric.outcome),
        ]
    };
    page.table(
        &["Metric", ">Baseline", ">Target", ">Measured", "Verdict"],
        &metrics.iter().map(row).collect::<Vec<_>>(),
    );
}

/// Needs of which one answer is enough, each with its answers side by side.
pub(super) fn alternatives(page: &mut Page, report: &Report) {
    let alternatives = digest::alternatives(report);
    if alternatives.is_empty() {
        return;
    }
    page.heading(2, "Alternatives");
    for alternative in alternatives {
        let need = alternative.need;
        let words = format!("{} **{}** ({}): one is enough", sign(need.outcome), escape(&need.title), code(&need.id));
        page.paragraph(&words);
        let row = |option: &&Check| {
            let lacking = digest::broken(option);
            let lacking = lacking.iter().map(|line| format!("{}, actual {}", code(&line.text), escape(&line.actual)));
            let outcome = format!("{} {}", sign(option.outcome), option.outcome);
            vec![
                format!("{} ({})", escape(&option.title), code(&option.id)),
                outcome,
                lacking.collect::<Vec<_>>().join("; "),
            ]
        };
        page.table(&["Option", "Outcome", "Lacking"], &alternative.options.iter().map(row).collect::<Vec<_>>());
    }
}

/// What the plan says was resolved, when and with what, and how it stands now.
pub(super) fn resolutions(page: &mut Page, report: &Report) {
    let resolutions = digest::resolutions(report);
    if resolutions.is_empty() {
        return;
    }
    page.heading(2, "Resolved, as the plan says");
    let row = |(check, resolved): &(&Check, &Resolved)| {
        vec![
            format!("{} ({})", escape(&check.title), code(&check.id)),
            escape(&resolved.date),
            cell(resolved.evidence.as_ref()),
            format!("{} {}", sign(check.outcome), check.outcome),
        ]
    };
    page.table(&["Check", "Resolved on", "With", "Now"], &resolutions.iter().map(row).collect::<Vec<_>>());
}

/// Accepted failures, those that need a look marked.
pub(super) fn waivers(page: &mut Page, report: &Report) {
    if report.waivers.is_empty() {
        return;
    }
    page.heading(2, "Waivers");
    let look: Vec<&crate::model::report::Waiver> = digest::waivers_to_look_at(report);
    let row = |waiver: &crate::model::report::Waiver| {
        let mark = if look.iter().any(|other| std::ptr::eq(*other, waiver)) { "⚠️ " } else { "" };
        vec![
            code(&waiver.check),
            format!("{mark}{}", digest::waiver_state(waiver)),
            ids(&waiver.accept),
            escape(&waiver.reason),
            cell(waiver.owner.as_ref()),
            cell(waiver.approver.as_ref()),
            escape(&waiver.expires),
            cell(waiver.ticket.as_ref()),
        ]
    };
    let titles = ["Check", "State", "Accepts", "Reason", "Owner", "Approver", "Expires", "Ticket"];
    page.table(&titles, &report.waivers.iter().map(row).collect::<Vec<_>>());
}

/// What files ask specialists to pass over.
pub(super) fn suppressed(page: &mut Page, report: &Report) {
    let suppressed = suppressed::places(report);
    if suppressed.is_empty() {
        return;
    }
    page.heading(2, &format!("Suppressed in files ({})", suppressed.len()));
    for (ids, evidence) in suppressed {
        let ids: Vec<String> = ids.into_iter().map(code).collect();
        page.item(0, &format!("{} ({})", escape(&digest::evidence_line(evidence)), ids.join(", ")));
    }
}

/// What documents say against what was seen.
pub(super) fn claims(page: &mut Page, report: &Report) {
    let claims = &report.claims;
    if claims.contradicted.is_empty() && claims.better_than_claimed.is_empty() && claims.unproven == 0 {
        return;
    }
    page.heading(2, "Claims against measurements");
    let lists = [
        ("The plan says yes, the measurement says no", &claims.contradicted),
        ("The plan says no, the measurement says yes", &claims.better_than_claimed),
    ];
    for (title, list) in lists {
        if !list.is_empty() {
            page.heading(3, &format!("{title} ({})", list.len()));
        }
        page.table(
            &["Subject", "Claim", "Source", "Measured"],
            &list.iter().map(contradiction_row).collect::<Vec<_>>(),
        );
    }
    if claims.unproven > 0 {
        let count = usize::try_from(claims.unproven).unwrap_or(usize::MAX);
        page.paragraph(&format!("Nothing was measured for {}.", counted(count, "claim", "claims")));
    }
}

fn contradiction_row(contradiction: &Contradiction) -> Vec<String> {
    let source = contradiction.source.as_ref().map(|source| code(source)).unwrap_or_default();
    vec![code(&contradiction.subject), escape(&contradiction.claim), source, escape(&contradiction.measured)]
}

/// Statements and reports that others made, with their age.
pub(super) fn evidence_log(page: &mut Page, report: &Report) {
    let mut rows = Vec::new();
    for check in &report.checks {
        let dated = check
            .evidence
            .iter()
            .filter(|evidence| matches!(evidence.kind, EvidenceKind::Attestation | EvidenceKind::Report));
        for evidence in dated {
            let kind = if evidence.kind == EvidenceKind::Attestation { "attestation" } else { "report" };
            let outcome = format!("{} {}", sign(check.outcome), check.outcome);
            rows.push(vec![code(&check.id), kind.to_owned(), escape(&digest::evidence_line(evidence)), outcome]);
        }
    }
    if !rows.is_empty() {
        page.heading(2, "Attestations and ingested reports");
        page.table(&["Check", "Kind", "Evidence", "Outcome"], &rows);
    }
}

/// What does not apply or was disabled, and what is optional: outside the denominator.
pub(super) fn apart(page: &mut Page, report: &Report) {
    let apart: Vec<&Check> = report.checks.iter().filter(|check| check.outcome == Outcome::NotApplicable).collect();
    if apart.is_empty() {
        return;
    }
    let disabled = apart.iter().filter(|check| check.state == CheckState::Disabled).count();
    page.heading(2, &format!("Not applicable ({}, {disabled} of them disabled)", apart.len()));
    for check in apart {
        let word = if check.state == CheckState::Disabled { "disabled" } else { "n/a" };
        let reason = check.reason.as_ref().map(|reason| format!(": {}", escape(reason))).unwrap_or_default();
        page.item(0, &format!("➖ {} ({}), {word}{reason}", escape(&check.title), code(&check.id)));
    }
}

/// What the spec adds, in its own Markdown.
pub(super) fn sections(page: &mut Page, report: &Report) {
    for section in &report.sections {
        page.heading(2, &escape(&section.title));
        page.paragraph(&foreign(&section.body));
    }
}

/// Warnings that go with the run.
pub(super) fn problems(page: &mut Page, report: &Report) {
    if report.problems.is_empty() {
        return;
    }
    page.heading(2, "Warnings");
    for problem in &report.problems {
        let place = problem.place.as_ref().map(|place| format!("{}: ", code(&place.to_string()))).unwrap_or_default();
        let level = if problem.level == Level::Error { "error: " } else { "" };
        let help = problem.help.as_ref().map(|help| format!(" (help: {})", escape(help))).unwrap_or_default();
        page.item(0, &format!("{place}{level}{}{help}", escape(&problem.text)));
    }
}

/// Enough to make the same run again.
pub(super) fn provenance(page: &mut Page, report: &Report) {
    let run = &report.run;
    page.paragraph("---");
    let mut facts = vec![
        format!("Written by {} {}", escape(&report.tool.name), escape(&report.tool.version)),
        format!("catalog {}", escape(&run.catalog)),
        format!("run {}", code(&run.id)),
        format!("spec {} with SHA-256 {}", code(&run.spec.path), code(&run.spec.sha256)),
        figures::duration(run.duration_ms),
        format!("{} files", run.files),
        counted(usize::try_from(run.requests).unwrap_or(usize::MAX), "request", "requests"),
    ];
    facts.extend(run.root.as_ref().map(|root| format!("root {}", code(root))));
    if !run.flags.is_empty() {
        facts.push(format!("flags {}", code(&run.flags.join(" "))));
    }
    page.paragraph(&format!("{}.", facts.join(" · ")));
    page.paragraph("Scores are intervals: *proven* counts what was not observed as failed, *possible* as passed. Percentages are rounded down.");
}
