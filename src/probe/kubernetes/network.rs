//! How pods are reached and how they are kept apart: services, routes from outside, network policies.

use crate::probe::yaml_file::at;
use crate::yaml::{Kind, Node};

use super::object::{Labels, Selector, group, is_at, labels, number_at, text_at, texts_at};

/// A service.
#[derive(Clone, Debug)]
pub(super) struct Service {
    /// `None` where its endpoints come from elsewhere.
    pub(super) selector: Option<Selector>,
    pub(super) ports: Vec<ServicePort>,
    /// The route from outside that it opens itself.
    pub(super) route: Option<Route>,
}

/// A port of a service.
#[derive(Clone, Debug)]
pub(super) struct ServicePort {
    pub(super) name: Option<String>,
    pub(super) number: Option<u64>,
    /// Name or number of the container's port.
    pub(super) target: String,
    pub(super) line: u32,
}

/// Routes from outside, each with whether it is encrypted, and what an ingress leads to.
#[derive(Clone, Debug, Default)]
pub(super) struct Routes {
    pub(super) routes: Vec<Route>,
    pub(super) backends: Vec<Backend>,
}

/// One route from outside.
#[derive(Clone, Debug)]
pub(super) struct Route {
    pub(super) host: String,
    pub(super) line: u32,
    pub(super) is_encrypted: bool,
    /// Whether what encrypts it may stand outside the manifest, so that its absence here is only likely.
    pub(super) is_open_question: bool,
}

/// The service that an ingress leads to.
#[derive(Clone, Debug)]
pub(super) struct Backend {
    pub(super) service: String,
    pub(super) port: String,
    pub(super) line: u32,
}

/// A policy that says who may speak with pods.
#[derive(Clone, Debug)]
pub(super) struct Isolation {
    pub(super) selector: Selector,
    pub(super) limits_ingress: bool,
    pub(super) limits_egress: bool,
    /// Selects every pod of its namespace and lets nobody in.
    pub(super) denies_all: bool,
    pub(super) is_cluster_wide: bool,
}

/// Reads a service of the core group.
pub(super) fn service(root: &Node, route: Option<Route>) -> Service {
    let spec = root.get("spec").unwrap_or(root);
    let selector = labels(spec.get("selector"));
    let is_external = text_at(spec, &["type"]) == Some("ExternalName");
    Service {
        selector: (!selector.is_empty() && !is_external).then(|| Selector::of(selector)),
        ports: service_ports(spec),
        route,
    }
}

fn service_ports(spec: &Node) -> Vec<ServicePort> {
    spec.get("ports").map(Node::items).unwrap_or_default().iter().map(service_port).collect()
}

fn service_port(node: &Node) -> ServicePort {
    let number = number_at(node, &["port"]);
    let target = text_at(node, &["targetPort"]).map(str::to_owned);
    ServicePort {
        name: text_at(node, &["name"]).map(str::to_owned),
        number,
        target: target.or_else(|| number.map(|port| port.to_string())).unwrap_or_default(),
        line: node.span.line,
    }
}

/// The route that a load balancer opens, if the service is one: unencrypted where it has no TLS port and no annotation of
/// a cloud says that it ends TLS there.
pub(super) fn balancer_route(root: &Node, name: &str) -> Option<Route> {
    let spec = root.get("spec")?;
    if text_at(spec, &["type"]) != Some("LoadBalancer") {
        return None;
    }
    let annotations = at(root, &["metadata", "annotations"]).map(Node::entries).unwrap_or_default();
    let says = |part: &str| annotations.iter().any(|(key, _)| key.text.contains(part));
    let is_internal = annotations.iter().any(|(key, value)| {
        key.text.contains("internal") || value.text().is_some_and(|text| text.eq_ignore_ascii_case("internal"))
    });
    let ports = service_ports(spec);
    let plain = ports.iter().all(|port| matches!(port.number, Some(80 | 8080))) && !ports.is_empty();
    if is_internal || (!plain && !ports.iter().any(|port| port.number == Some(443))) {
        return None;
    }
    let ends_tls = ["ssl-cert", "certificate", "tls", "ssl-policy", "backend-config"].iter().any(|part| says(part));
    let is_encrypted = !plain || ends_tls;
    Some(Route { host: name.to_owned(), line: spec.span.line, is_encrypted, is_open_question: true })
}

/// Routes of an Ingress, a Gateway or an OpenShift Route.
pub(super) fn routes(kind: &str, api_version: &str, root: &Node) -> Option<Routes> {
    match (group(api_version), kind) {
        ("networking.k8s.io" | "extensions", "Ingress") => Some(ingress(root)),
        ("gateway.networking.k8s.io", "Gateway") => Some(gateway(root)),
        ("route.openshift.io", "Route") => Some(openshift_route(root)),
        _ => None,
    }
}

