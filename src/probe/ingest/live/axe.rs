//! axe-core: the results of one page, or a list of several. Every node that violates a rule is a finding, rated by
//! `impact` (`serious` is high, `minor` low). Rules that passed show that a page was looked at.

use serde_json::Value as Json;

use crate::probe::ingest::content::{Content, has, items, list, text};
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::report::Report;
use crate::probe::report_file::Written;

fn pages(content: &Content) -> Vec<&Json> {
    let root = content.root();
    if root.is_array() { items(root).iter().collect() } else { vec![root] }
}

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    pages(content).first().is_some_and(|page| has(page, &["violations", "passes"]))
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let mut report = Report::of("axe-core");
    let mut findings = Vec::new();
    let mut looked = 0_u64;
    for page in pages(content) {
        let violations = list(page, "violations");
        looked += u64::from(!violations.is_empty() || !list(page, "passes").is_empty());
        findings.extend(violations.iter().flat_map(|violation| nodes(violation, text(page, "url"))));
        let written = [Written::parse(text(page, "timestamp")), report.written].into_iter().flatten();
        let oldest = written.min_by_key(|written| written.second);
        report = report.version(text(&page["testEngine"], "version"));
        report.written = oldest;
    }
    Ok(report.found(findings).scanned(looked, "pages"))
}

fn nodes(violation: &Json, url: &str) -> Vec<Finding> {
    let level = match text(violation, "impact") {
        "critical" => Some(Level::Critical),
        "serious" => Some(Level::High),
        "moderate" => Some(Level::Medium),
        "minor" => Some(Level::Low),
        _ => None,
    };
    let of = |node: &Json| {
        let subject = format!("{url} {}", node["target"][0].as_str().unwrap_or_default());
        Finding::new(text(violation, "id"), level).of(subject).says(text(violation, "help"))
    };
    list(violation, "nodes").iter().map(of).collect()
}
