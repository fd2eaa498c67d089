//! From a path to whatever was entered under a name that fits it: base name and extension are looked up, globs are tried
//! only where their extension is that of the path, and those that ask for the folder alone once per folder.
//! Owns the crate `globset` (with `attributes`, `dispatch`).

use std::collections::BTreeMap;

use globset::{Candidate, Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use memchr::memrchr;

use super::choice::written_out;
use super::glob::PlainGlob;
use super::want::Name;

/// Numbers by name.
#[derive(Default)]
pub(super) struct Names {
    any: Vec<u32>,
    bases: BTreeMap<String, Vec<u32>>,
    extensions: BTreeMap<String, Vec<u32>>,
    /// By the extension that they demand.
    globs: BTreeMap<String, Vec<(PlainGlob, u32)>>,
    /// Those that demand none.
    other_globs: Vec<(PlainGlob, u32)>,
    folder_globs: Vec<(PlainGlob, u32)>,
    others: GlobSet,
    /// Number of each glob of `others`.
    owners: Vec<u32>,
}

/// What the folder globs said of the folder asked last.
#[derive(Default)]
pub(super) struct FolderMemo {
    folder: Option<String>,
    numbers: Vec<u32>,
}

impl Names {
    /// Each name with its number and the folder that it starts in (no trailing slash; empty is the root).
    pub(super) fn new<'a>(entered: impl IntoIterator<Item = (&'a Name, u32, &'a str)>) -> Names {
        let mut names = Names::default();
        let mut others = GlobSetBuilder::new();
        for (name, number, folder) in entered {
            for simple in simplest(name) {
                names.enter(simple, number, folder, &mut others);
            }
        }
        // A set of globs that each compile can only fail by sheer size; then they name nothing.
        names.others = if names.owners.is_empty() { GlobSet::empty() } else { others.build().unwrap_or_default() };
        if names.others.len() != names.owners.len() {
            names.owners.clear();
        }
        names
    }

    fn enter(&mut self, name: Name, number: u32, folder: &str, others: &mut GlobSetBuilder) {
        match name {
            Name::Any => self.any.push(number),
            Name::Base(base) => self.bases.entry(base).or_default().push(number),
            Name::Ext(extension) => self.extensions.entry(extension).or_default().push(number),
            Name::Glob(glob) => match PlainGlob::parse(folder, &glob) {
                Some(plain) if plain.asks_for_folder_only() => self.folder_globs.push((plain, number)),
                Some(plain) => match plain.extension().map(str::to_owned) {
                    Some(extension) => self.globs.entry(extension).or_default().push((plain, number)),
                    None => self.other_globs.push((plain, number)),
                },
                None => {
                    if let Ok(glob) = compile(folder, &glob) {
                        others.add(glob);
                        self.owners.push(number);
                    }
                }
            },
        }
    }

    /// Appends the numbers of the names that fit, in no order, perhaps more than once.
    pub(super) fn of(&self, path: &str, memo: &mut FolderMemo, numbers: &mut Vec<u32>) {
        let slash = memrchr(b'/', path.as_bytes());
        let base = slash.map_or(path, |slash| &path[slash + 1..]);
        numbers.extend(&self.any);
        numbers.extend(self.bases.get(base).into_iter().flatten());
        if let Some(dot) = memrchr(b'.', base.as_bytes()) {
            let extension = &base[dot + 1..];
            numbers.extend(self.extensions.get(extension).into_iter().flatten());
            let globs = self.globs.get(extension).into_iter().flatten();
            numbers.extend(globs.filter(|(glob, _)| glob.matches(path)).map(|(_, number)| number));
        }
        numbers.extend(self.other_globs.iter().filter(|(glob, _)| glob.matches(path)).map(|(_, number)| number));
        if !self.folder_globs.is_empty() {
            numbers.extend(self.of_folder(path, slash.map_or("", |slash| &path[..slash]), memo));
        }
        if !self.owners.is_empty() {
            let mut matches = Vec::new();
            self.others.matches_candidate_into(&Candidate::new(path), &mut matches);
            numbers.extend(matches.into_iter().filter_map(|at| self.owners.get(at)));
        }
    }

    fn of_folder<'m>(&self, path: &str, folder: &str, memo: &'m mut FolderMemo) -> &'m [u32] {
        if memo.folder.as_deref() != Some(folder) {
            memo.folder = Some(folder.to_owned());
            memo.numbers.clear();
            let fits = self.folder_globs.iter().filter(|(glob, _)| glob.matches(path));
            memo.numbers.extend(fits.map(|(_, number)| number));
        }
        &memo.numbers
    }
}

/// The same files by names that can be looked up, and globs for the rest.
fn simplest(name: &Name) -> Vec<Name> {
    let Name::Glob(glob) = name else { return vec![name.clone()] };
    let all = written_out(glob).into_iter();
    all.flat_map(|glob| simple_names(&glob).unwrap_or_else(|| vec![Name::Glob(glob)])).collect()
}

/// `**/*.py` as an extension, `**/Dockerfile` as a base name, `{…}` of those as several; `None` for other globs.
pub(super) fn simple_names(glob: &str) -> Option<Vec<Name>> {
    if glob == "**" || glob == "**/*" {
        return Some(vec![Name::Any]);
    }
    let base = glob.strip_prefix("**/")?;
    let plain = |text: &str| !text.is_empty() && !text.contains(['*', '?', '[', ']', '{', '}', '\\', '/', ',', '!']);
    if let Some(extension) = base.strip_prefix("*.") {
        let list = match extension.strip_prefix('{') {
            Some(rest) => rest.strip_suffix('}')?.split(',').collect(),
            None => vec![extension],
        };
        // A double extension (`test.ts`) is no extension.
        let single = |text: &&str| plain(text) && !text.contains('.');
        return list.iter().all(single).then(|| list.iter().map(|e| Name::Ext((*e).to_owned())).collect());
    }
    let list = match base.strip_prefix('{') {
        Some(rest) => rest.strip_suffix('}')?.split(',').collect(),
        None => vec![base],
    };
    list.iter().all(|text| plain(text)).then(|| list.iter().map(|b| Name::Base((*b).to_owned())).collect())
}

fn compile(folder: &str, glob: &str) -> Result<Glob, globset::Error> {
    let whole = if folder.is_empty() { glob.to_owned() } else { format!("{}/{glob}", globset::escape(folder)) };
    GlobBuilder::new(&whole).literal_separator(true).empty_alternates(true).build()
}
