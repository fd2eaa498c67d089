//! What stands before a deployment: tests and other deployments, in its own pipeline and in those that call it.

use std::collections::BTreeSet;

use crate::probe::pipelines::order::{Order, Trigger};
use crate::probe::pipelines::starts::{Event, Started, Starts};
use crate::probe::pipelines::{Call, Run, What};

use super::deployments::{Seen, Tested, is_no_deployment, tests, trigger};
use super::tested_elsewhere;

impl Seen<'_> {
    /// Whether tests stand before it: in its pipeline, or in each that calls it.
    pub(super) fn tested(&self, at: usize) -> Tested {
        let (run, order) = self.runs[at];
        let in_job = (0..at).any(|other| self.is_one_job(other, at) && tests(self.run(other)));
        if in_job || self.tests_before(&run.pipeline, order, Some(&run.starts)) {
            return Tested::Here;
        }
        if order.is_by_hand || trigger(run, order) != Trigger::Others {
            return Tested::No;
        }
        let callers: Vec<&Call> = self.calls.iter().filter(|call| call.called == *run.pipeline).collect();
        let is_tested = |call: &&Call| self.tests_before(&call.pipeline, &call.order, None);
        let is_pushed = |call: &&Call| call.order.trigger == Some(Trigger::Pushes);
        match callers.as_slice() {
            [] => Tested::Elsewhere,
            all if all.iter().all(is_tested) => Tested::Here,
            all if all.iter().all(|call| is_tested(call) || !is_pushed(call)) => Tested::Elsewhere,
            _ => Tested::No,
        }
    }

    /// Whether a job that tests ends before what stands here, and may start with it.
    fn tests_before(&self, pipeline: &str, order: &Order, starts: Option<&Starts>) -> bool {
        let is_github = tested_elsewhere::is_of_github(pipeline);
        // What another repository's workflow runs is not seen; it may be tests.
        let is_unseen = |before: &Run| is_github && matches!(before.what, What::Foreign(_));
        let may = |before: &Run, its: &Order| {
            let together = || starts.is_none_or(|starts| may_start_together((&before.starts, its), (starts, order)));
            tests(before) && (is_github || order.is_by_hand || together()) || is_unseen(before)
        };
        let mut runs = self.runs.iter().filter(|(before, its)| *before.pipeline == *pipeline && order.waits_for(its));
        runs.any(|(before, its)| may(before, its))
            || self.called_before(pipeline, order, &|run| tests(run) || is_unseen(run))
    }

    /// Whether a workflow that is called before what stands here does this, or one that it calls, or is not seen.
    fn called_before(&self, pipeline: &str, order: &Order, does: &dyn Fn(&Run) -> bool) -> bool {
        let calls = self.calls.iter().filter(|call| *call.pipeline == *pipeline && order.waits_for(&call.order));
        let mut open: Vec<&str> = calls.map(|call| call.called.as_str()).collect();
        let mut seen = BTreeSet::new();
        while let Some(called) = open.pop() {
            if !seen.insert(called) {
                continue;
            }
            let mut runs = self.runs.iter().filter(|(run, _)| *run.pipeline == *called).peekable();
            let calls: Vec<&Call> = self.calls.iter().filter(|call| *call.pipeline == *called).collect();
            let is_unseen = runs.peek().is_none() && calls.is_empty();
            if is_unseen || runs.any(|(run, _)| does(run)) {
                return true;
            }
            open.extend(calls.iter().map(|call| call.called.as_str()));
        }
        false
    }

    /// Whether a job that deploys ends before it, in its pipeline or before a call of that.
    pub(super) fn follows(&self, at: usize) -> bool {
        let (run, order) = self.runs[at];
        let deploys = |run: &Run| {
            self.deploying.iter().any(|other| std::ptr::eq(self.run(*other), run)) && !is_no_deployment(run)
        };
        let is_before = |pipeline: &str, order: &Order| {
            let mut runs =
                self.runs.iter().filter(|(before, its)| *before.pipeline == *pipeline && order.waits_for(its));
            runs.any(|(before, _)| deploys(before)) || self.called_before(pipeline, order, &deploys)
        };
        let mut callers = self.calls.iter().filter(|call| call.called == *run.pipeline);
        is_before(&run.pipeline, order) || callers.any(|call| is_before(&call.pipeline, &call.order))
    }
}

/// Whether the same event may start both, each with what it stands in.
fn may_start_together((one, its): (&Starts, &Order), (other, others): (&Starts, &Order)) -> bool {
    let may = |starts: &Starts, event| *starts.on(event) != Started::No;
    let is_pushed = |starts: &Starts| may(starts, Event::Branch) || may(starts, Event::Default);
    let is_of_branch = match (its.branches.is_empty(), others.branches.is_empty()) {
        (true, false) => is_pushed(one),
        (false, true) => is_pushed(other),
        (false, false) => !its.branches.is_disjoint(&others.branches),
        (true, true) => false,
    };
    is_of_branch
        || [Event::Request, Event::Branch, Event::Default].iter().any(|event| may(one, *event) && may(other, *event))
}
