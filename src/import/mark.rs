//! Boxes, status signs and state words: which state they say. What a mark is there for is decided where it is met.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::words::states;
use crate::model::statement::State::{self, Done, Missing, NotApplicable, Partial};

/// Signs that say a state, without U+FE0F.
const SIGNS: &[(&str, State)] = &[
    ("✅", Done),
    ("✔", Done),
    ("☑", Done),
    ("✓", Done),
    ("🟢", Done),
    ("🟩", Done),
    ("💚", Done),
    ("🗹", Done),
    ("⚠", Partial),
    ("🟡", Partial),
    ("🟠", Partial),
    ("🟨", Partial),
    ("🟧", Partial),
    ("🚧", Partial),
    ("⏳", Partial),
    ("⌛", Partial),
    ("🔄", Partial),
    ("🔶", Partial),
    ("🔸", Partial),
    ("◐", Partial),
    ("◑", Partial),
    ("🏗", Partial),
    ("❌", Missing),
    ("✗", Missing),
    ("✘", Missing),
    ("✖", Missing),
    ("✕", Missing),
    ("☒", Missing),
    ("🔴", Missing),
    ("🟥", Missing),
    ("⛔", Missing),
    ("🚫", Missing),
    ("☐", Missing),
    ("⬜", Missing),
    ("◻", Missing),
    ("🔲", Missing),
    ("🔜", Missing),
    ("⏸", Missing),
    ("⭕", Missing),
    ("❗", Missing),
    ("🛑", Missing),
    ("📅", Missing),
    ("⚪", Missing),
];

/// Short codes that GitHub shows as signs.
const SHORT_CODES: &[(&str, &str)] = &[
    (":white_check_mark:", "✅"),
    (":heavy_check_mark:", "✔"),
    (":ballot_box_with_check:", "☑"),
    (":green_circle:", "🟢"),
    (":warning:", "⚠"),
    (":yellow_circle:", "🟡"),
    (":orange_circle:", "🟠"),
    (":construction:", "🚧"),
    (":hourglass:", "⌛"),
    (":hourglass_flowing_sand:", "⏳"),
    (":arrows_counterclockwise:", "🔄"),
    (":x:", "❌"),
    (":red_circle:", "🔴"),
    (":no_entry:", "⛔"),
    (":no_entry_sign:", "🚫"),
    (":white_large_square:", "⬜"),
    (":heavy_multiplication_x:", "✖"),
    (":negative_squared_cross_mark:", "❎"),
    (":white_circle:", "⚪"),
];

/// A sign that was found at one end of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sign {
    pub(super) state: State,
    /// As it stands in the text.
    pub(super) written: String,
    /// How many bytes of the text it takes, white space around it included.
    pub(super) length: usize,
    /// Whether it is a box to tick, not a sign.
    pub(super) boxed: bool,
    /// Whether it is a coloured circle, which in some documents ranks priorities.
    pub(super) colour: bool,
}

/// The box or sign at the start of a text.
pub(super) fn leading(text: &str) -> Option<Sign> {
    let start = text.len() - text.trim_start().len();
    let found = boxed(&text[start..]).or_else(|| sign(&text[start..]))?;
    let after = &text[start + found.length..];
    let length = text.len() - after.trim_start().len();
    Some(Sign { length, ..found })
}

/// The sign at the end of a text, before a closing remark in brackets too: `70% ⚠️ (10% remaining)`.
pub(super) fn trailing(text: &str) -> Option<Sign> {
    let (body, _) = split_remark(text.trim_end());
    let body = body.trim_end().trim_end_matches(['.', '*', '\u{fe0f}', '\u{200d}']);
    let shown = all_signs().filter(|(sign, _)| body.ends_with(sign)).max_by_key(|(sign, _)| sign.len())?;
    Some(Sign {
        state: shown.1,
        written: shown.0.to_owned(),
        length: shown.0.len(),
        boxed: false,
        colour: is_colour(shown.0),
    })
}

/// The sign directly after the key of a line, and where it stands: `PostgreSQL: ✅ healthy`.
pub(super) fn after_key(text: &str) -> Option<(usize, Sign)> {
    let separators = [": ", "：", " - ", " – ", " — "];
    let (start, length) =
        separators.iter().filter_map(|mark| Some((text.find(mark)?, mark.len()))).min_by_key(|(start, _)| *start)?;
    let at = start + length;
    let found = leading(&text[at..]).filter(|sign| !sign.boxed)?;
    Some((at, found))
}

