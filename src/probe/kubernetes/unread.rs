//! What of a manifest need not be parsed: of a kind that nothing is asked of, all but what names the object. In the files
//! that install an operator, the schemas of its definitions are nearly everything.

use memchr::memchr_iter;

use crate::yaml::{TopKey, outline};

/// Kinds that are asked for more than who they are. No other object is judged by more.
const READ: &[&str] = &[
    "AuthorizationPolicy",
    "CiliumClusterwideNetworkPolicy",
    "CiliumNetworkPolicy",
    "ClusterRole",
    "ClusterRoleBinding",
    "ConfigMap",
    "CronJob",
    "DaemonSet",
    "Deployment",
    "DeploymentConfig",
    "Gateway",
    "HorizontalPodAutoscaler",
    "Ingress",
    "Job",
    "LimitRange",
    "NetworkPolicy",
    "Pod",
    "PodDisruptionBudget",
    "ReplicaSet",
    "ReplicationController",
    "Role",
    "RoleBinding",
    "Rollout",
    "Route",
    "ScaledObject",
    "Secret",
    "Service",
    "ServiceAccount",
    "StatefulSet",
];
/// What names an object.
const NAMING: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// Whether more is asked of objects of this kind than who they are.
pub(super) fn is_read(kind: &str) -> bool {
    READ.binary_search(&kind).is_ok()
}

/// The manifest with empty lines for what nobody reads of it, so that every place stays; `None` where there is nothing to
/// leave out, or where only the parser can tell whether what is left out is whole.
pub(super) fn without_unread(text: &str) -> Option<String> {
    let top = outline(text)?;
    let mut shorter = String::new();
    let mut from = 0;
    for document in top.chunk_by(|a, b| a.document == b.document).filter(|document| is_unread(document)) {
        for key in document.iter().filter(|top| !NAMING.contains(&top.key) && top.value.is_empty()) {
            shorter.push_str(&text[from..key.block.start]);
            let lines = memchr_iter(b'\n', &text.as_bytes()[key.block.clone()]).count();
            shorter.extend(std::iter::repeat_n('\n', lines));
            from = key.block.end;
        }
    }
    if from == 0 {
        return None;
    }
    shorter.push_str(&text[from..]);
    Some(shorter)
}

/// An object of a kind that is not read, and no list of others.
fn is_unread(document: &[TopKey<'_>]) -> bool {
    let value = |key: &str| document.iter().find(|top| top.key == key).map_or("", |top| top.value);
    let kind = value("kind");
    let is_name = !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_name && !kind.ends_with("List") && !is_read(kind) && !value("apiVersion").is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFINITION: &str = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: a\nspec:\n  b:\n    c: d\n";

    #[test]
    fn only_what_a_definition_specifies_is_left_out_and_lines_stay() {
        let other = "---\napiVersion: v1\nkind: Pod\nspec:\n  e: f\n";
        let shorter = without_unread(&format!("{DEFINITION}{other}")).unwrap_or_default();
        let whole = DEFINITION.replace("  b:\n    c: d\n", "\n\n");
        assert_eq!(shorter, format!("{whole}{other}"));
        assert_eq!(without_unread(other), None);
    }

    #[test]
    fn a_broken_definition_is_left_to_the_parser() {
        assert_eq!(without_unread(&DEFINITION.replace("c: d", "c: d: e")), None);
        assert_eq!(without_unread(&DEFINITION.replace("c: d", "c: d\n    c: e")), None);
    }
}
