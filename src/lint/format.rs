//! Findings as text, JSON, SARIF or Markdown.

use serde_json::{Value, json};

use super::{Finding, RULES};
use crate::model::outcome::Severity;

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For a person: `file:line: severity L03: message`.
    Text,
    /// `[{"rule", "severity", "places": [{"line"}], "message", "arithmetic"}]`
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// A table.
    Markdown,
}

/// Every format by its name.
pub const FORMATS: &[(&str, Format)] =
    &[("text", Format::Text), ("json", Format::Json), ("sarif", Format::Sarif), ("markdown", Format::Markdown)];

/// The findings of a document; `version` is that of the tool, for SARIF.
pub fn render(findings: &[Finding], file: &str, version: &str, format: Format) -> String {
    match format {
        Format::Text => text(findings, file),
        Format::Json => format!("{:#}\n", Value::Array(findings.iter().map(object).collect())),
        Format::Sarif => format!("{:#}\n", sarif(findings, file, version)),
        Format::Markdown => markdown(findings),
    }
}

/// Text of a document without control characters, which could steer a terminal.
fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}

fn lines(finding: &Finding) -> String {
    finding.lines.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
}

fn text(findings: &[Finding], file: &str) -> String {
    let mut text = String::new();
    for finding in findings {
        let line = finding.lines.first().copied().unwrap_or(1);
        text.push_str(&format!("{file}:{line}: {} {}: {}\n", finding.severity, finding.rule, plain(&finding.message)));
        if finding.lines.len() > 1 {
            text.push_str(&format!("    lines: {}\n", lines(finding)));
        }
        if let Some(arithmetic) = &finding.arithmetic {
            text.push_str(&format!("    arithmetic: {}\n", plain(arithmetic)));
        }
    }
    text
}

fn object(finding: &Finding) -> Value {
    json!({
        "rule": finding.rule,
        "severity": finding.severity.word(),
        "places": finding.lines.iter().map(|line| json!({ "line": line })).collect::<Vec<_>>(),
        "message": finding.message,
        "arithmetic": finding.arithmetic,
    })
}

fn sarif(findings: &[Finding], file: &str, version: &str) -> Value {
    let mut rules: Vec<Value> = Vec::new();
    for rule in RULES {
        if !rules.iter().any(|known| known["id"] == rule.id) {
            rules.push(json!({ "id": rule.id, "name": rule.title, "shortDescription": { "text": rule.doc } }));
        }
    }
    let place = |line: &u32| json!({ "physicalLocation": { "artifactLocation": { "uri": address(file) }, "region": { "startLine": line } } });
    let result = |finding: &Finding| {
        let arithmetic = finding.arithmetic.as_ref().map(|text| format!(" ({text})")).unwrap_or_default();
        let level = match finding.severity {
            Severity::Blocker | Severity::High => "error",
            Severity::Medium => "warning",
            Severity::Low => "note",
        };
        json!({
            "ruleId": finding.rule,
            "level": level,
            "message": { "text": format!("{}{arithmetic}", finding.message) },
            "locations": finding.lines.iter().take(1).map(place).collect::<Vec<_>>(),
            "relatedLocations": finding.lines.iter().skip(1).map(place).collect::<Vec<_>>(),
        })
    };
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "shipworthy", "version": version, "rules": rules } },
            "results": findings.iter().map(result).collect::<Vec<_>>(),
        }],
    })
}

/// A path as a relative URI.
fn address(file: &str) -> String {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/');
    file.bytes()
        .map(|byte| if unreserved(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn markdown(findings: &[Finding]) -> String {
    let cell = |text: &str| {
        let mut escaped = String::new();
        for letter in plain(text).chars() {
            if matches!(letter, '|' | '<' | '>' | '[' | ']' | '*' | '_' | '\\' | '#' | '&' | '!' | '~') {
                escaped.push('\\');
            }
            escaped.push(letter);
        }
        escaped
    };
    let mut text =
        String::from("| Rule | Severity | Lines | Finding | Arithmetic |\n| --- | --- | --- | --- | --- |\n");
    for finding in findings {
        let arithmetic = finding.arithmetic.as_deref().map(cell).unwrap_or_default();
        let row = format!(
            "| {} | {} | {} | {} | {arithmetic} |\n",
            finding.rule,
            finding.severity,
            lines(finding),
            cell(&finding.message)
        );
        text.push_str(&row);
    }
    text
}
