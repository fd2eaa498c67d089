//! `kube-linter lint --format json`: reports of checks, not rated. The checks that were on show that it looked.

use crate::probe::ingest::content::{Content, list, text};
use crate::probe::ingest::finding::Finding;
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    content.has(&["Checks", "Reports"])
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let root = content.root();
    let found = list(root, "Reports").iter().map(|found| {
        let object = &found["Object"]["K8sObject"];
        let kind = text(&object["GroupVersionKind"], "Kind");
        Finding::new(text(found, "Check"), None)
            .of(format!("{kind} {} {}", text(object, "Namespace"), text(object, "Name")))
            .says(text(&found["Diagnostic"], "Message"))
            .at(text(&found["Object"]["Metadata"], "FilePath"), 0)
    });
    let summary = &root["Summary"];
    let report = Report::of("kube-linter").version(text(summary, "KubeLinterVersion"));
    let mut report = report.written(text(summary, "CheckEndTime")).found(found.collect());
    report.signs = list(root, "Checks").len() as u64;
    Ok(report)
}
