//! What comments and configuration tell checkov, Trivy, tfsec and tflint to pass over: where a comment counts, as each of
//! these tools reads it, and what a module's caller says for the resources of the module.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::model::Suppression;
use crate::probe::suppression::{self, Configured};
use crate::world::{FileBytes, View};

use super::configuration::{Configuration, Module};

/// Calls of modules that are asked about one finding; a module that is called from more places is argued in its own file.
const MOST_CALLS: usize = 200;
/// Comments of a file that are heard.
const MOST_COMMENTS: usize = 1000;

/// A comment that switches a rule off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ignore {
    tool: &'static str,
    rule: String,
    /// The line it stands on; of several that stand below each other, the last.
    line: u32,
    /// Why, if it or the comment above says so.
    reason: Option<String>,
    /// The day from which it no longer counts.
    until: Option<Date>,
}

/// Where a finding is, as far as comments about it are concerned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Scope {
    /// The lines on which it begins, and on which each block begins that holds it.
    pub(super) starts: Vec<u32>,
    /// First and last line of the outermost of these blocks.
    pub(super) block: (u32, u32),
}

impl Ignore {
    /// checkov counts comments within the block, between its first line and its last; the others those on the line where
    /// something begins, or on the line above (checkov `terraform/context_parsers/base_parser.py`, Trivy
    /// `pkg/iac/ignore`, tflint "Annotations").
    fn is_about(&self, scope: &Scope) -> bool {
        match self.tool {
            "checkov" => scope.block.0 < self.line && self.line < scope.block.1,
            _ => scope.starts.iter().any(|start| *start == self.line || *start == self.line + 1),
        }
    }
}

/// Every such comment of a file, in order.
pub(super) fn ignores(file: &FileBytes<'_>) -> Vec<Ignore> {
    let mut found: Vec<Ignore> = Vec::new();
    // A comment that stands alone on the line before, and where those that switch rules off began.
    let (mut above, mut run) = (None, 0);
    let mut offset = 0;
    for (index, line) in file.bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let (start, text) = (offset, String::from_utf8_lossy(line));
        offset += line.len();
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let alone = text.trim_start().starts_with(['#', '/', '*']);
        let said: Vec<Ignore> = of_line(&text, number)
            .filter(|(at, _)| file.regions().at(start + at) == View::Comments)
            .map(|(_, ignore)| Ignore { reason: ignore.reason.clone().or_else(|| above.clone()), ..ignore })
            .collect();
        if said.is_empty() {
            let words = text.trim_matches([' ', '\t', '#', '/', '*', '\r', '\n']);
            // A comment of several paragraphs is one.
            if !(alone && words.is_empty()) {
                above = Some(words).filter(|_| alone).and_then(suppression::reason);
            }
            run = found.len();
            continue;
        }
        if found.len() >= MOST_COMMENTS {
            break;
        }
        found.extend(said);
        if alone {
            // They are one comment about what follows the last of them.
            found[run..].iter_mut().filter(|one| one.tool != "checkov").for_each(|one| one.line = number);
        } else {
            run = found.len();
        }
    }
    found
}

/// What a line says, with where in the line.
fn of_line(text: &str, line: u32) -> impl Iterator<Item = (usize, Ignore)> {
    const MARKS: [&str; 6] =
        ["checkov:skip=", "bridgecrew:skip=", "cortex:skip=", "trivy:ignore:", "tfsec:ignore:", "tflint-ignore:"];
    let at = MARKS.iter().filter_map(|mark| text.find(mark)).min();
    let ignore = move |tool, rule: String, reason, until| Ignore { tool, rule, line, reason, until };
    let mut found = Vec::new();
    if at.is_some() {
        let (rules, why) = suppression::checkov_skip(text).unwrap_or_default();
        found.extend(rules.into_iter().map(|rule| ignore("checkov", rule, why.clone(), None)));
        let trivy = suppression::trivy_ignores(text).into_iter();
        found.extend(trivy.map(|one| ignore(one.tool, one.rule, one.reason, one.until)));
        let (rules, why) = tflint_ignore(text).unwrap_or_default();
        found.extend(rules.into_iter().map(|rule| ignore("tflint", rule, why.clone(), None)));
    }
    found.into_iter().map(move |one| (at.unwrap_or(0), one))
}

