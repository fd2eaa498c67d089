//! Deciders over intervals, and the verdict.

use super::{Plan, exact};
use crate::model::Outcome::{Blocked, Fail, NotApplicable, Pass, Unknown};
use crate::model::Severity::{Blocker, High, Low, Medium};
use crate::model::Verdict::{Inconclusive, NotReady, Ready};
use crate::model::outcome::DeciderState::{self, Failed, Met, Undecided};
use crate::model::report::DeciderKind;
use crate::model::{Outcome, Severity};
use crate::score::Scored;

fn state_of(scored: &Scored, kind: DeciderKind, subject: &str) -> Option<DeciderState> {
    let decider = scored.deciders.iter().find(|decider| decider.kind == kind && decider.subject == subject);
    decider.map(|decider| decider.state)
}

/// A plan whose other checks alone would be ready.
fn with_check(severity: Severity, outcome: Outcome) -> Plan {
    Plan::new()
        .area("a", 1)
        .check("base", Blocker, Pass)
        .check("x", severity, outcome)
        .with(|check, _| check.weight = 1)
}

#[test]
fn a_deciding_check_is_met_failed_or_undecided() {
    for (outcome, state, verdict) in [
        (Pass, Some(Met), Ready),
        (Fail, Some(Failed), NotReady),
        (Unknown, Some(Undecided), Inconclusive),
        (Blocked, Some(Undecided), Inconclusive),
        (NotApplicable, None, Ready),
    ] {
        let scored = with_check(Blocker, outcome).score();
        assert_eq!((state_of(&scored, DeciderKind::Check, "x"), scored.verdict), (state, verdict), "{outcome}");
    }
}

#[test]
fn a_waived_failure_is_met_and_says_so() {
    let scored = with_check(Blocker, Fail).with(|_, judged| judged.waived = true).score();
    assert_eq!((state_of(&scored, DeciderKind::Check, "x"), scored.verdict), (Some(Met), Ready));
    assert!(scored.deciders[1].text.contains("failed: x holds (waived)"), "{}", scored.deciders[1].text);
    assert_eq!(scored.verdict_line, "ready: no blocker failed (1 waived), 88.8 ≥ 60, 100 % measured ≥ 60");
}

#[test]
fn a_waiver_that_covers_unknown_lifts_what_was_not_observed() {
    let scored = with_check(Blocker, Unknown).with(|_, judged| judged.waived = true).score();
    assert_eq!((state_of(&scored, DeciderKind::Check, "x"), scored.verdict), (Some(Met), Ready));
}

#[test]
fn without_waivers_a_waived_failure_fails() {
    let plan = with_check(Blocker, Fail).with(|_, judged| judged.waived = true);
    assert_eq!(plan.rule(|outline| outline.rules.ignore_waivers = true).score().verdict, NotReady);
}

#[test]
fn only_checks_of_the_severity_in_question_decide() {
    assert_eq!(with_check(High, Fail).score().verdict, Ready);
    let strict = with_check(High, Fail).rule(|outline| outline.rules.fail_on = High).score();
    assert_eq!(strict.verdict, NotReady);
    assert!(strict.verdict_line.contains("1 check of severity high or above failed"), "{}", strict.verdict_line);
}

#[test]
fn the_severity_that_the_evidence_left_decides() {
    let scored = with_check(Blocker, Fail).with(|_, judged| judged.severity = High).score();
    assert_eq!((state_of(&scored, DeciderKind::Check, "x"), scored.verdict), (None, Ready));
}

#[test]
fn a_check_of_weight_zero_never_decides() {
    let scored = with_check(Blocker, Fail).with(|check, _| check.weight = 0).score();
    assert_eq!((state_of(&scored, DeciderKind::Check, "x"), scored.verdict), (None, Ready));
}

#[test]
fn a_minimum_score_is_judged_on_the_interval() {
    let plan = |outcome: Outcome, least: &str| {
        let plan = Plan::new().area("a", 1).check("base", High, Pass).check("x", High, outcome);
        plan.rule(|outline| outline.areas[0].min_score_pct = Some(exact(least))).score()
    };
    for (outcome, least, state) in [
        (Fail, "50", Met),
        (Fail, "50.01", Failed),
        (Unknown, "50", Met),
        (Unknown, "50.01", Undecided),
        (Unknown, "100", Undecided),
        (Pass, "100", Met),
    ] {
        let scored = plan(outcome, least);
        assert_eq!(state_of(&scored, DeciderKind::MinScore, "a"), Some(state), "{outcome} against {least}");
    }
    let line = plan(Unknown, "101").verdict_line;
    assert!(line.contains("a at most 100.0 < 101"), "{line}");
    let text = &plan(Fail, "80").reasons;
    assert_eq!(text[1], "area `a` is 50.0, below 80: 30 points missing");
    assert_eq!(text[0], "the overall score is 50.0, below 60: 10 points missing");
}

