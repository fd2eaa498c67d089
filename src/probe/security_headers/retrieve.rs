//! A scan: one visit that begins with http, one that begins with https, one CORS preflight.

use std::time::Duration;

use cookie_store::{CookieStore, RawCookie};

use super::scripting::nonces;
use super::seen::{Answer, Content, Hop, Scan, Visit, headers_of};
use crate::model::Unknown;
use crate::probe::http::fetch::{Aim, location, redirected};
use crate::probe::http::round::NO_SUCH_PAGE;
use crate::world::Deadline;
use crate::world::net::{BODY_CAP, Body, Failure, FailureKind, Header, Inflated, Reply, Url, beginning, inflate};

/// Redirects that are followed, as browsers and the Observatory do; more than elsewhere, for parity.
pub(super) const MOST_REDIRECTS: usize = 10;
/// The origin that the preflight comes from; servers that list it answer it as they answer the Observatory.
pub(super) const ORIGIN: &str = "https://http-observatory.security.mozilla.org";
/// Time of one visit at most.
const VISIT: Duration = Duration::from_secs(10);

/// What a scan brought home.
pub(super) struct Retrieved {
    pub(super) scan: Scan,
    /// Why https, or else http, did not answer; one that was not asked has no reason.
    pub(super) failure: Option<Failure>,
    /// What the reader should know of how it was seen.
    pub(super) notes: Vec<String>,
    pub(super) requests: u64,
}

/// Visits a site. Unknown when we could not look.
pub(super) async fn retrieve(aim: &Aim, until: Deadline) -> Result<Retrieved, Unknown> {
    let mut tour = Tour { until, requests: 0, notes: Vec::new() };
    let host = aim.url.host_str().unwrap_or_default().to_lowercase();
    let https = tour.visit(aim, "https").await?;
    let http = tour.visit(aim, "http").await?;
    let asked = [("https", &https), ("http", &http)].into_iter().filter(|(scheme, _)| sibling(aim, scheme).is_some());
    let failure = asked.into_iter().find_map(|(_, visit)| visit.as_ref().err().cloned());
    let (http, https) = (http.ok(), https.ok());
    let preflight = match https.as_ref().or(http.as_ref()) {
        Some(visit) => tour.preflight(aim, visit).await?,
        None => None,
    };
    let nowhere = match https.as_ref().filter(|visit| visit.answer.header("strict-transport-security").is_some()) {
        Some(visit) => tour.once_more(aim, visit, Some(NO_SUCH_PAGE)).await?,
        None => None,
    };
    let again = match https.as_ref().or(http.as_ref()).filter(|visit| !nonces(&visit.answer).is_empty()) {
        Some(visit) => tour.once_more(aim, visit, None).await?,
        None => None,
    };
    let scan = Scan { host, http_asked: sibling(aim, "http").is_some(), http, https, preflight, nowhere, again };
    Ok(Retrieved { scan, failure, notes: tour.notes, requests: tour.requests + aim.requests })
}

struct Tour {
    until: Deadline,
    requests: u64,
    notes: Vec<String>,
}

impl Tour {
    /// Begins with this scheme and goes where it is sent; once more without verification where that fails.
    async fn visit(&mut self, aim: &Aim, scheme: &str) -> Result<Result<Visit, Failure>, Unknown> {
        let Some(url) = sibling(aim, scheme) else {
            let why = format!("{scheme} was not asked: the URL names a port, and the target no `{scheme}_port`");
            self.notes.push(why.clone());
            return Ok(Err(Failure::new(FailureKind::Refused, why)));
        };
        let until = Deadline::after(VISIT.min(self.until.left() / 2));
        let mut there = aim.clone();
        there.turn_to(url);
        match self.walk(there.clone(), true, until).await? {
            Err(failure) if is_about_certificates(failure.kind) => {
                self.notes.push(format!("looked at without verification, for {failure}"));
                there.distrust();
                self.walk(there, false, until).await
            }
            other => Ok(other),
        }
    }

    async fn walk(&mut self, mut aim: Aim, verified: bool, until: Deadline) -> Result<Result<Visit, Failure>, Unknown> {
        let mut hops: Vec<Hop> = Vec::new();
        let mut jar = CookieStore::default();
        loop {
            let reply = match self.ask(&with_cookies(&aim, &jar), "GET", until).await {
                Err(Failure { kind: FailureKind::Ours, detail }) => return Err(Unknown::because(detail)),
                Err(failure) => return Ok(Err(failure)),
                Ok(reply) => reply,
            };
            let cookies = lines(&reply, "set-cookie");
            let parsed = cookies.iter().filter_map(|line| RawCookie::parse(line.clone()).ok());
            jar.store_response_cookies(parsed, &aim.url);
            let hsts = reply.header("strict-transport-security").is_some();
            hops.push(Hop { url: aim.url.clone(), cookies, hsts, permanent: matches!(reply.status, 301 | 308) });
            match location(&reply).filter(|_| hops.len() <= MOST_REDIRECTS) {
                Some(to) => match redirected(&aim.url, to) {
                    Ok(url) => aim.follow(url, &reply),
                    Err(failure) => return Ok(Err(failure)),
                },
                None => {
                    let answer = match self.answer(&reply)? {
                        Ok(answer) => answer,
                        Err(failure) => return Ok(Err(failure)),
                    };
                    return Ok(Ok(Visit { hops, answer, verified }));
                }
            }
        }
    }

