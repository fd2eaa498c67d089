//! The parameters of probe `http` as a spec writes them, and what can be wrong with them.

use super::place::check_paths;
use std::collections::BTreeMap;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::fetch::{Address, Choice};
use super::steps::{Content, MOST_STEPS, Step, StepParams};
use super::{Http, Take, is_safe};
use crate::expect::units::size;
use crate::model::Problems;
use crate::probe::inquiry::Inquiry;
use crate::probe::{Probe, limits};
use crate::world::net::{Header, Url};
use crate::yaml::{Node, Spanned, decode as decode_node};

/// Samples of one observation at most: more is a load test.
const MOST_SAMPLES: u32 = 20;

/// Bytes of one upload at most.
const MOST_UPLOAD: usize = 64_000_000;

/// Headers that carry credentials and therefore have a place of their own.
const CREDENTIAL_HEADERS: &[&str] = &["authorization", "cookie", "proxy-authorization"];
/// Headers that belong to the connection, which is ours.
const CONNECTION_HEADERS: &[&str] = &[
    "connection",
    "content-length",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Parameters of probe `http`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "HttpProbe")]
pub(super) struct Params {
    /// A target of the spec; `path` is put behind its URL.
    #[serde(default)]
    target: Option<Spanned<String>>,
    /// Path and query below the target's URL, such as `/health?verbose=1`. Default `/`.
    #[serde(default)]
    path: Option<Spanned<String>>,
    /// A whole URL, instead of `target` and `path`.
    #[serde(default)]
    url: Option<Spanned<String>>,
    /// Request method, default `GET`. Any but GET, HEAD and OPTIONS needs `allow: [active]` on the target.
    #[serde(default)]
    method: Option<Spanned<String>>,
    /// Request headers in addition to the target's. No credentials here.
    #[serde(default)]
    headers: IndexMap<String, Spanned<String>>,
    /// Request body, sent as it is.
    #[serde(default)]
    body: Option<Spanned<String>>,
    /// Size of a body of filler to send instead, such as `5 MB`, at most 64 MB: for fact `upload_rate`.
    #[serde(default)]
    upload: Option<Spanned<String>>,
    /// `none`, `invalid` or the name of credentials of the target; without it the target's `default`, if there is one.
    #[serde(default)]
    credentials: Option<Spanned<String>>,
    /// Whether to follow redirects, at most five; credentials and headers stay with the origin they belong to.
    #[serde(default)]
    follow_redirects: Option<Spanned<bool>>,
    /// When one answer counts as not coming.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
    /// How often to try again after a transport error (never after a timeout or an answer).
    #[serde(default)]
    retry: Option<Spanned<u32>>,
    /// How many times to ask, one after the other; `take` says which answer counts.
    #[serde(default)]
    samples: Option<Spanned<u32>>,
    /// The answer that counts: the one in the `median` of time (default) or the `worst`.
    #[serde(default)]
    take: Take,
    /// Units of facts below `body.`, such as `{ body.uptime: s }`.
    #[serde(default)]
    units: BTreeMap<String, String>,
    /// Which addresses of the host to try: 4 or 6; without it all of them.
    #[serde(default)]
    family: Option<Spanned<u8>>,
    /// Whether to ask for a page that cannot exist as well, for fact `catch_all`: one request more.
    #[serde(default)]
    catch_all: bool,
    /// Requests one after the other instead of one: each may capture values for the next, and cookies are kept between
    /// them. `target`, `credentials`, `timeout` and `units` hold for all.
    #[serde(default)]
    steps: Vec<StepParams>,
}

pub(super) fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    let address = address(&params, node, problems)?;
    let method = method(params.method.as_ref(), "GET", problems);
    check_headers(&params.headers, problems);
    let steps = steps(&params, node, problems);
    let upload = upload(&params, &method, problems);
    if let Some(family) = params.family.as_ref().filter(|family| !matches!(family.value, 4 | 6)) {
        problems.push(family.span.problem(format!("there is no family {}", family.value)).help("4 or 6"));
    }
    if let (Some(body), "GET" | "HEAD") = (&params.body, method.as_str()) {
        problems.push(body.span.problem(format!("{method} has no body")).help("add `method: POST`"));
    }
    let follow = params.follow_redirects.as_ref();
    if let Some(follow) = follow.filter(|follow| follow.value && !is_safe(&method)) {
        let wrong = format!("redirects of a {method} are not followed: what it does must happen where the spec says");
        problems.push(follow.span.problem(wrong).help("drop `follow_redirects`"));
    }
    Some(Box::new(Inquiry(Http {
        credentials: credentials(&params, problems),
        samples: samples(&params, problems),
        timeout: limits::timeout(params.timeout.as_ref(), problems),
        retry: limits::retry(params.retry.as_ref(), problems),
        follow_redirects: follow.is_some_and(|follow| follow.value),
        headers: params.headers.into_iter().map(|(name, value)| (name.to_lowercase(), value.value)).collect(),
        body: params.body.map(|body| body.value),
        upload,
        take: params.take,
        units: params.units,
        catch_all: params.catch_all,
        family: params.family.map(|family| family.value),
        steps,
        address,
        method,
    })))
}

