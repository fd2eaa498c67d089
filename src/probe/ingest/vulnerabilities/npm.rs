//! `npm audit --json` (report version 2) and the older form that pnpm and Yarn 1 still write. An advisory counts once per
//! package, however many paths lead to it; packages that only depend on a vulnerable one are no findings of their own.

use serde_json::Value as Json;

use crate::probe::ingest::content::{Content, count, entries, list, text, texts};
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::path::Graph;
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    content.has(&["auditReportVersion"]) || content.has(&["advisories", "metadata"])
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let root = content.root();
    if let Some(error) = root["error"]["summary"].as_str() {
        return Err(format!("says that the audit failed: {error}"));
    }
    let advisories = entries(&root["advisories"]).map(|(_, advisory)| older(advisory));
    let mut graph = Graph::default();
    for (name, package) in entries(&root["vulnerabilities"]) {
        texts(package, "effects").for_each(|asker| graph.asks(asker, name));
        if package["isDirect"] == true {
            graph.is_direct(name);
        }
    }
    let ways = graph.ways();
    let known = entries(&root["vulnerabilities"]);
    let findings = known.flat_map(|(name, package)| current(package, ways.to(name))).chain(advisories).collect();
    let metadata = &root["metadata"];
    let total = match metadata["dependencies"].is_object() {
        true => count(&metadata["dependencies"], "total")?,
        false => count(metadata, "totalDependencies")?.or(count(metadata, "dependencies")?),
    };
    let report = Report::of("npm audit").found(findings);
    Ok(total.map_or(report.clone(), |total| report.scanned(total, "dependencies")))
}

/// The advisories of a package itself: texts in `via` are names of packages that it got the trouble from.
fn current(package: &Json, way: Option<Vec<&str>>) -> Vec<Finding> {
    let fix = &package["fixAvailable"];
    let fixable = fix.is_object() || *fix == true;
    let advisories = list(package, "via").iter().filter(|via| via.is_object());
    advisories
        .map(|advisory| {
            let id = text(advisory, "url").rsplit('/').next().unwrap_or_default();
            Finding::new(id, Level::of_word(text(advisory, "severity")))
                .in_package(text(advisory, "dependency"))
                .says(text(advisory, "title"))
                .fixable(fixable)
                .brought(way.clone())
                .fixed_in(if fix["name"] == advisory["dependency"] { text(fix, "version") } else { "" })
        })
        .collect()
}

fn older(advisory: &Json) -> Finding {
    let (patched, paths) = (text(advisory, "patched_versions"), list(advisory, "findings"));
    // `web>express>qs`, in workspaces behind the member's folder.
    let shortest = paths.iter().flat_map(|path| texts(path, "paths")).min_by_key(|path| path.matches('>').count());
    let shortest = shortest.map(|path| path.trim_start_matches(".>")).filter(|path| path.contains('>'));
    Finding::new(text(advisory, "github_advisory_id"), Level::of_word(text(advisory, "severity")))
        .in_package(text(advisory, "module_name"))
        .alias(texts(advisory, "cves"))
        .says(text(advisory, "title"))
        .fixable(!patched.is_empty() && patched != "<0.0.0")
        .development(!paths.is_empty() && paths.iter().all(|path| path["dev"] == true))
        .brought(shortest.map(|path| path.split('>')))
        .since(advisory["created"].as_str())
}
