//! Tests only: a load on a simulated server, moment by moment, so that the numbers come out exactly.

use std::collections::BTreeMap;
use std::time::Duration;

use super::desk::{Desk, Next};
use super::schedule::Schedule;
use super::tally::{Ended, Ending, Tally};

const MS: Duration = Duration::from_millis(1);

/// A run of `schedule` over `connections`, each answered as `answered` says: from when it was sent to when it ends.
fn run(schedule: Schedule, connections: usize, answered: impl Fn(Duration) -> Duration) -> Tally {
    let mut desk = Desk::new(connections);
    let mut tally = Tally::new(Duration::from_secs(60));
    // end of what is under way → connection, request, when it was sent
    let mut under_way: BTreeMap<(Duration, usize), (u64, Duration)> = BTreeMap::new();
    let mut due = 0;
    loop {
        let next_due = (due < schedule.total()).then(|| schedule.due(due));
        let next_end = under_way.keys().next().copied();
        match (next_due, next_end) {
            (Some(now), end) if end.is_none_or(|(end, _)| now <= end) => {
                due += 1;
                for (connection, ticket) in desk.release(due) {
                    under_way.insert((answered(now), connection), (ticket, now));
                }
            }
            (_, Some((now, connection))) => {
                let (ticket, sent) = under_way.remove(&(now, connection)).expect("it was just seen there");
                let ended = Ended {
                    due: schedule.due(ticket),
                    sent: Some(sent),
                    at: now,
                    was_free: false,
                    ending: Ending::Ok,
                    status: Some(200),
                    bytes: 0,
                };
                tally.count(&ended, (schedule.warmup, schedule.end()));
                if let Next::Send(ticket) = desk.next(connection) {
                    under_way.insert((answered(now), connection), (ticket, now));
                }
            }
            _ => return tally,
        }
    }
}

fn schedule(per_second: u64, warmup: u64, duration: u64) -> Schedule {
    Schedule {
        interval_ps: 1_000_000_000_000 / per_second,
        warmup: Duration::from_secs(warmup),
        duration: Duration::from_secs(duration),
    }
}

fn ms(time: Option<Duration>) -> f64 {
    time.map_or(f64::NAN, |time| time.as_secs_f64() * 1000.0)
}

#[test]
fn a_server_with_a_known_delay_has_that_delay() {
    let tally = run(schedule(100, 1, 10), 16, |sent| sent + 20 * MS);
    assert_eq!(tally.ended(), 1000);
    for percentile in [50_000, 95_000, 99_000] {
        assert!((ms(tally.response.percentile(percentile)) - 20.0).abs() <= 0.02);
    }
    assert_eq!(tally.response.mean(), Some(20 * MS));
}

/// Stalls for the first second of every five; else it answers in a fifth of a millisecond.
fn stalling(sent: Duration) -> Duration {
    let round = Duration::from_secs(sent.as_secs() / 5 * 5);
    sent.max(round + 1000 * MS) + Duration::from_micros(200)
}

#[test]
fn a_server_that_stalls_is_as_late_as_its_users_see_it() {
    // of 5 s one is a stall, so a random arrival waits: p90 0.5 s, p95 0.75 s, p99 0.95 s
    let tally = run(schedule(200, 0, 20), 8, stalling);
    for (percentile, due) in [(50_000, 0.2), (90_000, 500.0), (95_000, 750.0), (99_000, 950.0)] {
        let seen = ms(tally.response.percentile(percentile));
        assert!((seen - due).abs() <= 0.01 * due + 0.1, "p{percentile}: {seen}, not {due}");
    }
    assert_eq!(tally.response.most(), Some(Duration::from_micros(1_000_200)));
    // what a tool sees that starts its stopwatch when it sends
    assert!(ms(tally.service.percentile(99_000)) < 300.0, "{}", ms(tally.service.percentile(99_000)));
}

#[test]
fn a_server_too_slow_for_the_rate_gets_later_and_later() {
    // four connections of 50 ms carry 80/s of the 100/s that are due
    let tally = run(schedule(100, 0, 10), 4, |sent| sent + 50 * MS);
    assert_eq!(tally.ended(), 1000, "none is dropped");
    let last = ms(tally.response.most());
    assert!((last - 2550.0).abs() <= 10.0, "the last one waits for two seconds and a half: {last}");
    assert!((795..=800).contains(&tally.ok_within), "{}", tally.ok_within);
    assert!((799..=804).contains(&tally.sent_within), "{}", tally.sent_within);
    assert_eq!(tally.service.mean(), Some(50 * MS));
}
