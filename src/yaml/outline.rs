//! Plain block YAML, recognised without building a tree: most files that programs write, and most that people do. What
//! is recognised parses without a problem; of anything else, such as an anchor or a tag, nothing is said, and the parser
//! has to look. A test holds both against each other.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memchr2};

use super::parse::{MAX_DEPTH, MAX_NODES};
use super::source::MAX_BYTES;

/// A mapping with more keys is left to the parser: each is compared with those before it.
const MOST_KEYS: usize = 200;
/// So is a longer key.
const LONGEST_KEY: usize = 128;

/// A key of the mapping that a document is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopKey<'t> {
    /// Number of its document in the file, from 0.
    pub document: usize,
    /// The key, without quotes.
    pub key: &'t str,
    /// What stands behind it on its line, as written.
    pub value: &'t str,
    /// The lines below it that belong to its value.
    pub block: Range<usize>,
}

/// The top keys of every document, where the whole file is plain enough to be sure that it parses; else `None`.
pub fn outline(text: &str) -> Option<Vec<TopKey<'_>>> {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n');
    let plain = text.len() <= MAX_BYTES && text.as_bytes().chunks(64).all(|part| part.iter().all(is_plain));
    let mut reader = Reader {
        text,
        at: 0,
        open: Vec::new(),
        keys: Vec::new(),
        next: Next::Value,
        nodes: 0,
        document: 0,
        top: Vec::new(),
    };
    while plain && reader.at < text.len() {
        reader.line()?;
    }
    reader.close_top(text.len());
    plain.then_some(reader.top)
}

/// A collection that is not closed yet.
struct Open {
    column: usize,
    is_list: bool,
    /// Where its keys start among those of all.
    keys: usize,
}

/// What may stand on the lines that come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// An entry of an open collection.
    Entry,
    /// That, or more of a plain text.
    Text,
    /// That, or the value of what stands before.
    Value,
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    open: Vec<Open>,
    keys: Vec<&'t str>,
    next: Next,
    nodes: usize,
    document: usize,
    top: Vec<TopKey<'t>>,
}

/// `None`: this is not plain.
type Step = Option<()>;

