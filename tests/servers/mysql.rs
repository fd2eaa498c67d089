//! MariaDB, run as an unprivileged user because it refuses to run as root.

use std::io::Read;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use super::{Running, folder, folder_until_the_end, free_port, hand_over, program, run, unprivileged};
use crate::server::Identity;

/// The password of `admin`, who may do everything.
pub(crate) const PASSWORD: &str = "correct-horse-battery";

/// Starts a server with an empty database `shop` and with these arguments on top; then runs statements, a line each.
pub(crate) fn start(arguments: &[&str], sql: &str) -> Running {
    start_with(arguments, sql, None)
}

/// The same; with an identity it offers TLS.
pub(crate) fn start_with(arguments: &[&str], sql: &str, identity: Option<&Identity>) -> Running {
    let (folder, port) = (folder(), free_port());
    let data = folder.join("data");
    run(Command::new("cp").arg("-a").args([template(), &data]));
    let first = format!(
        "CREATE DATABASE shop;\nCREATE USER admin IDENTIFIED BY '{PASSWORD}';\nGRANT ALL ON *.* TO admin WITH GRANT OPTION;\n"
    );
    std::fs::write(folder.join("first.sql"), format!("{first}{sql}\n")).unwrap();
    let at = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let mut command = unprivileged();
    command.push(server().to_str().unwrap().to_owned());
    command.extend(["--no-defaults".to_owned(), format!("--datadir={}", at("data")), format!("--port={port}")]);
    command.extend([format!("--socket={}", at("socket")), format!("--init-file={}", at("first.sql"))]);
    let small = "--bind-address=127.0.0.1 --skip-name-resolve --innodb-buffer-pool-size=16M --innodb-log-file-size=4M";
    command.extend(small.split(' ').map(str::to_owned));
    command.extend(arguments.iter().map(|argument| (*argument).to_owned()));
    if let Some(identity) = identity {
        std::fs::write(at("server.crt"), &identity.chain_pem).unwrap();
        std::fs::write(at("server.key"), &identity.key_pem).unwrap();
        command.extend([format!("--ssl-cert={}", at("server.crt")), format!("--ssl-key={}", at("server.key"))]);
    }
    hand_over(&folder);
    let command: Vec<&str> = command.iter().map(String::as_str).collect();
    Running::start(&folder, port, "KILL", &command, greets)
}

/// The URL of a database.
pub(crate) fn url(port: u16, user: &str, password: &str, database: &str) -> String {
    format!("mysql://{user}:{password}@127.0.0.1:{port}/{database}")
}

/// Whether it says version 10 of its protocol, or that nobody else gets in.
fn greets(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let mut head = [0; 5];
    stream.read_exact(&mut head).is_ok() && matches!(head[4], 10 | 0xff)
}

/// A fresh data folder, made once.
fn template() -> &'static Path {
    static DATA: OnceLock<PathBuf> = OnceLock::new();
    DATA.get_or_init(|| {
        let folder = folder_until_the_end();
        hand_over(&folder);
        let mut command = unprivileged();
        command.push(program("mariadb-install-db", &[], "mariadb-server").to_str().unwrap().to_owned());
        let mut install = Command::new(&command[0]);
        install.args(&command[1..]).args(["--no-defaults", "--auth-root-authentication-method=normal"]);
        install.args(["--skip-test-db", "--skip-name-resolve", "--innodb-log-file-size=4M"]);
        install.arg(format!("--datadir={}", folder.join("data").display()));
        run(&mut install);
        folder.join("data")
    })
}

fn server() -> PathBuf {
    program("mariadbd", &["/usr/sbin", "/usr/libexec"], "mariadb-server")
}
