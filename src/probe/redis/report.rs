//! What `INFO` says (Redis documentation, "INFO"), as facts.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::model::{Exact, Fact, FactDecl, FactType, Facts, Value};

/// Fields of the report that are kept below `info.`: a server writes some 200.
const MOST_FIELDS: usize = 1000;

/// A setting that a server may hide.
pub(super) enum Setting {
    /// Its value.
    Given(String),
    /// Why it is not known.
    Hidden(String),
}

/// The facts of the report.
pub(super) fn declared() -> Vec<FactDecl> {
    use FactType::{Any, Bool, Count, Duration, Number, Ratio, Size, Text, Version};
    vec![
        FactDecl::new("version", Version, "Version of the server."),
        FactDecl::new("role", Text, "`master` or `slave`."),
        FactDecl::new("replicas", Count, "Replicas connected to it."),
        FactDecl::new("replica.link", Text, "On a replica, whether its master is `up` or `down`; absent on a master."),
        FactDecl::new("memory.used", Size, "Memory that its data and buffers take."),
        FactDecl::new("memory.max", Size, "`maxmemory`; absent when there is no limit."),
        FactDecl::new("memory.share", Ratio, "Share of the limit that is used; absent without a limit."),
        FactDecl::new("memory.policy", Text, "`maxmemory-policy`: what is evicted when memory is full."),
        FactDecl::new("memory.fragmentation", Number, "Resident over used memory."),
        FactDecl::new("hit_ratio", Ratio, "Share of look-ups that found their key; absent before the first look-up."),
        FactDecl::new("evicted", Count, "Keys evicted since the start for want of memory."),
        FactDecl::new("keys", Count, "Keys in all databases."),
        FactDecl::new("keys.lasting", Count, "Keys that never expire."),
        FactDecl::new("persistent", Bool, "Whether the data outlives the process: snapshots or the append-only file."),
        FactDecl::new("rdb.enabled", Bool, "Whether snapshots are taken by rule (`save`)."),
        FactDecl::new("rdb.ok", Bool, "Whether the last snapshot was written."),
        FactDecl::new("rdb.age", Duration, "Time since the last snapshot, or the start."),
        FactDecl::new("rdb.unsaved", Count, "Changes since the last snapshot."),
        FactDecl::new("aof.enabled", Bool, "Whether the append-only file is on."),
        FactDecl::new("aof.ok", Bool, "Whether the last write to it succeeded; absent when it is off."),
        FactDecl::new("clients", Count, "Connected clients."),
        FactDecl::new("clients.max", Count, "`maxclients`."),
        FactDecl::new("clients.headroom", Ratio, "Share of `maxclients` that is free."),
        FactDecl::new("uptime", Duration, "Time since the start."),
        FactDecl::tree("info.", Any, "Every field of `INFO`, numbers as numbers."),
    ]
}

/// The fields of the report, by name.
struct Fields<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Fields<'a> {
    fn of(text: &'a str) -> Fields<'a> {
        let pairs = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(':'));
        Fields(pairs.take(MOST_FIELDS).map(|(name, value)| (name.trim(), value.trim())).collect())
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        self.0.get(name).copied()
    }

    fn number(&self, name: &str) -> Option<Exact> {
        self.text(name).and_then(Exact::parse_decimal)
    }

    fn whole(&self, name: &str) -> Option<u64> {
        self.text(name)?.parse().ok()
    }

    fn flag(&self, name: &str) -> Option<bool> {
        self.whole(name).map(|number| number != 0)
    }

    fn is_ok(&self, name: &str) -> Option<bool> {
        self.text(name).map(|status| status == "ok")
    }

    fn keys(&self) -> u64 {
        self.databases().filter_map(|value| counted(value, "keys")).fold(0, u64::saturating_add)
    }

    /// Nothing when a database does not say how many of its keys expire.
    fn lasting(&self) -> Option<u64> {
        let one = |value| Some(counted(value, "keys")?.saturating_sub(counted(value, "expires")?));
        self.databases().map(one).try_fold(0, |sum: u64, count| Some(sum.saturating_add(count?)))
    }

    /// `keys=12,expires=0,avg_ttl=0` of each database, `db0` and so on.
    fn databases(&self) -> impl Iterator<Item = &str> {
        let is_one =
            |name: &str| name.strip_prefix("db").is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
        self.0.iter().filter(move |(name, _)| is_one(name)).map(|(_, value)| &**value)
    }
}

