//! Valid specs under `fixtures/specs/valid`: what they mean once loaded.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::path::Path;

use shipworthy::model::Problems;
use shipworthy::spec::document::{CheckDoc, TargetDoc};
use shipworthy::spec::{LoadOptions, Loaded, effective, load};

const VALID: &str = "fixtures/specs/valid";

fn options(root: &Path) -> LoadOptions {
    let process_env = BTreeMap::from([
        ("API_TOKEN".to_owned(), "t0ken-for-tests".to_owned()),
        ("PLAIN_NOTE".to_owned(), "a plain note".to_owned()),
        ("EMPTY".to_owned(), String::new()),
    ]);
    LoadOptions { root: root.to_owned(), process_env, ..LoadOptions::default() }
}

fn loaded(name: &str, change: impl FnOnce(&mut LoadOptions)) -> Loaded {
    let path = Path::new(VALID).join(name);
    let mut options = options(path.parent().unwrap());
    change(&mut options);
    let loaded = load(&path, &options).unwrap_or_else(|problems| panic!("{name}: {problems:#?}"));
    assert!(!loaded.problems.has_errors(), "{name}: {:#?}", loaded.problems);
    loaded
}

fn check(loaded: &Loaded, area: &str, index: usize) -> CheckDoc {
    loaded.document.areas[area].checks[index].decode(&mut Problems::new()).unwrap()
}

fn target(loaded: &Loaded, name: &str) -> TargetDoc {
    loaded.document.targets[name].decode(&mut Problems::new()).unwrap()
}

#[test]
fn anchors_and_merge_keys_work() {
    let loaded = loaded("anchors-and-merge-keys.yaml", |_| {});
    let (health, ready) = (check(&loaded, "api", 0), check(&loaded, "api", 1));
    assert_eq!(health.owner.as_deref(), Some("@platform"));
    assert_eq!(health.expect[0].value, ready.expect[0].value);
    assert_eq!(ready.phase.unwrap().value, "later");
    assert_eq!(ready.severity.unwrap().value, shipworthy::model::Severity::Low);
    assert_eq!(health.probe.unwrap().node.get("http").unwrap().get("timeout").unwrap().text(), Some("5 s"));
}

#[test]
fn text_is_taken_as_written() {
    let document = loaded("text-stays-text.yaml", |_| {}).document;
    assert_eq!(document.catalog.unwrap().value, "1.10");
    assert_eq!(document.system.name.unwrap().value, "NO");
    assert_eq!(document.system.owner.as_deref(), Some("4"));
    let vars: Vec<(&str, &str)> = document.vars.iter().map(|(k, v)| (k.as_str(), v.value.as_str())).collect();
    let expected =
        [("version", "1.10"), ("country", "no"), ("code", "017"), ("exponent", "7e3"), ("truth", "yes"), ("on", "off")];
    assert_eq!(vars, expected);
    assert_eq!((document.team[0].role.as_str(), document.team[0].fte.as_deref()), ("on", Some("0.50")));
    assert_eq!(document.waivers[0].ticket.as_deref(), Some("0012"));
    assert_eq!(document.waivers[0].reason, "1e3");
}

#[test]
fn x_keys_are_ignored_but_header_names_are_kept() {
    let loaded = loaded("x-keys.yaml", |_| {});
    assert_eq!(loaded.document.areas.keys().collect::<Vec<_>>(), ["api"]);
    assert_eq!(target(&loaded, "api").headers.keys().collect::<Vec<_>>(), ["x-tenant", "X-Request-Source"]);
}

fn staging(options: &mut LoadOptions) {
    options.environment = Some("staging".to_owned());
    options.vars = vec![("given".to_owned(), "by-hand".to_owned())];
}

#[test]
fn variables_are_replaced_and_missing_ones_remembered() {
    let loaded = loaded("all-forms-of-variables.yaml", staging);
    let system = &loaded.document.system;
    assert_eq!(system.name.as_ref().unwrap().value, "staging.test/by-hand in staging costs $5");
    assert_eq!(system.owner.as_deref(), Some("nobody"));
    assert_eq!(loaded.document.vars["both"].value, "staging.test/by-hand");
    let check = check(&loaded, "api", 0);
    assert_eq!(check.title.as_deref(), Some("${each.name} of ${with.target}"));
    assert_eq!(check.remedy.as_deref(), Some("a plain note"));
    assert_eq!(check.probe.unwrap().node.missing_below(), ["UNSET_URL"]);
    assert_eq!(loaded.document.targets["db"].node.missing_below(), ["DATABASE_URL"]);
    assert_eq!(loaded.variable_hosts.iter().collect::<Vec<_>>(), ["api", "db"]);
}

