//! Applications on frameworks of others, as those come: what the probes say of each is what a person reads out of its
//! answers. `fixtures/applications/install` puts them into `target/applications` first.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../probing/mod.rs"]
mod probing;
#[path = "../servers/mod.rs"]
mod servers;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use probing::{Bench, member, number, text, texts, unobserved, value};
use servers::{Running, folder, free_port, program};
use shipworthy::model::target::{Credential, Login};
use shipworthy::model::{Observation, Value};

use probing::server;

static FASTAPI: LazyLock<Running> = LazyLock::new(|| {
    let server = installed("python/bin/uvicorn");
    run(|port| {
        vec!["env".into(), format!("PYTHONPATH={}", sources().display()), server.clone(), "fastapi_shop:app".into()]
            .into_iter()
            .chain(["--host", "127.0.0.1", "--port"].map(str::to_owned))
            .chain([port.to_string()])
            .collect()
    })
});
static DATASETTE: LazyLock<Running> = LazyLock::new(|| {
    let server = installed("python/bin/datasette");
    run(|port| vec![server.clone(), "--memory".into(), "--cors".into(), "--port".into(), port.to_string()])
});
static EXPRESS: LazyLock<Running> = LazyLock::new(|| express("0"));
static HELMET: LazyLock<Running> = LazyLock::new(|| express("1"));

static DJANGO: LazyLock<Running> = LazyLock::new(|| {
    let python = installed("python/bin/python");
    let app = sources().join("django_shop.py").to_str().unwrap().to_owned();
    let data = format!("SHOP_FOLDER={}", folder().display());
    run(|port| vec!["env".into(), data.clone(), python.clone(), "-B".into(), app.clone(), port.to_string()])
});

static NGINX: LazyLock<Running> = LazyLock::new(nginx);

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/applications")
}

fn installed(path: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/applications").join(path);
    assert!(file.exists(), "{} is not there; run fixtures/applications/install", file.display());
    file.to_str().unwrap().to_owned()
}

fn express(helmet: &str) -> Running {
    let modules = installed("express/node_modules");
    let app = sources().join("express/app.js").to_str().unwrap().to_owned();
    run(|port| {
        let settings = [format!("NODE_PATH={modules}"), format!("PORT={port}"), format!("HELMET={helmet}")];
        let words = ["env".to_owned()].into_iter().chain(settings);
        words.chain(["NODE_ENV=production".to_owned(), "node".to_owned(), app.clone()]).collect()
    })
}

/// With a page as it comes, and one with what a careful administrator adds.
fn nginx() -> Running {
    let (folder, port) = (folder(), free_port());
    let at = |name: &str| folder.join(name).display().to_string();
    let temporary =
        ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(|name| format!("{name}_temp_path {}; ", at(name)));
    let careful = "server_tokens off; add_header Content-Security-Policy \"default-src 'none'; frame-ancestors 'none'\"; \
        add_header X-Content-Type-Options nosniff; add_header Referrer-Policy no-referrer; \
        default_type text/html; return 200 'careful';";
    let config = format!(
        "daemon off; pid {}; error_log {}; events {{ }} http {{ access_log off; {}\n\
         server {{ listen 127.0.0.1:{port}; location / {{ default_type text/html; return 200 'as it comes'; }}\n\
         location /careful {{ {careful} }} }} }}",
        at("pid"),
        at("error.log"),
        temporary.concat()
    );
    std::fs::write(folder.join("nginx.conf"), config).unwrap();
    let server = program("nginx", &["/usr/sbin"], "nginx");
    let command = [server.to_str().unwrap(), "-c", &at("nginx.conf"), "-e", &at("error.log")];
    Running::start(&folder, port, "TERM", &command, answers)
}

fn run(command: impl FnOnce(u16) -> Vec<String>) -> Running {
    let port = free_port();
    let command = command(port);
    let command: Vec<&str> = command.iter().map(String::as_str).collect();
    Running::start(&folder(), port, "KILL", &command, answers)
}

fn answers(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let _ = stream.write_all(b"GET /health HTTP/1.0\r\n\r\n");
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer.starts_with("HTTP/1.")
}

fn ask(app: &Running, probe: &str, params: &str) -> Observation {
    let url = format!("http://127.0.0.1:{}", app.port);
    let bench = Bench::new().target("app", &url, |target| target.allow_active = true);
    bench.observe(probe, &format!("target: app\n{params}")).unwrap()
}

fn is(seen: &Observation, fact: &str) -> bool {
    value(seen, fact) == Value::Bool(true)
}

fn graded(app: &Running, path: &str) -> (String, String) {
    let seen = ask(app, "security_headers", &format!("path: {path}\n"));
    (number(&seen, "score"), text(&seen, "grade"))
}

