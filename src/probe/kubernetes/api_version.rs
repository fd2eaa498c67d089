//! API versions that Kubernetes stopped serving: the table of its deprecation guide
//! (<https://kubernetes.io/docs/reference/using-api/deprecation-guide/>).

/// An API that is gone.
pub(super) struct Removed {
    /// Minor version of Kubernetes 1 that no longer serves it.
    pub(super) minor: u32,
    /// What to write instead.
    pub(super) replacement: &'static str,
}

/// When, if ever, this kind stopped being served under this `apiVersion`.
pub(super) fn removed(api_version: &str, kind: &str) -> Option<Removed> {
    let row = TABLE.iter().find(|row| row.0 == api_version && (row.1.is_empty() || row.1.contains(&kind)))?;
    Some(Removed { minor: row.2, replacement: row.3 })
}

/// `apiVersion`, kinds (none: all), the minor version that dropped it, the replacement.
type Row = (&'static str, &'static [&'static str], u32, &'static str);

#[rustfmt::skip]
const TABLE: &[Row] = &[
    ("extensions/v1beta1", &["Ingress"], 22, "networking.k8s.io/v1"),
    ("extensions/v1beta1", &["NetworkPolicy"], 16, "networking.k8s.io/v1"),
    ("extensions/v1beta1", &["PodSecurityPolicy"], 16, "Pod Security Admission"),
    ("extensions/v1beta1", &["DaemonSet", "Deployment", "ReplicaSet"], 16, "apps/v1"),
    ("apps/v1beta1", &[], 16, "apps/v1"),
    ("apps/v1beta2", &[], 16, "apps/v1"),
    ("batch/v2alpha1", &["CronJob"], 21, "batch/v1"),
    ("admissionregistration.k8s.io/v1beta1", &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"], 22, "admissionregistration.k8s.io/v1"),
    ("apiextensions.k8s.io/v1beta1", &["CustomResourceDefinition"], 22, "apiextensions.k8s.io/v1"),
    ("apiregistration.k8s.io/v1beta1", &["APIService"], 22, "apiregistration.k8s.io/v1"),
    ("authentication.k8s.io/v1beta1", &["TokenReview"], 22, "authentication.k8s.io/v1"),
    ("authorization.k8s.io/v1beta1", &[], 22, "authorization.k8s.io/v1"),
    ("certificates.k8s.io/v1beta1", &["CertificateSigningRequest"], 22, "certificates.k8s.io/v1"),
    ("coordination.k8s.io/v1beta1", &["Lease"], 22, "coordination.k8s.io/v1"),
    ("networking.k8s.io/v1beta1", &["Ingress", "IngressClass"], 22, "networking.k8s.io/v1"),
    ("rbac.authorization.k8s.io/v1alpha1", &[], 22, "rbac.authorization.k8s.io/v1"),
    ("rbac.authorization.k8s.io/v1beta1", &[], 22, "rbac.authorization.k8s.io/v1"),
    ("scheduling.k8s.io/v1beta1", &["PriorityClass"], 22, "scheduling.k8s.io/v1"),
    ("storage.k8s.io/v1beta1", &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"], 22, "storage.k8s.io/v1"),
    ("autoscaling/v2beta1", &["HorizontalPodAutoscaler"], 25, "autoscaling/v2"),
    ("batch/v1beta1", &["CronJob"], 25, "batch/v1"),
    ("discovery.k8s.io/v1beta1", &["EndpointSlice"], 25, "discovery.k8s.io/v1"),
    ("events.k8s.io/v1beta1", &["Event"], 25, "events.k8s.io/v1"),
    ("node.k8s.io/v1beta1", &["RuntimeClass"], 25, "node.k8s.io/v1"),
    ("policy/v1beta1", &["PodDisruptionBudget"], 25, "policy/v1"),
    ("policy/v1beta1", &["PodSecurityPolicy"], 25, "Pod Security Admission"),
    ("autoscaling/v2beta2", &["HorizontalPodAutoscaler"], 26, "autoscaling/v2"),
    ("flowcontrol.apiserver.k8s.io/v1beta1", &[], 26, "flowcontrol.apiserver.k8s.io/v1"),
    ("storage.k8s.io/v1beta1", &["CSIStorageCapacity"], 27, "storage.k8s.io/v1"),
    ("flowcontrol.apiserver.k8s.io/v1beta2", &[], 29, "flowcontrol.apiserver.k8s.io/v1"),
    ("flowcontrol.apiserver.k8s.io/v1beta3", &[], 32, "flowcontrol.apiserver.k8s.io/v1"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_api_is_gone_for_the_kinds_that_its_row_names() {
        let minor = |api: &str, kind: &str| removed(api, kind).map(|removed| removed.minor);
        assert_eq!(minor("extensions/v1beta1", "Deployment"), Some(16));
        assert_eq!(minor("extensions/v1beta1", "Ingress"), Some(22));
        assert_eq!(minor("apps/v1beta2", "StatefulSet"), Some(16));
        assert_eq!(minor("apps/v1", "Deployment"), None);
        assert_eq!(minor("policy/v1beta1", "PodDisruptionBudget"), Some(25));
    }
}
