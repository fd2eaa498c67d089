//! `yarn.lock`, of yarn 1 and later ones: what `yarn install --frozen-lockfile` and `--immutable` refuse.

use std::collections::BTreeSet;

use serde_json::Value;

use super::node::declared;
use super::{Apart, Gap, Lock, Manifest, fault};

/// The `name@range` that a `yarn.lock` has an entry for.
#[derive(Debug)]
pub(super) struct Locked(BTreeSet<String>);

impl Locked {
    pub(super) fn parse(text: &str) -> Locked {
        let heads =
            text.lines().filter(|line| !line.starts_with([' ', '#', '\t'])).filter_map(|line| line.strip_suffix(':'));
        let keys = heads.flat_map(|head| head.split(", ").flat_map(|part| part.split(',')));
        Locked(keys.map(|key| key.trim().trim_matches('"').to_owned()).collect())
    }
}

impl Lock for Locked {
    fn gaps(&self, manifest: &Manifest<'_>) -> Result<Vec<Gap>, Apart> {
        let replaced = |text: &str| -> Result<BTreeSet<String>, String> {
            let value: Value = serde_json::from_str(text).map_err(|error| fault("package.json", error))?;
            let names = value.get("resolutions").and_then(Value::as_object).into_iter().flatten();
            Ok(names.map(|(name, _)| name.rsplit("**/").next().unwrap_or(name).to_owned()).collect())
        };
        let replaced = replaced(manifest.root.unwrap_or(manifest.text))?;
        let elsewhere = ["file:", "link:", "portal:", "patch:", "workspace:", "catalog:"];
        let mut gaps = Vec::new();
        for (name, range) in declared(manifest.text)? {
            let is_own = manifest.locals.contains(&name);
            if is_own || replaced.contains(&name) || elsewhere.iter().any(|start| range.starts_with(start)) {
                continue;
            }
            let is_locked =
                [format!("{name}@{range}"), format!("{name}@npm:{range}")].iter().any(|key| self.0.contains(key));
            if !is_locked {
                let known = self.0.iter().find_map(|key| key.strip_prefix(&format!("{name}@")));
                gaps.push(known.map_or_else(
                    || Gap::missing(&name),
                    |known| Gap::changed(&name, &range, known.trim_start_matches("npm:")),
                ));
            }
        }
        Ok(gaps)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::gaps;

    #[test]
    fn both_formats_of_yarn_are_read() {
        let old = "# yarn lockfile v1\n\n\"@s/a@^1.0.0\", \"@s/a@^1.1.0\":\n  version \"1.2.0\"\n\nb@1.0.0:\n  version \"1.0.0\"\n";
        let new = "__metadata:\n  version: 8\n\n\"@s/a@npm:^1.0.0, @s/a@npm:^1.1.0\":\n  version: 1.2.0\n\n\"b@npm:1.0.0\":\n  version: 1.0.0\n";
        for lock in [old, new] {
            let kept =
                r#"{"dependencies": {"@s/a": "^1.1.0", "b": "1.0.0", "@shop/own": "1.0.0", "c": "workspace:*"}}"#;
            assert!(gaps("yarn.lock", lock, kept).unwrap().is_empty());
            let changed = r#"{"dependencies": {"@s/a": "^2.0.0", "d": "1"}, "resolutions": {"x/**/b": "2"}, "devDependencies": {"b": "3"}}"#;
            assert_eq!(gaps("yarn.lock", lock, changed).unwrap(), ["@s/a", "d"]);
        }
    }
}
