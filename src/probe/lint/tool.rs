//! Linters and type checkers by the language that they look at: how they are called, which actions and hooks run them, and
//! which files configure them.

use std::sync::LazyLock;

use regex::Regex;

use super::compiled::{PATTERNS, Patterns, languages};

/// A language, and the linters that know it.
pub(super) struct Language {
    /// Its name in notes.
    pub(super) name: &'static str,
    /// Extensions of its files.
    pub(super) extensions: &'static [&'static str],
    /// How its linters are called: alternatives of a pattern.
    pub(super) commands: &'static str,
    /// Actions that run one: starts of what `uses` says.
    pub(super) actions: &'static [&'static str],
    /// Names of the files that configure one.
    pub(super) files: &'static [&'static str],
    /// A name that a file has, and the pattern of a line in it that configures a linter.
    pub(super) sections: &'static [(&'static str, &'static str)],
}

/// What every language has in common: tools that bring linters of their own.
pub(super) static ANY: Language = Language {
    name: "any language",
    extensions: &[],
    commands: r"super-linter|mega-?linter(?:-runner)?|trunk\s+check|sonar-scanner|sonar:sonar|sonar(?:qube)?\b|sonarscanner|qodana|codacy-analysis-cli\S*|reviewdog|nx\s[^;&|]*\blint\b\S*",
    actions: &[
        "super-linter/",
        "github/super-linter",
        "oxsecurity/megalinter",
        "megalinter/",
        "trunk-io/trunk-action",
        "sonarsource/",
        "jetbrains/qodana-action",
        "codacy/codacy-analysis-cli-action",
    ],
    files: &[
        ".trunk.yaml",
        "trunk.yaml",
        "sonar-project.properties",
        ".sonarcloud.properties",
        ".mega-linter.yml",
        ".codacy.yml",
        ".codacy.yaml",
        "qodana.yaml",
        ".deepsource.toml",
        ".codeclimate.yml",
        ".hound.yml",
        ".code-climate.yml",
    ],
    sections: &[],
};

/// Services that look at each pull request by themselves where one of these files is.
pub(super) const HOSTED: &[&str] =
    &[".deepsource.toml", ".sonarcloud.properties", ".hound.yml", ".codeclimate.yml", ".codacy.yml", ".codacy.yaml"];

