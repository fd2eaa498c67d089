//! Probe `redis`: whether a Redis (Valkey, KeyDB) is there, refuses strangers, persists, and has room.
//!
//! Owns the parameters and the conversation; what the server's own report means is in `redis/report.rs`.

mod report;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::report::{Setting, about};
use super::inquiry::{Inquire, Inquiry, Whom};
use super::service::{Access, Aim, Entry, Latency, declared, most_runs};
use super::{Look, Probe, ProbeDef, Touch};
use crate::model::{FactDecl, FactSchema, FactType, Observation, Problems, Unknown, Value};
use crate::world::net::Phases;
use crate::world::service::redis::{Answer, SCHEMES, Session};
use crate::world::service::{Trouble, TroubleKind};
use crate::yaml::{Node, Spanned, decode as decode_node};

/// Messages beside the timed ones: a knock without credentials, a login, `INFO`, one look at the configuration.
const OTHER_MESSAGES: u64 = 4;

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "redis",
    doc: "Knocks at a Redis without credentials, then looks in with them: persistence, memory, hit ratio, latency.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: cache\nruns: 50\ntimeout: 5 s\n",
};

/// Parameters of probe `redis`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "RedisProbe")]
struct Params {
    /// The target, `redis://host:6379` or `rediss://…` for TLS.
    target: Spanned<String>,
    /// `none`, `invalid`, or the name of credentials of the target; without it its `default`, or those of the URL.
    #[serde(default)]
    credentials: Option<String>,
    /// How many `PING`s are timed, one after the other (20).
    #[serde(default)]
    runs: Option<Spanned<u32>>,
    /// When the whole conversation must be over.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
    /// Units of facts below `info.`, such as `{ info.used_memory_rss: B }`.
    #[serde(default)]
    units: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Serialize)]
struct Redis {
    access: Access,
    runs: u32,
    units: BTreeMap<String, String>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    let runs = most_runs(params.runs.as_ref(), problems);
    let access = Access::new(params.target, params.credentials.as_deref(), params.timeout.as_ref(), problems);
    Some(Box::new(Inquiry(Redis { access, runs, units: params.units })))
}

impl Redis {
    /// Knocks without credentials, then logs in if there are any.
    async fn enter(&self, session: &mut Session, aim: &Aim, entry: &mut Entry) -> Result<(), Trouble> {
        entry.requests += 1;
        let stranger = session.ask(&["PING"]).await;
        match &stranger {
            Ok(answer) if answer.text() == Some("PONG") => entry.facts.present("open", Value::Bool(true)),
            Ok(_) => return Err(Trouble::new(TroubleKind::Protocol, "the answer to `PING` is not `PONG`")),
            Err(trouble) if trouble.kind == TroubleKind::AuthRequired => {
                entry.facts.present("open", Value::Bool(false));
            }
            Err(trouble) if trouble.kind == TroubleKind::Denied => {}
            Err(trouble) => return Err(trouble.clone()),
        }
        match aim.login() {
            Some(login) => {
                entry.requests += 1;
                session.log_in(&login).await?;
            }
            None => drop(stranger?),
        }
        entry.admitted();
        Ok(())
    }

    async fn look_round(&self, session: &mut Session, entry: &mut Entry, now: i64) -> Result<(), Trouble> {
        let mut latency = Latency::default();
        for _ in 0..self.runs {
            let begun = Instant::now();
            entry.requests += 1;
            session.ask(&["PING"]).await?;
            latency.add(begun.elapsed());
        }
        latency.set(&mut entry.facts, ["ping.p50", "ping.p95", "ping.max"]);
        entry.requests += 1;
        let info = session.ask(&["INFO"]).await?;
        entry.requests += 1;
        let save = match session.ask(&["CONFIG", "GET", "save"]).await {
            Ok(answer) => Setting::Given(second_text(answer)),
            // managed services hide the command
            Err(trouble) if matches!(trouble.kind, TroubleKind::Denied | TroubleKind::Rejected) => {
                Setting::Hidden(trouble.detail)
            }
            Err(trouble) => return Err(trouble),
        };
        match info.text() {
            Some(text) => about(text, &save, now, &mut entry.facts),
            None => return Err(Trouble::new(TroubleKind::Protocol, "the answer to `INFO` is not a text")),
        }
        Ok(())
    }
}

/// `["save", "3600 1"]` → `3600 1`
fn second_text(answer: Answer) -> String {
    let Answer::List(pair) = answer else { return String::new() };
    pair.get(1).and_then(Answer::text).unwrap_or_default().to_owned()
}

fn connecting(phases: Phases) -> Duration {
    phases.connect + phases.tls.unwrap_or_default()
}

impl Inquire for Redis {
    const NAME: &'static str = "redis";

    fn whom(&self) -> Whom<'_> {
        self.access.whom()
    }

    fn facts(&self) -> FactSchema {
        let open = "Whether it answers commands without credentials; unobserved when its rules hide even that.";
        let own = [
            FactDecl::new("open", FactType::Bool, open),
            FactDecl::new("ping.p50", FactType::Duration, "Median time of a `PING` on the warm connection."),
            FactDecl::new("ping.p95", FactType::Duration, "95th percentile of it; unobserved below 20 runs."),
            FactDecl::new("ping.max", FactType::Duration, "The longest of them."),
        ];
        let decls = declared().into_iter().chain(own).chain(report::declared()).collect();
        FactSchema { decls, units: self.units.clone() }
    }

    fn touch(&self) -> Touch {
        self.access.touch(u64::from(self.runs) + OTHER_MESSAGES)
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        let aim = self.access.aim(look.world, SCHEMES)?;
        let trust = if aim.endpoint.scheme == "rediss" { Some(aim.trust()?) } else { None };
        let mut entry = Entry::new(aim.endpoint.shown());
        let conversation = async {
            let mut session = Session::open(aim.reach(look.until), trust.as_ref()).await?;
            entry.connected(connecting(session.phases), trust.is_some());
            self.enter(&mut session, &aim, &mut entry).await?;
            self.look_round(&mut session, &mut entry, look.world.now.as_second()).await
        };
        let outcome = conversation.await;
        entry.finish(outcome)
    }
}
