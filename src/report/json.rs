//! The report as versioned JSON: written for scripts, read back by every command that takes a stored report.

use super::{FormatDef, Style};
use crate::model::Problem;
use crate::model::report::{Report, SCHEMA};

/// `json`
pub(super) static FORMAT: FormatDef = FormatDef {
    name: "json",
    doc: "the whole report, versioned, as docs/schema/report.schema.json describes it",
    extension: "json",
    render: |report, _: &Style| write(report),
};

/// The report as indented JSON with a line break at its end.
pub fn write(report: &Report) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(report).expect("string keys and plain values always serialize");
    bytes.push(b'\n');
    bytes
}

/// A report that [`write`] wrote, of any version still supported. The problem has no place: the caller knows the file.
pub fn read(bytes: &[u8]) -> Result<Report, Problem> {
    let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|error| {
        Problem::new(format!("this is not JSON: {error}")).help("give a file written with `-o json=FILE`")
    })?;
    check_version(&value)?;
    serde_json::from_slice(bytes).map_err(|error| {
        Problem::new(format!("this is not a shipworthy report: {error}"))
            .help("give a file written with `-o json=FILE`, unchanged")
    })
}

fn check_version(value: &serde_json::Value) -> Result<(), Problem> {
    match value.get("schema").and_then(serde_json::Value::as_u64) {
        Some(version) if version == u64::from(SCHEMA) => Ok(()),
        Some(version) => {
            Err(Problem::new(format!("report format {version} is not known; this tool reads up to {SCHEMA}"))
                .help("use the version of shipworthy that wrote it, or a newer one"))
        }
        None => Err(Problem::new("this is not a shipworthy report: it has no number under `schema`")
            .help("give a file written with `-o json=FILE`")),
    }
}

/// The JSON Schema of a report.
pub fn schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(Report).to_value();
    if let Some(object) = schema.as_object_mut() {
        object.insert("title".to_owned(), "shipworthy report".into());
    }
    schema
}
