//! Several requests that belong together: a login, then the call; what an answer says is put into the next request.
//!
//! Owns the sequence, its captured values and its cookies. The answer of the last step that was sent becomes the facts.

use std::collections::BTreeMap;

use bytes::Bytes;
use cookie_store::{CookieStore, RawCookie};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::fetch::{Address, Choice, Fetch, Fetched, aim};
use super::is_safe;
use super::round::body_text;
use crate::model::Unknown;
use crate::world::net::{Failure, FailureKind, Header, Reply};
use crate::world::{Deadline, World};
use crate::yaml::Spanned;

/// Steps of one sequence at most.
pub(super) const MOST_STEPS: usize = 10;
/// The longest value that is captured, in bytes; tokens are shorter.
const CAPTURE_CAP: usize = 16 << 10;

/// A step as a spec writes it. `{name}` in `path`, `headers`, `body`, `form` and `json` stands for a captured value.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "HttpStep")]
pub(super) struct StepParams {
    /// Path and query below the target's URL.
    pub(super) path: Spanned<String>,
    /// Request method; `POST` with a body, otherwise `GET`.
    #[serde(default)]
    pub(super) method: Option<Spanned<String>>,
    /// Request headers in addition to the target's. No credentials here.
    #[serde(default)]
    pub(super) headers: IndexMap<String, Spanned<String>>,
    /// Request body, sent as it is.
    #[serde(default)]
    pub(super) body: Option<Spanned<String>>,
    /// Fields of a form.
    #[serde(default)]
    pub(super) form: Option<IndexMap<String, String>>,
    /// Members of a JSON object; for any other JSON write `body`.
    #[serde(default)]
    pub(super) json: Option<IndexMap<String, String>>,
    /// Name of a captured value that goes along as bearer token.
    #[serde(default)]
    pub(super) bearer: Option<Spanned<String>>,
    /// Values for the next steps, by name: `body.…` (JSON), `header.…` or `cookie.…` of this answer.
    #[serde(default)]
    pub(super) capture: IndexMap<String, Spanned<String>>,
}

/// A step, checked.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Step {
    pub(super) path: String,
    pub(super) method: String,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Option<Content>,
    pub(super) bearer: Option<String>,
    pub(super) capture: IndexMap<String, String>,
}

/// What a step sends.
#[derive(Clone, Debug, Serialize)]
pub(super) enum Content {
    Text(String),
    Form(IndexMap<String, String>),
    Json(IndexMap<String, String>),
}

/// What came of a sequence.
pub(super) struct Walked {
    /// The last answer; its requests are those of all steps.
    pub(super) fetched: Fetched,
    /// Steps whose answer came and gave all that was to be captured.
    pub(super) done: usize,
    /// Why the next one was not sent, if so.
    pub(super) stopped: Option<String>,
}

/// Sends the steps one after the other, until one fails or does not give what the next ones need.
pub(super) async fn walk(
    steps: &[Step],
    (target, credentials): (&str, &Choice),
    world: &World,
    until: Deadline,
) -> Result<Walked, Unknown> {
    let mut session = Session { values: BTreeMap::new(), jar: CookieStore::default() };
    let mut walked: Option<Walked> = None;
    for (at, step) in steps.iter().enumerate() {
        let before = walked.as_ref().map_or(0, |walked| walked.fetched.requests);
        let mut fetched = session.send(step, (target, credentials), world, until).await?;
        fetched.requests += before;
        let stopped = session.take(step, &fetched).err().map(|why| format!("step {}: {why}", at + 1));
        fetched.secrets.extend(session.values.values().cloned());
        let over = stopped.is_some();
        walked = Some(Walked { fetched, done: at + usize::from(!over), stopped });
        if over {
            break;
        }
    }
    walked.ok_or_else(|| Unknown::because("no step"))
}

struct Session {
    values: BTreeMap<String, String>,
    jar: CookieStore,
}

