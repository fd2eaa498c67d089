//! Masks secrets in a whole report at once, so that no renderer has to remember it.

use serde_json::Value;

use crate::model::report::Report;
use crate::model::{Masker, Problem, Problems};

/// The report with every secret replaced in every text.
pub(super) fn masked(report: Report, masker: &Masker) -> Report {
    if masker.is_empty() {
        return report;
    }
    let Ok(mut tree) = serde_json::to_value(&report) else {
        return report;
    };
    mask(&mut tree, masker);
    // Masking changes texts only, so the tree still has the report's shape.
    serde_json::from_value(tree).unwrap_or(report)
}

/// Problems with every secret replaced: a message may quote what a variable held.
pub(super) fn problems(problems: Problems, masker: &Masker) -> Problems {
    let mut masked = Problems::new();
    for problem in problems.iter() {
        let help = problem.help.as_ref().map(|help| masker.mask(help));
        masked.push(Problem { message: masker.mask(&problem.message), help, ..problem.clone() });
    }
    masked
}

fn mask(value: &mut Value, masker: &Masker) {
    match value {
        Value::String(text) => *text = masker.mask(text),
        Value::Array(items) => items.iter_mut().for_each(|item| mask(item, masker)),
        Value::Object(members) => {
            let masked = std::mem::take(members).into_iter().map(|(key, mut member)| {
                mask(&mut member, masker);
                (masker.mask(&key), member)
            });
            *members = masked.collect();
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
