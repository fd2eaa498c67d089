//! Where in a page a mark stands, and whether it became an element, an attribute or code. Reads tokens as a browser that runs
//! scripts does, not a tree, so that a hostile page costs no more than its length.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, EndTag, StartTag, Tag, TagToken, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use super::canary::Canary;
use super::script::{Part, parts};

/// A place where the mark stands as data.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Context {
    /// Text of an element.
    Text,
    /// Text of an element that has no elements: `title`, `textarea`, `style`, …
    Raw(String),
    /// A script, or the value of an event attribute.
    Script(ScriptPart),
    /// A comment.
    Comment,
    /// The value of an attribute.
    Attribute,
    /// The beginning of a URL that a browser goes to or runs.
    Url,
    /// The name of an element or an attribute.
    Name,
}

/// The part of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ScriptPart {
    Code,
    Text,
    Template,
    LineComment,
    BlockComment,
    Pattern,
    /// Not a script that runs: JSON or a template in a `script` element.
    Data,
}

/// What a page made of a mark.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sight {
    /// Where it stands as data.
    pub(super) contexts: Vec<Context>,
    /// What it became that it must not, in words.
    pub(super) escaped: Option<String>,
    /// Whether a URL begins with the mark as its scheme.
    pub(super) scheme: bool,
}

/// Places in one script that are judged.
const MOST_PLACES: usize = 100;
/// Nested documents (`srcdoc`) that are read.
const DEEPEST: usize = 2;

/// Looks for a mark in a page.
pub(super) fn look(html: &str, canary: &Canary) -> Sight {
    let mut sight = read(html, canary, 0);
    sight.contexts.sort();
    sight.contexts.dedup();
    sight
}

fn read(html: &str, canary: &Canary, depth: usize) -> Sight {
    let sink = Sink { canary, depth, seen: RefCell::default() };
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    // the sink never asks to stop, so one call takes all there is
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let mut seen = tokenizer.sink.seen.into_inner();
    seen.flush(canary);
    seen.sight
}

struct Sink<'c> {
    canary: &'c Canary,
    depth: usize,
    seen: RefCell<Seen>,
}

#[derive(Default)]
struct Seen {
    sight: Sight,
    /// Text since the last tag.
    text: String,
    /// The element whose content is no markup, if one is open.
    raw: Option<Raw>,
    /// Depth of SVG and MathML.
    foreign: usize,
}

#[derive(Clone)]
struct Raw {
    name: String,
    /// Whether it is a script that runs.
    runs: bool,
}

impl TokenSink for Sink<'_> {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let seen = &mut *self.seen.borrow_mut();
        match token {
            Token::CharacterTokens(text) => seen.text.push_str(&text),
            Token::CommentToken(text) => {
                seen.flush(self.canary);
                if holds(&text, &self.canary.word) {
                    seen.sight.contexts.push(Context::Comment);
                }
            }
            TagToken(tag) => {
                seen.flush(self.canary);
                return self.tag(&tag, seen);
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.seen.borrow().foreign > 0
    }
}

impl Sink<'_> {
    fn tag(&self, tag: &Tag, seen: &mut Seen) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        if tag.kind == EndTag {
            seen.raw = None;
            seen.foreign -= usize::from(matches!(name, "svg" | "math") && seen.foreign > 0);
            return TokenSinkResult::Continue;
        }
        if name == self.canary.element() || holds(name, &format!("<{}", self.canary.element())) {
            seen.sight.escape("an element");
        } else if holds(name, &self.canary.word) {
            seen.sight.contexts.push(Context::Name);
        }
        for attribute in &tag.attrs {
            self.attribute(tag, &attribute.name.local, &attribute.value, seen);
        }
        seen.foreign += usize::from(matches!(name, "svg" | "math") && !tag.self_closing);
        seen.raw = is_raw(name).then(|| Raw { name: name.to_owned(), runs: name == "script" && runs(tag) });
        if seen.foreign > 0 && name != "script" {
            seen.raw = None;
            return TokenSinkResult::Continue;
        }
        raw_text(name)
    }

    fn attribute(&self, tag: &Tag, name: &str, value: &str, seen: &mut Seen) {
        let word = &self.canary.word;
        if name == self.canary.attribute() || holds(name, &format!("<{}", self.canary.element())) {
            seen.sight.escape("an attribute");
        } else if holds(name, word) {
            seen.sight.contexts.push(Context::Name);
        }
        if !holds(value, word) {
            return;
        }
        let start = value.trim_start_matches(|c: char| c <= ' ').to_ascii_lowercase();
        if is_url(&tag.name, name) && start.starts_with(word.as_str()) {
            seen.sight.contexts.push(Context::Url);
            seen.sight.scheme |= start.starts_with(&format!("{word}:"));
        } else if name.starts_with("on") && name.len() > 2 {
            seen.sight.script(value, self.canary);
        } else if name == "srcdoc" && self.depth < DEEPEST {
            let inner = read(value, self.canary, self.depth + 1);
            seen.sight.contexts.extend(inner.contexts);
            seen.sight.escaped = seen.sight.escaped.take().or(inner.escaped);
        } else {
            seen.sight.contexts.push(Context::Attribute);
        }
    }
}

