//! What holds for every text and every value.

use proptest::prelude::*;

use super::*;
use crate::expect::units::{duration, percent, size};
use crate::model::outcome::DeciderState;

/// Texts that look like expectations more often than random ones.
fn line() -> impl Strategy<Value = String> {
    let path = prop::sample::select(vec![
        "status",
        "time",
        "error_rate",
        "size",
        "mode",
        "grade",
        "version",
        "modified",
        "tags",
        "tags[*]",
        "tags[#]",
        "value",
        "value[any].x",
        "value[-1]",
        "body.a.b",
        "body[\"a\"]",
        "header.X",
        "p99.9",
        "exists",
        "body.p95",
        "x",
    ]);
    let operator = prop::sample::select(vec![
        "=",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        "in",
        "not in",
        "contains",
        "not contains",
        "matches",
        "exists",
        "absent",
        "==",
        "not",
        "is",
        "",
    ]);
    let value = prop::sample::select(vec![
        "1",
        "-1",
        "0.5",
        "1e3",
        "100 ms",
        "5 %",
        "0",
        "1..2",
        "1..2 s",
        "[1, 2]",
        "[a, 'b']",
        "'x'",
        "\"\\n\"",
        "true",
        "A",
        "1.10",
        "2026-01-01",
        "1h30m",
        "1h 30m",
        "5 MB",
        "1,000",
        "..",
        "'(['",
        "",
        "é",
        "1_0 é",
        "5 rps",
        "null",
    ]);
    prop_oneof![
        3 => (path, operator, value).prop_map(|(path, operator, value)| format!("{path} {operator} {value}")),
        1 => "\\PC{0,40}",
        1 => "[a-z]{1,4}[\\[\\]\"'.*# =<>0-9msh%]{0,20}",
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (any::<i64>(), 1..10_000_i64).prop_map(|(n, d)| Value::Number(Exact::ratio(n, d).unwrap())),
        "\\PC{0,8}".prop_map(Value::Text),
        Just(Value::Date("2026-05-01T12:00:00Z".parse().unwrap())),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            prop::collection::vec(("[abx]", inner), 0..4).prop_map(|pairs| Value::Map(pairs.into_iter().collect())),
        ]
    })
}

/// `143.2 ms`, `just under 5 %`: the number in base units, unless it is a wording.
fn read_back(shown: &str) -> Option<Exact> {
    let quantity = shown.split_once(' ').map(|(number, unit)| super::units::quantity(number, Some(unit)));
    quantity.flatten()?.ok().map(|quantity| quantity.value)
}

