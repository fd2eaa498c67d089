//! `polaris audit --format json`: `danger` is high, `warning` medium, `ignore` nothing (Polaris, severity levels).

use serde_json::Value as Json;

use crate::probe::ingest::content::{Content, entries, list, text};
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    content.has(&["PolarisOutputVersion", "Results"])
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let root = content.root();
    let objects = list(root, "Results");
    let mut findings = Vec::new();
    for object in objects {
        let subject = format!("{} {}", text(object, "Kind"), text(object, "Name"));
        let pod = &object["PodResult"];
        findings.extend(failed(&object["Results"], &subject));
        findings.extend(failed(&pod["Results"], &subject));
        for container in list(pod, "ContainerResults") {
            let subject = format!("{subject} {}", text(container, "Name"));
            findings.extend(failed(&container["Results"], &subject));
        }
    }
    let report = Report::of("polaris").written(text(root, "AuditTime"));
    Ok(report.found(findings).scanned(objects.len(), "objects"))
}

fn failed(results: &Json, subject: &str) -> Vec<Finding> {
    let failed = entries(results).filter(|(_, result)| result["Success"] == false && result["Severity"] != "ignore");
    failed
        .map(|(id, result)| {
            let level = match text(result, "Severity") {
                "danger" => Some(Level::High),
                "warning" => Some(Level::Medium),
                _ => None,
            };
            Finding::new(id.as_str(), level).of(subject).says(text(result, "Message"))
        })
        .collect()
}
