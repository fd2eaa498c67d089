//! What a record of an incident or a drill holds: impact, timeline, causes, actions with owners and states, and which actions
//! are open though their day is past.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use super::page::{self, Section};
use super::written::{day_on, days_on};
use crate::world::{Class, ClassSet, FileBytes, Select, Want, WantId, Wants};

/// Parts that a record has (catalogue, ops/incident-response).
pub(super) const PARTS: [&str; 5] = ["impact", "timeline", "causes", "actions", "owners and states of actions"];

/// One record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) day: Option<Date>,
    /// The parts that it has.
    pub(super) has: BTreeSet<&'static str>,
    /// Open actions with the day on which they are due.
    pub(super) open: Vec<(u32, Date)>,
}

fn fixed(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

/// Headings, labels and names of columns, by part.
static WORDS: LazyLock<[(&str, Regex); 4]> = LazyLock::new(|| {
    let part = |words: &str| fixed(&format!(r"(?i)\b({words})"));
    [
        (PARTS[0], part(r"impact|affected|effect|consequence|scenario|blast radius|user experience|symptom")),
        (PARTS[1], part(r"timeline|time line|chronolog|sequence of|what happened|course of|log of|schedule|steps")),
        (
            PARTS[2],
            part(
                r"(root |contributing |probable )?causes?\b|contributing|why\b|five whys|5 whys|analysis|what went (wrong|poorly|badly)|findings?|lessons?|trigger|issues?\b|fault",
            ),
        ),
        (
            PARTS[3],
            part(
                r"actions?\b|follow[- ]?ups?|next steps|remediation|preventi|corrective|improvements?\b|to[- ]?dos?\b|tasks?\b|what we will do",
            ),
        ),
    ]
});
static ITEM: LazyLock<Regex> = LazyLock::new(|| fixed(r"^\s*([-*+]|\d+[.)])\s+\S"));
static OWNER: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?i)(^|[\s(\[])@[\w-]+|\b(owners?|assignees?|assigned to|responsible|dri|lead|team)\W{0,4}[:=]|\b(owned by|assigned to)\b",
    )
});
static OWNER_COLUMN: LazyLock<Regex> = LazyLock::new(|| {
    fixed(r"(?i)\|\W*(action )?(owners?|assignees?|assigned( to)?|responsible|who|dri|lead|team|person)\W*\|")
});
static STATE: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?i)\[[ xX]\]|\b(done|open|closed|completed?|fixed|resolved|merged|shipped|deployed|in progress|pending|planned|todo|status|state|due|deadline)\b|\bby \d{4}-|[✅✔☑❌⏳🔄]|#\d+|\b[A-Z]{2,}-\d+\b|https?://",
    )
});
static DONE: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?i)\[[xX]\]|\b(done|closed|completed?|fixed|resolved|merged|shipped|deployed|implemented|cancelled|canceled|won't do|wontfix|obsolete|superseded)\b|[✅✔☑]",
    )
});
static DUE: LazyLock<Regex> = LazyLock::new(|| fixed(r"(?i)\b(due|deadline|by|until|before|eta|target( date)?)\b\W*$"));
static DUE_COLUMN: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"(?i)^\W*(due( date)?|deadline|eta|target( date)?|by( when)?|until|when)\W*$"));
static NONE: LazyLock<Regex> = LazyLock::new(|| fixed(r"(?i)^\W*(none|no (further )?(actions?|follow[- ]?ups?))\b"));

/// The want for records.
pub(super) fn declare(glob: &str, folder: &str, wants: &mut Wants) -> Option<WantId> {
    let prose = ClassSet::of(&[Class::Src, Class::Docs, Class::Tooling]);
    let select = Select::glob(glob).ok()?.of(prose).below(folder);
    Some(wants.add(Want::doc(select, "docs incident record", |file| Ok(of_file(file)))))
}

fn of_file(file: &FileBytes<'_>) -> Record {
    read(file.path(), &file.text())
}

/// Reads a record.
fn read(path: &str, text: &str) -> Record {
    let sections = page::read(path, text.as_bytes()).sections;
    let lines: Vec<&str> = text.lines().collect();
    let base = path.rsplit('/').next().unwrap_or(path);
    let mut record =
        Record { day: day_on(base).or_else(|| lines.iter().find_map(|line| day_on(line))), ..Record::default() };
    for (part, words) in WORDS.iter() {
        let headed = sections.iter().any(|section| words.is_match(&section.title) && is_filled(section));
        if headed || lines.iter().any(|line| is_label(line, words)) {
            record.has.insert(*part);
        }
    }
    let (_, actions) = &WORDS[3];
    let of_actions = |section: &&Section| actions.is_match(&section.title);
    for section in sections.iter().filter(of_actions) {
        look_at_actions(&lines, extent(&sections, section, lines.len()), &mut record);
    }
    record
}

fn is_filled(section: &Section) -> bool {
    section.words > 0 || section.blocks > 0
}

