//! For tests of probes that read files: parameters from YAML, a tree from memory or a folder, one sweep, one look.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::{Look, Probe};
use crate::model::{Masker, Observation, Problems, Suppressions, Unknown};
use crate::world::quota::Quotas;
use crate::world::{Deadline, Permit, Tree, Wants, World, sweep};

/// The probe with these parameters, or what is wrong with them.
pub(crate) fn decode(name: &str, yaml: &str) -> Result<Box<dyn Probe>, Problems> {
    let mut problems = Problems::new();
    let def = super::find(name).expect("the probe is registered");
    let source = crate::yaml::source("spec.yaml", yaml.as_bytes()).expect("the text is clean");
    let node = crate::yaml::parse_into(&source, &mut problems).expect("the YAML is well formed");
    let probe = (def.decode)(&node, &mut problems);
    match probe {
        Some(probe) if problems.is_empty() => Ok(probe),
        _ => Err(problems),
    }
}

/// What a probe sees in a tree from memory.
pub(crate) fn observe(name: &str, yaml: &str, files: &[(&str, &str)]) -> Result<Observation, Unknown> {
    look(name, yaml, Tree::from_memory(files.iter().copied()), "")
}

/// What a probe sees in a folder on disk.
pub(crate) fn observe_folder(name: &str, yaml: &str, root: &Path) -> Result<Observation, Unknown> {
    look(name, yaml, Tree::open(root).expect("the folder is there"), "")
}

/// What a probe sees in a tree, confined to a component's folder.
pub(crate) fn look(name: &str, yaml: &str, tree: Tree, folder: &str) -> Result<Observation, Unknown> {
    let probe = decode(name, yaml).unwrap_or_else(|problems| panic!("{problems:?}"));
    let tree = Arc::new(tree);
    let mut wants = Wants::default();
    let ids = probe.declare(folder, &mut wants);
    let swept = sweep::run(&tree, &wants, 2, &AtomicBool::new(false));
    let world = world(&tree);
    let until = Deadline::after(Duration::from_secs(30));
    let suppressions = Suppressions::Honour;
    let look = Look { folder, world: &world, swept: &swept, wants: &ids, until, suppressions };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(probe.observe(look))
}

/// Writes files below a folder.
pub(crate) fn write(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("a folder can be made");
        std::fs::write(path, text).expect("a file can be written");
    }
}

/// Runs git in a folder, whatever the machine's settings are.
pub(crate) fn git(folder: &Path, args: &[&str]) {
    let mut command = std::process::Command::new("git");
    command.args(["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "tag.gpgSign=false"]).args(args);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null");
    assert!(command.current_dir(folder).output().expect("there is git").status.success(), "git {args:?}");
}

/// What a function sees that needs a look but no probe, in a tree from memory.
pub(crate) fn with_look<T>(files: &[(&str, &str)], see: impl FnOnce(Look<'_>) -> T) -> T {
    let tree = Arc::new(Tree::from_memory(files.iter().copied()));
    let swept = sweep::run(&tree, &Wants::default(), 1, &AtomicBool::new(false));
    let world = world(&tree);
    let until = Deadline::after(Duration::from_secs(30));
    see(Look { folder: "", world: &world, swept: &swept, wants: &[], until, suppressions: Suppressions::Honour })
}

fn world(tree: &Tree) -> World {
    World {
        root: tree.root().unwrap_or(Path::new("/nowhere")).to_path_buf(),
        now: "2026-06-01T00:00:00Z".parse().expect("a time"),
        targets: BTreeMap::new(),
        permit: Permit { exec: true, network: false, active: false, protected: false },
        owned: Vec::new(),
        masker: Masker::default(),
        environment: std::env::var("PATH").map(|path| ("PATH".to_owned(), path)).into_iter().collect(),
        quotas: Quotas::default(),
    }
}
