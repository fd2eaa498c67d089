//! Pipeline systems beside GitHub's: which of them reads a file, and what each makes of it. Where
//! what starts a pipeline lies outside of the repository (a trigger of Cloud Build, a job of Jenkins), that is not told.

mod appveyor;
mod azure;
mod bitbucket;
mod buildkite;
mod circleci;
mod cirrus;
mod cloud_build;
mod codebuild;
mod concourse;
mod drone;
pub(super) mod gitlab;
mod jenkins;
mod sourcehut;
#[cfg(test)]
mod starts_tests;
#[cfg(test)]
mod tests;
mod travis;

use super::step::{Given, Reading};
use crate::probe::yaml_file::{self, YamlFault};
use crate::yaml::Node;

/// Reads one file; `None` where it is no pipeline, an error where it cannot be read.
type Reader = fn(&Given<'_>) -> Result<Option<Reading>, String>;

/// A system that runs pipelines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum System {
    GitHub,
    /// Forgejo and Gitea, which read the same workflows.
    Forgejo,
    GitLab,
    CircleCi,
    Azure,
    Bitbucket,
    Jenkins,
    /// Drone and Woodpecker.
    Drone,
    Travis,
    Buildkite,
    Cirrus,
    AppVeyor,
    CloudBuild,
    SourceHut,
    CodeBuild,
    Concourse,
}

impl System {
    /// The system that a file belongs to; what none of the others reads is GitLab's.
    pub(crate) fn of(path: &str) -> System {
        let base = path.rsplit_once('/').map_or(path, |(_, base)| base);
        let found: &[(bool, System)] = &[
            (path.starts_with(".github/"), System::GitHub),
            (path.starts_with(".forgejo/") || path.starts_with(".gitea/"), System::Forgejo),
            (path.starts_with(".circleci/"), System::CircleCi),
            (is_of_azure(path, base), System::Azure),
            (base == "bitbucket-pipelines.yml", System::Bitbucket),
            (base.starts_with("Jenkinsfile"), System::Jenkins),
            (path.starts_with(".woodpecker") || base.starts_with(".drone."), System::Drone),
            (base == ".travis.yml", System::Travis),
            (path.starts_with(".buildkite/"), System::Buildkite),
            (base.starts_with(".cirrus."), System::Cirrus),
            (base.trim_start_matches('.') == "appveyor.yml", System::AppVeyor),
            (base.starts_with("cloudbuild"), System::CloudBuild),
            (path.starts_with(".builds/") || base == ".build.yml", System::SourceHut),
            (base.starts_with("buildspec"), System::CodeBuild),
            (path.starts_with("concourse/") || path.starts_with("ci/"), System::Concourse),
        ];
        found.iter().find(|(is, _)| *is).map_or(System::GitLab, |(_, system)| *system)
    }
}

/// Who reads a file; GitLab's are put together apart, and workflows are read by their own probe.
pub(super) fn reader(path: &str) -> Option<Reader> {
    Some(match System::of(path) {
        System::GitHub | System::Forgejo | System::GitLab => return None,
        System::CircleCi => circleci::read,
        System::Azure => azure::read,
        System::Bitbucket => bitbucket::read,
        System::Jenkins => jenkins::read,
        System::Drone => drone::read,
        System::Travis => travis::read,
        System::Buildkite => buildkite::read,
        System::Cirrus => cirrus::read,
        System::AppVeyor => appveyor::read,
        System::CloudBuild => cloud_build::read,
        System::SourceHut => sourcehut::read,
        System::CodeBuild => codebuild::read,
        System::Concourse => concourse::read,
    })
}

/// Whether a file may be a pipeline of Azure, whose names are known to its server alone: by its name or a usual folder.
fn is_of_azure(path: &str, base: &str) -> bool {
    let folders = [".azure", "azure-pipelines/", ".pipelines/", "eng/"];
    base.trim_start_matches('.').starts_with("azure-pipelines") || folders.iter().any(|start| path.starts_with(start))
}

/// The documents of a YAML file; what of it is doubtful is noted.
fn documents(given: &Given<'_>) -> Result<Vec<Node>, String> {
    let say = |fault: YamlFault| match fault.line {
        0 => fault.reason,
        line => format!("line {line}: {}", fault.reason),
    };
    let (documents, fault) = yaml_file::read_leniently(given.path, given.text.as_bytes()).map_err(say)?;
    if let Some(fault) = fault {
        given
            .doubt
            .borrow_mut()
            .get_or_insert_with(|| format!("`{}` could not be read whole: {}", given.path, say(fault)));
    }
    Ok(documents)
}
