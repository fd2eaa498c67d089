//! Gathers what the imports of source files are compared with: manifests by folder, lock files, the tree's own modules.

use std::collections::BTreeSet;

use super::declared::{self, Declared};
use super::imports::{self, Import};
use super::undeclared::{Surroundings, judge};
use crate::model::{Certainty, Fact, Facts, Value};
use crate::probe::finding::Findings;
use crate::world::{Class, ClassSet, Name, Select, Swept, Want, WantId, Wants};

/// A lock file of a large monorepo has a few of these.
const LARGEST_LOCK: u64 = 8 * 1024 * 1024;
const BASES: &[&str] = &[
    "package.json",
    "tsconfig.json",
    "tsconfig.base.json",
    "tsconfig.app.json",
    "jsconfig.json",
    "pyproject.toml",
    "Pipfile",
    "setup.py",
    "setup.cfg",
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "Pipfile.lock",
    "pylock.toml",
];
/// Settings of bundlers, which may give folders another name.
const BUNDLER_SETTINGS: &[&str] =
    &["**/webpack*.{js,cjs,mjs,ts}", "**/{vite,rollup,rspack}.config.{js,cjs,mjs,ts,mts}"];
const LOCKS: &[&str] = &["uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml"];
const EXTENSIONS: &[&str] = &["py", "js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts"];

/// What must be read below a folder: what is declared, and what is imported.
pub(super) fn declare(folder: &str, wants: &mut Wants) -> Vec<WantId> {
    let manifests = ["**/*requirements*.{txt,in}", "**/requirements/*.{txt,in}"]
        .iter()
        .chain(BUNDLER_SETTINGS)
        .fold(Select::bases(BASES), |select, glob| select.or(Name::Glob((*glob).to_owned())))
        .of(ClassSet::of(&[Class::Src, Class::Migration, Class::Generated, Class::Tooling]));
    let sources = Select::exts(EXTENSIONS).of(ClassSet::SRC).below(folder);
    vec![
        wants.add(
            Want::doc(manifests, "manifest/declared", |file| {
                Ok(declared::read(file.entry.base(), file.path(), file.bytes))
            })
            .up_to(LARGEST_LOCK),
        ),
        wants.add(Want::doc(sources, "manifest/imports", |file| Ok(imports::read(file))).screened(imports::questions)),
    ]
}

/// Sets the facts about imports.
pub(super) fn observe(swept: &Swept, wants: [WantId; 2], facts: &mut Facts, findings: &mut Findings) {
    let around = surroundings(swept, wants[0], findings);
    let mut judged = 0_usize;
    for (id, imports) in swept.get(wants[1]).own::<Vec<Import>>() {
        if swept.class(id) == Class::Generated {
            continue;
        }
        match imports {
            Ok(imports) => {
                if let Some(found) = judge(swept.path(id), imports, &around) {
                    judged += 1;
                    findings.extend(swept.path(id), found);
                }
            }
            Err(unknown) => findings.unread(swept.path(id), unknown.0.clone()),
        }
    }
    facts.present("import_files", Value::count(judged));
    for name in ["undeclared_imports", "development_imports"] {
        if judged == 0 {
            facts.set(name, Fact::Unobserved("no Python or Node manifest holds for a source file".to_owned()));
        } else {
            findings.set_count(facts, name);
        }
    }
    // A blocker would ask: how many are beyond doubt.
    if judged > 0 {
        let certain = findings.count_of("undeclared_imports", Certainty::Certain);
        facts.present("certainly_undeclared_imports", Value::count(certain));
    }
}

fn surroundings(swept: &Swept, want: WantId, findings: &mut Findings) -> Surroundings {
    let mut around = Surroundings::default();
    for (id, found) in swept.get(want).own::<Declared>() {
        let entry = swept.tree().entry(id);
        let Ok(found) = found else { continue };
        if let Some(fault) = &found.fault {
            findings.unread(&entry.path, fault.clone());
        }
        let base = entry.base();
        if LOCKS.contains(&base) {
            around.locked.join(found);
        } else if declared::is_of_a_bundler(base) {
            around.node.entry(entry.folder().to_owned()).or_default().join(found);
        } else if base.ends_with(".json") {
            around.packages.extend(found.own.clone());
            around.node.entry(entry.folder().to_owned()).or_default().join(found);
        } else {
            around.python.entry(project_folder(entry.folder()).to_owned()).or_default().take(found);
        }
    }
    // An alias alone is no manifest.
    around.node.retain(|_, declared| declared.is_manifest());
    modules(swept, &mut around);
    around
}

/// `requirements/base.txt` belongs to the folder above.
fn project_folder(folder: &str) -> &str {
    match folder.rsplit_once('/') {
        Some((above, "requirements" | "deps")) => above,
        None if matches!(folder, "requirements" | "deps") => "",
        _ => folder,
    }
}

/// The folder or stem directly below where Rails and Laravel keep what a bundler packs: it resolves from there.
fn bundled_folder(below: &str) -> Option<&str> {
    const ROOTS: &[&str] = &["app/webpacker/", "app/javascript/", "app/frontend/", "app/javascripts/", "resources/js/"];
    let rest = ROOTS.iter().find_map(|root| below.strip_prefix(root))?;
    rest.split(['/', '.']).next()
}

fn modules(swept: &Swept, around: &mut Surroundings) {
    let roots: BTreeSet<String> = around.node.keys().cloned().collect();
    for entry in swept.tree().entries() {
        if let Some(stem) = entry.path.strip_suffix(".py") {
            around.modules.extend(stem.split('/').map(str::to_owned));
        }
        for root in &roots {
            let below = if root.is_empty() {
                Some(entry.path.as_str())
            } else {
                entry.path.strip_prefix(root.as_str()).and_then(|rest| rest.strip_prefix('/'))
            };
            let Some(below) = below else { continue };
            let parts: Vec<&str> = below.split('/').take(3).collect();
            around.folders.extend(bundled_folder(below).map(str::to_owned));
            around.folders.extend(parts.iter().take(2).map(|part| part.split('.').next().unwrap_or(part).to_owned()));
        }
    }
}
