//! `shipworthy schema`.

use anyhow::{Context, Result};

use super::args::{SchemaArgs, SchemaKind};
use super::console::Console;
use super::exit::Exit;
use crate::{report, schema};

pub(super) fn run(arguments: &SchemaArgs, console: &Console) -> Result<Exit> {
    let schema = match arguments.kind {
        SchemaKind::Spec => schema::spec(),
        SchemaKind::Pack => schema::pack(),
        SchemaKind::Report => report::json::schema(),
    };
    console.print(schema::pretty(&schema).as_bytes()).context("cannot write to standard output")?;
    Ok(Exit::Yes)
}
