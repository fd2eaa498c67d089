//! A service that answers as its script says: real waits, real limits, what it was told it gives back.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Method, Request, Response};

use super::asked::{Asked, MOST, asked, header, plain};
use super::limit::{Left, Limit};
use super::script::{Route, Script, Talk};
use super::socket::Handshake;
use super::tally::Tally;
use super::trace::Traces;

/// Steps of a range that are answered.
const MOST_POINTS: i64 = 11_000;
/// Shorter bodies are not compressed.
const WORTH_COMPRESSING: usize = 200;

/// The service.
pub(super) struct Scripted {
    script: Script,
    /// One per route.
    limits: Vec<Option<Limit>>,
    work: tokio::sync::Mutex<()>,
    memory: Mutex<Memory>,
    tally: Tally,
    traces: Traces,
}

#[derive(Default)]
struct Memory {
    kept: BTreeMap<String, String>,
    gone: BTreeSet<String>,
    cached: BTreeSet<String>,
    revoked: BTreeSet<String>,
    /// Until then nobody is served.
    stopped_until: Option<Instant>,
}

/// An answer before the headers that all answers share.
struct Reply {
    status: u16,
    content_type: String,
    headers: Vec<(String, String)>,
    body: String,
    /// How it goes on when the caller asks for a WebSocket.
    talk: Option<Talk>,
}

impl Reply {
    fn error(status: u16, title: &str) -> Reply {
        let body = serde_json::json!({ "type": "about:blank", "title": title, "status": status }).to_string();
        Reply { status, content_type: "application/problem+json".into(), headers: Vec::new(), body, talk: None }
    }

