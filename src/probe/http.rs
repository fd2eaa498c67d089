//! Probe `http`: sends one request (or a few equal ones) and reports what came back.
//!
//! Owns the parameters and the choice among samples. Reaching a target is in `http/fetch.rs`, turning a response into
//! facts in `http/facts.rs`.

mod address;
pub(super) mod decode;
mod facts;
pub(crate) mod fetch;
pub(super) mod health;
pub(crate) mod hidden;
pub(crate) mod identity;
pub(super) mod jar;
pub(crate) mod login;
pub(super) mod own_page;
pub(crate) mod place;
pub(crate) mod round;
mod steps;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use self::fetch::{Address, Choice, Fetch, Fetched};
use super::inquiry::{Inquire, Whom};
use super::permission::{Permission, permitted};
use super::{Contact, Look, ProbeDef, Touch};
use crate::model::target::Family;
use crate::model::{FactSchema, Observation, Unknown};
use crate::world::{Deadline, World};

/// Redirects that are followed at most.
pub(crate) const MOST_REDIRECTS: usize = 5;
/// Pause between two samples of one observation.
const SPACING: Duration = Duration::from_millis(100);
/// Pause before the first retry; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "http",
    doc: "Sends a request and reports whether and how it was answered: status, headers, body, each phase's time.",
    schema: |generator| generator.subschema_for::<decode::Params>(),
    decode: decode::decode,
    example: "target: api\npath: /health\ncredentials: none\ntimeout: 5 s\n",
};

/// Which of several samples speaks for all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Take {
    /// The one in the middle by time.
    #[default]
    Median,
    /// The slowest; one without an answer is slower than any.
    Worst,
}

/// The probe with its parameters checked.
#[derive(Clone, Debug, Serialize)]
struct Http {
    address: Address,
    method: String,
    headers: BTreeMap<String, String>,
    body: Option<String>,
    /// Bytes of filler to send as the body.
    upload: Option<usize>,
    credentials: Choice,
    follow_redirects: bool,
    timeout: Option<Duration>,
    retry: u32,
    samples: u32,
    take: Take,
    units: BTreeMap<String, String>,
    /// 4 or 6: the only addresses that are tried.
    family: Option<u8>,
    /// Whether to ask for a page that cannot exist, too.
    catch_all: bool,
    /// Requests instead of the one above; each by its own path and method.
    steps: Vec<steps::Step>,
}

/// Methods that change nothing by their definition (RFC 9110 §9.2.1).
pub(super) fn is_safe(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS")
}

impl Http {
    /// Asks the same origin for a page that cannot exist.
    async fn ask_for_nothing(
        &self,
        answer: &Fetched,
        observation: &mut Observation,
        world: &World,
        until: Deadline,
    ) -> Result<(), Unknown> {
        tokio::time::sleep(SPACING.min(until.left())).await;
        let nowhere = self.address.beside(round::NO_SUCH_PAGE);
        let fetch = Fetch { address: &nowhere, method: "GET", body: None, ..self.fetch() };
        let other = fetch::fetch(fetch, world, Deadline::after(until.left())).await?;
        observation.requests += other.requests;
        facts::set_catch_all(observation, answer, &other);
        Ok(())
    }

    async fn walk(&self, world: &World, until: Deadline) -> Result<Observation, Unknown> {
        let target = self.address.target().unwrap_or_default();
        let limit = self.timeout.unwrap_or(until.limit()).min(until.left());
        let walked = steps::walk(&self.steps, (target, &self.credentials), world, Deadline::after(limit)).await?;
        let last = self.steps.get(walked.done.saturating_sub(usize::from(walked.stopped.is_none())));
        let method = last.map_or("GET", |step| step.method.as_str());
        let mut observation = facts::observation(&walked.fetched, method)?;
        facts::set_steps(&mut observation, &walked, self.steps.len());
        hidden::hide(&mut observation, &walked.fetched.secrets);
        Ok(observation)
    }

    fn too_many_samples(&self, until: Deadline) -> Unknown {
        let limit = until.limit().as_secs_f64();
        Unknown::because(format!("{} samples did not fit into {limit} s; give a `timeout`", self.samples))
    }

