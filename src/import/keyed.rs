//! States after a key: `Status: in progress`, `Statut du projet : terminé`, `Security check: PASS`. Marks without a key are
//! left to `mark`.

use std::ops::Range;

use super::read::tidy;
use super::words::{self, Column};
use super::{mark, priority};
use crate::model::statement::State;

/// `Status: In Progress` and the like: the state, the words, their place. In a line of several keys
/// (`**Version:** 2 | **Status:** active`) the first that names a state.
pub(super) fn status(text: &str) -> Option<(State, String, Range<usize>)> {
    if offers_a_choice(text) {
        return None;
    }
    let mut starts = vec![0];
    starts.extend(
        [" | ", " · ", " • "].iter().flat_map(|mark| text.match_indices(mark).map(|(at, mark)| at + mark.len())),
    );
    starts.sort_unstable();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let parts = starts
        .iter()
        .copied()
        .zip(ends)
        .map(|(start, end)| (start, text[start..end].trim_end_matches([' ', '|', '·', '•'])));
    let found = parts.take(10).find_map(|(start, part)| state_after_key(part).map(|found| (start, found)));
    found.map(|(start, (state, sign, at))| (state, sign, start + at.start..start + at.end))
}

/// `Status: ⬜ open | ⏳ in work | ✅ done`: the marks to choose from, not the one that was chosen.
pub(super) fn offers_a_choice(text: &str) -> bool {
    let value = text.find([':', '：']).map_or(text, |colon| &text[colon..]);
    let parts: Vec<&str> =
        value.split(['|', '/', '｜']).map(|part| part.trim_start_matches([':', '：', ' ', '*', '\u{fe0f}'])).collect();
    let states: Vec<State> = parts.iter().filter_map(|part| mark::leading(part)).map(|sign| sign.state).collect();
    parts.len() >= 2 && states.len() == parts.len() && states.windows(2).any(|pair| pair[0] != pair[1])
}

/// Longest value of a key `Status` in which words are looked for: what is longer tells a story.
const LONGEST_STATE: usize = 80;

fn state_after_key(text: &str) -> Option<(State, String, Range<usize>)> {
    let colon = text.find([':', '：'])?;
    let key = tidy(&text[..colon]).to_lowercase();
    let last = key.rsplit(['-', '–', '—']).next().unwrap_or(&key).trim();
    let is_key = words::names(Column::State, &key) || words::names(Column::State, last) || ends_in_status(&key);
    let start = colon + text[colon..].chars().next().map_or(1, char::len_utf8);
    let value = &text[start..];
    if !is_key
        || value.trim().is_empty()
        || priority::level(&mark::without_signs(value)).is_some_and(|_| mark::word_alone(value).is_none())
    {
        return None;
    }
    let short = value.chars().count() <= LONGEST_STATE && !value.contains(['%', '％', '٪']);
    let said = mark::state_of(value).or_else(|| {
        let (state, at) = mark::words_within(value).filter(|_| short)?;
        Some((state, value[at].to_owned()))
    });
    let (state, sign) = said?;
    Some((state, sign.trim().to_owned(), start..text.len()))
}

/// `Deploy status`, `Statut du projet`, `Proje durumu`: a key that is a state column with more words around it.
fn ends_in_status(key: &str) -> bool {
    let words: Vec<&str> = key.split_whitespace().collect();
    let names = |word: Option<&&str>| {
        word.is_some_and(|word| {
            ["status", "statut", "estado", "stato", "статус", "стан", "durumu", "状态", "상태", "trạng"].contains(word)
        })
    };
    (2..=4).contains(&words.len()) && (names(words.last()) || names(words.first()))
}

/// `**Security check**: PASS (no open findings)`, `Speech scoring — pending (§12)`: after any key a state word that is more
/// than an answer, alone or before a remark.
pub(super) fn verdict(text: &str) -> Option<(State, String, Range<usize>)> {
    let separators = [":", "：", " — ", " – ", " - "];
    separators.iter().filter_map(|mark| Some(text.find(mark)? + mark.len())).find_map(|start| verdict_from(text, start))
}

fn verdict_from(text: &str, start: usize) -> Option<(State, String, Range<usize>)> {
    let value = text.get(start..).filter(|_| start <= 80)?;
    let (state, length) = mark::word_at_start(value)?;
    let phrase = value[..length].trim().trim_start_matches(|c: char| !c.is_alphanumeric());
    let rest = value[length..].trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '.' | '!'));
    let compound = value[length..].starts_with('-');
    let ends = rest.is_empty() || rest.starts_with(['(', '（', '-', '–', '—', '✅']) || mark::leading(rest).is_some();
    let telling = !mark::states_no_more_than_an_answer(&phrase.to_lowercase());
    let key = tidy(text[..start].trim_end_matches([' ', ':', '：', '—', '–', '-']));
    let keyed = key.chars().any(char::is_alphabetic) && key.chars().count() <= 60;
    let exclaims = !text[..start].contains([':', '：']) && value.contains('!');
    (ends && !compound && !exclaims && telling && keyed).then(|| (state, phrase.to_owned(), start..start + length))
}
