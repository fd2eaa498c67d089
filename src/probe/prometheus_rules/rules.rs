//! One rule file: the digest that the sweep keeps.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::probe::finding::Finding;
use crate::probe::yaml_file::{self, YamlFault, at};
use crate::world::{FileBytes, text_of};
use crate::yaml::Node;

use super::symptom::symptoms;

/// What is known of one file.
#[derive(Clone, Debug, Default)]
pub(super) struct RuleFile {
    pub(super) alerts: usize,
    pub(super) recordings: usize,
    pub(super) findings: Vec<Finding>,
    /// Positions of the kinds of symptom covered.
    pub(super) symptoms: BTreeSet<usize>,
    /// Percentage that each alert reaches.
    pub(super) quality: Vec<u32>,
    /// Alert, line and path of runbooks that are files.
    pub(super) runbooks: Vec<(String, u32, String)>,
}

/// The questions that [`may_hold_rules`] asks: the keys that every rule file has.
pub(super) fn questions() -> Vec<Vec<Vec<u8>>> {
    [&["groups:"][..], &["alert:", "record:"], &["expr:"]]
        .map(|keys| keys.iter().map(|key| key.as_bytes().to_vec()).collect())
        .to_vec()
}

/// Whether a file has all of the keys.
pub(super) fn may_hold_rules(file: &FileBytes<'_>) -> bool {
    (0..3).all(|question| file.may_hold(question))
}

/// Reads a file; `Ok(None)` is YAML without rule groups.
pub(super) fn read(path: &str, bytes: &[u8]) -> Result<Option<RuleFile>, YamlFault> {
    let text = text_of(bytes);
    let has_rules = text.contains("alert:") || text.contains("record:");
    if !text.contains("groups:") || !has_rules || !text.contains("expr:") {
        return Ok(None);
    }
    let documents = match yaml_file::read_all(path, bytes) {
        Ok(documents) => documents,
        // Blocks of a template engine: what comes out is not known.
        Err(fault) if text.contains("{{-") => {
            let reason = "a template: render it and name the result in `glob`".to_owned();
            return Err(YamlFault { line: fault.line, reason });
        }
        Err(fault) => return Err(fault),
    };
    let mut file = RuleFile::default();
    for document in &documents {
        let is_object = document.get("kind").and_then(Node::text) == Some("PrometheusRule");
        let groups = if is_object { at(document, &["spec", "groups"]) } else { document.get("groups") };
        file.groups(groups.map(Node::items).unwrap_or_default());
    }
    Ok((file.alerts + file.recordings + file.findings.len() > 0).then_some(file))
}

/// Durations of Prometheus: falling units, such as `1h30m`.
static DURATION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("^(0|([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?)$")
        .expect("a fixed pattern")
});

impl RuleFile {
    fn groups(&mut self, groups: &[Node]) {
        let mut names = BTreeSet::new();
        for group in groups {
            let rules = group.get("rules").map(Node::items).unwrap_or_default();
            match group.get("name").and_then(Node::text) {
                None => self.malformed(group, "group", "a group without a name"),
                Some(name) if !names.insert(name.to_owned()) => {
                    self.malformed(group, name, &format!("the group `{name}` stands twice in this file"));
                }
                Some(_) => {}
            }
            rules.iter().for_each(|rule| self.rule(rule));
        }
    }

    fn malformed(&mut self, node: &Node, subject: &str, note: &str) {
        self.findings.push(Finding::new("malformed_rules", node.span.line, subject, note));
    }

    fn rule(&mut self, rule: &Node) {
        let text = |key: &str| rule.get(key).and_then(Node::text).filter(|text| !text.trim().is_empty());
        let (alert, record) = (text("alert"), text("record"));
        let name = alert.or(record).unwrap_or("rule");
        if alert.is_some() == record.is_some() {
            self.malformed(rule, name, "a rule is either an `alert` or a `record`");
            return;
        }
        let Some(expression) = text("expr") else {
            self.malformed(rule, name, &format!("`{name}` has no `expr`"));
            return;
        };
        if let Some(delay) = text("for").filter(|delay| !DURATION.is_match(delay)) {
            self.malformed(rule, name, &format!("`{name}`: `for: {delay}` is no duration"));
        }
        match alert {
            Some(alert) => self.alert(rule, alert, expression),
            None => self.recordings += 1,
        }
    }

