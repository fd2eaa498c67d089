//! `kubernetes`: what manifests say about images, resources, probes, isolation, rights, secrets and availability. Owns
//! parameters; each matter has a file of its own. What the cluster does with them is not seen; a chart or a
//! kustomization has to be rendered first.

mod access;
mod api_version;
mod autoscaling;
mod available;
mod container;
mod exemption;
mod facts;
mod kustomization;
mod liveness;
mod network;
mod object;
mod observe;
mod plain_secret;
mod pod_security;
mod reached;
mod read;
mod references;
mod set;
mod tally;
#[cfg(test)]
mod tests;
mod unread;
mod workload;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{FactSchema, Observation, Problems, Unknown};
use crate::probe::yaml_file::YamlFault;
use crate::probe::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, glob_parameter};
use crate::world::{Select, Want, WantId, Wants};
use crate::yaml::{Node, Spanned};

/// Parameters of the `kubernetes` probe.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {
    /// Manifests to look at, as they are applied: the output of `helm template` or `kubectl kustomize`, or plain files;
    /// every match counts as it stands. Default: every manifest of the tree without those whose name or folder says
    /// development, test or example; charts and kustomizations that change their files are then not judged.
    #[serde(default)]
    pub(super) glob: Option<Spanned<String>>,
    /// Version of the cluster, such as `1.34` (the default), for the APIs that it still serves.
    #[serde(default)]
    pub(super) cluster_version: Option<Spanned<String>>,
}

/// The registry's entry.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "kubernetes",
    doc: "Reads Kubernetes manifests: images, resources, probes, isolation, rights, secrets, availability",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "glob: deploy/*.yaml\ncluster_version: 1.33\n",
};

const DEFAULT_GLOB: &str = "**/*.{yaml,yml,json}";
/// The oldest minor version of Kubernetes 1 that a spec has to name: every removal that the table knows is older.
const DEFAULT_MINOR: u32 = 34;

type Digest = Result<read::Manifest, YamlFault>;

struct KubernetesProbe {
    glob: Option<String>,
    minor: u32,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = crate::yaml::decode(node, problems)?;
    let glob = glob_parameter::checked(params.glob, "deploy/*.yaml", problems);
    let minor = match params.cluster_version {
        None => Some(DEFAULT_MINOR),
        Some(version) => minor(&version, problems),
    };
    Some(Box::new(KubernetesProbe { glob: glob?, minor: minor? }))
}

/// The minor version of `1.33` or `v1.33.2`.
fn minor(version: &Spanned<String>, problems: &mut Problems) -> Option<u32> {
    let rest = version.value.trim_start_matches('v').strip_prefix("1.");
    let minor = rest.and_then(|rest| rest.split('.').next()).and_then(|minor| minor.parse().ok());
    if minor.is_none() {
        let problem = version.span.problem(format!("`{}` is no version of Kubernetes", version.value));
        problems.push(problem.help("write the version of the cluster, such as `1.34`"));
    }
    minor
}

impl Probe for KubernetesProbe {
    fn facts(&self) -> FactSchema {
        FactSchema { decls: facts::declarations(), ..FactSchema::default() }
    }

    fn key(&self) -> String {
        format!("kubernetes glob={:?} minor={}", self.glob, self.minor)
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        Touch { reads: vec![self.glob.clone().unwrap_or_else(|| DEFAULT_GLOB.to_owned())], ..Touch::default() }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        let glob = self.glob.as_deref().unwrap_or(DEFAULT_GLOB);
        let select = Select::glob(glob).unwrap_or_else(|_| Select::exts(&["yaml", "yml", "json"])).below(folder);
        let minor = self.minor;
        let want = Want::sparse(select, format!("kubernetes 1.{minor}"), move |file| Ok(read::digest(file, minor)));
        vec![wants.add(want.screened(read::questions))]
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let [want] = look.wants else { return Err(Unknown::because("the tree was not swept")) };
            look.swept.get(*want).whole.clone()?;
            Ok(observe::observe(&look, *want, self.glob.is_some()))
        })
    }
}
