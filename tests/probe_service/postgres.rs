//! Probe `postgres`.

use std::io::{Read, Write};
use std::sync::LazyLock;
use std::time::Duration;

use shipworthy::model::{Exact, Observation, Target, Unknown, Value};

use crate::probing::server::{Identity, Server, closed_port};
use crate::probing::{Bench, absent, member, number, text, texts, unobserved, value};
use crate::servers::{Running, postgres};

const SQL: &str = "CREATE TABLE orders (id int, placed timestamptz); \
    INSERT INTO orders SELECT n, '2026-11-20 10:00:00+00' FROM generate_series(1, 50) AS n; \
    CREATE ROLE app LOGIN PASSWORD 'app-secret-1'; GRANT SELECT ON orders TO app; \
    CREATE ROLE blind LOGIN PASSWORD 'blind-secret-1'; REVOKE SELECT ON pg_settings FROM PUBLIC; \
    GRANT SELECT ON pg_settings TO app";

static SERVER: LazyLock<Running> = LazyLock::new(|| postgres::start(&["max_connections=20"], SQL));

fn ask(url: &str, params: &str) -> Result<Observation, Unknown> {
    Bench::new().target("db", url, |_| ()).observe("postgres", &format!("target: db\n{params}"))
}

fn superuser() -> String {
    postgres::url(SERVER.port, "postgres", postgres::PASSWORD, "postgres")
}

fn app() -> String {
    postgres::url(SERVER.port, "app", "app-secret-1", "postgres")
}

fn is(seen: &Observation, fact: &str) -> bool {
    value(seen, fact) == Value::Bool(true)
}

#[test]
fn a_server_tells_about_itself() {
    let seen = ask(&superuser(), "").unwrap();
    assert!(is(&seen, "reachable") && is(&seen, "admitted") && absent(&seen, "error") && !is(&seen, "open"));
    assert!(!is(&seen, "tls") && absent(&seen, "tls.trusted"));
    assert_eq!(number(&seen, "connections.max"), "17");
    assert!(is(&seen, "user.superuser") && is(&seen, "user.owns_database"));
    assert_eq!(number(&seen, "connections.idle_in_transaction"), "0");
    assert!(!is(&seen, "archiver.enabled") && absent(&seen, "archiver.age") && !is(&seen, "archiver.failing"));
    assert_eq!(text(&seen, "replication.role"), "primary");
    assert!(absent(&seen, "replication.lag") && number(&seen, "replication.standbys") == "0");
    assert_eq!(texts(&seen, "extensions"), ["plpgsql"]);
    assert_eq!(member(&seen, "setting.", "statement_timeout"), Some(Value::count(0)));
    assert_eq!(member(&seen, "setting.", "shared_buffers"), Some(Value::count(128 << 20)));
    assert_eq!(member(&seen, "setting.", "fsync"), Some(Value::Bool(false)));
    for fact in [
        "transaction.oldest",
        "connections.headroom",
        "cache_hit",
        "size",
        "transaction.wraparound",
        "query.p95",
        "time.connect",
    ] {
        assert!(matches!(value(&seen, fact), Value::Number(_)), "{fact}");
    }
    assert!(text(&seen, "version").starts_with(|c: char| c.is_ascii_digit()));
}

#[test]
fn a_query_yields_its_value_and_its_time() {
    let seen =
        ask(&app(), "query: SELECT count(*) AS orders, max(placed), 'x' AS note FROM orders\nruns: 3\n").unwrap();
    assert_eq!((number(&seen, "value").as_str(), number(&seen, "rows").as_str()), ("50", "1"));
    assert_eq!(member(&seen, "row.", "max"), Some(Value::Date("2026-11-20T10:00:00Z".parse().unwrap())));
    assert_eq!(member(&seen, "row.", "note"), Some(Value::Text("x".into())));
    assert_eq!(unobserved(&seen, "query.p95"), "3 runs are too few for a 95th percentile");
    let none = ask(&app(), "query: SELECT id FROM orders WHERE id < 0\n").unwrap();
    assert!(absent(&none, "value") && number(&none, "rows") == "0");
}

#[test]
fn the_time_of_a_query_is_the_server_s() {
    let seen = ask(&app(), "query: SELECT pg_sleep(0.05)\nruns: 3\n").unwrap();
    let Value::Number(p50) = value(&seen, "query.p50") else { panic!() };
    assert!(p50 >= Exact::parse_decimal("0.05").unwrap(), "{p50}");
}

