//! Servers that a fixture's `server.yaml` describes; equal descriptions share one server.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use serde::Deserialize;

use super::{Running, mysql, postgres, redis};
use crate::server::Identity;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Mysql,
    Postgres,
    Redis,
}

/// What the server is, and as whom the audit logs in.
#[derive(Debug, Deserialize)]
struct Described {
    #[serde(flatten)]
    server: Server,
    #[serde(default)]
    login: Option<Login>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct Server {
    server: Kind,
    /// Redis, MySQL: arguments of the server.
    #[serde(default)]
    arguments: Vec<String>,
    /// PostgreSQL: settings, `name=value`.
    #[serde(default)]
    settings: Vec<String>,
    /// PostgreSQL, MySQL: run as the superuser.
    #[serde(default)]
    sql: String,
    /// PostgreSQL: asks nobody for a password.
    #[serde(default)]
    open: bool,
    /// PostgreSQL, MySQL: offers TLS.
    #[serde(default)]
    encrypted: bool,
}

#[derive(Debug, Deserialize)]
struct Login {
    user: String,
    password: String,
}

/// The target that the fixture's rules ask, and where it is, as a spec has it.
pub(crate) fn start(file: &Path) -> (&'static str, String) {
    let (target, url) = started(file);
    (target, format!("url: \"{url}\""))
}

fn started(file: &Path) -> (&'static str, String) {
    let text = std::fs::read_to_string(file).unwrap();
    let described: Described =
        serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let port = running(&described.server).port;
    let login = |login: &Login| format!("{}:{}@", login.user, login.password);
    let user_info = described.login.as_ref().map(login).unwrap_or_default();
    match described.server.server {
        Kind::Mysql => ("mysql", format!("mysql://{user_info}127.0.0.1:{port}/shop")),
        Kind::Redis => ("redis", format!("redis://{user_info}127.0.0.1:{port}")),
        Kind::Postgres if described.login.is_none() && !described.server.open => {
            ("postgres", postgres::url(port, "postgres", postgres::PASSWORD, "postgres"))
        }
        Kind::Postgres => ("postgres", format!("postgres://{user_info}127.0.0.1:{port}/postgres")),
    }
}

/// Targets that fixtures know, with a URL behind which nobody is.
#[rustfmt::skip] // one line each, so that two additions do not collide
pub(crate) const NOBODY: &[(&str, &str)] = &[
    ("api", "http://127.0.0.1:1"),
    ("mysql", "mysql://127.0.0.1:1"),
    ("postgres", "postgres://127.0.0.1:1"),
    ("redis", "redis://127.0.0.1:1"),
];

fn running(server: &Server) -> &'static Running {
    type Slot = Arc<OnceLock<Running>>;
    static RUNNING: Mutex<BTreeMap<Server, Slot>> = Mutex::new(BTreeMap::new());
    let slot = Arc::clone(RUNNING.lock().unwrap().entry(server.clone()).or_default());
    slot.get_or_init(|| launch(server));
    // its keeper ends it with the test binary
    Box::leak(Box::new(slot)).get().unwrap()
}

fn launch(server: &Server) -> Running {
    fn texts(list: &[String]) -> Vec<&str> {
        list.iter().map(String::as_str).collect()
    }
    match server.server {
        Kind::Mysql => {
            let identity = server.encrypted.then(|| Identity::new("localhost", 2020, 2100));
            mysql::start_with(&texts(&server.arguments), &server.sql, identity.as_ref())
        }
        Kind::Redis => redis::start(&texts(&server.arguments), &[]),
        Kind::Postgres => {
            let identity = server.encrypted.then(|| Identity::new("localhost", 2020, 2100));
            postgres::start_with(postgres::Options {
                settings: &texts(&server.settings),
                sql: &server.sql,
                open: server.open,
                identity: identity.as_ref(),
            })
        }
    }
}