/// The number behind `name=` in `keys=12,expires=0`.
fn counted(value: &str, name: &str) -> Option<u64> {
    value.split(',').find_map(|part| part.split_once('=').filter(|(key, _)| *key == name)?.1.parse().ok())
}

/// Sets every fact that the report holds; `now` in seconds since 1970 counts when the server does not tell the time.
pub(super) fn about(text: &str, save: &Setting, now: i64, facts: &mut Facts) {
    let fields = Fields::of(text);
    let mut set = |name: &str, value: Option<Value>| {
        let unsaid = || Fact::Unobserved("`INFO` does not say".to_owned());
        facts.set(name, value.map_or_else(unsaid, Fact::Present));
    };
    let text = |name| fields.text(name).map(|text| Value::Text(text.to_owned()));
    let number = |name| fields.number(name).map(Value::Number);
    set("version", text("redis_version"));
    set("role", text("role"));
    set("replicas", number("connected_slaves"));
    set("memory.used", number("used_memory"));
    set("memory.policy", text("maxmemory_policy"));
    set("memory.fragmentation", number("mem_fragmentation_ratio"));
    set("evicted", number("evicted_keys"));
    set("keys", Some(Value::count(fields.keys())));
    set("keys.lasting", fields.lasting().map(Value::count));
    set("clients", number("connected_clients"));
    set("clients.max", number("maxclients"));
    set("clients.headroom", headroom(&fields).map(Value::Number));
    set("uptime", number("uptime_in_seconds"));
    set("rdb.ok", fields.is_ok("rdb_last_bgsave_status").map(Value::Bool));
    set("rdb.unsaved", number("rdb_changes_since_last_save"));
    set("rdb.age", snapshot_age(&fields, now).map(Value::count));
    set("aof.enabled", fields.flag("aof_enabled").map(Value::Bool));
    set_absentable(&fields, facts);
    set_persistence(&fields, save, facts);
    facts.present("info.", tree(&fields));
}

/// Facts that are absent when the server has nothing of the kind.
fn set_absentable(fields: &Fields<'_>, facts: &mut Facts) {
    let absent_or = |value: Option<Value>| value.map_or(Fact::Absent, Fact::Present);
    facts.set("replica.link", absent_or(fields.text("master_link_status").map(|link| Value::Text(link.to_owned()))));
    let limit = fields.whole("maxmemory").filter(|limit| *limit > 0);
    facts.set("memory.max", absent_or(limit.map(Value::count)));
    let share = limit.zip(fields.whole("used_memory")).and_then(|(limit, used)| Exact::ratio(used, limit));
    facts.set("memory.share", absent_or(share.map(Value::Number)));
    let lookups = fields.whole("keyspace_hits").zip(fields.whole("keyspace_misses"));
    let ratio = lookups.and_then(|(hits, misses)| Exact::ratio(hits, u128::from(hits) + u128::from(misses)));
    facts.set("hit_ratio", absent_or(ratio.map(Value::Number)));
    let written = fields.is_ok("aof_last_write_status").filter(|_| fields.flag("aof_enabled") == Some(true));
    facts.set("aof.ok", absent_or(written.map(Value::Bool)));
}

fn set_persistence(fields: &Fields<'_>, save: &Setting, facts: &mut Facts) {
    let append = fields.flag("aof_enabled");
    let (snapshots, hidden) = match save {
        Setting::Given(rule) => (Some(!rule.trim().is_empty()), ""),
        Setting::Hidden(why) => (None, why.as_str()),
    };
    let known = |value: Option<bool>| match value {
        Some(value) => Fact::Present(Value::Bool(value)),
        None => Fact::Unobserved(format!("the rule for snapshots is hidden: {hidden}")),
    };
    facts.set("rdb.enabled", known(snapshots));
    let persistent = match (append, snapshots) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    };
    facts.set("persistent", known(persistent));
}

/// Free share of `maxclients`.
fn headroom(fields: &Fields<'_>) -> Option<Exact> {
    let (most, used) = (fields.whole("maxclients")?, fields.whole("connected_clients")?);
    Exact::ratio(most.saturating_sub(used), most)
}