#[rustfmt::skip]
pub(super) const LANGUAGES: &[Language] = &[
    Language {
        name: "Python", extensions: &["py"],
        commands: r"ruff|flake8|pflake8|pylint|pylama|prospector|mypy|dmypy|pyright|basedpyright|pyrefly|ty\s+check|pyre\s+check|pytype|pycodestyle|(?:hatch|rye)\s+(?:lint|fmt)|hatch\s+run\s+(?:lint|types)\S*",
        actions: &["astral-sh/ruff-action", "chartboost/ruff-action", "reviewdog/action-flake8", "dciborow/action-pylint", "jakebailey/pyright-action", "tsuyoshicho/action-mypy", "py-actions/flake8", "suo/flake8-github-action", "wemake-services/wemake-python-styleguide"],
        files: &["ruff.toml", ".ruff.toml", ".flake8", ".pylintrc", "pylintrc", "mypy.ini", ".mypy.ini", "pyrightconfig.json", "ty.toml", "pyrefly.toml"],
        sections: &[("pyproject.toml", r"^\s*\[tool\.(?:ruff|mypy|pylint|flake8|pyright|basedpyright|ty|pyrefly)\b"), ("setup.cfg", r"^\s*\[(?:flake8|mypy|pylint|pycodestyle)\b"), ("tox.ini", r"^\s*\[(?:flake8|mypy|pylint|pycodestyle)\b")],
    },
    Language {
        name: "JavaScript", extensions: &["js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "vue", "svelte", "astro"],
        commands: r"eslint(?:_d)?|biome|oxlint|rslint|tslint|jshint|tsc(?:\s+[^\s;&|]+)*?\s+--no[eE]mit|vue-tsc|svelte-check|astro\s+check|(?:deno|next|ng|nuxi?|vp|fedx-scripts|vue-cli-service|wp-scripts|react-scripts|aegir|kcd-scripts|tsdx|grunt)\s+(?:lint|typecheck|jshint)\S*|(?:turbo|lerna|wireit|rush)\s[^;&|]*\b(?:lint|typecheck|type-check|check-types)\b\S*|ts-standard|semistandard|neostandard|(?:npx\s+)(?:xo|standard)|gts\s+(?:lint|check)|node\s+\S*eslint\S*|jslint",
        actions: &["reviewdog/action-eslint", "biomejs/setup-biome-lint", "wearerequired/lint-action", "mongolyy/reviewdog-action-biome", "stefanoeb/eslint-action", "sibiraj-s/action-eslint", "oxc-project/oxlint-action"],
        files: &["eslint.config.js", "eslint.config.mjs", "eslint.config.cjs", "eslint.config.ts", "eslint.config.mts", ".eslintrc", ".eslintrc.js", ".eslintrc.cjs", ".eslintrc.mjs", ".eslintrc.json", ".eslintrc.yml", ".eslintrc.yaml", "biome.json", "biome.jsonc", ".oxlintrc.json", "oxlint.config.ts", "oxlint.config.js", "tslint.json", ".jshintrc", ".xo-config.json", "xo.config.js", "xo.config.ts"],
        sections: &[("package.json", r#"^\s*"(?:eslintConfig|xo|standard|biome)"\s*:\s*[{\[]"#), ("deno.json", r#"^\s*"lint"\s*:"#)],
    },
    Language {
        name: "Go", extensions: &["go"],
        commands: r"golangci-lint(?:-v2)?|go\s+vet|go\s+tool\s+(?:golangci-lint|staticcheck|revive)|go\s+run\s+\S*(?:golangci-lint|staticcheck|revive)\S*|staticcheck|revive|gometalinter|gocritic|nilaway|gopls\s+check",
        actions: &["golangci/golangci-lint-action", "dominikh/staticcheck-action", "reviewdog/action-golangci-lint", "reviewdog/action-staticcheck", "morphy2k/revive-action"],
        files: &[".golangci.yml", ".golangci.yaml", ".golangci.toml", ".golangci.json", "revive.toml", "staticcheck.conf"],
        sections: &[],
    },
    Language {
        name: "Rust", extensions: &["rs"],
        commands: r"cargo\s+(?:\S+\s+)*?(?:clippy|dylint)|cargo-clippy|clippy-driver|bacon\s+clippy\S*|x\.py\s+clippy",
        actions: &["actions-rs/clippy-check", "giraffate/clippy-action", "auguwu/clippy-action", "clechasseur/rs-clippy-check"],
        files: &["clippy.toml", ".clippy.toml"],
        sections: &[("Cargo.toml", r"^\s*\[(?:workspace\.)?lints\.(?:clippy|rust)\b"), ("Cargo.toml", r"^\s*\[(?:workspace\.)?lints\]")],
    },
    Language {
        name: "Java", extensions: &["java", "groovy"],
        commands: r"checkstyle:check|spotless:check|pmd:(?:cpd-)?check|spotbugs:check|formatter:validate|spring-javaformat:validate|gradlew?(?:\.bat)?\s[^;&|]*\b(?:spotless\w*Check|checkstyle\w*|pmd\w*|spotbugs\w*|lint\w*|checkFormat\w*|codenarc\w*)|checkstyle|spotbugs|ant\s+[^;&|]*\b(?:checkstyle|pmd|lint)\b|errorprone",
        actions: &["reviewdog/action-checkstyle", "nikitasavinov/checkstyle-action", "dbelyaev/action-checkstyle"],
        files: &["checkstyle.xml", ".checkstyle.xml", "pmd.xml", "pmd-ruleset.xml", "spotbugs-exclude.xml", "nohttp-checkstyle.xml"],
        sections: JVM_PLUGINS,
    },
    Language {
        name: "Kotlin", extensions: &["kt"],
        commands: r"ktlint|detekt(?:-cli)?|spotless:check|ktlint:check|detekt:check|gradlew?(?:\.bat)?\s[^;&|]*\b(?:spotless\w*Check|ktlint\w*Check|detekt\w*|lint\w*|lintKotlin)",
        actions: &["scacap/action-ktlint", "reviewdog/action-ktlint", "natiginfo/action-detekt-all", "alaegin/detekt-action", "musichin/ktlint-check"],
        files: &["detekt.yml", "detekt.yaml", "detekt-config.yml", "ktlint.yml"],
        sections: JVM_PLUGINS,
    },
    Language {
        name: "Scala", extensions: &["scala"],
        commands: r"scalafmt\w*|scalafix\w*|scalastyle|scapegoat|sbt\s+[^|;&]*(?:scalafmt\w*|scalafix\w*|headerCheck\w*|wartremover)",
        actions: &[], files: &[".scalafmt.conf", ".scalafix.conf"], sections: &[],
    },
    Language {
        name: "C#", extensions: &["cs"],
        commands: r"dotnet\s+format|jb\s+inspectcode|inspectcode|roslynator",
        actions: &["muno92/resharper_inspectcode", "jetbrains/resharper"],
        files: &["stylecop.json", ".globalconfig"],
        sections: DOTNET_ANALYSERS,
    },
    Language {
        name: "Ruby", extensions: &["rb", "rake"],
        commands: r"rubocop|standardrb|standard|reek|srb\s+tc|steep\s+check|erb_?lint|rake\s+(?:\S+\s+)*(?:rubocop|standard|lint)\S*|sorbet",
        actions: &["reviewdog/action-rubocop", "standardrb/standard-ruby-action", "andrewmcodes/standardrb-action"],
        files: &[".rubocop.yml", ".standard.yml", ".reek.yml", "Steepfile"], sections: &[],
    },
    Language {
        name: "PHP", extensions: &["php"],
        commands: r"phpstan|psalm|php-cs-fixer|pint|phpcs|phan|mago|ecs|larastan|rector\s+(?:process\s+)?\S*\s*--dry-run|phpmd|phpinsights|grumphp\s+run|simple-phpunit\s+lint|parallel-lint|tlint",
        actions: &["docker://oskarstark/php-cs-fixer", "oskarstark/", "aglipanci/laravel-pint-action", "php-actions/phpstan", "php-actions/psalm", "chekalsky/phpcs-action", "vimeo/psalm-github-actions", "docker://oskarstark/phpstan", "docker://ghcr.io/php-cs-fixer"],
        files: &["phpstan.neon", "phpstan.neon.dist", "phpstan.dist.neon", "psalm.xml", "psalm.xml.dist", ".php-cs-fixer.php", ".php-cs-fixer.dist.php", ".php_cs.dist", "pint.json", "phpcs.xml", "phpcs.xml.dist", ".phpcs.xml.dist", "ecs.php", "mago.toml", "grumphp.yml"],
        sections: &[],
    },
    Language {
        name: "C", extensions: &["c", "h", "cc", "cpp", "cxx", "hpp", "hh"],
        commands: r"(?:run-)?clang-tidy\S*|cppcheck|scan-build\S*|cpplint|infer\s+run|codechecker|iwyu_tool\S*|oclint|sparse|checkpatch\.pl|clang-format\s+[^;&|]*(?:--dry-run|-n|--Werror)[^;&|]*|git-clang-format",
        actions: &["cpp-linter/cpp-linter-action", "zedthree/clang-tidy-review", "jidicula/clang-format-action", "doozyx/clang-format-lint-action"],
        files: &[".clang-tidy", "CPPLINT.cfg", "cppcheck.cfg"], sections: &[],
    },
    Language {
        name: "Swift", extensions: &["swift"],
        commands: r"swiftlint|swift-format|swift\s+format|swiftformat\s+[^;&|]*--lint",
        actions: &["norio-nomura/action-swiftlint", "cirruslabs/swiftlint-action"],
        files: &[".swiftlint.yml", ".swift-format"], sections: &[],
    },
    Language {
        name: "Dart", extensions: &["dart"],
        commands: r"(?:dart|flutter)\s+analyze|dartanalyzer|custom_lint|melos\s+(?:run\s+)?(?:analyze|lint)\S*",
        actions: &["invertase/github-action-dart-analyzer"], files: &["analysis_options.yaml"], sections: &[],
    },
    Language {
        name: "Elixir", extensions: &["ex", "exs"],
        commands: r"mix\s+(?:do\s+)?(?:\S+\s+)*?(?:credo|format|dialyzer|lint)|credo",
        actions: &[], files: &[".credo.exs", ".formatter.exs"], sections: &[],
    },
];

/// Languages that count where a repository has none of the others.
#[rustfmt::skip]
pub(super) const OTHERWISE: &[Language] = &[
    Language {
        name: "Terraform", extensions: &["tf", "tofu"],
        commands: r"(?:terraform|tofu|terragrunt)\s+(?:\S+\s+)*?(?:fmt|validate|hclfmt)|tflint|terraform[-_](?:fmt|validate|tflint)",
        actions: &["terraform-linters/", "reviewdog/action-tflint"], files: &[".tflint.hcl"], sections: &[],
    },
    Language {
        name: "Shell", extensions: &["sh", "bash", "bats"],
        commands: r"shellcheck|shfmt\s+[^;&|]*-d|bashate",
        actions: &["ludeeus/action-shellcheck", "reviewdog/action-shellcheck", "azohra/shell-linter"], files: &[".shellcheckrc"], sections: &[],
    },
    Language {
        name: "Helm", extensions: &["tpl"],
        commands: r"helm\s+lint|ct\s+(?:lint|lint-and-install)|chart-testing|kubeconform|kube-linter|kube-score",
        actions: &["stackrox/kube-linter-action"], files: &["ct.yaml", ".kube-linter.yaml"], sections: &[],
    },
];

/// Plugins of a JVM build that lint while it builds.
const JVM_PLUGINS: &[(&str, &str)] = &[
    (".gradle", JVM_PLUGIN),
    (".gradle.kts", JVM_PLUGIN),
    ("libs.versions.toml", r"(?i)\b(?:spotless|detekt|ktlint|errorprone)\b[^\n]*(?:id\s*=|module\s*=)"),
    ("pom.xml", JVM_PLUGIN),
];
const JVM_PLUGIN: &str = r"(?i)maven-(?:pmd|checkstyle)-plugin|spotbugs-maven-plugin|spotless-maven-plugin|formatter-maven-plugin|detekt-maven-plugin|ktlint-maven-plugin|spring-javaformat|net\.ltgt\.errorprone|error_prone_core|com\.diffplug|\bcheckstyle\b|\bspotbugs\b|\bktlint\b|\bdetekt\b|\bspotless\b|\bpmd\b|\bcodenarc\b|kotlinter|animalsniffer";

/// Properties and packages of a .NET build that make its compiler a linter.
const DOTNET_ANALYSERS: &[(&str, &str)] = &[
    (".props", DOTNET_ANALYSER),
    (".targets", DOTNET_ANALYSER),
    (".csproj", DOTNET_ANALYSER),
    (".editorconfig", r"^\s*(?:dotnet_diagnostic\.|dotnet_style_|csharp_style_|dotnet_analyzer_diagnostic)"),
];
const DOTNET_ANALYSER: &str = r"<(?:TreatWarningsAsErrors|CodeAnalysisTreatWarningsAsErrors)>\s*true|<WarningsAsErrors>\s*\w|<AnalysisMode\w*>\s*(?:All|Recommended|Minimum)|<AnalysisLevel\w*>[^<]*-(?:all|recommended|minimum)|<CodeAnalysisRuleSet>|StyleCop\.Analyzers|SonarAnalyzer|Roslynator|Microsoft\.CodeAnalysis\.NetAnalyzers|Meziantou\.Analyzer";

/// The language of a file by its name; `true` where it counts beside others.
pub(super) fn of_path(path: &str) -> Option<(&'static str, bool)> {
    let base = path.rsplit_once('/').map_or(path, |(_, base)| base);
    if base.ends_with(".d.ts") || base.ends_with(".blade.php") || base.ends_with(".gradle.kts") {
        return None;
    }
    if base == "Chart.yaml" {
        return Some(("Helm", false));
    }
    let (_, extension) = base.rsplit_once('.')?;
    let of = |languages: &'static [Language]| {
        languages.iter().find(|language| language.extensions.contains(&extension)).map(|language| language.name)
    };
    of(LANGUAGES).map(|name| (name, true)).or_else(|| of(OTHERWISE).map(|name| (name, false)))
}

/// Languages that a linter in this command looks at and can refuse.
pub(super) fn of_command(text: &str) -> Vec<&'static str> {
    of_parts(text, |part| !rewrites(part))
}

/// Languages that a command of a hook looks at: what it rewrites is mended before the change is made.
pub(super) fn of_hook_command(text: &str) -> Vec<&'static str> {
    of_parts(text, |_| true)
}

