//! Secret values that stand in a manifest: in a Secret, a ConfigMap, or a container's environment.

use base64::Engine as _;

use crate::probe::finding::Finding;
use crate::probe::secret_name::{has_password, is_placeholder, is_secret_name, is_secret_value, masked};
use crate::probe::secrets::{has_private_key, tokens};
use crate::yaml::Node;

use super::object::{text_at, texts_at};
use super::workload::containers;

/// Keys of a Secret that hold nothing secret: certificates, names, addresses (those of the Service Binding
/// Specification for Kubernetes 1.1 among them).
const PUBLIC_KEYS: &[&str] = &[
    "ca.crt",
    "tls.crt",
    "ca-bundle.crt",
    "ca.pem",
    "cert.pem",
    "database",
    "db",
    "dbname",
    "driver",
    "enabled",
    "endpoint",
    "engine",
    "host",
    "hostname",
    "name",
    "namespace",
    "port",
    "project",
    "protocol",
    "provider",
    "region",
    "schema",
    "server",
    "type",
    "url",
    "user",
    "username",
];

/// Secrets that a Secret object holds in plain sight.
pub(super) fn in_secret(title: &str, root: &Node) -> Vec<Finding> {
    // Sealed by SOPS: the values are ciphertext.
    if root.get("sops").is_some() {
        return Vec::new();
    }
    let encoded = root.get("data").map(Node::entries).unwrap_or_default().iter().map(|entry| (entry, true));
    let plain = root.get("stringData").map(Node::entries).unwrap_or_default().iter().map(|entry| (entry, false));
    let mut found = Vec::new();
    for ((key, node), is_encoded) in encoded.chain(plain) {
        let Some(written) = node.text() else { continue };
        let value = if is_encoded { decoded(written) } else { Some(written.to_owned()) };
        let Some(fact) = value.as_deref().and_then(|value| secret_fact(&key.text, value)) else { continue };
        let shown = masked(value.as_deref().unwrap_or_default());
        let note = format!("`{title}`: `{}` is written down: {shown}", key.text);
        found.push(Finding::new(fact, key.span.line, format!("{title}:{}", key.text), note));
    }
    found
}

/// The value of a `data` entry; what is no base64 is filled in later by a template.
fn decoded(text: &str) -> Option<String> {
    let compact: String = text.split_whitespace().collect();
    let bytes = base64::engine::general_purpose::STANDARD.decode(compact).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Under which fact a value of a Secret counts, if it does.
fn secret_fact(key: &str, value: &str) -> Option<&'static str> {
    let value = value.trim();
    let is_template = value.starts_with("ENC[") || value.contains("${") || value.contains("$(") || value.contains("{{");
    let is_vault_path = value.starts_with("<path:") || value.starts_with("vault:") || value.starts_with("ref+");
    let is_public = PUBLIC_KEYS.contains(&key.to_ascii_lowercase().as_str()) && !has_password(value);
    let is_certificate = value.starts_with("-----BEGIN CERTIFICATE") && !has_private_key(value.as_bytes());
    if value.is_empty() || is_template || is_vault_path || is_public || is_certificate {
        return None;
    }
    let lower = value.to_ascii_lowercase();
    let stands_for_another =
        is_placeholder(value) || ["changeme", "change-me", "change_me"].iter().any(|word| lower.contains(word));
    Some(if stands_for_another { "placeholder_secrets" } else { "secret_values" })
}

/// Tokens, keys, passwords in addresses, and variables whose name says that they are secret, that a ConfigMap holds.
pub(super) fn in_config(title: &str, root: &Node) -> Vec<Finding> {
    let entries = root.get("data").map(Node::entries).unwrap_or_default();
    let holds = |text: &str| {
        !tokens(text.as_bytes()).is_empty() || has_private_key(text.as_bytes()) || text.lines().any(has_password)
    };
    // A file's name or a property may be called `token`; what goes into an environment is called as variables are.
    let named = |key: &str, text: &str| is_variable(key) && is_secret_name(key) && is_secret_value(key, text);
    entries
        .iter()
        .filter(|(key, value)| value.text().is_some_and(|text| holds(text) || named(&key.text, text)))
        .map(|(key, _)| {
            let note = format!("`{title}`: `{}` holds a credential", key.text);
            Finding::new("config_secrets", key.span.line, format!("{title}:{}", key.text), note)
        })
        .collect()
}

