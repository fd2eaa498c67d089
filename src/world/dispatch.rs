//! From a path to the wants that name it: base name and extension first, globs only for what is left.
//! Owns the crate `globset` (with `attributes`).

use std::collections::BTreeMap;

use globset::{Candidate, Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use memchr::memrchr;

use super::choice::written_out;
use super::want::{Name, Select};

/// Selections, indexed by what they name.
pub(super) struct Dispatch {
    any: Vec<u32>,
    bases: BTreeMap<String, Vec<u32>>,
    extensions: BTreeMap<String, Vec<u32>>,
    globs: GlobSet,
    /// Selection of each glob of `globs`.
    glob_owner: Vec<u32>,
    /// Per selection: what bounds it; most are not bounded.
    limits: Vec<Option<Box<Limit>>>,
}

/// What a selection leaves out.
struct Limit {
    /// Its folder with a trailing slash; empty for the whole tree.
    folder: String,
    exclude: GlobSet,
}

impl Dispatch {
    /// Selections are numbered in order.
    pub(super) fn new<'a>(selections: impl Iterator<Item = &'a Select>) -> Dispatch {
        let mut dispatch = Dispatch {
            any: Vec::new(),
            bases: BTreeMap::new(),
            extensions: BTreeMap::new(),
            globs: GlobSet::empty(),
            glob_owner: Vec::new(),
            limits: Vec::new(),
        };
        let mut globs = GlobSetBuilder::new();
        for (number, select) in (0u32..).zip(selections) {
            for name in &select.names {
                for simple in simplest(name) {
                    dispatch.enter(simple, number, &select.folder, &mut globs);
                }
            }
            dispatch.limits.push(limit(select));
        }
        // A set of globs that each compile can only fail by sheer size; then they name nothing.
        dispatch.globs = globs.build().unwrap_or_default();
        if dispatch.globs.len() != dispatch.glob_owner.len() {
            dispatch.glob_owner.clear();
        }
        dispatch
    }

    fn enter(&mut self, name: Name, number: u32, folder: &str, globs: &mut GlobSetBuilder) {
        match name {
            Name::Any => self.any.push(number),
            Name::Base(base) => self.bases.entry(base).or_default().push(number),
            Name::Ext(extension) => self.extensions.entry(extension).or_default().push(number),
            Name::Glob(glob) => {
                if let Ok(glob) = compile(folder, &glob) {
                    globs.add(glob);
                    self.glob_owner.push(number);
                }
            }
        }
    }

    /// Appends the numbers of the selections that name this path (whatever its class), rising, each once.
    pub(super) fn wants_for(&self, path: &str, wanted: &mut Vec<u32>) {
        let base = memrchr(b'/', path.as_bytes()).map_or(path, |slash| &path[slash + 1..]);
        wanted.extend(&self.any);
        wanted.extend(self.bases.get(base).into_iter().flatten());
        if let Some(dot) = memrchr(b'.', base.as_bytes()) {
            wanted.extend(self.extensions.get(&base[dot + 1..]).into_iter().flatten());
        }
        let candidate = Candidate::new(path);
        if !self.glob_owner.is_empty() {
            let mut matches = Vec::new();
            self.globs.matches_candidate_into(&candidate, &mut matches);
            wanted.extend(matches.into_iter().filter_map(|at| self.glob_owner.get(at)));
        }
        wanted.sort_unstable();
        wanted.dedup();
        wanted.retain(|number| match &self.limits[*number as usize] {
            None => true,
            Some(limit) => path.starts_with(limit.folder.as_str()) && !limit.exclude.is_match_candidate(&candidate),
        });
    }
}

/// The same files by names that can be looked up, and at most one glob that cannot.
fn simplest(name: &Name) -> Vec<Name> {
    let Name::Glob(glob) = name else { return vec![name.clone()] };
    let is_pattern = |name: &Name| matches!(name, Name::Glob(glob) if glob.contains(['*', '?', '[', '{']));
    let all = written_out(glob).into_iter();
    let names = all.flat_map(|glob| names_of_glob(&glob).unwrap_or_else(|_| vec![Name::Glob(glob)]));
    let (patterns, mut names): (Vec<Name>, Vec<Name>) = names.partition(is_pattern);
    let texts = patterns.iter().filter_map(|name| match name {
        Name::Glob(glob) => Some(glob.as_str()),
        Name::Any | Name::Base(_) | Name::Ext(_) => None,
    });
    let texts: Vec<&str> = texts.collect();
    // Tried one by one they cost more than together.
    if texts.len() > 1 && !texts.iter().any(|text| text.contains(',')) {
        names.push(Name::Glob(format!("{{{}}}", texts.join(","))));
    } else {
        names.extend(patterns);
    }
    names
}

fn limit(select: &Select) -> Option<Box<Limit>> {
    if select.folder.is_empty() && select.exclude.is_empty() {
        return None;
    }
    let folder = if select.folder.is_empty() { String::new() } else { format!("{}/", select.folder) };
    Some(Box::new(Limit { folder, exclude: exclusions(select) }))
}

