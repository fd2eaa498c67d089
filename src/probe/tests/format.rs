//! Tells by its content what kind of report a text is, and has it read.

use super::case::Parsed;
use super::junit;

/// A kind of report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// JUnit XML.
    Junit,
}

impl Format {
    /// Its name in evidence.
    pub(super) fn word(self) -> &'static str {
        match self {
            Format::Junit => "JUnit",
        }
    }

    fn of(text: &str) -> Option<Format> {
        text.trim_start().starts_with('<').then_some(Format::Junit)
    }
}

/// Reads a report; the error says what is wrong with it.
pub(super) fn parse(text: &str) -> Result<(Format, Parsed), String> {
    let format = Format::of(text).ok_or("is no test report of a known kind (JUnit XML)")?;
    let parsed = match format {
        Format::Junit => junit::parse(text)?,
    };
    Ok((format, parsed))
}
