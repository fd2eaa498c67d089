//! Reads a spec and the files it includes, each once, included files first, and never outside the root.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::model::{Place, Problem, Problems};
use crate::yaml::{self, Kind, MAX_BYTES, Node, Source, Span};

use super::load::LoadOptions;
use super::variables::Variables;

/// How deep files may include files.
const MAX_DEPTH: usize = 10;
/// How many files a spec may consist of.
const MAX_FILES: usize = 500;

/// The documents of a spec, in the order in which they are laid over each other.
#[derive(Default)]
pub(super) struct Layers {
    /// Their trees.
    pub(super) roots: Vec<Node>,
    /// Their texts, in the order they were read: the spec itself is first.
    pub(super) sources: Vec<Arc<Source>>,
    /// Whether a file could not be found, read or included, so that what it brings is not known.
    pub(super) incomplete: bool,
}

/// Reads the spec and what it includes.
pub(super) fn read(path: &Path, options: &LoadOptions, problems: &mut Problems) -> Layers {
    let root = fs::canonicalize(&options.root).unwrap_or_else(|_| options.root.clone());
    let mut reader =
        Reader { options, root, layers: Layers::default(), open: Vec::new(), done: BTreeSet::new(), problems };
    reader.file(path, None);
    reader.layers
}

/// The text of one file: its size is checked before it is read.
pub(super) fn source(path: &Path, problems: &mut Problems) -> Option<Arc<Source>> {
    let name = shown(path);
    match bytes(path, &name).and_then(|bytes| yaml::source(&name, &bytes)) {
        Ok(source) => Some(source),
        Err(problem) => {
            problems.push(*problem);
            None
        }
    }
}

/// The tree of one file, which must be a mapping.
pub(super) fn tree(source: &Arc<Source>, problems: &mut Problems) -> Option<Node> {
    let before = problems.len();
    let place = Place { file: source.file.clone(), line: 1, column: 1 };
    match yaml::parse_into(source, problems) {
        Some(root) if matches!(root.kind, Kind::Map(_)) => Some(root),
        Some(root) => {
            let problem =
                root.problem(format!("expected a mapping at the top of the file, found {}", root.kind_word()));
            problems.push(problem.help("begin with `version: 1`"));
            None
        }
        None if problems.len() == before => {
            let problem = Problem::at(place, "the file is empty");
            problems.push(problem.help("begin with `version: 1`, or let `shipworthy init` write a first spec"));
            None
        }
        None => None,
    }
}

/// A path as messages name it.
pub(super) fn shown(path: &Path) -> String {
    let mut parts: Vec<String> = Vec::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if parts.last().is_some_and(|last| last != ".." && !last.is_empty()) => {
                parts.pop();
            }
            Component::RootDir => parts.push(String::new()),
            other => parts.push(other.as_os_str().to_string_lossy().into_owned()),
        }
    }
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

fn bytes(path: &Path, name: &str) -> Result<Vec<u8>, Box<Problem>> {
    let unreadable = |error: &std::io::Error| {
        let problem = Problem::at(Place::file(name), format!("cannot read the file: {error}"));
        Box::new(problem.help("check the path; `shipworthy init` writes a first spec"))
    };
    let about = fs::metadata(path).map_err(|error| unreadable(&error))?;
    if !about.is_file() {
        let problem = Problem::at(Place::file(name), "this is no file");
        return Err(Box::new(problem.help("name a YAML file, such as `shipworthy.yaml`")));
    }
    if about.len() > MAX_BYTES as u64 {
        return Err(Box::new(yaml::too_large(name, about.len())));
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|error| unreadable(&error))?;
    // One byte more than allowed, so that a file that grew meanwhile is refused as too large.
    file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    Ok(bytes)
}

struct Reader<'a> {
    options: &'a LoadOptions,
    root: PathBuf,
    layers: Layers,
    open: Vec<PathBuf>,
    done: BTreeSet<PathBuf>,
    problems: &'a mut Problems,
}

