//! Probe `rate_limit`: reads what a service says of its limit, then sends a few equal requests until it refuses one.
//!
//! Active and bounded: it stops at the first refusal, at the first sign of distress, and after `requests`. That no limit
//! was met is never turned into "there is none". What headers say is read in `rate_limit/announced.rs`, sending is in
//! `rate_limit/burst.rs`, facts are in `rate_limit/facts.rs`.

mod announced;
mod burst;
mod facts;

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::http::place::{Given, Place};
use super::inquiry::{Inquire, Inquiry, Whom};
use super::permission::{Permission, permitted};
use super::{Look, Probe, ProbeDef, Touch};
use crate::model::{FactSchema, Observation, Problems, Unknown};
use crate::yaml::{Node, Spanned, decode as decode_node};

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "rate_limit",
    doc: "Sends equal requests until one is refused, and reports after how many, and what clients are told about it.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: api\npath: /api/search?q=pen\nrequests: 30\n",
};

/// When nothing is said.
const USUAL_TIMEOUT: Duration = Duration::from_secs(90);
/// When nothing is said.
const USUAL_REQUESTS: u64 = 30;
/// More is load, which has a probe of its own.
const MOST_REQUESTS: u64 = 200;

/// Parameters of probe `rate_limit`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "RateLimitProbe")]
struct Params {
    /// The target to ask; it needs `allow: [active]`.
    target: Spanned<String>,
    /// A cheap path below the target's URL that is answered with success; default `/`.
    #[serde(default)]
    path: Option<Spanned<String>>,
    /// Credentials of the target to use, or `none`; default: the target's `default`. Limits often hold per user.
    #[serde(default)]
    credentials: Option<String>,
    /// How many requests are sent at most, 2 to 200; default 30.
    #[serde(default)]
    requests: Option<Spanned<u64>>,
    /// When the whole round counts as not answered; default 90 s.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct RateLimit {
    place: Place,
    requests: u64,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    let given = Given::of(&params.target, params.path.as_ref(), params.credentials.as_deref(), params.timeout.as_ref());
    let place = Place::within(USUAL_TIMEOUT, &given, problems);
    if let Some(requests) = params.requests.as_ref().filter(|given| !(2..=MOST_REQUESTS).contains(&given.value)) {
        let wrong = format!("`requests: {}` is not in 2..{MOST_REQUESTS}", requests.value);
        problems.push(requests.span.problem(wrong).help("what a service bears is measured by probe `load`"));
    }
    Some(Box::new(Inquiry(RateLimit { place, requests: params.requests.map_or(USUAL_REQUESTS, |given| given.value) })))
}

impl Inquire for RateLimit {
    const NAME: &'static str = "rate_limit";

    fn whom(&self) -> Whom<'_> {
        // Last and alone: a limit that was met would refuse the requests of other probes.
        Whom::target(&self.place.target, self.place.timeout).alone()
    }

    fn facts(&self) -> FactSchema {
        facts::declared().into()
    }

    fn touch(&self) -> Touch {
        Touch {
            contacts: vec![self.place.contact("GET", self.requests)],
            presents: self.place.presents(),
            active: true,
            ..Touch::default()
        }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        permitted("a burst", Permission::Active, Some(&self.place.target), look.world)?;
        burst::observe(&self.place, self.requests, &look).await
    }
}
