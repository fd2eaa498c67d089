//! Lanes: who may observe at the same time as whom.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{
    Mutex, OwnedMutexGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, OwnedSemaphorePermit, RwLock, Semaphore,
};

use crate::plan::Plan;
use crate::probe::Lane;

/// Least time between two observations of one target.
const SPACING: Duration = Duration::from_millis(100);

/// All lanes of a run.
pub(super) struct Lanes {
    free: Arc<Semaphore>,
    process: Arc<Mutex<()>>,
    targets: BTreeMap<String, Arc<Mutex<Option<Instant>>>>,
    quiet: Arc<RwLock<()>>,
}

/// A place in a lane; given back when dropped.
pub(super) enum Pass {
    /// Of the free lane.
    Free(#[expect(dead_code, reason = "held for its drop")] (OwnedSemaphorePermit, OwnedRwLockReadGuard<()>)),
    /// Of the process lane.
    Process(#[expect(dead_code, reason = "held for its drop")] (OwnedMutexGuard<()>, OwnedRwLockReadGuard<()>)),
    /// Of a target's lane; the time of its end is noted.
    Target(
        OwnedMutexGuard<Option<Instant>>,
        #[expect(dead_code, reason = "held for its drop")] OwnedRwLockReadGuard<()>,
    ),
    /// Alone.
    Quiet(#[expect(dead_code, reason = "held for its drop")] OwnedRwLockWriteGuard<()>),
    /// The run is over.
    Closed,
}

impl Drop for Pass {
    fn drop(&mut self) {
        if let Pass::Target(last, _) = self {
            **last = Some(Instant::now());
        }
    }
}

impl Lanes {
    pub(super) fn new(plan: &Plan, workers: usize) -> Lanes {
        let names = plan.observations.iter().filter_map(|observation| match &observation.lane {
            Lane::Target(name) => Some(name.clone()),
            Lane::Free | Lane::Process | Lane::Quiet => None,
        });
        Lanes {
            free: Arc::new(Semaphore::new(workers.max(1))),
            process: Arc::new(Mutex::new(())),
            targets: names.map(|name| (name, Arc::new(Mutex::new(None)))).collect(),
            quiet: Arc::new(RwLock::new(())),
        }
    }

    /// Waits for a place.
    pub(super) async fn enter(&self, lane: &Lane) -> Pass {
        match lane {
            Lane::Free => match self.free.clone().acquire_owned().await {
                Ok(permit) => Pass::Free((permit, self.quiet.clone().read_owned().await)),
                Err(_) => Pass::Closed,
            },
            Lane::Process => {
                Pass::Process((self.process.clone().lock_owned().await, self.quiet.clone().read_owned().await))
            }
            Lane::Target(name) => match self.targets.get(name) {
                Some(target) => {
                    let last = target.clone().lock_owned().await;
                    if let Some(wait) = last.map(|at| SPACING.saturating_sub(at.elapsed())) {
                        tokio::time::sleep(wait).await;
                    }
                    Pass::Target(last, self.quiet.clone().read_owned().await)
                }
                None => Pass::Closed,
            },
            Lane::Quiet => Pass::Quiet(self.quiet.clone().write_owned().await),
        }
    }
}
