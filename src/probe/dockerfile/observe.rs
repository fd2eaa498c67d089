//! From digests to facts: what all Dockerfiles that count say together.

use jiff::civil::Date;

use crate::model::report::Evidence;
use crate::model::{Certainty, Exact, Fact, Facts, Observation, Place, Value};
use crate::probe::Look;
use crate::probe::builds::{Builds, join};
use crate::probe::finding::{Finding, Findings};
use crate::probe::image::Pin;
use crate::probe::suppression::{self, Configured};
use crate::world::Swept;

use super::choose::Candidate;
use super::context::{holds_credentials, leaks};
use super::credit::{Credits, mean, share, weighed};
use super::ignores;
use super::judge::{Judged, UsedImage};
use super::parse::Fault;
use super::process::{MainProcess, script_hands_over, weakness};
use super::support::support;
use super::user::{StartsAs, is_dropper};

/// A Dockerfile that counts, with what the sweep kept of it.
pub(super) struct Seen {
    pub(super) path: String,
    pub(super) judged: Result<Judged, Fault>,
}

/// Everything gathered while going through the files.
struct Gathered {
    today: Date,
    findings: Findings,
    evidence: Vec<Evidence>,
    credits: Credits,
    users: Vec<String>,
    parse_errors: usize,
    /// Rules of specialists that are switched off for the repository.
    configured: Vec<Configured>,
    images: usize,
    digests: usize,
    downloads: usize,
    verified: usize,
    healthy: usize,
    context_copies: usize,
    risky: usize,
    leaked: usize,
    leaks_secret: bool,
}

/// Facts and evidence of these files.
pub(super) fn observe(
    look: &Look<'_>,
    today: Date,
    seen: &[Seen],
    aside: &[Candidate],
    builds: &Builds,
) -> Observation {
    let swept = look.swept;
    let mut gathered = Gathered::on(today, look);
    for file in seen {
        match &file.judged {
            Ok(judged) => gathered.take(swept, &file.path, judged, builds),
            Err(fault) => gathered.fault(&file.path, fault),
        }
    }
    for candidate in aside {
        let reason = candidate.set_aside.as_deref().unwrap_or("");
        gathered.evidence.push(Evidence {
            place: Some(Place::file(candidate.path.as_str())),
            note: Some(format!("not counted: {reason}")),
            fact: Some("files".to_owned()),
            ..Evidence::default()
        });
    }
    gathered.finish(seen)
}

impl Gathered {
    fn on(today: Date, look: &Look<'_>) -> Gathered {
        Gathered {
            today,
            findings: Findings::treating(look.suppressions),
            configured: suppression::configured(look, look.folder, &["hadolint", "checkov", "trivy"]),
            evidence: Vec::new(),
            credits: Credits::default(),
            users: Vec::new(),
            parse_errors: 0,
            images: 0,
            digests: 0,
            downloads: 0,
            verified: 0,
            healthy: 0,
            context_copies: 0,
            risky: 0,
            leaked: 0,
            leaks_secret: false,
        }
    }

    fn fault(&mut self, path: &str, fault: &Fault) {
        self.parse_errors += 1;
        self.findings.push(path, Finding::new("parse_errors", fault.line, "parse error", fault.reason.as_str()));
        self.findings.unread(path, fault.reason.as_str());
    }

    fn take(&mut self, swept: &Swept, path: &str, judged: &Judged, builds: &Builds) {
        let run_elsewhere = builds.of(path).next().is_some() && builds.of(path).all(|build| build.has_user);
        let findings = judged.findings.iter().filter_map(|finding| looked_into(swept, path, finding, builds));
        let findings: Vec<Finding> = findings.map(|finding| self.argued(path, judged, finding)).collect();
        let left_out = |fact: &str, line: u32| {
            let mut there = findings.iter().filter(|finding| finding.fact == fact && finding.line == line);
            there.any(|finding| self.findings.leaves_out(finding))
        };
        let user_is_left_out = judged.user.as_ref().is_some_and(|user| left_out("root_users", user.line));
        let images: Vec<&UsedImage> =
            judged.images.iter().filter(|image| !left_out("unpinned_images", image.line)).collect();
        self.pins(path, &images);
        self.findings.extend(path, findings.iter().cloned());
        self.images(path, judged);
        self.support(path, judged);
        if !user_is_left_out {
            self.user(swept, path, judged, run_elsewhere);
        }
        self.process(swept, path, judged);
        self.health(path, judged, builds);
        self.downloads += judged.downloads;
        self.verified += judged
            .downloads
            .saturating_sub(judged.findings.iter().filter(|finding| finding.fact == "unverified_downloads").count());
        self.context(swept, path, judged, builds);
    }

