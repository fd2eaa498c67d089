//! Probe `mysql`: whether a MySQL or MariaDB is there, refuses strangers, has room, keeps what is written, replicates, and
//! answers a query.
//!
//! Owns the parameters and the conversation. What is asked of every server is in `mysql/questions.rs`, its variables in
//! `mysql/variables.rs`, its replication in `mysql/replication.rs`, the values of a query in `mysql/value.rs`.

mod questions;
mod replication;
mod value;
mod variables;

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::inquiry::{Inquire, Inquiry, Whom};
use super::service::{Access, Aim, Entry, Latency, declared, most_runs, question, trusted};
use super::{Look, Probe, ProbeDef, Touch};
use crate::model::{Fact, FactDecl, FactSchema, FactType, Observation, Problems, Unknown, Value};
use crate::world::service::mysql::{SCHEMES, Session, Table, encryption};
use crate::world::service::{Encryption, Login, Trouble, TroubleKind};
use crate::yaml::{Node, Spanned, decode as decode_node};

/// Who a stranger says to be: the superuser of a fresh server.
const STRANGER: &str = "root";
/// Messages beside the timed ones: two logins, what binds the session (twice at most), the questions.
const OTHER_MESSAGES: u64 = 2 + 4 + 7;

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "mysql",
    doc: "Knocks at a MySQL or MariaDB without a password, then looks in with it: variables, connections, replication, \
          rights, and the value and time of a query. Reads only.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: db\nquery: SELECT count(*) FROM orders\nruns: 50\ntimeout: 10 s\n",
};

/// Parameters of probe `mysql`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "MysqlProbe")]
struct Params {
    /// The target, `mysql://user:password@host:3306/database`. `ssl-mode` in it means what it means to MySQL: a
    /// certificate is verified for `VERIFY_CA` and `VERIFY_IDENTITY` only.
    target: Spanned<String>,
    /// `none`, `invalid`, or the name of credentials of the target; without it its `default`, or those of the URL.
    #[serde(default)]
    credentials: Option<String>,
    /// One statement that reads: `SELECT`, `WITH`, `VALUES`, `TABLE`, `SHOW` or `EXPLAIN`, without `INTO`. It runs in a
    /// read-only transaction with the probe's time limit.
    #[serde(default)]
    query: Option<Spanned<String>>,
    /// How many times the query (or `SELECT 1`) is timed, one after the other (20).
    #[serde(default)]
    runs: Option<Spanned<u32>>,
    /// When the whole conversation must be over.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
    /// Units of `value`, and of facts below `row.`, `setting.` and `status.`, such as `{ value: s }`.
    #[serde(default)]
    units: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Serialize)]
struct Mysql {
    access: Access,
    query: Option<String>,
    runs: u32,
    units: BTreeMap<String, String>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    if let Some(query) = &params.query {
        question::check(query, problems);
        writes_no_file(query, problems);
    }
    let runs = most_runs(params.runs.as_ref(), problems);
    let access = Access::new(params.target, params.credentials.as_deref(), params.timeout.as_ref(), problems);
    Some(Box::new(Inquiry(Mysql { access, query: params.query.map(|query| query.value), runs, units: params.units })))
}

/// A read-only transaction does not keep `SELECT … INTO OUTFILE` from writing a file on the server.
fn writes_no_file(query: &Spanned<String>, problems: &mut Problems) {
    let mut words = query.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '$');
    if words.any(|word| word.eq_ignore_ascii_case("into")) {
        let help = "a query that only reads has no `INTO`; write such a text with `CONCAT('in', 'to')`";
        problems.push(query.span.problem("a query with `INTO` may write a file on the server").help(help));
    }
}

impl Mysql {
    async fn look_round(&self, session: &mut Session, entry: &mut Entry, now: Timestamp) -> Result<(), Trouble> {
        let product = if session.is_mariadb() { "MariaDB" } else { "MySQL" };
        entry.facts.present("product", Value::Text(product.to_owned()));
        entry.facts.present("version", Value::Text(variables::version(&session.version)));
        let names = ["setting.", "connections.max", "connections.headroom"];
        let settings = answer(session, entry, variables::SETTINGS, &names).await?;
        let status = answer(session, entry, variables::STATUS, variables::STATUS_FACTS).await?;
        variables::about(settings.as_ref(), status.as_ref(), &mut entry.facts);
        for question in questions::QUESTIONS {
            let names: Vec<&str> = question.facts.iter().map(|(name, _, _)| *name).collect();
            let Some(table) = answer(session, entry, question.query, &names).await? else { continue };
            questions::set(question, &table, &mut entry.facts);
        }
        self.ask_for_replication(session, entry).await?;
        self.ask(session, entry, now).await
    }

