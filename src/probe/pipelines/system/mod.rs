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

/// Who reads a file.
pub(super) fn reader(path: &str) -> Option<Reader> {
    let base = path.rsplit_once('/').map_or(path, |(_, base)| base);
    let found: &[(bool, Reader)] = &[
        (path.starts_with(".circleci/"), circleci::read),
        (is_of_azure(path, base), azure::read),
        (base == "bitbucket-pipelines.yml", bitbucket::read),
        (base.starts_with("Jenkinsfile"), jenkins::read),
        (path.starts_with(".woodpecker") || base.starts_with(".drone."), drone::read),
        (base == ".travis.yml", travis::read),
        (path.starts_with(".buildkite/"), buildkite::read),
        (base.starts_with(".cirrus."), cirrus::read),
        (base.trim_start_matches('.') == "appveyor.yml", appveyor::read),
        (base.starts_with("cloudbuild"), cloud_build::read),
        (path.starts_with(".builds/") || base == ".build.yml", sourcehut::read),
        (base.starts_with("buildspec"), codebuild::read),
        (path.starts_with("concourse/") || path.starts_with("ci/"), concourse::read),
    ];
    found.iter().find(|(is, _)| *is).map(|(_, reader)| *reader)
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