    /// A finding with what the file, or the configuration of a specialist, says about it.
    fn argued(&self, path: &str, judged: &Judged, finding: Finding) -> Finding {
        let spot = ignores::Spot { path, line: finding.line, today: self.today };
        let suppression = ignores::suppression(&judged.ignores, &self.configured, finding.fact, spot);
        Finding { suppression, ..finding }
    }

    fn pins(&mut self, path: &str, images: &[&UsedImage]) {
        for UsedImage { line, text, pin, .. } in images {
            self.credits.pins.push(pin.percent());
            let (fact, note) = match pin {
                Pin::Digest => ("digest_pinned_images", format!("`{text}`")),
                Pin::Version => ("pinned_ratio", format!("`{text}`: {}, not a digest", pin.words())),
                Pin::Floating | Pin::Major | Pin::Minor => continue,
            };
            self.digests += usize::from(*pin == Pin::Digest);
            self.findings.push(path, Finding::new(fact, *line, text.as_str(), note));
        }
    }

    fn images(&mut self, path: &str, judged: &Judged) {
        self.images += judged.images.len();
        for at in &judged.unresolved {
            let note = format!("`{}` needs a variable without a default", at.value);
            self.findings.push(path, Finding::new("unresolved_images", at.line, at.value.as_str(), note));
        }
    }

    /// Images of the deployed chain weigh 10, those of builders 3 (catalogue, container/base-image-supported).
    fn support(&mut self, path: &str, judged: &Judged) {
        for image in &judged.images {
            let support = support(image, self.today);
            let known = support.percent.is_some();
            self.credits.support.extend(support.percent.map(|percent| (percent, if image.is_final { 10 } else { 3 })));
            if known || image.is_final {
                self.findings.extend(path, support.findings);
            }
        }
    }

    fn user(&mut self, swept: &Swept, path: &str, judged: &Judged, run_elsewhere: bool) {
        let Some(user) = &judged.user else { return };
        if let Some(name) = &user.name {
            self.users.push(name.clone());
        }
        if let StartsAs::Unknown(reason) = &user.starts_as {
            self.findings.push(path, Finding::new("unknown_users", user.line, "user", reason.as_str()));
            return;
        }
        let drops = user.starts_as == StartsAs::RootDropping
            || (user.starts_as == StartsAs::Root
                && start_script(swept, path, judged).is_some_and(|text| script_drops(&text)));
        if drops {
            let note = "its start script changes to another user";
            self.findings.push(
                path,
                Finding::new("dropped_privileges", judged.process_line, "start script", note).with(Certainty::Likely),
            );
        }
        self.credits.users.push(match user.starts_as {
            StartsAs::Number => 100,
            StartsAs::Name => 90,
            _ if drops || run_elsewhere => 60,
            _ => 0,
        });
    }