#[test]
fn an_environment_that_moves_a_target_drops_what_belonged_to_its_origin() {
    let api = target(&loaded("all-forms-of-variables.yaml", staging), "api");
    assert_eq!(api.url.value, "https://staging.test");
    assert!(api.headers.is_empty() && api.credentials.is_empty() && api.allow.is_empty());
}

#[test]
fn secrets_are_known_by_place_and_never_shown() {
    let loaded = loaded("all-forms-of-variables.yaml", staging);
    assert_eq!(loaded.secrets, ["literal-token", "other-literal", "pw-t0ken-for-tests", "t0ken-for-tests"]);
    let text = effective(&loaded);
    assert!(!text.contains("t0ken-for-tests") && !text.contains("-literal") && text.contains("«secret»"), "{text}");
}

#[test]
fn included_files_come_first_and_later_ones_override_by_id() {
    let loaded = loaded("include/shipworthy.yaml", |_| {});
    let document = &loaded.document;
    assert_eq!(document.system.name.as_ref().unwrap().value, "Harbour");
    assert_eq!(document.system.owner.as_deref(), Some("second"));
    let packs: Vec<&str> = document.include.iter().map(|i| i.pack.as_ref().unwrap().value.as_str()).collect();
    assert_eq!(packs, ["web-service", "container"]);
    assert_eq!(document.waivers.iter().map(|w| w.check.value.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let api = &document.areas["api"];
    assert_eq!((api.title.as_deref(), api.take.len(), api.checks.len()), (Some("Our API"), 1, 2));
    let health = check(&loaded, "api", 0);
    assert_eq!(health.title.as_deref(), Some("Health answers"));
    assert!(health.uses.is_none() && health.probe.is_some());
    let files: Vec<&str> = loaded.sources.iter().map(|source| source.file.as_str()).collect();
    assert_eq!(
        files,
        [
            "fixtures/specs/valid/include/shipworthy.yaml",
            "fixtures/specs/valid/include/org/a-first.yaml",
            "fixtures/specs/valid/include/org/b-second.yaml",
        ]
    );
}

#[test]
fn a_policy_adds_and_tightens() {
    let loaded = loaded("policy/shipworthy.yaml", |options| {
        options.policy = Some(Path::new(VALID).join("policy/policy.yaml"));
    });
    let document = &loaded.document;
    assert_eq!(document.scoring.min_score.as_ref().unwrap().value, "90 %");
    assert_eq!(document.scoring.require_measured.as_ref().unwrap().value, "80 %");
    assert_eq!(document.areas["security"].min_score.as_ref().unwrap().value, "60 %");
    let packs: Vec<&str> = document.include.iter().map(|i| i.pack.as_ref().unwrap().value.as_str()).collect();
    assert_eq!(packs, ["container", "secrets"]);
    assert_eq!(document.include[1].span.source.file, loaded.policy.as_ref().unwrap().file);
}

#[test]
fn the_effective_spec_says_where_each_value_came_from_and_loads_again() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots/spec_valid");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for (name, change) in [
        ("include/shipworthy.yaml", None),
        ("anchors-and-merge-keys.yaml", None),
        ("text-stays-text.yaml", None),
        ("all-forms-of-variables.yaml", Some(staging as fn(&mut LoadOptions))),
    ] {
        let first = loaded(name, |options| change.unwrap_or(|_| {})(options));
        let text = effective(&first);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shipworthy.yaml");
        std::fs::write(&path, &text).unwrap();
        let mut options = options(folder.path());
        change.unwrap_or(|_| {})(&mut options);
        let again = load(&path, &options).unwrap_or_else(|problems| panic!("{name}: {problems:#?}\n{text}"));
        assert!(!again.problems.has_errors(), "{name}: {:#?}\n{text}", again.problems);
        let plain = |loaded: &Loaded| -> Vec<String> {
            effective(loaded).lines().map(|line| line.split(" # ").next().unwrap_or("").trim_end().to_owned()).collect()
        };
        assert_eq!(plain(&first), plain(&again), "{name}");
        let stem = name.replace('/', "-").replace(".yaml", "");
        settings.bind(|| insta::assert_snapshot!(stem, text));
    }
}
