//! RBAC: what roles allow, whom bindings give them to.

use crate::model::Certainty;
use crate::probe::finding::Finding;
use crate::probe::yaml_file::at;
use crate::yaml::Node;

use super::object::{group, text_at, texts_at};

/// A binding of a role to subjects.
#[derive(Clone, Debug, Default)]
pub(super) struct Binding {
    /// Namespace (empty: the binding's own) and name of the service accounts.
    pub(super) accounts: Vec<(String, String)>,
}

/// Whether an object is a role or a binding of Kubernetes.
pub(super) fn is_access(api_version: &str) -> bool {
    matches!(group(api_version), "rbac.authorization.k8s.io" | "authorization.openshift.io")
}

/// Reads a binding.
pub(super) fn binding(root: &Node) -> Binding {
    let subjects = root.get("subjects").map(Node::items).unwrap_or_default();
    let accounts = subjects.iter().filter(|subject| text_at(subject, &["kind"]) == Some("ServiceAccount"));
    let text = |node: &Node, key: &str| text_at(node, &[key]).unwrap_or("").to_owned();
    Binding { accounts: accounts.map(|subject| (text(subject, "namespace"), text(subject, "name"))).collect() }
}

/// Findings in the rules of a role.
pub(super) fn role_findings(kind: &str, title: &str, root: &Node) -> Vec<Finding> {
    let rules = root.get("rules").map(Node::items).unwrap_or_default();
    let labels = at(root, &["metadata", "labels"]).map(Node::entries).unwrap_or_default();
    // A role that is summed up into `admin` or `edit` is given to nobody by itself.
    let is_aggregated = labels.iter().any(|(key, _)| key.text.starts_with("rbac.authorization.k8s.io/aggregate-to-"));
    let certainty = if is_aggregated { Certainty::Hint } else { Certainty::Certain };
    let found = rules.iter().flat_map(|rule| Rule::read(rule).findings(kind == "ClusterRole"));
    found
        .map(|(fact, line, what)| {
            Finding::new(fact, line, format!("{title}:{what}"), format!("`{title}`: {what}")).with(certainty)
        })
        .collect()
}

/// A rule of a role.
struct Rule {
    line: u32,
    groups: Vec<String>,
    resources: Vec<String>,
    verbs: Vec<String>,
    is_named: bool,
}

