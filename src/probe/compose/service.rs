//! One compose service as the rules need it: a view over the nodes, independent of how its keys were written.

use crate::probe::builds::{Build, join};
use crate::probe::finding::Finding;
use crate::probe::image::ImageRef;
use crate::probe::variables::Variables;
use crate::probe::yaml_file::at;
use crate::yaml::{Node, Span};

/// Where something stands: in which file, in which line.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    pub(super) file: String,
    pub(super) line: u32,
}

impl Spot {
    /// Of a node or key.
    pub(super) fn of(span: &Span) -> Spot {
        Spot { file: span.source.file.clone(), line: span.line }
    }

    /// A finding here.
    pub(super) fn finding(
        &self,
        fact: &'static str,
        subject: impl Into<String>,
        note: impl Into<String>,
    ) -> (String, Finding) {
        (self.file.clone(), Finding::new(fact, self.line, subject, note))
    }
}

/// A scalar or a list of scalars, as texts with their places.
pub(super) fn texts(node: &Node) -> Vec<(String, Spot)> {
    let one = |node: &Node| Some((node.text()?.to_owned(), Spot::of(&node.span)));
    match node.text() {
        Some(_) => one(node).into_iter().collect(),
        None => node.items().iter().filter_map(one).collect(),
    }
}

/// A service of one file, or of several over one another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Service {
    pub(super) name: String,
    pub(super) spot: Spot,
    /// Image with defaults of variables filled in; the variable's name where there is none.
    pub(super) image: Option<(Result<String, String>, Spot)>,
    /// The image as it is written, where that has variables.
    pub(super) image_text: Option<String>,
    /// What it is built from.
    pub(super) build: Option<Build>,
    pub(super) has_health: bool,
    pub(super) health_disabled: bool,
    pub(super) has_restart: bool,
    /// Runs once by design: `restart: "no"` and somebody waits for its completion.
    pub(super) restart_is_no: bool,
    pub(super) has_memory_limit: bool,
    pub(super) has_log_rotation: bool,
    pub(super) has_user: bool,
    /// Services it starts after, with their condition.
    pub(super) depends_on: Vec<(String, Option<String>)>,
    /// Published ports as written, with the address they bind to if one is written.
    pub(super) ports: Vec<Port>,
    /// Mounts: source (empty for an anonymous volume), target.
    pub(super) mounts: Vec<Mount>,
    /// Only started with a profile of such a name.
    pub(super) profiles: Vec<String>,
    /// The service that it takes everything from which it does not say itself.
    pub(super) extends: Option<Extends>,
    /// `privileged: false`, which undoes what it takes from elsewhere.
    pub(super) denies_privileged: bool,
}

/// A service of this or another file that is extended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Extends {
    /// The other file, relative to the root; an error where that cannot be known.
    pub(super) file: Option<Result<String, String>>,
    pub(super) service: String,
}

/// A published port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Port {
    pub(super) spot: Spot,
    pub(super) text: String,
    /// Bound to loopback only.
    pub(super) is_loopback: bool,
}

/// A mount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mount {
    pub(super) spot: Spot,
    pub(super) source: String,
    pub(super) target: String,
    pub(super) is_bind: bool,
}

impl Service {
    /// Takes what it does not say itself from another description of it.
    pub(super) fn complete(&mut self, other: &Service) {
        if self.image.is_none() {
            self.image.clone_from(&other.image);
            self.image_text.clone_from(&other.image_text);
        }
        self.build = self.build.take().or_else(|| other.build.clone());
        self.has_health |= other.has_health;
        self.health_disabled |= other.health_disabled;
        self.has_restart |= other.has_restart;
        self.restart_is_no |= other.restart_is_no;
        self.has_memory_limit |= other.has_memory_limit;
        self.has_log_rotation |= other.has_log_rotation;
        self.has_user |= other.has_user;
        self.depends_on.extend(other.depends_on.iter().cloned());
        self.ports.extend(other.ports.iter().cloned());
        self.mounts.extend(other.mounts.iter().cloned());
    }

    /// The last part of the image's name, without registry, tag and digest.
    pub(super) fn image_name(&self) -> Option<String> {
        let image = self.image.as_ref()?.0.as_deref().ok()?;
        let name = ImageRef::parse(image).name;
        Some(name.rsplit('/').next().unwrap_or(&name).to_owned())
    }
}

