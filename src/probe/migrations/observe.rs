//! From files to facts. Files of one folder are one history.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use crate::model::{Certainty, Exact, Fact, Facts, Observation, Value};
use crate::probe::Look;
use crate::probe::finding::{Finding, Findings};
use crate::probe::suppression::{self, Configured};

use super::file::{Back, Kind, Migration};
use super::locks;
use super::versioned::Versioned;

/// Migrations of a history that are judged: those that are still to run, or were lately (catalogue
/// `data/migrations-safe`).
const NEWEST: usize = 20;

/// One file in its history.
struct Placed<'a> {
    path: &'a str,
    /// Its name in the history: its own, or its folder's where every file is called the same.
    name: &'a str,
    migration: &'a Migration,
}

/// The sums.
pub(super) struct Seen<'a> {
    pub(super) findings: Findings,
    /// Rules that the configuration of squawk excludes.
    configured: Vec<Configured>,
    histories: BTreeMap<&'a str, Vec<Placed<'a>>>,
    files: usize,
    sql: usize,
    judged: usize,
    back: (usize, usize),
}

impl<'a> Seen<'a> {
    /// Nothing yet.
    pub(super) fn looking(look: &Look<'_>) -> Seen<'a> {
        let findings = Findings::treating(look.suppressions);
        let configured = suppression::configured(look, look.folder, &["squawk"]);
        Seen { findings, configured, histories: BTreeMap::new(), files: 0, sql: 0, judged: 0, back: (0, 0) }
    }

    /// Takes a file in.
    pub(super) fn add(&mut self, path: &'a str, migration: &'a Migration) {
        let (folder, base) = path.rsplit_once('/').unwrap_or(("", path));
        let is_nested = matches!(base, "migration.sql" | "up.sql" | "down.sql");
        let (history, name) = match folder.rsplit_once('/') {
            Some(split) if is_nested => split,
            None if is_nested => ("", folder),
            _ => (folder, base),
        };
        self.files += 1;
        self.sql += usize::from(migration.kind == Kind::Sql);
        self.histories.entry(history).or_default().push(Placed { path, name, migration });
    }

    /// The facts.
    pub(super) fn finish(mut self, versioned: Versioned) -> Observation {
        let histories = std::mem::take(&mut self.histories);
        for files in histories.into_values() {
            self.history(files);
        }
        let mut facts = Facts::new();
        self.findings.set_number(&mut facts, "files", self.files);
        versioned.finish(self.files, &mut self.findings, &mut facts);
        if self.files == 0 {
            facts.set_reason("there is no migration of a known tool");
            return Observation { facts, evidence: self.findings.evidence(), requests: 0 };
        }
        facts.present("sql_files", Value::count(self.sql));
        for fact in ["duplicate_versions", "extra_heads"] {
            self.findings.set_count(&mut facts, fact);
        }
        let parts: Vec<&str> = locks::FACTS.iter().map(|(fact, _)| *fact).collect();
        self.findings.sum_up(&parts, "hazards");
        self.findings.sum_up(&["one_way"], "reversible_ratio");
        self.hazards(&mut facts);
        self.findings.set_count(&mut facts, "one_way");
        let (leads, all) = self.back;
        let ratio = Exact::ratio(leads as u64, all as u64).filter(|_| all > 0).map(Value::Number);
        facts.set("reversible_ratio", ratio.map_or(Fact::Absent, Fact::Present));
        Observation { facts, evidence: self.findings.evidence(), requests: 0 }
    }

    /// How many lead back, how many were judged, and where the others are.
    pub(super) fn ways_back(mut self) -> (usize, usize, Vec<(String, u32)>) {
        for files in std::mem::take(&mut self.histories).into_values() {
            self.history(files);
        }
        let (leads, judged) = self.back;
        (leads, judged, self.findings.places("one_way"))
    }

    fn hazards(&self, facts: &mut Facts) {
        let counted = locks::FACTS.iter().map(|(fact, _)| *fact);
        facts.present("judged", Value::count(self.judged));
        if self.judged == 0 {
            let reason = "no migration in SQL shows that it is for PostgreSQL, after the first of its history";
            counted
                .chain(["hazards", "suppressed"])
                .for_each(|fact| facts.set(fact, Fact::Unobserved(reason.to_owned())));
            return;
        }
        counted.chain(["hazards"]).for_each(|fact| self.findings.set_count(facts, fact));
        facts.present("suppressed", Value::count(self.findings.suppressed()));
    }

    fn history(&mut self, mut files: Vec<Placed<'a>>) {
        files.sort_by_key(|file| (version(file.name), file.name, file.path));
        self.versions(&files);
        self.heads(&files);
        let downs: BTreeSet<String> =
            files.iter().filter(|file| is_way_back(file)).map(|file| plain_name(file.name)).collect();
        let forward: Vec<&Placed<'a>> = files.iter().filter(|file| file.migration.back != Back::Itself).collect();
        if let Some(first) = files.first() {
            let seen = Finding::new("duplicate_versions", 0, "history", migrations_in(first.path, forward.len()));
            self.findings.push(first.path, seen.with(Certainty::Hint));
        }
        let newest = forward.len().saturating_sub(NEWEST);
        for file in &forward[newest..] {
            self.way_back(file, &downs);
        }
        let another = files.iter().any(|file| file.migration.shows_another);
        let is_postgres = files.iter().any(|file| file.migration.shows_postgres) && !another;
        // The first migration of a history makes what nobody uses yet.
        for file in forward.iter().skip(newest.max(1)).filter(|file| is_postgres && file.migration.kind == Kind::Sql) {
            self.judged += 1;
            let hazards = file.migration.hazards.iter().map(|one| locks::argued(one, file.path, &self.configured));
            self.findings.extend(file.path, hazards.collect::<Vec<_>>());
        }
    }

    fn way_back(&mut self, file: &Placed<'_>, downs: &BTreeSet<String>) {
        let (leads, line) = match file.migration.back {
            Back::Leads | Back::Itself => (true, 0),
            Back::Ends(line) => (false, line),
            Back::Elsewhere => (downs.contains(&plain_name(file.name)), 0),
        };
        self.back.1 += 1;
        self.back.0 += usize::from(leads);
        if !leads {
            self.findings
                .push(file.path, Finding::new("one_way", line, file.name, "has no way back, and does not say why"));
        }
    }

    fn versions(&mut self, files: &[Placed<'_>]) {
        let mut seen: BTreeMap<(String, bool, Dialect), &str> = BTreeMap::new();
        for file in files.iter().filter(|file| matches!(file.migration.kind, Kind::Sql | Kind::Rails)) {
            let Some(version) = unique_version(file.name) else { continue };
            // Of a nested history each file has the same name, and its folder the version.
            let is_back = file.migration.back == Back::Itself;
            if let Some(first) = seen.insert((version.clone(), is_back, dialect(file.name)), file.path) {
                let note = format!("has the version {version}, as `{first}` has");
                self.findings.push(file.path, Finding::new("duplicate_versions", 0, version, note));
            }
        }
    }

    /// A graph with more than one end has changes that nobody put into an order.
    fn heads(&mut self, files: &[Placed<'_>]) {
        if files.iter().any(|file| file.migration.replaces) {
            return;
        }
        for kind in [Kind::Alembic, Kind::Django] {
            let graph: Vec<&Placed<'_>> = files.iter().filter(|file| file.migration.kind == kind).collect();
            let built_on: BTreeSet<&str> =
                graph.iter().flat_map(|file| file.migration.parents.iter().map(String::as_str)).collect();
            let is_head = |file: &&&Placed<'_>| {
                file.migration.revision.as_deref().is_some_and(|revision| !built_on.contains(revision))
            };
            for file in graph.iter().filter(is_head).skip(1) {
                let revision = file.migration.revision.as_deref().unwrap_or_default();
                let note = format!("`{revision}` is one more head of the history: nothing builds on it");
                self.findings.push(file.path, Finding::new("extra_heads", 0, revision, note));
            }
        }
    }
}

fn migrations_in(path: &str, number: usize) -> String {
    let folder = path.rsplit_once('/').map_or(".", |(folder, _)| folder);
    format!("{number} {} in `{folder}`", if number == 1 { "migration" } else { "migrations" })
}

/// A database, and whether it stands between dots: `1_a.sqlite.sql` goes before `1_a.sql`, where there are both.
type Dialect = (Option<&'static str>, bool);

/// The database that a name says its migration is for: of several such files each database applies one.
fn dialect(name: &str) -> Dialect {
    const DIALECTS: &[&str] =
        &["postgresql", "postgres", "mysql", "mariadb", "sqlite3", "sqlite", "cockroach", "mssql", "crdb", "oracle"];
    let of = |marks: &[char]| DIALECTS.iter().find(|dialect| name.split(marks).any(|part| part == **dialect)).copied();
    let dotted = of(&['.']);
    (dotted.or_else(|| of(&['.', '_', '-'])), dotted.is_some())
}

/// A way back that does something.
fn is_way_back(file: &Placed<'_>) -> bool {
    file.migration.back == Back::Itself && !file.migration.is_empty
}

/// The name without direction and kind: what `1_x.up.sql`, `1_x.down.sql`, `V1__x.sql` and `U1__x.sql` share.
fn plain_name(name: &str) -> String {
    let stem = name.strip_suffix(".sql").unwrap_or(name);
    let stem = ["up", "down", "undo", "rollback", "revert"]
        .iter()
        .find_map(|word| stem.strip_suffix(word)?.strip_suffix(['.', '_', '-']))
        .unwrap_or(stem);
    let is_flyway = |c: char| matches!(c, 'V' | 'U');
    match stem.strip_prefix(is_flyway) {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => rest.to_owned(),
        _ => stem.to_owned(),
    }
}

/// The number a name begins with, for the order.
fn version(name: &str) -> u128 {
    let digits: String =
        name.trim_start_matches(['V', 'U']).chars().take_while(char::is_ascii_digit).take(30).collect();
    digits.parse().unwrap_or(0)
}

/// The version that only one migration may have. A plain day is none: several may be of one day.
fn unique_version(name: &str) -> Option<String> {
    static VERSION: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^(?:[VU](\d[\d._]*?)__|(\d+(?:-\d+)*)(?:_|-\D))").expect("a fixed pattern"));
    const DAY: usize = 8;
    let captures = VERSION.captures(name)?;
    let version = captures.get(1).or_else(|| captures.get(2))?.as_str();
    let digits = version.bytes().filter(u8::is_ascii_digit).count();
    (digits != DAY).then(|| version.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use crate::model::Fact;
    use crate::probe::sample;
    use crate::probe::trial::count;

    fn seen(files: &[(&str, &str)]) -> crate::model::Observation {
        sample::observe("migrations", "{}", files).unwrap()
    }

    #[test]
    fn hazards_are_judged_after_the_first_migration_of_postgres() {
        let first = (
            "db/migrations/1_a.up.sql",
            "create table a (id bigserial); create table b (x int);\ncreate index b_x on b (x);",
        );
        let second = ("db/migrations/2_b.up.sql", "create index a_x on a (id);\nalter table a drop column x;");
        let both = seen(&[first, second]);
        let facts = ["files", "judged", "hazards", "blocking_indexes", "drops"];
        assert_eq!(facts.map(|fact| count(&both, fact).unwrap()), [2, 1, 2, 1, 1]);
        let mysql = seen(&[
            ("db/migrations/1_a.sql", "create table `a` (id int auto_increment);"),
            ("db/migrations/2_b.sql", "drop table b;"),
        ]);
        assert!(matches!(mysql.facts.get("hazards"), Fact::Unobserved(_)));
        assert!(matches!(seen(&[("a.py", "")]).facts.get("hazards"), Fact::Unobserved(_)));
    }

    #[test]
    fn the_history_that_has_one_order_is_shown() {
        let seen = seen(&[("db/migrations/1_a.sql", "select 1;"), ("db/migrations/2_b.sql", "select 1;")]);
        assert!(seen.evidence.iter().any(|item| item.note.as_deref() == Some("2 migrations in `db/migrations`")));
        assert_eq!(count(&seen, "duplicate_versions"), Some(0));
    }

    #[test]
    fn versions_and_heads_are_counted_once_each() {
        let twice = seen(&[
            ("db/migration/V2__a.sql", "select 1;"),
            ("db/migration/V2__b.sql", "select 1;"),
            ("db/migration/V3__c.sql", "select 1;"),
        ]);
        assert_eq!(count(&twice, "duplicate_versions"), Some(1));
        let dialects = seen(&[("migrations/1_a.mysql.sql", "select 1;"), ("migrations/1_a.postgres.sql", "select 1;")]);
        assert_eq!(count(&dialects, "duplicate_versions"), Some(0));
        let general = [("migrations/1_sqlite.sqlite.sql", "select 1;"), ("migrations/1_sqlite.sql", "select 1;")];
        assert_eq!(count(&seen(&general), "duplicate_versions"), Some(0));
        let pair = seen(&[("migrations/1_a.up.sql", "select 1;"), ("migrations/1_a.down.sql", "select 1;")]);
        assert_eq!(count(&pair, "duplicate_versions"), Some(0));
        let alembic = |id: &str, parent: &str| {
            format!("revision = '{id}'\ndown_revision = '{parent}'\ndef downgrade():\n    op.x()\n")
        };
        let (b, c) = (alembic("b", "a"), alembic("c", "a"));
        let forked = seen(&[("app/migrations/b.py", &b), ("app/migrations/c.py", &c)]);
        assert_eq!(count(&forked, "extra_heads"), Some(1));
    }

    #[test]
    fn pairs_of_files_lead_back_and_nested_ones_too() {
        let files = [
            ("migrations/1_a.up.sql", "select 1;"),
            ("migrations/1_a.down.sql", "select 1;"),
            ("migrations/2_b.up.sql", "select 1;"),
            ("migrations/2_b.down.sql", "-- nothing"),
            ("diesel/migrations/2018-01-14-171611_x/up.sql", "select 1;"),
            ("diesel/migrations/2018-01-14-171611_x/down.sql", "select 1;"),
            ("diesel/migrations/2018-02-17-205753_y/up.sql", "select 1;"),
            ("diesel/migrations/2018-02-17-205753_y/down.sql", "select 1;"),
        ];
        let seen = seen(&files);
        assert_eq!(count(&seen, "one_way"), Some(1));
        assert_eq!(count(&seen, "duplicate_versions"), Some(0));
    }
}
