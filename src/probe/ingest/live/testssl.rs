//! testssl.sh (`--jsonfile`, flat, and `--jsonfile-pretty`): every line with its own severity; `OK`, `INFO`, `WARN` and
//! `DEBUG` are no findings. A `FATAL` line says that the scan did not take place.

use serde_json::Value as Json;

use crate::probe::ingest::content::{Content, entries, has, items, list, text};
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::report::Report;
use crate::probe::report_file::Written;

const KEYS: &[&str] = &["id", "severity", "finding"];
/// Severities that are no findings (testssl.sh, manual, "severity").
const WELL: &[&str] = &["OK", "INFO", "WARN", "DEBUG"];

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    has(content.first(), KEYS) || content.has(&["scanResult", "Invocation"])
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let root = content.root();
    let pretty = list(root, "scanResult").iter().flat_map(|host| entries(host).flat_map(|(_, section)| items(section)));
    let lines: Vec<&Json> = items(root).iter().chain(pretty).filter(|line| has(line, KEYS)).collect();
    if let Some(fatal) = lines.iter().find(|line| line["severity"] == "FATAL") {
        return Err(format!("says that the scan failed: {}", text(fatal, "finding")));
    }
    let found = lines.iter().filter(|line| !WELL.contains(&text(line, "severity"))).map(|line| {
        let level = Level::of_word(text(line, "severity"));
        let subject = format!("{}:{}", text(line, "ip"), text(line, "port"));
        let subject = if subject == ":" { String::new() } else { subject };
        Finding::new(text(line, "id"), level).of(subject).says(text(line, "finding"))
    });
    let mut report = Report::of("testssl.sh").version(text(root, "version")).found(found.collect());
    report.written = text(root, "startTime").parse().ok().map(Written::epoch);
    Ok(report.scanned(lines.len(), "checks"))
}
