//! Probe `redis`.

use std::io::{Read, Write};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use shipworthy::model::target::Credential;
use shipworthy::model::{Observation, Target, Unknown, Value};

use crate::probing::server::{Identity, Server, closed_port, reset};
use crate::probing::{Bench, absent, member, number, text, unobserved, value};
use crate::servers::{Running, redis};

/// Open to everybody, with a little data.
static OPEN: LazyLock<Running> = LazyLock::new(|| {
    redis::start(&["--maxclients", "100"], &["SET a 1", "SET b 2", "GET a", "GET none", "GET b", "GET a"])
});
/// With a password, a limit and an append-only file.
static CAREFUL: LazyLock<Running> = LazyLock::new(|| {
    let arguments = ["--requirepass", "correct-horse", "--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"];
    redis::start(&[&arguments[..], &["--appendonly", "yes", "--save", "3600 1"]].concat(), &[])
});

fn ask(url: &str, params: &str, change: impl FnOnce(&mut Target)) -> Result<Observation, Unknown> {
    Bench::new().target("cache", url, change).observe("redis", &format!("target: cache\nruns: 20\n{params}"))
}

fn at(server: &Running, user_info: &str) -> String {
    format!("redis://{user_info}127.0.0.1:{}", server.port)
}

fn is(seen: &Observation, fact: &str) -> bool {
    value(seen, fact) == Value::Bool(true)
}

#[test]
fn a_server_that_answers_strangers_is_open() {
    let seen = ask(&at(&OPEN, ""), "", |_| ()).unwrap();
    assert!(is(&seen, "reachable") && is(&seen, "admitted") && is(&seen, "open") && absent(&seen, "error"));
    assert!(!is(&seen, "persistent") && !is(&seen, "rdb.enabled") && !is(&seen, "aof.enabled") && !is(&seen, "tls"));
    assert!(absent(&seen, "memory.max") && absent(&seen, "memory.share") && absent(&seen, "aof.ok"));
    assert_eq!(text(&seen, "memory.policy"), "noeviction");
    assert_eq!((number(&seen, "hit_ratio").as_str(), number(&seen, "keys").as_str()), ("3/4", "2"));
    assert_eq!(number(&seen, "clients.max"), "100");
    assert_eq!(text(&seen, "role"), "master");
    assert_eq!(member(&seen, "info.", "tcp_port"), Some(Value::count(OPEN.port)));
    for fact in ["ping.p50", "ping.p95", "ping.max", "time.connect", "rdb.age", "uptime", "memory.used"] {
        assert!(matches!(value(&seen, fact), Value::Number(_)), "{fact}");
    }
    assert_eq!(seen.requests, 23);
    assert_eq!(seen.evidence[0].url.as_deref(), Some(at(&OPEN, "").as_str()));
}

#[test]
fn a_password_lets_us_in_and_keeps_strangers_out() {
    let seen = ask(&at(&CAREFUL, ":correct-horse@"), "", |_| ()).unwrap();
    assert!(is(&seen, "admitted") && !is(&seen, "open"));
    assert!(is(&seen, "persistent") && is(&seen, "rdb.enabled") && is(&seen, "aof.enabled") && is(&seen, "aof.ok"));
    assert_eq!(number(&seen, "memory.max"), (64 << 20).to_string());
    assert!(matches!(value(&seen, "memory.share"), Value::Number(_)));
    let named = ask(&at(&CAREFUL, ""), "credentials: app\n", |target| {
        let login = Credential::Basic { user: "default".into(), password: "correct-horse".into() };
        target.credentials.insert("app".into(), Ok(login));
    });
    assert!(is(&named.unwrap(), "admitted"));
}

#[test]
fn who_is_kept_out_is_told_why() {
    let none = ask(&at(&CAREFUL, ""), "", |_| ()).unwrap();
    assert_eq!(text(&none, "error"), "auth-required");
    let wrong = ask(&at(&CAREFUL, ":hunter22@"), "", |_| ()).unwrap();
    assert_eq!(text(&wrong, "error"), "auth-failed");
    for seen in [&none, &wrong] {
        assert!(is(seen, "reachable") && !is(seen, "admitted") && !is(seen, "open"));
        assert!(unobserved(seen, "persistent").contains("auth-"), "{}", unobserved(seen, "persistent"));
    }
    assert!(!format!("{wrong:?}").contains("hunter22"));
    let useless = ask(&at(&OPEN, ":hunter22@"), "", |_| ()).unwrap();
    assert!(is(&useless, "admitted") && is(&useless, "open"));
}

#[test]
fn a_server_that_hides_its_configuration_leaves_persistence_unknown() {
    let server = redis::start(&["--rename-command", "CONFIG", "''"], &[]);
    let seen = ask(&at(&server, ""), "", |_| ()).unwrap();
    assert!(unobserved(&seen, "persistent").contains("unknown command"), "{}", unobserved(&seen, "persistent"));
    assert!(absent(&seen, "error") && absent(&seen, "memory.max"));
}

