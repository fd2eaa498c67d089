//! Targets: environments applied, origins respected, credentials decoded.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use super::PlanInput;
use crate::model::problem::nearest;
use crate::model::target::{Credential, Login, Route};
use crate::model::{Problems, Target};
use crate::spec::document::{AllowDoc, CredentialDoc, EnvironmentDoc, LoginDoc, TargetDoc};
use crate::spec::origin;
use crate::yaml::Node;

/// All targets of the spec; the spec has laid the chosen environment's over them.
pub(super) fn resolve(input: &PlanInput<'_>, problems: &mut Problems) -> BTreeMap<String, Target> {
    let document = &input.loaded.document;
    let environment = input.environment.and_then(|name| document.environments.get(name));
    complain_about_unknown(document.targets.keys(), document.environments.values(), problems);
    let protected = input.environment.is_some_and(|name| is_protected(name, environment));
    let mut targets = BTreeMap::new();
    for (name, raw) in &document.targets {
        if let Some(doc) = raw.decode(problems) {
            let variable_host = input.loaded.variable_hosts.contains(name);
            targets.insert(name.clone(), target(name, &raw.node, &doc, (protected, variable_host), problems));
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
    let allow_reason = doubt_about_origin(doc, &url, variable_host);
    let allows = |what| allow_reason.is_none() && doc.allow.iter().any(|allowed| allowed.value == what);
    Target {
        name: name.to_owned(),
        headers: doc.headers.iter().map(|(key, value)| (key.clone(), value.value.clone())).collect(),
        credentials: credentials(node, doc, problems),
        allow_active: allows(AllowDoc::Active),
        allow_load: allows(AllowDoc::Load),
        protected,
        max_requests: doc.max_requests.as_ref().map(|most| most.value),
        route: route(doc, problems),
        ca_file: doc.ca_file.as_ref().map(|file| file.value.clone()),
        client_cert: doc.client_cert.as_ref().map(|pair| (pair.cert.clone(), pair.key.clone())),
        allow_reason,
        url,
    }
}

fn route(doc: &TargetDoc, problems: &mut Problems) -> Route {
    for address in doc.resolve.values() {
        let plain = address.trim_matches(['[', ']']);
        if plain.parse::<IpAddr>().is_err() && address.parse::<SocketAddr>().is_err() && !address.value.is_empty() {
            let wrong = format!("`{}` is not an address", address.value);
            problems
                .push(address.span.problem(wrong).help("an address such as `127.0.0.1`, `[::1]` or `127.0.0.1:8443`"));
        }
    }
    for port in [&doc.http_port, &doc.https_port].into_iter().flatten().filter(|port| port.value == 0) {
        problems.push(port.span.problem("port 0 is nowhere").help("1 to 65535"));
    }
    if let Some(proxy) = doc.proxy.as_ref().filter(|proxy| !proxy.starts_with("http://")) {
        let wrong = format!("`{}` is no proxy", proxy.value);
        problems.push(proxy.span.problem(wrong).help("such as `proxy: http://proxy.example:3128`"));
    }
    Route {
        proxy: doc.proxy.as_ref().map(|proxy| proxy.value.clone()),
        family: None,
        resolve: doc.resolve.iter().map(|(host, address)| (host.to_lowercase(), address.value.clone())).collect(),
        http_port: doc.http_port.as_ref().map(|port| port.value),
        https_port: doc.https_port.as_ref().map(|port| port.value),
    }
}

/// Where the host comes from a variable, `allow` is good only for origins that the spec lists.
fn doubt_about_origin(doc: &TargetDoc, url: &Result<String, String>, variable_host: bool) -> Option<String> {
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
        if let Some(login) = &credential.login {
            complain_about_login(login, problems);
        }
        let value = match (missing.first(), decode(credential)) {
            (Some(variable), _) => Err(format!("`{variable}` is not set")),
            (None, Some(credential)) => Ok(credential),
            (None, None) => {
                problems.push(
                    credential
                        .span
                        .problem("a credential has exactly one of `bearer`, `basic`, `header`, `cookie`, `client_cert`, `login`")
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
    found.extend(doc.login.as_ref().map(login));
    if found.len() == 1 { found.pop() } else { None }
}

fn login(doc: &LoginDoc) -> Credential {
    let fields = doc.form.as_ref().or(doc.json.as_ref()).cloned().unwrap_or_default();
    let token = doc.token.as_ref().map(|token| token.strip_prefix("body.").unwrap_or(token).to_owned());
    Credential::Login(Login {
        path: doc.path.value.clone(),
        page: doc.page.as_ref().map(|page| page.value.clone()),
        fields: fields.into_iter().collect(),
        json: doc.form.is_none(),
        token,
    })
}

fn complain_about_login(doc: &LoginDoc, problems: &mut Problems) {
    for path in std::iter::once(&doc.path).chain(&doc.page).filter(|path| !path.starts_with('/')) {
        let wrong = format!("path `{}` does not start with `/`", path.value);
        problems.push(path.span.problem(wrong).help("a path below the target's URL, such as `/login`"));
    }
    if doc.form.is_some() == doc.json.is_some() {
        let help = "such as `form: { username: probe, password: \"${PROBE_PASSWORD}\" }`";
        problems.push(doc.path.span.problem("a login has exactly one of `form` and `json`").help(help));
    }
    if let Some(token) = doc.token.as_ref().filter(|token| !token.starts_with("body.")) {
        let wrong = format!("`{}` is no place in the answer of a login", token.value);
        problems.push(token.span.problem(wrong).help("such as `body.access_token`"));
    }
}
