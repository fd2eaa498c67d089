//! Definitions of custom resources: nothing is asked of the schemas in them, and in the files that install an operator
//! they are nearly everything.

use memchr::{memchr_iter, memmem};

use crate::yaml::{TopKey, outline};

const KIND: &str = "CustomResourceDefinition";

/// The manifest with empty lines for what its definitions specify, so that every place stays; `None` where there is
/// nothing to leave out, or where only the parser can tell whether what is left out is whole.
pub(super) fn without_schemas(text: &str) -> Option<String> {
    memmem::find(text.as_bytes(), KIND.as_bytes())?;
    let top = outline(text)?;
    let mut shorter = String::with_capacity(64 * 1024);
    let mut from = 0;
    for document in top.chunk_by(|a, b| a.document == b.document).filter(|document| is_definition(document)) {
        for spec in document.iter().filter(|top| top.key == "spec" && top.value.is_empty()) {
            shorter.push_str(&text[from..spec.block.start]);
            let lines = memchr_iter(b'\n', &text.as_bytes()[spec.block.clone()]).count();
            shorter.extend(std::iter::repeat_n('\n', lines));
            from = spec.block.end;
        }
    }
    shorter.push_str(&text[from..]);
    (from > 0).then_some(shorter)
}

fn is_definition(document: &[TopKey<'_>]) -> bool {
    let value = |key: &str| document.iter().find(|top| top.key == key).map_or("", |top| top.value);
    value("kind") == KIND && value("apiVersion").starts_with("apiextensions.k8s.io/")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFINITION: &str = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: a\nspec:\n  b:\n    c: d\n";

    #[test]
    fn only_what_a_definition_specifies_is_left_out_and_lines_stay() {
        let other = "---\napiVersion: v1\nkind: Pod\nspec:\n  e: f\n";
        let shorter = without_schemas(&format!("{DEFINITION}{other}")).unwrap_or_default();
        let whole = DEFINITION.replace("  b:\n    c: d\n", "\n\n");
        assert_eq!(shorter, format!("{whole}{other}"));
        assert_eq!(without_schemas(other), None);
    }

    #[test]
    fn a_broken_definition_is_left_to_the_parser() {
        assert_eq!(without_schemas(&DEFINITION.replace("c: d", "c: d: e")), None);
        assert_eq!(without_schemas(&DEFINITION.replace("c: d", "c: d\n    c: e")), None);
    }
}
