//! One page of prose as a small digest: its sections with what stands in them, its links, its anchors. Markdown by
//! pulldown-cmark (CommonMark with tables and GitHub's extensions); reStructuredText and AsciiDoc in `other_markup`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use regex::Regex;

use super::other_markup;
use crate::world::text_of;

/// Sections and links kept per page; a longer page is generated.
pub(super) const MOST: usize = 2000;

/// A heading and what stands below it, up to the next of its level or above.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Section {
    pub(crate) level: u8,
    /// In lower case, words only.
    pub(crate) title: String,
    pub(crate) line: u32,
    pub(super) words: u32,
    /// Blocks of code, tables and lists of three or more.
    pub(super) blocks: u32,
}

/// A link or image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) target: String,
    /// Its text, in lower case.
    pub(super) text: String,
    pub(super) line: u32,
}

/// A page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) sections: Vec<Section>,
    pub(super) links: Vec<Link>,
    pub(super) anchors: BTreeSet<String>,
    pub(super) words: u32,
    pub(super) code_blocks: u32,
    /// Lines of blocks that show a shell, or do not say what they show.
    pub(super) code: Vec<CodeLine>,
    /// Whether a command on it runs tests.
    pub(super) runs_tests: bool,
}

/// A line of a block of code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CodeLine {
    /// Which block of the page.
    pub(super) fence: u32,
    pub(super) number: u32,
    pub(super) text: String,
}

/// Lines of code kept per page.
const MOST_CODE: usize = 500;
/// Bytes of a line of code that are kept.
const LONGEST_CODE: usize = 300;

/// Commands that run tests.
static RUNS_TESTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(tests?|pytest|vitest|jest|rspec|phpunit|ctest|nextest|tox|nox)\b").expect("a fixed pattern")
});

/// Reads a page by its extension.
pub(crate) fn read(path: &str, bytes: &[u8]) -> Page {
    let text = text_of(bytes);
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "md" | "markdown" | "mdx" => markdown(&text),
        _ => other_markup::read(path, &text),
    }
}

struct Reading<'t> {
    text: &'t str,
    /// Offset and line of the last place that was asked for: events come in order.
    at: (usize, u32),
    page: Page,
    /// Sections that are still open, by their place in the list.
    open: Vec<usize>,
    heading: Option<String>,
    /// Links that are still open: an image may stand in one.
    links: Vec<Link>,
    in_comment: bool,
    /// The block of code that is open, where it shows a shell.
    shell: Option<u32>,
    items: Vec<u32>,
    slugs: BTreeMap<String, u32>,
}

fn markdown(text: &str) -> Page {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_FOOTNOTES;
    let mut reading = Reading {
        text,
        at: (0, 1),
        page: Page::default(),
        open: Vec::new(),
        heading: None,
        links: Vec::new(),
        in_comment: false,
        shell: None,
        items: Vec::new(),
        slugs: BTreeMap::new(),
    };
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        reading.take(event, range.start);
    }
    let mut page = reading.page;
    without_contributions(text, &mut page);
    page
}

/// The bot of all-contributors links each kind of contribution to an anchor that it never makes (`#infra-ada`).
fn without_contributions(text: &str, page: &mut Page) {
    let line = |mark: &str| text.lines().position(|line| line.contains(mark)).and_then(|at| u32::try_from(at + 1).ok());
    let (Some(from), Some(to)) = (line("ALL-CONTRIBUTORS-LIST:START"), line("ALL-CONTRIBUTORS-LIST:END")) else {
        return;
    };
    page.links.retain(|link| !link.target.starts_with('#') || !(from..=to).contains(&link.line));
}

