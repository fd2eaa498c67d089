//! `compose`: what compose files say about isolation, credentials, restart and data. Owns parameters and facts.

mod danger;
mod datastore;
mod extends;
mod judge;
mod merge;
mod observe;
mod service;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{FactDecl, FactType, Problems, Unknown};
use crate::probe::builds::Build;
use crate::probe::file_kind::FileKind;
use crate::probe::yaml_file::YamlFault;
use crate::probe::{Probe, ProbeDef, purpose};
use crate::world::{Select, Swept, Want, WantId, Wants};
use crate::yaml::{Node, Spanned};

/// Parameters of the `compose` probe.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {
    /// Compose files to look at; every match counts. Default: `compose*.yaml` and `docker-compose*.yaml` without those
    /// whose name or folder says development, test or example.
    #[serde(default)]
    pub(super) glob: Option<Spanned<String>>,
}

/// The registry's entry.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "compose",
    doc: "Reads compose files: host access, credentials, restart, limits, datastores",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "glob: deploy/compose*.yaml\n",
};

const DEFAULT_GLOB: &str = "**/{compose,docker-compose}*.{yml,yaml}";

type Digest = Result<Option<judge::Judged>, YamlFault>;

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = crate::yaml::decode(node, problems)?;
    KIND.probe(params.glob, problems)
}

static KIND: FileKind = FileKind {
    name: "compose",
    default_glob: DEFAULT_GLOB,
    example: "deploy/compose*.yaml",
    facts: declarations,
    want: wanted,
    observe: |look, want, named| observe::observe(look.swept, want, named),
};

fn wanted(select: Select) -> Want {
    Want::doc(select, "compose", |file| -> Result<Digest, Unknown> { Ok(judge::judge(file.path(), file.bytes)) })
}

/// The want for every compose file of the tree, for probes that need to know what is built.
pub(crate) fn want(wants: &mut Wants) -> WantId {
    wants.add(wanted(Select::glob(DEFAULT_GLOB).unwrap_or_else(|_| Select::bases(&[]))))
}

/// Compose files that are for development by what they hold.
pub(crate) fn for_development(swept: &Swept, want: WantId) -> BTreeSet<String> {
    let found = swept.get(want).own::<Digest>().filter_map(|(id, digest)| {
        let judged = digest.ok()?.as_ref().ok()?.as_ref()?;
        judged.development.map(|_| swept.path(id).to_owned())
    });
    found.collect()
}

/// What the compose files that count build.
pub(crate) fn builds(swept: &Swept, want: WantId) -> Vec<Build> {
    let mut builds = Vec::new();
    let mut others = extends::Others::new(swept);
    for (id, digest) in swept.get(want).own::<Digest>() {
        if purpose::aside(swept.path(id), swept.class(id)).is_some() {
            continue;
        }
        let Ok(Ok(Some(judged))) = digest else { continue };
        if judged.development.is_some() {
            continue;
        }
        let (parts, _) = others.started(swept.path(id), judged);
        builds.extend(parts.into_iter().filter_map(|part| {
            let build = part.service.build?;
            Some(Build { has_health: part.service.has_health, has_user: part.service.has_user, ..build })
        }));
    }
    builds
}

#[rustfmt::skip]
fn declarations() -> Vec<FactDecl> {
    let count = |name, doc| FactDecl::new(name, FactType::Count, doc);
    let ratio = |name, doc| FactDecl::new(name, FactType::Ratio, doc);
    vec![
        count("files", "compose files that count; 0 when there is none, and then nothing else is observed"),
        FactDecl::new("only_set_aside", FactType::Bool, "whether there are compose files and none of them counts, as all are for development, tests or examples"),
        count("parse_errors", "compose files that could not be read"),
        count("services", "services, each once per folder"),
        count("privileged", "services with `privileged: true`"),
        count("docker_sockets", "mounts of a container engine's socket"),
        count("host_namespaces", "services in the host's network, process or IPC namespace"),
        count("dangerous_caps", "added capabilities that reach the host"),
        count("host_mounts", "mounts of `/`, `/etc`, `/proc` and the like"),
        count("unconfined", "services with seccomp, AppArmor or labels switched off"),
        count("host_devices", "memory devices of the host"),
        ratio("escape_credit", "100 % without such findings, 50 % for NET_ADMIN alone, 30 % for host network alone, else 0 %"),
        count("inline_secrets", "credentials written into the file"),
        count("defaulted_secrets", "credentials with a written default, `${X:-…}`"),
        count("images", "images of services that are not built here"),
        count("unpinned_images", "images without tag, or with one that moves"),
        count("weakly_pinned_images", "images that fix only a major or minor version"),
        count("unresolved_images", "images that need a variable without default"),
        count("digest_pinned_images", "images with a digest"),
        ratio("pinned_ratio", "mean over images: digest 100 %, full version 70 %, minor 50 %, major 30 %, moving 0 %"),
        count("without_healthcheck", "long-running services without `healthcheck`"),
        count("unordered_dependencies", "dependencies on a datastore without `condition: service_healthy`"),
        count("without_restart", "long-running services without a restart policy"),
        count("without_limits", "long-running services without a memory limit"),
        count("without_log_rotation", "long-running services whose json-file log is unbounded"),
        ratio("resilience_ratio", "mean over services: health .25, order .2, restart .25, memory .2, logs .1"),
        count("datastores", "services that run a datastore"),
        count("datastores_published", "datastores whose port is open on every interface"),
        count("datastores_without_volume", "datastores, caches left out, whose data is on no volume"),
        ratio("datastore_ratio", "mean over datastores: half for not published, half for kept data"),
    ]
}
