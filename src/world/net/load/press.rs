//! The threads of a load: one keeps the schedule, the others carry the connections. They end when every request has
//! ended, when the guard says so, or when nobody waits for the result any more.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::{Notify, oneshot, watch};
use tokio::task::JoinSet;

use super::desk::{Desk, Next};
use super::guard::{Guard, Stopped};
use super::schedule::Schedule;
use super::tally::{Ended, Ending, Tally};
use super::wire::{Answer, Template, Wire};
use super::{Load, Pace};

/// How long the keeper of the schedule sleeps at most before it looks whether it still has to.
const NAP: Duration = Duration::from_millis(20);
/// Connections that one thread carries before a second one pays.
const CONNECTIONS_OF_A_THREAD: usize = 8;
/// No request.
const NONE: u64 = u64::MAX;

/// What a load brought.
#[derive(Clone, Debug)]
pub struct Pressed {
    /// Counts and times of the measured requests.
    pub tally: Tally,
    /// Measured requests that were planned; without a schedule, those that ended.
    pub planned: u64,
    /// The measured time.
    pub duration: Duration,
    /// Why it was stopped before its end, and when.
    pub stopped: Option<(Stopped, Duration)>,
    /// Times a connection was opened.
    pub opened: u64,
    /// Requests that were sent again because the target had closed the connection meanwhile.
    pub repeated: u64,
    /// Without a schedule: the cap on the rate was what limited it.
    pub capped: bool,
    /// Requests that were sent, those of the warm-up among them.
    pub sent: u64,
}

/// Puts the load on the target. The error says what this machine could not do. Dropping the future ends the load.
pub async fn press(load: Load) -> Result<Pressed, String> {
    let (end, _) = watch::channel(None);
    let end = Arc::new(End(end));
    let _abandon = Abandon(Arc::clone(&end));
    let (result, waiting) = oneshot::channel();
    let keeper = move || {
        let _ = result.send(run(&load, &end));
    };
    thread::Builder::new().name("load".to_owned()).spawn(keeper).map_err(|error| no_thread(&error))?;
    waiting.await.unwrap_or_else(|_| Err("the load crashed; please report this".to_owned()))
}

fn no_thread(error: &std::io::Error) -> String {
    format!("no thread for the load: {error}")
}