/// Seconds since the last snapshot by the server's own clock, where it tells it.
fn snapshot_age(fields: &Fields<'_>, now: i64) -> Option<i64> {
    let clock = fields.whole("server_time_usec").and_then(|time| i64::try_from(time / 1_000_000).ok()).unwrap_or(now);
    let saved = i64::try_from(fields.whole("rdb_last_save_time")?).ok()?;
    Some(clock.saturating_sub(saved).max(0))
}

fn tree(fields: &Fields<'_>) -> Value {
    let value = |text: &str| Exact::parse_decimal(text).map_or_else(|| Value::Text(text.to_owned()), Value::Number);
    let members = fields.0.iter().map(|(name, text)| ((*name).to_owned(), value(text)));
    Value::Map(members.collect::<IndexMap<_, _>>())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn of(text: &str, save: &Setting) -> Facts {
        let mut facts = Facts::new();
        about(text, save, 1_000, &mut facts);
        facts
    }

    fn present(value: Value) -> Fact {
        Fact::Present(value)
    }

    #[test]
    fn shares_are_exact_and_absent_when_there_is_no_whole() {
        let text = "# Stats\r\nkeyspace_hits:9\r\nkeyspace_misses:1\r\nmaxmemory:400\r\nused_memory:100\r\n\
                    maxclients:10\r\nconnected_clients:4\r\n";
        let facts = of(text, &Setting::Given(String::new()));
        for (name, numerator, denominator) in
            [("hit_ratio", 9, 10), ("memory.share", 1, 4), ("clients.headroom", 6, 10)]
        {
            let share = Exact::ratio(numerator, denominator).unwrap();
            assert_eq!(facts.get(name), present(Value::Number(share)), "{name}");
        }
        let none = of("keyspace_hits:0\nkeyspace_misses:0\nmaxmemory:0\n", &Setting::Given(String::new()));
        for name in ["hit_ratio", "memory.share", "memory.max"] {
            assert_eq!(none.get(name), Fact::Absent, "{name}");
        }
    }

    #[test]
    fn keys_that_never_expire_are_counted_over_all_databases() {
        let of = |text| of(text, &Setting::Given(String::new()));
        let facts = of("# Keyspace\r\ndb0:keys=5,expires=3,avg_ttl=9\r\ndb2:keys=4,expires=4\r\n");
        assert_eq!(
            (facts.get("keys"), facts.get("keys.lasting")),
            (present(Value::count(9)), present(Value::count(2)))
        );
        assert_eq!(of("# Keyspace\n").get("keys.lasting"), present(Value::count(0)));
        assert!(matches!(of("db0:keys=5\n").get("keys.lasting"), Fact::Unobserved(_)));
    }

    #[test]
    fn a_hidden_rule_leaves_persistence_open_unless_the_file_is_on() {
        let hidden = || Setting::Hidden("ERR unknown command".to_owned());
        assert_eq!(of("aof_enabled:1\n", &hidden()).get("persistent"), present(Value::Bool(true)));
        assert!(matches!(of("aof_enabled:0\n", &hidden()).get("persistent"), Fact::Unobserved(_)));
        let off = of("aof_enabled:0\n", &Setting::Given(String::new()));
        assert_eq!(off.get("persistent"), present(Value::Bool(false)));
    }

    #[test]
    fn the_server_s_clock_tells_the_age_of_a_snapshot() {
        let facts = of("server_time_usec:5000000\nrdb_last_save_time:2\n", &Setting::Given(String::new()));
        assert_eq!(facts.get("rdb.age"), present(Value::count(3)));
        let ours = of("rdb_last_save_time:400\n", &Setting::Given(String::new()));
        assert_eq!(ours.get("rdb.age"), present(Value::count(600)));
    }

    #[test]
    fn a_report_of_nonsense_sets_no_number() {
        let facts = of("used_memory:many\nmaxclients:-3\n:\n\u{0}", &Setting::Given("900 1".to_owned()));
        assert!(matches!(facts.get("memory.used"), Fact::Unobserved(_)));
        assert!(matches!(facts.get("clients.headroom"), Fact::Unobserved(_)));
        assert_eq!(facts.get("persistent"), present(Value::Bool(true)));
    }
}
