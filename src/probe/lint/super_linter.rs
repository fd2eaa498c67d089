//! Languages that super-linter lints, by the names of its linters (its README, "Configure the linters to run").

use crate::probe::super_linter::Chosen;

/// Each language with what the names of its linters begin with, and those names.
const LINTERS: &[(&str, &[&str], &[&str])] = &[
    (
        "Python",
        &["PYTHON"],
        &[
            "PYTHON_BLACK",
            "PYTHON_FLAKE8",
            "PYTHON_ISORT",
            "PYTHON_MYPY",
            "PYTHON_PYLINT",
            "PYTHON_RUFF",
            "PYTHON_RUFF_FORMAT",
        ],
    ),
    (
        "JavaScript",
        &["JAVASCRIPT", "TYPESCRIPT", "JSX", "TSX", "VUE"],
        &[
            "JAVASCRIPT_ES",
            "JAVASCRIPT_PRETTIER",
            "JAVASCRIPT_STANDARD",
            "TYPESCRIPT_ES",
            "TYPESCRIPT_PRETTIER",
            "TYPESCRIPT_STANDARD",
        ],
    ),
    ("Go", &["GO"], &["GO", "GO_MODULES"]),
    ("Rust", &["RUST"], &["RUST_2015", "RUST_2018", "RUST_2021", "RUST_2024", "RUST_CLIPPY"]),
    ("Java", &["JAVA", "GOOGLE_JAVA"], &["JAVA", "GOOGLE_JAVA_FORMAT"]),
    ("Kotlin", &["KOTLIN"], &["KOTLIN"]),
    ("Scala", &["SCALA"], &["SCALAFMT"]),
    ("C#", &["CSHARP", "DOTNET"], &["CSHARP", "DOTNET_SLN_FORMAT_ANALYZERS", "DOTNET_SLN_FORMAT_STYLE"]),
    ("Ruby", &["RUBY"], &["RUBY"]),
    ("PHP", &["PHP"], &["PHP_BUILTIN", "PHP_PHPCS", "PHP_PHPSTAN", "PHP_PSALM"]),
    ("C", &["CPP", "CLANG"], &["CPP", "CLANG_FORMAT"]),
    ("Dart", &["DART"], &["DART"]),
    ("Terraform", &["TERRAFORM"], &["TERRAFORM_FMT", "TERRAFORM_TERRASCAN", "TERRAFORM_TFLINT"]),
    ("Shell", &["BASH", "SHELL"], &["BASH", "SHELL_SHFMT"]),
];

/// Languages that it lints as it is told: one of which all linters are switched off is none.
pub(super) fn languages(chosen: &Chosen) -> Vec<&'static str> {
    let is_on = |starts: &[&str], linters: &[&str]| match chosen {
        // `JAVASCRIPT_ES` begins like `JAVA`, and older names are shorter.
        Chosen::Only(only) => {
            let begins = |name: &String, start: &str| name == start || name.starts_with(&format!("{start}_"));
            only.iter().any(|name| starts.iter().any(|start| begins(name, start)) || linters.contains(&name.as_str()))
        }
        Chosen::AllBut(_) => linters.iter().any(|name| chosen.has(name)),
    };
    LINTERS.iter().filter(|(_, starts, linters)| is_on(starts, linters)).map(|(language, ..)| *language).collect()
}

#[cfg(test)]
mod tests {
    use super::languages;
    use crate::probe::super_linter::chosen;

    fn of(told: &[(&str, bool)]) -> Vec<&'static str> {
        let text: String = told.iter().map(|(name, is_on)| format!("  VALIDATE_{name}: {is_on}\n")).collect();
        languages(&chosen(&text))
    }

    #[test]
    fn a_language_is_linted_until_all_of_its_linters_are_off() {
        assert!(of(&[("PYTHON_BLACK", false)]).contains(&"Python"));
        let off =
            ["BLACK", "FLAKE8", "ISORT", "MYPY", "PYLINT", "RUFF", "RUFF_FORMAT"].map(|name| format!("PYTHON_{name}"));
        let off: Vec<(&str, bool)> = off.iter().map(|name| (name.as_str(), false)).collect();
        assert!(!of(&off).contains(&"Python") && of(&off).contains(&"Go"));
        assert!(!of(&[("GO", false), ("GO_MODULES", false)]).contains(&"Go"));
        assert!(!of(&[]).contains(&"Swift"), "it has no linter for it");
    }

    #[test]
    fn what_is_switched_on_is_linted_alone() {
        assert_eq!(of(&[("JAVASCRIPT_ES", true)]), ["JavaScript"]);
        assert_eq!(of(&[("JAVA", true), ("BASH", true)]), ["Java", "Shell"]);
        assert_eq!(of(&[("SCALAFMT", true)]), ["Scala"]);
    }
}
