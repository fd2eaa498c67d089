//! Resources of a file by their kind, for probes that look at one of them.

use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::structure::Body;

use super::expression::label;

/// Kind and place of each resource of one of these kinds; none in a file that is broken, which `terraform` itself tells.
pub(crate) fn resources<'k>(text: &str, kinds: &[&'k str]) -> Vec<(&'k str, Range<usize>)> {
    let Ok(body) = text.parse::<Body>() else { return Vec::new() };
    let blocks = body.blocks().filter(|block| block.ident.as_str() == "resource");
    blocks
        .filter_map(|block| {
            let kind = kinds.iter().find(|kind| **kind == label(block, 0))?;
            Some((*kind, block.span()?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::resources;

    #[test]
    fn a_brace_in_a_text_or_a_comment_ends_no_resource() {
        let text = "resource \"a\" \"x\" {\n  b = \"}\" # }\n  c = <<EOF\n}\nEOF\n}\n\n# resource \"a\" \"y\" {}\nresource \"d\" \"z\" {}\n";
        let found: Vec<_> = resources(text, &["a"]).into_iter().map(|(kind, place)| (kind, &text[place])).collect();
        assert_eq!(found.len(), 1);
        assert!(found[0].0 == "a" && found[0].1.ends_with("EOF\n}"), "{found:?}");
        assert!(resources("resource \"a\" {", &["a"]).is_empty());
    }
}
