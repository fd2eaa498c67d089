//! What is accepted, and what each mistake is told.

use super::*;

fn accepts(lines: &[&str]) {
    for line in lines {
        let expectation = parse(line).unwrap_or_else(|fault| panic!("{line}: {fault:?}"));
        type_check(&expectation, &schema()).unwrap_or_else(|fault| panic!("{line}: {fault:?}"));
    }
}

/// Each line: the expectation, the text that is marked, a part of the message, a part of the help.
fn refuses(table: &[(&str, &str, &str, &str)]) {
    for (line, marked, message, help) in table {
        let fault = fault(line);
        let seen: String = line.chars().skip(fault.offset as usize).take(fault.length as usize).collect();
        let told = fault.help.clone().unwrap_or_default();
        assert!(fault.message.contains(message), "{line}: message is {:?}", fault.message);
        assert!(told.contains(help), "{line}: help is {told:?}");
        assert_eq!(seen, *marked, "{line}: {fault:?}");
    }
}

#[test]
fn every_operator_and_type_has_its_lines() {
    accepts(&[
        "status = 200",
        "status=200",
        "  status  !=  500 ",
        "status in [401, 403]",
        "status in[401,403,]",
        "status not in [500, 503]",
        "status in 200..299",
        "status not in 500 .. 599",
        "load in -5..5",
        "load in 0.5..1.5",
        "load = -1.5e3",
        "failed >= 1_000",
        "error_rate < 0.1 %",
        "error_rate = 0",
        "error_rate in 1..2 %",
        "error_rate in 1%..2%",
        "time < 100ms",
        "time < 1h30m",
        "time <= 10m",
        "time in 1..2 s",
        "size < 512 KiB",
        "throughput >= 50 req/s",
        "throughput >= 50/s",
        "throughput >= 3000 /min",
        "bandwidth > 5 MB/s",
        "exists = true",
        "exists exists",
        "value exists",
        "value absent",
        "mode = 0644",
        "mode = true",
        "mode in [a, 'b c', \"d\\n\"]",
        "mode not matches '(?i)\\d+'",
        "grade >= A",
        "grade in C..A+",
        "grade in [A, A+]",
        "version >= 1.10",
        "version in 1.2..2.0",
        "modified >= 2026-01-01",
        "modified < 2026-01-01T10:00:00Z",
        "modified in 2026-01-01..2026-12-31",
        "tags contains db",
        "tags not contains 'x y'",
        "tags[*] matches '^[a-z]+$'",
        "tags[any] = db",
        "tags[#] > 2",
        "tags[0] = db",
        "tags[-1] = db",
        "times[*] < 1 s",
    ]);
}

#[test]
fn paths_are_resolved_on_their_raw_text() {
    accepts(&[
        "p99.9 < 1 s",
        "p50 < 1 s",
        "header.location = ../x",
        "header.content-type contains json",
        "header[\"x.y\"] = 1",
        "header.'x.y' = 1",
        "tests.x-frame-options.result = pass",
        "body.\"foo.bar\"[0].x = 1",
        "body[\"foo.bar\"][0].x = 1",
        "body.checks[*].ok = true",
        "body.checks[#] > 3",
        "value[0].deep.path = 1",
        "value.deep = 1",
        "body.p95 < 100 ms",
        "body.mem < 512 MB",
    ]);
    refuses(&[
        ("p95x < 1 s", "p95x", "`p95x` is not known", "facts are"),
        ("statsu = 200", "statsu", "`statsu` is not known", "did you mean `status`?"),
        ("headers.x = 1", "headers.x", "not known", "did you mean `header.x`?"),
        ("header = 1", "header", "not known", "`header.<name>`"),
        ("status.code = 1", "code", "a count has no part `code`", "drop the part"),
        ("status[0] = 1", "[0]", "a count has no items", "drop the brackets"),
        ("tags.x = 1", "x", "asked of a list", "`[*]`"),
        ("tags[#][0] = 1", "[0]", "no items", "drop"),
        ("body.x[#].y = 1", "y", "a count has no part", "drop"),
        ("tags[all] = x", "[all]", "not an index", "write `[*]`"),
        ("tags[last] = x", "[last]", "not an index", "`[-1]`"),
        ("tags[99999999999999999999] = x", "[99999999999999999999]", "out of reach", "smaller"),
        ("tags[0 = x", "[0", "not closed", "[*]"),
        ("body.bad < 5 kB", "body.bad", "unit `KB` is not known", "`units`"),
    ]);
}

