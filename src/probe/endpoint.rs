//! A host with its port, as probes below HTTP are told where to look: a target of the spec, or `host:port`.

use std::time::Duration;

use serde::Serialize;

use super::Contact;
use super::http::fetch;
use super::inquiry::Whom;
use crate::model::target::Route;
use crate::model::{Problems, Unknown};
use crate::world::World;
use crate::world::net::Url;
use crate::yaml::{Node, Spanned};

/// Ports of URL schemes that the URL standard does not know (IANA "Service Name and Transport Protocol Port Number
/// Registry").
const PORTS: &[(&str, u16)] = &[
    ("amqp", 5672),
    ("amqps", 5671),
    ("mariadb", 3306),
    ("mongodb", 27017),
    ("mysql", 3306),
    ("nats", 4222),
    ("postgres", 5432),
    ("postgresql", 5432),
    ("redis", 6379),
    ("rediss", 6379),
    ("smtp", 25),
    ("ssh", 22),
];

/// Where to look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) enum Endpoint {
    /// Host and port of a target's URL.
    Target(String),
    /// These.
    Host {
        /// Name or address, no brackets round IPv6.
        host: String,
        /// Port.
        port: u16,
    },
}

/// An endpoint of which host and port are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Name or address, no brackets round IPv6.
    pub(super) host: String,
    /// Port.
    pub(super) port: u16,
    /// How hosts are reached.
    pub(super) route: Route,
}

impl Place {
    /// `host:port`.
    pub(super) fn shown(&self) -> String {
        if self.host.contains(':') {
            return format!("[{}]:{}", self.host, self.port);
        }
        format!("{}:{}", self.host, self.port)
    }
}

impl Endpoint {
    /// From the parameters `target` and `host`, one of which is due; `port` where `host` gives none.
    pub(super) fn decode(
        target: Option<&Spanned<String>>,
        host: Option<&Spanned<String>>,
        port: Option<u16>,
        node: &Node,
        problems: &mut Problems,
    ) -> Option<Endpoint> {
        match (target, host) {
            (Some(target), None) => Some(Endpoint::Target(target.value.clone())),
            (None, Some(host)) => {
                let endpoint = host_and_port(host, port);
                if endpoint.is_none() {
                    let problem = host.span.problem(format!("`{}` is not a host with its port", host.value));
                    problems.push(problem.help("write `host: example.org:443`"));
                }
                endpoint
            }
            (Some(_), Some(host)) => {
                let wrong = "`target` and `host` both say where to";
                problems.push(host.span.problem(wrong).help("keep one of them"));
                None
            }
            (None, None) => {
                let help = "write `target: NAME`, or `host: example.org:443`";
                problems.push(node.problem("neither `target` nor `host` says where to").help(help));
                None
            }
        }
    }

    /// The target's name.
    pub(super) fn target(&self) -> Option<&str> {
        match self {
            Endpoint::Target(name) => Some(name),
            Endpoint::Host { .. } => None,
        }
    }

    /// Who is asked, and for how long.
    pub(super) fn whom(&self, timeout: impl Into<Option<Duration>>) -> Whom<'_> {
        Whom::place(self.target(), self.shown(), timeout)
    }

    /// For the plan.
    pub(super) fn contact(&self, verb: &str, at_most: u64) -> Contact {
        let url = self.target().map_or_else(|| self.shown(), |_| "/".to_owned());
        Contact { target: self.target().map(str::to_owned), url, verb: verb.to_owned(), at_most }
    }

    /// The queue it waits in, and what `plan` shows.
    pub(super) fn shown(&self) -> String {
        match self {
            Endpoint::Target(name) => name.clone(),
            Endpoint::Host { host, port } => format!("{host}:{port}"),
        }
    }

    /// Host and port. Unknown when the target has no URL, or none with a host and a port.
    pub(super) fn place(&self, world: &World) -> Result<Place, Unknown> {
        let name = match self {
            Endpoint::Host { host, port } => {
                return Ok(Place { host: host.clone(), port: *port, route: Route::default() });
            }
            Endpoint::Target(name) => name,
        };
        let target = fetch::target(name, world)?;
        if target.route.proxy.is_some() {
            return Err(Unknown::because(format!(
                "target `{name}` is reached through a proxy: its own port cannot be seen"
            )));
        }
        let text = target.url.as_ref().map_err(|reason| Unknown::because(reason.clone()))?;
        let url = Url::parse(text)
            .map_err(|error| Unknown::because(format!("the URL of target `{name}` cannot be read: {error}")))?;
        let known = || PORTS.iter().find(|(scheme, _)| *scheme == url.scheme()).map(|(_, port)| *port);
        let written = url.port().or_else(|| target.route.port(url.scheme()));
        let port = written.or_else(|| url.port_or_known_default()).or_else(known);
        match (url.host_str(), port) {
            (Some(host), Some(port)) => {
                let host = host.trim_matches(['[', ']']).to_owned();
                Ok(Place { host, port, route: target.route.clone() })
            }
            _ => Err(Unknown::because(format!("the URL of target `{name}` has no host and port"))),
        }
    }
}

/// `example.org`, `example.org:8443`, `[::1]:443`.
fn host_and_port(given: &str, default: Option<u16>) -> Option<Endpoint> {
    let (host, port) = match given.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, port.parse().ok()),
        _ => (given, default),
    };
    let host = host.trim_matches(['[', ']']);
    let plain = !host.is_empty() && !host.contains(['/', '@', ' ', '?', '#']);
    let port = port.filter(|port| plain && *port > 0)?;
    Some(Endpoint::Host { host: host.to_owned(), port })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_comes_with_its_port_or_takes_the_default() {
        let host = |host: &str, port| Some(Endpoint::Host { host: host.to_owned(), port });
        assert_eq!(host_and_port("example.org:8443", Some(443)), host("example.org", 8443));
        assert_eq!(host_and_port("example.org", Some(443)), host("example.org", 443));
        assert_eq!(host_and_port("[::1]:5432", None), host("::1", 5432));
        assert_eq!(host_and_port("::1", Some(443)), host("::1", 443));
        for wrong in ["example.org", "", ":1", "h:0", "h:99999", "h:x", "http://h:1", "a b:1", "u@h:1"] {
            assert_eq!(host_and_port(wrong, None), None, "{wrong}");
        }
    }

    #[test]
    fn an_address_with_colons_is_shown_in_brackets() {
        let place = Place { host: "::1".to_owned(), port: 80, route: Route::default() };
        assert_eq!(place.shown(), "[::1]:80");
    }
}
