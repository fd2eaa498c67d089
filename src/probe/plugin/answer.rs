//! What a plugin writes: `{"facts": {…}, "evidence": […]}`, and what can be wrong with it.

use std::path::Path;

use serde::Deserialize;

use crate::model::report::{Evidence, EvidenceKind};
use crate::model::{Certainty, Place, Value};
use crate::probe::command::leaves_root;

/// Pieces of evidence that are kept.
const MOST_EVIDENCE: usize = 50;
/// Characters of a note that are kept.
const LONGEST_NOTE: usize = 500;

/// A well-formed answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    facts: serde_json::Map<String, serde_json::Value>,
    #[serde(default)]
    evidence: Vec<Piece>,
}

/// One thing it saw.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Piece {
    note: String,
    #[serde(default)]
    file: Option<String>,
    #[serde(default)]
    line: Option<u32>,
    #[serde(default)]
    column: Option<u32>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    fact: Option<String>,
    #[serde(default)]
    certainty: Certainty,
}

impl Answer {
    /// Reads an answer; the error continues "plugin `x` …".
    pub(super) fn parse(bytes: &[u8]) -> Result<Answer, String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "answered with bytes that are not UTF-8".to_owned())?;
        if text.trim().is_empty() {
            return Err("answered with nothing; one JSON object is due".to_owned());
        }
        let json: serde_json::Value = serde_json::from_str(text)
            .map_err(|error| format!("answered with something that is not one JSON value: {error}"))?;
        let serde_json::Value::Object(members) = &json else {
            return Err("answered with JSON that is not an object".to_owned());
        };
        match members.get("facts") {
            None => return Err("answered without `facts`".to_owned()),
            Some(serde_json::Value::Object(facts)) => check_names(facts)?,
            Some(_) => return Err("answered with `facts` that is not an object".to_owned()),
        }
        serde_json::from_value(json).map_err(|error| format!("answered with a fault: {error}"))
    }

    /// All facts as one tree.
    pub(super) fn facts(&self) -> Value {
        Value::from_json(&serde_json::Value::Object(self.facts.clone()))
    }

    /// What it saw, the first few dozen.
    pub(super) fn evidence(self) -> Vec<Evidence> {
        self.evidence.into_iter().take(MOST_EVIDENCE).map(Piece::into_evidence).collect()
    }
}

fn check_names(facts: &serde_json::Map<String, serde_json::Value>) -> Result<(), String> {
    match facts.keys().find(|name| name.trim().is_empty()) {
        Some(_) => Err("answered with a fact that has no name".to_owned()),
        None => Ok(()),
    }
}

impl Piece {
    fn into_evidence(self) -> Evidence {
        // a place outside the repository is not ours to point at
        let file = self.file.filter(|file| !leaves_root(file) && !Path::new(file).as_os_str().is_empty());
        let place = file.map(|file| Place {
            file,
            line: self.line.unwrap_or(0),
            column: self.line.and(self.column).unwrap_or(0),
        });
        Evidence {
            kind: EvidenceKind::Plugin,
            place,
            url: self.url,
            note: Some(self.note.chars().take(LONGEST_NOTE).collect()),
            fact: self.fact,
            certainty: self.certainty,
            ..Evidence::default()
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn every_fault_of_an_answer_is_named() {
        let long = format!("{{\"facts\": {}", "[".repeat(100_000));
        for (answer, says) in [
            (&b""[..], "with nothing"),
            (b"\xff{}", "not UTF-8"),
            (b"depth: 3", "not one JSON value"),
            (b"{\"facts\": {}} and more", "not one JSON value"),
            (long.as_bytes(), "not one JSON value"),
            (b"[1]", "not an object"),
            (b"{}", "without `facts`"),
            (b"{\"facts\": 3}", "`facts` that is not an object"),
            (b"{\"facts\": {\"\": 3}}", "no name"),
            (b"{\"facts\": {}, \"verdict\": \"pass\"}", "unknown field `verdict`"),
            (b"{\"facts\": {}, \"evidence\": [{}]}", "missing field `note`"),
            (b"{\"facts\": {}, \"evidence\": [{\"note\": \"x\", \"certainty\": \"sure\"}]}", "unknown variant `sure`"),
        ] {
            let error = Answer::parse(answer).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn evidence_never_points_out_of_the_repository() {
        let answer = br#"{"facts": {}, "evidence": [
            {"note": "a", "file": "db/1.sql", "line": 3}, {"note": "b", "file": "../x"}, {"note": "c", "file": "/etc/passwd"}]}"#;
        let places: Vec<_> = Answer::parse(answer).unwrap().evidence().into_iter().map(|piece| piece.place).collect();
        assert_eq!(places, [Some(Place::line("db/1.sql", 3)), None, None]);
    }
}
