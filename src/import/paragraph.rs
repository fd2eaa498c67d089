//! Lines of a paragraph: which of them run on, and which stand alone as entries. Leaves Markdown to `blocks`.

use super::inline::Inline;
use super::mark;

/// One physical line of a paragraph.
pub(super) struct Piece {
    pub(super) text: Inline,
    /// The line before ended in a forced break.
    pub(super) forced: bool,
}

/// Joins the lines of a paragraph that one sentence runs over; a line that starts like an entry stands alone.
pub(super) fn sentences(pieces: Vec<Piece>) -> Vec<Inline> {
    let mut joined: Vec<Inline> = Vec::new();
    for piece in pieces.into_iter().filter(|piece| !piece.text.is_blank()) {
        let alone = piece.forced || starts_an_entry(&piece.text);
        match joined.last_mut().filter(|_| !alone) {
            Some(last) => last.join(piece.text),
            None => joined.push(piece.text),
        }
    }
    joined
}

/// `3. ` at the start.
pub(super) fn loose_number(text: &str) -> Option<u64> {
    let (number, rest) = text.trim_start().split_once(['.', ')'])?;
    number.parse().ok().filter(|number| *number < 1000 && rest.starts_with(' '))
}

/// Strong words, a sign, a number, a box or `Key:` at the start.
fn starts_an_entry(text: &Inline) -> bool {
    let first = text.spans.iter().find(|span| !span.text.trim().is_empty());
    let plain = text.text();
    let marked = mark::leading(&plain).is_some() || loose_number(&plain).is_some();
    first.is_some_and(|span| span.strong) || marked || starts_with_key(&plain)
}

/// `Word word: …` with at most four words before the colon.
fn starts_with_key(text: &str) -> bool {
    let Some(at) = text.find([':', '：']) else { return false };
    let (key, rest) = (&text[..at], &text[at..]);
    let spaced = rest.chars().nth(1).is_none_or(char::is_whitespace) || rest.starts_with('：');
    spaced && key.chars().next().is_some_and(char::is_uppercase) && key.split_whitespace().count() <= 4
}