proptest! {
    #[test]
    fn no_line_panics_and_every_fault_lies_inside_its_line(line in line()) {
        let checked = parse(&line).and_then(|expectation| type_check(&expectation, &schema()));
        if let Err(fault) = checked {
            let length = line.chars().count() as u32;
            prop_assert!(fault.length >= 1 && fault.offset <= length, "{fault:?}");
            prop_assert!(fault.offset + fault.length <= length.max(fault.offset + 1), "{fault:?}");
            prop_assert!(fault.help.is_some() && !fault.message.ends_with('.'));
        }
    }

    #[test]
    fn what_is_read_is_read_the_same_again(line in line()) {
        if let Ok(expectation) = parse(&line) {
            let again = parse(expectation.text()).unwrap();
            prop_assert_eq!(again.text(), expectation.text());
            prop_assert_eq!(again.path(), expectation.path());
            prop_assert_eq!(again.operand == expectation.operand, expectation.text().len() == line.trim_end().len());
        }
    }

    #[test]
    fn every_typed_line_judges_every_value(line in line(), value in value()) {
        let Ok(typed) = parse(&line).and_then(|expectation| type_check(&expectation, &schema())) else { return Ok(()) };
        let mut facts = Facts::new();
        for name in ["status", "time", "error_rate", "size", "mode", "tags", "value", "body.", "header.", "p99.9"] {
            facts.present(name, value.clone());
        }
        let judgement = judge(&typed, &facts);
        prop_assert!(judgement.actual.chars().count() <= 120 && !judgement.actual.chars().any(char::is_control));
        judge_interval(&typed, &value, &Value::Null);
    }

    #[test]
    fn absent_satisfies_only_absent_and_unobserved_nothing(line in line()) {
        let Ok(typed) = parse(&line).and_then(|expectation| type_check(&expectation, &schema())) else { return Ok(()) };
        let mut facts = Facts::new();
        for (name, _) in &typed.resolved.sources {
            facts.set(name.clone(), Fact::Absent);
        }
        let wanted = if line.contains(" absent") { Outcome::Pass } else { Outcome::Fail };
        prop_assert_eq!(judge(&typed, &facts).outcome, wanted);
        prop_assert_eq!(judge(&typed, &Facts::unobserved("offline")).outcome, Outcome::Unknown);
    }

    #[test]
    fn a_shown_value_stands_on_its_side_of_the_threshold(millionths in 1..3_000_000_000_u64, off in -40..40_i64, d in 1..9_u32) {
        let threshold = Exact::ratio(millionths, 1_000_000).unwrap();
        let value = threshold.clone() + Exact::ratio(off, 10_i64.pow(d)).unwrap();
        let line = format!("time < {} s", threshold.exact_decimal(6).unwrap());
        let mut facts = Facts::new();
        facts.present("time", Value::Number(value.clone()));
        let judgement = judge(&typed(&line), &facts);
        prop_assert_eq!(judgement.outcome == Outcome::Pass, value < threshold);
        if let Some(shown) = read_back(&judgement.actual) {
            prop_assert_eq!(shown.cmp(&threshold), value.cmp(&threshold), "{} beside {}", judgement.actual, line);
        }
    }

    #[test]
    fn short_quantities_survive_being_shown(number in 0..1_000_000_u32) {
        let shown = format_value(&Value::Number(Exact::whole(number)), &FactType::Size);
        if number < 1_000_000 {
            prop_assert_eq!(size(&shown).unwrap(), Exact::whole(number));
        }
        let permille = Exact::ratio(number % 100_000, 100_000).unwrap();
        let shown = format_value(&Value::Number(permille.clone()), &FactType::Ratio);
        prop_assert_eq!(percent(&shown).unwrap(), permille * Exact::whole(100));
    }

    #[test]
    fn durations_convert_exactly(hours in 0..500_u32, minutes in 0..60_u32, millis in 0..100_000_u32) {
        let compound = duration(&format!("{hours}h{minutes}m")).unwrap();
        prop_assert_eq!(compound, Exact::whole(hours * 3600 + minutes * 60));
        let seconds = duration(&format!("{millis} ms")).unwrap();
        prop_assert_eq!(seconds, Exact::ratio(millis, 1000).unwrap());
    }

    #[test]
    fn an_interval_agrees_with_each_value_in_it(
        operator in prop::sample::select(vec!["= 5", "!= 5", "< 5", "<= 5", "> 5", ">= 5", "in 3..6", "not in 3..6",
            "in [4, 5, 6]", "not in [4, 5]"]),
        low in 0..9_i64, span in 0..5_i64,
    ) {
        let typed = typed(&format!("failed {operator}"));
        let (state, _) = judge_interval(&typed, &Value::count(low), &Value::count(low + span));
        let passes: Vec<bool> = (low..=low + span)
            .map(|n| judge_interval(&typed, &Value::count(n), &Value::count(n)).0 == DeciderState::Met)
            .collect();
        let all = passes.iter().all(|pass| *pass);
        let none = !passes.iter().any(|pass| *pass);
        match state {
            DeciderState::Met => prop_assert!(all),
            DeciderState::Failed => prop_assert!(none),
            DeciderState::Undecided => prop_assert!(!all && !none),
        }
    }
}
