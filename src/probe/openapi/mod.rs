//! `openapi`: what API descriptions say of their operations, references and security. Owns parameters; the service itself
//! is not asked.

pub(crate) mod collection;
mod contract;
mod documents;
mod facts;
mod observe;
mod operation;
mod reference;
mod security;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{Problems, Unknown};
use crate::probe::file_kind::FileKind;
use crate::probe::yaml_file::YamlFault;
use crate::probe::{Probe, ProbeDef};
use crate::world::Want;
use crate::yaml::{Node, Spanned};

/// Parameters of the `openapi` probe.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {
    /// Descriptions to look at; every match counts. Default: files whose name has `openapi` or `swagger` in it, those of
    /// tests, examples and vendored code left out.
    #[serde(default)]
    pub(super) glob: Option<Spanned<String>>,
}

/// The registry's entry.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "openapi",
    doc: "Reads OpenAPI descriptions: operations, references, responses, security",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "glob: docs/api.yaml\n",
};

type Digest = Result<Option<contract::Contract>, YamlFault>;

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = crate::yaml::decode(node, problems)?;
    KIND.probe(params.glob, problems)
}

static KIND: FileKind = FileKind {
    name: "openapi",
    // Files that are called so, and files of any name in a folder that is.
    default_glob: "**/{*openapi*,*swagger*,openapi/*,swagger/*}.{yaml,yml,json}",
    example: "docs/api.yaml",
    facts: facts::declarations,
    want: |select| {
        Want::doc(select, "openapi", |file| -> Result<Digest, Unknown> { Ok(contract::read(file.path(), file.bytes)) })
    },
    observe: |look, want, named| observe::observe(look.swept, want, named),
};
