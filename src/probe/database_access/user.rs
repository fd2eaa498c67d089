//! What the name of a user, of a variable and a connection string say.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::Certainty;
use crate::world::{Literal, required_literals};

/// One of these is in every text that names a connection or grants something.
pub(super) const WORDS: &[&str] = &[
    "postgres",
    "mysql",
    "mariadb",
    "mssql",
    "Server=",
    "server=",
    "Host=",
    "host=",
    "Data Source",
    "sqlserver",
    "POSTGRES",
    "MYSQL",
    "MARIADB",
    "database",
    "DATABASE",
    "DB_",
    "PGUSER",
    "DBUSER",
    "datasource",
    "DATASOURCE",
    "GRANT",
    "Grant",
    "CREATE ROLE",
    "create role",
    "CREATE USER",
    "create user",
    "grant",
    "SUPERUSER",
    "superuser",
    "db_user",
    "dbuser",
    "directUrl",
    "jdbc",
    "JDBC",
    "_db",
    "db:",
];

/// Administrators of the common servers.
const SUPERUSERS: &[&str] = &["postgres", "root", "sa", "admin", "rdsadmin", "system", "mysql", "dbo"];
/// Words that stand for a user in a text that explains.
const STAND_INS: &[&str] = &[
    "user",
    "username",
    "usr",
    "name",
    "foo",
    "u",
    "dbuser",
    "db_user",
    "youruser",
    "your_user",
    "myuser",
    "uid",
    "login",
];

/// One place that says as whom somebody connects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Connection {
    pub(super) line: u32,
    /// The variable or setting, as it is shown.
    pub(super) setting: String,
    /// The user; `None` where a variable or a secret decides.
    pub(super) user: Option<String>,
    /// For migrations, set-up or administration.
    pub(super) is_for_migrations: bool,
    pub(super) certainty: Certainty,
}

/// Whether this name is that of an administrator.
pub(super) fn is_superuser(name: &str) -> bool {
    SUPERUSERS.contains(&name.to_ascii_lowercase().as_str())
}

/// Whether this name only explains.
fn stands_in(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    STAND_INS.contains(&lower.as_str()) || lower.starts_with("your") || name.contains(['<', '>', '*'])
}

/// Whether this variable or path of keys names the user of a SQL database.
pub(super) fn names_a_user(setting: &str) -> bool {
    static NAME: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)(^|[._-])(?:\w*(?:db|database|datasource|postgres(?:ql)?|mysql|mariadb|mssql|sqlserver|jdbc|pg))(?:[._-]?\w+)*?[._-]?(?:user|username|user_?name)$|(?i)^(?:pguser|db_?user)$")
            .expect("a fixed pattern")
    });
    static OTHER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)mongo|redis|rabbit|kafka|elastic|influx|neo4j|cassandra|couch|ldap|smtp|mail")
            .expect("a fixed pattern")
    });
    NAME.is_match(setting) && !OTHER.is_match(setting)
}

/// Whether a setting is the variable with which the database's own image makes its first user.
pub(super) fn makes_first_user(setting: &str) -> bool {
    let last = setting.rsplit('.').next().unwrap_or(setting).to_ascii_lowercase().replace('_', "");
    matches!(last.as_str(), "postgresuser" | "mysqluser" | "mariadbuser" | "mssqluser")
}

/// Whether a file is about changing the schema.
pub(super) fn is_of_migrations(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    ["migrat", "flyway", "liquibase", "alembic"].iter().any(|word| lower.contains(word))
}

/// Whether this variable, container or path is about changing the schema or administration, not about running.
pub(super) fn is_for_migrations(setting: &str) -> bool {
    static WORD: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)migrat|flyway|liquibase|alembic|owner|direct_?url|admin|root|superuser|bootstrap|(^|[._-])init|setup|backup|dump|replica")
            .expect("a fixed pattern")
    });
    WORD.is_match(setting)
}

/// What a value says of a setting that names a user.
pub(super) fn named(line: u32, setting: &str, value: &str) -> Option<Connection> {
    let value = value.trim().trim_matches(['"', '\'']);
    let is_hidden = value.is_empty() || value.contains(['$', '{', '%']) || value.contains("valueFrom");
    if stands_in(value) {
        return None;
    }
    Some(Connection {
        line,
        setting: setting.to_owned(),
        user: (!is_hidden).then(|| value.to_owned()),
        is_for_migrations: is_for_migrations(setting),
        certainty: Certainty::Likely,
    })
}

/// A connection string as an address.
const STRING: &str = r#"\b(?:postgres(?:ql)?|mysql|mariadb|mssql|sqlserver)(?:\+\w+)?://(?P<user>[^\s:@/'"`<>]+)(?::[^\s@/'"`]*)?@(?P<host>[^\s:/?'"`]+)"#;
/// One as pairs of names and values.
const PAIRS: &str = r#"(?i)\b(?:server|data source|host)\s*=\s*(?P<host>[^;'"`]+);[^'"`]{0,120}?\b(?:user id|uid|username|user)\s*=\s*(?P<user>[^;'"`]+)"#;

/// One of these is in every text with a connection string; none where that cannot be told.
pub(super) fn literals() -> Vec<Literal> {
    let of = [STRING, PAIRS].map(required_literals);
    if of.iter().any(Vec::is_empty) { Vec::new() } else { of.into_iter().flatten().collect() }
}

/// Every connection string in a text; offset, then what it says.
pub(super) fn strings(text: &str, setting: &str) -> Vec<(usize, Connection)> {
    static STRINGS: LazyLock<[Regex; 2]> =
        LazyLock::new(|| [STRING, PAIRS].map(|text| Regex::new(text).expect("a fixed pattern")));
    let found = STRINGS.iter().flat_map(|pattern| pattern.captures_iter(text)).filter_map(|captures| {
        let (user, host) = (captures.name("user")?, captures.name("host")?);
        let host = host.as_str().to_ascii_lowercase();
        let local =
            matches!(host.as_str(), "localhost" | "127.0.0.1" | "host" | "hostname" | "server" | "[::1]" | "0.0.0.0")
                || host.starts_with("(local")
                || host.contains("example")
                || host.ends_with(".test");
        if local {
            return None;
        }
        Some((captures.get(0)?.start(), named(0, setting, user.as_str())?))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_settings_tell_users_of_databases() {
        for name in [
            "DB_USER",
            "POSTGRES_USER",
            "PGUSER",
            "SPRING_DATASOURCE_USERNAME",
            "spring.datasource.username",
            "database.user",
            "KC_DB_USERNAME",
            "MYSQL_USER",
        ] {
            assert!(names_a_user(name), "{name}");
        }
        for name in [
            "USER",
            "SMTP_USERNAME",
            "DB_PASSWORD",
            "REDIS_USER",
            "auth.username",
            "RABBITMQ_DEFAULT_USER",
            "updated_user",
        ] {
            assert!(!names_a_user(name), "{name}");
        }
    }

    #[test]
    fn a_connection_string_tells_its_user_unless_it_is_local_or_explains() {
        let users = |text: &str| strings(text, "x").into_iter().map(|(_, one)| one.user).collect::<Vec<_>>();
        assert_eq!(users("postgres://shop:x@db.shop.io/shop"), [Some("shop".to_owned())]);
        assert_eq!(users("postgresql+psycopg://${USER}:x@db/shop"), [None]);
        assert_eq!(users("Server=db;Username=postgres;Password=x;"), [Some("postgres".to_owned())]);
        for text in ["postgres://user:pass@db/x", "mysql://root@localhost/x", "postgres://db.shop.io/x"] {
            assert!(users(text).is_empty(), "{text}");
        }
    }
}
