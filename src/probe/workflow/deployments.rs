//! Jobs that deploy, and what stands before them. What they are worth together is in `stages`.

use std::sync::LazyLock;

use regex::Regex;

use crate::probe::finding::shortened;
use crate::probe::yaml_file::texts;

use super::gates;
use super::view::{Job, Workflow};

/// Commands that change what runs somewhere.
static DEPLOYS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?:^|[\s;&|(])(?:helm\s+(?:upgrade|install)|kubectl\s+(?:apply|set\s+image|rollout\s+restart)|kustomize\s+build[^\n]*\|\s*kubectl|argocd\s+app\s+(?:sync|set)|(?:terraform|tofu|terragrunt)\s+apply|pulumi\s+up|cdk\s+deploy|sam\s+deploy|(?:serverless|sls)\s+deploy|(?:flyctl|fly)\s+deploy|vercel\s+(?:deploy|--prod)|netlify\s+deploy|wrangler\s+(?:deploy|publish)|firebase\s+deploy|gcloud\s+(?:run|app|functions)\s+deploy|gcloud\s+run\s+services\s+update|aws\s+ecs\s+update-service|aws\s+cloudformation\s+deploy|aws\s+lambda\s+update-function-code|az\s+(?:webapp|containerapp|functionapp|staticwebapp)\s+(?:deploy|up|update)|kamal\s+deploy|ansible-playbook|nomad\s+job\s+run|docker\s+stack\s+deploy|docker\s+service\s+update|eb\s+deploy|railway\s+up|git\s+push\s+\S*(?:heroku|dokku)\S*)(?:$|[\s;&|)])",
    )
    .expect("a fixed pattern")
});

/// Words of commands that only try something out.
static TRIES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)--dry-run|--check\b|--syntax-check|\b(?:smoke|tests?|e2e|molecule|fixtures?)\b")
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
    /// Whether only changes are deployed so: what a pull request starts, or a job named `preview`.
    pub(super) is_preview: bool,
    /// Whether tests stand before it, here or where the commit came from.
    pub(super) is_tested: bool,
    /// The environment that the job names; an expression as it is written.
    pub(super) environment: Option<String>,
    /// Whether a job that it needs deploys too.
    pub(super) follows: bool,
    /// Whether an environment or a concurrency group keeps two from running at once, or a rule can hold it back.
    pub(super) is_guarded: bool,
}

/// Every job that deploys. One that tests what it sets up, as end-to-end tests do, is none.
pub(super) fn deployments(workflow: &Workflow<'_>) -> Vec<Deployment> {
    if workflow.is_action {
        return Vec::new();
    }
    let only_changes = workflow.triggers.iter().all(|(event, _)| matches!(*event, "pull_request" | "merge_group"));
    let jobs = workflow.jobs.iter().filter(|job| !is_trial(job));
    jobs.filter_map(|job| {
        let (line, command) = deploys(job)?;
        let environment = environment(job);
        let guards = [workflow.root.get("concurrency"), job.node.get("concurrency")];
        Some(Deployment {
            job: job.id.to_owned(),
            line,
            command,
            is_preview: only_changes || is_named(job, &["preview"]),
            is_tested: comes_tested(workflow) || needs_one(workflow, job, &may_test),
            follows: needs_one(workflow, job, &|needed| !is_trial(needed) && deploys(needed).is_some()),
            is_guarded: environment.is_some() || guards.iter().any(Option::is_some),
            environment,
        })
    })
    .collect()
}

/// `environment: production` or `environment: { name: production }`.
fn environment(job: &Job<'_>) -> Option<String> {
    let node = job.node.get("environment")?;
    let name = node.text().or_else(|| node.get("name")?.text())?;
    (!name.is_empty()).then(|| name.to_owned())
}

fn is_trial(job: &Job<'_>) -> bool {
    is_named_a_trial(job.id) || tests(job)
}

/// Whether a job is named after trying something out.
pub(super) fn is_named_a_trial(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["test", "e2e", "integration", "kind", "lint", "plan", "validate"].iter().any(|word| lower.contains(word))
}

fn is_named(job: &Job<'_>, words: &[&str]) -> bool {
    let lower = job.id.to_ascii_lowercase();
    words.iter().any(|word| lower.contains(word))
}

/// Whether a job runs tests or calls a workflow, which may.
fn may_test(job: &Job<'_>) -> bool {
    tests(job) || job.node.get("uses").is_some()
}

fn tests(job: &Job<'_>) -> bool {
    gates::job_tests(job).is_some()
}

/// Whether a line deploys, and not only tries it out.
pub(super) fn is_deploying_command(text: &str) -> bool {
    !text.trim_start().starts_with('#') && DEPLOYS.is_match(text) && !TRIES.is_match(text)
}

/// Whether an action deploys: what `uses` says.
pub(super) fn is_deploying(uses: &str) -> bool {
    ACTIONS.iter().any(|known| uses.starts_with(known))
}

fn deploys(job: &Job<'_>) -> Option<(u32, String)> {
    job.steps.iter().find_map(|step| {
        let action = step.text("uses").filter(|(uses, _)| is_deploying(uses));
        let command = || step.scripts().into_iter().find(|(_, text)| is_deploying_command(text));
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

/// Whether a job that it needs, directly or not, is of a kind.
fn needs_one(workflow: &Workflow<'_>, job: &Job<'_>, is: &dyn Fn(&Job<'_>) -> bool) -> bool {
    let mut open = needs(job);
    let mut seen: Vec<String> = Vec::new();
    while let Some(id) = open.pop() {
        if seen.contains(&id) {
            continue;
        }
        let Some(needed) = workflow.jobs.iter().find(|job| job.id == id) else { continue };
        if is(needed) {
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
        let all = deployments(&workflow).into_iter().filter(|one| !one.is_preview);
        all.map(|one| (one.job, one.is_tested)).collect()
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
        let smoke = "on: push\njobs:\n  a: { steps: [{ run: ansible-playbook ansible/smoke-test.yml -v }] }\n";
        assert!(seen(smoke).is_empty());
        assert_eq!(seen(&format!("on: workflow_dispatch\njobs:\n  a: {{ {DEPLOY} }}\n")), [("a".to_owned(), true)]);
    }
}
