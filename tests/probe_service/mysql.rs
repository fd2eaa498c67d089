//! Probe `mysql`, against MariaDB.

use std::io::{Read, Write};
use std::sync::LazyLock;
use std::time::Duration;

use shipworthy::model::{Exact, Observation, Target, Unknown, Value};

use crate::probing::server::{Identity, Server, closed_port};
use crate::probing::{Bench, absent, member, number, text, unobserved, value};
use crate::servers::{Running, mysql};

const SQL: &str = "CREATE TABLE shop.orders (id INT, placed TIMESTAMP NULL, day DATE) ENGINE=InnoDB;\n\
    INSERT INTO shop.orders SELECT seq, FROM_UNIXTIME(1795168800), '2026-11-20' FROM shop.seq_1_to_50;\n\
    CREATE TABLE shop.old (id INT) ENGINE=MyISAM;\n\
    CREATE USER app IDENTIFIED BY 'app-secret-1';\n\
    GRANT SELECT, EXECUTE ON shop.* TO app;\n\
    CREATE FUNCTION shop.wipe() RETURNS INT MODIFIES SQL DATA BEGIN DELETE FROM shop.orders; RETURN 1; END;\n";

static SERVER: LazyLock<Running> = LazyLock::new(|| mysql::start(&["--max-connections=20"], SQL));

fn ask(url: &str, params: &str) -> Result<Observation, Unknown> {
    Bench::new().target("db", url, |_| ()).observe("mysql", &format!("target: db\n{params}"))
}

fn admin() -> String {
    mysql::url(SERVER.port, "admin", mysql::PASSWORD, "shop")
}

fn app() -> String {
    mysql::url(SERVER.port, "app", "app-secret-1", "shop")
}

fn is(seen: &Observation, fact: &str) -> bool {
    value(seen, fact) == Value::Bool(true)
}

#[test]
fn a_server_tells_about_itself() {
    let seen = ask(&admin(), "").unwrap();
    assert!(is(&seen, "reachable") && is(&seen, "admitted") && absent(&seen, "error") && !is(&seen, "open"));
    assert!(!is(&seen, "tls") && absent(&seen, "tls.trusted"));
    assert_eq!(text(&seen, "product"), "MariaDB");
    assert!(text(&seen, "version").starts_with(|c: char| c.is_ascii_digit()) && !text(&seen, "version").contains('-'));
    assert_eq!(number(&seen, "connections.max"), "20");
    assert!(is(&seen, "user.superuser") && is(&seen, "user.files") && is(&seen, "user.creates_users"));
    assert_eq!((number(&seen, "tables").as_str(), number(&seen, "tables.unsafe").as_str()), ("2", "1"));
    assert_eq!(text(&seen, "replication.role"), "source");
    assert!(absent(&seen, "replication.lag") && absent(&seen, "replication.running"));
    assert_eq!(member(&seen, "setting.", "innodb_flush_log_at_trx_commit"), Some(Value::count(1)));
    assert_eq!(member(&seen, "setting.", "read_only"), Some(Value::Bool(false)));
    // what we set for our own session is not what others begin with
    assert_eq!(member(&seen, "setting.", "max_statement_time"), Some(Value::count(0)));
    for fact in ["connections.used", "connections.headroom", "uptime", "cache_hit", "size", "query.p95", "time.connect"]
    {
        assert!(matches!(value(&seen, fact), Value::Number(_)), "{fact}");
    }
}

