//! What is expected, in a few words: `< 100 ms`, `one of 401, 403`, `present`.

use super::format::short;
use super::resolve::Step;
use super::typed::Test;

/// The wording of a test, with the quantifiers of the path before it.
pub(super) fn expected(test: &Test, steps: &[Step]) -> String {
    let quantifiers: String = steps
        .iter()
        .filter_map(|step| match step {
            Step::Every => Some("each "),
            Step::Some => Some("at least one "),
            Step::Key { .. } | Step::Count | Step::Nth(_) => None,
        })
        .collect();
    short(&format!("{quantifiers}{}", plain(test)))
}

fn plain(test: &Test) -> String {
    use super::syntax::Comparison;
    match test {
        Test::Exists => "present".to_owned(),
        Test::Absent => "absent".to_owned(),
        Test::Compare(Comparison::Equal, bound) => bound.shown.clone(),
        Test::Compare(Comparison::NotEqual, bound) => format!("not {}", bound.shown),
        Test::Compare(comparison, bound) => format!("{} {}", comparison.symbol(), bound.shown),
        Test::Among { items, negated } => {
            let items: Vec<&str> = items.iter().map(|bound| bound.shown.as_str()).collect();
            format!("{} {}", if *negated { "none of" } else { "one of" }, items.join(", "))
        }
        Test::Between { low, high, negated } => {
            let verb = if *negated { "outside " } else { "" };
            format!("{verb}{} … {}", low.shown, high.shown)
        }
        Test::Contains { item, negated } => {
            format!("{} {}", if *negated { "does not contain" } else { "contains" }, item.shown)
        }
        Test::Matches { pattern, negated } => {
            format!("{} /{}/", if *negated { "does not match" } else { "matches" }, pattern.as_str())
        }
    }
}
