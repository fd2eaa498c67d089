//! A small HTTP service on loopback that answers as `responses.yaml` says: path → status, headers, body. `default`
//! answers every other path; without it that is 404.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;

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

/// The service; its thread ends with the test.
pub(crate) struct Service {
    port: u16,
}

impl Service {
    /// Listens on a free port.
    pub(crate) fn start(responses: &Path) -> Service {
        let text = std::fs::read_to_string(responses).unwrap();
        let responses: BTreeMap<String, Response> =
            serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", responses.display()));
        let responses = Arc::new(responses);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let responses = responses.clone();
                std::thread::spawn(move || answer(stream, &responses));
            }
        });
        Service { port }
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

fn answer(mut stream: TcpStream, responses: &BTreeMap<String, Response>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut first = String::new();
    if reader.read_line(&mut first).unwrap_or(0) == 0 {
        return;
    }
    let mut line = String::new();
    while reader.read_line(&mut line).unwrap_or(0) > 2 {
        line.clear();
    }
    let mut words = first.split_ascii_whitespace();
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or("/"));
    let missing = Response { status: 404, headers: BTreeMap::new(), body: String::new(), after_ms: 0 };
    let response = responses
        .get(&format!("{method} {path}"))
        .or_else(|| responses.get(path))
        .or_else(|| responses.get("default"))
        .unwrap_or(&missing);
    std::thread::sleep(std::time::Duration::from_millis(response.after_ms));
    let mut head =
        format!("HTTP/1.1 {} X\r\ncontent-length: {}\r\nconnection: close\r\n", response.status, response.body.len());
    for (name, value) in &response.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let body = if method == "HEAD" { "" } else { &response.body };
    let _ = stream.write_all(format!("{head}\r\n{body}").as_bytes());
}
