//! Weights, credits and their means: the numbers of a result, exact. What they mean for the verdict is left to
//! `decide`, how they are worded to `wording`.

use crate::model::outline::{AreaOutline, CheckOutline, Judged, Outline, Standing};
use crate::model::report::{Counts, Points, Score, Share};
use crate::model::{Exact, Grade, Outcome, Severity};

/// Credit of a pass, in millionths.
pub(super) const FULL_CREDIT: u32 = 1_000_000;

/// A score: an interval, because what was not observed may turn out either way. Fractions of 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Unknown and blocked checks earn nothing.
    pub proven: Exact,
    /// Unknown and blocked checks earn all.
    pub possible: Exact,
    /// Share of weight whose outcome is known.
    pub measured: Exact,
}

impl Interval {
    /// The same for the report, beside what a document claims (in percent).
    pub fn to_report(&self, claimed: Option<f64>) -> Score {
        Score { proven: share(&self.proven), possible: share(&self.possible), measured: share(&self.measured), claimed }
    }
}

/// An area's sums, in units of weight, and its score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AreaScored {
    /// Σ weight·credit, with credit from 0 to 1.
    pub earned: Exact,
    /// Σ weight of what is unknown or blocked.
    pub open: Exact,
    /// Σ weight of all that applies.
    pub applicable: Exact,
    /// `None` when nothing in it applies or when it was only partly selected.
    pub score: Option<Interval>,
}

/// A check's part in the score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckScored {
    /// Weight in its area; 0 when it is announced, a prerequisite, or disabled.
    pub weight: Exact,
    /// Points of the overall score; `None` without an overall score or where the check is not scored.
    pub points: Option<ExactPoints>,
    /// For an announced check: points the proven overall score would lose if it were enforced today (below 0: gain).
    pub would_cost: Option<Exact>,
}

/// Points of the overall score in percentage points, exact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExactPoints {
    /// Earned.
    pub got: Exact,
    /// Lost by a failure; nothing is lost yet by what is unknown or blocked.
    pub lost: Exact,
    /// What a pass earns.
    pub possible: Exact,
}

impl ExactPoints {
    /// The same for the report: floored to 0.01.
    pub fn to_report(&self) -> Points {
        Points { got: hundredths(&self.got), lost: hundredths(&self.lost), possible: hundredths(&self.possible) }
    }
}

/// A share of 1 as the report shows it: percent floored to 0.01, beside the reduced fraction.
pub fn share(fraction: &Exact) -> Share {
    Share { value: hundredths(&percent(fraction)), exact: fraction.to_string() }
}

/// A number floored to 0.01.
pub(super) fn hundredths(number: &Exact) -> f64 {
    // The text is a plain decimal, so reading it back cannot fail; a NaN would show if it ever did.
    number.floor_fixed(2).parse().unwrap_or(f64::NAN)
}

/// A fraction of 1 in percent.
pub(super) fn percent(fraction: &Exact) -> Exact {
    fraction * &Exact::whole(100)
}

/// `numerator / denominator` for a denominator that is never 0.
pub(super) fn fraction(numerator: u32, denominator: u32) -> Exact {
    Exact::ratio(numerator, denominator.max(1)).expect("a denominator of at least 1 is not zero")
}

/// What scoring looks at in one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) outcome: Outcome,
    pub(super) credit_ppm: u32,
}

impl Seen {
    /// What is seen of a check when evidence below `least` counts as unknown.
    pub(super) fn of(judged: Option<&Judged>, least: Option<Grade>) -> Seen {
        let Some(judged) = judged else { return Seen { outcome: Outcome::Unknown, credit_ppm: 0 } };
        let too_weak = judged.outcome.is_known() && least.is_some_and(|least| judged.grade < Some(least));
        match judged.outcome {
            Outcome::Pass | Outcome::Fail if too_weak => Seen { outcome: Outcome::Unknown, credit_ppm: 0 },
            Outcome::Pass => Seen { outcome: Outcome::Pass, credit_ppm: FULL_CREDIT },
            // A failed check never earns all of its weight.
            Outcome::Fail => Seen { outcome: Outcome::Fail, credit_ppm: judged.credit_ppm.min(FULL_CREDIT - 1) },
            outcome @ (Outcome::Unknown | Outcome::Blocked | Outcome::NotApplicable) => Seen { outcome, credit_ppm: 0 },
        }
    }