#[test]
fn a_query_yields_its_value_and_its_time() {
    let query = "query: SELECT count(*) AS orders, max(placed) AS newest, max(day) AS day, 'x' AS note, 0.5 AS half FROM orders\nruns: 3\n";
    let seen = ask(&app(), query).unwrap();
    assert_eq!((number(&seen, "value").as_str(), number(&seen, "rows").as_str()), ("50", "1"));
    assert_eq!(member(&seen, "row.", "newest"), Some(Value::Date("2026-11-20T10:00:00Z".parse().unwrap())));
    assert_eq!(member(&seen, "row.", "day"), Some(Value::Date("2026-11-20T00:00:00Z".parse().unwrap())));
    assert_eq!(member(&seen, "row.", "note"), Some(Value::Text("x".into())));
    assert_eq!(member(&seen, "row.", "half"), Some(Value::Number(Exact::parse_decimal("0.5").unwrap())));
    assert_eq!(unobserved(&seen, "query.p95"), "3 runs are too few for a 95th percentile");
    let none = ask(&app(), "query: SELECT id FROM orders WHERE id < 0\n").unwrap();
    assert!(absent(&none, "value") && number(&none, "rows") == "0");
    let newest = ask(&app(), "query: SELECT max(placed) FROM orders\n").unwrap();
    assert!(matches!(value(&newest, "age"), Value::Number(_)) && absent(&none, "age"));
    assert_eq!(unobserved(&seen, "age"), "the query's value is no moment");
    let slow = ask(&app(), "query: SELECT SLEEP(0.05)\nruns: 3\n").unwrap();
    let Value::Number(p50) = value(&slow, "query.p50") else { panic!() };
    assert!(p50 >= Exact::parse_decimal("0.05").unwrap(), "{p50}");
}

#[test]
fn nothing_can_be_written() {
    let function = ask(&admin(), "query: SELECT wipe()\n").unwrap();
    assert!(unobserved(&function, "value").contains("denied: "), "{}", unobserved(&function, "value"));
    let two = ask(&admin(), "query: 'SELECT 1; DELETE FROM orders'\n").unwrap();
    assert!(unobserved(&two, "value").contains("rejected: "), "{}", unobserved(&two, "value"));
    assert_eq!(number(&ask(&admin(), "query: SELECT count(*) FROM orders\n").unwrap(), "value"), "50");
    let bench = Bench::new();
    for (query, wrong) in [
        ("DELETE FROM orders", "a query that begins with `DELETE` does not only read"),
        ("SELECT 1 INTO OUTFILE '/tmp/x'", "a query with `INTO` may write a file on the server"),
        ("SELECT 1 /*! into dumpfile '/tmp/x' */", "a query with `INTO` may write a file on the server"),
    ] {
        let problems = bench.decode_problems("mysql", &format!("target: db\nquery: \"{query}\"\n"));
        assert_eq!(problems[0].message, wrong);
    }
}

#[test]
fn a_query_that_is_wrong_or_too_slow_leaves_the_rest_known() {
    let wrong = ask(&app(), "query: SELECT nothing FROM nowhere\n").unwrap();
    let reason = unobserved(&wrong, "value");
    assert!(reason.contains("missing: ") || reason.contains("denied: "), "{reason}");
    assert!(is(&wrong, "admitted") && absent(&wrong, "error"));
    let bench = Bench::new().limit(Duration::from_secs(3)).target("db", &app(), |_| ());
    let slow = bench.observe("mysql", "target: db\nquery: SELECT count(*) FROM orders WHERE SLEEP(5) = 0\n").unwrap();
    assert_eq!(text(&slow, "error"), "timeout");
    assert!(is(&slow, "admitted") && unobserved(&slow, "value").contains("timeout"));
    assert!(matches!(value(&slow, "tables"), Value::Number(_)));
}

#[test]
fn what_an_account_may_not_see_is_not_observed() {
    let seen = ask(&app(), "").unwrap();
    assert!(unobserved(&seen, "replication.role").contains("denied"), "{}", unobserved(&seen, "replication.role"));
    assert!(!is(&seen, "user.superuser") && !is(&seen, "user.files") && number(&seen, "user.global_rights") == "0");
    assert_eq!(text(&seen, "user.name"), "app@%");
}

