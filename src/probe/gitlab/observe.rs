//! From digests to facts.

use crate::model::{Exact, Fact, Facts, Observation, Value};
use crate::probe::finding::{Finding, Findings};
use crate::probe::percent::percent;
use crate::world::{Swept, WantId};

use super::pipeline::{Pipeline, is_start};
use super::{COUNTED, Digest};

/// Facts and evidence of the pipeline that a want found.
pub(super) fn observe(swept: &Swept, want: WantId) -> Observation {
    let mut findings = Findings::default();
    let mut sum = Pipeline::default();
    let (mut files, mut parse_errors, mut starts) = (0_usize, 0_usize, false);
    for (id, digest) in swept.get(want).own::<Digest>() {
        let path = swept.path(id);
        starts |= is_start(path);
        files += 1;
        match digest {
            Ok(Ok(pipeline)) => {
                findings.extend(path, pipeline.findings.iter().cloned());
                sum.jobs += pipeline.jobs;
                sum.test_jobs += pipeline.test_jobs;
                sum.images += pipeline.images;
                sum.includes += pipeline.includes;
            }
            Ok(Err(fault)) => {
                parse_errors += 1;
                findings.push(path, Finding::new("parse_errors", fault.line, "parse error", fault.reason.as_str()));
                findings.unread(path, fault.reason.as_str());
            }
            Err(unknown) => {
                parse_errors += 1;
                findings.unread(path, unknown.to_string());
            }
        }
    }
    let mut facts = Facts::new();
    if !starts {
        facts.present("files", Value::count(0));
        facts.set_reason("no `.gitlab-ci.yml`");
        return Observation { facts, evidence: Vec::new(), requests: 0 };
    }
    facts.present("files", Value::count(files));
    facts.present("parse_errors", Value::count(parse_errors));
    for (name, number) in
        [("jobs", sum.jobs), ("test_jobs", sum.test_jobs), ("images", sum.images), ("includes", sum.includes)]
    {
        findings.set_number(&mut facts, name, number);
    }
    for (name, _) in COUNTED {
        findings.set_count(&mut facts, name);
    }
    facts.set("pinned_ratio", pinned(&findings, sum.images + sum.includes));
    let lost = 40 * findings.count("ignored_failures") + 15 * findings.count("ignored_scans");
    facts.set("gate_credit", percent(100_u32.saturating_sub(u32::try_from(lost).unwrap_or(100))));
    Observation { facts, evidence: findings.evidence(), requests: 0 }
}

fn pinned(findings: &Findings, all: usize) -> Fact {
    let loose = findings.count("moving_images") + findings.count("loose_includes");
    match Exact::ratio(all.saturating_sub(loose) as u64, all as u64) {
        Some(ratio) => Fact::Present(Value::Number(ratio)),
        None => percent(100),
    }
}

#[cfg(test)]
mod tests {
    use super::super::DEF;
    use crate::probe::trial::{count, observe, percent};

    #[test]
    fn a_pipeline_and_what_it_includes_are_one() {
        let start = "include: [{local: /.gitlab/test.yml}]\nbuild: {image: \"node:22.1.0\", script: [npm run build]}\n";
        let files = [(".gitlab-ci.yml", start), (".gitlab/test.yml", "unit: {image: node, script: [npm test]}\n")];
        let seen = observe(&DEF, "{}", &files);
        for (fact, number) in [("files", 2), ("jobs", 2), ("test_jobs", 1), ("images", 2), ("moving_images", 1)] {
            assert_eq!(count(&seen, fact), Some(number), "{fact}");
        }
        assert_eq!(percent(&seen, "pinned_ratio"), Some(50));
    }

    #[test]
    fn no_pipeline_is_none_and_a_broken_one_leaves_zeros_open() {
        let none = observe(&DEF, "{}", &[(".gitlab/x.yml", "a: {script: [x]}\n")]);
        assert_eq!((count(&none, "files"), count(&none, "jobs")), (Some(0), None));
        let broken = observe(&DEF, "{}", &[(".gitlab-ci.yml", "unit: [\n")]);
        assert_eq!((count(&broken, "parse_errors"), count(&broken, "ignored_failures")), (Some(1), None));
    }
}
