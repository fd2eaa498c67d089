//! Logins of clouds and registries that know short-lived identity (OpenID Connect, trusted publishing): which of them use
//! a stored key all the same.

use std::sync::LazyLock;

use regex::Regex;

use crate::probe::finding::Finding;
use crate::yaml::Node;

use super::view::{Step, Workflow};

/// Actions that log in: name, key under `with` that holds a stored key, key that names an identity (empty: it is the
/// default).
#[rustfmt::skip] // One line each, so that two additions do not collide.
const ACTIONS: &[(&str, &[&str], &str)] = &[
    ("aws-actions/configure-aws-credentials@", &["aws-access-key-id", "aws-secret-access-key"], "role-to-assume"),
    ("google-github-actions/auth@", &["credentials_json"], "workload_identity_provider"),
    ("azure/login@", &["creds"], "client-id"),
    ("Azure/login@", &["creds"], "client-id"),
    ("pypa/gh-action-pypi-publish@", &["password"], ""),
    ("rubygems/release-gem@", &["api-key"], ""),
    ("rubygems/configure-rubygems-credentials@", &["api-token"], ""),
    ("rust-lang/crates-io-auth-action@", &[], ""),
    ("hashicorp/vault-action@", &["token", "secretId"], "role"),
];

/// Commands that publish, and the variables that hold their stored token.
#[rustfmt::skip] // One line each, so that two additions do not collide.
const COMMANDS: &[(&str, &[&str])] = &[
    (r"\b(?:npm|pnpm|yarn)\s+(?:npm\s+)?publish\b", &["NODE_AUTH_TOKEN", "NPM_TOKEN", "YARN_NPM_AUTH_TOKEN"]),
    (r"\btwine\s+upload\b|\bpoetry\s+publish\b|\buv\s+publish\b|\bhatch\s+publish\b|\bflit\s+publish\b", &["TWINE_PASSWORD", "POETRY_PYPI_TOKEN_PYPI", "UV_PUBLISH_TOKEN", "UV_PUBLISH_PASSWORD", "HATCH_INDEX_AUTH", "FLIT_PASSWORD", "PYPI_TOKEN"]),
    (r"\bcargo\s+publish\b|\bcargo\s+release\b", &["CARGO_REGISTRY_TOKEN"]),
    (r"\bgem\s+push\b", &["GEM_HOST_API_KEY", "RUBYGEMS_API_KEY"]),
    (r"\bdotnet\s+nuget\s+push\b", &["NUGET_API_KEY", "NUGET_TOKEN", "NUGET_KEY"]),
];

/// Logins of a workflow.
#[derive(Clone, Debug, Default)]
pub(super) struct Logins {
    /// All of them.
    pub(super) count: usize,
    /// Those with a stored key: `stored_logins`.
    pub(super) stored: Vec<Finding>,
}

/// Looks at every step.
pub(super) fn logins(workflow: &Workflow<'_>) -> Logins {
    let mut logins = Logins::default();
    for job in &workflow.jobs {
        let around = [workflow.root.get("env"), job.node.get("env")];
        for step in &job.steps {
            let own = step.node.get("env");
            let found =
                action(step).or_else(|| command(step, &[around[0], around[1], own])).or_else(|| environment(own));
            let Some(login) = found else { continue };
            logins.count += 1;
            if let Some((line, what)) = login {
                let note =
                    format!("job `{}`: {what}: a stored key, where an identity that lasts minutes would do", job.id);
                logins.stored.push(Finding::new("stored_logins", line, format!("{}:{}", job.id, step.title()), note));
            }
        }
    }
    logins
}

/// A login, with line and description where it uses a stored key.
type Login = Option<(u32, String)>;

