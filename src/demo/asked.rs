//! What a request brings to a scripted service.

use std::collections::BTreeMap;

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::{Method, Request};
use serde_json::{Map, Value};

/// Bytes of a request body that are read.
pub(super) const MOST: usize = 4 * 1024 * 1024;

/// What a request brings.
pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: BTreeMap<String, String>,
    pub(super) token: Option<String>,
    /// The trace that the caller keeps (W3C Trace Context), if any.
    pub(super) trace: Option<String>,
    pub(super) body: Result<Bytes, ()>,
}

impl Asked {
    /// Those of the body, when it is a JSON object.
    pub(super) fn members(&self) -> Option<Map<String, Value>> {
        serde_json::from_slice(self.body.as_ref().ok()?).ok()
    }
}

/// Reads a request, its body to the end.
pub(super) async fn asked(request: Request<Incoming>) -> Asked {
    let token = header(&request, "authorization");
    let token = token.and_then(|value| value.strip_prefix("Bearer ").map(str::to_owned));
    let query = request.uri().query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    let query = query.map(|(name, value)| (decode(name), decode(value))).collect();
    let trace = header(&request, "traceparent").and_then(|value| value.split('-').nth(1).map(str::to_owned));
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let body = Limited::new(request.into_body(), MOST).collect().await.map(|body| body.to_bytes()).map_err(|_| ());
    Asked { method, path, query, token, trace, body }
}

pub(super) fn header(request: &Request<Incoming>, name: &str) -> Option<String> {
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

/// A text as it is, anything else as JSON writes it.
pub(super) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
