//! The status report as Markdown (GFM), to be mailed or committed as it is.
//! The order of its parts is decided here; each part is in a file of its own, and `page` keeps text text.

mod areas;
mod gantt;
mod outlook;
mod page;
mod records;
mod roadmap;

use page::{Page, code, escape};

use super::{FormatDef, Style, digest, figures};
use crate::model::report::Report;
use crate::model::{Outcome, Verdict};

/// `markdown`
pub(super) static FORMAT: FormatDef =
    FormatDef { name: "markdown", doc: "a status report that can be mailed as it is", extension: "md", render };

fn render(report: &Report, _: &Style) -> Vec<u8> {
    let mut page = Page::default();
    header(&mut page, report);
    areas::overview(&mut page, report);
    areas::blockers(&mut page, report);
    outlook::next_actions(&mut page, report);
    areas::details(&mut page, report);
    records::gates(&mut page, report);
    records::metrics(&mut page, report);
    records::alternatives(&mut page, report);
    roadmap::roadmap(&mut page, report);
    outlook::risks(&mut page, report);
    outlook::team_and_costs(&mut page, report);
    records::waivers(&mut page, report);
    records::suppressed(&mut page, report);
    records::claims(&mut page, report);
    records::resolutions(&mut page, report);
    records::evidence_log(&mut page, report);
    records::apart(&mut page, report);
    records::sections(&mut page, report);
    records::problems(&mut page, report);
    records::provenance(&mut page, report);
    page.into_bytes()
}

fn header(page: &mut Page, report: &Report) {
    page.heading(1, &format!("{}: production readiness", escape(&report.system.name)));
    let mut facts = vec![("Status", format!("{} **{}**", verdict_sign(report.verdict), report.verdict.words()))];
    facts.push(("Date", escape(&figures::moment(&report.run.started_at))));
    let run = &report.run;
    let optional = [
        ("As of", run.as_of.as_ref().map(|day| escape(day))),
        ("Environment", run.environment.as_ref().map(|name| escape(name))),
        ("Commit", run.commit.as_ref().map(|commit| commit_words(commit, run.dirty))),
        ("Owner", report.system.owner.as_ref().map(|owner| escape(owner))),
        ("Target date", report.system.target_date.as_ref().map(|day| escape(day))),
        ("Selection", run.selection.as_ref().map(|terms| code(&terms.join(" ")))),
    ];
    facts.extend(optional.into_iter().filter_map(|(label, value)| Some((label, value?))));
    for (label, value) in facts {
        page.item(0, &format!("**{label}:** {value}"));
    }
    page.paragraph(&escape(&digest::summary(report)));
    page.paragraph(&format!("> {}", escape(&report.verdict_line)));
    for reason in &report.reasons {
        page.item(0, &escape(reason));
    }
}

fn commit_words(commit: &str, dirty: Option<bool>) -> String {
    let short: String = commit.chars().take(12).collect();
    format!("{}{}", code(&short), figures::changes(dirty))
}

fn verdict_sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ready => "✅",
        Verdict::NotReady => "❌",
        Verdict::Inconclusive => "❔",
    }
}

fn sign(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "✅",
        Outcome::Fail => "❌",
        Outcome::Unknown | Outcome::Blocked => "❔",
        Outcome::NotApplicable => "➖",
    }
}

/// A cell that may be empty.
fn cell(text: Option<&String>) -> String {
    text.map(|text| escape(text)).unwrap_or_default()
}

/// Ids as code, with commas.
fn ids(list: &[String]) -> String {
    list.iter().map(|id| code(id)).collect::<Vec<_>>().join(", ")
}
