//! Somebody who promises a body and sends no more of it, and whether others are served meanwhile.

use std::time::Duration;

use super::{Place, Round};
use crate::model::Unknown;
use crate::probe::http::round::Request;
use crate::world::Deadline;
use crate::world::net::{FailureKind, stall};

/// When nothing is said.
pub(super) const USUAL_PATIENCE: Duration = Duration::from_secs(10);
/// Bytes that are promised.
const PROMISED: u64 = 1000;
/// When the other request is sent.
const MEANWHILE: Duration = Duration::from_millis(300);

/// What was seen.
#[derive(Clone, Debug)]
pub(super) struct Slow {
    /// When the server gave up; `None` while it was still waiting at the end.
    pub(super) given_up: Option<Duration>,
    /// How long it was watched.
    pub(super) watched: Duration,
    /// Whether somebody else was served meanwhile; `None` when it gave up before that was tried.
    pub(super) serves_others: Option<bool>,
}

/// Watches a request whose body does not come.
pub(super) async fn watch(
    place: &Place,
    method: &str,
    patience: Duration,
    until: Deadline,
    round: &mut Round<'_>,
) -> Result<Slow, Unknown> {
    let headers = [("content-type", "application/json")];
    let aim = round.aimed(place.request(method, &headers)).await?;
    let limit = Deadline::after(patience.min(until.left()));
    let method = method.to_owned();
    let waiting = tokio::spawn(async move { stall(&aim.request(&method, None), PROMISED, limit).await });
    tokio::time::sleep(MEANWHILE.min(limit.left())).await;
    let mut serves_others = None;
    if !waiting.is_finished() {
        let other = round.ask(Request::get("/", &place.credentials)).await?;
        serves_others = Some(other.failure().is_none());
    }
    let answered = waiting.await.map_err(|_| Unknown::because("the unfinished request was not sent to its end"))?;
    let took = limit.limit() - limit.left();
    let given_up = match answered {
        Err(failure) if failure.kind == FailureKind::Timeout => None,
        Ok(_) | Err(_) => Some(took),
    };
    Ok(Slow { given_up, watched: limit.limit(), serves_others })
}
