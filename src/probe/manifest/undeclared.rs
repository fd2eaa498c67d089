//! Which imports no manifest declares. Owns the rules of Python and Node; what is declared and imported is read elsewhere.
//!
//! Certain: the package is known, its manifest can be read, and no lock file names it. Likely: the name is not known,
//! and nothing that is declared could bring it. A hint: the program does without it, or another dependency brings it.

use std::collections::{BTreeMap, BTreeSet};

use super::declared::{Declared, normal};
use super::imports::{Import, Stand};
use super::node_modules;
use super::python_modules::{DISTRIBUTIONS, SAME_NAME, STANDARD};
use crate::model::Certainty;
use crate::probe::finding::Finding;

/// What is known of the tree beside a file's own imports.
#[derive(Default)]
pub(super) struct Surroundings {
    /// Python: what the manifests of each folder declare. Node: likewise.
    pub(super) python: BTreeMap<String, Declared>,
    pub(super) node: BTreeMap<String, Declared>,
    /// Names in Python lock files.
    pub(super) locked: Declared,
    /// Names of Python modules and packages in the tree.
    pub(super) modules: BTreeSet<String>,
    /// Names of the packages of a workspace.
    pub(super) packages: BTreeSet<String>,
    /// Folders and stems below each folder with a `package.json`, which a bundler may resolve.
    pub(super) folders: BTreeSet<String>,
}

/// The manifests that hold for a folder: its own and those above it.
fn in_force(all: &BTreeMap<String, Declared>, folder: &str) -> Option<Declared> {
    let mut joined: Option<Declared> = None;
    let mut at = Some(folder);
    while let Some(folder) = at {
        if let Some(declared) = all.get(folder) {
            joined.get_or_insert_default().join(declared);
        }
        at = match folder.rsplit_once('/') {
            Some((above, _)) => Some(above),
            None if folder.is_empty() => None,
            None => Some(""),
        };
    }
    joined
}

/// Findings in one file; `None` when no manifest holds for it.
pub(super) fn judge(path: &str, imports: &[Import], around: &Surroundings) -> Option<Vec<Finding>> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let python = path.ends_with(".py");
    let declared = in_force(if python { &around.python } else { &around.node }, folder)?;
    // A script that builds with setuptools is run by it.
    let builds = path.ends_with("setup.py");
    let by_itself = |module: &str| builds && matches!(module.split('.').next(), Some("setuptools" | "pkg_resources"));
    let judged = imports.iter().filter(|import| !by_itself(&import.module)).filter_map(|import| {
        let verdict =
            if python { python_import(import, &declared, around) } else { node_import(import, &declared, around) };
        verdict.map(|verdict| (import, verdict))
    });
    Some(judged.filter_map(|(import, verdict)| finding(path, import, verdict)).collect())
}

enum Verdict {
    Undeclared { package: String, certainty: Certainty },
    Development { package: String },
}

fn finding(path: &str, import: &Import, verdict: Verdict) -> Option<Finding> {
    let ease = |certainty: Certainty| match import.stand {
        Stand::Optional => Certainty::Hint,
        Stand::Lazy => certainty.min(Certainty::Likely),
        Stand::Needed => certainty,
    };
    match verdict {
        Verdict::Undeclared { package, certainty } => {
            let note = format!("imports `{}`, and no manifest here or above declares `{package}`", import.module);
            Some(Finding::new("undeclared_imports", import.line, package, note).with(ease(certainty)))
        }
        Verdict::Development { package } if !node_modules::is_tool_file(path) && !path.ends_with(".d.ts") => {
            let note = format!("imports `{}`, which is declared for development only", import.module);
            Some(Finding::new("development_imports", import.line, package, note).with(ease(Certainty::Likely)))
        }
        // Declarations of types tell a compiler, and nothing at run time.
        Verdict::Development { .. } => None,
    }
}

fn python_import(import: &Import, declared: &Declared, around: &Surroundings) -> Option<Verdict> {
    let top = import.module.split('.').next().unwrap_or_default();
    if STANDARD.contains(&top) || around.modules.contains(top) || declared.own.as_deref() == Some(&normal(top)) {
        return None;
    }
    let known = DISTRIBUTIONS.iter().find(|(name, _)| *name == top).map(|(_, names)| *names);
    let mut names: Vec<String> = known.unwrap_or_default().iter().map(|name| normal(name)).collect();
    names.push(normal(top));
    let module = normal(&import.module);
    let brings = |name: &str| names.iter().any(|wanted| brings(name, wanted, &module));
    if declared.running.iter().any(|name| brings(name)) {
        return None;
    }
    let package = names[0].clone();
    if declared.development.iter().any(|name| brings(name)) {
        return Some(Verdict::Development { package });
    }
    let certainty = if around.locked.running.iter().any(|name| brings(name)) {
        Certainty::Hint
    } else if known.is_some() || SAME_NAME.contains(&top) {
        Certainty::Certain
    } else if has_unknown(declared) {
        // One of the declared distributions may be imported by this name.
        Certainty::Hint
    } else {
        Certainty::Likely
    };
    Some(Verdict::Undeclared { package, certainty })
}

