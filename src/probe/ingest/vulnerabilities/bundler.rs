//! `bundle-audit check --format json`. Rated by `criticality`, which it takes from CVSS. It does not say what it looked at,
//! so an empty report is no clean one.

use serde_json::Value as Json;

use crate::probe::ingest::content::{Content, list, text};
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    let kind = text(&content.root()["results"][0], "type");
    content.has(&["version", "created_at", "results"]) || matches!(kind, "unpatched_gem" | "insecure_source")
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let root = content.root();
    let findings = list(root, "results").iter().map(finding).collect();
    // `2024-05-01 10:00:00 +0000`
    let created = text(root, "created_at").replacen(' ', "T", 1).replace(' ', "");
    Ok(Report::of("bundler-audit").version(text(root, "version")).written(&created).found(findings))
}

fn finding(found: &Json) -> Finding {
    if found["type"] == "insecure_source" {
        let source = format!("gems come over an unprotected connection from {}", text(found, "source"));
        return Finding::new("insecure_source", Some(Level::Medium)).says(source).at("Gemfile.lock", 0);
    }
    let (advisory, gem) = (&found["advisory"], &found["gem"]);
    let cve = text(advisory, "cve");
    let ghsa = text(advisory, "ghsa");
    let aliases = [("CVE", cve), ("GHSA", ghsa)].into_iter().filter(|(_, id)| !id.is_empty());
    let aliases: Vec<String> = aliases.map(|(kind, id)| format!("{kind}-{id}")).collect();
    Finding::new(text(advisory, "id"), Level::of_word(text(advisory, "criticality")))
        .in_package(format!("{} {}", text(gem, "name"), text(gem, "version")))
        .alias(aliases.iter().map(String::as_str))
        .says(text(advisory, "title"))
        .fixable(!list(advisory, "patched_versions").is_empty())
        .since(advisory["date"].as_str().map(|day| format!("{day}T00:00:00Z")).as_deref())
        .at("Gemfile.lock", 0)
}
