//! From digests to facts: what all workflows say together, and which other pipelines there are.

use std::collections::BTreeMap;

use crate::model::report::Evidence;
use crate::model::{Exact, Fact, Facts, Observation, Place, Value};
use crate::probe::Look;
use crate::probe::finding::{Finding, Findings};
use crate::probe::pipelines::{self, Pipelines, Run, System, What};
use crate::probe::suppression::{self, Configured};
use crate::world::{Class, Select, Swept, WantId};

use super::Digest;
use super::judge::{self, Judged};
use super::stages::Deployed;
use super::tested::Tested;
use super::tested_elsewhere;
use super::uses::Pin;
use super::{deployments, exposure, exposure_elsewhere, identity_elsewhere, ignored_elsewhere, recognised};

/// Files of other pipeline systems.
const OTHERS: &[(&str, &str)] = &[
    (".gitlab-ci.yml", "GitLab CI"),
    (".circleci/config.yml", "CircleCI"),
    ("azure-pipelines.yml", "Azure Pipelines"),
    ("azure-pipelines.yaml", "Azure Pipelines"),
    ("azure-pipelines", "Azure Pipelines"),
    ("Jenkinsfile", "Jenkins"),
    ("bitbucket-pipelines.yml", "Bitbucket Pipelines"),
    (".buildkite/pipeline.yml", "Buildkite"),
    (".drone.yml", "Drone"),
    (".woodpecker.yml", "Woodpecker"),
    (".woodpecker.yaml", "Woodpecker"),
    (".travis.yml", "Travis CI"),
    ("appveyor.yml", "AppVeyor"),
    (".appveyor.yml", "AppVeyor"),
    ("cloudbuild.yaml", "Google Cloud Build"),
    (".forgejo/workflows", "Forgejo Actions"),
    (".gitea/workflows", "Gitea Actions"),
    (".woodpecker", "Woodpecker"),
    (".cirrus.yml", "Cirrus CI"),
    (".build.yml", "builds.sr.ht"),
    (".builds", "builds.sr.ht"),
    ("buildspec.yml", "AWS CodeBuild"),
];

/// Those that each part of a repository may have for itself.
const NESTED: &[&str] = &["Jenkinsfile", "azure-pipelines.yml", "cloudbuild.yaml"];

struct Gathered<'s> {
    findings: Findings,
    files: BTreeMap<String, &'s Judged>,
    actions: usize,
    parse_errors: usize,
    /// Rules that the configuration of zizmor switches off.
    configured: Vec<Configured>,
    pins: Vec<Pin>,
    permissions: Vec<u32>,
    logins: usize,
}

/// What is asked, and where the sweep has it.
pub(super) struct Asked<'a> {
    /// Workflows and actions.
    pub(super) want: WantId,
    /// Pipelines of all systems.
    pub(super) all: WantId,
    pub(super) default_branch: Option<&'a str>,
}

/// Facts and evidence of the workflows that a want found.
pub(super) fn observe(look: &Look<'_>, asked: &Asked<'_>, folder: &str) -> Observation {
    let swept = look.swept;
    let mut gathered = Gathered::looking(look);
    for (id, digest) in swept.get(asked.want).own::<Digest>() {
        gathered.take(swept.path(id), digest.map_err(ToString::to_string));
    }
    let pipelines = pipelines::runs(swept, asked.all);
    let others = others(swept, folder, &pipelines);
    let texts: BTreeMap<&str, &String> =
        swept.get(asked.all).own::<String>().filter_map(|(id, text)| Some((swept.path(id), text.ok()?))).collect();
    let text = |path: &str| {
        let known = texts.get(path).map(|text| (*text).clone());
        known.or_else(|| pipelines::read(swept, path, pipelines::LARGEST))
    };
    for (path, finding) in exposure_elsewhere::findings(&pipelines, &text) {
        gathered.findings.push(&path, finding);
    }
    gathered.finish(others, &pipelines, asked.default_branch)
}