impl Seen {
    /// Judges the text since the last tag.
    fn flush(&mut self, canary: &Canary) {
        let text = std::mem::take(&mut self.text);
        if !holds(&text, &canary.word) {
            return;
        }
        match &self.raw {
            None => self.sight.contexts.push(Context::Text),
            Some(raw) if raw.runs => self.sight.script(&text, canary),
            Some(raw) if raw.name == "script" => self.sight.contexts.push(Context::Script(ScriptPart::Data)),
            Some(raw) => self.sight.contexts.push(Context::Raw(raw.name.clone())),
        }
    }
}

impl Sight {
    fn escape(&mut self, what: &str) {
        self.escaped.get_or_insert_with(|| what.to_owned());
    }

    /// Looks at a script: the mark is code if it begins in one part of it and ends in another, or stands in code with
    /// characters that no name has.
    fn script(&mut self, script: &str, canary: &Canary) {
        let lower = script.to_ascii_lowercase();
        let begins = lower.match_indices(canary.word.as_str()).map(|(at, _)| at);
        let begins: Vec<usize> = begins.take(MOST_PLACES).collect();
        let found = parts(script, &begins);
        let end = canary.attribute();
        for (at, part) in begins.iter().zip(&found) {
            let is_end = lower[*at..].starts_with(&end);
            if is_end || lower[*at..].starts_with(&canary.element()) {
                continue;
            }
            self.contexts.push(Context::Script(spoken(*part)));
            let Some(last) = lower[*at..].find(&end).map(|found| at + found) else { continue };
            let Some(after) = begins.iter().position(|begin| *begin == last).and_then(|index| found.get(index)) else {
                continue;
            };
            let whole = lower[last + end.len()..].starts_with("=1");
            if part != after || (*part == Part::Code && whole) {
                self.escape("code of a script");
            }
        }
    }
}

fn spoken(part: Part) -> ScriptPart {
    match part {
        Part::Code => ScriptPart::Code,
        Part::Text(_) => ScriptPart::Text,
        Part::Template => ScriptPart::Template,
        Part::LineComment => ScriptPart::LineComment,
        Part::BlockComment => ScriptPart::BlockComment,
        Part::Pattern => ScriptPart::Pattern,
    }
}

fn holds(text: &str, word: &str) -> bool {
    text.to_ascii_lowercase().contains(word)
}

/// Elements whose content is text, whatever it looks like, in a browser that runs scripts (WHATWG HTML §13.2.6.4).
fn is_raw(name: &str) -> bool {
    !matches!(raw_text(name), TokenSinkResult::Continue)
}

fn raw_text(name: &str) -> TokenSinkResult<()> {
    match name {
        "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
        "style" | "xmp" | "iframe" | "noembed" | "noframes" | "noscript" => TokenSinkResult::RawData(RawKind::Rawtext),
        "script" => TokenSinkResult::RawData(RawKind::ScriptData),
        "plaintext" => TokenSinkResult::Plaintext,
        _ => TokenSinkResult::Continue,
    }
}

