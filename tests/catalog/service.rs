//! A small HTTP service on loopback that answers as `responses.yaml` says: path → status, headers, body. `default`
//! answers every other path; without it that is 404. With `tls: true` all that is answered over https, and over http
//! only what stands under `http PATH` or `http default`. With `load: true` it may be put under load; with `openssl: …`
//! there is a TLS service instead, see `tls_service`.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;

use crate::server::{Identity, answer_tls};

#[path = "tls_service.rs"]
mod tls_service;

use tls_service::{Described, TlsService};

/// What stands in a target that may be put under load.
pub(crate) const ALLOWS_LOAD: &str = "x-load: true";

/// The name of the service with TLS.
pub(crate) const HOST: &str = "shop.test";

#[derive(Clone, Debug, Deserialize)]
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
}

#[derive(Clone, Debug, Deserialize)]
struct Responses {
    #[serde(default)]
    tls: bool,
    #[serde(default)]
    load: bool,
    #[serde(default)]
    openssl: Option<Described>,
    #[serde(flatten)]
    answers: BTreeMap<String, Response>,
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
            let port = listen(move |stream| answer_tls(stream, &config, |head| response(head, &responses.answers, "")));
            Tls { port, authority: identity.authority_pem }
        });
        let prefix = if responses.tls { "http " } else { "" };
        let (load, openssl) = (responses.load, responses.openssl.as_ref().map(TlsService::start));
        Service { port: listen(move |stream| answer(stream, &responses.answers, prefix)), tls, load, openssl }
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

fn answer(mut stream: TcpStream, answers: &BTreeMap<String, Response>, prefix: &str) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut first = String::new();
    if reader.read_line(&mut first).unwrap_or(0) == 0 {
        return;
    }
    let mut line = String::new();
    while reader.read_line(&mut line).unwrap_or(0) > 2 {
        line.clear();
    }
    let _ = stream.write_all(&response(&first, answers, prefix));
}

/// The answer to a request whose head begins like this.
fn response(first: &str, answers: &BTreeMap<String, Response>, prefix: &str) -> Vec<u8> {
    let mut words = first.split_ascii_whitespace();
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or("/"));
    let missing = Response { status: 404, headers: BTreeMap::new(), body: String::new(), after_ms: 0 };
    let response = [format!("{prefix}{method} {path}"), format!("{prefix}{path}"), format!("{prefix}default")]
        .iter()
        .find_map(|key| answers.get(key))
        .unwrap_or(&missing);
    std::thread::sleep(std::time::Duration::from_millis(response.after_ms));
    let mut head =
        format!("HTTP/1.1 {} X\r\ncontent-length: {}\r\nconnection: close\r\n", response.status, response.body.len());
    for (name, value) in &response.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let body = if method == "HEAD" { "" } else { &response.body };
    format!("{head}\r\n{body}").into_bytes()
}
