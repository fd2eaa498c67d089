//! Reaching a target: its URL, headers, credentials and trust, and the redirects it sends us through.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::address::url;
pub(crate) use super::address::{Address, location, redirected};
pub(crate) use super::identity::Choice;
use super::identity::credential;
use super::login;
use crate::model::target::{Credential, Family, Route};
use crate::model::{Target, Unknown};
use crate::world::net::{Ask, BODY_CAP, Body, Failure, FailureKind, Header, Reply, Trust, Url, exchange, is_public};
use crate::world::quota::{Most, Quota};
use crate::world::{Deadline, World};
use bytes::Bytes;

/// A request to make.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fetch<'a> {
    /// Where.
    pub(crate) address: &'a Address,
    /// How.
    pub(crate) method: &'a str,
    /// Headers over the target's.
    pub(crate) headers: &'a BTreeMap<String, String>,
    /// Body.
    pub(crate) body: Option<&'a str>,
    /// As whom.
    pub(crate) credentials: &'a Choice,
    /// Redirects that are followed at most.
    pub(crate) redirects: usize,
}

/// What came of it.
#[derive(Clone, Debug)]
pub(crate) struct Fetched {
    /// The last URL that was asked, without user and password.
    pub(crate) url: Url,
    /// Its answer.
    pub(crate) reply: Result<Reply, Failure>,
    /// URLs that redirects led to, in order.
    pub(crate) redirects: Vec<String>,
    /// Time spent on answers that were redirects.
    pub(crate) before: Duration,
    /// Requests that were sent.
    pub(crate) requests: u64,
    /// Attempts it took.
    pub(crate) attempts: u32,
    /// What a login gave on the way; never to be shown.
    pub(crate) secrets: Vec<String>,
}

impl Fetched {
    /// Why there is no whole answer, if so.
    pub(crate) fn failure(&self) -> Option<&Failure> {
        match &self.reply {
            Err(failure) | Ok(Reply { body: Body::Broken(failure), .. }) => Some(failure),
            Ok(_) => None,
        }
    }

    /// Time of all answers together; `None` when the last one is not whole.
    pub(crate) fn time(&self) -> Option<Duration> {
        Some(self.before + self.reply.as_ref().ok()?.phases.total()?)
    }
}

/// A target made ready to be asked.
#[derive(Clone, Debug)]
pub(crate) struct Aim {
    /// What to ask, without user and password.
    pub(crate) url: Url,
    /// What to send along, credentials among it.
    pub(crate) headers: Vec<Header>,
    /// Whom we trust.
    pub(crate) trust: Trust,
    /// Whom we trust where the client certificate has no business.
    authorities: Trust,
    /// The target's own host.
    host: Option<String>,
    /// How hosts are reached.
    pub(crate) route: Route,
    /// What may still be asked of it.
    quota: Arc<Quota>,
    /// Whether the internet sent us here: then private addresses are refused.
    only_public: bool,
    /// Requests that it took to get here: a login.
    pub(crate) requests: u64,
    /// What that login gave; never to be shown.
    pub(crate) secrets: Vec<String>,
}

/// Sends a request and follows redirects as far as asked. Unknown when we could not even try.
pub(crate) async fn fetch(fetch: Fetch<'_>, world: &World, until: Deadline) -> Result<Fetched, Unknown> {
    fetch_by(fetch, None, world, until).await
}

/// The same, by addresses of one family only.
pub(crate) async fn fetch_by(
    fetch: Fetch<'_>,
    family: Option<Family>,
    world: &World,
    until: Deadline,
) -> Result<Fetched, Unknown> {
    let mut aim = aim(&fetch, world, until).await?;
    aim.route.family = family;
    let secrets = std::mem::take(&mut aim.secrets);
    let mut redirects = Vec::new();
    let (mut before, mut requests) = (Duration::ZERO, aim.requests);
    loop {
        let body = fetch.body.map(|body| Bytes::copy_from_slice(body.as_bytes()));
        let reply = aim.ask(fetch.method, body, until).await;
        requests += 1;
        let next = reply.as_ref().ok().filter(|_| fetch.redirects > 0).and_then(location);
        let done = |reply, url, redirects| Fetched {
            url,
            reply,
            redirects,
            before,
            requests,
            attempts: 1,
            secrets: secrets.clone(),
        };
        let (Some(next), Ok(answer)) = (next, &reply) else {
            return Ok(done(own_trouble(reply)?, aim.url, redirects));
        };
        let url = match redirected(&aim.url, next) {
            Ok(url) if redirects.len() < fetch.redirects => url,
            Ok(url) => {
                let detail = format!("after {} the next one leads to {url}", redirects.len());
                return Ok(done(Err(Failure::new(FailureKind::TooManyRedirects, detail)), aim.url, redirects));
            }
            Err(failure) => return Ok(done(Err(failure), aim.url, redirects)),
        };
        before += answer.phases.total().unwrap_or_default();
        redirects.push(url.to_string());
        aim.follow(url, answer);
    }
}

/// A failure of this machine is no observation of the target.
pub(super) fn own_trouble(reply: Result<Reply, Failure>) -> Result<Result<Reply, Failure>, Unknown> {
    match reply {
        Err(Failure { kind: FailureKind::Ours, detail }) => Err(Unknown::because(detail)),
        reply => Ok(reply),
    }
}

impl Aim {
    /// Asks once; what a redirect says is left to the caller.
    pub(crate) async fn ask(&self, method: &str, body: Option<Bytes>, until: Deadline) -> Result<Reply, Failure> {
        self.turn(until).await?;
        self.sent(method, body, until).await
    }

    /// The same at the same time as others, on purpose.
    pub(crate) async fn ask_at_once(
        &self,
        method: &str,
        body: Option<Bytes>,
        until: Deadline,
    ) -> Result<Reply, Failure> {
        self.quota.burst()?;
        self.sent(method, body, until).await
    }

