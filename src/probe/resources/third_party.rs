//! Which of a page's resources are somebody else's, and which of those may change unseen.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::page::{Kind, Page, Resource};
use crate::probe::security_headers::domain;
use crate::world::net::Url;

/// Hosts whose scripts update themselves, so that no digest can pin them: payment, captchas, analytics, maps, logins. The
/// content security policy has to name them instead.
const SELF_UPDATING: &[&str] = &[
    "js.stripe.com",
    "googletagmanager.com",
    "google-analytics.com",
    "googlesyndication.com",
    "doubleclick.net",
    "www.google.com",
    "www.gstatic.com",
    "apis.google.com",
    "accounts.google.com",
    "maps.googleapis.com",
    "fonts.googleapis.com",
    "hcaptcha.com",
    "challenges.cloudflare.com",
    "static.cloudflareinsights.com",
    "paypal.com",
    "paypalobjects.com",
    "plausible.io",
    "hotjar.com",
    "intercom.io",
    "segment.com",
    "connect.facebook.net",
    "platform.twitter.com",
    "use.typekit.net",
    "browser.sentry-cdn.com",
];

/// A version in an address: `@4.1.2`, `/3.6.0/`, `-1.12.4.min.js`, or a digest.
static VERSION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:[@/_.-]v?\d+\.\d+(?:\.\d+)?(?:[/.\-+@]|$))|[./_-][0-9a-f]{8,}[./_-]").expect("a fixed pattern")
});

/// What a page loads from others.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ThirdParty {
    /// Hosts that scripts come from.
    pub(super) hosts: BTreeSet<String>,
    /// Scripts and styles of a fixed version without a digest.
    pub(super) unpinned: Vec<String>,
    /// Scripts and styles of no fixed version, of hosts that are not known to update theirs.
    pub(super) floating: Vec<String>,
    /// All that comes over http, ours too.
    pub(super) insecure: Vec<String>,
}

/// Sorts what a page at this address loads.
pub(super) fn sorted(page: &Page, at: &Url) -> ThirdParty {
    let mut found = ThirdParty::default();
    let secure_page = at.scheme() == "https";
    for resource in &page.resources {
        let theirs = is_foreign(&resource.url, at);
        if resource.url.scheme() == "http" && (secure_page || theirs) {
            found.insecure.push(resource.url.to_string());
        }
        if theirs && resource.kind == Kind::Active {
            found.take(resource);
        }
    }
    found
}

impl ThirdParty {
    fn take(&mut self, resource: &Resource) {
        let host = resource.url.host_str().unwrap_or_default();
        if resource.script {
            self.hosts.insert(host.to_owned());
        }
        let updates = SELF_UPDATING.iter().any(|known| host == *known || host.ends_with(&format!(".{known}")));
        let code = resource.script || resource.url.path().ends_with(".css");
        if resource.pinned || updates || !code {
            return;
        }
        let address = resource.url.to_string();
        let fixed = VERSION.is_match(resource.url.path());
        if fixed { self.unpinned.push(address) } else { self.floating.push(address) }
    }
}

/// Of another registrable domain; where there is none (addresses, names of one label), of another host.
fn is_foreign(url: &Url, at: &Url) -> bool {
    let (theirs, ours) = (url.host_str().unwrap_or_default(), at.host_str().unwrap_or_default());
    match (domain::registrable(theirs), domain::registrable(ours)) {
        (Some(theirs), Some(ours)) => theirs != ours,
        _ => theirs != ours,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn of(html: &str) -> ThirdParty {
        let at = Url::parse("https://www.shop.test/").unwrap();
        sorted(&super::super::page::page(html, &at), &at)
    }

    #[test]
    fn what_has_a_version_wants_a_digest_and_what_has_none_floats() {
        let found = of("<script src=https://cdn.test/jquery-3.6.0.min.js></script>\
                        <script src=https://cdn.test/npm/vue@latest/vue.js></script>\
                        <link rel=stylesheet href=https://cdn.test/npm/bootstrap@5.3.2/b.css>\
                        <script src=https://cdn.test/npm/x@1.2.3/x.js integrity=sha384-a crossorigin></script>");
        assert_eq!(
            found.unpinned,
            ["https://cdn.test/jquery-3.6.0.min.js", "https://cdn.test/npm/bootstrap@5.3.2/b.css"]
        );
        assert_eq!(found.floating, ["https://cdn.test/npm/vue@latest/vue.js"]);
        assert_eq!(found.hosts.len(), 1);
    }

    #[test]
    fn ones_own_and_what_must_update_itself_needs_no_digest() {
        let found = of("<script src=https://static.shop.test/a.js></script><script src=/b.js></script>\
                        <script src=https://js.stripe.com/v3/></script><script src=https://m.paypal.com/x.js></script>");
        assert!(found.unpinned.is_empty() && found.floating.is_empty());
        assert_eq!(found.hosts.len(), 2, "but it counts as a host");
    }

    #[test]
    fn what_comes_over_http_is_named_whoevers_it_is() {
        let found = of("<img src=http://www.shop.test/a.png><script src=http://cdn.test/a-1.0.0.js></script>");
        assert_eq!(found.insecure.len(), 2);
        let at = Url::parse("http://127.0.0.1:8080/").unwrap();
        let own = super::super::page::page("<script src=/a.js></script>", &at);
        assert_eq!(sorted(&own, &at), ThirdParty::default(), "its own over http is what `http/https-redirect` is for");
    }
}
