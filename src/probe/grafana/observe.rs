//! From digests to facts.

use std::collections::BTreeSet;

use crate::model::{Facts, Observation, Value};
use crate::probe::evidence;
use crate::probe::finding::{Finding, Findings, unobserve_zeros};
use crate::probe::percent::percent;
use crate::probe::purpose;
use crate::probe::unrendered::Fault;
use crate::world::{Swept, WantId};

use super::dashboard::{Dashboard, SIGNALS};
use super::{COUNTED, Digest};

/// Facts and evidence of the dashboards that a want found.
pub(super) fn observe(swept: &Swept, want: WantId, explicit: bool) -> Observation {
    let mut findings = Findings::default();
    let mut evidence = Vec::new();
    let mut dashboards: Vec<&Dashboard> = Vec::new();
    let (mut parse_errors, mut sources) = (0_usize, Vec::new());
    for (id, digest) in swept.get(want).own::<Digest>() {
        let path = swept.path(id);
        let reason = if explicit { None } else { purpose::aside(path, swept.class(id)) };
        match (digest, reason) {
            (Ok(Ok(found)), _) if found.is_empty() => {}
            (Ok(_), Some(reason)) => evidence.push(evidence::file(path, format!("not counted: {reason}"))),
            (Ok(Ok(found)), None) => {
                for dashboard in found {
                    one(path, dashboard, &mut findings);
                    let title = dashboard.title.as_deref().unwrap_or("without a title");
                    evidence.push(evidence::file(path, format!("dashboard `{title}`, {} panels", dashboard.panels)));
                    dashboards.push(dashboard);
                }
            }
            (Ok(Err(Fault::Source(reason))), None) => sources.push((path, reason.as_str())),
            (Ok(Err(Fault::Unrendered(reason))), None) => findings.unread(path, reason.as_str()),
            (Ok(Err(Fault::Broken { line, reason })), None) => {
                parse_errors += 1;
                findings.push(path, Finding::new("parse_errors", *line, "parse error", reason.as_str()));
                findings.unread(path, reason.as_str());
            }
            (Err(unknown), _) if explicit => {
                parse_errors += 1;
                findings.unread(path, unknown.to_string());
            }
            (Err(_), _) => {}
        }
    }
    if dashboards.is_empty() {
        sources.into_iter().for_each(|(path, reason)| findings.unread(path, reason));
    }
    let mut facts = Facts::new();
    facts.present("parse_errors", Value::count(parse_errors));
    sums(&dashboards, &findings, &mut facts);
    evidence.truncate(evidence::MOST_SHOWN);
    let mut all = findings.evidence();
    all.extend(evidence);
    Observation { facts, evidence: all, requests: 0 }
}

fn one(path: &str, dashboard: &Dashboard, findings: &mut Findings) {
    if dashboard.title.is_none() {
        findings.push(path, Finding::new("untitled_dashboards", 0, "title", "has no title"));
    }
    if dashboard.panels == 0 {
        findings.push(path, Finding::new("empty_dashboards", 0, "panels", "has no panel"));
    }
    for panel in &dashboard.without_query {
        let note = format!("the panel `{panel}` asks for no data");
        findings.push(path, Finding::new("panels_without_query", 0, panel.as_str(), note));
    }
}

fn sums(dashboards: &[&Dashboard], findings: &Findings, facts: &mut Facts) {
    let signals: BTreeSet<usize> = dashboards.iter().flat_map(|dashboard| dashboard.signals.iter().copied()).collect();
    let sources: BTreeSet<&String> = dashboards.iter().flat_map(|dashboard| &dashboard.datasources).collect();
    findings.set_number(facts, "dashboards", dashboards.len());
    findings.set_number(facts, "panels", dashboards.iter().map(|dashboard| dashboard.panels).sum());
    findings.set_number(facts, "signals", signals.len());
    for (name, _) in COUNTED {
        findings.set_count(facts, name);
    }
    if dashboards.is_empty() {
        unobserve_zeros(facts, COUNTED.iter().map(|(name, _)| *name), "no dashboard");
    }
    facts.present("covered", Value::List(signals.iter().map(|at| Value::Text(SIGNALS[*at].to_owned())).collect()));
    facts.present("datasources", Value::List(sources.into_iter().map(|kind| Value::Text(kind.clone())).collect()));
    let reached = if dashboards.is_empty() { 0 } else { 50 };
    let share = u32::try_from(signals.len() * 50 / SIGNALS.len()).unwrap_or(50);
    facts.set("dashboard_credit", percent(reached + share));
}

#[cfg(test)]
mod tests {
    use super::super::DEF;
    use crate::probe::trial::{count, observe, percent};

    #[test]
    fn a_dashboard_counts_by_its_signals() {
        let text = r#"{"title": "Shop", "schemaVersion": 39, "panels": [
            {"type": "timeseries", "targets": [{"expr": "sum(rate(http_requests_total[5m]))"}]},
            {"type": "timeseries", "targets": [{"expr": "histogram_quantile(0.99, x)"}]}]}"#;
        let seen = observe(&DEF, "{}", &[("dashboards/shop.json", text), ("package.json", "{}")]);
        assert_eq!(
            (count(&seen, "dashboards"), count(&seen, "panels"), count(&seen, "signals")),
            (Some(1), Some(2), Some(2))
        );
        assert_eq!(percent(&seen, "dashboard_credit"), Some(75));
    }

    #[test]
    fn none_is_none_and_a_broken_one_leaves_zeros_open() {
        let none = observe(&DEF, "{}", &[("a.json", "{}")]);
        assert_eq!(
            (count(&none, "dashboards"), count(&none, "empty_dashboards"), percent(&none, "dashboard_credit")),
            (Some(0), None, Some(0))
        );
        let broken = observe(&DEF, "{}", &[("d.json", "{\"schemaVersion\": 1, \"panels\": [")]);
        assert_eq!((count(&broken, "parse_errors"), count(&broken, "dashboards")), (Some(1), None));
    }
}
