//! Servers that a fixture's `server.yaml` describes; equal descriptions share one server.

use std::collections::BTreeMap;
use std::net::TcpStream;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use serde::Deserialize;

use super::{Running, dns, folder_until_the_end, grpc, mysql, nats, postgres, rabbitmq, redis, websocket};
use crate::server::Identity;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Amqp,
    Dns,
    Grpc,
    Mysql,
    Nats,
    Postgres,
    Redis,
    Websocket,
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
    /// Redis, MySQL, NATS: arguments of the server.
    #[serde(default)]
    arguments: Vec<String>,
    /// PostgreSQL: settings, `name=value`.
    #[serde(default)]
    settings: Vec<String>,
    /// PostgreSQL, MySQL: run as the superuser.
    #[serde(default)]
    sql: String,
    /// NATS: its configuration. RabbitMQ: its definitions.
    #[serde(default)]
    config: String,
    /// NATS: a stream of whom the audit logs in as.
    #[serde(default)]
    stream: String,
    /// DNS: its zone.
    #[serde(default)]
    zone: String,
    /// WebSocket: whether it looks at where its caller comes from.
    #[serde(default)]
    checks_origin: bool,
    /// WebSocket: its first message.
    #[serde(default)]
    greeting: Option<String>,
    /// WebSocket: the status with which it refuses everybody.
    #[serde(default)]
    refuses: u16,
    /// gRPC: says that it does not serve.
    #[serde(default)]
    stopping: bool,
    /// PostgreSQL: asks nobody for a password.
    #[serde(default)]
    open: bool,
    /// PostgreSQL, MySQL, NATS: offers TLS.
    #[serde(default)]
    encrypted: bool,
    /// Connections that somebody else keeps open.
    #[serde(default)]
    held: usize,
}

#[derive(Clone, Debug, Deserialize)]
struct Login {
    user: String,
    password: String,
}

/// The target that the fixture's rules ask, and where it is, as a spec has it.
pub(crate) fn start(file: &Path) -> (&'static str, String) {
    let text = std::fs::read_to_string(file).unwrap();
    let described: Described =
        serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let started = started(&described);
    let (target, url) = place(&described, started.port);
    let authority = started.authority.as_ref().map(|file| format!(", ca_file: \"{file}\"")).unwrap_or_default();
    (target, format!("url: \"{url}\"{authority}"))
}

fn place(described: &Described, port: u16) -> (&'static str, String) {
    let login = |login: &Login| format!("{}:{}@", login.user, login.password);
    let user_info = described.login.as_ref().map(login).unwrap_or_default();
    match described.server.server {
        Kind::Amqp => ("amqp", format!("amqp://{user_info}127.0.0.1:{port}")),
        Kind::Dns => ("dns", format!("dns://127.0.0.1:{port}/shop.test")),
        Kind::Grpc => ("grpc_health", format!("http://127.0.0.1:{port}")),
        Kind::Mysql => ("mysql", format!("mysql://{user_info}127.0.0.1:{port}/shop")),
        Kind::Nats if described.server.encrypted => ("nats", format!("tls://{user_info}localhost:{port}")),
        Kind::Nats => ("nats", format!("nats://{user_info}127.0.0.1:{port}")),
        Kind::Redis => ("redis", format!("redis://{user_info}127.0.0.1:{port}")),
        Kind::Postgres if described.login.is_none() && !described.server.open => {
            ("postgres", postgres::url(port, "postgres", postgres::PASSWORD, "postgres"))
        }
        Kind::Postgres => ("postgres", format!("postgres://{user_info}127.0.0.1:{port}/postgres")),
        Kind::Websocket => ("websocket", format!("http://127.0.0.1:{port}")),
    }
}

/// Targets that fixtures know, with a URL behind which nobody is.
#[rustfmt::skip] // one line each, so that two additions do not collide
pub(crate) const NOBODY: &[(&str, &str)] = &[
    ("amqp", "amqp://127.0.0.1:1"),
    ("api", "http://127.0.0.1:1"),
    ("dns", "dns://127.0.0.1:1/shop.test"),
    ("grpc_health", "http://127.0.0.1:1"),
    ("mysql", "mysql://127.0.0.1:1"),
    ("nats", "nats://127.0.0.1:1"),
    ("postgres", "postgres://127.0.0.1:1"),
    ("redis", "redis://127.0.0.1:1"),
    ("tls", "https://127.0.0.1:1"),
    ("websocket", "http://127.0.0.1:1"),
];

/// A server that runs.
struct Started {
    port: u16,
    /// The file with the authority of its certificate, where the target has to name it.
    authority: Option<String>,
    _running: Option<Running>,
    _held: Vec<TcpStream>,
}

fn started(described: &Described) -> &'static Started {
    type Slot = Arc<OnceLock<Started>>;
    static STARTED: Mutex<BTreeMap<Server, Slot>> = Mutex::new(BTreeMap::new());
    let slot = Arc::clone(STARTED.lock().unwrap().entry(described.server.clone()).or_default());
    slot.get_or_init(|| launch(described));
    // its keeper ends it with the test binary
    Box::leak(Box::new(slot)).get().unwrap()
}

fn launch(described: &Described) -> Started {
    let server = &described.server;
    let identity = server.encrypted.then(|| Identity::new("localhost", 2020, 2100));
    let (port, running) = match server.server {
        Kind::Dns => (dns::start(dns::Manner { zone: server.zone.clone(), ..dns::Manner::default() }), None),
        Kind::Grpc => {
            let manner = if server.stopping { grpc::Manner::Stopping } else { grpc::Manner::Serves };
            (grpc::start(manner), None)
        }
        Kind::Websocket => {
            let (greeting, checks_origin, refuses) = (server.greeting.clone(), server.checks_origin, server.refuses);
            (websocket::start(websocket::Manner { greeting, checks_origin, refuses, most: 0 }), None)
        }
        _ => {
            let running = run(described, identity.as_ref());
            (running.port, Some(running))
        }
    };
    let held = (0..server.held).map(|_| TcpStream::connect(("127.0.0.1", port)).unwrap()).collect();
    // databases encrypt without being trusted
    let named = identity.filter(|_| server.server == Kind::Nats).map(|identity| {
        let file = folder_until_the_end().join("authority.pem");
        std::fs::write(&file, &identity.authority_pem).unwrap();
        file.display().to_string()
    });
    Started { port, authority: named, _running: running, _held: held }
}

fn run(described: &Described, identity: Option<&Identity>) -> Running {
    fn texts(list: &[String]) -> Vec<&str> {
        list.iter().map(String::as_str).collect()
    }
    let server = &described.server;
    match server.server {
        Kind::Amqp => rabbitmq::start(Some(server.config.as_str()).filter(|config| !config.is_empty())),
        Kind::Mysql => mysql::start_with(&texts(&server.arguments), &server.sql, identity),
        Kind::Nats => {
            let running = nats::start_with(&texts(&server.arguments), &server.config, identity);
            if !server.stream.is_empty() {
                let login = described.login.as_ref().map(|login| (login.user.as_str(), login.password.as_str()));
                nats::make_stream(running.port, login, &server.stream);
            }
            running
        }
        Kind::Redis => redis::start(&texts(&server.arguments), &[]),
        Kind::Postgres => postgres::start_with(postgres::Options {
            settings: &texts(&server.settings),
            sql: &server.sql,
            open: server.open,
            identity,
        }),
        Kind::Dns | Kind::Grpc | Kind::Websocket => unreachable!("they run in this process"),
    }
}
