//! What lets a service take over the host, and credentials that are written down.

use crate::model::Certainty;
use crate::probe::finding::Finding;
use crate::probe::secret_name::{has_password, is_secret_name, is_secret_value, masked};
use crate::probe::secrets::tokens;
use crate::yaml::Node;

use super::service::{Service, Spot, expanded, texts};

/// Images of agents that need the host by design; the advice for them is a socket proxy.
const AGENTS: &[&str] = &[
    "cadvisor",
    "datadog",
    "diun",
    "docker-socket-proxy",
    "dozzle",
    "gitlab-runner",
    "glances",
    "netdata",
    "nginx-proxy",
    "node-exporter",
    "node_exporter",
    "ofelia",
    "portainer",
    "promtail",
    "traefik",
    "watchtower",
    "alloy",
    "fluent-bit",
    "vector",
    "whoami-agent",
];

const CAPABILITIES: &[&str] =
    &["ALL", "SYS_ADMIN", "SYS_PTRACE", "SYS_MODULE", "NET_ADMIN", "SYS_RAWIO", "DAC_READ_SEARCH"];

const HOST_PATHS: &[&str] = &["/", "/etc", "/root", "/proc", "/sys", "/boot", "/dev", "/var/lib/docker"];

/// Facts about what lets a service take over the host.
const ESCAPES: &[&str] =
    &["privileged", "docker_sockets", "host_namespaces", "dangerous_caps", "host_mounts", "unconfined", "host_devices"];

/// `privileged`, `docker_sockets`, `host_namespaces`, `dangerous_caps`, `host_mounts`, `unconfined`, `host_devices`.
pub(super) fn host_escapes(service: &Service, node: &Node) -> Vec<(String, Finding)> {
    let image = service.image.as_ref().and_then(|(image, _)| image.as_deref().ok()).unwrap_or("");
    let is_agent = AGENTS.iter().any(|agent| image.contains(agent));
    let certainty = if is_agent { Certainty::Likely } else { Certainty::Certain };
    let mut found = Vec::new();
    let mut add = |fact: &'static str, spot: &Spot, what: &str| {
        let known = if is_agent { " (an agent that is known to need it; put a socket proxy between)" } else { "" };
        let note = format!("service `{}`: {what}{known}", service.name);
        let (file, finding) = spot.finding(fact, format!("{}:{what}", service.name), note);
        found.push((file, finding.with(certainty)));
    };
    if node.get("privileged").and_then(Node::text).is_some_and(|text| text == "true") {
        add("privileged", &spot_of(node, "privileged"), "`privileged: true`");
    }
    for key in ["network_mode", "pid", "ipc", "uts", "userns_mode"] {
        if node.get(key).and_then(Node::text) == Some("host") {
            add("host_namespaces", &spot_of(node, key), &format!("`{key}: host`"));
        }
    }
    for (text, spot) in node.get("cap_add").map(texts).unwrap_or_default() {
        let name = text.to_ascii_uppercase();
        if CAPABILITIES.contains(&name.trim_start_matches("CAP_")) {
            add("dangerous_caps", &spot, &format!("`cap_add: {text}`"));
        }
    }
    for (text, spot) in node.get("security_opt").map(texts).unwrap_or_default() {
        if text.ends_with("unconfined") || text.replace('=', ":") == "label:disable" {
            add("unconfined", &spot, &format!("`security_opt: {text}`"));
        }
    }
    for (text, spot) in node.get("devices").map(texts).unwrap_or_default() {
        if ["/dev/mem", "/dev/kmem", "/dev/port"].iter().any(|device| text.starts_with(device)) {
            add("host_devices", &spot, &format!("`devices: {text}`"));
        }
    }
    for mount in &service.mounts {
        let source = if mount.source == "/" { "/" } else { mount.source.trim_end_matches('/') };
        if source.ends_with("docker.sock") || source.ends_with("podman.sock") || source.ends_with("containerd.sock") {
            add("docker_sockets", &mount.spot, &format!("mounts `{source}`"));
        } else if HOST_PATHS.contains(&source) {
            add("host_mounts", &mount.spot, &format!("mounts `{source}` of the host"));
        }
    }
    found
}

