//! A probe that talks with one service as one client: what all of them are alike in. What is asked, and what the answers
//! mean, stays with each.

use std::future::Future;
use std::time::Duration;

use serde::Serialize;

use super::Access;
use crate::model::{FactSchema, Observation, Unknown};
use crate::probe::{BoxFuture, Lane, Look, Probe, Touch};

/// What a probe of a service is asked for.
pub(in crate::probe) trait Talk: Serialize + Send + Sync {
    /// Name of the probe.
    const NAME: &'static str;
    /// Which target, as whom, and how long.
    fn access(&self) -> &Access;
    /// Facts it offers with these parameters.
    fn facts(&self) -> FactSchema;
    /// Messages it sends at most.
    fn messages(&self) -> u64;
    /// Talks.
    fn look(&self, look: Look<'_>) -> impl Future<Output = Result<Observation, Unknown>> + Send;
}

/// A probe that talks.
pub(in crate::probe) struct Conversation<T>(pub(in crate::probe) T);

impl<T: Talk> Probe for Conversation<T> {
    fn facts(&self) -> FactSchema {
        self.0.facts()
    }

    fn key(&self) -> String {
        format!("{} {}", T::NAME, serde_json::to_string(&self.0).unwrap_or_default())
    }

    fn lane(&self) -> Lane {
        self.0.access().lane()
    }

    fn touch(&self) -> Touch {
        self.0.access().touch(self.0.messages())
    }

    fn timeout(&self) -> Option<Duration> {
        self.0.access().timeout
    }

    fn target(&self) -> Option<&str> {
        Some(&self.0.access().target)
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(self.0.look(look))
    }
}