/// `**Impact:** nobody could pay`, `| Impact | nobody could pay |`.
fn is_label(line: &str, words: &Regex) -> bool {
    let line = line.trim_start_matches(['-', '*', '_', ' ', '|', '>']);
    let Some((label, rest)) = line.split_once([':', '|']) else { return false };
    label.len() < 40 && words.is_match(label) && rest.chars().any(char::is_alphanumeric)
}

/// The lines below a heading, up to the next of its level or above.
fn extent(sections: &[Section], section: &Section, end: usize) -> Range<usize> {
    let next = sections.iter().find(|next| next.line > section.line && next.level <= section.level);
    let from = (section.line as usize).min(end);
    from..next.map_or(end, |next| (next.line as usize).saturating_sub(1)).clamp(from, end)
}

fn look_at_actions(lines: &[&str], range: Range<usize>, record: &mut Record) {
    let mut head: Vec<&str> = Vec::new();
    let (mut owned, mut told) = (false, false);
    for at in range {
        let line = lines[at];
        let next = lines.get(at + 1).copied().unwrap_or_default();
        let is_row = line.trim_start().starts_with('|');
        if is_row && is_rule(next) {
            head = line.split('|').collect();
            owned |= OWNER_COLUMN.is_match(line);
            told |= STATE.is_match(line);
            continue;
        }
        if NONE.is_match(line) {
            (owned, told) = (true, true);
        }
        let is_item = ITEM.is_match(line) || (is_row && !is_rule(line));
        if !is_item {
            head = if is_row { head } else { Vec::new() };
            continue;
        }
        // `Ann sets a limit: done` names somebody as well.
        owned |= OWNER.is_match(line) || begins_with_a_name(line);
        told |= STATE.is_match(line);
        if !DONE.is_match(line)
            && let Some(day) = due(line, &head)
        {
            record.open.push((u32::try_from(at + 1).unwrap_or(0), day));
        }
    }
    if owned && told {
        record.has.insert(PARTS[4]);
    }
}

fn is_rule(line: &str) -> bool {
    line.contains('|') && line.contains("--") && !line.chars().any(char::is_alphanumeric)
}

/// `- Ann: …`, `- Ann sets …`: a name, and a colon or what one does behind it.
fn begins_with_a_name(line: &str) -> bool {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"^\s*([-*+]|\d+[.)])\s+(\[[ xX]\]\s+)?\*{0,2}[A-Z][a-z]+(\s[A-Z][a-z]+)?\*{0,2}(:|\s+(will|adds|asks|builds|checks|creates|deletes|fixes|investigates|looks|makes|mends|moves|removes|sets|takes|tells|updates|writes)\b)",
        )
    });
    NAMED.is_match(line)
}

/// The day on which an action is due: behind such a word, or in such a column.
fn due(line: &str, head: &[&str]) -> Option<Date> {
    let by_column = head.iter().position(|name| DUE_COLUMN.is_match(name));
    if let Some(at) = by_column {
        return line.split('|').nth(at).and_then(day_on);
    }
    let day = days_on(line).last()?;
    let at = line.find(&day.to_string())?;
    DUE.is_match(&line[..at]).then_some(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(text: &str) -> Vec<&'static str> {
        read("docs/postmortems/2026-03-01-a.md", text).has.into_iter().collect()
    }

    #[test]
    fn a_record_has_its_parts_under_headings_or_behind_labels() {
        let whole = "## Impact\n\nx\n\n## Timeline\n\n10:00 x\n\n## Root cause\n\nx\n\n## Actions\n\n- Ann sets a limit: done.\n";
        assert_eq!(has(whole).len(), 5);
        let table = "**Impact:** x\n**Root cause:** x\n\n## Timeline\n\n| Time | Event |\n|--|--|\n| 10:00 | x |\n\n## Action items\n\n| What | Owner | Status |\n|---|---|---|\n| x | Ann | done |\n";
        assert_eq!(has(table).len(), 5);
        let prose =
            "## Actions\n\n- Unstable changes should be tested by whoever makes them\n- Check who is affected\n";
        assert_eq!(has(prose), ["actions"]);
        assert_eq!(has("# Outage\n\nIt was down.\n"), Vec::<&str>::new());
        assert_eq!(has("## Impact\n\n## Actions\n\n- write more tests\n"), ["actions"]);
    }

    #[test]
    fn an_open_action_has_the_day_on_which_it_is_due() {
        let open = |text: &str| read("a.md", &format!("## Actions\n\n{text}")).open.len();
        assert_eq!(
            open(
                "| What | Owner | Due | Status |\n|--|--|--|--|\n| a | Ann | 2026-03-01 | open |\n| b | Ann | 2026-03-01 | done |\n"
            ),
            1
        );
        assert_eq!(open("- [ ] @ann sets a limit, due 2026-03-01\n- [x] @ann tells people, due 2026-03-01\n"), 1);
        assert_eq!(open("- Ann found on 2026-03-01 that it is so\n"), 0);
    }
}
