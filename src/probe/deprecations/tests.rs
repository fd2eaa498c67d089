//! What locks and reports say, over trees in memory.

use super::DEF;
use crate::model::{Fact, Observation};
use crate::probe::trial::{count, observe, percent};

const PACKAGE: (&str, &str) = ("package.json", r#"{"private": true, "dependencies": {"request": "^2"}}"#);

fn npm(packages: &str) -> String {
    format!(
        "{{\"lockfileVersion\": 3, \"packages\": {{\n\"\": {{\"dependencies\": {{\"request\": \"^2\"}}}},\n{packages}\n}}}}"
    )
}

fn notes(seen: &Observation, fact: &str) -> Vec<String> {
    let of = seen.evidence.iter().filter(|item| item.fact.as_deref() == Some(fact));
    of.filter_map(|item| item.note.clone()).collect()
}

fn first(seen: &Observation, fact: &str) -> String {
    notes(seen, fact).into_iter().next().unwrap_or_default()
}

#[test]
fn npm_locks_tell_what_is_deprecated_and_who_asks_for_it() {
    let lock = npm(
        "\"node_modules/request\": {\"version\": \"2.88.2\", \"deprecated\": \"request has been deprecated\"},\n\"node_modules/glob\": {\"version\": \"7.2.3\", \"dev\": true, \"deprecated\": \"no longer supported\"},\n\"node_modules/empty\": {\"version\": \"1.0.0\", \"deprecated\": \"\"}",
    );
    let seen = observe(&DEF, "{}", &[PACKAGE, ("package-lock.json", &lock)]);
    assert_eq!(
        (count(&seen, "direct"), count(&seen, "transitive"), count(&seen, "yanked")),
        (Some(1), Some(1), Some(0))
    );
    assert_eq!(percent(&seen, "deprecation_credit"), Some(75));
    assert_eq!(
        notes(&seen, "direct"),
        ["`request@2.88.2` is deprecated: request has been deprecated", "1 that other packages bring: `glob@7.2.3`"]
    );
    let line = seen.evidence[0].place.as_ref().map(|place| place.line);
    assert_eq!(line, Some(3));
    let clean = npm("\"node_modules/request\": {\"version\": \"3.0.0\"}");
    let seen = observe(&DEF, "{}", &[PACKAGE, ("package-lock.json", &clean)]);
    assert_eq!((count(&seen, "direct"), percent(&seen, "deprecation_credit")), (Some(0), Some(100)));
}

#[test]
fn a_member_of_a_workspace_asks_for_what_lies_in_its_folder_or_at_the_top() {
    let lock = r#"{"packages": {"": {}, "web": {"dependencies": {"a": "1", "b": "1"}}, "node_modules/web": {"link": true},
"node_modules/a": {"version": "1.0.0", "deprecated": "x"}, "node_modules/b": {"version": "2.0.0", "deprecated": "x"},
"web/node_modules/b": {"version": "1.0.0", "deprecated": "x"}, "web/node_modules/b/node_modules/a": {"version": "0.1.0", "deprecated": "x"}}}"#;
    let seen = observe(&DEF, "{}", &[PACKAGE, ("package-lock.json", lock)]);
    assert_eq!(notes(&seen, "direct")[..2], ["`a@1.0.0` is deprecated: x", "`b@1.0.0` is deprecated: x"]);
    assert_eq!(count(&seen, "transitive"), Some(2));
}

#[test]
fn pnpm_locks_of_each_version_tell_it() {
    let nine = "lockfileVersion: '9.0'\nimporters:\n  .:\n    devDependencies:\n      old:\n        specifier: npm:real@^1\n        version: real@1.0.0(react@19.0.0)\npackages:\n  real@1.0.0:\n    resolution: {integrity: x}\n    deprecated: use other\n  '@s/b@2.0.0':\n    deprecated: gone\n";
    let seen = observe(&DEF, "{}", &[PACKAGE, ("pnpm-lock.yaml", nine)]);
    assert_eq!(first(&seen, "direct"), "`real@1.0.0` is deprecated, for development: use other");
    assert_eq!(count(&seen, "transitive"), Some(1));
    let five = "lockfileVersion: 5.4\nspecifiers:\n  b: ^1\ndependencies:\n  b: 1.0.0_peer@2\npackages:\n  /b/1.0.0_peer@2:\n    deprecated: gone\n    dev: false\n";
    let seen = observe(&DEF, "{}", &[PACKAGE, ("pnpm-lock.yaml", five)]);
    assert_eq!(first(&seen, "direct"), "`b@1.0.0` is deprecated: gone");
}

