//! A name server that takes a question and never answers: in a network of its own, where `/etc/resolv.conf` names it.

use std::process::Command;
use std::time::{Duration, Instant};

/// Run by a shell in new mount and network namespaces; `$1` is a folder, `$2` the binary, the rest its arguments.
const SCRIPT: &str = r#"
set -e
folder=$1 binary=$2; shift 2
ip link set lo up
ip addr add 192.0.2.53/32 dev lo
printf 'nameserver 192.0.2.53\noptions timeout:30 attempts:1\n' >"$folder/resolv.conf"
mount --bind "$folder/resolv.conf" /etc/resolv.conf
python3 -c 'import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("192.0.2.53", 53)); print("ready", flush=True); time.sleep(60)' >"$folder/ready" &
silent=$!
trap 'kill $silent' EXIT
until [ -s "$folder/ready" ]; do sleep 0.05; done
date +%s%N >"$folder/began"
"$binary" "$@"
date +%s%N >"$folder/ended"
"#;

fn nanos(folder: &std::path::Path, file: &str) -> u64 {
    std::fs::read_to_string(folder.join(file)).unwrap().trim().parse().unwrap()
}

#[test]
fn a_name_server_that_takes_thirty_seconds_ends_at_the_limit() {
    for (probe, target) in [("http", "url=http://slow.test/"), ("redis", "target=redis://slow.test")] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "--net", "sh", "-c", SCRIPT, "sh"]);
        command.arg(folder.path()).arg(env!("CARGO_BIN_EXE_shipworthy"));
        command.args(["probe", probe, "--format", "json", "--with", target, "--with", "timeout=2 s"]);
        let begun = Instant::now();
        let output = command.output().unwrap();
        assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.contains("timeout"), "{said}{}", String::from_utf8_lossy(&output.stderr));
        let took = Duration::from_nanos(nanos(folder.path(), "ended") - nanos(folder.path(), "began"));
        // its limit, a second, and what starting the program takes on a busy machine
        assert!(took < Duration::from_secs(2 + 1 + 5), "{took:?}");
    }
}
