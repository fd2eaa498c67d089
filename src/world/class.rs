//! What kind of file a path is: source, test, generated, vendored, … by its name alone (catalogue §0.5). Overrides by
//! `.gitattributes` are in `attributes`, generated-file headers in `generated_header`.

use memchr::memrchr;

use super::class_names::{DOCS, EXAMPLE, FIXTURE, MIGRATION, NAMED_BY_OWNER, PRODUCT, TEST, TOOLING, VENDORED};

/// The class of a file; every file has exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Shipped source and configuration: whatever is nothing else.
    Src,
    /// Tests and what only tests use.
    Test,
    /// Data that tests read: `testdata/`, `fixtures/`, `__snapshots__/`, …
    Fixture,
    /// Written by a program: `*.pb.go`, `*.min.js`, `@generated`.
    Generated,
    /// Copied from elsewhere: `vendor/`, `node_modules/`, …
    Vendored,
    /// Scripts, CI and packaging around the product.
    Tooling,
    /// Examples and samples.
    Example,
    /// Prose.
    Docs,
    /// Database migrations.
    Migration,
}

impl Class {
    /// Every class, in declaration order.
    pub const ALL: [Class; 9] = [
        Class::Src,
        Class::Test,
        Class::Fixture,
        Class::Generated,
        Class::Vendored,
        Class::Tooling,
        Class::Example,
        Class::Docs,
        Class::Migration,
    ];

    /// Its word in specs.
    pub fn word(self) -> &'static str {
        match self {
            Class::Src => "src",
            Class::Test => "test",
            Class::Fixture => "fixture",
            Class::Generated => "generated",
            Class::Vendored => "vendored",
            Class::Tooling => "tooling",
            Class::Example => "example",
            Class::Docs => "docs",
            Class::Migration => "migration",
        }
    }
}

/// A set of classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClassSet(u16);

impl ClassSet {
    /// Every class.
    pub const ALL: ClassSet = ClassSet(u16::MAX);
    /// Shipped source only.
    pub const SRC: ClassSet = ClassSet(1 << Class::Src as u16);
    /// Everything but vendored and generated files.
    pub const OWN: ClassSet = ClassSet(!(1 << Class::Vendored as u16 | 1 << Class::Generated as u16));

    /// Exactly these.
    pub const fn of(classes: &[Class]) -> ClassSet {
        let mut bits = 0;
        let mut at = 0;
        while at < classes.len() {
            bits |= 1 << classes[at] as u16;
            at += 1;
        }
        ClassSet(bits)
    }

    /// Whether the class is in the set.
    pub fn has(self, class: Class) -> bool {
        self.0 & (1 << class as u16) != 0
    }
}

/// What the folders of a path say; the same for every file in one folder.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FolderSigns {
    vendored: bool,
    fixture: bool,
    test: bool,
    migration: bool,
    tooling: bool,
    example: bool,
    docs: bool,
    /// A folder of examples or of documentation lies above any of tests or migrations: those are the example's own.
    aside: bool,
}

impl FolderSigns {
    /// Looks at a folder's path (no trailing slash).
    pub(super) fn of(folders: &str) -> FolderSigns {
        // C and Erlang projects keep copies of libraries below a `deps/` at the top, one folder each.
        let copied = folders.strip_prefix("deps/").is_some_and(|rest| !rest.is_empty());
        // Deeper, `integration` is often a part of the product.
        let test = matches!(folders.split('/').next(), Some("integration" | "integration_test" | "itest"));
        // Copies of libraries for browsers, as the templates of ASP.NET and many others keep them.
        let slashed = format!("/{folders}/");
        let copied = copied || ["/wwwroot/lib/", "/public/libs/", "/static/libs/"].iter().any(|f| slashed.contains(f));
        let mut signs = FolderSigns { vendored: copied, test, ..FolderSigns::default() };
        let (mut in_product, mut by_owner) = (false, false);
        for folder in folders.split('/') {
            signs.vendored |= VENDORED.contains(&folder);
            signs.fixture |= FIXTURE.contains(&folder) && !by_owner || folder.starts_with("testdata");
            signs.test |= TEST.contains(&folder) || is_test_folder(folder);
            signs.migration |= is_migration(folder);
            in_product |= PRODUCT.contains(&folder);
            signs.tooling |= !in_product && TOOLING.contains(&folder);
            by_owner |= NAMED_BY_OWNER.contains(&folder);
            signs.example |= !in_product && EXAMPLE.contains(&folder) || folder == "examples" && !by_owner;
            signs.docs |= !in_product && DOCS.contains(&folder);
            signs.aside |= (signs.example || signs.docs) && !(signs.fixture || signs.test || signs.migration);
        }
        signs
    }
}

