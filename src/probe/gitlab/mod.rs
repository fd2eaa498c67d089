//! `gitlab`: what GitLab pipelines say about pins and ignored failures. Owns parameters and facts. What an include brings
//! from elsewhere is not seen; where nothing else has jobs, their number is unknown.

pub(super) mod files;
mod observe;
pub(super) mod order;
pub(super) mod pipeline;
mod starts;
pub(super) mod whole;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{FactDecl, FactSchema, FactType, Observation, Problems, Unknown};
use crate::probe::yaml_file::YamlFault;
use crate::probe::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch};
use crate::world::{Name, Select, Want, WantId, Wants};
use crate::yaml::Node;

/// The `gitlab` probe has no parameters: a pipeline begins in `.gitlab-ci.yml` at the root.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {}

/// The registry's entry.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "gitlab",
    doc: "Reads GitLab pipelines: images, includes, ignored failures, jobs that test",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "",
};

type Digest = Result<pipeline::Pipeline, YamlFault>;

struct GitlabProbe;

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let _: Params = crate::yaml::decode(node, problems)?;
    Some(Box::new(GitlabProbe))
}

/// The pipeline, and the files that it usually includes.
fn selected() -> Select {
    let globs = [".gitlab-ci.yml", ".gitlab-ci.yaml", ".gitlab/**/*.yml", ".gitlab/**/*.yaml", "**/*.gitlab-ci.yml"];
    globs.iter().fold(Select::bases(&[]), |select, glob| select.or(Name::Glob((*glob).to_owned())))
}

impl Probe for GitlabProbe {
    fn facts(&self) -> FactSchema {
        FactSchema { decls: declarations(), ..FactSchema::default() }
    }

    fn key(&self) -> String {
        "gitlab".to_owned()
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        Touch { reads: vec![".gitlab-ci.yml".to_owned(), ".gitlab/**/*.yml".to_owned()], ..Touch::default() }
    }

    fn declare(&self, _folder: &str, wants: &mut Wants) -> Vec<WantId> {
        vec![wants.add(Want::doc(selected(), "gitlab", |file| -> Result<Digest, Unknown> {
            Ok(pipeline::read(file.path(), file.bytes))
        }))]
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let [want] = look.wants else { return Err(Unknown::because("the tree was not swept")) };
            look.swept.get(*want).whole.clone()?;
            Ok(observe::observe(look.swept, *want))
        })
    }
}

/// Facts that count findings.
#[rustfmt::skip]
pub(super) const COUNTED: &[(&str, &str)] = &[
    ("moving_images", "images without tag, or with one that moves"),
    ("loose_includes", "includes of other projects by branch, of components by branch or `~latest`, of addresses without `integrity`"),
    ("ignored_failures", "tests, lints, builds and deployments whose failure does not count"),
    ("ignored_scans", "security scans whose failure does not count"),
];

#[rustfmt::skip]
fn declarations() -> Vec<FactDecl> {
    let count = |name, doc| FactDecl::new(name, FactType::Count, doc);
    let ratio = |name, doc| FactDecl::new(name, FactType::Ratio, doc);
    let mut all = vec![
        count("files", "pipeline files, those of the repository that they include or start among them; 0 when there is no `.gitlab-ci.yml`, and then nothing else is observed"),
        count("parse_errors", "files that could not be read"),
        count("jobs", "jobs, hidden ones left out; unobserved where there is none but something is included from elsewhere"),
        count("test_jobs", "jobs that run tests, by their own script or one that they extend or refer to; unobserved like `jobs`"),
        count("images", "images with a known name"),
        count("includes", "includes from elsewhere"),
    ];
    all.extend(COUNTED.iter().map(|(name, doc)| count(*name, *doc)));
    all.push(ratio("pinned_ratio", "share of the images and includes that are fixed; 100 % when there is none"));
    all.push(ratio("gate_credit", "100 %, less 40 for each ignored failure and 15 for each ignored scan"));
    all
}
