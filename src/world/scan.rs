//! One file of the sweep: read once, offered to every want that names it.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use super::bulk::{self, Bulk};
use super::class::Class;
use super::content::{Content, decoded};
use super::dispatch::{Dispatch, Memo};
use super::file_bytes::FileBytes;
use super::generated_header::generated_header;
use super::pattern::Searcher;
use super::screen::{Answers, Screens};
use super::tree::{FileId, Tree};
use super::want::{Digest, Hit, Hits, LARGEST_DOC, LARGEST_SWEPT, Look, Reader, View, Want};
use crate::model::Unknown;

/// Longest text kept of a match or its line, in characters.
const LONGEST_TEXT: usize = 200;

/// What one thread found for one want.
#[derive(Default)]
pub(super) struct Bucket {
    pub(super) results: Vec<(FileId, Result<Digest, Unknown>)>,
    /// Hits kept with their text.
    kept: usize,
    pub(super) scanned: u32,
    pub(super) binary: u32,
    pub(super) unlexed: u32,
    /// Processor time, where the sweep keeps it.
    pub(super) took: Duration,
}

/// What all threads share.
pub(super) struct Patterns {
    dispatch: Dispatch,
    /// By want: the first one with the same reader, and whether there are others.
    readers: Vec<(usize, bool)>,
    timed: bool,
}

impl Patterns {
    pub(super) fn new(wants: &[Want], timed: bool) -> Patterns {
        Patterns { dispatch: Dispatch::new(wants.iter().map(|want| &want.select)), readers: readers(wants), timed }
    }
}

/// Wants of different files may have the same reader; what both name is read once.
fn readers(wants: &[Want]) -> Vec<(usize, bool)> {
    let mut known: BTreeMap<(&str, u64, bool), Vec<usize>> = BTreeMap::new();
    for (number, want) in wants.iter().enumerate() {
        if let Look::Doc { name, cap, binary, .. } = &want.look {
            known.entry((name, *cap, *binary)).or_default().push(number);
        }
    }
    let mut readers: Vec<(usize, bool)> = (0..wants.len()).map(|number| (number, false)).collect();
    for same in known.values().filter(|same| same.len() > 1) {
        same.iter().for_each(|number| readers[*number] = (same[0], true));
    }
    readers
}

