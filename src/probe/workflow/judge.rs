//! One workflow or composite action judged on its own: the digest that the sweep keeps.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::{Certainty, Suppression};
use crate::probe::builds::{Build, join};
use crate::probe::finding::Finding;
use crate::probe::suppression;
use crate::probe::yaml_file::{self, YamlFault};

use super::gates::{self, Coverage};
use super::uses::{self, Used};
use super::view::Workflow;
use super::{exposure, identity, permissions, untrusted};

/// What is known of one file.
#[derive(Clone, Debug)]
pub(crate) struct Judged {
    pub(super) is_action: bool,
    pub(super) findings: Vec<Finding>,
    pub(super) used: Vec<Used>,
    /// How narrow its token is, in percent; `None` where the caller decides.
    pub(super) permission_percent: Option<u32>,
    /// Events that start it.
    pub(super) events: Coverage,
    /// The line of its triggers, from 1, and their names.
    pub(super) starts: (u32, String),
    /// Job, line and command of what runs tests, as far as the file itself tells.
    pub(super) tests: Vec<(String, u32, String)>,
    /// Workflows of this repository that it calls.
    pub(super) calls: Vec<String>,
    /// Workflows of others that it calls; what they run is not known.
    pub(super) foreign_calls: Vec<(u32, String)>,
    pub(super) builds: Vec<Build>,
    /// Logins to clouds and registries.
    pub(super) logins: usize,
}

/// Reads and judges; `Ok(None)` is YAML that is neither a workflow nor a composite action.
pub(super) fn judge(path: &str, bytes: &[u8], trusted: &[String]) -> Result<Option<Judged>, YamlFault> {
    let root = yaml_file::read(path, bytes)?;
    let Some(workflow) = Workflow::of(&root) else { return Ok(None) };
    let used = uses::used(&workflow, trusted);
    let mut findings = uses::findings(&used);
    findings.extend(untrusted::findings(&workflow));
    findings.extend(exposure::findings(&workflow));
    findings.extend(gates::ignored(&workflow));
    let logins = identity::logins(&workflow);
    findings.extend(logins.stored);
    let permission = permissions::permissions(&workflow);
    findings.extend(permission.iter().filter_map(|(_, finding)| finding.clone()));
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.lines().collect();
    let findings = findings.into_iter().map(|finding| argued(finding, &lines)).collect();
    let (calls, foreign_calls) = calls(&workflow);
    Ok(Some(Judged {
        is_action: workflow.is_action,
        findings,
        permission_percent: permission.map(|(percent, _)| percent),
        events: gates::events(&workflow),
        starts: starts(&workflow),
        tests: gates::tests(&workflow),
        calls,
        foreign_calls,
        builds: builds(&workflow),
        logins: logins.count,
        used,
    }))
}

/// The rule of zizmor that speaks of a fact.
pub(super) fn rule_of(fact: &str) -> &'static str {
    match fact {
        "unpinned_actions" | "official_tags" | "branch_actions" | "pinned_ratio" => "unpinned-uses",
        "unpinned_images" => "unpinned-images",
        "missing_permissions" | "write_all_permissions" | "broad_permissions" => "excessive-permissions",
        "dangerous_checkouts" => "dangerous-triggers",
        "script_injections" => "template-injection",
        "insecure_commands" => "insecure-commands",
        "inherited_secrets" => "secrets-inherit",
        "all_secrets" => "overprovisioned-secrets",
        _ => "",
    }
}

/// `# zizmor: ignore[rule] reason` on the line: with a reason the finding leaves the count, except where untrusted input
/// meets privileges; there a reason only makes it less sure.
fn argued(finding: Finding, lines: &[&str]) -> Finding {
    static COMMENT: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"#\s*zizmor:\s*ignore\[([a-z, -]+)\]\s*(.*)$").expect("a fixed pattern"));
    let line = finding.line.checked_sub(1).and_then(|at| lines.get(at as usize)).copied().unwrap_or("");
    let Some(comment) = COMMENT.captures(line) else { return finding };
    let part = |at| comment.get(at).map_or("", |part| part.as_str());
    let rule = rule_of(finding.fact);
    if !part(1).split(',').any(|named| named.trim() == rule) {
        return finding;
    }
    accepted(finding, suppression::best([("zizmor", rule, suppression::reason(part(2)))].into_iter(), true))
}

/// A finding about which this is said. What no comment takes out only becomes less sure, and only for a reason.
pub(super) fn accepted(finding: Finding, suppression: Option<Suppression>) -> Finding {
    let Some(mut suppression) = suppression else { return finding };
    if !matches!(finding.fact, "dangerous_checkouts" | "script_injections" | "insecure_commands") {
        return finding.suppressed(suppression);
    }
    let most = if suppression.honoured { Certainty::Likely } else { Certainty::Certain };
    suppression.honoured = false;
    let certainty = finding.certainty.min(most);
    finding.with(certainty).suppressed(suppression)
}

