//! Logins, sequences of requests and what health bodies say.

use shipworthy::model::target::{Credential, Login};
use shipworthy::model::{Observation, Value};

use crate::probing::server::Server;
use crate::probing::{Bench, absent, number, text, value};

const TOKEN: &str = "t0k3n-of-the-session";

/// A shop: a login by JSON or form, an API for bearers, a page for cookies.
fn shop() -> Server {
    use std::io::{Read, Write};
    Server::new(|head, stream| {
        let lower = head.to_lowercase();
        let length = lower.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        let _ = stream.read_exact(&mut body);
        let body = String::from_utf8_lossy(&body).into_owned();
        let right = body == "{\"password\":\"hunter22\",\"user\":\"ada\"}" || body == "password=hunter22&user=ada";
        let (status, headers, body) = match head.split(' ').nth(1).unwrap_or("/") {
            "/login" if right => (
                200,
                format!("set-cookie: sid={TOKEN}; Path=/; HttpOnly\r\n"),
                format!("{{\"data\": {{\"access_token\": \"{TOKEN}\", \"id\": 7}}}}"),
            ),
            "/login" => (401, String::new(), String::new()),
            "/orders/7" if head.contains(&format!("Bearer {TOKEN}")) => {
                (200, String::new(), format!("{{\"ok\": true, \"echo\": \"{TOKEN}\"}}"))
            }
            "/page" if head.contains(&format!("sid={TOKEN}")) => (200, String::new(), "welcome".to_owned()),
            "/page" => (403, String::new(), String::new()),
            _ => (404, String::new(), String::new()),
        };
        let answer = format!(
            "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}",
            body.len()
        );
        let _ = stream.write_all(answer.as_bytes());
    })
}

fn login(password: &str, json: bool, token: Option<&str>) -> Credential {
    let fields = [("user".to_owned(), "ada".to_owned()), ("password".to_owned(), password.to_owned())].into();
    Credential::Login(Login { path: "/login".into(), page: None, fields, json, token: token.map(str::to_owned) })
}

fn bench(server: &Server, credential: Credential) -> Bench {
    Bench::new().target("shop", &server.url(), |target| {
        target.allow_active = true;
        target.credentials.insert("user".into(), Ok(credential));
    })
}

fn hidden(seen: &Observation) {
    let said = format!("{:?} {:?}", seen.facts, seen.evidence);
    assert!(!said.contains(TOKEN), "{said}");
}

#[test]
fn a_login_gives_a_token_or_cookies_for_the_request() {
    let server = shop();
    let token = bench(&server, login("hunter22", true, Some("data.access_token")));
    let seen = token.observe("http", "target: shop\npath: /orders/7\ncredentials: user\n").unwrap();
    assert_eq!((number(&seen, "status").as_str(), seen.requests), ("200", 2));
    hidden(&seen);
    let cookies = bench(&server, login("hunter22", false, None));
    let seen = cookies.observe("http", "target: shop\npath: /page\ncredentials: user\n").unwrap();
    assert_eq!(text(&seen, "body"), "welcome");
    hidden(&seen);
}

#[test]
fn cookies_that_a_login_sets_are_judged_like_those_of_a_page() {
    let server = shop();
    let cookies = bench(&server, login("hunter22", false, None));
    let seen = cookies.observe("cookies", "target: shop\npath: /page\ncredentials: user\n").unwrap();
    let sid = Value::List(vec![Value::Text("sid".to_owned())]);
    assert_eq!(value(&seen, "sessions"), sid);
    assert_eq!(value(&seen, "sessions_insecure"), sid);
    assert_eq!(value(&seen, "sessions_readable"), Value::List(Vec::new()));
    hidden(&seen);
    let stranger = cookies.observe("cookies", "target: shop\npath: /page\ncredentials: none\n").unwrap();
    assert_eq!(value(&stranger, "sessions"), Value::List(Vec::new()));
}

