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
mod resources;
#[cfg(test)]
mod tests;
mod tflint;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{Problems, Unknown};
use crate::probe::file_kind::FileKind;
use crate::probe::{Probe, ProbeDef, purpose};
use crate::world::{Name, Select, Swept, Want, WantId, Wants};
use crate::yaml::{Node, Spanned};
use protection::State;

pub(crate) use resources::resources;

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

/// Who reaches the databases of the configurations that count.
pub(crate) struct Exposure {
    /// Ways in for the whole Internet: file, line, and what was seen.
    pub(crate) open: Vec<(String, u32, String)>,
    /// Why it is not known that there is none, if it is not.
    pub(crate) unknown: Option<String>,
}

/// The want for every configuration below a folder, for probes that need to know who reaches databases.
pub(crate) fn want(folder: &str, wants: &mut Wants) -> WantId {
    let select = Select::glob(KIND.default_glob).unwrap_or_else(|_| Select::bases(&[]));
    wants.add((KIND.want)(select.below(folder)))
}

/// What those configurations say of it.
pub(crate) fn exposure(swept: &Swept, want: WantId) -> Exposure {
    let (mut open, mut decided, mut elsewhere) = (Vec::new(), false, None);
    for (id, digest) in swept.get(want).own::<Digest>() {
        let path = swept.path(id);
        if purpose::aside(path, swept.class(id)).is_some() {
            continue;
        }
        let Ok(Ok(configuration)) = digest else {
            elsewhere = Some(format!("`{path}` could not be read"));
            continue;
        };
        for way in &configuration.exposed {
            let (resource, attribute) = (&way.guarded.resource, &way.guarded.attribute);
            match way.guarded.state {
                State::Holds => decided = true,
                State::Elsewhere => elsewhere = Some(format!("a variable decides `{resource}`: `{attribute}`")),
                State::Fails => {
                    let note = format!("`{resource}`: `{attribute}` lets the whole Internet reach it");
                    open.push((path.to_owned(), way.line, note));
                }
            }
        }
    }
    let nothing = (!decided).then(|| "nothing decides who reaches a database".to_owned());
    Exposure { open, unknown: elsewhere.or(nothing) }
}
