//! What Harbour answers. Every flaw is real: data leaves without a login, markup is stored and shown as it is, the
//! slow page waits, and the health page says `ok` whatever happens.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{HeaderMap, Method, Request, Response};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::data::{BERTHS, SKIPPERS, Skipper, berth, profile};
use super::limit::Limit;

/// The token of Harbour's own harbour master. It opens invented data on a loopback port and nothing else.
const MASTER_TOKEN: &str = "harbour-master-demo-token";
/// Requests a minute that the fixed service answers.
const PER_MINUTE: u32 = 1_200;
/// One look-up in the flawed berth list, which makes one per berth.
const LOOK_UP: Duration = Duration::from_millis(9);

const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";
const HTML: &str = "text/html; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

/// The service.
pub(super) struct Harbour {
    fixed: bool,
    limit: Limit,
    requests: AtomicU64,
}

/// An answer before the headers that all answers share.
struct Reply {
    status: u16,
    content_type: &'static str,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Reply {
    fn new(status: u16, content_type: &'static str, body: impl Into<String>) -> Reply {
        Reply { status, content_type, headers: Vec::new(), body: body.into() }
    }

    fn json(status: u16, body: &Value) -> Reply {
        Reply::new(status, JSON, body.to_string())
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Reply {
        self.headers.push((name, value.into()));
        self
    }
}

impl Harbour {
    pub(super) fn new(fixed: bool) -> Harbour {
        Harbour { fixed, limit: Limit::new(PER_MINUTE), requests: AtomicU64::new(0) }
    }

    /// Answers one request.
    pub(super) async fn answer<B>(&self, request: &Request<B>) -> Response<Full<Bytes>> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let reply = if self.fixed { self.fixed_answer(request) } else { flawed_route(request).await };
        let headers = if self.fixed { FIXED_HEADERS } else { FLAWED_HEADERS };
        respond(reply, headers, request.method() == Method::HEAD)
    }

    fn fixed_answer<B>(&self, request: &Request<B>) -> Reply {
        let left = self.limit.take();
        let reply = match left.requests {
            Some(_) => self.fixed_route(request),
            None => problem(429, "too many requests").with("retry-after", left.seconds.max(1).to_string()),
        };
        reply
            .with("ratelimit-limit", PER_MINUTE.to_string())
            .with("ratelimit-remaining", left.requests.unwrap_or(0).to_string())
            .with("ratelimit-reset", left.seconds.to_string())
    }

    fn fixed_route<B>(&self, request: &Request<B>) -> Reply {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return problem(405, "this page is read only").with("allow", "GET, HEAD");
        }
        let path = request.uri().path();
        match path {
            "/" => page("Harbour", "<p>Berths for visiting boats.</p>")
                .with("set-cookie", "session=anonymous; Path=/; Secure; HttpOnly; SameSite=Lax")
                .with("cache-control", "no-store"),
            "/health" | "/healthz" | "/health/live" => Reply::json(200, &json!({ "status": "ok" })),
            "/health/ready" | "/ready" | "/readyz" => Reply::json(200, &readiness("ok")),
            "/api/profiles" if is_master(request.headers()) => {
                Reply::json(200, &profiles()).with("cache-control", "no-store")
            }
            "/api/profiles" => problem(401, "log in first")
                .with("www-authenticate", "Bearer realm=\"harbour\"")
                .with("cache-control", "no-store"),
            "/api/berths" => cached(request.headers(), &berths()),
            "/metrics" => Reply::new(200, "text/plain; version=0.0.4", self.metrics()),
            "/openapi.json" => Reply::json(200, &openapi()),
            _ => match (path.strip_prefix("/skippers/"), path.strip_prefix("/api/bookings/")) {
                (Some(id), _) => skipper(id).map_or_else(not_found, |found| skipper_page(found, escape)),
                (_, Some(id)) if id.parse::<u32>().is_err() => problem(400, "a booking has a number"),
                _ => not_found(),
            },
        }
    }

    fn metrics(&self) -> String {
        format!(
            "# HELP harbour_requests_total Requests answered.\n# TYPE harbour_requests_total counter\n\
             harbour_requests_total {}\n",
            self.requests.load(Ordering::Relaxed)
        )
    }
}

