//! Where a request goes: a path of a target or a whole URL, and where a redirect leads.

use std::time::Duration;

use serde::Serialize;

use crate::model::target::Credential;
use crate::model::{Target, Unknown};
use crate::probe::Contact;
use crate::probe::inquiry::Whom;
use crate::world::net::{Failure, FailureKind, Reply, Url};

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum Address {
    /// Path and query below a target's URL.
    Target {
        /// The target's name.
        name: String,
        /// Starts with `/`.
        path: String,
    },
    /// A whole URL, valid, http or https.
    Url(String),
}

impl Address {
    /// The target's name.
    pub(crate) fn target(&self) -> Option<&str> {
        match self {
            Address::Target { name, .. } => Some(name),
            Address::Url(_) => None,
        }
    }

    /// Who is asked, and for how long.
    pub(in crate::probe) fn whom(&self, timeout: impl Into<Option<Duration>>) -> Whom<'_> {
        Whom::place(self.target(), self.lane(), timeout)
    }

    /// For the plan.
    pub(in crate::probe) fn contact(&self, verb: &str, at_most: u64) -> Contact {
        let target = self.target().map(str::to_owned);
        Contact { target, url: self.shown(), verb: verb.to_owned(), at_most }
    }

    /// The queue it waits in: the target, or the origin.
    pub(crate) fn lane(&self) -> String {
        match self {
            Address::Target { name, .. } => name.clone(),
            Address::Url(url) => Url::parse(url).map_or_else(|_| url.clone(), |url| url.origin().ascii_serialization()),
        }
    }

    /// Another path at the same place.
    pub(crate) fn beside(&self, path: &str) -> Address {
        match self {
            Address::Target { name, .. } => Address::Target { name: name.clone(), path: path.to_owned() },
            Address::Url(url) => {
                let joined = Url::parse(url).and_then(|url| url.join(path));
                Address::Url(joined.map_or_else(|_| url.clone(), |url| url.to_string()))
            }
        }
    }

    /// The path, or the whole URL.
    pub(crate) fn shown(&self) -> String {
        match self {
            Address::Target { path, .. } => path.clone(),
            Address::Url(url) => url.clone(),
        }
    }
}

/// Where an answer redirects to (RFC 9110 §15.4).
pub(crate) fn location(reply: &Reply) -> Option<&str> {
    matches!(reply.status, 301 | 302 | 303 | 307 | 308).then(|| reply.header("location")).flatten()
}

/// The URL that a redirect leads to.
pub(crate) fn redirected(from: &Url, to: &str) -> Result<Url, Failure> {
    let bad = |why: String| Failure::new(FailureKind::BadRedirect, format!("{from} leads to `{to}`: {why}"));
    let mut url = from.join(to).map_err(|error| bad(error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad("not an http or https URL".to_owned()));
    }
    url.set_fragment(None);
    strip_user(&mut url);
    Ok(url)
}

fn strip_user(url: &mut Url) {
    // both only fail for URLs that cannot have a user
    let _ = url.set_username("");
    let _ = url.set_password(None);
}

/// The URL to ask, and the user that the target's URL names.
pub(super) fn url(address: &Address, target: Option<&Target>) -> Result<(Url, Option<Credential>), Unknown> {
    let (text, name) = match (address, target) {
        (Address::Target { path, name }, Some(target)) => {
            let base = target.url.as_ref().map_err(|reason| Unknown::because(reason.clone()))?;
            (joined(base, path), name.as_str())
        }
        (address, _) => (address.shown(), "url"),
    };
    let mut url = Url::parse(&text).map_err(|error| {
        Unknown::because(format!("the URL of target `{name}` is not an http or https URL ({error})"))
    })?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(Unknown::because(format!("target `{name}` is `{}://…`, not http or https", url.scheme())));
    }
    let user = (!url.username().is_empty()).then(|| Credential::Basic {
        user: unescaped(url.username()),
        password: unescaped(url.password().unwrap_or_default()),
    });
    strip_user(&mut url);
    url.set_fragment(None);
    Ok((url, user))
}

/// `path` behind a base URL whose own query and fragment are dropped.
fn joined(base: &str, path: &str) -> String {
    let end = base.find(['?', '#']).unwrap_or(base.len());
    format!("{}{path}", base[..end].trim_end_matches('/'))
}

/// `%41` → `A`; what is no escape stays.
fn unescaped(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::new();
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
    use super::*;

    #[test]
    fn a_path_goes_behind_the_base_path_of_its_target() {
        assert_eq!(joined("http://h:1/app/", "/health?x=1"), "http://h:1/app/health?x=1");
        assert_eq!(joined("http://h:1/app?key=v#f", "/"), "http://h:1/app/");
    }

    #[test]
    fn escapes_in_a_user_name_are_undone() {
        assert_eq!(unescaped("a%40b%zz%4"), "a@b%zz%4");
    }
}