#[test]
fn who_is_kept_out_is_told_why() {
    let none = ask(&mysql::url(SERVER.port, "app", "", "shop"), "").unwrap();
    assert_eq!(text(&none, "error"), "auth-required");
    let wrong = ask(&mysql::url(SERVER.port, "app", "hunter22", "shop"), "").unwrap();
    assert_eq!(text(&wrong, "error"), "auth-failed");
    for seen in [&none, &wrong] {
        assert!(is(seen, "reachable") && !is(seen, "admitted") && !is(seen, "open"));
    }
    assert!(!format!("{wrong:?}").contains("hunter22"));
    let missing = ask(&mysql::url(SERVER.port, "admin", mysql::PASSWORD, "nowhere"), "").unwrap();
    assert_eq!(text(&missing, "error"), "missing");
    let denied = ask(&mysql::url(SERVER.port, "app", "app-secret-1", "mysql"), "").unwrap();
    assert_eq!(text(&denied, "error"), "denied");
    let no_tls = ask(&format!("{}?ssl-mode=REQUIRED", app()), "").unwrap();
    assert_eq!(text(&no_tls, "error"), "no-tls");
    assert!(ask(&format!("{}?ssl-mode=perhaps", app()), "").unwrap_err().0.contains("`ssl-mode=perhaps` is no mode"));
}

#[test]
fn a_server_that_asks_for_no_password_is_open() {
    let server = mysql::start(&["--skip-grant-tables"], "");
    let seen = ask(&format!("mysql://127.0.0.1:{}", server.port), "").unwrap();
    assert!(is(&seen, "open") && is(&seen, "admitted"));
    assert!(absent(&seen, "size") && number(&seen, "tables") == "0");
}

#[test]
fn tls_is_used_where_it_is_offered_and_its_certificate_judged() {
    let identity = Identity::new("db.test", 2020, 2100);
    let server = mysql::start_with(&[], "", Some(&identity));
    let at = |mode: &str| format!("mysql://admin:{}@db.test:{}/shop{mode}", mysql::PASSWORD, server.port);
    let with = |mode: &str, ca: Option<&str>| {
        let bench =
            Bench::new().file("ca.pem", &identity.authority_pem).target("db", &at(mode), |target: &mut Target| {
                target.route.resolve.insert("db.test".into(), "127.0.0.1".into());
                target.ca_file = ca.map(str::to_owned);
            });
        bench.observe("mysql", "target: db\n").unwrap()
    };
    let preferred = with("", None);
    assert!(is(&preferred, "tls") && !is(&preferred, "tls.trusted") && is(&preferred, "admitted"));
    assert!(preferred.evidence[0].note.as_deref().unwrap().contains("not trusted: "));
    assert!(is(&with("?ssl-mode=REQUIRED", Some("ca.pem")), "tls.trusted"));
    assert_eq!(text(&with("?ssl-mode=VERIFY_IDENTITY", None), "error"), "tls-untrusted");
    assert!(is(&with("?ssl-mode=VERIFY_IDENTITY", Some("ca.pem")), "tls.trusted"));
    assert!(!is(&with("?ssl-mode=DISABLED", None), "tls"));
}

#[test]
fn what_is_not_there_or_speaks_otherwise_is_no_mysql() {
    let nobody = ask(&format!("mysql://a:b@127.0.0.1:{}", closed_port()), "").unwrap();
    assert!(!is(&nobody, "reachable") && text(&nobody, "error") == "refused");
    let mut hostile = b"\x2c\x00\x00\x00\x0a5\x00".to_vec();
    hostile.extend([0x80; 41]);
    for (answer, word) in [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), "closed"),
        (Vec::new(), "closed"),
        (b"\xff\xff\xff\x00".to_vec(), "protocol"),
        (b"\x05\x00\x00\x00hello".to_vec(), "protocol"),
        (hostile, "protocol"),
    ] {
        let shown = answer.clone();
        let server = Server::on(move |mut stream, _| {
            let _ = stream.write_all(&answer);
        });
        let seen = ask(&format!("mysql://a:b@{}", server.address), "").unwrap();
        assert!(!is(&seen, "reachable"), "{shown:?}");
        let error = text(&seen, "error");
        assert!(error == word || error == "reset", "{shown:?}: {error}");
    }
    let silent = Server::on(|mut stream, _| {
        let _ = stream.read(&mut [0; 64]);
    });
    let url = format!("mysql://a:b@{}", silent.address);
    let bench = Bench::new().limit(Duration::from_millis(500)).target("db", &url, |_| ());
    assert_eq!(text(&bench.observe("mysql", "target: db\n").unwrap(), "error"), "timeout");
}