/// Whether a `script` element is one that runs (WHATWG HTML §4.12.1): no type, `module`, or a JavaScript media type.
fn runs(tag: &Tag) -> bool {
    let kind = tag.attrs.iter().find(|attribute| &*attribute.name.local == "type");
    let kind = kind.map(|attribute| attribute.value.trim().to_ascii_lowercase()).unwrap_or_default();
    tag.kind == StartTag
        && (kind.is_empty() || kind == "module" || kind.contains("javascript") || kind.contains("ecmascript"))
}

/// Attributes whose URL a browser goes to, loads as a document or runs.
fn is_url(element: &str, attribute: &str) -> bool {
    match attribute {
        "href" => matches!(element, "a" | "area" | "base" | "use" | "animate"),
        "xlink:href" => true,
        "src" => matches!(element, "iframe" | "frame" | "embed" | "script"),
        "action" => element == "form",
        "formaction" => matches!(element, "button" | "input"),
        "data" => element == "object",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canary() -> Canary {
        Canary::of("/", "q")
    }

    /// What a page becomes when the payload stands raw in the place of `@`.
    fn raw(page: &str) -> Sight {
        look(&page.replace('@', &canary().breaking()), &canary())
    }

    /// The same with the five characters as entities.
    fn encoded(page: &str) -> Sight {
        let payload = canary().breaking().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let payload = payload.replace('"', "&quot;").replace('\'', "&#39;");
        look(&page.replace('@', &payload), &canary())
    }

    #[test]
    fn what_is_raw_leaves_text_attributes_strings_and_names() {
        for page in [
            "<p>@</p>",
            "<input value=\"@\">",
            "<input value='@'>",
            "<input value=@>",
            "<script>var a = \"@\";</script>",
            "<script>var a = '@';</script>",
            "<script>var a = `@`;</script>",
            "<script>var a = @;</script>",
            "<b onclick=\"f('@')\">",
            "<@>",
            "<iframe srcdoc=\"&lt;p>@\"></iframe>",
            "<svg><title>@</title></svg>",
        ] {
            assert!(raw(page).escaped.is_some(), "{page}: {:?}", raw(page));
        }
    }

    #[test]
    fn what_is_encoded_stays_where_it_is() {
        for (page, context) in [
            ("<p>@</p>", Context::Text),
            ("<input value=\"@\">", Context::Attribute),
            ("<input value='@'>", Context::Attribute),
            ("<title>@</title>", Context::Raw("title".into())),
            ("<script type=\"application/json\">@</script>", Context::Script(ScriptPart::Data)),
        ] {
            assert_eq!((encoded(page).escaped, encoded(page).contexts), (None, vec![context]), "{page}");
        }
    }

    #[test]
    fn raw_characters_mean_nothing_where_elements_are_text() {
        for page in
            ["<textarea>@</textarea>", "<title>@</title>", "<style>@</style>", "<noscript>@</noscript>", "<!-- @ -->"]
        {
            assert_eq!(raw(page).escaped, None, "{page}");
        }
    }

    #[test]
    fn an_event_is_decoded_before_it_is_code() {
        assert!(encoded("<b onclick=\"f('@')\">").escaped.is_some());
    }

    #[test]
    fn a_quote_with_a_backslash_stays_in_its_string() {
        let payload = canary().breaking().replace('\'', "\\'").replace('"', "\\\"").replace('<', "\\u003c");
        let sight = look(&format!("<script>var a = \"{payload}\", b = '{payload}';</script>"), &canary());
        assert_eq!((sight.escaped, sight.contexts), (None, vec![Context::Script(ScriptPart::Text)]));
    }

    #[test]
    fn a_url_is_one_only_at_its_beginning_and_where_it_is_followed() {
        let word = canary().word;
        let contexts = |page: &str| look(&page.replace('@', &word), &canary()).contexts;
        assert_eq!(contexts("<a href=\"@\">"), [Context::Url]);
        assert_eq!(contexts("<a href=\"/x?q=@\">"), [Context::Attribute]);
        assert_eq!(contexts("<img src=\"@\">"), [Context::Attribute]);
        let sight = look(&format!("<a href=\" {}\">", canary().scheme()), &canary());
        assert!(sight.scheme);
    }
}
