//! Connection strings and users in settings and source, and signs of a second role.

use std::sync::LazyLock;

use regex::Regex;
use regex::bytes::Regex as Bytes;

use super::Digest;
use super::user;
use crate::model::Certainty;
use crate::world::{FileBytes, Literal, View, required_literals};

/// Formats of settings: here `name = value` counts.
const SETTINGS: &[&str] = &["env", "properties", "toml", "ini", "conf"];

/// Databases that run within the program, where `sa` is a habit and guards nothing.
static IN_PROCESS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\bjdbc:(?:h2|hsqldb|derby|sqlite):").expect("a fixed pattern"));
static SERVER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:jdbc|r2dbc):(?:postgresql|mysql|mariadb|sqlserver|oracle|db2)\b").expect("a fixed pattern")
});

/// Reads a file; comments say nothing.
pub(super) fn read(file: &FileBytes<'_>, found: &mut Digest) {
    static TAKEN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)env|\?\?|\|\||unwrap_or|@Value|default|flag|option|fallback|example|help|usage")
            .expect("a fixed pattern")
    });
    static SETTING: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"^\s*(?:export\s+)?(?P<name>[\w.-]+)\s*=\s*(?P<value>["']?[^\s#"']+)"#).expect("a fixed pattern")
    });
    let path = file.path();
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    let base = path.rsplit('/').next().unwrap_or(path);
    let is_settings = SETTINGS.contains(&extension);
    if base.starts_with(".env") && base != ".env" && !base.contains("prod") && !base.contains("staging") {
        return;
    }
    let may_connect = file.may_hold(1);
    if !may_connect && !is_settings {
        return;
    }
    let text = file.text();
    let is_in_process = is_settings && IN_PROCESS.is_match(&text) && !SERVER.is_match(&text);
    let mut start = 0;
    let mut section = String::new();
    for (line, number) in text.split_inclusive('\n').zip(1_u32..) {
        let offset = start;
        start += line.len();
        if may_connect && (line.contains("://") || line.contains('=') && line.contains(';')) {
            for (at, mut one) in user::strings(line, "connection string") {
                if file.regions().at((offset + at).min(file.bytes.len().saturating_sub(1))) == View::Comments {
                    continue;
                }
                one.line = number;
                let is_default = !is_settings && TAKEN.is_match(line);
                one.certainty = if is_default { Certainty::Hint } else { Certainty::Likely };
                one.is_for_migrations = user::is_for_migrations(&line[..at]) || user::is_of_migrations(path);
                found.connections.push(one);
            }
        }
        if is_settings && !line.contains("://") {
            if let Some(name) = line.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                section = name.trim_matches(['[', ']']).to_owned();
            }
            let Some(captures) = SETTING.captures(line) else { continue };
            let name = format!("{section}.{}", &captures["name"]);
            let name = name.trim_start_matches('.');
            if !is_in_process && user::names_a_user(name) && !user::makes_first_user(name) {
                found.connections.extend(user::named(number, name, &captures["value"]));
            }
        }
    }
}

/// A sign of a second role.
const SIGN: &str = r"(?-u)\b(?:CREATE|create) (?:ROLE|role) \w|\b(?:GRANT|grant) (?:SELECT|INSERT|USAGE|CONNECT|select|insert|usage|connect)\b|\b(?:MIGRATION|MIGRATIONS|MIGRATE|MIGRATOR|OWNER|DIRECT)_(?:DATABASE_)?(?:URL|DSN|USER)\b|\bdirectUrl\s*=|\bpostgresql_grant\b|\bpostgresql_role\b|\bmysql_grant\b|\bgoogle_sql_user\b|\biam_database_authentication_enabled\s*=\s*true";

/// One of these is in every text with such a sign.
pub(super) fn literals() -> Vec<Literal> {
    required_literals(SIGN)
}

/// Signs of roles that have less than the owner's rights, and of those that migrate alone.
pub(super) fn roles(file: &FileBytes<'_>, found: &mut Digest) {
    static SIGNS: LazyLock<Bytes> = LazyLock::new(|| Bytes::new(SIGN).expect("a fixed pattern"));
    if !file.may_hold(2) {
        return;
    }
    for sign in SIGNS.find_iter(file.bytes) {
        if file.regions().at(sign.start()) == View::Comments {
            continue;
        }
        let before = &file.bytes[..sign.start()];
        let line = before.iter().filter(|byte| **byte == b'\n').count();
        let text = String::from_utf8_lossy(sign.as_bytes()).into_owned();
        found.roles.push((u32::try_from(line + 1).unwrap_or(u32::MAX), text));
        if found.roles.len() >= 20 {
            return;
        }
    }
}
