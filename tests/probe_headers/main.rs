//! Probe `security_headers` against every measured case of the HTTP Observatory: a site on loopback behaves as the case
//! says, and result, points, score and grade must be those of the Observatory's own scanner, for each of its algorithms.
//! In a binary of its own, since it keeps the machine busy and others have time limits.

#![allow(clippy::unwrap_used, reason = "tests")]

mod odd;
#[path = "../probing/mod.rs"]
mod probing;

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex};

use rustls::ServerConfig;
use serde::Deserialize;
use shipworthy::model::{Observation, Value};

use probing::server::{Identity, Server, SilentPort, answer_tls};
use probing::{Bench, absent, member, number, text, texts, unobserved, value};

type Lines = Vec<(String, String)>;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    #[serde(rename = "note")]
    _note: String,
    #[serde(rename = "scheme")]
    _scheme: String,
    headers: Lines,
    #[serde(default)]
    cookies: Vec<String>,
    #[serde(default = "www")]
    host: String,
    #[serde(default = "redirect")]
    http: String,
    #[serde(default = "valid")]
    https: String,
    #[serde(default = "moved")]
    redirect_status: u16,
    #[serde(default)]
    http_headers: Lines,
    #[serde(default)]
    https_redirect: Option<String>,
    #[serde(default)]
    https_first_headers: Lines,
    #[serde(default)]
    cors: Option<Preflight>,
    #[serde(default = "ok")]
    status: u16,
    #[serde(default = "page")]
    html: String,
    #[serde(default = "page_type")]
    content_type: Option<String>,
    expected: BTreeMap<String, Expected>,
}

#[derive(Clone, Debug, Deserialize)]
struct Preflight {
    #[serde(default = "ok")]
    status: u16,
    headers: Lines,
}

/// What the scanner said. Tests that are equal to those of algorithm 6 are left out of the others.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Expected {
    Rated {
        score: i64,
        grade: String,
        #[serde(rename = "passed")]
        _passed: u8,
        tests: BTreeMap<String, (String, i64, bool)>,
    },
    Refused {
        #[serde(rename = "error")]
        _error: String,
    },
}

fn www() -> String {
    "www.example.com".to_owned()
}
fn redirect() -> String {
    "redirect".to_owned()
}
fn valid() -> String {
    "valid".to_owned()
}
fn moved() -> u16 {
    301
}
fn ok() -> u16 {
    200
}
fn page() -> String {
    "<!doctype html><html><head><title>t</title></head><body>ok</body></html>".to_owned()
}
#[expect(clippy::unnecessary_wraps, reason = "the field can also be null")]
fn page_type() -> Option<String> {
    Some("text/html; charset=utf-8".to_owned())
}

fn cases() -> Vec<Case> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/observatory/cases.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

impl Case {
    fn over_https(&self, head: &str) -> Vec<u8> {
        let host = header(head, "host");
        match &self.https_redirect {
            Some(next) if !host.starts_with(next.as_str()) => {
                let mut headers = self.https_first_headers.clone();
                headers.push(("location".to_owned(), format!("https://{next}/")));
                response(302, &headers, "")
            }
            _ => self.page(head),
        }
    }

    fn over_http(&self, head: &str) -> Vec<u8> {
        let path = head.split(' ').nth(1).unwrap_or("/");
        let host = header(head, "host");
        let to = match (self.http.as_str(), path) {
            ("redirect", _) | ("redirect-http-first", "/first") => format!("https://{host}/"),
            ("redirect-http-first", _) => format!("http://{host}/first"),
            ("redirect-to-http", "/") => format!("http://{host}/stays"),
            ("redirect-offhost", _) => "https://app.example.org/".to_owned(),
            _ => return self.page(head),
        };
        let mut headers = self.http_headers.clone();
        headers.push(("location".to_owned(), to));
        response(self.redirect_status, &headers, "")
    }

