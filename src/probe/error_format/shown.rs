//! What one answer shows of the form in which a service tells errors.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use crate::probe::http::round::body_text;
use crate::world::net::Reply;

/// Headers that name a request (see also rule `obs/correlation`).
const NAMING: [&str; 12] = [
    "request-id",
    "x-request-id",
    "correlation-id",
    "x-correlation-id",
    "trace-id",
    "x-trace-id",
    "traceresponse",
    "x-amzn-requestid",
    "x-amzn-trace-id",
    "x-ms-request-id",
    "x-b3-traceid",
    "x-cloud-trace-context",
];
/// Members of a body that do, without `-` and `_`, in small letters.
const MEMBERS: [&str; 5] = ["requestid", "correlationid", "traceid", "errorid", "eventid"];
/// How deep an envelope is searched for them: `error.details.request_id`.
const DEEPEST: usize = 3;

/// What was provoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A page that no service has.
    NotFound,
    /// A method that the page has not.
    WrongMethod,
    /// A page that needs a login, asked by a stranger.
    NoLogin,
}

/// One error.
pub(super) struct Shown {
    kind: Kind,
    pub(super) status: u16,
    /// Names of the members of its JSON object; `None` when it is none or does not say so.
    pub(super) members: Option<BTreeSet<String>>,
    /// Whether it is a problem in the sense of RFC 9457.
    pub(super) problem: bool,
    /// The header that must come with it.
    pub(super) owed: Option<&'static str>,
    /// The same, where it does not come.
    pub(super) lacks: Option<String>,
    /// Whether it has an id.
    pub(super) identified: bool,
    media: String,
}

impl Shown {
    /// Reads an answer; `path` is what was asked for.
    pub(super) fn of(kind: Kind, reply: &Reply, path: &str) -> Shown {
        let media = reply.header("content-type").unwrap_or_default();
        let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let object = match serde_json::from_str(&body_text(reply)) {
            Ok(Json::Object(object)) if media == "application/json" || media.ends_with("+json") => Some(object),
            _ => None,
        };
        let by_header = NAMING.iter().any(|name| reply.header(name).is_some_and(|value| !value.trim().is_empty()));
        Shown {
            kind,
            status: reply.status,
            problem: media == "application/problem+json"
                && object.as_ref().is_some_and(|it| is_problem(it, reply.status)),
            owed: owed(reply.status),
            lacks: lacks(reply),
            identified: by_header || object.as_ref().is_some_and(|object| names_request(object, path, DEEPEST)),
            members: object.map(|object| object.into_iter().map(|(name, _)| name).collect()),
            media,
        }
    }

    /// What was asked and the status, where that is wrong for it. A service that lets strangers know nothing may refuse
    /// before it looks, and 501 is right for a method it has nowhere (RFC 9110 §15.6.2).
    pub(super) fn wrong_status(&self) -> Option<String> {
        let (wanted, right) = match self.kind {
            Kind::NotFound => (404, matches!(self.status, 401 | 403 | 404 | 410)),
            Kind::WrongMethod => (405, matches!(self.status, 405 | 501)),
            Kind::NoLogin => (401, matches!(self.status, 401 | 403)),
        };
        (!right).then(|| format!("{wanted}: {}", self.status))
    }

