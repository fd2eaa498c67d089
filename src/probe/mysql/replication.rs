//! Whether the server follows another one, and how closely.

use super::value::number;
use crate::model::{Fact, FactDecl, FactType, Facts, Value};
use crate::world::service::mysql::Table;

/// MySQL 8.0.22 and MariaDB 10.5 brought the first, MySQL 8.4 took the second away.
pub(super) const STATEMENTS: &[&str] = &["SHOW REPLICA STATUS", "SHOW SLAVE STATUS"];

/// The facts of replication.
pub(super) fn declared() -> Vec<FactDecl> {
    let role = "`replica` when it follows another server, else `source`; seen with the right `REPLICATION CLIENT` or \
                `REPLICA MONITOR`.";
    let running = "On a replica, whether it both fetches and applies; absent on a source.";
    let lag = "On a replica, how far it is behind; absent on a source, and where replication does not run.";
    vec![
        FactDecl::new("replication.role", FactType::Text, role),
        FactDecl::new("replication.running", FactType::Bool, running),
        FactDecl::new("replication.lag", FactType::Duration, lag),
    ]
}

/// The account may not see it, or there is nothing to see it with.
pub(super) fn hidden(reason: &str, facts: &mut Facts) {
    for name in ["replication.role", "replication.running", "replication.lag"] {
        facts.set(name, Fact::Unobserved(reason.to_owned()));
    }
}

/// One row for each server that is followed; the worst of them speaks for all.
pub(super) fn about(table: &Table, facts: &mut Facts) {
    let role = if table.rows.is_empty() { "source" } else { "replica" };
    facts.present("replication.role", Value::Text(role.to_owned()));
    let column = |names: [&str; 2]| table.columns.iter().position(|(name, _)| names.contains(&name.as_str()));
    let texts = |names: [&str; 2]| -> Vec<Option<&str>> {
        let at = column(names);
        table.rows.iter().map(|row| at.and_then(|at| row.get(at)).and_then(Option::as_deref)).collect()
    };
    let both = [texts(["Replica_IO_Running", "Slave_IO_Running"]), texts(["Replica_SQL_Running", "Slave_SQL_Running"])];
    let running = both.iter().flatten().all(|text| *text == Some("Yes"));
    facts.set(
        "replication.running",
        if table.rows.is_empty() { Fact::Absent } else { Fact::Present(Value::Bool(running)) },
    );
    let lags: Option<Vec<_>> =
        texts(["Seconds_Behind_Source", "Seconds_Behind_Master"]).into_iter().map(|text| number(text?)).collect();
    let worst = lags.unwrap_or_default().into_iter().max();
    facts.set("replication.lag", worst.map_or(Fact::Absent, |lag| Fact::Present(Value::Number(lag))));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::world::service::mysql::Kind;

    fn of(rows: &[[Option<&str>; 3]]) -> Facts {
        let names = ["Slave_IO_Running", "Slave_SQL_Running", "Seconds_Behind_Master"];
        let columns = names.map(|name| (name.to_owned(), Kind::Text)).to_vec();
        let rows = rows.iter().map(|row| row.map(|text| text.map(str::to_owned)).to_vec()).collect();
        let mut facts = Facts::new();
        about(&Table { columns, rows }, &mut facts);
        facts
    }

    #[test]
    fn the_worst_of_several_sources_speaks_for_all() {
        let facts = of(&[[Some("Yes"), Some("Yes"), Some("2")], [Some("Yes"), Some("Yes"), Some("75")]]);
        assert_eq!(facts.get("replication.lag"), Fact::Present(Value::count(75)));
        assert_eq!(facts.get("replication.running"), Fact::Present(Value::Bool(true)));
    }

    #[test]
    fn a_replica_that_stopped_has_no_lag_and_does_not_run() {
        let facts = of(&[[Some("Yes"), Some("No"), None]]);
        assert_eq!(facts.get("replication.lag"), Fact::Absent);
        assert_eq!(facts.get("replication.running"), Fact::Present(Value::Bool(false)));
    }

    #[test]
    fn a_server_that_follows_nobody_is_a_source() {
        let facts = of(&[]);
        assert_eq!(facts.get("replication.role"), Fact::Present(Value::Text("source".into())));
        assert_eq!((facts.get("replication.running"), facts.get("replication.lag")), (Fact::Absent, Fact::Absent));
    }
}
