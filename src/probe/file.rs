//! Probe `file`: whether files are there, how large, how old, with which mode and content.

#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use schemars::JsonSchema;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, evidence, folder, limits};
use crate::model::report::Evidence;
use crate::model::{Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::world::{Deadline, Select, Tree, World, git};
use crate::yaml::{Node, Spanned, decode as decode_node};

/// Files of a glob whose commit time is asked for; with more, their age is not known.
const MOST_AGED: usize = 20;
/// Bytes of a file whose checksum is taken: a second or two of work.
const LARGEST_HASHED: u64 = 256 << 20;

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "file",
    doc: "Looks whether a file, or any file that a glob names, is there; its size, age, mode and SHA-256.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "path: docs/runbook.md\n",
};

/// Parameters of probe `file`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "FileProbe")]
struct Params {
    /// One file or folder on disk, also one that git ignores. Either this or `glob`.
    #[serde(default)]
    path: Option<Spanned<String>>,
    /// Files of the source set: `*` stays within one part of a path, `**` crosses parts, `{a,b}` is a choice. Ignored
    /// files are not in it unless git tracks them.
    #[serde(default)]
    glob: Option<Spanned<String>>,
    /// Globs of files to leave out; with `glob` only.
    #[serde(default)]
    exclude: Vec<Spanned<String>>,
    /// What it says of the repository that nothing is there: `zero`, or `unknown` where it may be kept elsewhere.
    #[serde(default)]
    absence: Absence,
    /// Time limit.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

/// What it means that nothing is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "FileAbsence")]
enum Absence {
    /// There is none.
    #[default]
    Zero,
    /// Nothing is known.
    Unknown,
}

/// What to look for.
#[derive(Clone, Debug)]
enum Subject {
    Path(String),
    Glob { glob: String, exclude: Vec<String> },
}

/// The probe with its parameters checked.
struct FileProbe {
    subject: Subject,
    absence: Absence,
    timeout: Option<Duration>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    let timeout = limits::timeout(params.timeout.as_ref(), problems);
    folder::check_globs(params.glob.iter().chain(&params.exclude), problems);
    let subject = match (params.path, params.glob) {
        (Some(path), None) => {
            folder::check_path(&path, "path", problems);
            if let Some(exclude) = params.exclude.first() {
                let problem = exclude.span.problem("`exclude` needs `glob`");
                problems.push(problem.help("drop `exclude`, or write `glob:` instead of `path:`"));
            }
            Subject::Path(path.value)
        }
        (None, Some(glob)) => {
            Subject::Glob { glob: glob.value, exclude: params.exclude.into_iter().map(|glob| glob.value).collect() }
        }
        (Some(_), Some(glob)) => {
            let problem = glob.span.problem("both `path` and `glob`");
            problems.push(problem.help("keep `path` for one file, `glob` for several"));
            return None;
        }
        (None, None) => {
            let problem = node.problem("neither `path` nor `glob`");
            problems.push(problem.help("write `path: docs/runbook.md` or `glob: \"docs/**/*.md\"`"));
            return None;
        }
    };
    Some(Box::new(FileProbe { subject, absence: params.absence, timeout }))
}

impl Probe for FileProbe {
    fn facts(&self) -> FactSchema {
        FactSchema {
            decls: vec![
                FactDecl::new("exists", FactType::Bool, "whether anything is there"),
                FactDecl::new("count", FactType::Count, "how many files are there; a folder counts as one"),
                FactDecl::new("size", FactType::Size, "bytes of all of them together; absent when nothing is there"),
                FactDecl::new("empty", FactType::Count, "how many of them have no bytes"),
                FactDecl::new(
                    "age",
                    FactType::Duration,
                    "time since the youngest of them changed: by its last commit if git tracks it, else by the file \
                     system; absent when nothing is there",
                ),
                FactDecl::new(
                    "mode",
                    FactType::Text,
                    "permissions as four octal digits such as 0644, of exactly one; absent when nothing is there",
                ),
                FactDecl::new(
                    "sha256",
                    FactType::Text,
                    "SHA-256 of the content of exactly one file, in lower-case hexadecimal; absent when nothing is there",
                ),
            ],
            ..FactSchema::default()
        }
    }

    fn key(&self) -> String {
        format!("file {:?} {:?}", self.subject, self.absence)
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        let reads = match &self.subject {
            Subject::Path(path) => path.clone(),
            Subject::Glob { glob, .. } => glob.clone(),
        };
        Touch { reads: vec![reads], ..Touch::default() }
    }

    fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let tree = look.swept.tree();
            let paths = self.paths(tree, look.folder)?;
            if paths.is_empty() {
                return self.nothing(tree, look.folder);
            }
            let mut facts = Facts::new();
            facts.present("exists", Value::Bool(true));
            match tree.hidden_below(look.folder).filter(|_| matches!(self.subject, Subject::Glob { .. })) {
                Some(hidden) => facts.set("count", Fact::Unobserved(format!("cannot look into `{}`", hidden.path))),
                None => facts.present("count", Value::count(paths.len())),
            }
            let sizes = sizes(tree, &paths);
            facts.set("size", of_sizes(&sizes, |sizes| sizes.iter().sum()));
            facts.set("empty", of_sizes(&sizes, |sizes| sizes.iter().filter(|size| **size == 0).count() as u64));
            let (mode, sha256) = single(tree, &paths, look.until);
            facts.set("mode", mode);
            facts.set("sha256", sha256);
            let mut evidence: Vec<Evidence> = Vec::new();
            let age = youngest(&look, tree, &paths, &mut evidence).await;
            facts.set("age", age.map_or_else(Fact::Unobserved, |seconds| Fact::Present(Value::count(seconds))));
            let shown = evidence.len();
            evidence.extend(
                paths
                    .iter()
                    .skip(shown)
                    .take(evidence::MOST_SHOWN - shown)
                    .map(|path| evidence::file(path, "is there")),
            );
            Ok(Observation { facts, evidence, requests: 0 })
        })
    }
}

impl FileProbe {
    fn paths(&self, tree: &Tree, within: &str) -> Result<Vec<String>, Unknown> {
        match &self.subject {
            Subject::Path(path) => {
                let path = folder::join(within, path);
                let there = match tree.root() {
                    Some(_) => tree.locate(&path)?.is_some(),
                    None => tree.find(&path).is_some() || tree.has_folder(&path),
                };
                Ok(there.then_some(path).into_iter().collect())
            }
            Subject::Glob { glob, exclude } => {
                let select = Select::glob(glob).map_err(Unknown::because)?;
                let select = select.except(exclude.iter().cloned()).below(within);
                Ok(tree.select(&select).into_iter().map(|id| tree.entry(id).path.clone()).collect())
            }
        }
    }

    fn nothing(&self, tree: &Tree, within: &str) -> Result<Observation, Unknown> {
        let (note, place) = match &self.subject {
            Subject::Path(path) => (format!("`{path}` does not exist"), Some(folder::join(within, path))),
            Subject::Glob { glob, .. } => (format!("no file matches `{glob}`"), None),
        };
        if let (None, Some(hidden)) = (&place, tree.hidden_below(within)) {
            return Err(Unknown::because(format!(
                "{note}, but `{}` could not be looked into: {}",
                hidden.path, hidden.reason
            )));
        }
        if self.absence == Absence::Unknown {
            return Err(Unknown::because(format!("{note}; it may be kept elsewhere")));
        }
        let mut facts = Facts::new();
        facts.present("exists", Value::Bool(false));
        facts.present("count", Value::count(0));
        facts.present("empty", Value::count(0));
        for name in ["size", "age", "mode", "sha256"] {
            facts.set(name, Fact::Absent);
        }
        let evidence =
            place.map_or_else(|| evidence::remark(note.clone()), |place| evidence::file(&place, note.clone()));
        Ok(Observation { facts, evidence: vec![evidence], requests: 0 })
    }
}

/// Bytes of each; the reason where one of them has none to tell.
fn sizes(tree: &Tree, paths: &[String]) -> Result<Vec<u64>, String> {
    let size = |path: &String| match metadata(tree, path)? {
        (_, true) => Err(format!("`{path}` is a folder")),
        (size, false) => Ok(size),
    };
    paths.iter().map(size).collect()
}

fn of_sizes(sizes: &Result<Vec<u64>, String>, number: fn(&[u64]) -> u64) -> Fact {
    match sizes {
        Ok(sizes) => Fact::Present(Value::count(number(sizes))),
        Err(reason) => Fact::Unobserved(reason.clone()),
    }
}

/// Bytes, and whether it is a folder.
fn metadata(tree: &Tree, path: &str) -> Result<(u64, bool), String> {
    if tree.root().is_none() {
        return Ok(tree.find(path).map_or((0, true), |id| (tree.entry(id).size, false)));
    }
    let found = on_disk(tree, path)?;
    Ok((found.len(), found.is_dir()))
}

