//! What a large text holds that nobody wrote by hand: a picture or document that is text by chance, a bundle that a tool
//! made, a drawing inside a source file. What looks for what people wrote may leave it aside; what asks for every file,
//! as the search for secrets does, may not. A name alone or a content alone proves nothing: both have to say so.

/// Pictures and documents by their endings, and how one of them begins.
const MEDIA: &[(&[&str], &[&[u8]])] = &[
    (&["svg"], &[b"<svg", b"<?xml", b"<!DOCTYPE svg", b"<!--"]),
    (&["pdf", "ai"], &[b"%PDF-", b"%!PS"]),
    (&["ps", "eps"], &[b"%!PS"]),
    (&["png"], &[b"\x89PNG"]),
    (&["jpg", "jpeg"], &[b"\xff\xd8\xff"]),
    (&["gif"], &[b"GIF8"]),
    (&["webp", "wav", "avi"], &[b"RIFF"]),
    (&["mp3"], &[b"ID3", b"\xff\xfb", b"\xff\xf3"]),
    (&["gz", "tgz"], &[b"\x1f\x8b"]),
    (&["bz2"], &[b"BZh"]),
    (&["xz"], &[b"\xfd7zXZ"]),
    (&["zst"], &[b"\x28\xb5\x2f\xfd"]),
    (&["zip", "jar", "war", "whl", "docx", "xlsx", "pptx", "odt"], &[b"PK\x03\x04"]),
    (&["woff"], &[b"wOFF"]),
    (&["woff2"], &[b"wOF2"]),
];
/// Endings of scripts and styles, which tools bundle.
const BUNDLED: &[&str] = &["js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx", "css", "map"];
/// No line that a person wrote is longer.
const LONGEST_LINE: usize = 64 * 1024;
/// Nor are all lines together so long on average; those of bundlers have thousands of bytes.
const LONGEST_MEAN: usize = 1_000;

/// What a large text is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Bulk {
    /// A text that a person may have written.
    Text,
    /// Written by no person, all of it.
    Made,
    /// Data in lines longer than any that a person writes, and this around it; those lines are empty in it.
    Around(Vec<u8>),
}

/// Looks at the whole of a file; what is around the data may have `most` bytes.
pub(super) fn of(path: &str, bytes: &[u8], most: usize) -> Bulk {
    let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    let is_media = |(endings, starts): &(&[&str], &[&[u8]])| {
        endings.contains(&ending.as_str()) && starts.iter().any(|start| begins(bytes, start))
    };
    if MEDIA.iter().any(is_media) {
        return Bulk::Made;
    }
    if !BUNDLED.contains(&ending.as_str()) {
        return Bulk::Text;
    }
    let lines = || bytes.split_inclusive(|byte| *byte == b'\n');
    let around: Vec<u8> =
        lines().flat_map(|line| if line.len() > LONGEST_LINE { b"\n" } else { line }).copied().collect();
    if around.len() < bytes.len() && around.len() <= most {
        return Bulk::Around(around);
    }
    if bytes.len() / lines().count().max(1) > LONGEST_MEAN { Bulk::Made } else { Bulk::Text }
}

fn begins(bytes: &[u8], start: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if !start.starts_with(b"<") {
        return bytes.starts_with(start);
    }
    let text = bytes.trim_ascii_start();
    text.starts_with(start) && holds(text, b"<svg")
}

/// Whether a short word stands in the head of a text.
fn holds(text: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find(&text[..text.len().min(4096)], word).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: usize = 1 << 20;

    #[test]
    fn a_picture_is_one_by_name_and_by_content() {
        let svg = b"<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>";
        assert_eq!(of("a/logo.svg", svg, MOST), Bulk::Made);
        assert_eq!(of("a/logo.js", svg, MOST), Bulk::Text);
        assert_eq!(of("a/logo.svg", b"password = 1", MOST), Bulk::Text);
        assert_eq!(of("a/data.svg", b"<?xml version=\"1.0\"?>\n<config/>", MOST), Bulk::Text);
        assert_eq!(of("a/logo.AI", b"%PDF-1.4\n", MOST), Bulk::Made);
    }

    #[test]
    fn a_bundle_has_lines_that_nobody_writes_and_the_name_of_a_script() {
        let bundle = format!("{}\n", "a();".repeat(2_000)).repeat(300);
        assert_eq!(of("dist/index.js", bundle.as_bytes(), MOST), Bulk::Made);
        assert_eq!(of("data/index.csv", bundle.as_bytes(), MOST), Bulk::Text);
        let written = "const a = 1;\n".repeat(200_000);
        assert_eq!(of("src/index.js", written.as_bytes(), MOST), Bulk::Text);
    }

    #[test]
    fn code_around_a_drawing_keeps_its_lines() {
        let drawing = format!("<svg>\n  <path d=\"{}\" />\n  {{eval(x)}}\n", "M1 2".repeat(100_000));
        assert_eq!(of("a.tsx", drawing.as_bytes(), MOST), Bulk::Around(b"<svg>\n\n  {eval(x)}\n".to_vec()));
        let long = format!("{}{}", "const a = 1;\n".repeat(200_000), "x".repeat(100_000));
        assert_eq!(of("a.ts", long.as_bytes(), MOST), Bulk::Text, "too much is around it");
    }
}
