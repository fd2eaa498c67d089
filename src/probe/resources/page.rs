//! What a page loads, as its tags say.

use std::cell::RefCell;

use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{CharacterTokens, EndTag, Tag, TagToken, Token, TokenSink, TokenSinkResult};

use crate::probe::html_tokens::{attribute, read};
use crate::world::net::Url;

/// Resources of a page that are kept.
const MOST: usize = 500;
/// Inline scripts are read this far.
const MOST_SCRIPT: usize = 256 << 10;

/// What kind of thing is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Runs, or styles the page.
    Active,
    /// Is shown or played.
    Passive,
}

/// Something that a page loads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Resource {
    pub(super) kind: Kind,
    /// Whether it is a script.
    pub(super) script: bool,
    pub(super) url: Url,
    /// Whether `integrity` and `crossorigin` pin its content; without the second browsers refuse what is elsewhere.
    pub(super) pinned: bool,
}

/// All of it.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) resources: Vec<Resource>,
    pub(super) manifest: Option<Url>,
    /// Text of inline scripts.
    pub(super) scripts: String,
}

/// Reads the page that was found at this address.
pub(super) fn page(html: &str, at: &Url) -> Page {
    let seen = read(html, Sink::default()).seen.into_inner();
    let base = seen.base.as_ref().and_then(|base| at.join(base).ok()).unwrap_or_else(|| at.clone());
    let resource = |found: Found| {
        let url = base.join(found.address.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        Some(Resource { kind: found.kind, script: found.script, url, pinned: found.pinned })
    };
    let manifest = seen.manifest.and_then(|address| base.join(address.trim()).ok());
    Page { resources: seen.found.into_iter().filter_map(resource).collect(), manifest, scripts: seen.scripts }
}

struct Found {
    kind: Kind,
    script: bool,
    address: String,
    pinned: bool,
}

#[derive(Default)]
struct Seen {
    found: Vec<Found>,
    base: Option<String>,
    manifest: Option<String>,
    scripts: String,
    in_script: bool,
}

#[derive(Default)]
struct Sink {
    seen: RefCell<Seen>,
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let seen = &mut *self.seen.borrow_mut();
        match token {
            CharacterTokens(text) if seen.in_script && seen.scripts.len() < MOST_SCRIPT => seen.scripts.push_str(&text),
            TagToken(tag) if tag.kind == EndTag => seen.in_script = false,
            TagToken(tag) => {
                seen.take(&tag);
                return raw_text(&tag.name);
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// Elements whose content is text, whatever it looks like (WHATWG HTML §13.2.6.4).
fn raw_text(name: &str) -> TokenSinkResult<()> {
    match name {
        "script" => TokenSinkResult::RawData(RawKind::ScriptData),
        "style" | "xmp" | "noembed" | "noframes" => TokenSinkResult::RawData(RawKind::Rawtext),
        "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
        _ => TokenSinkResult::Continue,
    }
}

impl Seen {
    fn take(&mut self, tag: &Tag) {
        match &*tag.name {
            "script" => {
                self.in_script = true;
                self.add(tag, "src", (Kind::Active, true));
            }
            "link" => self.link(tag),
            "iframe" | "embed" | "frame" => self.add(tag, "src", (Kind::Active, false)),
            "object" => self.add(tag, "data", (Kind::Active, false)),
            "img" | "audio" | "video" | "source" | "track" => self.add(tag, "src", (Kind::Passive, false)),
            "base" if self.base.is_none() => self.base = Some(attribute(tag, "href")).filter(|href| !href.is_empty()),
            _ => {}
        }
    }

    fn link(&mut self, tag: &Tag) {
        let relations = attribute(tag, "rel").to_lowercase();
        let is = |word: &str| relations.split_whitespace().any(|relation| relation == word);
        if is("stylesheet") || is("modulepreload") {
            self.add(tag, "href", (Kind::Active, is("modulepreload")));
        } else if is("manifest") && self.manifest.is_none() {
            self.manifest = Some(attribute(tag, "href")).filter(|href| !href.is_empty());
        } else if is("icon") {
            self.add(tag, "href", (Kind::Passive, false));
        }
    }

    fn add(&mut self, tag: &Tag, name: &str, (kind, script): (Kind, bool)) {
        let address = attribute(tag, name);
        if address.trim().is_empty() || self.found.len() >= MOST {
            return;
        }
        let has = |name: &str| tag.attrs.iter().any(|attribute| &*attribute.name.local == name);
        let pinned = !attribute(tag, "integrity").trim().is_empty() && has("crossorigin");
        self.found.push(Found { kind, script, address, pinned });
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn of(html: &str) -> Page {
        page(html, &Url::parse("https://shop.test/app/").unwrap())
    }

    #[test]
    fn addresses_are_those_that_a_browser_asks_for() {
        let html = "<base href=/static/><script src=a.js></script><link rel='preload stylesheet' href='//cdn.test/b.css'>\
                    <img src='data:image/png;base64,x'><!-- <script src=c.js> --><textarea><script src=d.js></textarea>";
        let found: Vec<String> = of(html).resources.iter().map(|found| found.url.to_string()).collect();
        assert_eq!(found, ["https://shop.test/static/a.js", "https://cdn.test/b.css"]);
    }

    #[test]
    fn what_is_pinned_names_how_it_is_asked_for() {
        let pinned =
            |more: &str| of(&format!("<script src=https://cdn.test/a.js {more}></script>")).resources[0].pinned;
        assert!(pinned("integrity=sha384-x crossorigin") && pinned("integrity=sha384-x crossorigin=anonymous"));
        assert!(!pinned("integrity=sha384-x") && !pinned("crossorigin integrity=''"));
    }

    #[test]
    fn inline_scripts_and_the_manifest_are_kept() {
        let page =
            of("<link rel=manifest href=/app.webmanifest><script>navigator.serviceWorker.register('/sw.js')</script>");
        assert_eq!(page.manifest.unwrap().path(), "/app.webmanifest");
        assert!(page.scripts.contains("register('/sw.js')") && page.resources.is_empty());
    }
}