/// The end of a load: `None` while it goes on.
struct End(watch::Sender<Option<Over>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Over {
    Finished,
    Stopped(Stopped, Duration),
}

impl End {
    fn call(&self, over: Over) {
        self.0.send_if_modified(|state| {
            let first = state.is_none();
            state.get_or_insert(over);
            first
        });
    }

    fn now(&self) -> Option<Over> {
        *self.0.borrow()
    }

    async fn wait(&self) {
        let _ = self.0.subscribe().wait_for(Option::is_some).await;
    }
}

struct Abandon(Arc<End>);

impl Drop for Abandon {
    fn drop(&mut self) {
        self.0.call(Over::Stopped(Stopped::Abandoned, Duration::ZERO));
    }
}

/// What all threads share.
struct Field {
    template: Template,
    pace: Pace,
    timeout: Duration,
    start: Instant,
    end: Arc<End>,
    desk: Mutex<Desk>,
    calls: Vec<Call>,
    /// Requests that ended, those of the warm-up among them.
    ended: AtomicU64,
    sent: AtomicU64,
    /// When the next request may go, where the rate is capped.
    next_slot: Mutex<Duration>,
    held_back: AtomicU64,
}

/// How a waiting connection is told to send.
struct Call {
    ticket: AtomicU64,
    bell: Notify,
}

/// Counts of one thread.
struct Ledger {
    tally: Tally,
    guard: Guard,
    opened: u64,
    repeated: u64,
    own_trouble: Option<String>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // counts stay counts when another thread crashed
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn run(load: &Load, end: &Arc<End>) -> Result<Pressed, String> {
    let template = Template::new(load).map_err(|failure| failure.detail)?;
    let field = Arc::new(Field {
        template,
        pace: load.pace,
        timeout: load.timeout,
        start: Instant::now(),
        end: Arc::clone(end),
        desk: Mutex::new(Desk::new(load.connections)),
        calls: (0..load.connections).map(|_| Call { ticket: AtomicU64::new(NONE), bell: Notify::new() }).collect(),
        ended: AtomicU64::new(0),
        sent: AtomicU64::new(0),
        next_slot: Mutex::new(Duration::ZERO),
        held_back: AtomicU64::new(0),
    });
    let mut crews = Vec::new();
    for connections in shares(load) {
        let field = Arc::clone(&field);
        let crew = thread::Builder::new().name("load-crew".to_owned()).spawn(move || carry(&field, connections));
        crews.push(crew.map_err(|error| no_thread(&error))?);
    }
    if let Pace::Open(schedule) = field.pace {
        keep(&field, schedule);
    }
    let mut total = Ledger::new(&field);
    for crew in crews {
        let ledger =
            crew.join().unwrap_or_else(|_| Err("a thread of the load crashed; please report this".to_owned()))?;
        total.add(&ledger);
    }
    sum_up(&field, total)
}

/// Which thread carries which connections. Where a schedule limits the rate one thread is enough; a target on this machine
/// needs a core of its own.
fn shares(load: &Load) -> Vec<Range<usize>> {
    let threads = match load.pace {
        Pace::Open(_) => 1,
        Pace::Saturate { .. } => {
            let cores = thread::available_parallelism().map_or(1, usize::from);
            let ours = cores.saturating_sub(usize::from(load.peer.ip().is_loopback()));
            load.connections.div_ceil(CONNECTIONS_OF_A_THREAD).min(ours).max(1)
        }
    };
    let share = load.connections.div_ceil(threads);
    (0..threads).map(|n| n * share..((n + 1) * share).min(load.connections)).collect()
}

/// Keeps the schedule: calls a free connection whenever a request is due.
fn keep(field: &Field, schedule: Schedule) {
    let total = schedule.total();
    while field.end.now().is_none() {
        let released = schedule.released(field.start.elapsed());
        let calls = locked(&field.desk).release(released);
        for (connection, ticket) in calls {
            let call = &field.calls[connection];
            call.ticket.store(ticket, Ordering::Release);
            call.bell.notify_one();
        }
        if released == total {
            return;
        }
        thread::sleep(schedule.due(released).saturating_sub(field.start.elapsed()).min(NAP));
    }
}

/// One thread with its connections.
fn carry(field: &Arc<Field>, connections: Range<usize>) -> Result<Ledger, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("no runtime for the load: {error}"))?;
    let ledger = Arc::new(Mutex::new(Ledger::new(field)));
    runtime.block_on(async {
        let mut tasks = JoinSet::new();
        for connection in connections {
            let (field, ledger) = (Arc::clone(field), Arc::clone(&ledger));
            tasks.spawn(async move {
                match field.pace {
                    Pace::Open(schedule) => field.follow(schedule, connection, &ledger).await,
                    Pace::Saturate { .. } => field.press_on(&ledger).await,
                }
            });
        }
        tokio::select! {
            () = field.end.wait() => {}
            () = async { while tasks.join_next().await.is_some() {} } => {}
        }
    });
    runtime.shutdown_background();
    let counts = std::mem::replace(&mut *locked(&ledger), Ledger::new(field));
    Ok(counts)
}

impl Field {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn at(&self, moment: Duration) -> tokio::time::Instant {
        tokio::time::Instant::from_std(self.start + moment)
    }

    /// A connection that sends what the desk hands it.
    async fn follow(&self, schedule: Schedule, connection: usize, ledger: &Mutex<Ledger>) {
        let mut wire = Wire::new(&self.template);
        let mut waiting = None;
        loop {
            let (ticket, was_free) = match waiting.take() {
                Some(ticket) => (ticket, false),
                None => (self.called(connection).await, true),
            };
            let due = schedule.due(ticket);
            let ended = self.send(&mut wire, due, was_free).await;
            self.note(ledger, &ended, &mut wire);
            if self.ended.fetch_add(1, Ordering::Relaxed) + 1 == schedule.total() {
                self.end.call(Over::Finished);
            }
            if let Next::Send(ticket) = locked(&self.desk).next(connection) {
                waiting = Some(ticket);
            }
        }
    }

