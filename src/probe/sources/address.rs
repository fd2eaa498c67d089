//! Addresses of packages as manifests write them: what may be shown of one, its host, its repository.

use std::sync::LazyLock;

use regex::Regex;

/// Names of parameters whose values are secrets.
static SECRET: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)([?&][^=&#]*(?:token|key|secret|passw|auth|sig)[^=&#]*=)[^&#\s]+").expect("a fixed pattern")
});

/// Prefixes that say how an address is fetched, before its scheme.
const WAYS: &[&str] = &["git+", "hg+", "svn+", "bzr+", "sparse+", "registry+"];

/// An address as evidence may show it: without what its owner logs in with.
pub(super) fn masked(address: &str) -> String {
    let address = SECRET.replace_all(address.trim(), "$1***");
    let Some((scheme, rest)) = address.split_once("://") else { return address.into_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..end].rsplit_once('@') {
        Some((user, host)) if user != "git" => format!("{scheme}://***@{host}{}", &rest[end..]),
        _ => address.into_owned(),
    }
}

/// Without the way in which it is fetched: `git+https://…` is at `https://…`.
fn plain(address: &str) -> &str {
    let address = address.trim();
    WAYS.iter().find_map(|way| address.strip_prefix(way)).unwrap_or(address)
}

/// The host, in small letters; none where a variable or nothing stands in its place.
pub(super) fn host(address: &str) -> Option<String> {
    let address = plain(address);
    let authority = match address.split_once("://") {
        Some((_, rest)) => &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())],
        None => address.split_once(':').map(|(front, _)| front).filter(|front| front.contains('@'))?,
    };
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = if host.starts_with('[') { host } else { host.split(':').next().unwrap_or(host) };
    let is_name = !host.is_empty() && !host.contains(['$', '{', '%', '<', '*']);
    is_name.then(|| host.to_ascii_lowercase())
}

/// Whether it is fetched without encryption, from another machine.
pub(super) fn is_unencrypted(address: &str) -> bool {
    let plain = plain(address).to_ascii_lowercase();
    let open = ["http://", "git://", "svn://", "ftp://"].iter().any(|scheme| plain.starts_with(scheme));
    open && !host(address).is_some_and(|host| is_local(&host))
}

/// Whether a host is the machine itself, or one that its own containers know.
pub(super) fn is_local(host: &str) -> bool {
    matches!(host, "localhost" | "0.0.0.0" | "[::1]" | "host.docker.internal")
        || host.starts_with("127.")
        || host.ends_with(".localhost")
}

/// Hosts that keep repositories and give their archives away by commit.
pub(super) fn keeps_repositories(host: &str) -> bool {
    const HOSTS: &[&str] = &[
        "github.com",
        "codeload.github.com",
        "api.github.com",
        "gitlab.com",
        "bitbucket.org",
        "codeberg.org",
        "gitee.com",
    ];
    HOSTS.contains(&host)
}

/// One name for a repository, however it is reached: `github.com/owner/name`.
pub(super) fn repository(address: &str) -> Option<String> {
    let address = plain(address);
    let host = host(address)?;
    let path = match address.split_once("://") {
        Some((_, rest)) => rest.split_once('/')?.1,
        None => address.split_once(':')?.1,
    };
    let path = path.split(['?', '#']).next().unwrap_or(path).trim_matches('/').to_ascii_lowercase();
    let (host, path) = match host.as_str() {
        "codeload.github.com" | "www.github.com" => ("github.com", path.as_str()),
        "api.github.com" => ("github.com", path.strip_prefix("repos/").unwrap_or(&path)),
        host => (host, path.as_str()),
    };
    let cut = path.find(".git").filter(|at| matches!(path.as_bytes().get(at + 4), None | Some(b'@' | b'/')));
    let path = cut.map_or(path, |at| &path[..at]);
    let path = path.split("/-/").next().unwrap_or(path).split('@').next().unwrap_or(path);
    let parts = if host == "github.com" { 2 } else { usize::MAX };
    Some(format!("{host}/{}", path.split('/').take(parts).collect::<Vec<_>>().join("/")))
}

/// The last two labels of a host: what belongs to one owner, as far as that can be told from a name.
pub(super) fn site(host: &str) -> &str {
    let mut dots = host.rmatch_indices('.').map(|(at, _)| at);
    match (dots.next(), dots.next()) {
        (Some(_), Some(at)) => &host[at + 1..],
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_not_shown() {
        assert_eq!(masked("https://ann:pa55@pypi.shop.test/simple"), "https://***@pypi.shop.test/simple");
        assert_eq!(masked("https://gems.shop.test/?api_token=abc&x=1"), "https://gems.shop.test/?api_token=***&x=1");
        assert_eq!(masked("git+ssh://git@github.com/a/b.git"), "git+ssh://git@github.com/a/b.git");
    }

    #[test]
    fn a_repository_has_one_name_however_it_is_reached() {
        let ways = [
            "git+https://github.com/Shop/Cart.git?rev=main#0123",
            "git@github.com:shop/cart.git",
            "https://codeload.github.com/shop/cart/tar.gz/0123",
            "https://api.github.com/repos/shop/cart/zipball/0123",
            "git+ssh://git@github.com/shop/cart.git@main#egg=cart",
        ];
        for way in ways {
            assert_eq!(repository(way).as_deref(), Some("github.com/shop/cart"), "{way}");
        }
    }

    #[test]
    fn a_host_is_what_stands_between_user_and_port() {
        assert_eq!(host("https://u:p@Pypi.Shop.test:8443/simple").as_deref(), Some("pypi.shop.test"));
        assert_eq!(host("https://${HOST}/simple"), None);
        assert!(is_unencrypted("git+http://git.shop.test/x") && is_unencrypted("git://git.shop.test/x"));
        assert!(!is_unencrypted("http://localhost:4873/") && !is_unencrypted("https://x.test"));
        assert_eq!((site("files.shop.test"), site("localhost")), ("shop.test", "localhost"));
    }
}
