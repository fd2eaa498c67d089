//! Whatever runs pods: its replicas, rollout and pod template.

use crate::probe::yaml_file::at;
use crate::yaml::Node;

use super::container::{Container, Purpose, container};
use super::object::{Labels, Selector, group, is_at, labels, number_at, text_at};

/// A workload.
#[derive(Clone, Debug)]
pub(super) struct Workload {
    /// Whether it has replicas: Deployment, StatefulSet, ReplicaSet, ReplicationController, Rollout.
    pub(super) has_replicas: bool,
    /// As written.
    pub(super) replicas: Option<u64>,
    pub(super) selector: Option<Selector>,
    /// Of its pods.
    pub(super) labels: Labels,
    pub(super) is_recreated: bool,
    /// `maxUnavailable` of its rollout, as written.
    pub(super) max_unavailable: Option<String>,
    /// `minReadySeconds` or `progressDeadlineSeconds` is set.
    pub(super) is_paced: bool,
    /// Mounts a claim, or makes its own ones.
    pub(super) has_claim: bool,
    pub(super) pod: Pod,
}

/// A pod template.
#[derive(Clone, Debug)]
pub(super) struct Pod {
    pub(super) account: Option<String>,
    pub(super) mounts_token: Option<bool>,
    /// Seconds; Kubernetes gives 30 where it is not written.
    pub(super) grace: u64,
    pub(super) containers: Vec<Container>,
    pub(super) spreads: Vec<Spread>,
    pub(super) references: Vec<Reference>,
}

/// A rule that spreads pods over nodes or zones.
#[derive(Clone, Debug)]
pub(super) struct Spread {
    pub(super) selector: Option<Selector>,
}

/// Another object that a pod needs by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) line: u32,
}

/// Metadata and spec of the pods of a workload; `None` for any other kind.
pub(super) fn template<'n>(kind: &str, api_version: &str, root: &'n Node) -> Option<&'n Node> {
    let known = match group(api_version) {
        "" => matches!(kind, "Pod" | "ReplicationController"),
        "apps" | "extensions" => matches!(kind, "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet"),
        "batch" => matches!(kind, "Job" | "CronJob"),
        "argoproj.io" => kind == "Rollout",
        "apps.openshift.io" => kind == "DeploymentConfig",
        _ => false,
    };
    if !known {
        return None;
    }
    match kind {
        "Pod" => Some(root),
        "CronJob" => at(root, &["spec", "jobTemplate", "spec", "template"]),
        _ => at(root, &["spec", "template"]),
    }
}

/// Reads a workload whose pod template is this one.
pub(super) fn workload(kind: &str, root: &Node, template: &Node) -> Workload {
    let spec = root.get("spec").unwrap_or(root);
    let is_plain = matches!(kind, "ReplicationController" | "DeploymentConfig");
    let strategy = spec.get("strategy").or_else(|| spec.get("updateStrategy"));
    let pod = pod(template);
    Workload {
        has_replicas: !matches!(kind, "Pod" | "Job" | "CronJob" | "DaemonSet"),
        replicas: number_at(spec, &["replicas"]),
        selector: spec.get("selector").filter(|_| kind != "Job").map(|selector| match is_plain {
            true => Selector::of(labels(Some(selector))),
            false => Selector::read(selector),
        }),
        labels: labels(at(template, &["metadata", "labels"])),
        is_recreated: strategy.is_some_and(|strategy| text_at(strategy, &["type"]) == Some("Recreate")),
        max_unavailable: strategy
            .and_then(|strategy| text_at(strategy, &["rollingUpdate", "maxUnavailable"]))
            .map(str::to_owned),
        is_paced: ["minReadySeconds", "progressDeadlineSeconds"].iter().any(|key| spec.get(key).is_some()),
        has_claim: spec.get("volumeClaimTemplates").is_some() || pod.references.iter().any(|r| r.kind == CLAIM),
        pod,
    }
}

