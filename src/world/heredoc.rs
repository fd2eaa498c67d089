//! Here-documents of shells, Ruby and PHP: text whose end is a line of its own.

use memchr::memchr;

/// A here-document whose body starts on the next line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Heredoc {
    delimiter: Vec<u8>,
    /// The closing line may be indented.
    indented: bool,
    /// Code may follow the closing word on its line (PHP).
    pub(super) keeps_line: bool,
}

impl Heredoc {
    /// Where the closing line starts, searched from the line break at `from`.
    pub(super) fn end(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let mut at = from;
        while let Some(found) = memchr(b'\n', bytes.get(at..)?) {
            at += found + 1;
            if self.closes(&bytes[at..]) {
                return Some(at);
            }
        }
        None
    }

    fn closes(&self, rest: &[u8]) -> bool {
        let blank = if self.indented { blank_before(rest) } else { 0 };
        let Some(after) = rest[blank..].strip_prefix(self.delimiter.as_slice()) else { return false };
        match after.first() {
            None | Some(b'\n' | b'\r') => true,
            Some(byte) => self.keeps_line && !byte.is_ascii_alphanumeric() && *byte != b'_',
        }
    }

    /// Length of the closing word with its indentation.
    pub(super) fn width(&self, bytes: &[u8], end: usize) -> usize {
        bytes.get(end..).map_or(0, |rest| (blank_before(rest) + self.delimiter.len()).min(rest.len()))
    }
}

fn blank_before(rest: &[u8]) -> usize {
    rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// `<<EOF`, `<<-EOF`, `<<'EOF'`, `<< "EOF"`; not `<<<`. With the length of the mark.
pub(super) fn shell(rest: &[u8]) -> Option<(Heredoc, usize)> {
    let body = rest.strip_prefix(b"<<").filter(|body| body.first() != Some(&b'<'))?;
    let dash = usize::from(body.first() == Some(&b'-'));
    let blank = blank_before(&body[dash..]);
    let (delimiter, length) = word(&body[dash + blank..])?;
    Some((Heredoc { delimiter, indented: dash == 1, keeps_line: false }, 2 + dash + blank + length))
}

/// `<<~EOF`, `<<-EOF`, `<<EOF`; a bare name starts with a capital, else `<<` appends.
pub(super) fn ruby(rest: &[u8]) -> Option<(Heredoc, usize)> {
    let body = rest.strip_prefix(b"<<")?;
    let dash = usize::from(matches!(body.first(), Some(b'~' | b'-')));
    let first = body.get(dash)?;
    if !(first.is_ascii_uppercase() || matches!(first, b'"' | b'\'') || (dash == 1 && first.is_ascii_lowercase())) {
        return None;
    }
    let (delimiter, length) = word(&body[dash..])?;
    Some((Heredoc { delimiter, indented: dash == 1, keeps_line: false }, 2 + dash + length))
}

/// `<<<EOF`, `<<<'EOF'`, `<<<"EOF"`
pub(super) fn php(rest: &[u8]) -> Option<(Heredoc, usize)> {
    let body = rest.strip_prefix(b"<<<")?;
    let blank = blank_before(body);
    let (delimiter, length) = word(&body[blank..])?;
    Some((Heredoc { delimiter, indented: true, keeps_line: true }, 3 + blank + length))
}

fn word(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let name =
        |text: &[u8]| text.iter().take(64).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    match text.first()? {
        mark @ (b'"' | b'\'') => {
            let length = text[1..].iter().take(64).position(|byte| byte == mark)?;
            (length > 0).then(|| (text[1..=length].to_vec(), length + 2))
        }
        b'\\' => {
            let length = name(&text[1..]);
            (length > 0).then(|| (text[1..=length].to_vec(), length + 1))
        }
        first if first.is_ascii_alphabetic() || *first == b'_' => {
            let length = name(text);
            Some((text[..length].to_vec(), length))
        }
        _ => None,
    }
}
