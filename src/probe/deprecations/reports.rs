//! What reports say of packages that nobody should take any longer, and which ecosystems they looked at: `cargo audit`,
//! `composer audit`, OSV-Scanner, `dotnet list package --deprecated`, `go list -m -u`, `yarn npm audit`, and what pip would install.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::deps_dev;
use super::notice::{Kind, Notice, Position};
use super::php::PHP;
use super::rust::RUST;
use crate::probe::report_json;

/// What a report tells.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// Which tool wrote it, as evidence names it.
    pub(super) tool: &'static str,
    /// Ecosystems of which it saw all packages.
    pub(super) covers: BTreeSet<&'static str>,
    pub(super) notices: Vec<Notice>,
}

pub(super) fn text<'j>(value: &'j Json, key: &str) -> &'j str {
    value[key].as_str().unwrap_or_default()
}

pub(super) fn list(value: &Json) -> &[Json] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub(super) fn notice(ecosystem: &'static str, kind: Kind, word: &'static str, name: &str, version: &str) -> Notice {
    Notice {
        ecosystem,
        name: name.to_owned(),
        version: version.to_owned(),
        kind,
        position: Position::Unknown,
        development: false,
        word,
        text: String::new(),
        instead: None,
        line: 0,
    }
}

/// Reads a report by what it looks like; the error says why it tells nothing.
pub(super) fn read(content: &str) -> Result<Report, String> {
    let documents = report_json::documents(content)?;
    let Some(root) = documents.first() else { return Err("is empty".to_owned()) };
    let has = |keys: &[&str]| keys.iter().all(|key| root.get(*key).is_some());
    if has(&["database", "lockfile", "vulnerabilities"]) {
        cargo_audit(root)
    } else if has(&["advisories"]) && root.get("abandoned").is_some() {
        Ok(composer_audit(root))
    } else if has(&["results"]) {
        Ok(osv(root))
    } else if has(&["projects", "parameters"]) {
        dotnet(root)
    } else if has(&["pip_version", "install"]) {
        pip(root)
    } else if deps_dev::is_it(&documents) {
        Ok(deps_dev::read(&documents))
    } else if documents.iter().all(|found| found["children"]["ID"].is_string() || found["children"]["ID"].is_number()) {
        Ok(yarn(&documents))
    } else if documents.iter().any(|module| module["Main"] == true && module.get("Path").is_some()) {
        Ok(go(&documents))
    } else {
        Err("is no report of cargo audit, composer audit, OSV-Scanner, dotnet, go, pip, yarn or deps.dev".to_owned())
    }
}

/// The word of RustSec for a kind.
fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Deprecated => "unmaintained",
        Kind::Yanked => "yanked",
        Kind::Unsound => "unsound",
    }
}

fn cargo_audit(root: &Json) -> Result<Report, String> {
    if root["lockfile"]["dependency-count"].as_u64().unwrap_or(0) == 0 {
        return Err("does not show that cargo audit looked at any dependency".to_owned());
    }
    let asked = root["settings"]["informational_warnings"].as_array();
    let mut report = Report { tool: "cargo audit", ..Report::default() };
    if asked.is_none_or(|asked| ["unmaintained", "unsound"].iter().all(|kind| asked.iter().any(|word| word == kind))) {
        report.covers.insert(RUST);
    }
    for (word_of, found) in root["warnings"].as_object().into_iter().flatten() {
        let Some(kind) = Kind::of_rustsec(word_of) else { continue };
        for warning in list(found) {
            let (package, advisory) = (&warning["package"], &warning["advisory"]);
            let mut notice = notice(RUST, kind, word(kind), text(package, "name"), text(package, "version"));
            notice.text = [text(advisory, "id"), text(advisory, "title")].join(" ").trim().to_owned();
            notice.instead = list(&warning["versions"]["patched"]).first().and_then(Json::as_str).map(str::to_owned);
            report.notices.push(notice);
        }
    }
    Ok(report)
}

/// It names what is abandoned, with what the registry says to take; not what it looked at.
fn composer_audit(root: &Json) -> Report {
    let found = root["abandoned"].as_object().into_iter().flatten().map(|(name, instead)| {
        let mut notice = notice(PHP, Kind::Deprecated, "abandoned", &name.to_ascii_lowercase(), "");
        notice.instead = instead.as_str().filter(|instead| !instead.is_empty()).map(str::to_owned);
        notice
    });
    Report { tool: "composer audit", covers: BTreeSet::new(), notices: found.collect() }
}

/// Advisories of RustSec that inform; of other ecosystems OSV has none.
fn osv(root: &Json) -> Report {
    let mut report = Report { tool: "OSV-Scanner", ..Report::default() };
    let packages = list(&root["results"]).iter().flat_map(|result| list(&result["packages"]));
    for found in packages.filter(|found| text(&found["package"], "ecosystem") == "crates.io") {
        let (package, name) = (&found["package"], text(&found["package"], "name"));
        report.covers.insert(RUST);
        for known in list(&found["vulnerabilities"]).iter().filter(|known| known["withdrawn"].is_null()) {
            let affected =
                list(&known["affected"]).iter().filter(|affected| text(&affected["package"], "name") == name);
            let all = affected.chain([known]).map(|place| text(&place["database_specific"], "informational"));
            let Some(kind) = all.into_iter().find_map(Kind::of_rustsec) else { continue };
            let mut notice = notice(RUST, kind, word(kind), name, text(package, "version"));
            notice.text = format!("{} {}", text(known, "id"), text(known, "summary"));
            report.notices.push(notice);
        }
    }
    report
}

