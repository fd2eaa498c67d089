//! Recognises what kind of repository this is: names first, then manifests of at most 256 kB each. Decides only what
//! `init` proposes and what `when: { facet: … }` sees; nothing is executed.

mod collection;
mod dependencies;
pub(crate) mod dockerfile;
pub(crate) mod manifest;
mod names;
mod share;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::model::facets::{Component, FACETS, Facets, Sign};
use crate::world::{Class, Entry, FileId, Tree};

use manifest::Manifest;

/// Manifests and descriptions larger than this are not read.
const LARGEST_READ: u64 = 256 * 1024;
/// Signs kept per facet.
const MOST_SIGNS: usize = 5;
/// YAML files read in search of Kubernetes manifests.
const MOST_YAML: usize = 400;

/// What is gathered on the way.
#[derive(Default)]
struct Gathered {
    facets: Facets,
}

impl Gathered {
    fn sign(&mut self, facet: &str, path: &str, why: impl Into<String>) {
        let signs = self.facets.facets.entry(facet.to_owned()).or_default();
        let sign = Sign { path: path.to_owned(), why: why.into() };
        if signs.len() < MOST_SIGNS && !signs.contains(&sign) {
            signs.push(sign);
        }
    }
}

/// Every facet there is.
pub fn known() -> impl Iterator<Item = &'static str> {
    FACETS.iter().map(|(facet, _)| *facet)
}

/// Whether there is such a facet.
pub fn is_known(facet: &str) -> bool {
    known().any(|known| known == facet)
}

/// Looks at a tree.
pub fn detect(tree: &Tree) -> Facets {
    let mut gathered = Gathered::default();
    for entry in tree.entries().iter().filter(|entry| is_product(entry)) {
        names::look(entry, &mut gathered);
    }
    dockerfiles(tree, &mut gathered);
    let manifests = read_manifests(tree);
    for manifest in &manifests {
        let language = gathered.facets.languages.entry(manifest.language.to_owned()).or_default();
        language.push(manifest.path.clone());
        gathered.sign(&format!("lang.{}", manifest.language), &manifest.path, "is its manifest");
        dependencies::look(manifest, &mut gathered);
    }
    shape(tree, &manifests, &mut gathered);
    go_servers(tree, &mut gathered);
    kubernetes(tree, &mut gathered);
    databases(tree, &mut gathered);
    published(tree, &mut gathered);
    beside_an_app(tree, &manifests, &mut gathered);
    imply(&mut gathered);
    if collection::page(tree, &manifests).is_some() {
        gathered.facets.facets.retain(|facet, _| !facet.starts_with("service."));
    }
    gathered.facets.components = components(tree, &manifests, &gathered.facets.dockerfiles);
    gathered.facets
}

/// Tests, fixtures, examples, vendored code and prose say nothing about the product; of the tooling only pipelines do.
fn is_product(entry: &Entry) -> bool {
    let hidden_tool = entry.path.starts_with(".devcontainer/") || entry.path.contains("/.devcontainer/");
    let pipeline = entry.path.starts_with(".github/") || entry.path.starts_with(".circleci/");
    match entry.class {
        Class::Src | Class::Migration => !hidden_tool,
        Class::Tooling => pipeline || entry.path.starts_with(".gitlab/") || entry.path.starts_with(".buildkite/"),
        _ => false,
    }
}

/// Dockerfiles of the product, without those that make a place to work in.
fn dockerfiles(tree: &Tree, gathered: &mut Gathered) {
    let named = std::mem::take(&mut gathered.facets.dockerfiles);
    let is_product = |path: &String| !text_of(tree, path).is_some_and(|text| dockerfile::is_workbench(&text));
    let kept: Vec<String> = named.into_iter().filter(is_product).collect();
    for path in &kept {
        gathered.sign("container", path, "is a Dockerfile");
    }
    gathered.facets.dockerfiles = kept;
}

