//! Who applies migrations: a command of a pipeline, an image, a manifest or a release phase, or the program at its start; and
//! what changes the schema beside them.

use std::sync::LazyLock;

use regex::Regex;

use crate::world::{Class, ClassSet, FileBytes, Name, Select, Want, WantId, Wants};

/// What one file says about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Steps {
    /// The first line that applies them.
    pub(super) runs: Option<(u32, String)>,
    /// Lines that let the program change the schema by itself; `true` is a sure one.
    pub(super) auto: Vec<(u32, String, bool)>,
    /// Line that says how the program is deployed.
    pub(super) deploys: Option<u32>,
}

fn fixed(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

/// Commands that apply migrations.
static COMMAND: LazyLock<Regex> = LazyLock::new(|| {
    fixed(concat!(
        r#"(?i)(?:^|[\s;&|('"`,/\[=])(?:alembic["',\s]+(?:-\S+\s+)*upgrade|manage\.py["',\s]+migrate\b|django-admin\s+migrate|(?:flask|airflow|superset)\s+db\s+(?:upgrade|migrate)|aerich\s+upgrade|piccolo\s+migrations\s+forwards"#,
        r"|flyway(?:\s+-\S+)*\s+migrate|flyway:migrate|flywayMigrate|flyway/flyway|liquibase(?:\s+-\S+)*\s+update|liquibase:update",
        r#"|(?:rails|rake)["',\s]+(?:\S+["',\s]+)*db:(?:migrate|prepare|chatwoot_prepare|schema:load|create_and_migrate)\S*|prisma["',\s]+migrate["',\s]+deploy|knex(?:\s+-\S+|\s+\S+)*\s+migrate:(?:latest|up)|sequelize(?:-cli)?\s+db:migrate|umzug\s+up|typeorm\S*(?:\s+\S+)*\s+migration:run|drizzle-kit\s+(?:migrate|push)|mikro-orm(?:\s+\S+)*\s+migration:up|node-pg-migrate(?:\s+\S+)*\s+up|db-migrate\s+up|kysely\s+migrate"#,
        r#"|migrate/migrate|migrate["',\s]+-(?:path|source|database)\b|goose(?:\s+\S+)*\s+up\b|sql-migrate\s+up|tern\s+migrate|dbmate(?:\s+\S+)*\s+(?:up|migrate)\b|atlas\s+migrate\s+apply|soda\s+migrate|buffalo\s+pop\s+migrate|sqlx\s+(?:migrate\s+run|database\s+setup|mig\s+run)|diesel\s+(?:migration\s+run|database\s+(?:setup|reset))|refinery\s+migrate|sea-orm-cli\s+migrate"#,
        r#"|dotnet\s+ef\s+database\s+update|efbundle|artisan["',\s]+(?:\S+:)?migrate\b|doctrine:migrations:migrate|phinx\s+migrate|mix\s+(?:ecto\.migrate|ecto\.setup)|ecto\.migrate|bytebase|sqitch\s+deploy|yoyo\s+apply|graphile-migrate\s+migrate|(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?(?:db:|database:|prisma:|migrations?:)(?:migrate|deploy|run|up|prod)\S*|(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?migrat\S*|bin/migrate|(?:^|\s)make\s+(?:db-)?migrate\S*|\beval\s+\S*\.Release\.migrate)"#,
    ))
});
/// Calls that apply them when the program starts.
static CALL: LazyLock<Regex> = LazyLock::new(|| {
    fixed(concat!(
        r"\bsqlx::migrate!\s*\(|\brun_pending_migrations\s*(?:::<[^>]*>)?\(|\bembedded::migrations::runner\(|\bMigrator::up\s*\(|\bmigrations::runner\(\)",
        r"|\bgoose\.(?:Up|UpContext|NewProvider)\s*\(|\bmigrate\.(?:New\w*|Exec|NewMigrator)\s*\(|\bgormigrate\.New\s*\(|\bmigrator\.(?:Up|Migrate)\s*\(",
        r"|\.Database\.Migrate(?:Async)?\s*\(|\bmigrationsRun:\s*true\b|\brunMigrations\s*\(|\bmigrationExecutor\b|\bmigrator\.(?:up|latest|migrateToLatest)\s*\(|\bdb\.migrate\.latest\s*\(|\bmigrate\s*\(\s*db\s*,|\bmigrate\.latest\s*\(",
        r"|\bcommand\.upgrade\s*\(|\bFlyway\.configure\s*\(|\bEcto\.Migrator\.(?:with_repo|run)\b|\bcall_command\s*\(\s*[\x22']migrate[\x22']",
    ))
});
static AUTO: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"\bsynchronize:\s*true\b|\b(?:ddl-auto|hbm2ddl\.auto)\s*[:=]\s*[\x22']?(?:update|create|create-drop)\b|\.Database\.EnsureCreated(?:Async)?\(|\.AutoMigrate\(|\bmetadata\.create_all\(|\bdb\.create_all\(|\bsequelize\.sync\(|\bprisma\s+db\s+push\b",
    )
});
/// Signs that a file starts a service.
static STARTS: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"\bFastAPI\s*\(|\bFlask\s*\(|\blifespan\b|\bon_event\s*\(|\bListenAndServe\b|\bfunc\s+main\s*\(|\bapp\.listen\s*\(|\bgin\.(?:Default|New)\s*\(|\buvicorn\.run\b",
    )
});
static DEPLOYS: LazyLock<Regex> = LazyLock::new(|| fixed(r"^kind:\s*[\x22']?(?:Deployment|StatefulSet|Rollout)\b"));

