//! `openssl s_server` on loopback: a TLS service that still knows what is long forbidden.

#![allow(clippy::unwrap_used, dead_code, reason = "tests; each test binary uses a part")]

use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

#[allow(clippy::duplicate_mod, reason = "a test binary may use real servers too")]
#[path = "../servers/ports.rs"]
mod ports;

/// The server; it ends with this.
pub(crate) struct OpenSsl {
    child: Child,
    pub(crate) port: u16,
}

impl OpenSsl {
    /// Serves the certificates in `cert` with the key in `key` (PEM files); `options` say what else.
    pub(crate) fn start(cert: &Path, key: &Path, options: &[&str]) -> OpenSsl {
        let port = ports::free_port();
        let mut command = Command::new("openssl");
        command.args(["s_server", "-www", "-quiet", "-accept", &format!("127.0.0.1:{port}"), "-cert"]).arg(cert);
        command.arg("-key").arg(key).args(options);
        // what a distribution forbids by its own configuration must not matter here
        command.env("OPENSSL_CONF", "/dev/null").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().expect("`openssl` is needed by this test: install the package `openssl`");
        let server = OpenSsl { child, port };
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return server;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("openssl s_server did not start");
    }
}

impl Drop for OpenSsl {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
