//! One cell of the matrix: what an answer gives to who asked, and whether that is right.

use serde_json::Value as Json;

use super::Row;
use crate::probe::auth_required::{Reception, received};
use crate::probe::http::round::body_text;
use crate::world::net::Reply;

/// What was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// What the row is about.
    Data,
    /// A refusal, or an answer without the data.
    Nothing,
    /// It cannot be said; why.
    Unclear(String),
}

/// One cell.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub(super) role: String,
    pub(super) path: String,
    pub(super) allowed: bool,
    pub(super) given: Given,
    /// Whether somebody was seen to get the data; otherwise refusals prove nothing.
    pub(super) proven: bool,
}

/// What a cell comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Right,
    /// Data to who may not have them.
    Leaks,
    /// No data to who may.
    Shut,
    Unclear,
}

impl Cell {
    pub(super) fn outcome(&self) -> Outcome {
        match (&self.given, self.allowed) {
            (Given::Data, true) => Outcome::Right,
            (Given::Data, false) => Outcome::Leaks,
            (Given::Nothing, true) => Outcome::Shut,
            (Given::Nothing, false) if self.proven => Outcome::Right,
            (Given::Nothing, false) | (Given::Unclear(_), _) => Outcome::Unclear,
        }
    }

    /// `role → path`
    pub(super) fn title(&self) -> String {
        format!("{} → {}", self.role, self.path)
    }

    /// What is wrong with it, in words.
    pub(super) fn fault(&self) -> Option<String> {
        let title = self.title();
        match (self.outcome(), &self.given) {
            (Outcome::Right, _) => None,
            (Outcome::Leaks, _) => Some(format!("{title}: gets data that only others may have")),
            (Outcome::Shut, _) => Some(format!("{title}: gets no data, but may have them")),
            (_, Given::Unclear(why)) => Some(format!("{title}: {why}")),
            _ => Some(format!("{title}: refused, but nobody was seen to get the data either")),
        }
    }
}

/// The answer to somebody who may have the data.
#[derive(Default)]
pub(super) struct Baseline {
    body: Option<String>,
}

impl Baseline {
    pub(super) fn take(&mut self, reply: &Reply) {
        self.body.get_or_insert_with(|| body_text(reply));
    }

    pub(super) fn is_known(&self) -> bool {
        self.body.is_some()
    }
}

/// What an answer gives. With a marker that decides; without one an answer of success gives the data if it is the same as, or
/// of the same shape as, the one to somebody who may have them.
pub(super) fn given(row: &Row, reply: &Reply, asked: &str, nowhere: Option<&str>, baseline: &Baseline) -> Given {
    match received(reply, Some(asked), nowhere) {
        Reception::Refused | Reception::Hidden => return Given::Nothing,
        Reception::Unclear => {
            return Given::Unclear(format!("the answer ({}) says nothing about access", reply.status));
        }
        Reception::Open => {}
    }
    let body = body_text(reply);
    if let Some(marker) = &row.marker {
        return if shows(&body, marker, row.at.as_deref()) { Given::Data } else { Given::Nothing };
    }
    let Some(model) = &baseline.body else { return Given::Data };
    let json = |text: &str| serde_json::from_str::<Json>(text).ok();
    match (json(model), json(&body)) {
        _ if *model == body => Given::Data,
        (_, Some(own)) if is_empty(&own) => Given::Nothing,
        (Some(model), Some(own)) if same_shape(&model, &own, 0) => Given::Data,
        _ => Given::Unclear("another answer of success; a `marker` would tell whether it is the data".to_owned()),
    }
}

fn shows(body: &str, marker: &str, at: Option<&str>) -> bool {
    let Some(path) = at else { return body.contains(marker) };
    let Ok(json) = serde_json::from_str::<Json>(body) else { return false };
    let found = path.split('.').try_fold(&json, |value, key| match key.parse::<usize>() {
        Ok(index) if value.is_array() => value.get(index),
        _ => value.get(key),
    });
    match found {
        Some(Json::String(text)) => text == marker,
        // numbers and the like as JSON writes them
        Some(other) => format!("{other}") == marker,
        None => false,
    }
}

fn is_empty(json: &Json) -> bool {
    match json {
        Json::Null => true,
        Json::Array(items) => items.is_empty(),
        Json::Object(members) => members.values().all(is_empty),
        _ => false,
    }
}

/// Whether two documents have the same members, as two answers of one handler do.
fn same_shape(a: &Json, b: &Json, depth: usize) -> bool {
    const DEEPEST: usize = 4;
    match (a, b) {
        _ if depth > DEEPEST => true,
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| same_shape(value, other, depth + 1)))
        }
        (Json::Array(a), Json::Array(b)) => match (a.first(), b.first()) {
            (Some(a), Some(b)) => same_shape(a, b, depth + 1),
            (a, b) => a.is_none() && b.is_none(),
        },
        (Json::Null, _) | (_, Json::Null) => depth > 0,
        (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn json(text: &str) -> Json {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn answers_of_one_handler_have_one_shape() {
        let users = json(r#"{"users": [{"id": 1, "mail": null}], "total": 1}"#);
        assert!(same_shape(&users, &json(r#"{"users": [{"id": 2, "mail": "a"}], "total": 9}"#), 0));
        assert!(!same_shape(&users, &json(r#"{"error": "forbidden"}"#), 0));
        assert!(!same_shape(&users, &json(r#"{"users": [], "total": 0}"#), 0));
        assert!(is_empty(&json(r#"{"users": [], "next": null}"#)) && !is_empty(&json(r#"{"total": 0}"#)));
    }

    #[test]
    fn a_marker_stands_anywhere_or_in_its_place() {
        let body = r#"{"owner": {"id": 7}, "items": [{"mail": "ada@example.org"}]}"#;
        assert!(shows(body, "ada@example.org", None));
        assert!(shows(body, "ada@example.org", Some("items.0.mail")) && shows(body, "7", Some("owner.id")));
        assert!(!shows(body, "ada", Some("items.0.mail")) && !shows("<p>7", "7", Some("owner.id")));
    }
}