/// The want for them.
pub(super) fn want(folder: &str, wants: &mut Wants) -> WantId {
    const EXTENSIONS: &[&str] = &[
        "yml",
        "yaml",
        "sh",
        "toml",
        "py",
        "ts",
        "js",
        "mjs",
        "go",
        "rs",
        "java",
        "kt",
        "cs",
        "rb",
        "ex",
        "exs",
        "php",
        "properties",
        "tpl",
        "json",
        "gradle",
    ];
    let globs = [
        "**/*Dockerfile*",
        "**/*Containerfile*",
        "**/*entrypoint*",
        "**/Procfile*",
        "**/bin/*",
        "**/*.gradle.kts",
        "**/pom.xml",
    ];
    let select =
        EXTENSIONS.iter().fold(Select::bases(&[]), |select, extension| select.or(Name::Ext((*extension).to_owned())));
    let select = globs.iter().fold(select, |select, glob| select.or(Name::Glob((*glob).to_owned())));
    let unshipped = [
        "**/*{dev,local,test,example,sample,demo}*{,/**}",
        "**/seed*",
        "**/*lock*",
        "**/*.schema.json",
        "docs/**",
        ".github/workflows/**",
    ];
    let classes = ClassSet::of(&[Class::Src, Class::Tooling, Class::Migration]);
    let read = |file: &FileBytes<'_>| {
        let is_source = file.entry.class == Class::Src;
        Ok(steps(file.path(), &String::from_utf8_lossy(file.bytes), is_source))
    };
    wants.add(Want::sparse(select.of(classes).except(unshipped).below(folder), "migration steps", read))
}

/// Whether a command applies migrations.
pub(super) fn applies(text: &str) -> bool {
    COMMAND.is_match(text) && !text.contains("--sql") && !text.contains("--check") && !text.contains("--dry-run")
}

