//! A small HTTP service on loopback that answers as `responses.yaml` says: path → status, headers, body. `default`
//! answers every other path; without it that is 404. With `tls: true` all that is answered over https, and over http
//! only what stands under `http PATH` or `http default`. With `load: true` it may be put under load; with `openssl: …`
//! there is a TLS service instead, see `tls_service`. A path with `serves: N` is answered N times, then as
//! `beyond PATH` says; with `as TOKEN PATH` it answers whoever brings that bearer token; `echo: NAME` puts the query's
//! parameter of that name in the place of `{NAME}` in the body, `echo_as: html` escaped. A path that `takes` members of
//! some types answers as `bad PATH` says when the body is anything else, or does not come, and one that is `own_only` when a
//! page of another site asks. With `with COOKIE PATH` it answers whoever brings that line of `Cookie`. `{number}` in a header is
//! the number of the answer, another one each time; `{later}` in a body is a moment in ninety days.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use serde::Deserialize;

use crate::server::{Identity, answer_tls, hear_out};

#[path = "tls_service.rs"]
mod tls_service;

use tls_service::{Described, TlsService};

/// What stands in a target that may be put under load.
pub(crate) const ALLOWS_LOAD: &str = "x-load: true";

/// The name of the service with TLS.
pub(crate) const HOST: &str = "shop.test";

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Response {
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: String,
    /// Milliseconds before it answers.
    #[serde(default)]
    after_ms: u64,
    /// How many times it answers so.
    #[serde(default)]
    serves: Option<u64>,
    /// Whether it comes packed to those who take gzip.
    #[serde(default)]
    gzip: bool,
    /// Parameter of the query that is put into the body.
    #[serde(default)]
    echo: Option<String>,
    #[serde(default)]
    echo_as: EchoAs,
    /// Members of the JSON object it takes, each `string` or `number`.
    #[serde(default)]
    takes: BTreeMap<String, String>,
    /// Whether only the site's own pages get this answer.
    #[serde(default)]
    own_only: bool,
}

/// How a parameter is put into a body.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum EchoAs {
    #[default]
    Raw,
    Html,
}

#[derive(Debug, Deserialize)]
struct Responses {
    #[serde(default)]
    tls: bool,
    #[serde(default)]
    load: bool,
    #[serde(default)]
    openssl: Option<Described>,
    #[serde(flatten)]
    answers: BTreeMap<String, Response>,
    /// How many times a path was answered.
    #[serde(skip)]
    served: Mutex<BTreeMap<String, u64>>,
    /// How many answers were given.
    #[serde(skip)]
    number: AtomicU64,
}

/// The service; its threads end with the test.
pub(crate) struct Service {
    port: u16,
    tls: Option<Tls>,
    load: bool,
    openssl: Option<TlsService>,
}

/// How to reach it over TLS.
pub(crate) struct Tls {
    pub(crate) port: u16,
    /// PEM of the authority that signed its certificate.
    pub(crate) authority: String,
}

impl Service {
    /// Listens on a free port.
    pub(crate) fn start(responses: &Path) -> Service {
        let text = std::fs::read_to_string(responses).unwrap();
        let responses: Responses =
            serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", responses.display()));
        let responses = Arc::new(responses);
        let tls = responses.tls.then(|| {
            let identity = Identity::new(HOST, 2020, 2040);
            let (config, responses) = (Arc::new(identity.config()), responses.clone());
            let port = listen(move |stream| answer_tls(stream, &config, |head| responses.answer(head, b"", "")));
            Tls { port, authority: identity.authority_pem }
        });
        let prefix = if responses.tls { "http " } else { "" };
        let (load, openssl) = (responses.load, responses.openssl.as_ref().map(TlsService::start));
        Service { port: listen(move |stream| answer(stream, &responses, prefix)), tls, load, openssl }
    }

    /// The target that stands for it. What speaks TLS and next to no HTTP, one caller at a time, is asked by probe `tls`
    /// alone.
    pub(crate) fn name(&self) -> &'static str {
        if self.openssl.is_some() { "tls" } else { "api" }
    }

    /// The target that leads to it, as a spec has it; `folder` is for its authority.
    pub(crate) fn target(&self, folder: &Path) -> String {
        if let Some(service) = &self.openssl {
            return service.target(folder);
        }
        let load = if self.load { format!(", {ALLOWS_LOAD}") } else { String::new() };
        let Some(tls) = &self.tls else { return format!("url: \"http://127.0.0.1:{}\"{load}", self.port) };
        let authority = folder.join("authority.pem");
        std::fs::write(&authority, &tls.authority).unwrap();
        format!(
            "url: \"https://{HOST}\", resolve: {{ {HOST}: 127.0.0.1 }}, http_port: {}, https_port: {}, ca_file: \"{}\"",
            self.port,
            tls.port,
            authority.display()
        )
    }
}

/// Serves each connection on a thread of its own; returns the port.
fn listen(serve: impl Fn(TcpStream) + Clone + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = serve.clone();
            std::thread::spawn(move || serve(stream));
        }
    });
    port
}

