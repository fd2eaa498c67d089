//! Names that say that a file is not for production: development, tests, examples. Shared by the probes that read what
//! is deployed.

use std::sync::LazyLock;

use regex::Regex;

use crate::world::Class;

/// Why a file does not count, if it does not: the class of its folder, or a word in its name or its folders.
pub(crate) fn aside(path: &str, class: Class) -> Option<String> {
    // What a program wrote is deployed like anything else: rendered manifests, a contract made from the code.
    if !matches!(class, Class::Src | Class::Tooling | Class::Generated) {
        return Some(format!("its folder says {}", class.word()));
    }
    let lower = path.to_ascii_lowercase();
    let (folders, base) = lower.rsplit_once('/').unwrap_or(("", lower.as_str()));
    let words = base.split(['.', '-', '_']).chain(folders.split('/'));
    let mut words = words.chain(folders.split('/').filter_map(|folder| folder.strip_prefix('.')));
    words.find(|word| is_dev_word(word) || *word == "devcontainer").map(|word| format!("its name says `{word}`"))
}

/// Whether the comment at the head of a text says that it is for development.
pub(crate) fn says_development(text: &str) -> bool {
    static WORDS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)\b(for|in)\s+(local\s+)?(development|developing)\b|\blocal development\b|\bdevelopment (purposes|environment|use|setup|only)\b|\bnot\s+((meant|intended|suited|suitable)\s+)?for\s+production\b|\bnot\s+use\s+(this\s+|it\s+)?in\s+production\b|\b(for|used)\s+(local |internal |automated |integration )tests?(ing)?\b",
        )
        .expect("a fixed pattern")
    });
    let head: Vec<&str> = text
        .lines()
        .take(12)
        .map(str::trim)
        .take_while(|line| line.is_empty() || line.starts_with('#') || *line == "---")
        .map(|line| line.trim_start_matches(['#', ' ']))
        .collect();
    WORDS.is_match(&head.join(" "))
}

/// Whether a word says that something is not for production.
pub(crate) fn is_dev_word(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "bench",
        "benchmark",
        "benchmarks",
        "ci",
        "debug",
        "demo",
        "dev",
        "devel",
        "develop",
        "development",
        "e2e",
        "example",
        "local",
        "override",
        "playground",
        "sample",
        "test",
        "testing",
        "tests",
    ];
    WORDS.contains(&word.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_set_aside_by_its_class_its_name_or_its_folder() {
        assert!(aside("deploy/compose.dev.yml", Class::Src).is_some());
        assert!(aside("overlays/local/web.yaml", Class::Src).is_some());
        assert!(aside(".devcontainer/compose.yaml", Class::Src).is_some());
        assert!(aside("k8s/web.yaml", Class::Example).is_some());
        assert_eq!(aside("k8s/prod/web.yaml", Class::Src), None);
        assert_eq!(aside("manifests/install.yaml", Class::Generated), None);
    }

    #[test]
    fn the_comment_at_the_head_may_say_development() {
        assert!(says_development(
            "# This is a configuration\n# intended for development purposes only\n\nservices: {}\n"
        ));
        assert!(says_development("# Do not use this in production!\nservices: {}\n"));
        assert!(says_development("# Image used for internal testing deployments\nservices: {}\n"));
        assert!(!says_development("# Starts the shop\nservices:\n  # for development\n  a: {}\n"));
    }
}
