//! Masks secrets in a whole report at once, so that no renderer has to remember it; the same for a recording.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::model::{Masker, Problem, Problems};

/// A report or recording with every secret replaced in every text.
pub(super) fn masked<T: Serialize + DeserializeOwned>(whole: T, masker: &Masker) -> T {
    if masker.is_empty() {
        return whole;
    }
    let Ok(mut tree) = serde_json::to_value(&whole) else {
        return whole;
    };
    mask(&mut tree, masker);
    // Masking changes texts only, so the tree still has its shape.
    serde_json::from_value(tree).unwrap_or(whole)
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
