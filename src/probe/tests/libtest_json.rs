//! The events of `cargo test -- -Z unstable-options --format json` and of nextest's `--message-format libtest-json`, one
//! JSON object a line. Unstable, so that only what is needed is believed: tests, and that every suite ended.

use serde::Deserialize;

use super::case::{Case, Parsed, Status, full_name, seconds};
use super::libtest;

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    event: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    stdout: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    exec_time: Option<serde_json::Number>,
}

/// Whether a text is such a stream.
pub(super) fn is_it(text: &str) -> bool {
    let starts = |line: &str| line.starts_with('{') && line.contains("\"type\"") && line.contains("\"event\"");
    text.lines().take(1_000).any(starts)
}

/// Reads a stream; the error says what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Parsed, String> {
    let mut parsed = Parsed::default();
    let mut open = 0_u64;
    for (at, line) in text.lines().enumerate().filter(|(_, line)| line.starts_with('{')) {
        let event: Event = match serde_json::from_str(line) {
            Ok(event) => event,
            Err(_) if !line.contains("\"event\"") => continue,
            Err(fault) => return Err(format!("is broken in line {}: {fault}", at + 1)),
        };
        match (event.kind.as_str(), event.event.as_str()) {
            ("suite", "started") => open += 1,
            ("suite", "ok" | "failed") => open = open.saturating_sub(1),
            ("test", "ok" | "failed" | "ignored" | "timeout") => parsed.push(case(event))?,
            _ => {}
        }
    }
    if open > 0 {
        return Err(format!("is cut off: {open} test programs did not end"));
    }
    Ok(parsed)
}

fn case(event: Event) -> Case {
    let status = match event.event.as_str() {
        "ok" => Status::Passed,
        "ignored" => Status::Skipped,
        _ => Status::Failed,
    };
    let mut case = Case {
        name: full_name("", &event.name),
        status,
        seconds: event.exec_time.and_then(|time| seconds(&time.to_string())),
        ..Case::default()
    };
    if status == Status::Failed {
        libtest::explain(&mut case, if event.stdout.is_empty() { &event.message } else { &event.stdout });
    }
    case
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const EVENTS: &str = r#"   Compiling shop
{ "type": "suite", "event": "started", "test_count": 3 }
{ "type": "test", "event": "started", "name": "cart::adds" }
{ "type": "test", "name": "cart::adds", "event": "ok", "exec_time": 0.25 }
{ "type": "test", "name": "cart::later", "event": "ignored" }
{ "type": "test", "name": "cart::removes", "event": "failed", "stdout": "\nthread 'cart::removes' (7) panicked at src/lib.rs:11:5:\nassertion failed\n" }
{ "type": "suite", "event": "failed", "passed": 1, "failed": 1, "ignored": 1 }
"#;

    #[test]
    fn tests_are_counted_with_the_place_of_their_panic() {
        let parsed = parse(EVENTS).unwrap();
        let statuses: Vec<_> = parsed.cases.iter().map(|case| case.status).collect();
        assert_eq!(statuses, [Status::Passed, Status::Skipped, Status::Failed]);
        let failed = &parsed.cases[2];
        assert_eq!((failed.file.as_deref(), failed.line), (Some("src/lib.rs"), 11));
        assert_eq!(failed.message, "assertion failed");
        let cut: String = EVENTS.lines().take(5).map(|line| format!("{line}\n")).collect();
        assert_eq!(parse(&cut).unwrap_err(), "is cut off: 1 test programs did not end");
        assert!(parse("{\"type\":\"suite\",\"event\":\"sta").unwrap_err().starts_with("is broken in line 1"));
    }
}
