//! Names of folders that say what lies in them, by class (catalogue §0.5). How they are combined is in `class`.

pub(super) const VENDORED: &[&str] = &[
    "vendor",
    "vendors",
    "third_party",
    "third-party",
    "node_modules",
    "bower_components",
    ".venv",
    "venv",
    "site-packages",
    "Pods",
    ".yarn",
];
pub(super) const FIXTURE: &[&str] = &[
    "testdata",
    "test-data",
    "test_data",
    "fixtures",
    "fixture",
    "__fixtures__",
    "Fixtures",
    "__snapshots__",
    "cassettes",
    "golden",
    "stub",
    "stubs",
];
pub(super) const TEST: &[&str] = &[
    "test",
    "tests",
    "Test",
    "Tests",
    "__tests__",
    "__mocks__",
    "e2e",
    "acceptance",
    "test-utils",
    "test_utils",
    "testutil",
    "testutils",
    "testing",
    "testkit",
    "integrationtest",
    "integrationtests",
    "mock",
    "mocks",
    "playwright",
    "cypress",
];
pub(super) const MIGRATION: &[&str] = &["migration", "migrations", "migrate", "Migrations"];
pub(super) const TOOLING: &[&str] = &[
    "scripts",
    "hack",
    "tools",
    "extra",
    "extras",
    "contrib",
    "ci",
    "bench",
    "benches",
    "benchmarks",
    "packaging",
    ".github",
    ".gitlab",
    ".circleci",
    ".ci",
    ".buildkite",
];
pub(super) const EXAMPLE: &[&str] = &["examples", "example", "samples", "sample", "demo", "demos"];
pub(super) const DOCS: &[&str] = &["docs", "doc"];
/// Below one of these, `tools/` or `docs/` is a package of the product, not the folder around it.
pub(super) const PRODUCT: &[&str] = &["src", "lib", "app", "apps", "pkg", "internal", "cmd", "main"];
/// Languages whose folders are named after whom a package belongs to: `org.springframework.samples` is one.
pub(super) const NAMED_BY_OWNER: &[&str] = &["java", "kotlin", "scala", "groovy"];