fn address(params: &Params, node: &Node, problems: &mut Problems) -> Option<Address> {
    match (&params.target, &params.url) {
        (Some(_), Some(url)) => {
            let wrong = "`target` and `url` both say where to";
            problems.push(url.span.problem(wrong).help("keep `target` with `path`, or `url` alone"));
            None
        }
        (None, None) => {
            let help = "write `target: NAME` with `path: /…`, or `url: https://…`";
            problems.push(node.problem("neither `target` nor `url` says where to").help(help));
            None
        }
        (Some(target), None) => {
            let path = params.path.as_ref().map_or("/", |path| path.value.as_str());
            check_paths(&params.path, problems);
            Some(Address::Target { name: target.value.clone(), path: path.to_owned() })
        }
        (None, Some(url)) => {
            if let Some(path) = &params.path {
                problems.push(path.span.problem("`path` belongs to `target`").help("put it into `url`"));
            }
            whole_url(url, problems)
        }
    }
}

fn whole_url(url: &Spanned<String>, problems: &mut Problems) -> Option<Address> {
    let help = "a whole URL such as `https://example.org/health`";
    match Url::parse(url) {
        Ok(parsed) if !matches!(parsed.scheme(), "http" | "https") || !parsed.has_host() => {
            problems.push(url.span.problem(format!("`{}` is not an http or https URL", url.value)).help(help));
            None
        }
        Ok(parsed) if !parsed.username().is_empty() || parsed.password().is_some() => {
            let help = "name a target and give it `credentials`";
            problems.push(url.span.problem("user and password in a URL").help(help));
            None
        }
        Ok(parsed) => Some(Address::Url(parsed.to_string())),
        Err(error) => {
            problems.push(url.span.problem(format!("`{}` is not a URL: {error}", url.value)).help(help));
            None
        }
    }
}

/// The method in capitals; the usual one when none is given.
pub(in crate::probe) fn method(method: Option<&Spanned<String>>, usual: &str, problems: &mut Problems) -> String {
    let Some(method) = method else { return usual.to_owned() };
    let upper = method.to_ascii_uppercase();
    let known = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];
    if !known.contains(&upper.as_str()) {
        let help = format!("one of {}", known.join(", "));
        problems.push(method.span.problem(format!("unknown method `{}`", method.value)).help(help));
    }
    upper
}

/// Complains about headers that are none, carry credentials or belong to the connection.
pub(in crate::probe) fn check_headers(headers: &IndexMap<String, Spanned<String>>, problems: &mut Problems) {
    for (name, value) in headers {
        let lower = name.to_lowercase();
        if CREDENTIAL_HEADERS.contains(&lower.as_str()) {
            let help = "put it under `credentials` of the target and choose it with `credentials: NAME`";
            problems.push(value.span.problem(format!("`{name}` carries credentials")).help(help));
        } else if CONNECTION_HEADERS.contains(&lower.as_str()) {
            let wrong = format!("`{name}` belongs to the connection and is set by us");
            problems.push(value.span.problem(wrong).help("drop it"));
        } else if let Err(wrong) = Header::new(name, value) {
            problems.push(value.span.problem(wrong).help("a header is a name and one line of text"));
        }
    }
}

/// `upload: 5 MB`; `None` when it is not given or wrong (then a problem was added).
fn upload(params: &Params, method: &str, problems: &mut Problems) -> Option<usize> {
    let given = params.upload.as_ref()?;
    if is_safe(method) || params.body.is_some() {
        let wrong = format!("`upload` is a body of its own, and {method} may have one besides it or none");
        problems.push(given.span.problem(wrong).help("write `method: POST` or `PUT`, and no `body`"));
    }
    let size = size(given).map(|size| size.floor_i64().and_then(|size| usize::try_from(size).ok()));
    match size {
        Ok(Some(size)) if (1..=MOST_UPLOAD).contains(&size) => Some(size),
        Ok(_) => {
            problems.push(given.span.problem(format!("`{}` is not in 1 B..64 MB", given.value)).help("such as `5 MB`"));
            None
        }
        Err(wrong) => {
            problems.push(given.span.problem(wrong).help("a size with its unit, such as `upload: 5 MB`"));
            None
        }
    }
}

