//! Annotations by which kube-linter, checkov, kube-score and Polaris leave an object out of a rule, and which of our
//! findings each of their rules speaks of.

use crate::model::Suppression;
use crate::probe::suppression::{self, Configured};
use crate::yaml::Node;

/// One annotation that leaves an object out of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Exemption {
    /// The tool.
    pub(super) tool: &'static str,
    /// The rule, as its tool names it.
    pub(super) rule: String,
    /// Why, if it says so.
    pub(super) reason: Option<String>,
}

/// What the annotations of an object leave out.
pub(super) fn exemptions(annotations: &Node) -> Vec<Exemption> {
    annotations
        .entries()
        .iter()
        .filter_map(|(key, value)| Some((key.text.as_str(), value.text()?.trim())))
        .flat_map(|(key, value)| of_annotation(key, value))
        .collect()
}

fn of_annotation(key: &str, value: &str) -> Vec<Exemption> {
    let reason = |text: &str| (!matches!(text, "" | "true")).then(|| text.to_owned());
    if let Some(rule) = key.strip_prefix("ignore-check.kube-linter.io/") {
        return vec![Exemption { tool: "kube-linter", rule: rule.to_owned(), reason: reason(value) }];
    }
    if key.starts_with("checkov.io/skip") {
        let (rule, why) = value.split_once('=').unwrap_or((value, ""));
        return vec![Exemption { tool: "checkov", rule: rule.trim().to_owned(), reason: reason(why.trim()) }];
    }
    if key == "kube-score/ignore" {
        let of = |rule: &str| Exemption { tool: "kube-score", rule: rule.trim().to_owned(), reason: None };
        return value.split(',').map(of).collect();
    }
    let exempt = key.strip_prefix("polaris.fairwinds.com/").and_then(|rest| rest.strip_suffix("-exempt"));
    match exempt.filter(|_| value == "true") {
        Some(rule) => vec![Exemption { tool: "polaris", rule: rule.to_owned(), reason: None }],
        None => Vec::new(),
    }
}

/// What the annotations of an object and the configuration of the tools say about a finding of this fact. Facts of blockers
/// stay counted whatever they say; those of high matters need the reason.
pub(super) fn suppression<'c>(
    exemptions: &[Exemption],
    configured: impl Iterator<Item = &'c Configured>,
    fact: &str,
) -> Option<Suppression> {
    let (_, weight, rules) = RULES.iter().find(|(name, _, _)| *name == fact)?;
    let own = exemptions.iter().map(|one| (one.tool, one.rule.as_str(), one.reason.clone()));
    let named = configured.map(|one| (one.tool, one.rule.as_str(), one.reason.clone()));
    let about = own.chain(named).filter(|(_, rule, _)| rules.contains(rule));
    suppression::best(about, *weight == Weight::Heavy)
}

/// How much a finding weighs: a heavy one is left out only with a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    Heavy,
    Light,
}

use Weight::{Heavy, Light};

