//! What an Alertmanager answers (its API v2), as facts.

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::model::{Fact, FactDecl, FactType, Facts, Value};

/// Every fact of probe `alert`.
pub(super) fn declared(deliver: bool) -> Vec<FactDecl> {
    use FactType::{Bool, Count, Duration, Text};
    let texts = || FactType::List(Box::new(Text));
    let longest = "Time until the last silence ends that is in force; absent without one.";
    let mut declared = vec![
        FactDecl::new("reachable", Bool, "Whether an Alertmanager answered."),
        FactDecl::new("version", FactType::Version, "Its version."),
        FactDecl::new("cluster", Text, "`ready`, `settling` or `disabled`."),
        FactDecl::new("peers", Count, "Alertmanagers of the cluster, this one among them; 0 when it is disabled."),
        FactDecl::new("uptime_since", FactType::Date, "When it started."),
        FactDecl::new("receivers", texts(), "Receivers by name, in the order of its configuration."),
        FactDecl::new("receivers.integrations", Count, "Ways that its configuration tells people or programs by."),
        FactDecl::new("silences", Count, "Silences that are in force."),
        FactDecl::new("silences.longest", Duration, longest),
        FactDecl::new("alerts", Count, "Alerts that are firing."),
        FactDecl::new("alerts.silenced", Count, "How many of them nobody hears of."),
    ];
    if deliver {
        let routed = "Receivers that it is routed to; absent when it is not there.";
        declared.extend([
            FactDecl::new("delivered", Bool, "Whether the test alert was taken and is there."),
            FactDecl::new("routed", texts(), routed),
            FactDecl::new("time.deliver", Duration, "From posting it until it was there; absent when it is not."),
        ]);
    }
    declared
}

/// What it says of itself.
pub(super) fn about_server(status: &Json, facts: &mut Facts) {
    let text = |value: &Json| value.as_str().map(|text| Value::Text(text.to_owned()));
    let absent_or = |value: Option<Value>| value.map_or(Fact::Absent, Fact::Present);
    facts.set("version", absent_or(text(&status["versionInfo"]["version"])));
    facts.set("cluster", absent_or(text(&status["cluster"]["status"])));
    let peers = status["cluster"]["peers"].as_array().map_or(0, Vec::len);
    facts.present("peers", Value::count(peers));
    let since = status["uptime"].as_str().and_then(|text| text.parse::<Timestamp>().ok());
    facts.set("uptime_since", absent_or(since.map(Value::Date)));
    let config = status["config"]["original"].as_str().unwrap_or_default();
    facts.present("receivers.integrations", Value::count(integrations(config)));
}

/// The entries of `webhook_configs` and the like below every receiver (Alertmanager documentation, "Configuration").
fn integrations(config: &str) -> usize {
    let config: serde_yaml::Value = serde_yaml::from_str(config).unwrap_or_default();
    let receivers = config.get("receivers").and_then(serde_yaml::Value::as_sequence).into_iter().flatten();
    let ways = receivers.filter_map(serde_yaml::Value::as_mapping).flatten();
    let ways = ways.filter(|(key, _)| key.as_str().is_some_and(|key| key.ends_with("_configs")));
    ways.map(|(_, list)| list.as_sequence().map_or(0, Vec::len)).sum()
}

/// Names of receivers.
pub(super) fn about_receivers(receivers: &Json, facts: &mut Facts) {
    let names = receivers.as_array().into_iter().flatten();
    let names = names.filter_map(|receiver| receiver["name"].as_str()).map(|name| Value::Text(name.to_owned()));
    facts.present("receivers", Value::List(names.collect()));
}

/// Silences in force.
pub(super) fn about_silences(silences: &Json, now: Timestamp, facts: &mut Facts) {
    let active: Vec<&Json> =
        silences.as_array().into_iter().flatten().filter(|silence| silence["status"]["state"] == "active").collect();
    facts.present("silences", Value::count(active.len()));
    let ends = active.iter().filter_map(|silence| silence["endsAt"].as_str()?.parse::<Timestamp>().ok());
    let longest = ends.map(|end| end.as_second().saturating_sub(now.as_second()).max(0)).max();
    facts.set("silences.longest", longest.map_or(Fact::Absent, |left| Fact::Present(Value::count(left))));
}

/// Alerts that are firing.
pub(super) fn about_alerts(alerts: &Json, facts: &mut Facts) {
    let alerts: Vec<&Json> = alerts.as_array().into_iter().flatten().collect();
    let silenced = |alert: &&&Json| alert["status"]["silencedBy"].as_array().is_some_and(|by| !by.is_empty());
    facts.present("alerts", Value::count(alerts.len()));
    facts.present("alerts.silenced", Value::count(alerts.iter().filter(silenced).count()));
}

/// The receivers of the test alert; nothing while it is not there.
pub(super) fn routed(alerts: &Json) -> Option<Value> {
    let alert = alerts.as_array()?.first()?;
    let names = alert["receivers"].as_array()?.iter().filter_map(|receiver| receiver["name"].as_str());
    Some(Value::List(names.map(|name| Value::Text(name.to_owned())).collect()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const CONFIG: &str = "route:\n  receiver: team\n  group_by:\n  - alertname\nreceivers:\n- name: nobody\n- name: team\n  \
        webhook_configs:\n  - send_resolved: true\n    url: http://a.test\n  - url: http://b.test\n  email_configs:\n  - to: c@d.test\ntemplates: []\n";

    #[test]
    fn ways_of_telling_are_counted_and_routes_are_not() {
        assert_eq!(integrations(CONFIG), 3);
        assert_eq!(integrations("receivers:\n- name: nobody\n"), 0);
        assert_eq!(integrations("receivers:\n- webhook_configs:\n  - url: http://a.test\n  name: x\n"), 1);
    }

    #[test]
    fn only_silences_in_force_count() {
        let silences = serde_json::from_str(
            r#"[{"status": {"state": "active"}, "endsAt": "2026-11-20T11:00:00Z"},
                {"status": {"state": "expired"}, "endsAt": "2026-11-29T11:00:00Z"}]"#,
        );
        let mut facts = Facts::new();
        about_silences(&silences.unwrap(), "2026-11-20T10:00:00Z".parse().unwrap(), &mut facts);
        assert_eq!(facts.get("silences"), Fact::Present(Value::count(1)));
        assert_eq!(facts.get("silences.longest"), Fact::Present(Value::count(3600)));
    }
}
