//! What SQL grants, and to whom.

use std::sync::LazyLock;

use regex::Regex;

use super::Digest;
use crate::world::{FileBytes, View};

/// Reads a file of SQL.
pub(super) fn read(file: &FileBytes<'_>, found: &mut Digest) {
    static WIDE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r#"(?is)\bgrant\s+all\b(?:\s+privileges)?\s+on\s[^;]{1,120}?\bto\s+(?P<granted>['"`]?[\w$]+)|\b(?:create|alter)\s+(?:user|role)\s+(?P<made>['"`]?[\w$]+)[^;]{0,120}\bsuperuser\b|\bgrant\s[^;]{1,160}?\bto\s+(?P<passing>['"`]?[\w$]+)[^;]{0,80}\bwith\s+grant\s+option\b|\bcreate\s+user\s+(?:if\s+not\s+exists\s+)?(?P<anywhere>['"`]?[\w$]+['"`]?)@['"`]%['"`]"#,
        )
        .expect("a fixed pattern")
    });
    let text = file.text();
    for captures in WIDE.captures_iter(&text) {
        let Some(whole) = captures.get(0) else { continue };
        let names = ["granted", "made", "passing", "anywhere"];
        let Some(name) = names.iter().find_map(|name| captures.name(name)) else { continue };
        let is_comment = file.regions().at(whole.start().min(file.bytes.len().saturating_sub(1))) == View::Comments;
        let denied = whole.as_str().to_ascii_lowercase().contains("nosuperuser") && captures.name("made").is_some();
        if is_comment || denied || is_administrator(name.as_str()) {
            continue;
        }
        let line = text[..whole.start()].matches('\n').count();
        let said = crate::probe::finding::shortened(whole.as_str());
        found.wide_grants.push((u32::try_from(line + 1).unwrap_or(u32::MAX), said));
    }
}

/// Roles that own, administer, copy or migrate need more than an application.
fn is_administrator(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "admin",
        "dba",
        "owner",
        "migrat",
        "backup",
        "repl",
        "monitor",
        "superuser",
        "root",
        "postgres",
        "rds",
        "public",
        "current_user",
        "session_user",
        "deploy",
        "sysadmin",
        "dbo",
        "sa",
        "test",
        "dev",
    ];
    let lower = name.trim_matches(['"', '\'', '`']).to_ascii_lowercase();
    WORDS.iter().any(|word| if word.len() < 4 { lower == *word } else { lower.contains(word) })
}

#[cfg(test)]
mod tests {
    use crate::probe::database_access::DEF;
    use crate::probe::trial::{count, observe};

    #[test]
    fn wide_rights_count_where_an_application_gets_them() {
        let wide = |sql: &str| count(&observe(&DEF, "{}", &[("db/roles.sql", sql)]), "wide_grants");
        for sql in [
            "GRANT ALL PRIVILEGES ON DATABASE shop TO shop_rw;",
            "grant all on *.* to 'shop'@'10.0.0.1';",
            "CREATE ROLE shop_rw LOGIN SUPERUSER;",
            "GRANT SELECT ON orders TO shop_rw WITH GRANT OPTION;",
            "CREATE USER 'shop'@'%' IDENTIFIED BY 'x';",
        ] {
            assert_eq!(wide(sql), Some(1), "{sql}");
        }
        for sql in [
            "GRANT SELECT, INSERT ON orders TO shop_rw;",
            "GRANT ALL ON SCHEMA public TO postgres;",
            "CREATE ROLE shop_migrate LOGIN SUPERUSER;",
            "CREATE ROLE shop_rw LOGIN NOSUPERUSER;",
            "-- GRANT ALL ON shop TO shop_rw;\nCREATE ROLE shop_rw LOGIN;",
        ] {
            assert_eq!(wide(sql), Some(0), "{sql}");
        }
    }
}