    fn process(&mut self, swept: &Swept, path: &str, judged: &Judged) {
        let credit = match &judged.process {
            MainProcess::Program => 100,
            MainProcess::Shell => 0,
            MainProcess::Wrapper(_) => 50,
            MainProcess::Inherited => {
                let note = "neither `ENTRYPOINT` nor `CMD`; the base image decides";
                self.findings.push(path, Finding::new("unknown_entrypoints", judged.final_line, "inherited", note));
                return;
            }
            MainProcess::Script(script) => match start_script(swept, path, judged) {
                Some(text) if script_hands_over(&text) => 100,
                Some(_) => {
                    let note = format!("`{script}` does not end in `exec`, so its shell stays PID 1");
                    let finding = Finding::new("unforwarding_scripts", judged.process_line, script.as_str(), note);
                    self.findings.push(path, finding.with(Certainty::Likely));
                    0
                }
                None => {
                    let note = format!("`{script}` is not in the repository");
                    self.findings
                        .push(path, Finding::new("unknown_entrypoints", judged.process_line, script.as_str(), note));
                    return;
                }
            },
        };
        self.credits.processes.push(credit);
    }

    fn health(&mut self, path: &str, judged: &Judged, builds: &Builds) {
        let own = judged.health.as_ref().filter(|at| at.value.command.is_some());
        if let Some(at) = own {
            self.healthy += 1;
            if let Some(reason) = weakness(&at.value) {
                self.findings.push(path, Finding::new("weak_healthchecks", at.line, "healthcheck", reason));
            }
        } else if builds.of(path).any(|build| build.has_health) {
            self.healthy += 1;
        } else {
            let note = "no `HEALTHCHECK`, and no compose service that builds it declares one";
            let finding = Finding::new("without_healthcheck", judged.final_line, "healthcheck", note);
            self.findings.push(path, self.argued(path, judged, finding));
        }
    }

    fn context(&mut self, swept: &Swept, path: &str, judged: &Judged, builds: &Builds) {
        let Some(copy) = judged.context_copies.iter().max_by_key(|copy| copy.is_final) else { return };
        self.context_copies += judged.context_copies.len();
        let own_folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let context = builds.of(path).next().map_or(own_folder, |build| build.context.as_str());
        let leaks = leaks(swept, path, context, copy);
        self.risky += leaks.risky;
        self.leaked += leaks.findings.iter().filter(|finding| finding.certainty > Certainty::Hint).count();
        self.leaks_secret |= leaks.has_secret;
        self.findings.extend(path, leaks.findings);
    }

    fn finish(self, seen: &[Seen]) -> Observation {
        let mut facts = Facts::new();
        facts.present("files", Value::count(seen.len()));
        if seen.is_empty() {
            facts.set_reason("no Dockerfile that makes the product");
            return Observation { facts, evidence: self.evidence, requests: 0 };
        }
        for fact in COUNTED {
            self.findings.set_count(&mut facts, fact);
        }
        facts.present("parse_errors", Value::count(self.parse_errors));
        facts.present("suppressed", Value::count(self.findings.suppressed()));
        facts.present("images", Value::count(self.images));
        facts.present("downloads", Value::count(self.downloads));
        facts.present("healthchecks", Value::count(self.healthy));
        facts.present("context_copies", Value::count(self.context_copies));
        self.unobserved_zeros(&mut facts);
        let capped = if self.findings.count("unpinned_images") > 0 { 40 } else { 100 };
        facts.set("pinned_ratio", mean(&self.credits.pins, 100, "no image with a known name"));
        facts.set("pin_credit", mean(&self.credits.pins, capped, "no image with a known name"));
        facts.set("support_credit", weighed(&self.credits.support, "no image whose support is known"));
        facts.set("user_credit", mean(&self.credits.users, 100, "no image whose user is known"));
        facts.set("signal_credit", mean(&self.credits.processes, 100, "no image whose main process is known"));
        let verified = match self.findings.count("verification_off") {
            0 => share(self.verified, self.downloads, "nothing is downloaded"),
            _ => Fact::Present(Value::Number(Exact::zero())),
        };
        facts.set("verified_ratio", verified);
        let kept_out = if self.leaks_secret { 0 } else { self.risky.saturating_sub(self.leaked) };
        facts.set("filtered_ratio", share(kept_out, self.risky, "nothing in the context has to stay out"));
        match (self.users.as_slice(), seen.len()) {
            ([user], 1) => facts.present("final_user", Value::Text(user.clone())),
            (_, 1) => facts.set("final_user", Fact::Unobserved("the final user is not known".to_owned())),
            _ => facts.set("final_user", Fact::Unobserved("several Dockerfiles; `users` lists them".to_owned())),
        }
        facts.present("users", Value::List(self.users.into_iter().map(Value::Text).collect()));
        let mut evidence = self.findings.evidence();
        evidence.extend(self.evidence);
        Observation { facts, evidence, requests: 0 }
    }

