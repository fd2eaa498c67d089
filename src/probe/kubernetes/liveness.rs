//! Liveness probes that restart what they should leave alone (kube-score `pod-probes-identical`).

use crate::probe::finding::Finding;
use crate::yaml::{Kind, Node};

use super::container::Purpose;
use super::object::{line_at, number_at, text_at};
use super::workload::containers;

/// A restart within this many seconds hits every replica of a service that blinks.
const PATIENCE: u64 = 20;
/// A start slower than this many seconds needs a startup probe, not a late liveness probe.
const SLOW_START: u64 = 60;

/// Findings, and the percentage that each running container reaches: 35 less per finding.
pub(super) fn liveness(title: &str, template: &Node) -> (Vec<Finding>, Vec<u32>) {
    let spec = template.get("spec").unwrap_or(template);
    let mut found = Vec::new();
    let mut percents = Vec::new();
    for (container, purpose) in containers(spec).filter(|(_, purpose)| *purpose == Purpose::Main) {
        debug_assert_eq!(purpose, Purpose::Main);
        let own = container.get("livenessProbe").map(|probe| of_probe(container, probe)).unwrap_or_default();
        percents.push(100_u32.saturating_sub(35 * u32::try_from(own.len()).unwrap_or(u32::MAX)));
        let name = text_at(container, &["name"]).unwrap_or("");
        let line = line_at(container, &["livenessProbe"]);
        found.extend(own.into_iter().map(|(fact, what)| {
            Finding::new(fact, line, format!("{title}:{name}"), format!("`{title}`: container `{name}`: {what}"))
        }));
    }
    (found, percents)
}

fn of_probe(container: &Node, probe: &Node) -> Vec<(&'static str, String)> {
    let number = |key: &str, default: u64| number_at(probe, &[key]).unwrap_or(default);
    let mut found = Vec::new();
    if container.get("readinessProbe").is_some_and(|readiness| effective(readiness) == effective(probe)) {
        found.push(("liveness_same_as_readiness", "its liveness probe asks what its readiness probe asks".to_owned()));
    }
    let until_restart = number("periodSeconds", 10).saturating_mul(number("failureThreshold", 3));
    if until_restart < PATIENCE {
        found.push(("impatient_liveness", format!("is restarted after {until_restart} s without an answer")));
    }
    let delay = number("initialDelaySeconds", 0);
    if delay > SLOW_START && container.get("startupProbe").is_none() {
        found.push(("slow_start_without_startup_probe", format!("waits {delay} s before its first liveness probe")));
    }
    found
}

/// A probe in one text, with what Kubernetes gives where nothing is written.
fn effective(probe: &Node) -> String {
    const NUMBERS: [(&str, u64); 4] =
        [("periodSeconds", 10), ("failureThreshold", 3), ("timeoutSeconds", 1), ("initialDelaySeconds", 0)];
    let numbers = NUMBERS.map(|(key, default)| number_at(probe, &[key]).unwrap_or(default));
    let handlers = ["httpGet", "tcpSocket", "exec", "grpc"].map(|key| probe.get(key).map(written).unwrap_or_default());
    format!("{numbers:?} {handlers:?}")
}

/// A node without its places, keys in order.
fn written(node: &Node) -> String {
    match &node.kind {
        Kind::Null => String::new(),
        Kind::Scalar { text, .. } => text.clone(),
        Kind::List(items) => format!("{:?}", items.iter().map(written).collect::<Vec<_>>()),
        Kind::Map(entries) => {
            let sorted: std::collections::BTreeMap<&str, String> =
                entries.iter().map(|(key, value)| (key.text.as_str(), written(value))).collect();
            format!("{sorted:?}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(container: &str) -> (Vec<&'static str>, Vec<u32>) {
        let text = format!("spec:\n  containers:\n  - name: c\n{container}");
        let node = crate::probe::yaml_file::read("p.yaml", text.as_bytes()).expect("it is YAML");
        let (found, percents) = liveness("Pod/x", &node);
        (found.into_iter().map(|finding| finding.fact).collect(), percents)
    }

    #[test]
    fn the_same_question_is_seen_through_defaults_and_key_order() {
        let same = "    readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 10}\n    livenessProbe: {httpGet: {port: 80, path: /}}\n";
        assert_eq!(facts(same), (vec!["liveness_same_as_readiness"], vec![65]));
        let later = "    readinessProbe: {httpGet: {path: /, port: 80}}\n    livenessProbe: {httpGet: {port: 80, path: /}, failureThreshold: 9}\n";
        assert_eq!(facts(later), (vec![], vec![100]));
    }

    #[test]
    fn no_liveness_probe_is_as_good_as_a_patient_one() {
        assert_eq!(facts("    image: a\n"), (vec![], vec![100]));
        let hasty = "    livenessProbe: {exec: {command: [x]}, periodSeconds: 5, initialDelaySeconds: 90}\n";
        assert_eq!(facts(hasty), (vec!["impatient_liveness", "slow_start_without_startup_probe"], vec![30]));
    }
}
