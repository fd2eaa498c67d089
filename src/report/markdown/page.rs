//! Writing Markdown (GFM) so that text stays text. Knows nothing of reports.

use crate::report::text::{code_and_words, lines, one_line};

/// Text as Markdown that shows it: no emphasis, links, tags, entities, tables, headings or line breaks arise. Words
/// between backticks become code, which is what the texts of this tool mean by them.
pub(super) fn escape(text: &str) -> String {
    let line = one_line(text);
    let mut escaped = String::with_capacity(line.len() + 8);
    for (at, (code, part)) in code_and_words(line.trim()).into_iter().enumerate() {
        match code {
            true if is_code(part) => escaped.push_str(&format!("`{part}`")),
            true => escaped.push_str(&format!("\\`{}\\`", escape_words(part, false))),
            false => escaped.push_str(&escape_words(part, at == 0)),
        }
    }
    escaped
}

/// Whether text can stand between single backticks, in a table too.
fn is_code(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().all(|letter| !letter.is_control() && !matches!(letter, '`' | '|' | '\\'))
}

fn escape_words(text: &str, at_start: bool) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut escaped = String::with_capacity(text.len() + 8);
    for (at, letter) in letters.iter().copied().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at)).copied();
        let after = letters.get(at + 1).copied();
        if is_active(letter, before, after) || (at_start && starts_a_block(letter, &letters[..at])) {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// Whether a character could mean something within a line.
fn is_active(letter: char, before: Option<char>, after: Option<char>) -> bool {
    let in_word = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    match letter {
        '\\' | '`' | '*' | '[' | ']' | '<' | '|' | '~' | '$' => true,
        '_' => !(in_word(before) && in_word(after)),
        '&' => after.is_some_and(|letter| letter == '#' || letter.is_ascii_alphabetic()),
        // `https://…` would become a link, `:tada:` a picture.
        ':' => after.is_some_and(|letter| letter == '/' || letter.is_ascii_alphabetic()),
        '.' => before.is_some_and(|letter| matches!(letter, 'w' | 'W')),
        _ => false,
    }
}

/// Whether a character could begin a heading, a quotation, a list or a rule after what stands before it.
fn starts_a_block(letter: char, before: &[char]) -> bool {
    match letter {
        '#' | '>' | '+' | '-' | '=' => before.is_empty(),
        '.' | ')' => !before.is_empty() && before.iter().all(char::is_ascii_digit),
        _ => false,
    }
}

/// Text as code where that is safe, else escaped: for ids, paths and expectations.
pub(super) fn code(text: &str) -> String {
    let line = one_line(text);
    let trimmed = line.trim();
    if is_code(trimmed) { format!("`{trimmed}`") } else { escape(trimmed) }
}

/// A link to a web page; anything else as text.
pub(super) fn link(url: &str) -> String {
    let web = url.starts_with("https://") || url.starts_with("http://");
    let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b'`' | b'|' | b'\\');
    if web && url.bytes().all(plain) { format!("<{url}>") } else { escape(url) }
}

/// The user's own Markdown, kept from breaking what stands around it: tags become text, headings stay below ours, an
/// open code fence is closed.
pub(super) fn foreign(body: &str) -> String {
    let mut fence: Option<&str> = None;
    let mut page = String::new();
    for line in lines(body) {
        let trimmed = line.trim_start();
        let mark = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark));
        fence = match (fence, mark) {
            (None, mark) => mark,
            (Some(open), Some(mark)) if open == mark => None,
            (open, _) => open,
        };
        let only = |letter: char| !trimmed.is_empty() && trimmed.trim_end().chars().all(|other| other == letter);
        let safe = harmless_links(&line.replace('<', "&lt;"));
        if fence.is_none() && trimmed.starts_with('#') {
            page.push_str("###");
            page.push_str(safe.trim_start());
        } else if fence.is_none() && (only('=') || only('-')) {
            page.push('\\');
            page.push_str(safe.trim_start());
        } else {
            page.push_str(&safe);
        }
        page.push('\n');
    }
    if let Some(open) = fence {
        page.push_str(open);
        page.push('\n');
    }
    page
}

/// Links lead to web pages, mail or within the repository; any other target (`javascript:`, `data:`) stays text.
fn harmless_links(line: &str) -> String {
    let mut parts = line.split(']');
    let mut safe = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let target = part.strip_prefix('(').or_else(|| part.strip_prefix(':')).map(str::trim_start);
        safe.push_str(if target.is_none_or(is_harmless) { "]" } else { "\\]" });
        safe.push_str(part);
    }
    safe
}

