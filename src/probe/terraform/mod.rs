//! `terraform`: where state lies, what is pinned, and the few attributes that decide whether data survives and stays
//! private. Owns parameters. The breadth of provider rules is a specialist's (checkov, Trivy).

mod configuration;
mod expression;
mod facts;
mod observe;
mod pins;
mod protection;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{FactSchema, Observation, Problems, Unknown};
use crate::probe::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, glob_parameter};
use crate::world::{Name, Select, Want, WantId, Wants};
use crate::yaml::{Node, Spanned};

/// Parameters of the `terraform` probe.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {
    /// Configurations to look at; every match counts. Default: every `*.tf` and `*.tofu` without those whose name or
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
    example: "terraform: { glob: \"infra/**/*.tf\" }",
};

const DEFAULT_GLOB: &str = "**/*.{tf,tofu}";

/// A file read, or why it could not be: line and reason.
type Digest = Result<configuration::Configuration, (u32, String)>;

struct TerraformProbe {
    glob: Option<String>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = crate::yaml::decode(node, problems)?;
    let glob = glob_parameter::checked(params.glob, "infra/**/*.tf", problems)?;
    Some(Box::new(TerraformProbe { glob }))
}

/// State and lock files, whose names alone tell.
fn by_name() -> Select {
    let names = ["**/*.tfstate", "**/*.tfstate.backup", "**/.terraform.lock.hcl"];
    names.iter().fold(Select::bases(&[]), |select, glob| select.or(Name::Glob((*glob).to_owned())))
}

impl Probe for TerraformProbe {
    fn facts(&self) -> FactSchema {
        FactSchema { decls: facts::declarations(), ..FactSchema::default() }
    }

    fn key(&self) -> String {
        format!("terraform glob={:?}", self.glob)
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        Touch { reads: vec![self.glob.clone().unwrap_or_else(|| DEFAULT_GLOB.to_owned())], ..Touch::default() }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        let glob = self.glob.as_deref().unwrap_or(DEFAULT_GLOB);
        let select = Select::glob(glob).unwrap_or_else(|_| Select::exts(&["tf"])).below(folder);
        vec![wants.add(Want::doc(select, "terraform", |file| -> Result<Digest, Unknown> {
            Ok(configuration::read(&file.text()))
        }))]
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let [want] = look.wants else { return Err(Unknown::because("the tree was not swept")) };
            look.swept.get(*want).whole.clone()?;
            let named = look.swept.tree().select(&by_name().below(look.folder));
            let named = named.into_iter().map(|id| look.swept.path(id).to_owned()).collect();
            Ok(observe::observe(look.swept, *want, self.glob.is_some(), named))
        })
    }
}