fn text_of(tree: &Tree, path: &str) -> Option<String> {
    let bytes = tree.read(path, LARGEST_READ).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn read_manifests(tree: &Tree) -> Vec<Manifest> {
    let entries = tree.entries().iter().filter(|entry| entry.class == Class::Src && is_product(entry));
    let shares = share::of(tree);
    let read = entries.filter(|entry| !is_hidden(&entry.path)).filter_map(|entry| {
        let language = manifest::language_of(entry.base())?;
        Some(manifest::read(&entry.path, language, &text_of(tree, &entry.path).unwrap_or_default()))
    });
    let mut manifests: Vec<Manifest> = read.filter(|manifest| !is_aside(tree, manifest, &shares)).collect();
    let gems: Vec<String> = manifests
        .iter()
        .filter(|manifest| manifest.path.ends_with(".gemspec"))
        .map(|manifest| manifest.folder().to_owned())
        .collect();
    for manifest in manifests.iter_mut().filter(|manifest| manifest.language == "ruby") {
        manifest.published |= gems.iter().any(|folder| folder == manifest.folder());
    }
    manifests
}

/// Configuration of editors and other tools lies in folders whose name starts with a dot.
fn is_hidden(path: &str) -> bool {
    path.rsplit_once('/').is_some_and(|(folders, _)| folders.split('/').any(|folder| folder.starts_with('.')))
}

/// A script beside a product of another language: below the root, with neither lock file nor Dockerfile, in a language
/// that hardly any of the source is written in.
fn is_aside(tree: &Tree, manifest: &Manifest, shares: &BTreeMap<&'static str, u64>) -> bool {
    /// Percent of the source files.
    const FEW: u64 = 5;
    let folder = manifest.folder();
    let beside = |name: &&str| tree.find(&below(folder, name)).is_some();
    let own = manifest::LOCKS.iter().any(beside) || beside(&"Dockerfile");
    !folder.is_empty() && !own && !shares.is_empty() && shares.get(manifest.language).copied().unwrap_or_default() < FEW
}

/// Where most of the source is an app for devices, a server beside it is not what is operated.
fn beside_an_app(tree: &Tree, manifests: &[Manifest], gathered: &mut Gathered) {
    let source = || tree.entries().iter().filter(|entry| entry.class == Class::Src);
    let is_app = |entry: &&Entry| {
        entry.base() == "pubspec.yaml" && text_of(tree, &entry.path).is_some_and(|text| text.contains("sdk: flutter"))
    };
    let dart = source().filter(|entry| entry.path.ends_with(".dart")).count();
    let others = share::files(tree) - dart;
    if manifests.is_empty() || dart <= others || source().find(is_app).is_none() {
        return;
    }
    gathered.facets.facets.retain(|facet, _| !facet.starts_with("service."));
}

/// Programs and libraries, by where their code lies.
fn shape(tree: &Tree, manifests: &[Manifest], gathered: &mut Gathered) {
    for manifest in manifests {
        let beside = |name: &str| tree.find(&below(manifest.folder(), name)).is_some();
        let program = manifest.program
            || match manifest.language {
                "rust" => beside("src/main.rs"),
                "go" => beside("main.go") || tree.has_folder(&below(manifest.folder(), "cmd")),
                _ => false,
            };
        let server = gathered
            .facets
            .facets
            .get("service.http")
            .is_some_and(|signs| signs.iter().any(|sign| sign.path == manifest.path));
        let library = match manifest.language {
            "rust" => beside("src/lib.rs") && !program,
            "go" => !program,
            _ => manifest.library && !program,
        };
        if program && !server && manifest.cli {
            gathered.sign("app.cli", &manifest.path, "starts a program and depends on a command line parser");
        }
        if library && !server {
            gathered.sign("app.library", &manifest.path, "describes a package and starts no program");
        }
    }
}

/// Go services often use nothing but the standard library.
fn go_servers(tree: &Tree, gathered: &mut Gathered) {
    /// Files looked into.
    const MOST: usize = 100;
    let mains = tree
        .entries()
        .iter()
        .filter(|entry| entry.class == Class::Src && (entry.base() == "main.go" || entry.base() == "server.go"));
    for entry in mains.take(MOST) {
        let Some(text) = text_of(tree, &entry.path) else { continue };
        if text.contains("net/http") && (text.contains("ListenAndServe") || text.contains("http.Server{")) {
            gathered.sign("service.http", &entry.path, "listens with `net/http`");
        }
    }
}

fn kubernetes(tree: &Tree, gathered: &mut Gathered) {
    const WORKLOADS: &[&str] = &["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod", "Rollout"];
    for (id, entry) in likely_manifests(tree) {
        if gathered.facets.facets.get("k8s").is_some_and(|signs| signs.len() >= MOST_SIGNS) {
            return;
        }
        let Ok(bytes) = tree.read_entry(id, LARGEST_READ) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        if !text.lines().any(|line| line.starts_with("apiVersion:")) {
            continue;
        }
        let kind = text.lines().filter_map(|line| line.strip_prefix("kind:")).map(str::trim);
        if let Some(kind) = kind.into_iter().find(|kind| WORKLOADS.contains(kind)) {
            gathered.sign("k8s", &entry.path, format!("describes a {kind}"));
        }
    }
}

/// YAML of the product, folders where manifests usually lie first; a tree may have any number.
fn likely_manifests(tree: &Tree) -> Vec<(FileId, &Entry)> {
    const HINTS: &[&str] =
        &["k8s", "kube", "deploy", "manifest", "helm", "chart", "overlay", "infra", "ops", "cluster"];
    let is_yaml = |entry: &Entry| entry.path.ends_with(".yaml") || entry.path.ends_with(".yml");
    let mut found: Vec<(FileId, &Entry)> = tree
        .iter()
        .filter(|(_, entry)| is_yaml(entry) && entry.class == Class::Src && entry.size <= LARGEST_READ)
        .filter(|(_, entry)| is_product(entry))
        .collect();
    found.sort_by_key(|(id, entry)| (!HINTS.iter().any(|hint| entry.path.contains(hint)), *id));
    found.truncate(MOST_YAML);
    found
}

/// Databases that compose files start: the last part of an image's name.
fn databases(tree: &Tree, gathered: &mut Gathered) {
    const IMAGES: &[(&str, &str)] = &[
        ("postgres", "data.postgres"),
        ("postgis", "data.postgres"),
        ("timescaledb", "data.postgres"),
        ("pgvector", "data.postgres"),
        ("redis", "data.redis"),
        ("valkey", "data.redis"),
    ];
    for path in gathered.facets.compose.clone() {
        let Some(text) = text_of(tree, &path) else { continue };
        for image in text.lines().filter_map(|line| line.trim().strip_prefix("image:")) {
            let image = image.trim().trim_matches(['"', '\'']);
            let name = image.split('@').next().unwrap_or(image).rsplit('/').next().unwrap_or(image);
            let name = name.split(':').next().unwrap_or(name);
            for (_, facet) in IMAGES.iter().filter(|(known, _)| *known == name) {
                gathered.sign(facet, &path, format!("starts `{name}`"));
            }
        }
    }
}

/// Licence, remote and tags.
fn published(tree: &Tree, gathered: &mut Gathered) {
    const HOSTS: &[&str] = &["github.com", "gitlab.com", "codeberg.org", "bitbucket.org", "sr.ht"];
    let config = text_of(tree, ".git/config").unwrap_or_default();
    let remote =
        config.lines().any(|line| line.trim_start().starts_with("url") && HOSTS.iter().any(|host| line.contains(host)));
    let licence = tree.entries().iter().find(|entry| {
        let base = entry.base().to_ascii_lowercase();
        entry.folder().is_empty() && (base.starts_with("license") || base.starts_with("licence") || base == "copying")
    });
    if let Some(licence) = licence.filter(|_| remote) {
        gathered.sign("oss", &licence.path, "is a licence, and the repository has a public host");
    }
    let tags = tree.read(".git/packed-refs", 4 * 1024 * 1024).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let released = |line: &str| {
        line.rsplit_once("refs/tags/").is_some_and(|(_, tag)| {
            tag.trim_start_matches('v').split('.').take(2).filter(|part| part.parse::<u32>().is_ok()).count() == 2
        })
    };
    if tags.unwrap_or_default().lines().any(released) {
        gathered.sign("release.artifacts", ".git/packed-refs", "has version tags");
    }
}

/// Compose runs the product where nothing else orchestrates it, or where a file says so by its name; beside Kubernetes
/// it is most often for development.
fn deployed_compose(gathered: &mut Gathered) {
    let orchestrated = ["k8s", "helm"].iter().any(|facet| gathered.facets.facets.contains_key(*facet));
    let says_so = |path: &str| path.to_lowercase().contains("prod") || path.to_lowercase().contains("deploy");
    let signs = gathered.facets.facets.get("compose").cloned().unwrap_or_default();
    for sign in signs.into_iter().filter(|sign| !orchestrated || says_so(&sign.path)) {
        gathered.sign("compose.deployed", &sign.path, "runs the product");
    }
}

/// What follows from what was seen.
fn imply(gathered: &mut Gathered) {
    deployed_compose(gathered);
    for (seen, also) in [
        ("ci.github", "ci.any"),
        ("ci.gitlab", "ci.any"),
        ("data.sql", "data.stateful"),
        ("frontend", "html"),
        ("graphql", "service.http"),
    ] {
        if let Some(signs) = gathered.facets.facets.get(seen).cloned() {
            gathered.facets.facets.entry(also.to_owned()).or_insert(signs);
        }
    }
    services(gathered);
}

/// What only a service owes: a library that knows databases keeps no data, and what nothing deploys raises no alarm.
fn services(gathered: &mut Gathered) {
    let first = |names: &[&str], facets: &Facets| {
        names.iter().find_map(|name| facets.facets.get(*name)).cloned().unwrap_or_default()
    };
    let facets = &gathered.facets;
    if first(&["service.http", "service.grpc", "service.worker"], facets).is_empty() {
        return;
    }
    let data = first(&["data.sql", "data.migrations", "data.postgres"], facets);
    let deployed = first(&["k8s", "helm", "container", "compose.deployed", "terraform", "iac.other"], facets);
    for (facet, signs) in [("service.data", data), ("service.deployed", deployed)] {
        for sign in signs {
            gathered.sign(facet, &sign.path, sign.why);
        }
    }
}

fn components(tree: &Tree, manifests: &[Manifest], dockerfiles: &[String]) -> Vec<Component> {
    let mut folders: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for manifest in manifests {
        let languages = folders.entry(manifest.folder()).or_default();
        if !languages.iter().any(|language| language == manifest.language) {
            languages.push(manifest.language.to_owned());
        }
    }
    let in_folder = |folder: &str, path: &str| path.rsplit_once('/').map_or("", |(before, _)| before) == folder;
    folders
        .into_iter()
        .filter_map(|(folder, mut languages)| {
            let dockerfile = dockerfiles.iter().find(|path| in_folder(folder, path)).cloned();
            let locked = manifest::LOCKS.iter().any(|lock| tree.find(&below(folder, lock)).is_some());
            languages.sort();
            (locked || dockerfile.is_some()).then(|| Component { path: folder.to_owned(), languages, dockerfile })
        })
        .collect()
}

fn below(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