fn exclusions(select: &Select) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    let globs = select.exclude.iter().flat_map(|glob| written_out(glob));
    for glob in globs.filter_map(|glob| compile(&select.folder, &glob).ok()) {
        set.add(glob);
    }
    set.build().unwrap_or_default()
}

fn compile(folder: &str, glob: &str) -> Result<Glob, globset::Error> {
    let whole = if folder.is_empty() { glob.to_owned() } else { format!("{}/{glob}", globset::escape(folder)) };
    GlobBuilder::new(&whole).literal_separator(true).empty_alternates(true).build()
}

/// A glob as names: `**/*.py` is an extension, `**/Dockerfile` a base name, `{…}` of those several.
pub(super) fn names_of_glob(glob: &str) -> Result<Vec<Name>, String> {
    let glob = glob.strip_prefix("./").unwrap_or(glob);
    if glob.is_empty() {
        return Err("the glob is empty".to_owned());
    }
    if glob.starts_with('/') || glob.split('/').any(|part| part == "..") {
        return Err(format!("glob `{glob}` leads out of the repository"));
    }
    GlobBuilder::new(glob)
        .literal_separator(true)
        .empty_alternates(true)
        .build()
        .map_err(|error| format!("glob `{glob}`: {}", error.kind()))?;
    if glob == "**" || glob == "**/*" {
        return Ok(vec![Name::Any]);
    }
    Ok(glob.strip_prefix("**/").and_then(simple_names).unwrap_or_else(|| vec![Name::Glob(glob.to_owned())]))
}

fn simple_names(base: &str) -> Option<Vec<Name>> {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn named(select: &Select, path: &str) -> bool {
        let mut wanted = Vec::new();
        Dispatch::new(std::iter::once(select)).wants_for(path, &mut wanted);
        wanted == [0]
    }

    #[test]
    fn an_empty_choice_is_a_choice() {
        let select = Select::glob("{,docs/}README{,.md}").unwrap();
        for path in ["README", "README.md", "docs/README"] {
            assert!(named(&select, path), "{path}");
        }
        assert!(!named(&select, "README.txt"));
    }

    #[test]
    fn choices_of_patterns_are_tried_together_and_mean_the_same() {
        let select = Select::glob("{**/*.py,x/*-{a,b}.{md,txt},**/deploy*/**,{a,b}/**/Makefile.*,k.sh}").unwrap();
        assert_eq!(simplest(&select.names[0]).len(), 3);
        for path in
            ["q/r.py", "x/1-a.md", "x/2-b.txt", "deploy/x", "w/deploy2/y/z", "a/Makefile.x", "b/c/d/Makefile.y", "k.sh"]
        {
            assert!(named(&select, path), "{path}");
        }
        for path in ["x/1-c.md", "x/y/1-a.md", "deploy", "c/Makefile.x", "x/k.sh", "q/r.pyc"] {
            assert!(!named(&select, path), "{path}");
        }
        let commas = Select::glob("x,y{a,b}*").unwrap();
        assert!(named(&commas, "x,ya1") && named(&commas, "x,yb") && !named(&commas, "yb") && !named(&commas, "x"));
    }

    #[test]
    fn simple_globs_become_names_and_mean_the_same() {
        assert_eq!(names_of_glob("**/*.py").unwrap(), [Name::Ext("py".into())]);
        assert_eq!(names_of_glob("**/*.{ts,tsx}").unwrap(), [Name::Ext("ts".into()), Name::Ext("tsx".into())]);
        assert_eq!(names_of_glob("**/Dockerfile").unwrap(), [Name::Base("Dockerfile".into())]);
        assert_eq!(names_of_glob("**/*.test.ts").unwrap(), [Name::Glob("**/*.test.ts".into())]);
        assert_eq!(names_of_glob("**/.env").unwrap(), [Name::Base(".env".into())]);
        for glob in ["**/*.py", "**/*.{py,js}", "**/{x.py,y.js}", "**/.py"] {
            let plain = Select { names: vec![Name::Glob(glob.to_owned())], ..Select::glob(glob).unwrap() };
            for path in ["a.py", "x/b.py", "x.py", "d/y.js", "a.pyc", ".py", "d/.py", "a.b.py", "py"] {
                assert_eq!(named(&Select::glob(glob).unwrap(), path), named(&plain, path), "{glob} on {path}");
            }
        }
    }

    #[test]
    fn globs_are_relative_to_the_folder_and_exclusions_too() {
        let select = Select::glob("*.py").unwrap().below("svc/[a]").except(["b.py"]);
        assert!(named(&select, "svc/[a]/c.py"));
        assert!(!named(&select, "svc/[a]/b.py") && !named(&select, "svc/[a]/x/c.py") && !named(&select, "svc/a/c.py"));
        assert!(!named(&select, "c.py"));
        let any = Select::glob("**/*.py").unwrap().below("svc");
        assert!(named(&any, "svc/c.py") && !named(&any, "svc2/c.py"));
    }

    #[test]
    fn a_glob_that_cannot_work_says_why() {
        assert!(names_of_glob("[a").unwrap_err().contains("glob `[a`"));
        assert!(names_of_glob("../x").unwrap_err().contains("leads out"));
        assert!(names_of_glob("").is_err());
    }
}
