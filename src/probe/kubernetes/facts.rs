//! The facts of manifests: their names, what they mean, and which rest on which.

use crate::model::{FactDecl, FactType};

/// Facts that count findings.
#[rustfmt::skip]
pub(super) const COUNTED: &[(&str, &str)] = &[
    ("nameless_objects", "objects without a name"),
    ("duplicate_objects", "objects that stand twice in one file"),
    ("mismatched_selectors", "workloads whose selector does not match their own pods"),
    ("dangling_services", "services that select no pod of the set"),
    ("dangling_ports", "ports of services and probes that no container has by that name"),
    ("dangling_routes", "ingress backends whose service or port is not in the set"),
    ("dangling_autoscalers", "autoscalers whose target is not in the set"),
    ("dangling_budgets", "disruption budgets that select no pod of the set"),
    ("duplicate_variables", "environment variables that a container sets twice"),
    ("missing_names", "ConfigMaps, Secrets, claims and accounts that are not in a set which has others of their kind; hints only"),
    ("removed_apis", "objects of an API that the cluster no longer serves"),
    ("later_removed_apis", "objects of an API that a later version no longer serves"),
    ("unpinned_images", "images without tag, or with one that moves"),
    ("weakly_pinned_images", "images that fix only a major or minor version"),
    ("unresolved_images", "images that something fills in before they are applied"),
    ("without_cpu_request", "containers without a CPU request of their own, their pod's or a limit range's; a limit is also the request"),
    ("without_memory_request", "containers without a memory request"),
    ("without_memory_limit", "containers without a memory limit"),
    ("without_readiness_probe", "containers that a service reaches, or with ports where the set has no service, without `readinessProbe`"),
    ("liveness_same_as_readiness", "liveness probes with the question and thresholds of the readiness probe"),
    ("impatient_liveness", "liveness probes that restart within 20 s"),
    ("slow_start_without_startup_probe", "liveness probes that wait more than 60 s instead of leaving the start to a startup probe"),
    ("single_replicas", "workloads behind a service that may run as one pod"),
    ("fixed_beside_autoscaler", "workloads that write `replicas` although an autoscaler decides it"),
    ("idle_autoscalers", "autoscalers whose maximum is their minimum"),
    ("unspread_workloads", "workloads of two pods or more that nothing spreads over nodes or zones"),
    ("without_disruption_budget", "workloads of two pods or more that no PodDisruptionBudget selects"),
    ("blocking_disruption_budgets", "budgets that let no pod go, or that overlap"),
    ("abrupt_rollouts", "rollouts that take every pod away at once"),
    ("without_drain", "workloads behind a service without `preStop`"),
    ("short_grace", "workloads whose grace period is under 15 s or ends with their `preStop`"),
    ("unpaced_rollouts", "workloads without readiness probe, `minReadySeconds` and `progressDeadlineSeconds`"),
    ("privileged", "privileged containers, and host processes of Windows"),
    ("host_namespaces", "pods in the network, process or IPC namespace of the host"),
    ("host_paths", "`hostPath` volumes"),
    ("host_ports", "ports of the host"),
    ("added_capabilities", "capabilities beyond those of the standard \"baseline\""),
    ("unconfined", "seccomp, AppArmor, SELinux or `/proc` masks switched off or set by hand"),
    ("unsafe_sysctls", "sysctls that are not isolated per pod"),
    ("run_as_root", "containers that may run as root"),
    ("privilege_escalation", "containers without `allowPrivilegeEscalation: false`"),
    ("kept_capabilities", "containers that do not drop every capability"),
    ("without_seccomp", "containers without a seccomp profile"),
    ("writable_roots", "containers whose root file system can be written to"),
    ("wildcard_rules", "rules of roles with `*` as verb or resource, those on an operator's own kinds left out"),
    ("custom_wildcard_rules", "rules with `*` on custom API groups alone"),
    ("cluster_admin_bindings", "bindings of `cluster-admin`"),
    ("anonymous_bindings", "bindings to everybody"),
    ("secret_readers", "cluster roles that read every secret"),
    ("escalating_rules", "rules with escalate, bind or impersonate"),
    ("exec_rules", "rules that open a shell in pods or reach the kubelet"),
    ("pod_creators", "cluster roles that create pods anywhere"),
    ("default_account_bindings", "rights given to a namespace's default account"),
    ("mounted_tokens", "workloads that mount a token without having rights in the set"),
    ("unisolated_workloads", "workloads that no network policy isolates"),
    ("secret_values", "secret values written into a Secret"),
    ("placeholder_secrets", "values of a Secret that stand for another"),
    ("variable_secrets", "secrets in the environment, command or arguments of a container"),
    ("config_secrets", "ConfigMap entries that hold a credential"),
    ("unencrypted_routes", "routes from outside without TLS"),
];