    pub(super) fn credit(self) -> Exact {
        fraction(self.credit_ppm, FULL_CREDIT)
    }

    /// It applies, but nobody knows yet.
    pub(super) fn is_open(self) -> bool {
        matches!(self.outcome, Outcome::Unknown | Outcome::Blocked)
    }
}

/// Weight of a check in its area: its share of the rule's weight, 0 unless it is enforced.
pub(super) fn weight_of(check: &CheckOutline) -> Exact {
    match check.standing {
        Standing::Enforced => fraction(check.weight, check.share_of),
        Standing::Announced | Standing::Prerequisite | Standing::Disabled => Exact::zero(),
    }
}

/// Sums of weight over any set of checks.
#[derive(Clone, Debug)]
pub(super) struct Sums {
    earned: Exact,
    open: Exact,
    applicable: Exact,
}

impl Sums {
    pub(super) fn new() -> Sums {
        Sums { earned: Exact::zero(), open: Exact::zero(), applicable: Exact::zero() }
    }

    pub(super) fn add(&mut self, weight: &Exact, seen: Seen) {
        if seen.outcome == Outcome::NotApplicable || weight.is_zero() {
            return;
        }
        self.applicable = &self.applicable + weight;
        if seen.is_open() {
            self.open = &self.open + weight;
        } else {
            self.earned = &self.earned + &(weight * &seen.credit());
        }
    }

    /// Earned, open and applicable weight.
    pub(super) fn parts(&self) -> (&Exact, &Exact, &Exact) {
        (&self.earned, &self.open, &self.applicable)
    }

    /// `None` when nothing applies.
    pub(super) fn interval(&self) -> Option<Interval> {
        Some(Interval {
            proven: self.earned.checked_div(&self.applicable)?,
            possible: (&self.earned + &self.open).checked_div(&self.applicable)?,
            measured: (&self.applicable - &self.open).checked_div(&self.applicable)?,
        })
    }

    fn into_area(self, area: &AreaOutline, selection: bool) -> AreaScored {
        let shown = !selection || area.wholly_selected;
        let score = if shown { self.interval() } else { None };
        AreaScored { earned: self.earned, open: self.open, applicable: self.applicable, score }
    }
}

/// Sums of each area, in the outline's order.
pub(super) fn areas(outline: &Outline, seen: &[Seen]) -> Vec<AreaScored> {
    let mut sums = vec![Sums::new(); outline.areas.len()];
    for (check, seen) in outline.checks.iter().zip(seen) {
        if let Some(sums) = sums.get_mut(check.area) {
            sums.add(&weight_of(check), *seen);
        }
    }
    let selection = outline.rules.selection;
    sums.into_iter().zip(&outline.areas).map(|(sums, area)| sums.into_area(area, selection)).collect()
}

/// The weighted mean of the areas that have a score; `None` under a selection, or when none has one.
pub(super) fn overall(outline: &Outline, areas: &[AreaScored]) -> Option<Interval> {
    if outline.rules.selection {
        return None;
    }
    let scored =
        || outline.areas.iter().zip(areas).filter_map(|(area, sums)| Some((area.weight, sums.score.as_ref()?)));
    let total: Exact = scored().map(|(weight, _)| Exact::whole(weight)).sum();
    let mean = |of: fn(&Interval) -> &Exact| {
        let sum: Exact = scored().map(|(weight, score)| &Exact::whole(weight) * of(score)).sum();
        sum.checked_div(&total)
    };
    Some(Interval {
        proven: mean(|score| &score.proven)?,
        possible: mean(|score| &score.possible)?,
        measured: mean(|score| &score.measured)?,
    })
}

/// The part of the overall score that each check holds, in the outline's order: `W/ΣW · w/Σw`, 0 where it has none.
pub(super) fn holdings(outline: &Outline, areas: &[AreaScored], seen: &[Seen]) -> Vec<Exact> {
    let scored = outline.areas.iter().zip(areas).filter(|(_, sums)| sums.score.is_some());
    let total: Exact = scored.map(|(area, _)| Exact::whole(area.weight)).sum();
    let of_area = |index: usize| {
        let (area, sums) = (outline.areas.get(index)?, areas.get(index)?);
        let part = Exact::whole(area.weight).checked_div(&total)?;
        part.checked_div(&sums.applicable)
    };
    let per_weight: Vec<Option<Exact>> = (0..outline.areas.len()).map(of_area).collect();
    let holding = |(check, seen): (&CheckOutline, &Seen)| {
        let per_weight = per_weight.get(check.area).and_then(Option::as_ref);
        match per_weight {
            Some(per_weight) if seen.outcome != Outcome::NotApplicable => &weight_of(check) * per_weight,
            Some(_) | None => Exact::zero(),
        }
    };
    outline.checks.iter().zip(seen).map(holding).collect()
}

