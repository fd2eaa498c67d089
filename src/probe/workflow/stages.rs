//! What the deployments of all workflows are worth together: after tests, after another environment, one at a time.

use std::sync::LazyLock;

use regex::Regex;

use super::deployments::Deployment;
use crate::model::{Exact, Fact, Facts, Value};
use crate::probe::finding::{Finding, Findings};

/// Names of what comes before production.
static STAGE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)stag|dev|test|\bqa|\buat|preview|sandbox|pre-?prod|beta|canary|nightly|demo|integration")
        .expect("a fixed pattern")
});

/// A deployment with the file that names it.
pub(super) type Placed<'d> = (&'d str, &'d Deployment);

/// Adds what counts each deployment.
pub(super) fn find(all: &[Placed<'_>], findings: &mut Findings) {
    for (path, one) in all.iter().filter(|(_, one)| !one.is_preview) {
        let mut count = |fact: &'static str, what: &str| {
            let note = format!("job `{}` {what}: `{}`", one.job, one.command);
            findings.push(path, Finding::new(fact, one.line, one.job.as_str(), note));
        };
        count("deploy_jobs", "deploys");
        if !one.is_tested {
            count("untested_deployments", "deploys and needs no job that tests");
        }
        if !is_staged(path, one, all) {
            count("unstaged_deployments", "deploys, and nothing is deployed to another environment before");
        }
        if !one.is_guarded {
            count("unguarded_deployments", "deploys with neither `environment` nor `concurrency`");
        }
    }
}

/// The facts, after `find`. Credit after the catalogue: half for a job that deploys, 25 where tests stand before it, 15
/// where another environment does, 10 where one runs at a time; the mean of all.
///
/// `untold` is why jobs may stand before those of other systems that are not seen.
pub(super) fn facts(all: &[Placed<'_>], findings: &Findings, untold: Option<&str>, facts: &mut Facts) {
    findings.set_count(facts, "deploy_jobs");
    let lacks = ["untested_deployments", "unstaged_deployments", "unguarded_deployments"];
    let deploying: Vec<&Placed<'_>> = all.iter().filter(|(_, one)| !one.is_preview).collect();
    let unobserved = untold.or_else(|| deploying.is_empty().then_some("no pipeline deploys"));
    if let Some(reason) = unobserved {
        for fact in lacks.into_iter().chain(["deploy_credit"]) {
            facts.set(fact, Fact::Unobserved(reason.to_owned()));
        }
        return;
    }
    lacks.into_iter().for_each(|fact| findings.set_count(facts, fact));
    let worth = |(path, one): &&Placed<'_>| {
        50 + 25 * u64::from(one.is_tested) + 15 * u64::from(is_staged(path, one, all)) + 10 * u64::from(one.is_guarded)
    };
    let earned: u64 = deploying.iter().map(worth).sum();
    let credit = Exact::ratio(earned, deploying.len() as u64 * 100).unwrap_or_else(Exact::zero);
    facts.present("deploy_credit", Value::Number(credit));
}

/// Whether it is a stage itself, follows one, or its environment is chosen when it runs.
fn is_staged(path: &str, one: &Deployment, all: &[Placed<'_>]) -> bool {
    let chosen = one.environment.as_ref().is_some_and(|name| name.contains("${{"));
    let elsewhere = |(other, before): &Placed<'_>| before.is_preview || is_stage(other, before);
    one.follows || chosen || is_stage(path, one) || all.iter().any(elsewhere)
}

fn is_stage(path: &str, one: &Deployment) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    let names = [one.environment.as_deref().unwrap_or_default(), &one.job, file];
    names.iter().any(|name| STAGE.is_match(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deployment(job: &str, environment: Option<&str>) -> Deployment {
        Deployment {
            job: job.to_owned(),
            line: 3,
            command: "helm upgrade shop ./chart".to_owned(),
            is_preview: false,
            is_tested: true,
            environment: environment.map(str::to_owned),
            follows: false,
            is_guarded: environment.is_some(),
        }
    }

    fn judged(all: &[Placed<'_>]) -> (usize, usize, Option<Fact>) {
        let (mut findings, mut seen) = (Findings::default(), Facts::new());
        find(all, &mut findings);
        facts(all, &findings, None, &mut seen);
        let counts = (findings.count("deploy_jobs"), findings.count("unstaged_deployments"));
        (counts.0, counts.1, Some(seen.get("deploy_credit")))
    }

    fn percent(percent: u32) -> Option<Fact> {
        Exact::ratio(percent, 100_u32).map(|ratio| Fact::Present(Value::Number(ratio)))
    }

    #[test]
    fn production_alone_is_not_staged_and_a_stage_before_it_is() {
        let (production, bare) = (deployment("ship", Some("production")), deployment("ship", None));
        let staging = deployment("ship", Some("staging"));
        assert_eq!(judged(&[("w/ship.yml", &production)]), (1, 1, percent(85)));
        assert_eq!(judged(&[("w/ship.yml", &bare)]), (1, 1, percent(75)));
        assert_eq!(judged(&[("w/ship.yml", &production), ("w/other.yml", &staging)]), (2, 0, percent(100)));
        assert_eq!(judged(&[("w/deploy-staging.yml", &bare), ("w/ship.yml", &production)]), (2, 0, percent(95)));
    }

    #[test]
    fn a_preview_is_a_stage_and_no_deployment_of_its_own() {
        let (production, preview) = (deployment("ship", Some("production")), deployment("changes", None));
        let preview = Deployment { is_preview: true, ..preview };
        assert_eq!(judged(&[("w/ship.yml", &production), ("w/pr.yml", &preview)]), (1, 0, percent(100)));
        let alone = judged(&[("w/pr.yml", &preview)]);
        assert_eq!((alone.0, alone.2), (0, Some(Fact::Unobserved("no pipeline deploys".to_owned()))));
    }

    #[test]
    fn an_environment_that_is_chosen_when_it_runs_may_be_any_stage() {
        let chosen = deployment("ship", Some("${{ inputs.target }}"));
        assert_eq!(judged(&[("w/ship.yml", &chosen)]), (1, 0, percent(100)));
        let follows = Deployment { follows: true, ..deployment("ship", Some("production")) };
        assert_eq!(judged(&[("w/ship.yml", &follows)]), (1, 0, percent(100)));
    }
}
