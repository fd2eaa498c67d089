//! What a site's own page sends along with a change: hidden fields of its forms, and tokens in `meta` and cookies that its
//! scripts put into headers.

use std::cell::RefCell;

use html5ever::tokenizer::{EndTag, TagToken, Token, TokenSink, TokenSinkResult};
use indexmap::IndexMap;

use super::jar::Jar;
use crate::probe::html_tokens::{attribute, read};

/// Parts of names that tokens against forged requests have, in the frameworks of the OWASP CSRF Prevention cheat sheet.
const TOKEN: &[&str] = &["csrf", "xsrf", "authenticity", "requestverification", "antiforgery", "_token"];
/// Headers in which scripts of the usual libraries send one (Django, Angular and axios, Rails and Laravel).
const HEADERS: &[&str] = &["x-csrftoken", "x-xsrf-token", "x-csrf-token"];
/// Fields of a page that are kept.
const MOST_FIELDS: usize = 40;

/// What goes along.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::probe) struct Sent {
    pub(in crate::probe) fields: IndexMap<String, String>,
    pub(in crate::probe) headers: Vec<(String, String)>,
}

impl Sent {
    /// What this page, shown to whoever has these cookies, sends along.
    pub(in crate::probe) fn by_page(html: &str, jar: &Jar) -> Sent {
        let seen = read(html, Sink::default()).seen.into_inner();
        let cookie = jar.iter().find(|(name, _)| is_token(name)).map(|(_, value)| unescaped(value));
        let token = seen.meta.or(cookie);
        let headers = token.map(|token| HEADERS.iter().map(|name| ((*name).to_owned(), token.clone())).collect());
        Sent { fields: seen.fields, headers: headers.unwrap_or_default() }
    }

    /// Whether there is a token among it.
    pub(in crate::probe) fn has_token(&self) -> bool {
        !self.headers.is_empty() || self.fields.keys().any(|name| is_token(name))
    }
}

/// Whether a line of `Set-Cookie` sets such a token.
pub(in crate::probe) fn is_token_cookie(line: &str) -> bool {
    line.split('=').next().is_some_and(is_token)
}

fn is_token(name: &str) -> bool {
    let name = name.to_lowercase();
    TOKEN.iter().any(|part| name.contains(part))
}

/// Laravel and others escape what they put into the cookie; scripts undo that.
fn unescaped(value: &str) -> String {
    value.replace("%3D", "=").replace("%3d", "=")
}

#[derive(Default)]
struct Seen {
    fields: IndexMap<String, String>,
    meta: Option<String>,
    in_post: bool,
}

#[derive(Default)]
struct Sink {
    seen: RefCell<Seen>,
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let TagToken(tag) = token else { return TokenSinkResult::Continue };
        let seen = &mut *self.seen.borrow_mut();
        match (&*tag.name, tag.kind) {
            ("form", EndTag) => seen.in_post = false,
            ("form", _) => seen.in_post = attribute(&tag, "method").eq_ignore_ascii_case("post"),
            ("input", _) if seen.in_post && attribute(&tag, "type").eq_ignore_ascii_case("hidden") => {
                let name = attribute(&tag, "name");
                if !name.is_empty() && seen.fields.len() < MOST_FIELDS {
                    seen.fields.insert(name, attribute(&tag, "value"));
                }
            }
            ("meta", _) if is_token(&attribute(&tag, "name")) => seen.meta = Some(attribute(&tag, "content")),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_fields_of_forms_that_post_go_along() {
        let html = "<form method=POST><input type=hidden name=csrfmiddlewaretoken value=t><input name=q></form>\
                    <form><input type=hidden name=page value=1></form>";
        let sent = Sent::by_page(html, &Jar::default());
        assert_eq!(sent.fields, IndexMap::from([("csrfmiddlewaretoken".to_owned(), "t".to_owned())]));
        assert!(sent.has_token() && sent.headers.is_empty());
        assert!(
            !Sent::by_page("<form method=post><input type=hidden name=id value=1></form>", &Jar::default()).has_token()
        );
    }

    #[test]
    fn tokens_of_meta_and_cookies_go_along_in_headers() {
        let in_meta = Sent::by_page("<meta name=csrf-token content=m>", &Jar::sent("XSRF-TOKEN=c%3D"));
        assert!(in_meta.headers.contains(&("x-csrf-token".to_owned(), "m".to_owned())));
        let in_cookie = Sent::by_page("", &Jar::sent("sid=1; XSRF-TOKEN=c%3D"));
        assert!(in_cookie.headers.contains(&("x-xsrf-token".to_owned(), "c=".to_owned())));
        assert_eq!(Sent::by_page("", &Jar::sent("sid=1")), Sent::default());
    }
}
