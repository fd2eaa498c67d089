//! `shipworthy plugin test`.

use anyhow::Result;

use super::args::PluginArgs;
use super::console::Console;
use super::exit::Exit;

pub(super) fn run(_arguments: &PluginArgs, _console: &Console) -> Result<Exit> {
    anyhow::bail!("not built yet")
}
