//! NATS.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use super::{Running, folder, free_port, program};
use crate::server::Identity;

/// Starts a server with these arguments on top; JetStream keeps its data in the server's folder.
pub(crate) fn start(arguments: &[&str]) -> Running {
    start_with(arguments, "", None)
}

/// The same with a configuration; with an identity it insists on TLS.
pub(crate) fn start_with(arguments: &[&str], config: &str, identity: Option<&Identity>) -> Running {
    let (folder, port) = (folder(), free_port());
    let server = program("nats-server", &["/usr/sbin"], "nats-server");
    let at = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (port_text, store, file) = (port.to_string(), at("store"), at("nats.conf"));
    let mut config = config.to_owned();
    if let Some(identity) = identity {
        std::fs::write(at("server.crt"), &identity.chain_pem).unwrap();
        std::fs::write(at("server.key"), &identity.key_pem).unwrap();
        config += &format!("\ntls {{ cert_file: '{}', key_file: '{}' }}\n", at("server.crt"), at("server.key"));
    }
    std::fs::write(&file, config).unwrap();
    let fixed = [server.to_str().unwrap(), "-c", &file, "-a", "127.0.0.1", "-p", &port_text, "-sd", &store];
    Running::start(&folder, port, "KILL", &[&fixed, arguments].concat(), greets)
}

/// Makes a stream of one subject and waits until it is there.
pub(crate) fn make_stream(port: u16, login: Option<(&str, &str)>, name: &str) {
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let user = login.map(|(user, password)| format!(r#","user":"{user}","pass":"{password}""#)).unwrap_or_default();
    let wanted = format!(r#"{{"name":"{name}","subjects":["{name}.>"],"storage":"file"}}"#);
    let lines = format!(
        "CONNECT {{\"verbose\":false{user}}}\r\nSUB _INBOX.made 1\r\nPUB $JS.API.STREAM.CREATE.{name} _INBOX.made {}\r\n{wanted}\r\n",
        wanted.len()
    );
    (&stream).write_all(lines.as_bytes()).unwrap();
    let mut line = String::new();
    while !line.starts_with("MSG ") {
        line.clear();
        assert!(reader.read_line(&mut line).unwrap() > 0, "the server closed the connection");
        assert!(!line.starts_with("-ERR"), "{line}");
    }
    line.clear();
    reader.read_line(&mut line).unwrap();
    assert!(!line.contains("\"error\""), "{line}");
}

fn greets(port: u16) -> bool {
    let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let mut line = String::new();
    let _ = BufReader::new(stream).read_line(&mut line);
    line.starts_with("INFO ")
}

/// Sends protocol lines as nobody in particular, and waits until the server has dealt with them.
pub(crate) fn say(port: u16, lines: &str) {
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    (&stream).write_all(format!("CONNECT {{\"verbose\":false}}\r\n{lines}PING\r\n").as_bytes()).unwrap();
    let mut line = String::new();
    while !line.starts_with("PONG") {
        line.clear();
        assert!(reader.read_line(&mut line).unwrap() > 0, "the server closed the connection");
        assert!(!line.starts_with("-ERR"), "{line}");
    }
}
