//! Alertmanager, with one receiver of two ways that lead nowhere.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::{Running, folder, free_port, program};

const CONFIG: &str = "route: { receiver: nobody, group_wait: 10m, routes: [{ matchers: ['team=\"shop\"'], receiver: team }] }\n\
    receivers:\n- name: nobody\n- name: team\n  webhook_configs: [{ url: 'http://127.0.0.1:1/' }]\n";

/// Starts a server.
pub(crate) fn start() -> Running {
    let (folder, port) = (folder(), free_port());
    let server = program("prometheus-alertmanager", &[], "prometheus-alertmanager");
    let file = folder.join("alertmanager.yml");
    std::fs::write(&file, CONFIG).unwrap();
    let options = [
        format!("--config.file={}", file.display()),
        format!("--storage.path={}", folder.join("data").display()),
        format!("--web.listen-address=127.0.0.1:{port}"),
        "--cluster.listen-address=".to_owned(),
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
