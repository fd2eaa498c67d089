//! From a path to the wants that name it. Names are looked up in `names`; what bounds a selection is here.
//! Owns the crate `globset` (with `attributes`, `names`).

use globset::GlobBuilder;

use super::names::{FolderMemo, Names, simple_names};
use super::want::{Name, Select};

/// Selections, indexed by what they name.
pub(super) struct Dispatch {
    names: Names,
    /// Per selection: what bounds it; most are not bounded.
    limits: Vec<Option<Box<Limit>>>,
}

/// What a selection leaves out.
struct Limit {
    /// Its folder with a trailing slash; empty for the whole tree.
    folder: String,
    exclude: Names,
}

/// What one thread remembers from path to path.
#[derive(Default)]
pub(super) struct Memo {
    names: FolderMemo,
    /// By selection that is bounded.
    exclude: Vec<FolderMemo>,
    excluded: Vec<u32>,
}

impl Dispatch {
    /// Selections are numbered in order.
    pub(super) fn new<'a>(selections: impl Iterator<Item = &'a Select>) -> Dispatch {
        let selections: Vec<&Select> = selections.collect();
        let named = (0_u32..).zip(&selections);
        let entered =
            named.flat_map(|(number, select)| select.names.iter().map(move |name| (name, number, &*select.folder)));
        Dispatch { names: Names::new(entered), limits: selections.iter().map(|select| limit(select)).collect() }
    }

    /// Appends the numbers of the selections that name this path (whatever its class), rising, each once.
    pub(super) fn wants_for(&self, path: &str, memo: &mut Memo, wanted: &mut Vec<u32>) {
        self.names.of(path, &mut memo.names, wanted);
        wanted.sort_unstable();
        wanted.dedup();
        memo.exclude.resize_with(self.limits.len(), FolderMemo::default);
        wanted.retain(|number| match &self.limits[*number as usize] {
            None => true,
            Some(limit) => {
                memo.excluded.clear();
                limit.exclude.of(path, &mut memo.exclude[*number as usize], &mut memo.excluded);
                path.starts_with(limit.folder.as_str()) && memo.excluded.is_empty()
            }
        });
    }
}

fn limit(select: &Select) -> Option<Box<Limit>> {
    if select.folder.is_empty() && select.exclude.is_empty() {
        return None;
    }
    let folder = if select.folder.is_empty() { String::new() } else { format!("{}/", select.folder) };
    let globs: Vec<Name> = select.exclude.iter().map(|glob| Name::Glob(glob.clone())).collect();
    Some(Box::new(Limit { folder, exclude: Names::new(globs.iter().map(|glob| (glob, 0, &*select.folder))) }))
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
    if let Some(names) = simple_names(glob) {
        return Ok(names);
    }
    GlobBuilder::new(glob)
        .literal_separator(true)
        .empty_alternates(true)
        .build()
        .map_err(|error| format!("glob `{glob}`: {}", error.kind()))?;
    Ok(vec![Name::Glob(glob.to_owned())])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn named(select: &Select, path: &str) -> bool {
        let mut wanted = Vec::new();
        Dispatch::new(std::iter::once(select)).wants_for(path, &mut Memo::default(), &mut wanted);
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
