//! Tests only: every format through the same questions. What an empty report of it looks like, what it says of itself, what
//! its words for severity mean, and that it survives other encodings and no other report is taken for it. A new format needs
//! a row.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use regex::Regex;

use super::flavours::{one, reports};
use super::format::{self, FORMATS, NAMED_ONLY};
use super::report::Report;
use crate::model::{Fact, Observation, Value};
use crate::probe::report_file::{Freshness, Written, text_of};
use crate::probe::sample::{observe_folder, with_look};
use crate::world::artefact::Artefact;

/// What a format is asked.
struct Row {
    format: &'static str,
    /// What the tool writes when it looked at nothing.
    empty: &'static str,
    /// What reports of it tell of themselves: `time`, `version`.
    tells: &'static str,
    words: Option<Words>,
}

/// How a tool rates its findings.
struct Words {
    /// A report among the fixtures.
    report: &'static str,
    /// Finds the places in it where a rating stands, as the first group.
    at: &'static str,
    /// Every rating that the tool knows, or a number where it has no words, and the fact under which it counts; `-` where it
    /// is no finding.
    mean: &'static [(&'static str, &'static str)],
}

const fn row(format: &'static str, empty: &'static str, tells: &'static str) -> Row {
    Row { format, empty, tells, words: None }
}

const fn rated(
    format: &'static str,
    empty: &'static str,
    tells: &'static str,
    (report, at): (&'static str, &'static str),
    mean: &'static [(&'static str, &'static str)],
) -> Row {
    Row { format, empty, tells, words: Some(Words { report, at, mean }) }
}

const SEVERITY: &str = r#""[Ss]everity": ?"(\w+)""#;