fn on_disk(tree: &Tree, path: &str) -> Result<fs::Metadata, String> {
    let full = tree.locate(path).map_err(|unknown| unknown.0)?;
    let full = full.ok_or_else(|| format!("`{path}` does not exist"))?;
    fs::metadata(full).map_err(|error| format!("cannot read `{path}`: {error}"))
}

/// Mode and content of exactly one file.
fn single(tree: &Tree, paths: &[String], until: Deadline) -> (Fact, Fact) {
    let [path] = paths else {
        let reason = format!("{} files match; this fact is for exactly one", paths.len());
        return (Fact::Unobserved(reason.clone()), Fact::Unobserved(reason));
    };
    let mode = match on_disk(tree, path) {
        Ok(metadata) => mode_of(&metadata),
        Err(reason) => Fact::Unobserved(reason),
    };
    let hash = match tree.locate(path) {
        Ok(Some(full)) => hash_of(&full, path, until),
        Ok(None) => Err(format!("`{path}` does not exist")),
        Err(unknown) => Err(unknown.0),
    };
    (mode, hash.map_or_else(Fact::Unobserved, |hash| Fact::Present(Value::Text(hash))))
}

#[cfg(unix)]
fn mode_of(metadata: &fs::Metadata) -> Fact {
    use std::os::unix::fs::PermissionsExt;
    Fact::Present(Value::Text(format!("{:04o}", metadata.permissions().mode() & 0o7777)))
}

#[cfg(not(unix))]
fn mode_of(_: &fs::Metadata) -> Fact {
    Fact::Unobserved("this system has no permission bits".to_owned())
}

fn hash_of(full: &Path, path: &str, until: Deadline) -> Result<String, String> {
    let cannot = |error: std::io::Error| format!("cannot read `{path}`: {error}");
    let about = fs::metadata(full).map_err(cannot)?;
    if !about.is_file() {
        return Err(format!("`{path}` is not a regular file"));
    }
    if about.len() > LARGEST_HASHED {
        return Err(format!("`{path}` is larger than {} MiB", LARGEST_HASHED >> 20));
    }
    let mut file = File::open(full).map_err(cannot)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        if until.is_over() {
            return Err(format!("`{path}` took too long to read"));
        }
        match file.read(&mut buffer).map_err(cannot)? {
            0 => return Ok(evidence::hex(&hasher.finalize())),
            read => hasher.update(&buffer[..read]),
        }
    }
}

/// Seconds since the youngest of the files changed; each adds evidence that says by which clock.
async fn youngest(look: &Look<'_>, tree: &Tree, paths: &[String], evidence: &mut Vec<Evidence>) -> Result<u64, String> {
    if paths.len() > MOST_AGED {
        return Err(format!("{} files match; the age of at most {MOST_AGED} is looked up", paths.len()));
    }
    let mut youngest = None;
    for path in paths {
        let (changed, clock) = changed_at(look.world, tree, path, look.until).await?;
        let age = u64::try_from(look.world.now.as_second().saturating_sub(changed).max(0)).unwrap_or(0);
        evidence.push(Evidence { age_s: Some(age), ..evidence::file(path, format!("changed {clock}")) });
        youngest = youngest.into_iter().chain([age]).min();
    }
    youngest.ok_or_else(|| "nothing is there".to_owned())
}

async fn changed_at(world: &World, tree: &Tree, path: &str, until: Deadline) -> Result<(i64, String), String> {
    let day = |seconds: i64| {
        jiff::Timestamp::from_second(seconds).map(|at| at.strftime("%F").to_string()).unwrap_or_default()
    };
    let tracked = tree.find(path).is_some_and(|id| tree.entry(id).tracked);
    if tracked {
        let committed = git::committed_at(world, path, until.left()).await.map_err(|unknown| unknown.0)?;
        if let Some(seconds) = committed {
            return Ok((seconds, format!("{} (its last commit)", day(seconds))));
        }
    }
    let metadata = on_disk(tree, path)?;
    if metadata.is_dir() {
        return Err(format!("`{path}` is a folder"));
    }
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let seconds = modified.and_then(|since| i64::try_from(since.as_secs()).ok());
    let seconds = seconds.ok_or_else(|| format!("the file system does not tell when `{path}` changed"))?;
    let why = if tracked { "not committed yet" } else { "not tracked by git" };
    Ok((seconds, format!("{} (by the file system: {why})", day(seconds))))
}
