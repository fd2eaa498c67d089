//! What a spec changes in checks that packs bring: `override` and `disable`, within what a policy leaves free.

use super::brought::{Brought, report_unused};
use super::{id, with};
use crate::model::problem::nearest;
use crate::model::{Problem, Problems};
use crate::spec::document::Document;
use crate::yaml::{Key, Kind, Node, Span};

/// Lays `override` fields over the checks they name.
pub(super) fn overrides(document: &Document, policy: Option<&str>, brought: &mut [Brought], problems: &mut Problems) {
    for (pattern, fields) in &document.overrides {
        let hits: Vec<usize> = (0..brought.len()).filter(|index| id::matches(pattern, &brought[*index].id)).collect();
        if hits.is_empty() {
            let ids = brought.iter().map(|rule| rule.id.as_str());
            let problem = fields.node.problem(format!("`override` of `{pattern}` matches no check"));
            problems.push(match nearest(pattern, ids) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem.help("name a check that a pack brings, or a glob such as `http/*`"),
            });
        }
        for index in hits {
            if brought[index].is_of_policy(policy) {
                problems.push(bound_by_policy(&fields.node.span, "override", &brought[index]));
            }
            override_one(&mut brought[index], &fields.node, problems);
        }
    }
}

fn override_one(rule: &mut Brought, fields: &Node, problems: &mut Problems) {
    for key in ["id", "use", "for_each"] {
        if let Some(node) = fields.get(key) {
            problems.push(
                node.problem(format!("`override` cannot change `{key}`")).help("write a check of your own instead"),
            );
        }
    }
    let parameters = fields.get("with").map(|node| node.entries().to_vec()).unwrap_or_default();
    let rest: Vec<(Key, Node)> = fields.entries().iter().filter(|(key, _)| key.text != "with").cloned().collect();
    let merged = rule.node.overlaid(&Node { kind: Kind::Map(rest), ..fields.clone() });
    let (node, used) = with::apply(&merged, &parameters, true);
    report_unused(&parameters, &used, &format!("the probe of `{}` takes no parameter", rule.id), problems);
    rule.node = node;
}

/// Takes checks out, each with its reason.
pub(super) fn disable(document: &Document, policy: Option<&str>, brought: &mut [Brought], problems: &mut Problems) {
    for entry in &document.disable {
        let ids: Vec<&str> = brought.iter().map(|rule| rule.id.as_str()).collect();
        for index in id::Ids::of(&ids).select(&entry.check, "`disable`", problems) {
            if brought[index].is_of_policy(policy) {
                problems.push(bound_by_policy(&entry.check.span, "disable", &brought[index]));
            }
            brought[index].disabled = Some(entry.reason.clone());
        }
        if entry.reason.trim().is_empty() {
            problems.push(entry.span.problem("a disabled check needs a reason").help("say why in `reason:`"));
        }
    }
}

/// The policy may only be tightened, so what it demands cannot be taken back by the spec.
fn bound_by_policy(span: &Span, what: &str, rule: &Brought) -> Problem {
    span.problem(format!("`{what}` loosens `{}`, which the policy demands", rule.id))
        .help("ask whoever owns the policy, or mend what the check finds")
}
