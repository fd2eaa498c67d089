//! How hard a target may be pressed. What is over these bounds needs the word of who owns the target
//! (`--i-own-this-target HOST`); the bounds of `decode` hold even then.

use std::time::Duration;

use super::{LoadProbe, Pressure};
use crate::model::Unknown;
use crate::probe::http::fetch::Aim;
use crate::world::World;

/// Requests a second at most.
pub(super) const MOST_PER_SECOND: u32 = 2_000;
/// Measured time at most.
const MOST_DURATION: Duration = Duration::from_secs(60);
/// Connections at most.
const MOST_CONNECTIONS: usize = 256;

/// The cap on the rate that still holds, if one does. Unknown when the load is over the bounds and may not be.
pub(super) fn cap(probe: &LoadProbe, aim: &Aim, world: &World) -> Result<Option<u32>, Unknown> {
    let host = aim.url.host_str().unwrap_or_default();
    if world.owned.iter().any(|owned| owned.eq_ignore_ascii_case(host)) {
        return Ok(None);
    }
    let over = beyond(probe);
    if over.is_empty() {
        return Ok(Some(MOST_PER_SECOND));
    }
    let over = over.join(", ");
    Err(Unknown::because(format!("load not sent: {over}; who owns the target says `--i-own-this-target {host}`")))
}

/// What of it is over the bounds.
fn beyond(probe: &LoadProbe) -> Vec<String> {
    let mut over = Vec::new();
    if let Pressure::Rate { interval_ps } = probe.pressure
        && interval_ps < 1_000_000_000_000 / u64::from(MOST_PER_SECOND)
    {
        over.push(format!("more than {MOST_PER_SECOND} requests a second"));
    }
    if probe.duration > MOST_DURATION {
        over.push(format!("longer than {} s", MOST_DURATION.as_secs()));
    }
    if probe.connections > MOST_CONNECTIONS {
        over.push(format!("more than {MOST_CONNECTIONS} connections"));
    }
    over
}
