//! Whether the target serves, and how new its newest data are.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value as Json;

use crate::model::Unknown;
use crate::probe::http::fetch::Choice;
use crate::probe::http::round::{Request, Round, body_text};
use crate::world::process;

/// How it is seen.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Health {
    pub(super) way: Way,
    /// Where the JSON has the time of the newest data.
    pub(super) newest: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) enum Way {
    Ask { path: String, credentials: Choice },
    Run(Vec<String>),
}

/// One look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sign {
    /// Why it does not serve; `None` when it does.
    pub(super) fault: Option<String>,
    /// The time of the newest data; `None` when nobody asked, the error when it cannot be read.
    pub(super) newest: Option<Result<Timestamp, String>>,
}

impl Health {
    pub(super) async fn ask(&self, path: &str, credentials: &Choice, round: &mut Round<'_>) -> Result<Sign, Unknown> {
        let fetched = round.ask(Request::get(path, credentials)).await?;
        if let Some(failure) = fetched.failure() {
            return Ok(Sign { fault: Some(failure.to_string()), newest: None });
        }
        let Ok(reply) = &fetched.reply else { return Ok(Sign { fault: Some("no answer".to_owned()), newest: None }) };
        let fault = (reply.status >= 400).then(|| format!("it answers {}", reply.status));
        Ok(self.sign(fault, &body_text(reply)))
    }

    pub(super) async fn run(&self, command: process::Command) -> Result<Sign, Unknown> {
        let finished = process::run(command).await?;
        let fault = match (finished.timed_out, finished.exit_code) {
            (true, _) => Some("its check did not end".to_owned()),
            (false, Some(0)) => None,
            (false, Some(code)) => Some(format!("its check exits with {code}")),
            (false, None) => Some("its check was ended by a signal".to_owned()),
        };
        Ok(self.sign(fault, &finished.stdout.text()))
    }

    fn sign(&self, fault: Option<String>, text: &str) -> Sign {
        let newest = self.newest.as_ref().filter(|_| fault.is_none()).map(|path| moment(text, path));
        Sign { fault, newest }
    }
}

/// The time at a path of JSON: RFC 3339, or seconds since 1970.
fn moment(text: &str, path: &str) -> Result<Timestamp, String> {
    let json: Json = serde_json::from_str(text).map_err(|_| "the answer is not JSON".to_owned())?;
    let found = path.split('.').try_fold(&json, |value, key| match key.parse::<usize>() {
        Ok(index) if value.is_array() => value.get(index),
        _ => value.get(key),
    });
    let wrong = |what: &Json| format!("`{what}` at `{path}` is no time");
    match found {
        None => Err(format!("there is nothing at `{path}`")),
        Some(Json::String(text)) => text.parse().map_err(|_| wrong(&Json::String(text.clone()))),
        Some(Json::Number(number)) => {
            let millis = number.as_f64().map(|seconds| seconds * 1000.0).filter(|millis| millis.abs() < 1e15);
            millis.and_then(|millis| Timestamp::from_millisecond(millis as i64).ok()).ok_or_else(|| wrong(&Json::Null))
        }
        Some(other) => Err(wrong(other)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_time_is_read_in_two_ways_and_never_guessed() {
        let time = |text: &str| moment(text, "a.0.t").map(|time| time.to_string());
        assert_eq!(time(r#"{"a": [{"t": "2026-11-20T12:00:00+01:00"}]}"#).unwrap(), "2026-11-20T11:00:00Z");
        assert_eq!(time(r#"{"a": [{"t": 1.5}]}"#).unwrap(), "1970-01-01T00:00:01.5Z");
        assert!(time(r#"{"a": [{"t": "yesterday"}]}"#).unwrap_err().contains("is no time"));
        assert!(time(r#"{"a": []}"#).unwrap_err().contains("nothing at"));
        assert!(time("up").unwrap_err().contains("not JSON"));
    }
}
