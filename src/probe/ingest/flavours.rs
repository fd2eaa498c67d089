//! Tests only: what is read out of every tool's report, and what must not pass for a clean one.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use super::{DEF, content, format};
use crate::model::{Fact, Observation, Unknown, Value};
use crate::probe::sample;
use crate::probe::trial::count;

const FOLDERS: [&str; 8] =
    ["code", "configuration", "inventory", "live", "load", "operations", "secrets", "vulnerabilities"];

pub(super) fn reports() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/reports-of-tools");
    let mut all = Vec::new();
    for folder in FOLDERS {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{folder}/{}", entry.file_name().to_str().unwrap());
            all.push((name, std::fs::read_to_string(entry.path()).unwrap()));
        }
    }
    all.sort();
    all
}

fn report(name: &str) -> String {
    reports().into_iter().find(|(known, _)| known == name).unwrap().1
}

fn observe(parameters: &str, files: &[(&str, &str)]) -> Result<Observation, Unknown> {
    sample::observe(DEF.name, parameters, files)
}

pub(super) fn one(text: &str) -> Result<Observation, Unknown> {
    observe("report: r", &[("r", text)])
}

fn shown(fact: &Fact) -> String {
    match fact {
        Fact::Present(Value::Number(number)) => number.to_string(),
        Fact::Present(Value::Text(text)) => text.clone(),
        Fact::Present(Value::Date(time)) => time.strftime("%F").to_string(),
        other => format!("{other:?}"),
    }
}

/// Format, every fact that is there and not zero, and the worst finding.
fn described(text: &str) -> String {
    let seen = match one(text) {
        Ok(seen) => seen,
        Err(unknown) => return format!("unknown: {unknown}\n"),
    };
    let (format, _) = format::parse(None, text.to_owned(), None).unwrap();
    let mut out = format.to_owned();
    for (name, fact) in seen.facts.iter() {
        if *fact != Fact::Absent && *fact != Fact::Present(Value::count(0)) {
            write!(out, " {name}={}", shown(fact)).unwrap();
        }
    }
    let notes = seen.evidence.iter().filter_map(|piece| piece.note.as_deref()).skip(2).take(1);
    notes.for_each(|note| write!(out, "\n    {note}").unwrap());
    out + "\n"
}

#[test]
fn every_report_is_read_as_its_tool_means_it() {
    let mut all = String::new();
    for (name, text) in reports() {
        write!(all, "{name}\n  {}", described(&text)).unwrap();
    }
    insta::assert_snapshot!("read", all);
}

