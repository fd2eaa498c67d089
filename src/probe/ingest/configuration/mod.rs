//! Reports about infrastructure and Kubernetes manifests: one file per tool.

pub(super) mod checkov;
pub(super) mod kube_linter;
pub(super) mod kube_score;
pub(super) mod kubeconform;
pub(super) mod polaris;
