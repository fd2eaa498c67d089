//! `shipworthy plan`: what would be read, run and contacted, before anything happens.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::{Context, Result};
use serde_json::json;

use super::args::PlanArgs;
use super::console::Console;
use super::exit::Exit;
use super::setup;
use super::validate::plural;
use crate::model::Masker;
use crate::model::target::Credential;
use crate::plan::{Finding, Plan, PlannedObservation, routes};
use crate::probe::Contact;
use crate::report::Verbosity;
use crate::world::quota::Most;

pub(super) fn run(arguments: &PlanArgs, console: &Console) -> Result<Exit> {
    let options = setup::options(&arguments.spec, &arguments.select, None)?;
    let prepared = match setup::prepare(&options, console)? {
        Ok(prepared) => prepared,
        Err(exit) => return Ok(exit),
    };
    setup::name_root(&options, console);
    let plan = prepared.plan.as_ref();
    let text = if arguments.json {
        format!("{:#}\n", as_json(plan))
    } else {
        as_text(plan, prepared.tree.entries().len(), console.style.verbosity)
    };
    let masker = Masker::new(prepared.loaded.secrets.iter().map(String::as_str));
    console.print(masker.mask(&text).as_bytes()).context("cannot write to standard output")?;
    Ok(Exit::Yes)
}

fn as_text(plan: &Plan, files: usize, verbosity: Verbosity) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{} in {}; nothing was run or contacted",
        plural(plan.checks.len(), "check"),
        plural(plan.areas.len(), "area")
    );
    let _ = writeln!(text, "\nreads\n  {} of the repository's source set, once, for all checks", plural(files, "file"));
    section(&mut text, "runs", commands(plan), "no command");
    text.push_str("  git, read only, for commits and their times; not with --no-exec\n");
    let totals = totals(plan).into_iter().map(|total| total.in_words());
    section(&mut text, "contacts", contacts(plan).into_iter().chain(totals).collect(), "no live system");
    if verbosity != Verbosity::Quiet {
        checks(&mut text, plan);
    }
    text
}

fn section(text: &mut String, title: &str, lines: Vec<String>, none: &str) {
    let _ = writeln!(text, "\n{title}");
    if lines.is_empty() {
        let _ = writeln!(text, "  {none}");
    }
    for line in lines {
        let _ = writeln!(text, "  {}", line.escape_debug().to_string().replace("\\\"", "\"").replace("\\'", "'"));
    }
}

fn commands(plan: &Plan) -> Vec<String> {
    let mut lines = Vec::new();
    for planned in &plan.observations {
        for argv in &planned.touch.runs {
            let refused = planned.refused.as_ref().map(|reason| format!("   (not run: {reason})")).unwrap_or_default();
            let folder = if planned.folder.is_empty() { String::new() } else { format!("   in {}", planned.folder) };
            lines.push(format!("{}{folder}{refused}", argv.join(" ")));
        }
    }
    lines
}

fn contacts(plan: &Plan) -> Vec<String> {
    plan.observations.iter().flat_map(|planned| asked(plan, planned).into_iter().chain(logins(plan, planned))).collect()
}

/// What one target may get in all.
struct Total<'a> {
    target: &'a str,
    /// Requests of all observations, load left out.
    at_most: u64,
    /// Where the audit stops, whatever the observations would still send.
    limit: Most,
}

impl Total<'_> {
    fn in_words(&self) -> String {
        let limit = match self.limit {
            Most::Any => String::new(),
            Most::Exactly(most) => format!("; it ends after {most} (`max_requests`)"),
            Most::Far(most) => format!("; it ends after {most} unless the target is on this machine"),
        };
        let most = plural(usize::try_from(self.at_most).unwrap_or(usize::MAX), "request");
        format!("target {}   at most {most} in all{limit}", self.target)
    }
}

/// What each target may get over HTTP.
fn totals(plan: &Plan) -> Vec<Total<'_>> {
    let mut totals: BTreeMap<&str, u64> = BTreeMap::new();
    for planned in plan.observations.iter().filter(|planned| !planned.touch.load && planned.refused.is_none()) {
        let Some(name) = planned.probe.target() else { continue };
        let asked: u64 = planned.touch.contacts.iter().map(|contact| contact.at_most).sum();
        let logins: u64 = login_posts(plan, planned).iter().map(|post| post.at_most).sum();
        *totals.entry(name).or_default() += asked + logins;
    }
    let over_http = |name: &str| {
        let url = plan.targets.get(name)?.url.as_ref().ok()?;
        url.starts_with("http").then(|| Most::of(plan.targets.get(name)))
    };
    let total = |(target, at_most)| Some(Total { target, at_most, limit: over_http(target)? });
    totals.into_iter().filter_map(total).collect()
}

