//! A probe that asks somebody else than the tree: what all of them are alike in, which is how they queue, how long they
//! may take and by what key equal ones are observed once. What is asked, and what the answers mean, stays with each.

use std::future::Future;
use std::time::Duration;

use serde::Serialize;

use super::{BoxFuture, Lane, Look, Probe, Touch};
use crate::model::{FactSchema, Observation, Unknown};
use crate::world::{WantId, Wants};

/// What there is to ask, as its parameters say.
pub(super) trait Inquire: Serialize + Send + Sync {
    /// Name of the probe.
    const NAME: &'static str;
    /// Who is asked, and for how long.
    fn whom(&self) -> Whom<'_>;
    /// Facts it offers with these parameters.
    fn facts(&self) -> FactSchema;
    /// What it would touch.
    fn touch(&self) -> Touch;
    /// What it wants of the tree below `folder`, if that says what to ask.
    fn declare(&self, _folder: &str, _wants: &mut Wants) -> Vec<WantId> {
        Vec::new()
    }
    /// Asks.
    fn look(&self, look: Look<'_>) -> impl Future<Output = Result<Observation, Unknown>> + Send;
}

/// Who is asked, and for how long.
pub(super) struct Whom<'a> {
    /// Name of the target; `None` for a whole URL.
    target: Option<&'a str>,
    lane: Lane,
    timeout: Option<Duration>,
}

impl<'a> Whom<'a> {
    /// A target: whatever is observed of it waits for each other.
    pub(super) fn target(name: &'a str, timeout: impl Into<Option<Duration>>) -> Whom<'a> {
        Whom { target: Some(name), lane: Lane::Target(name.to_owned()), timeout: timeout.into() }
    }

    /// A place that may be none of a target, with the name by which its observations wait for each other.
    pub(super) fn place(target: Option<&'a str>, queue: String, timeout: impl Into<Option<Duration>>) -> Whom<'a> {
        Whom { target, lane: Lane::Target(queue), timeout: timeout.into() }
    }

    /// Last and alone: what it does would disturb the others.
    pub(super) fn alone(self) -> Whom<'a> {
        Whom { lane: Lane::Quiet, ..self }
    }
}

/// A probe that asks.
pub(super) struct Inquiry<T>(pub(super) T);

impl<T: Inquire> Probe for Inquiry<T> {
    fn facts(&self) -> FactSchema {
        self.0.facts()
    }

    fn key(&self) -> String {
        format!("{} {}", T::NAME, serde_json::to_string(&self.0).unwrap_or_default())
    }

    fn lane(&self) -> Lane {
        self.0.whom().lane
    }

    fn touch(&self) -> Touch {
        self.0.touch()
    }

    fn timeout(&self) -> Option<Duration> {
        self.0.whom().timeout
    }

    fn target(&self) -> Option<&str> {
        self.0.whom().target
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        self.0.declare(folder, wants)
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(self.0.look(look))
    }
}