/// Whether a distribution brings an import: by its name, by a usual affix, or as a part of a namespace.
fn brings(distribution: &str, wanted: &str, module: &str) -> bool {
    const BEFORE: &[&str] = &["python-", "py", "django-", "flask-"];
    let has_affix = BEFORE.iter().any(|before| distribution.strip_prefix(before) == Some(wanted))
        || distribution.strip_suffix("-python") == Some(wanted);
    has_affix
        || without_hyphens(distribution).eq(without_hyphens(wanted))
        // `google.cloud.storage` is part of `google-cloud-storage`, `opentelemetry.sdk` of `opentelemetry-sdk`.
        || (module.starts_with(distribution) && distribution.contains('-'))
        || (is_namespace(wanted) && distribution.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('-')))
}

fn without_hyphens(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().filter(|byte| *byte != b'-')
}

fn is_namespace(name: &str) -> bool {
    const NAMESPACES: &[&str] = &[
        "google",
        "azure",
        "opentelemetry",
        "zope",
        "backports",
        "ruamel",
        "jaraco",
        "pulumi",
        "airflow",
        "apache",
        "plone",
        "sphinxcontrib",
        "flaskext",
        "langchain",
        "llama",
        "autogen",
        "semantic",
        "dagster",
        "prefect",
        "strawberry",
        "psycopg",
        "redis",
        "mkdocs",
        "aws",
        "botocore",
        "types",
        "odoo",
        "tencentcloud",
        "alibabacloud",
        "huaweicloudsdkcore",
    ];
    NAMESPACES.contains(&name)
}

/// Whether a declared distribution is one whose import name cannot be told from here.
fn has_unknown(declared: &Declared) -> bool {
    let known = |name: &String| {
        SAME_NAME.contains(&name.as_str())
            || DISTRIBUTIONS.iter().any(|(_, names)| names.iter().any(|known| normal(known) == *name))
    };
    declared.running.iter().any(|name| name != "python" && !known(name))
}

