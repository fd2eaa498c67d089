//! Every format tells the same story: ids, outcomes and scores are read back out of each and compared.

use std::collections::BTreeMap;

use shipworthy::model::Outcome;
use shipworthy::model::report::Report;
use shipworthy::report::{FORMATS, Style, Verbosity, json};

use super::{rendered, sample};

/// Check id → outcome, as the report has it.
fn outcomes(report: &Report) -> BTreeMap<String, String> {
    report.checks.iter().map(|check| (check.id.clone(), check.outcome.word().to_owned())).collect()
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let from = text.find(before)? + before.len();
    Some(&text[from..from + text[from..].find(after)?])
}

#[test]
fn junit_has_every_check_with_its_outcome() {
    let report = sample::rich();
    let text = rendered("junit", &report, &Style::default());
    let seen: BTreeMap<String, String> = text
        .split("<testcase ")
        .skip(1)
        .map(|case| {
            let id = between(case, "name=\"", "\"").unwrap();
            (id.to_owned(), between(case, "name=\"outcome\" value=\"", "\"").unwrap().to_owned())
        })
        .collect();
    assert_eq!(seen, outcomes(&report));
    assert!(text.contains("<property name=\"proven\" value=\"41.6\"/>"), "{text}");
    // Four failures count, one is waived, one announced; two are unknown and one blocked; two do not apply.
    assert!(text.contains("tests=\"12\" skipped=\"4\" failures=\"4\" errors=\"3\""), "{text}");
}

#[test]
fn html_has_every_check_with_its_outcome() {
    let report = sample::rich();
    let text = rendered("html", &report, &Style::default());
    let seen: BTreeMap<String, String> = text
        .split("data-check=\"")
        .skip(1)
        .map(|rest| {
            let id = &rest[..rest.find('"').unwrap()];
            (id.to_owned(), between(rest, "data-outcome=\"", "\"").unwrap().to_owned())
        })
        .collect();
    assert_eq!(seen, outcomes(&report));
}

#[test]
fn markdown_has_every_check_with_its_outcome() {
    let report = sample::rich();
    let text = rendered("markdown", &report, &Style::default());
    let areas = between(&text, "\n## Areas\n", "\n## ").unwrap();
    let apart = between(&text, "\n## Not applicable", "\n## ").unwrap();
    let mut seen = BTreeMap::new();
    for line in areas.lines().chain(apart.lines()).filter(|line| line.starts_with("- ")) {
        let outcome = match line.split(' ').nth(1).unwrap() {
            "✅" => "pass",
            "❌" | "⚠️" => "fail",
            "❔" if line.contains(", blocked") => "blocked",
            "❔" => "unknown",
            "➖" => "n/a",
            other => panic!("{other}"),
        };
        seen.insert(between(line, "(`", "`").unwrap().to_owned(), outcome.to_owned());
    }
    assert_eq!(seen, outcomes(&report));
}

#[test]
fn the_verbose_terminal_has_every_check_and_the_recap_counts_them() {
    let report = sample::rich();
    let style = Style { width: 200, verbosity: Verbosity::Verbose, ..Style::default() };
    let text = rendered("terminal", &report, &style);
    for check in &report.checks {
        assert!(text.contains(&check.id), "{}", check.id);
    }
    let count = |outcome: Outcome| report.checks.iter().filter(|check| check.outcome == outcome).count();
    let words = [Outcome::Pass, Outcome::Fail, Outcome::Unknown, Outcome::Blocked, Outcome::NotApplicable]
        .map(|outcome| format!("{} {outcome}", count(outcome)))
        .join(", ");
    assert!(text.trim_end().ends_with(&words), "{text}");
}

#[test]
fn sarif_has_a_result_for_all_that_fails_or_is_not_known() {
    let report = sample::rich();
    let log: serde_json::Value = serde_json::from_str(&rendered("sarif", &report, &Style::default())).unwrap();
    let run = &log["runs"][0];
    let mut seen = BTreeMap::new();
    for result in run["results"].as_array().unwrap() {
        let properties = &result["properties"];
        seen.insert(
            properties["check"].as_str().unwrap().to_owned(),
            properties["outcome"].as_str().unwrap().to_owned(),
        );
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(!uri.starts_with('/') && !uri.is_empty(), "{uri}");
        assert!(place["region"]["startLine"].as_u64().unwrap() >= 1);
        assert_eq!(result["kind"] == "fail", result["level"] != "none");
        assert!(!result["partialFingerprints"]["shipworthy/v1"].as_str().unwrap().is_empty());
    }
    let mut expected = outcomes(&report);
    expected.retain(|_, outcome| ["fail", "unknown", "blocked"].contains(&outcome.as_str()));
    assert_eq!(seen, expected);
    assert_eq!(run["properties"]["proven"], 41.66);
}

#[test]
fn github_annotates_all_that_fails_or_is_not_known() {
    let report = sample::rich();
    let text = rendered("github", &report, &Style::default());
    for (id, outcome) in outcomes(&report) {
        let shown = text.contains(&format!("title={outcome} ")) && text.contains(&format!("%3A {id}::"));
        assert_eq!(shown, ["fail", "unknown", "blocked"].contains(&outcome.as_str()), "{id}");
    }
}

#[test]
fn every_format_for_people_shows_the_same_scores_and_verdict() {
    for report in [sample::rich(), sample::ready(), sample::inconclusive()] {
        let shown = |name| rendered(name, &report, &Style::default());
        let score = report.score.as_ref().unwrap();
        let floored = |value: f64| format!("{:.1}", (value * 10.0 + 1e-6).floor() / 10.0);
        let (proven, possible) = (floored(score.proven.value), floored(score.possible.value));
        let interval = if proven == possible { format!("{proven} %") } else { format!("{proven} … {possible} %") };
        for name in ["terminal", "markdown", "html", "github", "badge", "badge-svg"] {
            let text = shown(name).replace("%25", "%");
            assert!(text.contains(&interval), "{name}: {interval}");
            assert!(text.to_lowercase().contains(report.verdict.words()), "{name}");
        }
    }
}

#[test]
fn a_report_survives_json_and_renders_the_same() {
    for report in [sample::rich(), sample::ready(), sample::inconclusive(), sample::hostile()] {
        let again = json::read(&json::write(&report)).unwrap();
        assert_eq!(again, report);
        for format in FORMATS {
            for verbosity in [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose] {
                let style = Style { verbosity, ..Style::default() };
                assert_eq!((format.render)(&again, &style), (format.render)(&report, &style), "{}", format.name);
            }
        }
    }
}

#[test]
fn style_never_changes_what_machines_read() {
    let report = sample::rich();
    let loud = Style { width: 200, color: true, unicode: false, verbosity: Verbosity::Quiet, hyperlinks: true };
    for format in FORMATS.iter().filter(|format| format.name != "terminal") {
        assert_eq!((format.render)(&report, &loud), (format.render)(&report, &Style::default()), "{}", format.name);
    }
}