fn of_parts(text: &str, counts: fn(&str) -> bool) -> Vec<&'static str> {
    static INSTALLS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"^\s*(?:-\s+)?(?:run:\s*)?(?:sudo\s+)?(?:python3?\s+-m\s+)?(?:uv\s+)?(?:pip3?|pipx|uv|npm|yarn|pnpm|bun|gem|go|cargo|apt|apt-get|brew|poetry|choco|apk|dnf|rustup|composer|dotnet|bundle|curl|wget|mise)\s+(?:-\S+\s+)*(?:install|add|i|get|sync|ci|tool\s+(?:install|update|restore)|component|require|-\S*|global)\b[^&;|]*$|^\s*(?:echo|printf|export|#|//|which|command\s+-v|name:|key:|path:|description:|restore-keys:|mkdir|rm|cp|cat|ls|git|cd)\b?",
        )
        .expect("a fixed pattern")
    });
    static FORMATS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?:^|[\s;&|(/])(?:ruff\s+format|biome\s+format|rubocop\s+--version|\S+\s+--version)(?:$|[\s;&|)])")
            .expect("a fixed pattern")
    });
    let all = text.split("&&").flat_map(|part| part.split("||")).flat_map(|part| part.split(';'));
    let is_gate = |part: &&str| !INSTALLS.is_match(part) && !FORMATS.is_match(part) && counts(part);
    let parts: Vec<&str> = all.filter(is_gate).collect();
    let of = |patterns: &&Patterns| parts.iter().any(|part| patterns.command().is_match(part.as_bytes()));
    PATTERNS.iter().filter(of).map(|patterns| patterns.language.name).collect()
}

