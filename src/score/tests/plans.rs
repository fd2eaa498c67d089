//! Next actions and the roadmap.

use super::{Plan, exact};
use crate::model::Outcome::{Blocked, Fail, NotApplicable, Pass, Unknown};
use crate::model::Severity::{Blocker, High, Low, Medium};
use crate::model::outline::Standing;
use crate::score::Scored;

fn order(scored: &Scored) -> Vec<&str> {
    scored.next_actions.iter().map(|action| action.check.as_str()).collect()
}

#[test]
fn actions_go_by_blockers_then_by_points_per_day_and_waived_ones_last() {
    let plan = Plan::new()
        .area("a", 1)
        .check("waived", Blocker, Fail)
        .with(|_, judged| judged.waived = true)
        .check("slow", High, Fail)
        .with(|check, _| check.effort_days = Some(exact("10")))
        .check("quick", Low, Fail)
        .with(|check, _| check.effort_days = Some(exact("0.5")))
        .check("unknown effort", Medium, Fail)
        .check("blocker", Blocker, Unknown)
        .with(|check, _| check.effort_days = Some(exact("30")))
        .check("fine", High, Pass)
        .check("elsewhere", High, NotApplicable);
    let scored = plan.score();
    assert_eq!(order(&scored), ["blocker", "quick", "unknown effort", "slow", "waived"]);
    assert_eq!(scored.next_actions[2].gain, Some(7.4));
    assert!(scored.next_actions[0].blocker && !scored.next_actions[4].blocker);
}

#[test]
fn the_root_of_a_block_names_all_that_waits_for_it_and_its_points() {
    let requires = |id: &str| vec![id.to_owned()];
    let plan = Plan::new()
        .area("a", 1)
        .check("root", Low, Fail)
        .check("next", High, Blocked)
        .with(|check, judged| {
            check.requires = requires("root");
            judged.blocked_by = Some("root".to_owned());
        })
        .check("last", Blocker, Blocked)
        .with(|check, _| check.requires = requires("next"))
        .check("other", High, Fail);
    let scored = plan.score();
    assert_eq!(order(&scored), ["root", "other"]);
    let root = &scored.next_actions[0];
    assert_eq!(root.unblocks, ["next", "last"]);
    assert_eq!((root.gain, root.unblocks_points), (Some(5.88), Some(70.58)));
    assert!(root.blocker, "what it unblocks decides the verdict");
}

#[test]
fn a_prerequisite_that_blocks_is_an_action_although_it_is_not_scored() {
    let plan = Plan::new()
        .area("a", 1)
        .check("outside", High, Fail)
        .with(|check, _| check.standing = Standing::Prerequisite)
        .check("inside", High, Blocked)
        .with(|check, _| check.requires = vec!["outside".to_owned()]);
    let scored = plan.score();
    assert_eq!(order(&scored), ["outside"]);
    assert_eq!((scored.next_actions[0].gain, scored.next_actions[0].unblocks_points), (None, Some(100.0)));
}

#[test]
fn the_critical_path_runs_through_requires_with_effort() {
    let plan = Plan::new()
        .area("a", 1)
        .check("alone", High, Fail)
        .with(|check, _| check.effort_days = Some(exact("4")))
        .check("first", High, Fail)
        .with(|check, _| check.effort_days = Some(exact("3")))
        .check("second", High, Blocked)
        .with(|check, _| {
            check.effort_days = Some(exact("2"));
            check.requires = vec!["first".to_owned(), "done".to_owned()];
        })
        .check("done", High, Pass)
        .with(|check, _| check.effort_days = Some(exact("100")))
        .rule(|outline| outline.target_date = Some("2026-03-10".parse().unwrap()));
    let map = plan.score().roadmap;
    assert_eq!((map.critical_path, map.critical_path_days), (vec!["first".to_owned(), "second".to_owned()], Some(5.0)));
    // Nine person-days from Monday 2026-03-02 by one person.
    assert_eq!((map.earliest_finish.as_deref(), map.slip_days), (Some("2026-03-12"), Some(2)));
    // Three people cannot beat the chain of five days.
    let three = plan.rule(|outline| outline.capacity = Some(exact("3"))).score().roadmap;
    assert_eq!((three.earliest_finish.as_deref(), three.slip_days), (Some("2026-03-06"), Some(0)));
}

