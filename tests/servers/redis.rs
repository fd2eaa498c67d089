//! Redis.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::{Running, folder, free_port, program};

/// Starts a server without persistence and with these arguments on top; then runs commands, a line each.
pub(crate) fn start(arguments: &[&str], commands: &[&str]) -> Running {
    let (folder, port) = (folder(), free_port());
    let server = program("redis-server", &[], "redis-server");
    let (text, folder_text) = (port.to_string(), folder.to_str().unwrap());
    let fixed =
        [server.to_str().unwrap(), "--port", &text, "--bind", "127.0.0.1", "--dir", folder_text, "--save", "''"];
    let running = Running::start(&folder, port, "KILL", &[&fixed, arguments].concat(), answers);
    for command in commands {
        let answer = say(port, command);
        assert!(!answer.starts_with('-'), "{command}: {answer}");
    }
    running
}

/// Whether it answers, even with a refusal.
fn answers(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok() && matches!(say(port, "PING").as_bytes(), [b'+' | b'-', ..])
}

/// One command as a line ("inline command"), and the beginning of its answer.
fn say(port: u16, command: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(format!("{command}\r\nQUIT\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer
}
