//! Which commands and actions test, lint, build, scan or deploy.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use crate::probe::pipelines::{Run, What};

use super::{deploying, environments};

pub(super) fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

/// Test runners (catalogue, table T1), and script, make and task targets named after tests.
static TESTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)(?:^|[\s;&|('`/])(?:",
        r"cargo\s+(?:\+\S+\s+)?(?:hack\s+)?(?:test|nextest\s+run|llvm-cov|tarpaulin)",
        r"|pytest|py\.test|python3?\s+-m\s+pytest|(?:python[\d.]*|py|pypy[\d.]*|coverage[\d.]*\s+run)\s[^\n|;&]*-m\s+(?:unittest|nose2?|django\s+test|twisted\.trial|testtools\.run|zope\.testrunner)|(?:python3?\s+-m\s+unittest)",
        r"|RSpec::Core::RakeTask|Rake::TestTask|Minitest::TestTask|stestr\s+run|nosetests|nose2|zope-testrunner|django-admin\s+test|trial\s+(?:-\S+\s+)*[\w.]+|hatch\s+(?:run\s+)?test\S*|manage\.py\s+test",
        r"|(?:turbo|nx|lerna|wireit|rush|moon)\s[^\n|;&]*\b(?:test|coverage)\S*",
        r"|(?:npm|pnpm|yarn|bun)\s+(?:-{1,2}\S+\s+)*(?:run\s+|run-script\s+)?(?:-{1,2}\S+\s+)*(?:test\S*|[a-z-]+:test\S*|t|coverage\S*)",
        r"|(?:npx\s+|bunx\s+|pnpm\s+exec\s+|yarn\s+)?(?:jest|vitest|mocha|ava|playwright\s+test|cypress\s+run|c8|nyc)|node\s+--test|deno\s+(?:task\s+)?test",
        r"|go\s+test|gotestsum|ginkgo",
        r"|mvnw?(?:\.cmd)?\s+[^\n|;]*\b(?:test|verify|package|install|deploy)|gradlew?(?:\.bat)?\s+[^\n|;]*\b(?:test|check|build)\b",
        r"|dotnet\s+test|rspec|rake(?:\s+(?:[\w:]+\s+)*(?:test|spec|ci|default)\S*|\s*$)|(?:bin/)?rails\s+(?:[\w:]+\s+)*test\S*",
        r"|phpunit|pest|paratest|artisan\s+test|composer\s+(?:run\s+|run-script\s+)?(?:test\S*|phpunit)",
        r"|(?:make|just|task|mage|invoke|poe|doit)\s+(?:-\S+\s+)*(?:[\w./]+[:-])*(?:tests?|check|spec|coverage|unit|e2e)(?:[:-][\w:./-]+)?",
        r"|ct\s+(?:install|lint-and-install)|helm\s+(?:test|unittest)|(?:terraform|tofu)\s+test|swift\s+test|mix\s+test|sbt\s+[^\n|;]*test|(?:forge|skaffold)\s+test|hardhat\s+test|meson\s+test|ctest|bazel\s+test|zig\s+build\s+test|flutter\s+test|dart\s+test|stack\s+test|cabal\s+test",
        r"|[\w./-]*(?:\b|_)tests?[\w-]*\.(?:sh|py|ps1)|[\w./-]*run[-_]?tests?[\w./-]*",
        r"|(?:scripts?|bin|ci|hack|tools|dev)/(?:[\w./-]+[-_/])?tests?(?:[-_][\w-]+)?|(?:bin/)?(?:rails|rake)\s+[\x22']?\$\{?\w*tests?(?:_\w+)?\}?[\x22']?",
        r")(?:$|[\s;&|)'`])",
    ))
});

/// Lints, builds, migrations and deployments; what else deploys is in `deploying`.
static WORK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|[\s;&|/])(?:eslint|ruff|flake8|mypy|pyright|pylint|golangci-lint|cargo\s+(?:clippy|fmt)|rubocop|phpstan|psalm|prettier|tsc|stylelint|shellcheck|hadolint|(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?(?:lint\S*|typecheck\S*|build\S*)|make\s+(?:lint|build)\S*|docker\s+(?:buildx\s+)?(?:build|bake)|docker[\s-]compose\s+build|ninja|meson\s+compile|cmake\s+--build|gradlew?(?:\.bat)?\s+[^\n|;]*\bassemble\w*|dotnet\s+(?:build|publish)|python3?\s+-m\s+build|azd\s+(?:up|provision|deploy)|go\s+(?:vet|build)|cargo\s+build|alembic\s+upgrade|terraform\s+apply|kubectl\s+apply|helm\s+upgrade)(?:$|[\s;&|])",
    )
});