/// Whether a command lets a formatter write what it wants, and so has nothing to fail for: without an option that only looks.
fn rewrites(command: &str) -> bool {
    static FORMATTER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r#"(?:^|[\s/'"])(dotnet\s+format|php-cs-fixer|pint|(?:terraform|tofu)\s+fmt|mix\s+format|scalafmt|ktlint\s+(?:-F|--format))(?:$|\s)"#,
        )
        .expect("a fixed pattern")
    });
    const LOOKS: &[&str] =
        &["--verify-no-changes", "--check", "-check", "--dry-run", "--test", "--list", "fixer check", "fixer list"];
    FORMATTER.is_match(command) && !LOOKS.iter().any(|option| command.contains(option))
}

/// Languages that an action lints.
pub(super) fn of_action(uses: &str) -> Vec<&'static str> {
    let uses = uses.to_ascii_lowercase();
    let by = |language: &&Language| language.actions.iter().any(|action| uses.starts_with(action));
    languages().filter(by).map(|language| language.name).collect()
}

/// Languages that a hook of pre-commit lints, by its id.
pub(super) fn of_hook(id: &str) -> Vec<&'static str> {
    if id.contains("format") && !id.contains("check") && !id.contains("swift") {
        return Vec::new();
    }
    PATTERNS.iter().filter(|one| one.hook().is_match(id.as_bytes())).map(|one| one.language.name).collect()
}

