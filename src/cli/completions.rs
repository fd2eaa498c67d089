//! `shipworthy completions` and `shipworthy man`.

use anyhow::{Context, Result};

use super::args::{CompletionsArgs, command};
use super::console::Console;
use super::exit::Exit;

pub(super) fn run(arguments: &CompletionsArgs, console: &Console) -> Result<Exit> {
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut command(), "shipworthy", &mut text);
    console.print(&text).context("cannot write to standard output")?;
    Ok(Exit::Yes)
}

pub(super) fn man(console: &Console) -> Result<Exit> {
    let mut text = Vec::new();
    clap_mangen::Man::new(command()).render(&mut text).context("cannot render the manual page")?;
    console.print(&text).context("cannot write to standard output")?;
    Ok(Exit::Yes)
}
