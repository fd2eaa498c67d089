//! One walk, one sweep: probes declare what they want before anything is read; each wanted file is opened once, offered
//! to every want that names it, and dropped. Results are sorted by path, whatever the threads did.
//!
//! ```
//! use std::sync::{Arc, atomic::AtomicBool};
//! use shipworthy::world::{Pattern, Select, Tree, View, Want, Wants, sweep};
//!
//! let tree = Arc::new(Tree::from_memory([("src/a.py", "x = 1\nbreakpoint()\n"), ("Dockerfile", "FROM scratch\n")]));
//! let mut wants = Wants::default();
//! // A probe's `declare`: which files, and what to look for.
//! let python = Select::glob("**/*.py")?;
//! let stops = wants.add(Want::hits(python, Pattern::new(r"\bbreakpoint\(")?, View::Code, 20));
//! let lines = wants.add(Want::doc(Select::bases(&["Dockerfile"]), "line-count", |file| Ok(file.text().lines().count())));
//!
//! let swept = sweep::run(&tree, &wants, 2, &AtomicBool::new(false));
//!
//! // A probe's `observe`: `whole` is an error when what was seen is not all there is.
//! let found = swept.get(stops);
//! assert!(found.whole.is_ok());
//! assert_eq!((found.scanned, found.count()), (1, 1));
//! let (id, hits) = found.hits().next().ok_or("no hits")?;
//! assert_eq!((swept.path(id), hits.first[0].line), ("src/a.py", 2));
//! let counts: Vec<usize> = swept.get(lines).own::<usize>().flat_map(|(_, digest)| digest.ok().copied()).collect();
//! assert_eq!(counts, [1]);
//! # Ok::<(), String>(())
//! ```

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use super::amount::Counted;
use super::class::Class;
use super::scan::{self, Bucket, Patterns, Scanner};
use super::shared::Shared;
use super::tree::{FileId, Tree};
use super::want::{Digest, Hits, Look, Want, WantId, Wants};
use crate::model::Unknown;

/// Files a thread takes at a time.
const CHUNK: usize = 16;
/// More results than this for one want are not kept; the want is then not whole.
const MOST_RESULTS: usize = 200_000;

/// What the sweep found, by want.
#[derive(Default)]
pub struct Swept {
    tree: Arc<Tree>,
    found: Vec<Found>,
    generated: BTreeSet<FileId>,
    cost: Cost,
    pub(super) counted: Counted,
    pub(super) shared: Shared,
}

/// What the sweep found for one want.
pub struct Found {
    /// By path. For hits: files with hits; for digests: files of which the reader made one. Files that could not
    /// be read are there in any case.
    pub results: Vec<(FileId, Result<Digest, Unknown>)>,
    /// How many files were looked at.
    pub scanned: u32,
    /// How many were left aside because they are binary.
    pub binary: u32,
    /// How many had raw hits in a language that is not known, where everything counts as code.
    pub unlexed: u32,
    /// Processor time of all threads, nothing unless the sweep was told to keep it. What several wants share is with the
    /// first of them; reading the files is with none.
    pub took: Duration,
    /// An error when the sweep was stopped or there was too much to keep: then absence means nothing.
    pub whole: Result<(), Unknown>,
}

/// What the sweep cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// Files opened.
    pub files: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Wall time.
    pub took: Duration,
}

impl Found {
    /// Files with hits.
    pub fn hits(&self) -> impl Iterator<Item = (FileId, &Hits)> {
        self.results.iter().filter_map(|(id, result)| match result {
            Ok(Digest::Hits(hits)) => Some((*id, hits)),
            _ => None,
        })
    }

    /// Digests of a [`Look::Doc`] want whose reader makes a `T`, with the files that could not be read.
    pub fn own<T: 'static>(&self) -> impl Iterator<Item = (FileId, Result<&T, &Unknown>)> {
        self.results.iter().filter_map(|(id, result)| match result {
            Ok(Digest::Own(digest)) => digest.downcast_ref::<T>().map(|digest| (*id, Ok(digest))),
            Ok(Digest::Hits(_)) => None,
            Err(unknown) => Some((*id, Err(unknown))),
        })
    }

    /// Files that could not be read, and why.
    pub fn unread(&self) -> impl Iterator<Item = (FileId, &Unknown)> {
        self.results.iter().filter_map(|(id, result)| result.as_ref().err().map(|unknown| (*id, unknown)))
    }

    /// Matches in all files.
    pub fn count(&self) -> u64 {
        self.hits().map(|(_, hits)| u64::from(hits.count)).sum()
    }
}

/// The answer about a want that no sweep has heard of: not an empty tree.
static NOTHING: LazyLock<Found> = LazyLock::new(|| Found {
    results: Vec::new(),
    scanned: 0,
    binary: 0,
    unlexed: 0,
    took: Duration::ZERO,
    whole: Err(Unknown::because("the files were not swept")),
});

impl Swept {
    /// What was found for a want.
    pub fn get(&self, want: WantId) -> &Found {
        self.found.get(want.0 as usize).unwrap_or(&NOTHING)
    }

