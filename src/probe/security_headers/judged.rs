//! All tests on one scan: results, score, grade.

use super::cookies;
use super::csp::{self, Policies};
use super::integrity;
use super::page::{Page, Reading, read};
use super::preload::Preloads;
use super::scored::{Algorithm, Scored, grade, score};
use super::seen::{Answer, Content, Scan, Visit};
use super::single;
use super::transport;

/// What a scan is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rated {
    /// Each test by its name, in the order of the Observatory.
    pub(super) tests: Vec<(&'static str, Scored)>,
    pub(super) score: i32,
    pub(super) grade: &'static str,
}

/// Runs every test of an algorithm. `Err` says why there is no score.
pub(super) fn rate(scan: &Scan, algorithm: Algorithm, preloads: &Preloads) -> Result<Rated, String> {
    let visit = scan.visit().ok_or("the site did not answer")?;
    let status = visit.answer.status;
    if !matches!(status, 200..=399 | 401 | 403) {
        return Err(format!("the site answered {status}; only 2xx, 3xx, 401 and 403 are graded"));
    }
    let tests = tests(scan, visit, algorithm, preloads)?;
    let modifiers: Vec<i32> = tests.iter().map(|(_, scored)| scored.modifier(algorithm)).collect();
    let score = score(&modifiers);
    Ok(Rated { tests, score, grade: grade(score) })
}

fn tests(
    scan: &Scan,
    visit: &Visit,
    algorithm: Algorithm,
    preloads: &Preloads,
) -> Result<Vec<(&'static str, Scored)>, String> {
    let answer = &visit.answer;
    let https = scan.https.is_some();
    let page = page(answer, algorithm);
    // what a page says of itself counts only where the answer says that it is one
    let said = if answer.is_html() { page.clone() } else { Page::default() };
    let policies = Policies::of(answer, &said, algorithm);
    let transport = transport::strict_transport(scan, preloads);
    let mut tests = vec![
        ("content-security-policy", policies.scored(https)),
        ("cookies", cookies::scored(visit, transport.pass)),
        ("cross-origin-resource-sharing", single::sharing(scan.preflight.as_deref())),
        ("redirection", transport::redirection(scan.http.as_ref(), preloads)),
        ("referrer-policy", single::referrer(answer, &said)),
        ("strict-transport-security", transport),
        ("subresource-integrity", integrity::scored(answer, &page, (&scan.host, https), algorithm)?),
        ("x-content-type-options", single::sniffing(answer)),
        ("x-frame-options", csp::framing(answer, &policies)),
        ("cross-origin-resource-policy", single::resource_policy(answer)),
    ];
    if algorithm == Algorithm::Six {
        tests.push(("cross-origin-opener-policy", single::opener_policy(answer)));
        tests.push(("cross-origin-embedder-policy", single::embedder_policy(answer)));
    }
    Ok(tests)
}

fn page(answer: &Answer, algorithm: Algorithm) -> Page {
    let reading = if algorithm == Algorithm::Four { Reading::Tree } else { Reading::Tags };
    match &answer.content {
        Content::Text(text) => read(text, reading),
        Content::Structured => Page::default(),
    }
}