/// One thread's part of the sweep.
pub(super) struct Scanner<'a> {
    tree: &'a Tree,
    wants: &'a [Want],
    patterns: &'a Patterns,
    searchers: Vec<Option<Searcher>>,
    content: Content,
    memo: Memo,
    wanted: Vec<u32>,
    screens: Screens<'a>,
    /// About the file at hand.
    answers: Answers,
    /// Digests of the file at hand by reader, of those that several wants share.
    digests: Vec<(usize, Result<Option<Digest>, Unknown>)>,
    pub(super) buckets: Vec<Bucket>,
    pub(super) opened: u64,
    pub(super) bytes: u64,
    /// Files that say themselves that they are generated.
    pub(super) generated: Vec<FileId>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(tree: &'a Tree, wants: &'a [Want], patterns: &'a Patterns) -> Scanner<'a> {
        let searchers = wants.iter().map(|want| match &want.look {
            Look::Hits { pattern, .. } => Some(pattern.searcher()),
            Look::Doc { .. } => None,
        });
        Scanner {
            tree,
            wants,
            patterns,
            searchers: searchers.collect(),
            content: Content::default(),
            memo: Memo::default(),
            wanted: Vec::new(),
            screens: Screens::new(wants),
            answers: Answers::default(),
            digests: Vec::new(),
            buckets: wants.iter().map(|_| Bucket::default()).collect(),
            opened: 0,
            bytes: 0,
            generated: Vec::new(),
        }
    }

    pub(super) fn scan(&mut self, id: FileId) {
        let entry = self.tree.entry(id);
        if entry.link {
            return;
        }
        let mut wanted = std::mem::take(&mut self.wanted);
        wanted.clear();
        self.patterns.dispatch.wants_for(&entry.path, entry.class, &mut self.memo, &mut wanted);
        self.refuse_large(id, &mut wanted);
        if !wanted.is_empty() {
            self.read(id, &mut wanted);
        }
        self.wanted = wanted;
    }

    fn cap(&self, want: u32) -> u64 {
        match &self.wants[want as usize].look {
            Look::Hits { .. } => LARGEST_SWEPT,
            Look::Doc { cap, .. } => *cap,
        }
    }

    fn takes_binary(&self, want: u32) -> bool {
        matches!(self.wants[want as usize].look, Look::Doc { binary: true, .. })
    }

    /// Takes out the wants for which the file is too large; a large binary file is just binary, and what nobody wrote by
    /// hand is left aside by wants of what people wrote.
    fn refuse_large(&mut self, id: FileId, wanted: &mut Vec<u32>) {
        let entry = self.tree.entry(id);
        if wanted.iter().all(|want| entry.size <= self.cap(*want)) {
            return;
        }
        let binary = self.tree.starts_binary(id);
        let bulk = if binary { Bulk::Text } else { self.bulk(id) };
        let mut around = Vec::new();
        wanted.retain(|want| {
            let (cap, takes_binary) = (self.cap(*want), self.takes_binary(*want));
            let of_people = self.asks_for_people(*want);
            let bucket = &mut self.buckets[*want as usize];
            match &bulk {
                _ if entry.size <= cap => return true,
                _ if binary && !takes_binary => bucket.binary += 1,
                Bulk::Made if of_people => {}
                Bulk::Around(_) if of_people => around.push(*want),
                _ => bucket.results.push((id, Err(super::content::too_large(&entry.path, cap)))),
            }
            false
        });
        match bulk {
            Bulk::Made => {
                self.generated.push(id);
                wanted.retain(|want| self.wants[*want as usize].select.classes.has(Class::Generated));
            }
            Bulk::Around(text) if !around.is_empty() => self.offer(id, FileBytes::new(entry, &text), &around),
            Bulk::Around(_) | Bulk::Text => {}
        }
    }

    /// Whether a want is about what people wrote: neither of bytes nor of raw text, and not of what programs write.
    fn asks_for_people(&self, want: u32) -> bool {
        let Want { select, look } = &self.wants[want as usize];
        let raw = matches!(look, Look::Doc { binary: true, .. } | Look::Hits { view: View::Raw, .. });
        !raw && !select.classes.has(Class::Generated)
    }

    /// What a file beyond the cap is, if it can be read at all.
    fn bulk(&mut self, id: FileId) -> Bulk {
        let mut content = std::mem::take(&mut self.content);
        let read = self.tree.load(id, LARGEST_DOC, false, &mut content);
        let most = usize::try_from(LARGEST_SWEPT).unwrap_or(usize::MAX);
        let bulk = read.map_or(Bulk::Text, |()| bulk::of(&self.tree.entry(id).path, content.bytes(), most));
        self.content = content;
        bulk
    }

    fn read(&mut self, id: FileId, wanted: &mut Vec<u32>) {
        let entry = self.tree.entry(id);
        let cap = wanted.iter().map(|want| self.cap(*want)).max().unwrap_or(0);
        let mut content = std::mem::take(&mut self.content);
        let head_only = !wanted.iter().any(|want| self.takes_binary(*want));
        match self.tree.load(id, cap, head_only, &mut content) {
            Ok(()) => {
                self.opened += 1;
                let bytes = content.bytes();
                self.bytes += bytes.len() as u64;
                let decoded = decoded(bytes);
                let bytes = &*decoded;
                if !matches!(entry.class, Class::Generated | Class::Vendored) && generated_header(bytes) {
                    self.generated.push(id);
                    wanted.retain(|want| self.wants[*want as usize].select.classes.has(Class::Generated));
                }
                self.offer(id, FileBytes::new(entry, bytes), wanted);
            }
            Err(unknown) => {
                for want in wanted.iter() {
                    self.buckets[*want as usize].results.push((id, Err(unknown.clone())));
                }
            }
        }
        self.content = content;
    }

    fn offer(&mut self, id: FileId, file: FileBytes<'_>, wanted: &[u32]) {
        let mut answers = std::mem::take(&mut self.answers);
        if !file.binary {
            self.screens.ask(wanted, &file, &mut answers);
        }
        let file = if file.binary { file } else { file.with_answers(&answers.worth) };
        for (number, want) in wanted.iter().map(|want| *want as usize).enumerate() {
            let began = self.patterns.timed.then(Instant::now);
            file.first_answer.set(answers.first.get(number).copied().unwrap_or(0));
            self.look(id, &file, want, !file.binary && answers.all_of(number));
            if let Some(began) = began {
                self.buckets[want].took += began.elapsed();
            }
        }
        self.digests.clear();
        self.answers = answers;
    }

    /// Keeps what a want finds in a file; `possible` tells whether all literals that a match needs are there.
    fn look(&mut self, id: FileId, file: &FileBytes<'_>, want: usize, possible: bool) {
        match &self.wants[want].look {
            Look::Hits { .. } if file.binary => self.buckets[want].binary += 1,
            Look::Doc { binary: false, .. } if file.binary => self.buckets[want].binary += 1,
            Look::Hits { view, keep, .. } => {
                self.buckets[want].scanned += 1;
                if let (true, Some(searcher)) = (possible, &mut self.searchers[want]) {
                    let hits = find_hits(searcher, file, *view, usize::from(*keep));
                    self.buckets[want].unlexed += u32::from(*view != View::Raw && hits.unlexed);
                    self.buckets[want].push_hits(id, hits.hits, usize::from(*keep));
                }
            }
            Look::Doc { read, .. } => {
                self.buckets[want].scanned += 1;
                let digest = self.digest(want, read, file).transpose();
                self.buckets[want].results.extend(digest.map(|digest| (id, digest)));
            }
        }
    }

    /// The digest of the file at hand, made once for all wants with the same reader.
    fn digest(&mut self, want: usize, read: &Reader, file: &FileBytes<'_>) -> Result<Option<Digest>, Unknown> {
        let (reader, shared) = self.patterns.readers[want];
        if let Some((_, digest)) = self.digests.iter().find(|(known, _)| shared && *known == reader) {
            return digest.clone();
        }
        let digest = guarded(read, file);
        if shared {
            self.digests.push((reader, digest.clone()));
        }
        digest
    }
}

