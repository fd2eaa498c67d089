//! The arithmetic, one rule at a time.

use super::{Plan, exact};
use crate::model::Outcome::{Blocked, Fail, NotApplicable, Pass, Unknown};
use crate::model::Severity::{Blocker, High, Low, Medium};
use crate::model::outline::Standing;
use crate::score::{Interval, counts, roll_up, share};

fn interval(proven: &str, possible: &str, measured: &str) -> Interval {
    Interval { proven: exact(proven), possible: exact(possible), measured: exact(measured) }
}

#[test]
fn unknown_and_blocked_earn_nothing_in_proven_and_all_in_possible() {
    let plan = Plan::new()
        .area("a", 2)
        .check("passes", High, Pass)
        .check("unknown", Medium, Unknown)
        .check("blocked", Low, Blocked)
        .check("fails", Low, Fail);
    let scored = plan.score();
    assert_eq!(scored.areas[0].score, Some(interval("1/2", "7/8", "5/8")));
    assert_eq!((&scored.areas[0].earned, &scored.areas[0].applicable), (&exact("4"), &exact("8")));
    assert_eq!(scored.overall, scored.areas[0].score);
}

#[test]
fn credit_counts_for_a_failed_check_only_and_never_as_all_of_it() {
    let half = Plan::new().area("a", 1).check("fails", High, Fail).with(|_, judged| judged.credit_ppm = 500_000);
    assert_eq!(half.score().overall, Some(interval("1/2", "1/2", "1")));
    let more = half.clone().with(|_, judged| judged.credit_ppm = 5_000_000);
    assert_eq!(more.score().overall.unwrap().proven, exact("999999/1000000"));
    let unknown = half.with(|_, judged| judged.outcome = Unknown);
    assert_eq!(unknown.score().overall, Some(interval("0", "1", "0")));
    let pass = Plan::new().area("a", 1).check("passes", High, Pass).with(|_, judged| judged.credit_ppm = 0);
    assert_eq!(pass.score().overall.unwrap().proven, exact("1"));
}

#[test]
fn instances_share_the_weight_of_their_check_as_an_exact_fraction() {
    let mut plan = Plan::new().area("a", 1).check("other", High, Fail);
    for (id, outcome) in [("suite@a", Pass), ("suite@b", Pass), ("suite@c", Fail)] {
        plan = plan.check(id, Blocker, outcome).with(|check, _| check.share_of = 3);
    }
    let scored = plan.score();
    assert_eq!(scored.checks[1].weight, exact("8/3"));
    assert_eq!(scored.areas[0].applicable, exact("12"));
    assert_eq!(scored.overall.unwrap().proven, exact("4/9"));
}

#[test]
fn what_does_not_apply_leaves_the_area_and_an_area_without_checks_leaves_the_overall() {
    let plan = Plan::new()
        .area("a", 1)
        .check("passes", High, Pass)
        .check("n/a", Blocker, NotApplicable)
        .area("b", 4)
        .check("also n/a", Blocker, NotApplicable);
    let scored = plan.score();
    assert_eq!(scored.areas[0].score, Some(interval("1", "1", "1")));
    assert_eq!(scored.areas[1].score, None);
    assert_eq!(scored.overall, Some(interval("1", "1", "1")));
}

#[test]
fn announced_prerequisite_and_disabled_checks_weigh_nothing() {
    for standing in [Standing::Announced, Standing::Prerequisite, Standing::Disabled] {
        let plan = Plan::new()
            .area("a", 1)
            .check("passes", Low, Pass)
            .check("fails", Blocker, Fail)
            .with(|check, _| check.standing = standing);
        let scored = plan.score();
        assert_eq!(scored.overall, Some(interval("1", "1", "1")), "{standing:?}");
        assert!(scored.checks[1].weight.is_zero() && scored.checks[1].points.is_none());
        assert_eq!(scored.verdict, crate::model::Verdict::Ready, "{standing:?}");
    }
}