#[test]
fn a_reason_about_a_score_says_how_many_of_the_missing_points_are_waived() {
    let plan = Plan::new().area("a", 1).check("base", High, Pass).check("x", Blocker, Fail);
    let scored = plan.clone().with(|_, judged| judged.waived = true).score();
    assert_eq!(scored.verdict, NotReady, "a waiver does not help against a minimum score");
    let reason = "the overall score is 33.3, below 60: 26.66 points missing, 26.66 of them waived";
    assert_eq!(scored.reasons, [reason]);
    assert_eq!(scored.overall, plan.score().overall);
}

#[test]
fn too_little_measured_is_undecided_and_never_fails() {
    let plan = Plan::new().area("a", 1).check("base", High, Pass).check("x", High, Unknown).check("y", High, Pass);
    let scored = plan.clone().rule(|outline| outline.rules.require_measured_pct = exact("80")).score();
    assert_eq!(
        (state_of(&scored, DeciderKind::RequireMeasured, "overall"), scored.verdict),
        (Some(Undecided), Inconclusive)
    );
    assert_eq!(scored.reasons, ["66.6 % measured, 80 needed: 13.33 points missing"]);
    assert_eq!(scored.verdict_line, "inconclusive: no blocker failed, 66.6 ≥ 60, 66.6 % measured < 80");
    assert_eq!(plan.score().verdict, Ready);
}

#[test]
fn an_audit_that_saw_nothing_is_inconclusive() {
    let scored = Plan::new().area("a", 1).check("x", Blocker, Unknown).check("y", Low, Blocked).score();
    assert_eq!(scored.verdict, Inconclusive);
    assert_eq!(scored.deciders.iter().filter(|decider| decider.state == Failed).count(), 0);
    let na = Plan::new().area("a", 1).check("x", Blocker, NotApplicable).score();
    assert_eq!(na.verdict, Inconclusive);
    assert_eq!(na.reasons, ["nothing was measured: no check that counts applies here"]);
    assert_eq!(Plan::new().score().verdict, Inconclusive);
}

#[test]
fn reasons_list_what_failed_before_what_is_undecided() {
    let plan = Plan::new()
        .area("a", 1)
        .check("base", Blocker, Pass)
        .check("unseen", Blocker, Unknown)
        .with(|check, judged| {
            check.weight = 1;
            judged.reason = Some("DATABASE_URL is not set".to_owned());
        })
        .check("broken", Blocker, Fail)
        .with(|check, _| check.weight = 1);
    let scored = plan.score();
    assert_eq!(
        scored.reasons,
        ["blocker `broken` failed: broken holds", "blocker `unseen` could not be observed: DATABASE_URL is not set"]
    );
    assert_eq!(scored.verdict_line, "not ready: 1 blocker failed and 1 not known, 80.0 ≥ 60, 90 % measured ≥ 60");
}

#[test]
fn a_selection_is_judged_by_its_checks_and_whole_areas_only() {
    let plan = Plan::new()
        .area("a", 1)
        .check("x", High, Fail)
        .check("y", Medium, Pass)
        .gate("g", &["x"], &[])
        .rule(|outline| outline.rules.selection = true);
    let scored = plan.score();
    assert!(scored.deciders.is_empty(), "{:?}", scored.deciders);
    assert_eq!((scored.verdict, scored.gates[0].due), (Ready, false));
    assert_eq!(scored.verdict_line, "ready: no blocker failed among the selected checks");
    let strict = plan.clone().rule(|outline| outline.areas[0].min_score_pct = Some(exact("80"))).score();
    assert_eq!(state_of(&strict, DeciderKind::MinScore, "a"), Some(Failed));
    let partly = plan.rule(|outline| {
        outline.areas[0].min_score_pct = Some(exact("80"));
        outline.areas[0].wholly_selected = false;
    });
    assert_eq!(partly.score().verdict, Ready);
}

