//! Which versions a configuration fixes: Terraform itself, its providers, its modules.

use std::sync::LazyLock;

use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body};
use regex::Regex;

use super::expression::{Known, attribute, known, text};

/// Whether a version constraint ends somewhere: `~> 5.0`, `= 1.2.3`, `>= 1, < 2`; a lone `>= 1` does not.
pub(super) fn has_upper_bound(constraint: &str) -> bool {
    constraint.split(',').map(str::trim).any(|part| {
        part.starts_with("~>")
            || part.starts_with('<')
            || part.starts_with('=')
            || part.starts_with(|c: char| c.is_ascii_digit())
    })
}

/// A provider that a configuration requires, with its constraint; `None` where it states none.
pub(super) fn required_providers(terraform: &Body) -> Vec<(String, Option<String>)> {
    let blocks = terraform.get_blocks("required_providers");
    let attributes = blocks.flat_map(|block| block.body.attributes());
    attributes.map(|attribute| (attribute.key.as_str().to_owned(), version_of(&attribute.value))).collect()
}

/// `{ source = …, version = "~> 5.0" }`, or the old form `"~> 5.0"`.
fn version_of(value: &Expression) -> Option<String> {
    match value {
        Expression::Object(entries) => entries.iter().find_map(|(key, value)| {
            let is_version = key.as_ident().is_some_and(|ident| ident.as_str() == "version")
                || key.as_expr().and_then(Expression::as_str) == Some("version");
            match known(value.expr()) {
                Known::Text(text) if is_version => Some(text),
                _ => None,
            }
        }),
        _ => match known(value) {
            Known::Text(text) => Some(text),
            _ => None,
        },
    }
}

/// How a module's source is fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ModulePin {
    /// A folder of this repository.
    Own,
    Pinned,
    Loose,
    /// The source is no literal.
    Unknown,
}

static REFERENCE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[?&]ref=([^&]+)").expect("a fixed pattern"));
static MOVING: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("^(main|master|develop|dev|trunk|HEAD|latest)$").expect("a fixed pattern"));

/// How the source of a module block is fixed: git by `?ref=`, a registry by `version` (checkov CKV_TF_1, CKV_TF_2;
/// tflint `terraform_module_pinned_source`).
pub(super) fn module_pin(block: &Block) -> ModulePin {
    let Some(source) = text(&block.body, "source") else { return ModulePin::Unknown };
    if source.starts_with("./") || source.starts_with("../") {
        return ModulePin::Own;
    }
    let is_git = source.starts_with("git::")
        || source.starts_with("git@")
        || source.starts_with("github.com/")
        || source.starts_with("bitbucket.org/");
    if is_git {
        let reference = REFERENCE.captures(&source).and_then(|captures| captures.get(1));
        let is_fixed = reference.is_some_and(|reference| !MOVING.is_match(reference.as_str()));
        return if is_fixed { ModulePin::Pinned } else { ModulePin::Loose };
    }
    if source.contains("://") || source.contains("::") {
        // An archive: its address is all there is.
        let has_version = source.bytes().any(|byte| byte.is_ascii_digit());
        return if has_version { ModulePin::Pinned } else { ModulePin::Loose };
    }
    match attribute(&block.body, "version") {
        Some(Known::Text(constraint)) if has_upper_bound(&constraint) => ModulePin::Pinned,
        Some(Known::Elsewhere) => ModulePin::Unknown,
        _ => ModulePin::Loose,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin(body: &str) -> ModulePin {
        let text = format!("module \"m\" {{\n{body}\n}}\n");
        let parsed: Body = text.parse().expect("it is HCL");
        module_pin(parsed.blocks().next().expect("a block"))
    }

    #[test]
    fn a_constraint_without_end_fixes_nothing() {
        for bound in ["~> 5.0", "5.1.0", "= 5.1.0", ">= 5.0, < 6.0"] {
            assert!(has_upper_bound(bound), "{bound}");
        }
        assert!(!has_upper_bound(">= 5.0") && !has_upper_bound("!= 5.0"));
    }

    #[test]
    fn modules_are_fixed_by_version_or_reference() {
        assert_eq!(pin("source = \"./network\""), ModulePin::Own);
        assert_eq!(pin("source = \"terraform-aws-modules/vpc/aws\"\nversion = \"~> 5.1\""), ModulePin::Pinned);
        assert_eq!(pin("source = \"terraform-aws-modules/vpc/aws\""), ModulePin::Loose);
        assert_eq!(pin("source = \"git::https://a.test/b.git?ref=v1.2.0\""), ModulePin::Pinned);
        assert_eq!(pin("source = \"git::https://a.test/b.git?ref=main\""), ModulePin::Loose);
        assert_eq!(pin("source = \"github.com/a/b\""), ModulePin::Loose);
        assert_eq!(pin("source = var.x"), ModulePin::Unknown);
    }

    #[test]
    fn providers_are_read_in_both_forms() {
        let body: Body = "required_providers {\n  aws = { source = \"hashicorp/aws\", version = \"~> 5.0\" }\n  tls = \">= 4\"\n  x = { source = \"a/x\" }\n}\n"
            .parse()
            .expect("it is HCL");
        let found = required_providers(&body);
        let versions: Vec<Option<&str>> = found.iter().map(|(_, version)| version.as_deref()).collect();
        assert_eq!(versions, [Some("~> 5.0"), Some(">= 4"), None]);
    }
}