fn ingress(root: &Node) -> Routes {
    let spec = root.get("spec").unwrap_or(root);
    let tls = spec.get("tls").map(Node::items).unwrap_or_default();
    let covered: Vec<String> = tls.iter().flat_map(|entry| texts_at(entry, &["hosts"])).collect();
    let covers_all = tls.iter().any(|entry| entry.get("hosts").is_none());
    let ends_tls = ends_tls_at_balancer(root);
    let rules = spec.get("rules").map(Node::items).unwrap_or_default();
    let mut routes = Routes::default();
    for rule in rules {
        let host = text_at(rule, &["host"]).unwrap_or("*").to_owned();
        let is_encrypted = covers_all || ends_tls || covered.iter().any(|name| name_covers(name, &host));
        routes.routes.push(Route { host, line: rule.span.line, is_encrypted, is_open_question: false });
        let paths = at(rule, &["http", "paths"]).map(Node::items).unwrap_or_default();
        routes.backends.extend(paths.iter().filter_map(|path| backend(path.get("backend")?)));
    }
    let default = spec.get("defaultBackend").or_else(|| spec.get("backend"));
    routes.backends.extend(default.and_then(backend));
    if rules.is_empty() && default.is_some() {
        let is_encrypted = !tls.is_empty() || ends_tls;
        routes.routes.push(Route { host: "*".to_owned(), line: spec.span.line, is_encrypted, is_open_question: false });
    }
    routes
}

/// Annotations by which a cloud's load balancer ends TLS, in front of the ingress.
fn ends_tls_at_balancer(root: &Node) -> bool {
    const KEYS: &[&str] = &[
        "alb.ingress.kubernetes.io/certificate-arn",
        "appgw.ingress.kubernetes.io/appgw-ssl-certificate",
        "ingress.gcp.kubernetes.io/pre-shared-cert",
        "networking.gke.io/managed-certificates",
        "service.beta.kubernetes.io/aws-load-balancer-ssl-cert",
    ];
    let annotations = at(root, &["metadata", "annotations"]).map(Node::entries).unwrap_or_default();
    annotations.iter().any(|(key, _)| KEYS.contains(&key.text.as_str()))
}

/// Whether a certificate name, `*.a.test` included, covers a host.
fn name_covers(name: &str, host: &str) -> bool {
    let below = |suffix: &str| host.split_once('.').is_some_and(|(first, rest)| !first.is_empty() && rest == suffix);
    name == host || name.strip_prefix("*.").is_some_and(below)
}

fn backend(node: &Node) -> Option<Backend> {
    let service = text_at(node, &["service", "name"]).or_else(|| text_at(node, &["serviceName"]))?;
    let port = text_at(node, &["service", "port", "number"])
        .or_else(|| text_at(node, &["service", "port", "name"]))
        .or_else(|| text_at(node, &["servicePort"]))?;
    Some(Backend { service: service.to_owned(), port: port.to_owned(), line: node.span.line })
}

/// A gateway that has an encrypted listener may have a plain one beside it, to redirect.
fn gateway(root: &Node) -> Routes {
    let listeners = at(root, &["spec", "listeners"]).map(Node::items).unwrap_or_default();
    let encrypted = |node: &Node| matches!(text_at(node, &["protocol"]), Some("HTTPS" | "TLS"));
    let any = listeners.iter().any(encrypted);
    let plain = |node: &&Node| text_at(node, &["protocol"]) == Some("HTTP");
    let shown = listeners.iter().filter(|node| encrypted(node) || plain(node));
    let routes = shown.map(|node| Route {
        host: text_at(node, &["hostname"]).unwrap_or("*").to_owned(),
        line: node.span.line,
        is_encrypted: encrypted(node) || any,
        is_open_question: false,
    });
    Routes { routes: routes.collect(), backends: Vec::new() }
}

fn openshift_route(root: &Node) -> Routes {
    let spec = root.get("spec").unwrap_or(root);
    let host = text_at(spec, &["host"]).unwrap_or("*").to_owned();
    let is_encrypted = spec.get("tls").is_some_and(|tls| tls.kind != Kind::Null);
    let route = Route { host, line: spec.span.line, is_encrypted, is_open_question: false };
    Routes { routes: vec![route], backends: Vec::new() }
}

/// A policy, of Kubernetes itself, Cilium or Istio.
pub(super) fn isolation(kind: &str, api_version: &str, root: &Node) -> Option<Isolation> {
    let spec = root.get("spec");
    match (group(api_version), kind) {
        ("networking.k8s.io" | "extensions", "NetworkPolicy") => spec.map(network_policy),
        ("cilium.io", "CiliumNetworkPolicy" | "CiliumClusterwideNetworkPolicy") => {
            spec.map(|spec| cilium_policy(spec, kind == "CiliumClusterwideNetworkPolicy"))
        }
        ("security.istio.io", "AuthorizationPolicy") => Some(istio_policy(root)),
        _ => None,
    }
}

