//! Which hooks pre-commit.ci runs: those of a file with a section `ci`, but for the ones that this section skips
//! (pre-commit.ci, "configuration").

use super::yaml_file;

/// What the section says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Section {
    /// Its line.
    pub(crate) line: u32,
    /// The hooks that it skips.
    pub(crate) skipped: Vec<String>,
}

/// The section of a configuration of pre-commit; `None` where the service runs no hook of it.
pub(crate) fn section(text: &str) -> Option<Section> {
    let root = yaml_file::read(".pre-commit-config.yaml", text.as_bytes()).ok()?;
    let (key, section) = root.entries().iter().find(|(key, _)| key.text == "ci")?;
    let skipped = section.get("skip").map(yaml_file::texts).unwrap_or_default();
    Some(Section { line: key.span.line, skipped: skipped.into_iter().map(|(hook, _)| hook).collect() })
}

#[cfg(test)]
mod tests {
    use super::section;

    fn skipped(text: &str) -> Option<Vec<String>> {
        section(text).map(|section| section.skipped)
    }

    #[test]
    fn the_service_skips_what_its_section_names() {
        let named = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(skipped("repos: []\n"), None);
        assert_eq!(skipped("ci:\n  autofix_prs: false\nrepos: []\n"), named(&[]));
        assert_eq!(skipped("ci:\n  skip: [mypy, \"gitleaks\"] # slow\n"), named(&["mypy", "gitleaks"]));
        assert_eq!(skipped("ci: { skip: [mypy] }\n"), named(&["mypy"]));
        let listed = "repos:\n  - id: x\nci:\n  skip:\n    # slow\n    - mypy\n\n    - ruff\n";
        assert_eq!(skipped(listed), named(&["mypy", "ruff"]));
        assert_eq!(section(listed).map(|section| section.line), Some(3));
    }
}
