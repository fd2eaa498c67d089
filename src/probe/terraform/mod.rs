//! `terraform`: where state lies, what is pinned, and the few attributes that decide whether data survives and stays
//! private. Owns parameters. The breadth of provider rules is a specialist's (checkov, Trivy).

mod configuration;
mod exposure;
mod expression;
mod facts;
mod ignores;
mod json_syntax;
mod lines;
mod observe;
mod pins;
mod protection;
#[cfg(test)]
mod tests;
mod tflint;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{Problems, Unknown};
use crate::probe::file_kind::FileKind;
use crate::probe::{Probe, ProbeDef};
use crate::world::{Name, Select, Swept, Want};
use crate::yaml::{Node, Spanned};

/// Parameters of the `terraform` probe.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {
    /// Configurations to look at; every match counts. Default: every `*.tf`, `*.tofu`, `*.tf.json` and `*.tofu.json` without those whose name or
    /// folder says development, test or example.
    #[serde(default)]
    pub(super) glob: Option<Spanned<String>>,
}

/// The registry's entry.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "terraform",
    doc: "Reads Terraform and OpenTofu: state, backend, pins, protection of data",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "glob: infra/**/*.tf\n",
};

/// A file read, or why it could not be: line and reason.
type Digest = Result<configuration::Configuration, (u32, String)>;

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = crate::yaml::decode(node, problems)?;
    KIND.probe(params.glob, problems)
}

static KIND: FileKind = FileKind {
    name: "terraform",
    default_glob: "**/*.{tf,tofu,tf.json,tofu.json}",
    example: "infra/**/*.tf",
    facts: facts::declarations,
    want: |select| Want::doc(select, "terraform", |file| -> Result<Digest, Unknown> { Ok(configuration::read(file)) }),
    observe: |look, want, named| observe::observe(look, want, named, by_name(look.swept, look.folder)),
};

/// The folder of a file.
fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// State and lock files below a folder, whose names alone tell.
fn by_name(swept: &Swept, folder: &str) -> Vec<String> {
    let names = ["**/*.tfstate", "**/*.tfstate.backup", "**/.terraform.lock.hcl"];
    let select = names.iter().fold(Select::bases(&[]), |select, glob| select.or(Name::Glob((*glob).to_owned())));
    let found = swept.tree().select(&select.below(folder));
    found.into_iter().map(|id| swept.path(id).to_owned()).collect()
}
