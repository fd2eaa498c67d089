//! What in a migration of PostgreSQL stops or breaks the version that runs (after the rules of squawk, which are named).
//! A table that the same file makes is empty and nobody's yet.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::model::Suppression;
use crate::probe::finding::{Finding, shortened};
use crate::probe::suppression::{self, Configured};

use super::sql::Statement;

/// Facts that count them, with what they are.
#[rustfmt::skip]
pub(super) const FACTS: &[(&str, &str)] = &[
    ("blocking_indexes", "indexes made without `CONCURRENTLY` on a table that was there (squawk require-concurrent-index-creation)"),
    ("concurrent_in_transaction", "`CONCURRENTLY` between `BEGIN` and `COMMIT` (squawk ban-concurrent-index-creation-in-transaction)"),
    ("validated_constraints", "foreign keys and checks added without `NOT VALID`, keys without `USING INDEX`: every row is checked under a lock (squawk adding-foreign-key-constraint, constraint-missing-not-valid)"),
    ("blocking_not_nulls", "`SET NOT NULL`, and columns added with `NOT NULL` and no default (squawk adding-not-nullable-field, adding-required-field)"),
    ("type_changes", "columns whose type changes (squawk changing-column-type)"),
    ("drops", "columns and tables that are dropped (squawk ban-drop-column, ban-drop-table)"),
    ("renames", "columns and tables that are renamed (squawk renaming-column, renaming-table)"),
];

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

static CREATED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^CREATE (?:(?:GLOBAL |LOCAL )?(?:TEMP|TEMPORARY|UNLOGGED) )?TABLE (?:IF NOT EXISTS )?([\w.]+)")
});
static INDEX: LazyLock<Regex> = LazyLock::new(|| pattern(r"^CREATE (?:UNIQUE )?INDEX\b.*? ON (?:ONLY )?([\w.]+)"));
static ALTER: LazyLock<Regex> = LazyLock::new(|| pattern(r"^ALTER TABLE (?:IF EXISTS )?(?:ONLY )?([\w.]+) (.*)$"));
static DROP_TABLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^DROP TABLE (?:IF EXISTS )?([\w.]+)"));
static CONSTRAINT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\bADD (?:CONSTRAINT \w+ )?(?:FOREIGN KEY|CHECK|UNIQUE|PRIMARY KEY)\b|\bADD (?:COLUMN )?.*\bREFERENCES\b")
});
static COLUMN: LazyLock<Regex> = LazyLock::new(|| pattern(r"^ADD (?:COLUMN )?(?:IF NOT EXISTS )?(\w+) "));
static TYPE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bALTER (?:COLUMN )?\w+ (?:SET DATA )?TYPE\b"));
static NOT_NULL: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bALTER (?:COLUMN )?\w+ SET NOT NULL\b"));
static DROP_COLUMN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^DROP (?:COLUMN )?(?:IF EXISTS )?(?:(\w+))(?: CASCADE| RESTRICT)?$"));
static RENAME: LazyLock<Regex> = LazyLock::new(|| pattern(r"^RENAME (?:COLUMN )?(?:\w+ )?TO \w+$"));

/// Whether statements are of PostgreSQL, as far as they show it.
pub(super) fn shows_postgres(text: &str) -> bool {
    static SIGNS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\b(bigserial|serial4|serial8|timestamptz|jsonb|bytea|plpgsql|concurrently|gen_random_uuid|create extension|create type \S+ as enum|using (btree|gin|gist)|tsvector|citext|with time zone)\b|\bserial\b|\$\$|::\w|\bnot valid\b|set (local )?(lock|statement)_timeout",
        )
    });
    !shows_another(text) && SIGNS.is_match(text)
}

/// Whether statements are of another database.
pub(super) fn shows_another(text: &str) -> bool {
    static SIGNS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)`\w+`|\bengine\s*=|\bauto_increment\b|\bdatetime\b|\bstrftime\(|\bsqlite_master\b|\bcollate nocase\b|\bwithout rowid\b|\bautoincrement\b|\bpragma\b|\bnvarchar\b|\bidentity\(\d|\bvarchar2\b|\bmergetree\b|\bgo\s*$",
        )
    });
    SIGNS.is_match(text)
}