/// Each check's weight and points.
pub(super) fn checks(
    outline: &Outline,
    seen: &[Seen],
    holdings: &[Exact],
    (areas, overall): (&[AreaScored], Option<&Interval>),
) -> Vec<CheckScored> {
    let one = |((check, seen), holding): ((&CheckOutline, &Seen), &Exact)| {
        let weight = weight_of(check);
        let scored = overall.is_some() && !weight.is_zero() && seen.outcome != Outcome::NotApplicable;
        let points = scored.then(|| {
            let possible = percent(holding);
            let got = &possible * &seen.credit();
            let lost = if seen.is_open() { Exact::zero() } else { &possible - &got };
            ExactPoints { got, lost, possible }
        });
        CheckScored { weight, points, would_cost: would_cost(outline, check, *seen, areas, overall) }
    };
    outline.checks.iter().zip(seen).zip(holdings).map(one).collect()
}

fn would_cost(
    outline: &Outline,
    check: &CheckOutline,
    seen: Seen,
    areas: &[AreaScored],
    now: Option<&Interval>,
) -> Option<Exact> {
    if check.standing != Standing::Announced {
        return None;
    }
    let mut areas = areas.to_vec();
    let area = areas.get_mut(check.area)?;
    let mut sums = Sums { earned: area.earned.clone(), open: area.open.clone(), applicable: area.applicable.clone() };
    sums.add(&fraction(check.weight, check.share_of), seen);
    *area = sums.into_area(outline.areas.get(check.area)?, outline.rules.selection);
    Some(percent(&(&now?.proven - &self::overall(outline, &areas)?.proven)))
}

/// The score of any set of checks across areas (a component, a group, a phase): `Σ weight·credit / Σ weight` with the
/// checks' own weights; areas play no part. `None` when nothing in it applies.
pub fn roll_up(outline: &Outline, judged: &[Judged], members: impl IntoIterator<Item = usize>) -> Option<Interval> {
    sums_of(outline, judged, members).interval()
}

/// Weight that a set of checks could earn and has not: what is missing there of the areas it lies in.
pub fn lacking(outline: &Outline, judged: &[Judged], members: impl IntoIterator<Item = usize>) -> Exact {
    let sums = sums_of(outline, judged, members);
    &sums.applicable - &sums.earned
}

fn sums_of(outline: &Outline, judged: &[Judged], members: impl IntoIterator<Item = usize>) -> Sums {
    let mut sums = Sums::new();
    for index in members {
        if let Some(check) = outline.checks.get(index) {
            sums.add(&weight_of(check), Seen::of(judged.get(index), None));
        }
    }
    sums
}

/// How many checks of a set have which outcome; announced and prerequisite ones are left out, disabled ones shown.
pub fn counts(outline: &Outline, judged: &[Judged], members: impl IntoIterator<Item = usize>) -> Counts {
    let mut counts = Counts::default();
    for index in members {
        let (Some(check), Some(judged)) = (outline.checks.get(index), judged.get(index)) else { continue };
        match check.standing {
            Standing::Announced | Standing::Prerequisite => continue,
            Standing::Disabled => {
                counts.disabled += 1;
                counts.not_applicable += 1;
                continue;
            }
            Standing::Enforced => {}
        }
        let waived = judged.waived && !outline.rules.ignore_waivers;
        match judged.outcome {
            Outcome::Pass => counts.passed += 1,
            Outcome::Unknown => counts.unknown += 1,
            Outcome::Blocked => counts.blocked += 1,
            Outcome::NotApplicable => counts.not_applicable += 1,
            Outcome::Fail => {
                counts.failed += 1;
                counts.waived += u32::from(waived);
                let blocks = judged.severity == Severity::Blocker && check.weight > 0 && !waived;
                counts.blockers += u32::from(blocks);
            }
        }
    }
    counts
}
