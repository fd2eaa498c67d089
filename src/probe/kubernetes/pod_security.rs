//! The Pod Security Standards, field by field: <https://kubernetes.io/docs/concepts/security/pod-security-standards/>.

use crate::model::Certainty;
use crate::probe::finding::Finding;
use crate::probe::yaml_file::at;
use crate::yaml::Node;

use super::container::Purpose;
use super::object::{is_at, line_at, number_at, text_at, texts_at};
use super::workload::containers;

/// A finding and how much credit it leaves, in percent.
pub(super) struct Breach {
    pub(super) finding: Finding,
    pub(super) leaves: u32,
}

/// What the standard "baseline" forbids in a pod template.
pub(super) fn baseline(title: &str, template: &Node, certainty: Certainty) -> Vec<Breach> {
    let spec = template.get("spec").unwrap_or(template);
    let mut breaches = Breaches { title, certainty, found: Vec::new() };
    breaches.namespaces(spec);
    breaches.volumes(spec);
    breaches.annotations(template);
    if let Some(context) = spec.get("securityContext") {
        breaches.sysctls(context);
        breaches.context("the pod", context);
    }
    for (container, _) in containers(spec) {
        breaches.container(container);
    }
    breaches.found
}

/// Capabilities that "baseline" lets a container add.
const ALLOWED_CAPABILITIES: &[&str] = &[
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// Sysctls that are isolated per pod.
const SAFE_SYSCTLS: &[&str] = &[
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
];

struct Breaches<'t> {
    title: &'t str,
    certainty: Certainty,
    found: Vec<Breach>,
}

impl Breaches<'_> {
    fn add(&mut self, fact: &'static str, line: u32, what: &str, leaves: u32) {
        let title = self.title;
        let finding = Finding::new(fact, line, format!("{title}:{what}"), format!("`{title}`: {what}"));
        self.found.push(Breach { finding: finding.with(self.certainty), leaves });
    }

    fn namespaces(&mut self, spec: &Node) {
        for key in ["hostNetwork", "hostPID", "hostIPC"] {
            if is_at(spec, &[key], true) {
                self.add("host_namespaces", line_at(spec, &[key]), &format!("`{key}: true`"), 0);
            }
        }
    }

    fn volumes(&mut self, spec: &Node) {
        for volume in spec.get("volumes").map(Node::items).unwrap_or_default() {
            let Some(host) = volume.get("hostPath") else { continue };
            let path = text_at(host, &["path"]).unwrap_or("");
            let name = text_at(volume, &["name"]).unwrap_or("");
            let harmless = ["/var/log", "/etc/ssl", "/usr/share/ca-certificates", "/etc/localtime"]
                .iter()
                .any(|folder| path.starts_with(folder));
            let leaves = if harmless && is_mounted_read_only(spec, name) { 40 } else { 0 };
            self.add("host_paths", host.span.line, &format!("`hostPath: {path}`"), leaves);
        }
    }

    fn annotations(&mut self, template: &Node) {
        for (key, value) in at(template, &["metadata", "annotations"]).map(Node::entries).unwrap_or_default() {
            if key.text.starts_with("container.apparmor.security.beta.kubernetes.io/")
                && value.text() == Some("unconfined")
            {
                self.add("unconfined", key.span.line, "AppArmor `unconfined`", 0);
            }
        }
    }

    fn sysctls(&mut self, context: &Node) {
        for sysctl in context.get("sysctls").map(Node::items).unwrap_or_default() {
            let name = text_at(sysctl, &["name"]).unwrap_or("");
            if !SAFE_SYSCTLS.contains(&name) {
                self.add("unsafe_sysctls", sysctl.span.line, &format!("sysctl `{name}`"), 0);
            }
        }
    }

    /// What a pod's and a container's security context have in common.
    fn context(&mut self, whose: &str, context: &Node) {
        for key in ["seccompProfile", "appArmorProfile"] {
            if text_at(context, &[key, "type"]) == Some("Unconfined") {
                self.add("unconfined", line_at(context, &[key]), &format!("{whose}: `{key}` Unconfined"), 0);
            }
        }
        if let Some(options) = context.get("seLinuxOptions") {
            let kind = text_at(options, &["type"]).unwrap_or("");
            let known = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];
            let names =
                ["user", "role"].iter().any(|key| text_at(options, &[key]).is_some_and(|name| !name.is_empty()));
            if names || !known.contains(&kind) {
                self.add("unconfined", options.span.line, &format!("{whose}: SELinux options of its own"), 0);
            }
        }
        if is_at(context, &["windowsOptions", "hostProcess"], true) {
            self.add("privileged", line_at(context, &["windowsOptions"]), &format!("{whose}: `hostProcess: true`"), 0);
        }
    }

    fn container(&mut self, container: &Node) {
        let name = format!("container `{}`", text_at(container, &["name"]).unwrap_or(""));
        if let Some(context) = container.get("securityContext") {
            self.context(&name, context);
            if is_at(context, &["privileged"], true) {
                let line = line_at(context, &["privileged"]);
                self.add("privileged", line, &format!("{name}: `privileged: true`"), 0);
            }
            for capability in texts_at(context, &["capabilities", "add"]) {
                let upper = capability.to_ascii_uppercase();
                if !ALLOWED_CAPABILITIES.contains(&upper.trim_start_matches("CAP_")) {
                    let line = line_at(context, &["capabilities", "add"]);
                    self.add("added_capabilities", line, &format!("{name}: adds `{capability}`"), 0);
                }
            }
            if text_at(context, &["procMount"]).is_some_and(|mount| mount != "Default") {
                self.add("unconfined", line_at(context, &["procMount"]), &format!("{name}: `procMount`"), 0);
            }
        }
        for port in container.get("ports").map(Node::items).unwrap_or_default() {
            if let Some(number) = number_at(port, &["hostPort"]).filter(|number| *number != 0) {
                self.add("host_ports", port.span.line, &format!("{name}: `hostPort: {number}`"), 50);
            }
        }
    }
}

