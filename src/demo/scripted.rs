//! A service that answers as its script says: real waits, real limits, what it was told it gives back.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Method, Request, Response};
use serde_json::{Map, Value};

use super::limit::{Left, Limit};
use super::script::{Route, Script};
use super::tally::Tally;

/// Bytes of a request body that are read.
const MOST: usize = 4 * 1024 * 1024;
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
}

#[derive(Default)]
struct Memory {
    kept: BTreeMap<String, String>,
    gone: BTreeSet<String>,
    cached: BTreeSet<String>,
    revoked: BTreeSet<String>,
}

/// An answer before the headers that all answers share.
struct Reply {
    status: u16,
    content_type: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Reply {
    fn error(status: u16, title: &str) -> Reply {
        let body = serde_json::json!({ "type": "about:blank", "title": title, "status": status }).to_string();
        Reply { status, content_type: "application/problem+json".into(), headers: Vec::new(), body }
    }

    fn with(mut self, name: &str, value: impl Into<String>) -> Reply {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

/// What a request brings.
struct Asked {
    method: Method,
    path: String,
    query: BTreeMap<String, String>,
    token: Option<String>,
    body: Result<Bytes, ()>,
}

impl Asked {
    fn members(&self) -> Option<Map<String, Value>> {
        serde_json::from_slice(self.body.as_ref().ok()?).ok()
    }
}

impl Scripted {
    pub(super) fn new(script: Script) -> Scripted {
        let limits = script.routes.iter().map(|route| route.per_minute.map(Limit::new)).collect();
        let (work, memory, tally) = (tokio::sync::Mutex::default(), Mutex::default(), Tally::default());
        Scripted { script, limits, work, memory, tally }
    }

    /// Answers one request.
    pub(super) async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let begun = Instant::now();
        let head = request.method() == Method::HEAD;
        let encodings = header(&request, "accept-encoding").unwrap_or_default();
        let reply = self.reply(&asked(request).await).await;
        self.tally.answered(reply.status, begun.elapsed());
        self.respond(reply, head, self.script.compresses && encodings.contains("gzip"))
    }

    async fn reply(&self, asked: &Asked) -> Reply {
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
    if let Some(refuses) = &route.refuses {
        let mut values = asked.query.values().cloned().chain(members.values().map(plain));
        if values.any(|value| refuses.is_match(&value)) {
            return Some(Reply::error(422, "not with these characters"));
        }
    }
    let missing = route.wants.iter().any(|(name, value)| members.get(name).map(plain).as_ref() != Some(value));
    missing.then(login)
}

async fn asked(request: Request<Incoming>) -> Asked {
    let token = header(&request, "authorization");
    let token = token.and_then(|value| value.strip_prefix("Bearer ").map(str::to_owned));
    let query = request.uri().query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    let query = query.map(|(name, value)| (decode(name), decode(value))).collect();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let body = Limited::new(request.into_body(), MOST).collect().await.map(|body| body.to_bytes()).map_err(|_| ());
    Asked { method, path, query, token, body }
}

fn header(request: &Request<Incoming>, name: &str) -> Option<String> {
    request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// A part of a query without its `%` and `+` (URL standard, application/x-www-form-urlencoded).
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let pair = text.get(at + 1..at + 3).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match (byte, pair) {
            (b'%', Some(value)) => {
                decoded.push(value);
                at += 2;
            }
            (b'+', _) => decoded.push(b' '),
            _ => decoded.push(*byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
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
