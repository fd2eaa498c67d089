//! Registrable domains: whose a host is, and which domains are nobody's. Owns `psl`, which carries the public suffix list.

use std::net::{IpAddr, Ipv6Addr};

use psl::{List, Psl, Type};

/// Top-level domains set apart for tests and documentation (RFC 6761); they hold cookies below one label.
const SPECIAL_USE: &[&str] = &["local", "example", "invalid", "localhost", "test"];

/// Whether a host is an IP address.
pub(super) fn is_address(host: &str) -> bool {
    host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
}

/// The registrable domain by the suffixes of registries alone (`io` of `x.github.io`); `None` for addresses and suffixes.
pub(in crate::probe) fn registrable(host: &str) -> Option<&str> {
    let host = host.strip_suffix('.').unwrap_or(host);
    if is_address(host) || host.is_empty() {
        return None;
    }
    let suffix = registry_suffix(host)?;
    let rest = host.strip_suffix(suffix)?.strip_suffix('.')?;
    let label = rest.rfind('.').map_or(0, |dot| dot + 1);
    Some(&host[label..]).filter(|domain| !domain.starts_with('.'))
}

fn registry_suffix(name: &str) -> Option<&str> {
    let suffix = List.suffix(name.as_bytes())?;
    let text = name.get(name.len() - suffix.as_bytes().len()..)?;
    if suffix.typ() != Some(Type::Private) {
        return Some(text);
    }
    let (_, parent) = text.split_once('.')?;
    registry_suffix(parent)
}

/// Whether cookies may be set for a domain: not for a public suffix, private ones included.
pub(super) fn may_hold_cookies(domain: &str) -> bool {
    let mut labels = domain.rsplit('.');
    let top = labels.next().unwrap_or_default();
    if SPECIAL_USE.contains(&top) {
        return labels.next().is_some() || matches!(top, "localhost" | "invalid");
    }
    domain.parse::<Ipv6Addr>().is_ok() || (!is_address(domain) && List.domain(domain.as_bytes()).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_suffixes_belong_to_a_registrable_domain() {
        for (host, domain) in [
            ("www.example.com", Some("example.com")),
            ("a.b.example.co.uk", Some("example.co.uk")),
            ("me.github.io", Some("github.io")),
            ("x.preloaded.test", Some("preloaded.test")),
            ("com", None),
            ("localhost", None),
            ("127.0.0.1", None),
            ("[::1]", None),
        ] {
            assert_eq!(registrable(host), domain, "{host}");
        }
    }

    #[test]
    fn nobody_sets_cookies_for_a_public_suffix() {
        for domain in ["com", "co.uk", "github.io", "test", "127.0.0.1"] {
            assert!(!may_hold_cookies(domain), "{domain}");
        }
        for domain in ["example.com", "me.github.io", "shop.test", "localhost"] {
            assert!(may_hold_cookies(domain), "{domain}");
        }
    }
}
