//! One container of a pod: what other objects ask about it. What is wrong inside it is judged in files of their own.

use crate::probe::yaml_file::at;
use crate::yaml::{Kind, Node};

use super::object::{Supplied, number_at, text_at};

/// What a container is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Runs as long as the pod; an init container that restarts always is one.
    Main,
    /// Runs before the pod starts.
    Init,
    /// Was added to a pod for a look.
    Ephemeral,
}

/// A port that a container names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Port {
    pub(super) name: Option<String>,
    pub(super) number: Option<u64>,
}

/// A container.
#[derive(Clone, Debug)]
pub(super) struct Container {
    pub(super) name: String,
    pub(super) line: u32,
    pub(super) purpose: Purpose,
    pub(super) ports: Vec<Port>,
    pub(super) has_readiness: bool,
    /// Ports that its probes name and it does not have, with the line.
    pub(super) lost_probe_ports: Vec<(String, u32)>,
    /// Seconds that its `preStop` waits; 0 where it does something else.
    pub(super) pre_stop: Option<u64>,
    /// Which amounts it states itself; a limit is also the request.
    pub(super) stated: Supplied,
}

/// Reads a container.
pub(super) fn container(node: &Node, purpose: Purpose, pod_resources: Option<&Node>) -> Container {
    let restarts = node.get("restartPolicy").and_then(Node::text) == Some("Always");
    let ports: Vec<Port> = node.get("ports").map(Node::items).unwrap_or_default().iter().map(port).collect();
    Container {
        name: node.get("name").and_then(Node::text).unwrap_or("").to_owned(),
        line: node.span.line,
        purpose: if purpose == Purpose::Init && restarts { Purpose::Main } else { purpose },
        has_readiness: node.get("readinessProbe").is_some_and(|probe| probe.kind != Kind::Null),
        lost_probe_ports: lost_probe_ports(node, &ports),
        ports,
        pre_stop: at(node, &["lifecycle", "preStop"]).map(seconds_waited),
        stated: stated(node.get("resources"), pod_resources),
    }
}

fn port(node: &Node) -> Port {
    Port { name: text_at(node, &["name"]).map(str::to_owned), number: number_at(node, &["containerPort"]) }
}

/// A named port of a probe must be one of the container's; a number need not be declared.
fn lost_probe_ports(node: &Node, ports: &[Port]) -> Vec<(String, u32)> {
    let probes = ["readinessProbe", "livenessProbe", "startupProbe"].iter().filter_map(|key| node.get(key));
    let handlers = probes.flat_map(|probe| ["httpGet", "tcpSocket"].into_iter().filter_map(|key| probe.get(key)));
    handlers
        .filter_map(|handler| {
            let port = handler.get("port")?;
            let name = port.text()?;
            let is_known = name.parse::<u64>().is_ok() || ports.iter().any(|port| port.name.as_deref() == Some(name));
            (!is_known).then(|| (name.to_owned(), port.span.line))
        })
        .collect()
}

/// `sleep: { seconds: 5 }`, or `sleep 5` in a command.
fn seconds_waited(node: &Node) -> u64 {
    if let Some(seconds) = number_at(node, &["sleep", "seconds"]) {
        return seconds;
    }
    let words = super::object::texts_at(node, &["exec", "command"]).join(" ");
    let mut words = words.split(|c: char| c.is_whitespace() || matches!(c, ';' | '&' | '"' | '\''));
    let waited = words.by_ref().find(|word| *word == "sleep" || word.ends_with("/sleep")).and_then(|_| words.next());
    waited.and_then(|seconds| seconds.trim_end_matches('s').parse().ok()).unwrap_or(0)
}

/// What a container asks for, itself or through its pod (Kubernetes 1.34: `spec.resources`).
fn stated(own: Option<&Node>, pod: Option<&Node>) -> Supplied {
    let has = |side: &str, what: &str| {
        [own, pod].into_iter().flatten().any(|node| text_at(node, &[side, what]).is_some_and(|text| !text.is_empty()))
    };
    let memory_limit = has("limits", "memory");
    Supplied {
        cpu_request: has("requests", "cpu") || has("limits", "cpu"),
        memory_request: has("requests", "memory") || memory_limit,
        memory_limit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(yaml: &str) -> Container {
        let node = crate::probe::yaml_file::read("c.yaml", yaml.as_bytes()).expect("it is YAML");
        container(&node, Purpose::Init, None)
    }

    #[test]
    fn a_limit_is_also_the_request() {
        let stated = of("resources: {limits: {memory: 1Gi}, requests: {cpu: 100m}}").stated;
        assert_eq!(stated, Supplied { cpu_request: true, memory_request: true, memory_limit: true });
        assert_eq!(of("resources: {}").stated, Supplied::default());
    }

    #[test]
    fn an_init_container_that_restarts_runs_with_the_pod() {
        assert_eq!(of("restartPolicy: Always").purpose, Purpose::Main);
        assert_eq!(of("name: x").purpose, Purpose::Init);
    }

    #[test]
    fn the_wait_before_the_end_is_read_from_both_forms() {
        assert_eq!(of("lifecycle: {preStop: {sleep: {seconds: 7}}}").pre_stop, Some(7));
        assert_eq!(
            of("lifecycle: {preStop: {exec: {command: [sh, -c, \"sleep 5 && nginx -s quit\"]}}}").pre_stop,
            Some(5)
        );
        assert_eq!(of("name: x").pre_stop, None);
    }

    #[test]
    fn a_probe_that_names_a_port_which_is_not_there_is_seen() {
        let lost = of(
            "ports: [{name: http, containerPort: 80}]\nreadinessProbe:\n  httpGet: {port: web}\nlivenessProbe:\n  httpGet: {port: http}\n",
        );
        assert_eq!(lost.lost_probe_ports, [("web".to_owned(), 3)]);
    }
}