/// `dotnet list package --deprecated --format json`; transitive ones with `--include-transitive`.
fn dotnet(root: &Json) -> Result<Report, String> {
    if !text(root, "parameters").contains("--deprecated") {
        return Err("is a list of packages that was not asked for deprecated ones (`--deprecated`)".to_owned());
    }
    let projects = list(&root["projects"]);
    if projects.is_empty() {
        return Err("names no project".to_owned());
    }
    let mut report = Report { tool: "dotnet list package", covers: BTreeSet::from(["NuGet"]), notices: Vec::new() };
    for framework in projects.iter().flat_map(|project| list(&project["frameworks"])) {
        for (key, position) in [("topLevelPackages", Position::Direct), ("transitivePackages", Position::Transitive)] {
            for package in list(&framework[key]) {
                let reasons: Vec<&str> = list(&package["deprecationReasons"]).iter().filter_map(Json::as_str).collect();
                if reasons.is_empty() {
                    continue;
                }
                let kind = if reasons.contains(&"CriticalBugs") { Kind::Unsound } else { Kind::Deprecated };
                let mut notice =
                    notice("NuGet", kind, "deprecated", text(package, "id"), text(package, "resolvedVersion"));
                notice.text = reasons.join(", ");
                let instead = ["alternativePackage", "alternative"].map(|key| text(&package[key], "id"));
                notice.instead = instead.into_iter().find(|id| !id.is_empty()).map(str::to_owned);
                notice.position = position;
                report.notices.push(notice);
            }
        }
    }
    Ok(report)
}

/// `pip install --dry-run --report`: versions that were taken back, and projects that call themselves inactive.
fn pip(root: &Json) -> Result<Report, String> {
    let installed = list(&root["install"]);
    if installed.is_empty() {
        return Err("lists no package that would be installed (`--ignore-installed` lists all)".to_owned());
    }
    let mut report = Report { tool: "pip", covers: BTreeSet::from(["Python"]), notices: Vec::new() };
    for package in installed {
        let metadata = &package["metadata"];
        let is_inactive = list(&metadata["classifier"]).iter().any(|word| word == "Development Status :: 7 - Inactive");
        let (kind, word) = match (package["is_yanked"] == true, is_inactive) {
            (true, _) => (Kind::Yanked, "yanked"),
            (false, true) => (Kind::Deprecated, "inactive, by its own classifier"),
            (false, false) => continue,
        };
        let mut notice = notice("Python", kind, word, text(metadata, "name"), text(metadata, "version"));
        notice.position = if package["requested"] == true { Position::Direct } else { Position::Transitive };
        report.notices.push(notice);
    }
    Ok(report)
}

/// `go list -m -u -json all`: what a module's own `go.mod` says of it (Go Modules Reference, "Deprecation" and "retract").
fn go(modules: &[Json]) -> Report {
    let mut report = Report { tool: "go list", covers: BTreeSet::from(["Go"]), notices: Vec::new() };
    for module in modules.iter().filter(|module| module["Main"] != true) {
        let reasons: Vec<&str> = list(&module["Retracted"]).iter().filter_map(Json::as_str).collect();
        let deprecated = text(module, "Deprecated");
        let (kind, word, said) = match (reasons.is_empty(), deprecated.is_empty()) {
            (false, _) => (Kind::Yanked, "retracted", reasons.join(", ")),
            (true, false) => (Kind::Deprecated, "deprecated", deprecated.to_owned()),
            (true, true) => continue,
        };
        let mut notice = notice("Go", kind, word, text(module, "Path"), text(module, "Version"));
        notice.text = said;
        notice.position = if module["Indirect"] == true { Position::Transitive } else { Position::Direct };
        report.notices.push(notice);
    }
    report
}

/// `yarn npm audit --all --recursive --json` of yarn 4 tells of deprecated packages among advisories, each on a line of its own. It
/// names what it found, not what it looked at.
fn yarn(found: &[Json]) -> Report {
    let mut report = Report { tool: "yarn npm audit", ..Report::default() };
    for one in found {
        let told = &one["children"];
        let Some(name) = told["ID"].as_str().and_then(|id| id.strip_suffix(" (deprecation)")) else { continue };
        let mut dependents = list(&told["Dependents"]).iter().filter_map(Json::as_str);
        let is_asked = dependents.any(|dependent| dependent.contains("@workspace:"));
        for version in list(&told["Tree Versions"]).iter().filter_map(Json::as_str) {
            let mut notice = notice("Node", Kind::Deprecated, "deprecated", name, version);
            notice.text = text(told, "Issue").to_owned();
            notice.position = if is_asked { Position::Direct } else { Position::Transitive };
            report.notices.push(notice);
        }
    }
    report
}