#[test]
fn the_overall_is_the_mean_of_the_areas_by_their_weights() {
    let plan = Plan::new()
        .area("a", 4)
        .check("passes", High, Pass)
        .area("b", 3)
        .check("fails", High, Fail)
        .area("shown only", 0)
        .check("fails too", Low, Fail);
    let scored = plan.score();
    assert_eq!(scored.overall, Some(interval("4/7", "4/7", "1")));
    assert_eq!(scored.areas[2].score, Some(interval("0", "0", "1")));
}

#[test]
fn points_of_all_checks_add_up_to_the_overall_score() {
    let plan = Plan::new()
        .area("a", 4)
        .check("passes", High, Pass)
        .check("unknown", Low, Unknown)
        .area("b", 3)
        .check("fails", High, Fail)
        .with(|_, judged| judged.credit_ppm = 918_635);
    let scored = plan.score();
    let points = || scored.checks.iter().filter_map(|check| check.points.as_ref());
    let got: crate::model::Exact = points().map(|points| points.got.clone()).sum();
    let possible: crate::model::Exact = points().map(|points| points.possible.clone()).sum();
    assert_eq!(got, scored.overall.as_ref().unwrap().proven.clone() * exact("100"));
    assert_eq!(possible, exact("100"));
    let unknown = scored.checks[1].points.as_ref().unwrap();
    assert!(unknown.got.is_zero() && unknown.lost.is_zero(), "an unknown check has lost nothing yet");
    let shown = scored.checks[2].points.as_ref().unwrap().to_report();
    assert_eq!((shown.got, shown.lost, shown.possible), (39.37, 3.48, 42.85));
}

#[test]
fn a_selection_shows_no_overall_and_no_score_of_a_partly_selected_area() {
    let plan =
        Plan::new().area("whole", 1).check("a", High, Pass).area("part", 1).check("b", High, Pass).rule(|outline| {
            outline.rules.selection = true;
            outline.areas[1].wholly_selected = false;
        });
    let scored = plan.score();
    assert_eq!((scored.overall, scored.areas[1].score.clone()), (None, None));
    assert!(scored.areas[0].score.is_some());
    assert!(scored.checks.iter().all(|check| check.points.is_none()));
}

#[test]
fn shares_are_floored_to_two_decimals_beside_the_exact_fraction() {
    let shown = share(&exact("2/3"));
    assert_eq!((shown.value, shown.exact.as_str()), (66.66, "2/3"));
}

#[test]
fn a_set_across_areas_is_scored_by_the_weights_of_its_checks() {
    let plan = Plan::new()
        .area("a", 4)
        .check("x", Blocker, Pass)
        .area("b", 1)
        .check("y", High, Fail)
        .check("z", High, Unknown);
    assert_eq!(roll_up(&plan.outline, &plan.judged, [0, 1]).unwrap().proven, exact("2/3"));
    assert_eq!(roll_up(&plan.outline, &plan.judged, []), None);
    let counts = counts(&plan.outline, &plan.judged, [0, 1, 2]);
    assert_eq!((counts.passed, counts.failed, counts.unknown, counts.blockers), (1, 1, 1, 0));
}

#[test]
fn an_announced_check_shows_what_it_would_cost() {
    let plan = |outcome| {
        let plan = Plan::new().area("a", 1).check("base", High, Pass).check("new", High, outcome);
        plan.with(|check, _| check.standing = Standing::Announced).score()
    };
    assert_eq!(plan(Fail).checks[1].would_cost, Some(exact("50")));
    assert_eq!(plan(Unknown).checks[1].would_cost, Some(exact("50")));
    assert_eq!(plan(Pass).checks[1].would_cost, Some(exact("0")));
    assert_eq!(plan(NotApplicable).checks[1].would_cost, Some(exact("0")));
    assert_eq!(plan(Fail).checks[0].would_cost, None);
}
