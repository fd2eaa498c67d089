//! Probe `load`: puts load on a service for a few seconds and reports how it bore it.
//!
//! Owns the parameters (in `decode`), the safety rails (in `rails`) and the facts (in `facts`); sending is
//! `world::net::load`'s work.

mod decode;
mod facts;
mod rails;

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;

use super::http::fetch::{Address, Aim, Choice, Fetch, aim};
use super::http::is_safe;
use super::inquiry::{Inquire, Whom};
use super::permission::{Permission, permitted};
use super::{Look, ProbeDef, Touch};
use crate::model::{FactSchema, Observation, Unknown};
use crate::world::Deadline;
use crate::world::net::load::{Load, Pace, Schedule, press};
use crate::world::net::{Ask, BODY_CAP, FailureKind, Header, Reply, exchange};

/// What an observation takes beside the load itself: the first request, starting threads.
const MARGIN: Duration = Duration::from_secs(2);

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "load",
    doc: "Puts load on a service at a fixed rate, or as much as it bears, and reports latency, throughput and errors.",
    schema: |generator| generator.subschema_for::<decode::Params>(),
    decode: decode::decode,
    example: "target: api\npath: /api/profiles\nrate: 60/s\nduration: 20 s\n",
};

/// The probe with its parameters checked.
#[derive(Clone, Debug, Serialize)]
struct LoadProbe {
    address: Address,
    method: String,
    headers: BTreeMap<String, String>,
    body: Option<String>,
    credentials: Choice,
    pressure: Pressure,
    connections: usize,
    warmup: Duration,
    duration: Duration,
    timeout: Duration,
    status: Vec<u16>,
}

/// How fast.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
enum Pressure {
    /// Picoseconds from one request to the next.
    Rate { interval_ps: u64 },
    /// As fast as the connections get their answers.
    Saturate,
}

impl LoadProbe {
    fn is_good(&self, status: u16) -> bool {
        if self.status.is_empty() { (200..300).contains(&status) } else { self.status.contains(&status) }
    }

    /// One request before the load: a target that is down or answers something else is not pressed.
    async fn first(&self, aim: &Aim, until: Deadline) -> Result<Reply, crate::world::net::Failure> {
        let until = Deadline::after(self.timeout.min(until.left()));
        aim.turn(until).await?;
        let ask = Ask {
            method: &self.method,
            url: &aim.url,
            headers: &aim.headers,
            body: self.body.clone().map(Bytes::from),
            route: &aim.route,
            only_public: false,
            trust: &aim.trust,
            body_cap: BODY_CAP,
        };
        exchange(&ask, until).await
    }

    fn load(&self, aim: &Aim, first: &Reply, most_per_second: Option<u32>) -> Load {
        let pace = match self.pressure {
            Pressure::Rate { interval_ps } => Pace::Open(self.schedule(interval_ps)),
            Pressure::Saturate => Pace::Saturate { warmup: self.warmup, duration: self.duration, most_per_second },
        };
        let headers: Vec<Header> = aim.headers.clone();
        Load {
            url: aim.url.clone(),
            method: self.method.clone(),
            headers,
            body: self.body.clone().map(Bytes::from),
            trust: aim.trust.clone(),
            route: aim.route.clone(),
            peer: first.peer,
            pace,
            connections: self.connections,
            timeout: self.timeout,
            good: self.status.clone(),
        }
    }

    fn schedule(&self, interval_ps: u64) -> Schedule {
        Schedule { interval_ps, warmup: self.warmup, duration: self.duration }
    }

    fn fetch(&self) -> Fetch<'_> {
        Fetch {
            address: &self.address,
            method: &self.method,
            headers: &self.headers,
            body: self.body.as_deref(),
            credentials: &self.credentials,
            redirects: 0,
        }
    }

    /// Requests at most, the first one among them.
    fn at_most(&self) -> u64 {
        match self.pressure {
            Pressure::Rate { interval_ps } => 1 + self.schedule(interval_ps).total(),
            Pressure::Saturate => {
                1 + u64::from(rails::MOST_PER_SECOND) * (self.warmup + self.duration).as_secs().max(1)
            }
        }
    }
}

impl Inquire for LoadProbe {
    const NAME: &'static str = "load";

    fn whom(&self) -> Whom<'_> {
        self.address.whom(self.warmup + self.duration + self.timeout * 2 + MARGIN).alone()
    }

    fn facts(&self) -> FactSchema {
        facts::declared().into()
    }

    fn touch(&self) -> Touch {
        let contact = self.address.contact(&self.method, self.at_most());
        let presents = self.credentials.presented(1).into_iter().collect();
        Touch { contacts: vec![contact], presents, load: true, active: !is_safe(&self.method), ..Touch::default() }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        let world = look.world;
        if !world.permit.network {
            return Err(Unknown::because("not contacted: --offline"));
        }
        permitted("load", Permission::Load, self.address.target(), world)?;
        if !is_safe(&self.method) {
            permitted(&self.method, Permission::Active, self.address.target(), world)?;
        }
        let aim = aim(&self.fetch(), world, look.until).await?;
        let most_per_second = rails::cap(self, &aim, world)?;
        let first = match self.first(&aim, look.until).await {
            Err(failure) if failure.kind == FailureKind::Ours => return Err(Unknown::because(failure.detail)),
            Err(failure) => return Ok(facts::unreachable(&aim.url, &failure)),
            Ok(reply) if !self.is_good(reply.status) => return Ok(facts::wrong_from_the_start(&aim.url, reply.status)),
            Ok(reply) => reply,
        };
        let load = self.load(&aim, &first, most_per_second);
        let pressed = press(load).await.map_err(Unknown)?;
        Ok(facts::observation(self, &aim.url, &pressed))
    }
}
