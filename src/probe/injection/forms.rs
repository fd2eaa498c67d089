//! The forms of a page that a visitor may send without changing anything: those that GET.

use std::cell::RefCell;

use html5ever::tokenizer::{EndTag, Tag, TagToken, Token, TokenSink, TokenSinkResult};
use indexmap::IndexMap;

use super::carrier::{Carrier, Kind};
use crate::probe::html_tokens::{attribute, read};
use crate::world::net::Url;

/// Forms of a page that are looked at.
const MOST_FORMS: usize = 5;
/// Fields of a form that are kept.
const MOST_FIELDS: usize = 20;

/// What can be sent from a page, to its own origin only. `base` is what the target's own URL adds before each path.
pub(super) fn forms(html: &str, page: &Url, base: &str) -> Vec<Carrier> {
    let found = read(html, Sink::default()).forms.into_inner().done;
    found.into_iter().filter_map(|form| carrier(form, page, base)).collect()
}

fn carrier(form: Form, page: &Url, base: &str) -> Option<Carrier> {
    let url = page.join(&form.action).ok()?;
    let is_own = form.method.is_empty() || form.method.eq_ignore_ascii_case("get");
    if !is_own || url.origin() != page.origin() || form.fields.is_empty() {
        return None;
    }
    let path = url.path().strip_prefix(base)?.to_owned();
    let path = if path.starts_with('/') { path } else { format!("/{path}") };
    // braces are ours
    let is_plain = !path.contains(['{', '}']);
    is_plain.then_some(Carrier { path, fields: form.fields, kind: Kind::Query, read: None })
}

struct Form {
    method: String,
    action: String,
    fields: IndexMap<String, String>,
}

#[derive(Default)]
struct Found {
    done: Vec<Form>,
    open: Option<Form>,
}

#[derive(Default)]
struct Sink {
    forms: RefCell<Found>,
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let TagToken(tag) = token else { return TokenSinkResult::Continue };
        let found = &mut *self.forms.borrow_mut();
        match (&*tag.name, tag.kind) {
            ("form", EndTag) => found.close(),
            ("form", _) => {
                found.close();
                let (method, action) = (attribute(&tag, "method"), attribute(&tag, "action"));
                found.open = Some(Form { method, action, fields: IndexMap::new() });
            }
            ("input" | "textarea" | "select", kind) if kind != EndTag => found.field(&tag),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Found {
    fn close(&mut self) {
        self.done.extend(self.open.take().filter(|_| self.done.len() < MOST_FORMS));
    }

    fn field(&mut self, tag: &Tag) {
        let name = attribute(tag, "name");
        let sent = !matches!(attribute(tag, "type").as_str(), "submit" | "button" | "image" | "reset" | "file");
        if let Some(form) =
            self.open.as_mut().filter(|form| sent && !name.is_empty() && form.fields.len() < MOST_FIELDS)
        {
            form.fields.insert(name, attribute(tag, "value"));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn only_own_forms_that_get_are_sent() {
        let page = Url::parse("https://shop.test/app/").unwrap();
        let html = "<form action=/app/search><input name=q value=pen><input type=submit name=go></form>\
                    <form method=post action=/app/buy><input name=item></form>\
                    <form action=https://other.test/><input name=x></form>\
                    <form><select name=sort></select></form>";
        let found = forms(html, &page, "/app");
        let named: Vec<_> = found.iter().map(|c| (c.path.as_str(), c.fields.keys().next().unwrap().as_str())).collect();
        assert_eq!(named, [("/search", "q"), ("/", "sort")]);
        assert_eq!(found[0].fields.len(), 1);
    }
}
