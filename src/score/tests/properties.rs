//! What holds for every plan.

use proptest::prelude::*;

use super::{Plan, exact};
use crate::model::outline::{AreaOutline, Judged, Standing};
use crate::model::{Exact, Outcome, Severity, Verdict};

fn severities() -> impl Strategy<Value = Severity> {
    prop_oneof![Just(Severity::Low), Just(Severity::Medium), Just(Severity::High), Just(Severity::Blocker)]
}

fn outcomes() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        3 => Just(Outcome::Pass),
        3 => Just(Outcome::Fail),
        1 => Just(Outcome::Unknown),
        1 => Just(Outcome::Blocked),
        1 => Just(Outcome::NotApplicable),
    ]
}

pub(super) type Row = (usize, Severity, Outcome, u32, u32, bool, bool);

pub(super) fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row =
        (0_usize..4, severities(), outcomes(), 0_u32..1_200_000, 1_u32..5, any::<bool>(), prop::bool::weighted(0.2));
    prop::collection::vec(row, 1..14)
}

pub(super) fn plan(rows: &[Row]) -> Plan {
    let mut plan = Plan::new();
    for (id, weight) in [("a", 4), ("b", 3), ("c", 2), ("d", 0)] {
        plan = plan.area(id, weight);
    }
    plan.outline.areas[0].min_score_pct = Some(exact("70"));
    for (number, (area, severity, outcome, credit, share_of, waived, announced)) in rows.iter().enumerate() {
        plan = plan.check(&format!("check-{number}"), *severity, *outcome).with(|check, judged| {
            check.area = *area;
            check.share_of = *share_of;
            check.standing = if *announced { Standing::Announced } else { Standing::Enforced };
            judged.credit_ppm = *credit;
            judged.waived = *waived;
        });
    }
    plan.gate("g", &["check-0"], &["score >= 70 %", "area.a.checks.blocker.failed = 0", "checks.all.failed <= 1"])
}

fn reversed(plan: &Plan) -> Plan {
    let mut other = plan.clone();
    other.outline.checks.reverse();
    other.judged.reverse();
    let last = other.outline.areas.len() - 1;
    other.outline.areas.reverse();
    for check in &mut other.outline.checks {
        check.area = last - check.area;
    }
    other
}

fn by_area(plan: &Plan) -> Vec<(AreaOutline, String)> {
    let scored = plan.score();
    let mut all: Vec<(AreaOutline, String)> =
        plan.outline.areas.iter().cloned().zip(scored.areas.iter().map(|area| format!("{area:?}"))).collect();
    all.sort_by(|left, right| left.0.id.cmp(&right.0.id));
    all
}

