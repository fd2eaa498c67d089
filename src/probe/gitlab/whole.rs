//! Jobs as GitLab puts them together from all files of a pipeline: `extends`, `!reference`, `rules`.

use std::cell::Cell;
use std::collections::BTreeMap;

use crate::probe::finding::{Finding, shortened};
use crate::probe::pipelines::starts::Starts;
use crate::probe::pipelines::step::written;
use crate::probe::workflow::gates::{is_passed_over, is_swallowed, is_trial};
use crate::probe::workflow::recognised::{Gate, gate};
use crate::yaml::Node;

use super::pipeline::{NO_JOBS, Pipeline};
use super::starts::{self, Around, Keys};

/// Levels of `extends` that GitLab follows (CI/CD YAML syntax reference, `extends`).
const MOST_LEVELS: usize = 11;
/// Definitions that are looked at for one key of one job.
const MOST_VISITS: usize = 200;
/// Longest script of one job, in lines, that is read.
const MOST_LINES: usize = 5000;

/// The jobs of one pipeline, hidden ones among them.
#[derive(Debug, Default)]
pub(crate) struct Whole<'n> {
    /// Every definition of a name; the later one wins.
    jobs: BTreeMap<&'n str, Vec<&'n Node>>,
    /// What stands at the top, for jobs without their own: `before_script`, `after_script`, `workflow`.
    tops: Vec<&'n Node>,
    visits: Cell<usize>,
}

/// A line of a script, and where it is written.
#[derive(Debug)]
pub(crate) struct Line<'n> {
    pub(crate) text: String,
    pub(crate) line: u32,
    pub(crate) file: &'n str,
}

/// What its jobs do.
#[derive(Debug, Default)]
pub(super) struct Work {
    pub(super) jobs: usize,
    pub(super) test_jobs: usize,
    /// Findings with the file of each.
    pub(super) findings: Vec<(String, Finding)>,
}

impl<'n> Whole<'n> {
    /// What files of one pipeline define, each behind those that it includes.
    pub(crate) fn of(read: &'n BTreeMap<String, Result<Pipeline, Finding>>, files: &[String]) -> Whole<'n> {
        let mut whole = Whole::default();
        let documents = files.iter().filter_map(|path| read.get(path)?.as_ref().ok());
        documents.flat_map(|pipeline| &pipeline.documents).for_each(|document| whole.add(document));
        whole
    }

    /// Adds what a file defines; it wins over what was there.
    fn add(&mut self, document: &'n Node) {
        self.tops.push(document);
        for (key, node) in document.entries().iter().filter(|(key, _)| !NO_JOBS.contains(&key.text.as_str())) {
            if !node.entries().is_empty() {
                self.jobs.entry(&key.text).or_default().push(node);
            }
        }
    }

    /// Names of the jobs that can run.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'n str> + '_ {
        self.jobs.keys().copied().filter(|name| !name.starts_with('.'))
    }

    /// What stands at the top of each file, those that win last.
    pub(super) fn tops(&self) -> impl DoubleEndedIterator<Item = &'n Node> + '_ {
        self.tops.iter().copied()
    }

    /// The events that start a job; in a pipeline that another one starts as far as that is.
    pub(crate) fn starts(&self, job: &str, is_child: bool) -> Starts {
        let of = |key: &str| self.value(job, key);
        let rules = self.tops.iter().rev().find_map(|top| top.get("workflow")?.get("rules"));
        let around = Around { variables: self.variables(job), is_child, has_workflow: rules.is_some() };
        let keys = Keys { rules: of("rules"), only: of("only"), except: of("except"), when: of("when") };
        let own = starts::starts(&keys, &around);
        rules.map_or_else(|| own.clone(), |rules| starts::by_rules(rules, &around).and(&own))
    }

