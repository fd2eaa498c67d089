//! Probe `amqp`: whether a broker that speaks AMQP 0-9-1 is there, refuses its well-known account, and how a queue is.

use std::time::Instant;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::inquiry::{Inquire, Inquiry, Whom};
use super::service::{Access, Entry, Latency, declared, most_runs};
use super::{Look, Probe, ProbeDef, Touch};
use crate::model::{Fact, FactDecl, FactSchema, FactType, Observation, Problems, Unknown, Value};
use crate::world::service::amqp::{SCHEMES, Server, Session};
use crate::world::service::{Login, Trouble, TroubleKind};
use crate::yaml::{Node, Spanned, decode as decode_node};

/// The account of a fresh RabbitMQ, and its password (RabbitMQ documentation, "Default Virtual Host and User").
const GUEST: &str = "guest";
/// Messages beside the timed ones: two logins of five messages each, a queue, a farewell.
const OTHER_MESSAGES: u64 = 2 * 5 + 2;

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "amqp",
    doc: "Knocks at a RabbitMQ (or another broker of AMQP 0-9-1) as `guest`, then logs in: latency, and how a queue is. \
          Changes nothing.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: broker\nqueue: orders\ntimeout: 5 s\n",
};

/// Parameters of probe `amqp`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AmqpProbe")]
struct Params {
    /// The target, `amqp://user:password@host:5672/vhost`, or `amqps://…` for TLS; the virtual host `/` is written `%2F`.
    target: Spanned<String>,
    /// `none`, `invalid`, or the name of credentials of the target; without it its `default`, or those of the URL.
    #[serde(default)]
    credentials: Option<String>,
    /// A queue to look at; looking neither makes nor empties it.
    #[serde(default)]
    queue: Option<Spanned<String>>,
    /// How many round trips are timed, one after the other (20).
    #[serde(default)]
    runs: Option<Spanned<u32>>,
    /// When the whole conversation must be over.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct Amqp {
    access: Access,
    queue: Option<String>,
    runs: u32,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    if let Some(queue) = params.queue.as_ref().filter(|queue| queue.is_empty() || queue.len() > 255) {
        let wrong = "`queue` is not the name of a queue";
        problems.push(queue.span.problem(wrong).help("1 to 255 bytes, such as `queue: orders`"));
    }
    let runs = most_runs(params.runs.as_ref(), problems);
    let access = Access::new(params.target, params.credentials.as_deref(), params.timeout.as_ref(), problems);
    Some(Box::new(Inquiry(Amqp { access, queue: params.queue.map(|queue| queue.value), runs })))
}

impl Amqp {
    async fn look_round(&self, session: &mut Session, entry: &mut Entry) -> Result<(), Trouble> {
        entry.facts.present("heartbeat", Value::count(session.heartbeat));
        let mut latency = Latency::default();
        for _ in 0..self.runs {
            entry.requests += 1;
            let begun = Instant::now();
            session.ping().await?;
            latency.add(begun.elapsed());
        }
        latency.set(&mut entry.facts, ["ping.p50", "ping.p95", "ping.max"]);
        let Some(name) = &self.queue else { return Ok(()) };
        entry.requests += 1;
        match session.queue(name).await {
            Ok(queue) => {
                entry.facts.present("queue.exists", Value::Bool(true));
                entry.facts.present("queue.messages", Value::count(queue.messages));
                entry.facts.present("queue.consumers", Value::count(queue.consumers));
            }
            Err(trouble) if trouble.kind == TroubleKind::Missing => {
                entry.facts.present("queue.exists", Value::Bool(false));
                entry.facts.set("queue.messages", Fact::Absent);
                entry.facts.set("queue.consumers", Fact::Absent);
            }
            Err(trouble) if trouble.kind == TroubleKind::Denied => {
                for name in ["queue.exists", "queue.messages", "queue.consumers"] {
                    entry.facts.set(name, Fact::Unobserved(trouble.to_string()));
                }
            }
            Err(trouble) => return Err(trouble),
        }
        Ok(())
    }
}