fn is_mounted_read_only(spec: &Node, volume: &str) -> bool {
    containers(spec)
        .flat_map(|(container, _)| container.get("volumeMounts").map(Node::items).unwrap_or_default())
        .filter(|mount| text_at(mount, &["name"]) == Some(volume))
        .all(|mount| is_at(mount, &["readOnly"], true))
}

/// What "restricted" asks for and containers lack, with the percentage that each container reaches: may not be root 30,
/// may not gain privileges 20, drops every capability 20, seccomp 15, read-only root 15 (the last is our addition).
pub(super) fn restricted(title: &str, template: &Node) -> (Vec<Finding>, Vec<u32>) {
    let spec = template.get("spec").unwrap_or(template);
    let is_windows = text_at(spec, &["os", "name"]) == Some("windows");
    let mut found = Vec::new();
    let mut percents = Vec::new();
    for (container, purpose) in containers(spec) {
        if purpose == Purpose::Ephemeral {
            continue;
        }
        let name = text_at(container, &["name"]).unwrap_or("");
        let held = Held { pod: spec.get("securityContext"), own: container.get("securityContext") };
        let mut percent = 0;
        let mut judge = |is_met: bool, weight: u32, fact: &'static str, missing: &str| {
            if is_met {
                percent += weight;
            } else {
                let note = format!("`{title}`: container `{name}`: {missing}");
                found.push(Finding::new(fact, container.span.line, format!("{title}:{name}"), note));
            }
        };
        judge(held.is_not_root(), 30, "run_as_root", "may run as root (`runAsNonRoot: true` is missing)");
        judge(
            is_windows || held.own_is("allowPrivilegeEscalation", false),
            20,
            "privilege_escalation",
            "`allowPrivilegeEscalation: false` is missing",
        );
        judge(is_windows || held.drops_all(), 20, "kept_capabilities", "`capabilities: { drop: [ALL] }` is missing");
        judge(
            is_windows || held.has_seccomp(),
            15,
            "without_seccomp",
            "`seccompProfile: { type: RuntimeDefault }` is missing",
        );
        judge(
            is_windows || held.own_is("readOnlyRootFilesystem", true),
            15,
            "writable_roots",
            "`readOnlyRootFilesystem: true` is missing",
        );
        percents.push(percent);
    }
    (found, percents)
}