async fn flawed_route<B>(request: &Request<B>) -> Reply {
    let path = request.uri().path();
    match path {
        "/" => page("Harbour", "<p>Berths for visiting boats.</p>").with("set-cookie", "session=anonymous; Path=/"),
        "/health" => Reply::json(200, &json!({ "status": "ok" })),
        "/health/ready" => Reply::json(503, &readiness("unreachable")),
        "/api/profiles" => Reply::json(200, &profiles()),
        "/api/berths" => {
            for _ in 0..BERTHS {
                tokio::time::sleep(LOOK_UP).await;
            }
            Reply::json(200, &berths())
        }
        "/debug/config" => Reply::json(200, &json!({ "debug": true, "database": "harbour:harbour@db:5432/harbour" })),
        _ => match (path.strip_prefix("/skippers/"), path.strip_prefix("/api/bookings/")) {
            (Some(id), _) => match skipper(id) {
                Some(found) => skipper_page(found, str::to_owned),
                None => Reply::new(404, HTML, "<h1>Not Found</h1>"),
            },
            (_, Some(id)) if id.parse::<u32>().is_err() => Reply::new(500, TEXT, traceback(id)),
            _ => Reply::new(404, HTML, "<h1>Not Found</h1>"),
        },
    }
}

fn respond(reply: Reply, shared: &[(&'static str, &'static str)], head: bool) -> Response<Full<Bytes>> {
    let body = if head { Bytes::new() } else { Bytes::from(reply.body) };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() =
        hyper::StatusCode::from_u16(reply.status).expect("every status above is between 200 and 503");
    let headers = response.headers_mut();
    headers.insert(hyper::header::CONTENT_TYPE, HeaderValue::from_static(reply.content_type));
    for (name, value) in shared {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    for (name, value) in reply.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}

const FLAWED_HEADERS: &[(&str, &str)] = &[
    ("server", "harbour/0.9.2 (Python 3.8.10)"),
    ("x-powered-by", "Flask 1.1.2"),
    ("access-control-allow-origin", "*"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "SAMEORIGIN"),
];

/// Plain HTTP on loopback, so no `strict-transport-security`: a browser ignores it there (RFC 6797 §8.1).
const FIXED_HEADERS: &[(&str, &str)] = &[
    ("content-security-policy", "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
];

fn problem(status: u16, title: &str) -> Reply {
    Reply::new(status, PROBLEM, json!({ "type": "about:blank", "title": title, "status": status }).to_string())
}

fn not_found() -> Reply {
    problem(404, "there is no such page")
}

fn is_master(headers: &HeaderMap) -> bool {
    let given = headers.get(hyper::header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    given.and_then(|value| value.strip_prefix("Bearer ")).is_some_and(|token| token == MASTER_TOKEN)
}

fn profiles() -> Value {
    Value::Array(SKIPPERS.iter().map(profile).collect())
}

fn berths() -> Value {
    json!({ "berths": (1..=BERTHS).map(berth).collect::<Vec<_>>(), "next": Value::Null })
}

fn readiness(database: &str) -> Value {
    let status = if database == "ok" { "ok" } else { "degraded" };
    json!({ "status": status, "checks": { "database": database, "disk": "ok" }, "version": "1.4.0" })
}

/// The body with its entity tag; only the tag when the caller already has it (RFC 9110 §13.1.2).
fn cached(headers: &HeaderMap, body: &Value) -> Reply {
    let body = body.to_string();
    let hash = Sha256::digest(body.as_bytes());
    let tag = format!("\"{}\"", hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect::<String>());
    let known = headers.get(hyper::header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == tag.as_bytes());
    let reply = if known { Reply::new(304, JSON, "") } else { Reply::new(200, JSON, body) };
    reply.with("etag", tag).with("cache-control", "public, max-age=30")
}

fn page(title: &str, body: &str) -> Reply {
    let head = format!("<meta charset=\"utf-8\"><title>{title}</title>");
    Reply::new(200, HTML, format!("<!doctype html>\n<html lang=\"en\"><head>{head}</head><body>{body}</body></html>\n"))
}

fn skipper(id: &str) -> Option<&'static Skipper> {
    let id = id.parse::<u32>().ok()?;
    SKIPPERS.iter().find(|skipper| skipper.id == id)
}

fn skipper_page(skipper: &Skipper, shown: fn(&str) -> String) -> Reply {
    page("Skipper", &format!("<h1>{}</h1><p>{}</p>", shown(skipper.name), shown(skipper.about)))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

fn traceback(id: &str) -> String {
    format!(
        "Traceback (most recent call last):\n  File \"/app/src/harbour/app.py\", line 41, in booking\n    \
         row = store.booking(int(booking_id))\nValueError: invalid literal for int() with base 10: {id:?}\n"
    )
}

fn openapi() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Harbour", "version": "1.4.0" },
        "paths": {
            "/api/berths": { "get": { "responses": { "200": { "description": "all berths" } } } },
            "/api/profiles": { "get": {
                "security": [{ "master": [] }],
                "responses": { "200": { "description": "all skippers" }, "401": { "description": "log in first" } },
            } },
        },
        "components": { "securitySchemes": { "master": { "type": "http", "scheme": "bearer" } } },
    })
}

#[cfg(test)]
#[path = "harbour_tests.rs"]
mod tests;