impl<'s> Gathered<'s> {
    fn looking(look: &Look<'_>) -> Gathered<'s> {
        Gathered {
            findings: Findings::treating(look.suppressions),
            configured: suppression::configured(look, "", &["zizmor"]),
            files: BTreeMap::new(),
            actions: 0,
            parse_errors: 0,
            pins: Vec::new(),
            permissions: Vec::new(),
            logins: 0,
        }
    }

    /// A finding with what the configuration of zizmor says about it, unless its line says something.
    fn argued(&self, path: &str, finding: &Finding) -> Finding {
        if finding.suppression.is_some() {
            return finding.clone();
        }
        let rule = judge::rule_of(finding.fact);
        let named = self.configured.iter().filter(|one| one.rule == rule && one.covers(path, finding.line));
        let named = named.map(|one| (one.tool, one.rule.as_str(), one.reason.clone()));
        judge::accepted(finding.clone(), suppression::best(named, true))
    }

    fn take(&mut self, path: &str, digest: Result<&'s Digest, String>) {
        let judged = match digest {
            Ok(Ok(Some(judged))) => judged,
            Ok(Ok(None)) => return,
            Ok(Err(fault)) => {
                self.parse_errors += 1;
                self.findings
                    .push(path, Finding::new("parse_errors", fault.line, "parse error", fault.reason.as_str()));
                self.findings.unread(path, fault.reason.as_str());
                return;
            }
            Err(reason) => {
                self.findings.unread(path, reason);
                return;
            }
        };
        let findings: Vec<Finding> = judged.findings.iter().map(|finding| self.argued(path, finding)).collect();
        let left_out: Vec<&Finding> = findings.iter().filter(|finding| self.findings.leaves_out(finding)).collect();
        let is_left_out = |rule: &str, line: Option<u32>| {
            let mut about = left_out.iter().filter(|finding| judge::rule_of(finding.fact) == rule);
            about.any(|finding| line.is_none_or(|line| line == finding.line))
        };
        let counted = judged
            .used
            .iter()
            .filter(|used| !["unpinned-uses", "unpinned-images"].iter().any(|rule| is_left_out(rule, Some(used.line))));
        self.pins.extend(counted.map(|used| used.pin));
        if !is_left_out("excessive-permissions", None) {
            self.permissions.extend(judged.permission_percent);
        }
        self.findings.extend(path, findings);
        self.logins += judged.logins;
        if judged.is_action {
            self.actions += 1;
        } else {
            self.files.insert(path.to_owned(), judged);
        }
    }

    fn finish(
        self,
        others: Vec<(String, &'static str)>,
        pipelines: &Pipelines,
        default_branch: Option<&str>,
    ) -> Observation {
        let mut facts = Facts::new();
        let mut evidence: Vec<Evidence> = others
            .iter()
            .map(|(path, system)| Evidence {
                place: Some(Place::file(path.as_str())),
                note: Some(match pipelines.files.contains_key(path) {
                    true => format!("{system}; its commands, secrets and logins are read, its pins are not"),
                    false => format!("{system}; {}", unread(path, pipelines)),
                }),
                fact: Some("pipelines".to_owned()),
                ..Evidence::default()
            })
            .collect();
        let broken = self.parse_errors;
        facts.present("files", Value::count(self.files.len() + broken));
        facts.present("pipelines", Value::count(self.files.len() + broken + others.len()));
        if self.files.is_empty() && self.actions == 0 && broken == 0 {
            facts.set_reason(match others.first() {
                Some((path, system)) => {
                    format!("it is told of workflows of GitHub alone; this repository has {system} (`{path}`)")
                }
                None => "no workflow in `.github/workflows`, and no pipeline of another system".to_owned(),
            });
        }
        let mut gathered = self;
        let (called, unseen) = (gathered.foreign_call(), gathered.unseen(&others, pipelines));
        let more = called.clone().or_else(|| unseen.clone());
        let tested = Tested { files: &gathered.files, pipelines, default_branch, doubt: more.clone() };
        // What a workflow of another repository lets fail is as much its own as what an action does.
        let gates: Vec<&Run> = pipelines.runs.iter().filter(|run| is_gate(run)).collect();
        let doubt = unseen.clone().or_else(|| gates.is_empty().then(|| called.unwrap_or_else(|| NO_GATE.to_owned())));
        facts.present("gates", Value::count(gates.len()));
        if !gathered.files.is_empty() || !others.is_empty() {
            tested.tell(&mut facts, &mut gathered.findings);
        }
        for (path, finding) in ignored_elsewhere::ignored(pipelines) {
            gathered.findings.push(path, finding);
        }
        let logins = identity_elsewhere::logins(pipelines);
        for (path, finding) in identity_elsewhere::findings(&logins) {
            gathered.findings.push(path, finding);
        }
        let is_clean = ["ignored_failures", "ignored_scans"].iter().all(|fact| gathered.findings.count(fact) == 0);
        evidence.extend((is_clean && doubt.is_none()).then(|| gate_seen(&gates)).flatten());
        let deployments = deployments::deployments(pipelines);
        let is_tested_somewhere = gathered.findings.count("test_jobs") > 0 || more.is_some();
        let deployed = Deployed { all: &deployments, is_tested_somewhere };
        deployed.find(&mut gathered.findings);
        let lacks = ["untested_deployments", "unstaged_deployments"];
        let is_lacking = lacks.iter().any(|fact| gathered.findings.count(fact) > 0);
        let is_elsewhere = deployments.iter().any(|(path, _)| !tested_elsewhere::is_of_github(path));
        let untold = unseen.clone().filter(|_| is_lacking && is_elsewhere);
        let is_github = !gathered.files.is_empty() || gathered.actions > 0 || broken > 0;
        if is_github || !others.is_empty() {
            deployed.facts(&gathered.findings, untold.as_deref(), &mut facts);
            gathered.failures(&mut facts, doubt.as_deref());
            let looked = exposure_elsewhere::seen(pipelines);
            let unlooked = || (!is_github && looked.is_none()).then(|| NO_COMMAND.to_owned());
            let unseen = unseen.filter(|_| !others.is_empty()).or_else(unlooked);
            let of_both = (gathered.logins, logins.as_slice());
            evidence.extend(identity_elsewhere::facts(&gathered.findings, of_both, unseen.as_deref(), &mut facts));
            exposure::facts(&gathered.findings, unseen.as_deref(), &mut facts);
            evidence.extend(looked.filter(|_| unseen.is_none() && exposure::is_clean(&gathered.findings)));
        }
        if is_github {
            gathered.counts(&mut facts);
        }
        let evidence = gathered.findings.evidence().into_iter().chain(evidence).collect();
        Observation { facts, evidence, requests: 0 }
    }

    fn foreign_call(&self) -> Option<String> {
        let is_any = self.files.values().any(|judged| !judged.foreign_calls.is_empty());
        is_any.then(|| "a workflow calls one of another repository, and what that runs is not known".to_owned())
    }

    /// Why more may run in these pipelines than is seen.
    fn unseen(&self, others: &[(String, &'static str)], pipelines: &Pipelines) -> Option<String> {
        if self.parse_errors > 0 {
            return Some("a workflow could not be read".to_owned());
        }
        let other = others.iter().find(|(path, _)| !pipelines.files.contains_key(path));
        let other =
            other.map(|(path, system)| format!("{system} (`{path}`) may run them: {}", unread(path, pipelines)));
        other.or_else(|| tested_elsewhere::doubt(pipelines))
    }

    fn counts(&self, facts: &mut Facts) {
        for fact in COUNTED {
            self.findings.set_count(facts, fact);
        }
        facts.present("parse_errors", Value::count(self.parse_errors));
        facts.present("suppressed", Value::count(self.findings.suppressed()));
        facts.present("composite_actions", Value::count(self.actions));
        facts.present("actions", Value::count(self.pins.len()));
        let pins: Vec<u32> = self.pins.iter().map(|pin| pin.percent()).collect();
        let branches = self.findings.count("branch_actions") > 0;
        let pinned = if pins.is_empty() { Fact::Present(Value::Number(Exact::one())) } else { mean(&pins, 100, "") };
        facts.set("pinned_ratio", pinned);
        facts.set("pin_credit", mean(&pins, if branches { 30 } else { 100 }, "nothing is used from elsewhere"));
        let open = self.findings.count("write_all_permissions") > 0;
        facts.set(
            "permission_credit",
            mean(&self.permissions, if open { 20 } else { 100 }, "no workflow has a token of its own"),
        );
    }

    /// Failures that do not count; that there are none is known only without a doubt.
    fn failures(&self, facts: &mut Facts, doubt: Option<&str>) {
        let [failures, scans] = ["ignored_failures", "ignored_scans"].map(|fact| (fact, self.findings.count(fact)));
        for (fact, count) in [failures, scans] {
            match doubt {
                Some(doubt) if count == 0 => facts.set(fact, Fact::Unobserved(doubt.to_owned())),
                _ => self.findings.set_count(facts, fact),
            }
        }
        let credit = percent(100_usize.saturating_sub(40 * failures.1 + 15 * scans.1));
        facts.set(
            "gate_credit",
            match doubt {
                Some(doubt) if failures.1 + scans.1 == 0 => Fact::Unobserved(doubt.to_owned()),
                _ => Fact::Present(credit),
            },
        );
    }
}

/// Why nothing is known of secrets and logins where nothing is seen that could use them.
const NO_COMMAND: &str = "no command of these pipelines is seen";

/// Why nothing is known of what a pipeline runs.
fn unread(path: &str, pipelines: &Pipelines) -> String {
    let reason = pipelines.unread.get(path).map(|reason| format!("it could not be read: {reason}"));
    reason.unwrap_or_else(|| "no step was found in it".to_owned())
}

/// Why that no failure is ignored is not known where nothing is seen that could fail.
const NO_GATE: &str =
    "no command or action is known to test, lint, build, scan or deploy, whose failure could be ignored";

fn is_gate(run: &Run) -> bool {
    match run.what {
        What::Command => recognised::gate(&run.text).is_some(),
        What::Action => recognised::gate_of_action(&run.text).is_some(),
        What::Foreign(_) => false,
    }
}

/// What was looked at, for who asks what it is that no failure of is ignored.
fn gate_seen(gates: &[&Run]) -> Option<Evidence> {
    let first = gates.first()?;
    let others = match gates.len() - 1 {
        0 => String::new(),
        more => format!(", and {more} more that test, lint, build, scan or deploy"),
    };
    Some(Evidence {
        place: Some(Place { file: first.path.clone(), line: first.line, column: 0 }),
        note: Some(format!("looked at {}{others}", first.note())),
        fact: Some("ignored_failures".to_owned()),
        ..Evidence::default()
    })
}

/// Facts that count findings.
const COUNTED: &[&str] = &[
    "unpinned_actions",
    "official_tags",
    "branch_actions",
    "unpinned_images",
    "missing_permissions",
    "write_all_permissions",
    "broad_permissions",
    "dangerous_checkouts",
    "script_injections",
    "insecure_commands",
];

pub(super) fn percent(percent: usize) -> Value {
    Value::Number(Exact::ratio(percent as u64, 100_u32).unwrap_or_else(Exact::zero))
}

fn mean(percents: &[u32], cap: u32, nothing: &str) -> Fact {
    let sum: u64 = percents.iter().map(|percent| u64::from(*percent)).sum();
    match Exact::ratio(sum, percents.len() as u64 * 100) {
        Some(mean) => Fact::Present(Value::Number(mean.min(Exact::ratio(cap, 100_u32).unwrap_or_else(Exact::one)))),
        None => Fact::Unobserved(nothing.to_owned()),
    }
}

/// Other pipeline systems, each once.
fn others(swept: &Swept, folder: &str, pipelines: &Pipelines) -> Vec<(String, &'static str)> {
    let mut found: Vec<(String, &'static str)> = Vec::new();
    for id in swept.tree().select(&Select::any(crate::world::ClassSet::ALL).below(folder)) {
        let path = swept.path(id);
        let below = path.strip_prefix(folder).unwrap_or(path).trim_start_matches('/');
        let base = below.rsplit('/').next().unwrap_or(below);
        let is_own = matches!(swept.class(id), Class::Src | Class::Tooling);
        let is_yaml = base.ends_with(".yml") || base.ends_with(".yaml");
        let system = OTHERS.iter().find(|(name, _)| {
            let nested = is_own && NESTED.contains(name) && base == *name;
            nested || below == *name || is_yaml && below.strip_prefix(*name).is_some_and(|rest| rest.starts_with('/'))
        });
        let Some((_, system)) = system else { continue };
        match found.iter_mut().find(|(_, known)| known == system) {
            // Of the files of a folder one that is a pipeline speaks for all.
            Some((known, _)) if !pipelines.files.contains_key(known) && pipelines.files.contains_key(path) => {
                path.clone_into(known);
            }
            Some(_) => {}
            None => found.push((path.to_owned(), *system)),
        }
    }
    // Its files may have any name, and only what they say tells them.
    let mut known = pipelines.files.keys().chain(pipelines.unread.keys());
    let concourse = known.find(|path| System::of(path) == System::Concourse);
    found.extend(concourse.map(|path| (path.clone(), "Concourse")));
    found
}