/// A server's greeting, with a login by `caching_sha2_password`.
fn greeting(capabilities: u32) -> Vec<u8> {
    let [a, b, c, d] = capabilities.to_le_bytes();
    let mut packet = b"\x0a8.4.0\x00\x01\x00\x00\x00aaaaaaaa\x00".to_vec();
    packet.extend([a, b, 45, 2, 0, c, d, 21]);
    packet.extend([0; 10]);
    packet.extend(b"bbbbbbbbbbbb\x00caching_sha2_password\x00");
    framed(0, &packet)
}

fn framed(number: u8, payload: &[u8]) -> Vec<u8> {
    let [a, b, c, _] = u32::try_from(payload.len()).unwrap().to_le_bytes();
    [&[a, b, c, number], payload].concat()
}

/// Protocol 4.1, secure connection, login by plugin.
const CAPABILITIES: u32 = 0x0000_0200 | 0x0000_8000 | 0x0008_0000;

#[test]
fn a_password_is_never_sent_in_the_open() {
    for (challenge, wrong) in [
        // "send all of it": only over TLS, or with a key that somebody trusts
        (vec![1, 4], "the login needs TLS, or `get-server-public-key=true` in the URL"),
        (b"\xfemysql_clear_password\x00".to_vec(), "not given without TLS"),
        (b"\xfemysql_old_password\x00abcdefgh\x00".to_vec(), "none that we know"),
    ] {
        let server = Server::on(move |mut stream, log| {
            let _ = stream.write_all(&greeting(CAPABILITIES));
            let mut bytes = [0; 512];
            let read = stream.read(&mut bytes).unwrap_or(0);
            // the first knock comes without a password: it is told that one is due
            let stranger = !bytes[..read].windows(32).any(|part| part.iter().filter(|byte| **byte > 127).count() > 4);
            let answer = if stranger { framed(2, b"\xff\x15\x04#28000no") } else { framed(2, &challenge) };
            let _ = stream.write_all(&answer);
            let read = stream.read(&mut bytes).unwrap_or(0);
            log.lock().unwrap().push(String::from_utf8_lossy(&bytes[..read]).into_owned());
        });
        let seen = ask(&format!("mysql://app:in-the-open@{}", server.address), "").unwrap();
        assert_eq!(text(&seen, "error"), "rejected");
        assert!(unobserved(&seen, "version").contains(wrong), "{}", unobserved(&seen, "version"));
        assert!(server.asked().iter().all(|sent| !sent.contains("in-the-open")));
    }
}

#[test]
fn a_server_that_asks_for_a_file_gets_none() {
    let server = Server::on(move |mut stream, _| {
        let _ = stream.write_all(&greeting(CAPABILITIES));
        let _ = stream.read(&mut [0; 512]);
        let _ = stream.write_all(&framed(2, &[0, 0, 0, 2, 0, 0, 0]));
        let _ = stream.read(&mut [0; 512]);
        let _ = stream.write_all(&framed(1, b"\xfb/etc/passwd"));
        let _ = stream.read(&mut [0; 512]);
    });
    let seen = ask(&format!("mysql://app@{}", server.address), "").unwrap();
    assert_eq!(text(&seen, "error"), "protocol");
    assert!(unobserved(&seen, "version").contains("asks for a file"), "{}", unobserved(&seen, "version"));
}

/// What the documentation of MySQL's protocol says a client proves itself with under `caching_sha2_password`:
/// `SHA256(password) XOR SHA256(SHA256(SHA256(password)) + nonce)`.
fn scramble(password: &str) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    let once = Sha256::digest(password);
    let seen = Sha256::new().chain_update(Sha256::digest(once)).chain_update(NONCE).finalize();
    once.iter().zip(seen).map(|(one, other)| one ^ other).collect()
}

/// The nonce of [`greeting`].
const NONCE: &[u8] = b"aaaaaaaabbbbbbbbbbbb";
const FINE: &[u8] = &[0, 0, 0, 2, 0, 0, 0];