    /// The tree that was swept.
    pub fn tree(&self) -> &Arc<Tree> {
        &self.tree
    }

    /// The path of a file.
    pub fn path(&self, id: FileId) -> &str {
        &self.tree.entry(id).path
    }

    /// The class of a file, the header of generated files considered (where the sweep opened the file).
    pub fn class(&self, id: FileId) -> Class {
        if self.generated.contains(&id) { Class::Generated } else { self.tree.entry(id).class }
    }

    /// Any file inside the root, on demand: what another file names (`$ref`, `extends`, `COPY`).
    pub fn read(&self, path: &str, cap: u64) -> Result<Arc<[u8]>, Unknown> {
        self.tree.read(path, cap)
    }

    /// What the sweep cost.
    pub fn cost(&self) -> Cost {
        self.cost
    }
}

/// Reads what is wanted of the tree, on `workers` threads of its own, until done or `stop` is set.
pub fn run(tree: &Arc<Tree>, wants: &Wants, workers: usize, stop: &AtomicBool) -> Swept {
    let start = Instant::now();
    let list = wants.list();
    let patterns = Patterns::new(list, wants.timed);
    let next = AtomicUsize::new(0);
    let mut scanners: Vec<Scanner<'_>> = std::thread::scope(|scope| {
        let work = || {
            let mut scanner = Scanner::new(tree, list, &patterns);
            sweep_part(tree, &next, stop, &mut scanner);
            scanner
        };
        let others: Vec<_> = (1..workers.max(1)).map(|_| scope.spawn(work)).collect();
        let mut done = vec![work()];
        done.extend(others.into_iter().map(|thread| thread.join().expect("readers are guarded, nothing else panics")));
        done
    });
    let stopped = stop.load(Ordering::Relaxed);
    let found = (0..list.len()).map(|want| {
        let parts: Vec<Bucket> =
            scanners.iter_mut().map(|scanner| std::mem::take(&mut scanner.buckets[want])).collect();
        merge(&list[want], parts, stopped)
    });
    let found = found.collect();
    let generated = scanners.iter().flat_map(|scanner| scanner.generated.iter().copied()).collect();
    let cost = Cost {
        files: scanners.iter().map(|scanner| scanner.opened).sum(),
        bytes: scanners.iter().map(|scanner| scanner.bytes).sum(),
        took: start.elapsed(),
    };
    Swept { tree: tree.clone(), found, generated, cost, counted: Counted::default(), shared: Shared::default() }
}

fn sweep_part(tree: &Tree, next: &AtomicUsize, stop: &AtomicBool, scanner: &mut Scanner<'_>) {
    loop {
        let from = next.fetch_add(CHUNK, Ordering::Relaxed);
        if from >= tree.entries().len() {
            return;
        }
        for at in from..(from + CHUNK).min(tree.entries().len()) {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            scanner.scan(FileId(u32::try_from(at).unwrap_or(u32::MAX)));
        }
    }
}

