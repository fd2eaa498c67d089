//! Facts about the result in gates: how they are named, judged, and refused.

use super::{Plan, exact};
use crate::model::Outcome::{self, Blocked, Fail, NotApplicable, Pass, Unknown};
use crate::model::Severity::{Blocker, High, Low, Medium};
use crate::model::{FactDecl, FactType, Grade, Value};
use crate::score::{gate_fault, result_names};

/// Ten units of weight: 5 earned, 2 open, and ids that try to confuse.
fn plan() -> Plan {
    Plan::new()
        .area("a", 1)
        .check("http/hsts", High, Pass)
        .check("http/hsts@v1.2", Low, Pass)
        .with(|check, judged| {
            check.facts.decls = vec![
                FactDecl::new("p99.9", FactType::Duration, "slowest but one in a thousand"),
                FactDecl::new("failed", FactType::Count, "failed tests"),
            ];
            judged.facts.present("p99.9", Value::Number(exact("0.143")));
        })
        .check("outcome", Low, Unknown)
        .check("blocked", Low, Blocked)
        .check("score", Low, Fail)
        .with(|check, judged| {
            check.phase = Some("week-5".to_owned());
            judged.waived = true;
        })
        .check("medium", Medium, Fail)
        .check("elsewhere", High, NotApplicable)
        .area("a.b", 0)
        .check("other", Blocker, Fail)
        .phase("week-5", None, None)
}

fn judged(line: &str) -> (Outcome, String, String) {
    judged_in(plan(), line)
}

fn judged_in(plan: Plan, line: &str) -> (Outcome, String, String) {
    let plan = plan.gate("other-gate", &["http/hsts"], &[]).gate("g", &[], &[line]);
    assert_eq!(gate_fault(&plan.outline, 1, line), None, "{line}");
    let judged = plan.score().gates[1].expectations[0].clone();
    (judged.outcome, judged.expected, judged.actual)
}

fn outcome_of(line: &str) -> Outcome {
    judged(line).0
}

#[test]
fn a_score_is_met_undecided_or_failed_by_its_interval() {
    for (line, outcome) in [
        ("score >= 50 %", Pass),
        ("score >= 50.1 %", Unknown),
        ("score >= 70 %", Unknown),
        ("score >= 70.1 %", Fail),
        ("score < 50 %", Fail),
        ("score < 70.1 %", Pass),
        ("area.a.score >= 70.1 %", Fail),
        ("area.a.b.score = 0 %", Pass),
        ("possible = 70 %", Pass),
        ("phase.week-5.score < 1 %", Pass),
    ] {
        assert_eq!(outcome_of(line), outcome, "{line}");
    }
    assert_eq!(judged("score >= 60 %"), (Unknown, ">= 60 %".to_owned(), "50 % … 70 %".to_owned()));
}

#[test]
fn a_failure_count_may_grow_by_what_is_open() {
    for (line, outcome) in [
        ("area.a.checks.low.failed <= 3", Pass),
        ("area.a.checks.low.failed <= 2", Unknown),
        ("area.a.checks.low.failed = 0", Fail),
        ("checks.all.failed >= 3", Pass),
        ("checks.all.failed = 3", Unknown),
        ("checks.blocker.failed = 1", Pass),
        ("checks.all.passed >= 5", Fail),
        ("checks.all.passed >= 4", Unknown),
        ("checks.all.total = 7", Pass),
        ("checks.all.waived = 1", Pass),
        ("checks.low.waived = 0", Fail),
    ] {
        assert_eq!(outcome_of(line), outcome, "{line}");
    }
}

#[test]
fn what_a_gate_asks_of_our_knowledge_is_undecided_when_not_met() {
    for (line, outcome) in [
        ("measured >= 80 %", Pass),
        ("measured >= 81 %", Unknown),
        ("checks.low.unknown <= 1", Pass),
        ("checks.all.unknown = 0", Unknown),
        ("checks.all.blocked = 0", Unknown),
    ] {
        assert_eq!(outcome_of(line), outcome, "{line}");
    }
}

