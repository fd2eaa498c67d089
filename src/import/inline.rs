//! Text of one line of a document with its emphasis, and where each part of it stood in the file.

/// A piece of text with one look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) text: String,
    pub(super) strong: bool,
    pub(super) strike: bool,
    pub(super) code: bool,
}

/// Text with emphasis; may come from several lines of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Inline {
    pub(super) spans: Vec<Span>,
    /// From which byte of the text on which line of the file it stands.
    lines: Vec<(usize, u32)>,
    length: usize,
}

impl Inline {
    /// Adds text that stands on a line of the file.
    pub(super) fn push(&mut self, span: Span, line: u32) {
        if self.lines.last().is_none_or(|(_, last)| *last != line) {
            self.lines.push((self.length, line));
        }
        self.length += span.text.len();
        match self.spans.last_mut().filter(|last| last.alike(&span)) {
            Some(last) => last.text.push_str(&span.text),
            None => self.spans.push(span),
        }
    }

    /// Adds a further line of the same sentence.
    pub(super) fn join(&mut self, other: Inline) {
        let first = other.first_line();
        self.push(Span { text: " ".to_owned(), ..Span::default() }, self.last_line());
        let (offset, lines) = (self.length, other.lines);
        self.lines.extend(lines.into_iter().map(|(at, line)| (at + offset, line)).filter(|(_, line)| *line >= first));
        self.length += other.length;
        self.spans.extend(other.spans);
    }

    /// The text without markup.
    pub(super) fn text(&self) -> String {
        self.spans.iter().map(|span| span.text.as_str()).collect()
    }

    /// Its pieces of code.
    pub(super) fn code(&self) -> Vec<String> {
        self.spans.iter().filter(|span| span.code).map(|span| span.text.clone()).collect()
    }

    /// The piece of code that a byte of the text is in.
    pub(super) fn code_at(&self, byte: usize) -> Option<&str> {
        let mut end = 0;
        let span = self.spans.iter().find(|span| {
            end += span.text.len();
            byte < end
        });
        span.filter(|span| span.code).map(|span| span.text.as_str())
    }

    /// The line of the file on which a byte of the text stands.
    pub(super) fn line_at(&self, byte: usize) -> u32 {
        let after = self.lines.partition_point(|(at, _)| *at <= byte);
        after.checked_sub(1).and_then(|index| self.lines.get(index)).map_or(0, |(_, line)| *line)
    }

    /// The first line of the file it stands on.
    pub(super) fn first_line(&self) -> u32 {
        self.lines.first().map_or(0, |(_, line)| *line)
    }

    /// The same without the `3. ` it starts with.
    pub(super) fn without_number(mut self) -> Inline {
        if let Some(first) = self.spans.first_mut() {
            let rest = first.text.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
            first.text = rest.trim_start_matches(['.', ')']).trim_start().to_owned();
        }
        self.spans.retain(|span| !span.text.is_empty());
        self
    }

    fn last_line(&self) -> u32 {
        self.lines.last().map_or(0, |(_, line)| *line)
    }

    /// Whether there is nothing but white space.
    pub(super) fn is_blank(&self) -> bool {
        self.spans.iter().all(|span| span.text.trim().is_empty())
    }

    /// Whether all letters are strong.
    pub(super) fn is_strong(&self) -> bool {
        let mut lettered = self.spans.iter().filter(|span| span.text.chars().any(char::is_alphanumeric)).peekable();
        lettered.peek().is_some() && lettered.all(|span| span.strong)
    }

    /// Whether all letters are struck through.
    pub(super) fn is_struck(&self) -> bool {
        let mut lettered = self.spans.iter().filter(|span| span.text.chars().any(char::is_alphanumeric)).peekable();
        lettered.peek().is_some() && lettered.all(|span| span.strike)
    }

    /// The strong words at the start (after signs), if more text follows: `**Name**: detail`.
    pub(super) fn strong_lead(&self) -> Option<String> {
        let mut lettered = self.spans.iter().filter(|span| span.text.chars().any(char::is_alphanumeric));
        lettered.next().filter(|span| span.strong).map(|span| span.text.clone())
    }
}

impl Span {
    fn alike(&self, other: &Span) -> bool {
        (self.strong, self.strike, self.code) == (other.strong, other.strike, other.code)
    }
}
