//! Finds the files of the repository that a report means. Reports name files as their machine had them: absolute, from a
//! source root, by package, with backslashes.

use std::collections::BTreeMap;

use crate::world::Tree;

/// The files of a tree by their last part.
pub(super) struct Paths<'a> {
    by_base: BTreeMap<&'a str, Vec<&'a str>>,
}

impl<'a> Paths<'a> {
    /// Of every file below a folder of the source set.
    pub(super) fn new(tree: &'a Tree, folder: &str) -> Paths<'a> {
        let start = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let mut by_base: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for entry in tree.entries().iter().filter(|entry| entry.path.starts_with(&start)) {
            by_base.entry(entry.base()).or_default().push(&entry.path);
        }
        Paths { by_base }
    }

    /// The file that a name in a report means: the one with most last parts in common, where either is the end of the
    /// other; of several equal ones the one nearest to the report. `None` when there is none, or none is nearest.
    pub(super) fn find(&self, name: &str, roots: &[String], report: &str) -> Option<&'a str> {
        let name = plain(name);
        let rooted = roots.iter().filter(|root| !root.is_empty()).map(|root| format!("{}/{name}", plain(root)));
        let rooted = rooted.filter(|_| !is_absolute(&name));
        rooted.chain([name.clone()]).find_map(|name| self.nearest(&name, report))
    }

    fn nearest(&self, name: &str, report: &str) -> Option<&'a str> {
        let base = name.rsplit('/').next()?;
        let candidates = self.by_base.get(base)?.iter().filter(|path| is_end(path, name) || is_end(name, path));
        let rank = |path: &str| {
            let shared = name.rsplit('/').zip(path.rsplit('/')).take_while(|(a, b)| a == b).count();
            let near = report.split('/').zip(path.split('/')).take_while(|(a, b)| a == b).count();
            (shared, path == name, near)
        };
        let ranked: Vec<((usize, bool, usize), &&str)> = candidates.map(|path| (rank(path), path)).collect();
        let best = ranked.iter().map(|(rank, _)| *rank).max()?;
        let mut nearest = ranked.iter().filter(|(rank, _)| *rank == best).map(|(_, path)| **path);
        nearest.next().filter(|_| nearest.next().is_none())
    }
}

/// With single slashes, without scheme, drive and `.`.
fn plain(name: &str) -> String {
    let name = name.trim().strip_prefix("file://").unwrap_or(name.trim()).replace('\\', "/");
    let name = match name.as_bytes() {
        [drive, b':', b'/', ..] if drive.is_ascii_alphabetic() => &name[2..],
        _ => name.as_str(),
    };
    let parts: Vec<&str> = name.split('/').filter(|part| !matches!(*part, "." | "")).collect();
    let root = if name.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

fn is_absolute(name: &str) -> bool {
    name.starts_with('/')
}

/// Whether the parts of `end` are the last parts of `path`.
fn is_end(path: &str, end: &str) -> bool {
    path == end || path.strip_suffix(end).is_some_and(|before| before.ends_with('/') || end.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_other_machines_mean_the_longest_end_they_share() {
        let files = ["src/a.py", "a.py", "one/src/main/java/p/C.java", "two/src/main/java/p/C.java", "cart/cart.go"];
        let tree = Tree::from_memory(files.map(|path| (path, "")));
        let paths = Paths::new(&tree, "");
        let find = |name: &str, roots: &[&str], report: &str| {
            paths.find(name, &roots.iter().map(|root| (*root).to_owned()).collect::<Vec<_>>(), report)
        };
        assert_eq!(find("/builds/x/src/a.py", &[], "r"), Some("src/a.py"));
        assert_eq!(find("a.py", &[], "r"), Some("a.py"));
        assert_eq!(find("a.py", &["/builds/x/src"], "r"), Some("src/a.py"));
        assert_eq!(find(r"C:\work\src\a.py", &[], "r"), Some("src/a.py"));
        assert_eq!(find("example.org/shop/cart/cart.go", &[], "cover.out"), Some("cart/cart.go"));
        assert_eq!(find("p/C.java", &[], "two/target/jacoco.xml"), Some("two/src/main/java/p/C.java"));
        assert_eq!(find("p/C.java", &[], "jacoco.xml"), None, "either of two");
        assert_eq!(find(".//src//a.py/", &[], "r"), Some("src/a.py"));
        assert_eq!(find("b.py", &[], "r"), None);
        assert_eq!(find("xsrc/a.py", &[], "r"), Some("a.py"));
    }
}