    /// A zero is only an observation where every file could tell.
    fn unobserved_zeros(&self, facts: &mut Facts) {
        let pairs = [
            (
                "unmapped_bases",
                &["unsupported_bases", "extended_bases", "ending_bases"][..],
                "the support of a base image is not known",
            ),
            (
                "unresolved_images",
                &["unsupported_bases", "extended_bases", "ending_bases"][..],
                "an image name needs a variable without a default",
            ),
            (
                "unresolved_images",
                &["unpinned_images", "weakly_pinned_images"][..],
                "an image name needs a variable without a default",
            ),
            ("unknown_users", &["root_users", "unnumbered_users"][..], "the final user of an image is not known"),
            (
                "unknown_entrypoints",
                &["shell_form_entrypoints", "wrapped_entrypoints", "unforwarding_scripts"][..],
                "the main process of an image is not known",
            ),
        ];
        for (unknown, counted, reason) in pairs {
            if self.findings.count(unknown) == 0 {
                continue;
            }
            for fact in counted.iter().filter(|fact| self.findings.count(fact) == 0) {
                facts.set(*fact, Fact::Unobserved(reason.to_owned()));
            }
        }
    }
}

/// Facts that count findings.
const COUNTED: &[&str] = &[
    "root_users",
    "unnumbered_users",
    "unknown_users",
    "dropped_privileges",
    "unpinned_images",
    "weakly_pinned_images",
    "unresolved_images",
    "digest_pinned_images",
    "shell_form_entrypoints",
    "wrapped_entrypoints",
    "unforwarding_scripts",
    "unknown_entrypoints",
    "without_healthcheck",
    "weak_healthchecks",
    "secrets",
    "secret_names",
    "unverified_downloads",
    "remote_adds",
    "verification_off",
    "context_leaks",
    "unsupported_bases",
    "extended_bases",
    "ending_bases",
    "unmapped_bases",
];

/// A copied file that the repository has is looked into: without a credential in it there is nothing to find.
fn looked_into(swept: &Swept, path: &str, finding: &Finding, builds: &Builds) -> Option<Finding> {
    let copied = finding.subject.strip_prefix("COPY ").or_else(|| finding.subject.strip_prefix("ADD "));
    let Some(source) = copied else { return Some(finding.clone()) };
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let contexts = builds.of(path).map(|build| build.context.as_str()).chain([folder, ""]);
    let place = contexts.filter_map(|context| join(context, source)).find(|place| swept.tree().find(place).is_some());
    match place {
        None => Some(finding.clone()),
        Some(place) if holds_credentials(swept, &place) => Some(finding.clone().with(Certainty::Certain)),
        Some(_) => None,
    }
}

/// The text of the start script, if the repository has it.
fn start_script(swept: &Swept, path: &str, judged: &Judged) -> Option<String> {
    let MainProcess::Script(script) = &judged.process else { return None };
    let base = script.rsplit('/').next().unwrap_or(script);
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut sources: Vec<&str> = Vec::new();
    for (source, destination) in &judged.copied {
        let renamed = destination.rsplit('/').next() == Some(base);
        if renamed || source.rsplit('/').next() == Some(base) {
            sources.push(source);
        }
    }
    sources.push(base);
    let places = sources.iter().flat_map(|source| [join("", source), join(folder, source)]).flatten();
    places
        .into_iter()
        .find_map(|place| swept.read(&place, 256 * 1024).ok())
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn script_drops(text: &str) -> bool {
    text.lines().filter(|line| !line.trim_start().starts_with('#')).any(|line| line.split_whitespace().any(is_dropper))
}
