//! What is judged how, and in which words.

use super::*;

fn present(line: &str, name: &str, value: Value) -> String {
    judged(line, name, Fact::Present(value))
}

#[test]
fn values_are_compared_exactly() {
    for (line, name, value, wanted) in [
        ("status = 200", "status", "200", "pass · 200 · 200"),
        ("failed = 0", "failed", "31", "fail · 0 · 31"),
        ("status in [401, 403]", "status", "200", "fail · one of 401, 403 · 200"),
        ("status not in [401, 403]", "status", "200", "pass · none of 401, 403 · 200"),
        ("status in 200..299", "status", "299", "pass · 200 … 299 · 299"),
        ("status in 200..299", "status", "300", "fail · 200 … 299 · 300"),
        ("status not in 500..599", "status", "500", "fail · outside 500 … 599 · 500"),
        ("time < 100ms", "time", "0.143", "fail · < 100 ms · 143 ms"),
        ("time < 100 ms", "time", "0.09996", "pass · < 100 ms · 99.96 ms"),
        ("time < 100 ms", "time", "0.099999999999", "pass · < 100 ms · just under 100 ms"),
        ("time <= 100 ms", "time", "0.1000000000001", "fail · <= 100 ms · just over 100 ms"),
        ("time < 100 ms", "time", "0.143218731", "fail · < 100 ms · 143 ms"),
        ("size < 2 kB", "size", "1536", "pass · < 2 kB · 1.536 kB"),
        ("error_rate < 0.1 %", "error_rate", "0.0006666", "pass · < 0.1 % · 0.066 %"),
        ("error_rate = 0", "error_rate", "0.000000000001", "fail · 0 % · just over 0 %"),
        ("error_rate >= 80 %", "error_rate", "0.79999", "fail · >= 80 % · 79.999 %"),
        ("throughput >= 50 req/s", "throughput", "9.7", "fail · >= 50 req/s · 9.7 req/s"),
        ("throughput >= 50/s", "throughput", "50", "pass · >= 50 /s · 50 req/s"),
        ("bandwidth > 5 MB/s", "bandwidth", "5000001", "pass · > 5 MB/s · 5.000001 MB/s"),
        ("time < 7 d", "time", "720000", "fail · < 7 d · 8.33 d"),
        ("time <= 1h30m", "time", "5400", "pass · <= 1h30m · 90 min"),
        ("load != 1", "load", "1.5", "pass · not 1 · 1.5"),
    ] {
        assert_eq!(present(line, name, number(value)), wanted, "{line} on {value}");
    }
}

#[test]
fn texts_words_versions_and_dates_are_compared_by_type() {
    for (line, name, value, wanted) in [
        ("mode = 0644", "mode", "0644", "pass · 0644 · 0644"),
        ("mode = 0644", "mode", "644", "fail · 0644 · 644"),
        ("mode contains '64'", "mode", "0644", "pass · contains 64 · 0644"),
        ("mode not contains x", "mode", "0644", "pass · does not contain x · 0644"),
        ("mode matches '^0\\d+$'", "mode", "0644", "pass · matches /^0\\d+$/ · 0644"),
        ("mode not matches '^0'", "mode", "0644", "fail · does not match /^0/ · 0644"),
        ("mode = ''", "mode", "", "pass · '' · ''"),
        ("mode = x", "mode", "a\u{1b}[31m\nb", "fail · x · a\\u{1b}[31m\\nb"),
        ("grade >= B", "grade", "A", "pass · >= B · A"),
        ("grade >= A+", "grade", "A", "fail · >= A+ · A"),
        ("grade >= B", "grade", "Z", "fail · >= B · `Z`, not one of F, D, C, B, A, A+"),
        ("version >= 1.10", "version", "1.9.3", "fail · >= 1.10 · 1.9.3"),
        ("version >= 1.10", "version", "latest", "fail · >= 1.10 · text `latest`, not a version"),
    ] {
        assert_eq!(present(line, name, text(value)), wanted, "{line} on {value}");
    }
    let instant = |text: &str| Value::Date(text.parse().unwrap());
    assert_eq!(
        present("modified <= 2026-05-01", "modified", instant("2026-05-01T23:59:59Z")),
        "pass · <= 2026-05-01 · 2026-05-01T23:59:59Z"
    );
    assert_eq!(
        present("modified > 2026-05-01", "modified", instant("2026-05-01T00:00:00Z")),
        "fail · > 2026-05-01 · 2026-05-01"
    );
}

