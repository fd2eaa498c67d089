//! reStructuredText, AsciiDoc and plain text: headings, words below them, and what their usual links and images lead to.
//! Anchors in them are made by each tool in a way of its own and are not judged.

use std::sync::LazyLock;

use regex::Regex;

use super::page::{Link, MOST, Page, Section, slug, words_only};

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

/// Links, images and included files (docutils, "Hyperlink Targets", "image", "include").
static REST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"<([^<>`\s]+)>`__?|^\s*\.\.\s+(?:\|[^|]+\|\s+)?(?:image|figure|include|literalinclude)::\s+(\S+)|^\.\.\s+_[^:]+:\s+(\S+)\s*$",
    )
});
/// The same of AsciiDoc (language documentation, "Links", "Images", "Include directive").
static ASCIIDOC: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b(?:link|xref):([^\s\[]+)\[|\bimage::?([^\s\[:]+)\[|^include::([^\s\[]+)\[|<<([^\s<>,#]+\.adoc)[#,>]")
});

/// Reads a page; which markup it is, its extension says.
pub(super) fn read(path: &str, text: &str) -> Page {
    let mut page = Page::default();
    let lines: Vec<&str> = text.lines().take(100_000).collect();
    for (at, line) in lines.iter().enumerate() {
        let next = lines.get(at + 1).map_or("", |next| next.trim_end());
        if let Some(title) = heading(line, next).filter(|_| page.sections.len() < MOST) {
            let line = u32::try_from(at + 1).unwrap_or(0);
            page.anchors.insert(slug(title));
            page.sections.push(Section { level: 2, title: words_only(title), line, ..Section::default() });
            continue;
        }
        let words = u32::try_from(line.split_whitespace().count()).unwrap_or(0);
        let block = line.contains("::") || line.starts_with("----") || line.starts_with("|===");
        page.words += words;
        page.code_blocks += u32::from(block);
        if let Some(section) = page.sections.last_mut() {
            section.words += words;
            section.blocks += u32::from(block);
        }
    }
    page.links = match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "rst" => links(&outside_literals(&lines), &REST),
        "adoc" | "asciidoc" => links(&outside_listings(&lines, text.contains(":imagesdir:")), &ASCIIDOC),
        _ => Vec::new(),
    };
    page
}

/// An underlined line, or one behind `=`.
fn heading<'t>(line: &'t str, next: &str) -> Option<&'t str> {
    let underline = next.len() >= 3 && next.len() + 2 >= line.trim_end().len();
    let underlined = underline
        && next.chars().all(|c| matches!(c, '=' | '-' | '~' | '^' | '*' | '#' | '"'))
        && !line.trim().is_empty();
    let marked = line.starts_with('=') && line.trim_start_matches('=').starts_with(' ');
    (underlined || marked).then(|| line.trim_start_matches('='))
}

fn links(lines: &[(u32, &str)], pattern: &Regex) -> Vec<Link> {
    let found = lines.iter().flat_map(|(number, line)| {
        let targets = pattern.captures_iter(line).filter_map(|found| found.iter().skip(1).flatten().next());
        targets.map(|target| (*number, target.as_str()))
    });
    // `name_` refers to another link, and `{name}` is filled in when the page is made.
    let written = found.filter(|(_, target)| !target.ends_with('_') && !target.contains('{'));
    let path = |target: &str| target.split('#').next().unwrap_or(target).to_owned();
    let links = written.map(|(line, target)| Link { target: path(target), text: String::new(), line });
    links.take(MOST).collect()
}

fn numbered<'t>(lines: &[&'t str]) -> impl Iterator<Item = (u32, &'t str)> {
    (1_u32..).zip(lines.iter().copied())
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Lines that belong to no literal block: what is indented behind `::` and behind a comment is one.
fn outside_literals<'t>(lines: &[&'t str]) -> Vec<(u32, &'t str)> {
    let mut literal: Option<usize> = None;
    let mut kept = Vec::new();
    for (number, line) in numbered(lines) {
        if line.trim().is_empty() {
            continue;
        }
        if literal.is_some_and(|edge| indent(line) > edge) {
            continue;
        }
        let start = line.trim_start();
        let is_code = start.starts_with(".. code")
            || start.starts_with(".. sourcecode")
            || start.starts_with(".. parsed-literal");
        let is_comment = start.starts_with(".. ") && !start.contains("::") && !start.starts_with(".. _");
        let opens = is_code || is_comment || (start.ends_with("::") && !start.starts_with(".."));
        literal = opens.then(|| indent(line));
        if !is_comment {
            kept.push((number, line));
        }
    }
    kept
}

/// Lines that belong to no listing and are no comment; with a folder of images set, those without an image.
fn outside_listings<'t>(lines: &[&'t str], has_image_folder: bool) -> Vec<(u32, &'t str)> {
    let mut fence: Option<&str> = None;
    let mut kept = Vec::new();
    for (number, line) in numbered(lines) {
        let plain = line.trim_end();
        let is_fence = plain.len() >= 4 && ["----", "....", "////", "++++"].iter().any(|mark| plain.starts_with(mark));
        match fence {
            Some(open) if plain == open => fence = None,
            Some(_) => {}
            None if is_fence => fence = Some(plain),
            None if line.starts_with("//") || (has_image_folder && line.contains("image:")) => {}
            None => kept.push((number, line)),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets(path: &str, text: &str) -> Vec<(String, u32)> {
        read(path, text).links.into_iter().map(|link| (link.target, link.line)).collect()
    }

    #[test]
    fn headings_are_found() {
        let page = read("a.rst", "Install\n=======\n\nRun make.\n\nUse\n---\n");
        assert_eq!(page.sections.iter().map(|s| s.title.as_str()).collect::<Vec<_>>(), ["install", "use"]);
        assert!(page.anchors.contains("install"));
        assert_eq!(read("a.adoc", "= Shop\n\n== Install\ntext\n").sections.len(), 2);
    }

    #[test]
    fn links_of_restructured_text_are_found() {
        let text = "See `guide <docs/guide.rst#use>`_ and `other <name_>`_.\n\n.. image:: img/a.png\n   :alt: x\n\n.. |b| image:: img/b.png\n.. _site: docs/site.txt\n.. code-block:: rst\n\n   `no <no.rst>`_\n\n.. a comment `no <no.rst>`_\n\nExample::\n\n   `no <no.rst>`_\n\n`yes <yes.rst>`__\n";
        let seen = [("docs/guide.rst", 1), ("img/a.png", 3), ("img/b.png", 6), ("docs/site.txt", 7), ("yes.rst", 18)];
        assert_eq!(targets("a.rst", text), seen.map(|(target, line)| (target.to_owned(), line)));
    }

    #[test]
    fn links_of_asciidoc_are_found() {
        let text = "See link:docs/a.pdf[A], xref:b.adoc#use[B] and <<c.adoc#x,C>>.\n\nimage::img/d.png[]\ninclude::{root}/e.adoc[]\n// link:no.adoc[x]\n----\nlink:no.adoc[x]\n----\n";
        let seen = [("docs/a.pdf", 1), ("b.adoc", 1), ("c.adoc", 1), ("img/d.png", 3)];
        assert_eq!(targets("a.adoc", text), seen.map(|(target, line)| (target.to_owned(), line)));
    }
}
