//! How jobs log in to registries of packages that trust the identity of some systems (trusted publishing), and to those of
//! GitLab, which take a token that ends with the job. A registry that trusts none, or not that of the system, is not looked at:
//! a stored token is no choice there.

use std::sync::LazyLock;

use regex::Regex;

use crate::probe::pipelines::{Run, System};

use super::identity_elsewhere::{How, Job, Login};

/// A registry of packages.
struct Registry {
    /// Commands that publish.
    publishes: &'static str,
    /// Its own hosts; what is told another one is none of its.
    hosts: &'static [&'static str],
    /// Systems whose identity it trusts (documentation of each, "Trusted publishing", 2026).
    trusts: &'static [System],
    /// Variables that hold its token.
    variables: &'static [&'static str],
    /// What names the variable that holds its token, in a command.
    told: &'static str,
}

const NPM: Registry = Registry {
    publishes: r"\b(?:npm|pnpm|yarn)\s+(?:npm\s+)?publish\b",
    hosts: &["registry.npmjs.org"],
    trusts: &[System::GitLab, System::CircleCi],
    variables: &["NODE_AUTH_TOKEN", "NPM_TOKEN", "YARN_NPM_AUTH_TOKEN", "NPM_CONFIG__AUTHTOKEN"],
    told: r#"(?i)(?:_authToken[\s=:]+|\b(?:NODE_AUTH_TOKEN|NPM_TOKEN|YARN_NPM_AUTH_TOKEN)=|npmAuthToken\s+)["']?\\?\$+\{?([A-Z_]\w*)"#,
};

const PYPI: Registry = Registry {
    publishes: r"\btwine\s+upload\b|\bpoetry\s+publish\b|\buv\s+publish\b|\bhatch\s+publish\b|\bflit\s+publish\b|\bpdm\s+publish\b",
    hosts: &["pypi.org", "test.pypi.org", "pypi.python.org"],
    trusts: &[System::GitLab, System::CloudBuild],
    variables: &[
        "TWINE_PASSWORD",
        "POETRY_PYPI_TOKEN_PYPI",
        "UV_PUBLISH_TOKEN",
        "UV_PUBLISH_PASSWORD",
        "HATCH_INDEX_AUTH",
        "FLIT_PASSWORD",
        "PDM_PUBLISH_PASSWORD",
        "PYPI_TOKEN",
    ],
    told: r#"(?i)(?:(?:twine|poetry|uv|hatch|flit|pdm)\b.*?\s(?:-p|--password|--token)[\s=]+|pypi-token\.\S+\s+|http-basic\.\S+\s+\S+\s+|\b(?:TWINE_PASSWORD|POETRY_PYPI_TOKEN_PYPI|UV_PUBLISH_TOKEN|UV_PUBLISH_PASSWORD|HATCH_INDEX_AUTH|FLIT_PASSWORD|PDM_PUBLISH_PASSWORD)=|password\s*[=:]\s*)["']?\$+[{]?([A-Z_]\w*)"#,
};

const CRATES: Registry = Registry {
    publishes: r"\bcargo\s+publish\b|\bcargo\s+release\b",
    hosts: &["crates.io"],
    trusts: &[System::GitLab],
    variables: &["CARGO_REGISTRY_TOKEN"],
    told: r#"(?i)(?:\bcargo\s+login\s+|\bcargo\b.*--token[\s=]+|\bCARGO_REGISTRY_TOKEN=)["']?\$+\{?([A-Z_]\w*)"#,
};

/// Tokens of GitLab that end with the job ("GitLab CI/CD job token", "Predefined CI/CD variables").
const OF_JOB: &[&str] = &["CI_JOB_TOKEN", "CI_REGISTRY_PASSWORD"];

/// The logins of a job.
pub(super) fn logins(job: &Job<'_>) -> Vec<Login> {
    static ALL: LazyLock<Vec<(Registry, Regex, Regex)>> = LazyLock::new(|| {
        let built = |text: &str| Regex::new(text).expect("a fixed pattern");
        let with = |one: Registry| {
            let (publishes, told) = (built(one.publishes), built(one.told));
            (one, publishes, told)
        };
        [NPM, PYPI, CRATES].into_iter().map(with).collect()
    });
    let mut found: Vec<Login> = ALL.iter().filter_map(|registry| published(job, registry)).collect();
    found.extend(of_gitlab(job));
    found
}

fn published(job: &Job<'_>, (registry, publishes, told): &(Registry, Regex, Regex)) -> Option<Login> {
    let is_one = |run: &&&Run| publishes.is_match(&run.text) && !is_trial(&run.text);
    let run = *job.commands.iter().find(is_one)?;
    let mentions = |word: &str| {
        job.commands.iter().any(|run| run.text.contains(word)) || job.set.iter().any(|one| one.value.contains(word))
    };
    let is_own = !is_told_another(job, run) || registry.hosts.iter().any(|host| mentions(host));
    let keys = job.commands.iter().filter_map(|run| {
        let name = told.captures(&run.text)?.get(1)?.as_str().to_owned();
        Some((*run, name))
    });
    let keys: Vec<(&Run, String)> = keys.collect();
    let is_of_job = |name: &str| OF_JOB.contains(&name);
    let set = job.variable(registry.variables).filter(|one| one.is_kept());
    let by_job = keys.iter().find(|(_, name)| is_of_job(name)).map(|(run, _)| job.by_command(How::Identity, run));
    let by_set = set.filter(|one| is_of_job(one.value.trim_matches(['$', '{', '}'])));
    if job.system == System::GitLab
        && let Some(login) = by_job.or_else(|| by_set.map(|one| job.by_variable(How::Identity, one)))
    {
        return Some(login);
    }
    if !is_own || !registry.trusts.contains(&job.system) {
        return None;
    }
    let is_fetched = |name: &str| job.fetches(name);
    let stored = keys.iter().find(|(_, name)| !is_fetched(name)).map(|(run, _)| job.by_command(How::Stored, run));
    if let Some(login) = stored.or_else(|| set.map(|one| job.by_variable(How::Stored, one))) {
        return Some(login);
    }
    let is_fetched =
        keys.iter().any(|(_, name)| is_fetched(name)) || registry.variables.iter().any(|one| job.fetches(one));
    // What a command fetches is as good as what it is asked with: a token that the job's own identity got ends with it.
    let how = match job.has_identity() || job.system == System::CloudBuild && !is_fetched {
        true => How::Identity,
        false => How::Untold,
    };
    Some(job.by_command(how, run))
}

