//! From digests to facts.

use std::collections::BTreeSet;

use crate::model::{Exact, Fact, Facts, Observation, Value};
use crate::probe::builds::join;
use crate::probe::evidence;
use crate::probe::finding::{Finding, Findings, unobserve_zeros};
use crate::probe::percent::mean;
use crate::probe::purpose;
use crate::probe::unrendered::Fault;
use crate::world::{Swept, WantId};

use super::rules::RuleFile;
use super::symptom::KINDS;
use super::{COUNTED, Digest};

/// Facts and evidence of the rule files that a want found.
pub(super) fn observe(swept: &Swept, want: WantId, explicit: bool) -> Observation {
    let mut findings = Findings::default();
    let mut aside = Vec::new();
    let mut files: Vec<(&str, &RuleFile)> = Vec::new();
    let (mut parse_errors, mut sources) = (0_usize, Vec::new());
    for (id, digest) in swept.get(want).own::<Digest>() {
        let path = swept.path(id);
        let reason = if explicit { None } else { purpose::aside(path, swept.class(id)) };
        match (digest, reason) {
            (Ok(Ok(None)), _) => {}
            (Ok(_), Some(reason)) => aside.push(evidence::file(path, format!("not counted: {reason}"))),
            (Ok(Ok(Some(file))), None) => files.push((path, file)),
            (Ok(Err(Fault::Source(reason))), None) => sources.push((path, reason.as_str())),
            (Ok(Err(Fault::Unrendered(reason))), None) => findings.unread(path, reason.as_str()),
            (Ok(Err(Fault::Broken { line, reason })), None) => {
                parse_errors += 1;
                findings.push(path, Finding::new("parse_errors", *line, "parse error", reason.as_str()));
                findings.unread(path, reason.as_str());
            }
            // Too large, or no text: no rule file unless somebody says so.
            (Err(unknown), _) if explicit => {
                parse_errors += 1;
                findings.unread(path, unknown.to_string());
            }
            (Err(_), _) => {}
        }
    }
    if files.iter().all(|(_, file)| file.alerts == 0) {
        sources.into_iter().for_each(|(path, reason)| findings.unread(path, reason));
    }
    let mut facts = Facts::new();
    facts.present("parse_errors", Value::count(parse_errors));
    findings.set_number(&mut facts, "files", files.len());
    for (path, file) in &files {
        findings.extend(path, file.findings.iter().cloned());
        dead_runbooks(swept, path, file, &mut findings);
    }
    sums(&files, &findings, &mut facts);
    let mut evidence = findings.evidence();
    evidence.extend(aside);
    Observation { facts, evidence, requests: 0 }
}

/// A runbook that is a path lies beside its rule file or below the root.
fn dead_runbooks(swept: &Swept, path: &str, file: &RuleFile, findings: &mut Findings) {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    for (alert, line, runbook) in &file.runbooks {
        let name = runbook.split('#').next().unwrap_or(runbook);
        let places = [join(folder, name), join("", name.trim_start_matches('/'))];
        if !places.iter().flatten().any(|place| swept.tree().find(place).is_some()) {
            let note = format!("`{alert}`: the runbook `{runbook}` is not in the repository");
            findings.push(path, Finding::new("dead_runbooks", *line, alert.as_str(), note));
        }
    }
}

fn sums(files: &[(&str, &RuleFile)], findings: &Findings, facts: &mut Facts) {
    let alerts: usize = files.iter().map(|(_, file)| file.alerts).sum();
    let covered: BTreeSet<usize> = files.iter().flat_map(|(_, file)| file.symptoms.iter().copied()).collect();
    let quality: Vec<u32> = files.iter().flat_map(|(_, file)| file.quality.iter().copied()).collect();
    findings.set_number(facts, "alerts", alerts);
    findings.set_number(facts, "recordings", files.iter().map(|(_, file)| file.recordings).sum());
    findings.set_number(facts, "symptoms", covered.len());
    for (name, _) in COUNTED {
        findings.set_count(facts, name);
    }
    if alerts == 0 {
        unobserve_zeros(facts, COUNTED[1..].iter().map(|(name, _)| *name), "no alert");
    }
    let names = covered.iter().map(|at| Value::Text(KINDS[*at].to_owned()));
    facts.present("covered", Value::List(names.collect()));
    facts.set("quality_ratio", mean(&quality, "no alert"));
    let sum: u64 = quality.iter().map(|percent| u64::from(*percent)).sum();
    facts.set("alert_credit", credit(covered.len() as u64, sum, quality.len() as u64));
}

/// 60 % for the share of kinds out of five, 40 % for the mean quality.
fn credit(kinds: u64, sum: u64, count: u64) -> Fact {
    // 0.6 · kinds / 5 + 0.4 · sum / (100 · count), over one denominator.
    let ratio = Exact::ratio(120 * kinds * count + 4 * sum, 1000 * count);
    Fact::Present(Value::Number(ratio.unwrap_or_else(Exact::zero)))
}

#[cfg(test)]
mod tests {
    use super::super::DEF;
    use crate::probe::trial::{count, observe, percent};

    const ALERT: &str =
        "    labels: {severity: page}\n    annotations: {summary: x, runbook_url: docs/shop.md}\n    for: 5m\n";

    #[test]
    fn symptoms_and_quality_become_credit() {
        let text = format!(
            "groups:\n- name: g\n  rules:\n  - alert: Down\n    expr: up == 0\n{ALERT}  - alert: Errors\n    expr: rate(errors_total[5m]) > 1\n{ALERT}"
        );
        let seen = observe(&DEF, "{}", &[("alerts/shop.yml", text.as_str()), ("docs/shop.md", "x")]);
        assert_eq!(
            (count(&seen, "alerts"), count(&seen, "symptoms"), count(&seen, "dead_runbooks")),
            (Some(2), Some(2), Some(0))
        );
        assert_eq!((percent(&seen, "quality_ratio"), percent(&seen, "alert_credit")), (Some(100), Some(64)));
        let dead = observe(&DEF, "{}", &[("alerts/shop.yml", text.as_str())]);
        assert_eq!(count(&dead, "dead_runbooks"), Some(2));
    }

    #[test]
    fn nothing_is_zero_alerts_and_no_quality() {
        let seen = observe(&DEF, "{}", &[("a.yml", "a: 1\n")]);
        assert_eq!(
            (count(&seen, "alerts"), count(&seen, "without_for"), percent(&seen, "alert_credit")),
            (Some(0), None, Some(0))
        );
        let mixin = ("mixin/alerts.libsonnet", "{groups: [{rules: [{alert: 'A', expr: 'up == 0'}]}]}");
        assert_eq!(count(&observe(&DEF, "{}", &[mixin]), "alerts"), None);
        let rendered = ("alerts.yml", "groups:\n- name: g\n  rules:\n  - {alert: A, expr: up == 0}\n");
        let both = observe(&DEF, "{}", &[mixin, rendered]);
        assert_eq!((count(&both, "alerts"), count(&both, "malformed_rules")), (Some(1), Some(0)));
        let broken = observe(
            &DEF,
            "{}",
            &[("a.yml", "groups:\n- name: [\n  rules: [{alert: a, expr: b}]\n# alert: x expr: y\n")],
        );
        assert_eq!((count(&broken, "parse_errors"), count(&broken, "alerts")), (Some(1), None));
    }
}