    /// The variables of a job, and those of all jobs.
    pub(crate) fn variables(&self, job: &str) -> Vec<Option<&'n Node>> {
        let tops = self.tops.iter().map(|top| top.get("variables"));
        tops.chain([self.value(job, "variables")]).collect()
    }

    /// Looks at every job that can run.
    pub(super) fn work(&self) -> Work {
        let mut work = Work::default();
        for name in self.names() {
            work.jobs += 1;
            let lines = self.script(name);
            work.test_jobs += usize::from(lines.iter().any(|line| gate(&line.text) == Some(Gate::Tests)));
            work.findings.extend(self.ignored(name, &lines));
        }
        work
    }

    /// The same for a key that may stand under `default`, too.
    pub(crate) fn value_or_default(&self, job: &str, key: &str) -> Option<&'n Node> {
        let default = || self.tops.iter().rev().find_map(|top| top.get("default")?.get(key));
        self.value(job, key).or_else(default)
    }

    /// The value of a job's key: its own, else that of the last it extends which has one.
    pub(super) fn value(&self, job: &str, key: &str) -> Option<&'n Node> {
        self.visits.set(0);
        self.inherited(job, key, MOST_LEVELS)
    }

    fn inherited(&self, job: &str, key: &str, left: usize) -> Option<&'n Node> {
        let definitions = self.jobs.get(job)?;
        self.visits.set(self.visits.get() + definitions.len());
        if self.visits.get() > MOST_VISITS {
            return None;
        }
        let own = definitions.iter().rev().find_map(|definition| definition.get(key));
        own.or_else(|| {
            let left = left.checked_sub(1)?;
            let extends = definitions.iter().rev().find_map(|definition| definition.get("extends"))?;
            let one = extends.text().into_iter();
            let parents = one.chain(extends.items().iter().rev().filter_map(Node::text));
            parents.into_iter().find_map(|parent| self.inherited(parent, key, left))
        })
    }

    /// The commands of a job, in the order in which they run.
    pub(crate) fn script(&self, job: &str) -> Vec<Line<'n>> {
        let mut lines = Vec::new();
        for key in ["before_script", "script"] {
            let top = || {
                let of =
                    |top: &&'n Node| top.get("default").and_then(|default| default.get(key)).or_else(|| top.get(key));
                self.tops.iter().rev().find_map(of).filter(|_| key != "script")
            };
            if let Some(script) = self.value(job, key).or_else(top) {
                self.lines(script, MOST_LEVELS, &mut lines);
            }
        }
        lines
    }

    /// Lines of a script, through lists in lists; what `!reference` names stands there as a list of job and key.
    fn lines(&self, node: &'n Node, left: usize, lines: &mut Vec<Line<'n>>) {
        if lines.len() > MOST_LINES {
            return;
        }
        if node.text().is_some() {
            let mut own = Vec::new();
            written(node, &mut own);
            let file = node.span.source.file.as_str();
            lines.extend(own.into_iter().map(|(line, text)| Line { text, line, file }));
            return;
        }
        let Some(left) = left.checked_sub(1) else { return };
        match self.referred(node.items()) {
            Some(referred) => self.lines(referred, left, lines),
            None => node.items().iter().for_each(|item| self.lines(item, left, lines)),
        }
    }

    /// What `!reference [job, key]` names.
    fn referred(&self, items: &[Node]) -> Option<&'n Node> {
        let [job, key] = items else { return None };
        self.value(job.text()?, key.text()?)
    }

    fn ignored(&self, name: &str, lines: &[Line<'n>]) -> Option<(String, Finding)> {
        if is_trial(name) {
            return None;
        }
        let soft = self.soft(name);
        let script = continued(lines);
        let (gate, how, line) = lines.iter().enumerate().find_map(|(at, line)| {
            let how = match soft {
                _ if is_swallowed(&line.text) => "its failure is swallowed",
                Some(soft) => soft,
                None if is_passed_over(&script, at) => "`set +e` lets the script go on",
                None => return None,
            };
            Some((gate(&line.text)?, how, line))
        })?;
        let note = format!("job `{name}`: {how}: `{}`", shortened(&line.text));
        Some((line.file.to_owned(), Finding::new(gate.ignored_fact(), line.line, name, note)))
    }

    /// Why the job's failure does not count, if it does not: by itself, or by each of its rules that lets it run.
    pub(crate) fn soft(&self, name: &str) -> Option<&'static str> {
        let of = |node: &Node, key: &str, text: &str| node.get(key).and_then(Node::text) == Some(text);
        let own = self.value(name, "allow_failure").and_then(allowed);
        let running = |rule: &&Node| !of(rule, "when", "never") && !of(rule, "when", "manual");
        let rules: Vec<&Node> =
            self.value(name, "rules").map(Node::items).unwrap_or_default().iter().filter(running).collect();
        if self.value(name, "when").and_then(Node::text) == Some("manual") {
            return None;
        }
        match rules.split_first() {
            None => own,
            Some(_) => {
                let by_rule = |rule: &&Node| rule.get("allow_failure").map_or(own, allowed);
                let mut all = rules.iter().map(by_rule);
                let first = all.next().flatten();
                all.all(|soft| soft.is_some()).then_some(first).flatten()
            }
        }
    }
}