/// Reads a service; `folder` is that of the file.
pub(super) fn service(name: &str, node: &Node, folder: &str) -> Service {
    let restart = node.get("restart").and_then(Node::text).unwrap_or("");
    let restart_policy = at(node, &["deploy", "restart_policy"]);
    let health = node.get("healthcheck");
    let disabled = health.and_then(|health| health.get("disable")).and_then(Node::text) == Some("true");
    Service {
        name: name.to_owned(),
        spot: Spot::of(&node.span),
        image_text: node.get("image").and_then(Node::text).filter(|text| text.contains('$')).map(str::to_owned),
        image: node.get("image").and_then(|image| Some((expanded(image.text()?), Spot::of(&image.span)))),
        build: node.get("build").and_then(|build| built(build, folder)),
        has_health: health.is_some() && !disabled,
        health_disabled: disabled,
        has_restart: restart_policy.is_some() || !matches!(restart, "" | "no"),
        restart_is_no: restart == "no",
        has_memory_limit: node.get("mem_limit").is_some()
            || at(node, &["deploy", "resources", "limits", "memory"]).is_some(),
        has_log_rotation: rotates(node.get("logging")),
        has_user: node
            .get("user")
            .and_then(Node::text)
            .is_some_and(|user| !matches!(user.split(':').next(), Some("0" | "root" | ""))),
        depends_on: node.get("depends_on").map(dependencies).unwrap_or_default(),
        ports: node.get("ports").map(|ports| ports.items().iter().filter_map(port).collect()).unwrap_or_default(),
        mounts: node.get("volumes").map(|mounts| mounts.items().iter().filter_map(mount).collect()).unwrap_or_default(),
        profiles: node
            .get("profiles")
            .map(|list| texts(list).into_iter().map(|(text, _)| text).collect())
            .unwrap_or_default(),
        extends: node.get("extends").and_then(|extends| extended(extends, folder)),
        denies_privileged: node.get("privileged").and_then(Node::text) == Some("false"),
    }
}

fn extended(node: &Node, folder: &str) -> Option<Extends> {
    if let Some(service) = node.text() {
        return Some(Extends { file: None, service: service.to_owned() });
    }
    let file = node.get("file").and_then(Node::text).map(|file| path_in(folder, file));
    Some(Extends { file, service: node.get("service")?.text()?.to_owned() })
}

/// A path that a compose file in this folder names, relative to the root.
pub(super) fn path_in(folder: &str, path: &str) -> Result<String, String> {
    let plain = expanded(path).map_err(|variable| format!("`{path}` needs `{variable}`, which has no default"))?;
    if plain.contains("://") || plain.starts_with("git@") {
        return Err(format!("`{plain}` is not in the repository"));
    }
    join(folder, &plain).ok_or_else(|| format!("`{plain}` is outside of the repository"))
}

/// A text with the defaults of its variables; the name of the first that has none.
pub(super) fn expanded(text: &str) -> Result<String, String> {
    // `${X:?message}` demands a value, so there is none to know.
    expanded_with(&Variables::default(), text)
}

/// The same where values of variables are known.
pub(super) fn expanded_with(variables: &Variables, text: &str) -> Result<String, String> {
    variables.expand(&text.replace("$$", "\\$"))
}

fn built(node: &Node, folder: &str) -> Option<Build> {
    let context = match node.text() {
        Some(text) => text,
        None => node.get("context").and_then(Node::text).unwrap_or("."),
    };
    let context = join(folder, &expanded(context).ok()?)?;
    let dockerfile = node.get("dockerfile").and_then(Node::text).unwrap_or("Dockerfile");
    let dockerfile = join(&context, &expanded(dockerfile).ok()?)?;
    let target = node.get("target").and_then(Node::text).map(str::to_owned);
    Some(Build { dockerfile, context, target, has_health: false, has_user: false })
}

fn rotates(logging: Option<&Node>) -> bool {
    let Some(logging) = logging else { return false };
    let driver = logging.get("driver").and_then(Node::text).unwrap_or("json-file");
    driver != "json-file" || at(logging, &["options", "max-size"]).is_some()
}

fn dependencies(node: &Node) -> Vec<(String, Option<String>)> {
    let listed = node.items().iter().filter_map(|item| Some((item.text()?.to_owned(), None)));
    let mapped = node
        .entries()
        .iter()
        .map(|(key, value)| (key.text.clone(), value.get("condition").and_then(Node::text).map(str::to_owned)));
    listed.chain(mapped).collect()
}

fn port(node: &Node) -> Option<Port> {
    let spot = Spot::of(&node.span);
    if let Some(text) = node.text() {
        let clean = expanded(text).unwrap_or_else(|_| text.to_owned());
        let host = clean.rsplit_once(':').map(|(host, _)| host.to_owned())?;
        let loopback = host.starts_with("127.")
            || host.starts_with("[::1]")
            || host.starts_with("::1")
            || host.starts_with("localhost:");
        return Some(Port { spot, text: text.to_owned(), is_loopback: loopback });
    }
    let published = node.get("published")?.text()?;
    let target = node.get("target").and_then(Node::text).unwrap_or("");
    let host = node.get("host_ip").and_then(Node::text).unwrap_or("");
    Some(Port { spot, text: format!("{published}:{target}"), is_loopback: host.starts_with("127.") || host == "::1" })
}

fn mount(node: &Node) -> Option<Mount> {
    let spot = Spot::of(&node.span);
    if let Some(text) = node.text() {
        let text = expanded(text).unwrap_or_else(|_| text.to_owned());
        let mut parts = text.split(':');
        let first = parts.next().unwrap_or("").to_owned();
        return Some(match parts.next() {
            Some(target) => {
                let is_bind = first.starts_with(['/', '.', '~']);
                Mount { spot, source: first, target: target.to_owned(), is_bind }
            }
            None => Mount { spot, source: String::new(), target: first, is_bind: false },
        });
    }
    let target = node.get("target").and_then(Node::text)?.to_owned();
    let source = node.get("source").and_then(Node::text).unwrap_or("").to_owned();
    let is_bind = node.get("type").and_then(Node::text) == Some("bind");
    Some(Mount { spot, source, target, is_bind })
}
