//! Requests that are wrong in one way each. No two of them are wrong in the same way.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

/// Depth of the nesting that is too deep: parsers that recurse give up at 1000 or less.
const DEPTH: usize = 2_000;
/// Letters of the text and the address that are too long.
const LONG: usize = 10_000;

/// What must become of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// A client error.
    Refused,
    /// A client error, or the end of the connection.
    RefusedOrClosed,
    /// Anything but a server error: it may be right for this service.
    Answered,
}

/// One request.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) name: &'static str,
    /// Where a GET goes; bodies go to the one path they are for.
    pub(super) path: String,
    /// `None` is a GET.
    pub(super) body: Option<String>,
    pub(super) content_type: &'static str,
    pub(super) expected: Expected,
}

/// Addresses that are wrong or odd.
pub(super) fn addresses(path: &str) -> Vec<Case> {
    let joint = if path.contains('?') { '&' } else { '?' };
    let case = |name, query: &str| Case {
        name,
        path: format!("{path}{joint}{query}"),
        body: None,
        content_type: "",
        expected: Expected::Answered,
    };
    vec![
        case("NUL in the query", "shipworthy=%00"),
        case("bytes that are not UTF-8 in the query", "shipworthy=%FF%FE"),
        case("an unfinished escape in the query", "shipworthy=%"),
        case("the same parameter twice", "shipworthy=1&shipworthy=2"),
        case("a very long query", &format!("shipworthy={}", "x".repeat(LONG))),
    ]
}

/// Bodies that are wrong where this object would be right.
pub(super) fn bodies(example: &IndexMap<String, Json>, oversize: usize) -> Vec<Case> {
    let example: Map<String, Json> = example.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    let text = Json::Object(example.clone()).to_string();
    let refused = |name, body: String| body_case(name, body, Expected::Refused);
    let answered = |name, body: String| body_case(name, body, Expected::Answered);
    let mut cases = vec![
        refused("JSON that breaks off", text[..floor(&text, text.len() / 2 + 1)].to_owned()),
        refused("no JSON", "{\"shipworthy\": }".to_owned()),
        refused("wrong types", every(&example, other_type)),
        refused("a list instead of an object", "[1, 2]".to_owned()),
        answered("members missing", "{}".to_owned()),
        answered("null in every member", every(&example, |_| Json::Null)),
        answered("very long texts", every(&example, |_| Json::String("x".repeat(LONG)))),
        answered("NUL and half a surrogate pair", every_raw(&example, "\"\\u0000\\ud800\"")),
        answered("numbers beyond all bounds", every_raw(&example, "-1e999")),
        refused("nested too deep", format!("{}{}", "[".repeat(DEPTH), "]".repeat(DEPTH))),
    ];
    cases.push(Case { content_type: "text/plain", ..answered("another content type", text) });
    let filler = format!("{{\"shipworthy\": \"{}\"}}", "x".repeat(oversize));
    cases.push(body_case("a body that is too long", filler, Expected::RefusedOrClosed));
    cases
}

fn body_case(name: &'static str, body: String, expected: Expected) -> Case {
    Case { name, path: String::new(), body: Some(body), content_type: "application/json", expected }
}

/// The nearest place before a byte where text may be cut.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn every(example: &Map<String, Json>, other: impl Fn(&Json) -> Json) -> String {
    Json::Object(example.iter().map(|(key, value)| (key.clone(), other(value))).collect()).to_string()
}

/// Every member with this text as its value, which no JSON value is printed as.
fn every_raw(example: &Map<String, Json>, value: &str) -> String {
    let members: Vec<String> = example.keys().map(|key| format!("{}: {value}", Json::String(key.clone()))).collect();
    format!("{{{}}}", members.join(", "))
}

/// A value of a type that this one is not, and that nobody turns into it.
fn other_type(value: &Json) -> Json {
    match value {
        Json::Object(_) | Json::Null => json!([[]]),
        Json::Array(_) => json!({"shipworthy": [1]}),
        Json::String(_) => json!({"shipworthy": [1]}),
        Json::Number(_) | Json::Bool(_) => json!("shipworthy"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn cases() -> Vec<Case> {
        let example = IndexMap::from([("näme".to_owned(), json!("Ada")), ("age".to_owned(), json!(36))]);
        bodies(&example, 1 << 20)
    }

    fn body(name: &str) -> String {
        cases().into_iter().find(|case| case.name == name).unwrap().body.unwrap()
    }

    #[test]
    fn each_body_is_wrong_in_the_way_its_name_says() {
        let parsed = |name: &str| serde_json::from_str::<Json>(&body(name));
        assert!(parsed("JSON that breaks off").is_err() && parsed("no JSON").is_err());
        assert!(
            parsed("wrong types").unwrap()["age"].is_string() && parsed("wrong types").unwrap()["näme"].is_object()
        );
        assert!(parsed("null in every member").unwrap()["age"].is_null());
        assert!(body("NUL and half a surrogate pair").contains("\"age\": \"\\u0000\\ud800\""));
        assert!(body("a body that is too long").len() > 1 << 20);
        assert_eq!(body("nested too deep").len(), 2 * DEPTH);
        assert!(parsed("another content type").is_ok());
    }

    #[test]
    fn names_stand_once() {
        let mut names: Vec<&str> = cases().iter().chain(&addresses("/a?b=1")).map(|case| case.name).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
        assert!(addresses("/a?b=1")[0].path.starts_with("/a?b=1&"));
    }
}
