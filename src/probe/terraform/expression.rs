//! Values of HCL as far as a file alone tells: literals, and whether anything else decides.

use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body};

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Known {
    Bool(bool),
    Number(f64),
    Text(String),
    /// A list or an object, empty or not.
    Several(bool),
    /// A variable, a function, a condition: the file alone does not tell.
    Elsewhere,
}

/// A value as far as it is written.
pub(super) fn known(expression: &Expression) -> Known {
    match expression {
        Expression::Bool(value) => Known::Bool(**value),
        Expression::Number(value) => value.as_f64().map_or(Known::Elsewhere, Known::Number),
        Expression::String(text) => match text.as_str() {
            "true" => Known::Bool(true),
            "false" => Known::Bool(false),
            text => Known::Text(text.to_owned()),
        },
        Expression::Array(items) => Known::Several(!items.is_empty()),
        Expression::Object(entries) => Known::Several(!entries.is_empty()),
        Expression::Parenthesis(inner) => known(inner.inner()),
        _ => Known::Elsewhere,
    }
}

/// The value of an attribute; `None` when it is not written.
pub(super) fn attribute(body: &Body, name: &str) -> Option<Known> {
    body.get_attribute(name).map(|attribute| known(&attribute.value))
}

/// The text of an attribute, if it is a literal one.
pub(super) fn text(body: &Body, name: &str) -> Option<String> {
    match attribute(body, name)? {
        Known::Text(text) => Some(text),
        _ => None,
    }
}

/// The name of a resource or data source: its second label.
pub(super) fn label(block: &Block, index: usize) -> &str {
    block.labels.get(index).map_or("", |label| label.as_str())
}