/// What starts it: the line of the first, from 1, and all names.
fn starts(workflow: &Workflow<'_>) -> (u32, String) {
    let names: Vec<&str> = workflow.triggers.iter().map(|(name, _)| *name).collect();
    (workflow.triggers.first().map_or(1, |(_, node)| node.span.line), names.join(", "))
}

fn calls(workflow: &Workflow<'_>) -> (Vec<String>, Vec<(u32, String)>) {
    let mut own = Vec::new();
    let mut foreign = Vec::new();
    for job in &workflow.jobs {
        let Some(node) = job.node.get("uses") else { continue };
        let Some(text) = node.text() else { continue };
        match text.strip_prefix("./") {
            Some(path) => own.push(path.to_owned()),
            None => foreign.push((node.span.line, text.to_owned())),
        }
    }
    (own, foreign)
}

/// `docker/build-push-action` and `docker build` lines.
fn builds(workflow: &Workflow<'_>) -> Vec<Build> {
    static BUILD: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b(?:docker|podman|buildah)\s+(?:buildx\s+)?(?:build|bud)\s+(.*)$").expect("a fixed pattern")
    });
    static FILE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?:-f|--file)[\s=]+(\S+)").expect("a fixed pattern"));
    static TARGET: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"--target[\s=]+(\S+)").expect("a fixed pattern"));
    let mut found = Vec::new();
    let mut add = |dockerfile: Option<&str>, context: &str, target: Option<&str>| {
        let clean = |text: &str| text.trim_matches(['"', '\'']).to_owned();
        let (context, dockerfile) = (clean(context), dockerfile.map(clean));
        if context.contains("$") || context.contains("://") {
            return;
        }
        let Some(context) = join("", &context) else { return };
        let target = target.filter(|target| !target.contains('$')).map(str::to_owned);
        let dockerfile = match dockerfile {
            Some(path) if !path.contains('$') => join("", &path),
            Some(_) => None,
            None => join(&context, "Dockerfile"),
        };
        found.extend(dockerfile.map(|dockerfile| Build {
            dockerfile,
            context,
            target,
            has_health: false,
            has_user: false,
        }));
    };
    for step in workflow.jobs.iter().flat_map(|job| &job.steps) {
        if step.text("uses").is_some_and(|(uses, _)| uses.starts_with("docker/build-push-action@")) {
            let text = |key: &str| step.with(key).map(|(text, _)| text);
            add(text("file"), text("context").unwrap_or("."), text("target"));
        }
        for (_, text) in step.scripts() {
            let Some(arguments) = BUILD.captures(text).and_then(|captures| captures.get(1)) else { continue };
            let file = FILE.captures(arguments.as_str()).and_then(|captures| captures.get(1)).map(|file| file.as_str());
            let context = arguments
                .as_str()
                .split_whitespace()
                .last()
                .filter(|last| !last.starts_with('-') && Some(*last) != file);
            let target =
                TARGET.captures(arguments.as_str()).and_then(|captures| captures.get(1)).map(|target| target.as_str());
            add(file, context.unwrap_or("."), target);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn facts(text: &str) -> Vec<(&'static str, u32, Certainty)> {
        let judged = judge(".github/workflows/x.yml", text.as_bytes(), &[]).unwrap().unwrap();
        let counted = judged.findings.iter().filter(|finding| !finding.is_suppressed());
        counted.map(|f| (f.fact, f.line, f.certainty)).collect()
    }

    const QUIET: &str = "permissions: {}\njobs:\n  a:\n    runs-on: x\n    steps:\n";

    fn steps(on: &str, text: &str) -> Vec<(&'static str, u32, Certainty)> {
        facts(&format!("on: {on}\n{QUIET}{text}"))
    }

    #[test]
    fn an_expression_counts_in_a_script_and_nowhere_else() {
        let bad = "      - run: |\n          set -e\n          echo \"${{ github.event.issue.title }}\"\n";
        assert_eq!(steps("issues", bad), vec![("script_injections", 9, Certainty::Certain)]);
        for decided in
            ["!contains(github.head_ref, 'release')", "github.head_ref == 'main'", "'x' != github.head_ref && 1"]
        {
            let text = format!("      - run: echo ${{{{ {decided} }}}}\n");
            assert!(steps("issues", &text).is_empty(), "{decided}");
        }
        let chosen = "      - run: echo ${{ github.ref == 'a' && github.head_ref || 'b' }}\n";
        assert_eq!(steps("issues", chosen).len(), 1);
        let safe = "      - run: echo \"$T\"\n        env: {T: \"${{ github.event.issue.title }}\"}\n      - run: echo ${{ github.event.issue.number }} ${{ github.event.pull_request.base.ref }}\n";
        assert!(steps("issues", safe).is_empty());
    }

    #[test]
    fn a_checkout_of_foreign_code_needs_a_privileged_event() {
        let checkout = format!(
            "      - uses: actions/checkout@{}\n        with: {{ref: \"${{{{ github.event.pull_request.head.sha }}}}\"}}\n",
            "a".repeat(40)
        );
        let found = steps("pull_request_target", &checkout);
        assert!(found.contains(&("dangerous_checkouts", 8, Certainty::Certain)), "{found:?}");
        assert!(steps("pull_request", &checkout).is_empty());
        let guarded =
            format!("{checkout}        if: github.event.pull_request.head.repo.full_name == github.repository\n");
        assert!(steps("pull_request_target", &guarded).contains(&("dangerous_checkouts", 8, Certainty::Likely)));
    }

    #[test]
    fn permissions_are_missing_broad_or_narrow() {
        let jobs = "jobs:\n  a: {runs-on: x, steps: [{run: x}]}\n  b: {runs-on: x, steps: [{run: x}]}\n";
        let fact = |head: &str| facts(&format!("on: push\n{head}{jobs}")).first().map(|(fact, _, _)| *fact);
        assert_eq!(fact(""), Some("missing_permissions"));
        assert_eq!(fact("permissions: write-all\n"), Some("write_all_permissions"));
        assert_eq!(fact("permissions: {contents: write}\n"), Some("broad_permissions"));
        assert_eq!(fact("permissions: {contents: read}\n"), None);
        assert_eq!(fact("permissions: read-all\n"), None);
    }

    #[test]
    fn secrets_in_the_open_are_found() {
        let text = "      - run: echo ${{ secrets.TOKEN }}\n      - run: x\n        env: {ALL: \"${{ toJSON( secrets ) }}\"}\n";
        let found: Vec<_> = steps("push", text).into_iter().map(|(fact, line, _)| (fact, line)).collect();
        assert_eq!(found, vec![("all_secrets", 9), ("echoed_secrets", 7)]);
        assert!(steps("push", "      - run: echo ${{ secrets.TOKEN }} | docker login --password-stdin\n").is_empty());
    }

    #[test]
    fn a_test_that_cannot_fail_is_found() {
        assert_eq!(steps("push", "      - run: pytest || true\n"), vec![("ignored_failures", 7, Certainty::Certain)]);
        assert_eq!(
            steps("push", "      - run: npm test\n        continue-on-error: true\n"),
            vec![("ignored_failures", 7, Certainty::Certain)]
        );
        let report = "      - run: cargo clippy --message-format=json | tee x\n        continue-on-error: true\n";
        assert_eq!(steps("push", report).len(), 1);
        assert!(steps("push", &format!("{report}      - run: cargo clippy -- -D warnings\n")).is_empty());
        assert!(steps("push", "      - run: docker rm x || true\n      - run: pytest\n").is_empty());
    }

    #[test]
    fn a_comment_with_a_reason_takes_a_finding_out() {
        let text = "      - uses: x/y@v1 # zizmor: ignore[unpinned-uses] the owner is us\n";
        assert!(steps("push", text).is_empty());
        assert_eq!(steps("push", "      - uses: x/y@v1 # zizmor: ignore[unpinned-uses]\n").len(), 1);
        assert_eq!(steps("push", "      - uses: x/y@v1 # zizmor: ignore[artipacked] the owner is us\n").len(), 1);
    }

    #[test]
    fn what_strangers_can_run_stays_counted_and_is_less_sure_only_for_a_reason() {
        let with = |comment: &str| {
            let text = format!(
                "      - run: echo ${{{{ github.event.issue.title }}}} # zizmor: ignore[template-injection]{comment}\n"
            );
            steps("issues", &text).into_iter().map(|(fact, _, certainty)| (fact, certainty)).collect::<Vec<_>>()
        };
        assert_eq!(with(" only members open issues"), vec![("script_injections", Certainty::Likely)]);
        assert_eq!(with(""), vec![("script_injections", Certainty::Certain)]);
    }

    #[test]
    fn builds_are_found_in_actions_and_commands() {
        let text = format!(
            "on: push\n{QUIET}      - uses: docker/build-push-action@v6\n        with: {{context: ./api}}\n      - run: docker build -t x -f deploy/Dockerfile .\n"
        );
        let judged = judge("w.yml", text.as_bytes(), &[]).unwrap().unwrap();
        let built: Vec<_> =
            judged.builds.iter().map(|build| (build.dockerfile.as_str(), build.context.as_str())).collect();
        assert_eq!(built, vec![("api/Dockerfile", "api"), ("deploy/Dockerfile", "")]);
    }
}