/// Readers call parsers of other people; a fault in one must not end the run.
fn guarded(read: &Reader, file: &FileBytes<'_>) -> Result<Option<Digest>, Unknown> {
    catch_unwind(AssertUnwindSafe(|| read.read(file))).unwrap_or_else(|_| {
        Err(Unknown::because(format!("the reader of `{}` failed; this is a fault of ours", file.path())))
    })
}

impl Bucket {
    fn push_hits(&mut self, id: FileId, hits: Hits, keep: usize) {
        if hits.count == 0 {
            return;
        }
        self.kept += hits.first.len();
        self.results.push((id, Ok(Digest::Hits(hits))));
        if self.kept > 4 * keep + 64 {
            self.results.sort_by_key(|(id, _)| *id);
            self.kept = keep_first(&mut self.results, keep);
        }
    }
}

/// Drops the texts of all but the first hits in order of files, so that what is kept depends on no thread's pace.
pub(super) fn keep_first(results: &mut [(FileId, Result<Digest, Unknown>)], keep: usize) -> usize {
    let mut left = keep;
    for (_, result) in results {
        if let Ok(Digest::Hits(hits)) = result {
            hits.first.truncate(left);
            hits.first.shrink_to_fit();
            left -= hits.first.len();
        }
    }
    keep - left
}

struct FoundHits {
    hits: Hits,
    unlexed: bool,
}

fn find_hits(searcher: &mut Searcher, file: &FileBytes<'_>, view: View, keep: usize) -> FoundHits {
    let bytes = file.bytes;
    let ascii = file.is_ascii();
    let mut found = FoundHits { hits: Hits::default(), unlexed: false };
    let mut lines = Lines { bytes, at: 0, line: 1, start: 0 };
    let mut from = 0;
    while let Some(matched) = searcher.find_at(bytes, ascii, from) {
        from = matched.end().max(matched.start() + 1);
        let blank = matched.as_bytes().iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let start = if blank < matched.len() { matched.start() + blank } else { matched.start() };
        if view != View::Raw {
            found.unlexed = !file.regions().known();
            if !view.has(file.regions().at(start)) {
                // Nothing that starts in this region can count; what starts behind it may.
                from = file.regions().end_of(start).max(start + 1);
                if from > bytes.len() {
                    break;
                }
                continue;
            }
        }
        found.hits.count = found.hits.count.saturating_add(1);
        if found.hits.first.len() < keep {
            found.hits.first.push(lines.hit(start, &bytes[start..matched.end()]));
        }
        if from > bytes.len() {
            break;
        }
    }
    found
}

/// Counts lines forward as hits come in rising order.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u32,
    start: usize,
}

impl Lines<'_> {
    fn hit(&mut self, start: usize, matched: &[u8]) -> Hit {
        for (at, _) in self.bytes[self.at..start].iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
            self.line = self.line.saturating_add(1);
            self.start = self.at + at + 1;
        }
        self.at = start;
        let before = self.bytes[self.start..start].iter().filter(|byte| **byte & 0xc0 != 0x80).count();
        let rest = &self.bytes[self.start..];
        let line =
            &rest[..rest.iter().take(64 * 1024).position(|byte| *byte == b'\n').unwrap_or(rest.len().min(64 * 1024))];
        Hit {
            line: self.line,
            column: u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1),
            text: shortened(matched),
            line_text: shortened(line),
        }
    }
}

fn shortened(bytes: &[u8]) -> String {
    let head = &bytes[..bytes.len().min(4 * LONGEST_TEXT + 64)];
    let text = String::from_utf8_lossy(head);
    let text = text.trim();
    if text.chars().count() <= LONGEST_TEXT {
        return text.to_owned();
    }
    text.chars().take(LONGEST_TEXT - 1).chain(['…']).collect()
}
