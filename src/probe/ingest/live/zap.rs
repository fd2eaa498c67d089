//! ZAP's traditional JSON report: risk 3 is high, 2 medium, 1 low, 0 informational; confidence 0 means that somebody marked
//! it a false positive (ZAP, alerts). The sites it lists show that it looked.

use serde_json::Value as Json;

use crate::probe::ingest::content::{Content, has, list, text};
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    content.has(&["@version", "site"]) || has(&content.root()["site"][0], &["alerts"])
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let root = content.root();
    let sites = list(root, "site");
    let found =
        sites.iter().flat_map(|site| list(site, "alerts").iter().map(move |alert| finding(alert, text(site, "@name"))));
    // `created` since 2.13; before it the local time alone.
    let created = [text(root, "created"), text(root, "@generated")].into_iter().find(|time| !time.is_empty());
    let report = Report::of("zap").version(text(root, "@version")).written(created.unwrap_or_default());
    Ok(report.found(found.collect()).scanned(sites.len(), "sites"))
}

fn finding(alert: &Json, site: &str) -> Finding {
    let level = match text(alert, "riskcode") {
        "3" => Some(Level::High),
        "2" => Some(Level::Medium),
        "1" => Some(Level::Low),
        "0" => Some(Level::Info),
        _ => None,
    };
    let reference = [text(alert, "alertRef"), text(alert, "pluginid")].into_iter().find(|id| !id.is_empty());
    Finding::new(reference.unwrap_or("alert"), level)
        .of(site)
        .says(text(alert, "name"))
        .suppressed(text(alert, "confidence") == "0")
}
