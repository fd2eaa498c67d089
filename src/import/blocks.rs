//! Markdown to blocks: headings, bullets, lines and table rows with the lines of the file they stand on. Code fences, HTML
//! comments and front matter hold no statements. Leaves meaning to the recognisers.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::inline::{Inline, Span};
use super::paragraph::{Piece, loose_number, sentences};

/// One heading, bullet, line or row.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) kind: BlockKind,
    /// Line of the file, from 1.
    pub(super) line: u32,
    pub(super) text: Inline,
    /// The bullet it is nested below.
    pub(super) outer: Option<usize>,
    /// Which list or table it is in, counted over the document; lines and headings have none.
    pub(super) list: Option<usize>,
}

/// What kind of block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum BlockKind {
    Heading {
        depth: u8,
    },
    Item {
        number: Option<u64>,
    },
    Line,
    Row {
        header: Vec<String>,
        cells: Vec<Inline>,
    },
    /// Code or other text that states nothing; listed as left over.
    Code,
}

/// A comment of the document that is addressed to us: `<!-- shipworthy: … -->`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// Line of the original file, from 1.
    pub line: u32,
    /// What stands after `shipworthy:`.
    pub text: String,
}

/// All blocks of a document, in order.
#[derive(Default)]
pub(super) struct Blocks {
    pub(super) blocks: Vec<Block>,
    pub(super) directives: Vec<Directive>,
}

/// Cuts a document into blocks.
pub(super) fn blocks(text: &str) -> Blocks {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_FOOTNOTES;
    let mut walk = Walk::new(text);
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        let line = walk.line_of(range.start);
        walk.event(event, line);
    }
    walk.close();
    walk.found
}

#[derive(Default)]
struct Walk {
    starts: Vec<usize>,
    found: Blocks,
    /// Open bullets: the block of each, once it has text, and its number.
    items: Vec<(Option<usize>, Option<u64>)>,
    /// Open lists: identity and next number.
    lists: Vec<(usize, Option<u64>)>,
    list_count: usize,
    pieces: Vec<Piece>,
    heading: Option<u8>,
    strong: usize,
    strike: usize,
    skipping: usize,
    code: Option<u32>,
    table: Option<Table>,
    html: Option<(u32, String)>,
    /// A numbered line that Markdown takes for text (a list that interrupts a paragraph must start with 1): what it
    /// introduces is nested below it.
    loose: Option<usize>,
    /// Inside what `sync` wrote: a summary, or a mark at the end of a line.
    in_summary: bool,
    in_mark: bool,
}

struct Table {
    identity: usize,
    header: Vec<String>,
    row: Vec<Inline>,
    row_line: u32,
    in_head: bool,
}

impl Walk {
    fn new(text: &str) -> Walk {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Walk { starts, ..Walk::default() }
    }

    fn line_of(&self, byte: usize) -> u32 {
        u32::try_from(self.starts.partition_point(|start| *start <= byte)).unwrap_or(u32::MAX)
    }