fn is_harmless(target: &str) -> bool {
    let end = target.find([')', ' ']).unwrap_or(target.len());
    let web = ["https://", "http://", "mailto:"].iter().any(|scheme| target.starts_with(scheme));
    // Entities and escapes could spell a scheme.
    web || !target[..end].contains([':', '&', '\\'])
}

/// A page being written. What is put on it is Markdown already.
#[derive(Default)]
pub(super) struct Page {
    text: String,
}

impl Page {
    fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A heading.
    pub(super) fn heading(&mut self, level: usize, title: &str) {
        self.gap();
        self.text.push_str(&format!("{} {title}\n\n", "#".repeat(level)));
    }

    /// A paragraph.
    pub(super) fn paragraph(&mut self, words: &str) {
        self.gap();
        self.text.push_str(words.trim_end());
        self.text.push_str("\n\n");
    }

    /// A list item; `depth` 0 is the outer list.
    pub(super) fn item(&mut self, depth: usize, words: &str) {
        self.text.push_str(&format!("{}- {words}\n", "  ".repeat(depth)));
    }

    /// A numbered list item.
    pub(super) fn numbered(&mut self, number: usize, words: &str) {
        self.text.push_str(&format!("{number}. {words}\n"));
    }

    /// A table, unless it has no rows. Columns whose title starts with `>` stand right.
    pub(super) fn table(&mut self, titles: &[&str], rows: &[Vec<String>]) {
        if rows.is_empty() {
            return;
        }
        self.gap();
        let heads: Vec<&str> = titles.iter().map(|title| title.trim_start_matches('>')).collect();
        let rule: Vec<&str> = titles.iter().map(|title| if title.starts_with('>') { "---:" } else { "---" }).collect();
        self.text.push_str(&format!("| {} |\n| {} |\n", heads.join(" | "), rule.join(" | ")));
        for row in rows {
            self.text.push_str(&format!("| {} |\n", row.join(" | ")));
        }
        self.text.push('\n');
    }

    /// A fenced block; the caller answers for its lines holding no fence.
    pub(super) fn fenced(&mut self, language: &str, body: &[String]) {
        self.gap();
        self.text.push_str(&format!("```{language}\n{}\n```\n\n", body.join("\n")));
    }

    /// The bytes, with one line break at the end.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        format!("{}\n", self.text.trim_end()).into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_text_means_nothing_but_itself() {
        for (text, escaped) in [
            ("a | b", "a \\| b"),
            ("<b>x</b>", "\\<b>x\\</b>"),
            ("*x* _y_ snake_case", "\\*x\\* \\_y\\_ snake_case"),
            ("# title", "\\# title"),
            ("12. item", "12\\. item"),
            ("- item\n- more", "\\- item - more"),
            ("see https://x.example", "see https\\://x.example"),
            ("www.x.example", "www\\.x.example"),
            ("`x<y` ]]> $y$", "`x<y` \\]\\]> \\$y\\$"),
            ("a ` b", "a \\` b"),
            ("`a|b` `", "\\`a\\|b\\` \\`"),
            ("2026-01-02", "2026-01-02"),
            ("&lt; & \\", "\\&lt; & \\\\"),
            ("p95 >= 50 at 16:20", "p95 >= 50 at 16:20"),
        ] {
            assert_eq!(escape(text), escaped);
        }
    }

    #[test]
    fn code_falls_back_to_escaped_text() {
        assert_eq!(code("http/hsts@admin"), "`http/hsts@admin`");
        assert_eq!(code("a`b|c"), "a\\`b\\|c");
        assert_eq!(code(""), "");
    }

    #[test]
    fn only_web_pages_become_links() {
        assert_eq!(link("https://x.example/a_b"), "<https://x.example/a_b>");
        assert_eq!(link("https://x|y"), "https\\://x\\|y");
        assert_eq!(link("javascript:alert(1)"), "javascript\\:alert(1)");
    }

    #[test]
    fn a_section_of_the_user_cannot_break_out() {
        assert_eq!(
            foreign("[a](javascript:x) [b](data&colon;x) [c](https://x) [d](e.md)\n[f]: javascript:x"),
            "[a\\](javascript:x) [b\\](data&colon;x) [c](https://x) [d](e.md)\n[f\\]: javascript:x\n"
        );
        assert_eq!(foreign("# T\n<script>\n---\n```\n# x"), "#### T\n&lt;script>\n\\---\n```\n# x\n```\n");
    }
}