/// The first sign anywhere in a text.
pub(super) fn anywhere(text: &str) -> Option<Sign> {
    let (at, (written, state)) =
        all_signs().filter_map(|(sign, state)| Some((text.find(sign)?, (sign, state)))).min_by_key(|(at, _)| *at)?;
    Some(Sign {
        state,
        written: written.to_owned(),
        length: at + written.len(),
        boxed: false,
        colour: is_colour(written),
    })
}

fn all_signs() -> impl Iterator<Item = (&'static str, State)> {
    let coded = SHORT_CODES
        .iter()
        .filter_map(|(code, sign)| SIGNS.iter().find(|(shown, _)| shown == sign).map(|(_, state)| (*code, *state)));
    SIGNS.iter().copied().chain(coded)
}

/// Pictures of a calendar or a building site stand over schedules and set-ups, whatever their state.
pub(super) fn decorates_headings(sign: &str) -> bool {
    sign.starts_with(['📅', '🏗', '🔸', '🔶'])
}

fn is_colour(sign: &str) -> bool {
    "🟢🟡🟠🔴🟩🟨🟧🟥⚪".contains(sign) || sign.ends_with("_circle:")
}

/// `(…)` at the end of a text.
fn split_remark(text: &str) -> (&str, &str) {
    let closing = text.ends_with([')', '）']);
    match text.rfind(['(', '（']).filter(|_| closing) {
        Some(at) => text.split_at(at),
        None => (text, ""),
    }
}

fn sign(text: &str) -> Option<Sign> {
    let (written, state) = all_signs().filter(|(sign, _)| text.starts_with(sign)).max_by_key(|(sign, _)| sign.len())?;
    let rest = &text[written.len()..];
    let joined = rest.len() - rest.trim_start_matches(['\u{fe0f}', '\u{fe0e}']).len();
    Some(Sign {
        state,
        written: text[..written.len() + joined].to_owned(),
        length: written.len() + joined,
        boxed: false,
        colour: is_colour(written),
    })
}

/// `[x]`, `[ ]`, `[  ]`, `[✅]`, `[~]`, followed by white space or the end.
fn boxed(text: &str) -> Option<Sign> {
    let inside = text.strip_prefix('[')?;
    let end = inside.find(']').filter(|end| *end <= 12)?;
    let (content, rest) = (&inside[..end], &inside[end + 1..]);
    // `[ ]* write more tests`: some planning tools mark optional tasks so.
    let starred = usize::from(rest.starts_with("* "));
    if starred == 0 && !rest.is_empty() && !rest.starts_with(char::is_whitespace) {
        return None;
    }
    let content = content.trim();
    let state = match content {
        "" => Missing,
        "x" | "X" | "х" | "Х" | "v" | "V" => Done,
        "~" | "/" | "-" | "o" | "." => Partial,
        "!" => Missing,
        _ => sign(content).filter(|sign| sign.length == content.len())?.state,
    };
    let length = end + 2 + starred;
    Some(Sign { state, written: text[..end + 2].to_owned(), length, boxed: true, colour: false })
}

struct StateWords {
    by_phrase: HashMap<&'static str, State>,
    longest: usize,
}

static WORDS: LazyLock<StateWords> = LazyLock::new(|| {
    let by_phrase: HashMap<_, _> = states().collect();
    let longest = by_phrase.keys().map(|phrase| phrase.chars().count()).max().unwrap_or(0);
    StateWords { by_phrase, longest }
});

/// The state that a text starts with (`Done`, `In Progress (70 %)`), and the bytes of the words.
pub(super) fn word_at_start(text: &str) -> Option<(State, usize)> {
    let trimmed = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let skipped = text.len() - trimmed.len();
    let ends: Vec<usize> = trimmed.char_indices().map(|(at, c)| at + c.len_utf8()).take(WORDS.longest).collect();
    ends.into_iter().rev().find_map(|end| {
        let whole = ends_a_word(trimmed, end);
        let phrase = trimmed[..end].to_lowercase();
        whole.then(|| WORDS.by_phrase.get(phrase.as_str()).map(|state| (*state, skipped + end))).flatten()
    })
}

/// The state that a whole text says, and nothing else: `Missing`, `(DONE)`.
pub(super) fn word_alone(text: &str) -> Option<State> {
    let trimmed = text.trim_matches(|c: char| !c.is_alphanumeric() && c != '?');
    WORDS.by_phrase.get(trimmed.to_lowercase().as_str()).copied()
}

