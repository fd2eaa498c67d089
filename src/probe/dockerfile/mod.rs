//! `dockerfile`: what the image build files say about user, pins, secrets, start command and context. Owns parameters
//! and facts; parsing, each theme and the choice of files have files of their own.

mod baked;
pub(super) mod choose;
mod context;
mod credit;
mod fetched;
mod heredoc;
mod ignore_file;
mod ignores;
mod judge;
mod observe;
pub(super) mod parse;
mod process;
mod stage;
mod support;
#[cfg(test)]
mod tests;
mod user;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{FactDecl, FactSchema, FactType, Problems, Unknown};
use crate::probe::builds::Builds;
use crate::probe::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, compose, glob_parameter, workflow};
use crate::world::{Name, Select, Swept, Want, WantId, Wants};
use crate::yaml::{Node, Spanned};

/// Parameters of the `dockerfile` probe.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {
    /// Dockerfiles to look at; every match counts. Default: those that make the product (at the top, or built by compose
    /// or CI), without those whose name or folder says development, test or packaging.
    #[serde(default)]
    pub(super) glob: Option<Spanned<String>>,
    /// Stage that is deployed. Default: the one that compose and CI build, if they name one and agree; else the last.
    #[serde(default)]
    pub(super) stage: Option<String>,
}

/// The registry's entry.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "dockerfile",
    doc: "Reads Dockerfiles: final user, pinned images, secrets in layers, main process, downloads, build context",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "glob: services/*/Dockerfile\nstage: runtime\n",
};

struct DockerfileProbe {
    glob: Option<String>,
    stage: Option<String>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = crate::yaml::decode(node, problems)?;
    let glob = glob_parameter::checked(params.glob, "services/*/Dockerfile", problems)?;
    Some(Box::new(DockerfileProbe { glob, stage: params.stage }))
}

/// Names that Dockerfiles have.
pub(super) fn select() -> Select {
    [
        "**/Dockerfile",
        "**/dockerfile",
        "**/dockerfile.*",
        "**/Dockerfile.*",
        "**/Dockerfile-*",
        "**/*.Dockerfile",
        "**/*.dockerfile",
        "**/Containerfile",
        "**/Containerfile.*",
    ]
    .iter()
    .fold(Select::bases(&[]), |select, glob| select.or(Name::Glob((*glob).to_owned())))
    .except(["**/*.dockerignore", "**/*.md"])
}

