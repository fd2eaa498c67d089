//! Probe `injection` on pages that show a parameter in each of the places where a browser may take it for more than text,
//! raw and escaped.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use shipworthy::model::Observation;
use shipworthy::world::net::Url;

use crate::probing::server::Server;
use crate::probing::{Bench, number, texts, unobserved};

const HTML: &str = "text/html; charset=utf-8";

fn answer(status: u16, kind: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// Parameters of a request.
fn query(head: &str) -> BTreeMap<String, String> {
    let path = head.split(' ').nth(1).unwrap_or("/");
    Url::parse(&format!("http://h{path}")).unwrap().query_pairs().into_owned().collect()
}

/// Answers every request with what it makes of parameter `q`.
fn showing(show: impl Fn(&str) -> String + Send + Sync + 'static) -> Server {
    Server::new(move |head, stream| {
        let shown = show(query(head).get("q").map_or("", String::as_str));
        let _ = stream.write_all(shown.as_bytes());
    })
}

fn observe(server: &Server, parameters: &str) -> Observation {
    let bench = Bench::new().limit(Duration::from_secs(120)).target("site", &server.url(), |target| {
        target.allow_active = true;
    });
    bench.observe("injection", &format!("target: site\n{parameters}")).unwrap()
}

fn entities(text: &str) -> String {
    let escapes = [('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;"), ('"', "&quot;"), ('\'', "&#39;")];
    escapes.iter().fold(text.to_owned(), |text, (letter, escape)| text.replace(*letter, escape))
}

fn only_angles(text: &str) -> String {
    text.replace('<', "&lt;").replace('>', "&gt;")
}

fn raw(text: &str) -> String {
    text.to_owned()
}

fn javascript(text: &str) -> String {
    let escapes = [('\\', "\\\\"), ('\'', "\\'"), ('"', "\\\""), ('`', "\\`"), ('<', "\\u003c"), ('\n', "\\n")];
    escapes.iter().fold(text.to_owned(), |text, (letter, escape)| text.replace(*letter, escape))
}

type Escape = fn(&str) -> String;

/// A page with the parameter in the place of `@`, the media type, how it is escaped, and whether that is a hole.
#[rustfmt::skip] // One place a line, as a table.
const PLACES: &[(&str, &str, Escape, bool)] = &[
    // the twelve places
    ("<p>@</p>", HTML, raw, true),
    ("<p>@</p>", HTML, entities, false),
    ("<input value=\"@\">", HTML, raw, true),
    ("<input value=\"@\">", HTML, entities, false),
    ("<script>var a = \"@\";</script>", HTML, only_angles, true),
    ("<textarea>@</textarea>", HTML, |text| text.replace("</textarea", ""), false),
    ("<title>@</title>", HTML, raw, true),
    ("<!-- @ -->", HTML, raw, true),
    ("<a href=\"@\">x</a>", HTML, entities, true),
    ("<input value=@>", HTML, |text| text.replace(['<', '>'], ""), true),
    ("{\"a\": \"@\"}", "application/json", |text| text.replace('"', "\\\""), false),
    ("@", "text/plain", raw, false),
    // the other side of each, and their neighbours
    ("<script>var a = \"@\";</script>", HTML, javascript, false),
    ("<script>var a = '@';</script>", HTML, only_angles, true),
    ("<script>var a = `@`;</script>", HTML, |text| only_angles(text).replace('`', "\\`"), true),
    ("<script>var a = \"@\";</script>", HTML, |text| only_angles(text).replace('"', "\\\"").replace('\'', "\\'"), true),
    ("<script>var a = \"@\";</script>", HTML, |text| javascript(text).replace("\\u003c", "<"), true),
    ("<script>var a = @;</script>", HTML, only_angles, true),
    ("<script>var a = @;</script>", HTML, |text| text.chars().filter(char::is_ascii_alphanumeric).collect(), false),
    ("<script type=\"application/json\">{\"a\": \"@\"}</script>", HTML, |text| only_angles(text).replace('"', "\\\""), false),
    ("<textarea>@</textarea>", HTML, raw, true),
    ("<title>@</title>", HTML, entities, false),
    ("<!-- @ -->", HTML, only_angles, false),
    ("<a href=\"/find?q=@\">x</a>", HTML, entities, false),
    ("<a href=\"@\">x</a>", HTML, |text| entities(&text.replace(':', "")), false),
    ("<img src=\"@\">", HTML, entities, false),
    ("<iframe src=\"@\"></iframe>", HTML, entities, true),
    ("<input value='@'>", HTML, |text| only_angles(text).replace('"', "&quot;"), true),
    ("<input value=@>", HTML, |text| entities(text).replace(' ', "%20"), false),
    ("<b onclick=\"f('@')\">x</b>", HTML, entities, true),
    ("<style>a { color: @ }</style>", HTML, raw, true),
    ("<noscript>@</noscript>", HTML, only_angles, false),
    ("<svg xmlns=\"http://www.w3.org/2000/svg\"><text>@</text></svg>", "image/svg+xml", raw, true),
];

#[test]
fn each_place_is_judged_as_a_browser_would_take_it() {
    let mut wrong = Vec::new();
    for (number_of, (page, kind, escape, hole)) in PLACES.iter().enumerate() {
        let (page, kind, escape) = (*page, *kind, *escape);
        let server = showing(move |value| answer(200, kind, &page.replace('@', &escape(value))));
        let seen = observe(&server, "path: \"/?q=pen\"\n");
        let found = texts(&seen, "planted") == ["q"];
        if found != *hole {
            wrong.push(format!("{}. {page} ({kind}): {:?}", number_of + 1, seen.evidence));
        }
        let asked = server.asked().len();
        assert!(asked <= 4 && seen.requests == asked as u64, "{page}: {asked} requests");
        assert!(!server.asked().iter().any(|head| head.contains("script%3ealert") || head.contains("javascript")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_statement_that_breaks_is_told_by_the_words_of_its_database() {
    let server = showing(|value| match value.contains('\'') {
        true => answer(500, "application/json", "{\"error\": \"near \\\"'\\\": syntax error\"}"),
        false => answer(200, "application/json", "[]"),
    });
    let seen = observe(&server, "path: \"/?q=pen\"\n");
    assert_eq!((texts(&seen, "database_errors"), texts(&seen, "broken")), (vec!["q".into()], vec!["q".to_owned()]));
    let strict = showing(|value| answer(if value.contains('\'') { 400 } else { 200 }, "application/json", "[]"));
    let seen = observe(&strict, "path: \"/?q=pen\"\n");
    assert!(texts(&seen, "database_errors").is_empty() && texts(&seen, "broken").is_empty());
}

#[test]
fn a_firewall_leaves_it_open_and_never_passes() {
    let server = showing(|value| match value.contains('<') {
        true => answer(403, HTML, "<h1>Forbidden</h1>"),
        false => answer(200, HTML, &format!("<p>{value}</p>")),
    });
    let seen = observe(&server, "path: \"/?q=pen\"\n");
    assert!(unobserved(&seen, "planted").contains("as a firewall does"));
    assert_eq!(texts(&seen, "unclear"), ["q"]);
    let limited = showing(|_| answer(429, HTML, ""));
    assert!(unobserved(&observe(&limited, "path: \"/?q=pen\"\n"), "planted").contains("429"));
}

#[test]
fn what_is_stored_is_looked_for_where_it_is_shown() {
    let stored = std::sync::Mutex::new(String::new());
    let server = Server::on(move |mut stream, asked| {
        let head = crate::probing::server::head(&mut stream);
        asked.lock().unwrap().push(head.clone());
        let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        let _ = std::io::Read::read_exact(&mut stream, &mut body);
        if head.starts_with("POST") {
            let json: serde_json::Value = serde_json::from_slice(&body).unwrap();
            *stored.lock().unwrap() =
                format!("<h1>{}</h1><p>{}", entities(json["name"].as_str().unwrap()), json["bio"].as_str().unwrap());
            let _ = stream.write_all(answer(201, "application/json", "{}").as_bytes());
        } else {
            let _ = stream.write_all(answer(200, HTML, &stored.lock().unwrap()).as_bytes());
        }
    });
    let seen = observe(&server, "path: /profiles\njson: { name: Ada, bio: writes }\nread: /profiles/1\n");
    assert_eq!(
        (texts(&seen, "planted"), texts(&seen, "reflected")),
        (vec!["bio".into()], vec!["name".into(), "bio".to_owned()])
    );
    assert_eq!(number(&seen, "tested"), "2");
}

#[test]
fn forms_of_a_page_and_parts_of_a_path_are_tested() {
    let server = Server::new(|head, stream| {
        let path = head.split(' ').nth(1).unwrap_or("/").to_owned();
        let text = match path.as_str() {
            "/" => "<form action=/find><input name=q value=pen><input name=sort></form>".to_owned(),
            _ => format!(
                "<p>{}</p><p>{}</p>",
                query(head).get("sort").cloned().unwrap_or_default(),
                path.contains("%3C")
            ),
        };
        let _ = stream.write_all(answer(200, HTML, &text).as_bytes());
    });
    let seen = observe(&server, "path: /\n");
    assert_eq!((texts(&seen, "planted"), number(&seen, "tested")), (vec!["sort".to_owned()], "2".to_owned()));
    let seen = observe(&server, "path: \"/items/{id}\"\n");
    assert!(texts(&seen, "planted").is_empty() && server.asked().iter().any(|head| head.contains("/items/swx")));
    let bare = showing(|_| answer(200, HTML, "<p>no form</p>"));
    let bench = Bench::new().target("site", &bare.url(), |target| target.allow_active = true);
    assert!(bench.observe("injection", "target: site\n").unwrap_err().0.contains("has no form that GETs"));
}

#[test]
fn marks_need_a_target_that_allows_them_and_known_parameters() {
    let server = showing(|_| answer(200, HTML, ""));
    let bench = Bench::new().target("site", &server.url(), |_| {});
    let refused = bench.observe("injection", "target: site\npath: \"/?q=x\"\n").unwrap_err();
    assert!(refused.0.contains("allow: [active]") && server.asked().is_empty(), "{}", refused.0);
    for (parameters, wrong) in [
        ("path: \"/?q=x\"\nform: { a: b }\nparameters: [c]\n", "there is no parameter `c`"),
        ("form: { a: b }\njson: { a: b }\n", "`form` and `json` both say what is posted"),
        ("path: \"/?a&b&c&d&e&f&g&h&i\"\n", "9 parameters; at most 8"),
        ("path: /\nread: x\n", "path `x` does not start with `/`"),
    ] {
        let problems = Bench::new().decode_problems("injection", &format!("target: site\n{parameters}"));
        assert!(problems.len() == 1 && problems[0].message.starts_with(wrong), "{parameters}: {problems:?}");
    }
}
