//! One compose file judged on its own: the digest that the sweep keeps.

use crate::probe::finding::Finding;
use crate::probe::image::ImageRef;
use crate::probe::purpose::{is_dev_word, says_development};
use crate::probe::variables::Variables;
use crate::probe::yaml_file::YamlFault;
use crate::yaml::Node;

use super::danger::{host_escapes, inline_secrets};
use super::datastore::datastore;
use super::merge;
use super::service::{Mount, Service, Spot, expanded_with, path_in, service, texts};

/// Facts about a service's image, which another image makes pointless.
pub(super) const OF_IMAGES: &[&str] = &["unpinned_images", "weakly_pinned_images", "unresolved_images"];

/// What is known of one compose file.
#[derive(Clone, Debug)]
pub(crate) struct Judged {
    pub(super) parts: Vec<Part>,
    /// Files whose services are started with these, relative to the root; an error where that cannot be known.
    pub(super) includes: Vec<Result<String, String>>,
    /// What says that the whole file is for development, if anything does.
    pub(super) development: Option<&'static str>,
}

/// One service, and what was found in it.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) service: Service,
    /// With the file of each; those of the services that it extends among them.
    pub(super) findings: Vec<(String, Finding)>,
    /// How well its image is pinned, in percent, where it is not built here.
    pub(super) pin: Option<u32>,
}

/// Reads and judges; `Ok(None)` is YAML that is no compose file.
pub(super) fn judge(path: &str, bytes: &[u8]) -> Result<Option<Judged>, YamlFault> {
    let root = merge::read(path, bytes)?;
    Ok(judge_root(path, &root, &String::from_utf8_lossy(bytes)))
}

/// Judges a file, or several over one another, by what they say together; `text` is that of the first.
pub(super) fn judge_root(path: &str, root: &Node, text: &str) -> Option<Judged> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let (services, includes) = (root.get("services"), root.get("include"));
    if services.is_none() && includes.is_none() {
        return None;
    }
    let parts = services.map(Node::entries).unwrap_or_default().iter().map(|(key, node)| {
        let mut service = service(&key.text, node, folder);
        service.spot = Spot::of(&key.span);
        Part::new(service, node)
    });
    let parts: Vec<Part> = parts.collect();
    let started: Vec<&Service> = parts.iter().filter(|part| part.is_started()).map(|part| &part.service).collect();
    let development = development(text, &started);
    let includes = includes.map(|list| included(list, folder)).unwrap_or_default();
    Some(Judged { parts, includes, development })
}

/// Both forms: a path, or a mapping whose `path` is one or several.
fn included(list: &Node, folder: &str) -> Vec<Result<String, String>> {
    let paths = list.items().iter().flat_map(|item| texts(item.get("path").unwrap_or(item)));
    paths.map(|(path, _)| path_in(folder, &path)).collect()
}

/// A comment at the head says so, or every image that is built here is built from `Dockerfile.dev` or its kin.
fn development(text: &str, services: &[&Service]) -> Option<&'static str> {
    let mut built = services.iter().filter_map(|service| service.build.as_ref()).peekable();
    let is_dev = |dockerfile: &str| {
        dockerfile.rsplit('/').next().is_some_and(|base| base.split(['.', '-', '_']).any(is_dev_word))
    };
    match () {
        () if says_development(text) => Some("its first comment says that it is for development"),
        () if services.iter().any(|service| service.name == "sut") => {
            Some("its service `sut` tests what is built here")
        }
        () if services.iter().any(|service| catches_mail(service)) => {
            Some("it has a service that catches the mail of developers")
        }
        () if built.peek().is_some() && built.all(|build| is_dev(&build.dockerfile)) => {
            Some("what it builds is built for development")
        }
        () if !services.is_empty() && services.iter().all(|service| works_on_the_source(service)) => {
            Some("it starts tools that work on the mounted source")
        }
        () if !services.is_empty() && services.iter().all(|service| is_for_a_developer(service)) => {
            Some("it starts what a developer's copy talks to, and nothing of the product")
        }
        () => None,
    }
}

/// An image of others with the repository mounted into it, which answers nobody and is not kept running.
fn works_on_the_source(service: &Service) -> bool {
    let source = |mount: &Mount| matches!(mount.source.trim_end_matches('/'), "." | "..");
    service.build.is_none()
        && service.ports.is_empty()
        && !service.has_restart
        && !service.has_health
        && service.mounts.iter().any(source)
}

/// A datastore, or another tool of others that somebody starts by hand: nothing built here, and nothing that keeps it
/// running.
fn is_for_a_developer(service: &Service) -> bool {
    const TOOLS: &[&str] = &[
        "adminer",
        "pgadmin4",
        "phpmyadmin",
        "mongo-express",
        "opensearch-dashboards",
        "kibana",
        "toxiproxy",
        "localstack",
        "all-in-one",
        "jaeger",
        "zookeeper",
        "cp-zookeeper",
        "azurite",
        "dynamodb-local",
        "redisinsight",
        "wiremock",
    ];
    let tool = service.image_name().is_some_and(|name| TOOLS.contains(&name.as_str()));
    let stays = service.has_restart || service.has_memory_limit || service.has_log_rotation;
    service.build.is_none() && !stays && (tool || datastore(service).is_some())
}