    /// Waits until another request may go, and counts it: for those that are not sent by [`Aim::ask`].
    pub(crate) async fn turn(&self, until: Deadline) -> Result<(), Failure> {
        self.quota.turn(until).await
    }

    async fn sent(&self, method: &str, body: Option<Bytes>, until: Deadline) -> Result<Reply, Failure> {
        let reply = exchange(&self.request(method, body), until).await?;
        // behind a proxy nobody knows how far it is
        self.quota.heard_from(reply.peer.ip().is_loopback() && self.route.proxy.is_none());
        Ok(reply)
    }

    /// The request itself.
    pub(crate) fn request<'a>(&'a self, method: &'a str, body: Option<Bytes>) -> Ask<'a> {
        Ask {
            method,
            url: &self.url,
            headers: &self.headers,
            body,
            route: &self.route,
            trust: &self.trust,
            body_cap: BODY_CAP,
            only_public: self.only_public,
        }
    }

    /// Takes any certificate from now on, and therefore sends nothing of the spec's.
    pub(crate) fn distrust(&mut self) {
        self.headers = own_headers();
        self.trust = Trust::unverified();
        self.authorities = Trust::unverified();
    }

    /// What belongs to an origin stays there: another one gets no credentials, no client certificate, no headers of the
    /// spec. The authorities of the spec are good for the hosts it names, no other.
    pub(crate) fn turn_to(&mut self, url: Url) {
        if url.origin() != self.url.origin() {
            self.headers = own_headers();
            self.trust = if self.is_named(&url) { self.authorities.clone() } else { Trust::public() };
        }
        self.url = url;
    }

    /// Goes where an answer sends us. Who answers from the internet must not send us into this network.
    pub(crate) fn follow(&mut self, url: Url, answer: &Reply) {
        self.only_public = self.only_public || is_public(answer.peer.ip());
        self.turn_to(url);
    }

    fn is_named(&self, url: &Url) -> bool {
        let host = url.host_str();
        host == self.host.as_deref() || host.is_some_and(|host| self.route.address(host).is_some())
    }
}

fn own_headers() -> Vec<Header> {
    let agent = concat!("shipworthy/", env!("CARGO_PKG_VERSION"));
    [("user-agent", agent), ("accept", "*/*")]
        .iter()
        .filter_map(|(name, value)| Header::new(name, value).ok())
        .collect()
}

/// Makes the target ready, logging in where its credentials are a login. Unknown when it has no URL, or its credentials
/// or trust cannot be used.
pub(crate) async fn aim(fetch: &Fetch<'_>, world: &World, until: Deadline) -> Result<Aim, Unknown> {
    match (chosen(fetch, world)?, fetch.address.target()) {
        (Some(Credential::Login(login)), Some(target)) => {
            let session = login::log_in(&login, target, world, until, None).await?;
            let mut aim = aim_as(fetch, world, Some(session.credential))?;
            aim.requests = login::requests(&login);
            aim.secrets = session.secrets;
            Ok(aim)
        }
        (credential, _) => aim_as(fetch, world, credential),
    }
}

/// As whom a request presents itself. Unknown when those credentials cannot be used.
pub(super) fn chosen(fetch: &Fetch<'_>, world: &World) -> Result<Option<Credential>, Unknown> {
    let target = fetch.address.target().map(|name| target(name, world)).transpose()?;
    let (_, user) = url(fetch.address, target)?;
    credential(fetch.credentials, target, user)
}

/// Makes the target ready to be asked with this credential, whatever the request says.
pub(super) fn aim_as(fetch: &Fetch<'_>, world: &World, credential: Option<Credential>) -> Result<Aim, Unknown> {
    let mut headers = own_headers();
    let mut push = |name: &str, value: &str| {
        headers.push(Header::new(name, value).map_err(Unknown::because)?);
        Ok::<(), Unknown>(())
    };
    let target = match fetch.address {
        Address::Target { name, .. } => Some(target(name, world)?),
        Address::Url(_) => None,
    };
    let (url, _) = url(fetch.address, target)?;
    for (name, value) in target.map(|target| &target.headers).into_iter().flatten() {
        push(name, value)?;
    }
    for (name, value) in fetch.headers {
        push(name, value)?;
    }
    if let Some((name, value)) = credential.as_ref().and_then(Credential::header) {
        push(&name, &value)?;
    }
    let client = match &credential {
        Some(Credential::ClientCert { cert, key }) => Some((cert, key)),
        _ => target.and_then(|target| target.client_cert.as_ref()).map(|(cert, key)| (cert, key)),
    };
    let client = client.map(|(cert, key)| (world.root.join(cert), world.root.join(key)));
    let ca_file = target.and_then(|target| target.ca_file.as_ref()).map(|path| world.root.join(path));
    let client = client.as_ref().map(|(cert, key)| (cert.as_path(), key.as_path()));
    let trust = Trust::from_files(ca_file.as_deref(), client)?;
    let authorities = Trust::from_files(ca_file.as_deref(), None)?;
    let route = target.map(|target| target.route.clone()).unwrap_or_default();
    Ok(Aim {
        host: url.host_str().map(str::to_owned),
        url,
        headers,
        trust,
        authorities,
        route,
        quota: world.quotas.of(&fetch.address.lane(), Most::of(target)),
        only_public: false,
        requests: 0,
        secrets: Vec::new(),
    })
}

/// The target of this name.
pub(in crate::probe) fn target<'w>(name: &str, world: &'w World) -> Result<&'w Target, Unknown> {
    world.targets.get(name).ok_or_else(|| Unknown::because(format!("there is no target `{name}`")))
}
