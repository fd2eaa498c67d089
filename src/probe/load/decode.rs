//! The parameters of probe `load` as a spec writes them, and what can be wrong with them.

use std::time::Duration;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{LoadProbe, Pressure};
use crate::expect::units;
use crate::model::{Exact, Problems};
use crate::probe::http::decode::{check_headers, choice, method};
use crate::probe::http::fetch::Address;
use crate::probe::http::place::check_paths;
use crate::probe::inquiry::Inquiry;
use crate::probe::{Probe, limits};
use crate::yaml::{Node, Spanned, decode as decode_node};

/// Measured time when none is given.
const DURATION: Duration = Duration::from_secs(10);
/// Warm-up when none is given.
const WARMUP: Duration = Duration::from_secs(2);
/// Limit of a request when none is given.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Connections when none are given: opened only as they are needed.
const CONNECTIONS: u32 = 64;
/// Connections of `mode: saturate` when none are given.
const SATURATING: u32 = 16;
/// How often each user asks when `every` is not given.
const EVERY: Duration = Duration::from_secs(1);
/// Bounds that hold for every target.
const MOST_TIME: Duration = Duration::from_secs(3600);
const MOST_CONNECTIONS: u32 = 4096;
const MOST_PER_SECOND: i64 = 100_000;
/// Picoseconds in a second.
const PICOS: i64 = 1_000_000_000_000;

/// Parameters of probe `load`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "LoadProbe")]
pub(super) struct Params {
    /// A target of the spec that says `allow: [load]`.
    target: Spanned<String>,
    /// Path and query below the target's URL. Default `/`.
    #[serde(default)]
    path: Option<Spanned<String>>,
    /// Requests to send, such as `60/s`, whatever the target does: latency counts from when a request was due.
    #[serde(default)]
    rate: Option<Spanned<String>>,
    /// Instead of `rate`: as many users at once, each of which asks once in `every` (default 1 s) over a connection of its own.
    #[serde(default)]
    users: Option<Spanned<u32>>,
    /// How often each of `users` asks.
    #[serde(default)]
    every: Option<Spanned<String>>,
    /// `saturate`, instead of `rate`: each connection asks again as soon as it is answered. Measures how much, not how fast.
    #[serde(default)]
    mode: Option<Spanned<String>>,
    /// Measured time, default 10 s; over 60 s only with `--i-own-this-target`.
    #[serde(default)]
    duration: Option<Spanned<String>>,
    /// Time before, whose answers are thrown away. Default 2 s.
    #[serde(default)]
    warmup: Option<Spanned<String>>,
    /// Connections at most, default 64 (16 to saturate); opened only as they are needed.
    #[serde(default)]
    connections: Option<Spanned<u32>>,
    /// When an answer counts as not coming, from when its request was due. Default 10 s.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
    /// Statuses that count as good; default any of 200 to 299.
    #[serde(default)]
    status: Vec<Spanned<u16>>,
    /// Request method, default `GET`. Any but GET, HEAD and OPTIONS needs `allow: [active, load]` on the target.
    #[serde(default)]
    method: Option<Spanned<String>>,
    /// Request headers in addition to the target's. No credentials here.
    #[serde(default)]
    headers: IndexMap<String, Spanned<String>>,
    /// Request body, sent as it is.
    #[serde(default)]
    body: Option<Spanned<String>>,
    /// `none`, `invalid` or the name of credentials of the target; without it the target's `default`, if there is one.
    #[serde(default)]
    credentials: Option<Spanned<String>>,
}

pub(super) fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    let pressure = pressure(&params, node, problems);
    let method = method(params.method.as_ref(), "GET", problems);
    check_headers(&params.headers, problems);
    if let (Some(body), "GET" | "HEAD") = (&params.body, method.as_str()) {
        problems.push(body.span.problem(format!("{method} has no body")).help("add `method: POST`"));
    }
    let duration = time(params.duration.as_ref(), DURATION, "duration", problems);
    let warmup = time(params.warmup.as_ref(), WARMUP, "warmup", problems);
    let connections = connections(&params, problems);
    let timeout = limits::timeout(params.timeout.as_ref(), problems).unwrap_or(TIMEOUT).min(MOST_TIME);
    let credentials = choice(params.credentials.as_ref());
    let path = path(&params, problems);
    let pressure = enough(&params, node, pressure?, duration, problems)?;
    Some(Box::new(Inquiry(LoadProbe {
        address: Address::Target { name: params.target.value, path },
        headers: params.headers.into_iter().map(|(name, value)| (name.to_lowercase(), value.value)).collect(),
        body: params.body.map(|body| body.value),
        status: params.status.into_iter().map(|status| status.value).collect(),
        credentials,
        pressure,
        connections,
        warmup,
        duration,
        timeout,
        method,
    })))
}

fn path(params: &Params, problems: &mut Problems) -> String {
    let Some(path) = &params.path else { return "/".to_owned() };
    check_paths([path], problems);
    path.value.clone()
}