    fn page(&self, head: &str) -> Vec<u8> {
        if head.starts_with("OPTIONS ") {
            let Some(cors) = &self.cors else { return response(405, &[], "") };
            let origin = header(head, "origin");
            let headers: Lines =
                cors.headers.iter().map(|(name, value)| (name.clone(), value.replace("$ORIGIN", &origin))).collect();
            return response(cors.status, &headers, "");
        }
        let mut headers = self.headers.clone();
        headers.extend(self.cookies.iter().map(|cookie| ("Set-Cookie".to_owned(), cookie.clone())));
        headers.extend(self.content_type.iter().map(|kind| ("Content-Type".to_owned(), kind.clone())));
        response(self.status, &headers, &self.html)
    }
}

fn header(head: &str, name: &str) -> String {
    let line = head.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}:")));
    line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
}

fn response(status: u16, headers: &[(String, String)], body: &str) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n", body.len());
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    format!("{text}\r\n{body}").into_bytes()
}

/// Certificates: one that the bench trusts, one that nobody does.
struct Certificates {
    trusted: Arc<ServerConfig>,
    authority: String,
    unknown: Arc<ServerConfig>,
}

impl Certificates {
    fn new() -> Certificates {
        let names = ["www.example.com", "app.example.org", "www.preloaded.test", "app.hsts-tld"];
        let trusted = Identity::of(&names, 2020, 2040);
        Certificates {
            authority: trusted.authority_pem.clone(),
            trusted: Arc::new(trusted.config()),
            unknown: Arc::new(Identity::of(&names, 2020, 2040).config()),
        }
    }
}

/// A site on loopback, and a bench with a target that leads to it.
struct Site {
    bench: Bench,
    _silent: Vec<SilentPort>,
}

impl Site {
    fn of(case: &Arc<Case>, certificates: &Certificates) -> Site {
        let mut silent = Vec::new();
        let mut quiet = || {
            let port = SilentPort::new();
            let number = port.port;
            silent.push(port);
            number
        };
        let http_port = match case.http.as_str() {
            "none" => quiet(),
            _ => {
                let case = Arc::clone(case);
                let answer = move |head: &str, stream: &mut std::net::TcpStream| {
                    let _ = stream.write_all(&case.over_http(head));
                };
                Server::new(answer).address.port()
            }
        };
        let https_port = match case.https.as_str() {
            "none" => quiet(),
            kind => {
                let config = if kind == "valid" { &certificates.trusted } else { &certificates.unknown };
                let (case, config) = (Arc::clone(case), Arc::clone(config));
                let serve = move |stream: std::net::TcpStream, _: &Mutex<Vec<String>>| {
                    answer_tls(stream, &config, |head| case.over_https(head));
                };
                Server::on(serve).address.port()
            }
        };
        let bench = Bench::new()
            .limit(std::time::Duration::from_secs(60))
            .file("ca.pem", &certificates.authority)
            .file("preload.txt", "preloaded.test\nhsts-tld\n")
            .target("site", &format!("https://{}", case.host), |target| {
                target.route.resolve.insert("*".into(), "127.0.0.1".into());
                target.route.http_port = Some(http_port);
                target.route.https_port = Some(https_port);
                target.ca_file = Some("ca.pem".into());
            });
        Site { bench, _silent: silent }
    }

    fn look(&self, algorithm: &str) -> Observation {
        let parameters = format!("target: site\nalgorithm: {algorithm}\npreload_list: preload.txt\n");
        self.bench.observe("security_headers", &parameters).unwrap()
    }
}