/// The steps, each checked against the values that earlier ones capture.
fn steps(params: &Params, node: &Node, problems: &mut Problems) -> Vec<Step> {
    if params.steps.len() > MOST_STEPS {
        let wrong = format!("{} steps; {MOST_STEPS} at most", params.steps.len());
        problems.push(node.problem(wrong).help("a sequence shows that a path through the service works; split it"));
    }
    let beside = [("path", params.path.is_some()), ("method", params.method.is_some()), ("url", params.url.is_some())];
    let more =
        [("body", params.body.is_some()), ("upload", params.upload.is_some()), ("headers", !params.headers.is_empty())];
    let also = [("samples", params.samples.is_some()), ("follow_redirects", params.follow_redirects.is_some())];
    for (key, given) in beside.into_iter().chain(more).chain(also) {
        if given && !params.steps.is_empty() {
            let at = node.get(key).unwrap_or(node);
            problems.push(at.problem(format!("`{key}` stands beside `steps`")).help("move it into a step, or drop it"));
        }
    }
    let mut known: Vec<&str> = Vec::new();
    let mut steps = Vec::new();
    for step in &params.steps {
        steps.push(checked(step, &known, problems));
        known.extend(step.capture.keys().map(String::as_str));
    }
    steps
}

fn checked(step: &StepParams, known: &[&str], problems: &mut Problems) -> Step {
    if !step.path.starts_with('/') {
        let wrong = format!("path `{}` does not start with `/`", step.path.value);
        problems.push(step.path.span.problem(wrong).help("a path below the target's URL"));
    }
    check_headers(&step.headers, problems);
    if let Some(bearer) = step.bearer.as_ref().filter(|bearer| !known.contains(&bearer.as_str())) {
        let wrong = format!("no earlier step captures `{}`", bearer.value);
        problems.push(bearer.span.problem(wrong).help("`capture: { token: body.access_token }` in an earlier step"));
    }
    for place in step.capture.values() {
        let somewhere = ["body.", "header.", "cookie."].iter().any(|start| place.starts_with(start));
        if !somewhere {
            let wrong = format!("`{}` is no place in an answer", place.value);
            problems.push(place.span.problem(wrong).help("`body.…`, `header.…` or `cookie.…`"));
        }
    }
    let mut contents: Vec<Content> = Vec::new();
    contents.extend(step.body.as_ref().map(|body| Content::Text(body.value.clone())));
    contents.extend(step.form.clone().map(Content::Form));
    contents.extend(step.json.clone().map(Content::Json));
    if contents.len() > 1 {
        let wrong = "a step sends one of `body`, `form` and `json`";
        problems.push(step.path.span.problem(wrong).help("keep one of them"));
    }
    let usual = if contents.is_empty() { "GET" } else { "POST" };
    Step {
        path: step.path.value.clone(),
        method: method(step.method.as_ref(), usual, problems),
        headers: step.headers.iter().map(|(name, value)| (name.to_lowercase(), value.value.clone())).collect(),
        body: contents.pop(),
        bearer: step.bearer.as_ref().map(|bearer| bearer.value.clone()),
        capture: step.capture.iter().map(|(name, place)| (name.clone(), place.value.clone())).collect(),
    }
}

fn credentials(params: &Params, problems: &mut Problems) -> Choice {
    let choice = choice(params.credentials.as_ref());
    if let (Choice::Named(name), Some(given), None) = (&choice, &params.credentials, &params.target) {
        let wrong = format!("credentials `{name}` belong to a target, and `url` names none");
        problems.push(given.span.problem(wrong).help("write `target:` and `path:` instead of `url:`"));
    }
    choice
}

/// As whom, by the word in the spec.
pub(in crate::probe) fn choice(given: Option<&Spanned<String>>) -> Choice {
    match given.map(|given| given.as_str()) {
        None => Choice::Default,
        Some("none") => Choice::None,
        Some("invalid") => Choice::Invalid,
        Some(name) => Choice::Named(name.to_owned()),
    }
}

fn samples(params: &Params, problems: &mut Problems) -> u32 {
    let Some(samples) = &params.samples else { return 1 };
    if !(1..=MOST_SAMPLES).contains(&samples.value) {
        let wrong = format!("`samples: {}` is not in 1..{MOST_SAMPLES}", samples.value);
        problems.push(samples.span.problem(wrong).help("use probe `load` for more"));
    }
    samples.value.clamp(1, MOST_SAMPLES)
}
