//! Reads one source file into a small digest: what the rules find in it, and its lines of code.

use std::cell::OnceCell;
use std::ops::Range;
use std::sync::OnceLock;

use memchr::memchr;
use regex::bytes::Regex;

use super::guard::{Guard, Match};
use super::language::{self, Lang};
use super::overrides::enclosing;
use super::rules::{self, Scope};
use super::{clippy, configuration, marker, rust_tests, suppressed, unanswered};
use crate::probe::finding::{Finding, shortened};
use crate::world::{Class, FileBytes, Literal, View};

/// What is kept of one source file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SourceFile {
    /// Lines with code, without blank lines, comments and tests beside the code; 0 in tests.
    pub(super) lines: u32,
    /// What was found.
    pub(super) findings: Vec<Finding>,
    /// Stubs that are abstract methods if another class defines the method: the name of each.
    pub(super) overridable: Vec<(String, Finding)>,
    /// Tests, and among them skipped ones with a reason on their line.
    pub(super) tests: u32,
    /// Markers of work to do, all and those that name nobody.
    pub(super) todos: u32,
    /// Whether it reads the environment, options, a file of settings or a secret store.
    pub(super) reads_configuration: bool,
}

/// Reads a file of class `src` or `test`; another class gives an empty digest.
pub(super) fn read(file: &FileBytes<'_>) -> SourceFile {
    let Some(lang) = language::of_path(file.path()).filter(|lang| !is_packed(*lang, file.bytes)) else {
        return SourceFile::default();
    };
    let may_test = lang == Lang::Rust && file.may_hold(asks_for_test_attributes(lang));
    let test_ranges = if may_test { rust_tests::ranges(file) } else { Vec::new() };
    let mut reading = Reading {
        file,
        lang,
        shipped: file.entry.class == Class::Src,
        test_ranges,
        attributes: OnceCell::new(),
        code: OnceCell::new(),
        seen: SourceFile::default(),
    };
    reading.match_rules();
    if reading.shipped {
        reading.count_lines();
        reading.read_markers();
    }
    reading.seen.findings.sort();
    reading.seen.findings.dedup();
    reading.seen
}

/// Whether a script was written by a bundler, whatever its name: its first lines are as long as no person writes them.
fn is_packed(lang: Lang, bytes: &[u8]) -> bool {
    const HEAD: usize = 16 * 1024;
    const LONGEST_MEAN: usize = 400;
    let head = &bytes[..bytes.len().min(HEAD)];
    lang == Lang::Js
        && bytes.len() > HEAD / 4
        && head.len() / memchr::memchr_iter(b'\n', head).count().max(1) > LONGEST_MEAN
}

struct Reading<'a, 'b> {
    file: &'a FileBytes<'b>,
    lang: Lang,
    shipped: bool,
    test_ranges: Vec<Range<usize>>,
    /// Attributes that allow lints; read when something is found.
    attributes: OnceCell<Vec<clippy::Allowed>>,
    /// The text without comments and strings; made when what is around a match decides.
    code: OnceCell<Vec<u8>>,
    seen: SourceFile,
}

impl Reading<'_, '_> {
    fn in_tests(&self, at: usize) -> bool {
        !self.shipped || self.test_ranges.iter().any(|range| range.contains(&at))
    }

    fn match_rules(&mut self) {
        for (number, one) in rules::of_language(self.lang).enumerate() {
            if !self.file.may_hold(number) || !self.may_fit(one.rule) {
                continue;
            }
            let whole = 0..self.file.bytes.len();
            if one.rule.view == View::Strings {
                let strings = self.file.regions().iter().filter(|(view, _)| *view == View::Strings);
                let ranges: Vec<Range<usize>> = strings.map(|(_, range)| range).collect();
                for range in ranges {
                    self.apply(one.rule, one.regex(), range);
                }
            } else {
                self.apply(one.rule, one.regex(), whole);
            }
        }
    }

    /// Whether anything in this file can be in the rule's scope: only Rust keeps tests beside the code.
    fn may_fit(&self, rule: &super::rules::Rule) -> bool {
        match rule.scope {
            Scope::Shipped => self.shipped,
            Scope::Tests => !self.shipped || self.lang == Lang::Rust,
        }
    }

    fn apply(&mut self, rule: &super::rules::Rule, regex: &Regex, within: Range<usize>) {
        let bytes = self.file.bytes;
        for found in regex.find_iter(&bytes[within.clone()]) {
            let blank = found.as_bytes().iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let (start, end) = (within.start + found.start() + blank, within.start + found.end());
            let scope = if self.in_tests(start) { Scope::Tests } else { Scope::Shipped };
            let view = self.file.regions().at(start);
            let seen = if rule.view == View::Raw { view != View::Comments } else { view == rule.view };
            // A test beside the code is a test; a skipped or focused one is only looked for where tests are.
            let fits = rule.scope == scope || (rule.fact == "tests" && self.lang == Lang::Rust);
            if seen && fits {
                self.keep(rule, &Match { path: self.file.path(), lang: self.lang, bytes, start, end });
            }
        }
    }

