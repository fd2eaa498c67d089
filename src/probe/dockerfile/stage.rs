//! What the rules need of a Dockerfile: stages with their user, process, health check and commands. Reading one is the
//! business of `parse`.

use super::ignores::Ignore;
use crate::probe::variables::Variables;

/// A file that the parser understood.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dockerfile {
    /// Stages in order; at least one.
    pub(super) stages: Vec<Stage>,
    /// `ARG`s before the first `FROM`: name, default, line.
    pub(super) global_args: Vec<Assignment>,
    /// Rules that hadolint comments switch off: line of the instruction (0: the whole file) → rules.
    pub(super) ignores: Vec<Ignore>,
    /// It makes a place to work or test in, and nothing that runs.
    pub(super) is_workbench: bool,
}

impl Dockerfile {
    /// What it runs, with lines, in the order of the file.
    pub(crate) fn commands(&self) -> impl Iterator<Item = (u32, &str)> {
        self.stages.iter().flat_map(|stage| &stage.runs).map(|run| (run.line, run.value.as_str()))
    }

    /// Names of the variables that `ARG` and `ENV` set.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &str> {
        let all = self.stages.iter().flat_map(|stage| &stage.assignments).chain(&self.global_args);
        all.filter(|one| one.value.is_some()).map(|one| one.name.as_str())
    }

    /// Whether it makes a place to work or test in, and nothing that runs.
    pub(crate) fn is_workbench(&self) -> bool {
        self.is_workbench
    }

    /// The same as it is built up to a stage: later ones are not built. `None` when no stage has that name.
    pub(super) fn up_to(&self, stage: Option<&str>) -> Option<Dockerfile> {
        let Some(name) = stage else { return Some(self.clone()) };
        let name = name.to_ascii_lowercase();
        let at = self.stages.iter().position(|stage| stage.name.as_deref() == Some(&name))?;
        Some(Dockerfile { stages: self.stages[..=at].to_vec(), ..self.clone() })
    }
}

/// What a stage starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// `scratch`
    Scratch,
    /// An earlier stage, by index.
    Stage(usize),
    /// An image, with variables replaced.
    Image(String),
    /// An image whose name needs this variable, which has no default.
    Unresolved(String),
}

/// A program to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// `["program", "argument"]`
    Exec(Vec<String>),
    /// A line for the shell.
    Shell(String),
}

/// Something on a line.
#[derive(Clone, Debug)]
pub(super) struct At<T> {
    pub(super) line: u32,
    pub(super) value: T,
}

/// `ARG` or `ENV`.
#[derive(Clone, Debug)]
pub(super) struct Assignment {
    pub(super) line: u32,
    pub(super) name: String,
    /// As written, not expanded; `None` for `ARG NAME`.
    pub(super) value: Option<String>,
    pub(super) is_arg: bool,
}

/// `COPY` or `ADD`.
#[derive(Clone, Debug)]
pub(super) struct Copy {
    pub(super) line: u32,
    pub(super) is_add: bool,
    /// `--from=`, as written.
    pub(super) from: Option<String>,
    pub(super) has_checksum: bool,
    pub(super) sources: Vec<String>,
    pub(super) destination: String,
}

/// `HEALTHCHECK`.
#[derive(Clone, Debug)]
pub(super) struct Health {
    /// The command; `None` for `NONE`.
    pub(super) command: Option<String>,
    /// `--interval=`, as written.
    pub(super) interval: Option<String>,
}

/// A stage.
#[derive(Clone, Debug)]
pub(super) struct Stage {
    pub(super) line: u32,
    pub(super) name: Option<String>,
    /// The image as written.
    pub(super) written: String,
    pub(super) base: Base,
    /// Last `USER`, with variables replaced or the name of the unknown one.
    pub(super) user: Option<At<Result<String, String>>>,
    pub(super) entrypoint: Option<At<Start>>,
    pub(super) command: Option<At<Start>>,
    pub(super) health: Option<At<Health>>,
    pub(super) copies: Vec<Copy>,
    /// `RUN` lines with their here-documents.
    pub(super) runs: Vec<At<String>>,
    /// What `RUN --mount=…,from=` mounts from, as written.
    pub(super) mounted: Vec<At<String>>,
    pub(super) assignments: Vec<Assignment>,
    pub(super) variables: Variables,
    pub(super) exposes: bool,
}