#[test]
fn a_unit_is_never_guessed() {
    refuses(&[
        ("error_rate < 0.1", "0.1", "is a ratio and needs a unit", "write `error_rate < 0.1 %` or `error_rate < 10 %`"),
        ("error_rate < 5", "5", "needs a unit", "write `error_rate < 5 %`"),
        ("time < 100", "100", "is a duration and needs a unit", "`time < 100 ms` or `time < 100 s`"),
        ("size < 0", "0", "needs a unit", "`size < 0 kB`"),
        ("time < 5 MB", "5 MB", "`time` is a duration, `5 MB` is a size", "write a duration"),
        ("throughput > 5 MB/s", "5 MB/s", "is a rate, `5 MB/s` is a data rate", "req/s"),
        ("failed = 0 tests", "0 tests", "a count and takes no unit", "drop `tests`: write `failed = 0`"),
        ("failed = 0%", "0%", "takes no unit", "drop `%`"),
        ("size < 512 KB", "512 KB", "unit `KB` is not known", "`kB` is 1000 bytes, `KiB` is 1024"),
        ("size < 1M", "1M", "unit `M` is not known", "`MiB`"),
        ("size < 1 Mb", "1 Mb", "unit `Mb`", "`MiB`"),
        ("time < 2 mo", "2 mo", "unit `mo`", "write days"),
        ("time < 1 y", "1 y", "unit `y`", "write days"),
        ("time < 10 secs", "10 secs", "unit `secs`", "write `s`"),
        ("time < 5 mz", "5 mz", "unit `mz`", "units are ns us ms"),
        ("time < 5 MIN", "5 MIN", "unit `MIN`", "`min`"),
        ("time < 1h 30m", "1h 30m", "`30m` is left over", "write `1h30m`"),
        ("time < 1 h 30 m", "1 h 30 m", "`30 m` is left over", "write `1h30m`"),
        ("failed < 1,000", "1,000", "`,000` is left over", "write `1_000`"),
        ("body.x < 100 ms", "100 ms", "no declared unit", "units: { body.x: ms }"),
        ("body.x = 10m", "10m", "may be a quantity or a text", "quote"),
        ("time < fast", "fast", "is a duration, and `fast` is not", "5 ms"),
        ("time < '5 s'", "'5 s'", "is not", "drop the quotes"),
        ("time < .5 s", ".5 s", "is not", "write `0.5`"),
    ]);
}

#[test]
fn habits_of_other_languages_get_the_right_operator() {
    refuses(&[
        ("status == 200", "==", "`==` is not an operator", "write `status = 200`"),
        ("status ≤ 299", "≤", "`≤` is not an operator", "write `status <= 299`"),
        ("status => 200", "=>", "`=>` is not", "write `status >= 200`"),
        ("status =< 200", "=<", "`=<` is not", "write `status <= 200`"),
        ("status <> 200", "<>", "`<>` is not", "write `status != 200`"),
        ("mode =~ 'x'", "=~", "`=~` is not", "write `mode matches 'x'`"),
        ("mode=~'x'", "=~", "`=~` is not", "write `mode matches 'x'`"),
        ("status is 200", "is", "`is` is not", "write `status = 200`"),
        ("status 200", "200", "`200` is not an operator", "write `status = 200`"),
        ("status: 200", ":", "`:` is not an operator", "write `status = 200`"),
        ("status contain 2", "contain", "not an operator", "contains"),
        ("mode matchs 'x'", "matchs", "not an operator", "did you mean `matches`?"),
        ("status < = 200", "= 200", "`= 200` is not a value", "without spaces"),
        ("status not = 200", "not =", "`not` does not go here", "write `!=`"),
        ("value not exists", "not exists", "`not` does not go here", "write `value absent`"),
        ("value not absent", "not absent", "`not` does not go here", "write `value exists`"),
        ("not status = 200", "status", "`not` is read as the fact", "behind the fact"),
        ("exists", "s", "`exists` is read as the fact", "write `exists = true`"),
        ("status", "s", "an operator is missing after `status`", "operators are"),
        ("status =", "=", "a value is missing after `=`", "write it"),
        ("value exists true", "true", "`true` is left over", "take no value"),
        ("status = 200 and failed = 0", "and failed = 0", "left over", "one expectation per line"),
        ("status #42", "#", "`#` is not an operator", "quote the line"),
    ]);
}

