//! From a target's URL to where a service is and as whom we knock.

use std::collections::BTreeMap;
use std::fmt;

use crate::world::net::Url;

/// A user and a password. Never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// User name; empty where the protocol knows passwords only.
    pub user: String,
    /// Password.
    pub password: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login")
    }
}

/// Where a service is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// `redis`, `postgres`, …
    pub scheme: String,
    /// Host name or address (no brackets round IPv6).
    pub host: String,
    /// Port.
    pub port: u16,
    /// What stands behind the host, without its slash: a database, a virtual host. Empty when there is nothing.
    pub name: String,
    /// Parameters of the URL.
    pub parameters: BTreeMap<String, String>,
    /// User and password of the URL, if it has any.
    pub login: Option<Login>,
}

impl Endpoint {
    /// Reads a URL of one of `schemes` (name and default port); the error says what is wrong without repeating the URL,
    /// which may hold a password.
    pub fn parse(text: &str, schemes: &[(&str, u16)]) -> Result<Endpoint, String> {
        let url = Url::parse(text).map_err(|error| format!("is not a URL ({error})"))?;
        let known = schemes.iter().find(|(scheme, _)| *scheme == url.scheme());
        let Some((scheme, default_port)) = known else {
            let due: Vec<String> = schemes.iter().map(|(scheme, _)| format!("`{scheme}://…`")).collect();
            return Err(format!("is `{}://…`; {} is due", url.scheme(), due.join(" or ")));
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or("names no host")?;
        let (user, password) = (decoded(url.username()), url.password().map(decoded));
        let login =
            (!user.is_empty() || password.is_some()).then(|| Login { user, password: password.unwrap_or_default() });
        Ok(Endpoint {
            scheme: (*scheme).to_owned(),
            host: decoded(host.trim_matches(['[', ']'])),
            port: url.port().unwrap_or(*default_port),
            name: decoded(url.path().trim_start_matches('/')),
            parameters: url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect(),
            login,
        })
    }

    /// `redis://cache.test:6379/0`, without user, password and parameters.
    pub fn shown(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        let name = if self.name.is_empty() { String::new() } else { format!("/{}", self.name) };
        format!("{}://{host}:{}{name}", self.scheme, self.port)
    }
}

/// The text with `%40` and the like undone.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let code = text.get(at + 1..at + 3).filter(|_| byte == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        plain.push(code.unwrap_or(byte));
        at += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&plain).into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const SCHEMES: &[(&str, u16)] = &[("postgres", 5432), ("postgresql", 5432)];

    #[test]
    fn a_url_gives_all_that_a_client_needs() {
        let endpoint = Endpoint::parse("postgres://app:p%40ss@[::1]:6000/shop%2F1?sslmode=require", SCHEMES).unwrap();
        assert_eq!((endpoint.host.as_str(), endpoint.port, endpoint.name.as_str()), ("::1", 6000, "shop/1"));
        assert_eq!(endpoint.login, Some(Login { user: "app".into(), password: "p@ss".into() }));
        assert_eq!(endpoint.parameters["sslmode"], "require");
        assert_eq!(endpoint.shown(), "postgres://[::1]:6000/shop/1");
        assert!(!format!("{endpoint:?}").contains("p@ss"));
    }

    #[test]
    fn ports_and_logins_may_be_left_out() {
        let endpoint = Endpoint::parse("postgresql://db.test", SCHEMES).unwrap();
        assert_eq!((endpoint.port, endpoint.login, endpoint.name.as_str()), (5432, None, ""));
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        let wrong = Endpoint::parse("http://app:hunter22@db.test/", SCHEMES).unwrap_err();
        assert_eq!(wrong, "is `http://…`; `postgres://…` or `postgresql://…` is due");
        assert_eq!(Endpoint::parse("postgres:///shop", SCHEMES).unwrap_err(), "names no host");
        assert!(Endpoint::parse("postgres://app:hunter22@db.test:port", SCHEMES).unwrap_err().contains("not a URL"));
    }
}
