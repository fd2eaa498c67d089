//! Two reports side by side.

use proptest::prelude::*;

use super::properties::{plan, rows};
use super::reports::report_of;
use super::{Plan, exact};
use crate::model::Exact;
use crate::model::Outcome::{Fail, NotApplicable, Pass, Unknown};
use crate::model::Severity::{Blocker, High, Low, Medium};
use crate::score::compare;

fn before() -> Plan {
    Plan::new()
        .area("a", 4)
        .check("mended", Blocker, Fail)
        .check("broken", Low, Pass)
        .check("left", Medium, Pass)
        .area("b", 3)
        .check("heavier", High, Pass)
        .check("gone", High, Fail)
}

fn after() -> Plan {
    Plan::new()
        .area("a", 4)
        .check("mended", Blocker, Pass)
        .check("broken", Low, Fail)
        .check("left", Medium, NotApplicable)
        .check("new", High, Unknown)
        .area("b", 3)
        .check("heavier", Blocker, Pass)
}

#[test]
fn every_change_has_its_part_and_the_parts_sum_to_the_difference() {
    let comparison = compare(&report_of(&before()), &report_of(&after()));
    let change = comparison.scores.clone().unwrap();
    let subjects: Vec<(&str, &str)> =
        change.parts.iter().map(|part| (part.subject.as_str(), part.change.as_str())).collect();
    assert_eq!(
        subjects,
        [
            ("mended", "fail → pass"),
            ("broken", "pass → fail"),
            ("left", "counts no longer"),
            ("new", "counts now: unknown"),
            ("heavier", "weight 4 → 8"),
            ("gone", "counts no longer"),
        ]
    );
    assert_eq!((change.before, change.after), (3701, 7802));
    assert_eq!(change.parts.iter().map(|part| part.hundredths).sum::<i64>(), change.difference());
    assert_eq!((comparison.new, comparison.gone), (vec!["new".to_owned()], vec!["gone".to_owned()]));
    assert_eq!(comparison.worse, ["`broken` passed and fails now"]);
}

#[test]
fn a_comparison_reads_well() {
    let comparison = compare(&report_of(&before()), &report_of(&after()));
    let expected = "\
worse: not ready → ready, 37.01 → 78.02 %

why it is worse
  `broken` passed and fails now

what changed the score: +41.01 points
  +41.56 mended (fail → pass)
  -5.20 broken (pass → fail)
  -1.15 left (counts no longer)
  -15.63 new (counts now: unknown)
  +7.14 heavier (weight 4 → 8)
  +14.29 gone (counts no longer)

outcomes that changed
  mended fail → pass: mended holds
  broken pass → fail: broken holds
  left pass → n/a: left holds

new checks
  new

checks that are gone
  gone
";
    assert_eq!(comparison.to_text(), expected);
    assert!(comparison.to_markdown().contains("\n- -5.20 `broken` (pass → fail)\n"), "{}", comparison.to_markdown());
}

#[test]
fn the_same_report_twice_is_no_worse_and_has_no_parts() {
    let report = report_of(&before());
    let comparison = compare(&report, &report);
    assert!(comparison.worse.is_empty() && comparison.changed.is_empty() && comparison.notes.is_empty());
    assert!(comparison.scores.unwrap().parts.is_empty());
}

#[test]
fn without_an_overall_score_there_is_no_difference_to_explain() {
    let selected = after().rule(|outline| outline.rules.selection = true);
    assert_eq!(compare(&report_of(&before()), &report_of(&selected)).scores, None);
}

/// The second plan, made from the first by leaving out and changing some of it.
fn varied(mut plan: Plan, drop: usize, weights: [u32; 4]) -> Plan {
    if plan.outline.checks.len() > 1 {
        let at = drop % plan.outline.checks.len();
        plan.outline.checks.remove(at);
        plan.judged.remove(at);
    }
    for (area, weight) in plan.outline.areas.iter_mut().zip(weights) {
        area.weight = weight;
    }
    plan
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn parts_sum_exactly_and_on_the_grid(
        old in rows(), new in rows(), drop in 0_usize..20, weights in prop::array::uniform4(0_u32..5),
    ) {
        let (old, new) = (report_of(&plan(&old)), report_of(&varied(plan(&new), drop, weights)));
        if let Some(change) = compare(&old, &new).scores {
            let exact: Exact = change.parts.iter().map(|part| part.exact.clone()).sum();
            prop_assert_eq!(&exact, &change.exact_difference);
            prop_assert_eq!(change.parts.iter().map(|part| part.hundredths).sum::<i64>(), change.difference());
            for part in &change.parts {
                let distance = part.exact.clone() * Exact::whole(100) - Exact::whole(part.hundredths);
                prop_assert!(distance > Exact::whole(-1) && distance < Exact::whole(1));
            }
        }
    }

    #[test]
    fn the_other_way_round_the_exact_difference_is_negated(old in rows(), new in rows()) {
        let (old, new) = (report_of(&plan(&old)), report_of(&plan(&new)));
        if let (Some(there), Some(back)) = (compare(&old, &new).scores, compare(&new, &old).scores) {
            prop_assert_eq!(there.exact_difference, exact("0") - back.exact_difference);
            prop_assert_eq!(there.before, back.after);
        }
    }

    #[test]
    fn a_waiver_changes_no_part(rows in rows(), at in any::<prop::sample::Index>()) {
        let old = plan(&rows);
        let mut new = old.clone();
        let index = at.index(rows.len());
        new.judged[index].waived = !new.judged[index].waived;
        if let Some(change) = compare(&report_of(&old), &report_of(&new)).scores {
            prop_assert!(change.parts.is_empty());
        }
    }
}