/// The rules of squawk that speak of a fact that a statement shows.
fn rules_of(fact: &str, statement: &str) -> &'static [&'static str] {
    static NEW_TABLE_NAME: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\bRENAME TO\b"));
    match fact {
        "drops" if statement.to_ascii_uppercase().starts_with("DROP TABLE") => &["ban-drop-table"],
        "renames" if NEW_TABLE_NAME.is_match(statement) => &["renaming-table"],
        "blocking_indexes" => &["require-concurrent-index-creation"],
        "concurrent_in_transaction" => &["ban-concurrent-index-creation-in-transaction"],
        "validated_constraints" => &[
            "adding-foreign-key-constraint",
            "constraint-missing-not-valid",
            "disallowed-unique-constraint",
            "adding-serial-primary-key-field",
        ],
        "blocking_not_nulls" => &["adding-not-nullable-field", "adding-required-field"],
        "type_changes" => &["changing-column-type"],
        "drops" => &["ban-drop-column"],
        "renames" => &["renaming-column"],
        _ => &[],
    }
}

/// What the comment of a statement says about one of its findings. They are a high matter: only a reason takes one out.
fn suppression(statement: &Statement, fact: &str) -> Option<Suppression> {
    let ignore = statement.ignore.as_ref()?;
    let named = ignore.rules.iter().filter(|rule| rules_of(fact, &statement.text).contains(&rule.as_str()));
    suppression::best(named.map(|rule| ("squawk", rule.as_str(), ignore.reason.clone())), true)
}

/// A finding of this file with what the configuration of squawk says about it, if its comment does not take it out.
pub(super) fn argued(finding: &Finding, path: &str, configured: &[Configured]) -> Finding {
    suppression::argued(finding, path, configured, rules_of(finding.fact, &finding.note), true)
}

/// Findings in the statements of one file.
pub(super) fn hazards(statements: &[Statement]) -> Vec<Finding> {
    let mut made: BTreeSet<&str> = BTreeSet::new();
    let mut in_transaction = false;
    let mut found = Vec::new();
    for statement in statements {
        let text = statement.text.as_str();
        made.extend(CREATED.captures(text).and_then(|captures| captures.get(1)).map(|table| table.as_str()));
        match text {
            "BEGIN" | "BEGIN TRANSACTION" | "BEGIN WORK" | "START TRANSACTION" => in_transaction = true,
            "COMMIT" | "END" | "COMMIT TRANSACTION" | "COMMIT WORK" => in_transaction = false,
            _ => {}
        }
        let facts = of_statement(text, &made, in_transaction);
        found.extend(facts.into_iter().map(|fact| {
            let shown = shortened(text);
            let finding = Finding::new(fact, statement.line, shown.as_str(), shown.as_str());
            Finding { suppression: suppression(statement, fact), ..finding }
        }));
    }
    found
}

fn of_statement(text: &str, made: &BTreeSet<&str>, in_transaction: bool) -> Vec<&'static str> {
    let table = |captures: &regex::Captures<'_>| {
        captures.get(1).is_some_and(|table| !made.iter().any(|made| *made == table.as_str()))
    };
    if INDEX.captures(text).is_some_and(|captures| table(&captures)) {
        let concurrent = text.contains(" CONCURRENTLY ");
        return match (concurrent, in_transaction) {
            (false, _) => vec!["blocking_indexes"],
            (true, true) => vec!["concurrent_in_transaction"],
            (true, false) => Vec::new(),
        };
    }
    if DROP_TABLE.captures(text).is_some_and(|captures| table(&captures)) {
        return vec!["drops"];
    }
    let Some(captures) = ALTER.captures(text).filter(table) else { return Vec::new() };
    let actions = captures.get(2).map_or("", |actions| actions.as_str());
    parts(actions).into_iter().filter_map(of_action).collect()
}

/// One action of `ALTER TABLE`.
fn of_action(action: &str) -> Option<&'static str> {
    let adds_column = COLUMN.captures(action).and_then(|captures| captures.get(1)).is_some_and(|name| {
        !matches!(name.as_str(), "CONSTRAINT" | "CHECK" | "FOREIGN" | "PRIMARY" | "UNIQUE" | "EXCLUDE" | "COLUMN")
    });
    let has = |words: &str| action.contains(words);
    match () {
        () if adds_column && has(" NOT NULL") && !has(" DEFAULT ") && !has(" GENERATED ") => Some("blocking_not_nulls"),
        () if CONSTRAINT.is_match(action) && !has("NOT VALID") && !has(" USING INDEX ") => {
            Some("validated_constraints")
        }
        () if NOT_NULL.is_match(action) => Some("blocking_not_nulls"),
        () if TYPE.is_match(action) => Some("type_changes"),
        () if DROP_COLUMN.captures(action).is_some_and(|captures| captures.get(1).is_some_and(is_column)) => {
            Some("drops")
        }
        () if RENAME.is_match(action) => Some("renames"),
        () => None,
    }
}

fn is_column(name: regex::Match<'_>) -> bool {
    !matches!(name.as_str(), "CONSTRAINT" | "DEFAULT" | "NOT" | "IDENTITY" | "EXPRESSION")
}