    async fn called(&self, connection: usize) -> u64 {
        let call = &self.calls[connection];
        loop {
            call.bell.notified().await;
            let ticket = call.ticket.swap(NONE, Ordering::Acquire);
            if ticket != NONE {
                return ticket;
            }
        }
    }

    /// Sends what was due then. Its limit counts from then, too: who has waited that long for a connection gives up.
    async fn send(&self, wire: &mut Wire<'_>, due: Duration, was_free: bool) -> Ended {
        let sent = self.now();
        if sent >= due + self.timeout {
            let at = due + self.timeout;
            return Ended { due, sent: None, at, was_free, ending: Ending::Timeout, status: None, bytes: 0 };
        }
        self.sent.fetch_add(1, Ordering::Relaxed);
        let Answer { ending, status, bytes } = wire.ask(self.at(due + self.timeout)).await;
        let at = if ending == Ending::Timeout { due + self.timeout } else { self.now() };
        Ended { due, sent: Some(sent), at, was_free, ending, status, bytes }
    }

    /// A connection that sends its next request as soon as it has an answer.
    async fn press_on(&self, ledger: &Mutex<Ledger>) {
        let Pace::Saturate { most_per_second, .. } = self.pace else { return };
        let (_, over) = self.pace.window();
        let mut wire = Wire::new(&self.template);
        loop {
            if let Some(most) = most_per_second {
                self.hold_back(most).await;
            }
            let due = self.now();
            if due >= over {
                return;
            }
            self.sent.fetch_add(1, Ordering::Relaxed);
            let Answer { ending, status, bytes } = wire.ask(self.at((due + self.timeout).min(over))).await;
            let at = self.now();
            if at >= over {
                return;
            }
            let ended = Ended { due, sent: Some(due), at, was_free: false, ending, status, bytes };
            self.note(ledger, &ended, &mut wire);
        }
    }

    /// Waits for a place under the cap.
    async fn hold_back(&self, most_per_second: u32) {
        let slot = {
            let mut next = locked(&self.next_slot);
            let slot = (*next).max(self.now());
            *next = slot + Duration::from_secs(1) / most_per_second.max(1);
            slot
        };
        if slot > self.now() {
            self.held_back.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep_until(self.at(slot)).await;
        }
    }

    fn note(&self, ledger: &Mutex<Ledger>, ended: &Ended, wire: &mut Wire<'_>) {
        let mut ledger = locked(ledger);
        ledger.tally.count(ended, self.pace.window());
        ledger.opened += std::mem::take(&mut wire.opened);
        ledger.repeated += std::mem::take(&mut wire.repeated);
        if let Some(trouble) = wire.own_trouble.take() {
            ledger.own_trouble = Some(trouble);
            self.end.call(Over::Finished);
        }
        if let Some(why) = ledger.guard.note(ended.at, ended.status, ended.ending == Ending::Ok) {
            self.end.call(Over::Stopped(why, self.now()));
        }
    }
}

impl Ledger {
    fn new(field: &Field) -> Ledger {
        let tally = Tally::new(field.timeout);
        Ledger { tally, guard: Guard::default(), opened: 0, repeated: 0, own_trouble: None }
    }

    fn add(&mut self, other: &Ledger) {
        self.tally.add(&other.tally);
        self.opened += other.opened;
        self.repeated += other.repeated;
        self.own_trouble = self.own_trouble.take().or_else(|| other.own_trouble.clone());
    }
}

fn sum_up(field: &Field, total: Ledger) -> Result<Pressed, String> {
    if let Some(trouble) = total.own_trouble {
        return Err(format!("this machine could not open the connections: {trouble}"));
    }
    let (from, to) = field.pace.window();
    let sent = field.sent.load(Ordering::Relaxed);
    Ok(Pressed {
        planned: match field.pace {
            Pace::Open(schedule) => schedule.measured(),
            Pace::Saturate { .. } => total.tally.ended(),
        },
        duration: to - from,
        stopped: match field.end.now() {
            Some(Over::Stopped(why, at)) => Some((why, at)),
            Some(Over::Finished) | None => None,
        },
        opened: total.opened,
        repeated: total.repeated,
        capped: field.held_back.load(Ordering::Relaxed) * 2 > sent,
        sent,
        tally: total.tally,
    })
}