#[test]
fn what_is_not_there_is_not_reachable() {
    let seen = ask(&format!("redis://127.0.0.1:{}", closed_port()), "", |_| ()).unwrap();
    assert!(!is(&seen, "reachable") && text(&seen, "error") == "refused");
    assert!(unobserved(&seen, "open").starts_with("refused: "));
    let seen = ask("redis://no-such-host.invalid", "timeout: 5 s\n", |_| ()).unwrap();
    assert_eq!(text(&seen, "error"), "unresolvable");
}

#[test]
fn what_speaks_otherwise_is_no_redis() {
    for answer in ["HTTP/1.1 400 Bad Request\r\n\r\n", "+HELLO\r\n", ":1\r\n", "\u{0}\u{1}\u{2}", "$-7\r\n"] {
        let server = talking(move |stream| {
            let _ = stream.write_all(answer.as_bytes());
        });
        let seen = ask(&url_of(&server), "", |_| ()).unwrap();
        assert_eq!((is(&seen, "reachable"), text(&seen, "error").as_str()), (false, "protocol"), "{answer:?}");
    }
}

#[test]
fn a_broken_connection_is_told_from_a_silent_one() {
    let closing = talking(|_| ());
    let error = text(&ask(&url_of(&closing), "", |_| ()).unwrap(), "error");
    assert!(["closed", "reset"].contains(&error.as_str()), "{error}");
    let resetting = talking(|stream| reset(stream));
    assert_eq!(text(&ask(&url_of(&resetting), "", |_| ()).unwrap(), "error"), "reset");
    let silent = talking(|stream| {
        let _ = stream.read(&mut [0; 1]);
        std::thread::sleep(Duration::from_secs(20));
    });
    let begun = Instant::now();
    let bench = Bench::new().limit(Duration::from_millis(700)).target("cache", &url_of(&silent), |_| ());
    let seen = bench.observe("redis", "target: cache\n").unwrap();
    assert_eq!(text(&seen, "error"), "timeout");
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_hostile_answer_ends_in_an_error_not_in_memory() {
    let endless = talking(|stream| {
        let _ = stream.write_all(b"$2000000000\r\n");
        while stream.write_all(&[b'x'; 65536]).is_ok() {}
    });
    let array = talking(|stream| {
        let _ = stream.write_all(b"*2147483647\r\n:1\r\n");
    });
    let nested = talking(|stream| {
        let _ = stream.write_all("*1\r\n".repeat(100_000).as_bytes());
    });
    for server in [endless, array, nested] {
        let seen = ask(&url_of(&server), "", |_| ()).unwrap();
        assert!(!is(&seen, "reachable"), "{}", text(&seen, "error"));
    }
}

#[test]
fn rediss_is_verified_tls() {
    let identity = Identity::new("cache.test", 2020, 2100);
    let config = std::sync::Arc::new(identity.config());
    let server = Server::on(move |stream, _| {
        let connection = rustls::ServerConnection::new(config.clone()).unwrap();
        let mut tls = rustls::StreamOwned::new(connection, stream);
        let mut buffer = [0; 4096];
        while tls.read(&mut buffer).is_ok_and(|read| read > 0) {
            if tls.write_all(b"+PONG\r\n").and_then(|()| tls.flush()).is_err() {
                return;
            }
        }
    });
    let url = format!("rediss://cache.test:{}", server.address.port());
    let resolve = |target: &mut Target| {
        target.route.resolve.insert("cache.test".into(), "127.0.0.1".into());
    };
    assert_eq!(text(&ask(&url, "", resolve).unwrap(), "error"), "tls-untrusted");
    let bench = Bench::new().file("ca.pem", &identity.authority_pem).target("cache", &url, |target| {
        resolve(target);
        target.ca_file = Some("ca.pem".into());
    });
    let seen = bench.observe("redis", "target: cache\n").unwrap();
    assert!(is(&seen, "tls") && is(&seen, "admitted") && is(&seen, "open"));
}

#[test]
fn nothing_is_contacted_offline_and_a_wrong_url_is_unknown() {
    let mut bench = Bench::new().target("cache", "http://127.0.0.1:1", |_| ());
    assert_eq!(
        bench.observe("redis", "target: cache\n").unwrap_err().0,
        "the URL of target `cache` is `http://…`; `redis://…` or `rediss://…` is due"
    );
    bench.world.permit.network = false;
    assert_eq!(bench.observe("redis", "target: cache\n").unwrap_err().0, "not contacted: --offline");
    let problems = bench.decode_problems("redis", "target: cache\nruns: 5000\n");
    assert!(problems[0].message.contains("not between 1 and 200"), "{problems:?}");
}

/// A server that reads the first command, does something, and closes.
fn talking(does: impl Fn(&mut std::net::TcpStream) + Send + Sync + 'static) -> Server {
    Server::on(move |mut stream, _| {
        let mut first = [0; 14];
        let _ = stream.read_exact(&mut first);
        does(&mut stream);
    })
}

fn url_of(server: &Server) -> String {
    format!("redis://{}", server.address)
}
