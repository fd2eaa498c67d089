//! How tools end, by their documentation: which exit codes mean that they found something. Any other code but 0 means
//! that they did not do their work.

use std::sync::LazyLock;

use regex::Regex;

/// Tools by the name in their reports, lower case, and the codes with which they end when they found something.
#[rustfmt::skip] // One line each, so that two additions do not collide.
const FOUND: &[(&str, &[i32])] = &[
    ("actionlint", &[1]),
    ("bandit", &[1]),
    ("bundler-audit", &[1]),
    ("cargo", &[101]),
    ("cargo audit", &[1]),
    ("cargo deny", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]),
    ("checkov", &[1]),
    ("clippy", &[101]),
    ("composer audit", &[1, 2, 3]),
    ("eslint", &[1]),
    ("github actions lint", &[1]),
    ("gitleaks", &[1]),
    ("govulncheck", &[3]),
    ("grype", &[1, 2]),
    ("hadolint", &[1]),
    ("k6", &[99]),
    ("kube-linter", &[1]),
    ("kube-score", &[1]),
    ("kubeconform", &[1]),
    ("npm audit", &[1]),
    ("oasdiff", &[1]),
    ("osv-scanner", &[1]),
    ("pa11y", &[2]),
    ("pint", &[1]),
    ("pip-audit", &[1]),
    ("polaris", &[3, 4]),
    ("promtool", &[1, 3]),
    ("ruff", &[1]),
    ("semgrep", &[1]),
    ("squawk", &[1]),
    ("trivy", &[1]),
    ("trufflehog", &[183]),
    ("zizmor", &[10, 11, 12, 13, 14]),
];

/// What tools say on their way when there was nothing to look at, and then end with 0.
static NOTHING: LazyLock<Regex> = LazyLock::new(|| {
    let text = r"(?i)\bno (?:[\w.-]+ ){0,2}(?:files?|inputs?|workflows?|sources?|manifests?|packages?)\b[^\n]{0,60}\b(?:found|match\w*|collected|given|provided|to (?:lint|check|scan))|\bscanned ~?0 bytes|\b0 commits scanned|\bnothing to (?:lint|check|scan|do)\b";
    Regex::new(text).expect("a fixed pattern")
});

/// Whether a tool that ended with this code did its work; `found` is whether its report has any finding. The error says
/// why not.
pub(super) fn believed(tool: &str, code: i32, found: bool) -> Result<(), String> {
    if code == 0 {
        return Ok(());
    }
    let tool = tool.to_ascii_lowercase();
    // SARIF has names such as `Semgrep OSS`.
    let exact = FOUND.iter().find(|(name, _)| tool == *name);
    let known = exact.or_else(|| FOUND.iter().find(|(name, _)| tool.starts_with(&format!("{name} "))));
    match known {
        Some((_, codes)) if codes.contains(&code) && found => Ok(()),
        Some((_, codes)) if codes.contains(&code) => Err("its report has no finding".to_owned()),
        Some(_) => Err(format!("{tool} does not end so when it has done its work")),
        None => Err(format!("how {tool} ends when it found something is not known here")),
    }
}

/// The line with which a tool says that there was nothing to look at.
pub(super) fn nothing(said: &str) -> Option<&str> {
    said.lines().map(str::trim).find(|line| NOTHING.is_match(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_believed_only_with_what_it_stands_for() {
        assert_eq!(believed("ruff", 0, false), Ok(()));
        assert_eq!(believed("ruff", 1, true), Ok(()));
        assert_eq!(believed("ruff", 1, false), Err("its report has no finding".to_owned()));
        assert_eq!(believed("ruff", 2, true), Err("ruff does not end so when it has done its work".to_owned()));
        assert_eq!(believed("zizmor", 14, true), Ok(()));
        assert!(believed("mytool", 1, true).is_err());
    }

    #[test]
    fn tools_that_found_nothing_to_look_at_say_so() {
        for said in [
            "warning: No Python files found under the given path(s)",
            "INF scanned ~0 bytes (0) in 12ms",
            "error: no inputs collected",
            "no YAML files were found",
        ] {
            assert_eq!(nothing(said), Some(said));
        }
        for said in ["no leaks found", "All checks passed!", "INF scanned ~1234 bytes", "no problems in 3 files"] {
            assert_eq!(nothing(said), None, "{said}");
        }
    }

    #[test]
    fn the_table_is_sorted() {
        assert!(FOUND.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
