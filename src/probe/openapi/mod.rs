//! `openapi`: what API descriptions say of their operations, references and security. Owns parameters; the service itself
//! is not asked.

mod contract;
mod facts;
mod observe;
mod operation;
mod reference;
mod security;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{FactSchema, Observation, Problems, Unknown};
use crate::probe::yaml_file::YamlFault;
use crate::probe::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, glob_parameter};
use crate::world::{Name, Select, Want, WantId, Wants};
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
    example: "openapi: { glob: docs/api.yaml }",
};

const DEFAULT_GLOB: &str = "**/*{openapi,swagger}*.{yaml,yml,json}";

type Digest = Result<Option<contract::Contract>, YamlFault>;

struct OpenapiProbe {
    glob: Option<String>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = crate::yaml::decode(node, problems)?;
    let glob = glob_parameter::checked(params.glob, "docs/api.yaml", problems)?;
    Some(Box::new(OpenapiProbe { glob }))
}

fn selected(glob: Option<&str>) -> Select {
    // A folder that is called so, with files of any name, is found through the second glob.
    let named =
        || Select::glob(DEFAULT_GLOB).map(|s| s.or(Name::Glob("**/{openapi,swagger}/*.{yaml,yml,json}".to_owned())));
    let select = match glob {
        Some(glob) => Select::glob(glob),
        None => named(),
    };
    select.unwrap_or_else(|_| Select::bases(&["openapi.yaml", "openapi.json", "swagger.json"]))
}

impl Probe for OpenapiProbe {
    fn facts(&self) -> FactSchema {
        FactSchema { decls: facts::declarations(), ..FactSchema::default() }
    }

    fn key(&self) -> String {
        format!("openapi glob={:?}", self.glob)
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        Touch { reads: vec![self.glob.clone().unwrap_or_else(|| DEFAULT_GLOB.to_owned())], ..Touch::default() }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        let select = selected(self.glob.as_deref()).below(folder);
        vec![wants.add(Want::doc(select, "openapi", |file| -> Result<Digest, Unknown> {
            Ok(contract::read(file.path(), file.bytes))
        }))]
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let [want] = look.wants else { return Err(Unknown::because("the tree was not swept")) };
            look.swept.get(*want).whole.clone()?;
            Ok(observe::observe(look.swept, *want, self.glob.is_some()))
        })
    }
}