/// Logins of one observation: its credentials that are some.
fn logins(plan: &Plan, planned: &PlannedObservation) -> Vec<String> {
    let shown = |post: Contact| {
        let most = plural(usize::try_from(post.at_most).unwrap_or(usize::MAX), "time");
        format!("{} {}   at most {most}, login", post.verb, address(plan, &post))
    };
    login_posts(plan, planned).into_iter().map(shown).collect()
}

fn login_posts(plan: &Plan, planned: &PlannedObservation) -> Vec<Contact> {
    let Some(name) = planned.probe.target() else { return Vec::new() };
    let Some(target) = plan.targets.get(name) else { return Vec::new() };
    let presented = planned.touch.presents.iter().filter_map(|presented| {
        let Ok(Credential::Login(login)) = target.credentials.get(&presented.credentials)? else { return None };
        let page = login.page.as_ref().map(|page| Contact::below(name, "GET", page, presented.at_most));
        Some(page.into_iter().chain([Contact::below(name, "POST", &login.path, presented.at_most)]))
    });
    presented.flatten().collect()
}

fn asked(plan: &Plan, planned: &PlannedObservation) -> Vec<String> {
    let all = planned.touch.contacts.iter();
    all.map(|contact| {
        let kind = if planned.touch.load {
            ", load"
        } else if planned.touch.active {
            ", active"
        } else {
            ""
        };
        let most = plural(usize::try_from(contact.at_most).unwrap_or(usize::MAX), "time");
        format!("{} {}   at most {most}{kind}", contact.verb, address(plan, contact))
    })
    .collect()
}

fn address(plan: &Plan, contact: &Contact) -> String {
    let Some(name) = &contact.target else { return contact.url.clone() };
    match plan.targets.get(name).map(|target| &target.url) {
        Some(Ok(url)) => format!("{}{}", without_user(url).trim_end_matches('/'), contact.url),
        Some(Err(reason)) => format!("target {name} ({reason}) {}", contact.url),
        None => format!("target {name} {}", contact.url),
    }
}

/// A URL without its user-info and query, which may be secret.
fn without_user(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or(url);
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
            format!("{scheme}://{}{path}", authority.rsplit_once('@').map_or(authority, |(_, host)| host))
        }
        None => url.to_owned(),
    }
}

fn checks(text: &mut String, plan: &Plan) {
    for (number, area) in plan.areas.iter().enumerate() {
        let members: Vec<usize> =
            (0..plan.checks.len()).filter(|index| plan.outline.checks[*index].area == number).collect();
        if members.is_empty() {
            continue;
        }
        let outline = &plan.outline.areas[number];
        let _ = writeln!(
            text,
            "\n{} ({}, {} priority, weight {})",
            area.title,
            outline.id,
            area.priority.word(),
            outline.weight
        );
        for index in members {
            let check = &plan.outline.checks[index];
            let how = how(plan, index);
            let _ = writeln!(text, "  {:<8} {}   {how}", check.severity.word(), check.id);
        }
    }
}

fn how(plan: &Plan, index: usize) -> String {
    match &plan.checks[index].finding {
        Finding::NotApplicable(reason) => format!("n/a: {reason}"),
        Finding::Disabled(reason) => format!("disabled: {reason}"),
        Finding::Unknown(reason) => format!("unknown: {reason}"),
        Finding::Claimed => "a claim without evidence".to_owned(),
        Finding::AnyOf(_) => format!("any of {}", plan.checks[index].any_of.join(", ")),
        Finding::Routes(_) => routes(plan, index).join(", then "),
    }
}

fn as_json(plan: &Plan) -> serde_json::Value {
    let check = |index: usize| {
        let outline = &plan.outline.checks[index];
        json!({
            "id": outline.id,
            "rule": plan.checks[index].rule,
            "area": plan.outline.areas[outline.area].id,
            "title": outline.title,
            "severity": outline.severity.word(),
            "tags": plan.checks[index].tags,
            "routes": routes(plan, index),
            "requires": outline.requires,
            "how": how(plan, index),
        })
    };
    json!({
        "checks": (0..plan.checks.len()).map(check).collect::<Vec<_>>(),
        "runs": commands(plan),
        "contacts": contacts(plan),
        "totals": totals(plan).iter().map(|total| json!({ "target": total.target, "at_most": total.at_most })).collect::<Vec<_>>(),
    })
}
