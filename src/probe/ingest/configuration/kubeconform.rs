//! `kubeconform -summary -verbose -output json`: resources against their schemas. Skipped ones, whose schema it does not
//! have, make a gap.

use crate::probe::ingest::content::{Content, count, list, text};
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    let first = &content.root()["resources"][0];
    text(first, "status").starts_with("status") || (content.has(&["resources", "summary"]))
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let root = content.root();
    let wrong =
        list(root, "resources").iter().filter(|each| matches!(text(each, "status"), "statusInvalid" | "statusError"));
    let found = wrong.map(|found| {
        Finding::new(text(found, "status"), Some(Level::High))
            .of(format!("{} {}", text(found, "kind"), text(found, "name")))
            .says(text(found, "msg"))
            .at(text(found, "filename"), 0)
    });
    let summary = &root["summary"];
    let of = |key: &str| count(summary, key).map(|count| count.unwrap_or(0));
    let skipped = of("skipped")?;
    let checked = of("valid")?.saturating_add(of("invalid")?).saturating_add(of("errors")?);
    let mut report = Report::of("kubeconform").found(found.collect()).scanned(checked, "resources");
    if skipped > 0 {
        report.gap = Some(format!("{skipped} resources were skipped: their schema is not known"));
    }
    Ok(report)
}
