//! Linters that run because something is built: files that bring one to Gradle or to the compiler of .NET, and the commands that
//! build as far as it. Maven's are in `maven`.

use std::sync::LazyLock;

use regex::Regex;

/// Whether a file brings a linter to the build that reads it: a plugin, an analyser, or rules for one that the compiler of .NET
/// reports (styles without a severity are for editors and `dotnet format`).
pub(super) fn is_of_build(base: &str, text: &str) -> bool {
    static SEVERITY: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?mi)^[ \t]*(?:dotnet_diagnostic\.\w+|dotnet_analyzer_diagnostic(?:\.category-\w+)?)\.severity\s*=\s*(?:warning|error)",
        )
        .expect("a fixed pattern")
    });
    const ENDS: &[&str] = &[".gradle", ".gradle.kts", ".versions.toml", ".props", ".targets", ".csproj"];
    match base {
        ".editorconfig" | ".globalconfig" => SEVERITY.is_match(text),
        _ => ENDS.iter().any(|end| base.ends_with(end)),
    }
}

/// Whether a command lets Gradle build as far as its plugins look at the source; what `-x` leaves out is not looked at.
pub(super) fn is_gradle_check(command: &str) -> bool {
    static BUILD: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?:^|[\s;&|/])gradlew?(?:\.bat)?(?:\s+[^;&|\n]*)?(?:\s|:)(?:check|build)\b")
            .expect("a fixed pattern")
    });
    static EXCLUDED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"\s(?:-x|--exclude-task)[\s=]+:?(?:[\w-]+:)*(?:check|spotless\w*|checkstyle\w*|pmd\w*|spotbugs\w*|ktlint\w*|detekt\w*)(?:\s|$)",
        )
        .expect("a fixed pattern")
    });
    BUILD.is_match(command) && !EXCLUDED.is_match(command)
}

/// Commands that compile a .NET project.
pub(super) static DOTNET_BUILD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[\s;&|/])(?:dotnet\s+(?:build|test|publish|pack|msbuild)|msbuild)(?:$|\s)")
        .expect("a fixed pattern")
});

#[cfg(test)]
mod tests {
    use super::is_gradle_check;

    #[test]
    fn a_build_that_excludes_the_checks_looks_at_nothing() {
        assert!(is_gradle_check("./gradlew build") && is_gradle_check("./gradlew :app:check -x test"));
        assert!(!is_gradle_check("./gradlew build -x check") && !is_gradle_check("gradle build -x :app:spotlessCheck"));
        assert!(!is_gradle_check("./gradlew assemble"));
    }
}