/// The actions between commas outside of brackets.
fn parts(actions: &str) -> Vec<&str> {
    let (mut depth, mut from) = (0_usize, 0_usize);
    let mut found = Vec::new();
    for (at, byte) in actions.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                found.push(actions[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    found.push(actions[from..].trim());
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::migrations::sql;

    fn facts(text: &str) -> Vec<&'static str> {
        hazards(&sql::statements(text)).into_iter().map(|finding| finding.fact).collect()
    }

    #[test]
    fn each_hazard_is_found_where_it_is_one() {
        for (text, expected) in [
            ("create index a_x on a (x);", vec!["blocking_indexes"]),
            ("create unique index concurrently a_x on a (x);", vec![]),
            ("begin; create index concurrently a_x on a (x); commit;", vec!["concurrent_in_transaction"]),
            ("create table a (x int); create index a_x on a (x);", vec![]),
            ("alter table a add constraint f foreign key (x) references b (x);", vec!["validated_constraints"]),
            ("alter table a add constraint f foreign key (x) references b (x) not valid;", vec![]),
            ("alter table a validate constraint f;", vec![]),
            ("alter table a add constraint k unique (x);", vec!["validated_constraints"]),
            ("alter table a add constraint k unique using index a_x;", vec![]),
            ("alter table a alter column x set not null;", vec!["blocking_not_nulls"]),
            ("alter table a add column x int not null;", vec!["blocking_not_nulls"]),
            ("alter table a add column x int not null default 0;", vec![]),
            ("alter table a alter column x type bigint, drop column y;", vec!["type_changes", "drops"]),
            ("alter table a drop constraint f;", vec![]),
            ("alter table a drop x;", vec!["drops"]),
            ("drop table if exists a;", vec!["drops"]),
            ("alter table a rename column x to y;", vec!["renames"]),
            ("alter table a rename to b;", vec!["renames"]),
            ("alter table a rename constraint f to g;", vec![]),
            ("insert into a values ('create index x on a (x)');", vec![]),
        ] {
            assert_eq!(facts(text), expected, "{text}");
        }
    }

    #[test]
    fn a_comment_for_squawk_takes_out_what_its_rule_is_about_and_only_with_a_reason() {
        let out = |comment: &str| {
            let text = format!("-- squawk-ignore {comment}\nalter table a drop column x;");
            hazards(&sql::statements(&text))[0].suppression.as_ref().map(|one| one.honoured)
        };
        assert_eq!(out("ban-drop-column nobody reads it since 1.2"), Some(true));
        assert_eq!(out("ban-drop-column"), Some(false));
        assert_eq!((out("prefer-text-field it is short"), out("")), (None, None));
    }

    #[test]
    fn the_dialect_is_told_by_what_only_one_has() {
        assert!(shows_postgres("create table a (id bigserial primary key, at timestamptz);"));
        assert!(!shows_postgres("create table `a` (id int auto_increment, j jsonb);"));
        assert!(!shows_postgres("create table a (id int primary key);"));
        // SQLite has JSONB, too.
        assert!(!shows_postgres("create table a (j jsonb, at datetime default (datetime(current_timestamp)));"));
    }

    #[test]
    fn a_rule_that_the_configuration_excludes_takes_out_its_own_hazards_with_a_reason() {
        let excluded = |settings: &str, sql: &str| {
            let hazard = hazards(&sql::statements(sql)).remove(0);
            crate::probe::sample::with_look(&[(".squawk.toml", settings)], |look| {
                let configured = suppression::configured(&look, "", &["squawk"]);
                argued(&hazard, "db/2.sql", &configured).suppression.map(|one| (one.by, one.honoured))
            })
        };
        let (column, table) = ("alter table a drop column x;", "drop table a;");
        let why = "excluded_rules = [\n  # nothing reads a column after its release\n  \"ban-drop-column\",\n]\n";
        assert_eq!(excluded(why, column), Some(("squawk ban-drop-column".to_owned(), true)));
        assert_eq!(excluded(why, table), None, "another rule");
        assert_eq!(
            excluded("excluded_rules = [\"ban-drop-table\"]\n", table).map(|one| one.1),
            Some(false),
            "no reason"
        );
        assert_eq!(excluded("excluded_paths = [\"db/*\"] # old\n", table), None, "a whole file");
        assert_eq!(excluded("excluded_rules = 1\n", table), None);
        let rename = "excluded_rules = [\"renaming-column\"] # views keep the old name\n";
        assert_eq!(excluded(rename, "alter table a rename column x to y;").map(|one| one.1), Some(true));
        assert_eq!(excluded(rename, "alter table a rename to b;"), None);
    }
}
