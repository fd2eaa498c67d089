//! What a page of HTML says about itself: its scripts, its policies in `meta`, its referrer policy.
//!
//! Reads tokens, not a tree, so that a hostile page costs no more than its length.

use std::cell::RefCell;

use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{StartTag, Tag, TagToken, Token, TokenSink, TokenSinkResult};

use crate::probe::html_tokens;

/// How strictly a page is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// As a browser without scripting builds its tree: what is inside `template` is not in the document.
    Tree,
    /// As a stream of tags: every start tag counts, wherever it stands.
    Tags,
}

/// A `script` element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Script {
    /// Its source; resolved as far as the reading does that.
    pub(super) src: Option<String>,
    /// Whether it has `integrity` that is not empty.
    pub(super) integrity: bool,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    /// All scripts, in order.
    pub(super) scripts: Vec<Script>,
    /// Contents of `meta http-equiv=content-security-policy`.
    pub(super) policies: Vec<String>,
    /// Content of the last `meta name=referrer`.
    pub(super) referrer: Option<String>,
    /// Where relative URLs start, if the page says so.
    pub(super) base: Option<String>,
}

/// Reads a page.
pub(super) fn read(html: &str, reading: Reading) -> Page {
    html_tokens::read(html, Sink { reading, seen: RefCell::default() }).seen.into_inner().page
}

struct Sink {
    reading: Reading,
    seen: RefCell<Seen>,
}

#[derive(Default)]
struct Seen {
    page: Page,
    /// Open elements that begin or end foreign content, and whether their content is foreign.
    contexts: Vec<(String, bool)>,
    /// Depth of `template`.
    templates: usize,
}

impl Seen {
    fn in_foreign_content(&self) -> bool {
        self.contexts.last().is_some_and(|(_, foreign)| *foreign)
    }
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let TagToken(tag) = token else { return TokenSinkResult::Continue };
        let seen = &mut *self.seen.borrow_mut();
        if tag.kind != StartTag {
            close(seen, &tag);
            return TokenSinkResult::Continue;
        }
        let foreign = seen.in_foreign_content();
        if seen.templates == 0 || self.reading == Reading::Tags {
            collect(&mut seen.page, &tag, foreign && self.reading == Reading::Tree);
        }
        open(seen, &tag);
        if foreign { TokenSinkResult::Continue } else { raw_text(&tag.name, self.reading) }
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        // a stream of tags knows `<![CDATA[` everywhere, a tree only in SVG and MathML
        self.reading == Reading::Tags || self.seen.borrow().in_foreign_content()
    }
}

/// Elements inside SVG and MathML whose content is HTML again (WHATWG HTML §13.2.6, integration points).
const INTEGRATION: &[&str] = &["mi", "mo", "mn", "ms", "mtext", "annotation-xml", "foreignobject", "desc", "title"];

fn open(seen: &mut Seen, tag: &Tag) {
    let name: &str = &tag.name;
    if name == "template" {
        seen.templates += 1;
    }
    let foreign = matches!(name, "svg" | "math");
    if foreign || INTEGRATION.contains(&name) {
        seen.contexts.push((name.to_owned(), foreign));
        if tag.self_closing && foreign {
            seen.contexts.pop();
        }
    }
}

fn close(seen: &mut Seen, tag: &Tag) {
    let name: &str = &tag.name;
    if name == "template" {
        seen.templates = seen.templates.saturating_sub(1);
    }
    if let Some(at) = seen.contexts.iter().rposition(|(open, _)| open == name) {
        seen.contexts.truncate(at);
    }
}

/// Elements whose content is text, whatever it looks like (WHATWG HTML §13.2.6.4).
fn raw_text(name: &str, reading: Reading) -> TokenSinkResult<()> {
    match name {
        "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
        "style" | "xmp" | "iframe" | "noembed" | "noframes" => TokenSinkResult::RawData(RawKind::Rawtext),
        // a stream of tags ends a script at the first end tag, a tree knows scripts in comments in scripts
        "script" if reading == Reading::Tree => TokenSinkResult::RawData(RawKind::ScriptData),
        "script" => TokenSinkResult::RawData(RawKind::Rawtext),
        "plaintext" => TokenSinkResult::Plaintext,
        _ => TokenSinkResult::Continue,
    }
}

fn attribute(tag: &Tag, name: &str) -> Option<String> {
    tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| attribute.value.to_string())
}

fn collect(page: &mut Page, tag: &Tag, without_source: bool) {
    match &*tag.name {
        "script" => {
            let integrity = attribute(tag, "integrity").is_some_and(|value| !value.is_empty());
            let src = attribute(tag, "src").filter(|_| !without_source);
            page.scripts.push(Script { src, integrity });
        }
        "base" if page.base.is_none() => page.base = attribute(tag, "href"),
        "meta" => collect_meta(page, tag),
        _ => {}
    }
}

fn collect_meta(page: &mut Page, tag: &Tag) {
    let content = attribute(tag, "content");
    let means = |name: &str, what: &str| attribute(tag, name).is_some_and(|value| value.to_lowercase().trim() == what);
    let Some(content) = content else { return };
    if attribute(tag, "http-equiv").is_some() {
        let policy = means("http-equiv", "content-security-policy") && !content.is_empty();
        page.policies.extend(policy.then_some(content));
    } else if !content.is_empty() && means("name", "referrer") {
        page.referrer = Some(content);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(html: &str, reading: Reading) -> Vec<String> {
        read(html, reading).scripts.into_iter().filter_map(|script| script.src).collect()
    }

    #[test]
    fn scripts_in_text_and_comments_are_none() {
        for text in ["<!-- <script src=a> -->", "<textarea><script src=a></script></textarea>", "<title><script src=a>"]
        {
            for reading in [Reading::Tree, Reading::Tags] {
                assert_eq!(sources(text, reading), [""; 0], "{text}");
            }
        }
        assert_eq!(sources("<noscript><SCRIPT SRC='a'></script></noscript>", Reading::Tree), ["a"]);
    }

    #[test]
    fn a_template_is_outside_the_tree() {
        let html = "<template><script src=a></script></template><script src=b></script>";
        assert_eq!(sources(html, Reading::Tree), ["b"]);
        assert_eq!(sources(html, Reading::Tags), ["a", "b"]);
    }

    #[test]
    fn a_script_inside_a_commented_script_ends_the_outer_one_only_for_a_stream_of_tags() {
        let html = "<script><!-- <script> </script> <script src=a></script> --></script><script src=b></script>";
        assert_eq!(sources(html, Reading::Tree), ["b"]);
        assert_eq!(sources(html, Reading::Tags), ["a", "b"]);
    }

    #[test]
    fn foreign_content_has_no_raw_text() {
        let html = "<svg><style><script src=a></script></style></svg><style><script src=b></script></style>";
        assert_eq!(sources(html, Reading::Tags), ["a"]);
        let page = read(html, Reading::Tree);
        assert_eq!((page.scripts.len(), sources(html, Reading::Tree).len()), (1, 0));
    }

    #[test]
    fn policies_and_referrers_come_from_meta() {
        let html = "<meta http-equiv=' Content-Security-Policy ' content=\"default-src 'none'\">\
                    <meta name=referrer content=origin><meta name=Referrer content=no-referrer>\
                    <meta http-equiv=refresh content=1 name=referrer>";
        let page = read(html, Reading::Tags);
        assert_eq!(page.policies, ["default-src 'none'"]);
        assert_eq!(page.referrer.as_deref(), Some("no-referrer"));
    }
}