fn action(step: &Step<'_>) -> Option<Login> {
    let (uses, _) = step.text("uses")?;
    let (name, stored, identity) = ACTIONS.iter().find(|(name, ..)| uses.starts_with(name))?;
    let kept =
        stored.iter().find_map(|key| step.with(key).filter(|(text, _)| is_secret(text)).map(|(_, line)| (line, *key)));
    match kept {
        Some((line, key)) => Some(Some((line, format!("`{}{key}`", name.replace('@', ", "))))),
        None if identity.is_empty() || step.with(identity).is_some() => Some(None),
        None => None,
    }
}

fn command(step: &Step<'_>, environments: &[Option<&Node>]) -> Option<Login> {
    static PUBLISH: LazyLock<Vec<(Regex, &[&str])>> = LazyLock::new(|| {
        let built = |text: &str| Regex::new(text).expect("a fixed pattern");
        COMMANDS.iter().map(|(text, variables)| (built(text), *variables)).collect()
    });
    let scripts = step.scripts();
    let (_, variables) = PUBLISH.iter().find(|(command, _)| {
        scripts.iter().any(|(_, line)| {
            command.is_match(line) && !line.trim_start().starts_with('#') && !line.contains("--dry-run")
        })
    })?;
    let stored = environments.iter().flatten().find_map(|environment| {
        let named = environment.entries().iter().find(|(key, _)| variables.contains(&key.text.as_str()))?;
        named.1.text().filter(|text| is_secret(text)).map(|_| (named.1.span.line, named.0.text.clone()))
    });
    let written = scripts.iter().find(|(_, line)| is_secret(line)).map(|(line, _)| (*line, "a token".to_owned()));
    Some(stored.or(written).map(|(line, what)| (line, format!("`{what}`"))))
}

/// Keys of AWS in the environment of a step that is not recognised otherwise.
fn environment(own: Option<&Node>) -> Option<Login> {
    let (key, value) = own?.entries().iter().find(|(key, _)| key.text == "AWS_SECRET_ACCESS_KEY")?;
    let text = value.text().filter(|text| is_secret(text))?;
    Some(Some((value.span.line, format!("`{}` from `{}`", key.text, text.trim()))))
}

/// Whether a value is a stored secret, not the output of a step.
fn is_secret(text: &str) -> bool {
    let squeezed: String = text.split_whitespace().collect();
    squeezed.contains("secrets.") && !squeezed.contains("secrets.GITHUB_TOKEN")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(steps: &str) -> (usize, Vec<u32>) {
        let text = format!("on: push\njobs:\n  d:\n    runs-on: x\n    steps:\n{steps}");
        let root = crate::probe::yaml_file::read("w.yml", text.as_bytes()).expect("it is YAML");
        let logins = logins(&Workflow::of(&root).expect("it is a workflow"));
        (logins.count, logins.stored.iter().map(|finding| finding.line).collect())
    }

    #[test]
    fn stored_keys_are_told_from_identities() {
        let aws = "      - uses: aws-actions/configure-aws-credentials@v4\n        with:\n          aws-access-key-id: ${{ secrets.KEY }}\n";
        assert_eq!(seen(aws), (1, vec![8]));
        let role = "      - uses: aws-actions/configure-aws-credentials@v4\n        with: { role-to-assume: arn:x }\n";
        assert_eq!(seen(role), (1, vec![]));
        assert_eq!(seen("      - uses: pypa/gh-action-pypi-publish@v1\n"), (1, vec![]));
        let npm = "      - run: npm publish\n        env:\n          NODE_AUTH_TOKEN: ${{ secrets.NPM_TOKEN }}\n";
        assert_eq!(seen(npm), (1, vec![8]));
        let cargo = "      - run: cargo publish\n        env:\n          CARGO_REGISTRY_TOKEN: ${{ steps.auth.outputs.token }}\n";
        assert_eq!(seen(cargo), (1, vec![]));
        assert_eq!(seen("      - run: npm test\n      - run: cargo publish --dry-run\n"), (0, vec![]));
        let raw = "      - run: ./deploy.sh\n        env:\n          AWS_SECRET_ACCESS_KEY: ${{ secrets.AWS }}\n";
        assert_eq!(seen(raw), (1, vec![8]));
    }
}
