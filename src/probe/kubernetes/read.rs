//! One file read into objects with what is wrong in each alone: the digest that the sweep keeps.

use crate::model::Certainty;
use crate::probe::finding::Finding;
use crate::probe::image::ImageRef;
use crate::probe::yaml_file::{self, YamlFault, at};
use crate::world::{FileBytes, text_of};
use crate::yaml::Node;

use super::kustomization::{self, Kustomization, kustomization};
use super::liveness::liveness;
use super::object::{Body, Object, Supplied, text_at};
use super::workload::{self, containers};
use super::{access, api_version, autoscaling, exemption, network, plain_secret, pod_security, unread};

/// What a file is.
#[derive(Clone, Debug)]
pub(super) enum Manifest {
    /// Not for Kubernetes.
    Other,
    /// A template that has to be rendered first.
    Template,
    Kustomization(Kustomization),
    Objects(Objects),
}

/// What a file holds.
#[derive(Clone, Debug, Default)]
pub(super) struct Objects {
    pub(super) objects: Vec<Object>,
    /// Findings that belong to no object.
    pub(super) findings: Vec<Finding>,
    /// Percentages of single containers: how pinned, how restricted, how safe their liveness probe.
    pub(super) pins: Vec<u32>,
    pub(super) restricted: Vec<u32>,
    pub(super) liveness: Vec<u32>,
    /// Credit of the worst breach of the baseline, in percent.
    pub(super) baseline: Option<u32>,
}

/// The question that [`digest`] asks of a file before it looks closer.
pub(super) fn questions() -> Vec<Vec<Vec<u8>>> {
    vec![vec![b"apiVersion".to_vec()]]
}

/// What the sweep keeps of a file: nothing when it is not for Kubernetes.
pub(super) fn digest(file: &FileBytes<'_>, minor: u32) -> Option<Result<Manifest, YamlFault>> {
    if !file.may_hold(0) && !kustomization::BASES.contains(&file.entry.base()) {
        return None;
    }
    let manifest = read(file.path(), file.bytes, minor);
    (!matches!(manifest, Ok(Manifest::Other))).then_some(manifest)
}

/// Reads a file. `minor` is the version of Kubernetes 1 that it is for.
fn read(path: &str, bytes: &[u8], minor: u32) -> Result<Manifest, YamlFault> {
    let (folder, base) = path.rsplit_once('/').unwrap_or(("", path));
    if kustomization::BASES.contains(&base) {
        let root = yaml_file::read(path, bytes)?;
        return Ok(Manifest::Kustomization(kustomization(folder, &root)));
    }
    let text = text_of(bytes);
    if !looks_like_manifest(&text) {
        return Ok(Manifest::Other);
    }
    if is_template(&text) {
        return Ok(Manifest::Template);
    }
    let shorter = unread::without_unread(&text);
    match yaml_file::read_all(path, shorter.as_ref().map_or(bytes, String::as_bytes)) {
        Ok(documents) => Ok(manifest(&documents, minor)),
        Err(_) if text.contains("{{") || text.contains("{%") => Ok(Manifest::Template),
        Err(fault) => Err(fault),
    }
}

/// Whether a file has both keys that every object has, at the start of a line or in JSON.
fn looks_like_manifest(text: &str) -> bool {
    let has = |key: &str| {
        text.lines().any(|line| {
            let line = line.trim_start().trim_start_matches(['-', '{', ' ', '"']);
            line.strip_prefix(key).is_some_and(|rest| rest.trim_start_matches('"').trim_start().starts_with(':'))
        })
    };
    text.contains("apiVersion") && has("apiVersion") && (has("kind") || text.contains("\"kind\""))
}

/// Whether a template engine has to fill it in: Helm's own objects, or blocks of Jinja.
fn is_template(text: &str) -> bool {
    const HELM: &[&str] = &[".Values", ".Release.", ".Chart.", "include \"", "template \"", "cookiecutter."];
    (text.contains("{{") && HELM.iter().any(|word| text.contains(word))) || text.contains("{%")
}