/// One packet of a client.
fn packet(stream: &mut std::net::TcpStream) -> Option<(u8, Vec<u8>)> {
    let mut head = [0; 4];
    stream.read_exact(&mut head).ok()?;
    let mut payload = vec![0; usize::from(head[0]) | usize::from(head[1]) << 8 | usize::from(head[2]) << 16];
    stream.read_exact(&mut payload).ok()?;
    Some((head[3], payload))
}

/// A server that lets in by a script that follows the documentation of MySQL 8.4 (no server of MySQL is among Debian's
/// packages), and refuses every command.
fn caching_sha2(admit: impl Fn(&mut std::net::TcpStream, u8, &[u8]) -> Option<bool> + Send + Sync + 'static) -> Server {
    Server::on(move |mut stream, log| {
        let _ = stream.write_all(&greeting(CAPABILITIES));
        let Some((number, response)) = packet(&mut stream) else { return };
        let admitted = admit(&mut stream, number, &response) == Some(true);
        if !admitted {
            let _ = stream.write_all(&framed(number + 1, b"\xff\x15\x04#28000Access denied"));
            return;
        }
        log.lock().unwrap().push("admitted".to_owned());
        while let Some((number, _)) = packet(&mut stream) {
            let _ = stream.write_all(&framed(number + 1, b"\xff\xcb\x04#42000not now"));
        }
    })
}

#[test]
fn the_login_of_mysql_8_proves_the_password_without_sending_it() {
    let server = caching_sha2(|stream, number, response| {
        let proof = scramble("word-of-app");
        if !response.windows(proof.len()).any(|part| part == proof) {
            return Some(false);
        }
        // the server remembers the password: that was enough
        stream.write_all(&framed(number + 1, &[1, 3])).ok()?;
        stream.write_all(&framed(number + 2, FINE)).ok()?;
        Some(true)
    });
    let seen = ask(&format!("mysql://app:word-of-app@{}", server.address), "").unwrap();
    assert_eq!(server.asked(), ["admitted"], "{:?}", seen.facts.get("error"));
    let wrong = ask(&format!("mysql://app:another@{}", server.address), "").unwrap();
    assert_eq!(text(&wrong, "error"), "auth-failed");
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn the_login_of_mysql_8_encrypts_the_password_by_the_servers_key_where_the_url_allows_it() {
    let folder = tempfile::tempdir().unwrap();
    let [key, public, sealed] = ["key.pem", "public.pem", "sealed"].map(|name| folder.path().join(name));
    let openssl = |arguments: &[&str]| {
        let output = std::process::Command::new("openssl").args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    openssl(&["genrsa", "-out", key.to_str().unwrap(), "2048"]);
    openssl(&["rsa", "-in", key.to_str().unwrap(), "-pubout", "-out", public.to_str().unwrap()]);
    let pem = std::fs::read(&public).unwrap();
    let server = caching_sha2(move |stream, number, response| {
        if !response.windows(32).any(|part| part == scramble("word-of-app")) {
            return Some(false);
        }
        stream.write_all(&framed(number + 1, &[1, 4])).ok()?;
        let (number, asks_for_key) = packet(stream)?;
        if asks_for_key != [2] {
            return Some(false);
        }
        stream.write_all(&framed(number + 1, &[&[1], pem.as_slice()].concat())).ok()?;
        let (number, encrypted) = packet(stream)?;
        std::fs::write(&sealed, encrypted).unwrap();
        let [key, sealed] = [&key, &sealed].map(|path| path.to_str().unwrap());
        let oaep = ["-pkeyopt", "rsa_padding_mode:oaep"];
        let opened = openssl(&[&["pkeyutl", "-decrypt", "-inkey", key, "-in", sealed][..], &oaep].concat());
        let plain: Vec<u8> = opened.iter().zip(NONCE.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect();
        stream.write_all(&framed(number + 1, FINE)).ok()?;
        Some(plain == b"word-of-app\0")
    });
    let url = format!("mysql://app:word-of-app@{}/shop?get-server-public-key=true", server.address);
    let seen = ask(&url, "").unwrap();
    assert_eq!(server.asked(), ["admitted"], "{:?}", seen.facts.get("error"));
}
