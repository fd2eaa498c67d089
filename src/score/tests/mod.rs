//! Small plans to score, and what is said of them.
#![allow(clippy::unwrap_used, reason = "tests")]

mod compared;
mod explained;
mod gate_facts;
mod numbers;
mod plans;
mod properties;
mod reports;
mod verdicts;

use crate::model::outline::{AreaOutline, CheckOutline, GateOutline, Judged, Outline, PhaseOutline, Standing};
use crate::model::{Exact, FactSchema, Facts, Grade, Outcome, Place, Severity};
use crate::score::{Scored, score};

/// A plan under construction with what became of its checks.
#[derive(Clone, Default)]
pub(super) struct Plan {
    pub(super) outline: Outline,
    pub(super) judged: Vec<Judged>,
}

pub(super) fn exact(text: &str) -> Exact {
    Exact::parse_decimal(text).or_else(|| Exact::parse_fraction(text)).unwrap()
}

impl Plan {
    pub(super) fn new() -> Plan {
        let mut plan = Plan::default();
        plan.outline.today = Some("2026-03-02".parse().unwrap());
        plan
    }

    pub(super) fn area(mut self, id: &str, weight: u32) -> Plan {
        let area = AreaOutline { id: id.to_owned(), weight, min_score_pct: None, wholly_selected: true };
        self.outline.areas.push(area);
        self
    }

    /// A check in the area added last.
    pub(super) fn check(mut self, id: &str, severity: Severity, outcome: Outcome) -> Plan {
        self.outline.checks.push(CheckOutline {
            id: id.to_owned(),
            area: self.outline.areas.len() - 1,
            title: format!("{id} holds"),
            severity,
            weight: severity.weight(),
            share_of: 1,
            standing: Standing::Enforced,
            requires: Vec::new(),
            phase: None,
            effort_days: None,
            effort_least_days: None,
            facts: FactSchema::default(),
            remedy: None,
            place: Place::line("shipworthy.yaml", 1 + u32::try_from(self.outline.checks.len()).unwrap()),
        });
        self.judged.push(judged(severity, outcome));
        self
    }

    /// Changes the check added last.
    pub(super) fn with(mut self, change: impl FnOnce(&mut CheckOutline, &mut Judged)) -> Plan {
        change(self.outline.checks.last_mut().unwrap(), self.judged.last_mut().unwrap());
        self
    }

    pub(super) fn rule(mut self, change: impl FnOnce(&mut Outline)) -> Plan {
        change(&mut self.outline);
        self
    }

    pub(super) fn gate(mut self, id: &str, checks: &[&str], expect: &[&str]) -> Plan {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        self.outline.gates.push(GateOutline {
            id: id.to_owned(),
            title: id.to_owned(),
            checks: texts(checks),
            expect: texts(expect),
            from: None,
            min_grade: None,
            place: Place::default(),
        });
        self
    }

    pub(super) fn phase(mut self, id: &str, end: Option<&str>, gate: Option<&str>) -> Plan {
        self.outline.phases.push(PhaseOutline {
            id: id.to_owned(),
            title: id.to_owned(),
            start: None,
            end: end.map(|day| day.parse().unwrap()),
            gate: gate.map(str::to_owned),
        });
        self
    }

    pub(super) fn score(&self) -> Scored {
        score(&self.outline, &self.judged)
    }
}

pub(super) fn judged(severity: Severity, outcome: Outcome) -> Judged {
    Judged {
        outcome,
        credit_ppm: if outcome == Outcome::Pass { 1_000_000 } else { 0 },
        grade: outcome.is_known().then_some(Grade::Measured),
        severity,
        facts: Facts::new(),
        waived: false,
        blocked_by: None,
        reason: None,
    }
}