    fn event(&mut self, event: Event<'_>, line: u32) {
        match event {
            Event::Start(tag) => self.start(&tag, line),
            Event::End(end) => self.end(end),
            Event::Text(text) => self.text(&text, false, line),
            Event::Code(text) => self.text(&text, true, line),
            Event::SoftBreak => self.next_piece(false),
            Event::HardBreak => self.next_piece(true),
            Event::InlineHtml(html) if html.starts_with("<br") && self.table.is_none() => self.next_piece(true),
            Event::InlineHtml(html) if html.starts_with("<br") => self.text(" ", false, line),
            Event::InlineHtml(html) => self.comment(&html, line),
            Event::Html(html) => {
                if let Some((_, text)) = &mut self.html {
                    text.push_str(&html);
                }
            }
            Event::TaskListMarker(_)
            | Event::FootnoteReference(_)
            | Event::Rule
            | Event::InlineMath(_)
            | Event::DisplayMath(_) => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>, line: u32) {
        match tag {
            Tag::Heading { level, .. } => {
                self.close();
                self.heading = Some(*level as u8);
            }
            Tag::List(first) => {
                self.close();
                self.list_count += 1;
                self.lists.push((self.list_count, *first));
                if let Some(loose) = self.loose.filter(|_| self.items.is_empty()) {
                    self.items.push((Some(loose), None));
                }
            }
            Tag::Item => {
                self.close();
                let number = self.lists.last_mut().and_then(|(_, next)| {
                    let number = *next;
                    *next = next.map(|number| number + 1);
                    number
                });
                self.items.push((None, number));
            }
            Tag::Paragraph | Tag::BlockQuote(_) => self.close(),
            Tag::CodeBlock(_) => {
                self.close();
                self.code = Some(line);
                self.skipping += 1;
            }
            Tag::MetadataBlock(_) => self.skipping += 1,
            Tag::HtmlBlock => {
                self.close();
                self.html = Some((line, String::new()));
            }
            Tag::Table(_) => {
                self.close();
                self.list_count += 1;
                let identity = self.list_count;
                self.table =
                    Some(Table { identity, header: Vec::new(), row: Vec::new(), row_line: line, in_head: false });
            }
            Tag::TableHead | Tag::TableRow => {
                if let Some(table) = &mut self.table {
                    table.in_head = matches!(tag, Tag::TableHead);
                    table.row_line = line;
                }
            }
            Tag::TableCell => self.pieces.clear(),
            Tag::Strong => self.strong += 1,
            Tag::Strikethrough => self.strike += 1,
            _ => {}
        }
    }

    fn end(&mut self, end: TagEnd) {
        match end {
            TagEnd::Heading(_) | TagEnd::Paragraph => self.close(),
            TagEnd::Item => {
                self.close();
                self.items.pop();
            }
            TagEnd::List(_) => {
                self.close();
                self.lists.pop();
                if self.lists.is_empty() {
                    self.items.clear();
                    self.loose = None;
                }
            }
            TagEnd::CodeBlock => {
                self.skipping -= 1;
                if let Some(line) = self.code.take() {
                    self.add(BlockKind::Code, line, Inline::default());
                }
            }
            TagEnd::MetadataBlock(_) => self.skipping -= 1,
            TagEnd::HtmlBlock => self.end_html(),
            TagEnd::TableCell => self.end_cell(),
            TagEnd::TableHead | TagEnd::TableRow => self.end_row(),
            TagEnd::Table => self.table = None,
            TagEnd::Strong => self.strong = self.strong.saturating_sub(1),
            TagEnd::Strikethrough => self.strike = self.strike.saturating_sub(1),
            _ => {}
        }
    }

    fn text(&mut self, text: &str, code: bool, line: u32) {
        if self.skipping > 0 || self.in_mark {
            return;
        }
        let span = Span { text: text.to_owned(), strong: self.strong > 0, strike: self.strike > 0, code };
        match self.pieces.last_mut() {
            Some(piece) => piece.text.push(span, line),
            None => {
                let mut inline = Inline::default();
                inline.push(span, line);
                self.pieces.push(Piece { text: inline, forced: false });
            }
        }
    }

    fn next_piece(&mut self, forced: bool) {
        if self.skipping == 0 && !self.pieces.is_empty() {
            self.pieces.push(Piece { text: Inline::default(), forced });
        }
    }

    /// Ends the open paragraph, bullet text or heading.
    fn close(&mut self) {
        let heading = self.heading.take();
        for text in sentences(std::mem::take(&mut self.pieces)) {
            let line = text.first_line();
            match (heading, self.items.last().copied()) {
                (Some(depth), _) => self.add(BlockKind::Heading { depth }, line, text),
                (None, Some((None, number))) => {
                    let index = self.found.blocks.len();
                    self.add(BlockKind::Item { number }, line, text);
                    if let Some((block, _)) = self.items.last_mut() {
                        *block = Some(index);
                    }
                }
                (None, None) if loose_number(&text.text()).is_some() => {
                    let index = self.found.blocks.len();
                    let number = loose_number(&text.text());
                    self.add(BlockKind::Item { number }, line, text.without_number());
                    self.loose = Some(index);
                }
                _ => self.add(BlockKind::Line, line, text),
            }
        }
    }

    fn add(&mut self, kind: BlockKind, line: u32, text: Inline) {
        self.in_mark = false;
        if self.in_summary {
            return;
        }
        let is_item = matches!(kind, BlockKind::Item { .. });
        let list = if is_item { self.lists.last().map(|(identity, _)| *identity) } else { None };
        let outer = self.items.iter().rev().find_map(|(block, _)| *block);
        if outer != self.loose {
            self.loose = None;
        }
        self.found.blocks.push(Block { kind, line, text, outer, list });
    }

    fn end_cell(&mut self) {
        let mut cell = Inline::default();
        for piece in std::mem::take(&mut self.pieces) {
            if cell.is_blank() { cell = piece.text } else { cell.join(piece.text) }
        }
        if let Some(table) = &mut self.table {
            table.row.push(cell);
        }
    }

    fn end_row(&mut self) {
        let Some(table) = &mut self.table else { return };
        let cells = std::mem::take(&mut table.row);
        if table.in_head {
            table.header = cells.iter().map(|cell| cell.text().trim().to_owned()).collect();
            return;
        }
        let (line, identity) = (table.row_line, table.identity);
        let kind = BlockKind::Row { header: table.header.clone(), cells };
        self.add(kind, line, Inline::default());
        if let Some(block) = self.found.blocks.last_mut() {
            block.list = Some(identity);
        }
    }

    fn end_html(&mut self) {
        let Some((first, html)) = self.html.take() else { return };
        let html = self.without_comments(&html, first);
        for (line, text) in (first..).zip(html.lines()) {
            let shown = without_tags(text);
            if !shown.trim().is_empty() {
                let mut inline = Inline::default();
                inline.push(Span { text: shown.trim().to_owned(), ..Span::default() }, line);
                self.add(BlockKind::Line, line, inline);
            }
        }
    }

    /// The same text with each comment as blank lines, so that lines keep their numbers.
    fn without_comments(&mut self, html: &str, first: u32) -> String {
        let mut kept = String::with_capacity(html.len());
        let mut rest = html;
        while let Some(start) = rest.find("<!--") {
            kept.push_str(&rest[..start]);
            let end = rest[start..].find("-->").map_or(rest.len(), |length| start + length + 3);
            let line = first + u32::try_from(kept.matches('\n').count()).unwrap_or(0);
            self.comment(&rest[start..end], line);
            kept.extend(rest[start..end].chars().filter(|c| *c == '\n'));
            rest = &rest[end..];
        }
        kept.push_str(rest);
        kept
    }

    fn comment(&mut self, html: &str, line: u32) {
        let inside = html.strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->")).map(str::trim);
        match inside {
            Some("measured") => self.in_mark = true,
            Some("/measured") => self.in_mark = false,
            Some("shipworthy:begin summary") => self.in_summary = true,
            Some("shipworthy:end summary") => self.in_summary = false,
            Some(text) => {
                if let Some(text) = text.strip_prefix("shipworthy:") {
                    self.found.directives.push(Directive { line, text: text.trim().to_owned() });
                }
            }
            None => {}
        }
    }
}

fn without_tags(line: &str) -> String {
    let mut shown = String::with_capacity(line.len());
    let mut inside = false;
    for c in line.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => inside = false,
            c if !inside => shown.push(c),
            _ => {}
        }
    }
    shown
}
