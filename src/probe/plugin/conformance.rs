//! Does a program keep to the plugin protocol? What `shipworthy plugin test` asks.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::{ANSWER_CAP, PROTOCOL, read};
use crate::world::process::{self, Finished};

/// One rule of the protocol and whether the program keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule, as a sentence about the plugin.
    pub rule: &'static str,
    /// What it did instead; `None` when it keeps the rule.
    pub fault: Option<String>,
}

/// How long a plugin may take to refuse what it does not understand.
const REFUSAL: Duration = Duration::from_secs(5);

/// Runs a program several times and tells, rule by rule, whether it keeps to the protocol. `input` must be one it can
/// answer in `root`; `limit` bounds each run.
pub async fn conformance(
    argv: &[String],
    input: &Value,
    root: &Path,
    environment: &BTreeMap<String, String>,
    limit: Duration,
) -> Vec<Finding> {
    let run = |stdin: Vec<u8>, limit: Duration| {
        process::run(process::Command {
            argv: argv.to_vec(),
            cwd: root.to_path_buf(),
            env: environment.clone(),
            stdin: Some(stdin),
            limit,
            output_cap: ANSWER_CAP,
        })
    };
    let question = |protocol: u64, more: &[(&str, Value)]| {
        let mut question = json!({
            "protocol": protocol, "input": input, "target": null,
            "root": root.to_string_lossy(), "deadline_ms": u64::try_from(limit.as_millis()).unwrap_or(u64::MAX),
        });
        for (key, value) in more {
            question[*key] = value.clone();
        }
        question.to_string().into_bytes()
    };
    let first = match run(question(PROTOCOL, &[]), limit).await {
        Ok(finished) => finished,
        Err(unknown) => return vec![Finding { rule: "it can be started", fault: Some(unknown.0) }],
    };
    let mut findings = vec![Finding { rule: "it can be started", fault: None }];
    let mut add = |rule, fault: Option<String>| findings.push(Finding { rule, fault });
    add("it answers protocol 1 with one JSON object that has `facts`", read(&first).err());
    add("it writes nothing but its answer to standard output", stray(&first));
    add("it leaves nothing running", first.leaked.then(|| "its output was still open after it had ended".to_owned()));
    let again = run(question(PROTOCOL, &[("future", json!({"key": [1]}))]), limit).await;
    add("it ignores keys it does not know", again.map_or_else(|unknown| Some(unknown.0), |done| read(&done).err()));
    for (rule, stdin) in [
        ("it refuses a protocol it does not know (exit code not 0)", question(PROTOCOL + 998, &[])),
        ("it refuses empty input (exit code not 0)", Vec::new()),
        ("it refuses input that is not JSON (exit code not 0)", b"{\"protocol\": 1,".to_vec()),
    ] {
        let refused = run(stdin, limit.min(REFUSAL)).await;
        add(rule, refused.map_or_else(|unknown| Some(unknown.0), |done| not_refused(&done)));
    }
    findings
}

/// Text around the JSON object on standard output.
fn stray(finished: &Finished) -> Option<String> {
    let text = finished.stdout.text();
    let text = text.trim();
    let whole = text.is_empty() || (text.starts_with('{') && text.ends_with('}'));
    (!whole).then(|| "there is text before or behind the JSON object; messages belong on standard error".to_owned())
}

fn not_refused(finished: &Finished) -> Option<String> {
    match (finished.timed_out, finished.exit_code) {
        (true, _) => Some(format!("it was still running after {:.1} s", finished.duration.as_secs_f64())),
        (false, Some(0)) => Some("it ended with exit code 0, as if it had looked".to_owned()),
        (false, _) => None,
    }
}
