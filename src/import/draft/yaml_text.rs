//! YAML as text: scalars that read back as they are, whatever a document puts into them.

/// A text as a YAML scalar: plain where that is safe, else in double quotes. References to variables are defused.
pub(in crate::import) fn scalar(text: &str) -> String {
    let text = text.replace("$$", "$$$$").replace("${", "$${");
    if is_plain(&text) { text } else { quoted(&text) }
}

fn is_plain(text: &str) -> bool {
    let safe = |c: char| c.is_ascii_alphanumeric() || " -_./()+@%".contains(c);
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    starts && text.chars().all(safe) && !text.ends_with(' ') && !words.contains(&text.to_lowercase().as_str())
}

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if is_unprintable(c) => quoted.push_str(&format!("\\U{:08X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// What YAML does not allow in a stream, and what ends a line or hides text.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c), 0x2028 | 0x2029 | 0x200b..=0x200f | 0x202a..=0x202e | 0x2066..=0x2069 | 0xfeff | 0xfffe | 0xffff)
}

/// A text as (part of) a comment: one line.
pub(super) fn comment(text: &str) -> String {
    text.chars().map(|c| if is_unprintable(c) { ' ' } else { c }).collect()
}

/// At most so many characters, with a sign where text was cut.
pub(super) fn shortened(text: &str, most: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
        None => text,
    }
}