/// The lines of a script, what a `\` continues in its first line and the others empty.
fn continued(lines: &[Line<'_>]) -> Vec<(u32, String)> {
    let mut script: Vec<(u32, String)> = lines.iter().map(|line| (line.line, line.text.clone())).collect();
    for at in (1..script.len()).rev() {
        if script[at - 1].1.ends_with('\\') {
            let more = std::mem::take(&mut script[at].1);
            script[at - 1].1.push_str(&more);
        }
    }
    script
}

/// `allow_failure: true`, or for the exit code that runners of tests and linters use for what they find.
fn allowed(node: &Node) -> Option<&'static str> {
    let is_one = |node: &Node| node.text() == Some("1");
    match node.text() {
        Some("true") => Some("`allow_failure: true`"),
        _ if node.get("exit_codes").is_some_and(|codes| is_one(codes) || codes.items().iter().any(is_one)) => {
            Some("`allow_failure` for exit code 1")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::probe::yaml_file::read_all;

    fn work(text: &str) -> Work {
        let documents = read_all(".gitlab-ci.yml", text.as_bytes()).unwrap();
        let mut whole = Whole::default();
        documents.iter().for_each(|document| whole.add(document));
        whole.work()
    }

    fn facts(text: &str) -> Vec<(&'static str, String)> {
        work(text).findings.into_iter().map(|(_, finding)| (finding.fact, finding.subject)).collect()
    }

    #[test]
    fn a_test_whose_failure_is_allowed_is_found_and_a_manual_one_is_not() {
        let text = "unit:\n  script: [npm test]\n  allow_failure: true\nlint:\n  script:\n  - npm run lint || true\ndeploy:\n  when: manual\n  allow_failure: true\n  script: kubectl apply -f x\n.hidden:\n  script: [pytest]\n  allow_failure: true\n";
        assert_eq!(facts(text), [("ignored_failures", "lint".into()), ("ignored_failures", "unit".into())]);
        assert_eq!((work(text).jobs, work(text).test_jobs), (3, 1));
    }

    #[test]
    fn a_test_after_whose_failure_the_script_goes_on_is_found() {
        let job = |end: &str| format!("unit: {{script: [set +e, pytest, {end}]}}\n");
        assert_eq!(facts(&job("echo done")), [("ignored_failures", "unit".into())]);
        assert!(facts(&job("exit $?")).is_empty() && facts("unit: {script: [set +e, pytest]}\n").is_empty());
        assert!(facts("unit:\n  script:\n  - |\n    set +e\n    pytest \\\n      -x\n").is_empty());
    }

    #[test]
    fn a_job_takes_from_what_it_extends_and_refers_to() {
        let text = ".a: {allow_failure: true}\n.b: {script: [pytest], allow_failure: {exit_codes: [137]}}\n.c: {extends: .a}\none: {extends: [.b, .c]}\ntwo: {extends: .b}\nthree: {script: [make x, !reference [.b, script]], allow_failure: {exit_codes: 1}}\nfour: {extends: .c, script: !reference [.b, script], allow_failure: false}\n";
        assert_eq!(facts(text), [("ignored_failures", "one".into()), ("ignored_failures", "three".into())]);
        assert_eq!(work(text).test_jobs, 4);
    }

    #[test]
    fn rules_decide_where_each_of_them_allows_failure() {
        let text = "a: {script: [pytest], rules: [{if: $X, when: never}, {allow_failure: true}]}\nb: {script: [pytest], rules: [{if: $X, allow_failure: true}, {when: on_success}]}\nc: {script: [pytest], allow_failure: true, rules: [{allow_failure: false}]}\n";
        assert_eq!(facts(text), [("ignored_failures", "a".into())]);
    }

    #[test]
    fn a_circle_ends() {
        assert_eq!(work("a: {extends: [b, b]}\nb: {extends: [a, a]}\nc: {script: !reference [c, script]}\n").jobs, 3);
    }
}
