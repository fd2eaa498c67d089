//! Files of every kind and quality.

use super::*;

fn objects(text: &str) -> Objects {
    match read("k.yaml", text.as_bytes(), 34) {
        Ok(Manifest::Objects(objects)) => objects,
        other => panic!("{other:?}"),
    }
}

fn facts(text: &str) -> Vec<(&'static str, u32)> {
    let found = objects(text);
    found.objects.iter().flat_map(|object| &object.findings).map(|finding| (finding.fact, finding.line)).collect()
}

#[test]
fn lists_and_several_documents_are_taken_apart() {
    let text = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Service, metadata: {name: a}, spec: {}}\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: c, namespace: n}\nspec: {template: {spec: {containers: [{name: x, image: \"a/b:1.2.3\"}]}}}\n";
    let titles: Vec<String> = objects(text).objects.iter().map(Object::title).collect();
    assert_eq!(titles, ["Service/a", "ConfigMap/b", "Deployment/n/c"]);
}

#[test]
fn json_is_read_too() {
    let text = "{\n  \"kind\": \"Pod\",\n  \"apiVersion\": \"v1\",\n  \"metadata\": {\"name\": \"p\"},\n  \"spec\": {\"containers\": [{\"name\": \"x\", \"image\": \"nginx\"}]}\n}\n";
    assert!(facts(text).contains(&("unpinned_images", 5)));
}

#[test]
fn templates_are_not_judged_and_braces_in_texts_are_no_template() {
    let helm = "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Values.name }}\n";
    assert!(matches!(read("t.yaml", helm.as_bytes(), 34), Ok(Manifest::Template)));
    let rule = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: r}\nspec: {x: \"{{ $labels.pod }}\"}\n";
    assert_eq!(objects(rule).objects.len(), 1);
}

#[test]
fn broken_files_say_where_and_others_are_left_alone() {
    let broken = "apiVersion: v1\nkind: Service\nmetadata:\n\tname: a\n";
    assert_eq!(read("b.yaml", broken.as_bytes(), 34).err().map(|fault| fault.line), Some(4));
    assert!(matches!(read("a.yaml", b"services: {a: {image: b}}\n", 34), Ok(Manifest::Other)));
    assert!(matches!(read("a.yaml", b"key: [1, 2\n", 34), Ok(Manifest::Other)));
}

#[test]
fn an_api_that_is_gone_depends_on_the_version() {
    let text = "apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: {name: c}\nspec: {jobTemplate: {spec: {template: {spec: {containers: []}}}}}\n";
    assert_eq!(facts(text), [("removed_apis", 1)]);
    let Ok(Manifest::Objects(older)) = read("k.yaml", text.as_bytes(), 24) else { panic!("it is a manifest") };
    assert_eq!(older.objects[0].findings[0].fact, "later_removed_apis");
}

#[test]
fn an_image_that_is_filled_in_later_is_no_finding() {
    for image in ["$(IMAGE)", "IMAGE_PLACEHOLDER", "app:TAG", "ko://example.test/cmd", ""] {
        assert!(is_unresolved(image), "{image}");
    }
    assert!(!is_unresolved("nginx:1.27.3") && !is_unresolved("registry.test:5000/a:v1"));
}

#[test]
fn an_agent_of_the_nodes_is_only_likely_a_breach() {
    let text = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: node-exporter}\nspec: {template: {spec: {hostNetwork: true, containers: []}}}\n";
    let found = objects(text);
    let breach = found.objects[0].findings.iter().find(|finding| finding.fact == "host_namespaces");
    assert_eq!(breach.map(|finding| finding.certainty), Some(Certainty::Likely));
}