impl Reader<'_> {
    fn file(&mut self, path: &Path, named_at: Option<&Span>) {
        let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        if let Some(span) = named_at {
            if let Some(problem) = self.refusal(&real, span) {
                self.problems.push(problem);
                return self.layers.incomplete = true;
            }
            if !self.done.insert(real.clone()) {
                return;
            }
        }
        let Some(source) = source(path, self.problems) else { return self.layers.incomplete = true };
        self.layers.sources.push(source.clone());
        let Some(root) = tree(&source, self.problems) else { return self.layers.incomplete = true };
        self.open.push(real);
        self.includes(&root, path.parent().unwrap_or(Path::new("")));
        self.open.pop();
        self.layers.roots.push(without_files(root));
    }

    fn refusal(&self, real: &Path, span: &Span) -> Option<Problem> {
        if !real.starts_with(&self.root) {
            let problem = span.problem("this file lies outside the root");
            return Some(problem.help("copy it into the repository, or audit with a `--root` that contains it"));
        }
        if self.open.iter().any(|open| open == real) {
            let chain: Vec<String> =
                self.open.iter().chain([&real.to_path_buf()]).map(|path| self.relative(path)).collect();
            let problem = span.problem(format!("files include each other in a circle: {}", chain.join(" → ")));
            return Some(problem.help("move what both need into a third file"));
        }
        if self.open.len() > MAX_DEPTH || self.layers.sources.len() >= MAX_FILES {
            let problem = span.problem(format!("more than {MAX_DEPTH} files deep, or more than {MAX_FILES} files"));
            return Some(problem.help("include the files directly"));
        }
        None
    }

    fn relative(&self, path: &Path) -> String {
        shown(path.strip_prefix(&self.root).unwrap_or(path))
    }

    fn includes(&mut self, root: &Node, folder: &Path) {
        let Some(include) = root.get("include") else { return };
        for item in include.items() {
            self.one_of_pack_and_file(item);
            let Some(file) = item.get("file") else { continue };
            let Some(text) = file.text() else { continue };
            let mut variables = Variables::new(self.options);
            let chosen =
                self.options.environment.as_ref().and_then(|name| root.get("environments")?.get(name)?.get("vars"));
            [root.get("vars"), chosen].into_iter().flatten().for_each(|vars| variables.declare(vars));
            let filled = variables.fill(text, &file.span, self.problems);
            if !filled.missing.is_empty() {
                let problem = file.problem(format!("{} is not set, and this path needs it", filled.missing.join(", ")));
                self.problems.push(problem.help("set it, or write the path out"));
                self.layers.incomplete = true;
                continue;
            }
            for path in self.matches(&filled.text, folder, &file.span) {
                self.file(&path, Some(&file.span));
            }
        }
    }

    fn one_of_pack_and_file(&mut self, item: &Node) {
        if !matches!(item.kind, Kind::Map(_)) {
            return;
        }
        if item.get("pack").is_none() && item.get("file").is_none() {
            let problem = item.problem("this includes nothing: it has neither `pack` nor `file`");
            self.problems.push(problem.help("write `{ pack: name }` or `{ file: ./path.yaml }`"));
        }
        let besides = item.entries().iter().filter(|(key, _)| item.get("file").is_some() && key.text != "file");
        for (key, _) in besides {
            let problem = key.span.problem(format!("`{}` has no meaning beside `file`", key.text));
            self.problems
                .push(problem.help("`with` and `exec` belong to `pack`; include the pack in an entry of its own"));
        }
    }

    /// The files of a path or glob, sorted.
    fn matches(&mut self, pattern: &str, folder: &Path, span: &Span) -> Vec<PathBuf> {
        if pattern.is_empty() || pattern.contains("**") || Path::new(pattern).is_absolute() || pattern.contains('\\') {
            self.layers.incomplete = true;
            let problem = span.problem(format!("`{pattern}` is no path relative to this file"));
            self.problems.push(problem.help("write a relative path with `/`; `*` and `?` stand for parts of a name"));
            return Vec::new();
        }
        let mut found = vec![folder.to_path_buf()];
        for part in pattern.split('/').filter(|part| !part.is_empty() && *part != ".") {
            let globbed = part.contains(['*', '?']);
            found = found
                .iter()
                .flat_map(|folder| if globbed { named_like(folder, part) } else { vec![folder.join(part)] })
                .collect();
            found.truncate(MAX_FILES + 1);
        }
        found.retain(|path| path.exists());
        found.sort();
        if found.is_empty() {
            self.layers.incomplete = true;
            let problem = span.problem(format!("no file matches `{pattern}`"));
            let place = if folder.as_os_str().is_empty() { ".".to_owned() } else { shown(folder) };
            self.problems
                .push(problem.help(format!("paths are relative to the file that names them: looked in `{place}`")));
        }
        found
    }
}

fn named_like(folder: &Path, pattern: &str) -> Vec<PathBuf> {
    let folder_or_here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(entries) = fs::read_dir(folder_or_here) else { return Vec::new() };
    let names = entries.filter_map(Result::ok).map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| is_like(name, pattern)).collect();
    names.sort();
    names.into_iter().map(|name| folder.join(name)).collect()
}

/// Whether a name fits a pattern of text, `*` and `?`. Names that begin with a dot must be named so.
fn is_like(name: &str, pattern: &str) -> bool {
    if name.starts_with('.') && !pattern.starts_with('.') {
        return false;
    }
    let (name, pattern): (Vec<char>, Vec<char>) = (name.chars().collect(), pattern.chars().collect());
    let (mut at, mut to, mut star) = (0, 0, None);
    while at < name.len() {
        match pattern.get(to) {
            Some('*') => {
                star = Some((to, at));
                to += 1;
            }
            Some(c) if *c == '?' || *c == name[at] => {
                at += 1;
                to += 1;
            }
            _ => {
                let Some((back_to, back_at)) = star else { return false };
                star = Some((back_to, back_at + 1));
                at = back_at + 1;
                to = back_to + 1;
            }
        }
    }
    pattern[to..].iter().all(|c| *c == '*')
}

/// The document without the `file:` entries, which are read, so that only packs remain to be included.
fn without_files(root: Node) -> Node {
    let Kind::Map(entries) = root.kind else { return root };
    let entries = entries.into_iter().map(|(key, node)| match node.kind {
        Kind::List(items) if key.text == "include" => {
            let is_file = |item: &Node| item.get("file").and_then(Node::text).is_some();
            let items = items.into_iter().filter(|item| !is_file(item)).collect();
            (key, Node { span: node.span, kind: Kind::List(items), missing: node.missing })
        }
        kind => (key, Node { span: node.span, kind, missing: node.missing }),
    });
    Node { span: root.span, kind: Kind::Map(entries.collect()), missing: root.missing }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_patterns() {
        for (name, pattern) in [("a.yaml", "*.yaml"), ("a.yaml", "?.ya*l"), ("abcab", "*ab"), ("x", "x")] {
            assert!(is_like(name, pattern), "{name} {pattern}");
        }
        for (name, pattern) in [("a.yml", "*.yaml"), (".a.yaml", "*.yaml"), ("ab", "?"), ("", "?")] {
            assert!(!is_like(name, pattern), "{name} {pattern}");
        }
    }

    #[test]
    fn paths_are_shown_without_detours() {
        assert_eq!(shown(Path::new("./a/../b/c.yaml")), "b/c.yaml");
        assert_eq!(shown(Path::new("/x/y.yaml")), "/x/y.yaml");
    }
}
