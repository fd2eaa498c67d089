//! Which images keep data, and where.

use super::service::Service;

/// A kind of datastore: words in the image's last part, paths its data lies under, and whether losing it is harmless.
struct Kind {
    names: &'static [&'static str],
    paths: &'static [&'static str],
    is_cache: bool,
}

const KINDS: &[Kind] = &[
    Kind {
        names: &["postgres", "postgresql", "postgis", "timescaledb", "pgvector", "timescaledb-ha"],
        paths: &["/var/lib/postgresql", "/bitnami/postgresql", "/home/postgres/pgdata"],
        is_cache: false,
    },
    Kind {
        names: &["mysql", "mysql-server", "percona", "mariadb"],
        paths: &["/var/lib/mysql", "/bitnami/mysql", "/bitnami/mariadb"],
        is_cache: false,
    },
    Kind {
        names: &["mongo", "mongodb", "mongodb-community-server"],
        paths: &["/data/db", "/bitnami/mongodb"],
        is_cache: false,
    },
    Kind {
        names: &["redis", "valkey", "keydb", "redis-stack", "memcached", "dragonfly"],
        paths: &["/data", "/bitnami"],
        is_cache: true,
    },
    Kind { names: &["elasticsearch"], paths: &["/usr/share/elasticsearch/data"], is_cache: false },
    Kind { names: &["opensearch"], paths: &["/usr/share/opensearch/data"], is_cache: false },
    Kind { names: &["rabbitmq"], paths: &["/var/lib/rabbitmq"], is_cache: false },
    Kind {
        names: &["kafka", "cp-kafka", "redpanda"],
        paths: &["/var/lib/kafka", "/bitnami/kafka", "/var/lib/redpanda", "/tmp/kraft-combined-logs", "/kafka"],
        is_cache: false,
    },
    Kind { names: &["minio"], paths: &["/data", "/bitnami/minio", "/mnt", "/export"], is_cache: false },
    Kind { names: &["clickhouse", "clickhouse-server"], paths: &["/var/lib/clickhouse"], is_cache: false },
    Kind { names: &["cassandra", "scylla"], paths: &["/var/lib/cassandra", "/var/lib/scylla"], is_cache: false },
    Kind { names: &["etcd"], paths: &["/etcd-data", "/var/lib/etcd", "/bitnami/etcd", "/data"], is_cache: false },
    Kind { names: &["influxdb"], paths: &["/var/lib/influxdb", "/var/lib/influxdb2"], is_cache: false },
];

/// What is known of a service that keeps data.
pub(super) struct Datastore {
    /// Whether losing its data is harmless.
    pub(super) is_cache: bool,
    /// Whether a named volume or a bind covers its data.
    pub(super) is_kept: bool,
}

/// Whether the service runs a datastore.
pub(super) fn datastore(service: &Service) -> Option<Datastore> {
    let name = service.image_name()?;
    let kind = KINDS.iter().find(|kind| kind.names.contains(&name.as_str()))?;
    let is_kept = service.mounts.iter().any(|mount| {
        let target = mount.target.trim_end_matches('/');
        let covers = |path: &str| target.starts_with(path) || (path.starts_with(target) && !target.is_empty());
        !mount.source.is_empty() && kind.paths.iter().any(|path| covers(path))
    });
    Some(Datastore { is_cache: kind.is_cache, is_kept })
}
