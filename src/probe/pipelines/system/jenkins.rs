//! Jenkins: what `sh`, `bat`, `powershell` and `pwsh` are told in a `Jenkinsfile`. Its Groovy is not parsed: the words and
//! quotes of these steps are found line by line. What a shared library does is not seen.

use std::sync::LazyLock;

use regex::Regex;

use super::super::step::{Given, Lines, Reading, Step, joined};

/// With it a step hands on its exit code instead of failing (Pipeline: Nodes and Processes, `sh`): where nobody takes that, no
/// failure ends the build. What a script does with one that it takes is not seen, and held to be what it should be.
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
    let mut rest = given.text.lines().zip(1_u32..);
    while let Some((text, number)) = rest.next() {
        let clean = text.trim_start();
        if clean.starts_with("//") || clean.starts_with('*') || clean.starts_with("/*") {
            continue;
        }
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
            let before = text[..word.start()].trim_end();
            let is_soft = hands_on && (before.is_empty() || before.ends_with(['{', ';']));
            let (path, lines) = (given.path.to_owned(), joined(&lines));
            reading.steps.push(Step { path, line: number, lines, is_soft, is_gate: true, ..Step::default() });
        }
    }
    Ok(Some(reading))
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
