//! Scripts of Gradle, in Groovy or Kotlin, line by line: without comments, and within which blocks each stands.

/// A line of a script.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// From 1.
    pub(super) number: u32,
    /// Without comments.
    pub(super) text: String,
    /// Blocks that are open before it, each by its first word: `dependencies`, `if`.
    pub(super) blocks: Vec<String>,
}

/// The lines of a script.
pub(super) fn lines(script: &str) -> Vec<Line> {
    let text = without_comments(script);
    let mut blocks: Vec<String> = Vec::new();
    let mut lines = Vec::new();
    for (number, content) in (1..).zip(text.lines()) {
        lines.push(Line { number, text: content.to_owned(), blocks: blocks.clone() });
        follow(&mut blocks, content);
    }
    lines
}

/// Blocks that are open behind a line, each by its first word.
fn follow(blocks: &mut Vec<String>, line: &str) {
    let mut from = 0;
    for (at, c) in line.char_indices().filter(|(_, c)| matches!(c, '{' | '}')) {
        if c == '}' {
            blocks.pop();
        } else {
            let words = line[from..at].trim_start();
            let end = words.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(words.len());
            blocks.push(words[..end].to_owned());
        }
        from = at + 1;
    }
}

/// The script with blanks for comments, line for line.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut inside, mut quote) = (false, None);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\n', _) => {
                quote = None;
                out.push('\n');
            }
            ('*', Some('/')) if inside => {
                chars.next();
                inside = false;
            }
            _ if inside => {}
            ('/', Some('*')) if quote.is_none() => {
                chars.next();
                inside = true;
            }
            ('/', Some('/')) if quote.is_none() => {
                while chars.peek().is_some_and(|next| *next != '\n') {
                    chars.next();
                }
            }
            ('"' | '\'', _) => {
                quote = match quote {
                    Some(open) if open == c => None,
                    None => Some(c),
                    other => other,
                };
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn a_line_stands_within_the_blocks_that_are_open_before_it() {
        let all = lines("dependencies { // } \n  if (x) {\n    api('a') /* { */\n  }\n}\n");
        let shown: Vec<String> =
            all.iter().map(|line| format!("{} {}", line.blocks.join("."), line.text.trim())).collect();
        assert_eq!(
            shown,
            [
                " dependencies {",
                "dependencies if (x) {",
                "dependencies.if api('a')",
                "dependencies.if }",
                "dependencies }"
            ]
        );
    }
}