    /// For the evidence.
    pub(super) fn note(&self) -> String {
        let asked = match self.kind {
            Kind::NotFound => "a page that is not there",
            Kind::WrongMethod => "a method that is not there",
            Kind::NoLogin => "without a login",
        };
        let form = match (&self.members, self.media.as_str()) {
            (Some(members), media) => {
                format!("{media} with {}", members.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
            }
            (None, "") => "nothing that says what it is".to_owned(),
            (None, media) => format!("{media}, no JSON object"),
        };
        let lacks = self.lacks.as_ref().map(|lacks| format!("; {lacks}")).unwrap_or_default();
        format!("{asked}: {form}{}{lacks}", if self.identified { "" } else { "; no id" })
    }
}

/// In how many forms errors come.
pub(super) fn forms(errors: &[Shown]) -> usize {
    let mut forms: Vec<&Shown> = Vec::new();
    for error in errors {
        if !forms.iter().any(|form| is_same(form, error)) {
            forms.push(error);
        }
    }
    forms.len()
}

fn is_same(one: &Shown, other: &Shown) -> bool {
    match (&one.members, &other.members) {
        (Some(_), Some(_)) if one.problem || other.problem => one.problem && other.problem,
        (Some(one), Some(other)) => one.is_subset(other) || other.is_subset(one),
        (None, None) => one.media == other.media,
        _ => false,
    }
}

/// RFC 9457 §3.1: all members may be left out, but then nothing is said; `status` is that of the answer.
fn is_problem(object: &Map<String, Json>, status: u16) -> bool {
    let says = ["title", "type"].iter().any(|name| object.get(*name).is_some_and(Json::is_string));
    says && object.get("status").is_none_or(|said| said.as_u64() == Some(u64::from(status)))
}

/// RFC 9110 §15.5.6 and §15.5.2. `Retry-After` with 429 and 503 is only allowed (RFC 6585 §4, RFC 9110 §15.6.4).
fn owed(status: u16) -> Option<&'static str> {
    match status {
        405 => Some("Allow"),
        401 => Some("WWW-Authenticate"),
        _ => None,
    }
}

fn lacks(reply: &Reply) -> Option<String> {
    let owed = owed(reply.status)?;
    // an empty `Allow` is allowed: a resource may have no method at all
    reply.header(&owed.to_ascii_lowercase()).is_none().then(|| format!("{} without `{owed}`", reply.status))
}

fn names_request(object: &Map<String, Json>, path: &str, depth: usize) -> bool {
    object.iter().any(|(name, value)| match value {
        Json::Object(inner) => depth > 1 && names_request(inner, path, depth - 1),
        Json::String(text) if text.is_empty() => false,
        // an `instance` that is the path again names no occurrence (RFC 9457 §3.1.5)
        Json::String(text) if name == "instance" => !text.ends_with(path),
        Json::String(_) | Json::Number(_) => {
            let name = name.to_ascii_lowercase().replace(['-', '_'], "");
            MEMBERS.contains(&name.as_str())
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn shown(media: &str, members: &[&str], problem: bool) -> Shown {
        Shown {
            kind: Kind::NotFound,
            status: 404,
            members: (!members.is_empty()).then(|| members.iter().map(|name| (*name).to_owned()).collect()),
            problem,
            owed: None,
            lacks: None,
            identified: false,
            media: media.to_owned(),
        }
    }

    #[test]
    fn an_envelope_with_one_member_more_is_the_same_form_and_another_one_is_not() {
        let json = |members: &[&str]| shown("application/json", members, false);
        assert_eq!(forms(&[json(&["error"]), json(&["error", "id"])]), 1);
        assert_eq!(forms(&[json(&["error"]), json(&["detail"])]), 2);
        assert_eq!(forms(&[json(&["title"]), shown("application/problem+json", &["title"], true)]), 2);
        assert_eq!(forms(&[json(&["error"]), shown("text/html", &[], false), shown("text/html", &[], false)]), 2);
    }

    #[test]
    fn a_problem_says_something_and_does_not_contradict_its_status() {
        let is = |text: &str| is_problem(serde_json::from_str::<Json>(text).unwrap().as_object().unwrap(), 404);
        assert!(is(r#"{"title": "Not found", "status": 404}"#));
        assert!(is(r#"{"type": "about:blank"}"#));
        assert!(!is("{}"));
        assert!(!is(r#"{"title": "OK", "status": 200}"#));
    }

    #[test]
    fn an_id_may_stand_deep_in_an_envelope_but_is_no_path() {
        let names = |text: &str| {
            let json: Json = serde_json::from_str(text).unwrap();
            names_request(json.as_object().unwrap(), "/nowhere", DEEPEST)
        };
        assert!(names(r#"{"error": {"meta": {"requestId": "a1"}}}"#));
        assert!(names(r#"{"trace_id": "a1"}"#));
        assert!(names(r#"{"instance": "urn:uuid:7"}"#));
        assert!(!names(r#"{"instance": "/nowhere", "trace_id": ""}"#));
        assert!(!names(r#"{"id": "7", "path": "/nowhere"}"#));
    }
}