/// Beside those of one word: `api_tests`, `tests_e2e`, `test-environments`, `Shop.Tests`, `ShopTests`.
fn is_test_folder(folder: &str) -> bool {
    let ends = ["_tests", "-tests", ".Test", ".Tests", ".UnitTests", ".IntegrationTests"];
    let starts = ["tests_", "tests-", "test-env", "test_env"];
    starts.iter().any(|start| folder.starts_with(start))
        || ends.iter().any(|end| folder.ends_with(end))
        || ends_in_capital(folder, &["Tests"])
}

/// The class of a path by its name.
pub fn of_path(path: &str) -> Class {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    of_path_in(path, FolderSigns::of(folders))
}

/// The same, when the signs of its folder are known.
pub(super) fn of_path_in(path: &str, signs: FolderSigns) -> Class {
    let (folders, base) = memrchr(b'/', path.as_bytes()).map_or(("", path), |at| (&path[..at], &path[at + 1..]));
    if signs.vendored {
        Class::Vendored
    } else if is_generated_name(base) {
        Class::Generated
    } else if signs.aside && (signs.fixture || signs.test || signs.migration || is_test_name(folders, base)) {
        if signs.example { Class::Example } else { Class::Docs }
    } else if signs.fixture {
        Class::Fixture
    } else if signs.test || is_test_name(folders, base) {
        Class::Test
    } else if signs.migration {
        Class::Migration
    } else if signs.tooling || is_tool_name(base) {
        Class::Tooling
    } else if signs.example {
        Class::Example
    } else if signs.docs || is_prose(base) {
        Class::Docs
    } else {
        Class::Src
    }
}

fn is_generated_name(base: &str) -> bool {
    const ENDS: &[&str] = &[
        ".min.js",
        ".bundle.js",
        ".min.css",
        ".pb.go",
        ".pb.cc",
        ".pb.h",
        "_pb2.py",
        "_pb2.pyi",
        "_pb2_grpc.py",
        ".g.dart",
        ".freezed.dart",
        ".designer.cs",
        ".Designer.cs",
        ".g.cs",
        "_pb.js",
        "_pb.ts",
        "_pb.d.ts",
        ".js.map",
        ".css.map",
    ];
    ENDS.iter().any(|end| base.ends_with(end))
}

fn is_test_name(folders: &str, base: &str) -> bool {
    let Some((stem, extension)) = base.rsplit_once('.') else { return false };
    let dotted = || stem.rsplit_once('.').map(|(_, word)| word);
    match extension {
        "py" => stem.starts_with("test_") || stem.ends_with("_test") || stem == "conftest",
        "js" | "jsx" | "ts" | "tsx" | "mjs" | "cjs" | "mts" | "cts" | "vue" => {
            matches!(dotted(), Some("test" | "spec" | "cy" | "e2e" | "stories"))
                || matches!(stem, "setupTests" | "global-setup" | "globalSetup" | "global-teardown" | "globalTeardown")
                || ["jest.", "vitest.", "playwright.", "cypress.", "karma."].iter().any(|tool| stem.starts_with(tool))
        }
        "go" | "exs" | "dart" | "c" | "cc" | "cpp" => stem.ends_with("_test"),
        "rb" | "erb" | "haml" | "ru" if folders.split('/').any(|folder| folder == "spec") => true,
        "rb" => stem.ends_with("_spec") || stem.ends_with("_test") || stem == "spec_helper" || stem == "rails_helper",
        "java" | "kt" | "scala" | "groovy" => {
            folders.contains("src/test") || ends_in_capital(stem, &["Test", "Tests", "IT", "Spec"])
        }
        "php" => ends_in_capital(stem, &["Test"]),
        "cs" | "fs" | "vb" => ends_in_capital(stem, &["Test", "Tests"]),
        "swift" => ends_in_capital(stem, &["Tests"]),
        "rs" => stem == "tests" || stem.ends_with("_tests"),
        _ => false,
    }
}

/// Configuration of linters and formatters in a programming language: `.eslintrc.js`, `prettier.config.mjs`.
fn is_tool_name(base: &str) -> bool {
    const TOOLS: &[&str] = &["eslint", "prettier", "stylelint", "commitlint", "lint-staged", "knip"];
    const NAMES: &[&str] = &[".php-cs-fixer.php", ".php-cs-fixer.dist.php", "rector.php", "noxfile.py"];
    let bare = base.strip_prefix('.').unwrap_or(base);
    let of_tool = |tool: &str| {
        bare.strip_prefix(tool)
            .and_then(|rest| rest.strip_prefix(".config.").or_else(|| rest.strip_prefix("rc.")))
            .is_some_and(|extension| matches!(extension, "js" | "cjs" | "mjs" | "ts" | "mts" | "cts"))
    };
    TOOLS.iter().any(|tool| of_tool(tool)) || NAMES.contains(&base)
}