fn answer(mut stream: TcpStream, responses: &Responses, prefix: &str) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    loop {
        let before = head.len();
        if reader.read_line(&mut head).unwrap_or(0) == 0 || head.len() - before <= 2 {
            break;
        }
    }
    if !head.is_empty() {
        let body = body(&mut reader, &head);
        let _ = stream.write_all(&responses.answer(&head, &body, prefix));
        hear_out(&mut stream);
    }
}

/// The body; empty when it does not come.
fn body(reader: &mut BufReader<TcpStream>, head: &str) -> Vec<u8> {
    let length = header(head, "content-length").and_then(|value| value.parse::<usize>().ok()).unwrap_or(0);
    let mut body = vec![0; length.min(1 << 20)];
    let _ = reader.get_ref().set_read_timeout(Some(std::time::Duration::from_millis(600)));
    if reader.read_exact(&mut body).is_ok() { body } else { Vec::new() }
}

fn is_taken(takes: &BTreeMap<String, String>, body: &[u8]) -> bool {
    let json = serde_json::from_slice::<serde_json::Value>(body).unwrap_or_default();
    takes.iter().all(|(name, kind)| match kind.as_str() {
        "string" => json[name].is_string(),
        _ => json[name].is_number(),
    })
}

impl Responses {
    /// The answer to a request with this head.
    fn answer(&self, head: &str, body: &[u8], prefix: &str) -> Vec<u8> {
        let mut words = head.split_ascii_whitespace();
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or("/"));
        let (bare, query) = path.split_once('?').unwrap_or((path, ""));
        let response = self.found(head, method, [path, bare], body, prefix);
        std::thread::sleep(std::time::Duration::from_millis(response.after_ms));
        let mut body = if method == "HEAD" { Vec::new() } else { dated(&echoed(&response, query)).into_bytes() };
        let mut status = response.status;
        let number = self.number.fetch_add(1, Ordering::Relaxed).to_string();
        let line = |(name, value): (&String, &String)| format!("{name}: {}\r\n", value.replace("{number}", &number));
        let mut lines: String = response.headers.iter().map(line).collect();
        if response.headers.get("etag").is_some_and(|tag| header(head, "if-none-match") == Some(tag)) {
            (status, body) = (304, Vec::new());
        } else if response.gzip && header(head, "accept-encoding").is_some_and(|takes| takes.contains("gzip")) {
            body = gzipped(&body);
            lines.push_str("content-encoding: gzip\r\n");
        }
        let length = body.len();
        let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n{lines}\r\n");
        [head.into_bytes(), body].concat()
    }

    fn found(&self, head: &str, method: &str, paths: [&str; 2], body: &[u8], prefix: &str) -> Response {
        let token = header(head, "authorization").and_then(|value| value.strip_prefix("Bearer "));
        let own = paths.map(|path| format!("as {} {path}", token.unwrap_or_default()));
        let known = paths.map(|path| format!("with {} {path}", header(head, "cookie").unwrap_or_default()));
        let plain = paths.map(|path| [format!("{prefix}{method} {path}"), format!("{prefix}{path}")]);
        let keys = own.into_iter().chain(known).chain(plain.into_iter().flatten()).chain([format!("{prefix}default")]);
        let found = keys.into_iter().find_map(|key| self.answers.get(&key).map(|response| (key, response)));
        let Some((key, response)) = found else { return Response { status: 404, ..Response::default() } };
        let foreign = response.own_only && header(head, "sec-fetch-site") == Some("cross-site");
        if foreign || !is_taken(&response.takes, body) {
            return self.answers[&format!("bad {key}")].clone();
        }
        let Some(most) = response.serves else { return response.clone() };
        let mut served = self.served.lock().unwrap();
        let count = served.entry(key.clone()).or_default();
        *count += 1;
        if *count <= most { response.clone() } else { self.answers[&format!("beyond {key}")].clone() }
    }
}

/// What is written of the future stays there.
fn dated(body: &str) -> String {
    let later = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(90 * 24);
    body.replace("{later}", &later.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

fn gzipped(body: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(body).unwrap();
    packer.finish().unwrap()
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let lines = head.lines().filter_map(|line| line.split_once(':'));
    lines.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

fn echoed(response: &Response, query: &str) -> String {
    let Some(name) = &response.echo else { return response.body.clone() };
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let value = pairs.into_iter().find(|(key, _)| key == name).map(|(_, value)| unescaped(value)).unwrap_or_default();
    let shown = match response.echo_as {
        EchoAs::Raw => value,
        EchoAs::Html => {
            let escapes = [('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;"), ('"', "&quot;"), ('\'', "&#39;")];
            escapes.iter().fold(value, |text, (letter, escape)| text.replace(*letter, escape))
        }
    };
    response.body.replace(&format!("{{{name}}}"), &shown)
}

fn unescaped(value: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = value.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match hex.filter(|_| *first == b'%').and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(if *first == b'+' { b' ' } else { *first });
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