    /// One sample: the request, repeated after transport errors. A request that may change something is never
    /// repeated: the first one may have arrived.
    async fn answer(&self, fetch: Fetch<'_>, world: &World, until: Deadline) -> Result<Fetched, Unknown> {
        let mut pause = FIRST_PAUSE;
        let mut requests = 0;
        let retries = if is_safe(&self.method) { self.retry } else { 0 };
        for attempt in 0.. {
            let mut fetched = fetch::fetch_by(fetch, self.family(), world, until).await?;
            requests += fetched.requests;
            fetched.requests = requests;
            fetched.attempts = attempt + 1;
            let again = fetched.failure().is_some_and(|failure| failure.kind.is_transient());
            if !again || attempt >= retries || until.left() <= pause {
                return Ok(fetched);
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        Err(Unknown::because("not asked"))
    }

    fn fetch(&self) -> Fetch<'_> {
        Fetch {
            address: &self.address,
            method: &self.method,
            headers: &self.headers,
            body: self.body.as_deref(),
            credentials: &self.credentials,
            redirects: if self.follow_redirects { MOST_REDIRECTS } else { 0 },
        }
    }

    fn family(&self) -> Option<Family> {
        self.family.map(|family| if family == 4 { Family::Four } else { Family::Six })
    }

    fn permitted(&self, world: &World) -> Result<(), Unknown> {
        if !world.permit.network {
            return Err(Unknown::because("not contacted: --offline"));
        }
        if is_safe(&self.method) && !steps::is_active(&self.steps) {
            return Ok(());
        }
        permitted(&self.method, Permission::Active, self.address.target(), world)
    }
}

impl Inquire for Http {
    const NAME: &'static str = "http";

    fn whom(&self) -> Whom<'_> {
        // the parameter bounds one answer, this bounds the observation
        self.address.whom(self.timeout.map(|limit| (limit + SPACING) * self.samples))
    }

    fn facts(&self) -> FactSchema {
        FactSchema { decls: facts::declared(!self.steps.is_empty(), self.catch_all), units: self.units.clone() }
    }

    fn touch(&self) -> Touch {
        if !self.steps.is_empty() {
            let contact =
                |step: &steps::Step| Contact { url: step.path.clone(), ..self.address.contact(&step.method, 1) };
            let contacts = self.steps.iter().map(contact).collect();
            let logins = self.steps.iter().filter(|step| step.bearer.is_none()).count() as u64;
            let presents = self.credentials.presented(logins).into_iter().filter(|one| one.at_most > 0).collect();
            return Touch { contacts, presents, active: steps::is_active(&self.steps), ..Touch::default() };
        }
        let hops = if self.follow_redirects { MOST_REDIRECTS as u64 + 1 } else { 1 };
        let retries = if is_safe(&self.method) { u64::from(self.retry) } else { 0 };
        let contact = self.address.contact(&self.method, u64::from(self.samples) * (retries + 1) * hops);
        let nowhere = self.address.beside(round::NO_SUCH_PAGE).contact(&self.method, hops);
        let logins = u64::from(self.samples) * (retries + 1) + u64::from(self.catch_all);
        let presents = self.credentials.presented(logins).into_iter().collect();
        let contacts = std::iter::once(contact).chain(self.catch_all.then_some(nowhere)).collect();
        Touch { contacts, presents, active: !is_safe(&self.method), ..Touch::default() }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        let Look { world, until, .. } = look;
        self.permitted(world)?;
        if !self.steps.is_empty() {
            return self.walk(world, until).await;
        }
        let filler = self.upload.map(|size| "x".repeat(size));
        let fetch = Fetch { body: filler.as_deref().or(self.body.as_deref()), ..self.fetch() };
        let mut samples = Vec::new();
        for sample in 0..self.samples {
            if sample > 0 {
                tokio::time::sleep(SPACING.min(until.left())).await;
                if until.is_over() {
                    return Err(self.too_many_samples(until));
                }
            }
            let limit = self.timeout.unwrap_or(until.limit()).min(until.left());
            samples.push(self.answer(fetch, world, Deadline::after(limit)).await?);
        }
        let requests = samples.iter().map(|sample| sample.requests).sum();
        samples.sort_by_key(|sample| sample.time().unwrap_or(Duration::MAX));
        let times: Vec<Option<Duration>> = samples.iter().map(Fetched::time).collect();
        let chosen = match self.take {
            Take::Median => samples.len() / 2,
            Take::Worst => samples.len() - 1,
        };
        let mut observation = facts::observation(&samples[chosen], &self.method)?;
        facts::set_upload_rate(&mut observation, &samples[chosen], self.upload);
        if let (Some(evidence), true) = (observation.evidence.first_mut(), times.len() > 1) {
            let note = evidence.note.take().unwrap_or_default();
            evidence.note = Some(format!("{note}; {}", facts::about_samples(&times, self.take)));
        }
        observation.requests = requests;
        if self.catch_all {
            self.ask_for_nothing(&samples[chosen], &mut observation, world, until).await?;
        }
        hidden::hide(&mut observation, &samples[chosen].secrets);
        Ok(observation)
    }
}
