//! The outside: the repository's tree and its one sweep, processes, the network, the clock.
//! Knows no probe; probes hand it function pointers and patterns.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;

use crate::model::Target;

mod amount;
pub mod api;
pub mod artefact;
mod ascii_word;
mod attributes;
mod bulk;
mod choice;
pub mod class;
mod class_names;
mod content;
pub mod deadline;
mod dictionary;
mod dispatch;
mod file_bytes;
mod generated_header;
pub mod git;
pub mod git_history;
mod git_index;
pub mod git_state;
mod glob;
mod heredoc;
pub mod ignore_rules;
mod ignores;
mod language;
pub mod lex;
mod lexer;
mod line_end;
mod literal;
mod names;
mod needs;
pub mod net;
pub mod pattern;
mod prefilter;
pub mod process;
mod quirk;
pub mod quota;
mod scan;
mod screen;
pub mod service;
mod shared;
pub mod sweep;
pub mod tree;
mod walk;
pub mod want;
mod weight;

pub use amount::Amount;
pub use class::{Class, ClassSet};
pub use deadline::Deadline;
pub use file_bytes::{FileBytes, text_of};
pub use literal::Literal;
pub use pattern::Pattern;
pub use sweep::{Cost, Found, Swept};
pub use tree::{Entry, FileId, Tree};
pub use want::{Digest, Hit, Hits, Look, Name, Select, View, Want, WantId, Wants, check_glob, required_literals};

/// Everything outside that a probe may look at.
pub struct World {
    /// Root of the audited repository (canonical).
    pub root: PathBuf,
    /// The one moment that counts as now.
    pub now: Timestamp,
    /// Targets by name.
    pub targets: BTreeMap<String, Target>,
    /// What this run may do.
    pub permit: Permit,
    /// Hosts whose owner lifts the caps on load (`--i-own-this-target`).
    pub owned: Vec<String>,
    /// Values to hide in whatever leaves the process.
    pub masker: crate::model::Masker,
    /// Environment for child processes.
    pub environment: BTreeMap<String, String>,
    /// What may still be asked of whom.
    pub quotas: quota::Quotas,
}

/// What this run may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permit {
    /// Run commands (`--no-exec` forbids).
    pub exec: bool,
    /// Contact live systems (`--offline` forbids).
    pub network: bool,
    /// Active probes (`--no-active` forbids).
    pub active: bool,
    /// Active and load probes on protected environments (`--allow-protected`).
    pub protected: bool,
}
