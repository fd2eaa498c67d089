//! Reaching a target: its URL, headers, credentials and trust, and the redirects it sends us through.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;

pub(crate) use super::identity::Choice;
use super::identity::credential;
use super::login;
use crate::model::target::{Credential, Route};
use crate::model::{Target, Unknown};
use crate::world::net::{Ask, BODY_CAP, Body, Failure, FailureKind, Header, Reply, Trust, Url, exchange, is_public};
use crate::world::{Deadline, World};

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum Address {
    /// Path and query below a target's URL.
    Target {
        /// The target's name.
        name: String,
        /// Starts with `/`.
        path: String,
    },
    /// A whole URL, valid, http or https.
    Url(String),
}

impl Address {
    /// The target's name.
    pub(crate) fn target(&self) -> Option<&str> {
        match self {
            Address::Target { name, .. } => Some(name),
            Address::Url(_) => None,
        }
    }

    /// The queue it waits in: the target, or the origin.
    pub(crate) fn lane(&self) -> String {
        match self {
            Address::Target { name, .. } => name.clone(),
            Address::Url(url) => Url::parse(url).map_or_else(|_| url.clone(), |url| url.origin().ascii_serialization()),
        }
    }

    /// Another path at the same place.
    pub(crate) fn beside(&self, path: &str) -> Address {
        match self {
            Address::Target { name, .. } => Address::Target { name: name.clone(), path: path.to_owned() },
            Address::Url(url) => {
                let joined = Url::parse(url).and_then(|url| url.join(path));
                Address::Url(joined.map_or_else(|_| url.clone(), |url| url.to_string()))
            }
        }
    }

    /// The path, or the whole URL.
    pub(crate) fn shown(&self) -> String {
        match self {
            Address::Target { path, .. } => path.clone(),
            Address::Url(url) => url.clone(),
        }
    }
}

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
    /// Whether the internet sent us here: then private addresses are refused.
    only_public: bool,
    /// Requests that it took to get here: a login.
    pub(crate) requests: u64,
    /// What that login gave; never to be shown.
    pub(crate) secrets: Vec<String>,
}

/// Sends a request and follows redirects as far as asked. Unknown when we could not even try.
pub(crate) async fn fetch(fetch: Fetch<'_>, world: &World, until: Deadline) -> Result<Fetched, Unknown> {
    let mut aim = aim(&fetch, world, until).await?;
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
fn own_trouble(reply: Result<Reply, Failure>) -> Result<Result<Reply, Failure>, Unknown> {
    match reply {
        Err(Failure { kind: FailureKind::Ours, detail }) => Err(Unknown::because(detail)),
        reply => Ok(reply),
    }
}

/// Where an answer redirects to (RFC 9110 §15.4).
pub(crate) fn location(reply: &Reply) -> Option<&str> {
    matches!(reply.status, 301 | 302 | 303 | 307 | 308).then(|| reply.header("location")).flatten()
}

/// The URL that a redirect leads to.
pub(crate) fn redirected(from: &Url, to: &str) -> Result<Url, Failure> {
    let bad = |why: String| Failure::new(FailureKind::BadRedirect, format!("{from} leads to `{to}`: {why}"));
    let mut url = from.join(to).map_err(|error| bad(error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad("not an http or https URL".to_owned()));
    }
    url.set_fragment(None);
    strip_user(&mut url);
    Ok(url)
}

fn strip_user(url: &mut Url) {
    // both only fail for URLs that cannot have a user
    let _ = url.set_username("");
    let _ = url.set_password(None);
}

impl Aim {
    /// Asks once; what a redirect says is left to the caller.
    pub(crate) async fn ask(&self, method: &str, body: Option<Bytes>, until: Deadline) -> Result<Reply, Failure> {
        let ask = Ask {
            method,
            url: &self.url,
            headers: &self.headers,
            body,
            route: &self.route,
            trust: &self.trust,
            body_cap: BODY_CAP,
            only_public: self.only_public,
        };
        exchange(&ask, until).await
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
    let target = match fetch.address {
        Address::Target { name, .. } => Some(target(name, world)?),
        Address::Url(_) => None,
    };
    let (_, user) = url(fetch.address, target)?;
    match (credential(fetch.credentials, target, user)?, target) {
        (Some(Credential::Login(login)), Some(target)) => {
            let session = login::log_in(&login, &target.name, world, until).await?;
            let mut aim = aim_as(fetch, world, Some(session.credential))?;
            aim.requests = 1;
            aim.secrets = session.secrets;
            Ok(aim)
        }
        (credential, _) => aim_as(fetch, world, credential),
    }
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
        only_public: false,
        requests: 0,
        secrets: Vec::new(),
    })
}

fn target<'w>(name: &str, world: &'w World) -> Result<&'w Target, Unknown> {
    world.targets.get(name).ok_or_else(|| Unknown::because(format!("there is no target `{name}`")))
}

/// The URL to ask, and the user that the target's URL names.
fn url(address: &Address, target: Option<&Target>) -> Result<(Url, Option<Credential>), Unknown> {
    let (text, name) = match (address, target) {
        (Address::Target { path, name }, Some(target)) => {
            let base = target.url.as_ref().map_err(|reason| Unknown::because(reason.clone()))?;
            (joined(base, path), name.as_str())
        }
        (address, _) => (address.shown(), "url"),
    };
    let mut url = Url::parse(&text).map_err(|error| {
        Unknown::because(format!("the URL of target `{name}` is not an http or https URL ({error})"))
    })?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(Unknown::because(format!("target `{name}` is `{}://…`, not http or https", url.scheme())));
    }
    let user = (!url.username().is_empty()).then(|| Credential::Basic {
        user: unescaped(url.username()),
        password: unescaped(url.password().unwrap_or_default()),
    });
    strip_user(&mut url);
    url.set_fragment(None);
    Ok((url, user))
}

/// `path` behind a base URL whose own query and fragment are dropped.
fn joined(base: &str, path: &str) -> String {
    let end = base.find(['?', '#']).unwrap_or(base.len());
    format!("{}{path}", base[..end].trim_end_matches('/'))
}

/// `%41` → `A`; what is no escape stays.
fn unescaped(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let code = text.get(at + 1..at + 3).filter(|_| byte == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        plain.push(code.unwrap_or(byte));
        at += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// Whether a request that may change something may be sent; the reason if not.
pub(crate) fn active_permitted(what: &str, target: Option<&str>, world: &World) -> Result<(), Unknown> {
    let no = |reason: String| Err(Unknown::because(format!("{what} not sent: {reason}")));
    if !world.permit.active {
        return no("--no-active".to_owned());
    }
    let Some(name) = target else {
        return no(
            "only a target can allow it; write `target:` instead of `url:`, and `allow: [active]` there".to_owned()
        );
    };
    let target = self::target(name, world)?;
    if let Some(reason) = &target.allow_reason {
        return no(reason.clone());
    }
    if !target.allow_active {
        return no(format!("target `{name}` does not say `allow: [active]`"));
    }
    if target.protected && !world.permit.protected {
        return no("the environment is protected (`--allow-protected` lifts that)".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_goes_behind_the_base_path_of_its_target() {
        assert_eq!(joined("http://h:1/app/", "/health?x=1"), "http://h:1/app/health?x=1");
        assert_eq!(joined("http://h:1/app?key=v#f", "/"), "http://h:1/app/");
    }

    #[test]
    fn escapes_in_a_user_name_are_undone() {
        assert_eq!(unescaped("a%40b%zz%4"), "a@b%zz%4");
    }
}
