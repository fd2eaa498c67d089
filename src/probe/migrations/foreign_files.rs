//! Migrations in the languages of other tools, which are counted and compared with the last release, and no more: TypeORM, Knex,
//! Sequelize, Drizzle, EF Core, Laravel, Phinx, Doctrine, Ecto, Liquibase, goose in Go.

use std::sync::LazyLock;

use regex::Regex;

/// Extensions of such files.
pub(super) const EXTENSIONS: &[&str] =
    &["ts", "js", "mjs", "cjs", "cs", "php", "exs", "xml", "yaml", "yml", "go", "kt", "java"];

/// Whether a file in a folder of migrations is one.
pub(super) fn is_one(path: &str, text: &str) -> bool {
    static SIGNS: LazyLock<Vec<(&'static str, Regex)>> = LazyLock::new(|| {
        let signs = [
            (
                "ts",
                r"\bimplements\s+MigrationInterface\b|\bexport\s+(?:async\s+)?(?:const|function)\s+up\b|\bexport\s+default\s+\{?[^;]*\bup\b|\bextends\s+Migration\b|\basync\s+up\s*\(",
            ),
            (
                "js",
                r"\bimplements\s+MigrationInterface\b|\bexports\.up\s*=|\bexport\s+(?:async\s+)?(?:const|function)\s+up\b|^\s*(?:async\s+)?up\s*[(:]|\bup:\s*(?:async\b|function\b|\()",
            ),
            ("cs", r":\s*(?:\w+\.)*Migration\b|\[Migration\("),
            ("php", r"\bextends\s+\\?(?:[\w\\]*\\)?(?:Migration|AbstractMigration)\b"),
            ("exs", r"\buse\s+Ecto\.Migration\b"),
            ("xml", r"<(?:databaseChangeLog|changeSet)\b"),
            ("yaml", r"(?m)^databaseChangeLog:"),
            ("go", r"\bgoose\.AddMigration\w*\(|\bmigrations\.MustRegister\w*\("),
            ("java", r"\bextends\s+BaseJavaMigration\b"),
        ];
        signs.map(|(extension, sign)| (extension, Regex::new(&format!("(?m){sign}")).expect("a fixed pattern"))).into()
    });
    let base = path.rsplit_once('/').map_or(path, |(_, base)| base);
    let Some((stem, extension)) = base.rsplit_once('.') else { return false };
    if stem.ends_with(".Designer") || stem.ends_with("Snapshot") || stem.ends_with(".d") || stem == "index" {
        return false;
    }
    let extension = match extension {
        "mjs" | "cjs" => "js",
        "yml" => "yaml",
        "kt" => "java",
        other => other,
    };
    SIGNS.iter().any(|(known, sign)| *known == extension && sign.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::is_one;

    #[test]
    fn migrations_of_other_tools_are_told_by_what_they_say() {
        for (path, text) in [
            ("src/migrations/1-a.ts", "export class A1 implements MigrationInterface {"),
            ("migrations/1_a.js", "exports.up = knex => 1;"),
            ("migrations/1-a.js", "module.exports = {\n  async up(queryInterface) {"),
            ("Migrations/1_A.cs", "public partial class A : Migration {"),
            ("database/migrations/1_a.php", "return new class extends Migration {"),
            ("priv/repo/migrations/1_a.exs", "  use Ecto.Migration"),
            ("db/migrations/a.xml", "<databaseChangeLog>"),
        ] {
            assert!(is_one(path, text), "{path}");
        }
        assert!(!is_one("Migrations/AppSnapshot.cs", "class X : Migration"));
        assert!(!is_one("src/migrations/index.ts", "export { up } from './1'"));
        assert!(!is_one("src/migrations/types.ts", "export type A = 1;"));
    }
}
