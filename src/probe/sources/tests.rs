//! What the probe tells of small repositories.

use super::DEF;
use crate::probe::trial::{count, observe, percent};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

#[test]
fn a_branch_that_a_lock_fixes_does_not_move() {
    let manifest = ("app/Cargo.toml", "[dependencies]\na = { git = 'https://github.com/shop/a', branch = 'main' }\n");
    let seen = observe(&DEF, "{}", &[manifest]);
    assert_eq!((count(&seen, "moving_revisions"), percent(&seen, "source_credit")), (Some(1), Some(70)));
    let lock = format!("[[package]]\nname = \"a\"\nsource = \"git+https://github.com/shop/a?branch=main#{COMMIT}\"\n");
    let seen = observe(&DEF, "{}", &[manifest, ("Cargo.lock", &lock)]);
    assert_eq!((count(&seen, "moving_revisions"), count(&seen, "fixed_revisions")), (Some(0), Some(1)));
    assert_eq!(percent(&seen, "source_credit"), Some(100));
    let seen = observe(&DEF, "{}", &[manifest, ("other/Cargo.lock", &lock)]);
    assert_eq!(count(&seen, "moving_revisions"), Some(1), "the lock of another project");
}

#[test]
fn a_host_is_public_named_given_or_unknown() {
    let lock = (
        "package-lock.json",
        "{\"packages\": {\"node_modules/a\": {\"version\": \"1.0.0\", \"resolved\": \"https://npm.shop.test/a.tgz\", \"integrity\": \"sha512-x\"}}}",
    );
    let seen = observe(&DEF, "{}", &[lock]);
    assert_eq!((count(&seen, "unknown_hosts"), percent(&seen, "source_credit")), (Some(1), Some(80)));
    assert_eq!(count(&observe(&DEF, "registries: [npm.shop.test]", &[lock]), "unknown_hosts"), Some(0));
    let seen = observe(&DEF, "{}", &[lock, (".npmrc", "registry=https://npm.shop.test/\n")]);
    assert_eq!(count(&seen, "unknown_hosts"), Some(0));
}

#[test]
fn a_path_may_lead_to_a_neighbour_and_not_out() {
    let of = |path: &str| {
        let text = format!("module m\n\nreplace a.test/x => {path}\n");
        count(&observe(&DEF, "{}", &[("svc/go.mod", &text)]), "outside_paths")
    };
    assert_eq!((of("../lib"), of("../../lib")), (Some(0), Some(1)));
}

#[test]
fn what_is_fetched_in_the_open_leaves_a_fifth() {
    let seen = observe(&DEF, "{}", &[("requirements.txt", "--index-url http://pypi.shop.test/simple\nflask==3\n")]);
    assert_eq!((count(&seen, "unencrypted"), percent(&seen, "source_credit")), (Some(1), Some(20)));
}

#[test]
fn what_cannot_be_read_is_not_taken_for_well() {
    let seen = observe(&DEF, "{}", &[("package-lock.json", "{")]);
    assert_eq!((count(&seen, "unknown_hosts"), percent(&seen, "source_credit")), (None, None));
    let seen = observe(&DEF, "{}", &[("mix.exs", "[{:plug, \"~> 1.0\"}]"), ("package.json", "{}")]);
    assert_eq!((count(&seen, "scanned"), count(&seen, "moving_revisions")), (Some(1), None));
    let seen = observe(&DEF, "{}", &[("Package.swift", "let x = 1"), ("package.json", "{}")]);
    assert_eq!(count(&seen, "moving_revisions"), Some(0), "it asks for nothing");
}

#[test]
fn a_scope_of_a_company_needs_a_setting_that_says_whose_it_is() {
    let lock = (
        "package-lock.json",
        "{\"packages\": {\"node_modules/@shop/a\": {\"version\": \"1.0.0\", \"resolved\": \"https://npm.shop.test/a.tgz\", \"integrity\": \"sha512-x\"}}}",
    );
    let given = "registries: [npm.shop.test]";
    let seen = observe(&DEF, given, &[lock]);
    assert_eq!((count(&seen, "unmapped_scopes"), count(&seen, "unknown_hosts")), (Some(1), Some(0)));
    assert_eq!(percent(&seen, "source_credit"), Some(80));
    for settings in [
        (".npmrc", "@shop:registry=https://npm.shop.test/\n"),
        (".npmrc", "registry=https://npm.shop.test/\n"),
        (".yarnrc.yml", "npmScopes:\n  shop:\n    npmRegistryServer: https://npm.shop.test\n"),
        ("bunfig.toml", "[install.scopes]\nshop = \"https://npm.shop.test\"\n"),
    ] {
        assert_eq!(count(&observe(&DEF, given, &[lock, settings]), "unmapped_scopes"), Some(0), "{settings:?}");
    }
    let seen = observe(&DEF, "{}", &[lock]);
    let found = (count(&seen, "unmapped_scopes"), count(&seen, "unknown_hosts"));
    assert_eq!(found, (Some(0), Some(1)), "it is told as a host that nobody named");
}

#[test]
fn a_private_package_that_the_lock_takes_from_a_registry_is_confused() {
    let lock = "{\"packages\": {\"\": {}, \"libs/ui\": {\"name\": \"@shop/ui\", \"version\": \"1.0.0\"}, \"node_modules/@shop/ui\": {\"resolved\": \"libs/ui\", \"link\": true}, \"web/node_modules/@shop/ui\": {\"version\": \"0.9.0\", \"resolved\": \"https://npm.open.test/ui.tgz\", \"integrity\": \"sha512-x\"}}}";
    let of = |private: bool, lock: &str| {
        let manifest = format!("{{\"name\": \"@shop/ui\", \"private\": {private}}}");
        count(&observe(&DEF, "{}", &[("package-lock.json", lock), ("libs/ui/package.json", &manifest)]), "confusable")
    };
    assert_eq!((of(true, lock), of(false, lock)), (Some(1), Some(0)));
    let linked = lock.replace("https://npm.open.test/ui.tgz", "libs/ui");
    assert_eq!(of(true, &linked), Some(0));
}
