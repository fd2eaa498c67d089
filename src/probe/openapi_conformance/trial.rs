//! One operation: as who may, for more of a list than is to be had, as a stranger where that is to be refused, and by a
//! method that is not described.

use serde_json::Value as Json;

use super::STRANGER;
use super::description::{Description, Operation};
use super::schema;
use crate::model::Unknown;
use crate::model::report::Evidence;
use crate::probe::auth_required::{Reception, received};
use crate::probe::http::fetch::{Choice, Fetched};
use crate::probe::http::round::{Request, Round, body_text, evidence};
use crate::world::net::Reply;

/// What can be wrong with an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    ServerError,
    Unanswered,
    Status,
    MediaType,
    Body,
    Unguarded,
    Overlong,
    Method,
}

/// More than any caller needs at once.
const FAR_TOO_MANY: u64 = 100_000;

/// What one operation came to.
#[derive(Clone, Debug)]
pub(super) struct Tried {
    /// `GET /orders/{id}`
    pub(super) title: String,
    pub(super) faults: Vec<Fault>,
    /// Whether an answer of success was compared with the description.
    pub(super) proven: bool,
    /// Why it was not asked, or what of its answer could not be compared.
    pub(super) open: Option<String>,
    pub(super) evidence: Vec<Evidence>,
}

impl Tried {
    fn fault(&mut self, fault: Fault, note: &str, place: Evidence) {
        self.faults.push(fault);
        self.evidence.push(Evidence { note: Some(format!("{}: {note}", self.title)), ..place });
    }
}

/// Asks all there is to ask about one operation.
pub(super) async fn try_out(
    description: &Description,
    operation: &Operation,
    base: &str,
    credentials: &Choice,
    round: &mut Round<'_>,
) -> Result<Tried, Unknown> {
    let title = format!("GET {}", operation.template);
    let mut tried = Tried { title, faults: Vec::new(), proven: false, open: None, evidence: Vec::new() };
    let path = match &operation.path {
        Ok(path) => format!("{base}{path}"),
        Err(name) => {
            tried.open = Some(format!("{}: nothing says a value for parameter `{name}`", tried.title));
            return Ok(tried);
        }
    };
    let headers = [("accept", "application/json, */*;q=0.5")];
    let request = Request { headers: &headers, ..Request::get(&path, credentials) };
    let fetched = round.ask(request).await?;
    described(description, operation, &fetched, &mut tried);
    if let Some((name, most)) = operation.most.as_ref().filter(|(_, most)| tried.proven && *most < FAR_TOO_MANY) {
        let path = asking_for(&path, name);
        let all = round.ask(Request { path: &path, ..request }).await?;
        bounded(&all, *most, &mut tried);
    }
    if operation.secured {
        let stranger = round.ask(Request { credentials: &STRANGER, ..request }).await?;
        guarded(&stranger, &mut tried);
    }
    if !operation.traces {
        let traced = round.ask(Request { method: "TRACE", headers: &[], credentials: &STRANGER, ..request }).await?;
        if let Some(reply) = traced.reply.as_ref().ok().filter(|reply| (200..300).contains(&reply.status)) {
            let note = format!("TRACE, which is not described, is answered {}; 405 would be right", reply.status);
            tried.fault(Fault::Method, &note, evidence(&traced, "TRACE"));
        }
    }
    Ok(tried)
}

fn described(description: &Description, operation: &Operation, fetched: &Fetched, tried: &mut Tried) {
    let place = || evidence(fetched, "GET");
    if let Some(failure) = fetched.failure() {
        return tried.fault(Fault::Unanswered, &failure.to_string(), place());
    }
    let Ok(reply) = &fetched.reply else { return };
    if reply.status == 429 {
        tried.open = Some(format!("{}: the service limits requests (429)", tried.title));
        return;
    }
    if reply.status >= 500 {
        tried.fault(Fault::ServerError, &format!("answered {}", reply.status), place());
    }
    let Some(documented) = description.documented(&operation.template, reply.status) else {
        return tried.fault(Fault::Status, &format!("status {} is not described", reply.status), place());
    };
    let kind = media_type(reply);
    if documented.content.is_empty() {
        tried.proven = reply.status < 300;
        return;
    }
    let Some((_, pointer)) = documented.content.iter().find(|(described, _)| covers(described, &kind)) else {
        let known: Vec<&str> = documented.content.keys().map(String::as_str).collect();
        let note = format!("`{kind}` is not described, only `{}`", known.join("`, `"));
        return tried.fault(Fault::MediaType, &note, place());
    };
    tried.proven = reply.status < 300;
    if let Some(pointer) = pointer.as_ref().filter(|_| is_json(&kind)) {
        body(description, pointer, reply, place(), tried);
    }
}

