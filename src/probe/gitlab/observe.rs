//! From digests to facts, over pipelines that are put together.

use crate::model::{Exact, Fact, Facts, Observation, Value};
use crate::probe::finding::{Finding, Findings};
use crate::probe::percent::percent;
use crate::world::{Swept, WantId};

use super::files::{self, Resolved};
use super::whole::Whole;
use super::{COUNTED, Digest};

/// Facts and evidence of the pipeline that a want found.
pub(super) fn observe(swept: &Swept, want: WantId) -> Observation {
    let read = swept.get(want).own::<Digest>().map(|(id, digest)| {
        let pipeline = match digest {
            Ok(Ok(pipeline)) => Ok(pipeline.clone()),
            Ok(Err(fault)) => Err(Finding::new("parse_errors", fault.line, "parse error", fault.reason.as_str())),
            Err(unknown) => Err(Finding::new("parse_errors", 0, "parse error", unknown.to_string())),
        };
        (id, pipeline)
    });
    match files::resolve(swept, read) {
        Some(resolved) => facts_of(resolved),
        None => {
            let mut facts = Facts::new();
            facts.present("files", Value::count(0));
            facts.set_reason("no `.gitlab-ci.yml`");
            Observation { facts, evidence: Vec::new(), requests: 0 }
        }
    }
}

fn facts_of(resolved: Resolved) -> Observation {
    let Resolved { read, mut findings, pipelines } = resolved;
    let (mut parse_errors, mut images, mut includes, mut templates) = (0_usize, 0, 0, 0);
    for (path, pipeline) in &read {
        match pipeline {
            Ok(pipeline) => {
                findings.extend(path, pipeline.findings.iter().cloned());
                images += pipeline.images;
                includes += pipeline.includes;
                templates += pipeline.templates;
            }
            Err(fault) => {
                parse_errors += 1;
                findings.unread(path, fault.note.clone());
                findings.push(path, fault.clone());
            }
        }
    }
    let (mut jobs, mut test_jobs) = (0, 0);
    for pipeline in &pipelines {
        let work = Whole::of(&read, &pipeline.files).work();
        jobs += work.jobs;
        test_jobs += work.test_jobs;
        work.findings.into_iter().for_each(|(file, finding)| findings.push(&file, finding));
    }
    let mut facts = Facts::new();
    facts.present("files", Value::count(read.len()));
    facts.present("parse_errors", Value::count(parse_errors));
    for (name, number) in [("jobs", jobs), ("test_jobs", test_jobs), ("images", images), ("includes", includes)] {
        findings.set_number(&mut facts, name, number);
    }
    for (name, number) in [("jobs", jobs), ("test_jobs", test_jobs)] {
        if number == 0 && includes + templates > 0 {
            facts.set(name, Fact::Unobserved("what is included from elsewhere may bring some".to_owned()));
        }
    }
    for (name, _) in COUNTED {
        findings.set_count(&mut facts, name);
    }
    facts.set("pinned_ratio", pinned(&findings, images + includes));
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
    fn a_pipeline_of_another_project_counts_only_where_this_one_includes_it() {
        let other = "unit: {image: node, script: [npm test], allow_failure: true}\n";
        let quiet = (".gitlab-ci.yml", "build: {image: \"node:22.1.0\", script: [npm run build]}\n");
        let files = [quiet, ("tests/fixtures/sample/.gitlab-ci.yml", other), ("third_party/x/ci.gitlab-ci.yml", other)];
        let seen = observe(&DEF, "{}", &files);
        assert_eq!((count(&seen, "files"), count(&seen, "ignored_failures")), (Some(1), Some(0)));
        let files = [(quiet.0, "include: {local: sub/.gitlab-ci.yml}\n"), ("sub/.gitlab-ci.yml", other)];
        let seen = observe(&DEF, "{}", &files);
        assert_eq!((count(&seen, "files"), count(&seen, "ignored_failures")), (Some(2), Some(1)));
    }

    #[test]
    fn files_of_any_name_are_included_and_children_are_pipelines_of_their_own() {
        let start = "include: /ci/*.yml\nunit: {extends: .base}\nsub: {trigger: {include: sub/pipeline.yml}}\n";
        let files = [
            (".gitlab-ci.yml", start),
            ("ci/a.yml", "include: {local: other/b.yaml}\n.base: {script: [pytest]}\n"),
            ("ci/deep/no.yml", "x: {script: [y]}\n"),
            ("other/b.yaml", ".base: {script: [make], allow_failure: true}\n"),
            ("sub/pipeline.yml", "unit: {script: [go test ./...], image: golang, allow_failure: true}\n"),
        ];
        let seen = observe(&DEF, "{}", &files);
        for (fact, number) in
            [("files", 4), ("jobs", 3), ("test_jobs", 2), ("moving_images", 1), ("ignored_failures", 2)]
        {
            assert_eq!(count(&seen, fact), Some(number), "{fact}");
        }
    }

    #[test]
    fn what_is_not_seen_leaves_zeros_open() {
        let seen = observe(&DEF, "{}", &[(".gitlab-ci.yml", "include: [ci/none.yml]\na: {script: [make]}\n")]);
        assert_eq!((count(&seen, "jobs"), count(&seen, "ignored_failures")), (Some(1), None));
        let seen = observe(&DEF, "{}", &[(".gitlab-ci.yml", "include: [{template: Auto-DevOps.gitlab-ci.yml}]\n")]);
        assert_eq!((count(&seen, "jobs"), count(&seen, "test_jobs")), (None, None));
    }

    #[test]
    fn no_pipeline_is_none_and_a_broken_one_leaves_zeros_open() {
        let none = observe(&DEF, "{}", &[(".gitlab/x.yml", "a: {script: [x]}\n")]);
        assert_eq!((count(&none, "files"), count(&none, "jobs")), (Some(0), None));
        let broken = observe(&DEF, "{}", &[(".gitlab-ci.yml", "unit: [\n")]);
        assert_eq!((count(&broken, "parse_errors"), count(&broken, "ignored_failures")), (Some(1), None));
    }
}