/// What differs from the case; empty when nothing does.
fn differences(case: &Case, algorithm: &str, seen: &Observation) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut compare = |what: &str, actual: String, expected: String| {
        if actual != expected {
            wrong.push(format!("{} algorithm {algorithm}, {what}: {actual}, expected {expected}", case.id));
        }
    };
    let (score, grade, own) = match &case.expected[algorithm] {
        Expected::Refused { .. } => {
            compare("score", unobserved(seen, "score"), unobserved(seen, "grade"));
            return wrong;
        }
        Expected::Rated { score, grade, tests, .. } => (score, grade, tests),
    };
    let mut tests = match &case.expected["6"] {
        Expected::Rated { tests, .. } => tests.clone(),
        Expected::Refused { .. } => BTreeMap::new(),
    };
    if algorithm != "6" {
        tests.retain(|name, _| !matches!(name.as_str(), "cross-origin-opener-policy" | "cross-origin-embedder-policy"));
    }
    tests.extend(own.clone());
    compare("score", number(seen, "score"), score.to_string());
    compare("grade", text(seen, "grade"), grade.clone());
    let Value::Map(actual) = value(seen, "tests.") else { panic!("tests. is no map") };
    compare("number of tests", actual.len().to_string(), tests.len().to_string());
    for (name, (result, modifier, pass)) in tests {
        let Some(Value::Map(test)) = actual.get(&name) else { panic!("no test {name}") };
        compare(&name, format!("{:?}", test["result"]), format!("{:?}", Value::Text(result)));
        compare(&name, format!("{:?}", test["modifier"]), format!("{:?}", Value::count(modifier)));
        compare(&name, format!("{:?}", test["pass"]), format!("{:?}", Value::Bool(pass)));
    }
    wrong
}

#[test]
#[expect(clippy::print_stdout, reason = "how many cases were compared is worth knowing")]
fn every_case_of_the_observatory_has_its_result_score_and_grade_in_every_algorithm() {
    let cases = cases();
    let (total, certificates) = (cases.len(), Certificates::new());
    assert!(total >= 175, "{total} cases");
    let queue = Mutex::new(cases.into_iter());
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().unwrap().next();
                    let Some(case) = next else { return };
                    let case = Arc::new(case);
                    let site = Site::of(&case, &certificates);
                    for algorithm in ["4", "5", "6"] {
                        let found = differences(&case, algorithm, &site.look(algorithm));
                        wrong.lock().unwrap().extend(found);
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} differences in {total} cases:\n{}", wrong.len(), wrong.join("\n"));
    println!("{total} cases in 3 algorithms: same results, points, scores and grades");
}

/// The plainest case, changed as a test needs it.
fn observe(change: impl FnOnce(&mut Case), parameters: &str) -> Observation {
    let mut case = cases().remove(0);
    change(&mut case);
    let site = Site::of(&Arc::new(case), &Certificates::new());
    site.bench.observe("security_headers", &format!("target: site\n{parameters}")).unwrap()
}