    async fn ask_for_replication(&self, session: &mut Session, entry: &mut Entry) -> Result<(), Trouble> {
        for statement in replication::STATEMENTS {
            entry.requests += 1;
            match session.query(statement).await {
                Ok(table) => {
                    replication::about(&table, &mut entry.facts);
                    return Ok(());
                }
                // an older server knows the older word only
                Err(trouble) if trouble.kind == TroubleKind::Rejected => {}
                Err(trouble) if question::is_refusal(&trouble) => {
                    replication::hidden(&trouble.to_string(), &mut entry.facts);
                    return Ok(());
                }
                Err(trouble) => return Err(trouble),
            }
        }
        replication::hidden("the server knows no statement that shows replication", &mut entry.facts);
        Ok(())
    }

    /// Somebody's own query, or the smallest one.
    async fn ask(&self, session: &mut Session, entry: &mut Entry, now: Timestamp) -> Result<(), Trouble> {
        let mut latency = Latency::default();
        let mut last = Table::default();
        for _ in 0..self.runs {
            entry.requests += 1;
            match session.timed_query(self.query.as_deref().unwrap_or(question::SMALLEST)).await {
                Ok((table, time)) => {
                    last = table;
                    latency.add(time);
                }
                Err(trouble) => return question::refused(entry, trouble),
            }
        }
        question::set_latency(entry, latency);
        if self.query.is_some() {
            question::set_rows(entry, last.rows.len(), value::first_row(&last), now);
        }
        Ok(())
    }
}

/// An answer, or nothing when the server refused the question: then its facts are unobserved for that reason.
async fn answer(
    session: &mut Session,
    entry: &mut Entry,
    statement: &str,
    names: &[&str],
) -> Result<Option<Table>, Trouble> {
    entry.requests += 1;
    match session.query(statement).await {
        Ok(table) => Ok(Some(table)),
        Err(trouble) if question::is_refusal(&trouble) => {
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
    let refusal = match Session::open(aim.reach(look.until), encryption, &stranger).await {
        Ok(session) => {
            entry.facts.present("open", Value::Bool(true));
            entry.encrypted(session.phases.connect, session.tls.as_ref());
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
    let session = Session::open(aim.reach(look.until), encryption, &login).await?;
    entry.encrypted(session.phases.connect, session.tls.as_ref());
    Ok(session)
}

fn own() -> Vec<FactDecl> {
    let open = "Whether it lets the user in without a password (`root`, when the target names no user).";
    vec![
        FactDecl::new("open", FactType::Bool, open),
        trusted(),
        FactDecl::new("product", FactType::Text, "`MySQL` or `MariaDB`."),
        FactDecl::new("version", FactType::Version, "Version of the server."),
    ]
}

impl Inquire for Mysql {
    const NAME: &'static str = "mysql";

    fn whom(&self) -> Whom<'_> {
        self.access.whom()
    }

    fn facts(&self) -> FactSchema {
        let asked = questions::QUESTIONS.iter().flat_map(|question| question.facts);
        let asked = asked.map(|(name, ftype, doc)| FactDecl::new(name, ftype.clone(), doc));
        let decls = declared().into_iter().chain(own()).chain(variables::declared()).chain(asked);
        let decls = decls.chain(replication::declared()).chain(question::declared()).collect();
        FactSchema { decls, units: self.units.clone() }
    }

    fn touch(&self) -> Touch {
        self.access.touch(OTHER_MESSAGES + u64::from(self.runs))
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        let aim = self.access.aim(look.world, SCHEMES)?;
        let parameters = &aim.endpoint.parameters;
        let mode = parameters.get("ssl-mode").or_else(|| parameters.get("sslMode")).map(String::as_str);
        let encryption = encryption(mode, aim.ca_file.as_deref(), || aim.trust())?;
        let mut entry = Entry::new(aim.endpoint.shown());
        let conversation = async {
            let mut session = enter(&aim, &encryption, &look, &mut entry).await?;
            entry.admitted();
            let seen = self.look_round(&mut session, &mut entry, look.world.now).await;
            session.close().await;
            seen
        };
        let outcome = conversation.await;
        entry.finish(outcome)
    }
}
