//! What probes want of the tree, said before anything is read: pattern hits, or a small digest of whole files.

use std::any::Any;
use std::sync::{Arc, LazyLock};

use super::class::ClassSet;
use super::dispatch;
use super::file_bytes::FileBytes;
use super::literal::{self, Literal};
use super::pattern::Pattern;
use crate::model::Unknown;

/// Pattern hits are looked for in files up to this size (catalogue §0.5).
pub const LARGEST_SWEPT: u64 = 2 * 1024 * 1024;
/// The largest cap a [`Look::Doc`] may have.
pub const LARGEST_DOC: u64 = 16 * 1024 * 1024;

/// One want, as [`Wants::add`] numbered it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WantId(pub u32);

/// What probes want of the tree; equal wants are one.
#[derive(Default)]
pub struct Wants {
    list: Vec<Want>,
    pub(super) timed: bool,
}

impl Wants {
    /// Registers a want, or finds the equal one that is there.
    pub fn add(&mut self, want: Want) -> WantId {
        let at = self.list.iter().position(|known| *known == want).unwrap_or_else(|| {
            self.list.push(want);
            self.list.len() - 1
        });
        WantId(u32::try_from(at).unwrap_or(u32::MAX))
    }

    /// Lets the sweep keep the time that each of them takes, which takes a little time itself.
    pub fn keep_time(&mut self) {
        self.timed = true;
    }

    /// All of them; [`WantId`] is the position.
    pub fn list(&self) -> &[Want] {
        &self.list
    }
}

/// Which files, and what to look for in them.
#[derive(Clone, Debug, PartialEq)]
pub struct Want {
    /// Which files.
    pub select: Select,
    /// What to look for.
    pub look: Look,
}

/// Which files: those that one of `names` names, that no `exclude` names, of one of `classes`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Select {
    /// Any of these.
    pub names: Vec<Name>,
    /// But none of these globs (relative to `folder`).
    pub exclude: Vec<String>,
    /// Only files of these classes.
    pub classes: ClassSet,
    /// Only below this folder, `/`-separated, no trailing slash; empty is the whole tree. Globs start here.
    pub folder: String,
}

/// One way to name files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// Every file.
    Any,
    /// Files with exactly this base name, in any folder.
    Base(String),
    /// Files with this extension (without the dot), in any folder.
    Ext(String),
    /// Files whose whole path matches; `*` stays within one part, `**` crosses parts, `{a,b}` is a choice.
    Glob(String),
}

impl Select {
    /// Every file of these classes.
    pub fn any(classes: ClassSet) -> Select {
        Select { names: vec![Name::Any], exclude: Vec::new(), classes, folder: String::new() }
    }

    /// Files with these base names, any class.
    pub fn bases(names: &[&str]) -> Select {
        Select {
            names: names.iter().map(|name| Name::Base((*name).to_owned())).collect(),
            ..Select::any(ClassSet::ALL)
        }
    }

    /// Files with these extensions, any class.
    pub fn exts(extensions: &[&str]) -> Select {
        let names = extensions.iter().map(|extension| Name::Ext((*extension).to_owned())).collect();
        Select { names, ..Select::any(ClassSet::ALL) }
    }

    /// Files whose path matches a glob, any class; the error names what is wrong with the glob.
    pub fn glob(glob: &str) -> Result<Select, String> {
        Ok(Select { names: dispatch::names_of_glob(glob)?, ..Select::any(ClassSet::ALL) })
    }

    /// The same with another name added.
    #[must_use]
    pub fn or(mut self, name: Name) -> Select {
        self.names.push(name);
        self
    }

    /// The same without what these globs name. Globs that do not parse exclude nothing; check them with
    /// [`check_glob`] where they come from.
    #[must_use]
    pub fn except<S: Into<String>>(mut self, globs: impl IntoIterator<Item = S>) -> Select {
        self.exclude.extend(globs.into_iter().map(Into::into));
        self
    }

    /// The same, only of these classes.
    #[must_use]
    pub fn of(mut self, classes: ClassSet) -> Select {
        self.classes = classes;
        self
    }

    /// The same, only below this folder.
    #[must_use]
    pub fn below(mut self, folder: &str) -> Select {
        folder.clone_into(&mut self.folder);
        self
    }
}

/// Whether a glob can be understood; the error says why not.
pub fn check_glob(glob: &str) -> Result<(), String> {
    dispatch::names_of_glob(glob).map(drop)
}

/// What to look for in a file.
#[derive(Clone, Debug)]
pub enum Look {
    /// Where a pattern matches.
    Hits {
        /// The pattern.
        pattern: Pattern,
        /// The part of the text in which a match must start.
        view: View,
        /// How many hits are kept with line and text, the first ones by (path, line); all are counted.
        keep: u16,
    },
    /// A digest of the whole file.
    Doc {
        /// Identity of the reader *and its parameters*: equal names are taken to read equally.
        name: String,
        /// Reads one file; a pure function of the bytes and the path.
        read: Reader,
        /// Larger files are [`Unknown`] without being read; at most [`LARGEST_DOC`].
        cap: u64,
        /// Whether files with a NUL in the first 8 KiB are wanted too.
        binary: bool,
        /// What the reader asks of a file with [`FileBytes::may_hold`]: for each question, literals of which one must
        /// be there. Belongs to the reader, so `name` stands for it too.
        screen: Questions,
    },
}

/// For each question, the literals of which one must be there.
type Literals = Vec<Vec<Literal>>;

