//! `pgbackrest info --output=json`: stanzas whose status is not 0, and backups with errors. Its backups show that there
//! was something to look at.

use jiff::Timestamp;

use crate::model::{Exact, Value};
use crate::probe::ingest::content::{Content, has, items, list, text};
use crate::probe::ingest::finding::{Finding, Level};
use crate::probe::ingest::report::Report;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    has(content.first(), &["backup", "name", "status"])
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let stanzas = items(content.root());
    let mut findings = Vec::new();
    let mut newest: Option<i64> = None;
    let mut backups = 0_u64;
    for stanza in stanzas {
        let name = text(stanza, "name");
        if stanza["status"]["code"] != 0 {
            findings.push(Finding::new("status", Some(Level::High)).of(name).says(text(&stanza["status"], "message")));
        }
        for backup in list(stanza, "backup") {
            backups += 1;
            newest = newest.max(backup["timestamp"]["stop"].as_i64());
            if backup["error"] == true {
                let label = format!("{name} {}", text(backup, "label"));
                findings.push(Finding::new("backup-error", Some(Level::High)).of(label).says("the backup has errors"));
            }
        }
    }
    let newest = newest.and_then(|second| Timestamp::from_second(second).ok()).map(Value::Date);
    let count = Value::Number(Exact::whole(backups));
    let report = Report::of("pgbackrest").found(findings).scanned(backups, "backups");
    Ok(report.value("backups", Some(count)).value("last_backup", newest))
}