impl<'t> Reader<'t> {
    fn take_line(&mut self) -> &'t str {
        let rest = &self.text[self.at..];
        let end = memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
        self.at += (end + 1).min(rest.len());
        rest[..end].trim_end_matches(' ')
    }

    fn line(&mut self) -> Step {
        let start = self.at;
        let line = self.take_line();
        let column = line.bytes().position(|byte| byte != b' ');
        let Some(column) = column else { return Some(()) };
        let content = &line[column..];
        if content.starts_with('#') {
            // A comment ends a text.
            self.next = if self.next == Next::Text { Next::Entry } else { self.next };
            return Some(());
        }
        if column == 0 && (content.starts_with("---") || content.starts_with("...")) {
            return self.begin_document(content, start);
        }
        if self.next == Next::Text && self.open.last().is_some_and(|open| column > open.column) {
            let may_go_on = !is_item(content) && !content.starts_with(['?', ':']);
            return may_go_on.then(|| self.plain(content))?;
        }
        self.place(column, content)?;
        if column == 0 {
            self.close_top(start);
        }
        self.entry(column, content)
    }

    fn begin_document(&mut self, content: &str, start: usize) -> Step {
        self.close_top(start);
        self.open.clear();
        self.keys.clear();
        self.next = Next::Value;
        self.document += 1;
        (content == "---").then_some(())
    }

    fn close_top(&mut self, at: usize) {
        if let Some(top) = self.top.last_mut().filter(|top| top.block.end == usize::MAX) {
            top.block.end = at.max(top.block.start);
        }
    }

    /// Closes and opens collections, so that the innermost is the one that an entry at this column belongs to.
    fn place(&mut self, column: usize, content: &str) -> Step {
        let is_item = is_item(content);
        let Some(last) = self.open.last() else {
            return (column == 0 && self.next == Next::Value).then(|| self.begin(0, is_item))?;
        };
        let below = column > last.column || (column == last.column && is_item && !last.is_list);
        if self.next == Next::Value && below {
            return self.begin(column, is_item);
        }
        while self.open.last().is_some_and(|open| open.column > column) {
            self.end();
        }
        // A list may stand at the column of the key that it is the value of.
        if let [.., outer, inner] = self.open.as_slice()
            && inner.column == column
            && outer.column == column
            && !is_item
        {
            self.end();
        }
        let fits = |open: &Open| open.column == column && open.is_list == is_item;
        self.open.last().is_some_and(fits).then_some(())
    }

    fn begin(&mut self, column: usize, is_list: bool) -> Step {
        self.open.push(Open { column, is_list, keys: self.keys.len() });
        self.count()?;
        (self.open.len() < MAX_DEPTH / 2).then_some(())
    }

    fn end(&mut self) {
        if let Some(open) = self.open.pop() {
            self.keys.truncate(open.keys);
        }
    }

    fn count(&mut self) -> Step {
        self.nodes += 1;
        (self.nodes < MAX_NODES).then_some(())
    }

    /// One entry of the innermost collection, which may begin others: `- - key: value`.
    fn entry(&mut self, mut column: usize, mut content: &'t str) -> Step {
        while self.open.last()?.is_list {
            self.next = Next::Value;
            self.count()?;
            let rest = content[1..].trim_start_matches(' ');
            if rest.is_empty() || rest.starts_with('#') {
                return Some(());
            }
            column += content.len() - rest.len();
            content = rest;
            let begins_list = is_item(rest);
            if !begins_list && split_key(rest).is_none() {
                return self.scalar(rest);
            }
            self.begin(column, begins_list)?;
        }
        let (key, value) = split_key(content)?;
        self.key(key)?;
        if self.open.len() == 1 {
            let block = self.at..usize::MAX;
            self.top.push(TopKey { document: self.document, key, value, block });
        }
        self.next = Next::Value;
        match value.as_bytes().first() {
            None | Some(b'#') => self.count(),
            Some(_) => self.scalar(value),
        }
    }

    fn key(&mut self, key: &'t str) -> Step {
        let own = &self.keys[self.open.last()?.keys..];
        if own.len() >= MOST_KEYS || own.contains(&key) {
            return None;
        }
        self.keys.push(key);
        self.count()
    }

    /// A value on the line of its key or dash.
    fn scalar(&mut self, text: &'t str) -> Step {
        self.count()?;
        let first = *text.as_bytes().first()?;
        self.next = Next::Entry;
        match first {
            b'"' => self.quoted(&text[1..], double_quote_end),
            b'\'' => self.quoted(&text[1..], single_quote_end),
            b'|' | b'>' => matches!(&text[1..], "" | "-" | "+").then(|| self.block())?,
            b'[' | b'{' => matches!(text, "[]" | "{}").then_some(()).or_else(|| self.words(text)),
            b'-' => text.as_bytes().get(1).is_some_and(|byte| *byte != b' ').then(|| self.plain(text))?,
            b'_' | b'.' | b'/' | b'(' | b'+' | b'\\' | b'^' | b'$' | b'=' | b';' | b'~' | b'<' => self.plain(text),
            _ if first.is_ascii_alphanumeric() => self.plain(text),
            _ => None,
        }
    }

    /// The rest of a text in quotes, which may go on over several lines.
    fn quoted(&mut self, mut text: &'t str, end: fn(&str) -> Option<Option<usize>>) -> Step {
        let least = self.open.last()?.column + 1;
        loop {
            if let Some(end) = end(text)? {
                return ends(&text[end..]);
            }
            (self.at < self.text.len()).then_some(())?;
            let line = self.take_line();
            let column = line.bytes().position(|byte| byte != b' ').unwrap_or(line.len());
            (line.is_empty() || column >= least).then_some(())?;
            text = &line[column..];
        }
    }

    /// A line of plain text, with a comment behind it or without.
    fn plain(&mut self, text: &str) -> Step {
        let bytes = text.as_bytes();
        let comment = memchr_iter(b'#', bytes).find(|at| *at > 0 && bytes[at - 1] == b' ');
        self.next = if comment.is_some() { Next::Entry } else { Next::Text };
        let said = &bytes[..comment.unwrap_or(bytes.len())];
        memchr_iter(b':', said).all(|at| said.get(at + 1).is_some_and(|next| *next != b' ')).then_some(())
    }

    /// `[a, b]` of plain words.
    fn words(&mut self, text: &str) -> Step {
        let inner = text.strip_prefix('[')?.strip_suffix(']')?;
        for word in inner.split(',') {
            let word = word.trim_matches(' ');
            let is_word =
                word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'/' | b'-'));
            let begins = word.starts_with(|c: char| c.is_ascii_alphanumeric());
            (is_word && begins).then_some(())?;
            self.count()?;
        }
        Some(())
    }

    /// The lines of a `|` or `>`: all that are indented as far as the first.
    fn block(&mut self) -> Step {
        let least = self.open.last()?.column + 1;
        let mut indent = None;
        while self.at < self.text.len() {
            let start = self.at;
            let line = self.take_line();
            let Some(column) = line.bytes().position(|byte| byte != b' ') else {
                let bare = self.text.as_bytes()[start] == b'\n';
                (bare || indent.is_some()).then_some(())?;
                continue;
            };
            if column < least {
                self.at = start;
                return Some(());
            }
            if column < *indent.get_or_insert(column) {
                return None;
            }
        }
        Some(())
    }
}

