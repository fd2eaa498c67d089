//! One file of a configuration: the digest that the sweep keeps.

use hcl_edit::Span as _;
use hcl_edit::structure::{Block, Body};

use crate::probe::yaml_file;
use crate::world::FileBytes;

use super::exposure::exposed;
use super::expression::{Known, attribute, label, text};
use super::ignores::{Ignore, Scope, ignores};
use super::json_syntax;
use super::lines::Lines;
use super::pins::{ModulePin, has_upper_bound, module_pin, required_providers};
use super::protection::{Guarded, guarded};

/// Something at a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct At<T> {
    pub(super) line: u32,
    pub(super) value: T,
}

/// What is known of one file.
#[derive(Clone, Debug, Default)]
pub(super) struct Configuration {
    pub(super) backend: Option<At<Backend>>,
    /// Whether it configures a provider, as a root does and a reusable module does not.
    pub(super) is_root: bool,
    /// Whether `required_version` is there, and has an end.
    pub(super) required_version: Option<At<bool>>,
    /// Name, and whether its constraint has an end.
    pub(super) providers: Vec<At<(String, bool)>>,
    pub(super) modules: Vec<Module>,
    pub(super) guarded: Vec<GuardedAt>,
    /// Ways in to databases that were looked at.
    pub(super) exposed: Vec<GuardedAt>,
    pub(super) resources: usize,
    /// What comments tell specialists to pass over.
    pub(super) ignores: Vec<Ignore>,
}

/// A module that is called.
#[derive(Clone, Debug)]
pub(super) struct Module {
    pub(super) line: u32,
    pub(super) name: String,
    pub(super) pin: ModulePin,
    /// The folder that its resources stand in, relative to the file, if they are of this repository.
    pub(super) folder: Option<String>,
    pub(super) scope: Scope,
}

/// An attribute that was looked at.
#[derive(Clone, Debug)]
pub(super) struct GuardedAt {
    pub(super) line: u32,
    pub(super) guarded: Guarded,
    pub(super) scope: Scope,
}

/// Where state is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Backend {
    pub(super) kind: String,
    /// Whether two runs cannot write at once.
    pub(super) is_locked: bool,
    pub(super) is_encrypted: bool,
}

/// Reads a file in native or in JSON syntax.
pub(super) fn read(file: &FileBytes<'_>) -> Result<Configuration, (u32, String)> {
    if file.path().ends_with(".json") {
        let root = yaml_file::read(file.path(), file.bytes).map_err(|fault| (fault.line, fault.reason))?;
        let native = json_syntax::native(&root);
        return parse(&native.text, &Lines::of(&native.text, native.origin));
    }
    let text = file.text();
    let found = parse(&text, &Lines::of(&text, Vec::new()))?;
    Ok(Configuration { ignores: ignores(file), ..found })
}

/// The parser bounds nesting itself.
fn parse(source: &str, lines: &Lines) -> Result<Configuration, (u32, String)> {
    let body: Body = source.parse().map_err(|fault: hcl_edit::parser::Error| {
        (u32::try_from(fault.location().line()).unwrap_or(0), fault.message().to_owned())
    })?;
    let mut found = Configuration::default();
    for block in body.blocks() {
        match block.ident.as_str() {
            "terraform" => found.terraform(lines, block),
            "provider" => found.is_root = true,
            "module" => found.modules.push(module(lines, block)),
            "resource" => {
                found.resources += 1;
                found.exposed.extend(exposed(block).into_iter().map(|way| placed(lines, block, way)));
                found.guarded.extend(guarded(block).into_iter().map(|guarded| placed(lines, block, guarded)));
            }
            _ => {}
        }
    }
    Ok(found)
}

fn line_of(lines: &Lines, block: &Block) -> u32 {
    lines.at(block.ident.span().or_else(|| block.span()).map_or(0, |span| span.start))
}

fn scope(lines: &Lines, block: &Block, within: &[usize]) -> Scope {
    let line = line_of(lines, block);
    let last = block.span().map_or(line, |span| lines.at(span.end));
    let starts = within.iter().map(|at| lines.at(*at)).chain([line]).collect();
    Scope { starts, block: (line, last) }
}

fn module(lines: &Lines, block: &Block) -> Module {
    let folder = text(&block.body, "source").filter(|source| source.starts_with("./") || source.starts_with("../"));
    Module {
        line: line_of(lines, block),
        name: label(block, 0).to_owned(),
        pin: module_pin(block),
        folder,
        scope: scope(lines, block, &[]),
    }
}

fn placed(lines: &Lines, block: &Block, guarded: Guarded) -> GuardedAt {
    GuardedAt { line: line_of(lines, block), scope: scope(lines, block, &guarded.starts), guarded }
}

impl Configuration {
    fn terraform(&mut self, lines: &Lines, block: &Block) {
        let line = line_of(lines, block);
        for inner in block.body.blocks() {
            let at = line_of(lines, inner);
            match inner.ident.as_str() {
                "backend" => self.backend = Some(At { line: at, value: backend(inner) }),
                "cloud" => {
                    let value = Backend { kind: "cloud".to_owned(), is_locked: true, is_encrypted: true };
                    self.backend = Some(At { line: at, value });
                }
                _ => {}
            }
        }
        if let Some(version) = text(&block.body, "required_version") {
            self.required_version = Some(At { line, value: has_upper_bound(&version) });
        }
        for (name, version) in required_providers(&block.body) {
            let is_bounded = version.as_deref().is_some_and(has_upper_bound);
            self.providers.push(At { line, value: (name, is_bounded) });
        }
    }
}

/// S3 locks with `use_lockfile` or a table and encrypts when told; the other remote backends do both themselves.
fn backend(block: &Block) -> Backend {
    let kind = label(block, 0).to_owned();
    let is_set = |name: &str| attribute(&block.body, name).is_some_and(|value| value != Known::Bool(false));
    // Settings that are given on the command line are not written here.
    let is_partial = block.body.is_empty();
    let (is_locked, is_encrypted) = match kind.as_str() {
        "s3" => (is_partial || is_set("use_lockfile") || is_set("dynamodb_table"), is_partial || is_set("encrypt")),
        "local" | "http" => (is_set("lock_address"), false),
        _ => (true, true),
    };
    Backend { kind, is_locked, is_encrypted }
}
