//! Several plain requests to one target, one after the other or a few at a time, counted; no redirect is
//! followed, and one login serves them all.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use tokio::task::JoinSet;

use super::fetch::{Address, Aim, Choice, Fetch, Fetched, aim_as, chosen, own_trouble, target};
use super::hidden::hide;
use super::identity::credential;
use super::login::{Session, log_in, requests};
use crate::model::report::{Evidence, EvidenceKind};
use crate::model::target::Credential;
use crate::model::{Facts, Observation, Unknown};
use crate::probe::Look;
use crate::world::net::{BODY_CAP, Body, Failure, Inflated, Reply, beginning, inflate};
use crate::world::{Deadline, World};

/// Time of one request at most.
const EACH: Duration = Duration::from_secs(10);

/// The page that no service has: whoever answers it with 200 answers everything.
pub(crate) const NO_SUCH_PAGE: &str = "/shipworthy-no-such-page";

/// Requests to a target under one time limit.
pub(crate) struct Round<'w> {
    world: &'w World,
    target: &'w str,
    until: Deadline,
    /// What logins gave, by whose.
    sessions: BTreeMap<String, Session>,
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
    /// Body.
    pub(crate) body: Option<&'a str>,
}

impl<'a> Request<'a> {
    /// A GET without anything of its own.
    pub(crate) fn get(path: &'a str, credentials: &'a Choice) -> Request<'a> {
        Request { method: "GET", path, credentials, headers: &[], body: None }
    }
}

impl<'w> Round<'w> {
    /// Begins what is looked at; it ends when that must be done. Unknown under `--offline`.
    pub(crate) fn of(look: &Look<'w>, target: &'w str) -> Result<Round<'w>, Unknown> {
        Round::new(look.world, target, look.until)
    }

    /// The same with another end.
    pub(crate) fn new(world: &'w World, target: &'w str, until: Deadline) -> Result<Round<'w>, Unknown> {
        if !world.permit.network {
            return Err(Unknown::because("not contacted: --offline"));
        }
        Ok(Round { world, target, until, sessions: BTreeMap::new(), requests: 0 })
    }

    /// Sends one. Unknown when the time for all of them is over, or we could not even try.
    pub(crate) async fn ask(&mut self, request: Request<'_>) -> Result<Fetched, Unknown> {
        let aim = self.aim(request).await?;
        let until = self.each()?;
        self.requests += 1;
        sent(aim, request, until).await
    }

    /// Sends several equal ones at the same time; they come back in the order in which they were answered.
    pub(crate) async fn at_once(&mut self, request: Request<'_>, count: usize) -> Result<Vec<Fetched>, Unknown> {
        let aim = self.aim(request).await?;
        let until = self.each()?;
        let mut flying = JoinSet::new();
        for _ in 0..count {
            let (aim, method, body) = (aim.clone(), request.method.to_owned(), bytes_of(request));
            self.requests += 1;
            flying.spawn(async move {
                let reply = aim.ask_at_once(&method, body, until).await;
                Ok::<Fetched, Unknown>(fetched(aim, own_trouble(reply)?))
            });
        }
        let mut answers = Vec::new();
        while let Some(joined) = flying.join_next().await {
            answers.push(joined.map_err(|_| Unknown::because("a request was not sent to its end"))??);
        }
        Ok(answers)
    }

    /// Makes one ready that is not sent as any other is; it counts as sent.
    pub(crate) async fn aimed(&mut self, request: Request<'_>) -> Result<Aim, Unknown> {
        let aim = self.aim(request).await?;
        aim.turn(self.each()?).await.map_err(|failure| Unknown::because(failure.detail))?;
        self.requests += 1;
        Ok(aim)
    }

    /// The target's credentials of this name. Unknown when there are none, or they cannot be read.
    pub(crate) fn credential(&self, choice: &Choice) -> Result<Option<Credential>, Unknown> {
        credential(choice, Some(target(self.target, self.world)?), None)
    }

    /// Logs in anew, whoever was logged in before; `brought` is the line of `Cookie` that the visitor has already.
    pub(crate) async fn log_in(&mut self, choice: &Choice, brought: Option<&str>) -> Result<Session, Unknown> {
        let Some(Credential::Login(login)) = self.credential(choice)? else {
            return Err(Unknown::because("the credentials are no `login`; only a login begins a session"));
        };
        let until = self.each()?;
        self.requests += requests(&login);
        let session = log_in(&login, self.target, self.world, until, brought).await?;
        // kept so that what it gave is hidden in all that is said
        self.sessions.insert(format!("login {}", self.requests), session.clone());
        Ok(session)
    }

    /// Waits, as far as there is time; whether there was.
    pub(crate) async fn wait(&self, pause: Duration) -> bool {
        let fits = pause < self.until.left();
        tokio::time::sleep(pause.min(self.until.left())).await;
        fits
    }

    /// Makes the target ready; whoever logs in does so once.
    async fn aim(&mut self, request: Request<'_>) -> Result<Aim, Unknown> {
        let headers: BTreeMap<String, String> =
            request.headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let address = Address::Target { name: self.target.to_owned(), path: request.path.to_owned() };
        let ask = Fetch {
            address: &address,
            method: request.method,
            headers: &headers,
            body: request.body,
            credentials: request.credentials,
            redirects: 0,
        };
        let credential = match chosen(&ask, self.world)? {
            Some(Credential::Login(login)) => {
                let who = format!("{:?}", request.credentials);
                if !self.sessions.contains_key(&who) {
                    let until = self.each()?;
                    self.requests += requests(&login);
                    self.sessions.insert(who.clone(), log_in(&login, self.target, self.world, until, None).await?);
                }
                self.sessions.get(&who).map(|session| session.credential.clone())
            }
            other => other,
        };
        aim_as(&ask, self.world, credential)
    }

    /// The time of one request. Unknown when that of all of them is over.
    fn each(&self) -> Result<Deadline, Unknown> {
        if self.until.is_over() {
            let limit = self.until.limit().as_secs_f64();
            return Err(Unknown::because(format!("not all requests fitted into {limit} s; give a `timeout`")));
        }
        Ok(Deadline::after(EACH.min(self.until.left())))
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

    /// Lines of `Set-Cookie` that logins were answered with.
    pub(crate) fn login_cookies(&self) -> impl Iterator<Item = &str> {
        self.sessions.values().flat_map(|session| &session.lines).map(String::as_str)
    }

    /// What was observed in all.
    pub(crate) fn observed(self, facts: Facts, evidence: Vec<Evidence>) -> Observation {
        let mut observation = Observation { facts, evidence, requests: self.requests };
        let secrets: Vec<String> = self.sessions.into_values().flat_map(|session| session.secrets).collect();
        hide(&mut observation, &secrets);
        observation
    }
}

