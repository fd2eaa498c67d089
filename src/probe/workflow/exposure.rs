//! Secrets that a pipeline shows to more than what needs them.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::{Certainty, Fact, Facts};
use crate::probe::finding::{Finding, Findings, shortened};
use crate::probe::secret_name::masked;
use crate::probe::secrets::tokens;
use crate::yaml::Node;

use super::observe::percent;
use super::view::{Job, Workflow};

static PRINTED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[;&|]\s*|\s)(?:echo|printf)\s[^|>]*\$\{\{\s*secrets\.[A-Za-z_]\w*\s*\}\}[^|>]*$")
        .expect("a fixed pattern")
});

/// Facts that count secrets which a workflow hands over, as only GitHub's can.
const HANDED: &[&str] = &["inherited_secrets", "all_secrets", "workflow_secrets"];
/// Those that pipelines of all systems may have.
const SHOWN: &[&str] = &["echoed_secrets", "literal_secrets", "traced_secrets"];

/// Whether none is shown or handed over.
pub(super) fn is_clean(findings: &Findings) -> bool {
    findings.is_whole() && HANDED.iter().chain(SHOWN).all(|fact| findings.count(fact) == 0)
}

/// What all pipelines show together; that none is shown is known only without a doubt.
pub(super) fn facts(findings: &Findings, doubt: Option<&str>, facts: &mut Facts) {
    HANDED.iter().for_each(|fact| findings.set_count(facts, fact));
    for fact in SHOWN.iter().copied() {
        match doubt {
            Some(doubt) if findings.count(fact) == 0 => facts.set(fact, Fact::Unobserved(doubt.to_owned())),
            _ => findings.set_count(facts, fact),
        }
    }
    let credit = secret_percent(findings);
    facts.set(
        "secret_credit",
        match doubt {
            Some(doubt) if credit == 100 => Fact::Unobserved(doubt.to_owned()),
            _ => Fact::Present(percent(credit)),
        },
    );
}

/// After the catalogue: a literal or all secrets 0, printed −50, inherited −30, in the workflow's env or traced −10.
fn secret_percent(findings: &Findings) -> usize {
    if findings.count("literal_secrets") + findings.count("all_secrets") > 0 {
        return 0;
    }
    let lost = 50 * findings.count("echoed_secrets")
        + 30 * findings.count("inherited_secrets")
        + 10 * (findings.count("workflow_secrets") + findings.count("traced_secrets"));
    100_usize.saturating_sub(lost)
}

/// `inherited_secrets`, `all_secrets`, `echoed_secrets`, `literal_secrets`, `workflow_secrets`.
pub(super) fn findings(workflow: &Workflow<'_>) -> Vec<Finding> {
    let mut found = literals(workflow.root);
    for (key, value) in workflow.root.get("env").map(Node::entries).unwrap_or_default() {
        if value.text().is_some_and(|text| text.contains("secrets.")) {
            let note = format!("`{}` in the workflow's `env` gives a secret to every step", key.text);
            found.push(Finding::new("workflow_secrets", key.span.line, key.text.as_str(), note));
        }
    }
    for job in &workflow.jobs {
        found.extend(inherited(job));
        found.extend(password(job));
        for (line, text) in job.steps.iter().flat_map(|step| step.scripts()) {
            if PRINTED.is_match(text) {
                let note = format!("a secret is printed: `{}`", shortened(text));
                found.push(Finding::new("echoed_secrets", line, job.id, note));
            }
        }
    }
    found
}

fn inherited(job: &Job<'_>) -> Option<Finding> {
    let node = job.node.get("secrets").filter(|node| node.text() == Some("inherit"))?;
    let called = job.text("uses").unwrap_or("");
    let note = format!("job `{}` hands every secret to `{called}`", job.id);
    // A workflow of the same repository is no stranger.
    let certainty = if super::uses::is_own(called) { Certainty::Hint } else { Certainty::Certain };
    Some(Finding::new("inherited_secrets", node.span.line, called, note).with(certainty))
}

fn password(job: &Job<'_>) -> Option<Finding> {
    let node = job.node.get("container")?.get("credentials")?.get("password")?;
    let value = node.text().filter(|text| !text.contains("${{") && !text.is_empty())?;
    let note = format!("a password of the container registry is written down: {}", masked(value));
    Some(Finding::new("literal_secrets", node.span.line, job.id, note))
}

/// Tokens anywhere, and `toJSON(secrets)`.
fn literals(node: &Node) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut stack = vec![node];
    while let Some(node) = stack.pop() {
        stack.extend(node.items());
        stack.extend(node.entries().iter().map(|(_, value)| value));
        let Some(text) = node.text() else { continue };
        let line = node.span.line;
        for token in tokens(text.as_bytes()) {
            let note = format!("a {} is written down: {}", token.title, masked(&token.value));
            found.push(Finding::new("literal_secrets", line, token.id, note));
        }
        let squeezed: String = text.split_whitespace().collect();
        if squeezed.to_ascii_lowercase().contains("tojson(secrets)") {
            found.push(Finding::new(
                "all_secrets",
                line,
                "toJSON(secrets)",
                "`toJSON(secrets)` hands over every secret at once",
            ));
        }
    }
    found.sort();
    found
}
