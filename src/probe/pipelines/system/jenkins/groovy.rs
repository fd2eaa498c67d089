//! As much of Groovy as a `Jenkinsfile` needs: what is a comment, and which block stands in which.

/// A block in braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// What stands before it, back to the end of another block or statement.
    pub(super) head: String,
    /// Where that begins.
    pub(super) from: usize,
    /// Its braces.
    pub(super) open: usize,
    pub(super) close: usize,
}

impl Block {
    /// Whether a place is within it.
    pub(super) fn has(&self, at: usize) -> bool {
        self.open < at && at < self.close
    }
}

/// What a character of a program belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Code,
    Comment,
    Text,
}

/// The program with blanks for comments, line for line.
pub(super) fn without_comments(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    walk(text, |_, c, part| clean.push(if part == Part::Comment && c != '\n' { ' ' } else { c }));
    clean
}

/// Its blocks, an inner one before the one that it stands in.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let (mut open, mut found) = (Vec::new(), Vec::new());
    let mut from = 0;
    walk(text, |at, c, part| match (c, part) {
        ('{', Part::Code) => {
            open.push((from, at));
            from = at + 1;
        }
        ('}', Part::Code) => {
            if let Some((from, open)) = open.pop() {
                found.push(Block { head: text[from..open].trim().to_owned(), from, open, close: at });
            }
            from = at + 1;
        }
        (';', Part::Code) => from = at + 1,
        _ => {}
    });
    found
}

/// Every character with its place and what it belongs to.
fn walk(text: &str, mut each: impl FnMut(usize, char, Part)) {
    let (mut quote, mut comment): (Option<&str>, Option<&str>) = (None, None);
    let (mut skip_to, mut comment_end) = (0, 0);
    for (at, c) in text.char_indices() {
        let rest = &text[at..];
        let is_comment = comment.is_some() || at < comment_end;
        let part = match quote {
            _ if is_comment => Part::Comment,
            Some(_) => Part::Text,
            None => Part::Code,
        };
        if at < skip_to {
            each(at, c, part);
            continue;
        }
        match (quote, comment) {
            (Some(_), _) if c == '\\' => skip_to = at + 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
            (Some(end), _) if rest.starts_with(end) || end.len() == 1 && c == '\n' => {
                quote = None;
                skip_to = at + end.len();
            }
            (None, Some("\n")) if c == '\n' => comment = None,
            (None, Some(end)) if end != "\n" && rest.starts_with(end) => {
                comment = None;
                comment_end = at + end.len();
                skip_to = comment_end;
            }
            (None, None) => {
                quote = ["'''", "\"\"\"", "'", "\""].into_iter().find(|quote| rest.starts_with(quote));
                skip_to = at + quote.map_or(0, str::len);
                comment =
                    [("//", "\n"), ("/*", "*/")].iter().find(|(start, _)| rest.starts_with(start)).map(|(_, end)| *end);
            }
            _ => {}
        }
        let part = if comment.is_some() { Part::Comment } else { part };
        each(at, c, part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_become_blanks_and_texts_stay() {
        let text = "a // x\n/* b\nc */ d 'http://e' \"/* f */\" '''\n// g\n'''\nh\n";
        assert_eq!(without_comments(text), "a     \n    \n     d 'http://e' \"/* f */\" '''\n// g\n'''\nh\n");
    }

    #[test]
    fn blocks_stand_in_each_other_with_their_heads() {
        let text = "stage('a') {\n  when { branch 'm' }\n  steps { sh '}{' ; catchError(x: 'y') { sh 'b' } }\n}\n";
        let heads: Vec<String> = blocks(text).into_iter().map(|block| block.head).collect();
        assert_eq!(heads, ["when", "catchError(x: 'y')", "steps", "stage('a')"]);
    }
}
