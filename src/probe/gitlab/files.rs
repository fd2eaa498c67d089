//! Which files make up the pipelines of a repository: the start with what it includes, and the pipelines that it starts.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use crate::probe::finding::{Finding, Findings};
use crate::probe::pipelines::{self, starts::Starts};
use crate::world::{FileId, Swept};

use super::pipeline::{Local, Pipeline, is_start, read};

/// Files of one repository that belong to its pipelines (GitLab's own limit is 150).
const MOST_FILES: usize = 500;
/// Largest of them.
const LARGEST: u64 = 2 * 1024 * 1024;

/// Pipeline files by path, those that others include among them.
struct Files<'s> {
    swept: &'s Swept,
    read: BTreeMap<String, Result<Pipeline, Finding>>,
    findings: Findings,
}

impl Files<'_> {
    /// The files that an include names; one that is not there is noted.
    fn named(&mut self, by: &str, local: &Local) -> Vec<String> {
        let Local { line, path } = local;
        let found: Vec<String> = match pattern(path) {
            _ if path.contains('$') => Vec::new(),
            Some(pattern) => {
                let paths = self.swept.tree().entries().iter().map(|entry| entry.path.as_str());
                paths.filter(|path| pattern.is_match(path)).take(MOST_FILES).map(str::to_owned).collect()
            }
            None => vec![path.clone()],
        };
        if found.is_empty() {
            self.findings.unread(by, format!("line {line} includes `{path}`, which names no file here"));
        }
        found
    }

    fn load(&mut self, path: &str) {
        if self.read.contains_key(path) {
            return;
        }
        if self.read.len() >= MOST_FILES {
            self.findings.unread(path, "too many files");
            return;
        }
        let fault = |line: u32, reason: String| Finding::new("parse_errors", line, "parse error", reason);
        let pipeline = match self.swept.read(path, LARGEST) {
            Ok(bytes) => read(path, &bytes).map_err(|wrong| fault(wrong.line, wrong.reason)),
            Err(unknown) => Err(fault(0, unknown.to_string())),
        };
        self.read.insert(path.to_owned(), pipeline);
    }

    /// The files of the pipeline that starts with this one, each behind those that it includes.
    fn order(&mut self, path: &str, known: &mut BTreeSet<String>, order: &mut Vec<String>, children: &mut Vec<Child>) {
        if !known.insert(path.to_owned()) || known.len() > MOST_FILES {
            return;
        }
        self.load(path);
        let Some(Ok(pipeline)) = self.read.get(path) else { return };
        let (locals, started) = (pipeline.locals.clone(), pipeline.children.clone());
        for local in locals {
            for included in self.named(path, &local) {
                self.order(&included, known, order, children);
            }
        }
        for (local, starts) in started {
            let named = self.named(path, &local);
            children.extend(named.into_iter().map(|path| (path, starts.clone())));
        }
        order.push(path.to_owned());
    }
}

/// A pipeline that another one starts: its file, and the events that lead to it.
type Child = (String, Starts);

/// A path with `*` (within a part) or `**` (across parts) as a pattern.
fn pattern(path: &str) -> Option<Regex> {
    if !path.contains('*') {
        return None;
    }
    let escaped = regex::escape(path).replace(r"\*\*", ".+").replace(r"\*", "[^/]+");
    Regex::new(&format!("^{escaped}$")).ok()
}

/// One pipeline.
#[derive(Debug, Default)]
pub(crate) struct Pipelined {
    /// Its files, each behind those that it includes.
    pub(crate) files: Vec<String>,
    /// The events that start it, as far as the job says that does.
    pub(crate) starts: Starts,
    /// Whether another pipeline starts it.
    pub(crate) is_child: bool,
}

/// The pipelines of a repository.
pub(crate) struct Resolved {
    /// Every file by path, or why it could not be read.
    pub(crate) read: BTreeMap<String, Result<Pipeline, Finding>>,
    /// What was named and not found.
    pub(crate) findings: Findings,
    /// The one that starts by itself, then those that it starts.
    pub(crate) pipelines: Vec<Pipelined>,
}

/// Puts files together; `None` where no pipeline starts.
pub(crate) fn resolve(
    swept: &Swept,
    read: impl Iterator<Item = (FileId, Result<Pipeline, Finding>)>,
) -> Option<Resolved> {
    let mut files = Files { swept, read: BTreeMap::new(), findings: Findings::default() };
    let mut starts = Vec::new();
    for (id, pipeline) in read {
        let path = swept.path(id);
        // It counts where this one includes it.
        if !pipelines::is_of_another(path, swept.class(id)) {
            starts.push(path.to_owned());
            files.read.insert(path.to_owned(), pipeline);
        }
    }
    if !starts.iter().any(|path| is_start(path)) {
        return None;
    }
    // What lies where pipelines usually lie counts as included, first, so that the start wins.
    starts.sort_by_key(|path| is_start(path));
    let mut pipelines = vec![Pipelined { files: Vec::new(), starts: Starts::always(), is_child: false }];
    let (mut known, mut children) = (BTreeSet::new(), Vec::new());
    for path in &starts {
        files.order(path, &mut known, &mut pipelines[0].files, &mut children);
    }
    while let Some((child, starts)) = children.pop() {
        if known.contains(&child) {
            continue;
        }
        let mut order = Vec::new();
        files.order(&child, &mut known, &mut order, &mut children);
        pipelines.push(Pipelined { files: order, starts, is_child: true });
    }
    let Files { read, findings, .. } = files;
    Some(Resolved { read, findings, pipelines })
}