#[test]
fn nothing_can_be_written() {
    let insert = "query: WITH gone AS (DELETE FROM orders RETURNING id) SELECT count(*) FROM gone\n";
    let seen = ask(&superuser(), insert).unwrap();
    assert!(unobserved(&seen, "value").contains("denied: "), "{}", unobserved(&seen, "value"));
    let two = ask(&superuser(), "query: 'SELECT 1; DELETE FROM orders'\n").unwrap();
    assert!(unobserved(&two, "value").contains("multiple commands"), "{}", unobserved(&two, "value"));
    let out = ask(&superuser(), "query: 'SELECT 1; COMMIT; DELETE FROM orders'\n").unwrap();
    assert!(unobserved(&out, "value").contains("multiple commands"));
    assert_eq!(number(&ask(&superuser(), "query: SELECT count(*) FROM orders\n").unwrap(), "value"), "50");
    let bench = Bench::new();
    let problems = bench.decode_problems("postgres", "target: db\nquery: DELETE FROM orders\n");
    assert_eq!(problems[0].message, "a query that begins with `DELETE` does not only read");
}

#[test]
fn a_query_that_is_wrong_or_too_slow_leaves_the_rest_known() {
    let wrong = ask(&app(), "query: SELECT nothing FROM nowhere\n").unwrap();
    assert!(unobserved(&wrong, "value").contains("missing: "), "{}", unobserved(&wrong, "value"));
    assert!(is(&wrong, "admitted") && absent(&wrong, "error"));
    let bench = Bench::new().limit(Duration::from_secs(3)).target("db", &app(), |_| ());
    let slow = bench.observe("postgres", "target: db\nquery: SELECT pg_sleep(60)\n").unwrap();
    assert_eq!(text(&slow, "error"), "timeout");
    assert!(is(&slow, "admitted") && unobserved(&slow, "value").contains("timeout"));
    assert!(matches!(value(&slow, "size"), Value::Number(_)));
}

#[test]
fn what_a_user_may_not_see_is_not_observed() {
    let seen = ask(&app(), "").unwrap();
    for fact in ["transaction.oldest", "connections.idle_in_transaction"] {
        assert!(unobserved(&seen, fact).contains("pg_read_all_stats"), "{fact}");
    }
    assert!(!is(&seen, "user.superuser") && !is(&seen, "user.owns_database"));
    let blind = ask(&postgres::url(SERVER.port, "blind", "blind-secret-1", "postgres"), "").unwrap();
    assert!(unobserved(&blind, "setting.").contains("denied"), "{}", unobserved(&blind, "setting."));
    assert!(is(&blind, "admitted") && number(&blind, "connections.max") == "17");
}

#[test]
fn who_is_kept_out_is_told_why() {
    let none = ask(&postgres::url(SERVER.port, "app", "", "postgres"), "").unwrap();
    assert_eq!(text(&none, "error"), "auth-required");
    let wrong = ask(&postgres::url(SERVER.port, "app", "hunter22", "postgres"), "").unwrap();
    assert_eq!(text(&wrong, "error"), "auth-failed");
    for seen in [&none, &wrong] {
        assert!(is(seen, "reachable") && !is(seen, "admitted") && !is(seen, "open"));
    }
    assert!(!format!("{wrong:?}").contains("hunter22"));
    let missing = ask(&postgres::url(SERVER.port, "app", "app-secret-1", "nowhere"), "").unwrap();
    assert_eq!(text(&missing, "error"), "missing");
    let no_tls = ask(&format!("{}?sslmode=require", app()), "").unwrap();
    assert_eq!(text(&no_tls, "error"), "no-tls");
    assert!(ask(&format!("{}?sslmode=perhaps", app()), "").unwrap_err().0.contains("`sslmode=perhaps` is no mode"));
}

#[test]
fn a_server_that_asks_for_no_password_is_open() {
    // the administrator's file says so, as it does in a container made for trying things out
    let server = postgres::start_with(postgres::Options { open: true, ..Default::default() });
    let seen = ask(&format!("postgres://127.0.0.1:{}", server.port), "").unwrap();
    assert!(is(&seen, "open") && is(&seen, "admitted") && is(&seen, "user.superuser"));
}

