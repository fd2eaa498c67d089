//! Jenkins: what `sh`, `bat`, `powershell` and `pwsh` are told in a `Jenkinsfile`. Of its Groovy the comments and blocks are
//! known (`groovy`), and the words and quotes of these steps are found line by line. What a shared library does is not seen.
//! Which jobs run it, and on what, the server decides; `when` leaves events out.

mod credentials;
mod groovy;
mod when;

use std::sync::LazyLock;

use regex::Regex;

use super::super::starts::{Started, Starts};
use super::super::step::{Given, Lines, Reading, Step, joined};
use groovy::Block;

/// What starts it.
const STARTS: &str = "a job of the Jenkins server decides what starts this";

/// With it a step hands on its exit code instead of failing (Pipeline: Nodes and Processes, `sh`): where nobody takes that, or
/// nobody asks for it again, no failure ends the build. What a script does with one that it asks for is not seen, and held to be
/// what it should be.
const STATUS: &str = "returnStatus: true";

pub(super) fn read(given: &Given<'_>) -> Result<Option<Reading>, String> {
    static STEP: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?:^|[\s{;=(])(sh|bat|powershell|pwsh)\b\s*\(?\s*(?:[\w ,:]*\bscript\s*:\s*)?("""|'''|"|')"#)
            .expect("a fixed pattern")
    });
    static LIBRARY: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^\s*(?:@Library\b|library\s*[('\x22 ]|build(?:Plugin|DockerAndPublishImage)\s*\()")
            .expect("a fixed pattern")
    });
    let mut reading = Reading::default();
    let program = Program::of(given.text);
    let mut rest = program.text.lines().zip(1_u32..);
    let mut at_line = 0;
    while let Some((text, number)) = rest.next() {
        let start = at_line;
        at_line += text.len() + 1;
        if LIBRARY.is_match(text) {
            reading.miss(format!("`{}:{number}` uses a library that is not in this repository", given.path));
        }
        let mut from = 0;
        while let Some(found) = STEP.captures_at(text, from) {
            let (Some(word), Some(quote), Some(whole)) = (found.get(1), found.get(2), found.get(0)) else { break };
            let after = &text[whole.end()..];
            let mut lines: Lines = Vec::new();
            let mut ended = "";
            from = match closing(after, quote.as_str()) {
                Some(end) => {
                    ended = call_end(&after[end..]);
                    lines.push((number, after[..end].to_owned()));
                    whole.end() + end + quote.len()
                }
                None if quote.len() == 3 => {
                    lines.push((number, after.to_owned()));
                    for (more, number) in rest.by_ref() {
                        let end = closing(more, quote.as_str());
                        at_line += more.len() + 1;
                        lines.push((number, more[..end.unwrap_or(more.len())].to_owned()));
                        if let Some(end) = end {
                            ended = call_end(&more[end..]);
                            break;
                        }
                    }
                    text.len()
                }
                None => text.len(),
            };
            lines.retain(|(_, text)| !text.trim().is_empty());
            lines.iter_mut().for_each(|(_, text)| *text = text.trim().to_owned());
            let hands_on = whole.as_str().contains(STATUS) || ended.contains(STATUS);
            let at = start + word.start();
            let is_lost = hands_on && program.loses(text[..word.start()].trim_end(), at_line);
            reading.steps.push(Step {
                path: given.path.to_owned(),
                line: number,
                lines: joined(&lines),
                set: credentials::set(&program, given.path, at),
                job: program.stage(at),
                is_soft: is_lost || program.goes_on_after_failure(at),
                starts: program.starts(at),
                ..Step::default()
            });
        }
    }
    Ok(Some(reading.in_sequence()))
}

/// A `Jenkinsfile` without its comments, and its blocks.
struct Program {
    text: String,
    blocks: Vec<Block>,
}

fn fixed(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

impl Program {
    fn of(text: &str) -> Program {
        // Lines are counted by their ends, which are one byte each.
        let text = groovy::without_comments(&text.replace("\r\n", "\n"));
        let blocks = groovy::blocks(&text);
        Program { text, blocks }
    }

    /// The blocks around a place, the innermost first.
    fn around(&self, at: usize) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(move |block| block.has(at))
    }

    /// The name of the stage around a place.
    fn stage(&self, at: usize) -> String {
        static STAGE: LazyLock<Regex> = LazyLock::new(|| fixed(r#"\bstage\s*\(\s*["']([^"']*)["']\s*\)$"#));
        let name = self.around(at).find_map(|block| Some(STAGE.captures(&block.head)?[1].to_owned()));
        name.unwrap_or_default()
    }

    /// Whether the exit code that a step hands on is lost: nobody takes it, or nobody asks for what took it.
    fn loses(&self, before: &str, after: usize) -> bool {
        static TAKES: LazyLock<Regex> = LazyLock::new(|| fixed(r"(?:^|[\s;{])(\w+)\s*=$"));
        let taken = TAKES.captures(before).map(|found| found[1].to_owned());
        let asks = |name: &str| Regex::new(&format!(r"\b{name}\b")).is_ok_and(|name| name.is_match(self.rest(after)));
        match taken {
            Some(name) => !asks(&name),
            None => before.is_empty() || before.ends_with(['{', ';']),
        }
    }

    fn rest(&self, from: usize) -> &str {
        self.text.get(from..).unwrap_or("")
    }

    /// Whether a failure at this place does not fail the build (Pipeline: Basic Steps, `catchError` and `warnError`; Groovy's
    /// `try`): an unstable build is none that failed, and `catchError` alone does fail it.
    fn goes_on_after_failure(&self, at: usize) -> bool {
        static CATCHES: LazyLock<Regex> = LazyLock::new(|| {
            fixed(r#"(?s)\bwarnError\b[^{}]*$|\bcatchError\b[^{}]*buildResult\s*:\s*["'](?:SUCCESS|UNSTABLE)[^{}]*$"#)
        });
        let mut around = self.around(at);
        around.any(|block| CATCHES.is_match(&block.head) || block.head.ends_with("try") && self.is_swallowed(block))
    }

    /// Whether what catches the failures of a `try` neither throws nor says that the build failed.
    fn is_swallowed(&self, block: &Block) -> bool {
        static FAILS: LazyLock<Regex> = LazyLock::new(|| fixed(r"\bthrow\b|\berror\b|FAILURE|FAILED"));
        let caught = self.blocks.iter().find(|next| next.from == block.close + 1 && next.head.starts_with("catch"));
        caught.is_some_and(|caught| !FAILS.is_match(&self.text[caught.open..caught.close]))
    }

    /// The events at which the stages around a place run, of those that the server lets through.
    fn starts(&self, at: usize) -> Starts {
        let stages: Vec<&Block> = self.around(at).filter(|block| !block.head.ends_with("when")).collect();
        let conditions: Vec<&Block> = self
            .blocks
            .iter()
            .filter(|when| when.head.ends_with("when"))
            .filter(|when| self.is_of(when, &stages))
            .collect();
        conditions.iter().fold(Starts::all(Started::open(STARTS)), |starts, block| {
            starts.and(&Starts::each(|event| when::holds(&self.text, &self.blocks, block, false, event)))
        })
    }

    /// Whether a condition stands in one of these blocks, and in none within it.
    fn is_of(&self, when: &Block, stages: &[&Block]) -> bool {
        let own = self.around(when.open).next();
        own.is_some_and(|own| stages.iter().any(|stage| stage.open == own.open))
    }
}

/// What still belongs to a call behind its script.
fn call_end(behind: &str) -> &str {
    behind.split([')', ';']).next().unwrap_or("")
}

/// Where a text's quote ends; what a backslash escapes does not end it.
fn closing(text: &str, quote: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + text[from..].find(quote)?;
        let slashes = text[..at].bytes().rev().take_while(|byte| *byte == b'\\').count();
        if slashes % 2 == 0 {
            return Some(at);
        }
        from = at + quote.len();
    }
}