#[test]
fn a_login_that_fails_is_unknown_with_the_reason() {
    let server = shop();
    let wrong = bench(&server, login("wrong", true, None));
    let why = wrong.observe("http", "target: shop\npath: /page\ncredentials: user\n").unwrap_err();
    assert!(why.0.contains("`/login` answered 401"), "{}", why.0);
    let nowhere = bench(&server, login("hunter22", true, Some("no.such")));
    let why = nowhere.observe("http", "target: shop\npath: /page\ncredentials: user\n").unwrap_err();
    assert!(why.0.contains("`body.no.such`"), "{}", why.0);
}

const STEPS: &str = "target: shop\nsteps:\n  - path: /login\n    json: { password: hunter22, user: ada }\n    \
                     capture: { token: body.data.access_token, id: body.data.id }\n  - path: '/orders/{id}'\n    bearer: token\n";

#[test]
fn values_and_cookies_go_from_step_to_step_and_are_never_shown() {
    let server = shop();
    let bench = bench(&server, login("hunter22", true, None));
    let seen = bench.observe("http", STEPS).unwrap();
    assert_eq!(value(&seen, "completed"), Value::Bool(true));
    assert_eq!((number(&seen, "steps").as_str(), number(&seen, "status").as_str(), seen.requests), ("2", "200", 2));
    hidden(&seen);
    let page = "target: shop\nsteps:\n  - path: /login\n    form: { password: hunter22, user: ada }\n  - path: /page\n";
    assert_eq!(text(&bench.observe("http", page).unwrap(), "body"), "welcome");
}

#[test]
fn a_sequence_ends_where_a_step_does_not_give_what_the_next_one_needs() {
    let server = shop();
    let bench = bench(&server, login("hunter22", true, None));
    let seen = bench.observe("http", &STEPS.replace("hunter22", "wrong")).unwrap();
    assert_eq!(value(&seen, "completed"), Value::Bool(false));
    assert_eq!((number(&seen, "steps").as_str(), number(&seen, "status").as_str(), seen.requests), ("0", "401", 1));
    assert!(seen.evidence[0].note.as_ref().unwrap().contains("step 1: the answer (401) has nothing at `body."));
}

#[test]
fn mistakes_in_steps_are_found_before_anything_is_sent() {
    let problems = Bench::new().decode_problems(
        "http",
        "target: shop\npath: /x\nsteps:\n  - { path: a, bearer: token, capture: { t: status } }\n  - { path: /b, body: x, form: { a: b } }\n",
    );
    let all: Vec<String> = problems.iter().map(|problem| problem.message.clone()).collect();
    for part in
        ["`path` stands beside", "`a` does not start", "captures `token`", "`status` is no place", "one of `body`"]
    {
        assert!(all.iter().any(|message| message.contains(part)), "{part}: {all:?}");
    }
}

#[test]
fn a_health_body_that_contradicts_its_status_is_a_lie() {
    let body = "{\"status\": \"DOWN\"}";
    let lying = Server::saying(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()));
    let seen = Bench::new().observe("http", &format!("url: {}/health\n", lying.url())).unwrap();
    assert_eq!((text(&seen, "health").as_str(), value(&seen, "contradicts")), ("down", Value::Bool(true)));
    let plain = Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi");
    let seen = Bench::new().observe("http", &format!("url: {}/health\ncatch_all: true\n", plain.url())).unwrap();
    assert!(absent(&seen, "health"));
    assert_eq!((value(&seen, "contradicts"), value(&seen, "catch_all")), (Value::Bool(false), Value::Bool(true)));
    assert_eq!(seen.requests, 2);
    let honest = Server::new(|head, stream| {
        use std::io::Write;
        let status = if head.starts_with("GET /health ") { "200 OK" } else { "404 No" };
        let _ = stream.write_all(format!("HTTP/1.1 {status}\r\ncontent-length: 2\r\n\r\nhi").as_bytes());
    });
    let seen = Bench::new().observe("http", &format!("url: {}/health\ncatch_all: true\n", honest.url())).unwrap();
    assert_eq!(value(&seen, "catch_all"), Value::Bool(false));
}

