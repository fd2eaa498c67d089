//! Rules that `.tflint.hcl` switches off: `rule "terraform_required_version" { enabled = false }`.

use hcl_edit::Span as _;
use hcl_edit::structure::Body;

use crate::probe::suppression::{self, Configured};
use crate::world::Swept;

use super::expression::{Known, attribute, label};

/// Longest configuration that is read.
const LONGEST: u64 = 64 * 1024;

/// What the configuration in this folder, or else in the root, switches off. The comment above a rule is the reason.
pub(super) fn configured(swept: &Swept, folder: &str) -> Vec<Configured> {
    let own = if folder.is_empty() { ".tflint.hcl".to_owned() } else { format!("{folder}/.tflint.hcl") };
    let bytes = [own.as_str(), ".tflint.hcl"].into_iter().find_map(|path| swept.read(path, LONGEST).ok());
    let text = bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let Ok(body) = text.parse::<Body>() else { return Vec::new() };
    let off = body.blocks().filter(|block| block.ident.as_str() == "rule");
    off.filter(|block| attribute(&block.body, "enabled") == Some(Known::Bool(false)))
        .map(|block| {
            let start = block.ident.span().map_or(0, |span| span.start);
            let above = text.get(..start).unwrap_or_default().trim_end().rsplit('\n').next().unwrap_or_default();
            let comment = above.trim().strip_prefix('#').or_else(|| above.trim().strip_prefix("//"));
            Configured::everywhere("tflint", label(block, 0), comment.and_then(suppression::reason))
        })
        .collect()
}
