//! PostgreSQL, run as an unprivileged user because it refuses to run as root.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::{Running, folder, folder_until_the_end, free_port, hand_over, listens, program, run, unprivileged};
use crate::server::Identity;

/// The superuser's password.
pub(crate) const PASSWORD: &str = "correct-horse-battery";

/// How a server is to be.
#[derive(Clone, Copy, Default)]
pub(crate) struct Options<'a> {
    /// `max_connections=20`
    pub(crate) settings: &'a [&'a str],
    /// Run as the superuser once it stands.
    pub(crate) sql: &'a str,
    /// Whether it asks nobody for a password.
    pub(crate) open: bool,
    /// What it shows of itself when asked for TLS.
    pub(crate) identity: Option<&'a Identity>,
}

/// Starts a server with these settings; then runs SQL as the superuser.
pub(crate) fn start(settings: &[&str], sql: &str) -> Running {
    start_with(Options { settings, sql, ..Options::default() })
}

/// Starts a server.
pub(crate) fn start_with(options: Options<'_>) -> Running {
    let Options { settings, sql, open, identity } = options;
    let (folder, port) = (folder(), free_port());
    let data = folder.join("data");
    let template = template();
    run(Command::new("cp").arg("-a").args([template, &data]));
    if open {
        std::fs::write(data.join("pg_hba.conf"), "host all all 127.0.0.1/32 trust\n").unwrap();
    }
    if let Some(identity) = identity {
        std::fs::write(data.join("server.crt"), &identity.chain_pem).unwrap();
        std::fs::write(data.join("server.key"), &identity.key_pem).unwrap();
        run(Command::new("chmod").arg("600").arg(data.join("server.key")));
    }
    hand_over(&folder);
    let (port_text, data_text) = (port.to_string(), data.to_str().unwrap().to_owned());
    let server = bin("postgres");
    let mut command = unprivileged();
    command
        .extend([server.to_str().unwrap(), "-D", &data_text, "-p", &port_text, "-h", "127.0.0.1"].map(str::to_owned));
    command.extend(["-k", "", "-c", "fsync=off", "-c", "log_min_messages=warning"].map(str::to_owned));
    command.extend(settings.iter().flat_map(|setting| ["-c".to_owned(), (*setting).to_owned()]));
    if identity.is_some() {
        command.extend(["-c", "ssl=on"].map(str::to_owned));
    }
    let command: Vec<&str> = command.iter().map(String::as_str).collect();
    let running = Running::start(&folder, port, "INT", &command, accepts);
    if !sql.is_empty() {
        let mut psql = Command::new(bin("psql"));
        psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql]).arg(url(port, "postgres", PASSWORD, "postgres"));
        run(&mut psql);
    }
    running
}

/// The URL of a database.
pub(crate) fn url(port: u16, user: &str, password: &str, database: &str) -> String {
    format!("postgres://{user}:{password}@127.0.0.1:{port}/{database}")
}

fn accepts(port: u16) -> bool {
    let port_text = port.to_string();
    let ready = ["-q", "-h", "127.0.0.1", "-p", &port_text];
    listens(port) && Command::new(bin("pg_isready")).args(ready).status().unwrap().success()
}

/// A fresh cluster, made once; `scram-sha-256` for whoever connects.
fn template() -> &'static Path {
    static DATA: OnceLock<PathBuf> = OnceLock::new();
    DATA.get_or_init(|| {
        let folder = folder_until_the_end();
        std::fs::write(folder.join("password"), PASSWORD).unwrap();
        hand_over(&folder);
        let mut command = unprivileged();
        command.push(bin("initdb").to_str().unwrap().to_owned());
        let mut initdb = Command::new(&command[0]);
        initdb.args(&command[1..]).args(["--no-sync", "-A", "scram-sha-256", "-U", "postgres", "-E", "UTF8"]);
        initdb.args(["--locale=C", "-D"]).arg(folder.join("data")).arg("--pwfile").arg(folder.join("password"));
        run(&mut initdb);
        folder.join("data")
    })
}

/// A program of the newest version that is installed.
fn bin(name: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = versions.map(|entry| entry.path().join("bin")).collect();
    folders.sort();
    let folders: Vec<&str> = folders.iter().rev().filter_map(|folder| folder.to_str()).collect();
    program(name, &folders, "postgresql")
}
