//! Products of a repository: the manifests of one folder, the tags that name their versions, the changelog that belongs to
//! them. Owns which belongs to which; what is wrong with them is the business of `judge`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::changelog::Changelog;
use super::number::{Number, number};
use super::stated::{Source, Stated};
use crate::probe::folder::join;
use crate::probe::git::version as tag_version;
use crate::world::Swept;

/// Numbers with which tools begin a project; in what is never published, or has later tags, they say nothing.
const FIRST: &[&str] = &["0.0.1", "0.1.0", "1.0.0", "1.0.0+1"];
/// Names of folders that hold a project's notes.
const NOTES: &[&str] = &[
    "docs",
    "doc",
    "documentation",
    "source",
    "src",
    "en",
    "content",
    "about",
    "changelog",
    "changelogs",
    "changes",
    "release-notes",
    "release_notes",
    "releasenotes",
    "releases",
    "whatsnew",
    "news",
];
/// Words before the number of a tag that name no package.
const PLAIN: &[&str] = &["", "release", "releases", "version", "ver", "rel"];
/// A package's own module is read up to this size.
const LARGEST_MODULE: u64 = 256 * 1024;

/// A version that is written in a file.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) path: String,
    pub(super) stated: Stated,
    /// Its text and its number.
    pub(super) here: Option<(String, Option<Number>)>,
}

/// What is released together: the manifests of a folder.
#[derive(Debug, Default)]
pub(super) struct Product<'s> {
    /// Its folder below the one that is looked at; empty for the root.
    pub(super) folder: String,
    pub(super) written: Vec<Written>,
    /// The highest released version that a tag names, with the tag.
    pub(super) tag: Option<(String, Number)>,
    /// Paths and contents of its changelogs.
    pub(super) changelogs: Vec<(&'s str, &'s Changelog)>,
}

static MODULE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(?m)^__version__\s*=\s*["']([^"']+)["']"#).expect("a fixed pattern"));

impl Product<'_> {
    /// The highest version that its files state.
    pub(super) fn version(&self) -> Option<&Number> {
        self.written.iter().filter_map(|written| written.here.as_ref()?.1.as_ref()).max()
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        let names = self.written.iter().filter_map(|written| written.stated.name.as_deref());
        let short = names.clone().map(|name| name.rsplit('/').next().unwrap_or(name));
        let folders = [self.folder.as_str(), self.folder.rsplit('/').next().unwrap_or_default()];
        names.chain(short).chain(folders).filter(|name| !name.is_empty())
    }
}

/// Groups what manifests state by folder. The root is always there, for versions that only a tag names.
pub(super) fn gather<'s>(stated: Vec<(&'s str, &'s Stated)>, within: &str, swept: &Swept) -> Vec<Product<'s>> {
    let mut folders: BTreeMap<String, Vec<Written>> = BTreeMap::from([(String::new(), Vec::new())]);
    for (path, stated) in stated {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let folder = folder.strip_prefix(within).unwrap_or(folder).trim_start_matches('/');
        folders.entry(folder.to_owned()).or_default().push(written(path, stated.clone()));
    }
    folders
        .into_iter()
        .map(|(folder, written)| {
            let mut written = without_placeholders(written);
            written.extend(module(&written, &join(within, &folder), swept));
            Product { folder, written, ..Product::default() }
        })
        .filter(|product| product.folder.is_empty() || !product.written.is_empty())
        .collect()
}

fn written(path: &str, stated: Stated) -> Written {
    let here = match &stated.version {
        Source::Here(text) => Some((text.clone(), number(text))),
        Source::Worked => None,
    };
    Written { path: path.to_owned(), stated, here }
}

