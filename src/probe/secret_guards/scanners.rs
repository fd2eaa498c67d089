//! Scanners that look for secrets before a change lands: in pipelines, in hooks, and as push protection.

use std::sync::LazyLock;

use regex::Regex;

use crate::probe::pipelines::follow::runs_hooks;
use crate::probe::pipelines::{self, Pipelines, Run, What};
use crate::probe::{pre_commit_ci, super_linter};
use crate::world::Swept;

/// A place and what it says.
pub(super) type Seen = (String, u32, String);

fn fixed(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?i)(?:^|[\s;&|('/@-])(?:gitleaks|betterleaks|trufflehog3?|detect-secrets(?:-hook)?|ggshield|talisman|git-secrets?|secretlint|ripsecrets|kingfisher|noseyparker|whispers|trivy\s+(?:fs|filesystem|repo|repository)\b[^\n]*|semgrep\s+\S*[^\n]*p/secrets|checkov\s[^\n]*--framework\s+secrets)(?:$|[\s;&|)'\x22:@/_-])",
    )
});

/// Actions that scan, by the start of what `uses` says.
const ACTIONS: &[&str] = &[
    "gitleaks/",
    "zricethezav/gitleaks-action",
    "trufflesecurity/trufflehog",
    "gitguardian/ggshield",
    "edplato/trufflehog-actions-scan",
    "super-linter/super-linter",
    "github/super-linter",
    "oxsecurity/megalinter",
    "reviewdog/action-gitleaks",
    "reviewdog/action-detect-secrets",
    "secret-scanner/",
    "thoughtworks/talisman",
    "deepfence/secretscanner",
    "max/secret-scan",
    "mongodb/kingfisher",
];

/// Words of trivy that switch its search for secrets off.
fn looks_for_secrets(text: &str) -> bool {
    match text.split_once("--scanners").or_else(|| text.split_once("--security-checks")) {
        Some((_, rest)) => rest.split_whitespace().next().is_some_and(|list| list.contains("secret")),
        None => true,
    }
}

fn scans(text: &str) -> bool {
    static INSTALLS: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"^\s*(?:sudo\s+)?(?:python3?\s+-m\s+)?(?:pip3?|pipx|uv|npm|yarn|pnpm|gem|go|cargo|apt|apt-get|brew|curl|wget|echo|printf|docker\s+pull|name:|-\s+name:)\b[^&;|]*(?:install|add|get|pull|curl|wget|echo|printf|name:)?[^&;|]*$",
        )
    });
    text.split("&&").any(|part| {
        let runs_npx = part.contains("npm exec")
            || part.contains("go run")
            || part.contains("uv run")
            || part.contains("yarn run")
            || part.contains("pnpm exec")
            || part.contains("pnpm dlx");
        NAMED.is_match(part)
            && (runs_npx || !INSTALLS.is_match(part))
            && (!part.contains("trivy") || looks_for_secrets(part))
    })
}

/// Hooks of a file that look for secrets: the first, with its line.
pub(super) fn hook(path: &str, text: &str) -> Option<Seen> {
    let base = path.rsplit_once('/').map_or(path, |(_, base)| base);
    let mut staged = base != "package.json";
    for (at, line) in text.lines().enumerate() {
        staged |= line.contains("lint-staged") || line.contains("husky") || line.contains("simple-git-hooks");
        let clean = line.trim().trim_start_matches("- ");
        let skipped = ["#", "//", "name:", "repo:", "rev:", "exclude:", "args:", "files:"]
            .iter()
            .any(|start| clean.starts_with(start));
        let command = clean
            .strip_prefix("id:")
            .or_else(|| clean.strip_prefix("entry:"))
            .unwrap_or(clean)
            .replace(['"', '[', ']', ','], " ");
        if staged && !skipped && scans(&format!(" {command} ")) {
            let note = format!("a hook runs `{}`", crate::probe::finding::shortened(clean));
            return Some((path.to_owned(), u32::try_from(at + 1).unwrap_or(0), note));
        }
    }
    None
}

/// Whether this file makes pre-commit.ci run a hook that looks for secrets.
pub(super) fn is_hosted(text: &str) -> bool {
    pre_commit_ci::section(text).is_some_and(|ci| !ci.skipped.iter().any(|hook| scans(&format!(" {hook} "))))
}

