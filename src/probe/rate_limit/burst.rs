//! The requests themselves: one, then as few more as tell whether there is a limit.

use std::time::Duration;

use super::announced::{Announced, announced, retry_after};
use super::facts;
use crate::model::report::Evidence;
use crate::model::{Observation, Unknown};
use crate::probe::Look;
use crate::probe::http::fetch::Fetched;
use crate::probe::http::place::Place;
use crate::probe::http::round::{Round, evidence};
use crate::world::Deadline;

/// Requests that are under way at the same time: one connection after the other would be too slow for limits per second.
const AT_ONCE: u64 = 5;
/// The longest wait for a limit to be lifted again.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Answers that take so many times longer than the first one are a sign of distress …
const SLOWER: u32 = 5;
/// … once they take this long.
const SLOW: Duration = Duration::from_millis(500);

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// 429 (RFC 6585 §4).
    Refused { status: u16, wait: Option<Duration>, told: bool },
    /// A counter in the headers falls, and more is left than may be sent.
    Counted,
    /// A server error without `Retry-After`.
    Broken(u16),
    /// Anything else that says nothing about a limit; what it was.
    Unclear(String),
    /// All were served.
    Served,
}

/// What was seen.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// What the first answer announced.
    pub(super) announced: Announced,
    /// Whether the counter fell; `None` when there is none, or one answer only.
    pub(super) falls: Option<bool>,
    /// Requests that were served before the end.
    pub(super) served: u64,
    /// From the first request to the end.
    pub(super) took: Duration,
    pub(super) end: End,
    /// Whether it was served again after the wait it asked for; `None` when that was not tried.
    pub(super) resets: Option<bool>,
}

pub(super) async fn observe(place: &Place, most: u64, look: &Look<'_>) -> Result<Observation, Unknown> {
    let mut round = Round::of(look, &place.target)?;
    let begun = Deadline::after(place.timeout);
    let mut seen = Seen {
        announced: Announced::default(),
        falls: None,
        served: 0,
        took: Duration::ZERO,
        end: End::Served,
        resets: None,
    };
    let (reply, first_place) = round.answer(place.request("GET", &[])).await?;
    let first = reply.phases.total().unwrap_or_default();
    seen.announced = announced(&reply);
    let mut kept = vec![noted(first_place, &seen.announced)];
    if let Some(end) = first_end(reply.status, &reply, look) {
        seen.end = end;
    } else {
        seen.served = 1;
        let last = press(place, most, first, &mut round, &mut seen, look).await?;
        kept.extend(last);
    }
    seen.took = begun.limit() - begun.left();
    if let End::Refused { wait: Some(wait), .. } = &seen.end {
        seen.resets = again(place, *wait, most, &mut round).await?;
    }
    if kept.len() == 1 || !matches!(seen.end, End::Refused { .. }) {
        let note = facts::said(&seen);
        kept.push(Evidence { note: Some(note), status: None, ..kept[0].clone() });
    }
    Ok(round.observed(facts::of(&seen), kept))
}

/// Why the first answer is also the last one, if so.
fn first_end(status: u16, reply: &crate::world::net::Reply, look: &Look<'_>) -> Option<End> {
    match status {
        429 => Some(refused(reply, look)),
        200..=399 => None,
        other => Some(End::Unclear(format!("the first answer is {other}: name a path that is served with success"))),
    }
}

/// Sends until the end; returns the evidence of it.
async fn press(
    place: &Place,
    most: u64,
    first: Duration,
    round: &mut Round<'_>,
    seen: &mut Seen,
    look: &Look<'_>,
) -> Result<Option<Evidence>, Unknown> {
    while seen.served < most {
        // a counter shows with the second request already whether it counts
        let counted = seen.served == 1 && seen.announced.remaining.is_some();
        let count = if counted { 1 } else { AT_ONCE.min(most - seen.served) };
        let answers = round.at_once(place.request("GET", &[]), usize::try_from(count).unwrap_or(1)).await?;
        if counted {
            seen.falls = fell(&seen.announced, &answers);
        }
        let ends: Vec<Option<End>> = answers.iter().map(|answer| judged(answer, look)).collect();
        seen.served += ends.iter().filter(|end| end.is_none()).count() as u64;
        let last = answers.iter().zip(ends).find_map(|(answer, end)| Some((answer, end?)));
        if let Some((answer, end)) = last {
            seen.end = end;
            let mut place = evidence(answer, "GET");
            place.note = Some(facts::said(seen));
            return Ok(Some(place));
        }
        if seen.falls == Some(true) && seen.announced.remaining.is_some_and(|left| left >= most) {
            seen.end = End::Counted;
            break;
        }
        if let Some(slow) = slowed(first, &answers) {
            seen.end = End::Unclear(slow);
            break;
        }
    }
    Ok(None)
}

/// What an answer ends it with; `None` when it was served.
fn judged(answer: &Fetched, look: &Look<'_>) -> Option<End> {
    let reply = match &answer.reply {
        Err(failure) => return Some(End::Unclear(format!("a request was not answered ({failure})"))),
        Ok(reply) => reply,
    };
    match reply.status {
        429 => Some(refused(reply, look)),
        200..=399 => None,
        500..=599 if reply.header("retry-after").is_none() => Some(End::Broken(reply.status)),
        503 => Some(End::Unclear("it sheds load with 503, which limits nobody in particular".to_owned())),
        403 => Some(End::Unclear("it answers 403 from now on, as a firewall does that bans an address".to_owned())),
        other => Some(End::Unclear(format!("the answer changed to {other}"))),
    }
}

fn refused(reply: &crate::world::net::Reply, look: &Look<'_>) -> End {
    let wait = retry_after(reply, look.world.now);
    End::Refused { status: reply.status, wait, told: wait.is_some() || !announced(reply).headers.is_empty() }
}

/// Whether the counter fell from the first answer to the next.
fn fell(first: &Announced, answers: &[Fetched]) -> Option<bool> {
    let next = answers.first()?.reply.as_ref().ok().map(announced)?;
    Some(next.remaining? < first.remaining?)
}

/// Distress, in words.
fn slowed(first: Duration, answers: &[Fetched]) -> Option<String> {
    let mut times: Vec<Duration> = answers.iter().filter_map(Fetched::time).collect();
    times.sort();
    let median = times.get(times.len() / 2)?;
    let slow = *median > SLOW && *median > first * SLOWER;
    slow.then(|| format!("answers slowed down from {} ms to {} ms", first.as_millis(), median.as_millis()))
}

/// Whether it serves again after the wait it asked for.
async fn again(place: &Place, wait: Duration, most: u64, round: &mut Round<'_>) -> Result<Option<bool>, Unknown> {
    if wait > LONGEST_WAIT || round.requests >= most || !round.wait(wait).await {
        return Ok(None);
    }
    let fetched = round.ask(place.request("GET", &[])).await?;
    Ok(Some(fetched.reply.is_ok_and(|reply| reply.status < 400)))
}

fn noted(place: Evidence, announced: &Announced) -> Evidence {
    let note = match (announced.headers.is_empty(), announced.limit) {
        (true, _) => "no header names a limit".to_owned(),
        (false, None) => format!("`{}` names no quota", announced.headers.join("`, `")),
        (false, Some(limit)) => {
            let window = announced.window.map(|window| format!(" in {} s", window.as_secs())).unwrap_or_default();
            format!("`{}` announces {limit} requests{window}", announced.headers.join("`, `"))
        }
    };
    Evidence { note: Some(note), ..place }
}
