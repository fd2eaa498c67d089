//! The probe over small trees.

use crate::model::Fact;
use crate::probe::trial::{count, observe, percent};

use super::DEF;

const GOOD: &str = include_str!("../../../fixtures/checks/k8s/manifests-present/pass/k8s/web.yaml");

#[test]
fn a_careful_workload_has_no_findings() {
    let seen = observe(&DEF, "{}", &[("k8s/web.yaml", GOOD)]);
    for (fact, _) in super::facts::COUNTED {
        assert_eq!(count(&seen, fact), Some(0), "{fact}: {:?}", seen.facts.get(fact));
    }
    for ratio in
        ["pinned_ratio", "resource_ratio", "ready_ratio", "rollout_ratio", "restricted_ratio", "isolation_ratio"]
    {
        let least = if ratio == "pinned_ratio" { 70 } else { 100 };
        assert_eq!(percent(&seen, ratio), Some(least), "{ratio}");
    }
}

#[test]
fn a_tree_without_manifests_has_none_and_says_nothing_else() {
    let seen = observe(&DEF, "{}", &[("a.yaml", "x: 1\n")]);
    assert_eq!(
        (count(&seen, "files"), count(&seen, "workloads"), count(&seen, "privileged")),
        (Some(0), Some(0), None)
    );
}

#[test]
fn a_chart_that_was_not_rendered_leaves_every_zero_open() {
    let template = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\n";
    let seen = observe(&DEF, "{}", &[("chart/templates/web.yaml", template)]);
    assert_eq!(count(&seen, "unrendered"), Some(1));
    let Fact::Unobserved(reason) = seen.facts.get("workloads") else { panic!("it was not looked at") };
    assert!(reason.contains("helm template"), "{reason}");
}

#[test]
fn a_kustomization_that_changes_its_files_has_to_be_rendered() {
    let overlay = "resources: [../base]\nimages: [{name: shop, newTag: 1.2.3}]\n";
    let base = "resources: [web.yaml]\n";
    let files = [("base/kustomization.yaml", base), ("prod/kustomization.yaml", overlay), ("base/web.yaml", GOOD)];
    let seen = observe(&DEF, "{}", &files);
    assert_eq!((count(&seen, "unrendered"), count(&seen, "workloads")), (Some(1), None));
    let with_output = [files[0], files[1], files[2], ("rendered.yaml", GOOD)];
    let seen = observe(&DEF, "{}", &with_output);
    assert_eq!((count(&seen, "unrendered"), count(&seen, "workloads")), (Some(0), Some(1)));
    let named = observe(&DEF, "{glob: \"base/*.yaml\"}", &files);
    assert_eq!(count(&named, "workloads"), Some(1));
}

#[test]
fn nothing_is_missing_while_a_file_could_not_be_judged() {
    let service =
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n";
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {app: other}}\nspec: {containers: [{name: c, image: x}]}\n";
    let facts = ["dangling_services", "unisolated_workloads", "mounted_tokens"];
    let whole = observe(&DEF, "{}", &[("a.yaml", service), ("b.yaml", pod)]);
    assert_eq!(facts.map(|fact| count(&whole, fact)), [Some(1); 3]);
    let chart = ("chart/templates/rest.yaml", "apiVersion: v1\nkind: {{ .Values.kind }}\n");
    let part = observe(&DEF, "{}", &[("a.yaml", service), ("b.yaml", pod), chart]);
    assert_eq!(facts.map(|fact| count(&part, fact)), [None; 3]);
}

#[test]
fn one_broken_file_leaves_the_others_judged() {
    let bad = "apiVersion: v1\nkind: Service\nmetadata: {name: a\n";
    let pod =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {hostPID: true, containers: [{name: c, image: x}]}\n";
    let seen = observe(&DEF, "{}", &[("a.yaml", bad), ("b.yaml", pod)]);
    assert_eq!((count(&seen, "parse_errors"), count(&seen, "host_namespaces")), (Some(1), Some(1)));
    assert_eq!(count(&seen, "privileged"), None, "zero needs every file to have been read");
}

#[test]
fn what_nothing_was_seen_of_is_not_zero() {
    let job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec: {template: {spec: {containers: [{name: c, image: \"a:1.2.3\"}]}}}\n";
    let seen = observe(&DEF, "{}", &[("j.yaml", job)]);
    for fact in [
        "without_readiness_probe",
        "single_replicas",
        "without_disruption_budget",
        "unencrypted_routes",
        "abrupt_rollouts",
    ] {
        assert_eq!(count(&seen, fact), None, "{fact}");
    }
    assert_eq!(count(&seen, "run_as_root"), Some(1));
}

#[test]
fn objects_find_each_other_within_a_namespace() {
    let files = [
        (
            "d.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: a}\nspec:\n  replicas: 2\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: c, image: \"a:1.2.3\", ports: [{name: http, containerPort: 80}]}]}\n",
        ),
        (
            "s.yaml",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: a}\nspec: {selector: {app: web}, ports: [{port: 80, targetPort: metrics}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: other, namespace: b}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n",
        ),
        (
            "h.yaml",
            "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web, namespace: a}\nspec: {minReplicas: 1, maxReplicas: 1, scaleTargetRef: {kind: Deployment, name: web}}\n",
        ),
    ];
    let seen = observe(&DEF, "{}", &files);
    for (fact, number) in [
        ("dangling_services", 1),
        ("dangling_ports", 1),
        ("single_replicas", 1),
        ("fixed_beside_autoscaler", 1),
        ("idle_autoscalers", 1),
    ] {
        assert_eq!(count(&seen, fact), Some(number), "{fact}");
    }
}

#[test]
fn an_annotation_with_a_reason_takes_a_finding_out_of_the_count() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  annotations: {ignore-check.kube-linter.io/no-read-only-root-fs: writes its cache}\nspec: {containers: [{name: c, image: \"a:1.2.3\"}]}\n";
    let seen = observe(&DEF, "{}", &[("p.yaml", pod)]);
    assert_eq!((count(&seen, "writable_roots"), count(&seen, "suppressed")), (Some(0), Some(1)));
}
