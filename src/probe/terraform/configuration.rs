//! One file of a configuration: the digest that the sweep keeps.

use hcl_edit::Span as _;
use hcl_edit::structure::{Block, Body};

use super::expression::{Known, attribute, label, text};
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
    pub(super) modules: Vec<At<(String, ModulePin)>>,
    pub(super) guarded: Vec<At<Guarded>>,
    pub(super) resources: usize,
}

/// Where state is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Backend {
    pub(super) kind: String,
    /// Whether two runs cannot write at once.
    pub(super) is_locked: bool,
    pub(super) is_encrypted: bool,
}

/// Reads a file; the parser bounds nesting itself.
pub(super) fn read(source: &str) -> Result<Configuration, (u32, String)> {
    let body: Body = source.parse().map_err(|fault: hcl_edit::parser::Error| {
        (u32::try_from(fault.location().line()).unwrap_or(0), fault.message().to_owned())
    })?;
    let mut found = Configuration::default();
    for block in body.blocks() {
        let line = line_of(source, block);
        match block.ident.as_str() {
            "terraform" => found.terraform(source, block),
            "provider" => found.is_root = true,
            "module" => {
                let name = label(block, 0).to_owned();
                found.modules.push(At { line, value: (name, module_pin(block)) });
            }
            "resource" => {
                found.resources += 1;
                found.guarded.extend(guarded(block).into_iter().map(|value| At { line, value }));
            }
            _ => {}
        }
    }
    Ok(found)
}

fn line_of(source: &str, block: &Block) -> u32 {
    let start = block.ident.span().or_else(|| block.span()).map_or(0, |span| span.start);
    let breaks = source.as_bytes()[..start.min(source.len())].iter().filter(|byte| **byte == b'\n').count();
    u32::try_from(breaks + 1).unwrap_or(u32::MAX)
}

impl Configuration {
    fn terraform(&mut self, source: &str, block: &Block) {
        let line = line_of(source, block);
        for inner in block.body.blocks() {
            let at = line_of(source, inner);
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
