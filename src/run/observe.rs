//! One observation: permits, its lane, its time limit, and the probe itself.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Engine, Observed};
use crate::model::{Observation, Target, Unknown};
use crate::plan::PlannedObservation;
use crate::probe::{Lane, Look, Touch};
use crate::world::{Deadline, World};

/// How much longer than its limit a probe may take to give up by itself before it is dropped.
const GRACE: Duration = Duration::from_millis(500);

impl Observed {
    /// Nothing was looked at.
    pub(super) fn nothing(reason: String) -> Observed {
        Observed { result: Err(Unknown(reason)), took: Duration::ZERO, requests: 0 }
    }
}

impl Engine {
    /// What an observation brought; made once, whoever asks first.
    pub(super) async fn observed(self: Arc<Engine>, index: usize) -> Arc<Observed> {
        let engine = self.clone();
        self.observed[index].get_or_init(|| engine.observe(index)).await.clone()
    }

    async fn observe(self: Arc<Engine>, index: usize) -> Arc<Observed> {
        let planned = &self.plan.observations[index];
        if let Some(reason) = refusal(planned, &self.world) {
            return Arc::new(Observed::nothing(reason));
        }
        if let Some(replayed) = &self.replayed {
            return Arc::new(replayed[index].clone());
        }
        let pass = tokio::select! {
            pass = self.lanes.enter(&planned.lane) => pass,
            reason = self.options.stop.requested() => return Arc::new(Observed::nothing(reason)),
        };
        let began = Instant::now();
        self.options.progress.began(index, &self.world.masker.mask(&describe(planned)));
        let before = self.sent(planned);
        let result = self.clone().look(index).await;
        // a probe that was ended, or could not tell, has sent what it has sent
        let sent = self.sent(planned).saturating_sub(before);
        let requests = result.as_ref().map_or(0, |seen| seen.requests).max(sent);
        self.options.progress.ended(index);
        drop(pass);
        Arc::new(Observed { result, took: began.elapsed(), requests })
    }

    /// HTTP requests that went to the place of an observation so far; one at a time looks at a place.
    fn sent(&self, planned: &PlannedObservation) -> u64 {
        match (&planned.lane, planned.probe.target()) {
            (Lane::Target(place), _) => self.world.quotas.sent(place),
            (_, Some(target)) => self.world.quotas.sent(target),
            (_, None) => 0,
        }
    }

    async fn look(self: Arc<Engine>, index: usize) -> Result<Observation, Unknown> {
        let limit = self.plan.observations[index].limit;
        let engine = self.clone();
        let mut task = tokio::spawn(async move {
            let planned = &engine.plan.observations[index];
            let look = Look {
                folder: &planned.folder,
                world: &engine.world,
                swept: &engine.swept,
                wants: &engine.wants[index],
                until: Deadline::after(limit),
                suppressions: engine.plan.outline.rules.suppressions,
            };
            planned.probe.observe(look).await
        });
        let result = tokio::select! {
            joined = &mut task => joined.unwrap_or_else(|_| Err(Unknown::because("its probe crashed; please report this"))),
            () = tokio::time::sleep(limit + GRACE) => Err(Unknown(format!("no result within {}", spoken(limit)))),
            reason = self.options.stop.requested() => Err(Unknown(reason)),
        };
        task.abort();
        result
    }
}

fn spoken(limit: Duration) -> String {
    match limit.as_millis() {
        millis if millis % 1000 != 0 => format!("{millis} ms"),
        millis => format!("{} s", millis / 1000),
    }
}

/// What is going on, in a few words.
fn describe(planned: &PlannedObservation) -> String {
    let touch = &planned.touch;
    let detail = touch
        .runs
        .first()
        .map(|argv| argv.join(" "))
        .or_else(|| touch.contacts.first().map(|contact| format!("{} {}", contact.verb, contact.url)))
        .or_else(|| touch.reads.first().cloned())
        .unwrap_or_default();
    format!("{} {detail}", planned.kind)
}

/// Why an observation must not be made.
fn refusal(planned: &PlannedObservation, world: &World) -> Option<String> {
    if let Some(reason) = &planned.refused {
        return Some(reason.clone());
    }
    let touch = &planned.touch;
    if !touch.runs.is_empty() && !world.permit.exec && !planned.probe.looks_without_running() {
        return Some("not run: --no-exec".to_owned());
    }
    if !touch.contacts.is_empty() && !world.permit.network {
        return Some("not contacted: --offline".to_owned());
    }
    let target = planned.probe.target().and_then(|name| world.targets.get(name));
    if let Some(reason) = target.and_then(|target| target.url.as_ref().err()) {
        return Some(reason.clone());
    }
    active_refusal(touch, target, world)
}

fn active_refusal(touch: &Touch, target: Option<&Target>, world: &World) -> Option<String> {
    if !touch.active && !touch.load {
        return None;
    }
    if !world.permit.active {
        return Some("not done: --no-active".to_owned());
    }
    let Some(target) = target else {
        let word = if touch.load { "load" } else { "active" };
        return Some(format!("needs a target with `allow: [{word}]`"));
    };
    if target.protected && !world.permit.protected {
        return Some(format!(
            "target `{}` is protected in this environment; `--allow-protected` lifts it",
            target.name
        ));
    }
    let missing = [(touch.load, target.allow_load, "load"), (touch.active, target.allow_active, "active")]
        .into_iter()
        .find(|(needed, allowed, _)| *needed && !allowed);
    let (_, _, word) = missing?;
    Some(match &target.allow_reason {
        Some(reason) => reason.clone(),
        None => format!("needs `allow: [{word}]` on target `{}`", target.name),
    })
}
