//! Tells by its content what kind of report a text is, and has it read.

use super::case::Parsed;
use super::{go_json, junit, libtest, libtest_json, tap, trx};

/// A kind of report.
struct Format {
    /// Its name in evidence.
    word: &'static str,
    is_it: fn(&str) -> bool,
    parse: fn(&str) -> Result<Parsed, String>,
}

/// In the order they are tried: the least likely to be mistaken first.
const FORMATS: &[Format] = &[
    Format { word: "TRX", is_it: trx::is_it, parse: trx::parse },
    Format { word: "JUnit", is_it: |text| text.trim_start().starts_with('<'), parse: junit::parse },
    Format { word: "`go test -json`", is_it: go_json::is_it, parse: go_json::parse },
    Format { word: "libtest JSON", is_it: libtest_json::is_it, parse: libtest_json::parse },
    Format { word: "libtest", is_it: libtest::is_it, parse: libtest::parse },
    Format { word: "TAP", is_it: tap::is_it, parse: tap::parse },
];

/// Reads a report, with the name of its kind; the error says what is wrong with it.
pub(super) fn parse(text: &str) -> Result<(&'static str, Parsed), String> {
    let format = FORMATS.iter().find(|format| (format.is_it)(text));
    let format = format
        .ok_or("is no test report of a known kind (JUnit XML, TRX, `go test -json`, TAP, `cargo test` output)")?;
    Ok((format.word, (format.parse)(text)?))
}