/// `# tflint-ignore: terraform_module_pinned_source, terraform_module_version // reason`
fn tflint_ignore(text: &str) -> Option<(Vec<String>, Option<String>)> {
    let (_, rest) = text.split_once("tflint-ignore:")?;
    let end = rest.find(['#', '/', '*', '\n']).unwrap_or(rest.len());
    let rules = rest[..end].split(',').map(|rule| rule.trim().to_owned()).filter(|rule| !rule.is_empty());
    Some((rules.collect(), suppression::reason(&rest[end..])))
}

/// Everything that is said about the files at hand.
pub(super) struct Said<'s> {
    configured: Vec<Configured>,
    today: Date,
    /// Modules by the folder that they take their resources from, each with the file that calls it.
    callers: BTreeMap<String, Vec<(&'s str, &'s Configuration, &'s Module)>>,
}

/// A place that something may be said about.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) path: &'a str,
    pub(super) file: &'a Configuration,
    pub(super) scope: &'a Scope,
    pub(super) line: u32,
}

type Word = (&'static str, String, Option<String>);

impl<'s> Said<'s> {
    /// What is said about these files, on this day.
    pub(super) fn about(
        files: impl Iterator<Item = (&'s str, &'s Configuration)>,
        configured: Vec<Configured>,
        today: Date,
    ) -> Said<'s> {
        let mut callers: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for (path, file) in files {
            for module in &file.modules {
                if let Some(folder) = module.folder.as_ref().and_then(|source| below(super::folder(path), source)) {
                    callers.entry(folder).or_default().push((path, file, module));
                }
            }
        }
        Said { configured, today, callers }
    }

    /// The suppression of a finding that these rules look at, if there is one. What Terraform decides weighs high: only a
    /// reason takes a finding out.
    pub(super) fn of(&self, subject: Subject<'_>, rules: &[&str]) -> Option<Suppression> {
        let words = self.words(subject, rules, &mut { MOST_CALLS });
        suppression::best(words.iter().map(|(tool, rule, why)| (*tool, rule.as_str(), why.clone())), true)
    }

    fn words(&self, Subject { path, file, scope, line }: Subject<'_>, rules: &[&str], left: &mut usize) -> Vec<Word> {
        let is_one = |written: &str| {
            let number = written.strip_prefix("AVD-").unwrap_or(written);
            rules.iter().any(|rule| rule.eq_ignore_ascii_case(number))
        };
        let holds = |one: &&Ignore| one.is_about(scope) && one.until.is_none_or(|day| self.today < day);
        let inline = file.ignores.iter().filter(holds).map(|one| (one.tool, &one.rule, &one.reason));
        let named = self.configured.iter().filter(|one| one.covers(path, line));
        let all = inline.chain(named.map(|one| (one.tool, &one.rule, &one.reason)));
        let own: Vec<Word> = all
            .filter(|(_, rule, _)| is_one(rule))
            .map(|(tool, rule, why)| (tool, rule.clone(), why.clone()))
            .collect();
        if own.is_empty() { self.of_callers(path, rules, left) } else { own }
    }

    /// What every caller of the module says that the file belongs to; one that says nothing leaves the finding as it is.
    fn of_callers(&self, path: &str, rules: &[&str], left: &mut usize) -> Vec<Word> {
        let callers = self.callers.get(super::folder(path));
        let mut said = Vec::new();
        for (path, file, module) in callers.into_iter().flatten() {
            let Some(fewer) = left.checked_sub(1) else { return Vec::new() };
            *left = fewer;
            let subject = Subject { path, file, scope: &module.scope, line: module.line };
            let words = self.words(subject, rules, left);
            if words.is_empty() {
                return Vec::new();
            }
            // Each caller has to say why: the one without a reason decides.
            let weakest = words.into_iter().min_by_key(|(_, _, why)| why.is_none());
            said.extend(weakest);
        }
        match said.iter().position(|(_, _, why)| why.is_none()) {
            Some(at) => vec![said.swap_remove(at)],
            None => said,
        }
    }
}

/// The folder that a relative source names, seen from another; `None` when it leads out of the tree.
fn below(folder: &str, source: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in source.split('/').filter(|part| !part.is_empty() && *part != ".") {
        match part {
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}