fn node_import(import: &Import, declared: &Declared, around: &Surroundings) -> Option<Verdict> {
    let package = node_modules::package_of(&import.module)?;
    let alias = declared.aliases.iter().any(|alias| import.module.starts_with(alias.as_str()));
    let types = format!("@types/{}", package.trim_start_matches('@').replace('/', "__"));
    if alias
        || around.packages.contains(package)
        || around.folders.contains(package)
        || declared.running.contains(package)
        || declared.has(&types)
    {
        return None;
    }
    if declared.development.contains(package) {
        // What a bundler packs is needed when it builds, not when it runs.
        let bundled = declared.development.iter().chain(&declared.running).any(|name| node_modules::is_bundler(name));
        return (!bundled).then(|| Verdict::Development { package: package.to_owned() });
    }
    // Any other dependency may bring it to the top of `node_modules`, so that it runs by chance; another package of the
    // workspace that declares it does so on purpose.
    let hoisted = around.node.values().any(|other| other.has(package));
    let certainty = if hoisted { Certainty::Hint } else { Certainty::Likely };
    Some(Verdict::Undeclared { package: package.to_owned(), certainty })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use crate::model::{Certainty, Observation};
    use crate::probe::manifest::DEF;
    use crate::probe::trial::{count, observe};

    fn undeclared(files: &[(&str, &str)]) -> Vec<(String, Certainty)> {
        let seen: Observation = observe(&DEF, "{}", files);
        let about = seen.evidence.iter().filter(|item| item.fact.as_deref() == Some("undeclared_imports"));
        about
            .map(|item| (item.fingerprint.clone().unwrap().rsplit(':').next().unwrap().to_owned(), item.certainty))
            .collect()
    }

    #[test]
    fn a_known_package_that_nobody_declares_is_certain() {
        let manifest = ("requirements.txt", "flask==3.0\nPyYAML==6\n");
        let code = (
            "shop/app.py",
            "import os, yaml\nfrom flask import Flask\nimport requests\nfrom . import pay\nimport shop.pay\n",
        );
        assert_eq!(undeclared(&[manifest, code, ("shop/pay.py", "")]), [("requests".to_owned(), Certainty::Certain)]);
    }

    #[test]
    fn what_the_program_does_without_or_a_lock_names_is_a_hint() {
        let manifest = ("requirements.txt", "flask==3.0\n");
        for text in
            ["try:\n    import ujson\nexcept ImportError:\n    ujson = None\n", "if TYPE_CHECKING:\n    import numpy\n"]
        {
            let seen = undeclared(&[manifest, ("a.py", text)]);
            assert_eq!(seen.len(), 1, "{text}");
            assert_eq!(seen[0].1, Certainty::Hint, "{text}");
        }
        let locked = [
            ("pyproject.toml", "[project]\nname='x'\ndependencies=['fastapi']\n"),
            ("uv.lock", "[[package]]\nname = \"starlette\"\n"),
            ("a.py", "import starlette\n"),
        ];
        assert_eq!(undeclared(&locked), [("starlette".to_owned(), Certainty::Hint)]);
    }

    #[test]
    fn an_unknown_name_may_belong_to_an_unknown_distribution() {
        let code = ("a.py", "import strangething\n");
        assert_eq!(undeclared(&[("requirements.txt", "flask==3\n"), code])[0].1, Certainty::Likely);
        assert_eq!(undeclared(&[("requirements.txt", "flask==3\nodd-dist==1\n"), code])[0].1, Certainty::Hint);
    }

    #[test]
    fn a_build_script_is_run_by_what_it_imports() {
        let setup =
            ("setup.py", "from setuptools import setup\nimport pkg_resources\nsetup(install_requires=['flask'])\n");
        assert_eq!(undeclared(&[setup]), []);
    }

    #[test]
    fn namespaces_and_affixes_are_understood() {
        let manifest = (
            "requirements.txt",
            "google-cloud-storage==2\nopentelemetry-sdk==1\ndjangorestframework==3\npython-dateutil==2\n",
        );
        let code = (
            "a.py",
            "from google.cloud import storage\nfrom opentelemetry.sdk import trace\nimport rest_framework\nimport dateutil\n",
        );
        assert!(undeclared(&[manifest, code]).is_empty());
    }

    #[test]
    fn node_imports_are_packages_and_not_paths_aliases_or_builtins() {
        let files = [
            (
                "package.json",
                r#"{"name":"web","dependencies":{"express":"5"},"devDependencies":{"@types/geojson":"1"}}"#,
            ),
            ("tsconfig.json", r#"{"compilerOptions":{"paths":{"@app/*":["src/*"]}}}"#),
            (
                "src/a.ts",
                "import fs from 'node:fs';\nimport path from 'path';\nimport x from '@app/b';\nimport y from './b';\nimport z from '@/c';\nimport express from 'express';\nimport { Feature } from 'geojson';\nimport type { T } from 'ts-essentials';\nimport ms from 'ms';\nimport '@scope/pkg/style.css';\n// import q from 'q';\n",
            ),
        ];
        let seen: Vec<String> =
            undeclared(&files).into_iter().filter(|(_, c)| *c > Certainty::Hint).map(|(name, _)| name).collect();
        assert_eq!(seen, ["ms", "@scope/pkg"]);
    }

    #[test]
    fn without_a_manifest_nothing_is_known() {
        assert_eq!(count(&observe(&DEF, "{}", &[("a.py", "import requests\n")]), "undeclared_imports"), None);
        let foreign = [("go.mod", "module x\nrequire a v1\n"), ("static/a.js", "import x from 'x';\n")];
        assert_eq!(count(&observe(&DEF, "{}", &foreign), "undeclared_imports"), None);
    }

    #[test]
    fn what_runs_is_not_declared_for_development_only() {
        let manifest = r#"{"name":"api","dependencies":{"express":"5"},"devDependencies":{"pino":"9"}}"#;
        let code = "const pino = require('pino');\n";
        assert_eq!(
            count(&observe(&DEF, "{}", &[("package.json", manifest), ("src/a.js", code)]), "development_imports"),
            Some(1)
        );
        let bundled = manifest.replace("\"pino\"", "\"vite\":\"7\",\"pino\"");
        assert_eq!(
            count(&observe(&DEF, "{}", &[("package.json", &bundled), ("src/a.js", code)]), "development_imports"),
            Some(0)
        );
    }
}
