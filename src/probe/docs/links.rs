//! Whether a relative link leads somewhere in the tree. Addresses elsewhere, and paths that only a generator of pages
//! knows, are not judged.

use std::collections::BTreeMap;

use super::page::{self, Page};
use crate::world::Tree;

/// What is wrong with a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// There is no such file.
    Path(String),
    /// The file has no such heading.
    Anchor(String, String),
}

/// What a link is, in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Judged {
    /// It leads elsewhere, or nobody can tell.
    Elsewhere,
    /// It leads to this file or folder of the tree.
    Good(String),
    /// It leads nowhere.
    Dead(Fault),
}

/// Pages whose headings links may name: the documents themselves, and others that are read when a link leads to them.
pub(super) struct Pages<'p> {
    known: &'p BTreeMap<&'p str, &'p Page>,
    others: BTreeMap<String, Option<Page>>,
    tree: &'p Tree,
}

impl<'p> Pages<'p> {
    pub(super) fn new(known: &'p BTreeMap<&'p str, &'p Page>, tree: &'p Tree) -> Pages<'p> {
        Pages { known, others: BTreeMap::new(), tree }
    }

    fn get(&mut self, file: &str) -> Option<&Page> {
        const MOST: usize = 500;
        const LARGEST: u64 = 1024 * 1024;
        if let Some(page) = self.known.get(file) {
            return Some(page);
        }
        let is_page = file.ends_with(".md") || file.ends_with(".markdown");
        if !self.others.contains_key(file) && is_page && self.others.len() < MOST {
            let page = self.tree.read(file, LARGEST).ok().map(|bytes| page::read(file, &bytes));
            self.others.insert(file.to_owned(), page);
        }
        self.others.get(file)?.as_ref()
    }
}

/// Judges a link of the page at `from`.
pub(super) fn judge(from: &str, target: &str, tree: &Tree, pages: &mut Pages<'_>, generated: bool) -> Judged {
    let target = target.trim();
    let elsewhere = target.is_empty()
        || target.starts_with(['{', '<', '$', '%', '@'])
        || target.contains("{{")
        || target.contains('@')
        || target.starts_with("//")
        // On a forge, below an issue or a pull request: `../blob/main/CONTRIBUTING.md`.
        || ["../blob/", "../tree/", "../raw/"].iter().any(|page| target.contains(page))
        || target.find(':').is_some_and(|colon| {
            target[..colon].bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        });
    if elsewhere {
        return Judged::Elsewhere;
    }
    let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
    let path = decoded(path.split('?').next().unwrap_or(path));
    // A leading slash is the root of a site, or of the repository on a forge.
    if path.starts_with('/') && generated {
        return Judged::Elsewhere;
    }
    let Some(full) = resolve(from, &path) else { return Judged::Elsewhere };
    if path.starts_with('/') && is_served(tree, &full) {
        return Judged::Elsewhere;
    }
    if generated && is_of_address(from, &path, tree) {
        return Judged::Elsewhere;
    }
    let Some(file) = find(tree, &full, generated) else {
        return if is_judged(&full, tree) { Judged::Dead(Fault::Path(path)) } else { Judged::Elsewhere };
    };
    match anchor {
        Some(anchor) if !generated && pages.get(&file).is_some_and(|page| is_dead(anchor, page)) => {
            Judged::Dead(Fault::Anchor(file, anchor.to_owned()))
        }
        _ => Judged::Good(file),
    }
}

