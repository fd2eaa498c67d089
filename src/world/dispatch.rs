//! From a path to the wants that name it. Names are looked up in `names`; what bounds a selection is here.
//! Owns the crate `globset` (with `attributes`, `names`).

use globset::GlobBuilder;

use super::class::{Class, ClassSet};
use super::glob::Looked;
use super::names::{Names, simple_names};
use super::want::{Name, Select};

/// Selections, indexed by what they name.
pub(super) struct Dispatch {
    named: Names,
    excluded: Names,
    /// Per selection: what else bounds it.
    limits: Vec<Limit>,
}

/// What a selection is bounded to.
struct Limit {
    classes: ClassSet,
    /// No trailing slash; empty for the whole tree.
    folder: String,
}

impl Limit {
    fn has(&self, folder: &str, class: Class) -> bool {
        let within = folder.strip_prefix(self.folder.as_str());
        let below = self.folder.is_empty() || within.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        below && self.classes.has(class)
    }
}

/// What one thread remembers from path to path: files of one folder come one after the other.
#[derive(Default)]
pub(super) struct Memo {
    folder: String,
    kinds: Vec<Kind>,
    by_file: Vec<u32>,
}

/// What is known of all files of a folder with the same extension and class.
struct Kind {
    extension: Option<String>,
    class: Class,
    /// Selections that name them, rising, each once.
    named: Vec<u32>,
    /// Selections that leave them out whatever their base name.
    excluded: Vec<u32>,
}

impl Dispatch {
    /// Selections are numbered in order.
    pub(super) fn new<'a>(selections: impl Iterator<Item = &'a Select>) -> Dispatch {
        let selections: Vec<&Select> = selections.collect();
        let numbered = || (0_u32..).zip(&selections);
        let named = numbered()
            .flat_map(|(number, select)| select.names.iter().map(move |name| (name, number, &*select.folder)));
        let globs: Vec<(Name, u32, &str)> = numbered()
            .flat_map(|(number, select)| {
                select.exclude.iter().map(move |glob| (Name::Glob(glob.clone()), number, &*select.folder))
            })
            .collect();
        let limits =
            selections.iter().map(|select| Limit { classes: select.classes, folder: select.folder.clone() }).collect();
        let excluded = globs.iter().map(|(name, number, folder)| (name, *number, *folder));
        Dispatch { named: Names::new(named), excluded: Names::new(excluded), limits }
    }

    /// Appends the numbers of the selections that name a file of this path and class, rising, each once.
    pub(super) fn wants_for(&self, path: &str, class: Class, memo: &mut Memo, wanted: &mut Vec<u32>) {
        let looked = Looked::at(path);
        let Memo { folder, kinds, by_file } = memo;
        if folder != looked.folder {
            looked.folder.clone_into(folder);
            kinds.clear();
        }
        let is_kind = |kind: &Kind| kind.class == class && kind.extension.as_deref() == looked.extension;
        let at = kinds.iter().position(is_kind).unwrap_or_else(|| {
            kinds.push(self.kind(&looked, class));
            kinds.len() - 1
        });
        let kind = &kinds[at];
        wanted.extend(&kind.named);
        by_file.clear();
        self.named.of_file(&looked, by_file);
        by_file.retain(|number| {
            self.limits[*number as usize].has(looked.folder, class) && kind.excluded.binary_search(number).is_err()
        });
        if !by_file.is_empty() {
            wanted.append(by_file);
            wanted.sort_unstable();
            wanted.dedup();
        }
        self.excluded.of_file(&looked, by_file);
        if !by_file.is_empty() {
            wanted.retain(|number| !by_file.contains(number));
        }
    }

    fn kind(&self, looked: &Looked<'_>, class: Class) -> Kind {
        let (mut named, mut excluded) = (Vec::new(), Vec::new());
        self.excluded.of_kind(looked, &mut excluded);
        excluded.sort_unstable();
        excluded.dedup();
        self.named.of_kind(looked, &mut named);
        named.sort_unstable();
        named.dedup();
        named.retain(|number| {
            self.limits[*number as usize].has(looked.folder, class) && excluded.binary_search(number).is_err()
        });
        Kind { extension: looked.extension.map(str::to_owned), class, named, excluded }
    }
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
        Dispatch::new(std::iter::once(select)).wants_for(path, Class::Src, &mut Memo::default(), &mut wanted);
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