/// Files that make a Dockerfile when they are rendered.
pub(super) fn is_template(path: &str) -> bool {
    [".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".template", ".erb", ".in", ".mustache"]
        .iter()
        .any(|end| path.ends_with(end))
}

type Digest = Result<parse::Dockerfile, parse::Fault>;

impl Probe for DockerfileProbe {
    fn facts(&self) -> FactSchema {
        FactSchema { decls: declarations(), ..FactSchema::default() }
    }

    fn key(&self) -> String {
        format!("dockerfile glob={:?} stage={:?}", self.glob, self.stage)
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        let reads = vec![self.glob.clone().unwrap_or_else(|| "**/Dockerfile*".to_owned())];
        Touch { reads, ..Touch::default() }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        let select = match &self.glob {
            Some(glob) => Select::glob(glob).unwrap_or_else(|_| select()),
            None => select(),
        };
        let files = Want::doc(select.below(folder), "dockerfile", |file| -> Result<Digest, Unknown> {
            if is_template(file.path()) {
                return Ok(Err(parse::Fault { line: 0, reason: "a template that was not rendered".to_owned() }));
            }
            Ok(parse::parse(file.bytes))
        });
        vec![wants.add(files), compose::want(wants), workflow::want(wants)]
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<crate::model::Observation, Unknown>> {
        Box::pin(async move {
            let [files, composes, workflows] = look.wants else {
                return Err(Unknown::because("the tree was not swept"));
            };
            look.swept.get(*files).whole.clone()?;
            let builds = builds(look.swept, *composes, *workflows);
            let today = look.world.now.to_zoned(jiff::tz::TimeZone::UTC).date();
            Ok(self.observe_files(today, &look, *files, &builds))
        })
    }
}

/// What compose files and workflows build.
fn builds(swept: &Swept, composes: WantId, workflows: WantId) -> Builds {
    let mut builds = compose::builds(swept, composes);
    builds.extend(workflow::builds(swept, workflows));
    Builds(builds)
}

/// What starts nothing makes no image of the product, unless compose or CI builds it.
fn set_workbenches_aside(swept: &Swept, files: WantId, builds: &Builds, candidates: &mut [choose::Candidate]) {
    for (id, digest) in swept.get(files).own::<Digest>() {
        let path = swept.path(id);
        if matches!(digest, Ok(Ok(file)) if file.is_workbench) && !builds.makes(path) {
            let candidate = candidates.iter_mut().find(|candidate| candidate.path == path);
            if let Some(candidate) = candidate.filter(|candidate| candidate.set_aside.is_none()) {
                candidate.set_aside = Some("it is a place to work or test in: it starts nothing".to_owned());
            }
        }
    }
}

impl DockerfileProbe {
    fn judged(
        &self,
        path: &str,
        digest: Result<&Digest, &Unknown>,
        builds: &Builds,
    ) -> Result<judge::Judged, parse::Fault> {
        let fault = |reason: String| parse::Fault { line: 0, reason };
        let file = digest.map_err(|unknown| fault(unknown.to_string()))?.as_ref().map_err(Clone::clone)?;
        let stage = self.stage.as_deref().or_else(|| builds.target_of(path));
        judge::judge(file, stage).ok_or_else(|| fault(format!("it has no stage `{}`", stage.unwrap_or(""))))
    }

    fn observe_files(
        &self,
        today: jiff::civil::Date,
        look: &Look<'_>,
        files: WantId,
        builds: &Builds,
    ) -> crate::model::Observation {
        let Look { swept, folder, .. } = *look;
        let mut candidates = choose::choose(swept, files, folder, self.glob.is_some(), builds);
        if self.glob.is_none() {
            set_workbenches_aside(swept, files, builds, &mut candidates);
        }
        let (counted, aside): (Vec<_>, Vec<_>) =
            candidates.into_iter().partition(|candidate| candidate.set_aside.is_none());
        let seen: Vec<observe::Seen> = swept
            .get(files)
            .own::<Digest>()
            .filter(|(id, _)| counted.iter().any(|candidate| candidate.path == swept.path(*id)))
            .map(|(id, digest)| observe::Seen {
                path: swept.path(id).to_owned(),
                judged: self.judged(swept.path(id), digest, builds),
            })
            .collect();
        observe::observe(look, today, &seen, &aside, builds)
    }
}

#[rustfmt::skip]
fn declarations() -> Vec<FactDecl> {
    let count = |name, doc| FactDecl::new(name, FactType::Count, doc);
    let ratio = |name, doc| FactDecl::new(name, FactType::Ratio, doc);
    vec![
        count("files", "Dockerfiles that make the product; 0 when there is none, and then nothing else is observed"),
        count("parse_errors", "Dockerfiles that could not be read"),
        FactDecl::new("final_user", FactType::Text, "user of the final image, where there is exactly one Dockerfile"),
        FactDecl::new("users", FactType::List(Box::new(FactType::Text)), "final user of each image whose user is known"),
        count("root_users", "images that start as root"),
        count("unnumbered_users", "images whose user is a name, which cannot be verified from outside"),
        count("unknown_users", "images whose user is not known: a base that we do not know, or a variable without default"),
        count("dropped_privileges", "images that start as root and whose start script changes the user"),
        ratio("user_credit", "mean over images: 100 % for a number, 90 % for a name, 60 % where root is dropped, 0 % for root"),
        count("images", "references to images: `FROM`, `COPY --from` and `RUN --mount` with `from`, without stages and `scratch`"),
        count("unpinned_images", "references without tag, or with one that moves (`latest`, `stable`, `alpine`)"),
        count("weakly_pinned_images", "references that fix only a major or minor version"),
        count("unresolved_images", "references that need a variable without a default"),
        count("digest_pinned_images", "references with a digest"),
        ratio("pinned_ratio", "mean over references: digest 100 %, full version 70 %, minor 50 %, major 30 %, moving 0 %"),
        ratio("pin_credit", "the same, at most 40 % when any reference moves"),
        count("unsupported_bases", "images with a distribution or runtime that gets no fixes any more"),
        count("extended_bases", "images past regular support, within a free extension (Debian LTS)"),
        count("ending_bases", "images whose support ends within 90 days"),
        count("unmapped_bases", "bases of the deployed image whose release line is not in the table of endoflife.date that ships with the tool"),
        ratio("support_credit", "weighted mean over images: supported 100 %, ending 70 %, extended 50 %, over 0 %; the deployed chain weighs 10, builders 3"),
        count("shell_form_entrypoints", "images where a shell without `exec` is PID 1"),
        count("wrapped_entrypoints", "images where npm, yarn or pnpm is PID 1"),
        count("unforwarding_scripts", "images whose start script does not end in `exec`"),
        count("unknown_entrypoints", "images whose main process is not known: inherited, or a script from elsewhere"),
        ratio("signal_credit", "mean over images: 100 % for the program itself, 50 % for a package manager, 0 % for a shell"),
        count("healthchecks", "images with `HEALTHCHECK`, or built by a compose service that declares one"),
        count("without_healthcheck", "images without"),
        count("weak_healthchecks", "health checks that cannot fail or look less often than once a minute"),
        count("secrets", "literal secrets in `ENV`, `ARG`, `RUN`, and copied credential files"),
        count("secret_names", "`ARG`s that would carry a secret into the history"),
        count("downloads", "downloads during the build"),
        count("unverified_downloads", "downloads that are unpacked or run unchecked, `ADD` of addresses without checksum"),
        count("remote_adds", "`ADD` of addresses without `--checksum`"),
        count("verification_off", "places that switch certificate or signature checks off"),
        ratio("verified_ratio", "share of downloads that are not unverified; 0 % with verification off, unobserved when nothing is downloaded"),
        count("context_copies", "`COPY .` and `ADD .`"),
        count("context_leaks", "existing paths (`.git`, credential files) that `COPY .` brings into the image"),
        ratio("filtered_ratio", "share of such paths that stay out; 0 % when credentials do not"),
        count("suppressed", "findings that comments for hadolint, checkov or Trivy, or the configuration of these, take out of the counts; a root user only with a reason"),
    ]
}
