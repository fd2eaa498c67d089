//! One rule file: the digest that the sweep keeps.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::probe::finding::Finding;
use crate::probe::unrendered::{self, Fault};
use crate::probe::yaml_file::{self, at};
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
    /// The line above the text that is read, where that stands in another document.
    above: u32,
    /// Alerts that wake somebody.
    pub(super) paging: Vec<Paging>,
}

/// An alert that wakes somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Paging {
    pub(crate) name: String,
    pub(crate) line: u32,
    /// Its runbook has an address outside of the repository.
    pub(crate) elsewhere: bool,
}

/// Severities that wake somebody (Prometheus, "Alerting"; the words of Alertmanager's own examples and of mixins).
const WAKING: &[&str] = &["critical", "page", "urgent", "emergency", "sev1", "p1"];

/// The questions that [`may_hold_rules`] asks: the keys that every rule file has, in YAML, JSON or jsonnet.
pub(super) fn questions() -> Vec<Vec<Vec<u8>>> {
    const GROUPS: &[&str] = &["groups:", "\"groups\"", "groups+:"];
    const RULES: &[&str] = &["alert:", "\"alert\"", "record:", "\"record\"", "condition:", "\"condition\""];
    [GROUPS, RULES, &["expr:", "\"expr\"", "datasourceUid"]]
        .map(|keys| keys.iter().map(|key| key.as_bytes().to_vec()).collect())
        .to_vec()
}

/// Whether a file has all of the keys.
pub(super) fn may_hold_rules(file: &FileBytes<'_>) -> bool {
    (0..3).all(|question| file.may_hold(question))
}

/// How deep below the top of a document groups of rules are looked for: values of charts nest them.
const DEEPEST: usize = 8;

/// Reads a file; `Ok(None)` is a file without rule groups.
pub(super) fn read(path: &str, bytes: &[u8]) -> Result<Option<RuleFile>, Fault> {
    let text = text_of(bytes);
    let speaks = |words: [&str; 3]| words.iter().any(|word| text.contains(word));
    if !text.contains("groups")
        || !speaks(["alert", "record", "condition"])
        || !speaks(["expr:", "\"expr\"", "datasourceUid"])
    {
        return Ok(None);
    }
    unrendered::jsonnet(path)?;
    let documents = yaml_file::read_all(path, bytes).map_err(|fault| unrendered::fault(fault, &text))?;
    let mut file = RuleFile::default();
    for document in &documents {
        file.within(path, document, DEEPEST)?;
    }
    Ok((file.alerts + file.recordings + file.findings.len() > 0).then_some(file))
}

/// Whether a list holds groups of rules: of Prometheus and its kin, or of Grafana's provisioning.
fn are_groups(groups: &Node) -> bool {
    let rules = groups.items().iter().filter_map(|group| group.get("rules")).flat_map(Node::items);
    rules.into_iter().any(|rule| {
        rule.get("alert").is_some() || rule.get("record").is_some() || (rule.get("expr").is_some() || is_grafanas(rule))
    })
}

/// Whether a text in a document is a rule file itself.
fn is_rule_file(text: &str) -> bool {
    text.contains("expr:") && text.lines().any(|line| line.trim_end() == "groups:")
}

/// A rule of Grafana's own alerting: a title, and queries in `data` (Grafana, "Provision alerting resources").
fn is_grafanas(rule: &Node) -> bool {
    rule.get("title").is_some() && rule.get("condition").is_some() && rule.get("data").is_some()
}

/// Durations of Prometheus: falling units, such as `1h30m`.
static DURATION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("^(0|([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?)$")
        .expect("a fixed pattern")
});

impl RuleFile {
    /// Groups of rules anywhere in a document: at the top, in `spec`, in values of a chart, in a text of a `ConfigMap`.
    fn within(&mut self, path: &str, node: &Node, deep: usize) -> Result<(), Fault> {
        if let Some(groups) = node.get("groups").filter(|groups| are_groups(groups)) {
            self.groups(groups.items());
        }
        if deep == 0 {
            return Ok(());
        }
        if let Some(text) = node.text().filter(|text| is_rule_file(text)) {
            return self.embedded(path, node, text);
        }
        let below = node.entries().iter().filter(|(key, _)| key.text != "groups").map(|(_, value)| value);
        below.chain(node.items()).try_for_each(|inner| self.within(path, inner, deep - 1))
    }

    /// A rule file as a text in another document.
    fn embedded(&mut self, path: &str, node: &Node, text: &str) -> Result<(), Fault> {
        let above = self.above;
        let before = node.span.line.saturating_sub(1);
        self.above += before;
        let documents = yaml_file::read_all(path, text.as_bytes()).map_err(|mut fault| {
            fault.line += before;
            unrendered::fault(fault, text)
        })?;
        documents.iter().try_for_each(|document| self.within(path, document, 1))?;
        self.above = above;
        Ok(())
    }

