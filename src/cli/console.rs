//! The terminal: what it can show, and writing to it.

use std::io::{self, IsTerminal, Write};

use super::args::{LookArgs, When};
use super::problem_text;
use crate::model::Problem;
use crate::report::{Style, Verbosity};

/// Standard output and standard error, and how they want text.
pub(super) struct Console {
    /// For reports on standard output.
    pub(super) style: Style,
    /// Whether standard error takes colour.
    color_stderr: bool,
    /// Whether to draw progress bars.
    pub(super) progress: ProgressKind,
}

/// How to show progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProgressKind {
    /// Bars on a terminal.
    Bars,
    /// A line per step, in CI.
    Lines,
    /// Nothing.
    None,
}

impl Console {
    pub(super) fn new(look: &LookArgs) -> Console {
        let width = look.width.map(usize::from).or_else(terminal_width).unwrap_or(80);
        let verbosity = match (look.quiet, look.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        };
        let stdout = io::stdout().is_terminal();
        let color = wants_color(look.color, stdout);
        let style =
            Style { width, color, unicode: !look.ascii && speaks_unicode(), verbosity, hyperlinks: color && stdout };
        let stderr = io::stderr().is_terminal();
        let progress = match (look.quiet, stderr) {
            (true, _) => ProgressKind::None,
            (_, true) if variable("TERM").as_deref() != Some("dumb") && !in_ci() => ProgressKind::Bars,
            _ if in_ci() => ProgressKind::Lines,
            _ => ProgressKind::None,
        };
        Console { style, color_stderr: wants_color(look.color, stderr), progress }
    }

    /// Writes to standard output; a reader that went away is no error.
    pub(super) fn print(&self, bytes: &[u8]) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }

    /// Writes a line to standard error.
    pub(super) fn note(&self, text: &str) {
        // Nothing is left to tell it to when standard error is closed.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Writes an error to standard error.
    pub(super) fn error(&self, text: &str) {
        let word = if self.color_stderr { "\u{1b}[1;31merror\u{1b}[0m" } else { "error" };
        self.note(&format!("{word}: {text}"));
    }

    /// Shows problems of the user's documents on standard error.
    pub(super) fn problems(&self, problems: &[Problem]) {
        let text = problem_text::render(problems, self.color_stderr, self.style.width);
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}

fn wants_color(when: When, terminal: bool) -> bool {
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto if variable("NO_COLOR").is_some_and(|value| !value.is_empty()) => false,
        When::Auto if variable("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
        When::Auto if variable("CLICOLOR").as_deref() == Some("0") => false,
        When::Auto => terminal && variable("TERM").as_deref() != Some("dumb"),
    }
}

fn in_ci() -> bool {
    variable("CI").is_some_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
}

/// A locale that names an encoding other than UTF-8 gets ASCII signs.
fn speaks_unicode() -> bool {
    let locale =
        ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| variable(name).filter(|value| !value.is_empty()));
    locale.is_none_or(|locale| !locale.contains('.') || locale.to_lowercase().replace('-', "").contains("utf8"))
}

/// An environment variable.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The whole environment, as far as it is text.
pub(super) fn environment() -> std::collections::BTreeMap<String, String> {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    std::env::vars_os().filter_map(text).collect()
}

fn terminal_width() -> Option<usize> {
    let columns = variable("COLUMNS").and_then(|text| text.parse().ok());
    columns.filter(|columns| *columns >= 40).or_else(|| {
        let table = comfy_table::Table::new();
        io::stdout().is_terminal().then(|| table.width().map(usize::from)).flatten()
    })
}
