//! `cargo deny --format json check`, which writes its messages to standard error, one a line: advisories, bans, licences
//! and sources, rated as a linter's errors and warnings. Its summary shows that it came to an end.

use serde_json::Value as Json;

use crate::probe::ingest::content::{Content, has, line, text, texts};
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    let known = |message: &Json| matches!(text(message, "type"), "diagnostic" | "summary") && has(message, &["fields"]);
    content.stream().iter().any(known)
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let stream = content.stream();
    let of_kind = |kind: &'static str| stream.iter().filter(move |message| text(message, "type") == kind);
    let findings = of_kind("diagnostic").map(|message| finding(&message["fields"])).collect();
    let mut report = Report::of("cargo deny").found(findings);
    report.signs = of_kind("summary").count() as u64;
    if report.signs == 0 {
        report.gap = Some("the report has no summary: it may have been cut off".to_owned());
    }
    Ok(report)
}

fn finding(fields: &Json) -> Finding {
    let level = Level::of_lint(text(fields, "severity"));
    let (advisory, krate) = (&fields["advisory"], &fields["graphs"][0]["Krate"]);
    let code = text(fields, "code");
    let rule = advisory["id"].as_str().unwrap_or(code);
    let subject =
        if krate.is_object() { format!("{} {}", text(krate, "name"), text(krate, "version")) } else { String::new() };
    let finding = Finding::new(rule, level).in_package(subject).alias(texts(advisory, "aliases").chain([code]));
    finding.says(text(fields, "message")).at("Cargo.lock", line(&fields["labels"][0], "line"))
}
