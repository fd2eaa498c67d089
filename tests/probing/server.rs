//! Servers on loopback that behave exactly as badly as a test needs.

#![allow(clippy::unwrap_used, dead_code, reason = "tests; each test binary uses a part")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// A server that answers every connection with the same behaviour, and remembers what it was asked.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// `answer` gets the request head and the connection.
    pub(crate) fn new(answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Server {
        Server::on(move |mut stream, asked| {
            let head = head(&mut stream);
            asked.lock().unwrap().push(head.clone());
            answer(&head, &mut stream);
        })
    }

    /// The same fixed bytes for every request.
    pub(crate) fn saying(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Server {
        Server::new(move |_, stream| {
            let _ = stream.write_all(bytes.as_ref());
        })
    }

    /// TLS with this identity, then a small answer.
    pub(crate) fn tls(identity: &Identity) -> Server {
        let config = Arc::new(identity.config());
        Server::on(move |stream, _| {
            let connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut tls = rustls::StreamOwned::new(connection, stream);
            let mut buffer = [0; 4096];
            if tls.read(&mut buffer).is_ok() {
                let _ = tls.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
                tls.conn.send_close_notify();
                let _ = tls.flush();
            }
        })
    }

    /// TLS with this identity, then these bytes, whatever is asked; the connection stays open for a while.
    pub(crate) fn tls_saying(identity: &Identity, bytes: Vec<u8>) -> Server {
        let config = Arc::new(identity.config());
        Server::on(move |stream, _| {
            let connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut tls = rustls::StreamOwned::new(connection, stream);
            if tls.read(&mut [0; 4096]).is_ok() && tls.write_all(&bytes).and_then(|()| tls.flush()).is_ok() {
                thread::sleep(std::time::Duration::from_millis(300));
            }
        })
    }

    pub(crate) fn on(serve: impl Fn(TcpStream, &Mutex<Vec<String>>) + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, serve) = (Arc::clone(&asked), Arc::new(serve));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, serve) = (Arc::clone(&log), Arc::clone(&serve));
                thread::spawn(move || serve(stream, &log));
            }
        });
        Server { address, asked }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Request heads so far, in lower case.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(|head| head.to_lowercase()).collect()
    }
}

/// Reads up to the blank line.
pub(crate) fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// Reads a request over TLS and sends these bytes.
pub(crate) fn answer_tls(stream: TcpStream, config: &Arc<ServerConfig>, answer: impl FnOnce(&str) -> Vec<u8>) {
    let connection = rustls::ServerConnection::new(Arc::clone(config)).unwrap();
    let mut tls = rustls::StreamOwned::new(connection, stream);
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && tls.read(&mut byte).unwrap_or(0) == 1 {
        head.push(byte[0]);
    }
    if !head.is_empty() {
        let _ = tls.write_all(&answer(&String::from_utf8_lossy(&head)));
        tls.conn.send_close_notify();
        let _ = tls.flush();
        hear_out(&mut tls.sock);
    }
}

/// Reads what still comes, within bounds: to close before that would reset the connection, and the answer might be lost.
pub(crate) fn hear_out(stream: &mut TcpStream) {
    const MOST: u64 = 32 << 20;
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let _ = stream.set_read_timeout(Some(std::time::Duration::from_secs(2)));
    let _ = std::io::copy(&mut stream.take(MOST), &mut std::io::sink());
}

/// A port on which nothing listens, and that nobody else gets while this lives.
pub(crate) struct SilentPort {
    _socket: tokio::net::TcpSocket,
    pub(crate) port: u16,
}

impl SilentPort {
    pub(crate) fn new() -> SilentPort {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let port = socket.local_addr().unwrap().port();
        SilentPort { _socket: socket, port }
    }
}

/// A port on which nothing listens.
pub(crate) fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Ends a connection with RST instead of FIN: data that was not read is thrown away.
pub(crate) fn reset(stream: &TcpStream) {
    let socket = tokio::net::TcpSocket::from_std_stream(stream.try_clone().unwrap());
    #[allow(deprecated, reason = "zero linger never blocks")]
    socket.set_linger(Some(std::time::Duration::ZERO)).unwrap();
}

/// A certificate of a private authority.
pub(crate) struct Identity {
    pub(crate) authority_pem: String,
    /// The certificate, for a server that reads files.
    pub(crate) chain_pem: String,
    chain: Vec<CertificateDer<'static>>,
    /// Its key, likewise.
    pub(crate) key_pem: String,
    key: PrivateKeyDer<'static>,
    pub(crate) alpn: Vec<Vec<u8>>,
}

impl Identity {
    /// For `name`, valid between two years.
    pub(crate) fn new(name: &str, from: i32, to: i32) -> Identity {
        Identity::of(&[name], from, to)
    }

    /// Signed by itself, as an authority: what `openssl req -x509` makes.
    pub(crate) fn self_signed(name: &str, from: i32, to: i32) -> Identity {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(to, 1, 1);
        let certificate = params.self_signed(&key).unwrap();
        Identity {
            authority_pem: certificate.pem(),
            chain_pem: certificate.pem(),
            chain: vec![certificate.der().clone()],
            key_pem: key.serialize_pem(),
            key: PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            alpn: Vec::new(),
        }
    }

    /// The same for several names.
    pub(crate) fn of(names: &[&str], from: i32, to: i32) -> Identity {
        let mut authority = CertificateParams::new(Vec::<String>::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let mut params =
            CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
        params.distinguished_name.push(DnType::CommonName, names.first().copied().unwrap_or_default());
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(to, 1, 1);
        let certificate = params.signed_by(&key, &issuer).unwrap();
        Identity {
            authority_pem: issuer.pem(),
            chain_pem: certificate.pem(),
            chain: vec![certificate.der().clone()],
            key_pem: key.serialize_pem(),
            key: PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            alpn: Vec::new(),
        }
    }

    /// The same with an authority in between, whose certificate is presented, too.
    pub(crate) fn below_an_intermediate(name: &str, from: i32, to: i32) -> Identity {
        let authority = |common_name: &str| {
            let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
            params.distinguished_name.push(DnType::CommonName, common_name);
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            params
        };
        let root = CertifiedIssuer::self_signed(authority("root"), KeyPair::generate().unwrap()).unwrap();
        let between = CertifiedIssuer::signed_by(authority("between"), KeyPair::generate().unwrap(), &root).unwrap();
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(to, 1, 1);
        let certificate = params.signed_by(&key, &between).unwrap();
        Identity {
            authority_pem: root.pem(),
            chain_pem: certificate.pem() + &between.pem(),
            chain: vec![certificate.der().clone(), between.der().clone()],
            key_pem: key.serialize_pem(),
            key: PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            alpn: Vec::new(),
        }
    }

    pub(crate) fn present_only_the_leaf(&mut self) {
        self.chain.truncate(1);
    }

    pub(crate) fn config(&self) -> ServerConfig {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(self.chain.clone(), self.key.clone_key())
            .unwrap();
        config.alpn_protocols.clone_from(&self.alpn);
        config
    }
}
