//! The probe over small trees.

#![allow(clippy::unwrap_used, reason = "tests")]

use crate::model::{Fact, Observation, Value};
use crate::probe::trial::{count, observe, percent};

use super::DEF;

#[test]
fn files_for_development_are_set_aside() {
    let files = [
        ("compose.yaml", "services: {a: {image: a/b:1.2.3}}\n"),
        ("docker-compose.dev.yml", "services: {b: {image: b}}\n"),
    ];
    let seen = observe(&DEF, "{}", &files);
    assert_eq!((count(&seen, "files"), count(&seen, "services")), (Some(1), Some(1)));
    let none = observe(&DEF, "{}", &[("a.txt", "")]);
    assert_eq!((count(&none, "files"), flag(&none)), (Some(0), Some(false)));
    let aside = observe(&DEF, "{}", &files[1..]);
    assert_eq!((count(&aside, "files"), flag(&aside)), (Some(0), Some(true)));
}

fn flag(seen: &Observation) -> Option<bool> {
    match seen.facts.get("only_set_aside") {
        Fact::Present(Value::Bool(flag)) => Some(flag),
        _ => None,
    }
}

#[test]
fn files_of_one_folder_belong_together() {
    let files = [
        ("compose.yaml", "services: {web: {image: a/b:1.2.3}}\n"),
        ("compose.prod.yaml", "services: {web: {restart: always, mem_limit: 1g}}\n"),
    ];
    let seen = observe(&DEF, "{}", &files);
    assert_eq!(count(&seen, "without_restart"), Some(0));
    assert_eq!(percent(&seen, "resilience_ratio"), Some(65));
}

const BASE: &str =
    "services:\n  base:\n    privileged: true\n    restart: always\n    mem_limit: 1g\n    image: a/base:1.2.3\n";

#[test]
fn a_service_has_what_it_extends_and_its_dangers() {
    let files =
        [("compose.yaml", "services: {web: {extends: {file: common.yml, service: base}}}\n"), ("common.yml", BASE)];
    let seen = observe(&DEF, "{}", &files);
    assert_eq!((count(&seen, "privileged"), count(&seen, "without_restart")), (Some(1), Some(0)));
    assert_eq!((percent(&seen, "escape_credit"), percent(&seen, "pinned_ratio")), (Some(0), Some(70)));
    let place = seen.evidence.iter().find(|piece| piece.fact.as_deref() == Some("privileged")).unwrap();
    assert_eq!(place.place.as_ref().unwrap().file, "common.yml");
    let undone =
        "services: {web: {privileged: false, image: 'b/c:2.0.1', extends: {file: common.yml, service: base}}}\n";
    let seen = observe(&DEF, "{}", &[("compose.yaml", undone), ("common.yml", BASE)]);
    assert_eq!((count(&seen, "privileged"), percent(&seen, "escape_credit")), (Some(0), Some(100)));
}

#[test]
fn a_service_of_the_same_file_is_extended_and_its_dangers_count_once() {
    let text = format!("{BASE}  web: {{extends: base}}\n  api: {{extends: {{service: base}}}}\n");
    let seen = observe(&DEF, "{}", &[("compose.yaml", &text)]);
    assert_eq!((count(&seen, "privileged"), count(&seen, "without_restart")), (Some(1), Some(0)));
    assert_eq!(count(&seen, "services"), Some(3));
}

#[test]
fn what_is_extended_and_cannot_be_read_makes_absence_unknown() {
    for extends in [
        "{file: gone.yml, service: base}",
        "{file: ../up.yml, service: base}",
        "{file: '${WHERE}/x.yml', service: base}",
        "{file: common.yml, service: other}",
        "web",
    ] {
        let text = format!("services: {{web: {{extends: {extends}}}}}\n");
        let seen = observe(&DEF, "{}", &[("compose.yaml", &text), ("common.yml", BASE)]);
        assert!(matches!(seen.facts.get("privileged"), Fact::Unobserved(_)), "{extends}");
    }
}

#[test]
fn an_included_file_counts_wherever_it_lies() {
    let main = "include:\n  - parts/store.yaml\n  - path: [parts/dev/queue.yaml]\nservices: {web: {build: ., restart: always}}\n";
    let store = "include: [../compose.yaml]\nservices: {db: {image: 'postgres:16.3', ports: ['5432:5432']}}\n";
    let queue = "services: {mq: {image: 'nats', privileged: true}}\n";
    let files = [("compose.yaml", main), ("parts/store.yaml", store), ("parts/dev/queue.yaml", queue)];
    let seen = observe(&DEF, "{}", &files);
    assert_eq!((count(&seen, "files"), count(&seen, "services")), (Some(3), Some(3)));
    assert_eq!((count(&seen, "datastores_published"), count(&seen, "privileged")), (Some(1), Some(1)));
    let seen = observe(&DEF, "{}", &[("compose.yaml", "include: ['oci://registry/x']\nservices: {web: {build: .}}\n")]);
    assert!(matches!(seen.facts.get("privileged"), Fact::Unobserved(_)));
}

