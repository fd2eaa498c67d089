//! Areas: those of the spec in its order, then those that packs' checks need, in catalog order.

use super::PlannedArea;
use super::brought::Brought;
use crate::catalog;
use crate::expect::units;
use crate::model::outcome::Priority;
use crate::model::outline::AreaOutline;
use crate::model::{Exact, Problems};
use crate::spec::document::{AreaDoc, Document};
use crate::yaml::{Node, Spanned};

/// Greatest weight a check or an area may have.
pub(super) const MOST_WEIGHT: u32 = 1000;

/// The spec's areas, with the catalog's title and priority where the spec gives none.
pub(super) fn of_spec(document: &Document, problems: &mut Problems) -> Vec<(AreaOutline, PlannedArea)> {
    document.areas.iter().map(|(id, area)| one(id, area, problems)).collect()
}

fn one(id: &str, area: &Spanned<AreaDoc>, problems: &mut Problems) -> (AreaOutline, PlannedArea) {
    let simple = id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !simple || !id.starts_with(|c: char| c.is_ascii_lowercase()) {
        let message = format!("`{id}` is not an area id: lower case letters, digits and `-`, a letter first");
        problems.push(area.span.problem(message).help(format!("write `{}`", super::id::slug(id).replace('/', "-"))));
    }
    let default = catalog::areas().iter().find(|default| default.id == id);
    let priority = area.priority.or(default.map(|default| default.priority)).unwrap_or_default();
    let weight = area.weight.as_ref().map_or(priority.weight(), |weight| within(weight, problems));
    let title = area.title.clone().or(default.map(|default| default.title.clone())).unwrap_or_else(|| id.to_owned());
    let (claimed, claimed_text) = claim(area.claimed.as_ref());
    let min_score_pct = area.min_score.as_ref().and_then(|text| percent(text, "min_score", problems));
    let outline = AreaOutline { id: id.to_owned(), weight, min_score_pct, wholly_selected: true };
    (outline, PlannedArea { title, priority, claimed, claimed_text })
}

/// An area that only a catalog rule names.
pub(super) fn of_catalog(id: &str) -> (AreaOutline, PlannedArea) {
    let default = catalog::areas().iter().find(|default| default.id == id);
    let priority = default.map_or(Priority::Medium, |default| default.priority);
    let title = default.map_or_else(|| id.to_owned(), |default| default.title.clone());
    let outline =
        AreaOutline { id: id.to_owned(), weight: priority.weight(), min_score_pct: None, wholly_selected: true };
    (outline, PlannedArea { title, priority, claimed: None, claimed_text: None })
}

/// Area ids that brought checks need and the spec does not have, in catalog order, unknown ones last.
pub(super) fn missing(brought: &[Brought], known: &[String]) -> Vec<String> {
    let mut wanted: Vec<String> = brought.iter().filter(|rule| rule.area.is_none()).map(home).collect();
    wanted.retain(|area| !known.contains(area));
    let rank = |id: &String| catalog::areas().iter().position(|area| area.id == *id).unwrap_or(usize::MAX);
    wanted.sort_by(|a, b| rank(a).cmp(&rank(b)).then(a.cmp(b)));
    wanted.dedup();
    wanted
}

/// The area a rule says it belongs to, else its family.
pub(super) fn home(rule: &Brought) -> String {
    let stated = rule.node.get("area").and_then(Node::text).map(str::to_owned);
    stated.unwrap_or_else(|| rule.rule.split('/').next().unwrap_or(&rule.rule).to_owned())
}

/// A weight between 0 and [`MOST_WEIGHT`].
pub(super) fn within(weight: &Spanned<u32>, problems: &mut Problems) -> u32 {
    if weight.value > MOST_WEIGHT {
        problems.push(
            weight
                .span
                .problem(format!("weight {} is over {MOST_WEIGHT}", weight.value))
                .help("weights go from 0 to 1000"),
        );
    }
    weight.value.min(MOST_WEIGHT)
}

/// A percentage key.
pub(super) fn percent(text: &Spanned<String>, key: &str, problems: &mut Problems) -> Option<Exact> {
    match units::percent(text) {
        Ok(value) if value <= Exact::whole(100) && !value.is_negative() => Some(value),
        Ok(_) => {
            problems.push(
                text.span
                    .problem(format!("`{key}: {}` is not between 0 % and 100 %", text.value))
                    .help("a score is a percentage"),
            );
            None
        }
        Err(message) => {
            problems.push(text.span.problem(message).help(format!("write `{key}: 70 %`")));
            None
        }
    }
}

fn claim(claimed: Option<&Spanned<String>>) -> (Option<Exact>, Option<String>) {
    match claimed {
        None => (None, None),
        Some(text) => match units::percent(text) {
            Ok(value) => (Some(value), None),
            Err(_) => (None, Some(text.value.clone())),
        },
    }
}