    fn line(&self, node: &Node) -> u32 {
        self.above + node.span.line
    }

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
            let severity = at(group, &["labels", "severity"]).and_then(Node::text);
            rules.iter().for_each(|rule| self.rule(rule, severity));
        }
    }

    fn malformed(&mut self, node: &Node, subject: &str, note: &str) {
        self.findings.push(Finding::new("malformed_rules", self.line(node), subject, note));
    }

    /// A rule, with the severity that its group gives to all of its rules.
    fn rule(&mut self, rule: &Node, severity: Option<&str>) {
        let text = |key: &str| rule.get(key).and_then(Node::text).filter(|text| !text.trim().is_empty());
        if is_grafanas(rule) {
            let title = text("title").unwrap_or("rule");
            return self.alert(rule, title, &asked(rule), severity);
        }
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
            Some(alert) => self.alert(rule, alert, expression, severity),
            None => self.recordings += 1,
        }
    }

    fn alert(&mut self, rule: &Node, name: &str, expression: &str, of_group: Option<&str>) {
        self.alerts += 1;
        self.symptoms.extend(symptoms(&format!("{name} {expression}")));
        let at = |path: [&str; 2]| at(rule, &path).and_then(Node::text).filter(|text| !text.trim().is_empty());
        let severity = at(["labels", "severity"]).or(of_group);
        let runbook = at(["annotations", "runbook_url"]).or_else(|| at(["annotations", "runbook"]));
        let is_quiet = matches!(severity, Some("info" | "none"));
        let delay = rule.get("for").and_then(Node::text).is_some_and(|delay| !delay.starts_with('0'));
        let line = self.line(rule);
        if severity.is_some_and(|severity| WAKING.contains(&severity.to_ascii_lowercase().as_str())) {
            let elsewhere = runbook.is_some_and(|runbook| runbook.contains("://"));
            self.paging.push(Paging { name: name.to_owned(), line, elsewhere });
        }
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

/// What the queries of one of Grafana's rules ask.
fn asked(rule: &Node) -> String {
    let queries = rule.get("data").map(Node::items).unwrap_or_default();
    let texts = queries.iter().filter_map(|query| at(query, &["model", "expr"])?.text());
    texts.collect::<Vec<_>>().join(" ")
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
        let receivers = "route: {group_by: [alertname]}\nreceivers: [{name: a, note: 'groups: record: expr:'}]\n";
        assert!(read("alertmanager.yml", receivers.as_bytes()).expect("YAML").is_none());
    }

    #[test]
    fn rules_are_found_wherever_tools_take_them_from_with_their_lines() {
        let rules = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up == 0\n";
        let indented = |by: &str| rules.lines().map(|line| format!("{by}{line}\n")).collect::<String>();
        let map = format!("kind: ConfigMap\ndata:\n  a.yml: |\n{}", indented("    "));
        let values = format!("prometheus:\n  additionalPrometheusRulesMap:\n    shop:\n{}", indented("      "));
        let list = format!("kind: List\nitems:\n- kind: PrometheusRule\n  spec:\n{}", indented("    "));
        let several = format!("kind: Service\n---\nkind: VMRule\nspec:\n{}", indented("  "));
        let json = "{\"groups\": [{\"name\": \"g\", \"rules\": [\n{\"alert\": \"A\", \"expr\": \"up == 0\"}]}]}";
        for (path, text, line) in [
            ("a.yml", rules, 4),
            ("a.rules", rules, 4),
            ("map.yaml", &map, 7),
            ("values.yaml", &values, 7),
            ("list.yaml", &list, 8),
            ("several.yaml", &several, 8),
            ("a.json", json, 2),
        ] {
            let file = read(path, text.as_bytes()).expect("it is YAML").expect("it has rules");
            assert_eq!((file.alerts, file.findings[0].line), (1, line), "{path}");
        }
        let broken = map.replace("- name: g", "- name: [");
        assert!(matches!(read("map.yaml", broken.as_bytes()), Err(Fault::Broken { line: 5..=9, .. })));
    }

    #[test]
    fn templates_and_jsonnet_are_not_read_and_no_mistake() {
        let rules = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up == 0\n";
        for text in [
            format!("{{{{- if .Values.on }}}}\n{rules}{{{{- end }}}}\n"),
            format!("{{{{ if .Values.on }}}}\n{rules}{{{{ end }}}}\n"),
            rules.replace("up == 0", "up == 0\n    labels: {{ toYaml .Values.labels }}"),
        ] {
            assert!(matches!(read("rules.yaml", text.as_bytes()), Err(Fault::Unrendered(_))), "{text}");
        }
        let mixin = "{ groups+: [{ name: 'g', rules: [{ alert: 'A', expr: 'up == 0' }] }] }";
        assert!(matches!(read("a.libsonnet", mixin.as_bytes()), Err(Fault::Source(_))));
    }

    #[test]
    fn the_labels_of_a_group_are_those_of_its_rules() {
        let text =
            "groups:\n- name: g\n  labels: {severity: page}\n  rules:\n  - alert: A\n    expr: up == 0\n    for: 0s\n";
        let file = read("a.yml", text.as_bytes()).expect("it is YAML").expect("it has rules");
        let lacking: Vec<_> = file.findings.iter().map(|finding| finding.fact).collect();
        assert_eq!(lacking, ["without_for", "without_summary", "without_runbook"]);
    }

    #[test]
    fn alerts_that_grafana_keeps_count_like_others() {
        let text = "apiVersion: 1\ngroups:\n- name: g\n  folder: shop\n  rules:\n  - uid: a\n    title: Errors\n    condition: C\n    for: 5m\n    data:\n    - refId: A\n      model: {expr: 'rate(http_errors_total[5m]) > 1'}\n    labels: {severity: page}\n    annotations: {summary: s, runbook_url: 'https://r.test/a'}\n";
        let file = read("a.yml", text.as_bytes()).expect("it is YAML").expect("it has rules");
        assert_eq!(
            (file.alerts, file.findings.len(), file.symptoms.len(), file.quality.as_slice()),
            (1, 0, 1, &[100][..])
        );
        let other = text.replace("model: {expr: 'rate(http_errors_total[5m]) > 1'}", "datasourceUid: sql");
        assert_eq!(read("a.yml", other.as_bytes()).expect("YAML").map(|file| file.alerts), Some(1));
    }
}
