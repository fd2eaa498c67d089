//! The block of a document that is ours: between two comments, made anew each time, at the end where there is none yet.

use super::mark::{find, harmless};
use crate::model::Outcome;
use crate::model::report::Report;

const BEGIN: &[u8] = b"<!-- shipworthy:begin summary -->";
const END: &[u8] = b"<!-- shipworthy:end summary -->";

/// The document with the block in its place.
pub(super) fn placed(document: Vec<u8>, report: &Report, day: &str) -> Vec<u8> {
    let newline: &[u8] = if find(&document, b"\r\n").is_some() { b"\r\n" } else { b"\n" };
    let block = block(report, day, newline);
    let begin = find(&document, BEGIN);
    let end = begin.and_then(|begin| Some(begin + find(document.get(begin..)?, END)? + END.len()));
    if let (Some(begin), Some(end)) = (begin, end) {
        let mut placed = document.clone();
        placed.splice(begin..end, block);
        return placed;
    }
    let mut placed = document;
    if !placed.is_empty() {
        if !placed.ends_with(b"\n") {
            placed.extend_from_slice(newline);
        }
        placed.extend_from_slice(newline);
    }
    placed.extend(block);
    placed.extend_from_slice(newline);
    placed
}

fn block(report: &Report, day: &str, newline: &[u8]) -> Vec<u8> {
    let count = |outcome: Outcome| report.checks.iter().filter(|check| check.outcome == outcome).count();
    let mut lines = vec![String::from_utf8_lossy(BEGIN).into_owned()];
    lines.push(format!("**Measured {day}:** {}", report.verdict.words()));
    lines.push(String::new());
    if let Some(score) = &report.score {
        let [proven, possible, measured] = [&score.proven, &score.possible, &score.measured]
            .map(|share| format!("{:.1} %", (share.value * 10.0).floor() / 10.0));
        lines.push(format!("- score: {proven} proven, {possible} possible, {measured} measured"));
    }
    lines.push(format!(
        "- checks: {} pass, {} fail, {} unknown, {} blocked",
        count(Outcome::Pass),
        count(Outcome::Fail),
        count(Outcome::Unknown),
        count(Outcome::Blocked)
    ));
    for (title, claims) in [
        ("claimed, but not so", &report.claims.contradicted),
        ("better than claimed", &report.claims.better_than_claimed),
    ] {
        if !claims.is_empty() {
            let subjects: Vec<String> = claims.iter().map(|claim| harmless(&claim.subject)).collect();
            lines.push(format!("- {title}: {}", subjects.join(", ")));
        }
    }
    lines.push(String::from_utf8_lossy(END).into_owned());
    let bytes: Vec<Vec<u8>> = lines.into_iter().map(String::into_bytes).collect();
    bytes.join(newline)
}