static SCANS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|[\s;&|/])(?:trivy|grype|snyk|npm\s+audit|pnpm\s+audit|yarn\s+(?:npm\s+)?audit|pip-audit|safety|bandit|semgrep|gosec|govulncheck|cargo\s+(?:audit|deny)|gitleaks|trufflehog|checkov|tfsec|osv-scanner|brakeman|bundle-audit|composer\s+audit)(?:$|[\s;&|])",
    )
});

/// Actions that run tests.
pub(super) const TEST_ACTIONS: &[&str] =
    &["cypress-io/github-action@", "gradle/gradle-build-action@", "ruby/action-rspec@", "taiki-e/nextest"];

/// Actions that look for weaknesses. Those that only upload a report are none.
const SCAN_ACTIONS: &[&str] = &[
    "aquasecurity/trivy-action",
    "aquasecurity/tfsec-action",
    "anchore/scan-action",
    "snyk/actions",
    "github/codeql-action/analyze",
    "zizmorcore/zizmor-action",
    "gitleaks/gitleaks-action",
    "trufflesecurity/trufflehog",
    "google/osv-scanner-action",
    "semgrep/semgrep-action",
    "returntocorp/semgrep-action",
    "actions/dependency-review-action",
    "bridgecrewio/checkov-action",
    "Checkmarx/kics-github-action",
    "EmbarkStudios/cargo-deny-action",
    "rustsec/audit-check",
    "actions-rs/audit-check",
    "pypa/gh-action-pip-audit",
    "golang/govulncheck-action",
    "securego/gosec",
];

/// Actions that lint, build or publish.
const WORK_ACTIONS: &[&str] = &[
    "golangci/golangci-lint-action",
    "super-linter/super-linter",
    "github/super-linter",
    "oxsecurity/megalinter",
    "hadolint/hadolint-action",
    "psf/black",
    "astral-sh/ruff-action",
    "chartboost/ruff-action",
    "pre-commit/action",
    "ludeeus/action-shellcheck",
    "DavidAnson/markdownlint-cli2-action",
    "dominikh/staticcheck-action",
    "docker/build-push-action",
    "docker/bake-action",
    "actions/deploy-pages",
    "goreleaser/goreleaser-action",
    "pypa/gh-action-pypi-publish",
    "helm/chart-releaser-action",
    "PyO3/maturin-action",
    "pypa/cibuildwheel",
];

/// Whether a line runs tests, itself or by an environment of tox or a session of nox that is named after them.
pub(super) fn runs_tests(text: &str) -> bool {
    runs_tests_itself(text) || environments::tests(&named_by_variable(text)) && !is_comment(text)
}

/// Whether what a pipeline runs tests. What tox and nox do is told by what they lead to, where all of that is seen.
pub(super) fn tests(run: &Run) -> bool {
    run.what == What::Command && if run.is_whole { runs_tests_itself(&run.text) } else { runs_tests(&run.text) }
}

/// Whether a line runs tests, whatever tox and nox do in it; one that only installs a runner does not.
fn runs_tests_itself(text: &str) -> bool {
    static INSTALLS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\s*(?:sudo\s+)?(?:python3?\s+-m\s+)?(?:uv\s+)?(?:pip3?|pipx|uv|npm|yarn|pnpm|gem|go|cargo|apt|apt-get|brew|poetry|choco|apk|dnf)\s+(?:-\S+\s+)*(?:install|add|i|get|sync|ci|tool)\b[^&;|]*$|^\s*(?:make|just|task)\s+\S*(?:install|setup|tools|deps)\S*\s*$",
        )
    });
    let text = named_by_variable(text);
    TESTS.is_match(&text) && !is_comment(&text) && !INSTALLS.is_match(&text)
}