#[test]
fn composer_names_what_is_abandoned_and_its_manifest_who_asks_for_it() {
    let manifest = ("composer.json", r#"{"type": "project", "require": {"Swiftmailer/swiftmailer": "^6"}}"#);
    let lock = "{\"packages\": [\n{\n\"name\": \"swiftmailer/swiftmailer\", \"version\": \"v6.3.0\", \"abandoned\": \"symfony/mailer\"},\n{\"name\": \"s/b\", \"version\": \"1.0\", \"abandoned\": true}, {\"name\": \"s/c\", \"version\": \"1.0\", \"abandoned\": false}]}";
    let seen = observe(&DEF, "{}", &[manifest, ("composer.lock", lock)]);
    assert_eq!(first(&seen, "direct"), "`swiftmailer/swiftmailer@6.3.0` is abandoned; instead `symfony/mailer`");
    assert_eq!(count(&seen, "transitive"), Some(1));
    let seen = observe(&DEF, "{}", &[("composer.lock", lock)]);
    assert_eq!(count(&seen, "direct"), None, "nobody says who asks for it");
}

#[test]
fn where_neither_a_lock_nor_a_report_speaks_nothing_is_known() {
    let cargo = ("Cargo.toml", "[dependencies]\nold = \"1\"\n");
    let rust = "[[package]]\nname = \"shop\"\nversion = \"0.1.0\"\ndependencies = [\"old\"]\n[[package]]\nname = \"old\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\n[[package]]\nname = \"deep\"\nversion = \"2.0.0\"\nsource = \"registry+x\"\n";
    let of = |files: &[(&str, &str)]| {
        let seen = observe(&DEF, "{}", files);
        (count(&seen, "direct"), matches!(seen.facts.get("deprecation_credit"), Fact::Unobserved(_)))
    };
    assert_eq!(of(&[cargo, ("Cargo.lock", rust)]), (None, true));
    assert_eq!(of(&[PACKAGE, ("yarn.lock", "")]), (None, true));
    assert_eq!(of(&[PACKAGE, ("package-lock.json", r#"{"lockfileVersion": 1, "dependencies": {}}"#)]), (None, true));
    let report = |warnings: &str| {
        format!(
            r#"{{"database": {{}}, "lockfile": {{"dependency-count": 3}}, "vulnerabilities": {{}}, "warnings": {{{warnings}}}}}"#
        )
    };
    let clean = report("");
    assert_eq!(of(&[cargo, ("Cargo.lock", rust), ("cargo-audit.json", &clean)]), (Some(0), false));
    let warned = report(
        r#""unmaintained": [{"package": {"name": "old", "version": "1.0.0"}, "advisory": {"id": "RUSTSEC-1", "title": "old is unmaintained"}}], "unsound": [{"package": {"name": "deep", "version": "2.0.0"}, "advisory": {"id": "RUSTSEC-2", "title": "unsound"}, "versions": {"patched": [">=2.0.1"]}}], "yanked": [], "notice": [{"package": {"name": "deep", "version": "2.0.0"}}]"#,
    );
    let seen = observe(&DEF, "{}", &[cargo, ("Cargo.lock", rust), ("cargo-audit.json", &warned)]);
    assert_eq!((count(&seen, "direct"), count(&seen, "unsound"), count(&seen, "yanked")), (Some(1), Some(1), Some(0)));
    assert_eq!(first(&seen, "direct"), "`old@1.0.0` is unmaintained: RUSTSEC-1 old is unmaintained (cargo audit)");
    let place = seen.evidence.iter().find_map(|item| item.place.clone().filter(|place| place.line == 6));
    assert_eq!(place.map(|place| place.file.to_string()).as_deref(), Some("Cargo.lock"));
}

#[test]
fn reports_of_dotnet_pip_composer_and_osv_are_read() {
    let project = ("Shop.csproj", "<PackageReference Include=\"Old\" Version=\"1.0.0\" />\n");
    let dotnet = r#"{"version": 1, "parameters": "--deprecated --include-transitive", "projects": [{"path": "/x/Shop.csproj", "frameworks": [{"topLevelPackages": [{"id": "Old", "resolvedVersion": "1.0.0", "deprecationReasons": ["Legacy"], "alternativePackage": {"id": "New"}}], "transitivePackages": [{"id": "Bad", "resolvedVersion": "1.0.0", "deprecationReasons": ["CriticalBugs"]}]}]}]}"#;
    let seen = observe(&DEF, "{}", &[project, ("dotnet-deprecated.json", dotnet)]);
    assert_eq!(first(&seen, "direct"), "`Old@1.0.0` is deprecated: Legacy (dotnet list package); instead `New`");
    assert_eq!(count(&seen, "unsound"), Some(1));
    let python = ("requirements.txt", "old==1.0\n");
    let pip = r#"{"version": "1", "pip_version": "25.0", "install": [{"is_yanked": true, "requested": true, "metadata": {"name": "old", "version": "1.0"}}, {"is_yanked": false, "metadata": {"name": "b", "version": "1.0", "classifier": ["Development Status :: 7 - Inactive"]}}]}"#;
    let seen = observe(&DEF, "{}", &[python, ("pip-report.json", pip)]);
    assert_eq!(
        (count(&seen, "yanked"), count(&seen, "transitive"), count(&seen, "direct")),
        (Some(1), Some(1), Some(0))
    );
    let go = r#"{"Path": "a.test/shop", "Main": true} {"Path": "a.test/x", "Version": "v1.0.0", "Deprecated": "use a.test/y"} {"Path": "a.test/z", "Version": "v1.0.0", "Indirect": true, "Retracted": ["broken"]}"#;
    let seen =
        observe(&DEF, "{}", &[("go.mod", "module a.test/shop\nrequire a.test/x v1.0.0\n"), ("go-list.json", go)]);
    assert_eq!((count(&seen, "direct"), count(&seen, "yanked")), (Some(1), Some(1)));
    let yarn = "{\"value\": \"old\", \"children\": {\"ID\": \"old (deprecation)\", \"Issue\": \"gone\", \"Tree Versions\": [\"1.0.0\"], \"Dependents\": [\"shop@workspace:.\"]}}\n{\"value\": \"qs\", \"children\": {\"ID\": 1, \"Issue\": \"x\"}}\n";
    let seen = observe(&DEF, "{}", &[PACKAGE, ("yarn.lock", ""), ("yarn-audit.json", yarn)]);
    assert_eq!((count(&seen, "direct"), count(&seen, "unsound")), (Some(1), None), "what it looked at is not told");
    let php = ("composer.json", r#"{"type": "project", "require": {"s/a": "1"}}"#);
    let lock = ("composer.lock", r#"{"packages": [{"name": "s/a", "version": "1.0"}]}"#);
    let audit = r#"{"advisories": [], "abandoned": {"s/a": "s/b"}}"#;
    let seen = observe(&DEF, "{}", &[php, lock, ("composer-audit.json", audit)]);
    assert_eq!(first(&seen, "direct"), "`s/a` is abandoned: says composer audit; instead `s/b`");
    let osv = r#"{"results": [{"packages": [{"package": {"name": "old", "version": "1.0.0", "ecosystem": "crates.io"}, "vulnerabilities": [{"id": "RUSTSEC-1", "summary": "old is unmaintained", "affected": [{"package": {"name": "old"}, "database_specific": {"informational": "unmaintained"}}]}]}]}]}"#;
    let cargo = [("Cargo.toml", "[dependencies]\nold = \"1\"\n"), ("osv.json", osv)];
    let seen = observe(&DEF, "{}", &cargo);
    assert_eq!((count(&seen, "direct"), notes(&seen, "direct").len()), (None, 1), "no lock tells who asks for it");
}
