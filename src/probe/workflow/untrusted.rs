//! Untrusted input that runs with privileges: checkouts of foreign code, expressions in scripts, insecure commands.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::Certainty;
use crate::probe::finding::{Finding, shortened};

use super::view::{Job, Step, Workflow};

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

/// Fields that whoever opens an issue or a pull request writes (GitHub security hardening guide, "untrusted input").
static ATTACKER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"\$\{\{[^}]*\b(?:",
        r"github\.head_ref",
        r"|github\.event\.(?:issue|pull_request|comment|review|review_comment|discussion|discussion_comment)\.(?:title|body)",
        r"|github\.event\.pull_request\.head\.(?:ref|label|repo\.default_branch|repo\.description|repo\.homepage)",
        r"|github\.event\.(?:head_commit|commits[^}]*?|workflow_run\.head_commit)\.(?:message|author\.(?:name|email)|committer\.(?:name|email))",
        r"|github\.event\.workflow_run\.(?:head_branch|display_title)",
        r"|github\.event\.pages[^}]*?\.page_name",
        r")\b[^}]*\}\}",
    ))
});
static HEAD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"github\.head_ref|github\.event\.pull_request\.head\.|pull_request\.head\.(sha|ref)|refs/pull/|github\.event\.workflow_run\.(head_sha|head_branch|head_commit)|head\.repo\.full_name",
    )
});
/// A condition that lets only code of the repository's own people through.
static GUARD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"head\.repo\.full_name\s*==\s*github\.repository|github\.repository\s*==\s*[^&|]*head\.repo\.full_name|head\.repo\.fork\s*==\s*false|!\s*github\.event\.pull_request\.head\.repo\.fork|author_association|head_repository\.full_name\s*==\s*github\.repository|github\.actor\s*==|user\.login\s*==|workflow_run\.event\s*==\s*'push'|labels?\b",
    )
});

/// Parts of an expression that are true or false, whatever the input says (GitHub, "Evaluate expressions").
static DECISION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?i:contains|startsWith|endsWith)\([^()]*\)|[\w.*\[\]-]+\s*[!=]=\s*(?:'[^']*'|[\w.*\[\]-]+)|'[^']*'\s*[!=]=\s*[\w.*\[\]-]+",
    )
});

/// Events that run with the repository's secrets although a stranger caused them.
const PRIVILEGED: &[&str] = &["pull_request_target", "workflow_run", "issue_comment"];

/// `dangerous_checkouts`, `script_injections`, `insecure_commands`, and hints for triggers and own runners.
pub(super) fn findings(workflow: &Workflow<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let privileged = PRIVILEGED.iter().find(|event| workflow.on(event));
    if let (Some(event), Some(line)) = (privileged, workflow.root.get("on").map(|on| on.span.line)) {
        let note = format!("`{event}` runs with secrets although a stranger can cause it");
        found.push(Finding::new("privileged_triggers", line, *event, note).with(Certainty::Hint));
    }
    for job in &workflow.jobs {
        for step in &job.steps {
            if let Some(event) = privileged {
                found.extend(checkout(job, step, event));
            }
            found.extend(injections(workflow, job, step));
        }
        if workflow.on("pull_request") && job.text("runs-on").is_some_and(|on| on.contains("self-hosted")) {
            let note = format!(
                "job `{}` runs pull requests on a runner of one's own; dangerous where strangers can open them",
                job.id
            );
            found.push(Finding::new("own_runners", job.line, job.id, note).with(Certainty::Hint));
        }
    }
    found.extend(insecure(workflow));
    found
}

fn conditions<'n>(job: &Job<'n>, step: &Step<'n>) -> impl Iterator<Item = &'n str> {
    job.text("if").into_iter().chain(step.text("if").map(|(text, _)| text))
}

fn checkout(job: &Job<'_>, step: &Step<'_>, event: &str) -> Option<Finding> {
    let is_checkout = step.text("uses").is_some_and(|(uses, _)| uses.starts_with("actions/checkout@"));
    let by_action =
        step.with("ref").or_else(|| step.with("repository")).filter(|(text, _)| is_checkout && HEAD.is_match(text));
    let by_command = step.scripts().into_iter().find(|(_, line)| {
        line.contains("gh pr checkout")
            || (line.contains("git fetch") && line.contains("pull/"))
            || line.contains("git checkout ${{ github.event.pull_request.head")
    });
    let (text, line) = by_action.or_else(|| by_command.map(|(line, text)| (text, line)))?;
    let guarded = conditions(job, step).any(|condition| GUARD.is_match(condition));
    let certainty =
        if guarded || job.node.get("environment").is_some() { Certainty::Likely } else { Certainty::Certain };
    let note = format!("`{event}` with a checkout of foreign code: `{}`", shortened(text));
    Some(Finding::new("dangerous_checkouts", line, format!("{}:{event}", job.id), note).with(certainty))
}

fn injections(workflow: &Workflow<'_>, job: &Job<'_>, step: &Step<'_>) -> Vec<Finding> {
    // On `pull_request` from a fork the token is read-only and there are no secrets; the code is the stranger's anyway.
    let harmless = !workflow.is_action
        && workflow.triggers.iter().all(|(event, _)| {
            matches!(*event, "pull_request" | "push" | "workflow_dispatch" | "schedule" | "merge_group")
        });
    let mut found = Vec::new();
    for (line, text) in step.scripts() {
        let pasted = |expression: &regex::Match<'_>| ATTACKER.is_match(&DECISION.replace_all(expression.as_str(), ""));
        for expression in ATTACKER.find_iter(text).filter(pasted) {
            let written_by_pushers = harmless && !workflow.on("pull_request");
            let certainty =
                if workflow.is_action || written_by_pushers { Certainty::Likely } else { Certainty::Certain };
            let note = format!("`{}` is pasted into a script", shortened(expression.as_str()));
            found.push(
                Finding::new("script_injections", line, format!("{}:{}", job.id, expression.as_str()), note)
                    .with(certainty),
            );
        }
    }
    found
}

fn insecure(workflow: &Workflow<'_>) -> Vec<Finding> {
    let nodes = std::iter::once(workflow.root).chain(workflow.jobs.iter().map(|job| job.node));
    let nodes = nodes.chain(workflow.jobs.iter().flat_map(|job| &job.steps).map(|step| step.node));
    nodes
        .filter_map(|node| node.get("env")?.get("ACTIONS_ALLOW_UNSECURE_COMMANDS"))
        .filter(|value| value.text() == Some("true"))
        .map(|value| {
            let note = "`ACTIONS_ALLOW_UNSECURE_COMMANDS` lets a log line set variables and paths";
            Finding::new("insecure_commands", value.span.line, "unsecure commands", note)
        })
        .collect()
}
