//! `shipworthy plugin test`: does a command speak the plugin protocol?

use std::fmt::Write;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use super::args::{PluginArgs, PluginCommand};
use super::console::{self, Console};
use super::exit::{Exit, WrongQuestion};
use super::setup;
use crate::expect::units;
use crate::probe::plugin;

pub(super) fn run(arguments: &PluginArgs, console: &Console) -> Result<Exit> {
    let PluginCommand::Test { input, root, limit, run } = &arguments.command;
    let input: Value = serde_json::from_str(input).map_err(|error| {
        WrongQuestion(format!("--input: `{input}` is no JSON: {error}\nhelp: write `--input '{{}}'`"))
    })?;
    let limit: Duration = units::std_duration(limit).map_err(|message| WrongQuestion(format!("--limit: {message}")))?;
    let root = setup::folder(root)?;
    let environment = console::environment();
    let runtime = setup::runtime()?;
    let findings = runtime.block_on(plugin::conformance(run, &input, &root, &environment, limit));
    runtime.shutdown_background();
    let mut text = String::new();
    for finding in &findings {
        let _ = match &finding.fault {
            None => writeln!(text, "yes  {}", finding.rule),
            Some(fault) => writeln!(text, "no   {}\n     {}", finding.rule, printable(fault)),
        };
    }
    let faults = findings.iter().filter(|finding| finding.fault.is_some()).count();
    let _ = match faults {
        0 => writeln!(text, "it speaks protocol {}", plugin::PROTOCOL),
        faults => writeln!(text, "it breaks {faults} of {} rules of protocol {}", findings.len(), plugin::PROTOCOL),
    };
    console.print(text.as_bytes()).context("cannot write to standard output")?;
    Ok(if faults == 0 { Exit::Yes } else { Exit::No })
}

/// What a plugin wrote must not reach the terminal as commands.
fn printable(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { c.escape_debug().collect::<Vec<_>>() } else { vec![c] }).collect()
}