/// Whether the well-known account exists: an account without a right to this virtual host was let in before.
fn is_in(knock: &Result<Session, Trouble>) -> Result<bool, Trouble> {
    match knock {
        Ok(_) => Ok(true),
        Err(trouble) => match trouble.kind {
            TroubleKind::Denied | TroubleKind::Missing | TroubleKind::Busy => Ok(true),
            TroubleKind::AuthFailed => Ok(false),
            _ => Err(trouble.clone()),
        },
    }
}

fn introduce(server: Server, entry: &mut Entry) {
    let absent_or = |text: Option<String>| text.map_or(Fact::Absent, |text| Fact::Present(Value::Text(text)));
    if server == Server::default() {
        return;
    }
    entry.facts.set("product", absent_or(server.product));
    entry.facts.set("version", absent_or(server.version));
    let mechanisms = server.mechanisms.into_iter().map(Value::Text).collect();
    entry.facts.present("mechanisms", Value::List(mechanisms));
}

fn own() -> Vec<FactDecl> {
    let guest = "Whether `guest` with the password `guest` gets in, which a fresh RabbitMQ allows from its own host.";
    let text = || FactType::Text;
    vec![
        FactDecl::new("guest", FactType::Bool, guest),
        FactDecl::new("product", text(), "What the server calls itself."),
        FactDecl::new("version", FactType::Version, "Version of the server."),
        FactDecl::new("mechanisms", FactType::List(Box::new(text())), "Ways to log in: `PLAIN`, `EXTERNAL`, …"),
        FactDecl::new("heartbeat", FactType::Duration, "How often the server wants to hear of its clients."),
        FactDecl::new("ping.p50", FactType::Duration, "Median time of a round trip on the warm connection."),
        FactDecl::new("ping.p95", FactType::Duration, "95th percentile of it; unobserved below 20 runs."),
        FactDecl::new("ping.max", FactType::Duration, "The longest of them."),
        FactDecl::new("queue.exists", FactType::Bool, "Whether the queue of parameter `queue` is there."),
        FactDecl::new("queue.messages", FactType::Count, "Messages that wait in it; absent without it."),
        FactDecl::new("queue.consumers", FactType::Count, "Who takes them; absent without it."),
    ]
}

impl Inquire for Amqp {
    const NAME: &'static str = "amqp";

    fn whom(&self) -> Whom<'_> {
        self.access.whom()
    }

    fn facts(&self) -> FactSchema {
        FactSchema { decls: declared().into_iter().chain(own()).collect(), ..FactSchema::default() }
    }

    fn touch(&self) -> Touch {
        self.access.touch(u64::from(self.runs) + OTHER_MESSAGES)
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        let aim = self.access.aim(look.world, SCHEMES)?;
        let trust = if aim.endpoint.scheme == "amqps" { Some(aim.trust()?) } else { None };
        let guest = Login { user: GUEST.to_owned(), password: GUEST.to_owned() };
        let mut entry = Entry::new(aim.endpoint.shown());
        let mut server = Server::default();
        let conversation = async {
            entry.requests += 5;
            let knock = Session::open(aim.reach(look.until), trust.as_ref(), &guest, &mut server).await;
            entry.facts.present("guest", Value::Bool(is_in(&knock)?));
            let own = aim.login().filter(|login| *login != guest);
            let mut session = match (own, knock) {
                (None, knock) => knock?,
                (Some(login), knock) => {
                    if let Ok(session) = knock {
                        session.close().await;
                    }
                    entry.requests += 5;
                    Session::open(aim.reach(look.until), trust.as_ref(), &login, &mut server).await?
                }
            };
            entry.connected(session.phases.connect + session.phases.tls.unwrap_or_default(), trust.is_some());
            entry.admitted();
            let seen = self.look_round(&mut session, &mut entry).await;
            session.close().await;
            seen
        };
        let outcome = conversation.await;
        introduce(server, &mut entry);
        entry.finish(outcome)
    }
}
