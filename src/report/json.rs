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

/// A report that [`write()`] wrote, of any version still supported. The problem has no place: the caller knows the file.
#[expect(clippy::result_large_err, reason = "read once per command; boxing would burden every caller")]
pub fn read(bytes: &[u8]) -> Result<Report, Problem> {
    let value: serde_json::Value =
        serde_json::from_slice(bytes).map_err(|error| refusal(format!("this is not JSON: {error}")))?;
    check_version(&value)?;
    // From the bytes again, so that a problem names its line and column.
    serde_json::from_slice(bytes).map_err(|error| refusal(format!("this is not a shipworthy report: {error}")))
}

fn refusal(message: impl Into<String>) -> Problem {
    Problem::new(message).help("give a file written with `-o json=FILE`, unchanged")
}

#[expect(clippy::result_large_err, reason = "read once per command; boxing would burden every caller")]
fn check_version(value: &serde_json::Value) -> Result<(), Problem> {
    match value.get("schema").and_then(serde_json::Value::as_u64) {
        Some(version) if version == u64::from(SCHEMA) => Ok(()),
        Some(version) => {
            let message = format!("report format {version} is not known; this tool reads up to {SCHEMA}");
            Err(Problem::new(message).help("use the version of shipworthy that wrote it, or a newer one"))
        }
        None => Err(refusal("this is not a shipworthy report: it has no number under `schema`")),
    }
}

/// The JSON Schema of a report.
pub fn schema() -> serde_json::Value {
    let mut schema = serde_json::Map::new();
    if let serde_json::Value::Object(mut generated) = schemars::schema_for!(Report).to_value() {
        schema.extend(generated.remove_entry("$schema"));
        schema.insert("title".to_owned(), "shipworthy report".into());
        generated.remove("title");
        schema.extend(generated);
    }
    schema.into()
}