/// Whether the stem ends in the word as a part of its own: `CartTest`, not `Latest`.
fn ends_in_capital(stem: &str, words: &[&str]) -> bool {
    words.iter().any(|word| {
        stem.strip_suffix(word)
            .is_some_and(|front| front.chars().last().is_none_or(|c| c.is_lowercase() || c.is_ascii_digit()))
    })
}

/// `(^|[/_])migrations?/`, and Rails' `db/migrate/`.
fn is_migration(folder: &str) -> bool {
    MIGRATION.contains(&folder) || folder.ends_with("_migrations") || folder.ends_with("_migration")
}

fn is_prose(base: &str) -> bool {
    const ENDS: &[&str] = &[".md", ".mdx", ".markdown", ".rst", ".adoc", ".asciidoc"];
    ENDS.iter().any(|end| base.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_get_the_class_of_the_catalogue() {
        use Class::*;
        let cases = [
            ("src/main.rs", Src),
            ("Dockerfile", Src),
            ("vendor/a/test_x.py", Vendored),
            ("assets/vendors/ace/worker.js", Vendored),
            ("web/integration/global-setup.ts", Test),
            ("web/node_modules/x/index.js", Vendored),
            ("api/user.pb.go", Generated),
            ("static/app.min.js", Generated),
            ("static/editor-6.0.1.bundle.js", Generated),
            ("pkg/testdata/in.json", Fixture),
            ("tests/fixtures/a.py", Fixture),
            ("pkg/a_test.go", Test),
            ("a/test_login.py", Test),
            ("web/src/a.spec.ts", Test),
            ("Shop/CartTest.java", Test),
            ("Tests/AppTests/Router.swift", Test),
            ("Shop.IntegrationTests/Api.cs", Test),
            ("Sources/Latest/Contests.swift", Src),
            ("Shop/Latest.java", Src),
            ("Shop.Tests/Cart.cs", Test),
            ("spec/models/a_spec.rb", Test),
            ("spec/views/a.erb", Test),
            ("integration/resources/tls/local.key", Test),
            ("src/integration/billing.go", Src),
            ("spec/openapi.yaml", Src),
            ("repo/testdata2/a.yaml", Fixture),
            ("db/migrate/1_a.rb", Migration),
            ("shop/migrations/0001.py", Migration),
            ("Shop/Data/Migrations/20240102_Cart.cs", Migration),
            ("Shop/wwwroot/lib/jquery/jquery.js", Vendored),
            ("ui/public/libs/prism/prism.js", Vendored),
            ("cmd/stub/rsa.key", Fixture),
            ("src/main/java/org/shop/stub/Cart.java", Src),
            ("log/integrationtest/Dockerfile", Test),
            ("scripts/x.sh", Tooling),
            (".github/workflows/ci.yml", Tooling),
            ("src/agent/tools/search.py", Src),
            ("examples/a.rs", Example),
            ("docs/conf.py", Docs),
            ("examples/shop/tests/test_cart.py", Example),
            ("examples/shop/db/migrations/0001.sql", Example),
            ("docs/shop/cart.spec.ts", Docs),
            ("tests/examples/cart.py", Test),
            ("README.md", Docs),
            ("sdk/src/examples/worker.ts", Example),
            ("src/main/java/org/shop/examples/App.java", Src),
            ("internal/example/shop.go", Src),
            ("web/jest.e2e-setup.ts", Test),
            ("cypress.config.ts", Test),
            ("web/.eslintrc.cjs", Tooling),
            ("eslint.config.mjs", Tooling),
            ("src/eslint.ts", Src),
            ("vite.config.ts", Src),
        ];
        for (path, class) in cases {
            assert_eq!(of_path(path), class, "{path}");
        }
    }

    #[test]
    fn a_set_of_classes_has_what_it_was_made_of() {
        let set = ClassSet::of(&[Class::Src, Class::Tooling]);
        let inside: Vec<_> = Class::ALL.into_iter().filter(|class| set.has(*class)).collect();
        assert_eq!(inside, [Class::Src, Class::Tooling]);
        assert!(!ClassSet::OWN.has(Class::Generated) && ClassSet::OWN.has(Class::Migration));
    }
}
