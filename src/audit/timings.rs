//! Where the time of an audit went, check by check. Only counts; showing it is the command line's.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::plan::{Finding, Plan};
use crate::run::CheckRun;
use crate::world::{Cost, Swept, WantId};

/// Where the time of an audit went.
#[derive(Clone, Debug, Default)]
pub struct Timings {
    /// Of the one sweep over all files.
    pub sweep: Cost,
    /// Processor time of all threads in what checks wanted of the files; the rest of the sweep is reading files and choosing
    /// who wants them.
    pub wanted: Duration,
    /// By check, in the order of the plan.
    pub checks: Vec<Timing>,
}

/// The time of one check. What several checks share is with each of them, so that the sum may be more than the whole.
#[derive(Clone, Debug)]
pub struct Timing {
    /// The check.
    pub check: String,
    /// What it looks at, as the plan numbers it: checks with the same share their time.
    pub observations: Vec<usize>,
    /// Processor time of all threads in the sweep.
    pub files: Duration,
    /// Wall time of its observations after the sweep.
    pub observing: Duration,
}

impl Timing {
    /// Both together.
    pub fn sum(&self) -> Duration {
        self.files + self.observing
    }
}

impl Timings {
    /// `wants` are those of each observation of the plan, `runs` those of each check.
    pub(super) fn of(plan: &Plan, swept: &Swept, wants: &[Vec<WantId>], runs: &[CheckRun]) -> Timings {
        let took = |wants: BTreeSet<WantId>| wants.into_iter().map(|want| swept.get(want).took).sum();
        let observations_of = |check: usize| -> Vec<usize> {
            let Finding::Routes(routes) = &plan.checks[check].finding else { return Vec::new() };
            routes.iter().map(|route| route.observation).collect()
        };
        let timing = |(number, run): (usize, &CheckRun)| {
            let observations = observations_of(number);
            let wanted = observations.iter().flat_map(|observation| wants[*observation].iter().copied());
            Timing {
                check: plan.outline.checks[number].id.clone(),
                files: took(wanted.collect()),
                observing: run.took,
                observations,
            }
        };
        Timings {
            sweep: swept.cost(),
            wanted: took(wants.iter().flatten().copied().collect()),
            checks: runs.iter().enumerate().map(timing).collect(),
        }
    }
}