fn is_variable(key: &str) -> bool {
    key.starts_with(|first: char| first.is_ascii_uppercase())
        && key.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// Secrets that the environment, command or arguments of containers hold.
pub(super) fn in_containers(title: &str, template: &Node) -> Vec<Finding> {
    let spec = template.get("spec").unwrap_or(template);
    let mut found = Vec::new();
    for (container, _) in containers(spec) {
        let name = text_at(container, &["name"]).unwrap_or("");
        for variable in container.get("env").map(Node::items).unwrap_or_default() {
            let (Some(key), Some(value)) = (text_at(variable, &["name"]), text_at(variable, &["value"])) else {
                continue;
            };
            let named = is_secret_name(key) && is_secret_value(key, value);
            if named || has_password(value) || !tokens(value.as_bytes()).is_empty() {
                let note = format!("`{title}`: container `{name}`: `{key}` is written down: {}", masked(value));
                let subject = format!("{title}:{name}:{key}");
                found.push(Finding::new("variable_secrets", variable.span.line, subject, note));
            }
        }
        for key in ["command", "args"] {
            let texts = texts_at(container, &[key]);
            if texts.iter().any(|text| has_password(text) || !tokens(text.as_bytes()).is_empty()) {
                let line = super::object::line_at(container, &[key]);
                let note = format!("`{title}`: container `{name}`: `{key}` holds a credential");
                found.push(Finding::new("variable_secrets", line, format!("{title}:{name}:{key}"), note));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(yaml: &str) -> Node {
        crate::probe::yaml_file::read("s.yaml", yaml.as_bytes()).expect("it is YAML")
    }

    fn facts(yaml: &str) -> Vec<(&'static str, u32)> {
        in_secret("Secret/x", &read(yaml)).into_iter().map(|finding| (finding.fact, finding.line)).collect()
    }

    #[test]
    fn base64_is_not_encryption() {
        assert_eq!(facts("data:\n  password: aHVudGVyMg==\n"), [("secret_values", 2)]);
        assert_eq!(facts("stringData: {password: hunter2}"), [("secret_values", 1)]);
        assert_eq!(facts("data: {password: Y2hhbmdlbWU=}"), [("placeholder_secrets", 1)]);
    }

    #[test]
    fn sealed_filled_in_and_public_values_are_no_secrets() {
        for yaml in [
            "data: {password: \"\"}",
            "stringData: {password: \"${PASSWORD}\"}",
            "stringData: {password: \"<path:secret/data/x#p>\"}",
            "data: {username: YWRtaW4=}",
            "stringData: {type: postgresql, provider: postgresql, database: shop, host: db}",
            "sops: {mac: x}\ndata: {password: aHVudGVyMg==}",
            "stringData: {password: \"ENC[AES256_GCM,data:x]\"}",
        ] {
            assert!(facts(yaml).is_empty(), "{yaml}");
        }
    }

    #[test]
    fn a_literal_in_the_environment_is_found_and_a_reference_is_not() {
        let yaml = "spec:\n  containers:\n  - name: c\n    env:\n    - {name: DB_PASSWORD, value: hunter2}\n    - {name: API_KEY, valueFrom: {secretKeyRef: {name: s, key: k}}}\n    - {name: DB_URL, value: \"postgres://u:hunter2@db/x\"}\n";
        let found = in_containers("Pod/x", &read(yaml));
        assert_eq!(found.iter().map(|finding| finding.line).collect::<Vec<_>>(), [5, 7]);
    }

    #[test]
    fn a_token_in_a_config_map_is_found() {
        let yaml = format!("data:\n  a: plain\n  b: sk_{}_Zk3vQ9sLr2TnXw8YbHd5JfGm\n", "live");
        let found = in_config("ConfigMap/x", &read(&yaml));
        assert_eq!(found.iter().map(|finding| finding.line).collect::<Vec<_>>(), [3]);
    }

    #[test]
    fn a_variable_of_a_config_map_is_read_by_its_name() {
        let lines = |yaml: &str| {
            in_config("ConfigMap/x", &read(yaml)).into_iter().map(|finding| finding.line).collect::<Vec<_>>()
        };
        let yaml = "data:\n  POSTGRES_DB: shop\n  POSTGRES_PASSWORD: hunter2\n  TOKEN_EXPIRY_SECONDS: \"3600\"\n";
        assert_eq!(lines(yaml), [3]);
        for harmless in [
            "POSTGRES_PASSWORD: \"\"",
            "DB_PASSWORD_FILE: /run/secrets/db",
            "token: abc",
            "key: value",
            "API_KEY: $(KEY)",
        ] {
            assert!(lines(&format!("data:\n  {harmless}\n")).is_empty(), "{harmless}");
        }
    }
}