#[test]
fn texts_with_spaces_commas_and_brackets_need_quotes() {
    refuses(&[
        (
            "header.cache-control = no-store, max-age=0",
            ", max-age=0",
            "`, max-age=0` is left over",
            "`header.cache-control = 'no-store, max-age=0'`",
        ),
        ("mode = a b", "b", "`b` is left over", "`mode = 'a b'`"),
        ("mode = 1 foo", "1 foo", "needs quotes", "write `mode = '1 foo'`"),
        ("mode = [a]", "[a]", "a list does not go with `=`", "write `in […]`"),
        ("status in 401, 403", "401, 403", "in brackets", "write `status in [401, 403]`"),
        ("status in 401", "401", "takes a list or a range", "write `status = 401`"),
        ("status in [401 403]", "403]", "left over in the list", "commas"),
        ("status in [401, 403", "[401, 403", "the list is not closed", "`]`"),
        ("status in []", "[]", "an empty list holds nothing", "at least one"),
        ("status in [[1]]", "[1]]", "a list cannot hold a list", "one after the other"),
        ("status in [1,,2]", ",", "a value is due before `,`", "quote"),
        ("status in 200..", "200..", "no upper end", "write `status >= 200`"),
        ("status in ..299", "..299", "no lower end", "write `status <= …`"),
        ("status in 299..200", "299..200", "runs backwards", "write `200..299`"),
        ("mode matches ^a", "^a", "a pattern is written in quotes", "write `mode matches '^a'`"),
        ("mode matches \"\\d\"", "\\d", "`\\d` is not an escape", "single quotes"),
        ("mode matches '('", "'('", "the pattern is wrong: unclosed group", "regular expressions"),
        ("mode = 'x", "'x", "the quote is not closed", "close it"),
        ("mode contains'x'", "'x'", "a space is due", "write `mode contains"),
        ("\"mode\" = x", "\"mode\" = x", "cannot start with a quote", "first name"),
        ("", "", "expectation is empty", "status = 200"),
        ("body. = 1", ".", "a name is due after `.`", "quote odd names"),
    ]);
}

#[test]
fn operators_go_with_types() {
    refuses(&[
        ("mode < 5", "<", "`<` does not go with a text", "text has no order"),
        ("mode in a..b", "in", "`in` does not go with a text", "write a list"),
        ("exists > true", ">", "does not go with a boolean", "`exists = true`"),
        ("exists = yes", "yes", "is a boolean, and `yes` is not", "write `exists = true`"),
        ("tags = db", "=", "does not go with a list", "`tags[any]`"),
        ("time in [1 s, 2 s]", "in", "does not go with a duration", "a range"),
        ("status contains 2", "contains", "does not go with a count", "compare with"),
        ("status matches '2'", "matches", "does not go with a count", "compare with"),
        ("status = '200'", "'200'", "is a count, and `200` is not", "drop the quotes"),
        ("status = ok", "ok", "is a count, and `ok` is not", "write a number"),
        ("status = +5", "+5", "is not", "write `5`"),
        ("load = .5", ".5", "is not", "write `0.5`"),
        ("failed = 0.5", "0.5", "is not", "whole number"),
        ("grade >= A++", "A++", "is never `A++`", "did you mean `A+`?"),
        ("version > latest", "latest", "is a version", "`1.10`"),
        ("modified > 2026-02-30", "2026-02-30", "is a date", "not a day of the calendar"),
        ("modified > 7 d", "7 d", "is a date", "an age is a fact of its own"),
        ("body.x < abc", "abc", "`abc` has no order", "as: version"),
        ("body.x = null", "null", "`null` is not a value", "`body.x absent`"),
    ]);
}

#[test]
fn a_hostile_pattern_is_refused() {
    let fault = fault("mode matches '(a{1000}){1000}'");
    assert!(fault.message.contains("too big"), "{}", fault.message);
    assert!(super::parse(&format!("status = {}", "1".repeat(3000))).is_err());
}

#[test]
fn equality_with_something_measured_is_worth_a_warning() {
    assert!(typed("time = 100 ms").lint().is_some());
    for line in ["time < 100 ms", "time = 0 s", "status = 200", "error_rate = 100 %", "time in 1..2 s"] {
        assert_eq!(typed(line).lint(), None, "{line}");
    }
}

#[test]
fn expectations_keep_their_text_and_path() {
    let expectation = parse("  body[\"a.b\"].x   =  1 ").unwrap();
    assert_eq!((expectation.text(), expectation.path()), ("body[\"a.b\"].x   =  1", "body[\"a.b\"].x"));
}