/// Out of the table of the MDN HTTP Observatory: no CSP -25, no redirect to https -20, no HSTS -20, no nosniff -5, no
/// frame options -20.
#[test]
fn frameworks_as_they_come_protect_no_browser() {
    for (app, path) in [(&FASTAPI, "/health"), (&EXPRESS, "/"), (&DATASETTE, "/")] {
        assert_eq!(graded(app, path), ("10".to_owned(), "F".to_owned()));
    }
}

/// What is left is that it is not reached over https: no redirect -20, no HSTS -20.
#[test]
fn helmet_leaves_only_the_missing_encryption() {
    assert_eq!(graded(&HELMET, "/"), ("60".to_owned(), "C+".to_owned()));
}

#[test]
fn the_software_behind_is_named_unless_helmet_hides_it() {
    let disclosed =
        |app: &Running, path: &str| texts(&ask(app, "security_headers", &format!("path: {path}\n")), "disclosure");
    assert_eq!(disclosed(&EXPRESS, "/"), ["x-powered-by: Express"]);
    assert!(disclosed(&HELMET, "/").is_empty());
    // `server: uvicorn` names no version
    assert!(disclosed(&FASTAPI, "/health").is_empty() && disclosed(&DATASETTE, "/").is_empty());
}

/// The careful page: CSP without unsafe sources +10 and frame ancestors +5 do not count below 90 points.
#[test]
fn nginx_names_its_version_until_somebody_cares() {
    let plain = ask(&NGINX, "security_headers", "");
    assert!(texts(&plain, "disclosure")[0].starts_with("server: nginx/"), "{:?}", texts(&plain, "disclosure"));
    assert_eq!((number(&plain, "score").as_str(), text(&plain, "grade").as_str()), ("10", "F"));
    let careful = ask(&NGINX, "security_headers", "path: /careful\n");
    assert!(texts(&careful, "disclosure").is_empty());
    assert_eq!((number(&careful, "score").as_str(), text(&careful, "grade").as_str()), ("60", "C+"));
}

#[test]
fn health_is_what_the_application_says() {
    for app in [&FASTAPI, &EXPRESS, &HELMET] {
        let seen = ask(app, "http", "path: /health\n");
        assert_eq!((number(&seen, "status").as_str(), text(&seen, "health").as_str()), ("200", "up"));
        assert_eq!(member(&seen, "body.", "status"), Some(Value::Text("ok".into())));
    }
    // Datasette knows no such page, and a database `health` neither
    assert_eq!(number(&ask(&DATASETTE, "http", "path: /health\n"), "status"), "404");
    let versions = ask(&DATASETTE, "http", "path: /-/versions.json\n");
    assert!(matches!(member(&versions, "body.", "datasette"), Some(Value::Map(_))));
}

#[test]
fn a_session_cookie_as_express_sets_it_is_not_protected() {
    for (app, path) in [(&EXPRESS, "/login"), (&HELMET, "/login")] {
        let seen = ask(app, "cookies", &format!("path: {path}\n"));
        assert_eq!(number(&seen, "count"), "1", "{:?}", seen.facts);
        assert_eq!(
            (texts(&seen, "sessions"), texts(&seen, "insecure")),
            (vec!["session".into()], vec!["session".into()])
        );
    }
    let seen = ask(&FASTAPI, "cookies", "path: /login\n");
    assert_eq!((texts(&seen, "sessions"), texts(&seen, "insecure")), (vec!["session".into()], vec!["session".into()]));
}

#[test]
fn only_the_one_that_was_told_to_shares_its_answers_with_other_sites() {
    for app in [&FASTAPI, &EXPRESS, &HELMET] {
        let seen = ask(app, "cors", "path: /health\n");
        assert!(!is(&seen, "wildcard") && !is(&seen, "foreign"), "{:?}", seen.facts);
    }
    let seen = ask(&DATASETTE, "cors", "path: /-/versions.json\n");
    assert!(is(&seen, "wildcard") && !is(&seen, "foreign"), "{:?}", seen.facts);
}

