//! Prometheus, scraping itself once a second.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::{Running, folder, free_port, program};

/// Starts a server.
pub(crate) fn start() -> Running {
    let (folder, port) = (folder(), free_port());
    let server = program("prometheus", &[], "prometheus");
    let file = folder.join("prometheus.yml");
    let scrape =
        format!("scrape_configs: [{{ job_name: itself, static_configs: [{{ targets: ['127.0.0.1:{port}'] }}] }}]\n");
    std::fs::write(&file, format!("global: {{ scrape_interval: 1s, scrape_timeout: 1s }}\n{scrape}")).unwrap();
    let options = [
        format!("--config.file={}", file.display()),
        format!("--storage.tsdb.path={}", folder.join("data").display()),
        format!("--web.listen-address=127.0.0.1:{port}"),
    ];
    let mut command = vec![server.to_str().unwrap()];
    command.extend(options.iter().map(String::as_str));
    Running::start(&folder, port, "KILL", &command, is_ready)
}

fn is_ready(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let _ = stream.write_all(b"GET /-/ready HTTP/1.0\r\n\r\n");
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer.contains(" 200 ")
}
