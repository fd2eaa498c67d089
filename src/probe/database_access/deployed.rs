//! YAML that deploys or configures the application: compose services, containers of Kubernetes, values of charts, settings by
//! name.

use super::Digest;
use super::user::{self, Connection};
use crate::model::Certainty;
use crate::probe::image::ImageRef;
use crate::probe::{purpose, yaml_file};
use crate::yaml::Node;

/// Words of images and containers that serve the database or those who look after it.
const ASIDE: &[&str] = &[
    "exporter",
    "backup",
    "pgadmin",
    "pgadmin4",
    "adminer",
    "phpmyadmin",
    "dump",
    "pgbackweb",
    "pghero",
    "cloudbeaver",
    "postgres",
    "postgresql",
    "postgis",
    "timescaledb",
    "pgvector",
    "mysql",
    "mariadb",
    "percona",
    "mssql",
    "cloudnative",
    "pgbouncer",
    "barman",
    "mysqld",
    "sqlserver",
];
/// Images whose variable `POSTGRES_USER` names a superuser.
const POSTGRES: &[&str] = &["postgres", "postgis", "timescaledb", "pgvector", "timescaledb-ha"];
/// Depth of keys that is looked at.
const DEEPEST: usize = 24;

/// Reads a file; what cannot be read says nothing.
pub(super) fn read(path: &str, bytes: &[u8]) -> Digest {
    let text = String::from_utf8_lossy(bytes);
    let mut found = Digest { is_for_development: purpose::says_development(&text), ..Digest::default() };
    let base = path.rsplit('/').next().unwrap_or(path);
    // The file's own name says what its keys are about.
    let context = if base.starts_with("database.") { "database" } else { "" };
    for document in yaml_file::read_all(path, bytes).unwrap_or_default() {
        match document.get("services").filter(|services| is_compose(services)) {
            Some(services) => compose(services, &mut found),
            None => walk(&document, context, DEEPEST, &mut found),
        }
    }
    found
}

fn is_compose(services: &Node) -> bool {
    services.entries().iter().any(|(_, service)| service.get("image").is_some() || service.get("build").is_some())
}

fn image_name(node: &Node) -> Option<String> {
    let name = ImageRef::parse(node.get("image")?.text()?).name;
    Some(name.rsplit('/').next().unwrap_or(&name).to_owned())
}

fn is_aside(name: &str) -> bool {
    name.split(['-', '_', '.', '/']).any(|word| ASIDE.contains(&word))
}

fn compose(services: &Node, found: &mut Digest) {
    for (key, service) in services.entries() {
        let image = image_name(service);
        let variables = service.get("environment").map(variables).unwrap_or_default();
        if image.as_deref().is_some_and(|image| POSTGRES.contains(&image)) {
            let user = variables.iter().find(|(name, ..)| name == "POSTGRES_USER");
            let user = user.map_or("postgres", |(_, value, _)| value.as_str());
            if !user.contains('$') {
                found.bootstrap.push(user.to_owned());
            }
        }
        if image.as_deref().is_some_and(is_aside) {
            continue;
        }
        let migrates = user::is_for_migrations(&key.text);
        for (name, value, line) in variables {
            found.connections.extend(said(&name, &value, line, migrates));
        }
    }
}

/// Variables of both forms, with their lines.
fn variables(node: &Node) -> Vec<(String, String, u32)> {
    let mapped = node
        .entries()
        .iter()
        .map(|(key, value)| (key.text.clone(), value.text().unwrap_or_default().to_owned(), key.span.line));
    let listed = node.items().iter().filter_map(|item| {
        let (name, value) = item.text()?.split_once('=')?;
        Some((name.to_owned(), value.to_owned(), item.span.line))
    });
    mapped.chain(listed).collect()
}

/// What a variable says; a default in `${X:-postgres}` is taken where nobody sets it, which is only a hint.
fn said(name: &str, value: &str, line: u32, migrates: bool) -> Vec<Connection> {
    let default = value.trim().strip_prefix("${").and_then(|rest| rest.strip_suffix('}')?.split_once(":-"));
    let (value, certainty) = match default {
        Some((_, default)) => (default, Certainty::Hint),
        None => (value, Certainty::Likely),
    };
    let mut found: Vec<Connection> = user::strings(value, name).into_iter().map(|(_, one)| one).collect();
    if found.is_empty() && user::names_a_user(name) {
        found.extend(user::named(line, name, value));
    }
    for one in &mut found {
        one.line = line;
        one.certainty = certainty;
        one.is_for_migrations |= migrates;
    }
    found
}

/// Every mapping: variables of containers, and settings whose path names the user of a database.
fn walk(node: &Node, path: &str, depth: usize, found: &mut Digest) {
    if depth == 0 {
        return;
    }
    if let Some(variables) = node.get("env").filter(|env| env.items().iter().any(|item| item.get("name").is_some())) {
        container(node, variables, path, found);
    }
    for (key, value) in node.entries() {
        if key.text.split(['.', '_', '-']).any(purpose::is_dev_word) {
            continue;
        }
        let at = if path.is_empty() { key.text.clone() } else { format!("{path}.{}", key.text) };
        match value.text() {
            Some(text) if is_scalar_of_access(&at, text) && !user::makes_first_user(&at) => {
                found.connections.extend(said(&at, text, key.span.line, user::is_for_migrations(&at)));
            }
            Some(_) => {}
            None => walk(value, &at, depth - 1, found),
        }
    }
    for item in node.items() {
        walk(item, path, depth - 1, found);
    }
}

fn is_scalar_of_access(path: &str, text: &str) -> bool {
    text.contains("://") || user::names_a_user(path)
}

fn container(node: &Node, variables: &Node, path: &str, found: &mut Digest) {
    let name = node.get("name").and_then(Node::text).unwrap_or_default();
    if is_aside(name) || image_name(node).as_deref().is_some_and(is_aside) {
        return;
    }
    let migrates = user::is_for_migrations(name) || path.contains("initContainers");
    for variable in variables.items() {
        let Some(name) = variable.get("name").and_then(Node::text) else { continue };
        let value = variable.get("value").and_then(Node::text).unwrap_or("${}");
        found.connections.extend(said(name, value, variable.span.line, migrates));
    }
}