fn is_item(content: &str) -> bool {
    content == "-" || content.starts_with("- ")
}

/// `key: value` or `key:`, the key plain or in double quotes.
fn split_key(content: &str) -> Option<(&str, &str)> {
    let (key, rest) = match content.strip_prefix('"') {
        Some(quoted) => {
            let end = memchr2(b'"', b'\\', quoted.as_bytes())?;
            (&quoted[..end], quoted[end..].strip_prefix('"')?)
        }
        None => {
            let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'/' | b'-' | b'$');
            let end = content.bytes().position(|byte| !is_word(&byte))?;
            let begins = content.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/' | '$'));
            begins.then(|| content.split_at(end))?
        }
    };
    let value = rest.strip_prefix(':')?;
    let parts = value.is_empty() || value.starts_with(' ');
    (parts && key.len() <= LONGEST_KEY).then(|| (key, value.trim_start_matches(' ')))
}

/// Where a text in double quotes ends on its line, if it does; `None` where its escapes are not plain.
fn double_quote_end(text: &str) -> Option<Option<usize>> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += found;
        match (bytes[at], bytes.get(at + 1)) {
            (b'"', _) => return Some(Some(at + 1)),
            // Before the end of a line it joins the next one.
            (_, None | Some(b'"' | b'\\' | b'/' | b'n' | b't' | b' ')) => at += 2,
            _ => return None,
        }
    }
    Some(None)
}

/// The same for a text in single quotes, in which the quote itself is written twice.
fn single_quote_end(text: &str) -> Option<Option<usize>> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr(b'\'', rest)) {
        at += found + 1;
        match bytes.get(at) {
            Some(b'\'') => at += 1,
            _ => return Some(Some(at)),
        }
    }
    Some(None)
}

/// Nothing but a comment stands behind a value.
fn ends(rest: &str) -> Step {
    (rest.is_empty() || (rest.starts_with(' ') && rest.trim_start_matches(' ').starts_with('#'))).then_some(())
}

#[cfg(test)]
#[path = "outline_tests.rs"]
mod tests;