    fn with(mut self, name: &str, value: impl Into<String>) -> Reply {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

impl Scripted {
    pub(super) fn new(script: Script) -> Scripted {
        let limits = script.routes.iter().map(|route| route.per_minute.map(Limit::new)).collect();
        let memory = Mutex::new(Memory { kept: script.kept.clone(), ..Memory::default() });
        let traces = Traces::through(script.traces.clone());
        let (work, tally) = (tokio::sync::Mutex::default(), Tally::default());
        Scripted { script, limits, work, memory, tally, traces }
    }

    /// Answers one request.
    pub(super) async fn answer(&self, mut request: Request<Incoming>) -> Response<Full<Bytes>> {
        let begun = Instant::now();
        let head = request.method() == Method::HEAD;
        let encodings = header(&request, "accept-encoding").unwrap_or_default();
        let handshake = Handshake::of(&mut request);
        let asked = asked(request).await;
        let reply = if self.is_stopped() { Reply::error(503, "starting") } else { self.reply(&asked).await };
        let answer = match talking(reply, handshake) {
            Ok((talk, handshake)) => handshake.accept(talk),
            Err(reply) => self.respond(*reply, head, self.script.compresses && encodings.contains("gzip")),
        };
        self.tally.answered(answer.status().as_u16(), begun.elapsed());
        answer
    }

    fn is_stopped(&self) -> bool {
        self.memory().stopped_until.is_some_and(|until| Instant::now() < until)
    }

    async fn reply(&self, asked: &Asked) -> Reply {
        self.traces.saw(asked.trace.as_deref());
        let method = if asked.method == Method::HEAD { "GET" } else { asked.method.as_str() };
        let routes = self.script.routes.iter().enumerate();
        let here = routes.filter(|(_, route)| route.is_at(&asked.path, &asked.query));
        let here: Vec<usize> = here.map(|(at, _)| at).collect();
        if here.is_empty() || self.memory().gone.contains(&asked.path) {
            return Reply::error(404, "there is no such page");
        }
        let Some(at) = here.iter().copied().find(|at| self.script.routes[*at].method == method) else {
            let methods: BTreeSet<&str> = here.iter().map(|at| self.script.routes[*at].method.as_str()).collect();
            return Reply::error(405, "not this way").with("allow", methods.into_iter().collect::<Vec<_>>().join(", "));
        };
        let route = &self.script.routes[at];
        if route.trace && !self.traces.knows(&asked.path) {
            return Reply::error(404, "there is no such trace");
        }
        let left = self.limits[at].as_ref().map(Limit::take);
        let reply = match self.refusal(route, left, asked) {
            Some(refusal) => refusal,
            None => self.served(route, asked).await,
        };
        match (route.per_minute, left) {
            (Some(limit), Some(left)) => announced(reply, limit, left),
            _ => reply,
        }
    }

    async fn served(&self, route: &Route, asked: &Asked) -> Reply {
        self.work(route, asked).await;
        self.remember(route, asked);
        Reply {
            status: route.status,
            content_type: route.content_type.clone(),
            headers: route.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
            body: self.filled(&route.body, asked),
            talk: route.socket.clone(),
        }
    }

    /// Why the request is not answered as it wishes, if so: too many, a stranger, or nothing one can work with.
    fn refusal(&self, route: &Route, left: Option<Left>, asked: &Asked) -> Option<Reply> {
        if let Some(left) = left
            && left.requests.is_none()
        {
            return Some(Reply::error(429, "too many requests").with("retry-after", left.seconds.max(1).to_string()));
        }
        self.stranger(route, asked).or_else(|| unusable(route, asked))
    }

    fn stranger(&self, route: &Route, asked: &Asked) -> Option<Reply> {
        if route.roles.is_empty() {
            return None;
        }
        let revoked = asked.token.as_ref().is_some_and(|token| self.memory().revoked.contains(token));
        let known = |(role, token): (_, &String)| (asked.token.as_ref() == Some(token) && !revoked).then_some(role);
        let role: Option<&String> = self.script.tokens.iter().find_map(known);
        match role {
            Some(role) if route.roles.contains(role) => None,
            Some(_) => Some(Reply::error(403, "not for you")),
            None => Some(login()),
        }
    }

    async fn work(&self, route: &Route, asked: &Asked) {
        if route.cached {
            let hit = !self.memory().cached.insert(asked.path.clone());
            self.tally.looked(hit);
            if hit {
                return;
            }
        }
        if route.work_ms > 0 {
            let _turn = if route.one_at_a_time { Some(self.work.lock().await) } else { None };
            tokio::time::sleep(Duration::from_millis(route.work_ms)).await;
        }
    }

    fn remember(&self, route: &Route, asked: &Asked) {
        let mut memory = self.memory();
        if route.forgets {
            memory.gone.insert(asked.path.clone());
        }
        if let (true, Some(token)) = (route.revokes, &asked.token) {
            memory.revoked.insert(token.clone());
        }
        if let Some(time) = route.stops_ms {
            memory.stopped_until = Some(Instant::now() + Duration::from_millis(time));
        }
        let Some(name) = &route.keeps else { return };
        if let Some(value) = asked.members().and_then(|members| members.get(name).map(plain)) {
            memory.kept.insert(name.clone(), value);
        }
    }

    /// The body with its `<<…>>` filled in.
    fn filled(&self, body: &str, asked: &Asked) -> String {
        let mut filled = String::with_capacity(body.len());
        let mut rest = body;
        while let Some((before, after)) = rest.split_once("<<") {
            let Some((name, behind)) = after.split_once(">>") else { break };
            filled.push_str(before);
            filled.push_str(&self.value(name, asked));
            rest = behind;
        }
        filled.push_str(rest);
        filled
    }

    fn value(&self, name: &str, asked: &Asked) -> String {
        if let Some(name) = name.strip_prefix("text.") {
            return escape(&self.value(name, asked));
        }
        if let Some(value) = name.strip_prefix("series ") {
            return series(value, &asked.query);
        }
        match name.split_once('.') {
            Some(("query", name)) => asked.query.get(name).cloned().unwrap_or_default(),
            Some(("kept", name)) => self.memory().kept.get(name).cloned().unwrap_or_default(),
            _ if name == "metrics" => self.tally.text(),
            _ if name == "trace" => self.traces.found(&asked.path),
            _ => String::new(),
        }
    }

    fn respond(&self, reply: Reply, head: bool, compress: bool) -> Response<Full<Bytes>> {
        let compress = compress && reply.body.len() >= WORTH_COMPRESSING;
        let body = if head { Bytes::new() } else { Bytes::from(reply.body) };
        let packed = if compress { gzip(&body) } else { None };
        let mut response = Response::new(Full::new(packed.clone().unwrap_or(body)));
        *response.status_mut() = hyper::StatusCode::from_u16(reply.status).unwrap_or_default();
        let shared = self.script.headers.iter().map(|(name, value)| (name.clone(), value.clone()));
        let encoded = packed.map(|_| ("content-encoding".to_owned(), "gzip".to_owned()));
        let own = std::iter::once(("content-type".to_owned(), reply.content_type)).chain(encoded).chain(reply.headers);
        for (name, value) in shared.chain(own) {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// The WebSocket that the caller gets, or what it gets instead.
fn talking(reply: Reply, handshake: Option<Handshake>) -> Result<(Talk, Handshake), Box<Reply>> {
    match (reply.talk.clone(), handshake) {
        (Some(talk), Some(handshake)) if talk.own_pages_only && handshake.is_foreign() => {
            Err(Box::new(Reply::error(403, "not from that page")))
        }
        (Some(talk), Some(handshake)) => Ok((talk, handshake)),
        (Some(_), None) => Err(Box::new(Reply::error(426, "this is a WebSocket").with("upgrade", "websocket"))),
        (None, _) => Err(Box::new(reply)),
    }
}

/// The value at each step from `start` to `end`, as an answer of Prometheus has it.
fn series(value: &str, query: &BTreeMap<String, String>) -> String {
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<i64>().ok());
    let (Some(start), Some(end), Some(step)) = (number("start"), number("end"), number("step")) else {
        return String::new();
    };
    let times = (0..MOST_POINTS).map(|at| start + at * step.max(1)).take_while(|time| *time <= end);
    times.map(|time| format!("[{time},\"{value}\"]")).collect::<Vec<_>>().join(",")
}

/// With what is left of the limit, as services announced it before the IETF's draft had its present form.
fn announced(reply: Reply, limit: u32, left: Left) -> Reply {
    reply
        .with("ratelimit-limit", limit.to_string())
        .with("ratelimit-remaining", left.requests.unwrap_or(0).to_string())
        .with("ratelimit-reset", left.seconds.to_string())
}

fn login() -> Reply {
    Reply::error(401, "log in first").with("www-authenticate", "Bearer")
}

fn unusable(route: &Route, asked: &Asked) -> Option<Reply> {
    let length = asked.body.as_ref().map_or(MOST, Bytes::len);
    if route.largest.is_some_and(|largest| length > largest) {
        return Some(Reply::error(413, "too long"));
    }
    let members = asked.members();
    if let (Some(status), None) = (route.malformed, &members) {
        return Some(Reply::error(status, "this is no JSON object"));
    }
    let members = members.unwrap_or_default();
    if route.texts.iter().any(|name| !members.get(name).is_some_and(serde_json::Value::is_string)) {
        return Some(Reply::error(422, "not of this type"));
    }
    if let Some(refuses) = &route.refuses {
        let mut values = asked.query.values().cloned().chain(members.values().map(plain));
        if values.any(|value| refuses.is_match(&value)) {
            return Some(Reply::error(422, "not with these characters"));
        }
    }
    let missing = route.wants.iter().any(|(name, value)| members.get(name).map(plain).as_ref() != Some(value));
    missing.then(login)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

fn gzip(body: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

#[cfg(test)]
#[path = "scripted_tests.rs"]
mod tests;
