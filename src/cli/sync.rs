//! `shipworthy sync`: measured states back into the person's own document.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use similar::TextDiff;

use super::args::{SelectArgs, SyncArgs};
use super::console::Console;
use super::exit::{Exit, WrongQuestion};
use super::{audit, input, report, setup};
use crate::model::report::Report;
use crate::sync::{self, Synced};

pub(super) fn run(arguments: &SyncArgs, console: &Console) -> Result<Exit> {
    let shown = arguments.file.display().to_string();
    let original = input::bytes(&arguments.file)?;
    let Some(report) = measured(arguments, console)? else { return Ok(Exit::WrongQuestion) };
    let synced = sync::sync(&original, &shown, &report).map_err(|problem| {
        let help = problem.help.as_ref().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
        WrongQuestion(format!("{}{help}", problem.message))
    })?;
    for lost in &synced.lost {
        console.note(&format!(
            "warning: `{}` claims what stands at {}, but the line is not there",
            lost.check, lost.source
        ));
    }
    if synced.linked == 0 {
        console.note(&format!(
            "warning: nothing in `{shown}` is linked to a check\nhelp: give checks `claimed: {{ source: \"{shown}:LINE\" }}`, or write `<!-- shipworthy: check ID -->` at the end of a line"
        ));
    }
    if arguments.check {
        return checked(&synced, &shown, console);
    }
    if arguments.write {
        if synced.bytes != original {
            replace(&arguments.file, &synced.bytes)?;
        }
        console.note(&format!("{shown}: {} linked lines, written", synced.linked));
    } else {
        console.print(diff(&original, &synced.bytes, &shown).as_bytes()).context("cannot write to standard output")?;
    }
    Ok(Exit::Yes)
}

/// The stored report, or a fresh audit; `None` after saying why there is none.
fn measured(arguments: &SyncArgs, console: &Console) -> Result<Option<Report>> {
    if let Some(path) = &arguments.report {
        return report::read(path, console);
    }
    let options = setup::options(&arguments.spec, &SelectArgs::default(), Some(&arguments.permit))?;
    match setup::prepare(&options, console)? {
        Ok(prepared) => Ok(Some(audit::execute(&options, &prepared, console)?.report)),
        Err(_) => Ok(None),
    }
}

/// Whether the document says no more than was measured; what does is printed.
fn checked(synced: &Synced, shown: &str, console: &Console) -> Result<Exit> {
    let mut text = String::new();
    for overclaim in &synced.overclaims {
        let measured = &overclaim.measured;
        text.push_str(&format!(
            "{shown}:{}: `{}` is claimed as {}, measured: {measured}\n",
            overclaim.line, overclaim.subject, overclaim.claimed
        ));
    }
    console.print(text.as_bytes()).context("cannot write to standard output")?;
    console.note(&format!("{} of {} linked lines say more than was measured", synced.overclaims.len(), synced.linked));
    Ok(if synced.overclaims.is_empty() { Exit::Yes } else { Exit::No })
}

/// Both as text, as far as they are; for a person, not for `patch` where they are not.
pub(super) fn diff(original: &[u8], synced: &[u8], shown: &str) -> String {
    let (old, new) = (String::from_utf8_lossy(original), String::from_utf8_lossy(synced));
    let names = (format!("a/{shown}"), format!("b/{shown}"));
    TextDiff::from_lines(old.as_ref(), new.as_ref()).unified_diff().header(&names.0, &names.1).to_string()
}

/// Replaces a file as a whole, with its permissions.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let shown = path.display();
    let cannot = || format!("cannot write `{shown}`");
    let target = path.canonicalize().with_context(cannot)?;
    let name = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let draft = target.with_file_name(format!(".{name}.{}.draft", std::process::id()));
    let written = std::fs::File::create_new(&draft).and_then(|mut file| {
        file.write_all(bytes)?;
        file.set_permissions(std::fs::metadata(&target)?.permissions())?;
        file.sync_all()?;
        std::fs::rename(&draft, &target)
    });
    if written.is_err() {
        let _ = std::fs::remove_file(&draft);
    }
    written.with_context(cannot)
}
