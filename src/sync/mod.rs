//! Measured states go back into the person's own document: boxes, signs, percentages, a dated mark, and a summary between
//! markers. Everything else stays byte for byte, whatever its encoding and line ends. What is measured comes from a report;
//! reading files and writing them is left to `cli`.

mod link;
mod mark;
mod sign;
mod summary;

use crate::import;
use crate::model::Problem;
use crate::model::report::Report;

use link::{Link, Measured};

/// A document with what was measured written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Synced {
    /// The document.
    pub bytes: Vec<u8>,
    /// How many lines are linked to something measured.
    pub linked: usize,
    /// Lines that say more than was measured.
    pub overclaims: Vec<Overclaim>,
    /// Claims of the report whose line was not found in the document.
    pub lost: Vec<Lost>,
}

/// A line that says more than was measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overclaim {
    /// From 1.
    pub line: u32,
    /// Check id, area id or `overall`.
    pub subject: String,
    /// What the line says.
    pub claimed: String,
    /// What was measured.
    pub measured: String,
}

/// A claim whose line was not found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Check id.
    pub check: String,
    /// Where the report says the claim stands.
    pub source: String,
}

/// The document with the states of the report. `name` is its path as claims name it in `source`.
///
/// # Errors
/// The document is UTF-16, of which no part can be changed byte by byte.
pub fn sync(original: &[u8], name: &str, report: &Report) -> Result<Synced, Box<Problem>> {
    if is_wide(original) {
        let problem = Problem::new(format!("`{name}` is UTF-16, and sync changes bytes of ASCII-based encodings only"));
        return Err(Box::new(problem.help("save it as UTF-8 first")));
    }
    let text = import::decode(original).text;
    let readable: Vec<&str> = text.split('\n').collect();
    let raw: Vec<&[u8]> = original.split_inclusive(|byte| *byte == b'\n').collect();
    let (links, lost) = link::links(&raw, &readable, name, report);
    let day = report.run.as_of.clone().unwrap_or_else(|| report.run.started_at.chars().take(10).collect());
    let mut bytes = Vec::with_capacity(original.len() + 1024);
    let mut overclaims = Vec::new();
    for (index, line) in raw.iter().enumerate() {
        match links.get(&index) {
            None => bytes.extend_from_slice(line),
            Some(link) => bytes.extend(rewritten(line, index, link, &day, &mut overclaims)),
        }
    }
    Ok(Synced { bytes: summary::placed(bytes, report, &day), linked: links.len(), overclaims, lost })
}

fn is_wide(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") || bytes.iter().take(4096).any(|byte| *byte == 0)
}

/// One linked line with its sign, percentage and mark as measured.
fn rewritten(line: &[u8], index: usize, link: &Link, day: &str, overclaims: &mut Vec<Overclaim>) -> Vec<u8> {
    let (body, end) = split_end(line);
    let body = mark::without(body);
    let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
    let mut note = |claimed: String, measured: String| {
        overclaims.push(Overclaim { line: number, subject: link.subject.clone(), claimed, measured });
    };
    let changed = match &link.measured {
        Measured::State { state, certain, words } => {
            if !certain.is_pass() && sign::says_done(&body) {
                note("done".to_owned(), words.clone());
            }
            state.map_or_else(|| body.clone(), |state| sign::with_state(&body, state))
        }
        Measured::Percent { proven, words } => {
            if let Some(claimed) = sign::percent(&body).filter(|claimed| claimed > proven) {
                note(format!("{} %", claimed.floor_decimals(2)), words.clone());
            }
            sign::with_percent(&body, proven)
        }
    };
    let mut line = match link.measured.words() {
        link::NOTHING_MEASURED => changed,
        words => mark::with(changed, &format!("measured {day}: {words}")),
    };
    line.extend_from_slice(end);
    line
}

/// A line and its end: nothing, `\n` or `\r\n`.
fn split_end(line: &[u8]) -> (&[u8], &[u8]) {
    let body = line.strip_suffix(b"\n").unwrap_or(line);
    let body = body.strip_suffix(b"\r").unwrap_or(body);
    line.split_at(body.len())
}
