//! What a scripted service answers, as its file says. Owns the words of that file; answering is the work of `scripted`.

use std::collections::BTreeMap;

use regex::Regex;
use serde::{Deserialize, Deserializer};

/// A service: what all answers share, who may come, and its routes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Script {
    /// Headers of every answer.
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    /// Role → bearer token. They open invented data on a loopback port and nothing else.
    #[serde(default)]
    pub(super) tokens: BTreeMap<String, String>,
    /// Whether longer bodies are compressed for those who accept that.
    #[serde(default)]
    pub(super) compresses: bool,
    /// What is remembered from the beginning.
    #[serde(default)]
    pub(super) kept: BTreeMap<String, String>,
    /// The services that a request goes through and that send its trace.
    #[serde(default)]
    pub(super) traces: Vec<String>,
    pub(super) routes: Vec<Route>,
}

/// One path and method.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Route {
    /// The whole path, or its beginning when it ends in `*`.
    pub(super) path: String,
    #[serde(default = "get")]
    pub(super) method: String,
    /// Values of the query without which this is another page.
    #[serde(default)]
    pub(super) query: BTreeMap<String, String>,
    #[serde(default = "ok")]
    pub(super) status: u16,
    #[serde(default = "json", rename = "type")]
    pub(super) content_type: String,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    /// With `<<query.name>>` and `<<kept.name>>` as they came, `<<text.query.name>>` and `<<text.kept.name>>` escaped
    /// for HTML, `<<metrics>>` for what was counted, `<<trace>>` for the trace that the path ends with, `<<series 1>>` for a value at each step of a range that was asked
    /// for as one asks Prometheus.
    #[serde(default)]
    pub(super) body: String,
    /// Milliseconds of work before the answer.
    #[serde(default)]
    pub(super) work_ms: u64,
    /// Whether all such work of the service is done one piece after the other.
    #[serde(default)]
    pub(super) one_at_a_time: bool,
    /// Whether only the first request for an address has the work: the others hit a cache.
    #[serde(default)]
    pub(super) cached: bool,
    /// Roles that may come; nobody is asked when there are none.
    #[serde(default)]
    pub(super) roles: Vec<String>,
    /// Requests a minute that are answered; the others get 429.
    #[serde(default)]
    pub(super) per_minute: Option<u32>,
    /// Values of queries and bodies that get 422.
    #[serde(default, deserialize_with = "pattern")]
    pub(super) refuses: Option<Regex>,
    /// Bytes of a body that are accepted; longer ones get 413.
    #[serde(default)]
    pub(super) largest: Option<usize>,
    /// Status for a body that is no JSON object; without it that is not looked at.
    #[serde(default)]
    pub(super) malformed: Option<u16>,
    /// Members that the body must have, and as text, or else 422.
    #[serde(default)]
    pub(super) texts: Vec<String>,
    /// Members that the body must have with these values, or else 401.
    #[serde(default)]
    pub(super) wants: BTreeMap<String, String>,
    /// Member of the body that is remembered.
    #[serde(default)]
    pub(super) keeps: Option<String>,
    /// Whether the path is gone afterwards, whatever its other routes say.
    #[serde(default)]
    pub(super) forgets: bool,
    /// Milliseconds in which the whole service answers 503 afterwards, as one that is started anew.
    #[serde(default)]
    pub(super) stops_ms: Option<u64>,
    /// Whether the path ends with the id of a trace, and there is nothing where it was never seen.
    #[serde(default)]
    pub(super) trace: bool,
    /// Whether the caller's token opens nothing afterwards.
    #[serde(default)]
    pub(super) revokes: bool,
    /// What is said when the path is a WebSocket; others than that get 426.
    #[serde(default)]
    pub(super) socket: Option<Talk>,
}

/// What a WebSocket says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Talk {
    /// The first message, at once.
    #[serde(default)]
    pub(super) greets: Option<String>,
    #[serde(default)]
    pub(super) answers: Vec<Answer>,
    /// Whether pages of other sites get 403.
    #[serde(default)]
    pub(super) own_pages_only: bool,
}

/// What is said to a message: the first that fits.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    #[serde(deserialize_with = "expression")]
    pub(super) to: Regex,
    pub(super) with: String,
    /// Milliseconds until it is said.
    #[serde(default)]
    pub(super) after_ms: u64,
    /// Milliseconds after which it is said again, until something else is subscribed to.
    #[serde(default)]
    pub(super) every_ms: Option<u64>,
}

impl Route {
    pub(super) fn is_at(&self, path: &str, query: &BTreeMap<String, String>) -> bool {
        let here = match self.path.strip_suffix('*') {
            Some(beginning) => path.starts_with(beginning),
            None => self.path == path,
        };
        here && self.query.iter().all(|(name, value)| query.get(name) == Some(value))
    }
}

impl Script {
    pub(super) fn parse(text: &str) -> Result<Script, String> {
        serde_yaml::from_str(text).map_err(|error| error.to_string())
    }
}

fn get() -> String {
    "GET".to_owned()
}

fn ok() -> u16 {
    200
}

fn json() -> String {
    "application/json".to_owned()
}

fn pattern<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Regex>, D::Error> {
    expression(deserializer).map(Some)
}

fn expression<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Regex, D::Error> {
    let text = String::deserialize(deserializer)?;
    Regex::new(&text).map_err(serde::de::Error::custom)
}
