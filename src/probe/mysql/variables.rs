//! What the server says of its settings and its state: two trees of values, and the facts that follow from both.

use indexmap::IndexMap;

use super::value::number;
use crate::model::{Exact, Fact, FactDecl, FactType, Facts, Value};
use crate::world::service::mysql::Table;

/// What a new session begins with, whatever ours has set.
pub(super) const SETTINGS: &str = "SHOW GLOBAL VARIABLES";
/// What the server counted since it started.
pub(super) const STATUS: &str = "SHOW GLOBAL STATUS";
/// The facts that hang on the state.
pub(super) const STATUS_FACTS: &[&str] =
    &["status.", "connections.used", "connections.most", "connections.headroom", "uptime", "cache_hit"];

/// The facts of settings and state.
pub(super) fn declared() -> Vec<FactDecl> {
    use FactType::{Any, Count, Duration, Ratio};
    let setting = "Global variables by name: numbers in the unit of MySQL's documentation, `ON` and `OFF` as booleans.";
    let hit = "Share of page reads that the buffer pool of InnoDB answered; absent before the first.";
    vec![
        FactDecl::tree("setting.", Any, setting),
        FactDecl::tree("status.", Any, "Global status by name, likewise."),
        FactDecl::new("connections.used", Count, "Connections that are open, ours among them."),
        FactDecl::new("connections.most", Count, "The most that were open at once since the server started."),
        FactDecl::new("connections.max", Count, "Connections that the server lets in (`max_connections`)."),
        FactDecl::new("connections.headroom", Ratio, "Share of them that is free."),
        FactDecl::new("uptime", Duration, "Time since the server started."),
        FactDecl::new("cache_hit", Ratio, hit),
    ]
}

/// `10.11.6-MariaDB-1`, `5.5.5-10.11.6-MariaDB`, `8.4.2-0ubuntu1` → the version itself. MariaDB once put `5.5.5-` before
/// it, for replicas that cannot read two digits.
pub(super) fn version(said: &str) -> String {
    let own = said.strip_prefix("5.5.5-").filter(|_| said.contains("MariaDB")).unwrap_or(said);
    own.split(['-', '+', ' ']).next().unwrap_or_default().to_owned()
}

/// Sets the facts of both answers; those of an answer that did not come are set already.
pub(super) fn about(settings: Option<&Table>, status: Option<&Table>, facts: &mut Facts) {
    let settings = settings.map(tree);
    let status = status.map(tree);
    let max = settings.as_ref().and_then(|tree| count(tree, "max_connections"));
    let used = status.as_ref().and_then(|tree| count(tree, "Threads_connected"));
    if settings.is_some() {
        facts.set("connections.max", absent_or(max.clone()));
    }
    if let Some(tree) = &status {
        facts.set("connections.used", absent_or(used.clone()));
        facts.set("connections.most", absent_or(count(tree, "Max_used_connections")));
        facts.set("uptime", absent_or(count(tree, "Uptime")));
        facts.set("cache_hit", absent_or(cache_hit(tree)));
    }
    if settings.is_some() && status.is_some() {
        let free = max.zip(used).and_then(|(max, used)| (max.clone() - used).checked_div(&max));
        facts.set("connections.headroom", absent_or(free));
    }
    for (name, tree) in [("setting.", settings), ("status.", status)] {
        if let Some(tree) = tree {
            facts.present(name, Value::Map(tree));
        }
    }
}

/// MySQL documentation, "Server Status Variables": reads that went to the disk against reads that were asked for.
fn cache_hit(status: &IndexMap<String, Value>) -> Option<Exact> {
    let asked = count(status, "Innodb_buffer_pool_read_requests")?;
    let from_disk = count(status, "Innodb_buffer_pool_reads")?;
    Some(Exact::whole(1) - from_disk.checked_div(&asked)?)
}

fn count(tree: &IndexMap<String, Value>, name: &str) -> Option<Exact> {
    match tree.get(name) {
        Some(Value::Number(number)) => Some(number.clone()),
        _ => None,
    }
}

fn absent_or(number: Option<Exact>) -> Fact {
    number.map_or(Fact::Absent, |number| Fact::Present(Value::Number(number)))
}

/// Two columns, name and value.
fn tree(table: &Table) -> IndexMap<String, Value> {
    let pairs = table.rows.iter().filter_map(|row| match row.as_slice() {
        [Some(name), Some(text), ..] => Some((name.clone(), value(text))),
        [Some(name), None, ..] => Some((name.clone(), Value::Null)),
        _ => None,
    });
    pairs.collect()
}

fn value(text: &str) -> Value {
    match text {
        "ON" | "YES" => Value::Bool(true),
        "OFF" | "NO" => Value::Bool(false),
        _ => number(text).map_or_else(|| Value::Text(text.to_owned()), Value::Number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_freed_of_what_distributions_add() {
        for (said, is) in [
            ("5.5.5-10.11.6-MariaDB-0+deb12u1", "10.11.6"),
            ("10.11.6-MariaDB-log", "10.11.6"),
            ("8.4.2-0ubuntu1", "8.4.2"),
            ("5.5.5-m3", "5.5.5"),
        ] {
            assert_eq!(version(said), is, "{said}");
        }
    }

    #[test]
    fn settings_are_numbers_switches_or_texts() {
        assert_eq!(value("151"), Value::count(151));
        assert_eq!(value("OFF"), Value::Bool(false));
        assert_eq!(value("utf8mb4"), Value::Text("utf8mb4".into()));
    }

    #[test]
    fn an_idle_server_has_no_hit_ratio() {
        let status = |asked: usize| {
            let pairs = [("Innodb_buffer_pool_read_requests", asked), ("Innodb_buffer_pool_reads", 10)];
            pairs.map(|(name, number)| (name.to_owned(), Value::count(number))).into_iter().collect()
        };
        assert_eq!(cache_hit(&status(0)), None);
        assert_eq!(cache_hit(&status(1000)), Exact::parse_decimal("0.99"));
    }
}
