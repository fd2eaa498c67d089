//! What a failed check earns.

use super::*;
use crate::expect::credit::{CreditRule, earn, type_check as check_credit};
use crate::model::Unknown;

fn rule_ratio() -> CreditRule {
    CreditRule::Ratio("status".into(), "failed".into())
}

fn linear(fact: &str, from: &str, to: &str) -> CreditRule {
    CreditRule::Linear { fact: fact.into(), from: from.into(), to: to.into() }
}

fn earned(rule: &CreditRule, lines: &[&str], facts: &[(&str, Fact)]) -> Result<u32, Unknown> {
    let expectations: Vec<Typed> = lines.iter().map(|line| typed(line)).collect();
    let credit = check_credit(rule, &schema(), &expectations).unwrap();
    let mut observed = Facts::new();
    for (name, fact) in facts {
        observed.set(*name, fact.clone());
    }
    earn(&credit, &observed)
}

fn seen(text: &str) -> Fact {
    Fact::Present(number(text))
}

#[test]
fn a_ratio_is_floored_to_millionths() {
    assert_eq!(earned(&rule_ratio(), &[], &[("status", seen("350")), ("failed", seen("381"))]), Ok(918_635));
    assert_eq!(earned(&rule_ratio(), &[], &[("status", seen("5")), ("failed", seen("5"))]), Ok(999_999));
    assert_eq!(earned(&rule_ratio(), &[], &[("status", seen("9")), ("failed", seen("5"))]), Ok(999_999));
    assert_eq!(earned(&rule_ratio(), &[], &[("status", seen("-9")), ("failed", seen("5"))]), Ok(0));
    assert_eq!(earned(&rule_ratio(), &[], &[("status", Fact::Absent), ("failed", seen("5"))]), Ok(0));
    assert!(earned(&rule_ratio(), &[], &[("status", seen("0")), ("failed", seen("0"))]).is_err());
    assert!(earned(&rule_ratio(), &[], &[("status", seen("5"))]).is_err());
}

#[test]
fn a_ratio_fact_is_its_own_credit() {
    let rule = CreditRule::Fact("error_rate".into());
    assert_eq!(earned(&rule, &[], &[("error_rate", seen("0.3333333333"))]), Ok(333_333));
    assert_eq!(earned(&rule, &[], &[("error_rate", seen("1"))]), Ok(999_999));
    assert_eq!(earned(&rule, &[], &[("error_rate", Fact::Absent)]), Ok(0));
}

#[test]
fn a_linear_credit_goes_either_way_to_the_threshold() {
    let rises = linear("error_rate", "40 %", "80 %");
    for (value, wanted) in [("0.4", 0), ("0.6", 500_000), ("0.2", 0), ("0.9", 999_999)] {
        assert_eq!(earned(&rises, &["error_rate >= 80 %"], &[("error_rate", seen(value))]), Ok(wanted), "{value}");
    }
    let falls = linear("time", "500 ms", "100 ms");
    assert_eq!(earned(&falls, &["time < 100 ms"], &[("time", seen("0.2"))]), Ok(750_000));
    assert_eq!(earned(&falls, &["time in 50..100 ms"], &[("time", seen("0.2"))]), Ok(750_000));
    assert_eq!(earned(&linear("failed", "50", "0"), &["failed = 0"], &[("failed", seen("31"))]), Ok(380_000));
}

#[test]
fn the_first_step_that_holds_decides() {
    let step = |lines: &[&str], credit: &str| (lines.iter().map(|l| (*l).to_owned()).collect(), credit.to_owned());
    let rule = CreditRule::Steps(vec![
        step(&["failed <= 5", "exists = true"], "60 %"),
        step(&["failed <= 50"], "33.3333333 %"),
    ]);
    let yes = Fact::Present(Value::Bool(true));
    assert_eq!(earned(&rule, &[], &[("failed", seen("3")), ("exists", yes.clone())]), Ok(600_000));
    assert_eq!(earned(&rule, &[], &[("failed", seen("31")), ("exists", yes)]), Ok(333_333));
    assert_eq!(earned(&rule, &[], &[("failed", seen("99"))]), Ok(0));
    assert!(earned(&rule, &[], &[("failed", seen("3"))]).is_err());
}

#[test]
fn the_least_of_several_is_taken() {
    let rule = CreditRule::Least(vec![CreditRule::Fact("error_rate".into()), rule_ratio()]);
    let facts = [("error_rate", seen("0.5")), ("status", seen("1")), ("failed", seen("4"))];
    assert_eq!(earned(&rule, &[], &facts), Ok(250_000));
    assert!(earned(&rule, &[], &facts[..2]).is_err());
}

#[test]
fn what_earns_nothing_decides_the_least_even_where_another_is_unseen() {
    let rule = CreditRule::Least(vec![CreditRule::Fact("error_rate".into()), rule_ratio()]);
    assert_eq!(earned(&rule, &[], &[("error_rate", seen("0"))]), Ok(0));
    assert_eq!(earned(&rule, &[], &[("status", seen("-1")), ("failed", seen("4"))]), Ok(0));
    assert!(earned(&rule, &[], &[("error_rate", seen("0.001"))]).is_err());
    assert!(earned(&rule, &[], &[]).is_err());
    assert!(earned(&CreditRule::Least(vec![rule_ratio()]), &[], &[]).is_err());
}

#[test]
fn wrong_credit_rules_name_what_does_not_fit() {
    let step = |line: &str, credit: &str| CreditRule::Steps(vec![(vec![line.to_owned()], credit.to_owned())]);
    for (rule, part) in [
        (linear("error_rate", "40 %", "70 %"), "goes to `70 %`, but what is expected is `error_rate >= 80 %`"),
        (linear("error_rate", "90 %", "80 %"), "what is expected is `error_rate >= 80 %`"),
        (linear("time", "1 s", "100 ms"), "nothing is expected of `time`"),
        (linear("error_rate", "80 %", "80 %"), "are both `80 %`"),
        (linear("error_rate", "40", "80 %"), "needs a unit"),
        (CreditRule::Fact("failed".into()), "`failed` is a count, and `fact:` takes a ratio"),
        (CreditRule::Fact("faild".into()), "`faild` is not known"),
        (CreditRule::Fact("times[*]".into()), "not one value"),
        (CreditRule::Ratio("failed".into(), "time".into()), "`failed` is a count, `time` is a duration"),
        (CreditRule::Ratio("failed".into(), "mode".into()), "`mode` is a text, not a number"),
        (CreditRule::Least(vec![]), "nothing to compare"),
        (step("failed <= 5", "100 %"), "only a pass earns all"),
        (step("failed <= 5", "60"), "write `60 %`"),
        (step("faild <= 5", "60 %"), "in step `faild <= 5`: fact `faild` is not known"),
    ] {
        let faults = check_credit(&rule, &schema(), &[typed("error_rate >= 80 %")]).unwrap_err();
        assert!(faults.iter().any(|fault| fault.message.contains(part)), "{rule:?}: {faults:?}");
    }
}
