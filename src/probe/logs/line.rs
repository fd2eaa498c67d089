//! One line of a log: whether a program can read it, and what it holds (12-factor app, XI; OpenTelemetry log data model).

use std::collections::BTreeSet;

use serde_json::Value as Json;

/// Names that the common libraries give to the time of an event.
const TIMES: [&str; 8] = ["timestamp", "time", "ts", "@timestamp", "datetime", "date", "t", "asctime"];
/// … to its level.
const LEVELS: [&str; 8] =
    ["level", "severity", "lvl", "levelname", "level_name", "log.level", "loglevel", "severity_text"];
/// … to what happened.
const MESSAGES: [&str; 6] = ["message", "msg", "event", "body", "@message", "text"];
/// Maps inside an event whose members count as its own.
const INNER: [&str; 4] = ["fields", "log", "data", "attributes"];

/// How a line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A JSON object.
    Json,
    /// `key=value` pairs throughout.
    Logfmt,
}

/// What a line holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) form: Option<Form>,
    /// Keys, in lower case.
    pub(super) keys: BTreeSet<String>,
    /// Level, in lower case.
    pub(super) level: Option<String>,
    /// Whether it says when, with the zone.
    pub(super) timed: bool,
    /// Whether it says what happened.
    pub(super) told: bool,
}

impl Line {
    /// Reads a line.
    pub(super) fn of(text: &str) -> Line {
        let text = text.trim();
        if text.starts_with('{')
            && let Ok(Json::Object(members)) = serde_json::from_str(text)
        {
            return Line::with(Form::Json, members.iter().flat_map(|(key, member)| opened(key, member)));
        }
        match logfmt(text) {
            Some(pairs) => {
                let pairs = pairs.into_iter().map(|(key, value)| (key, Json::String(value)));
                let line = Line::with(Form::Logfmt, pairs);
                if line.level.is_some() || line.told { line } else { Line::default() }
            }
            None => Line::default(),
        }
    }

    fn with(form: Form, pairs: impl Iterator<Item = (String, Json)>) -> Line {
        let mut line = Line { form: Some(form), ..Line::default() };
        for (key, value) in pairs {
            let key = key.to_lowercase();
            if TIMES.contains(&key.as_str()) {
                line.timed |= has_zone(&value);
            } else if LEVELS.contains(&key.as_str()) {
                line.level = Some(level(&value));
            } else if MESSAGES.contains(&key.as_str()) {
                line.told = true;
            }
            line.keys.insert(key);
        }
        line
    }

    /// Whether it says when, how bad and what.
    pub(super) fn is_complete(&self) -> bool {
        self.timed && self.told && self.level.is_some()
    }

    /// Whether its level is for developers.
    pub(super) fn is_debug(&self) -> bool {
        // bunyan and pino count: 10 is trace, 20 is debug
        matches!(self.level.as_deref(), Some("debug" | "trace" | "10" | "20"))
    }
}

/// Whether a line goes on with the event before it: a stack trace is one event.
pub(super) fn goes_on(text: &str) -> bool {
    text.starts_with([' ', '\t', '}', ']']) || text.starts_with("Caused by:") || text.starts_with("Traceback (")
}

/// A member under its own name, and those of an inner map under theirs too.
fn opened(key: &str, member: &Json) -> Vec<(String, Json)> {
    let mut pairs = vec![(key.to_owned(), member.clone())];
    if let (true, Json::Object(inner)) = (INNER.contains(&key), member) {
        pairs.extend(inner.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    pairs
}

fn level(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_lowercase)
}

/// `2026-05-01T10:00:00Z`, `…+02:00`, or seconds (and parts of them) since 1970.
fn has_zone(value: &Json) -> bool {
    match value {
        Json::Number(_) => true,
        Json::String(text) => {
            let text = text.trim().replacen(' ', "T", 1);
            text.parse::<jiff::Timestamp>().is_ok() || text.parse::<f64>().is_ok_and(|seconds| seconds > 1e8)
        }
        _ => false,
    }
}

/// `key=value key="quoted value"`; `None` unless the whole line is two pairs or more.
fn logfmt(text: &str) -> Option<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=')?;
        let good = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '@' | '/');
        if key.is_empty() || !key.chars().all(good) {
            return None;
        }
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => closing(quoted)?,
            None => {
                let end = after.find(' ').unwrap_or(after.len());
                (after[..end].to_owned(), &after[end..])
            }
        };
        pairs.push((key.to_owned(), value));
        rest = after.trim_start();
    }
    (pairs.len() >= 2).then_some(pairs)
}

fn closing(quoted: &str) -> Option<(String, &str)> {
    let mut escaped = false;
    for (at, letter) in quoted.char_indices() {
        match letter {
            '"' if !escaped => return Some((quoted[..at].to_owned(), &quoted[at + 1..])),
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn lines_of_the_common_libraries_are_complete() {
        for line in [
            r#"{"time":"2026-11-27T10:00:00.123Z","level":"INFO","msg":"started","port":80}"#,
            r#"{"level":30,"time":1764237600123,"pid":7,"hostname":"a","msg":"started"}"#,
            r#"{"timestamp":"2026-11-27T10:00:00.1Z","level":"INFO","fields":{"message":"started"},"target":"shop"}"#,
            r#"{"@timestamp":"2026-11-27T10:00:00.000+01:00","log.level":"warn","message":"slow"}"#,
            r#"{"event":"started","level":"info","timestamp":"2026-11-27 10:00:00+00:00"}"#,
            r#"time=2026-11-27T10:00:00Z level=info msg="listening on \"80\"" port=80"#,
        ] {
            let read = Line::of(line);
            assert!(read.form.is_some() && read.is_complete(), "{line}: {read:?}");
        }
    }

    #[test]
    fn what_people_write_for_people_is_not_structured() {
        for line in [
            "2026-11-27 10:00:00,123 INFO shop: started on port=80",
            "127.0.0.1 - - [27/Nov/2026:10:00:00 +0000] \"GET / HTTP/1.1\" 200 5",
            "[1, 2, 3]",
            "{broken",
            "a=b",
            "x=1 y=2",
        ] {
            assert_eq!(Line::of(line).form, None, "{line}");
        }
    }

    #[test]
    fn a_time_without_a_zone_and_a_missing_level_are_seen() {
        let line = Line::of(r#"{"time":"2026-11-27T10:00:00","msg":"x"}"#);
        assert!(!line.timed && line.told && line.level.is_none() && !line.is_complete());
        assert!(Line::of(r#"{"level":20,"msg":"x"}"#).is_debug());
        assert!(Line::of(r#"{"level":"DEBUG","msg":"x"}"#).is_debug());
    }

    #[test]
    fn a_stack_trace_goes_on_with_its_event() {
        for line in ["    at shop.Cart.add(Cart.java:7)", "Caused by: java.lang.X", "\tat x", "}"] {
            assert!(goes_on(line), "{line}");
        }
        assert!(!goes_on("{\"msg\":1}"));
    }
}
