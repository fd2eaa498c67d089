//! The course of a drill, and the facts of it.

use std::time::{Duration, Instant};

use super::health::Sign;
use crate::model::report::{Evidence, EvidenceKind};
use crate::model::{Fact, FactDecl, FactType, Facts, Unknown, Value};
use crate::world::process::Finished;

/// What was seen of the target from the beginning to the end.
#[derive(Debug)]
pub(super) struct Course {
    begun: Instant,
    before: Sign,
    /// The last look at it.
    last: Sign,
    command_ended: Option<Instant>,
    /// The first look at which it did not serve.
    down: Option<Instant>,
    /// Since when it serves without a break.
    up: Option<Instant>,
}

impl Course {
    /// Begins now, with a target that serves.
    pub(super) fn begin(before: Sign) -> Course {
        let begun = Instant::now();
        Course { begun, last: before.clone(), before, command_ended: None, down: None, up: Some(begun) }
    }

    /// The command ended after this time, whenever that was noticed.
    pub(super) fn command_ended(&mut self, after: Duration) {
        self.command_ended = Some(self.begun + after);
    }

    /// Takes a look that was begun at a time. One that could not even be made counts as not served.
    pub(super) fn saw(&mut self, at: Instant, sign: Result<Sign, Unknown>) {
        let sign = sign.unwrap_or_else(|unknown| Sign { fault: Some(unknown.0), newest: None });
        if sign.fault.is_some() {
            self.down.get_or_insert(at);
            self.up = None;
        } else {
            self.up.get_or_insert(at);
        }
        self.last = sign;
    }

    /// Whether it has served for so long since it came back, and since the command ended.
    pub(super) fn is_steady(&self, span: Duration) -> bool {
        let since = self.up.max(self.command_ended);
        self.up.is_some() && since.is_some_and(|since| since.elapsed() >= span)
    }

    /// From the beginning until it served for good: not before the command had ended.
    fn recovery(&self) -> Duration {
        let up = self.up.unwrap_or(self.begun);
        self.command_ended.map_or(up, |ended| up.max(ended)).duration_since(self.begun)
    }

    /// From the first look at which it did not serve until it did for good.
    fn down_for(&self) -> Duration {
        match (self.down, self.up) {
            (Some(down), Some(up)) => up.duration_since(down),
            _ => Duration::ZERO,
        }
    }
}

/// The facts.
pub(super) fn of(course: &Course, finished: Option<&Finished>, recovered: bool) -> Facts {
    let mut facts = Facts::new();
    facts.present("recovered", Value::Bool(recovered));
    facts.present("disrupted", Value::Bool(course.down.is_some()));
    let why = || "it did not recover in time".to_owned();
    let timed = |span: Duration| {
        if recovered { Fact::Present(Value::seconds(span)) } else { Fact::Unobserved(why()) }
    };
    facts.set("recovery_time", timed(course.recovery()));
    facts.set("down_for", timed(course.down_for()));
    match finished {
        Some(done) if !done.timed_out => {
            let code = done.exit_code.map_or(Fact::Absent, |code| Fact::Present(Value::count(code)));
            facts.set("exit_code", code);
            facts.present("command_time", Value::seconds(done.duration));
        }
        _ => {
            for name in ["exit_code", "command_time"] {
                facts.set(name, Fact::Unobserved("the command did not end in time".to_owned()));
            }
        }
    }
    facts.set("data_loss", if recovered { data_loss(course) } else { Fact::Unobserved(why()) });
    facts
}

/// How much older the newest data are than they were before.
fn data_loss(course: &Course) -> Fact {
    match (&course.before.newest, &course.last.newest) {
        (Some(Ok(before)), Some(Ok(after))) => {
            let lost = before.as_millisecond() - after.as_millisecond();
            Fact::Present(Value::seconds(Duration::from_millis(u64::try_from(lost).unwrap_or(0))))
        }
        (Some(Err(why)), _) | (_, Some(Err(why))) => Fact::Unobserved(why.clone()),
        _ => Fact::Unobserved("`newest` does not say where the time of the newest data stands".to_owned()),
    }
}

/// The course in words.
pub(super) fn evidence(argv: &[String], course: &Course, finished: Option<&Finished>, recovered: bool) -> Evidence {
    let mut notes = Vec::new();
    match (recovered, course.down.is_some()) {
        (true, true) => notes.push(format!(
            "did not serve for {:.1} s and recovered {:.1} s after the beginning",
            course.down_for().as_secs_f64(),
            course.recovery().as_secs_f64()
        )),
        (true, false) => notes.push("served at every look".to_owned()),
        (false, _) => {
            let fault = course.last.fault.clone().unwrap_or_else(|| "not for long enough yet".to_owned());
            notes.push(format!("did not recover in time: {fault}"));
        }
    }
    notes.extend(finished.and_then(|done| done.stderr.last_line(200)));
    Evidence {
        kind: EvidenceKind::Command,
        argv: Some(argv.to_vec()),
        exit_code: finished.and_then(|done| done.exit_code),
        note: Some(notes.join("; ")),
        ..Evidence::default()
    }
}

/// Every fact, for the registry.
#[rustfmt::skip] // One line each, as a table.
pub(super) fn declared() -> Vec<FactDecl> {
    vec![
        FactDecl::new("recovered", FactType::Bool, "Whether the command ended and the target then served without a break for as long as `steady` says."),
        FactDecl::new("recovery_time", FactType::Duration, "From the beginning until the command had ended and the target served for good (compare with the RTO)."),
        FactDecl::new("disrupted", FactType::Bool, "Whether the target was seen not to serve in between."),
        FactDecl::new("down_for", FactType::Duration, "From the first look at which it did not serve until it did for good; zero when it always did."),
        FactDecl::new("data_loss", FactType::Duration, "How much older the newest data are than before the drill (compare with the RPO); unobserved without `newest`."),
        FactDecl::new("exit_code", FactType::Number, "Exit code of the command; absent when a signal ended it."),
        FactDecl::new("command_time", FactType::Duration, "How long the command ran."),
    ]
}