#[test]
fn an_absent_fact_satisfies_only_absent() {
    for line in
        ["mode = x", "mode != x", "mode not contains x", "mode not matches 'x'", "mode not in [x]", "mode exists"]
    {
        let seen = judged(line, "mode", Fact::Absent);
        assert!(seen.starts_with("fail") && seen.ends_with("· absent"), "{line}: {seen}");
    }
    assert_eq!(judged("mode absent", "mode", Fact::Absent), "pass · absent · absent");
    assert_eq!(judged("mode absent", "mode", Fact::Present(text("x"))), "fail · absent · x");
    assert_eq!(judged("mode exists", "mode", Fact::Present(text("x"))), "pass · present · x");
    assert_eq!(judged("value = 1", "value", Fact::Present(Value::Null)), "fail · 1 · absent");
    assert_eq!(judged("tags[#] = 0", "tags", Fact::Absent), "fail · 0 · absent");
}

#[test]
fn an_unobserved_fact_leaves_the_outcome_unknown() {
    for line in ["mode = x", "mode != x", "mode absent", "mode exists"] {
        let seen = judged(line, "mode", Fact::Unobserved("connection refused".into()));
        assert!(seen.starts_with("unknown") && seen.ends_with("· connection refused"), "{line}: {seen}");
        let other = judge(&typed(line), &Facts::unobserved("offline"));
        assert_eq!((other.outcome, other.actual.as_str()), (Outcome::Unknown, "offline"));
    }
}

#[test]
fn an_empty_list_fails_with_no_items() {
    for line in ["tags[*] = x", "tags[any] = x", "tags[*] absent", "tags[*] exists", "tags[*] != x"] {
        let seen = present(line, "tags", Value::List(vec![]));
        assert!(seen.starts_with("fail") && seen.ends_with("no items"), "{line}: {seen}");
    }
    assert_eq!(present("tags[#] = 0", "tags", Value::List(vec![])), "pass · 0 · 0");
    assert_eq!(present("tags not contains x", "tags", Value::List(vec![])), "pass · does not contain x · no items");
}

#[test]
fn items_are_chosen_before_the_operator_asks() {
    let tags = || Value::List(vec![text("db"), text("web-db")]);
    for (line, wanted) in [
        ("tags contains db", "pass · contains db · db, web-db"),
        ("tags contains web", "fail · contains web · db, web-db"),
        ("tags[*] contains db", "pass · each contains db · all 2 items"),
        ("tags[*] = db", "fail · each db · [1] web-db (1 of 2 items fail)"),
        ("tags[any] = db", "pass · at least one db · [0] db"),
        ("tags[any] = x", "fail · at least one x · none of 2: db, web-db"),
        ("tags[-1] = web-db", "pass · web-db · web-db"),
        ("tags[2] exists", "fail · present · absent"),
        ("tags[#] >= 2", "pass · >= 2 · 2"),
    ] {
        assert_eq!(present(line, "tags", tags()), wanted, "{line}");
    }
}