fn manifest(documents: &[Node], minor: u32) -> Manifest {
    let mut found = Objects::default();
    let mut waiting: Vec<&Node> = documents.iter().rev().collect();
    let mut is_any = false;
    while let Some(root) = waiting.pop() {
        let (Some(api_version), Some(kind)) = (text_at(root, &["apiVersion"]), text_at(root, &["kind"])) else {
            continue;
        };
        is_any = true;
        if kind == "List" || (kind.ends_with("List") && root.get("items").is_some()) {
            waiting.extend(root.get("items").map(Node::items).unwrap_or_default().iter().rev());
            continue;
        }
        found.object(api_version, kind, root, minor);
    }
    if is_any { Manifest::Objects(found) } else { Manifest::Other }
}

impl Objects {
    fn object(&mut self, api_version: &str, kind: &str, root: &Node, minor: u32) {
        let metadata = root.get("metadata");
        let meta = |key: &str| metadata.and_then(|node| text_at(node, &[key]));
        let Some(name) = meta("name").or_else(|| meta("generateName")) else {
            let note = format!("a {kind} without `metadata.name`");
            self.findings.push(Finding::new("nameless_objects", root.span.line, kind, note));
            return;
        };
        let is_read = unread::is_read(kind);
        let template = workload::template(kind, api_version, root).filter(|_| is_read);
        let mut object = Object {
            kind: kind.to_owned(),
            namespace: meta("namespace").unwrap_or("").to_owned(),
            name: name.to_owned(),
            line: root.span.line,
            body: if is_read { body(kind, api_version, root, template, name) } else { Body::Named },
            findings: Vec::new(),
            exemptions: metadata
                .and_then(|node| node.get("annotations"))
                .map(exemption::exemptions)
                .unwrap_or_default(),
        };
        if let Some(annotations) = template.and_then(|template| at(template, &["metadata", "annotations"])) {
            object.exemptions.extend(exemption::exemptions(annotations));
        }
        old_api(&mut object, api_version, minor, root);
        if is_read {
            self.judge(&mut object, api_version, root, template);
        }
        self.objects.push(object);
    }

    fn judge(&mut self, object: &mut Object, api_version: &str, root: &Node, template: Option<&Node>) {
        let title = object.title();
        match object.kind.as_str() {
            "Secret" if api_version == "v1" => object.findings.extend(plain_secret::in_secret(&title, root)),
            "ConfigMap" if api_version == "v1" => object.findings.extend(plain_secret::in_config(&title, root)),
            "Role" | "ClusterRole" if access::is_access(api_version) => {
                object.findings.extend(access::role_findings(&object.kind, &title, root));
            }
            "RoleBinding" | "ClusterRoleBinding" if access::is_access(api_version) => {
                object.findings.extend(access::binding_findings(&title, root));
            }
            _ => {}
        }
        let Some(template) = template else { return };
        let certainty = if is_node_agent(object) { Certainty::Likely } else { Certainty::Certain };
        for breach in pod_security::baseline(&title, template, certainty) {
            self.baseline = Some(self.baseline.unwrap_or(100).min(breach.leaves));
            object.findings.push(breach.finding);
        }
        self.baseline = self.baseline.or(Some(100));
        let (found, percents) = pod_security::restricted(&title, template);
        object.findings.extend(found);
        self.restricted.extend(percents);
        let (found, percents) = liveness(&title, template);
        object.findings.extend(found);
        self.liveness.extend(percents);
        object.findings.extend(plain_secret::in_containers(&title, template));
        object.findings.extend(twice_named(&title, template));
        self.images(object, template);
    }

    fn images(&mut self, object: &mut Object, template: &Node) {
        let title = object.title();
        for (container, _) in containers(template.get("spec").unwrap_or(template)) {
            let name = text_at(container, &["name"]).unwrap_or("");
            let image = text_at(container, &["image"]).unwrap_or("");
            let line = super::object::line_at(container, &["image"]);
            let mut add = |fact: &'static str, what: &str| {
                let note = format!("`{title}`: container `{name}`: `{image}`: {what}");
                object.findings.push(Finding::new(fact, line, format!("{title}:{name}"), note));
            };
            if is_unresolved(image) {
                add("unresolved_images", "is filled in later");
                continue;
            }
            let pin = ImageRef::parse(image).pin();
            self.pins.push(pin.percent());
            match pin.percent() {
                0 => add("unpinned_images", pin.words()),
                1..70 => add("weakly_pinned_images", pin.words()),
                _ => {}
            }
        }
    }
}

