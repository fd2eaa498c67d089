//! Probe `postgres`: whether a PostgreSQL is there, refuses strangers, has room, archives, replicates, and answers a query.
//!
//! Owns the parameters and the conversation. What is asked of every server is in `postgres/questions.rs`, somebody's own
//! query in `postgres/query.rs`, settings in `postgres/settings.rs`.

mod query;
mod questions;
mod settings;
mod value;

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::questions::QUESTIONS;
use super::inquiry::{Inquire, Inquiry, Whom};
use super::service::{Access, Aim, Entry, declared, most_runs, question, trusted};
use super::{Look, Probe, ProbeDef, Touch};
use crate::model::{Fact, FactDecl, FactSchema, FactType, Observation, Problems, Unknown, Value};
use crate::world::service::postgres::{Rows, SCHEMES, Session, encryption};
use crate::world::service::{Encryption, Login, Trouble, TroubleKind};
use crate::yaml::{Node, Spanned, decode as decode_node};

/// Messages of one transaction: begin, query, roll back.
const MESSAGES: u64 = 3;
/// Who a stranger says to be: the superuser of a fresh server.
const STRANGER: &str = "postgres";

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "postgres",
    doc: "Knocks at a PostgreSQL without a password, then looks in with it: settings, connections, archiving, \
          replication, rights, and the value and time of a query. Reads only.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: db\nquery: SELECT count(*) FROM orders\nruns: 50\ntimeout: 10 s\n",
};

/// Parameters of probe `postgres`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PostgresProbe")]
struct Params {
    /// The target, `postgres://user:password@host:5432/database`. `sslmode` in it means what it means to PostgreSQL:
    /// a certificate is verified for `verify-full` only.
    target: Spanned<String>,
    /// `none`, `invalid`, or the name of credentials of the target; without it its `default`, or those of the URL.
    #[serde(default)]
    credentials: Option<String>,
    /// One statement that reads: `SELECT`, `WITH`, `VALUES`, `TABLE`, `SHOW` or `EXPLAIN`. It runs in a read-only
    /// transaction with the probe's time limit.
    #[serde(default)]
    query: Option<Spanned<String>>,
    /// How many times the query (or `SELECT 1`) is timed, one after the other (20).
    #[serde(default)]
    runs: Option<Spanned<u32>>,
    /// When the whole conversation must be over.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
    /// Units of `value`, and of facts below `row.` and `setting.`, such as `{ value: s }`.
    #[serde(default)]
    units: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Serialize)]
struct Postgres {
    access: Access,
    query: Option<String>,
    runs: u32,
    units: BTreeMap<String, String>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    if let Some(query) = &params.query {
        question::check(query, problems);
    }
    let runs = most_runs(params.runs.as_ref(), problems);
    let access = Access::new(params.target, params.credentials.as_deref(), params.timeout.as_ref(), problems);
    Some(Box::new(Inquiry(Postgres {
        access,
        query: params.query.map(|query| query.value),
        runs,
        units: params.units,
    })))
}

impl Postgres {
    async fn look_round(&self, session: &Session, entry: &mut Entry, now: Timestamp) -> Result<(), Trouble> {
        if let Some(version) = &session.version {
            entry.facts.present("version", Value::Text(version.clone()));
        }
        for question in QUESTIONS {
            let names: Vec<&str> = question.facts.iter().map(|(name, _, _)| *name).collect();
            let Some(rows) = answer(session, entry, question.query, &names).await? else { continue };
            let row = rows.into_iter().next().unwrap_or_default();
            for (at, (name, ftype, _)) in question.facts.iter().enumerate() {
                let text = row.get(at).and_then(Option::as_deref);
                let hidden = question.hidden.filter(|_| text.is_none()).map(|why| Fact::Unobserved(why.to_owned()));
                entry.facts.set(*name, hidden.unwrap_or_else(|| value::fact(text, ftype)));
            }
        }
        if let Some(rows) = answer(session, entry, settings::QUERY, &["setting."]).await? {
            entry.facts.present("setting.", settings::tree(&rows));
        }
        let extensions = "SELECT extname FROM pg_extension ORDER BY extname";
        if let Some(rows) = answer(session, entry, extensions, &["extensions"]).await? {
            let names = rows.into_iter().filter_map(|row| row.into_iter().next().flatten()).map(Value::Text);
            entry.facts.present("extensions", Value::List(names.collect()));
        }
        query::ask(session, entry, self.query.as_deref(), self.runs, now).await
    }
}