#[test]
fn open_facts_are_checked_at_run_time() {
    let body = r#"{"n": 5, "s": "5", "t": "true", "b": true, "l": [1, "2"], "m": {"a.b": 1}, "z": null,
        "p95": 143.5, "mem": "many", "d": "2026-05-01", "checks": [{"ok": true}, {"ok": "yes"}, {}], "none": []}"#;
    for (line, wanted) in [
        ("body.n = 5", "pass · 5 · 5"),
        ("body.s = 5", "fail · 5 · text `5`, not a number"),
        ("body.s != 5", "fail · not 5 · text `5`, not a number"),
        ("body.s = '5'", "pass · 5 · 5"),
        ("body.s < 9", "fail · < 9 · text `5`, not a number"),
        ("body.n = '5'", "fail · 5 · number `5`, not a text"),
        ("body.t = true", "fail · true · text `true`, not a boolean"),
        ("body.b = true", "pass · true · true"),
        ("body.l contains 1", "pass · contains 1 · 1, 2"),
        ("body.l contains 2", "fail · contains 2 · 1, 2"),
        ("body.l = 1", "fail · 1 · a list, not a single value"),
        ("body.m = 1", "fail · 1 · a map, not a single value"),
        ("body.m[\"a.b\"] = 1", "pass · 1 · 1"),
        ("body.m exists", "pass · present · {\"a.b\":1}"),
        ("body.z exists", "fail · present · absent"),
        ("body.z absent", "pass · absent · absent"),
        ("body.missing.deep absent", "pass · absent · absent"),
        ("body.n.deep = 1", "fail · 1 · absent"),
        ("body.n[0] = 1", "fail · 1 · number `5`, not a list"),
        ("body.p95 < 100 ms", "fail · < 100 ms · 143.5 ms"),
        ("body.mem < 512 MB", "fail · < 512 MB · text `many`, not a size"),
        ("body.d = 2026-05-01", "pass · 2026-05-01 · 2026-05-01"),
        ("body.d < 2026-06-01", "fail · < 2026-06-01 · text `2026-05-01`, not a date"),
        ("body.n in [4, 5]", "pass · one of 4, 5 · 5"),
        ("body.s in [4, 5]", "fail · one of 4, 5 · text `5`, not a number"),
        ("body.s in [4, '5']", "pass · one of 4, 5 · 5"),
        ("body.n matches '5'", "fail · matches /5/ · number `5`, not a text"),
        ("body.n contains 5", "fail · contains 5 · number `5`, not a text or a list"),
        ("body.checks[*].ok = true", "fail · each true · [1] text `yes`, not a boolean (2 of 3 items fail)"),
        ("body.checks[any].ok = true", "pass · at least one true · [0] true"),
        ("body.none[*].ok = true", "fail · each true · no items"),
        ("body.gone[*].ok = true", "fail · each true · absent"),
    ] {
        assert_eq!(present(line, "body.", json(body)), wanted, "{line}");
    }
}

#[test]
fn header_names_have_no_case() {
    let headers = || json(r#"{"server": "nginx", "x-y": "1"}"#);
    assert_eq!(present("header.Server absent", "header.", headers()), "fail · absent · nginx");
    assert_eq!(present("header[\"X-Y\"] = 1", "header.", headers()), "pass · 1 · 1");
    assert_eq!(present("header.via exists", "header.", headers()), "fail · present · absent");
}

#[test]
fn a_fact_set_under_its_full_name_comes_before_its_tree() {
    let mut facts = Facts::new();
    facts.present("body.", json(r#"{"a": 1}"#));
    facts.set("body.b", Fact::Unobserved("too large".into()));
    assert_eq!(judge(&typed("body.a = 1"), &facts).outcome, Outcome::Pass);
    assert_eq!(judge(&typed("body.b = 1"), &facts).outcome, Outcome::Unknown);
    assert_eq!(judge(&typed("body.c absent"), &facts).outcome, Outcome::Pass);
}

#[test]
fn a_declared_type_that_the_value_does_not_have_fails_and_names_both() {
    assert_eq!(present("time < 1 s", "time", text("fast")), "fail · < 1 s · text `fast`, not a duration");
    assert_eq!(present("exists = true", "exists", number("1")), "fail · true · number `1`, not a boolean");
    assert_eq!(present("tags[*] = x", "tags", text("x")), "fail · each x · text `x`, not a list");
}

#[test]
fn long_texts_are_cut() {
    let seen = present("mode = x", "mode", text(&"ä".repeat(100_000)));
    assert_eq!(seen.chars().count(), "fail · x · ".chars().count() + 120);
    assert!(seen.ends_with('…'));
}

#[test]
fn a_limit_that_no_larger_unit_can_write_keeps_its_unit() {
    for (value, wanted) in [
        ("345.759316", "fail · < 345.759316 s · 345.759316 s"),
        ("345.7593159999", "pass · < 345.759316 s · 345.759 s"),
    ] {
        assert_eq!(present("time < 345.759316 s", "time", number(value)), wanted);
    }
}