#[test]
fn the_checks_of_a_gate_must_each_pass() {
    let gate = |outcome: Outcome| {
        let plan = Plan::new().area("a", 1).check("base", Blocker, Pass).check("x", Low, outcome);
        plan.gate("g", &["base", "x"], &[]).score()
    };
    for (outcome, state) in
        [(Pass, Met), (Fail, Failed), (Unknown, Undecided), (Blocked, Undecided), (NotApplicable, Met)]
    {
        assert_eq!(state_of(&gate(outcome), DeciderKind::Gate, "g"), Some(state), "{outcome}");
    }
    assert_eq!(gate(Fail).reasons, ["gate `g` failed: `check.x.outcome = pass` is not met: fail"]);
    assert!(gate(Pass).verdict_line.ends_with("gate g passed"));
}

#[test]
fn a_waiver_does_not_open_a_gate() {
    let plan = Plan::new().area("a", 1).check("base", Blocker, Pass).check("x", Low, Fail);
    let scored = plan.with(|_, judged| judged.waived = true).gate("g", &["x"], &[]).score();
    assert_eq!(scored.reasons, ["gate `g` failed: `check.x.outcome = pass` is not met: fail (waived)"]);
}

#[test]
fn a_gate_of_which_nothing_applies_is_undecided() {
    let plan = Plan::new().area("a", 1).check("base", Blocker, Pass).check("x", Low, NotApplicable);
    let scored = plan.gate("g", &["x"], &[]).score();
    assert_eq!(scored.reasons, ["gate `g` is not decided: nothing in it applies here"]);
    assert_eq!(scored.verdict, Inconclusive);
}

#[test]
fn a_gate_decides_from_its_date_else_from_the_end_of_its_phase_else_now() {
    let plan = Plan::new().area("a", 1).check("base", Blocker, Pass).check("x", Low, Fail).gate("g", &["x"], &[]);
    let due = |plan: &Plan| {
        let scored = plan.score();
        (scored.gates[0].due, scored.gates[0].outcome, scored.verdict)
    };
    assert_eq!(due(&plan), (true, Fail, NotReady));
    let in_phase = plan.clone().phase("p", Some("2026-03-03"), Some("g"));
    assert_eq!(due(&in_phase), (false, Fail, Ready));
    let last_day = plan.clone().phase("p", Some("2026-03-02"), Some("g"));
    assert_eq!(due(&last_day), (true, Fail, NotReady));
    let from = in_phase.rule(|outline| outline.gates[0].from = Some("2026-03-01".parse().unwrap()));
    assert_eq!(due(&from), (true, Fail, NotReady));
    assert_eq!(due(&plan.phase("p", None, Some("g"))), (true, Fail, NotReady));
}

#[test]
fn a_gate_asked_for_by_name_makes_the_verdict_alone() {
    let plan = Plan::new()
        .area("a", 1)
        .check("base", Blocker, Fail)
        .check("x", Low, Pass)
        .gate("g", &["x"], &[])
        .gate("h", &["base"], &[])
        .phase("p", Some("2027-01-01"), Some("g"))
        .rule(|outline| outline.rules.only_gate = Some("g".to_owned()));
    let scored = plan.score();
    assert_eq!(scored.deciders.iter().map(|decider| decider.subject.as_str()).collect::<Vec<_>>(), ["g"]);
    assert_eq!((scored.verdict, scored.verdict_line.as_str()), (Ready, "ready: gate g passed"));
    let missing = plan.rule(|outline| outline.rules.only_gate = Some("i".to_owned())).score();
    assert_eq!((missing.verdict, missing.reasons[0].as_str()), (Inconclusive, "gate `i` does not exist"));
}

#[test]
fn a_gate_with_a_least_grade_takes_weaker_evidence_for_unknown() {
    use crate::model::Grade;
    let plan = Plan::new().area("a", 1).check("x", Low, Pass).with(|_, judged| judged.grade = Some(Grade::Attested));
    let plan = plan.gate("g", &["x"], &[]).rule(|outline| outline.gates[0].min_grade = Some(Grade::Ingested));
    let scored = plan.score();
    assert_eq!(state_of(&scored, DeciderKind::Gate, "g"), Some(Undecided));
    let weaker = plan.rule(|outline| outline.gates[0].min_grade = Some(Grade::Attested)).score();
    assert_eq!(state_of(&weaker, DeciderKind::Gate, "g"), Some(Met));
}
