//! Every format shown the same reports: what they look like, that they agree, and that hostile text stays text.
#![allow(clippy::unwrap_used, reason = "tests")]

mod agreement;
mod documents;
mod hostile;
mod looks;
mod sample;

use shipworthy::model::report::Report;
use shipworthy::report::{self, Style};

/// The report in a text format.
pub(crate) fn rendered(name: &str, report: &Report, style: &Style) -> String {
    let format = report::format(name).unwrap_or_else(|| panic!("there is no format `{name}`"));
    String::from_utf8((format.render)(report, style)).unwrap()
}
