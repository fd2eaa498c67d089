//! The groups of checks as a tree: which there are, in which order, and what each of them says. Scores are the work of
//! `score`; what a report draws of them is the report's.

use std::collections::BTreeMap;

use super::assemble::{hundredths, roll_up};
use crate::model::Exact;
use crate::model::outline::Judged;
use crate::model::report::RollUp;
use crate::plan::Plan;
use crate::score::{self, Scored};

/// Between the names of a group and of the group above it.
const BELOW: &str = " / ";

/// Every group and every group above it, each before those below it: numbered ones (`Phase A`, `Task 10`) by their
/// numbers, others in the order they first appear.
pub(super) fn groups(plan: &Plan, judged: &[Judged], scored: &Scored) -> Vec<RollUp> {
    let of: Vec<Option<String>> = plan.checks.iter().map(|check| check.group.as_deref().map(normal)).collect();
    let members = |name: &str| -> Vec<usize> {
        let inside =
            |group: &str| group.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(BELOW));
        (0..judged.len()).filter(|index| of[*index].as_deref().is_some_and(inside)).collect()
    };
    let group = |name: &String| {
        let members = members(name);
        let lacks_pct = lacks(plan, judged, scored, &members);
        RollUp { lacks_pct, ..roll_up(plan, judged, name, name, &members, shares(plan, &members)) }
    };
    in_order(of.iter().flatten().map(String::as_str)).iter().map(group).collect()
}

/// `a/b` as `a / b`.
fn normal(group: &str) -> String {
    group.split('/').map(str::trim).collect::<Vec<_>>().join(BELOW)
}

fn in_order<'a>(groups: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for group in groups {
        let ends = group.match_indices(BELOW).map(|(end, _)| end).chain([group.len()]);
        for name in ends.map(|end| &group[..end]) {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    }
    let places = places(&names);
    names.sort_by_key(|name| places[name].clone());
    names
}

/// Of each name its place among its siblings, behind those of the groups above it, which are before it in `names`.
fn places(names: &[String]) -> BTreeMap<String, Vec<usize>> {
    let mut siblings: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for name in names {
        siblings.entry(above(name)).or_default().push(name);
    }
    for names in siblings.values_mut() {
        let numbers: Option<Vec<_>> = names.iter().map(|name| number(name)).collect();
        if numbers.is_some_and(|numbers| numbers.windows(2).all(|pair| pair[0].0 == pair[1].0)) {
            names.sort_by_key(|name| number(name));
        }
    }
    let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for name in names {
        let among = siblings[above(name)].iter().position(|sibling| sibling == name).unwrap_or_default();
        let mut place = places.get(above(name)).cloned().unwrap_or_default();
        place.push(among);
        places.insert(name.clone(), place);
    }
    places
}

/// The name of the group above; empty at the top.
fn above(name: &str) -> &str {
    name.rsplit_once(BELOW).map_or("", |(above, _)| above)
}

/// `Task` and 10 of `Phase A / Task 10: storage`; of a letter its place in the alphabet.
fn number(name: &str) -> Option<(&str, u32)> {
    let own = name.rsplit_once(BELOW).map_or(name, |(_, own)| own);
    let (word, rest) = own.split_once(' ')?;
    let label = rest.split([' ', ':', '.', ')']).next()?;
    let number = match label.as_bytes() {
        [letter @ b'A'..=b'Z'] => Some(u32::from(*letter)),
        _ => label.parse().ok(),
    };
    Some((word, number?))
}

/// What the checks' shares add up to, in percent: a rule gives its share once, however many instances it has.
fn shares(plan: &Plan, members: &[usize]) -> Option<f64> {
    let checks = members.iter().map(|index| &plan.checks[*index]);
    let given = checks.filter_map(|check| Some((check.rule.as_str(), check.share_pct.clone()?)));
    let given: BTreeMap<&str, Exact> = given.collect();
    (!given.is_empty()).then(|| hundredths(&given.into_values().sum()))
}

/// What is missing of the area in these checks, in percent; none where they lie in several areas or it has no score.
fn lacks(plan: &Plan, judged: &[Judged], scored: &Scored, members: &[usize]) -> Option<f64> {
    let area_of = |member: &usize| plan.outline.checks.get(*member).map(|check| check.area);
    let area = members.first().and_then(area_of)?;
    if members.iter().any(|member| area_of(member) != Some(area)) {
        return None;
    }
    let area = scored.areas.get(area).filter(|area| area.score.is_some())?;
    let lacking = score::lacking(&plan.outline, judged, members.iter().copied());
    lacking.checked_div(&area.applicable).map(|share| hundredths(&(&share * &Exact::whole(100))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered(groups: &[&str]) -> Vec<String> {
        in_order(groups.iter().copied())
    }

    #[test]
    fn a_group_stands_before_those_below_it_and_they_stand_together() {
        let groups = ["Testing / Unit", "Deployment", "Testing / End to end"];
        assert_eq!(ordered(&groups), ["Testing", "Testing / Unit", "Testing / End to end", "Deployment"]);
    }

    #[test]
    fn numbered_groups_are_in_the_order_of_their_numbers() {
        let groups = ["Phase B / Task 10: files", "Phase A / Task 2", "Phase B / Task 9", "Phase A / Task 1: tests"];
        let expected = [
            "Phase A",
            "Phase A / Task 1: tests",
            "Phase A / Task 2",
            "Phase B",
            "Phase B / Task 9",
            "Phase B / Task 10: files",
        ];
        assert_eq!(ordered(&groups), expected);
    }

    #[test]
    fn a_group_without_a_number_among_them_leaves_all_in_the_order_of_the_plan() {
        assert_eq!(ordered(&["Task 2", "Launch", "Task 1"]), ["Task 2", "Launch", "Task 1"]);
        assert_eq!(ordered(&["Task 2", "Step 1"]), ["Task 2", "Step 1"]);
    }
}
