//! Projects of .NET and `packages.lock.json`: what `dotnet restore --locked-mode` refuses with NU1004.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

use super::{Apart, Gap, Lock, Manifest, fault};

#[derive(Debug, Deserialize)]
struct File {
    #[serde(default)]
    dependencies: BTreeMap<String, BTreeMap<String, Package>>,
}

#[derive(Debug, Deserialize)]
struct Package {
    #[serde(rename = "type", default)]
    kind: String,
}

/// Packages that a lock notes as asked for directly, in small letters.
#[derive(Debug)]
pub(super) struct Locked(BTreeSet<String>);

impl Locked {
    pub(super) fn parse(text: &str) -> Result<Locked, String> {
        let file: File = serde_json::from_str(text).map_err(|error| fault("packages.lock.json", error))?;
        let direct = file.dependencies.into_values().flatten().filter(|(_, package)| package.kind == "Direct");
        Ok(Locked(direct.map(|(name, _)| name.to_ascii_lowercase()).collect()))
    }
}

impl Lock for Locked {
    fn gaps(&self, manifest: &Manifest<'_>) -> Result<Vec<Gap>, Apart> {
        static REFERENCE: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r#"<PackageReference\s[^>]*?\bInclude="([^"$]+)"[^>]*>"#).expect("a fixed pattern")
        });
        let references = REFERENCE.captures_iter(manifest.text).filter(|found| !found[0].contains("Condition"));
        let names: BTreeSet<String> = references.map(|found| found[1].to_owned()).collect();
        let missing = names.iter().filter(|name| !self.0.contains(&name.to_ascii_lowercase()));
        Ok(missing.map(|name| Gap::missing(name)).collect())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::gaps;

    #[test]
    fn a_reference_that_is_not_locked_is_found() {
        let lock = r#"{"version": 1, "dependencies": {"net9.0": {"Serilog": {"type": "Direct", "requested": "[4.2.0, )"}, "Other": {"type": "Transitive"}}}}"#;
        let text = "<PackageReference Include=\"serilog\" Version=\"4.2.0\" />\n<PackageReference Include=\"Other\" />\n<PackageReference Condition=\"x\" Include=\"New\" />\n";
        assert_eq!(gaps("packages.lock.json", lock, text).unwrap(), ["Other"]);
    }
}
