//! The dated mark at the end of a line: `<!-- measured -->*measured 2026-03-02: fail …*<!-- /measured -->`. Only ASCII, so
//! that it means the same in every encoding that a document may have.

const OPEN: &[u8] = b"<!-- measured -->";
const CLOSE: &[u8] = b"<!-- /measured -->";

/// Most characters of a mark's text.
const LONGEST: usize = 160;

/// A line without its mark.
pub(super) fn without(line: &[u8]) -> Vec<u8> {
    let Some(start) = find(line, OPEN) else { return line.to_vec() };
    let rest = line.get(start..).unwrap_or_default();
    let Some(end) = find(rest, CLOSE).map(|at| start + at + CLOSE.len()) else { return line.to_vec() };
    let before = line.get(..start).unwrap_or_default();
    let mut kept = before.strip_suffix(b" ").unwrap_or(before).to_vec();
    kept.extend_from_slice(line.get(end..).unwrap_or_default());
    kept
}

/// A line with a mark at its end; rows of tables, which end with their border, get none.
pub(super) fn with(mut line: Vec<u8>, words: &str) -> Vec<u8> {
    if line.trim_ascii_start().starts_with(b"|") {
        return line;
    }
    // Two spaces at the end are a line break in Markdown; they stay at the end.
    let spaces = line.len() - line.trim_ascii_end().len();
    let tail = line.split_off(line.len() - spaces);
    line.push(b' ');
    line.extend_from_slice(OPEN);
    line.push(b'*');
    line.extend_from_slice(harmless(words).as_bytes());
    line.push(b'*');
    line.extend_from_slice(CLOSE);
    line.extend(tail);
    line
}

/// Words that stay words: ASCII, one line, nothing that Markdown or HTML would act upon.
pub(super) fn harmless(words: &str) -> String {
    let mut text = String::new();
    for letter in words.chars().take(LONGEST) {
        match letter {
            '*' | '_' | '[' | ']' | '`' | '\\' | '~' | '#' | '|' | '!' => text.extend(['\\', letter]),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '&' => text.push_str("&amp;"),
            '…' => text.push_str("..."),
            letter if letter.is_ascii_graphic() || letter == ' ' => text.push(letter),
            letter if letter.is_whitespace() || letter.is_control() => text.push(' '),
            _ => text.push('?'),
        }
    }
    text.trim().to_owned()
}

/// Where some bytes begin in others.
pub(super) fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_comes_off_as_it_went_on() {
        for line in [&b"- [x] Backups"[..], b"- done  ", b"- gr\xf6\xdfe", b""] {
            let marked = with(line.to_vec(), "measured 2026-03-02: pass");
            let trimmed = line.trim_ascii_end();
            assert!(marked.starts_with(trimmed));
            assert_eq!(without(&marked), line);
            assert_eq!(with(without(&marked), "measured 2026-03-02: pass"), marked);
        }
    }

    #[test]
    fn words_cannot_leave_their_mark() {
        let text = harmless("--> <script> *x* | `y`\n# z ✅");
        assert!(text.is_ascii() && !text.contains('\n') && !text.contains("-->") && !text.contains("<s"), "{text}");
    }
}
