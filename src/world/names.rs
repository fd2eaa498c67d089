//! From a path to whatever was entered under a name that fits it. Most names ask for folder and extension alone: what they
//! say is asked once per folder. The others are looked up by base name, or tried where the extension is theirs.
//! Owns the crate `globset` (with `attributes`, `dispatch`).

use std::collections::BTreeMap;

use globset::{Candidate, Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use super::choice::written_out;
use super::glob::{Asks, Looked, PlainGlob};
use super::want::Name;

/// A glob with the numbers that were entered under it.
type Entered = (PlainGlob, Vec<u32>);

/// Numbers by name.
#[derive(Default)]
pub(super) struct Names {
    any: Vec<u32>,
    extensions: BTreeMap<String, Vec<u32>>,
    folder_globs: Vec<Entered>,
    /// Those that ask for folder and extension, by extension.
    extension_globs: BTreeMap<String, Vec<Entered>>,
    bases: BTreeMap<String, Vec<u32>>,
    base_globs: BTreeMap<String, Vec<Entered>>,
    /// Those that ask for more, by the extension that they demand.
    path_globs: BTreeMap<String, Vec<Entered>>,
    /// Those that demand none.
    other_globs: Vec<Entered>,
    others: GlobSet,
    /// Number of each glob of `others`.
    owners: Vec<u32>,
}

impl Names {
    /// Each name with its number and the folder that it starts in (no trailing slash; empty is the root).
    pub(super) fn new<'a>(entered: impl IntoIterator<Item = (&'a Name, u32, &'a str)>) -> Names {
        let mut names = Names::default();
        let mut others = GlobSetBuilder::new();
        // Many rules name the same files.
        let mut numbers: BTreeMap<(&Name, &str), Vec<u32>> = BTreeMap::new();
        for (name, number, folder) in entered {
            numbers.entry((name, folder)).or_default().push(number);
        }
        let mut globs: BTreeMap<(&str, String), Vec<u32>> = BTreeMap::new();
        for ((name, folder), numbers) in numbers {
            for simple in simplest(name) {
                let place = match simple {
                    Name::Any => &mut names.any,
                    Name::Base(base) => names.bases.entry(base).or_default(),
                    Name::Ext(extension) => names.extensions.entry(extension).or_default(),
                    Name::Glob(glob) => globs.entry((folder, glob)).or_default(),
                };
                place.extend(&numbers);
            }
        }
        for ((folder, glob), numbers) in globs {
            names.enter(folder, &glob, numbers, &mut others);
        }
        // A set of globs that each compile can only fail by sheer size; then they name nothing.
        names.others = if names.owners.is_empty() { GlobSet::empty() } else { others.build().unwrap_or_default() };
        if names.others.len() != names.owners.len() {
            names.owners.clear();
        }
        names
    }

    fn enter(&mut self, folder: &str, glob: &str, numbers: Vec<u32>, others: &mut GlobSetBuilder) {
        let Some(plain) = PlainGlob::parse(folder, glob) else {
            for number in numbers {
                if let Ok(glob) = compile(folder, glob) {
                    others.add(glob);
                    self.owners.push(number);
                }
            }
            return;
        };
        let place = match plain.asks() {
            Asks::Folder => &mut self.folder_globs,
            Asks::Extension(extension) => self.extension_globs.entry(extension.to_owned()).or_default(),
            Asks::Base(base) => self.base_globs.entry(base.to_owned()).or_default(),
            Asks::Path(Some(extension)) => self.path_globs.entry(extension.to_owned()).or_default(),
            Asks::Path(None) => &mut self.other_globs,
        };
        place.push((plain, numbers));
    }

    /// Appends the numbers of the names that fit every file of this folder and extension, in no order, perhaps more than
    /// once.
    pub(super) fn of_kind(&self, looked: &Looked<'_>, numbers: &mut Vec<u32>) {
        numbers.extend(&self.any);
        append(&self.folder_globs, looked, numbers);
        if let Some(extension) = looked.extension {
            numbers.extend(self.extensions.get(extension).into_iter().flatten());
            append(self.extension_globs.get(extension).into_iter().flatten(), looked, numbers);
        }
    }

    /// The same of the names that fit this file, but not every one of its folder and extension.
    pub(super) fn of_file(&self, looked: &Looked<'_>, numbers: &mut Vec<u32>) {
        numbers.extend(self.bases.get(looked.base).into_iter().flatten());
        append(self.base_globs.get(looked.base).into_iter().flatten(), looked, numbers);
        if let Some(extension) = looked.extension {
            append(self.path_globs.get(extension).into_iter().flatten(), looked, numbers);
        }
        append(&self.other_globs, looked, numbers);
        if !self.owners.is_empty() {
            let mut matches = Vec::new();
            self.others.matches_candidate_into(&Candidate::new(looked.path), &mut matches);
            numbers.extend(matches.into_iter().filter_map(|at| self.owners.get(at)));
        }
    }
}

fn append<'n>(globs: impl IntoIterator<Item = &'n Entered>, looked: &Looked<'_>, numbers: &mut Vec<u32>) {
    for (_, fitting) in globs.into_iter().filter(|(glob, _)| glob.fits(looked)) {
        numbers.extend(fitting);
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