/// Fact, weight, and the rules of the specialists that speak of it.
#[rustfmt::skip]
const RULES: &[(&str, Weight, &[&str])] = &[
    ("unpinned_images", Heavy, &["latest-tag", "CKV_K8S_14", "CKV_K8S_43", "container-image-tag", "tagNotSpecified"]),
    ("weakly_pinned_images", Heavy, &["CKV_K8S_43"]),
    ("without_cpu_request", Heavy, &["unset-cpu-requirements", "CKV_K8S_10", "container-resources", "cpuRequestsMissing"]),
    ("without_memory_request", Heavy, &["unset-memory-requirements", "CKV_K8S_12", "container-resources", "memoryRequestsMissing"]),
    ("without_memory_limit", Heavy, &["unset-memory-requirements", "CKV_K8S_13", "container-resources", "memoryLimitsMissing"]),
    ("without_readiness_probe", Heavy, &["no-readiness-probe", "CKV_K8S_9", "pod-probes", "readinessProbeMissing"]),
    ("liveness_same_as_readiness", Light, &["pod-probes-identical"]),
    ("single_replicas", Heavy, &["minimum-three-replicas", "deployment-replicas", "deploymentMissingReplicas"]),
    ("fixed_beside_autoscaler", Heavy, &["deployment-targeted-by-hpa-does-not-have-replicas-configured"]),
    ("idle_autoscalers", Heavy, &["horizontalpodautoscaler-replicas", "hpaMaxAvailability"]),
    ("unspread_workloads", Light, &["no-anti-affinity", "deployment-has-host-podantiaffinity", "pod-topology-spread-constraints", "topologySpreadConstraint"]),
    ("without_disruption_budget", Light, &["deployment-has-poddisruptionbudget", "statefulset-has-poddisruptionbudget", "missingPodDisruptionBudget"]),
    ("blocking_disruption_budgets", Light, &["pdb-max-unavailable", "pdb-min-available", "pdbDisruptionsIsZero"]),
    ("abrupt_rollouts", Light, &["no-rolling-update-strategy", "deployment-strategy"]),
    ("run_as_root", Heavy, &["run-as-non-root", "CKV_K8S_23", "container-security-context-user-group-id", "runAsRootAllowed"]),
    ("privilege_escalation", Heavy, &["privilege-escalation-container", "CKV_K8S_20", "privilegeEscalationAllowed"]),
    ("kept_capabilities", Heavy, &["drop-net-raw-capability", "CKV_K8S_28", "CKV_K8S_37"]),
    ("without_seccomp", Heavy, &["CKV_K8S_31", "container-seccomp-profile"]),
    ("writable_roots", Heavy, &["no-read-only-root-fs", "CKV_K8S_22", "container-security-context-readonlyrootfilesystem", "notReadOnlyRootFilesystem"]),
    ("wildcard_rules", Heavy, &["wildcard-in-rules", "CKV_K8S_49"]),
    ("cluster_admin_bindings", Heavy, &["cluster-admin-role-binding", "clusterrolebindingClusterAdmin"]),
    ("secret_readers", Heavy, &["access-to-secrets"]),
    ("mounted_tokens", Heavy, &["CKV_K8S_38", "automountServiceAccountToken"]),
    ("default_account_bindings", Heavy, &["default-service-account"]),
    ("unisolated_workloads", Light, &["non-isolated-pod", "CKV2_K8S_6", "pod-networkpolicy", "missingNetworkPolicy"]),
    ("dangling_services", Heavy, &["dangling-service", "service-targets-pod"]),
    ("dangling_routes", Heavy, &["dangling-ingress", "ingress-targets-service"]),
    ("mismatched_selectors", Heavy, &["mismatching-selector", "deployment-pod-selector-labels-match-template-metadata-labels"]),
    ("duplicate_variables", Heavy, &["duplicate-env-var"]),
    ("unencrypted_routes", Heavy, &["tlsSettingsMissing"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn of(yaml: &str) -> Vec<Exemption> {
        exemptions(&crate::probe::yaml_file::read("a.yaml", yaml.as_bytes()).expect("it is YAML"))
    }

    #[test]
    fn a_heavy_matter_is_left_out_only_with_a_reason() {
        let argued = of("ignore-check.kube-linter.io/run-as-non-root: the vendor's image needs root\n");
        let bare = of("kube-score/ignore: container-security-context-user-group-id, deployment-strategy\n");
        let holds = |exemptions: &[Exemption], fact| suppression(exemptions, [].iter(), fact).map(|one| one.honoured);
        assert_eq!((holds(&argued, "run_as_root"), holds(&bare, "run_as_root")), (Some(true), Some(false)));
        assert_eq!((holds(&bare, "abrupt_rollouts"), holds(&argued, "abrupt_rollouts")), (Some(true), None));
        assert_eq!(holds(&argued, "privileged"), None, "a blocker stays counted");
        let all = of("kube-linter.io/ignore-all: we know better\nignore-check.kube-linter.io/latest-tag: \"yes\"\n");
        assert_eq!(holds(&all, "run_as_root"), None, "neither a wildcard nor another rule silences it");
    }

    #[test]
    fn checkov_puts_rule_and_reason_into_one_value() {
        let found = of(
            "checkov.io/skip1: CKV_K8S_22=writes its own cache\npolaris.fairwinds.com/cpuRequestsMissing-exempt: \"true\"\n",
        );
        assert_eq!(
            found[0],
            Exemption {
                tool: "checkov",
                rule: "CKV_K8S_22".to_owned(),
                reason: Some("writes its own cache".to_owned())
            }
        );
        assert_eq!((found[1].tool, found[1].rule.as_str()), ("polaris", "cpuRequestsMissing"));
    }
}