fn bytes_of(request: Request<'_>) -> Option<Bytes> {
    request.body.map(|body| Bytes::copy_from_slice(body.as_bytes()))
}

async fn sent(aim: Aim, request: Request<'_>, until: Deadline) -> Result<Fetched, Unknown> {
    let reply = aim.ask(request.method, bytes_of(request), until).await;
    Ok(fetched(aim, own_trouble(reply)?))
}

fn fetched(aim: Aim, reply: Result<Reply, Failure>) -> Fetched {
    Fetched {
        url: aim.url,
        reply,
        redirects: Vec::new(),
        before: Duration::ZERO,
        requests: 1,
        attempts: 1,
        secrets: Vec::new(),
    }
}

/// Where an answer was seen; whoever has something to say adds a note.
pub(crate) fn evidence(fetched: &Fetched, method: &str) -> Evidence {
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
    let coding = reply.header("content-encoding").unwrap_or_default();
    let content = match &reply.body {
        Body::Whole(bytes) => match inflate(coding, bytes, BODY_CAP) {
            Inflated::Whole(content) | Inflated::TooLong(content) => content,
            Inflated::Unreadable(_) => return String::new(),
        },
        Body::TooLong(bytes) => beginning(coding, bytes, BODY_CAP),
        Body::Broken(_) => return String::new(),
    };
    String::from_utf8_lossy(&content).into_owned()
}

/// Whether a reply says that it is a page.
pub(crate) fn is_html(reply: &Reply) -> bool {
    reply.header("content-type").is_some_and(|kind| kind.to_ascii_lowercase().contains("html"))
}
