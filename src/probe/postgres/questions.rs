//! What is asked of every PostgreSQL, and which facts the answers are. One row each; NULL is absent.

use crate::model::FactType;

/// A query and the facts its columns are, in order.
pub(super) struct Question {
    /// One row.
    pub(super) query: &'static str,
    /// Why a NULL is hidden from this user; without a reason it is absent.
    pub(super) hidden: Option<&'static str>,
    /// Name, type and meaning of each column.
    pub(super) facts: &'static [(&'static str, FactType, &'static str)],
}

/// PostgreSQL documentation, "The Cumulative Statistics System" and "System Catalogs"; all of it since version 12.
pub(super) static QUESTIONS: &[Question] = &[
    Question {
        query: "SELECT used, most, (most - used)::numeric / nullif(most, 0) FROM (SELECT \
                (SELECT sum(numbackends) FROM pg_stat_database)::int AS used, \
                current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS most) AS c",
        hidden: None,
        facts: &[
            ("connections.used", FactType::Count, "Connections that are open, ours among them."),
            (
                "connections.max",
                FactType::Count,
                "Connections for all but superusers: `max_connections` without the reserve.",
            ),
            ("connections.headroom", FactType::Ratio, "Share of them that is free."),
        ],
    },
    Question {
        query: "SELECT CASE WHEN sees THEN count(*) FILTER (WHERE state LIKE 'idle in transaction%') END, \
                CASE WHEN sees THEN coalesce(extract(epoch FROM max(clock_timestamp() - xact_start)), 0) END \
                FROM (SELECT pg_has_role('pg_read_all_stats', 'USAGE') AS sees) AS r LEFT JOIN pg_stat_activity \
                ON backend_type = 'client backend' AND pid <> pg_backend_pid() GROUP BY sees",
        hidden: Some("only members of the role `pg_read_all_stats` see the transactions of others"),
        facts: &[
            (
                "connections.idle_in_transaction",
                FactType::Count,
                "Connections that hold a transaction open and do nothing; seen with the role `pg_read_all_stats`.",
            ),
            (
                "transaction.oldest",
                FactType::Duration,
                "Age of the oldest open transaction, 0 s without any; seen with the role `pg_read_all_stats`.",
            ),
        ],
    },
    Question {
        query: "SELECT rolsuper, rolcreaterole, rolcreatedb, pg_catalog.pg_get_userbyid(datdba) = current_user \
                FROM pg_roles, pg_database WHERE rolname = current_user AND datname = current_database()",
        hidden: None,
        facts: &[
            ("user.superuser", FactType::Bool, "Whether the user is a superuser."),
            ("user.creates_roles", FactType::Bool, "Whether the user may create roles."),
            ("user.creates_databases", FactType::Bool, "Whether the user may create databases."),
            ("user.owns_database", FactType::Bool, "Whether the user owns the database."),
        ],
    },
    Question {
        query: "SELECT pg_database_size(current_database()), blks_hit::numeric / nullif(blks_hit + blks_read, 0), deadlocks, \
                (SELECT max(age(datfrozenxid))::numeric / 2147483648 FROM pg_database) \
                FROM pg_stat_database WHERE datname = current_database()",
        hidden: None,
        facts: &[
            ("size", FactType::Size, "Size of the database on disk."),
            (
                "cache_hit",
                FactType::Ratio,
                "Share of block reads that the buffer cache answered; absent before the first.",
            ),
            ("deadlocks", FactType::Count, "Deadlocks since the statistics began."),
            (
                "transaction.wraparound",
                FactType::Ratio,
                "Share of the transaction ids that can pass before the oldest rows must be frozen, in the worst database.",
            ),
        ],
    },
    Question {
        query: "SELECT current_setting('archive_mode') <> 'off', archived_count, failed_count, \
                extract(epoch FROM clock_timestamp() - last_archived_time), \
                coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false) FROM pg_stat_archiver",
        hidden: None,
        facts: &[
            ("archiver.enabled", FactType::Bool, "Whether the write-ahead log is archived (`archive_mode`)."),
            ("archiver.archived", FactType::Count, "Log files archived since the statistics began."),
            ("archiver.failures", FactType::Count, "Attempts that failed since the statistics began."),
            ("archiver.age", FactType::Duration, "Time since the last log file was archived; absent when none was."),
            ("archiver.failing", FactType::Bool, "Whether the last attempt failed."),
        ],
    },
    Question {
        query: "SELECT CASE WHEN pg_is_in_recovery() THEN 'standby' ELSE 'primary' END, \
                CASE WHEN pg_is_in_recovery() THEN CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0 \
                ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END END, \
                (SELECT count(*) FROM pg_stat_replication), \
                (SELECT count(*) FILTER (WHERE NOT active) FROM pg_replication_slots)",
        hidden: None,
        facts: &[
            ("replication.role", FactType::Text, "`primary` or `standby`."),
            ("replication.lag", FactType::Duration, "On a standby, how far it is behind; absent on a primary."),
            ("replication.standbys", FactType::Count, "Standbys that are connected."),
            (
                "replication.slots.inactive",
                FactType::Count,
                "Replication slots that nobody reads, which keep log files for ever.",
            ),
        ],
    },
];
