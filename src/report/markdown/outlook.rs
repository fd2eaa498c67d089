//! What to do and what to reckon with: next actions, risks, people and money.

use super::page::{Page, code, escape};
use super::{cell, ids};
use crate::model::Outcome;
use crate::model::report::{NextAction, Report};
use crate::report::text::counted;
use crate::report::{figures, resources, unobserved};

/// Actions that a status report names; what is further down is named where its area is.
const ACTIONS_SHOWN: usize = 20;

/// Numbered, best first.
pub(super) fn next_actions(page: &mut Page, report: &Report) {
    if report.next_actions.is_empty() {
        return;
    }
    page.heading(2, "Next actions");
    for (index, action) in report.next_actions.iter().take(ACTIONS_SHOWN).enumerate() {
        let what = unobserved::to_do(action, report);
        page.numbered(index + 1, &format!("**{}** ({})", escape(&what), about(action).join(", ")));
    }
    let rest = report.next_actions.len().saturating_sub(ACTIONS_SHOWN);
    if rest > 0 {
        page.paragraph(&format!("{rest} more stand under their areas; the JSON report has all of them in this order."));
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
                resources::person_weeks(member).unwrap_or_default(),
                cell(member.note.as_ref()),
            ]
        };
        let mut rows: Vec<Vec<String>> = report.team.iter().map(row).collect();
        let total = |weeks| ["**Total**", "", "", "", &format!("**{weeks}**"), ""].map(str::to_owned).to_vec();
        rows.extend(resources::team_weeks(&report.team).map(total));
        page.table(&["Role", "Who", ">FTE", "Duration", ">Person-weeks", "Note"], &rows);
    }
    if !report.costs.is_empty() {
        page.heading(2, "Costs");
        let row = |cost: &crate::model::report::CostRow| {
            vec![escape(&cost.item), escape(&cost.amount), cell(cost.period.as_ref()), cell(cost.note.as_ref())]
        };
        let mut rows: Vec<Vec<String>> = report.costs.iter().map(row).collect();
        let total = |total: resources::Total| {
            let amount = format!("**{}**", escape(&total.amount));
            vec!["**Total**".to_owned(), amount, escape(&total.period), String::new()]
        };
        rows.extend(resources::cost_totals(&report.costs).into_iter().map(total));
        page.table(&["Item", ">Amount", "Per", "Note"], &rows);
    }
}