/// Fact, line, what it allows.
type Allowed = (&'static str, u32, String);

impl Rule {
    fn read(node: &Node) -> Rule {
        Rule {
            line: node.span.line,
            groups: texts_at(node, &["apiGroups"]),
            resources: texts_at(node, &["resources"]),
            verbs: texts_at(node, &["verbs"]),
            is_named: node.get("resourceNames").is_some_and(|names| !names.items().is_empty()),
        }
    }

    fn has_verb(&self, verbs: &[&str]) -> bool {
        self.verbs.iter().any(|verb| verb == "*" || verbs.contains(&verb.as_str()))
    }

    fn has_resource(&self, resources: &[&str]) -> bool {
        self.resources.iter().any(|resource| resources.contains(&resource.as_str()))
    }

    /// Whether every group belongs to somebody's own resources: an operator owns its kind.
    fn is_custom(&self) -> bool {
        const BUILT_IN: &[&str] = &["", "*", "apps", "batch", "autoscaling", "extensions", "policy"];
        !self.groups.is_empty()
            && self.groups.iter().all(|g| !BUILT_IN.contains(&g.as_str()) && !g.ends_with(".k8s.io"))
    }

    fn findings(&self, is_cluster_wide: bool) -> Vec<Allowed> {
        let mut found = Vec::new();
        let wide = self.verbs.iter().chain(&self.resources).any(|word| word == "*");
        if wide {
            let fact = if self.is_custom() { "custom_wildcard_rules" } else { "wildcard_rules" };
            found.push((fact, self.line, format!("allows {} on {}", self.verbs.join(", "), self.resources.join(", "))));
        }
        if self.has_verb(&["escalate", "bind", "impersonate"])
            && !self.verbs.iter().any(|verb| verb == "*")
            && !self.is_named
        {
            found.push(("escalating_rules", self.line, format!("allows {}", self.verbs.join(", "))));
        }
        if self.has_resource(&["pods/exec", "pods/attach", "nodes/proxy"]) && self.has_verb(&["create", "get"]) {
            found.push(("exec_rules", self.line, format!("opens {}", self.resources.join(", "))));
        }
        if !is_cluster_wide || self.is_named {
            return found;
        }
        if self.has_resource(&["secrets"]) && self.has_verb(&["get", "list", "watch"]) {
            found.push(("secret_readers", self.line, "reads the secrets of every namespace".to_owned()));
        }
        let workloads = ["pods", "deployments", "daemonsets", "statefulsets", "jobs", "cronjobs", "replicasets"];
        if self.has_resource(&workloads) && self.has_verb(&["create"]) {
            found.push(("pod_creators", self.line, "creates pods in every namespace".to_owned()));
        }
        found
    }
}

/// Findings in a binding: cluster-admin, everybody, the default account.
pub(super) fn binding_findings(title: &str, root: &Node) -> Vec<Finding> {
    let role = text_at(root, &["roleRef", "name"]).unwrap_or("");
    let line = root.get("roleRef").map_or(root.span.line, |node| node.span.line);
    let mut found = Vec::new();
    let mut add = |fact: &'static str, line: u32, what: String| {
        found.push(Finding::new(fact, line, format!("{title}:{what}"), format!("`{title}`: {what}")));
    };
    if role == "cluster-admin" {
        add("cluster_admin_bindings", line, "binds `cluster-admin`".to_owned());
    }
    // What Kubernetes itself gives to everybody.
    let is_public = matches!(role, "system:discovery" | "system:basic-user" | "system:public-info-viewer");
    for subject in root.get("subjects").map(Node::items).unwrap_or_default() {
        let name = text_at(subject, &["name"]).unwrap_or("");
        let kind = text_at(subject, &["kind"]).unwrap_or("");
        if matches!(name, "system:anonymous" | "system:unauthenticated" | "system:authenticated") && !is_public {
            add("anonymous_bindings", subject.span.line, format!("gives `{role}` to `{name}`"));
        }
        if (kind, name) == ("ServiceAccount", "default") {
            add("default_account_bindings", subject.span.line, format!("gives `{role}` to the account `default`"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(kind: &str, yaml: &str) -> Vec<&'static str> {
        let node = crate::probe::yaml_file::read("r.yaml", yaml.as_bytes()).expect("it is YAML");
        role_findings(kind, "r", &node).into_iter().filter(|f| f.certainty > Certainty::Hint).map(|f| f.fact).collect()
    }

    #[test]
    fn wide_rules_are_found_and_an_operator_owns_its_own_kind() {
        assert_eq!(facts("Role", "rules: [{apiGroups: [\"\"], resources: [\"*\"], verbs: [get]}]"), ["wildcard_rules"]);
        let own = "rules: [{apiGroups: [shop.test], resources: [\"*\"], verbs: [\"*\"]}]";
        assert_eq!(facts("ClusterRole", own), ["custom_wildcard_rules"]);
    }

    #[test]
    fn reading_secrets_matters_where_it_is_cluster_wide_and_unnamed() {
        let rule = "rules: [{apiGroups: [\"\"], resources: [secrets], verbs: [list]}]";
        assert_eq!(facts("ClusterRole", rule), ["secret_readers"]);
        assert!(facts("Role", rule).is_empty());
        let named = "rules: [{apiGroups: [\"\"], resources: [secrets], verbs: [get], resourceNames: [a]}]";
        assert!(facts("ClusterRole", named).is_empty());
    }

    #[test]
    fn everybody_and_cluster_admin_are_found_in_bindings() {
        let node = crate::probe::yaml_file::read(
            "b.yaml",
            b"roleRef: {name: cluster-admin}\nsubjects: [{kind: Group, name: system:authenticated}, {kind: ServiceAccount, name: default}]\n",
        );
        let found = binding_findings("b", &node.expect("it is YAML"));
        let facts: Vec<&str> = found.iter().map(|finding| finding.fact).collect();
        assert_eq!(facts, ["cluster_admin_bindings", "anonymous_bindings", "default_account_bindings"]);
    }
}