/// Rows, or nothing when the server refused the question: then its facts are unobserved for that reason.
async fn answer(session: &Session, entry: &mut Entry, question: &str, names: &[&str]) -> Result<Option<Rows>, Trouble> {
    entry.requests += MESSAGES;
    match session.rows(question).await {
        Ok(rows) => Ok(Some(rows)),
        Err(trouble) if matches!(trouble.kind, TroubleKind::Denied | TroubleKind::Missing | TroubleKind::Rejected) => {
            for name in names {
                entry.facts.set(*name, Fact::Unobserved(trouble.to_string()));
            }
            Ok(None)
        }
        Err(trouble) => Err(trouble),
    }
}

/// Knocks without a password, then with one if there is one.
async fn enter(aim: &Aim, encryption: &Encryption, look: &Look<'_>, entry: &mut Entry) -> Result<Session, Trouble> {
    let login = aim.login().unwrap_or_else(|| Login { user: STRANGER.to_owned(), password: String::new() });
    let stranger = Login { user: login.user.clone(), password: String::new() };
    entry.requests += 1;
    let refusal = match Session::open(aim.reach(look.until), encryption, stranger).await {
        Ok(session) => {
            entry.facts.present("open", Value::Bool(true));
            seen(&session, entry);
            return Ok(session);
        }
        Err(trouble) => trouble,
    };
    if refusal.kind != TroubleKind::AuthRequired && refusal.kind != TroubleKind::AuthFailed {
        return Err(refusal);
    }
    entry.facts.present("open", Value::Bool(false));
    if login.password.is_empty() {
        return Err(refusal);
    }
    entry.requests += 1;
    let session = Session::open(aim.reach(look.until), encryption, login).await?;
    seen(&session, entry);
    Ok(session)
}

fn seen(session: &Session, entry: &mut Entry) {
    entry.encrypted(session.phases.connect, session.tls.as_ref());
}

fn own() -> Vec<FactDecl> {
    use FactType::{Any, Bool, List, Text, Version};
    let open = "Whether it lets the user in without a password (`postgres`, when the target names no user).";
    let setting =
        "Settings by name: numbers without units, times in milliseconds, sizes in bytes, `on` and `off` as booleans.";
    vec![
        FactDecl::new("open", Bool, open),
        trusted(),
        FactDecl::new("version", Version, "Version of the server."),
        FactDecl::tree("setting.", Any, setting),
        FactDecl::new("extensions", List(Box::new(Text)), "Extensions installed in the database, by name."),
    ]
}

impl Inquire for Postgres {
    const NAME: &'static str = "postgres";

    fn whom(&self) -> Whom<'_> {
        self.access.whom()
    }

    fn facts(&self) -> FactSchema {
        let asked = QUESTIONS.iter().flat_map(|question| question.facts);
        let asked = asked.map(|(name, ftype, doc)| FactDecl::new(name, ftype.clone(), doc));
        let decls = declared().into_iter().chain(own()).chain(asked).chain(question::declared()).collect();
        FactSchema { decls, units: self.units.clone() }
    }

    fn touch(&self) -> Touch {
        let questions = QUESTIONS.len() as u64 + 2;
        self.access.touch(2 + questions * MESSAGES + query::messages(self.runs))
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        let aim = self.access.aim(look.world, SCHEMES)?;
        let sslmode = aim.endpoint.parameters.get("sslmode").map(String::as_str);
        let encryption = encryption(sslmode, aim.ca_file.as_deref(), || aim.trust())?;
        let mut entry = Entry::new(aim.endpoint.shown());
        let conversation = async {
            let session = enter(&aim, &encryption, &look, &mut entry).await?;
            entry.admitted();
            self.look_round(&session, &mut entry, look.world.now).await
        };
        let outcome = conversation.await;
        entry.finish(outcome)
    }
}
