//! Start tags in markup of any kind: HTML, JSX, Vue, Svelte, and templates around HTML. No document is built: a template
//! is none yet.

/// A start tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag<'t> {
    /// Line, from 1.
    pub(super) line: u32,
    /// Its name as written: components of a framework begin with a capital.
    pub(super) name: &'t str,
    /// What stands between the name and `>`.
    pub(super) attributes: &'t str,
}

/// A tag that is longer is no tag.
const LONGEST: usize = 8 * 1024;

/// Every start tag outside of comments, scripts and styles.
pub(super) fn tags(text: &str) -> Vec<Tag<'_>> {
    let bytes = text.as_bytes();
    let (mut at, mut line) = (0, 1_u32);
    let mut found = Vec::new();
    while let Some(open) = memchr::memchr(b'<', bytes.get(at..).unwrap_or_default()).map(|offset| at + offset) {
        line += breaks(&bytes[at..open]);
        let next = match after(text, open) {
            Some((tag, end)) => {
                found.push(Tag { line, ..tag });
                end
            }
            None if bytes[open..].starts_with(b"<!--") => find(bytes, open + 4, b"-->"),
            None => open + 1,
        };
        line += breaks(&bytes[open..next]);
        at = next;
    }
    found
}

fn breaks(bytes: &[u8]) -> u32 {
    u32::try_from(memchr::memchr_iter(b'\n', bytes).count()).unwrap_or(u32::MAX)
}

/// Where `end` ends, or the text does.
fn find(bytes: &[u8], from: usize, end: &[u8]) -> usize {
    let from = from.min(bytes.len());
    memchr::memmem::find(&bytes[from..], end).map_or(bytes.len(), |at| from + at + end.len())
}

/// The tag that opens here, and where to go on: behind it, or behind the script or style that it opens.
fn after(text: &str, open: usize) -> Option<(Tag<'_>, usize)> {
    let bytes = text.as_bytes();
    let name_end = open
        + 1
        + bytes[open + 1..]
            .iter()
            .position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b':')))?;
    let name = text.get(open + 1..name_end).filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))?;
    let close = close(bytes, name_end)?;
    let tag = Tag { line: 0, name, attributes: text.get(name_end..close)? };
    let end = match name {
        "script" => find(bytes, close, b"</script"),
        "style" => find(bytes, close, b"</style"),
        _ => close + 1,
    };
    Some((tag, end))
}

/// The `>` that ends a tag: outside of quotes, of `{…}` and of `<% … %>`, whose insides hold others.
fn close(bytes: &[u8], from: usize) -> Option<usize> {
    let (mut depth, mut quote, mut at) = (0_usize, None, from);
    let end = bytes.len().min(from + LONGEST);
    while at < end {
        match (bytes[at], quote) {
            (byte, Some(mark)) if byte == mark => quote = None,
            (_, Some(_)) => {}
            (mark @ (b'"' | b'\''), None) => quote = Some(mark),
            (b'{', None) => depth += 1,
            (b'}', None) => depth = depth.saturating_sub(1),
            (b'<', None) if matches!(bytes.get(at + 1), Some(b'%' | b'?')) => depth += 1,
            (b'>', None) if depth > 0 && matches!(bytes[at - 1], b'%' | b'?') => depth -= 1,
            (b'>', None) if depth == 0 => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

impl Tag<'_> {
    /// Whether it has one of the attributes, in the way of any framework: `alt`, `:alt`, `[alt]`, `bind:alt`.
    pub(super) fn has(&self, names: &[&str]) -> bool {
        let before = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b':' | b'[' | b'.' | b'"' | b'\'' | b'}');
        let behind = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'=' | b'/' | b']');
        let lower = self.attributes.to_ascii_lowercase();
        let bytes = lower.as_bytes();
        names.iter().any(|name| {
            memchr::memmem::find_iter(bytes, name.as_bytes()).any(|at| {
                at > 0 && before(bytes[at - 1]) && bytes.get(at + name.len()).is_none_or(|byte| behind(*byte))
            })
        })
    }

    /// Whether more attributes come from somewhere else: a spread, an expression of a template.
    pub(super) fn is_open(&self) -> bool {
        const MARKS: &[&str] =
            &["{...", "{{", "{%", "{!!", "<%", "<?", "v-bind=", "$$", "@html", "@attributes", "#{", "asp-"];
        MARKS.iter().any(|mark| self.attributes.contains(mark))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<(u32, &str)> {
        tags(text).into_iter().map(|tag| (tag.line, tag.name)).collect()
    }

    #[test]
    fn tags_end_where_they_end_and_scripts_hold_none() {
        let text = "<!-- <img> -->\n<div onClick={() => a > b}\n  x='>'>\n<script>\"<img>\"</script>\n<img alt=\"\">\n<a <% if x > 1 %> b>\n";
        assert_eq!(names(text), [(2, "div"), (4, "script"), (5, "img"), (6, "a")]);
        for hostile in ["<", "<a", "<a '", "<!--", "<script>", "<a {{{{", "a < b", "<%"] {
            assert!(tags(hostile).len() <= 1, "{hostile}");
        }
    }

    #[test]
    fn an_attribute_is_found_in_the_way_of_each_framework() {
        for text in [
            "<img alt=''>",
            "<img :alt=x>",
            "<img [alt]=x>",
            "<img src=a alt>",
            "<img [attr.alt]=x>",
            "<img v-bind:alt=x/>",
        ] {
            assert!(tags(text).iter().all(|tag| tag.has(&["alt"])), "{text}");
        }
        assert!(!tags("<img src=\"salt.png\" data-alt=x>")[0].has(&["alt"]));
    }
}