/// FastAPI tells every error as `{"detail": …}`, with `Allow` (Starlette's `HTTPException`); Express has a page of HTML, and 404
/// for a method that a path has not.
#[test]
fn errors_come_as_json_from_fastapi_and_as_pages_from_express() {
    let fastapi = ask(&FASTAPI, "error_format", "path: /health\n");
    assert_eq!(texts(&fastapi, "seen"), ["404", "405"]);
    assert!(is(&fastapi, "json") && !is(&fastapi, "problem") && is(&fastapi, "complete"), "{:?}", fastapi.facts);
    assert_eq!(number(&fastapi, "forms"), "1");
    assert!(texts(&fastapi, "wrong_status").is_empty() && texts(&fastapi, "without_header").is_empty());
    assert_eq!(texts(&fastapi, "without_id"), ["404", "405"]);
    let express = ask(&EXPRESS, "error_format", "path: /health\n");
    assert!(!is(&express, "json"), "{:?}", express.facts);
    assert_eq!(texts(&express, "wrong_status"), ["405: 404"]);
    assert!(is(&express, "complete") && texts(&express, "owed").is_empty(), "{:?}", express.facts);
    let nowhere = ask(&FASTAPI, "error_format", "path: /nowhere\nsecured: /health\n");
    let why = unobserved(&nowhere, "complete");
    assert!(why.contains("name a `path` that is there") && why.contains("401: GET /health gives 200"), "{why}");
}

#[test]
fn an_error_of_express_in_production_shows_no_stack() {
    let seen = ask(&EXPRESS, "http", "path: /fail\n");
    assert_eq!(number(&seen, "status"), "500");
    assert!(!text(&seen, "body").contains("app.js"), "{}", text(&seen, "body"));
}

#[test]
fn an_api_description_is_public_where_the_framework_makes_one() {
    let exposed = |app: &Running| texts(&ask(app, "exposed_paths", ""), "internals");
    assert!(exposed(&FASTAPI).iter().any(|path| path == "/openapi.json"), "{:?}", exposed(&FASTAPI));
    assert!(exposed(&EXPRESS).is_empty());
    assert!(texts(&ask(&DATASETTE, "exposed_paths", ""), "secrets").is_empty());
}

/// As a user of the Django application, who logs in as its form asks.
fn as_ada(probe: &str, params: &str) -> Observation {
    let fields =
        [("username", "ada"), ("password", "hunter22")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let login =
        Login { path: "/login".into(), page: Some("/login".into()), fields: fields.into(), json: false, token: None };
    let bench = Bench::new().target("app", &format!("http://127.0.0.1:{}", DJANGO.port), |target| {
        target.allow_active = true;
        target.credentials.insert("ada".into(), Ok(Credential::Login(login)));
    });
    bench.observe(probe, &format!("target: app\ncredentials: ada\n{params}")).unwrap()
}

/// `CsrfViewMiddleware` asks for its token, and `SESSION_COOKIE_SAMESITE` is `Lax` unless somebody changes it.
#[test]
fn django_refuses_what_other_sites_forge_unless_a_view_is_exempt() {
    let guarded = as_ada("csrf", "path: /name\npage: /account\nform: { name: Ada }\n");
    assert!(is(&guarded, "by_cookie") && is(&guarded, "refused") && is(&guarded, "token") && is(&guarded, "same_site"));
    let exempt = as_ada("csrf", "path: /unguarded\npage: /account\nform: { name: Ada }\n");
    assert_eq!(value(&exempt, "refused"), Value::Bool(false));
}

/// `SESSION_COOKIE_AGE` is two weeks, `login()` cycles the key, `logout()` flushes the session.
#[test]
fn djangos_logout_ends_the_session_at_the_server() {
    let seen = as_ada("session", "path: /account\nlogout: /logout\n");
    assert!(is(&seen, "ended") && !is(&seen, "fixed"));
    assert_eq!((text(&seen, "kind").as_str(), number(&seen, "lifetime").as_str()), ("cookie", "1209600"));
}

/// Django's session comes with its login: `HttpOnly` and `SameSite=Lax` by default, `Secure` only with `SESSION_COOKIE_SECURE`.
#[test]
fn the_cookie_of_djangos_login_is_seen_from_any_page() {
    let seen = as_ada("cookies", "path: /account\n");
    assert_eq!(texts(&seen, "sessions"), ["sessionid"]);
    assert_eq!(texts(&seen, "sessions_insecure"), ["sessionid"]);
    assert!(texts(&seen, "sessions_readable").is_empty() && texts(&seen, "sessions_without_same_site").is_empty());
    assert!(texts(&seen, "sessions_over_30_days").is_empty());
}

/// Django limits no passwords by itself; without the token of its form none was tried.
#[test]
fn django_limits_no_passwords_and_its_token_is_no_limit() {
    let form = "path: /login\nform: { username: ada, password: never-sent }\nattempts: 4\n";
    let tried = ask(&DJANGO, "brute_force", &format!("{form}page: /login\n"));
    assert!(!is(&tried, "throttled") && !is(&tried, "enumerates"));
    let refused = ask(&DJANGO, "brute_force", form);
    assert!(unobserved(&refused, "throttled").contains("name its `page`"), "{}", unobserved(&refused, "throttled"));
}