fn merge(want: &Want, parts: Vec<Bucket>, stopped: bool) -> Found {
    let mut found =
        Found { results: Vec::new(), scanned: 0, binary: 0, unlexed: 0, took: Duration::ZERO, whole: Ok(()) };
    for part in parts {
        found.results.extend(part.results);
        found.scanned += part.scanned;
        found.binary += part.binary;
        found.unlexed += part.unlexed;
        found.took += part.took;
    }
    found.results.sort_by_key(|(id, _)| *id);
    if let Look::Hits { keep, .. } = &want.look {
        scan::keep_first(&mut found.results, usize::from(*keep));
    }
    if stopped {
        found.whole = Err(Unknown::because("the sweep was stopped before it was done"));
    } else if found.results.len() > MOST_RESULTS {
        found.results.truncate(MOST_RESULTS);
        found.whole = Err(Unknown::because("too much to keep"));
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::class::ClassSet;
    use super::super::pattern::Pattern;
    use super::super::want::{Select, View};
    use super::*;

    fn sweep(tree: &Arc<Tree>, wants: &[Want], workers: usize) -> Swept {
        let mut all = Wants::default();
        for want in wants {
            all.add(want.clone());
        }
        run(tree, &all, workers, &AtomicBool::new(false))
    }

    fn raw(glob: &str, pattern: &str, keep: u16) -> Want {
        Want::hits(Select::glob(glob).unwrap(), Pattern::new(pattern).unwrap(), View::Raw, keep)
    }

    #[test]
    fn equal_wants_are_one() {
        let mut wants = Wants::default();
        let first = wants.add(raw("**/*.a", "x", 5));
        assert_eq!(wants.add(raw("**/*.a", "x", 5)), first);
        assert_ne!(wants.add(raw("**/*.a", "y", 5)), first);
        let doc = |name: &str| Want::doc(Select::bases(&["x"]), name, |file| Ok(file.bytes.len()));
        assert_eq!(wants.add(doc("n")), wants.add(doc("n")));
        assert_ne!(wants.add(doc("n")), wants.add(doc("m")));
    }

    #[test]
    fn the_first_hits_are_kept_whatever_the_number_of_threads() {
        let files: Vec<_> = (0..500).map(|n| (format!("d{:03}/f.txt", n), "x\nno\n  x here\n".to_owned())).collect();
        let tree = Arc::new(Tree::from_memory(files));
        let show = |workers| {
            let swept = sweep(&tree, &[raw("**/*.txt", "x", 5)], workers);
            let found = swept.get(WantId(0));
            assert_eq!((found.count(), found.scanned), (1000, 500));
            let kept: Vec<_> = found
                .hits()
                .flat_map(|(id, hits)| {
                    hits.first.iter().map(move |hit| (id.0, hit.line, hit.column, hit.line_text.clone()))
                })
                .collect();
            kept
        };
        let one = show(1);
        assert_eq!(one.len(), 5);
        assert_eq!((one[1].0, one[1].1, one[1].2, one[1].3.as_str()), (0, 3, 3, "x here"));
        assert_eq!(one, show(8));
    }

    #[test]
    fn literals_only_save_work_and_change_no_count() {
        let patterns = [
            "(?i)todo",
            "(?i)task",
            "TODO|FIXME",
            r"\bx\b",
            r"\w+\.unwrap\(\)",
            "(ab)?cde",
            "a{3,}b?",
            "(?i:KEY) = .*",
            "ſecret|secret",
        ];
        let texts = [
            "ToDo: x",
            "ta\u{17f}K here, ta\u{17f}\u{212a} too",
            "FIXME\nTODO",
            "a x b",
            "y.unwrap()",
            "abcde cde",
            "aaaaab",
            "key = 1\nKEY = 2",
            "a \u{17f}ecret secret",
            "",
        ];
        let files = texts.iter().enumerate().map(|(n, text)| (format!("f{n}.txt"), *text));
        let tree = Arc::new(Tree::from_memory(files));
        let wants: Vec<Want> = patterns.iter().map(|pattern| raw("**", pattern, 50)).collect();
        let swept = sweep(&tree, &wants, 1);
        for (number, pattern) in (0u32..).zip(patterns) {
            let regex = Pattern::new(pattern).unwrap();
            let expected: usize = texts.iter().map(|text| regex.regex().find_iter(text.as_bytes()).count()).sum();
            let found = swept.get(WantId(number));
            assert_eq!((found.count(), found.scanned), (expected as u64, 10), "{pattern}");
            assert!(expected > 0, "{pattern} shows nothing");
        }
    }

    #[test]
    fn binary_large_utf16_and_generated_files_are_accounted_for() {
        let utf16: Vec<u8> = "\u{feff}key x".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big = vec![b'x'; 2 * 1024 * 1024 + 1];
        let tree = Arc::new(Tree::from_memory([
            ("big.txt", big),
            ("bin.txt", b"x\0x".to_vec()),
            ("gen.txt", b"# Code generated by y. DO NOT EDIT.\nx".to_vec()),
            ("wide.txt", utf16),
        ]));
        let own =
            Want::hits(Select::glob("*.txt").unwrap().of(ClassSet::OWN), Pattern::new("x").unwrap(), View::Raw, 5);
        let length = Want::doc(Select::glob("*.txt").unwrap(), "length", |file| Ok(file.bytes.len()));
        let swept = sweep(&tree, &[own, length.clone(), length.with_binary()], 2);
        let found = swept.get(WantId(0));
        assert_eq!((found.count(), found.scanned, found.binary), (1, 1, 1));
        let unread: Vec<_> = found.unread().map(|(id, unknown)| (swept.path(id), unknown.0.as_str())).collect();
        assert_eq!(unread, [("big.txt", "`big.txt` is larger than 2 MiB")]);
        assert_eq!(swept.get(WantId(1)).own::<usize>().filter(|(_, digest)| digest.is_ok()).count(), 2);
        assert_eq!(swept.get(WantId(2)).own::<usize>().filter(|(_, digest)| digest.is_ok()).count(), 3);
        assert_eq!(swept.class(swept.tree().find("gen.txt").unwrap()), Class::Generated);
    }

    #[test]
    fn a_stopped_sweep_says_that_it_is_not_whole() {
        let tree = Arc::new(Tree::from_memory([("a", "x")]));
        let mut wants = Wants::default();
        let want = wants.add(raw("a", "x", 1));
        let swept = run(&tree, &wants, 1, &AtomicBool::new(true));
        assert!(swept.get(want).whole.is_err());
    }

    #[test]
    fn a_reader_that_panics_makes_one_file_unknown() {
        let tree = Arc::new(Tree::from_memory([("a", "x"), ("b", "y")]));
        let want = Want::doc(Select::glob("*").unwrap(), "panics", |file| {
            assert_ne!(file.path(), "a", "as a faulty parser would");
            Ok(0u8)
        });
        let swept = sweep(&tree, &[want], 1);
        let results: Vec<_> = swept.get(WantId(0)).own::<u8>().map(|(_, digest)| digest.is_ok()).collect();
        assert_eq!(results, [false, true]);
    }
}