#[test]
fn a_datastore_must_be_private_and_persistent() {
    let open = "services:\n  db:\n    image: postgres:16.3\n    restart: always\n    ports: [\"5432:5432\"]\n";
    let seen = observe(&DEF, "{}", &[("compose.yaml", open)]);
    assert_eq!((count(&seen, "datastores_published"), count(&seen, "datastores_without_volume")), (Some(1), Some(1)));
    assert_eq!(percent(&seen, "datastore_ratio"), Some(0));
    let safe = "services:\n  db:\n    image: postgres:16.3\n    restart: always\n    ports: [\"127.0.0.1:5432:5432\"]\n    volumes: [\"db:/var/lib/postgresql/data\"]\n";
    let seen = observe(&DEF, "{}", &[("compose.yaml", safe)]);
    assert_eq!((count(&seen, "datastores_published"), count(&seen, "datastores_without_volume")), (Some(0), Some(0)));
}

#[test]
fn a_job_that_runs_once_needs_no_restart() {
    let text = "services:\n  migrate: {build: .}\n  web: {build: ., restart: always, depends_on: {migrate: {condition: service_completed_successfully}}}\n";
    let seen = observe(&DEF, "{}", &[("compose.yaml", text)]);
    assert_eq!(count(&seen, "without_restart"), Some(0));
}

#[test]
fn starting_before_a_datastore_is_healthy_is_found() {
    let text = "services:\n  db: {image: postgres:16.3}\n  web: {build: ., depends_on: [db]}\n";
    assert_eq!(count(&observe(&DEF, "{}", &[("compose.yaml", text)]), "unordered_dependencies"), Some(1));
}

#[test]
fn a_published_port_is_shown_in_the_file_that_publishes_it() {
    let files = [
        ("compose.deploy.yaml", "services:\n  db: {image: postgres:16.3}\n  web: {build: .}\n"),
        ("compose.yaml", "services:\n  db:\n    image: postgres:16.3\n    ports: [\"5432:5432\"]\n  web: {build: .}\n"),
    ];
    let seen = observe(&DEF, "{}", &files);
    let about = seen.evidence.iter().find(|item| item.fact.as_deref() == Some("datastores_published"));
    let place = about.and_then(|item| item.place.as_ref()).map(ToString::to_string);
    assert_eq!(place.as_deref(), Some("compose.yaml:4"));
}

#[test]
fn tools_that_work_on_the_mounted_source_run_no_product() {
    let text = "services:\n  tests: {image: swift:5.7-jammy, volumes: [\"..:/code\"], command: ./run.sh}\n";
    assert_eq!(count(&observe(&DEF, "{}", &[("docker/compose.yaml", text)]), "files"), Some(0));
}

#[test]
fn an_override_undoes_what_is_below_it() {
    let below = "services:\n  db:\n    image: postgres:latest\n    privileged: true\n    pid: host\n    ports: [\"5432:5432\"]\n    cap_add: [SYS_ADMIN]\n    restart: always\n";
    let over = "services:\n  db:\n    image: postgres:16.3.1\n    privileged: false\n    pid: !reset null\n    ports: !override [\"127.0.0.1:5432:5432\"]\n    cap_add: !reset []\n    network_mode: host\n    volumes: [\"d:/var/lib/postgresql/data\"]\n";
    let files = [("compose.yaml", below), ("compose.override.yaml", over)];
    let seen = observe(&DEF, "{glob: 'compose*.yaml'}", &files);
    for (fact, number) in [
        ("files", 2),
        ("services", 1),
        ("unpinned_images", 0),
        ("privileged", 0),
        ("dangerous_caps", 0),
        ("host_namespaces", 1),
        ("datastores_published", 0),
        ("datastores_without_volume", 0),
        ("without_restart", 0),
    ] {
        assert_eq!(count(&seen, fact), Some(number), "{fact}");
    }
    let place = seen.evidence.iter().find(|item| item.fact.as_deref() == Some("host_namespaces"));
    assert_eq!(
        place.and_then(|item| item.place.as_ref()).map(ToString::to_string).as_deref(),
        Some("compose.override.yaml:8")
    );
    let seen = observe(&DEF, "{}", &files);
    assert_eq!(
        (count(&seen, "files"), count(&seen, "privileged")),
        (Some(1), Some(1)),
        "an override is for development"
    );
}

#[test]
fn values_of_images_come_from_the_environment_file_beside() {
    let compose = "services:\n  web:\n    image: shop/web:${TAG}\n    restart: always\n  db:\n    image: postgres:${PG:-latest}\n";
    let images = |environment: &str| {
        let seen = observe(&DEF, "{}", &[("deploy/compose.yaml", compose), ("deploy/.env", environment)]);
        ["unresolved_images", "unpinned_images", "images"].map(|fact| count(&seen, fact))
    };
    assert_eq!(images(""), [Some(1), Some(1), Some(1)]);
    assert_eq!(images("# tags\nexport TAG=\"1.4.2\"\nPG=18.1\n"), [Some(0), Some(0), Some(2)]);
    assert_eq!(images("PG=18.1\nTAG=${PG}-web # same\n"), [Some(0), Some(0), Some(2)]);
    assert_eq!(images("TAG=latest\n"), [Some(0), Some(2), Some(2)]);
    assert_eq!(images("TAG=${NOWHERE}\nPG=18.1\n"), [Some(1), None, Some(1)]);
    let elsewhere = observe(&DEF, "{}", &[("deploy/compose.yaml", compose), (".env", "TAG=1.4.2\n")]);
    assert_eq!(count(&elsewhere, "unresolved_images"), Some(1), "the folder of the file is what counts");
}
