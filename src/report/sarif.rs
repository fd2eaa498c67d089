//! SARIF 2.1.0 (OASIS, <https://docs.oasis-open.org/sarif/sarif/v2.1.0/>): findings for code scanning.
//!
//! A failure is a result of kind `fail` whose level follows its severity, one per place; what could not be observed is
//! a result of kind `open`. A waived failure is suppressed with its reason, and so is what a
//! file asks a specialist to pass over. Every result has a location in the
//! repository: the evidence's, or else where the check is declared, or else the spec.

use std::collections::BTreeSet;

use serde::Serialize;

use super::text::one_line;
use super::{FormatDef, Style, digest};
use crate::model::report::{Check, Evidence, Report, Waiver};
use crate::model::{self, Outcome, Place, Severity};

/// `sarif`
pub(super) static FORMAT: FormatDef = FormatDef {
    name: "sarif",
    doc: "SARIF 2.1.0 for code scanning: failures by place, unknown ones as open",
    extension: "sarif",
    render,
};

const SCHEMA_URI: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const HOME: &str = env!("CARGO_PKG_REPOSITORY");
/// The base that relative paths are relative to (SARIF §3.14.14).
const ROOT: &str = "%SRCROOT%";

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    automation_details: AutomationDetails,
    invocations: [Invocation; 1],
    results: Vec<SarifResult>,
    column_kind: &'static str,
    properties: RunProperties,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: String,
    version: String,
    information_uri: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: String,
    short_description: Text,
    full_description: Text,
    help: Help,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    default_configuration: Configuration,
    properties: RuleProperties,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct RuleProperties {
    tags: Vec<String>,
    severity: &'static str,
    area: String,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
struct Help {
    text: String,
}

#[derive(Serialize)]
struct AutomationDetails {
    id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    exit_code: u8,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RunProperties {
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    proven: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    possible: Option<f64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: String,
    rule_index: usize,
    kind: &'static str,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression>,
    properties: ResultProperties,
}

#[derive(Serialize)]
struct ResultProperties {
    check: String,
    outcome: &'static str,
    /// What a document says where the measurement says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    claim: Option<String>,
}

#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "shipworthy/v1")]
    ours: String,
}

#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    status: &'static str,
    justification: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
}

fn render(report: &Report, _: &Style) -> Vec<u8> {
    let shown = |check: &&Check| {
        matches!(check.outcome, Outcome::Fail | Outcome::Unknown | Outcome::Blocked)
            || suppressed(check).next().is_some()
    };
    let checks: Vec<&Check> = report.checks.iter().filter(shown).collect();
    let rules = rules(&checks);
    let results = checks.iter().flat_map(|check| results(report, check, &rules)).collect();
    let driver = Driver {
        name: one_line(&report.tool.name),
        version: one_line(&report.tool.version),
        information_uri: HOME,
        rules,
    };
    let run = Run {
        tool: Tool { driver },
        automation_details: AutomationDetails { id: "shipworthy/".to_owned() },
        invocations: [Invocation { execution_successful: !report.run.interrupted, exit_code: report.exit.code }],
        results,
        column_kind: "unicodeCodePoints",
        properties: RunProperties {
            verdict: report.verdict.words(),
            proven: report.score.as_ref().map(|score| score.proven.value),
            possible: report.score.as_ref().map(|score| score.possible.value),
        },
    };
    let mut bytes = serde_json::to_vec_pretty(&Log { schema: SCHEMA_URI, version: "2.1.0", runs: [run] })
        .expect("string keys and plain values always serialize");
    bytes.push(b'\n');
    bytes
}

/// One per rule that has results, in order of first appearance.
fn rules(checks: &[&Check]) -> Vec<Rule> {
    let mut seen = BTreeSet::new();
    checks.iter().filter(|check| seen.insert(check.rule.as_str())).map(|check| rule(check)).collect()
}

