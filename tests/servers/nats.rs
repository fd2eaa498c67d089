//! NATS.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use super::{Running, folder, free_port, program};

/// Starts a server with these arguments on top; JetStream keeps its data in the server's folder.
pub(crate) fn start(arguments: &[&str]) -> Running {
    let (folder, port) = (folder(), free_port());
    let server = program("nats-server", &["/usr/sbin"], "nats-server");
    let (port_text, store) = (port.to_string(), folder.join("store"));
    let fixed = [server.to_str().unwrap(), "-a", "127.0.0.1", "-p", &port_text, "-sd", store.to_str().unwrap()];
    Running::start(&folder, port, "KILL", &[&fixed, arguments].concat(), greets)
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