#[test]
fn a_full_server_is_busy() {
    let server = postgres::start(
        &["max_connections=4", "superuser_reserved_connections=3"],
        "CREATE ROLE app LOGIN PASSWORD 'app-secret-1'",
    );
    let url = postgres::url(server.port, "app", "app-secret-1", "postgres");
    let (runtime, open) = hold(&url);
    let seen = ask(&url, "").unwrap();
    assert_eq!((text(&seen, "error").as_str(), is(&seen, "reachable"), is(&seen, "admitted")), ("busy", true, false));
    drop(open);
    runtime.shutdown_background();
}

/// Holds the only connection.
fn hold(url: &str) -> (tokio::runtime::Runtime, tokio_postgres::Client) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let client = runtime.block_on(async {
        let config: tokio_postgres::Config = url.parse().unwrap();
        let port = config.get_ports()[0];
        let stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let (client, connection) = config.connect_raw(stream, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    });
    (runtime, client)
}

#[test]
fn tls_is_used_where_it_is_offered_and_its_certificate_judged() {
    let identity = Identity::new("db.test", 2020, 2100);
    let server = postgres::start_with(postgres::Options { identity: Some(&identity), ..Default::default() });
    let at = |mode: &str| format!("postgres://postgres:{}@db.test:{}/postgres{mode}", postgres::PASSWORD, server.port);
    let resolve = |target: &mut Target| {
        target.route.resolve.insert("db.test".into(), "127.0.0.1".into());
    };
    let with = |mode: &str, ca: Option<&str>, params: &str| {
        let bench = Bench::new().file("ca.pem", &identity.authority_pem).target("db", &at(mode), |target| {
            resolve(target);
            target.ca_file = ca.map(str::to_owned);
        });
        bench.observe("postgres", &format!("target: db\n{params}")).unwrap()
    };
    let preferred = with("", None, "");
    assert!(is(&preferred, "tls") && !is(&preferred, "tls.trusted") && is(&preferred, "admitted"));
    assert!(preferred.evidence[0].note.as_deref().unwrap().contains("not trusted: "));
    let trusted = with("?sslmode=require", Some("ca.pem"), "");
    assert!(is(&trusted, "tls") && is(&trusted, "tls.trusted"));
    assert_eq!(text(&with("?sslmode=verify-full", None, ""), "error"), "tls-untrusted");
    assert!(is(&with("?sslmode=verify-full", Some("ca.pem"), ""), "tls.trusted"));
    assert!(!is(&with("?sslmode=disable", None, ""), "tls"));
}

#[test]
fn what_is_not_there_or_speaks_otherwise_is_no_postgres() {
    let nobody = ask(&format!("postgres://a:b@127.0.0.1:{}", closed_port()), "").unwrap();
    assert!(!is(&nobody, "reachable") && text(&nobody, "error") == "refused");
    for (answer, word) in [
        (&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], "protocol"),
        (&b""[..], "closed"),
        (&b"NR\x7f\xff\xff\xff"[..], "closed"),
        (&b"N\x00\x00\x00\x00"[..], "closed"),
    ] {
        let server = Server::on(move |mut stream, _| {
            let mut first = [0; 8];
            let _ = stream.read_exact(&mut first);
            let _ = stream.write_all(answer);
        });
        let seen = ask(&format!("postgres://a:b@{}", server.address), "").unwrap();
        let error = text(&seen, "error");
        assert!(
            !is(&seen, "reachable") && (error == word || error == "protocol" || error == "reset"),
            "{answer:?}: {error}"
        );
    }
    let silent = Server::on(|mut stream, _| {
        let _ = stream.read(&mut [0; 64]);
        std::thread::sleep(Duration::from_secs(20));
    });
    let url = format!("postgres://a:b@{}", silent.address);
    let bench = Bench::new().limit(Duration::from_millis(500)).target("db", &url, |_| ());
    assert_eq!(text(&bench.observe("postgres", "target: db\n").unwrap(), "error"), "timeout");
}

#[test]
fn an_endless_answer_ends_in_an_error() {
    let server = Server::on(|mut stream, _| {
        let _ = stream.read(&mut [0; 64]);
        let _ = stream.write_all(b"NR\x00\x00\x00\x08\x00\x00\x00\x00");
        while stream.write_all(b"S\x00\x00\x00\x0ea\x00xxxxxxx\x00").is_ok() {}
    });
    let seen = ask(&format!("postgres://a:b@{}", server.address), "").unwrap();
    assert!(!is(&seen, "reachable"), "{}", text(&seen, "error"));
}
