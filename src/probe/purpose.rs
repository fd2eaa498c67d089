//! Names that say that a file is not for production: development, tests, examples. Shared by the probes that read what
//! is deployed.

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

/// Whether a word says that something is not for production.
pub(crate) fn is_dev_word(word: &str) -> bool {
    const WORDS: &[&str] = &[
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
}
