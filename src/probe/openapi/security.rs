//! Who may call: schemes, servers, and what each operation requires.

use crate::probe::finding::Finding;
use crate::probe::yaml_file::at;
use crate::yaml::Node;

use super::operation::{Operation, requirements};

/// What a document says of security.
#[derive(Clone, Debug, Default)]
pub(super) struct Security {
    /// Names of the schemes it defines.
    pub(super) schemes: Vec<String>,
    /// What holds for operations that say nothing themselves.
    pub(super) global: Option<Vec<Vec<String>>>,
    /// Schemes and servers that are weak.
    pub(super) findings: Vec<Finding>,
}

/// Reads schemes and servers, of 3.x and 2.0.
pub(super) fn security(root: &Node) -> Security {
    let schemes = at(root, &["components", "securitySchemes"]).or_else(|| root.get("securityDefinitions"));
    let entries = schemes.map(Node::entries).unwrap_or_default();
    let mut found = Security {
        schemes: entries.iter().map(|(key, _)| key.text.clone()).collect(),
        global: root.get("security").map(requirements),
        findings: Vec::new(),
    };
    for (name, scheme) in entries {
        found.findings.extend(weak_scheme(&name.text, scheme));
    }
    found.findings.extend(plain_servers(root));
    found
}

fn weak_scheme(name: &str, scheme: &Node) -> Vec<Finding> {
    let text = |key: &str| scheme.get(key).and_then(Node::text).unwrap_or("");
    let mut found = Vec::new();
    if (text("type"), text("in")) == ("apiKey", "query") {
        let note = format!("scheme `{name}`: a key in the address ends in logs and histories");
        found.push(Finding::new("query_keys", scheme.span.line, name, note));
    }
    let flows = scheme.get("flows").map(Node::entries).unwrap_or_default();
    let flows = flows.iter().map(|(key, _)| key.text.as_str()).chain(std::iter::once(text("flow")));
    for flow in flows.filter(|flow| matches!(*flow, "implicit" | "password")) {
        let note = format!("scheme `{name}`: OAuth 2 flow `{flow}`");
        found.push(Finding::new("weak_flows", scheme.span.line, format!("{name}:{flow}"), note));
    }
    found
}

fn plain_servers(root: &Node) -> Vec<Finding> {
    let servers = root.get("servers").map(Node::items).unwrap_or_default();
    let urls = servers.iter().filter_map(|server| server.get("url"));
    let plain = |url: &str| url.starts_with("http://") && !is_here(&url["http://".len()..]);
    let mut found: Vec<Finding> = urls
        .filter(|node| node.text().is_some_and(plain))
        .map(|node| {
            let url = node.text().unwrap_or_default();
            Finding::new("plain_servers", node.span.line, url, format!("server `{url}` is reached without TLS"))
        })
        .collect();
    let host = root.get("host").and_then(Node::text).unwrap_or("");
    let schemes = root.get("schemes").map(Node::items).unwrap_or_default();
    if let Some(node) = schemes.iter().find(|node| node.text() == Some("http") && !is_here(host)) {
        let note = format!("host `{host}` is reached without TLS");
        found.push(Finding::new("plain_servers", node.span.line, host, note));
    }
    found
}

/// Whether an authority is this machine, or altogether left open.
fn is_here(authority: &str) -> bool {
    let is_open = authority.split(['/', ':']).next().is_some_and(|host| host.starts_with('{') && host.ends_with('}'));
    is_open || ["localhost", "127.", "[::1]", "0.0.0.0"].iter().any(|start| authority.starts_with(start))
}

/// What an operation requires of its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Required {
    /// A scheme that is defined.
    Known,
    /// `security: []`: nobody is asked, on purpose.
    Nothing,
    /// `{}` among the alternatives: who does not want to say needs not.
    Optional,
    /// A scheme that is not defined.
    Undefined,
    /// Nothing is written, neither here nor for all.
    Unstated,
}

impl Security {
    /// What an operation requires.
    pub(super) fn required(&self, operation: &Operation) -> Required {
        match operation.security.as_ref().or(self.global.as_ref()) {
            None => Required::Unstated,
            Some(any) if any.is_empty() => Required::Nothing,
            Some(any) if any.iter().any(Vec::is_empty) => Required::Optional,
            Some(any) if any.iter().flatten().any(|name| !self.schemes.contains(name)) => Required::Undefined,
            Some(_) => Required::Known,
        }
    }
}

/// Whether an operation changes something, and is none by which a caller first becomes known.
pub(super) fn is_guarded_write(operation: &Operation) -> bool {
    const OPEN: &[&str] = &[
        "auth",
        "callback",
        "health",
        "login",
        "logout",
        "oauth",
        "password",
        "refresh",
        "register",
        "registration",
        "reset",
        "session",
        "signin",
        "signup",
        "token",
        "verify",
        "webhook",
        "webhooks",
    ];
    let words = operation.path.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_ascii_lowercase);
    let is_open = words.into_iter().any(|word| OPEN.contains(&word.as_str()));
    matches!(operation.method.as_str(), "post" | "put" | "patch" | "delete") && !is_open
}