/// What a file says, if anything.
fn steps(path: &str, text: &str, is_source: bool) -> Option<Steps> {
    let base = path.rsplit_once('/').map_or(path, |(_, base)| base);
    let extension = base.rsplit_once('.').map_or("", |(_, extension)| extension);
    let is_code =
        ["py", "ts", "js", "mjs", "go", "rs", "java", "kt", "cs", "rb", "ex", "exs", "php"].contains(&extension);
    let mut steps = Steps::default();
    if base.starts_with("Procfile")
        || matches!(base, "fly.toml" | "app.json" | "heroku.yml" | "render.yaml" | "railway.toml" | "railway.json")
    {
        steps.deploys = Some(0);
    }
    // Spring Boot applies what Flyway and Liquibase find when it starts, with a lock.
    let is_build = base == "pom.xml" || base.starts_with("build.gradle");
    if is_build && text.contains("org.springframework.boot") {
        let sign = [
            "flyway-core",
            "flyway-database",
            "starter-flyway",
            "liquibase-core",
            "starter-liquibase",
            "libs.flyway",
            "libs.liquibase",
        ];
        let line = text.lines().position(|line| sign.iter().any(|sign| line.contains(sign)));
        steps.runs = line.map(|at| (at_line(at), "Spring Boot applies them when it starts".to_owned()));
    }
    const WORDS: &[&str] = &[
        "igrat",
        "IGRAT",
        "alembic",
        "flyway",
        "liquibase",
        "db:",
        "dbmate",
        "goose",
        "diesel",
        "sqlx",
        "upgrade",
        "synchronize",
        "ddl",
        "EnsureCreated",
        "create_all",
        ".sync(",
        "kind:",
        "sqitch",
        "yoyo",
        "efbundle",
        "ef database",
        "drizzle-kit",
        "db push",
        "ecto.setup",
    ];
    if !WORDS.iter().any(|word| text.contains(word)) {
        return (steps != Steps::default()).then_some(steps);
    }
    let starts = STARTS.is_match(text);
    for (at, line) in text.lines().enumerate().filter(|(_, line)| line.len() < 4000) {
        let trimmed = line.trim_start();
        if ["#", "//", "*", "<!--"].iter().any(|start| trimmed.starts_with(start)) {
            continue;
        }
        let applies = if is_code {
            CALL.is_match(line) || extension != "php" && line.contains("exec") && applies(line)
        } else {
            applies(line) && is_step(base, line)
        };
        if steps.runs.is_none() && applies {
            steps.runs = Some((at_line(at), line.trim().to_owned()));
        }
        if steps.deploys.is_none() && matches!(extension, "yml" | "yaml" | "tpl") && DEPLOYS.is_match(line) {
            steps.deploys = Some(at_line(at));
        }
        if is_source && steps.auto.len() < 10 && AUTO.is_match(line) {
            let needs_a_start = ["create_all(", "AutoMigrate(", ".sync("].iter().any(|sign| line.contains(sign));
            steps.auto.push((at_line(at), line.trim().to_owned(), !needs_a_start || starts));
        }
    }
    (steps != Steps::default()).then_some(steps)
}

/// Whether a line of this file is a step; of a `package.json` only those scripts that a deployment runs by themselves.
fn is_step(base: &str, line: &str) -> bool {
    if base != "package.json" {
        return !base.ends_with(".json") || matches!(base, "app.json" | "railway.json" | "vercel.json");
    }
    let name = line.trim_start().trim_start_matches('"').split('"').next().unwrap_or("");
    [
        "start",
        "prestart",
        "build",
        "postbuild",
        "prebuild",
        "vercel-build",
        "heroku-postbuild",
        "deploy",
        "predeploy",
        "release",
        "start:prod",
        "start:docker",
    ]
    .contains(&name)
}

fn at_line(at: usize) -> u32 {
    u32::try_from(at + 1).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_that_apply_migrations_are_seen_in_what_deploys() {
        for (path, text) in [
            ("Procfile", "release: python manage.py migrate"),
            ("docker/entrypoint.sh", "exec alembic upgrade head"),
            ("k8s/job.yaml", "      command: [\"alembic\", \"upgrade\", \"head\"]"),
            ("Dockerfile", "CMD npx prisma migrate deploy && node server.js"),
            ("package.json", "  \"build\": \"prisma migrate deploy && next build\","),
            ("src/main.rs", "    sqlx::migrate!().run(&pool).await?;"),
            ("Program.cs", "  db.Database.Migrate();"),
            ("build.gradle", "id 'org.springframework.boot'\nimplementation 'org.flywaydb:flyway-core'"),
        ] {
            assert!(steps(path, text, true).is_some_and(|steps| steps.runs.is_some()), "{path}");
        }
        for (path, text) in [
            ("package.json", "  \"db:migrate\": \"prisma migrate deploy\","),
            ("a.sh", "# alembic upgrade head"),
            ("a.py", "def migrate(): pass"),
        ] {
            assert!(steps(path, text, true).is_none_or(|steps| steps.runs.is_none()), "{path}");
        }
    }

    #[test]
    fn a_schema_that_the_program_changes_itself_is_sure_where_it_starts() {
        let sure = |path: &str, text: &str| {
            steps(path, text, true)
                .map(|steps| steps.auto.iter().map(|(line, _, sure)| (*line, *sure)).collect::<Vec<_>>())
        };
        assert_eq!(sure("application.yml", "jpa:\n  hibernate:\n    ddl-auto: update\n"), Some(vec![(3, true)]));
        assert_eq!(sure("application.yml", "    ddl-auto: validate\n"), None);
        assert_eq!(sure("main.go", "func main() {\n\tdb.AutoMigrate(&User{})\n}\n"), Some(vec![(2, true)]));
        assert_eq!(sure("models/tool.go", "\tdb.AutoMigrate(&User{})\n"), Some(vec![(1, false)]));
    }
}