/// Literals by question, worked out when a file is first wanted.
#[derive(Clone)]
pub struct Questions(Arc<LazyLock<Literals, Box<dyn FnOnce() -> Literals + Send + Sync>>>);

impl Questions {
    fn new(questions: impl FnOnce() -> Literals + Send + Sync + 'static) -> Questions {
        Questions(Arc::new(LazyLock::new(Box::new(questions))))
    }

    pub(super) fn list(&self) -> &[Vec<Literal>] {
        &self.0
    }
}

impl std::fmt::Debug for Questions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Questions")
    }
}

type Read = dyn Fn(&FileBytes<'_>) -> Result<Option<Digest>, Unknown> + Send + Sync;

/// Turns one file into a small owned digest, or finds nothing to keep.
#[derive(Clone)]
pub struct Reader(Arc<Read>);

impl Reader {
    pub(super) fn read(&self, file: &FileBytes<'_>) -> Result<Option<Digest>, Unknown> {
        (self.0)(file)
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reader")
    }
}

impl PartialEq for Look {
    fn eq(&self, other: &Look) -> bool {
        match (self, other) {
            (Look::Hits { pattern: a, view: b, keep: c }, Look::Hits { pattern: x, view: y, keep: z }) => {
                (a, b, c) == (x, y, z)
            }
            (Look::Doc { name: a, cap: b, binary: c, .. }, Look::Doc { name: x, cap: y, binary: z, .. }) => {
                (a, b, c) == (x, y, z)
            }
            _ => false,
        }
    }
}

impl Want {
    /// Hits of a pattern.
    pub fn hits(select: Select, pattern: Pattern, view: View, keep: u16) -> Want {
        Want { select, look: Look::Hits { pattern, view, keep } }
    }

    /// A digest of each text file up to [`LARGEST_SWEPT`]. `name` is the identity of the reader and its parameters.
    pub fn doc<T: Send + Sync + 'static>(
        select: Select,
        name: impl Into<String>,
        read: impl Fn(&FileBytes<'_>) -> Result<T, Unknown> + Send + Sync + 'static,
    ) -> Want {
        Want::sparse(select, name, move |file| read(file).map(Some))
    }

    /// The same for a reader that finds nothing in most files: these are counted as scanned, and have no digest.
    pub fn sparse<T: Send + Sync + 'static>(
        select: Select,
        name: impl Into<String>,
        read: impl Fn(&FileBytes<'_>) -> Result<Option<T>, Unknown> + Send + Sync + 'static,
    ) -> Want {
        let own = |digest| Digest::Own(Arc::new(digest));
        let read = Reader(Arc::new(move |file| read(file).map(|digest| digest.map(own))));
        let screen = Questions::new(Vec::new);
        Want { select, look: Look::Doc { name: name.into(), read, cap: LARGEST_SWEPT, binary: false, screen } }
    }

    /// The same for a reader that first asks [`FileBytes::may_hold`]: `questions()[n]` are the literals of question `n`, of
    /// which one must be there; without any the answer is always yes (only for [`Look::Doc`]).
    #[must_use]
    pub fn screened<L: Into<Literal>>(
        mut self,
        questions: impl FnOnce() -> Vec<Vec<L>> + Send + Sync + 'static,
    ) -> Want {
        if let Look::Doc { screen, .. } = &mut self.look {
            let literals = |question: Vec<L>| question.into_iter().map(Into::into).collect();
            *screen = Questions::new(move || questions().into_iter().map(literals).collect());
        }
        self
    }

    /// The same with another cap (only for [`Look::Doc`]).
    #[must_use]
    pub fn up_to(mut self, bytes: u64) -> Want {
        if let Look::Doc { cap, .. } = &mut self.look {
            *cap = bytes.min(LARGEST_DOC);
        }
        self
    }

    /// The same, binary files too (only for [`Look::Doc`]).
    #[must_use]
    pub fn with_binary(mut self) -> Want {
        if let Look::Doc { binary, .. } = &mut self.look {
            *binary = true;
        }
        self
    }
}

/// The part of a text a match must start in (its first character that is no white space).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum View {
    /// Anywhere.
    Raw,
    /// Outside comments and string literals. A file in a language that is not known is all code.
    Code,
    /// In comments.
    Comments,
    /// In code or string literals. A file in a language that is not known has no comments.
    Uncommented,
    /// In string literals.
    Strings,
}

impl View {
    /// Whether a region of this kind is in view.
    pub(super) fn has(self, region: View) -> bool {
        match self {
            View::Raw => true,
            View::Uncommented => region != View::Comments,
            View::Code | View::Comments | View::Strings => region == self,
        }
    }
}

/// What the sweep keeps of one file for one want.
#[derive(Clone, Debug)]
pub enum Digest {
    /// Matches of a pattern; files without any have no digest.
    Hits(Hits),
    /// What a [`Look::Doc`] reader made of it.
    Own(Arc<dyn Any + Send + Sync>),
}

/// Matches in one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// All of them.
    pub count: u32,
    /// The first ones.
    pub first: Vec<Hit>,
}

/// One match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What matched, at most 200 characters.
    pub text: String,
    /// The line it starts on, trimmed, at most 200 characters.
    pub line_text: String,
}

/// Literals of which at least one occurs in every match of a pattern; none when there is no such useful set.
pub fn required_literals(pattern: &str) -> Vec<Literal> {
    literal::required(pattern)
}