/// The first run of a pipeline that scans: one whose failure counts, else one that is ignored.
pub(super) fn in_pipelines(swept: &Swept, pipelines: &Pipelines, has_hook: bool) -> (Option<Seen>, Option<Seen>) {
    let (mut hard, mut soft) = (None, None);
    let is_told_to = |run: &Run| !super_linter::is_one(&run.text) || chooses_secrets(swept, &run.path);
    for run in pipelines.runs.iter().filter(|run| run.starts.is_gate() && is_scan(run, has_hook) && is_told_to(run)) {
        let seen = (run.path.clone(), run.line, format!("runs {}", run.note()));
        let into = if run.is_soft { &mut soft } else { &mut hard };
        into.get_or_insert(seen);
    }
    (hard, soft)
}

/// Whether super-linter, as this workflow tells it, runs the scanner that it brings.
fn chooses_secrets(swept: &Swept, workflow: &str) -> bool {
    let text = pipelines::read(swept, workflow, pipelines::LARGEST).unwrap_or_default();
    super_linter::chosen(&text).has("GITLEAKS")
}

fn is_scan(run: &Run, has_hook: bool) -> bool {
    let name = run.text.to_ascii_lowercase();
    match &run.what {
        What::Action => {
            ACTIONS.iter().any(|action| name.starts_with(action))
                || is_template(&run.text)
                || NAMED.is_match(&name) && !["setup", "install"].iter().any(|word| name.contains(word))
                || has_hook
                    && (name.starts_with("pre-commit/action")
                        || name.contains("prek-action")
                        || name.contains("/pre-commit"))
        }
        What::Command => scans(&run.text) || is_template(&run.text) || has_hook && runs_hooks(&run.text),
        What::Foreign(_) => ["gitleaks", "secret-scan", "secrets-scan", "trufflehog", "secret_scan"]
            .iter()
            .any(|word| name.contains(word)),
    }
}

/// GitLab's own scanner, by template or component.
fn is_template(text: &str) -> bool {
    static TEMPLATE: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"(?:template|component):\s*\S*(?:Secret-Detection|secret-detection)|Security/Secret-Detection|Jobs/Secret-Detection|^include:\s.*[Ss]ecret-[Dd]etection",
        )
    });
    TEMPLATE.is_match(text)
}

/// A workflow of another repository that may scan: why nothing is known.
pub(super) fn unseen(pipelines: &Pipelines) -> Option<String> {
    let foreign = pipelines.runs.iter().find(|run| run.starts.is_gate() && matches!(run.what, What::Foreign(_)));
    let named =
        foreign.map(|run| format!("`{}` of another repository may scan (`{}:{}`)", run.text, run.path, run.line));
    named.or_else(|| pipelines.unseen.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scanner_is_seen_where_it_runs_and_not_where_it_is_named() {
        for text in [
            "gitleaks detect -v",
            "docker run zricethezav/gitleaks:latest git",
            "trivy fs .",
            "trivy fs --scanners vuln,secret .",
            "npx secretlint '**/*'",
        ] {
            assert!(scans(text), "{text}");
        }
        for text in [
            "echo gitleaks",
            "brew install gitleaks",
            "trivy fs --scanners vuln .",
            "trivy config .",
            "trivy image x",
            "make secrets",
        ] {
            assert!(!scans(text), "{text}");
        }
    }

    #[test]
    fn a_hook_is_seen_by_its_id_or_its_command() {
        let at = |path: &str, text: &str| hook(path, text).map(|(_, line, _)| line);
        assert_eq!(
            at(".pre-commit-config.yaml", "repos:\n  - repo: x/gitleaks\n    hooks:\n      - id: gitleaks\n"),
            Some(4)
        );
        assert_eq!(
            at("lefthook.yml", "pre-commit:\n  commands:\n    leaks:\n      run: gitleaks protect --staged\n"),
            Some(4)
        );
        assert_eq!(at(".husky/pre-commit", "npx lint-staged\n"), None);
        assert_eq!(at("package.json", "{\"dependencies\": {\n\"secretlint\": \"1\"}}"), None);
        assert_eq!(at("package.json", "{\"lint-staged\": {\n\"*\": \"secretlint\"}}"), Some(2));
    }
}
