//! Kustomizations: which files they bring in, and whether what comes out still says what is written in them.

use std::collections::{BTreeMap, BTreeSet};

use crate::probe::builds::join;
use crate::probe::yaml_file::texts;
use crate::yaml::Node;

use super::object::{text_at, texts_at};

/// What a kustomization does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Kustomization {
    /// Files and folders it brings in, relative to the root.
    pub(super) resources: Vec<String>,
    /// Files that hold only parts of objects.
    pub(super) patches: Vec<String>,
    /// Whether it changes what it brings in by more than names, namespaces and labels.
    pub(super) changes: bool,
    /// ConfigMaps and Secrets that it makes: kind and name.
    pub(super) makes: Vec<(&'static str, String)>,
}

/// Base names of kustomizations.
pub(super) const BASES: &[&str] = &["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Reads the kustomization of a folder.
pub(super) fn kustomization(folder: &str, root: &Node) -> Kustomization {
    const CHANGES: &[&str] = &[
        "components",
        "configurations",
        "crds",
        "generators",
        "helmCharts",
        "helmChartInflationGenerator",
        "images",
        "patches",
        "patchesJson6902",
        "patchesStrategicMerge",
        "replacements",
        "replicas",
        "transformers",
        "vars",
    ];
    let listed = ["resources", "bases", "components"].iter().filter_map(|key| root.get(key));
    let resources = listed.flat_map(texts).filter_map(|(path, _)| join(folder, &path)).collect();
    let named = root.get("patches").into_iter().chain(root.get("patchesJson6902")).flat_map(Node::items);
    let merged = root.get("patchesStrategicMerge").map(texts).unwrap_or_default();
    let paths = named.filter_map(|patch| text_at(patch, &["path"]).map(str::to_owned));
    let patches = paths.chain(merged.into_iter().map(|(text, _)| text)).filter_map(|path| join(folder, &path));
    let made = |key: &str| root.get(key).map(Node::items).unwrap_or_default();
    let names = |key: &str, kind: &'static str| {
        made(key).iter().filter_map(move |node| Some((kind, text_at(node, &["name"])?.to_owned()))).collect::<Vec<_>>()
    };
    Kustomization {
        resources,
        patches: patches.collect(),
        changes: CHANGES
            .iter()
            .any(|key| root.get(key).is_some_and(|node| !node.items().is_empty() || !texts_at(node, &[]).is_empty())),
        makes: [names("configMapGenerator", "ConfigMap"), names("secretGenerator", "Secret")].concat(),
    }
}

/// What all kustomizations of a tree do to its files.
#[derive(Debug, Default)]
pub(super) struct Kustomized {
    /// Files whose objects come out changed, with the kustomization that changes them.
    pub(super) changed: BTreeMap<String, String>,
    /// Files that hold only parts of objects.
    pub(super) patches: BTreeSet<String>,
    /// What they make: kind and name.
    pub(super) makes: BTreeSet<(&'static str, String)>,
}

/// Follows kustomizations (by the folder each lies in) to the files they bring in. A file is changed when one of those
/// that lead to it changes what it brings in.
pub(super) fn kustomized(all: &BTreeMap<String, (String, Kustomization)>) -> Kustomized {
    let mut found = Kustomized::default();
    for (folder, (file, own)) in all {
        found.patches.extend(own.patches.iter().cloned());
        found.makes.extend(own.makes.iter().cloned());
        if own.changes {
            for path in reached(all, folder) {
                found.changed.entry(path).or_insert_with(|| file.clone());
            }
        }
    }
    found
}

/// Every path that the kustomization of a folder brings in, through others too; each folder is entered once.
fn reached(all: &BTreeMap<String, (String, Kustomization)>, folder: &str) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    let mut entered = BTreeSet::from([folder.to_owned()]);
    let mut waiting = vec![folder.to_owned()];
    while let Some((_, own)) = waiting.pop().and_then(|folder| all.get(&folder)) {
        for path in &own.resources {
            if all.contains_key(path) {
                if entered.insert(path.clone()) {
                    waiting.push(path.clone());
                }
            } else {
                paths.insert(path.clone());
            }
        }
    }
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(folder: &str, yaml: &str) -> (String, (String, Kustomization)) {
        let node = crate::probe::yaml_file::read("k.yaml", yaml.as_bytes()).expect("it is YAML");
        (folder.to_owned(), (format!("{folder}/kustomization.yaml"), kustomization(folder, &node)))
    }

    #[test]
    fn an_overlay_that_patches_changes_the_files_of_its_base() {
        let all = BTreeMap::from([
            of("base", "resources: [web.yaml, db.yaml]\nnamespace: shop\n"),
            of(
                "prod",
                "resources: [../base, extra.yaml]\npatches: [{path: p.yaml}]\nconfigMapGenerator: [{name: c}]\n",
            ),
        ]);
        let found = kustomized(&all);
        let changed: Vec<&str> = found.changed.keys().map(String::as_str).collect();
        assert_eq!(changed, ["base/db.yaml", "base/web.yaml", "prod/extra.yaml"]);
        assert!(found.patches.contains("prod/p.yaml") && found.makes.contains(&("ConfigMap", "c".to_owned())));
    }

    #[test]
    fn names_and_labels_change_nothing_that_is_judged_and_circles_end() {
        let all = BTreeMap::from([
            of("a", "resources: [../b, x.yaml]\nnamePrefix: p-\n"),
            of("b", "resources: [../a]\nimages: [{name: x}]\n"),
        ]);
        assert_eq!(kustomized(&all).changed.keys().collect::<Vec<_>>(), ["a/x.yaml"]);
    }
}
