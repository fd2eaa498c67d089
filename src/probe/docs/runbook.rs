//! What a set of runbooks covers: the usual scenarios, the quality of its pages, the alerts that wake somebody.

use std::collections::{BTreeMap, BTreeSet};

use super::page::{Page, words_only};
use super::written::Written;
use crate::model::{Certainty, Exact, Facts, Value};
use crate::probe::finding::{Finding, Findings};
use crate::probe::prometheus_rules::Paging;

/// Scenarios that a set of runbooks needs (catalogue, ops/runbooks), with words that headings and file names have of them.
const SCENARIOS: &[(&str, &[&str])] = &[
    (
        "restart or scale",
        &["restart", "scal", "capacity", "out of memory", "oom", "crash", "pod", "not ready", "down", "unavailab"],
    ),
    ("rollback", &["rollback", "roll back", "rolling back", "revert", "bad deploy", "bad release", "failed deploy"]),
    (
        "dependency down",
        &[
            "dependenc",
            "third party",
            "provider",
            "upstream",
            "payment",
            "external",
            "queue",
            "broker",
            "redis",
            "cache",
        ],
    ),
    (
        "database",
        &["database", "postgres", "mysql", "db ", "replica", "failover", "disk", "storage", "slow quer", "connection"],
    ),
    ("rotation", &["certificate", "secret", "key rotation", "rotat", "expir", "tls", "credential"]),
    ("restore", &["restor", "backup", "recover"]),
    ("errors or latency", &["error", "latency", "slow", "5xx", "timeout", "burn rate", "response time"]),
];

/// Sets the facts of runbooks.
pub(super) fn observe(
    pages: &BTreeMap<&str, &Page>,
    found: &[(&str, usize)],
    total: usize,
    findings: &mut Findings,
    facts: &mut Facts,
) {
    let covered: BTreeSet<&str> = pages.iter().flat_map(|(path, page)| covered(path, page)).collect();
    let missing: Vec<&str> = SCENARIOS.iter().map(|(name, _)| *name).filter(|name| !covered.contains(name)).collect();
    let share = Exact::ratio(covered.len() as u64, SCENARIOS.len() as u64);
    facts.present("scenario_ratio", Value::Number(share.unwrap_or_else(Exact::zero)));
    for path in pages.keys().take(1).filter(|_| !missing.is_empty()) {
        let note = format!("no page is about: {}", missing.join(", "));
        findings.push(path, Finding::new("scenario_ratio", 0, "scenarios", note).with(Certainty::Likely));
    }
    let missing = missing.into_iter().map(|name| Value::Text(name.to_owned())).collect();
    facts.present("missing_scenarios", Value::List(missing));
    // A page without a command is prose, whatever its headings say.
    let reached =
        |path: &str, sections: usize| sections + usize::from(pages.get(path).is_some_and(|page| page.code_blocks > 0));
    let sum: usize = found.iter().map(|(path, sections)| reached(path, *sections)).sum();
    let quality = Exact::ratio(sum as u64, ((total + 1) * found.len()) as u64);
    facts.present("quality_ratio", Value::Number(quality.unwrap_or_else(Exact::zero)));
    for (path, sections) in found.iter().filter(|(path, sections)| reached(path, *sections) <= total) {
        let block = if reached(path, *sections) == *sections { ", and no command" } else { "" };
        let note = format!("has {sections} of {total} sections{block}");
        findings.push(path, Finding::new("quality_ratio", 0, *path, note).with(Certainty::Likely));
    }
}

fn covered(path: &str, page: &Page) -> Vec<&'static str> {
    let stem = words_only(path.rsplit('/').next().unwrap_or(path));
    let titles: Vec<String> = page.sections.iter().map(|section| format!(" {} ", section.title)).collect();
    let says = |word: &&str| {
        let at_start = format!(" {word}");
        titles.iter().any(|title| title.contains(&at_start)) || format!(" {stem} ").contains(&at_start)
    };
    SCENARIOS.iter().filter(|(_, words)| words.iter().any(&says)).map(|(name, _)| *name).collect()
}

/// Sets `paging_alerts` and `unlinked_alerts`, and gives the share that a page names: all where nothing wakes anybody.
pub(super) fn alerts(
    alerts: &[(&str, &Paging)],
    pages: &BTreeMap<&str, &Page>,
    written: &BTreeMap<&str, &Written>,
    findings: &mut Findings,
) -> (usize, Exact) {
    let named = |alert: &Paging| {
        let title = words_only(&alert.name);
        written.values().any(|written| written.names.contains(&alert.name))
            || pages.iter().any(|(path, page)| {
                let stem = path.rsplit('/').next().and_then(|base| base.rsplit_once('.')).map_or("", |(stem, _)| stem);
                stem.eq_ignore_ascii_case(&alert.name) || page.sections.iter().any(|section| section.title == title)
            })
    };
    let open: Vec<_> = alerts.iter().filter(|(_, alert)| !alert.elsewhere && !named(alert)).collect();
    for (path, alert) in &open {
        let note = format!("`{}` wakes somebody, and no runbook names it", alert.name);
        findings.push(path, Finding::new("unlinked_alerts", alert.line, alert.name.as_str(), note));
    }
    let share = Exact::ratio((alerts.len() - open.len()) as u64, alerts.len() as u64);
    (alerts.len(), share.unwrap_or_else(Exact::one))
}