/// The security contexts that hold for a container: its own goes before its pod's.
struct Held<'n> {
    pod: Option<&'n Node>,
    own: Option<&'n Node>,
}

impl Held<'_> {
    fn value(&self, path: &[&str]) -> Option<&str> {
        self.own.and_then(|own| text_at(own, path)).or_else(|| self.pod.and_then(|pod| text_at(pod, path)))
    }

    fn own_is(&self, key: &str, value: bool) -> bool {
        self.own.is_some_and(|own| is_at(own, &[key], value))
    }

    fn is_not_root(&self) -> bool {
        match self.value(&["runAsUser"]).and_then(|user| user.parse::<u64>().ok()) {
            Some(0) => false,
            Some(_) => true,
            None => self.value(&["runAsNonRoot"]) == Some("true"),
        }
    }

    fn drops_all(&self) -> bool {
        let Some(own) = self.own else { return false };
        let adds = texts_at(own, &["capabilities", "add"]);
        let drops = texts_at(own, &["capabilities", "drop"]);
        drops.iter().any(|name| name.eq_ignore_ascii_case("ALL")) && adds.iter().all(|name| name == "NET_BIND_SERVICE")
    }

    fn has_seccomp(&self) -> bool {
        matches!(self.value(&["seccompProfile", "type"]), Some("RuntimeDefault" | "Localhost"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(yaml: &str) -> Node {
        crate::probe::yaml_file::read("p.yaml", yaml.as_bytes()).expect("it is YAML")
    }

    fn breaches(yaml: &str) -> Vec<(&'static str, u32)> {
        let found = baseline("Pod/x", &read(yaml), Certainty::Certain);
        found.into_iter().map(|breach| (breach.finding.fact, breach.leaves)).collect()
    }

    #[test]
    fn every_field_of_baseline_is_read() {
        let yaml = "spec:\n  hostPID: true\n  volumes: [{name: a, hostPath: {path: /}}]\n  securityContext: {sysctls: [{name: kernel.msgmax}], seccompProfile: {type: Unconfined}}\n  containers:\n  - name: c\n    ports: [{hostPort: 80}]\n    securityContext: {privileged: true, procMount: Unmasked, capabilities: {add: [NET_RAW, CHOWN]}, seLinuxOptions: {role: r}}\n";
        assert_eq!(
            breaches(yaml),
            [
                ("host_namespaces", 0),
                ("host_paths", 0),
                ("unsafe_sysctls", 0),
                ("unconfined", 0),
                ("unconfined", 0),
                ("privileged", 0),
                ("added_capabilities", 0),
                ("unconfined", 0),
                ("host_ports", 50),
            ]
        );
        assert!(breaches("spec: {containers: [{name: c}]}").is_empty());
    }

    #[test]
    fn a_read_only_log_folder_of_the_host_is_a_lesser_matter() {
        let yaml = "spec:\n  volumes: [{name: l, hostPath: {path: /var/log}}]\n  containers: [{name: c, volumeMounts: [{name: l, readOnly: true}]}]\n";
        assert_eq!(breaches(yaml), [("host_paths", 40)]);
    }

    #[test]
    fn the_containers_own_context_goes_before_its_pods() {
        let yaml = "spec:\n  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}\n  containers:\n  - name: good\n    securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}\n  - name: root\n    securityContext: {runAsUser: 0}\n";
        let (found, percents) = restricted("Pod/x", &read(yaml));
        assert_eq!(percents, [100, 15]);
        let facts: Vec<&str> = found.iter().map(|finding| finding.fact).collect();
        assert_eq!(facts, ["run_as_root", "privilege_escalation", "kept_capabilities", "writable_roots"]);
    }
}