/// What publishes nothing.
fn is_trial(text: &str) -> bool {
    text.contains("--dry-run") || ["echo ", "printf "].iter().any(|word| text.trim_start().starts_with(word))
}

/// Whether a command, or a variable of its job, names another registry than the one it publishes to by itself.
fn is_told_another(job: &Job<'_>, run: &Run) -> bool {
    static ANOTHER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"--(?:registry|repository-url|publish-url|index-url|repository|index)\b|\s(?:-r|--repo)\s")
            .expect("a fixed pattern")
    });
    static WRITTEN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\bregistry[\s=]+\S*(?://|\$)|npmRegistryServer|npmPublishRegistry|repositories\.\S+\s+\S|//[^\s:]*:_authToken")
            .expect("a fixed pattern")
    });
    let names =
        ["TWINE_REPOSITORY_URL", "TWINE_REPOSITORY", "NPM_CONFIG_REGISTRY", "npm_config_registry", "UV_PUBLISH_URL"];
    ANOTHER.is_match(&run.text) || job.command(&WRITTEN).is_some() || job.variable(&names).is_some()
}

/// A login to a registry of GitLab with a token that ends with the job.
fn of_gitlab(job: &Job<'_>) -> Option<Login> {
    static LOGIN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b(?:docker|podman|buildah|crane|skopeo|nerdctl|helm\s+registry)\s+(?:auth\s+)?login\b")
            .expect("a fixed pattern")
    });
    let is_one = |run: &&&Run| LOGIN.is_match(&run.text) && OF_JOB.iter().any(|name| run.text.contains(name));
    // On another machine it outlives the job.
    let is_here = |run: &&&Run| !["ssh ", "sshpass "].iter().any(|word| run.text.trim_start().starts_with(word));
    let run = job.commands.iter().filter(|_| job.system == System::GitLab).filter(is_here).find(is_one)?;
    Some(job.by_command(How::Identity, run))
}

#[cfg(test)]
mod tests {
    use super::super::logins_seen::{KEYLESS, NONE, STORED, UNTOLD, seen};

    #[test]
    fn publishing_is_judged_where_the_registry_trusts_the_system() {
        for (path, text, expected) in [
            (".gitlab-ci.yml", "t: {script: [npm publish], variables: {NODE_AUTH_TOKEN: $NPM_TOKEN}}\n", STORED),
            (
                ".gitlab-ci.yml",
                "t: {script: ['echo \"//registry.npmjs.org/:_authToken=${NPM_TOKEN}\" > .npmrc', npm publish]}\n",
                STORED,
            ),
            (
                ".gitlab-ci.yml",
                "t: {script: [npm publish], id_tokens: {NPM_ID_TOKEN: {aud: 'npm:registry.npmjs.org'}}}\n",
                KEYLESS,
            ),
            (".gitlab-ci.yml", "t: {script: [npm publish]}\n", UNTOLD),
            (".gitlab-ci.yml", "t: {script: [npm publish --dry-run]}\n", NONE),
            (".gitlab-ci.yml", "t: {script: ['twine upload -u __token__ -p $PYPI_TOKEN dist/*']}\n", STORED),
            (
                ".gitlab-ci.yml",
                "t: {script: ['TWINE_PASSWORD=$CI_JOB_TOKEN twine upload --repository-url $CI_API_V4_URL/x dist/*']}\n",
                KEYLESS,
            ),
            (
                ".gitlab-ci.yml",
                "t: {script: [twine upload dist/*], variables: {TWINE_PASSWORD: $CI_JOB_TOKEN}}\n",
                KEYLESS,
            ),
            (
                ".gitlab-ci.yml",
                "t: {script: ['export TWINE_PASSWORD=$(aws ssm get-parameter x)', twine upload dist/*]}\n",
                (Some(2), None, None),
            ),
            (".gitlab-ci.yml", "t: {script: [cargo publish --token $CARGO_TOKEN]}\n", STORED),
            (
                ".gitlab-ci.yml",
                "t: {script: ['echo $CI_REGISTRY_PASSWORD | docker login -u $CI_REGISTRY_USER --password-stdin $CI_REGISTRY']}\n",
                KEYLESS,
            ),
            (
                ".gitlab-ci.yml",
                "t: {script: [npm publish --registry https://nexus.test], variables: {NPM_TOKEN: $NEXUS}}\n",
                NONE,
            ),
            (
                ".circleci/config.yml",
                "jobs: {t: {steps: [run: 'echo \"//registry.npmjs.org/:_authToken=$NPM_TOKEN\" > ~/.npmrc', run: npm publish]}}\nworkflows: {w: {jobs: [t]}}\n",
                STORED,
            ),
            (
                "bitbucket-pipelines.yml",
                "pipelines: {default: [{step: {script: ['echo _authToken=$NPM_TOKEN > .npmrc', npm publish]}}]}\n",
                NONE,
            ),
        ] {
            assert_eq!(seen(path, text), expected, "{path}: {text}");
        }
    }
}