impl Session {
    async fn send(
        &mut self,
        step: &Step,
        (target, credentials): (&str, &Choice),
        world: &World,
        until: Deadline,
    ) -> Result<Fetched, Unknown> {
        let filled = |text: &str| filled(text, &self.values);
        let mut headers: BTreeMap<String, String> =
            step.headers.iter().map(|(name, value)| (name.clone(), filled(value))).collect();
        let body = step.body.as_ref().map(|content| encoded(content, &self.values));
        if let Some((kind, _)) = body.as_ref().filter(|(kind, _)| !kind.is_empty()) {
            headers.entry("content-type".to_owned()).or_insert_with(|| (*kind).to_owned());
        }
        let address = Address::Target { name: target.to_owned(), path: filled(&step.path) };
        let credentials = if step.bearer.is_some() { &Choice::None } else { credentials };
        let fetch =
            Fetch { address: &address, method: &step.method, headers: &headers, body: None, credentials, redirects: 0 };
        let mut aim = aim(&fetch, world, until).await?;
        let mut push = |name: &str, value: &str| {
            aim.headers.push(Header::new(name, value).map_err(Unknown::because)?);
            Ok::<(), Unknown>(())
        };
        if let Some(token) = step.bearer.as_ref().and_then(|name| self.values.get(name)) {
            push("authorization", &format!("Bearer {token}"))?;
        }
        let cookies: Vec<String> =
            self.jar.get_request_values(&aim.url).map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            push("cookie", &cookies.join("; "))?;
        }
        let reply = aim.ask(&step.method, body.map(|(_, text)| Bytes::from(text)), until).await;
        if let Err(Failure { kind: FailureKind::Ours, detail }) = reply {
            return Err(Unknown::because(detail));
        }
        Ok(Fetched {
            url: aim.url,
            reply,
            redirects: Vec::new(),
            before: std::time::Duration::ZERO,
            requests: aim.requests + 1,
            attempts: 1,
            secrets: aim.secrets,
        })
    }

    /// Keeps what an answer gives; the error says why the sequence ends here.
    fn take(&mut self, step: &Step, fetched: &Fetched) -> Result<(), String> {
        if let Some(failure) = fetched.failure() {
            return Err(failure.to_string());
        }
        let Ok(reply) = &fetched.reply else { return Err("no answer".to_owned()) };
        let lines = reply.headers.iter().filter(|(name, _)| name == "set-cookie");
        let parsed = lines.filter_map(|(_, line)| RawCookie::parse(line.clone()).ok());
        self.jar.store_response_cookies(parsed, &fetched.url);
        for (name, place) in &step.capture {
            let value = captured(reply, place).filter(|value| !value.is_empty() && value.len() <= CAPTURE_CAP);
            let value = value.ok_or_else(|| format!("the answer ({}) has nothing at `{place}`", reply.status))?;
            self.values.insert(name.clone(), value);
        }
        Ok(())
    }
}

/// The text with each `{name}` of a captured value replaced; other braces stay.
fn filled(text: &str, values: &BTreeMap<String, String>) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// Media type and text of what a step sends.
fn encoded(content: &Content, values: &BTreeMap<String, String>) -> (&'static str, String) {
    let all = |fields: &IndexMap<String, String>| -> IndexMap<String, String> {
        fields.iter().map(|(name, value)| (name.clone(), filled(value, values))).collect()
    };
    match content {
        Content::Text(text) => ("", filled(text, values)),
        Content::Form(fields) => ("application/x-www-form-urlencoded", super::login::form(&all(fields))),
        Content::Json(fields) => ("application/json", serde_json::to_string(&all(fields)).unwrap_or_default()),
    }
}

/// What stands at `body.…`, `header.…` or `cookie.…` of an answer.
fn captured(reply: &Reply, place: &str) -> Option<String> {
    if let Some(name) = place.strip_prefix("header.") {
        return reply.header(&name.to_lowercase()).map(str::to_owned);
    }
    if let Some(name) = place.strip_prefix("cookie.") {
        let lines = reply.headers.iter().filter(|(key, _)| key == "set-cookie");
        let cookies = lines.filter_map(|(_, line)| RawCookie::parse(line.clone()).ok());
        return cookies.rev().find(|cookie| cookie.name() == name).map(|cookie| cookie.value().to_owned());
    }
    let path = place.strip_prefix("body.")?;
    let json: Json = serde_json::from_str(&body_text(reply)).ok()?;
    let value = path.split('.').try_fold(&json, |value, key| match key.parse::<usize>() {
        Ok(at) if value.is_array() => value.get(at),
        _ => value.get(key),
    })?;
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Whether any step may change something.
pub(super) fn is_active(steps: &[Step]) -> bool {
    steps.iter().any(|step| !is_safe(&step.method))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_captured_names_are_filled_in() {
        let values = BTreeMap::from([("id".to_owned(), "7".to_owned())]);
        assert_eq!(filled("/orders/{id}?x={other}&j={\"id\": 1}", &values), "/orders/7?x={other}&j={\"id\": 1}");
    }
}