/// A command with `${{ env.CARGO }}`, `$PYTHON` or `"${NPM}"` as the tool that the variable is named after.
fn named_by_variable(text: &str) -> Cow<'_, str> {
    static VARIABLE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r#"(?i)"?\$(?:\{\{\s*(?:env|matrix|vars|inputs)\.|\{)?(cargo|go|npm|pnpm|yarn|bun|node|python3?|pytest|tox|mvn|gradle|dotnet|make|composer|rake)(?:_?(?:bin|cmd|command|path|exe))?(?:\s*\}\}|\})?"?(?:\s|$)"#,
        )
    });
    VARIABLE.replace_all(text, "$1 ")
}

pub(super) fn is_comment(text: &str) -> bool {
    text.trim_start().starts_with('#')
}

/// What a line of a pipeline decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gate {
    Tests,
    /// Lints, builds, deployments.
    Work,
    Scan,
}

impl Gate {
    /// The fact that counts its failure where that is ignored.
    pub(crate) fn ignored_fact(self) -> &'static str {
        match self {
            Gate::Scan => "ignored_scans",
            Gate::Tests | Gate::Work => "ignored_failures",
        }
    }
}

/// What a line decides, if anything; a comment decides nothing.
pub(crate) fn gate(text: &str) -> Option<Gate> {
    match text {
        text if is_comment(text) => None,
        text if SCANS.is_match(text) => Some(Gate::Scan),
        text if runs_tests(text) => Some(Gate::Tests),
        text if WORK.is_match(text) || deploying::command(text) || environments::runs_any(text) => Some(Gate::Work),
        _ => None,
    }
}

/// What an action decides that is known to test, lint, build, scan or deploy: what `uses` says.
pub(super) fn gate_of_action(uses: &str) -> Option<Gate> {
    let is_in = |list: &[&str]| {
        list.iter().any(|known| uses.strip_prefix(known).is_some_and(|rest| rest.starts_with(['@', '/'])))
    };
    if TEST_ACTIONS.iter().any(|known| uses.starts_with(known)) {
        Some(Gate::Tests)
    } else if is_in(SCAN_ACTIONS) {
        Some(Gate::Scan)
    } else {
        (is_in(WORK_ACTIONS) || deploying::action(uses)).then_some(Gate::Work)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_runners_are_recognised_and_look_alikes_are_not() {
        for text in [
            "cargo test --locked",
            "${{ env.CARGO }} test --verbose ${{ env.TARGET_FLAGS }}",
            "\"$PYTHON\" -m pytest",
            "${NPM_BIN} test",
            "uv run pytest -q",
            "npm test",
            "npm run test:unit -- --ci",
            "go test ./...",
            "./mvnw -B verify",
            "make test-unit",
            "bundle exec rake",
            "vendor/bin/phpunit",
            "uv run bash scripts/tests-start.sh",
            "CMD='/start_tests.sh unit' make in-container",
            "tox -e py",
            "python -m tox",
            "nox -s tests-3.12",
            "python3.12 -W error -m unittest",
            "coverage run --branch -m unittest discover",
            "pnpm test",
            "pnpm -r test",
            "bin/rails db:setup test:system",
            "npx turbo run build test:e2e --filter=web",
            "nx affected -t test",
            "forge test -vvv",
            "skaffold test --module=x",
            "npx hardhat test",
            "meson test -C build",
        ] {
            assert!(runs_tests(text), "{text}");
        }
        for text in [
            "npm ci",
            "echo latest",
            "docker run attest",
            "bundle exec rake install:x",
            "make install-test-tools-local",
            "make build",
            "cargo build",
            "pip install pytest",
            "cargo install cargo-tarpaulin",
            "contest run",
            "turbo run build --filter=latest",
            "bin/rails db:test:prepare",
            "tox -e lint",
            "nox -s docs",
            "pip install tox",
            "# tox -e py",
        ] {
            assert!(!runs_tests(text), "{text}");
        }
    }

    #[test]
    fn actions_are_known_by_their_whole_name() {
        assert_eq!(gate_of_action("docker/build-push-action@v6"), Some(Gate::Work));
        assert_eq!(gate_of_action("github/codeql-action/analyze@v3"), Some(Gate::Scan));
        assert_eq!(gate_of_action("cypress-io/github-action@v6"), Some(Gate::Tests));
        for other in ["github/codeql-action/upload-sarif@v3", "psf/blackbox@v1", "actions/checkout@v4"] {
            assert_eq!(gate_of_action(other), None, "{other}");
        }
    }
}
