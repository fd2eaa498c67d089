//! Service APIs that speak JSON over HTTP (Prometheus, …): asked through `reqwest`, which this file owns.
//!
//! Facts about an endpoint itself (phases, redirects, certificates) come from `world::net`; here a failure only means
//! that we could not look.

use std::collections::BTreeMap;
use std::error::Error;
use std::net::{IpAddr, SocketAddr};

use reqwest::redirect::Policy;

use super::Deadline;
use super::net::{Header, Trust, Url};
use crate::model::Unknown;

/// Bytes of an answer that are read.
const ANSWER_CAP: usize = 8 << 20;

/// A GET request for JSON.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    /// Where.
    pub url: &'a Url,
    /// Parameters that are put behind it.
    pub parameters: &'a [(&'a str, &'a str)],
    /// Headers, credentials among them; redirects are not followed, so they go nowhere else.
    pub headers: &'a [Header],
    /// `host → address`, instead of DNS.
    pub resolve: &'a BTreeMap<String, String>,
    /// Whom we trust.
    pub trust: &'a Trust,
}

/// Status and JSON body of the answer. Unknown when there is none or it is not JSON.
pub async fn get_json(query: Query<'_>, until: Deadline) -> Result<(u16, serde_json::Value), Unknown> {
    let shown = query.url.origin().ascii_serialization();
    let failed = |error: reqwest::Error| Unknown::because(format!("{shown} did not answer: {}", deepest(&error)));
    let client = client(&query, until)?;
    let mut request = client.get(query.url.clone()).query(query.parameters);
    for header in query.headers {
        request = request.header(header.name(), header.value());
    }
    let mut response = request.send().await.map_err(failed)?;
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > ANSWER_CAP {
            return Err(Unknown::because(format!("{shown} answered with more than 8 MiB")));
        }
        body.extend_from_slice(&chunk);
    }
    let json = serde_json::from_slice(&body).map_err(|_| {
        Unknown::because(format!("{shown} answered with status {status} and something that is not JSON"))
    })?;
    Ok((status, json))
}

fn client(query: &Query<'_>, until: Deadline) -> Result<reqwest::Client, Unknown> {
    let config = query.trust.config().as_ref().clone();
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(config)
        .redirect(Policy::none())
        .no_proxy()
        .timeout(until.left());
    for (host, address) in query.resolve {
        if let Ok(address) = address.trim_matches(['[', ']']).parse::<IpAddr>() {
            // port 0 stands for the port of the URL
            builder = builder.resolve(host, SocketAddr::new(address, 0));
        }
    }
    builder.build().map_err(|error| Unknown::because(format!("no HTTP client: {}", deepest(&error))))
}

/// The innermost cause: reqwest's own texts repeat the URL, which may hold secrets.
fn deepest(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "the time limit came first".to_owned();
    }
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    match cause.to_string().as_str() {
        // so hyper says that a connection ended before the request was sent
        "connection was not ready" => "the connection was closed at once".to_owned(),
        text => text.to_owned(),
    }
}
