//! Where reports go: opened before anything runs, replaced as a whole at the end.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::args::OutputArgs;
use super::console::Console;
use super::exit::WrongQuestion;
use crate::model::problem::nearest;
use crate::model::report::Report;
use crate::report::{self, FORMATS, FormatDef, Style};
use crate::score;

/// All places a report goes to.
pub(super) struct Outputs {
    screen: Option<&'static FormatDef>,
    files: Vec<Sink>,
    explain_score: bool,
}

struct Sink {
    format: &'static FormatDef,
    path: PathBuf,
    draft: PathBuf,
    file: File,
}

impl Drop for Sink {
    fn drop(&mut self) {
        // Where the draft became the file, there is nothing left to remove.
        let _ = std::fs::remove_file(&self.draft);
    }
}

impl Outputs {
    /// Finds the formats and opens the files.
    pub(super) fn open(arguments: &OutputArgs) -> Result<Outputs> {
        let mut outputs = Outputs {
            screen: Some(find(&arguments.format)?),
            files: Vec::new(),
            explain_score: arguments.explain_score,
        };
        for text in &arguments.outputs {
            let (name, path) = text.split_once('=').ok_or_else(|| {
                WrongQuestion(format!("`-o {text}` names no file\nhelp: write `-o markdown=STATUS.md`"))
            })?;
            let format = find(name)?;
            if path == "-" {
                outputs.screen = Some(format);
            } else {
                outputs.files.push(open(format, Path::new(path))?);
            }
        }
        Ok(outputs)
    }

    /// Writes the report everywhere.
    pub(super) fn write(mut self, report: &Report, console: &Console) -> Result<()> {
        for sink in self.files.drain(..) {
            save(sink, report)?;
        }
        if let Some(format) = self.screen {
            console.print(&(format.render)(report, &console.style)).context("cannot write to standard output")?;
        }
        if self.explain_score {
            console.print(score::explain(report).as_bytes()).context("cannot write to standard output")?;
        }
        Ok(())
    }
}

fn find(name: &str) -> Result<&'static FormatDef> {
    report::format(name).ok_or_else(|| {
        let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
        let help = match nearest(name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("formats: {}", names.join(", ")),
        };
        WrongQuestion(format!("there is no format `{name}`\nhelp: {help}")).into()
    })
}

fn open(format: &'static FormatDef, path: &Path) -> Result<Sink> {
    let name = path.file_name().ok_or_else(|| WrongQuestion(format!("`{}` is no file", path.display())))?;
    let draft = path.with_file_name(format!(".{}.{}.draft", name.to_string_lossy(), std::process::id()));
    let file = File::create(&draft).with_context(|| format!("cannot write `{}`", path.display()))?;
    if path.is_dir() {
        let _ = std::fs::remove_file(&draft);
        anyhow::bail!("cannot write `{}`: it is a folder", path.display());
    }
    Ok(Sink { format, path: path.to_owned(), draft, file })
}

fn save(mut sink: Sink, report: &Report) -> Result<()> {
    let shown = sink.path.display().to_string();
    let bytes = (sink.format.render)(report, &Style::default());
    sink.file
        .write_all(&bytes)
        .and_then(|()| sink.file.sync_all())
        .with_context(|| format!("cannot write `{shown}`"))?;
    std::fs::rename(&sink.draft, &sink.path).with_context(|| format!("cannot write `{shown}`"))
}