fn network_policy(spec: &Node) -> Isolation {
    let types = texts_at(spec, &["policyTypes"]);
    let ingress = spec.get("ingress").map(Node::items).unwrap_or_default();
    let egress = spec.get("egress").map(Node::items).unwrap_or_default();
    let governs = |word: &str, is_default: bool| match types.is_empty() {
        true => is_default,
        false => types.iter().any(|name| name == word),
    };
    let selector = spec.get("podSelector").map(Selector::read).unwrap_or_default();
    let governs_ingress = governs("Ingress", true);
    Isolation {
        limits_ingress: governs_ingress && !ingress.iter().any(lets_all),
        limits_egress: governs("Egress", !egress.is_empty()) && !egress.iter().any(lets_all),
        denies_all: governs_ingress && ingress.is_empty() && selector.is_empty(),
        selector,
        is_cluster_wide: false,
    }
}

/// `- {}` lets everybody through.
fn lets_all(rule: &Node) -> bool {
    rule.entries().is_empty()
}

fn cilium_policy(spec: &Node, is_cluster_wide: bool) -> Isolation {
    let selector = spec.get("endpointSelector").map(Selector::read).unwrap_or_default();
    let has = |keys: [&str; 2]| keys.iter().any(|key| spec.get(key).is_some());
    let ingress = has(["ingress", "ingressDeny"]);
    let rules = spec.get("ingress").map(Node::items).unwrap_or_default();
    Isolation {
        denies_all: ingress && selector.is_empty() && rules.iter().all(lets_all),
        selector,
        limits_ingress: ingress,
        limits_egress: has(["egress", "egressDeny"]),
        is_cluster_wide,
    }
}

fn istio_policy(root: &Node) -> Isolation {
    let spec = root.get("spec");
    let chosen: Labels = labels(spec.and_then(|spec| at(spec, &["selector", "matchLabels"])));
    let rules = spec.and_then(|spec| spec.get("rules")).map(Node::items).unwrap_or_default();
    let is_allow = spec.is_none_or(|spec| matches!(text_at(spec, &["action"]), None | Some("ALLOW")));
    let allows_all = is_allow && rules.iter().any(lets_all);
    Isolation {
        denies_all: is_allow && rules.is_empty() && chosen.is_empty(),
        selector: Selector::of(chosen),
        limits_ingress: !allows_all,
        limits_egress: false,
        is_cluster_wide: false,
    }
}

/// Whether a service account's token is kept away from its pods.
pub(super) fn account_mounts_token(root: &Node) -> Option<bool> {
    root.get("automountServiceAccountToken").map(|_| !is_at(root, &["automountServiceAccountToken"], false))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(yaml: &str) -> Node {
        crate::probe::yaml_file::read("n.yaml", yaml.as_bytes()).expect("it is YAML")
    }

    fn plain_hosts(kind: &str, api_version: &str, yaml: &str) -> Vec<String> {
        let routes = routes(kind, api_version, &read(yaml)).expect("it has routes");
        routes.routes.into_iter().filter(|route| !route.is_encrypted).map(|route| route.host).collect()
    }

    #[test]
    fn an_ingress_covers_the_hosts_that_its_tls_names() {
        let yaml = "spec:\n  tls: [{hosts: [a.test, \"*.b.test\"]}]\n  rules: [{host: a.test}, {host: x.b.test}, {host: c.test}]\n";
        assert_eq!(plain_hosts("Ingress", "networking.k8s.io/v1", yaml), ["c.test"]);
        let cloud =
            "metadata: {annotations: {networking.gke.io/managed-certificates: c}}\nspec: {rules: [{host: c.test}]}\n";
        assert!(plain_hosts("Ingress", "networking.k8s.io/v1", cloud).is_empty());
    }

    #[test]
    fn a_gateway_may_have_a_plain_listener_beside_an_encrypted_one() {
        let plain = "spec: {listeners: [{protocol: HTTP, port: 80}]}";
        assert_eq!(plain_hosts("Gateway", "gateway.networking.k8s.io/v1", plain), ["*"]);
        let both = "spec: {listeners: [{protocol: HTTP, port: 80}, {protocol: HTTPS, port: 443}]}";
        assert!(plain_hosts("Gateway", "gateway.networking.k8s.io/v1", both).is_empty());
    }

    #[test]
    fn a_policy_that_lets_everybody_in_isolates_nothing() {
        let of = |yaml: &str| isolation("NetworkPolicy", "networking.k8s.io/v1", &read(yaml)).expect("a policy");
        let open = of("spec: {podSelector: {}, ingress: [{}]}");
        assert!(!open.limits_ingress && !open.denies_all);
        let closed = of("spec: {podSelector: {}, policyTypes: [Ingress, Egress]}");
        assert!(closed.denies_all && closed.limits_egress);
        assert!(!of("spec: {podSelector: {}, policyTypes: [Egress]}").limits_ingress);
    }

    #[test]
    fn a_load_balancer_on_a_plain_port_is_an_open_question() {
        let plain = balancer_route(&read("spec: {type: LoadBalancer, ports: [{port: 80}]}"), "web").expect("a route");
        assert!(!plain.is_encrypted && plain.is_open_question);
        assert!(balancer_route(&read("spec: {type: LoadBalancer, ports: [{port: 5432}]}"), "db").is_none());
        assert!(balancer_route(&read("spec: {ports: [{port: 80}]}"), "web").is_none());
    }
}
