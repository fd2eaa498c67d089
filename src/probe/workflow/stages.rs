//! What the deployments of all workflows are worth together: after tests, after another environment, one at a time.

use std::sync::LazyLock;

use regex::Regex;

use super::deployments::{Deployment, Tested};
use crate::model::{Exact, Fact, Facts, Value};
use crate::probe::finding::{Finding, Findings};

/// Names of what comes before production.
static STAGE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)stag|dev|test|\bqa|\buat|preview|sandbox|pre-?prod|beta|canary|nightly|demo|integration")
        .expect("a fixed pattern")
});

/// All deployments, each with the file that says so.
pub(super) struct Deployed<'d> {
    pub(super) all: &'d [(&'d str, Deployment)],
    /// Whether any pipeline tests, or may for all that is seen.
    pub(super) is_tested_somewhere: bool,
}

impl Deployed<'_> {
    /// Adds what counts each deployment.
    pub(super) fn find(&self, findings: &mut Findings) {
        for (path, one) in self.all.iter().filter(|(_, one)| !one.is_preview) {
            let mut count = |fact: &'static str, what: &str| {
                let job = if one.job.is_empty() { "a job".to_owned() } else { format!("job `{}`", one.job) };
                let note = format!("{job} {what}: {}", one.command);
                findings.push(path, Finding::new(fact, one.line, one.job.as_str(), note));
            };
            count("deploy_jobs", "deploys");
            match one.tested {
                _ if self.is_tested(one) => {}
                Tested::Elsewhere => count("untested_deployments", "deploys, and no pipeline runs tests"),
                Tested::Here | Tested::No => count("untested_deployments", "deploys and needs no job that tests"),
            }
            if !self.is_staged(one) && !one.is_promoted {
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
    pub(super) fn facts(&self, findings: &Findings, untold: Option<&str>, facts: &mut Facts) {
        findings.set_count(facts, "deploy_jobs");
        let lacks = ["untested_deployments", "unstaged_deployments", "unguarded_deployments"];
        let deploying: Vec<&Deployment> = self.all.iter().map(|(_, one)| one).filter(|one| !one.is_preview).collect();
        let unobserved =
            untold.or_else(|| deploying.is_empty().then_some("nothing in the pipelines is known to deploy"));
        if let Some(reason) = unobserved {
            for fact in lacks.into_iter().chain(["deploy_credit"]) {
                facts.set(fact, Fact::Unobserved(reason.to_owned()));
            }
            return;
        }
        lacks.into_iter().for_each(|fact| findings.set_count(facts, fact));
        if deploying.iter().any(|one| one.is_promoted && !self.is_staged(one)) {
            let open = || Fact::Unobserved("a delivery pipeline promotes what is deployed, and is not read".to_owned());
            if findings.count("unstaged_deployments") == 0 {
                facts.set("unstaged_deployments", open());
            }
            facts.set("deploy_credit", open());
            return;
        }
        let worth = |one: &&Deployment| {
            let [tested, staged, guarded] = [self.is_tested(one), self.is_staged(one), one.is_guarded].map(u64::from);
            50 + 25 * tested + 15 * staged + 10 * guarded
        };
        let earned: u64 = deploying.iter().map(worth).sum();
        let credit = Exact::ratio(earned, deploying.len() as u64 * 100).unwrap_or_else(Exact::zero);
        facts.present("deploy_credit", Value::Number(credit));
    }

    fn is_tested(&self, one: &Deployment) -> bool {
        match one.tested {
            Tested::Here => true,
            Tested::Elsewhere => self.is_tested_somewhere,
            Tested::No => false,
        }
    }

    /// Whether it is a stage itself, follows one, or its environment is chosen when it runs.
    fn is_staged(&self, one: &Deployment) -> bool {
        let chosen = one.environment.as_ref().is_some_and(|name| name.contains("${{"));
        let elsewhere = |(_, before): &(&str, Deployment)| before.is_preview || is_stage(before);
        one.follows || chosen || is_stage(one) || self.all.iter().any(elsewhere)
    }
}

fn is_stage(one: &Deployment) -> bool {
    let names = [one.environment.as_deref().unwrap_or_default(), &one.job, &one.pipeline];
    let is_of_branches = !one.branches.is_empty() && one.branches.iter().all(|branch| STAGE.is_match(branch));
    is_of_branches || names.iter().any(|name| STAGE.is_match(name))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn deployment(job: &str, environment: Option<&str>) -> Deployment {
        Deployment {
            job: job.to_owned(),
            pipeline: "ship.yml".to_owned(),
            line: 3,
            command: "`helm upgrade shop ./chart`".to_owned(),
            is_preview: false,
            tested: Tested::Here,
            environment: environment.map(str::to_owned),
            branches: BTreeSet::new(),
            follows: false,
            is_promoted: false,
            is_guarded: environment.is_some(),
        }
    }

    /// Those that deploy, those that no stage stands before, and the credit.
    fn judged(all: &[&Deployment]) -> (usize, usize, Option<Fact>) {
        let all: Vec<(&str, Deployment)> = all.iter().map(|one| ("w.yml", (*one).clone())).collect();
        let deployed = Deployed { all: &all, is_tested_somewhere: false };
        let (mut findings, mut seen) = (Findings::default(), Facts::new());
        deployed.find(&mut findings);
        deployed.facts(&findings, None, &mut seen);
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
        let of_file = Deployment { pipeline: "deploy-staging.yml".to_owned(), ..bare.clone() };
        assert_eq!(judged(&[&production]), (1, 1, percent(85)));
        assert_eq!(judged(&[&bare]), (1, 1, percent(75)));
        assert_eq!(judged(&[&production, &staging]), (2, 0, percent(100)));
        assert_eq!(judged(&[&of_file, &production]), (2, 0, percent(95)));
    }

    #[test]
    fn a_preview_is_a_stage_and_no_deployment_of_its_own() {
        let (production, preview) = (deployment("ship", Some("production")), deployment("changes", None));
        let preview = Deployment { is_preview: true, ..preview };
        assert_eq!(judged(&[&production, &preview]), (1, 0, percent(100)));
        let alone = judged(&[&preview]);
        assert_eq!(
            (alone.0, alone.2),
            (0, Some(Fact::Unobserved("nothing in the pipelines is known to deploy".to_owned())))
        );
    }

    #[test]
    fn what_only_a_branch_named_after_a_stage_starts_is_that_stage() {
        let of = |names: &[&str]| Deployment {
            branches: names.iter().map(|name| (*name).to_owned()).collect(),
            ..deployment("ship", None)
        };
        let (staging, both, production) = (of(&["staging"]), of(&["main", "staging"]), of(&["production"]));
        assert_eq!(judged(&[&staging, &production]).1, 0);
        assert_eq!(judged(&[&both]).1, 1);
    }

    #[test]
    fn an_environment_that_is_chosen_when_it_runs_may_be_any_stage() {
        let chosen = deployment("ship", Some("${{ inputs.target }}"));
        assert_eq!(judged(&[&chosen]), (1, 0, percent(100)));
        let follows = Deployment { follows: true, ..deployment("ship", Some("production")) };
        assert_eq!(judged(&[&follows]), (1, 0, percent(100)));
    }

    #[test]
    fn the_stages_of_a_delivery_pipeline_that_is_not_read_are_not_known() {
        let all = [("w.yml", Deployment { is_promoted: true, ..deployment("ship", None) })];
        let deployed = Deployed { all: &all, is_tested_somewhere: false };
        let (mut findings, mut seen) = (Findings::default(), Facts::new());
        deployed.find(&mut findings);
        deployed.facts(&findings, None, &mut seen);
        let is_open = |fact| matches!(seen.get(fact), Fact::Unobserved(_));
        assert!(is_open("unstaged_deployments") && is_open("deploy_credit") && !is_open("untested_deployments"));
    }

    #[test]
    fn what_was_tested_elsewhere_is_so_only_where_some_pipeline_tests() {
        let tagged = [("w.yml", Deployment { tested: Tested::Elsewhere, ..deployment("ship", None) })];
        let untested = |is_tested_somewhere| {
            let mut findings = Findings::default();
            Deployed { all: &tagged, is_tested_somewhere }.find(&mut findings);
            findings.count("untested_deployments")
        };
        assert_eq!((untested(true), untested(false)), (0, 1));
    }
}