fn spot_of(node: &Node, key: &str) -> Spot {
    Spot::of(node.get(key).map_or(&node.span, |value| &value.span))
}

/// Credit of the worst finding, in percent: host network alone 30, `NET_ADMIN` alone 50, anything else 0.
pub(super) fn escape_percent<'f>(findings: impl Iterator<Item = &'f Finding>) -> u32 {
    let of = |finding: &Finding| match finding.fact {
        "host_namespaces" if finding.subject.contains("network_mode") => 30,
        "dangerous_caps" if finding.subject.contains("NET_ADMIN") => 50,
        fact if ESCAPES.contains(&fact) => 0,
        _ => 100,
    };
    findings.map(of).min().unwrap_or(100)
}

/// `inline_secrets` and `defaulted_secrets`.
pub(super) fn inline_secrets(service: &Service, node: &Node) -> Vec<(String, Finding)> {
    let mut found = Vec::new();
    for (name, value, spot) in node.get("environment").map(pairs).unwrap_or_default() {
        found.extend(assigned(service, &name, &value, &spot));
    }
    for key in ["command", "entrypoint"] {
        for (text, spot) in node.get(key).map(texts).unwrap_or_default() {
            found.extend(in_text(service, key, &text, &spot));
        }
    }
    for (text, spot) in node.get("healthcheck").and_then(|health| health.get("test")).map(texts).unwrap_or_default() {
        found.extend(in_text(service, "healthcheck", &text, &spot));
    }
    found
}

fn pairs(node: &Node) -> Vec<(String, String, Spot)> {
    let mapped = node
        .entries()
        .iter()
        .filter_map(|(key, value)| Some((key.text.clone(), value.text()?.to_owned(), Spot::of(&key.span))));
    let listed = node.items().iter().filter_map(|item| {
        let (name, value) = item.text()?.split_once('=')?;
        Some((name.to_owned(), value.to_owned(), Spot::of(&item.span)))
    });
    mapped.chain(listed).collect()
}

fn assigned(service: &Service, name: &str, value: &str, spot: &Spot) -> Option<(String, Finding)> {
    if name == "POSTGRES_HOST_AUTH_METHOD" && value == "trust" {
        let note = format!("service `{}`: `{name}: trust` lets anyone in without a password", service.name);
        return Some(spot.finding("inline_secrets", format!("{}:{name}", service.name), note));
    }
    if let Some(token) = tokens(value.as_bytes()).into_iter().next() {
        let note = format!("service `{}`: `{name}` holds a {}: {}", service.name, token.title, masked(&token.value));
        return Some(spot.finding("inline_secrets", format!("{}:{name}", service.name), note));
    }
    let named = is_secret_name(name);
    let literal = !value.contains('$');
    if literal && ((named && is_secret_value(name, value)) || has_password(value)) {
        let note = format!("service `{}`: `{name}` is written down: {}", service.name, masked(value));
        return Some(spot.finding("inline_secrets", format!("{}:{name}", service.name), note));
    }
    let default = expanded(value).ok().filter(|_| !literal)?;
    let defaulted = (named && is_secret_value(name, &default)) || has_password(&default);
    defaulted.then(|| {
        let note = format!("service `{}`: `{name}` falls back to a default that is written down", service.name);
        spot.finding("defaulted_secrets", format!("{}:{name}", service.name), note)
    })
}

fn in_text(service: &Service, key: &str, text: &str, spot: &Spot) -> Option<(String, Finding)> {
    let holds = has_password(text) || !tokens(text.as_bytes()).is_empty();
    (holds && !text.contains('$')).then(|| {
        let note = format!("service `{}`: `{key}` holds a literal credential", service.name);
        spot.finding("inline_secrets", format!("{}:{key}", service.name), note)
    })
}