/// Without numbers that nobody keeps: those of what is never published and still has its first one, and those of a private
/// `package.json` beside the manifest of another language.
fn without_placeholders(written: Vec<Written>) -> Vec<Written> {
    let others = written.iter().any(|written| !written.stated.private && !written.path.ends_with("package.json"));
    let is_kept = |written: &Written| {
        let first = written.here.as_ref().is_some_and(|(text, _)| FIRST.contains(&text.as_str()));
        !(written.stated.private && (first || others))
    };
    written.into_iter().filter(is_kept).collect()
}

/// `__version__` of a Python package, where its manifest states a version too.
fn module(written: &[Written], folder: &str, swept: &Swept) -> Option<Written> {
    let python = |path: &str| path.ends_with("pyproject.toml") || path.ends_with("setup.py");
    let manifest = written.iter().find(|written| written.here.is_some() && python(&written.path))?;
    let name = manifest.stated.name.as_ref()?.replace(['-', '.'], "_").to_lowercase();
    let places = [format!("{name}/__init__.py"), format!("src/{name}/__init__.py")];
    places.iter().map(|place| join(folder, place)).find_map(|path| {
        let bytes = swept.read(&path, LARGEST_MODULE).ok()?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let found = MODULE.captures(&text)?.get(1)?;
        let line = u32::try_from(text[..found.start()].lines().count()).unwrap_or(0);
        let stated = Stated { line, version: Source::Here(found.as_str().to_owned()), ..manifest.stated.clone() };
        Some(self::written(&path, stated))
    })
}

/// Gives each product the highest release that tags name of it. Tags without a name are the root's, where the whole
/// repository is looked at.
pub(super) fn give_tags(products: &mut [Product<'_>], tags: &[String], whole: bool) {
    for tag in tags {
        let Some(text) = tag_version::of(tag) else { continue };
        let Some(version) = number(text).filter(|version| !version.is_before) else { continue };
        let before =
            tag[..tag.len() - text.len()].trim_end_matches(['v', 'V']).trim_end_matches(['@', '/', '-', '_', '.']);
        let plain = PLAIN.contains(&before.to_ascii_lowercase().as_str());
        let owns = |product: &Product<'_>| match plain {
            true => whole && product.folder.is_empty(),
            false => product.names().any(|name| name.eq_ignore_ascii_case(before)),
        };
        for product in products.iter_mut().filter(|product| owns(product)) {
            if product.tag.as_ref().is_none_or(|(_, known)| *known < version) {
                product.tag = Some((tag.clone(), version.clone()));
            }
        }
    }
    products.iter_mut().for_each(forget_first_numbers);
}

/// A first number that later tags left behind was never kept: the tag is the version.
fn forget_first_numbers(product: &mut Product<'_>) {
    let Some((_, released)) = &product.tag else { return };
    for written in &mut product.written {
        let is_first = written.here.as_ref().is_some_and(|(text, number)| {
            FIRST.contains(&text.as_str()) && number.as_ref().is_some_and(|own| own < released)
        });
        if is_first {
            written.here = None;
        }
    }
}

/// Gives each product the changelogs in its folder and in those below it that hold notes.
pub(super) fn give_changelogs<'s>(products: &mut [Product<'s>], changelogs: &[(&'s str, &'s Changelog)], within: &str) {
    for (path, changelog) in changelogs {
        let inner = path.strip_prefix(within).unwrap_or(path).trim_start_matches('/');
        let folder = inner.rsplit_once('/').map_or("", |(folder, _)| folder);
        let holds = |product: &Product<'_>| {
            let rest = match product.folder.as_str() {
                "" => Some(folder),
                own => folder.strip_prefix(own).filter(|rest| rest.is_empty() || rest.starts_with('/')),
            };
            rest.is_some_and(|rest| {
                rest.split('/')
                    .filter(|part| !part.is_empty())
                    .all(|part| NOTES.contains(&part.to_lowercase().as_str()))
            })
        };
        let nearest = products.iter_mut().filter(|product| holds(product)).max_by_key(|product| product.folder.len());
        nearest.into_iter().for_each(|product| product.changelogs.push((path, changelog)));
    }
}