/// `%20` and its kin.
fn decoded(path: &str) -> String {
    let mut out = Vec::with_capacity(path.len());
    let bytes = path.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%').then(|| bytes.get(at + 1..at + 3)).flatten();
        let byte = hex.and_then(|hex| std::str::from_utf8(hex).ok()).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(byte.unwrap_or(bytes[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The path below the root; `None` when it leads out of it.
fn resolve(from: &str, path: &str) -> Option<String> {
    if path.is_empty() {
        return Some(from.to_owned());
    }
    let folder = if path.starts_with('/') { "" } else { from.rsplit_once('/').map_or("", |(folder, _)| folder) };
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The file or folder of this path; where pages are generated, also by the source of a page.
fn find(tree: &Tree, full: &str, generated: bool) -> Option<String> {
    let there = |path: &str| tree.find(path).is_some() || tree.has_folder(path);
    if full.is_empty() || there(full) {
        return Some(full.to_owned());
    }
    let stem = full.strip_suffix(".html").unwrap_or(full);
    let ends = [".md", ".mdx", ".rst", ".adoc", "/index.md", "/README.md", "/_index.md"];
    generated.then(|| ends.iter().map(|end| format!("{stem}{end}")).find(|path| there(path))).flatten()
}

/// Whether a link leads somewhere from the page's address, which is a folder on most generated sites (`admin/users/` for
/// `admin/users.md`): to another page, or to what the site serves at its root.
fn is_of_address(from: &str, path: &str, tree: &Tree) -> bool {
    let stem = from.rsplit_once('.').map_or(from, |(stem, _)| stem);
    let page = stem.strip_suffix("/index").or_else(|| stem.strip_suffix("/_index")).unwrap_or(stem);
    let below = path.trim_start_matches("./").trim_start_matches("../");
    path.starts_with('.')
        && (resolve(&format!("{page}/index"), path).is_some_and(|full| find(tree, &full, true).is_some())
            || path.starts_with("../") && is_served(tree, below))
}

/// Whether a folder whose content a site serves at its root holds the file: `public/`, `priv/static/`, `static/`.
fn is_served(tree: &Tree, full: &str) -> bool {
    const ROOTS: &[&str] = &["public/", "static/", "assets/", "www/"];
    tree.entries().iter().filter_map(|entry| entry.path.strip_suffix(full)).any(|folder| {
        ROOTS.iter().any(|root| folder == *root || folder.strip_suffix(root).is_some_and(|rest| rest.ends_with('/')))
    })
}

/// Only what looks like a file of the tree is judged: a link on a forge may lead to its own pages (`../../issues`), one in
/// a template is filled in later, and one to a folder may be an address that a generator of pages makes.
fn is_judged(full: &str, tree: &Tree) -> bool {
    const BUILT: &[&str] = &["dist", "build", "target", "out", "_build", "site", "coverage"];
    let (folder, base) = full.rsplit_once('/').unwrap_or(("", full));
    let extension = base.rsplit_once('.').map_or("", |(_, extension)| extension);
    let file = (1..=5).contains(&extension.len()) && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let filled_in = full
        .split('/')
        .any(|part| part.len() > 2 && part.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'));
    let built = extension == "html" || BUILT.contains(&full.split('/').next().unwrap_or_default());
    let made = filled_in || built || (tree.has_git() && ignored_name(base)) || is_ignored(folder, base, tree);
    file && !made
}

/// Whether an ignore file of a folder above names it: then a tool makes it.
fn is_ignored(folder: &str, base: &str, tree: &Tree) -> bool {
    const LARGEST: u64 = 64 * 1024;
    let mut at = folder;
    loop {
        let file = if at.is_empty() { ".gitignore".to_owned() } else { format!("{at}/.gitignore") };
        let named = tree.read(&file, LARGEST).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(base));
        if named || at.is_empty() {
            return named;
        }
        at = at.rsplit_once('/').map_or("", |(above, _)| above);
    }
}

/// Files that repositories usually ignore.
fn ignored_name(base: &str) -> bool {
    base == ".env" || base.ends_with(".log") || base.ends_with(".local")
}

/// Anchors of lines, text fragments and generated tables of contents are left alone.
fn is_dead(anchor: &str, page: &Page) -> bool {
    let anchor = decoded(anchor).to_lowercase();
    let line = anchor.strip_prefix('l').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let usual = anchor.is_empty()
        || anchor == "top"
        || line
        || anchor.starts_with(":~:")
        || anchor.starts_with("user-content-");
    !usual
        && !page.anchors.iter().any(|known| {
            known.to_lowercase() == anchor || known.to_lowercase().trim_matches('-') == anchor.trim_matches('-')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(from: &str, target: &str) -> Judged {
        let tree = Tree::from_memory([
            ("README.md", "# Top\n"),
            ("docs/a.md", "# One Two\n"),
            ("docs/img/x y.png", ""),
            ("other/z.md", "# Zed\n"),
            ("priv/static/images/a.png", ""),
            ("src/main.rs", ""),
        ]);
        let page = super::super::page::read("docs/a.md", b"# One Two\n");
        let known = BTreeMap::from([("docs/a.md", &page)]);
        judge(from, target, &tree, &mut Pages::new(&known, &tree), false)
    }

    #[test]
    fn an_address_of_a_generated_page_is_a_folder() {
        let tree = Tree::from_memory([
            ("web/hugo.yaml", ""),
            ("web/content/admin/users.md", "# Users\n"),
            ("web/content/admin/roles.md", "# Roles\n"),
            ("web/static/img/login.png", ""),
        ]);
        let known = BTreeMap::new();
        let judged = |target: &str, generated: bool| {
            judge("web/content/admin/users.md", target, &tree, &mut Pages::new(&known, &tree), generated)
        };
        for target in ["../roles", "../../img/login.png", "../roles.md"] {
            assert!(!matches!(judged(target, true), Judged::Dead(_)), "{target}");
        }
        assert!(matches!(judged("../../img/logout.png", true), Judged::Dead(_)));
        assert!(matches!(judged("../../img/login.png", false), Judged::Dead(_)));
    }

    #[test]
    fn links_are_good_dead_or_elsewhere() {
        for target in [
            "docs/a.md",
            "other/z.md#zed",
            "./docs/a.md#one-two",
            "/docs/a.md",
            "docs/",
            "src/main.rs#L12",
            "docs/img/x%20y.png",
        ] {
            assert!(matches!(seen("README.md", target), Judged::Good(_)), "{target}");
        }
        for target in ["docs/b.md", "docs/a.md#three", "other/z.md#nope", "../docs/b.md", "/images/b.png"] {
            let from = if target.starts_with("..") { "src/x.md" } else { "README.md" };
            assert!(matches!(seen(from, target), Judged::Dead(_)), "{target}");
        }
        for target in [
            "https://example.org",
            "mailto:x@example.org",
            "../../issues",
            "{{ base }}/x",
            "dist/app.js",
            "tel:1",
            "#",
            "image-link",
            "IMG_URL/x.png",
            "/images/a.png",
            "../http_api/",
            "x@example.org",
        ] {
            assert!(!matches!(seen("README.md", target), Judged::Dead(_)), "{target}");
        }
    }
}
