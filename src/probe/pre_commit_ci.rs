//! Which hooks pre-commit.ci runs: those of a file with a section `ci`, but for the ones that this section skips
//! (pre-commit.ci, "configuration").

/// The hooks that are skipped; `None` where the service runs none.
pub(crate) fn skipped(text: &str) -> Option<Vec<String>> {
    let mut lines = text.lines().skip_while(|line| line.trim_end() != "ci:");
    lines.next()?;
    let mut own = lines.take_while(|line| line.is_empty() || line.starts_with([' ', '#'])).map(str::trim);
    let Some(rest) = own.find_map(|line| line.strip_prefix("skip:")) else { return Some(Vec::new()) };
    let clean = |name: &str| name.trim().trim_matches(['"', '\'', '[', ']']).to_owned();
    let inline = rest.split('#').next().unwrap_or("").split(',').map(clean).filter(|name| !name.is_empty());
    let listed = own.map_while(|line| line.strip_prefix("- ")).map(clean);
    Some(inline.chain(listed).collect())
}

#[cfg(test)]
mod tests {
    use super::skipped;

    #[test]
    fn the_service_skips_what_its_section_names() {
        assert_eq!(skipped("repos: []\n"), None);
        assert_eq!(skipped("ci:\n  autofix_prs: false\nrepos: []\n"), Some(vec![]));
        assert_eq!(
            skipped("ci:\n  skip: [mypy, \"gitleaks\"] # slow\n"),
            Some(vec!["mypy".to_owned(), "gitleaks".to_owned()])
        );
        assert_eq!(
            skipped("ci:\n  skip:\n    - mypy\n    - ruff\nrepos:\n  - id: x\n").map(|names| names.len()),
            Some(2)
        );
    }
}
