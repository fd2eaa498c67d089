//! A live system the user named, and what we may do to it.

use std::collections::BTreeMap;

use base64::Engine;

/// How to present oneself to a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// `Authorization: Bearer …`
    Bearer(String),
    /// `Authorization: Basic …`
    Basic {
        /// User name.
        user: String,
        /// Password.
        password: String,
    },
    /// Any other header.
    Header {
        /// Field name.
        name: String,
        /// Field value.
        value: String,
    },
    /// `Cookie: …`
    Cookie(String),
    /// A TLS client certificate (PEM files).
    ClientCert {
        /// Certificate chain.
        cert: String,
        /// Private key.
        key: String,
    },
    /// A session: what a login with these words gives.
    Login(Login),
}

/// How to log in, and where the answer has the proof of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// Path below the target's URL, asked by POST.
    pub path: String,
    /// Page that the form stands on, asked for first: its cookies, hidden fields and token go along.
    pub page: Option<String>,
    /// Fields of the form, or members of the JSON object.
    pub fields: BTreeMap<String, String>,
    /// Whether the fields are sent as JSON instead of a form.
    pub json: bool,
    /// Path of the token in the JSON of the answer (`access_token`, `data.token`); without it the cookies count.
    pub token: Option<String>,
}

impl Credential {
    /// The request header that carries it; none for a certificate, and none before a login.
    pub fn header(&self) -> Option<(String, String)> {
        let authorization = |value: String| Some(("authorization".to_owned(), value));
        match self {
            Credential::Bearer(token) => authorization(format!("Bearer {token}")),
            Credential::Basic { user, password } => {
                let pair = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
                authorization(format!("Basic {pair}"))
            }
            Credential::Header { name, value } => Some((name.to_lowercase(), value.clone())),
            Credential::Cookie(cookie) => Some(("cookie".to_owned(), cookie.clone())),
            Credential::ClientCert { .. } | Credential::Login(_) => None,
        }
    }
}

/// How hosts are reached when not as their names say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    /// `host → address` (or `address:port`), instead of DNS; host `*` is every other one.
    pub resolve: BTreeMap<String, String>,
    /// Where URLs with `http` and no port lead, instead of 80.
    pub http_port: Option<u16>,
    /// Where URLs with `https` and no port lead, instead of 443.
    pub https_port: Option<u16>,
    /// `http://host:port` of a proxy that everything goes through; user and password in it are presented to it.
    pub proxy: Option<String>,
    /// Only addresses of this family.
    pub family: Option<Family>,
}

/// A family of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// IPv4.
    Four,
    /// IPv6.
    Six,
}

impl Family {
    /// Whether an address belongs to it.
    pub fn has(self, address: std::net::IpAddr) -> bool {
        address.is_ipv4() == (self == Family::Four)
    }
}

impl Route {
    /// The address that was written for a host.
    pub fn address(&self, host: &str) -> Option<&str> {
        self.resolve.get(host).or_else(|| self.resolve.get("*")).map(String::as_str)
    }

    /// The port for a scheme's usual one.
    pub fn port(&self, scheme: &str) -> Option<u16> {
        match scheme {
            "http" => self.http_port,
            "https" => self.https_port,
            _ => None,
        }
    }
}

/// A target after variables, environments and origins were resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The name in the spec.
    pub name: String,
    /// Its URL, or why there is none ("API_URL is not set").
    pub url: Result<String, String>,
    /// Request headers sent with every request.
    pub headers: BTreeMap<String, String>,
    /// Credentials by name.
    pub credentials: BTreeMap<String, Result<Credential, String>>,
    /// Whether malformed input, bursts and unlinked paths are allowed.
    pub allow_active: bool,
    /// Whether load is allowed.
    pub allow_load: bool,
    /// Whether the environment forbids both.
    pub protected: bool,
    /// How its hosts are reached.
    pub route: Route,
    /// PEM file with the authorities to trust instead of the public ones.
    pub ca_file: Option<String>,
    /// TLS client certificate and key (PEM files), sent unless credentials bring another one.
    pub client_cert: Option<(String, String)>,
    /// HTTP requests that one audit sends at most, if the spec says how many.
    pub max_requests: Option<u64>,
    /// Why active checks are not allowed although asked for, if so.
    pub allow_reason: Option<String>,
}
