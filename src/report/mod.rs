//! Report → bytes: the registry of formats and the style they are asked for.
//!
//! Every renderer sees the model only and returns bytes; the same report and style always give the same bytes.
//! Writing them anywhere, and finding out how wide the terminal is, is left to `cli`. All numbers come from the report
//! (a difference such as *work remaining* is taken from the shown ones); nothing here scores or judges.

pub(crate) mod canvas;
pub mod json;

mod badge;
mod digest;
mod figures;
mod github;
mod html;
mod junit;
mod markdown;
mod resources;
mod roadmap;
mod sarif;
mod suppressed;
mod terminal;
mod text;
mod unobserved;

use crate::model::report::Report;

/// How a report is to look. Formats for machines ignore it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns no line may exceed; less than [`Style::NARROWEST`] counts as that.
    pub width: usize,
    /// Whether the 8 basic ANSI colours may be used. Meaning never hangs on them.
    pub color: bool,
    /// Whether our own signs may leave ASCII. Data is shown as it is either way.
    pub unicode: bool,
    /// How much to say; never changes a number.
    pub verbosity: Verbosity,
    /// Whether references may be terminal hyperlinks (OSC 8).
    pub hyperlinks: bool,
}

impl Style {
    /// The narrowest terminal that is laid out for.
    pub const NARROWEST: usize = 40;

    /// The width in force.
    pub fn columns(&self) -> usize {
        self.width.max(Style::NARROWEST)
    }
}

impl Default for Style {
    /// What a file or a pipe gets.
    fn default() -> Style {
        Style { width: 80, color: false, unicode: true, verbosity: Verbosity::Normal, hyperlinks: false }
    }
}

/// How much to say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// The verdict and its reasons.
    Quiet,
    /// What a person needs to act.
    #[default]
    Normal,
    /// Everything in the report.
    Verbose,
}

/// One output format.
#[derive(Debug)]
pub struct FormatDef {
    /// The word in `--format` and `-o NAME=FILE`.
    pub name: &'static str,
    /// One line for `--help` and the documentation.
    pub doc: &'static str,
    /// Usual file extension, without the dot.
    pub extension: &'static str,
    /// The report in this format.
    pub render: fn(&Report, &Style) -> Vec<u8>,
}

/// Every format, by name.
pub static FORMATS: &[&FormatDef] = &[
    &terminal::FORMAT,
    &markdown::FORMAT,
    &html::FORMAT,
    &json::FORMAT,
    &junit::FORMAT,
    &sarif::FORMAT,
    &github::FORMAT,
    &badge::FORMAT,
    &badge::SVG_FORMAT,
];

/// The format of this name.
pub fn format(name: &str) -> Option<&'static FormatDef> {
    FORMATS.iter().copied().find(|format| format.name == name)
}