fn body(description: &Description, pointer: &str, reply: &Reply, place: Evidence, tried: &mut Tried) {
    let Ok(document) = serde_json::from_str::<Json>(&body_text(reply)) else {
        return tried.fault(Fault::Body, "the body is no JSON", place);
    };
    match schema::faults(description, pointer, &document) {
        Ok(faults) if faults.is_empty() => {}
        Ok(faults) => tried.fault(Fault::Body, &faults.join("; "), place),
        Err(why) => {
            tried.proven = false;
            tried.open = Some(format!("{}: {why}", tried.title));
        }
    }
}

/// The same with far too many in the place of whatever it says.
fn asking_for(path: &str, name: &str) -> String {
    let (bare, query) = path.split_once('?').unwrap_or((path, ""));
    let name = crate::model::percent_encoded(name);
    let other = query.split('&').filter(|pair| !pair.is_empty() && pair.split('=').next() != Some(&name));
    let pairs: Vec<String> = other.map(str::to_owned).chain([format!("{name}={FAR_TOO_MANY}")]).collect();
    format!("{bare}?{}", pairs.join("&"))
}

/// A refusal bounds as well as a shorter list does.
fn bounded(all: &Fetched, most: u64, tried: &mut Tried) {
    let Some(reply) = all.reply.as_ref().ok().filter(|reply| (200..300).contains(&reply.status)) else { return };
    let Some(count) = serde_json::from_str::<Json>(&body_text(reply)).ok().as_ref().and_then(length) else { return };
    if count as u64 > most {
        let note = format!("of {FAR_TOO_MANY} asked for {count} came, where the description says at most {most}");
        tried.fault(Fault::Overlong, &note, evidence(all, "GET"));
    }
}

/// Of the list itself, or of the only one in an envelope.
fn length(body: &Json) -> Option<usize> {
    match body {
        Json::Array(items) => Some(items.len()),
        Json::Object(members) => {
            let mut lists = members.values().filter_map(Json::as_array);
            lists.next().filter(|_| lists.next().is_none()).map(Vec::len)
        }
        _ => None,
    }
}

fn guarded(stranger: &Fetched, tried: &mut Tried) {
    let Ok(reply) = &stranger.reply else { return };
    if stranger.failure().is_none() && received(reply, Some(stranger.url.as_str()), None) == Reception::Open {
        let note = format!("requires credentials, but is answered {} without", reply.status);
        tried.fault(Fault::Unguarded, &note, evidence(stranger, "GET"));
    }
}

/// Without parameters, lower case.
fn media_type(reply: &Reply) -> String {
    let written = reply.header("content-type").unwrap_or_default();
    written.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether a described media type, which may be a range, is this one.
fn covers(described: &str, kind: &str) -> bool {
    let described = described.split(';').next().unwrap_or_default().trim();
    let all_of = described
        .strip_suffix("/*")
        .is_some_and(|family| family == "*" || kind.split('/').next().is_some_and(|own| own == family));
    described == kind || all_of
}

fn is_json(kind: &str) -> bool {
    kind == "application/json" || kind.ends_with("+json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn far_too_many_are_asked_for_in_the_place_of_what_stood_there() {
        assert_eq!(asking_for("/orders", "limit"), "/orders?limit=100000");
        assert_eq!(asking_for("/orders?limit=10&q=tea", "limit"), "/orders?q=tea&limit=100000");
        assert_eq!(asking_for("/orders?q=tea", "page[size]"), "/orders?q=tea&page%5Bsize%5D=100000");
    }

    #[test]
    fn a_list_is_the_body_or_the_only_one_in_it() {
        let of = |text: &str| serde_json::from_str::<Json>(text).ok().as_ref().and_then(length);
        assert_eq!((of("[1, 2]"), of("{\"items\": [1], \"total\": 9}")), (Some(2), Some(1)));
        assert_eq!((of("{\"a\": [], \"b\": []}"), of("{\"id\": 7}"), of("7")), (None, None, None));
    }

    #[test]
    fn a_media_type_may_be_described_by_a_range() {
        assert!(covers("application/json; charset=utf-8", "application/json") && covers("*/*", "text/csv"));
        assert!(covers("text/*", "text/csv") && !covers("text/*", "image/png") && !covers("text/html", "text/csv"));
    }
}
