//! Jobs that deploy, and whether tests stand before them.

use std::sync::LazyLock;

use regex::Regex;

use crate::probe::finding::{Finding, shortened};
use crate::probe::yaml_file::texts;

use super::gates;
use super::view::{Job, Workflow};

/// Commands that change what runs somewhere.
static DEPLOYS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?:^|[\s;&|(])(?:helm\s+(?:upgrade|install)|kubectl\s+(?:apply|set\s+image|rollout\s+restart)|kustomize\s+build[^\n]*\|\s*kubectl|argocd\s+app\s+(?:sync|set)|(?:terraform|tofu|terragrunt)\s+apply|pulumi\s+up|cdk\s+deploy|sam\s+deploy|(?:serverless|sls)\s+deploy|(?:flyctl|fly)\s+deploy|vercel\s+(?:deploy|--prod)|netlify\s+deploy|wrangler\s+(?:deploy|publish)|firebase\s+deploy|gcloud\s+(?:run|app|functions)\s+deploy|gcloud\s+run\s+services\s+update|aws\s+ecs\s+update-service|aws\s+cloudformation\s+deploy|aws\s+lambda\s+update-function-code|az\s+(?:webapp|containerapp)\s+(?:deploy|up|update)|kamal\s+deploy|ansible-playbook|nomad\s+job\s+run|docker\s+stack\s+deploy|docker\s+service\s+update|eb\s+deploy|railway\s+up|git\s+push\s+\S*(?:heroku|dokku)\S*)(?:$|[\s;&|)])",
    )
    .expect("a fixed pattern")
});

/// Actions that do.
const ACTIONS: &[&str] = &[
    "aws-actions/amazon-ecs-deploy-task-definition@",
    "google-github-actions/deploy-cloudrun@",
    "google-github-actions/deploy-appengine@",
    "azure/webapps-deploy@",
    "Azure/webapps-deploy@",
    "azure/k8s-deploy@",
    "Azure/k8s-deploy@",
    "amondnet/vercel-action@",
    "cloudflare/wrangler-action@",
    "akhileshns/heroku-deploy@",
];

/// A job that deploys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Deployment {
    pub(super) job: String,
    pub(super) line: u32,
    pub(super) command: String,
    /// Whether tests stand before it, here or where the commit came from.
    pub(super) is_tested: bool,
}

impl Deployment {
    /// It as what counts it: without tests before it, or at all.
    pub(super) fn findings(&self) -> impl Iterator<Item = Finding> {
        let note = format!("job `{}` deploys: `{}`", self.job, self.command);
        let untested = format!("job `{}` deploys and needs no job that tests: `{}`", self.job, self.command);
        let deploys = Finding::new("deploy_jobs", self.line, self.job.as_str(), note);
        let without = Finding::new("untested_deployments", self.line, self.job.as_str(), untested);
        [Some(deploys), (!self.is_tested).then_some(without)].into_iter().flatten()
    }
}

/// Every job that deploys. One that tests what it sets up, as end-to-end tests do, is none; nor is what only pull
/// requests start.
pub(super) fn deployments(workflow: &Workflow<'_>) -> Vec<Deployment> {
    let only_changes = workflow.triggers.iter().all(|(event, _)| matches!(*event, "pull_request" | "merge_group"));
    if workflow.is_action || only_changes {
        return Vec::new();
    }
    let jobs = workflow.jobs.iter().filter(|job| !is_trial(job));
    jobs.filter_map(|job| {
        let (line, command) = deploys(job)?;
        let is_tested = comes_tested(workflow) || needs_tests(workflow, job);
        Some(Deployment { job: job.id.to_owned(), line, command, is_tested })
    })
    .collect()
}

fn is_trial(job: &Job<'_>) -> bool {
    let lower = job.id.to_ascii_lowercase();
    let named = ["test", "e2e", "integration", "kind", "preview", "lint", "plan", "validate"];
    named.iter().any(|word| lower.contains(word)) || tests(job)
}

fn tests(job: &Job<'_>) -> bool {
    gates::job_tests(job).is_some()
}

fn deploys(job: &Job<'_>) -> Option<(u32, String)> {
    job.steps.iter().find_map(|step| {
        let action = step.text("uses").filter(|(uses, _)| ACTIONS.iter().any(|known| uses.starts_with(known)));
        let command = || {
            let lines = step.scripts().into_iter();
            lines
                .filter(|(_, text)| !text.trim_start().starts_with('#') && !text.contains("--dry-run"))
                .find(|(_, text)| DEPLOYS.is_match(text))
        };
        let (line, text) = action.map(|(uses, line)| (line, uses)).or_else(command)?;
        Some((line, shortened(text)))
    })
}

/// Started by another workflow, by hand, by a schedule or by a release: what was tested before is decided elsewhere.
fn comes_tested(workflow: &Workflow<'_>) -> bool {
    let pushed = |event: &str, node: &crate::yaml::Node| {
        event == "push" && (node.get("tags").is_none() || node.get("branches").is_some())
    };
    !workflow.triggers.iter().any(|(event, node)| pushed(event, node))
}

/// Whether a job that it needs, directly or not, runs tests or calls a workflow, which may.
fn needs_tests(workflow: &Workflow<'_>, job: &Job<'_>) -> bool {
    let mut open = needs(job);
    let mut seen: Vec<String> = Vec::new();
    while let Some(id) = open.pop() {
        if seen.contains(&id) {
            continue;
        }
        let Some(needed) = workflow.jobs.iter().find(|job| job.id == id) else { continue };
        if tests(needed) || needed.node.get("uses").is_some() {
            return true;
        }
        open.extend(needs(needed));
        seen.push(id);
    }
    false
}

fn needs(job: &Job<'_>) -> Vec<String> {
    job.node.get("needs").map(texts).unwrap_or_default().into_iter().map(|(text, _)| text).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::probe::yaml_file;

    fn seen(text: &str) -> Vec<(String, bool)> {
        let root = yaml_file::read("w.yml", text.as_bytes()).unwrap();
        let workflow = Workflow::of(&root).unwrap();
        deployments(&workflow).into_iter().map(|one| (one.job, one.is_tested)).collect()
    }

    const DEPLOY: &str = "steps: [{ run: helm upgrade shop ./chart }]";

    #[test]
    fn a_deployment_is_tested_when_a_job_that_it_needs_tests() {
        let jobs = |needs: &str| {
            format!(
                "on: {{ push: {{ branches: [main] }} }}\njobs:\n  unit: {{ steps: [{{ run: pytest }}] }}\n  image: {{ needs: unit, steps: [{{ run: docker build . }}] }}\n  ship: {{ {needs}{DEPLOY} }}\n"
            )
        };
        assert_eq!(seen(&jobs("needs: [image], ")), [("ship".to_owned(), true)]);
        assert_eq!(seen(&jobs("")), [("ship".to_owned(), false)]);
    }

    #[test]
    fn end_to_end_tests_and_pull_requests_do_not_deploy() {
        assert!(seen(&format!("on: pull_request\njobs:\n  a: {{ {DEPLOY} }}\n")).is_empty());
        let tested = "on: push\njobs:\n  a: { steps: [{ run: kubectl apply -f x }, { run: npm test }] }\n";
        assert!(seen(tested).is_empty());
        assert_eq!(seen(&format!("on: workflow_dispatch\njobs:\n  a: {{ {DEPLOY} }}\n")), [("a".to_owned(), true)]);
    }
}