fn set(judged: &mut Judged, outcome: Outcome) {
    judged.outcome = outcome;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn proven_is_at_most_possible_and_they_differ_by_what_is_open(rows in rows()) {
        let scored = plan(&rows).score();
        for score in scored.areas.iter().filter_map(|area| area.score.as_ref()).chain(scored.overall.as_ref()) {
            prop_assert!(!score.proven.is_negative() && score.proven <= score.possible && score.possible <= Exact::one());
            prop_assert_eq!(&score.possible - &score.proven, Exact::one() - score.measured.clone());
        }
    }

    #[test]
    fn points_add_up_exactly(rows in rows()) {
        let scored = plan(&rows).score();
        if let Some(overall) = &scored.overall {
            let points = || scored.checks.iter().filter_map(|check| check.points.as_ref());
            let got: Exact = points().map(|points| points.got.clone()).sum();
            let lost: Exact = points().map(|points| points.lost.clone()).sum();
            let hundred = Exact::whole(100);
            prop_assert_eq!(got, overall.proven.clone() * hundred.clone());
            prop_assert_eq!(lost, (Exact::one() - overall.possible.clone()) * hundred);
        }
    }

    #[test]
    fn the_order_of_checks_and_areas_changes_no_number(rows in rows()) {
        let (plan, other) = (plan(&rows), reversed(&plan(&rows)));
        prop_assert_eq!(by_area(&plan), by_area(&other));
        let (left, right) = (plan.score(), other.score());
        prop_assert_eq!(left.overall, right.overall);
        prop_assert_eq!(left.verdict, right.verdict);
        prop_assert_eq!(left.verdict_line, right.verdict_line);
        prop_assert_eq!(left.next_actions.len(), right.next_actions.len());
    }

    #[test]
    fn a_waiver_changes_no_number(rows in rows(), at in any::<prop::sample::Index>()) {
        let before = plan(&rows);
        let mut after = before.clone();
        let index = at.index(rows.len());
        after.judged[index].waived = !after.judged[index].waived;
        let (left, right) = (before.score(), after.score());
        prop_assert_eq!(left.areas, right.areas);
        prop_assert_eq!(left.overall, right.overall);
        prop_assert_eq!(left.checks, right.checks);
    }

    #[test]
    fn adding_an_unknown_check_never_raises_proven(rows in rows(), area in 0_usize..4, severity in severities()) {
        let before = plan(&rows);
        let after = before.clone().check("new", severity, Outcome::Unknown).with(|check, _| check.area = area);
        let (left, right) = (before.score(), after.score());
        if let (Some(left), Some(right)) = (&left.areas[area].score, &right.areas[area].score) {
            prop_assert!(right.proven <= left.proven && right.measured <= left.measured);
        }
        if let (Some(left), Some(right)) = (left.overall, right.overall) {
            prop_assert!(right.proven <= left.proven);
        }
    }

    #[test]
    fn mending_a_check_never_lowers_anything(rows in rows(), at in any::<prop::sample::Index>()) {
        let mut before = plan(&rows);
        let index = at.index(rows.len());
        set(&mut before.judged[index], Outcome::Fail);
        let mut after = before.clone();
        set(&mut after.judged[index], Outcome::Pass);
        let (left, right) = (before.score(), after.score());
        for (left, right) in left.areas.iter().zip(&right.areas) {
            if let (Some(left), Some(right)) = (&left.score, &right.score) {
                prop_assert!(left.proven <= right.proven && left.measured <= right.measured);
            }
        }
        if let (Some(left), Some(right)) = (&left.overall, &right.overall) {
            prop_assert!(left.proven <= right.proven && left.measured <= right.measured);
        }
        for decider in right.deciders.iter().filter(|decider| decider.state == crate::model::outcome::DeciderState::Failed) {
            prop_assert!(left.deciders.iter().any(|old| old.subject == decider.subject && old.kind == decider.kind
                && old.state == decider.state), "{:?}", decider);
        }
    }

    #[test]
    fn what_an_unknown_check_turns_out_to_be_keeps_the_score_within_its_interval(
        rows in rows(), at in any::<prop::sample::Index>(), outcome in prop_oneof![Just(Outcome::Pass), Just(Outcome::Fail)],
    ) {
        let mut before = plan(&rows);
        let index = at.index(rows.len());
        set(&mut before.judged[index], Outcome::Unknown);
        let mut after = before.clone();
        set(&mut after.judged[index], outcome);
        let (left, right) = (before.score(), after.score());
        if let (Some(left), Some(right)) = (&left.overall, &right.overall) {
            prop_assert!(left.proven <= right.proven && right.possible <= left.possible);
        }
        for old in left.deciders.iter().filter(|decider| decider.state != crate::model::outcome::DeciderState::Undecided) {
            let new = right.deciders.iter().find(|new| new.subject == old.subject && new.kind == old.kind);
            prop_assert_eq!(new.map(|new| new.state), Some(old.state), "{:?}", old);
        }
    }

    #[test]
    fn nothing_seen_is_inconclusive(rows in rows()) {
        let mut unseen = plan(&rows);
        for judged in &mut unseen.judged {
            set(judged, Outcome::Unknown);
        }
        prop_assert_eq!(unseen.score().verdict, Verdict::Inconclusive);
    }
}