    async fn ask(&mut self, aim: &Aim, method: &str, until: Deadline) -> Result<Reply, Failure> {
        self.requests += 1;
        aim.ask(method, None, until).await
    }

    fn answer(&mut self, reply: &Reply) -> Result<Result<Answer, Failure>, Unknown> {
        let coding = reply.header("content-encoding").unwrap_or_default();
        let (body, whole) = match &reply.body {
            Body::Whole(body) => match inflate(coding, body, BODY_CAP) {
                Inflated::Whole(body) => (body, true),
                Inflated::TooLong(body) => (body, false),
                Inflated::Unreadable(why) => return Err(Unknown::because(why)),
            },
            Body::TooLong(body) => (beginning(coding, body, BODY_CAP), false),
            Body::Broken(failure) => return Ok(Err(failure.clone())),
        };
        if !whole {
            self.notes.push("of the page the first 2 MiB were read".to_owned());
        }
        Ok(Ok(Answer { status: reply.status, headers: headers_of(reply), content: Content::of(&body) }))
    }

    /// Asks once more where a visit ended, or for another path there; `None` when no whole answer comes.
    async fn once_more(&mut self, aim: &Aim, visit: &Visit, path: Option<&str>) -> Result<Option<Answer>, Unknown> {
        let Some(last) = visit.hops.last() else { return Ok(None) };
        let mut there = aim.clone();
        if !visit.verified {
            there.distrust();
        }
        let mut url = last.url.clone();
        if let Some(path) = path {
            url.set_path(path);
            url.set_query(None);
        }
        there.turn_to(url);
        match self.ask(&there, "GET", Deadline::after(VISIT.min(self.until.left()))).await {
            Err(Failure { kind: FailureKind::Ours, detail }) => Err(Unknown::because(detail)),
            Err(_) => Ok(None),
            Ok(reply) => Ok(self.answer(&reply)?.ok()),
        }
    }

    /// The headers of the answer to a preflight, if it is one of success.
    async fn preflight(&mut self, aim: &Aim, visit: &Visit) -> Result<Option<Vec<(String, String)>>, Unknown> {
        let mut there = aim.clone();
        if !visit.verified {
            there.distrust();
        }
        let Some(last) = visit.hops.last() else { return Ok(None) };
        there.turn_to(last.url.clone());
        for (name, value) in [("origin", ORIGIN), ("access-control-request-method", "GET")] {
            there.headers.push(Header::new(name, value).map_err(Unknown::because)?);
        }
        let until = Deadline::after(VISIT.min(self.until.left()));
        for _ in 0..=MOST_REDIRECTS {
            let reply = match self.ask(&there, "OPTIONS", until).await {
                Err(Failure { kind: FailureKind::Ours, detail }) => return Err(Unknown::because(detail)),
                Err(_) => return Ok(None),
                Ok(reply) => reply,
            };
            match location(&reply).map(|to| redirected(&there.url, to)) {
                Some(Ok(url)) => {
                    let headers = there.headers.clone();
                    there.follow(url, &reply);
                    there.headers.extend(headers.into_iter().filter(is_of_preflight));
                }
                Some(Err(_)) => return Ok(None),
                None => return Ok((200..300).contains(&reply.status).then(|| headers_of(&reply))),
            }
        }
        Ok(None)
    }
}

fn is_of_preflight(header: &Header) -> bool {
    matches!(header.name(), "origin" | "access-control-request-method")
}

fn is_about_certificates(kind: FailureKind) -> bool {
    matches!(
        kind,
        FailureKind::TlsExpired | FailureKind::TlsNotYetValid | FailureKind::TlsWrongName | FailureKind::TlsUntrusted
    )
}

fn lines(reply: &Reply, name: &str) -> Vec<String> {
    reply.headers.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
}

/// The same place by another scheme. A port that was written belongs to its scheme alone.
fn sibling(aim: &Aim, scheme: &str) -> Option<Url> {
    let mut url = aim.url.clone();
    if url.scheme() == scheme {
        return Some(url);
    }
    if url.port().is_some() && aim.route.port(scheme).is_none() {
        return None;
    }
    url.set_port(None).ok()?;
    url.set_scheme(scheme).ok()?;
    Some(url)
}

/// Cookies go back to where they came from, unless the spec sends its own.
fn with_cookies(aim: &Aim, jar: &CookieStore) -> Aim {
    let mut aim = aim.clone();
    let cookies: Vec<String> =
        jar.get_request_values(&aim.url).map(|(name, value)| format!("{name}={value}")).collect();
    if !cookies.is_empty()
        && !aim.headers.iter().any(|header| header.name() == "cookie")
        && let Ok(header) = Header::new("cookie", &cookies.join("; "))
    {
        aim.headers.push(header);
    }
    aim
}
