//! `govulncheck -format json`: a stream of messages (golang.org/x/vuln, protocol v1). An advisory is a finding where its
//! code is called, and out of reach where the symbol scan saw only its module or package. The Go database does not rate.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::probe::ingest::content::{Content, has, line, list, text, texts};
use crate::probe::ingest::finding::{Finding, State};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    content.stream().first().is_some_and(|first| has(&first["config"], &["protocol_version"]))
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let stream = content.stream();
    let config = &stream[0]["config"];
    let by_symbol = text(config, "scan_level") == "symbol";
    let mut found: BTreeMap<&str, Finding> = BTreeMap::new();
    for told in stream.iter().map(|message| &message["finding"]).filter(|told| told.is_object()) {
        let id = text(told, "osv");
        let finding = found.entry(id).or_insert_with(|| unreached(id, stream));
        let frame = &told["trace"][0];
        finding.fixable |= !text(told, "fixed_version").is_empty();
        finding.subject = format!("{} {}", text(frame, "module"), text(frame, "version"));
        finding.in_package = true;
        if !by_symbol || has(frame, &["function"]) {
            finding.state = State::Open;
            if let Some(call) = list(told, "trace").last() {
                finding.file = call["position"]["filename"].as_str().map(str::to_owned);
                finding.line = line(&call["position"], "line");
            }
        }
    }
    let mut report = Report::of("govulncheck").version(text(config, "scanner_version"));
    report = report.database(text(config, "db_last_modified"));
    let says = |message: &Json| text(&message["progress"], "message").starts_with("Scanning your");
    report.signs = u64::from(stream.iter().any(says));
    let modules = stream.iter().map(|message| list(&message["SBOM"], "modules").len()).max().unwrap_or(0);
    let report = report.found(found.into_values().collect());
    Ok(if modules > 0 { report.scanned(modules, "modules") } else { report })
}

fn unreached(id: &str, stream: &[Json]) -> Finding {
    let osv = stream.iter().map(|message| &message["osv"]).find(|osv| osv["id"] == id).unwrap_or(&Json::Null);
    let finding = Finding::new(id, None).alias(texts(osv, "aliases")).says(text(osv, "summary"));
    Finding { state: State::Unreachable, ..finding.since(osv["published"].as_str()) }
}