#[rustfmt::skip] // One line each, so that two additions do not collide.
const ROWS: &[Row] = &[
    rated("sarif", r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "t"}}, "results": []}]}"#, "time version", ("code/ruff.sarif", r#""level": ?"(\w+)""#), &[("error", "high"), ("warning", "medium"), ("note", "low"), ("none", "info"), ("dire", "unrated")]),
    rated("osv-scanner", r#"{"results": [], "experimental_config": {}}"#, "", ("vulnerabilities/osv-scanner.json", r#""max_severity": ?"([^"]*)""#), &[("9.8", "critical"), ("9.0", "critical"), ("8.9", "high"), ("6.9", "medium"), ("0.1", "low"), ("0.0", "info")]),
    rated("trivy", r#"{"SchemaVersion": 2, "ArtifactName": ".", "Results": []}"#, "time version", ("vulnerabilities/trivy-image.json", SEVERITY), &[("CRITICAL", "critical"), ("HIGH", "high"), ("MEDIUM", "medium"), ("LOW", "low"), ("UNKNOWN", "unrated")]),
    rated("grype", r#"{"matches": [], "source": {"type": "directory", "target": "."}, "descriptor": {}}"#, "time version", ("vulnerabilities/grype.json", SEVERITY), &[("Critical", "critical"), ("High", "high"), ("Medium", "medium"), ("Low", "low"), ("Negligible", "info"), ("Unknown", "unrated")]),
    rated("npm-audit", r#"{"auditReportVersion": 2, "vulnerabilities": {}, "metadata": {"dependencies": {"total": 0}}}"#, "", ("vulnerabilities/npm-audit.json", SEVERITY), &[("critical", "critical"), ("high", "high"), ("moderate", "medium"), ("low", "low"), ("info", "info"), ("dire", "unrated")]),
    row("pip-audit", r#"{"dependencies": [], "fixes": []}"#, ""),
    row("cargo-audit", r#"{"database": {}, "lockfile": {"dependency-count": 0}, "vulnerabilities": {"list": []}}"#, ""),
    rated("composer-audit", r#"{"advisories": [], "abandoned": []}"#, "", ("vulnerabilities/composer-audit.json", SEVERITY), &[("critical", "critical"), ("high", "high"), ("medium", "medium"), ("low", "low"), ("dire", "unrated")]),
    rated("bundler-audit", r#"{"version": "0.9.2", "created_at": "2026-05-29 10:00:00 +0000", "results": []}"#, "time version", ("vulnerabilities/bundler-audit.json", r#""criticality": ?"(\w+)""#), &[("critical", "critical"), ("high", "high"), ("medium", "medium"), ("low", "low"), ("none", "info"), ("dire", "unrated")]),
    row("govulncheck", r#"{"config": {"protocol_version": "v1.0.0", "scan_level": "symbol"}}"#, "version"),
    rated("cargo-deny", "{\"type\": \"diagnostics\", \"fields\": {}}\n", "", ("vulnerabilities/cargo-deny.json", SEVERITY), &[("error", "high"), ("warning", "medium"), ("note", "low"), ("help", "info"), ("dire", "unrated")]),
    rated("bandit", r#"{"metrics": {"_totals": {"loc": 0}}, "results": [], "errors": []}"#, "time", ("code/bandit.json", r#""issue_severity": ?"(\w+)""#), &[("HIGH", "high"), ("MEDIUM", "medium"), ("LOW", "low"), ("UNDEFINED", "unrated")]),
    rated("eslint", "[]", "", ("code/eslint.json", r#""severity": ?(\d)"#), &[("2", "high"), ("1", "medium"), ("7", "unrated")]),
    rated("ruff", "[]", "", ("code/ruff.json", SEVERITY), &[("fatal", "high"), ("error", "high"), ("warning", "medium"), ("info", "info"), ("dire", "unrated")]),
    rated("clippy", r#"{"reason": "build-finished", "success": true}"#, "", ("code/clippy.json", r#""level": ?"(\w+)""#), &[("error: internal compiler error", "high"), ("error", "high"), ("warning", "medium"), ("note", "low"), ("help", "info"), ("failure-note", "-"), ("dire", "unrated")]),
    rated("hadolint", "[]", "", ("code/hadolint.json", r#""level": ?"(\w+)""#), &[("error", "high"), ("warning", "medium"), ("info", "low"), ("style", "info"), ("dire", "unrated")]),
    rated("zizmor", "[]", "", ("code/zizmor.json", SEVERITY), &[("High", "high"), ("Medium", "medium"), ("Low", "low"), ("Informational", "info"), ("Unknown", "unrated")]),
    row("actionlint", "[]", ""),
    rated("oasdiff", "[]", "", ("code/oasdiff.json", r#""level": ?(\d)"#), &[("3", "high"), ("2", "medium"), ("1", "info"), ("9", "unrated")]),
    rated("squawk", "[]", "", ("code/squawk.json", r#""level": ?"(\w+)""#), &[("Error", "high"), ("Warning", "medium"), ("dire", "unrated")]),
    row("gitleaks", "[]", ""),
    row("trufflehog", "[]", ""),
    row("detect-secrets", r#"{"version": "1.5.0", "plugins_used": [], "results": {}}"#, "time version"),
    row("k6", r#"{"metrics": {"http_reqs": {"count": 0, "rate": 0}}}"#, "time version"),
    row("oha", r#"{"summary": {"successRate": 1, "total": 0}, "latencyPercentiles": {}, "statusCodeDistribution": {}}"#, ""),
    row("vegeta", r#"{"latencies": {}, "success": 0, "status_codes": {}, "requests": 0}"#, "time"),
    row("gatling", r#"{"numberOfRequests": {"total": 0, "ko": 0}, "percentiles1": {}, "meanResponseTime": {}}"#, ""),
    row("locust", "Type,Name,Request Count,Failure Count,Median Response Time\n,Aggregated,0,0,0\n", ""),
    row("jmeter", "timeStamp,elapsed,success\n", "time"),
    row("wrk", "Running 1s test @ http://127.0.0.1/\n  2 threads and 2 connections\n  0 requests in 1.00s, 0.00B read\nRequests/sec:      0.00\n", ""),
    rated("checkov", r#"{"passed": 0, "failed": 0, "resource_count": 0, "checkov_version": "3.3.30"}"#, "version", ("configuration/checkov.json", r#""severity": ?(null)"#), &[("\"CRITICAL\"", "critical"), ("\"HIGH\"", "high"), ("\"MEDIUM\"", "medium"), ("\"LOW\"", "low"), ("\"INFO\"", "info"), ("null", "unrated")]),
    row("kube-linter", r#"{"Checks": [], "Reports": null, "Summary": {"ChecksStatus": "Passed"}}"#, "time version"),
    rated("kube-score", "null", "", ("configuration/kube-score.json", r#""grade": ?(\d+)"#), &[("1", "critical"), ("5", "medium"), ("7", "low"), ("10", "-"), ("3", "unrated")]),
    rated("polaris", r#"{"PolarisOutputVersion": "1.0", "Results": [], "Score": 100}"#, "time", ("configuration/polaris.json", r#""Severity": ?"(\w+)""#), &[("danger", "high"), ("warning", "medium"), ("ignore", "-"), ("dire", "unrated")]),
    row("kubeconform", r#"{"resources": [], "summary": {"valid": 0, "invalid": 0, "errors": 0, "skipped": 0}}"#, ""),
    rated("zap", r#"{"@version": "2.16.1", "created": "2026-05-30T08:00:00Z", "site": []}"#, "time version", ("live/zap.json", r#""riskcode": ?"(\d)""#), &[("3", "high"), ("2", "medium"), ("1", "low"), ("0", "info"), ("8", "unrated")]),
    rated("nuclei", "[]", "time", ("live/nuclei.json", SEVERITY), &[("critical", "critical"), ("high", "high"), ("medium", "medium"), ("low", "low"), ("info", "info"), ("unknown", "unrated")]),
    rated("testssl", r#"{"Invocation": "testssl.sh x", "scanResult": []}"#, "time version", ("live/testssl.json", r#""severity": ?"(\w+)""#), &[("CRITICAL", "critical"), ("HIGH", "high"), ("MEDIUM", "medium"), ("LOW", "low"), ("OK", "-"), ("INFO", "-"), ("WARN", "-"), ("DEBUG", "-"), ("DIRE", "unrated")]),
    row("sslyze", r#"{"sslyze_version": "6.2.0", "server_scan_results": []}"#, "time version"),
    row("lighthouse", r#"{"lighthouseVersion": "13.0.0", "categories": {}}"#, "time version"),
    rated("axe", r#"{"violations": [], "passes": []}"#, "time version", ("live/axe.json", r#""impact": ?"(\w+)""#), &[("critical", "critical"), ("serious", "high"), ("moderate", "medium"), ("minor", "low"), ("dire", "unrated")]),
    rated("pa11y", r#"{"total": 0, "passes": 0, "errors": 0, "results": {}}"#, "", ("live/pa11y.json", r#""type": ?"(\w+)""#), &[("error", "high"), ("warning", "medium"), ("notice", "info"), ("dire", "unrated")]),
    rated("cyclonedx", r#"{"bomFormat": "CycloneDX", "components": []}"#, "time", ("inventory/cyclonedx.json", SEVERITY), &[("critical", "critical"), ("high", "high"), ("medium", "medium"), ("low", "low"), ("info", "info"), ("none", "info"), ("unknown", "unrated")]),
    row("spdx", r#"{"spdxVersion": "SPDX-2.3", "packages": []}"#, "time"),
    row("scorecard", r#"{"scorecard": {}, "score": -1, "checks": []}"#, "time version"),
    row("sonarqube", r#"{"component": {"measures": []}}"#, ""),
    row("promtool", "Checking rules.yml\n  SUCCESS: 0 rules found\n", ""),
    rated("pint", "[]", "", ("operations/pint.json", SEVERITY), &[("Fatal", "high"), ("Bug", "high"), ("Warning", "medium"), ("Information", "info"), ("dire", "unrated")]),
    row("pgbackrest", "[]", ""),
];

/// Reports in lines of text of which nothing shows that the last ones are missing.
const CUT_UNSEEN: &[&str] = &[
    "inventory/pyspdxtools.spdx",
    "load/jmeter.jtl",
    "load/locust_stats.csv",
    "load/wrk.txt",
    "load/wrk2.txt",
    "operations/promtool-clean.txt",
    "operations/promtool.txt",
];

fn read(text: &str) -> Result<(&'static str, Report), String> {
    format::parse(None, text.to_owned(), None)
}

fn fixture(name: &str) -> String {
    reports().into_iter().find(|(known, _)| known == name).unwrap().1
}

fn number(seen: &Observation, fact: &str) -> usize {
    match seen.facts.get(fact) {
        Fact::Present(Value::Number(number)) => number.to_string().parse().unwrap(),
        _ => 0,
    }
}

#[test]
fn every_format_has_a_row() {
    let rows: Vec<&str> = ROWS.iter().map(|row| row.format).chain(["json", "csv"]).collect();
    let formats: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
    assert_eq!(rows, formats, "in the order of the registry");
}

#[test]
fn a_report_of_a_tool_that_looked_at_nothing_is_unknown_in_every_format() {
    for row in ROWS {
        let named = format::named(row.format);
        for given in [None, named] {
            let wrong = format::parse(given, row.empty.to_owned(), None).unwrap_err();
            assert!(!wrong.is_empty(), "{}", row.format);
        }
    }
}

#[test]
fn every_format_tells_what_it_can_of_itself() {
    for row in ROWS {
        let mut told: BTreeSet<&str> = BTreeSet::new();
        for (format, report) in
            reports().iter().filter_map(|(_, text)| read(text).ok()).filter(|(name, _)| *name == row.format)
        {
            assert_eq!(format, row.format);
            told.extend(report.written.map(|_| "time"));
            told.extend(report.version.map(|_| "version"));
        }
        assert_eq!(told, row.tells.split_whitespace().collect(), "{}", row.format);
    }
}

#[test]
fn ratings_mean_what_the_tool_says_and_no_finding_is_lost_for_an_unknown_one() {
    for (row, words) in ROWS.iter().filter_map(|row| Some((row, row.words.as_ref()?))) {
        let (at, text) = (Regex::new(words.at).unwrap(), fixture(words.report));
        let all = number(&one(&text).unwrap(), "total");
        assert!(at.is_match(&text), "{}", row.format);
        for (word, fact) in words.mean {
            let changed = at.replace_all(&text, |found: &regex::Captures<'_>| found[0].replacen(&found[1], word, 1));
            let seen = one(&changed).unwrap();
            let (total, of_this) = (number(&seen, "total"), number(&seen, fact));
            match *fact {
                "-" => assert_eq!(total, 0, "{} `{word}`", row.format),
                _ => {
                    assert!(of_this > 0 && total >= all, "{} `{word}`: {of_this} {fact} of {total}, {all}", row.format)
                }
            }
        }
    }
}

#[test]
fn other_encodings_and_line_ends_change_nothing() {
    for (name, text) in reports() {
        let plain = format!("{:?}", read(&text));
        let wide = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(bytes).collect()
        };
        let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        let ends = text.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes();
        for bytes in [marked, wide(u16::to_le_bytes), wide(u16::to_be_bytes), ends] {
            assert_eq!(format!("{:?}", read(&text_of(&bytes))), plain, "{name}");
        }
    }
}

#[test]
fn a_report_that_was_cut_off_is_unknown() {
    for (name, text) in reports().into_iter().filter(|(name, _)| !CUT_UNSEEN.contains(&name.as_str())) {
        let whole: Vec<char> = text.trim_end().chars().collect();
        for kept in [whole.len() / 2, whole.len() * 9 / 10, whole.len() - 1] {
            let cut: String = whole[..kept].iter().collect();
            // A stream may be cut between two documents, which nobody can see.
            let between = cut.trim_end().ends_with('}') && text[cut.len()..].trim_start().starts_with('{');
            assert!(between || read(&cut).is_err(), "{name} cut to {kept} of {}", whole.len());
        }
    }
}

#[test]
fn no_report_is_taken_for_one_of_another_tool_even_when_the_spec_says_so() {
    let strangers = ["{}", "{\"a\": 1}", "[{}]", "[[]]", "null", "<a/>", "a,b\n1,2\n", "hello"];
    for format in FORMATS.iter().filter(|format| !NAMED_ONLY.contains(&format.name)) {
        for ran in [None, Some(format.name)] {
            for (name, text) in reports() {
                let own = read(&text).is_ok_and(|(known, _)| known == format.name)
                    || (format.is_it)(&super::content::Content::new(text.clone()));
                let seen = format::parse(Some(format), text, ran);
                assert!(own || seen.is_err(), "{name} as {}", format.name);
            }
            for text in strangers {
                assert!(format::parse(Some(format), text.to_owned(), ran).is_err(), "`{text}` as {}", format.name);
            }
        }
    }
}

/// A report of its own time counts by it alone; one without is never as old as its file in CI.
#[test]
fn in_ci_the_time_of_a_file_says_nothing_in_any_format() {
    const HEAD: i64 = 2_000_000_000;
    const DAY: i64 = 86_400;
    let file = Artefact { path: "r".to_owned(), size: 1, modified: HEAD + DAY };
    let judged = |written: Option<Written>, head: i64| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        with_look(&[("r", "x")], |look| runtime.block_on(Freshness::after(head, true).of(&look, &file, written)))
    };
    for (name, text) in reports() {
        let Ok((_, report)) = read(&text) else { continue };
        match report.written {
            Some(own) => {
                assert!(judged(Some(own), own.second + DAY).is_err(), "{name} is older than the commit");
                assert!(judged(Some(own), own.second - DAY).is_ok(), "{name} is younger");
            }
            None => {
                let fresh = judged(None, HEAD).unwrap();
                assert_eq!((fresh.age_s, fresh.doubt), (None, "it does not say when it was written"), "{name}");
            }
        }
    }
}

#[test]
fn commits_are_read_where_a_format_has_a_place_for_one() {
    for text in [
        r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "t", "rules": [{"id": "A"}]}}, "results": [], "versionControlProvenance": [{"revisionId": "0a1b2c3d"}]}]}"#,
        r#"{"SchemaVersion": 2, "ArtifactName": ".", "Metadata": {"Commit": "0a1b2c3d"}, "Results": [{"Target": "go.mod"}]}"#,
        r#"{"scorecard": {}, "score": 7.5, "repo": {"name": "r", "commit": "0a1b2c3d"}, "checks": []}"#,
    ] {
        assert_eq!(read(text).unwrap().1.commit.as_deref(), Some("0a1b2c3d"), "{text}");
    }
}

#[test]
fn a_packed_report_is_unpacked_and_a_broken_one_says_so() {
    const PACKED: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x8b\xaeVJ\xceOIU\xb2Rr310T\xd2QJ\xcb\xccI\xcdK\xcc\x05\x89$\xea\x15T\x02ErS\x8b\x8b\x13\xd3A\x02\xa5y\xa5\xc5\xa9)@\xa1\x9c\xfc\xe4\xc4\x92\xcc\xfc<%\xabj\xa5\xa2\xfcr%+C\x1d\xa019\xa5\xb9@\x11\xc3\xda\xdaX\x00\x09\x0b|iV\x00\x00\x00";
    let seen = |bytes: &[u8]| {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("r.json.gz"), bytes).unwrap();
        observe_folder("ingest", "report: r.json.gz", dir.path())
    };
    assert_eq!(number(&seen(PACKED).unwrap(), "total"), 1);
    assert_eq!(seen(&PACKED[..40]).unwrap_err().0, "`r.json.gz` is broken gzip");
}
