//! A readiness document becomes statements: bytes → repaired text → blocks → statements. Each statement keeps its line in the
//! original file, and what was not understood is listed, never dropped. Leaves judging to lint, writing back to sync.

mod blocks;
mod date;
mod decode;
mod dependency;
mod draft;
mod duration;
mod entry;
mod inline;
mod inventory;
mod keyed;
mod mark;
mod nothing;
mod number;
mod onto;
mod paragraph;
mod people;
mod percentage;
mod phase;
mod priority;
mod quantity;
mod read;
mod remark;
mod repair;
mod row;
mod spec;
mod surroundings;
#[cfg(test)]
mod tests;
mod threshold;
mod unit;
mod words;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::{Problems, Statement};
use crate::yaml;

pub use blocks::Directive;
pub use decode::{Decoded, decode};
pub use draft::Propose;
pub use onto::Merged;

/// All that a document says.
#[derive(Clone, Debug)]
pub struct Inventory {
    /// How the bytes were read.
    pub encoding: Vec<String>,
    /// The title of the document, if it has one.
    pub title: Option<String>,
    /// In the order of their lines.
    pub statements: Vec<Statement>,
    /// Lines with text that no statement carries.
    pub leftovers: Vec<Leftover>,
    /// What comments of the document tell us: `<!-- shipworthy: … -->`.
    pub directives: Vec<Directive>,
}

/// A line that states nothing we know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// Line of the original file, from 1.
    pub line: u32,
    /// What stands there.
    pub text: String,
}

/// Everything that a document says.
pub fn read(bytes: &[u8]) -> Inventory {
    entry::reading(decode(bytes)).inventory
}

/// What a spec says, on its own lines.
#[derive(Clone, Debug, Default)]
pub struct SaidBySpec {
    pub statements: Vec<Statement>,
    /// Lines of checks of which nobody claims anything.
    pub unclaimed: BTreeSet<u32>,
    /// What its `lint: { allow: … }` accepts.
    pub allowed: Vec<Directive>,
}

/// What a spec claims, read as the document it would be; lines are those of the spec. The second part holds what its key
/// `lint: { allow: […] }` accepts, with the lines. An error where it is no YAML.
pub fn read_spec(file: &str, text: &str) -> Result<SaidBySpec, Problems> {
    let root = yaml::parse(Arc::new(yaml::Source::new(file, text)))?;
    Ok(root.map(|root| said_by(&root)).unwrap_or_default())
}

/// The same of a spec that was laid together from several files; `file` and `text` are the spec itself, and what another file
/// brings stands at the line of the `include` that names it.
pub fn read_laid_together(file: &str, text: &str, root: &yaml::Node) -> SaidBySpec {
    let main = yaml::parse(Arc::new(yaml::Source::new(file, text))).ok().flatten();
    said_by(&spec::on_lines_of(file, main.as_ref(), root.clone()))
}

fn said_by(root: &yaml::Node) -> SaidBySpec {
    let written = spec::written(root);
    let mut statements = read(written.text.as_bytes()).statements;
    statements.retain(|statement| written.is_claimed(statement));
    for statement in &mut statements {
        statement.line = written.line(statement.line);
    }
    let allowed = root.get("lint").and_then(|lint| lint.get("allow")).map(yaml::Node::items).unwrap_or_default();
    let directive = |node: &yaml::Node| Some(Directive { line: node.span.line, text: node.text()?.to_owned() });
    let allowed = allowed.iter().filter_map(directive).collect();
    SaidBySpec { statements, unclaimed: written.unclaimed(), allowed }
}

/// A spec that a document suggests, and what was done to read the document.
#[derive(Clone, Debug)]
pub struct Suggested {
    /// YAML that validates and runs.
    pub spec: String,
    /// What had to be done to read the bytes.
    pub encoding: Vec<String>,
    /// How many checks the spec has.
    pub checks: usize,
    /// How many of them a catalog rule measures.
    pub measured: usize,
    /// How many lines state nothing we know; they are listed at the end of the spec.
    pub leftovers: usize,
}

/// The spec that a document suggests; `name` is the document as the spec should name it.
pub fn suggest(bytes: &[u8], name: &str, propose: Propose) -> Suggested {
    let entry::Reading { inventory, entries } = entry::reading(decode(bytes));
    let source = draft::Source::new(&entries, &inventory.statements);
    let (spec, draft) = draft::spec_text(&source, inventory.title.as_deref(), &inventory.leftovers, name, propose);
    let checks = draft.areas.iter().map(|area| area.checks.len()).sum();
    let measured = draft.areas.iter().flat_map(|area| &area.checks).filter(|check| check.measure.is_some()).count();
    Suggested { spec, encoding: inventory.encoding, checks, measured, leftovers: draft.leftovers.len() }
}

/// What became of a spec when a document was merged onto it, and what was done to read the document.
#[derive(Clone, Debug)]
pub struct Onto {
    /// The merged spec with its notes.
    pub merged: Merged,
    /// What had to be done to read the bytes.
    pub encoding: Vec<String>,
}

/// A document merged onto a spec that was made from it and edited since; `file` and `spec` are the spec's name and text. An
/// error where the spec is no YAML.
pub fn onto(bytes: &[u8], name: &str, propose: Propose, file: &str, spec: &str) -> Result<Onto, Problems> {
    let entry::Reading { inventory, entries } = entry::reading(decode(bytes));
    let source = draft::Source::new(&entries, &inventory.statements);
    let (_, draft) = draft::spec_text(&source, inventory.title.as_deref(), &inventory.leftovers, name, propose);
    Ok(Onto { merged: onto::merge(&draft, file, spec)?, encoding: inventory.encoding })
}

impl Inventory {
    /// As JSON; the same document gives the same bytes.
    pub fn to_json(&self) -> String {
        inventory::json(self)
    }
}