/// Facts that say how much of something is right, in percent.
#[rustfmt::skip]
const RATIOS: &[(&str, &str)] = &[
    ("pinned_ratio", "mean over images: digest 100 %, full version 70 %, minor 50 %, major 30 %, moving 0 %"),
    ("pin_credit", "the same, at most 30 % where an image moves"),
    ("resource_ratio", "mean over containers: CPU request .35, memory request .35, memory limit .3; init containers weigh .3"),
    ("ready_ratio", "share of the containers that are reached with a readiness probe"),
    ("liveness_ratio", "mean over containers: 35 % less per finding"),
    ("replica_ratio", "mean over workloads behind a service: 0 % for one pod, 60 % for an idle autoscaler, 70 % for fixed replicas"),
    ("spread_ratio", "mean over workloads of two pods or more: 40 % where the spread selects other pods"),
    ("budget_ratio", "mean over workloads of two pods or more: 20 % where the budget blocks"),
    ("rollout_ratio", "mean over workloads behind a service: gradual .3, drain .3, grace .25, paced .15"),
    ("baseline_credit", "100 % without a breach, 50 % for host ports alone, 40 % for read-only logs of the host, else 0 %"),
    ("restricted_ratio", "mean over containers: not root .3, no escalation .2, no capabilities .2, seccomp .15, read-only root .15"),
    ("access_credit", "0 % for wildcards, cluster-admin or everybody; 20 % for readers of secrets and escalation; else 25 % less per finding, 15 % per mounted token, at least 60 % for tokens alone"),
    ("isolation_ratio", "80 % for the share of isolated workloads, 10 % for a default deny, 10 % for limited egress"),
    ("secret_credit", "100 % without a secret, 30 % for placeholders alone, else 0 %"),
    ("encrypted_ratio", "share of the routes from outside with TLS"),
    ("reference_ratio", "share of the references between objects that hold"),
];

/// Every fact, for the registry.
pub(super) fn declarations() -> Vec<FactDecl> {
    let count = |name, doc| FactDecl::new(name, FactType::Count, doc);
    let mut all = vec![
        count("files", "files with manifests that count; 0 when there is none, and then nothing else is observed"),
        count("parse_errors", "manifests that could not be read"),
        count("unrendered", "chart templates, and files that a kustomization changes, which were not judged"),
        count("objects", "objects in these files"),
        count("workloads", "objects that run pods"),
        count("reached_containers", "containers that a service reaches, or with ports where the set has no service"),
        count("serving_workloads", "workloads with replicas that a service selects"),
        count("external_routes", "hosts of ingresses, gateways and load balancers that lead in from outside"),
        count("default_denies", "policies that let nobody into their namespace"),
        count(
            "suppressed",
            "findings that an annotation of kube-linter, checkov, kube-score or Polaris takes out of the counts",
        ),
    ];
    all.extend(COUNTED.iter().map(|(name, doc)| count(*name, *doc)));
    all.extend(RATIOS.iter().map(|(name, doc)| FactDecl::new(name, FactType::Ratio, doc)));
    all
}

/// Facts whose zero means nothing where there was nothing of their subject.
pub(super) struct Subject {
    pub(super) facts: &'static [&'static str],
    pub(super) nothing: &'static str,
}

/// Of containers and pods.
pub(super) const PODS: Subject = Subject {
    facts: &[
        "unpinned_images",
        "weakly_pinned_images",
        "without_cpu_request",
        "without_memory_request",
        "without_memory_limit",
        "liveness_same_as_readiness",
        "impatient_liveness",
        "slow_start_without_startup_probe",
        "privileged",
        "host_namespaces",
        "host_paths",
        "host_ports",
        "added_capabilities",
        "unconfined",
        "unsafe_sysctls",
        "run_as_root",
        "privilege_escalation",
        "kept_capabilities",
        "without_seccomp",
        "writable_roots",
        "mounted_tokens",
        "unisolated_workloads",
        "duplicate_variables",
        "mismatched_selectors",
    ],
    nothing: "no manifest runs a pod",
};

/// Of containers that are reached.
pub(super) const REACHED: Subject = Subject { facts: &["without_readiness_probe"], nothing: "no container is reached" };

/// Of workloads behind a service.
pub(super) const SERVING: Subject = Subject {
    facts: &["single_replicas", "fixed_beside_autoscaler", "idle_autoscalers"],
    nothing: "no service selects a workload whose replicas are known",
};

/// Of rollouts of workloads behind a service.
pub(super) const ROLLED_OUT: Subject = Subject {
    facts: &["abrupt_rollouts", "without_drain", "short_grace", "unpaced_rollouts"],
    nothing: "no service selects a workload that is rolled out",
};

/// Of workloads of two pods or more.
pub(super) const REPLICATED: Subject = Subject {
    facts: &["unspread_workloads", "without_disruption_budget", "blocking_disruption_budgets"],
    nothing: "no workload behind a service runs two pods",
};

/// Of routes.
pub(super) const ROUTES: Subject = Subject { facts: &["unencrypted_routes"], nothing: "nothing leads in from outside" };
