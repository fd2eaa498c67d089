//! What is wrong with the versions of products: not valid, not the same in all files, behind their tag, not described.

use super::changelog::{Day, Entry};
use super::number::{Number, Scheme, is_valid};
use super::product::{Product, Written};
use crate::model::Certainty;
use crate::probe::finding::{Finding, Findings};

/// Whether tags could be looked at, and what writes notes.
pub(super) struct Known {
    pub(super) scheme: Scheme,
    pub(super) tags: bool,
    /// A changelog could not be read.
    pub(super) unread: bool,
    pub(super) generators: usize,
}

/// Shares of what is right, in the parts of the credit.
#[derive(Debug, Default)]
pub(super) struct Shares {
    pub(super) valid: Share,
    pub(super) agree: Share,
    pub(super) tagged: Share,
    pub(super) described: Share,
    /// Why some version could not be looked up.
    pub(super) untold: Option<String>,
}

/// So many hundredths of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) percent: u64,
    pub(super) of: u64,
}

impl Share {
    fn add(&mut self, percent: u64) {
        self.percent += percent;
        self.of += 1;
    }
}

/// Judges one product.
pub(super) fn judge(product: &Product<'_>, known: &Known, shares: &mut Shares, findings: &mut Findings) {
    for written in &product.written {
        if let Some((text, _)) = &written.here {
            let valid = is_valid(text, written.stated.rules, known.scheme);
            shares.valid.add(if valid { 100 } else { 0 });
            if !valid {
                let note = format!("`{text}` is no version by the rules of its ecosystem");
                push(findings, written, "invalid_versions", note, Certainty::Certain);
            }
        }
    }
    agree(product, shares, findings);
    tagged(product, shares, findings);
    match described(product, known) {
        Described::Nothing => {}
        Described::Untold(reason) => shares.untold = Some(reason),
        Described::Well => shares.described.add(100),
        Described::Undated(path, entry) => {
            shares.described.add(50);
            let note = format!("the entry of {} has no day that reads in one way only", entry.text);
            let finding = Finding::new("undated_entries", entry.line, entry.text.as_str(), note);
            findings.push(path, finding.with(Certainty::Likely));
        }
        Described::Missing(path, version) => {
            shares.described.add(0);
            let note = format!("has no entry for {version}");
            findings.push(path, Finding::new("undescribed_versions", 0, version, note).with(Certainty::Likely));
        }
    }
}

fn push(findings: &mut Findings, written: &Written, fact: &'static str, note: String, certainty: Certainty) {
    let subject = written.here.as_ref().map_or("", |(text, _)| text.as_str());
    findings.push(&written.path, Finding::new(fact, written.stated.line, subject, note).with(certainty));
}

/// Charts are versioned on their own (Helm, "The Chart.yaml file"), so they need not agree.
fn agree(product: &Product<'_>, shares: &mut Shares, findings: &mut Findings) {
    let counts = |written: &&Written| !written.path.ends_with("Chart.yaml");
    let mut numbers = product.written.iter().filter(counts).filter_map(|written| {
        let (text, number) = written.here.as_ref()?;
        Some((written, text, number.as_ref()?))
    });
    let Some((first, first_text, first_number)) = numbers.next() else { return };
    let apart: Vec<_> = numbers.filter(|(_, _, number)| !number.is_same(first_number)).collect();
    shares.agree.add(if apart.is_empty() { 100 } else { 0 });
    for (written, text, _) in apart {
        let note = format!("says {text}, and `{}` says {first_text}", first.path);
        push(findings, written, "disagreeing_versions", note, Certainty::Likely);
    }
}

/// What is never published may have a number that nobody keeps: then it is a hint.
fn tagged(product: &Product<'_>, shares: &mut Shares, findings: &mut Findings) {
    let Some((tag, released)) = &product.tag else { return };
    let behind: Vec<_> = product
        .written
        .iter()
        .filter(|written| {
            written.here.as_ref().and_then(|(_, number)| number.as_ref()).is_some_and(|own| own < released)
        })
        .collect();
    shares.tagged.add(if behind.iter().all(|written| written.stated.private) { 100 } else { 0 });
    for written in behind {
        let text = written.here.as_ref().map_or("", |(text, _)| text.as_str());
        let note = format!("says {text}, and the tag `{tag}` names a later version");
        let certainty = if written.stated.private { Certainty::Hint } else { Certainty::Likely };
        push(findings, written, "behind_tag", note, certainty);
    }
}

enum Described<'s> {
    /// It is not told apart from others.
    Nothing,
    Well,
    Undated(&'s str, &'s Entry),
    /// The changelog, and the version that it does not name.
    Missing(&'s str, String),
    Untold(String),
}

/// Whether the newest version is written of: the one that files state, or the released one while that is being made.
fn described<'s>(product: &Product<'s>, known: &Known) -> Described<'s> {
    let with_entries = product.changelogs.iter().find(|(_, log)| !log.entries.is_empty());
    let Some((first, newest)) = with_entries.or(product.changelogs.first()) else {
        return without_changelog(product, known);
    };
    let stated = product.version();
    let released = product.tag.as_ref().map(|(_, number)| number);
    let entry =
        |number: &Number| product.changelogs.iter().find_map(|(path, log)| log.of(number).map(|entry| (*path, entry)));
    let is_open = product.changelogs.iter().any(|(_, log)| log.unreleased);
    if let Some((path, entry)) = stated.and_then(entry) {
        let is_out = released.is_some_and(|released| stated <= Some(released)) || (released.is_none() && is_open);
        return if is_out && entry.day == Day::None { Described::Undated(path, entry) } else { Described::Well };
    }
    if let Some((path, entry)) = released.and_then(entry) {
        return if entry.day == Day::None { Described::Undated(path, entry) } else { Described::Well };
    }
    let none = stated.is_none() && released.is_none();
    if let (true, Some(entry)) = (none, newest.entries.first()) {
        return if entry.day == Day::None { Described::Undated(first, entry) } else { Described::Well };
    }
    if known.generators > 0 {
        return Described::Well;
    }
    if known.unread || product.changelogs.iter().any(|(_, log)| log.refers) {
        return Described::Untold(format!("`{first}` says that there are notes elsewhere, or could not be read"));
    }
    if none {
        return Described::Untold(format!("nothing names a version, and `{first}` has no entry of one"));
    }
    let is_coming = is_open || stated.is_some_and(|stated| stated.is_before);
    match released.is_none() && (is_coming || !known.tags) {
        false => Described::Missing(first, wanted(product)),
        true if known.tags => Described::Well,
        true => Described::Untold("it cannot be told whether a version was released yet".to_owned()),
    }
}

fn without_changelog<'s>(product: &Product<'s>, known: &Known) -> Described<'s> {
    match (product.folder.is_empty(), known.generators) {
        (false, _) => Described::Nothing,
        (true, 0) => Described::Untold("there is no changelog here; notes at the forge are not seen".to_owned()),
        (true, _) => Described::Well,
    }
}

/// The version that should be written of, as its file or tag names it.
fn wanted(product: &Product<'_>) -> String {
    let released = product.tag.as_ref().map(|(tag, _)| tag.clone());
    let stated = product.written.iter().find_map(|written| written.here.as_ref().map(|(text, _)| text.clone()));
    released.or(stated).unwrap_or_default()
}