/// A state word that ends a heading after a dash, a colon, an opening bracket or a picture: where the separator starts, and
/// the words.
pub(super) fn state_at_end(text: &str) -> Option<(usize, &str)> {
    let picture = text.char_indices().rfind(|(_, c)| is_picture(*c)).map(|(at, c)| (at, at + c.len_utf8()));
    let bracket = text.char_indices().rfind(|(_, c)| matches!(c, '(' | '（')).map(|(at, c)| (at, at + c.len_utf8()));
    let separators = [" - ", " – ", " — ", ": ", "："];
    let spaced = separators.iter().filter_map(|mark| text.rfind(mark).map(|at| (at, at + mark.len()))).max();
    let candidates = [picture, bracket, spaced].into_iter().flatten();
    let ends = candidates.filter_map(|(start, end)| text.get(end..).map(|ending| (start, ending)));
    ends.into_iter().find(|(_, ending)| word_alone(ending).is_some())
}

/// The state that the words of a value say together, wherever they stand: `backend ready, frontend in progress` is partial.
/// Answers (`yes`, `none`) say nothing there: only alone they answer the key.
pub(super) fn words_within(text: &str) -> Option<(State, std::ops::Range<usize>)> {
    let mut found: Vec<(State, std::ops::Range<usize>)> = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let next = rest.chars().next().map_or(1, char::len_utf8);
        let starts = text[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() || is_unspaced(c));
        let said = word_at_start(rest).filter(|(_, length)| {
            let phrase = rest[..*length].to_lowercase();
            let ends = phrase.chars().next_back().is_none_or(|c| !is_unspaced(c))
                || rest[*length..].chars().next().is_none_or(|c| !c.is_alphanumeric());
            starts && ends && rest.starts_with(char::is_alphanumeric) && !states_no_more_than_an_answer(&phrase)
        });
        match said {
            Some((state, length)) => {
                found.push((state, at..at + length));
                at += length;
            }
            None => at += next,
        }
    }
    let (first, place) = found.first()?.clone();
    let mixed = found.iter().any(|(state, _)| *state != first);
    Some((if mixed { Partial } else { first }, place))
}

/// `yes`, `none`, `open` and the like, which after a key that is no `Status` answer or describe.
pub(super) fn states_no_more_than_an_answer(phrase: &str) -> bool {
    static ANSWERS: LazyLock<Vec<&str>> = LazyLock::new(|| super::words::list("answer"));
    ANSWERS.contains(&phrase)
}

/// Scripts without spaces end a word anywhere.
fn ends_a_word(text: &str, end: usize) -> bool {
    let last = text[..end].chars().next_back();
    let next = text[end..].chars().next();
    match (last, next) {
        (Some(last), Some(next)) => !next.is_alphanumeric() || is_unspaced(last),
        _ => true,
    }
}

/// Kana, Chinese characters and Hangul.
fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c), 0x3040..=0x30ff | 0x3400..=0x9fff | 0xac00..=0xd7af)
}

/// The state of a cell or of what stands after `Status:`: a sign, else a word at the start.
pub(super) fn state_of(value: &str) -> Option<(State, String)> {
    if let Some(sign) = leading(value) {
        return Some((sign.state, sign.written));
    }
    if let Some((state, length)) = word_at_start(value) {
        return Some((state, value[..length].trim().to_owned()));
    }
    anywhere(value).map(|sign| (sign.state, sign.written))
}

/// A text without the signs that decorate it: emoji, arrows and pictures at both ends.
pub(super) fn without_signs(text: &str) -> String {
    let decoration = |c: char| c.is_whitespace() || is_picture(c);
    let mut trimmed = text.trim_matches(decoration);
    for (code, _) in SHORT_CODES {
        trimmed = trimmed.trim_start_matches(code).trim_end_matches(code).trim_matches(decoration);
    }
    trimmed.to_owned()
}

/// Emoji and the like, with what joins them.
pub(super) fn is_picture(c: char) -> bool {
    matches!(u32::from(c), 0x1f000..=0x1faff | 0x2600..=0x27bf | 0x2b00..=0x2bff | 0x25a0..=0x25ff | 0xfe0e | 0xfe0f | 0x200d | 0x20e3 | 0x23e9..=0x23fa | 0x231a | 0x231b)
}

/// A dropped item says so.
pub(super) fn dropped(sign: &Sign, struck: bool) -> State {
    if struck && sign.state != Done { NotApplicable } else { sign.state }
}
