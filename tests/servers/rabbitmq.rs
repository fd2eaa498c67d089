//! RabbitMQ, run as an unprivileged user with an `epmd` of its own.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;

use super::{Running, folder, free_port, hand_over, program, unprivileged};

/// Ends both programs when told to; the server is a group of processes, whose script would wait for minutes.
const BOTH: &str = r#"
epmd=$1 server=$2
"$epmd" -address 127.0.0.1 -port "$ERL_EPMD_PORT" & first=$!
setsid "$server" & second=$!
trap 'kill -s KILL -- -"$second" "$first"; exit' TERM
wait "$second"
kill "$first"
"#;

/// It needs three ports, the last of them seconds after it was asked for.
const TRIES: usize = 3;

/// Starts a server. Without definitions it is as it comes: `guest` may do everything from this machine.
pub(crate) fn start(definitions: Option<&str>) -> Running {
    let mut last = String::new();
    let started = (0..TRIES).find_map(|_| try_start(definitions).map_err(|trouble| last = trouble).ok());
    started.unwrap_or_else(|| panic!("{TRIES} tries: {last}"))
}

fn try_start(definitions: Option<&str>) -> Result<Running, String> {
    let (folder, port) = (folder(), free_port());
    let at = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let mut config = "log.console.level = warning\n".to_owned();
    if let Some(definitions) = definitions {
        std::fs::write(at("definitions.json"), definitions).unwrap();
        config += &format!("load_definitions = {}\n", at("definitions.json"));
    }
    std::fs::write(at("rabbitmq.conf"), config).unwrap();
    std::fs::write(at("plugins"), "[].").unwrap();
    hand_over(&folder);
    let mut command = unprivileged();
    command.push("env".to_owned());
    let (between, epmd) = (free_port(), free_port());
    command.extend([
        format!("HOME={}", folder.display()),
        format!("RABBITMQ_NODENAME=shipworthy-{port}@localhost"),
        format!("RABBITMQ_NODE_PORT={port}"),
        "RABBITMQ_NODE_IP_ADDRESS=127.0.0.1".to_owned(),
        format!("RABBITMQ_DIST_PORT={between}"),
        format!("RABBITMQ_MNESIA_BASE={}", at("mnesia")),
        format!("RABBITMQ_LOG_BASE={}", at("logs")),
        "RABBITMQ_LOGS=-".to_owned(),
        format!("RABBITMQ_ENABLED_PLUGINS_FILE={}", at("plugins")),
        format!("RABBITMQ_CONFIG_FILE={}", at("rabbitmq")),
        "RABBITMQ_CONF_ENV_FILE=/dev/null".to_owned(),
        format!("ERL_EPMD_PORT={epmd}"),
        "ERL_EPMD_ADDRESS=127.0.0.1".to_owned(),
    ]);
    let epmd = program("epmd", &[], "rabbitmq-server");
    command.extend(["sh", "-c", BOTH, "both", epmd.to_str().unwrap(), server().to_str().unwrap()].map(str::to_owned));
    let command: Vec<&str> = command.iter().map(String::as_str).collect();
    Running::try_start(&folder, port, "TERM", &command, greets)
}

/// Whether it begins a conversation.
fn greets(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let mut kind = [0];
    stream.write_all(b"AMQP\x00\x00\x09\x01").is_ok() && stream.read_exact(&mut kind).is_ok() && kind[0] == 1
}

/// Debian's own script wants to be root or `rabbitmq`; the one behind it does not.
fn server() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/rabbitmq/lib").into_iter().flatten().flatten();
    let folders: Vec<PathBuf> = versions.map(|entry| entry.path().join("sbin")).collect();
    let script = folders.iter().map(|folder| folder.join("rabbitmq-server")).find(|script| script.is_file());
    script.unwrap_or_else(|| panic!("RabbitMQ is not installed; on Debian it is in the package `rabbitmq-server`"))
}

/// The password hash of an account is the server's business: definitions may hold it in clear.
pub(crate) fn definitions(queue: &str) -> String {
    format!(
        r#"{{"users": [{{"name": "app", "password": "app-secret-1", "tags": ""}},
                       {{"name": "blind", "password": "blind-secret-1", "tags": ""}}],
            "vhosts": [{{"name": "/"}}, {{"name": "shop"}}],
            "permissions": [
              {{"user": "app", "vhost": "shop", "configure": ".*", "write": ".*", "read": ".*"}},
              {{"user": "app", "vhost": "/", "configure": "", "write": "", "read": ""}}],
            "queues": [{{"name": "{queue}", "vhost": "shop", "durable": true, "auto_delete": false, "arguments": {{}}}}]}}"#
    )
}
