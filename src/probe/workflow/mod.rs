//! `workflow`: what GitHub Actions files say about pins, tokens, secrets, untrusted input and gates, and which other
//! pipelines there are. Owns parameters and facts.

mod before;
mod clouds;
mod deploying;
mod deployments;
#[cfg(test)]
mod deployments_tests;
mod environments;
mod exposure;
mod exposure_elsewhere;
pub(super) mod gates;
mod identity;
mod identity_elsewhere;
mod ignored_elsewhere;
mod judge;
#[cfg(test)]
mod logins_seen;
mod observe;
mod order;
mod permissions;
mod printed;
pub(super) mod recognised;
mod registries;
mod script;
mod stages;
mod tested;
mod tested_elsewhere;
#[cfg(test)]
mod tests;
mod untrusted;
mod uses;
mod view;
pub(super) mod work;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{FactDecl, FactSchema, FactType, Observation, Problems, Unknown};
use crate::probe::builds::Build;
use crate::probe::pipelines;
use crate::probe::yaml_file::YamlFault;
use crate::probe::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch};
use crate::world::{Name, Select, Swept, Want, WantId, Wants};
use crate::yaml::Node;

/// Parameters of the `workflow` probe.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {
    /// Owners whose actions need no pin, such as your own organisation.
    #[serde(default)]
    pub(super) trusted_owners: Vec<String>,
    /// The default branch, where its name is none of the usual ones (`main`, `master`, `trunk`, `develop`, …).
    #[serde(default)]
    pub(super) default_branch: Option<String>,
}

/// The registry's entry.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "workflow",
    doc: "Reads GitHub Actions workflows: pins, token permissions, untrusted input, secrets, gates; sees which other CI there is",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "trusted_owners: [my-org]\ndefault_branch: next\n",
};

struct WorkflowProbe {
    trusted: Vec<String>,
    default_branch: Option<String>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = crate::yaml::decode(node, problems)?;
    Some(Box::new(WorkflowProbe { trusted: params.trusted_owners, default_branch: params.default_branch }))
}

type Digest = Result<Option<judge::Judged>, YamlFault>;

/// Workflows lie at the top of the repository only; composite actions anywhere.
fn wanted(trusted: Vec<String>) -> Want {
    let globs = [
        ".github/workflows/*.yml",
        ".github/workflows/*.yaml",
        "action.yml",
        "action.yaml",
        ".github/actions/**/action.yml",
        ".github/actions/**/action.yaml",
    ];
    let select = globs.iter().fold(Select::bases(&[]), |select, glob| select.or(Name::Glob((*glob).to_owned())));
    Want::doc(select, format!("workflow {trusted:?}"), move |file| -> Result<Digest, Unknown> {
        Ok(judge::judge(file.path(), file.bytes, &trusted))
    })
}

/// The want for every workflow, for probes that need to know what is built.
pub(crate) fn want(wants: &mut Wants) -> WantId {
    wants.add(wanted(Vec::new()))
}

/// What the workflows build.
pub(crate) fn builds(swept: &Swept, want: WantId) -> Vec<Build> {
    let digests = swept.get(want).own::<Digest>().filter_map(|(_, digest)| match digest {
        Ok(Ok(Some(judged))) => Some(judged.builds.clone()),
        _ => None,
    });
    digests.flatten().collect()
}

impl Probe for WorkflowProbe {
    fn facts(&self) -> FactSchema {
        FactSchema { decls: declarations(), ..FactSchema::default() }
    }

    fn key(&self) -> String {
        format!("workflow trusted={:?} default={:?}", self.trusted, self.default_branch)
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        Touch { reads: vec![".github/workflows/*.yml".to_owned(), "**/action.yml".to_owned()], ..Touch::default() }
    }

    fn declare(&self, _folder: &str, wants: &mut Wants) -> Vec<WantId> {
        vec![wants.add(wanted(self.trusted.clone())), pipelines::want(wants)]
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let [want, all] = look.wants else { return Err(Unknown::because("the tree was not swept")) };
            look.swept.get(*want).whole.clone()?;
            let asked = observe::Asked { want: *want, all: *all, default_branch: self.default_branch.as_deref() };
            Ok(observe::observe(&look, &asked, ""))
        })
    }
}

