//! What `promtool check rules` prints: files with the rules found in them, or what is wrong with them.

use crate::probe::ingest::content::Content;
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    let text = content.text.trim_start();
    text.starts_with("Checking ") && (text.contains("SUCCESS:") || text.contains("FAILED"))
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let mut findings = Vec::new();
    let mut rules = 0_u64;
    let mut file = "";
    let mut failed = false;
    for line in content.text.lines() {
        let said = line.trim();
        if let Some(name) = line.strip_prefix("Checking ") {
            (file, failed) = (name.trim(), false);
        } else if let Some(rest) = said.strip_prefix("SUCCESS:") {
            rules += rest.split_whitespace().next().and_then(|count| count.parse::<u64>().ok()).unwrap_or(0);
        } else if said.starts_with("FAILED") {
            failed = true;
        } else if failed && !said.is_empty() {
            findings.push(Finding::new("check-rules", Some(Level::High)).says(said).at(file, 0));
        }
    }
    Ok(Report::of("promtool").found(findings).scanned(rules, "rules"))
}