    fn alert(&mut self, rule: &Node, name: &str, expression: &str) {
        self.alerts += 1;
        self.symptoms.extend(symptoms(&format!("{name} {expression}")));
        let at = |path: [&str; 2]| at(rule, &path).and_then(Node::text).filter(|text| !text.trim().is_empty());
        let severity = at(["labels", "severity"]);
        let runbook = at(["annotations", "runbook_url"]).or_else(|| at(["annotations", "runbook"]));
        let is_quiet = matches!(severity, Some("info" | "none"));
        let delay = rule.get("for").and_then(Node::text).is_some_and(|delay| !delay.starts_with('0'));
        let line = rule.span.line;
        let mut percent = 0;
        for (is_met, fact, note) in [
            (severity.is_some(), "without_severity", "has no label `severity`"),
            (delay || is_burn_rate(name, expression), "without_for", "fires at once"),
            (
                at(["annotations", "summary"]).or_else(|| at(["annotations", "description"])).is_some(),
                "without_summary",
                "does not say what is wrong",
            ),
            (runbook.is_some() || is_quiet, "without_runbook", "has no runbook"),
        ] {
            if is_met {
                percent += 25;
            } else {
                self.findings.push(Finding::new(fact, line, name, format!("`{name}` {note}")));
            }
        }
        self.quality.push(percent);
        if let Some(path) = runbook.filter(|path| is_file(path)) {
            self.runbooks.push((name.to_owned(), line, path.to_owned()));
        }
    }
}

/// Pairs of windows, as the SRE workbook has them, are their own delay.
fn is_burn_rate(name: &str, expression: &str) -> bool {
    let text = format!("{name} {expression}").to_ascii_lowercase();
    text.contains("burn") || (expression.contains(" and ") && expression.matches('[').count() >= 2)
}

/// Whether a runbook is a path, not an address or a template.
fn is_file(path: &str) -> bool {
    !path.contains("://") && !path.contains("{{") && path.contains('.') && !path.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(rules: &str) -> RuleFile {
        let text = format!("groups:\n- name: g\n  rules:\n{rules}");
        read("a.yml", text.as_bytes()).expect("it is YAML").expect("it has rules")
    }

    fn facts(rules: &str) -> Vec<&'static str> {
        file(rules).findings.iter().map(|finding| finding.fact).collect()
    }

    #[test]
    fn a_bare_alert_lacks_everything() {
        let lacking = ["without_severity", "without_for", "without_summary", "without_runbook"];
        assert_eq!(facts("  - alert: A\n    expr: up == 0\n"), lacking);
    }

    #[test]
    fn burn_rates_need_no_delay_and_quiet_alerts_no_runbook() {
        let burn = "  - alert: Burn\n    expr: a[1h] > 1 and a[5m] > 1\n    labels: {severity: info}\n    annotations: {summary: x}\n";
        assert!(facts(burn).is_empty());
    }

    #[test]
    fn shape_is_checked_before_quality() {
        assert_eq!(facts("  - alert: A\n    record: b\n    expr: up\n"), ["malformed_rules"]);
        assert_eq!(facts("  - record: a\n  - record: b\n    expr: up\n"), ["malformed_rules"]);
        assert_eq!(facts("  - record: b\n    expr: up\n    for: soon\n"), ["malformed_rules"]);
    }

    #[test]
    fn objects_of_the_operator_are_read_and_other_yaml_is_not() {
        let object = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec:\n  groups:\n  - name: g\n    rules:\n    - alert: A\n      expr: up == 0\n";
        assert_eq!(read("a.yml", object.as_bytes()).expect("YAML").map(|file| file.alerts), Some(1));
        assert!(read("a.yml", b"groups: [a]\n").expect("YAML").is_none());
    }
}