#[rustfmt::skip]
fn declarations() -> Vec<FactDecl> {
    let count = |name, doc| FactDecl::new(name, FactType::Count, doc);
    let ratio = |name, doc| FactDecl::new(name, FactType::Ratio, doc);
    let yes_no = |name, doc| FactDecl::new(name, FactType::Bool, doc);
    vec![
        count("files", "GitHub workflows; 0 when there is none, and then nothing but `pipelines` and what other systems' say of tests, failures, deployments, secrets and logins is observed"),
        count("pipelines", "GitHub workflows and pipelines of other systems (GitLab, CircleCI, Azure, Jenkins, …)"),
        count("composite_actions", "actions that the repository offers or uses itself"),
        count("parse_errors", "files that could not be read"),
        count("actions", "uses of actions, reusable workflows and job images from elsewhere"),
        count("unpinned_actions", "uses of other people's actions by tag"),
        count("official_tags", "uses of `actions/*` and `github/*` by tag"),
        count("branch_actions", "uses by branch"),
        count("unpinned_images", "`docker://` and `container:` images without a digest"),
        ratio("pinned_ratio", "mean over uses: commit 100 %, tag 30 % (60 % for GitHub's own), branch 0 %; 100 % when nothing is used"),
        ratio("pin_credit", "the same, at most 30 % when a branch is used"),
        count("missing_permissions", "workflows without `permissions` at the top or in every job"),
        count("write_all_permissions", "workflows or jobs with `write-all`"),
        count("broad_permissions", "workflows whose write access at the top reaches several jobs"),
        ratio("permission_credit", "mean over workflows: narrow 100 %, broad 60 %, missing 30 %, all 0 %; at most 20 % with any `write-all`"),
        count("dangerous_checkouts", "checkouts of foreign code under `pull_request_target`, `workflow_run` or `issue_comment`"),
        count("script_injections", "texts that strangers write, pasted into scripts"),
        count("insecure_commands", "`ACTIONS_ALLOW_UNSECURE_COMMANDS`"),
        count("inherited_secrets", "`secrets: inherit` to a workflow of another repository; other systems have no word for it"),
        count("all_secrets", "`toJSON(secrets)`"),
        count("echoed_secrets", "secrets that a script prints, in pipelines of all systems; likely, not certain, where only a variable's name says that it is one, as systems take those that they know out of the log"),
        count("traced_secrets", "scripts, of pipelines of other systems than GitHub's, that show each command with a secret in it (`set -x`) or all variables (`env`)"),
        count("literal_secrets", "tokens and registry passwords that are written down, in pipelines of all systems"),
        count("workflow_secrets", "secrets in a workflow's `env`, which every step can read; in other systems every job can read what the settings hold anyway"),
        ratio("secret_credit", "100 %, less 30 for each inherit, 50 for each print, 10 for each workflow-wide secret and each script that shows its commands or variables; 0 % with a literal or all secrets; of the pipelines of all systems together"),
        count("ignored_failures", "tests, lints, builds and deployments whose failure does not count, in pipelines of any system"),
        count("ignored_scans", "security scans whose failure does not count"),
        count("gates", "commands and actions, of pipelines of any system, that are known to test, lint, build, scan or deploy"),
        ratio("gate_credit", "100 %, less 40 for each ignored failure and 15 for each ignored scan"),
        count("test_jobs", "pipelines with a job that runs tests"),
        yes_no("tests_on_pull_request", "whether tests run on change requests, in a pipeline of any system, or on the pushes to their branches"),
        yes_no("tests_on_push", "whether tests run on pushes to the default branch, or in a merge queue"),
        ratio("test_credit", "both 100 %, change requests only 70 %, pushes only 50 %, other events only 30 %, none 0 %; of the pipelines of all systems together"),
        count("deploy_jobs", "jobs that deploy, of pipelines of all systems whose order is told (not workflows of Woodpecker that wait for others)"),
        count("untested_deployments", "those that no tests stand before, in their pipeline or in each that calls it; what no push to the default branch starts (a tag, a hand, a branch for releases) counts as tested where some pipeline tests; unobserved when no job deploys, and where more may run than is seen beside those of another system than GitHub's"),
        count("unstaged_deployments", "those that deploy to no stage and follow none: no other job deploys a preview or to an environment, or in a job or file or from a branch, named after a stage such as `staging`; unobserved when no job deploys"),
        count("unguarded_deployments", "those with neither an `environment` nor a `concurrency` group; unobserved when no job deploys"),
        ratio("deploy_credit", "for each job that deploys 50 %, 25 more after tests, 15 after a stage, 10 with an environment or a concurrency group; the mean"),
        count("logins", "steps that log in to a cloud or publish to a registry which knows short-lived identity, in pipelines of all systems that give one (not Travis CI, AppVeyor, builds.sr.ht, Forgejo and Gitea); a registry counts where it trusts the system"),
        count("stored_logins", "those that use a stored key; unobserved where none is seen and a login takes what lies outside of the file (settings, a service connection, the machine)"),
        ratio("keyless_ratio", "share of the logins that need no stored key; those whose key is not told are none of them"),
        count("suppressed", "findings that a comment `zizmor: ignore[rule]` or `zizmor.yml` takes out of the counts, always with a reason; dangerous ones stay counted, as likely"),
    ]
}
