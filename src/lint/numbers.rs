//! Numbers of a document: how they are shown, their mean and their distance. Exact, and rounded once when shown.

use crate::model::Exact;

/// A number as a person writes it: exact up to two decimals, else rounded to two.
pub(super) fn shown(number: &Exact) -> String {
    let text = number.exact_decimal(2).unwrap_or_else(|| number.round_fixed(2));
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// The mean of some numbers; `None` of none.
pub(super) fn mean(numbers: &[Exact]) -> Option<Exact> {
    let count = Exact::whole(i64::try_from(numbers.len()).ok()?);
    numbers.iter().cloned().sum::<Exact>().checked_div(&count)
}

/// `60 + 10 + 30`
pub(super) fn plus(numbers: &[Exact]) -> String {
    numbers.iter().map(shown).collect::<Vec<_>>().join(" + ")
}

/// The distance between two numbers.
pub(super) fn distance(one: &Exact, other: &Exact) -> Exact {
    let difference = one.clone() - other.clone();
    if difference.is_negative() { Exact::zero() - difference } else { difference }
}
