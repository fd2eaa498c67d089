//! Scripts of `package.json`, which npm, pnpm, Yarn, Bun and Node run, and of `composer.json`.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::{Follow, Place, fixed, folder_of, has_any, number};

static PACKAGE: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?:^|[\s;&|('\x22])(?:(?:npm|pnpm|yarn|bun|vp)(?:\s+(?:--?[0-9A-Za-z_-]+(?:=\S+)?|-[CF]\s+\S+|--(?:prefix|filter|dir|cwd)\s+\S+|-w\s+\S+|workspaces?(?:\s+(?:foreach|focus))?))*\s+(?:run\s+|run-script\s+)?(?:(?:--?[0-9A-Za-z_-]+(?:=\S+)?|-w\s+\S+)\s+)*|node\s+--run\s+|(?:npm-run-all2?|run-[sp])\s+(?:-\S+\s+)*)([0-9A-Za-z_:.*/-]+(?:\s+[0-9A-Za-z_:.*-]+)*)",
    )
});
static COMPOSER: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"(?:^|[\s;&|(@])composer\s+(?:-\S+\s+)*(?:run\s+|run-script\s+)?(?:-\S+\s+)*([\w:.-]+)"));

/// The scripts of one manifest.
pub(super) struct Package {
    scripts: Vec<Script>,
    /// Where each stands in the list.
    named: BTreeMap<String, usize>,
}

struct Script {
    name: String,
    line: u32,
    commands: Vec<String>,
}

impl Package {
    pub(super) fn of(text: &str) -> Package {
        let root: Value = serde_json::from_str(text).unwrap_or_default();
        let lines = lines(text);
        let listed = root.get("scripts").and_then(Value::as_object).into_iter().flatten();
        let scripts: Vec<Script> = listed
            .map(|(name, script)| Script {
                name: name.clone(),
                line: lines.get(name.as_str()).copied().unwrap_or(0),
                commands: commands(script),
            })
            .collect();
        let named = scripts.iter().enumerate().map(|(at, script)| (script.name.clone(), at)).collect();
        Package { scripts, named }
    }

    /// The scripts that a name runs, in the order of the file: `check:*` those that start so, and `test` what comes before and
    /// after it.
    fn asked(&self, name: &str) -> Vec<&Script> {
        if let Some((start, _)) = name.split_once('*') {
            return self.scripts.iter().filter(|script| script.name.starts_with(start)).collect();
        }
        let names = [name.to_owned(), format!("pre{name}"), format!("post{name}")];
        let mut found: Vec<usize> = names.iter().filter_map(|name| self.named.get(name).copied()).collect();
        found.sort_unstable();
        found.into_iter().map(|at| &self.scripts[at]).collect()
    }
}

/// Manifests of the workspaces that a command names, by folder or by name where they usually lie.
fn workspaces(text: &str) -> Vec<String> {
    static WORKSPACE: LazyLock<Regex> = LazyLock::new(|| {
        fixed(r#"(?:--workspace|--filter|\s-[wF]|\sworkspace)[\s=]+["']?(?:\./)?((?:@[\w.-]+/)?[\w./-]+)"#)
    });
    if !has_any(text, &["workspace", "--filter", " -w", " -F"]) {
        return Vec::new();
    }
    let folders = |name: &str| {
        let short = name.rsplit('/').next().unwrap_or(name).to_owned();
        [name.to_owned(), format!("packages/{short}"), format!("apps/{short}"), short]
    };
    let named = WORKSPACE.captures_iter(text).flat_map(|found| folders(&found[1]));
    named.map(|folder| format!("{folder}/package.json")).collect()
}

/// A text, or a list of texts.
fn commands(script: &Value) -> Vec<String> {
    let listed = script.as_array().into_iter().flatten();
    script.as_str().into_iter().chain(listed.filter_map(Value::as_str)).map(str::to_owned).collect()
}

/// The line of each key from `scripts` on.
fn lines(text: &str) -> BTreeMap<&str, u32> {
    static KEY: LazyLock<Regex> = LazyLock::new(|| fixed(r#""((?:[^"\\]|\\.)+)"\s*:"#));
    let start = text.find("\"scripts\"").unwrap_or(0);
    let above = text[..start].matches('\n').count();
    let mut lines = BTreeMap::new();
    for (at, line) in text[start..].lines().enumerate() {
        for found in KEY.captures_iter(line).filter_map(|found| found.get(1)) {
            lines.entry(found.as_str()).or_insert_with(|| number(above + at));
        }
    }
    lines
}

impl Follow<'_, '_> {
    pub(super) fn package(&mut self, text: &str, folder: &str, depth: u32) {
        if !has_any(text, &["npm", "yarn", "bun", "vp", "node", "run-"]) {
            return;
        }
        for found in PACKAGE.captures_iter(text) {
            let names = &["package.json"];
            let Some(manifest) = self.text(folder, names).or_else(|| self.text("", names)) else { continue };
            let of_workspaces = workspaces(text).into_iter().filter_map(|below| self.text(folder, &[&below]));
            let manifests: Vec<(String, Rc<str>)> = of_workspaces.chain([manifest]).collect();
            for (path, json) in manifests {
                self.scripts_of((&path, &json), &found[1], depth);
            }
        }
    }

    /// Scripts of one manifest, by the words that may be their names.
    fn scripts_of(&mut self, (path, json): (&str, &str), asked: &str, depth: u32) {
        let package = self.files.package(path, json);
        for asked in asked.split_whitespace() {
            let asked = if asked == "t" || asked == "tst" { "test" } else { asked };
            for script in package.asked(asked) {
                if self.is_new(path, &script.name) {
                    let place = Place { path, line: script.line, folder: folder_of(path), is_known: true };
                    script.commands.iter().for_each(|text| self.take(place, text, depth - 1));
                }
            }
        }
    }

    pub(super) fn composer(&mut self, text: &str, folder: &str, depth: u32) {
        if !has_any(text, &["composer"]) {
            return;
        }
        for found in COMPOSER.captures_iter(text) {
            let Some((path, json)) = self.text(folder, &["composer.json"]) else { continue };
            let package = self.files.package(&path, &json);
            let Some(script) = package.named.get(&found[1]).map(|at| &package.scripts[*at]) else { continue };
            if !self.is_new(&path, &script.name) {
                continue;
            }
            for text in &script.commands {
                let text = text.strip_prefix('@').map_or_else(|| text.clone(), |name| format!("composer {name}"));
                let place = Place { path: &path, line: script.line, folder, is_known: true };
                self.take(place, &text, depth - 1);
            }
        }
    }
}