fn rule(check: &Check) -> Rule {
    let title = one_line(&check.title);
    let why = check.rationale.as_deref().map_or_else(|| title.clone(), one_line);
    let help = check.remedy.as_deref().map_or_else(|| title.clone(), one_line);
    let reference = check.reference.as_deref().filter(|url| url.starts_with("https://") || url.starts_with("http://"));
    Rule {
        id: one_line(&check.rule),
        short_description: Text { text: title },
        full_description: Text { text: why },
        help: Help { text: help },
        help_uri: reference.map(uri),
        default_configuration: Configuration { level: level(check.declared_severity) },
        properties: RuleProperties {
            tags: check.tags.iter().map(|tag| one_line(tag)).collect::<BTreeSet<_>>().into_iter().collect(),
            severity: check.declared_severity.word(),
            area: one_line(&check.area),
        },
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Blocker | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

fn results(report: &Report, check: &Check, rules: &[Rule]) -> Vec<SarifResult> {
    let is_open = matches!(check.outcome, Outcome::Unknown | Outcome::Blocked);
    let placed: Vec<&Evidence> = match check.outcome {
        Outcome::Fail => check.evidence.iter().filter(|evidence| is_finding(evidence)).collect(),
        _ => suppressed(check).collect(),
    };
    let whole = is_open || placed.is_empty();
    let whole = whole.then(|| result(report, check, rules, None));
    whole.into_iter().chain(placed.into_iter().map(|evidence| result(report, check, rules, Some(evidence)))).collect()
}

fn is_finding(evidence: &Evidence) -> bool {
    !evidence.credited && evidence.place.as_ref().is_some_and(inside)
}

/// What a file says to a specialist is accepted, and is.
fn suppressed(check: &Check) -> impl Iterator<Item = &Evidence> {
    check.evidence.iter().filter(|evidence| evidence.is_suppressed() && evidence.place.as_ref().is_some_and(inside))
}

fn result(report: &Report, check: &Check, rules: &[Rule], evidence: Option<&Evidence>) -> SarifResult {
    let is_hint = evidence.is_some_and(Evidence::is_hint);
    let accepted =
        evidence.filter(|evidence| evidence.is_suppressed()).and_then(|evidence| evidence.suppression.as_ref());
    let failed = (check.outcome == Outcome::Fail && !is_hint) || accepted.is_some();
    let place = evidence.and_then(|evidence| evidence.place.clone()).unwrap_or_else(|| home_of(report, check));
    let rule_id = one_line(&check.rule);
    let waiver = digest::waiver_of(check, report).filter(|_| failed);
    SarifResult {
        rule_index: rules.iter().position(|rule| rule.id == rule_id).unwrap_or(0),
        rule_id,
        kind: kind(failed, is_hint),
        // SARIF §3.27.10: any kind but `fail` has level `none`.
        level: if failed { level(check.severity) } else { "none" },
        message: Text { text: message(check, evidence) },
        partial_fingerprints: Fingerprints { ours: fingerprint(check, evidence, &place) },
        locations: [location(&place)],
        suppressions: accepted.map(in_source).into_iter().chain(waiver.map(external)).collect(),
        properties: ResultProperties {
            check: one_line(&check.id),
            outcome: check.outcome.word(),
            claim: digest::said_otherwise(report, check).map(|said| one_line(&said)),
        },
    }
}

fn in_source(suppression: &model::Suppression) -> Suppression {
    let reason = suppression.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let justification = one_line(&format!("{}{reason}", suppression.by));
    Suppression { kind: "inSource", status: "accepted", justification }
}

fn external(waiver: &Waiver) -> Suppression {
    Suppression { kind: "external", status: "accepted", justification: one_line(&waiver.reason) }
}

/// SARIF §3.27.9: what was seen and judged nothing by is informational; what could not be decided is open.
fn kind(failed: bool, is_hint: bool) -> &'static str {
    match (failed, is_hint) {
        (true, _) => "fail",
        (false, true) => "informational",
        (false, false) => "open",
    }
}

fn message(check: &Check, evidence: Option<&Evidence>) -> String {
    let mut parts = vec![check.title.clone()];
    parts.extend(evidence.and_then(|evidence| evidence.note.clone()));
    if evidence.is_some_and(Evidence::is_hint) {
        parts.push(digest::HINT.to_owned());
        return one_line(&parts.join(" "));
    }
    if evidence.is_some_and(Evidence::is_suppressed) {
        return one_line(&parts.join("; "));
    }
    parts.extend(digest::broken(check).iter().map(|line| format!("expected {}, actual {}", line.text, line.actual)));
    parts.extend(check.reason.clone());
    one_line(&parts.join("; "))
}

/// Stable while the finding stays, whatever its line: by the probe's own identity, else by check, file and note.
fn fingerprint(check: &Check, evidence: Option<&Evidence>, place: &Place) -> String {
    let own = evidence.and_then(|evidence| evidence.fingerprint.clone());
    let note = evidence.and_then(|evidence| evidence.note.clone()).unwrap_or_default();
    one_line(&own.map_or_else(|| format!("{}|{}|{note}", check.id, place.file), |own| format!("{}|{own}", check.id)))
}

/// A path inside the repository, not absolute, not upwards, not a URL.
fn inside(place: &Place) -> bool {
    let file = place.file.as_str();
    !file.is_empty()
        && !file.starts_with(['/', '\\'])
        && !file.contains(':')
        && !file.split(['/', '\\']).any(|part| part == "..")
}

fn home_of(report: &Report, check: &Check) -> Place {
    let spec = Place::line(report.run.spec.path.clone(), 1);
    [check.declared_at.clone(), spec].into_iter().find(inside).unwrap_or_else(|| Place::line("shipworthy.yaml", 1))
}

fn location(place: &Place) -> Location {
    let column = (place.line > 0 && place.column > 0).then_some(place.column);
    Location {
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation { uri: uri(&place.file.replace('\\', "/")), uri_base_id: ROOT },
            region: Region { start_line: place.line.max(1), start_column: column },
        },
    }
}

/// Percent-encodes what RFC 3986 does not allow to stand in a URI.
fn uri(text: &str) -> String {
    let encoded = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => char::from(byte).to_string(),
        b'-' | b'.' | b'_' | b'~' | b'/' | b':' | b'?' | b'#' | b'@' | b'=' | b'&' | b'+' | b',' | b';' | b'!'
        | b'(' | b')' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encoded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_inside_the_repository_are_places() {
        for outside in ["/etc/passwd", "../x", "a/../../b", "C:\\x", "https://example.org", ""] {
            assert!(!inside(&Place::file(outside)), "{outside}");
        }
        assert!(inside(&Place::file("src/a b.rs")));
        assert_eq!(uri("src/a b<ü>.rs"), "src/a%20b%3C%C3%BC%3E.rs");
    }
}