#[test]
fn transfers_are_timed_in_both_directions() {
    use std::io::{Read, Write};
    let server = Server::new(|head, stream| {
        let length =
            head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        let _ = stream.read_exact(&mut body);
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", 200_000);
        let _ = stream.write_all(answer.as_bytes());
        std::thread::sleep(std::time::Duration::from_millis(100));
        let _ = stream.write_all(&vec![b'x'; 200_000]);
    });
    let bench = Bench::new().target("shop", &server.url(), |target| target.allow_active = true);
    let seen = bench.observe("http", "target: shop\nmethod: PUT\nupload: 3 MB\n").unwrap();
    let per_second = |fact: &str| match value(&seen, fact) {
        Value::Number(rate) => rate.to_f64(),
        other => panic!("{other:?}"),
    };
    assert!(per_second("download_rate") < 2_100_000.0, "200 kB in at least 0.1 s");
    assert!(per_second("upload_rate") > 100_000.0);
    let plain = bench.observe("http", "target: shop\n").unwrap();
    assert!(absent(&plain, "upload_rate"));
    let small = Server::saying(crate::OK);
    let seen = Bench::new().observe("http", &format!("url: {}\n", small.url())).unwrap();
    assert!(crate::probing::unobserved(&seen, "download_rate").contains("too little"));
}

#[test]
fn of_a_body_that_is_too_long_to_keep_the_rate_is_that_of_its_beginning() {
    use std::io::Write;
    let server = Server::new(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9000000\r\n\r\n");
        std::thread::sleep(std::time::Duration::from_millis(100));
        let _ = stream.write_all(&vec![b'x'; 9_000_000]);
    });
    let seen = Bench::new().observe("http", &format!("url: {}\n", server.url())).unwrap();
    let Value::Number(rate) = value(&seen, "download_rate") else { panic!("{seen:?}") };
    assert!(rate.to_f64() > 100_000.0 && rate.to_f64() < 21_000_000.0, "2 MiB in at least 0.1 s: {rate:?}");
    assert!(crate::probing::unobserved(&seen, "size").contains("2 MiB"));
}

/// A form as frameworks make it: the page sets a cookie and hides a token, and both must come back with the page's address.
fn guarded() -> Server {
    use std::io::{Read, Write};
    Server::new(|head, stream| {
        let head = head.to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        let _ = stream.read_exact(&mut body);
        let body = String::from_utf8_lossy(&body).into_owned();
        let form = "<form method=post><input type=hidden name=csrf_token value=t0k><input name=user></form>";
        let guarded =
            body.contains("csrf_token=t0k") && head.contains("cookie: csrf=c00k") && head.contains("referer: ");
        let right = guarded && body.contains("user=ada") && body.contains("password=hunter22");
        let (status, headers, said) = match (head.starts_with("post"), head.split(' ').nth(1).unwrap_or("/")) {
            (false, "/login") => (200, "set-cookie: csrf=c00k\r\n", form),
            (true, "/login") if right => (302, "set-cookie: sid=fresh\r\nlocation: /page\r\n", ""),
            (true, "/login") if guarded => (200, "set-cookie: csrf=other\r\n", form),
            (_, "/page") if head.contains("sid=fresh") => (200, "", "welcome"),
            _ => (403, "", ""),
        };
        let length = said.len();
        let answer =
            format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{said}");
        let _ = stream.write_all(answer.as_bytes());
    })
}

#[test]
fn a_form_that_asks_for_its_token_is_filled_in_from_its_page() {
    let server = guarded();
    let with = |password: &str, page: Option<&str>| {
        let Credential::Login(login) = login(password, false, None) else { unreachable!() };
        let login = Login { page: page.map(str::to_owned), ..login };
        bench(&server, Credential::Login(login)).observe("http", "target: shop\npath: /page\ncredentials: user\n")
    };
    let seen = with("hunter22", Some("/login")).unwrap();
    assert_eq!((text(&seen, "body").as_str(), seen.requests), ("welcome", 3));
    assert!(with("hunter22", None).unwrap_err().0.contains("answered 403"));
    let wrong = with("mistaken", Some("/login")).unwrap_err();
    assert!(wrong.0.contains("set no cookie"), "a token against forgery is no session: {}", wrong.0);
}