/// Servers that show mail in place of sending it.
fn catches_mail(service: &Service) -> bool {
    const CATCHERS: &[&str] =
        &["mailcatcher", "mailhog", "mailpit", "maildev", "smtp4dev", "fake-smtp-server", "papercut-smtp"];
    service.image_name().is_some_and(|name| CATCHERS.contains(&name.as_str()))
}

impl Part {
    fn new(service: Service, node: &Node) -> Part {
        let mut findings = host_escapes(&service, node);
        findings.extend(inline_secrets(&service, node));
        let mut part = Part { service, findings, pin: None };
        part.judge_image();
        part
    }

    /// A profile for development is not started in production.
    pub(super) fn is_started(&self) -> bool {
        !self.service.profiles.iter().any(|profile| is_dev_word(profile))
    }

    /// The same where the values of variables in its image are known.
    #[must_use]
    pub(super) fn knowing(mut self, variables: &Variables) -> Part {
        let Some(text) = self.service.image_text.clone() else { return self };
        let known = expanded_with(variables, &text).ok();
        if let Some((image, (_, spot))) = known.zip(self.service.image.clone()) {
            self.findings.retain(|(_, finding)| !OF_IMAGES.contains(&finding.fact));
            self.service.image = Some((Ok(image), spot));
            self.pin = None;
            self.judge_image();
        }
        self
    }

    fn judge_image(&mut self) {
        // What is built here needs no pin: the source is the pin.
        let Some((image, spot)) = self.service.image.as_ref().filter(|_| self.service.build.is_none()) else { return };
        let name = &self.service.name;
        match image {
            Ok(text) => {
                let pin = ImageRef::parse(text).pin();
                self.pin = Some(pin.percent());
                let fact = match pin.percent() {
                    0 => "unpinned_images",
                    1..70 => "weakly_pinned_images",
                    _ => return,
                };
                let note = format!("service `{name}`: `{text}`: {}", pin.words());
                self.findings.push(spot.finding(fact, text.as_str(), note));
            }
            Err(variable) => {
                let note = format!("service `{name}`: the image needs `{variable}`, which has no default");
                self.findings.push(spot.finding("unresolved_images", name.as_str(), note));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn facts(services: &str) -> Vec<(&'static str, u32)> {
        let judged = judge("compose.yaml", format!("services:\n{services}").as_bytes()).unwrap().unwrap();
        let started = judged.parts.iter().filter(|part| part.is_started());
        started.flat_map(|part| &part.findings).map(|(_, f)| (f.fact, f.line)).collect()
    }

    #[test]
    fn a_socket_mount_and_a_literal_password_are_found_at_their_lines() {
        let text = "  web:\n    image: a/b:1.2.3\n    volumes: [\"/var/run/docker.sock:/s:ro\"]\n    environment:\n      DB_PASSWORD: hunter2\n";
        assert_eq!(facts(text), vec![("docker_sockets", 4), ("inline_secrets", 6)]);
    }

    #[test]
    fn both_forms_of_environment_are_read_and_references_are_no_secrets() {
        assert_eq!(
            facts("  a:\n    build: .\n    environment: [\"API_KEY=abc123def\"]\n"),
            vec![("inline_secrets", 4)]
        );
        assert!(facts("  a:\n    build: .\n    environment: {API_KEY: \"${API_KEY:?set it}\", DB_PASSWORD_FILE: /run/secrets/x}\n").is_empty());
        assert_eq!(
            facts("  a:\n    build: .\n    environment: {DB_PASSWORD: \"${P:-hunter2}\"}\n"),
            vec![("defaulted_secrets", 4)]
        );
    }

    #[test]
    fn a_service_of_a_development_profile_weighs_nothing() {
        assert!(facts("  a:\n    image: x\n    profiles: [dev]\n").is_empty());
    }

    #[test]
    fn a_file_for_development_is_known_by_its_comment_or_by_what_it_builds() {
        let development = |text: &str| judge("compose.yaml", text.as_bytes()).unwrap().unwrap().development.is_some();
        assert!(development("# For development purposes only\nservices:\n  a: {image: x}\n"));
        assert!(development("services:\n  a:\n    build: {context: ., dockerfile: Dockerfile.dev}\n"));
        assert!(development("services:\n  sut:\n    image: shop:test\n"));
        assert!(development("services:\n  web: {image: x}\n  mail: {image: 'schickling/mailcatcher'}\n"));
        assert!(development(
            "services:\n  db: {image: 'postgres:18', ports: ['127.0.0.1:5432:5432']}\n  x: {image: adminer}\n"
        ));
        assert!(!development("services:\n  db: {image: 'postgres:18', restart: always}\n"));
        assert!(!development("services:\n  db: {image: 'postgres:18'}\n  web: {image: 'shop:1.2.3'}\n"));
        assert!(!development(
            "services:\n  a:\n    build: .\n  b:\n    build: {context: ., dockerfile: Dockerfile.dev}\n"
        ));
    }

    #[test]
    fn duplicate_keys_are_a_fault_not_a_guess() {
        assert!(judge("c.yml", b"services: {a: {image: x, image: y}}\n").is_err());
        assert!(judge("c.yml", b"other: 1\n").unwrap().is_none());
    }
}
