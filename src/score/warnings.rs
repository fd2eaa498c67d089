//! What `validate` says about weights before anything is judged: scores that hang on a single check.

use super::results::carries_weight;
use super::weigh::{Seen, areas, fraction, holdings};
use super::wording::pct;
use crate::model::outline::{CheckOutline, Outline};
use crate::model::{Outcome, Place};

/// One check that holds more than a quarter of the overall score, and areas that rest on a single check; each with the
/// place of that check.
pub fn warnings(outline: &Outline) -> Vec<(Place, String)> {
    let everything_applies = vec![Seen { outcome: Outcome::Unknown, credit_ppm: 0 }; outline.checks.len()];
    let sums = areas(outline, &everything_applies);
    let quarter = fraction(1, 4);
    let mut warnings = Vec::new();
    for (check, held) in outline.checks.iter().zip(holdings(outline, &sums, &everything_applies)) {
        if held > quarter {
            let text = format!("`{}` alone holds {} % of the overall score", check.id, pct(&held));
            warnings.push((check.place.clone(), text));
        }
        if let Some(area) = rests_on(outline, check) {
            warnings.push((check.place.clone(), format!("area `{area}` rests on `{}` alone", check.id)));
        }
    }
    warnings
}

/// The area in which this check is the only one with a weight.
fn rests_on<'a>(outline: &'a Outline, check: &CheckOutline) -> Option<&'a str> {
    let area = outline.areas.get(check.area).filter(|area| area.weight > 0)?;
    let weighty = outline.checks.iter().filter(|other| other.area == check.area && carries_weight(other));
    (carries_weight(check) && weighty.count() == 1).then_some(area.id.as_str())
}

#[cfg(test)]
mod tests {
    use super::warnings;
    use crate::model::Outcome::Pass;
    use crate::model::Severity::{Blocker, Low, Medium};
    use crate::model::outline::Standing;
    use crate::score::tests::Plan;

    #[test]
    fn a_check_that_holds_more_than_a_quarter_and_a_lonely_one_are_named() {
        let mut plan = Plan::new().area("a", 1).check("lonely", Low, Pass).area("b", 3).check("heavy", Blocker, Pass);
        for id in ["x", "y", "z", "w"] {
            plan = plan.check(id, Medium, Pass);
        }
        let texts: Vec<String> = warnings(&plan.outline).into_iter().map(|(_, text)| text).collect();
        assert_eq!(texts, ["area `a` rests on `lonely` alone", "`heavy` alone holds 37.5 % of the overall score"]);
    }

    #[test]
    fn what_is_not_scored_is_not_warned_about() {
        let plan =
            Plan::new().area("a", 1).check("x", Blocker, Pass).with(|check, _| check.standing = Standing::Announced);
        assert!(warnings(&plan.outline).is_empty());
    }
}