#[test]
fn every_format_has_a_report_that_only_it_takes() {
    let reports = reports();
    let mut read = BTreeSet::new();
    for (name, text) in &reports {
        let content = content::Content::new(text.clone());
        let takers: Vec<&str> = format::FORMATS.iter().filter(|f| (f.is_it)(&content)).map(|f| f.name).collect();
        assert_eq!(takers.len(), 1, "{name}: {takers:?}");
        read.extend(takers);
    }
    read.extend(format::NAMED_ONLY);
    let missing: Vec<&str> = format::FORMATS.iter().map(|f| f.name).filter(|name| !read.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn any_json_and_csv_is_read_when_the_spec_names_it() {
    let parameters = "report: r\nformat: json\nunits: { json.latency: ms }";
    let seen = observe(parameters, &[("r", r#"{"latency": 12.5, "ok": true}"#)]).unwrap();
    assert!(matches!(seen.facts.get("json."), Fact::Present(Value::Map(map)) if map.len() == 2));
    let seen = observe("report: r\nformat: csv", &[("r", "name,p95\n\"a,b\",12.5\n")]).unwrap();
    let Fact::Present(Value::List(rows)) = seen.facts.get("rows") else { panic!() };
    assert!(
        matches!(&rows[0], Value::Map(row) if row["p95"] == Value::Number(crate::model::Exact::ratio(25, 2).unwrap()))
    );
    assert_eq!(observe("report: r\nformat: csv", &[("r", "name,p95\n")]).unwrap_err().0, "`r` has no rows");
    assert!(observe("report: r\nformat: csv", &[("r", "a,b\n1\n")]).unwrap_err().0.contains("broken CSV"));
}

#[test]
fn the_documentation_lists_every_format() {
    let page = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/ingest.md"));
    let missing: Vec<&str> =
        format::FORMATS.iter().map(|f| f.name).filter(|name| !page.contains(&format!("| `{name}` |"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn an_empty_report_is_no_clean_one() {
    let looked =
        |tool: &str| format!("`r` does not show that {tool} looked at anything: an empty report is no clean one");
    for (text, reason) in [
        (
            "[]".to_owned(),
            "`r` is an empty list, which shows neither what wrote it nor that anything was looked at".to_owned(),
        ),
        (r#"{"results": [], "experimental_config": {}}"#.to_owned(), looked("osv-scanner")),
        (r#"{"SchemaVersion": 2, "ArtifactName": ".", "ArtifactType": "filesystem"}"#.to_owned(), looked("trivy")),
        (
            r#"{"matches": [], "source": {"type": "directory", "target": "."}, "descriptor": {}}"#.to_owned(),
            looked("grype"),
        ),
        (r#"{"advisories": [], "abandoned": []}"#.to_owned(), looked("composer audit")),
        (
            r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "ruff"}}, "results": []}]}"#.to_owned(),
            looked("ruff"),
        ),
        (r#"{"metrics": {"_totals": {"loc": 0}}, "results": [], "errors": []}"#.to_owned(), looked("bandit")),
        (
            r#"{"metrics": {"http_reqs": {"count": 0, "rate": 0}}}"#.to_owned(),
            "`r` tells of no request that was sent".to_owned(),
        ),
        (report("vulnerabilities/pip-audit-skipped.json"), looked("pip-audit")),
        (
            r#"{"passed": 0, "failed": 0, "resource_count": 0, "checkov_version": "3.3.30"}"#.to_owned(),
            looked("checkov"),
        ),
        (
            r#"{"resources": [], "summary": {"valid": 0, "invalid": 0, "errors": 0, "skipped": 0}}"#.to_owned(),
            looked("kubeconform"),
        ),
        (r#"{"@version": "2.16.1", "site": []}"#.to_owned(), looked("zap")),
        (r#"{"bomFormat": "CycloneDX", "components": []}"#.to_owned(), "`r` lists no component".to_owned()),
        ("Checking rules.yml\n  SUCCESS: 0 rules found\n".to_owned(), looked("promtool")),
    ] {
        assert_eq!(one(&text).unwrap_err().0, reason, "{text}");
    }
    assert!(observe("report: r\nformat: gitleaks", &[("r", "[]")]).is_err(), "not when the format is named either");
    assert_eq!(count(&one(&report("secrets/gitleaks-clean.sarif")).unwrap(), "total"), Some(0));
    assert_eq!(count(&one(&report("code/bandit-clean.json")).unwrap(), "high"), Some(0));
}

#[test]
fn what_is_not_rated_or_was_skipped_is_never_a_zero() {
    let seen = one(&report("vulnerabilities/pip-audit.json")).unwrap();
    assert!(matches!(seen.facts.get("critical"), Fact::Unobserved(why) if why.contains("not audited")));
    assert_eq!(count(&seen, "unrated"), Some(1));
    let seen = one(&report("vulnerabilities/grype.json")).unwrap();
    let why = "1 of 3 findings are not rated by the tool";
    assert_eq!(seen.facts.get("critical"), Fact::Unobserved(why.to_owned()));
    assert_eq!(count(&seen, "medium"), Some(1));
}

#[test]
fn several_reports_are_joined_and_loads_are_not() {
    let (osv, grype) = (report("vulnerabilities/osv-scanner.json"), report("vulnerabilities/grype.json"));
    let seen = observe("report: '*.json'", &[("a.json", &osv), ("b.json", &grype)]).unwrap();
    assert_eq!(count(&seen, "total"), Some(3), "one vulnerability is told of by both");
    assert_eq!(seen.facts.get("tool.name"), Fact::Unobserved("the reports differ".to_owned()));
    let k6 = report("load/k6-handle-summary.json");
    let seen = observe("report: '*.json'", &[("a.json", &k6), ("b.json", &k6)]).unwrap();
    assert_eq!(seen.facts.get("p95"), Fact::Unobserved("2 reports; name one".to_owned()));
}

#[test]
fn findings_are_shown_where_they_are_and_secrets_never() {
    let seen = observe("report: r", &[("r", &report("code/hadolint.json")), ("Dockerfile", "x")]).unwrap();
    let place = seen.evidence[2].place.clone().unwrap();
    assert_eq!((place.file.as_str(), place.line), ("Dockerfile", 4));
    let token = format!("ghp_{}", "a1B2".repeat(9));
    let leak = format!(
        r#"[{{"RuleID": "github-pat", "Fingerprint": "f", "File": "a", "StartLine": 1, "Match": "{token}", "Secret": "{token}", "Description": "a token"}}]"#
    );
    assert!(!format!("{:?}", one(&leak).unwrap()).contains(&token));
}

#[test]
fn rules_that_are_left_out_are_counted_apart() {
    let seen = observe("report: r\nexclude: ['DL30*']", &[("r", &report("code/hadolint.json"))]).unwrap();
    let whole = one(&report("code/hadolint.json")).unwrap();
    let excluded = count(&seen, "excluded").unwrap();
    assert!(excluded > 0);
    assert_eq!(count(&seen, "total").unwrap() + excluded, count(&whole, "total").unwrap());
}

#[test]
fn a_report_may_be_no_older_than_the_spec_says() {
    let trivy = report("vulnerabilities/trivy-image.json");
    let seen = observe("report: r\nmax_age: 3 d", &[("r", &trivy)]).unwrap();
    assert_eq!(shown(&seen.facts.get("age")), (40 * 3_600).to_string());
    let old = observe("report: r\nmax_age: 1 d", &[("r", &trivy)]).unwrap_err();
    assert_eq!(old.0, "`r` is 1 days old, more than `max_age`");
}

#[test]
fn a_report_of_an_old_database_does_not_count_and_one_without_a_date_does() {
    let with = |built: &str| {
        format!(
            r#"{{"matches": [], "source": {{"target": {{"layers": [1]}}}}, "distro": {{"name": "debian"}}, "descriptor": {{"timestamp": "2026-05-31T00:00:00Z", "db": {built}}}}}"#
        )
    };
    let fresh = with(r#"{"status": {"built": "2026-05-31T00:00:00Z"}}"#);
    let seen = observe("report: r\nmax_age: 7 d", &[("r", &fresh)]).unwrap();
    assert_eq!(shown(&seen.facts.get("database_age")), 86_400.to_string());
    let old = observe("report: r\nmax_age: 7 d", &[("r", &with(r#"{"built": "2026-05-20T00:00:00Z"}"#))]).unwrap_err();
    assert_eq!(old.0, "`r` was made with a database of 12 days ago, more than `max_age`");
    let silent = observe("report: r\nmax_age: 7 d", &[("r", &with("{}"))]).unwrap();
    assert!(matches!(silent.facts.get("database_age"), Fact::Unobserved(_)));
}

#[test]
fn evidence_tells_the_way_to_what_is_vulnerable() {
    let npm = r#"{"auditReportVersion": 2, "vulnerabilities": {
        "qs": {"via": [{"dependency": "qs", "url": "x/GHSA-1", "severity": "high"}], "effects": ["body-parser"], "isDirect": false},
        "body-parser": {"via": ["qs"], "effects": ["express"], "isDirect": false}, "express": {"via": ["body-parser"], "effects": [], "isDirect": true}}}"#;
    let pnpm = r#"{"advisories": {"1": {"github_advisory_id": "GHSA-1", "module_name": "qs", "severity": "high", "findings": [{"paths": [".>x>express>body-parser>qs", ".>express>body-parser>qs"]}]}}, "metadata": {}}"#;
    let trivy = r#"{"SchemaVersion": 2, "Results": [{"Target": "package-lock.json",
        "Packages": [{"ID": "web", "Relationship": "root", "DependsOn": ["express"]}, {"ID": "express", "Relationship": "direct", "DependsOn": ["body-parser"]}, {"ID": "body-parser", "Relationship": "indirect", "DependsOn": ["qs"]}, {"ID": "qs", "Relationship": "indirect"}],
        "Vulnerabilities": [{"VulnerabilityID": "CVE-1", "PkgID": "qs", "PkgName": "qs", "InstalledVersion": "6.0.0", "Severity": "HIGH"}]}]}"#;
    for report in [npm, pnpm, trivy] {
        let seen = one(report).unwrap();
        let notes: Vec<String> = seen.evidence.into_iter().filter_map(|item| item.note).collect();
        assert!(notes.iter().any(|note| note.contains(" by express → body-parser → qs")), "{notes:?}");
    }
}

#[test]
fn hostile_reports_end_in_a_reason() {
    for (text, reason) in [
        ("[".repeat(100_000), "recursion limit"),
        (r#"{"runs": [], "runs": []}"#.to_owned(), "key `runs` is there twice"),
        (r#"{"metrics": {"http_reqs": {"count": NaN}}}"#.to_owned(), "is no JSON"),
        (r#"{"metrics": {"http_reqs": {"count": -5, "rate": 1}}}"#.to_owned(), "has no count of `http_reqs`"),
        (r#"{"metrics": {"http_reqs": {"count": 5, "rate": -1}}}"#.to_owned(), "has a negative time or rate"),
        (
            r#"{"auditReportVersion": 2, "vulnerabilities": {}, "metadata": {"dependencies": {"total": -3}}}"#
                .to_owned(),
            "says that `total` is -3",
        ),
        (r#"{"version": "2.1.0", "runs": {}}"#.to_owned(), "has no run of a tool"),
        ("timeStamp,elapsed,success\n1,-4,true\n".to_owned(), "has a sample without its time"),
        ("<testResults>".to_owned() + &"<a>".repeat(100_000), "nested deeper"),
        ("\u{0}\u{1}".to_owned(), "is no report of a known format"),
    ] {
        let unknown = one(&text).unwrap_err().0;
        assert!(unknown.contains(reason), "{unknown}");
    }
}

#[test]
fn wrong_parameters_are_problems() {
    for (yaml, message) in [
        ("report: ../r.json", "`../r.json` leads out of the repository"),
        ("report: r\nformat: sarf", "`sarf` is no format"),
    ] {
        let problems = sample::decode("ingest", yaml).err().unwrap();
        assert_eq!(problems.iter().next().unwrap().message, message, "{yaml}");
    }
    assert!(sample::decode("ingest", "report: r\nmax_age: soon").is_err());
}
