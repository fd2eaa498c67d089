//! Lines of painted text that never exceed the width. Knows colours and wrapping, and nothing of reports.
//! Data becomes safe here: whatever is put on the canvas goes through `one_line` first.

use crate::model::Outcome;
use crate::report::Style;
use crate::report::text::{one_line, padded, pieces, width};

/// What a piece of text means; only the 8 basic colours are used, so that light and dark palettes both work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paint {
    Plain,
    Strong,
    Faint,
    Good,
    Bad,
    Doubtful,
    Name,
}

impl Paint {
    /// SGR parameters (ECMA-48 §8.3.117).
    fn sgr(self) -> &'static str {
        match self {
            Paint::Plain => "",
            Paint::Strong => "1",
            Paint::Faint => "2",
            Paint::Good => "32",
            Paint::Bad => "1;31",
            Paint::Doubtful => "33",
            Paint::Name => "36",
        }
    }

    /// The paint of an outcome.
    pub(crate) fn of(outcome: Outcome) -> Paint {
        match outcome {
            Outcome::Pass => Paint::Good,
            Outcome::Fail => Paint::Bad,
            Outcome::Unknown | Outcome::Blocked => Paint::Doubtful,
            Outcome::NotApplicable => Paint::Faint,
        }
    }
}

/// A piece of text with its paint.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub paint: Paint,
    pub text: String,
    /// Where it leads, for terminals that follow links.
    pub link: Option<String>,
}

/// A painted piece.
pub(crate) fn span(paint: Paint, text: impl AsRef<str>) -> Span {
    Span { paint, text: one_line(text.as_ref()), link: None }
}

/// A piece that leads to a web page.
pub(crate) fn linked(paint: Paint, url: &str) -> Span {
    let safe = url.starts_with("https://") || url.starts_with("http://");
    let link = (safe && url.bytes().all(|byte| byte.is_ascii_graphic())).then(|| url.to_owned());
    Span { link, ..span(paint, url) }
}

/// Lines of painted text.
pub(crate) struct Canvas<'a> {
    style: &'a Style,
    lines: Vec<String>,
}