#[test]
fn work_without_effort_has_no_finish_and_is_counted() {
    let plan = Plan::new().area("a", 1).check("x", High, Fail).check("y", High, Fail).with(|check, _| {
        check.effort_days = Some(exact("1"));
    });
    let map = plan.score().roadmap;
    assert_eq!((map.earliest_finish, map.without_effort), (None, 1));
}

#[test]
fn a_phase_counts_its_checks_and_says_how_late_it_will_be() {
    let plan = Plan::new()
        .area("a", 1)
        .check("before", High, Fail)
        .with(|check, _| check.effort_days = Some(exact("5")))
        .check("open", High, Blocked)
        .with(|check, _| {
            check.phase = Some("p".to_owned());
            check.effort_days = Some(exact("1"));
            check.requires = vec!["before".to_owned()];
        })
        .check("done", High, Pass)
        .with(|check, _| check.phase = Some("p".to_owned()))
        .phase("p", Some("2026-03-06"), None);
    let phase = plan.score().roadmap.phases.remove(0);
    assert_eq!((phase.passed, phase.total), (1, 2));
    assert_eq!((phase.earliest_finish.as_deref(), phase.slip_days), (Some("2026-03-09"), Some(3)));
}

#[test]
fn a_phase_that_starts_later_ends_later_and_so_does_the_whole() {
    let plan = Plan::new()
        .area("a", 1)
        .check("open", High, Unknown)
        .with(|check, _| {
            check.phase = Some("p".to_owned());
            check.effort_days = Some(exact("2"));
        })
        .phase("p", None, None)
        .rule(|outline| outline.phases[0].start = Some("2026-04-06".parse().unwrap()));
    let map = plan.score().roadmap;
    assert_eq!(map.phases[0].earliest_finish.as_deref(), Some("2026-04-07"));
    assert_eq!(map.earliest_finish.as_deref(), Some("2026-04-07"));
}

#[test]
fn what_a_phase_waits_for_may_be_done_before_it_starts() {
    let plan = Plan::new()
        .area("a", 1)
        .check("before", High, Fail)
        .with(|check, _| check.effort_days = Some(exact("5")))
        .check("open", High, Blocked)
        .with(|check, _| {
            check.phase = Some("p".to_owned());
            check.effort_days = Some(exact("2"));
            check.requires = vec!["before".to_owned()];
        })
        .phase("p", None, None)
        .rule(|outline| outline.phases[0].start = Some("2026-04-06".parse().unwrap()));
    assert_eq!(plan.score().roadmap.phases[0].earliest_finish.as_deref(), Some("2026-04-07"));
}

#[test]
fn effort_ranges_give_a_best_and_a_safe_finish() {
    let plan = Plan::new()
        .area("a", 1)
        .check("open", High, Fail)
        .with(|check, _| {
            check.phase = Some("p".to_owned());
            check.effort_days = Some(exact("10"));
            check.effort_least_days = Some(exact("2"));
        })
        .phase("p", Some("2026-03-06"), None);
    let map = plan.score().roadmap;
    assert_eq!((map.best_finish.as_deref(), map.earliest_finish.as_deref()), (Some("2026-03-03"), Some("2026-03-13")));
    let phase = &map.phases[0];
    assert_eq!((phase.best_finish.as_deref(), phase.slip_days), (Some("2026-03-03"), Some(7)));
}

#[test]
fn a_declared_path_is_told_what_it_leaves_out() {
    let plan = Plan::new()
        .area("a", 1)
        .check("audit", High, Fail)
        .with(|check, _| check.effort_days = Some(exact("5")))
        .check("workspace", High, Pass)
        .check("deploy", High, Blocked)
        .with(|check, _| {
            check.effort_days = Some(exact("1"));
            check.requires = vec!["audit".to_owned(), "workspace".to_owned()];
        })
        .rule(|outline| outline.declared_path = vec!["workspace".to_owned(), "deploy".to_owned()]);
    let path = plan.score().roadmap.declared_path.unwrap();
    assert_eq!(path.checks, ["workspace", "deploy"]);
    assert_eq!((path.open, path.omits, path.days), (vec!["deploy".to_owned()], vec!["audit".to_owned()], Some(1.0)));
}

#[test]
fn requirements_that_form_a_circle_do_not_hang() {
    let plan = Plan::new()
        .area("a", 1)
        .check("x", High, Blocked)
        .with(|check, _| check.requires = vec!["y".to_owned()])
        .check("y", High, Blocked)
        .with(|check, _| {
            check.requires = vec!["x".to_owned()];
            check.effort_days = Some(exact("1"));
        });
    assert_eq!(plan.score().next_actions.len(), 0);
}