fn pressure(params: &Params, node: &Node, problems: &mut Problems) -> Option<Pressure> {
    if let (Some(every), None) = (&params.every, &params.users) {
        problems.push(every.span.problem("`every` belongs to `users`").help("add `users: 100`, or drop it"));
    }
    match (&params.rate, &params.users, &params.mode) {
        (Some(rate), None, None) => interval(rate, problems),
        (None, Some(users), None) => of_users(users, params.every.as_ref(), problems),
        (None, None, Some(mode)) if mode.value == "saturate" => Some(Pressure::Saturate),
        (None, None, Some(mode)) => {
            let wrong = format!("unknown mode `{}`", mode.value);
            problems.push(mode.span.problem(wrong).help("write `mode: saturate`, or give a `rate`"));
            None
        }
        (None, None, None) => {
            let help = "write `rate: 60/s`, `users: 100` or `mode: saturate`";
            problems.push(node.problem("nothing says how much load").help(help));
            None
        }
        _ => {
            let wrong = "more than one of `rate`, `users` and `mode` says how much load";
            problems.push(node.problem(wrong).help("keep one of them"));
            None
        }
    }
}

fn interval(rate: &Spanned<String>, problems: &mut Problems) -> Option<Pressure> {
    let per_second = match units::rate(rate) {
        Ok(per_second) => per_second,
        Err(wrong) => {
            problems.push(rate.span.problem(wrong).help("requests with their time, such as `rate: 60/s`"));
            return None;
        }
    };
    if per_second.is_zero() || per_second > Exact::whole(MOST_PER_SECOND) {
        let wrong = format!("`rate: {}` is not between nothing and {MOST_PER_SECOND} a second", rate.value);
        problems.push(rate.span.problem(wrong).help("write `rate: 60/s`"));
        return None;
    }
    let picos = Exact::whole(PICOS).checked_div(&per_second).and_then(|picos| picos.floor_i64());
    picos.and_then(|picos| u64::try_from(picos).ok()).map(|interval_ps| Pressure::Rate { interval_ps })
}

/// `n` users who ask once in `every` are `n / every` requests a second over `n` connections.
fn of_users(users: &Spanned<u32>, every: Option<&Spanned<String>>, problems: &mut Problems) -> Option<Pressure> {
    if !(1..=MOST_CONNECTIONS).contains(&users.value) {
        let wrong = format!("`users: {}` is not in 1..{MOST_CONNECTIONS}", users.value);
        problems.push(users.span.problem(wrong).help("each user is a connection"));
        return None;
    }
    let every = time(every, EVERY, "every", problems);
    let picos = every.as_nanos() * 1000 / u128::from(users.value);
    let least = u128::try_from(PICOS / MOST_PER_SECOND).unwrap_or(1);
    u64::try_from(picos.max(least)).ok().map(|interval_ps| Pressure::Rate { interval_ps })
}

fn time(given: Option<&Spanned<String>>, default: Duration, key: &str, problems: &mut Problems) -> Duration {
    let Some(given) = given else { return default };
    let wrong = match units::std_duration(given) {
        Ok(time) if time.is_zero() && key != "warmup" => format!("a `{key}` of nothing"),
        Ok(time) if time > MOST_TIME => format!("`{key}: {}` is longer than an hour", given.value),
        Ok(time) => return time,
        Err(wrong) => wrong,
    };
    problems.push(given.span.problem(wrong).help(format!("a time with its unit, such as `{key}: 10 s`")));
    default
}

fn connections(params: &Params, problems: &mut Problems) -> usize {
    let default = if params.mode.is_some() { SATURATING } else { CONNECTIONS };
    if let (Some(given), Some(_)) = (&params.connections, &params.users) {
        let wrong = "with `users` each user is a connection";
        problems.push(given.span.problem(wrong).help("drop `connections`"));
    }
    let given = params.users.as_ref().or(params.connections.as_ref());
    let count = given.map_or(default, |given| given.value);
    if let (Some(given), false) = (&params.connections, (1..=MOST_CONNECTIONS).contains(&count)) {
        let wrong = format!("`connections: {count}` is not in 1..{MOST_CONNECTIONS}");
        problems.push(given.span.problem(wrong).help("16 are many for most services"));
    }
    usize::try_from(count.clamp(1, MOST_CONNECTIONS)).unwrap_or(1)
}

/// A schedule on which nothing is due in the measured time measures nothing.
fn enough(
    params: &Params,
    node: &Node,
    pressure: Pressure,
    duration: Duration,
    problems: &mut Problems,
) -> Option<Pressure> {
    if let Pressure::Rate { interval_ps } = pressure
        && u128::from(interval_ps) > duration.as_nanos() * 1000
    {
        let span = params.rate.as_ref().map(|rate| &rate.span);
        let wrong = "not one request falls into the measured time";
        let problem = span.map_or_else(|| node.problem(wrong), |span| span.problem(wrong));
        problems.push(problem.help("raise the rate, or the `duration`"));
        return None;
    }
    Some(pressure)
}