/// Whether something fills the image in before it is deployed: an empty name, a variable, a word in capitals.
fn is_unresolved(image: &str) -> bool {
    let last = image.rsplit('/').next().unwrap_or(image);
    let (name, tag) = last.split_once(':').unwrap_or((last, ""));
    let shouted = |text: &str| text.len() > 1 && text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    image.is_empty() || image.contains(['$', '{', '<']) || shouted(name) || shouted(tag) || image.starts_with("ko://")
}

/// Agents of a node need the node: a DaemonSet of the cluster's own namespaces.
fn is_node_agent(object: &Object) -> bool {
    const SYSTEM: &[&str] =
        &["kube-system", "monitoring", "logging", "observability", "calico-system", "cilium", "longhorn-system"];
    const AGENTS: &[&str] = &[
        "node-exporter",
        "fluent",
        "promtail",
        "filebeat",
        "datadog",
        "csi",
        "cni",
        "calico",
        "cilium",
        "device-plugin",
        "kube-proxy",
        "flannel",
    ];
    object.kind == "DaemonSet"
        && (SYSTEM.contains(&object.namespace.as_str()) || AGENTS.iter().any(|agent| object.name.contains(agent)))
}

fn old_api(object: &mut Object, api_version: &str, minor: u32, root: &Node) {
    let Some(removed) = api_version::removed(api_version, &object.kind) else { return };
    let fact = if removed.minor <= minor { "removed_apis" } else { "later_removed_apis" };
    let note = format!("`{api_version}` is gone since Kubernetes 1.{}: write `{}`", removed.minor, removed.replacement);
    let line = super::object::line_at(root, &["apiVersion"]);
    let finding = object.finding(fact, line, api_version, &note);
    object.findings.push(finding);
}

fn twice_named(title: &str, template: &Node) -> Vec<Finding> {
    let mut found = Vec::new();
    for (container, _) in containers(template.get("spec").unwrap_or(template)) {
        let mut seen = std::collections::BTreeSet::new();
        for variable in container.get("env").map(Node::items).unwrap_or_default() {
            let Some(name) = text_at(variable, &["name"]) else { continue };
            if !seen.insert(name) {
                let note = format!("`{title}`: the variable `{name}` is set twice");
                let subject = format!("{title}:{name}");
                found.push(Finding::new("duplicate_variables", variable.span.line, subject, note));
            }
        }
    }
    found
}

fn body(kind: &str, api_version: &str, root: &Node, template: Option<&Node>, name: &str) -> Body {
    if let Some(template) = template {
        return Body::Workload(Box::new(workload::workload(kind, root, template)));
    }
    if let Some(routes) = network::routes(kind, api_version, root) {
        return Body::Routes(routes);
    }
    if let Some(isolation) = network::isolation(kind, api_version, root) {
        return Body::Isolation(isolation);
    }
    if let Some(scaler) = autoscaling::scaler(kind, api_version, root) {
        return Body::Scaler(scaler);
    }
    if let Some(budget) = autoscaling::budget(kind, api_version, root) {
        return Body::Budget(budget);
    }
    match kind {
        "Service" if api_version == "v1" => Body::Service(network::service(root, network::balancer_route(root, name))),
        "RoleBinding" | "ClusterRoleBinding" if access::is_access(api_version) => Body::Binding(access::binding(root)),
        "Role" | "ClusterRole" if access::is_access(api_version) => Body::Role,
        "ServiceAccount" if api_version == "v1" => Body::Account(network::account_mounts_token(root)),
        "LimitRange" if api_version == "v1" => Body::Defaults(defaults(root)),
        _ => Body::Named,
    }
}

/// What a limit range gives to containers that state nothing: `default` is the limit, and the request where
/// `defaultRequest` says nothing.
fn defaults(root: &Node) -> Supplied {
    let limits = at(root, &["spec", "limits"]).map(Node::items).unwrap_or_default();
    let has = |side: &str, what: &str| {
        limits.iter().any(|limit| text_at(limit, &["type"]) == Some("Container") && at(limit, &[side, what]).is_some())
    };
    Supplied {
        cpu_request: has("defaultRequest", "cpu") || has("default", "cpu"),
        memory_request: has("defaultRequest", "memory") || has("default", "memory"),
        memory_limit: has("default", "memory"),
    }
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