impl Canvas<'_> {
    /// An empty one.
    pub(crate) fn new(style: &Style) -> Canvas<'_> {
        Canvas { style, lines: Vec::new() }
    }

    /// Columns a line may take.
    pub(crate) fn columns(&self) -> usize {
        self.style.columns()
    }

    /// The style.
    pub(crate) fn style(&self) -> &Style {
        self.style
    }

    /// An empty line, unless there is one already or nothing yet.
    pub(crate) fn gap(&mut self) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(String::new());
        }
    }

    /// A section's heading after a gap, with a remark.
    pub(crate) fn heading(&mut self, title: &str, remark: &str) {
        self.gap();
        self.flow("", 0, &[span(Paint::Strong, title), span(Paint::Faint, remark)]);
    }

    /// Pieces side by side as they are; the caller answers for the width.
    pub(crate) fn painted_line(&mut self, parts: &[Span]) {
        let blank = |part: &Span| part.text.trim().is_empty();
        let used = parts.iter().rposition(|part| !blank(part)).map_or(0, |last| last + 1);
        let mut line = String::new();
        for (index, part) in parts[..used].iter().enumerate() {
            let text = if index + 1 == used { part.text.trim_end() } else { &part.text };
            line.push_str(&self.painted(part, text));
        }
        self.lines.push(line);
    }

    /// Words, wrapped; later lines are indented by `hang` columns.
    pub(crate) fn flow(&mut self, lead: &str, hang: usize, spans: &[Span]) {
        let columns = self.columns();
        let mut line = lead.to_owned();
        let mut used = width(lead);
        let mut fresh = true;
        for part in spans {
            // Words of one part on one line are painted together.
            let mut run = String::new();
            let words = part.text.split(' ').filter(|word| !word.is_empty());
            for piece in words.flat_map(|word| pieces(word, columns - hang)) {
                if used + usize::from(!fresh) + width(piece) > columns {
                    line.push_str(&self.painted(part, &std::mem::take(&mut run)));
                    self.lines.push(std::mem::replace(&mut line, " ".repeat(hang)).trim_end().to_owned());
                    (used, fresh) = (hang, true);
                }
                if !fresh {
                    if run.is_empty() {
                        line.push(' ')
                    } else {
                        run.push(' ')
                    }
                    used += 1;
                }
                run.push_str(piece);
                used += width(piece);
                fresh = false;
            }
            line.push_str(&self.painted(part, &run));
        }
        if !fresh {
            self.lines.push(line);
        }
    }

    /// A label in a column of its own, then words.
    pub(crate) fn labelled(&mut self, indent: usize, label: &str, spans: &[Span]) {
        const LABEL: usize = 10;
        let mut lead = " ".repeat(indent);
        lead.push_str(&self.painted(&span(Paint::Faint, ""), &padded(label, LABEL)));
        let columns = indent + LABEL;
        self.flow_after(lead, columns, spans);
    }

    fn flow_after(&mut self, lead: String, lead_columns: usize, spans: &[Span]) {
        let before = self.lines.len();
        self.flow(&" ".repeat(lead_columns), lead_columns, spans);
        if let Some(line) = self.lines.get_mut(before).filter(|line| line.len() >= lead_columns) {
            let rest = line.split_off(lead_columns);
            *line = format!("{lead}{rest}");
        }
    }

    fn painted(&self, part: &Span, piece: &str) -> String {
        if piece.is_empty() {
            return String::new();
        }
        let sgr = part.paint.sgr();
        let colored = if self.style.color && !sgr.is_empty() {
            format!("\u{1b}[{sgr}m{piece}\u{1b}[0m")
        } else {
            piece.to_owned()
        };
        match &part.link {
            Some(url) if self.style.hyperlinks => format!("\u{1b}]8;;{url}\u{1b}\\{colored}\u{1b}]8;;\u{1b}\\"),
            _ => colored,
        }
    }

    /// A sign for an outcome, one column wide.
    pub(crate) fn sign(&self, outcome: Outcome) -> &'static str {
        match (outcome, self.style.unicode) {
            (Outcome::Pass, true) => "✓",
            (Outcome::Pass, false) => "+",
            (Outcome::Fail, true) => "✗",
            (Outcome::Fail, false) => "x",
            (Outcome::Unknown, _) => "?",
            (Outcome::Blocked, true) => "⊘",
            (Outcome::Blocked, false) => "!",
            (Outcome::NotApplicable, true) => "–",
            (Outcome::NotApplicable, false) => "-",
        }
    }

    /// The sign for an outcome, painted.
    pub(crate) fn mark(&self, outcome: Outcome) -> Span {
        span(Paint::of(outcome), self.sign(outcome))
    }

    /// What stands between the ends of an interval.
    pub(crate) fn between(&self) -> &'static str {
        if self.style.unicode { "…" } else { ".." }
    }

    /// What shows that text was cut.
    pub(crate) fn cut_mark(&self) -> &'static str {
        if self.style.unicode { "…" } else { "~" }
    }

    /// What stands between facts on one line.
    pub(crate) fn dot(&self) -> &'static str {
        if self.style.unicode { " · " } else { " - " }
    }

    /// All lines, each ended.
    pub(crate) fn into_bytes(mut self) -> Vec<u8> {
        while self.lines.last().is_some_and(String::is_empty) {
            self.lines.pop();
        }
        let mut text = self.lines.join("\n");
        text.push('\n');
        text.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped_text_is_indented_and_stays_within_the_width() {
        let style = Style { width: 40, ..Style::default() };
        let mut canvas = Canvas::new(&style);
        canvas.flow("* ", 4, &[span(Paint::Bad, "中文 ".repeat(30)), span(Paint::Plain, "x".repeat(100))]);
        canvas.labelled(2, "seen", &[span(Paint::Plain, "y ".repeat(60))]);
        let text = String::from_utf8(canvas.into_bytes()).expect("text");
        assert!(text.lines().all(|line| width(line) <= 40), "{text}");
        assert!(text.lines().nth(1).is_some_and(|line| line.starts_with("    中")), "{text}");
    }

    #[test]
    fn data_cannot_paint_or_link() {
        let style = Style { color: true, hyperlinks: true, ..Style::default() };
        let mut canvas = Canvas::new(&style);
        canvas.flow("", 0, &[span(Paint::Plain, "\u{1b}[31mred"), linked(Paint::Plain, "javascript:alert(1)")]);
        canvas.flow("", 0, &[linked(Paint::Plain, "https://x/\u{1b}\\")]);
        assert!(!canvas.into_bytes().contains(&0x1b));
    }
}