impl Reading<'_> {
    fn line(&mut self, offset: usize) -> u32 {
        let (from, line) = self.at;
        if offset > from {
            let breaks = self.text.as_bytes()[from..offset].iter().filter(|byte| **byte == b'\n').count();
            self.at = (offset, line + u32::try_from(breaks).unwrap_or(0));
        }
        self.at.1
    }

    fn take(&mut self, event: Event<'_>, offset: usize) {
        let line = self.line(offset);
        match event {
            Event::Start(Tag::Heading { level, id, .. }) => {
                if let Some(id) = id {
                    self.page.anchors.insert(id.to_string());
                }
                self.begin(level, line);
            }
            Event::End(TagEnd::Heading(_)) => self.named(),
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                self.links.push(Link { target: dest_url.to_string(), text: String::new(), line });
            }
            Event::End(TagEnd::Link | TagEnd::Image) => {
                let link = self.links.pop().filter(|_| self.page.links.len() < MOST);
                self.page.links.extend(link);
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                self.page.code_blocks += 1;
                self.shell = is_shell(&kind).then_some(self.page.code_blocks);
                self.block();
            }
            Event::End(TagEnd::CodeBlock) => self.shell = None,
            Event::Start(Tag::Table(_)) => self.block(),
            Event::Start(Tag::List(_)) => self.items.push(0),
            Event::Start(Tag::Item) => self.items.iter_mut().last().into_iter().for_each(|items| *items += 1),
            Event::End(TagEnd::List(_)) if self.items.pop().is_some_and(|items| items >= 3) => self.block(),
            Event::Code(text) => {
                self.page.runs_tests |= RUNS_TESTS.is_match(&text) && text.contains(' ');
                self.words(&text);
            }
            Event::Text(text) => {
                self.code(&text, line);
                self.words(&text);
            }
            Event::Html(html) | Event::InlineHtml(html) => self.html(&html, line),
            _ => {}
        }
    }

    fn begin(&mut self, level: HeadingLevel, line: u32) {
        self.heading = Some(String::new());
        let level = level as u8;
        self.open.retain(|at| self.page.sections[*at].level < level);
        if self.page.sections.len() < MOST {
            self.open.push(self.page.sections.len());
            self.page.sections.push(Section { level, line, ..Section::default() });
        }
    }

    fn named(&mut self) {
        let Some(title) = self.heading.take() else { return };
        self.anchor(&title);
        if let Some(section) = self.open.last().and_then(|at| self.page.sections.get_mut(*at)) {
            section.title = words_only(&title);
        }
    }

    /// GitHub's rule: lower case, punctuation away, spaces to hyphens, a number behind what was there before.
    fn anchor(&mut self, title: &str) {
        let slug = slug(title);
        let count = self.slugs.entry(slug.clone()).or_default();
        self.page.anchors.insert(if *count == 0 { slug.clone() } else { format!("{slug}-{count}") });
        *count += 1;
    }

    fn words(&mut self, text: &str) {
        self.links.iter_mut().for_each(|link| link.text.push_str(&text.to_lowercase()));
        if let Some(heading) = &mut self.heading {
            heading.push_str(text);
            return;
        }
        let count = u32::try_from(count_words(text)).unwrap_or(u32::MAX);
        self.page.words = self.page.words.saturating_add(count);
        for at in &self.open {
            let words = &mut self.page.sections[*at].words;
            *words = words.saturating_add(count);
        }
    }

    fn code(&mut self, text: &str, first: u32) {
        let Some(fence) = self.shell else { return };
        for (number, line) in (first..).zip(text.lines()).take(MOST_CODE.saturating_sub(self.page.code.len())) {
            let text = line.trim();
            self.page.runs_tests |= RUNS_TESTS.is_match(text);
            if !text.is_empty() && text.len() <= LONGEST_CODE {
                self.page.code.push(CodeLine { fence, number, text: text.to_owned() });
            }
        }
    }

    fn block(&mut self) {
        self.open.iter().for_each(|at| self.page.sections[*at].blocks += 1);
    }

    /// A block of HTML comes line by line, so that a comment may go on.
    fn without_comments(&mut self, html: &str) -> String {
        let mut out = String::new();
        let mut rest = html;
        loop {
            let mark = if self.in_comment { "-->" } else { "<!--" };
            let Some((before, after)) = rest.split_once(mark) else { break };
            if !self.in_comment {
                out.push_str(before);
            }
            self.in_comment = !self.in_comment;
            rest = after;
        }
        if !self.in_comment {
            out.push_str(rest);
        }
        out
    }

    /// Anchors, links and headings that are written as HTML, comments aside.
    fn html(&mut self, html: &str, line: u32) {
        let html = &self.without_comments(html);
        for name in ["id=", "name="] {
            self.page.anchors.extend(attributes(html, name).map(str::to_owned));
        }
        let targets = attributes(html, "href=").chain(attributes(html, "src="));
        let links = targets.map(|target| Link { target: target.to_owned(), text: String::new(), line });
        self.page.links.extend(links.take(MOST));
    }
}

