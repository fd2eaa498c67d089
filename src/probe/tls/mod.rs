//! Probe `tls`: shakes hands with a service and reports its certificates, whether they are to be trusted, and which
//! protocol versions it accepts.
//!
//! Owns the parameters and the order of looking; what was seen becomes facts in `facts`.

mod facts;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::endpoint::{self, Endpoint};
use super::http::fetch::{Address, Choice, Fetch, aim};
use super::inquiry::{Inquire, Inquiry, Whom};
use super::{Look, Probe, ProbeDef, Touch, limits};
use crate::model::{FactSchema, Observation, Problems, Unknown};
use crate::world::net::tls::{Place, Trial, Version, addresses_of, inspect, try_version};
use crate::world::net::{Failure, FailureKind, Trust};
use crate::world::{Deadline, World};
use crate::yaml::{Node, Spanned, decode as decode_node};

/// Addresses of one host that are looked at.
const MOST_ADDRESSES: usize = 4;
/// The port of HTTPS (RFC 9110 §4.2.2).
const HTTPS: u16 = 443;
/// How long an answer to one offered version is waited for at most.
const TRIAL: Duration = Duration::from_secs(3);

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "tls",
    doc: "Shakes hands with a TLS service: certificates, trust, time left, keys, accepted protocol versions.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: api\n",
};

/// Parameters of probe `tls`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TlsProbe")]
struct Params {
    /// A target of the spec with an `https` URL.
    #[serde(default)]
    target: Option<Spanned<String>>,
    /// Host and port of any TLS service, instead of `target`: `db.example.org:5433`; the port is 443 if it is not given.
    #[serde(default)]
    host: Option<Spanned<String>>,
    /// When an answer counts as not coming.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct Tls {
    endpoint: Endpoint,
    timeout: Option<Duration>,
}

/// A place made ready to be looked at.
struct Ready {
    place: endpoint::Place,
    trust: Trust,
}

impl Ready {
    fn place(&self) -> Place<'_> {
        Place { host: &self.place.host, port: self.place.port, route: &self.place.route }
    }
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    let endpoint = Endpoint::decode(params.target.as_ref(), params.host.as_ref(), Some(HTTPS), node, problems)?;
    Some(Box::new(Inquiry(Tls { endpoint, timeout: limits::timeout(params.timeout.as_ref(), problems) })))
}

impl Tls {
    async fn ready(&self, world: &World, until: Deadline) -> Result<Ready, Unknown> {
        let place = self.endpoint.place(world)?;
        let Some(name) = self.endpoint.target() else {
            return Ok(Ready { place, trust: Trust::public() });
        };
        let fetch = Fetch {
            address: &Address::Target { name: name.to_owned(), path: "/".to_owned() },
            method: "GET",
            headers: &BTreeMap::new(),
            body: None,
            credentials: &Choice::None,
            redirects: 0,
        };
        let aim = aim(&fetch, world, until).await?;
        if aim.url.scheme() != "https" {
            return Err(Unknown::because(format!("target `{name}` is `http://…`: there is no TLS to look at")));
        }
        Ok(Ready { place, trust: aim.trust })
    }
}

fn nobody() -> Failure {
    Failure::new(FailureKind::Unresolvable, "the host has no address")
}

/// Every version, newest first: what hangs then hangs at what is least wanted.
async fn trials(host: &str, address: SocketAddr, until: Deadline) -> Vec<(Version, Trial)> {
    let mut trials = Vec::new();
    for version in Version::ALL.into_iter().rev() {
        let trial = try_version(host, address, version, Deadline::after(TRIAL.min(until.left()))).await;
        trials.push((version, trial));
    }
    trials
}

impl Inquire for Tls {
    const NAME: &'static str = "tls";

    fn whom(&self) -> Whom<'_> {
        self.endpoint.whom(self.timeout)
    }

    fn facts(&self) -> FactSchema {
        facts::declared().into()
    }

    fn touch(&self) -> Touch {
        let contact = self.endpoint.contact("TLS", (MOST_ADDRESSES + Version::ALL.len()) as u64);
        Touch { contacts: vec![contact], ..Touch::default() }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        if !look.world.permit.network {
            return Err(Unknown::because("not contacted: --offline"));
        }
        let ready = self.ready(look.world, look.until).await?;
        let addresses = match addresses_of(ready.place(), look.until).await {
            Ok(addresses) => addresses,
            Err(failure) => return facts::unreachable(&ready.place.shown(), &failure, 0),
        };
        let mut shown = Vec::new();
        let mut unconnected = Vec::new();
        for address in addresses.iter().take(MOST_ADDRESSES) {
            match inspect(ready.place(), *address, &ready.trust, look.world.now, look.until).await {
                Ok(seen) => shown.push((*address, seen)),
                Err(failure) if failure.kind == FailureKind::Ours => return Err(Unknown::because(failure.detail)),
                Err(failure) => unconnected.push(failure),
            }
        }
        let requests = (shown.len() + unconnected.len()) as u64;
        let Some((first, _)) = shown.first() else {
            let failure = unconnected.into_iter().next().unwrap_or_else(nobody);
            return facts::unreachable(&ready.place.shown(), &failure, requests);
        };
        let trials = trials(&ready.place.host, *first, look.until).await;
        let seen =
            facts::Seen { place: ready.place.shown(), now: look.world.now, shown: &shown, unconnected: &unconnected };
        Ok(Observation { requests: requests + trials.len() as u64, ..facts::observation(&seen, &trials) })
    }
}
