//! A probe that reads every file of one kind and takes no parameter but `glob`. The kind says how its files are found, read
//! and counted; what it says of them stays with the kind.

use crate::model::{FactDecl, FactSchema, Observation, Problems, Unknown};
use crate::world::{Select, Want, WantId, Wants};
use crate::yaml::Spanned;

use super::{BoxFuture, Lane, Look, Probe, Touch, glob_parameter};

/// A kind of file.
pub(super) struct FileKind {
    /// Name of the probe.
    pub(super) name: &'static str,
    /// Where its files are when no glob is given.
    pub(super) default_glob: &'static str,
    /// A glob as one would write it.
    pub(super) example: &'static str,
    /// Facts about its files.
    pub(super) facts: fn() -> Vec<FactDecl>,
    /// How a file among those selected is read.
    pub(super) want: fn(Select) -> Want,
    /// What was read; whether a glob named the files, so that none is left out for where it lies.
    pub(super) observe: fn(&Look<'_>, WantId, Named) -> Observation,
}

/// Whether the files were named by a glob.
pub(super) type Named = bool;

struct FileProbe {
    kind: &'static FileKind,
    glob: Option<String>,
}

impl FileKind {
    /// A probe for its files; `None` when the glob is none, which is reported.
    pub(super) fn probe(
        &'static self,
        glob: Option<Spanned<String>>,
        problems: &mut Problems,
    ) -> Option<Box<dyn Probe>> {
        let glob = glob_parameter::checked(glob, self.example, problems)?;
        Some(Box::new(FileProbe { kind: self, glob }))
    }
}

impl FileProbe {
    fn glob(&self) -> &str {
        self.glob.as_deref().unwrap_or(self.kind.default_glob)
    }
}

impl Probe for FileProbe {
    fn facts(&self) -> FactSchema {
        FactSchema { decls: (self.kind.facts)(), ..FactSchema::default() }
    }

    fn key(&self) -> String {
        format!("{} glob={:?}", self.kind.name, self.glob)
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        Touch { reads: vec![self.glob().to_owned()], ..Touch::default() }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        // A glob that was checked is one; nothing is selected rather than everything if that should ever be wrong.
        let select = Select::glob(self.glob()).unwrap_or_else(|_| Select::bases(&[]));
        vec![wants.add((self.kind.want)(select.below(folder)))]
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let [want] = look.wants else { return Err(Unknown::because("the tree was not swept")) };
            look.swept.get(*want).whole.clone()?;
            Ok((self.kind.observe)(&look, *want, self.glob.is_some()))
        })
    }
}