/// The kind of a claim for storage.
pub(super) const CLAIM: &str = "PersistentVolumeClaim";

/// Every container of a pod's spec with its purpose.
pub(super) fn containers(spec: &Node) -> impl Iterator<Item = (&Node, Purpose)> {
    let lists =
        [("initContainers", Purpose::Init), ("containers", Purpose::Main), ("ephemeralContainers", Purpose::Ephemeral)];
    lists.into_iter().flat_map(move |(key, purpose)| {
        spec.get(key).map(Node::items).unwrap_or_default().iter().map(move |node| (node, purpose))
    })
}

fn pod(template: &Node) -> Pod {
    let spec = template.get("spec").unwrap_or(template);
    let account = text_at(spec, &["serviceAccountName"]).or_else(|| text_at(spec, &["serviceAccount"]));
    let mounts_token =
        spec.get("automountServiceAccountToken").map(|_| !is_at(spec, &["automountServiceAccountToken"], false));
    Pod {
        account: account.filter(|name| !name.is_empty()).map(str::to_owned),
        mounts_token,
        grace: number_at(spec, &["terminationGracePeriodSeconds"]).unwrap_or(30),
        containers: containers(spec).map(|(node, purpose)| container(node, purpose, spec.get("resources"))).collect(),
        spreads: spreads(spec),
        references: references(spec),
    }
}

fn spreads(spec: &Node) -> Vec<Spread> {
    let constraints = spec.get("topologySpreadConstraints").map(Node::items).unwrap_or_default().iter();
    let affinity = at(spec, &["affinity", "podAntiAffinity"]);
    let list = |key: &str| affinity.and_then(|node| node.get(key)).map(Node::items).unwrap_or_default();
    let required = list("requiredDuringSchedulingIgnoredDuringExecution").iter();
    let preferred = list("preferredDuringSchedulingIgnoredDuringExecution").iter();
    let terms = constraints.chain(required).chain(preferred.filter_map(|item| item.get("podAffinityTerm")));
    terms
        .filter(|term| text_at(term, &["topologyKey"]).is_some())
        .map(|term| Spread { selector: term.get("labelSelector").map(Selector::read) })
        .collect()
}

/// What a pod needs: configuration, secrets, claims; what is optional is left out.
fn references(spec: &Node) -> Vec<Reference> {
    let mut found = Vec::new();
    for volume in spec.get("volumes").map(Node::items).unwrap_or_default() {
        for (key, name, kind) in [
            ("configMap", "name", "ConfigMap"),
            ("secret", "secretName", "Secret"),
            ("persistentVolumeClaim", "claimName", CLAIM),
        ] {
            found.extend(volume.get(key).and_then(|node| reference(node, name, kind)));
        }
    }
    for (container, _) in containers(spec) {
        for source in container.get("envFrom").map(Node::items).unwrap_or_default() {
            found.extend(source.get("configMapRef").and_then(|node| reference(node, "name", "ConfigMap")));
            found.extend(source.get("secretRef").and_then(|node| reference(node, "name", "Secret")));
        }
        for variable in container.get("env").map(Node::items).unwrap_or_default() {
            let from = |key: &str| at(variable, &["valueFrom", key]);
            found.extend(from("configMapKeyRef").and_then(|node| reference(node, "name", "ConfigMap")));
            found.extend(from("secretKeyRef").and_then(|node| reference(node, "name", "Secret")));
        }
    }
    if let Some(node) = spec.get("serviceAccountName") {
        found.extend(node.text().filter(|name| !matches!(*name, "" | "default")).map(|name| Reference {
            kind: "ServiceAccount",
            name: name.to_owned(),
            line: node.span.line,
        }));
    }
    found
}

fn reference(node: &Node, key: &str, kind: &'static str) -> Option<Reference> {
    let name = text_at(node, &[key])?;
    let is_optional = is_at(node, &["optional"], true);
    (!is_optional && !name.is_empty()).then(|| Reference { kind, name: name.to_owned(), line: node.span.line })
}