fn is_shell(kind: &CodeBlockKind<'_>) -> bool {
    const SHELLS: &[&str] = &["", "sh", "bash", "shell", "console", "zsh", "shell-session", "shellsession", "terminal"];
    match kind {
        CodeBlockKind::Indented => true,
        CodeBlockKind::Fenced(info) => {
            let language = info.split([' ', ',', '{']).next().unwrap_or_default();
            SHELLS.contains(&language.to_ascii_lowercase().as_str())
        }
    }
}

/// A heading as GitHub makes an anchor of it.
pub(super) fn slug(title: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    title.trim().to_lowercase().chars().filter(kept).map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn count_words(text: &str) -> usize {
    if !text.is_ascii() {
        return text.split_whitespace().count();
    }
    let is_space = |byte: u8| matches!(byte, b'\t'..=b'\r' | b' ');
    let mut after_space = true;
    text.bytes().filter(|byte| std::mem::replace(&mut after_space, is_space(*byte)) && !is_space(*byte)).count()
}

/// Values in quotes behind each `name=`.
fn attributes<'h>(html: &'h str, name: &'h str) -> impl Iterator<Item = &'h str> {
    html.split(name).skip(1).filter_map(|rest| {
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        rest[1..].split(quote).next()
    })
}

/// Letters, digits and single spaces, in lower case.
pub(super) fn words_only(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    clean.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #[test]
    fn anchors_of_contributions_are_no_links() {
        let text = "<!-- ALL-CONTRIBUTORS-LIST:START -->\n<a href=\"#infra-ada\">x</a> [y](#code-ada)\n<!-- ALL-CONTRIBUTORS-LIST:END -->\n\n[z](#none)\n";
        let targets: Vec<String> =
            super::read("README.md", text.as_bytes()).links.into_iter().map(|link| link.target).collect();
        assert_eq!(targets, ["#none"]);
    }

    use super::*;

    #[test]
    fn words_are_counted_as_in_any_text() {
        for text in ["", " ", "a", " a  b\u{b}c\n", "é à", "a\u{a0}b", "\u{1c}a\rb"] {
            assert_eq!(count_words(text), text.split_whitespace().count(), "{text:?}");
        }
    }

    #[test]
    fn sections_hold_what_stands_below_them() {
        let page = read(
            "a.md",
            b"# Shop\n\nSells things.\n\n## Install\n\n```sh\nmake\n```\n\n### On Debian\n\none two\n\n## Use\n",
        );
        let seen: Vec<_> = page.sections.iter().map(|s| (s.title.as_str(), s.words, s.blocks, s.line)).collect();
        assert_eq!(seen, [("shop", 5, 1, 1), ("install", 3, 1, 5), ("on debian", 2, 0, 11), ("use", 0, 0, 15)]);
    }

    #[test]
    fn anchors_are_those_that_github_makes() {
        let page = read("a.md", b"# What's new?\n## A `b` c\n## Same\n## Same\n<a id=\"here\"></a>\n");
        let seen: Vec<_> = page.anchors.iter().map(String::as_str).collect();
        assert_eq!(seen, ["a-b-c", "here", "same", "same-1", "whats-new"]);
    }

    #[test]
    fn links_know_their_line_and_code_holds_none() {
        let page = read("a.md", b"[a](b.md)\n\n`[x](y.md)`\n\n![img](c.png)\n<img src=\"d.svg\">\n");
        let seen: Vec<_> = page.links.iter().map(|link| (link.target.as_str(), link.line)).collect();
        assert_eq!(seen, [("b.md", 1), ("c.png", 5), ("d.svg", 6)]);
    }

    #[test]
    fn a_link_around_an_image_is_one_and_a_comment_holds_none() {
        let page = read(
            "a.md",
            b"[![x](b.svg)](c.md)\n\n<!-- <a href=\"d.md\">\n<a href=\"e.md\"> -->\n<p><a href=\"f.md\"></p>\n",
        );
        let seen: Vec<_> = page.links.iter().map(|link| link.target.as_str()).collect();
        assert_eq!(seen, ["b.svg", "c.md", "f.md"]);
    }

    #[test]
    fn a_hostile_page_ends_soon() {
        let deep = format!("{}x", "> ".repeat(10_000));
        let _ = read("a.md", deep.as_bytes());
        let links = "[a](b) ".repeat(10_000);
        assert_eq!(read("a.md", links.as_bytes()).links.len(), MOST);
    }
}
