//! What coverage earns: all lines, those that changed, and how much of the code was measured at all (catalogue,
//! tests/coverage).

use super::Params;
use super::measured::Share;
use crate::model::{Exact, Problems};
use crate::yaml::Spanned;

/// Fewer changed lines say nothing about how changes are tested.
const LEAST_CHANGED: u64 = 20;

/// What is wanted, in percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    line: u8,
    floor: u8,
    changed: u8,
}

/// What the parameters want.
pub(super) fn wanted(params: &Params, problems: &mut Problems) -> Wanted {
    let mut percent = |given: Option<&Spanned<u8>>, usual: u8| {
        let Some(given) = given else { return usual };
        if given.value > 100 {
            let problem = given.span.problem(format!("`{}` is no percentage", given.value));
            problems.push(problem.help("write a whole number from 0 to 100"));
        }
        given.value
    };
    let (line, floor) = (percent(params.line_min.as_ref(), 80), percent(params.floor.as_ref(), 40));
    let changed = percent(params.changed_min.as_ref(), 80);
    if let Some(given) = params.floor.as_ref().or(params.line_min.as_ref())
        && floor >= line
    {
        let problem = given.span.problem(format!("`floor` is {floor} and `line_min` is {line}"));
        problems.push(problem.help("the floor lies below what is wanted"));
    }
    Wanted { line, floor, changed }
}

impl Wanted {
    /// The share of the lines that earns all.
    pub(super) fn line_share(self) -> Exact {
        Exact::ratio(self.line, 100_u8).unwrap_or_else(Exact::one)
    }

    /// Changed lines that had to be executed as well; 0 where there are too few to ask.
    pub(super) fn short(self, changed: Share) -> u64 {
        if !asks(changed) {
            return 0;
        }
        let needed = (changed.total * u64::from(self.changed)).div_ceil(100);
        needed.saturating_sub(changed.covered)
    }

    /// The credit; `changed` where git knows what changed.
    pub(super) fn credit(self, lines: Share, changed: Option<Share>, reported: Share) -> Option<Exact> {
        let part = |share: Share, from: u8, to: u8| {
            let (from, to) = (Exact::ratio(from, 100_u8)?, Exact::ratio(to, 100_u8)?);
            let reach = &to - &from;
            if reach.is_zero() {
                return Some(Exact::one());
            }
            let part = (&share.ratio()? - &from).checked_div(&reach)?;
            Some(part.max(Exact::zero()).min(Exact::one()))
        };
        let all = part(lines, self.floor, self.line)?;
        let changed = changed.filter(|changed| asks(*changed));
        let changed = changed.and_then(|changed| part(changed, 0, self.changed)).unwrap_or_else(Exact::one);
        let measured = reported.ratio().unwrap_or_else(Exact::one);
        Some(&all.min(changed) * &measured)
    }
}

/// Whether so many lines changed that their share means something.
pub(super) fn asks(changed: Share) -> bool {
    changed.total >= LEAST_CHANGED
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const USUAL: Wanted = Wanted { line: 80, floor: 40, changed: 80 };

    fn of(covered: u64, total: u64) -> Share {
        Share { covered, total }
    }

    #[test]
    fn the_worse_of_all_lines_and_changed_ones_counts_as_far_as_the_code_was_measured() {
        let credit = |lines, changed, reported| USUAL.credit(lines, changed, reported).unwrap().to_string();
        assert_eq!(credit(of(60, 100), None, of(4, 4)), "1/2");
        assert_eq!(credit(of(90, 100), Some(of(10, 20)), of(4, 4)), "5/8");
        assert_eq!(credit(of(90, 100), Some(of(0, 19)), of(61, 140)), "61/140");
        assert_eq!(credit(of(30, 100), None, of(4, 4)), "0");
    }

    #[test]
    fn few_changed_lines_are_not_asked_about() {
        assert_eq!((USUAL.short(of(0, 19)), USUAL.short(of(15, 20)), USUAL.short(of(16, 20))), (0, 1, 0));
    }
}