/// Base names and extensions of files that may configure a linter.
pub(super) fn files() -> (Vec<&'static str>, Vec<&'static str>) {
    let named = languages().flat_map(|language| language.sections).map(|(name, _)| *name);
    let (extensions, bases): (Vec<_>, Vec<_>) = named.partition(|name| is_extension(name));
    let bases = bases.into_iter().chain(languages().flat_map(|language| language.files).copied());
    (bases.collect(), extensions.into_iter().map(|name| name.rsplit('.').next().unwrap_or(name)).collect())
}

/// Whether a name stands for all files that end so.
fn is_extension(name: &str) -> bool {
    matches!(name, ".gradle" | ".gradle.kts" | ".props" | ".targets" | ".csproj")
}

pub(super) fn is_named(base: &str, name: &str) -> bool {
    base == name || is_extension(name) && base.ends_with(name)
}

/// Languages that a file configures a linter of, each with the line that says so (0 is the whole file).
pub(super) fn configured(base: &str, text: &str) -> Vec<(&'static str, u32)> {
    static COMMENT: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?m)^[ \t]*(?://|#|<!--|\*)[^\n]*$").expect("a fixed pattern"));
    let text = &*COMMENT.replace_all(text, "");
    let mut found = Vec::new();
    for patterns in PATTERNS.iter() {
        if patterns.language.files.contains(&base) {
            found.push((patterns.language.name, 0));
            continue;
        }
        if let Some(hit) = patterns.section(base, text) {
            let bytes = &text.as_bytes()[hit.clone()];
            let blank = bytes.len() - bytes.trim_ascii_start().len();
            let breaks = text.as_bytes()[..hit.start + blank].iter().filter(|byte| **byte == b'\n').count();
            found.push((patterns.language.name, u32::try_from(breaks + 1).unwrap_or(0)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linters_are_recognised_where_they_are_run_and_not_where_they_are_named() {
        for (text, expected) in [
            ("uv run ruff check .", vec!["Python"]),
            ("npx eslint . --max-warnings 0", vec!["JavaScript"]),
            ("tsc -p . --noEmit", vec!["JavaScript"]),
            ("go vet ./...", vec!["Go"]),
            ("cargo +nightly clippy --all-targets -- -D warnings", vec!["Rust"]),
            ("vendor/bin/phpstan analyse", vec!["PHP"]),
            ("bundle exec rubocop", vec!["Ruby"]),
            ("./gradlew detekt", vec!["Kotlin"]),
            ("terraform fmt -check", vec!["Terraform"]),
            ("npm ci && npx eslint .", vec!["JavaScript"]),
            ("pip install ruff", vec![]),
            ("rustup component add clippy", vec![]),
            ("echo eslint", vec![]),
            ("ruff format --check .", vec![]),
            ("tsc -p .", vec![]),
            ("npm install -g eslint", vec![]),
            ("mvn -B checkstyle:check", vec!["Java"]),
            ("./mvnw checkstyle:checkstyle", vec![]),
            ("./gradlew spotlessJavaCheck", vec!["Java", "Kotlin"]),
            ("./gradlew spotlessApply", vec![]),
            ("dotnet format --verify-no-changes", vec!["C#"]),
            ("dotnet format", vec![]),
            ("vendor/bin/pint --test", vec!["PHP"]),
            ("vendor/bin/pint", vec![]),
            ("terraform fmt -recursive", vec![]),
        ] {
            assert_eq!(of_command(text), expected, "{text}");
        }
    }

    #[test]
    fn hooks_and_actions_are_recognised_by_their_names() {
        assert_eq!(of_hook("ruff-check"), ["Python"]);
        assert_eq!(of_hook("ruff-format"), Vec::<&str>::new());
        assert_eq!(of_hook("golangci-lint"), ["Go"]);
        assert_eq!(of_hook("terraform_fmt"), ["Terraform"]);
        assert_eq!(of_action("golangci/golangci-lint-action@v6"), ["Go"]);
        assert_eq!(of_action("SonarSource/sonarqube-scan-action@v5"), ["any language"]);
        assert_eq!(of_action("codacy/codacy-coverage-reporter-action@v1"), Vec::<&str>::new(), "it carries a report");
    }

    #[test]
    fn a_section_configures_and_a_file_that_only_names_a_tool_does_not() {
        assert_eq!(configured("pyproject.toml", "[project]\nname = \"x\"\n\n[tool.ruff.lint]\n"), [("Python", 4)]);
        assert_eq!(configured("pyproject.toml", "dependencies = [\"ruff\"]\n"), []);
        assert_eq!(configured("app.csproj", "<A>\n<TreatWarningsAsErrors>true</A>"), [("C#", 2)]);
        assert_eq!(configured(".golangci.yml", ""), [("Go", 0)]);
        let styles = "<EnforceCodeStyleInBuild>true</EnforceCodeStyleInBuild>";
        assert_eq!(configured("app.csproj", styles), [], "styles have no severity of their own");
    }
}
