//! Several plain requests to one target, one after the other, spaced and counted; no redirect is followed.

use std::collections::BTreeMap;
use std::time::Duration;

use super::fetch::{Address, Choice, Fetch, Fetched, fetch};
use crate::model::report::{Evidence, EvidenceKind};
use crate::model::{Facts, Observation, Unknown};
use crate::world::net::{BODY_CAP, Body, Inflated, Reply, inflate};
use crate::world::{Deadline, World};

/// Pause between two requests, but on this machine.
const SPACING: Duration = Duration::from_millis(100);
/// Time of one request at most.
const EACH: Duration = Duration::from_secs(10);

/// The page that no service has: whoever answers it with 200 answers everything.
pub(crate) const NO_SUCH_PAGE: &str = "/shipworthy-no-such-page";

/// Requests to a target under one time limit.
pub(crate) struct Round<'w> {
    world: &'w World,
    target: &'w str,
    until: Deadline,
    /// Whether the target is on this machine, which needs no politeness.
    near: bool,
    /// How many were sent.
    pub(crate) requests: u64,
}

/// One of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    /// Request method.
    pub(crate) method: &'a str,
    /// Path and query below the target's URL.
    pub(crate) path: &'a str,
    /// As whom.
    pub(crate) credentials: &'a Choice,
    /// Headers over the target's.
    pub(crate) headers: &'a [(&'a str, &'a str)],
}

impl<'w> Round<'w> {
    /// Begins. Unknown under `--offline`.
    pub(crate) fn new(world: &'w World, target: &'w str, until: Deadline) -> Result<Round<'w>, Unknown> {
        if !world.permit.network {
            return Err(Unknown::because("not contacted: --offline"));
        }
        Ok(Round { world, target, until, near: false, requests: 0 })
    }

    /// Sends one. Unknown when the time for all of them is over, or we could not even try.
    pub(crate) async fn ask(&mut self, request: Request<'_>) -> Result<Fetched, Unknown> {
        if self.requests > 0 && !self.near {
            tokio::time::sleep(SPACING.min(self.until.left())).await;
        }
        if self.until.is_over() {
            let limit = self.until.limit().as_secs_f64();
            return Err(Unknown::because(format!("not all requests fitted into {limit} s; give a `timeout`")));
        }
        let headers: BTreeMap<String, String> =
            request.headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let address = Address::Target { name: self.target.to_owned(), path: request.path.to_owned() };
        let ask = Fetch {
            address: &address,
            method: request.method,
            headers: &headers,
            body: None,
            credentials: request.credentials,
            redirects: 0,
        };
        self.requests += 1;
        let fetched = fetch(ask, self.world, Deadline::after(EACH.min(self.until.left()))).await?;
        self.near = fetched.reply.as_ref().is_ok_and(|reply| reply.peer.ip().is_loopback());
        Ok(fetched)
    }

    /// The same; Unknown with the reason when no whole answer came.
    pub(crate) async fn answer(&mut self, request: Request<'_>) -> Result<(Reply, Evidence), Unknown> {
        let fetched = self.ask(request).await?;
        if let Some(failure) = fetched.failure() {
            return Err(Unknown::because(format!("{} {}: {failure}", request.method, request.path)));
        }
        let evidence = evidence(&fetched, request.method);
        fetched.reply.map(|reply| (reply, evidence)).map_err(|failure| Unknown::because(failure.to_string()))
    }

    /// What was observed in all.
    pub(crate) fn observed(self, facts: Facts, evidence: Vec<Evidence>) -> Observation {
        Observation { facts, evidence, requests: self.requests }
    }
}

/// Where an answer was seen; whoever has something to say adds a note.
fn evidence(fetched: &Fetched, method: &str) -> Evidence {
    Evidence {
        kind: EvidenceKind::Http,
        url: Some(fetched.url.to_string()),
        status: fetched.reply.as_ref().ok().map(|reply| reply.status),
        note: Some(method.to_owned()),
        ..Evidence::default()
    }
}

/// The body of a reply as text, as far as it was read and can be unpacked.
pub(crate) fn body_text(reply: &Reply) -> String {
    let bytes = match &reply.body {
        Body::Whole(bytes) | Body::TooLong(bytes) => bytes,
        Body::Broken(_) => return String::new(),
    };
    match inflate(reply.header("content-encoding").unwrap_or_default(), bytes, BODY_CAP) {
        Inflated::Whole(content) => String::from_utf8_lossy(&content).into_owned(),
        Inflated::TooLong | Inflated::Unreadable(_) => String::new(),
    }
}

/// Whether a reply says that it is a page.
pub(crate) fn is_html(reply: &Reply) -> bool {
    reply.header("content-type").is_some_and(|kind| kind.to_ascii_lowercase().contains("html"))
}
