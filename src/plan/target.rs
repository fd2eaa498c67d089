//! Targets: environments applied, origins respected, credentials decoded.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::PlanInput;
use crate::model::problem::nearest;
use crate::model::target::Credential;
use crate::model::{Problems, Target};
use crate::spec::document::{AllowDoc, CredentialDoc, EnvironmentDoc, TargetDoc};
use crate::yaml::{Kind, Node, Raw};

/// Fields that are good for one origin only.
const BOUND_TO_ORIGIN: [&str; 4] = ["allow", "headers", "credentials", "origins"];

/// All targets of the spec, as the chosen environment has them.
pub(super) fn resolve(input: &PlanInput<'_>, problems: &mut Problems) -> BTreeMap<String, Target> {
    let document = &input.loaded.document;
    let environment = input.environment.and_then(|name| document.environments.get(name));
    complain_about_unknown(document.targets.keys(), document.environments.values(), problems);
    let protected = input.environment.is_some_and(|name| is_protected(name, environment));
    let mut targets = BTreeMap::new();
    for (name, raw) in &document.targets {
        let node = match environment.and_then(|environment| environment.targets.get(name)) {
            Some(top) => moved(&raw.node, &top.node),
            None => raw.node.as_ref().clone(),
        };
        if let Some(doc) = Raw::<TargetDoc>::new(Arc::new(node.clone())).decode(problems) {
            targets.insert(
                name.clone(),
                target(name, &node, &doc, (protected, input.loaded.variable_hosts.contains(name)), problems),
            );
        }
    }
    targets
}

fn is_protected(name: &str, environment: Option<&EnvironmentDoc>) -> bool {
    let implied = name.starts_with("prod") || name == "live";
    environment.and_then(|environment| environment.protected).unwrap_or(implied)
}

fn complain_about_unknown<'a>(
    known: impl Iterator<Item = &'a String> + Clone,
    environments: impl Iterator<Item = &'a EnvironmentDoc>,
    problems: &mut Problems,
) {
    for (name, raw) in environments.flat_map(|environment| &environment.targets) {
        if known.clone().any(|target| target == name) {
            continue;
        }
        let problem = raw.node.problem(format!("there is no target `{name}` to change"));
        problems.push(match nearest(name, known.clone().map(String::as_str)) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help("declare it under `targets:` first"),
        });
    }
}

/// A target with an environment's fields over it. To another origin, what was good for the first one is dropped.
fn moved(base: &Node, top: &Node) -> Node {
    let origin_of = |node: &Node| node.get("url").and_then(Node::text).map(origin);
    let moves = origin_of(top).is_some_and(|new| origin_of(base).is_none_or(|old| old != new));
    if !moves {
        return base.overlaid(top);
    }
    let kept = base.entries().iter().filter(|(key, _)| !BOUND_TO_ORIGIN.contains(&key.text.as_str())).cloned();
    Node { kind: Kind::Map(kept.collect()), ..base.clone() }.overlaid(top)
}

/// Scheme, host and port of a URL, lower case (RFC 6454).
fn origin(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match scheme {
        "http" => host.strip_suffix(":80").unwrap_or(host),
        "https" => host.strip_suffix(":443").unwrap_or(host),
        _ => host,
    };
    format!("{scheme}://{host}").to_lowercase()
}

fn target(
    name: &str,
    node: &Node,
    doc: &TargetDoc,
    (protected, variable_host): (bool, bool),
    problems: &mut Problems,
) -> Target {
    let missing = node.get("url").map(|url| url.missing.clone()).unwrap_or_default();
    let url = match missing.first() {
        Some(variable) => Err(format!("`{variable}` is not set")),
        None => Ok(doc.url.value.clone()),
    };
    let allow_reason = doubt_about_origin(doc, &url, variable_host, problems);
    let allows = |what| allow_reason.is_none() && doc.allow.iter().any(|allowed| allowed.value == what);
    Target {
        name: name.to_owned(),
        headers: doc.headers.iter().map(|(key, value)| (key.clone(), value.value.clone())).collect(),
        credentials: credentials(node, doc, problems),
        allow_active: allows(AllowDoc::Active),
        allow_load: allows(AllowDoc::Load),
        protected,
        resolve: doc.resolve.iter().map(|(host, address)| (host.clone(), address.value.clone())).collect(),
        ca_file: doc.ca_file.as_ref().map(|file| file.value.clone()),
        allow_reason,
        url,
    }
}

/// Where the host comes from a variable, `allow` is good only for origins that the spec lists.
fn doubt_about_origin(
    doc: &TargetDoc,
    url: &Result<String, String>,
    variable_host: bool,
    problems: &mut Problems,
) -> Option<String> {
    if doc.allow.is_empty() || !variable_host {
        return None;
    }
    if doc.origins.is_empty() {
        return Some("the host comes from a variable and the target lists no `origins`".to_owned());
    }
    let actual = url.as_ref().map(|url| origin(url)).unwrap_or_default();
    let listed = doc.origins.iter().any(|pattern| super::id::matches(&pattern.value.to_lowercase(), &actual));
    (!listed).then(|| format!("`{actual}` is not among the target's `origins`"))
}

fn credentials(node: &Node, doc: &TargetDoc, problems: &mut Problems) -> BTreeMap<String, Result<Credential, String>> {
    let mut credentials = BTreeMap::new();
    for (name, credential) in &doc.credentials {
        if name == "none" || name == "invalid" {
            problems.push(
                credential
                    .span
                    .problem(format!("`{name}` is a word of its own for probes"))
                    .help("choose another name"),
            );
        }
        let written = node.get("credentials").and_then(|all| all.get(name));
        let missing = written.map(Node::missing_below).unwrap_or_default();
        let value = match (missing.first(), decode(credential)) {
            (Some(variable), _) => Err(format!("`{variable}` is not set")),
            (None, Some(credential)) => Ok(credential),
            (None, None) => {
                problems.push(
                    credential
                        .span
                        .problem("a credential has exactly one of `bearer`, `basic`, `header`, `cookie`, `client_cert`")
                        .help("such as `default: { bearer: \"${API_TOKEN}\" }`"),
                );
                continue;
            }
        };
        credentials.insert(name.clone(), value);
    }
    credentials
}

fn decode(doc: &CredentialDoc) -> Option<Credential> {
    let mut found = Vec::new();
    found.extend(doc.bearer.clone().map(Credential::Bearer));
    found.extend(
        doc.basic
            .as_ref()
            .map(|basic| Credential::Basic { user: basic.user.clone(), password: basic.password.clone() }),
    );
    found.extend(
        doc.header.as_ref().map(|header| Credential::Header { name: header.name.clone(), value: header.value.clone() }),
    );
    found.extend(doc.cookie.clone().map(Credential::Cookie));
    found.extend(
        doc.client_cert.as_ref().map(|pair| Credential::ClientCert { cert: pair.cert.clone(), key: pair.key.clone() }),
    );
    if found.len() == 1 { found.pop() } else { None }
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        assert_eq!(origin("HTTPS://user:pw@Shop.test:443/a?b"), "https://shop.test");
        assert_eq!(origin("http://127.0.0.1:8000"), "http://127.0.0.1:8000");
        assert_ne!(origin("http://a"), origin("https://a"));
    }
}