fn line(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[test]
fn a_site_that_sends_http_elsewhere_first_loses_five_points() {
    let seen = observe(|case| case.http = "redirect-offhost".to_owned(), "");
    let Some(Value::Map(test)) = member(&seen, "tests.", "redirection") else { panic!() };
    assert_eq!(test["result"], Value::Text("redirection-off-host-from-http".into()));
}

#[test]
fn a_redirect_for_now_is_told_from_one_that_lasts() {
    for (status, lasting) in [(301, true), (308, true), (302, false), (307, false)] {
        let redirect = |case: &mut Case| {
            case.http = "redirect".to_owned();
            case.redirect_status = status;
        };
        let seen = observe(redirect, "");
        assert_eq!(value(&seen, "redirection_permanent"), Value::Bool(lasting), "{status}");
    }
}

#[test]
fn what_the_observatory_does_not_see_is_told() {
    let seen = observe(
        |case| {
            case.headers = vec![line("Strict-Transport-Security", "max-age=0"), line("Server", "nginx/1.18.0")];
            case.headers.push(line("X-Powered-By", "Express"));
            let headers =
                vec![line("Access-Control-Allow-Origin", "$ORIGIN"), line("Access-Control-Allow-Credentials", "true")];
            case.cors = Some(Preflight { status: 204, headers });
        },
        "",
    );
    assert_eq!(number(&seen, "hsts.max_age"), "0");
    assert_eq!(value(&seen, "cors.credentials_for_any_origin"), Value::Bool(true));
    assert_eq!(texts(&seen, "disclosure"), ["server: nginx/1.18.0", "x-powered-by: Express"]);
    assert_eq!(
        texts(&seen, "missing"),
        [
            "content-security-policy",
            "frame-ancestors",
            "referrer-policy",
            "strict-transport-security",
            "x-content-type-options"
        ]
    );
}

#[test]
fn an_api_needs_no_policy_for_scripts_but_is_not_to_be_stored() {
    let seen = observe(
        |case| {
            case.content_type = Some("application/json".to_owned());
            case.headers = vec![line("X-Content-Type-Options", "nosniff"), line("X-Frame-Options", "DENY")];
        },
        "profile: api\n",
    );
    assert_eq!(texts(&seen, "missing"), ["cache-control", "strict-transport-security"]);
}

#[test]
fn a_silent_site_is_unreachable_and_nothing_else_is_known() {
    let seen = observe(
        |case| {
            case.http = "none".to_owned();
            case.https = "none".to_owned();
        },
        "",
    );
    assert_eq!(value(&seen, "reachable"), Value::Bool(false));
    assert_eq!(text(&seen, "error"), "refused");
    for fact in ["score", "grade", "tests.", "missing", "hsts.max_age"] {
        assert!(unobserved(&seen, fact).contains("refused"), "{fact}: {}", unobserved(&seen, fact));
    }
}

#[test]
fn an_answer_that_is_not_graded_says_why() {
    let seen = observe(|case| case.status = 404, "");
    assert!(unobserved(&seen, "score").contains("answered 404"));
    assert_eq!(number(&seen, "status"), "404");
    assert!(absent(&seen, "error"));
}

#[test]
fn a_certificate_that_does_not_verify_gets_no_credentials() {
    let mut case = cases().remove(0);
    case.https = "selfsigned".to_owned();
    case.http = "none".to_owned();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (log, config) = (Arc::clone(&asked), Arc::new(Identity::new("www.example.com", 2020, 2040).config()));
    let server = Server::on(move |stream, _| {
        answer_tls(stream, &config, |head| {
            log.lock().unwrap().push(head.to_lowercase());
            response(200, &[], "")
        });
    });
    let bench = Bench::new().target("site", "https://www.example.com", |target| {
        target.route.resolve.insert("*".into(), "127.0.0.1".into());
        target.route.https_port = Some(server.address.port());
        target.route.http_port = Some(1);
        target.headers.insert("x-key".into(), "v3ry-s3cret".into());
        let bearer = shipworthy::model::target::Credential::Bearer("v3ry-s3cret".into());
        target.credentials.insert("default".into(), Ok(bearer));
    });
    let seen = bench.observe("security_headers", "target: site\n").unwrap();
    assert!(seen.evidence[0].note.as_ref().unwrap().contains("without verification"));
    let asked = asked.lock().unwrap();
    assert!(!asked.is_empty() && asked.iter().all(|head| !head.contains("v3ry-s3cret")), "{asked:?}");
}

#[test]
fn a_port_of_the_url_belongs_to_its_scheme_alone() {
    let server = Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-type: text/html\r\n\r\nok");
    let bench = Bench::new().target("site", &server.url(), |_| {});
    let seen = bench.observe("security_headers", "target: site\n").unwrap();
    let Some(Value::Map(test)) = member(&seen, "tests.", "strict-transport-security") else { panic!() };
    assert_eq!(test["result"], Value::Text("hsts-not-implemented-no-https".into()));
    assert!(seen.evidence[0].note.as_ref().unwrap().contains("https was not asked"));
    assert!(unobserved(&seen, "redirection").contains("loopback"));
    assert_eq!(server.asked().len(), 2, "one visit and one preflight");
}