    fn keep(&mut self, rule: &super::rules::Rule, found: &Match<'_>) {
        if rule.fact == "tests" {
            self.seen.tests += 1;
            return;
        }
        if rule.fact == configuration::READS {
            self.seen.reads_configuration = true;
            return;
        }
        let code = || self.code.get_or_init(|| self.file.regions().only(View::Code, found.bytes));
        if rule.guard == Guard::OnlyAnswer && !unanswered::is_all(found, code()) {
            return;
        }
        let Some(certainty) = rule.guard.weigh(found, rule.certainty) else { return };
        let line = String::from_utf8_lossy(found.line()).into_owned();
        let note = shortened(&line);
        let finding = Finding::new(rule.fact, line_of(found.bytes, found.start), note.clone(), note).with(certainty);
        let attributes = self.attributes.get_or_init(|| clippy::attributes(self.file));
        let finding = match suppressed::of(self.file, attributes, rule.fact, found.start..found.end) {
            Some(suppression) => finding.suppressed(suppression),
            None => finding,
        };
        if rule.guard == Guard::Overridable {
            let name = enclosing(found.bytes, found.start, self.lang).unwrap_or_default();
            self.seen.overridable.push((name, finding));
            return;
        }
        if rule.fact == "skipped_tests" && !has_reason(&line) {
            self.seen.findings.push(Finding { fact: "unexplained_skips", ..finding.clone() });
        }
        self.seen.findings.push(finding);
    }

    /// A line counts when something of it is code or a string outside of tests.
    fn count_lines(&mut self) {
        let bytes = self.file.bytes;
        // The line a region ends in was counted already when the next one starts on it.
        let mut counted_to = 0;
        let mut tests = self.test_ranges.iter().peekable();
        for (view, range) in self.file.regions().iter().filter(|(view, _)| *view != View::Comments) {
            let _ = view;
            let mut at = range.start.max(counted_to);
            while let Some(offset) = bytes.get(at..range.end).and_then(first_visible) {
                at += offset;
                while tests.next_if(|test| test.end <= at).is_some() {}
                if let Some(test) = tests.peek().filter(|test| test.start <= at) {
                    at = test.end;
                    continue;
                }
                self.seen.lines += 1;
                at = memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end);
                counted_to = at;
            }
        }
    }

    fn read_markers(&mut self) {
        if !self.file.may_hold(asks_for_markers(self.lang)) {
            return;
        }
        let comments: Vec<Range<usize>> =
            self.file.regions().iter().filter(|(view, _)| *view == View::Comments).map(|(_, range)| range).collect();
        for range in comments {
            if self.in_tests(range.start) {
                continue;
            }
            let text = String::from_utf8_lossy(&self.file.bytes[range.clone()]);
            for found in marker::find(&text) {
                self.seen.todos += 1;
                if !found.owned {
                    let line = line_of(self.file.bytes, range.start) + found.line;
                    let note = shortened(&found.text);
                    self.seen.findings.push(Finding::new("unowned_todos", line, note.clone(), note));
                }
            }
        }
    }
}

fn first_visible(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| !byte.is_ascii_whitespace())
}

/// The questions that [`read`] asks of a file of this language before it looks closer: one per rule, then whether there
/// are markers of work to do, then whether there are attributes of tests.
pub(super) fn questions(lang: Lang) -> Vec<Vec<Literal>> {
    let rules = rules::of_language(lang).map(|one| one.literals().to_vec());
    let words = |words: &[&str]| words.iter().map(|word| word.as_bytes().to_vec().into()).collect();
    rules.chain([words(marker::WORDS), words(rust_tests::MARKS)]).collect()
}

fn asks_for_markers(lang: Lang) -> usize {
    rules::of_language(lang).len()
}

fn asks_for_test_attributes(lang: Lang) -> usize {
    asks_for_markers(lang) + 1
}

/// The line of an offset, from 1.
pub(super) fn line_of(bytes: &[u8], at: usize) -> u32 {
    let before = bytes[..at].iter().filter(|byte| **byte == b'\n').count();
    u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)
}

/// Whether the line of a skipped test says why: in a text, after an equals sign, or in a comment.
fn has_reason(line: &str) -> bool {
    static REASON: OnceLock<Regex> = OnceLock::new();
    let reason = REASON.get_or_init(|| {
        let pattern = r#"(?i)(skip(ped|f)?|ignore|disabled|reason)\s*[(=,]\s*(\w+\s*=\s*)?['"`f]|ignore\s*=\s*"|//\s*\w+|#\s*\w{3,}\s+\w|https?://"#;
        Regex::new(pattern).expect("the pattern is a constant that tests use")
    });
    // `it.skip("title")` names the test, not the reason.
    let named = line.contains(".skip(")
        && !line.contains("mark.skip(")
        && !line.contains("unittest.skip(")
        && !line.contains("t.Skip(");
    reason.is_match(line.as_bytes()) && (!named || line.contains("//"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_bundler_packed_is_told_by_its_lines() {
        let packed = "var a=function(b){throw new Error(\"not implemented\")};".repeat(200);
        assert!(is_packed(Lang::Js, packed.as_bytes()));
        assert!(!is_packed(Lang::Js, packed.replace(';', ";\n").as_bytes()));
        assert!(!is_packed(Lang::Python, packed.as_bytes()));
    }

    #[test]
    fn a_reason_is_a_text_or_a_comment_but_not_the_title() {
        for line in [
            "@pytest.mark.skip(reason=\"flaky\")",
            "#[ignore = \"slow\"]",
            "@Disabled(\"OPS-1\")",
            "\tt.Skip(\"no db\")",
        ] {
            assert!(has_reason(line), "{line}");
        }
        for line in ["@pytest.mark.skip", "#[ignore]", "it.skip(\"adds\", () => {", "@Disabled", "\tt.SkipNow()"] {
            assert!(!has_reason(line), "{line}");
        }
    }
}