#[test]
fn ids_are_resolved_on_the_raw_text_and_the_longest_wins() {
    for (line, outcome) in [
        ("check.http/hsts.outcome = pass", Pass),
        ("check.http/hsts@v1.2.outcome = pass", Pass),
        ("check.outcome.outcome = pass", Unknown),
        ("check.outcome.outcome != fail", Unknown),
        ("check.blocked.outcome = pass", Unknown),
        ("check.score.outcome = fail", Pass),
        ("check.elsewhere.outcome = pass", Fail),
        ("check.elsewhere.outcome in [pass, n/a]", Pass),
        ("check.http/hsts@v1.2.fact.p99.9 < 150 ms", Pass),
        ("check.http/hsts@v1.2.fact.p99.9 < 100 ms", Fail),
        ("check.http/hsts@v1.2.fact.failed = 0", Unknown),
        ("gate.other-gate.outcome = pass", Pass),
        ("  score >= 50 %", Pass),
    ] {
        assert_eq!(outcome_of(line), outcome, "{line}");
    }
}

#[test]
fn faults_are_placed_in_the_whole_line() {
    let fault = |line: &str| gate_fault(&plan().gate("g", &[], &[line]).outline, 0, line).expect(line);
    let ratio = fault("area.a.score >= 70");
    assert_eq!(ratio.offset, 16, "{ratio:?}");
    assert!(ratio.help.as_deref().is_some_and(|help| help.contains('%')), "{ratio:?}");
    let typo = fault("area.a.scoer >= 70 %");
    assert_eq!(
        (typo.message.as_str(), typo.offset, typo.length),
        ("`area.a.scoer` is not a fact about the result", 0, 12)
    );
    assert_eq!(typo.help.as_deref(), Some("did you mean `area.a.score`?"));
    let unit = fault("check.http/hsts@v1.2.fact.p99.9 < 5 MB");
    assert!(unit.offset >= 26, "{unit:?}");
    assert!(fault("check.http/hsts@v1.2.fact.nothing < 5").message.contains("nothing"));
    let misspelt = fault("check.http/hst.fact.p99.9 < 1 s");
    assert_eq!(misspelt.help.as_deref(), Some("did you mean `check.http/hsts.fact.p99.9`?"));
    assert!(fault("check.missing.outcome = pass").message.contains("check.missing.outcome"));
    assert!(fault("check.http/hsts.outcome = passed").help.is_some());
    assert!(fault("checks.all.failed == 0").message.contains("=="));
    assert!(fault("zzz = 1").help.is_some_and(|help| help.starts_with("a gate may use")));
}

#[test]
fn gates_that_depend_on_themselves_are_refused_and_never_hang() {
    let plan = plan()
        .gate("g", &[], &["gate.h.outcome = pass"])
        .gate("h", &[], &["gate.g.outcome = pass"])
        .gate("i", &[], &["gate.i.outcome = pass"])
        .gate("j", &[], &["gate.g.outcome = pass"]);
    let fault = |gate: usize| gate_fault(&plan.outline, gate, &plan.outline.gates[gate].expect[0]);
    assert_eq!(fault(0).map(|fault| fault.message), Some("gate `g` depends on itself through `h`".to_owned()));
    assert_eq!(fault(2).map(|fault| fault.message), Some("gate `i` depends on itself".to_owned()));
    assert_eq!(fault(3), None, "j only looks at a circle");
    assert!(plan.score().gates.iter().all(|gate| gate.outcome == Unknown));
}

#[test]
fn a_gate_with_a_least_grade_computes_its_facts_anew() {
    let attested = || plan().rule(|_| ()).gate("g", &[], &["score >= 50 %", "check.http/hsts.outcome = pass"]);
    let mut plan = attested();
    plan.judged[0].grade = Some(Grade::Attested);
    assert_eq!(plan.score().gates[0].outcome, Pass);
    plan.outline.gates[0].min_grade = Some(Grade::Measured);
    let gate = plan.score().gates.remove(0);
    assert_eq!(
        gate.expectations.iter().map(|line| line.actual.as_str()).collect::<Vec<_>>(),
        ["10 % … 70 %", "unknown"]
    );
}

#[test]
fn under_a_selection_there_is_no_score_for_a_gate_to_look_at() {
    let plan = plan().gate("g", &[], &["score >= 50 %"]).rule(|outline| {
        outline.rules.selection = true;
        outline.rules.only_gate = Some("g".to_owned());
    });
    let scored = plan.score();
    assert_eq!(
        scored.reasons,
        ["gate `g` is not decided: `score >= 50 %` cannot be decided: no score under this selection"]
    );
}

#[test]
fn every_named_fact_can_be_used() {
    let plan = plan().gate("g", &[], &[]);
    for name in result_names(&plan.outline) {
        let line = format!("{name} exists");
        let fault = gate_fault(&plan.outline, 0, &line);
        assert!(fault.is_none() || name == "gate.g.outcome", "{name}: {fault:?}");
    }
}
