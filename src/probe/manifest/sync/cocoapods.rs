//! `Podfile` and `Podfile.lock`: what `pod install --deployment` refuses. The lock notes what was asked for, and the SHA-1 of
//! the Podfile (CocoaPods Core, `Lockfile`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;
use sha1::{Digest, Sha1};

use super::{Apart, Gap, Lock, Manifest};

/// What a lock notes: pods that were asked for, and the checksum of the Podfile.
#[derive(Debug)]
pub(super) struct Locked {
    asked: BTreeSet<String>,
    checksum: Option<String>,
}

/// The pod that a subspec belongs to.
fn pod(name: &str) -> String {
    name.split('/').next().unwrap_or(name).to_owned()
}

impl Locked {
    pub(super) fn parse(text: &str) -> Locked {
        let section = text.lines().skip_while(|line| *line != "DEPENDENCIES:").skip(1);
        let entries = section.take_while(|line| line.starts_with("  - ")).map(|line| {
            let entry = line.trim_start_matches("  - ").trim().trim_matches('"');
            pod(entry.split(' ').next().unwrap_or(entry))
        });
        let checksum = text.lines().find_map(|line| line.strip_prefix("PODFILE CHECKSUM:"));
        Locked { asked: entries.collect(), checksum: checksum.map(|sum| sum.trim().to_owned()) }
    }
}

static POD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"^pod[\s(]+["']([^"']+)["'](.*)$"#).expect("a fixed pattern"));

/// What decides while the Podfile runs, and what brings pods of its own along.
fn decides(line: &str) -> bool {
    ["if ", "unless ", "else", "elsif ", "case ", "eval"].iter().any(|word| line.starts_with(word))
        || line.contains(".each")
        || line.starts_with("pod ") && !POD.is_match(line)
        || POD.captures(line).is_some_and(|found| found[2].contains(" if ") || found[2].contains(" unless "))
}

impl Lock for Locked {
    fn gaps(&self, manifest: &Manifest<'_>) -> Result<Vec<Gap>, Apart> {
        let sum: String = Sha1::digest(manifest.text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        if self.checksum.as_ref() == Some(&sum) {
            return Ok(Vec::new());
        }
        let lines: Vec<&str> = manifest.text.lines().map(str::trim).filter(|line| !line.starts_with('#')).collect();
        if lines.iter().any(|line| decides(line)) {
            return Err(Apart::from("the Podfile decides what it asks for when it runs"));
        }
        let found = lines.iter().filter_map(|line| POD.captures(line));
        let declared: BTreeMap<String, ()> = found.map(|found| (pod(&found[1]), ())).collect();
        let mut gaps: Vec<Gap> =
            declared.keys().filter(|name| !self.asked.contains(*name)).map(|name| Gap::missing(name)).collect();
        // `use_react_native!` and its kin ask for pods that the Podfile does not name.
        let brings_more = |line: &&str| {
            let word = line.split(['(', ' ']).next().unwrap_or_default();
            line.contains("flutter_")
                || word.ends_with('!') && !matches!(word, "use_frameworks!" | "use_modular_headers!")
        };
        if !lines.iter().any(|line| brings_more(line) || line.starts_with("podspec")) {
            gaps.extend(self.asked.iter().filter(|name| !declared.contains_key(*name)).map(|name| Gap::surplus(name)));
        }
        Ok(gaps)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::gaps;

    const LOCK: &str = "PODS:\n  - A (3.2.1)\n  - B/Core (1.0)\n\nDEPENDENCIES:\n  - A (~> 3.0)\n  - \"B/Core (= 1.0)\"\n  - C (from `../c`)\n\nPODFILE CHECKSUM: 7b502c79a0b9e0b4ef1f1b5f2a4c3d9b6a0f1e2d\n\nCOCOAPODS: 1.15.2\n";

    #[test]
    fn the_lock_notes_what_the_podfile_asks_for() {
        let kept = "target 'App' do\n  use_frameworks!\n  pod 'A', '~> 3.0'\n  pod \"B/Core\", '1.0'\n  pod 'C', :path => '../c' # ours\nend\n";
        assert!(gaps("Podfile.lock", LOCK, kept).unwrap().is_empty());
        assert_eq!(gaps("Podfile.lock", LOCK, &kept.replace("pod 'A'", "pod 'New'")).unwrap(), ["New", "A"]);
        let native = "use_react_native!\ntarget 'App' do\n  pod 'A'\n  pod 'New'\nend\n";
        assert_eq!(gaps("Podfile.lock", LOCK, native).unwrap(), ["New"], "others are brought along");
        assert!(gaps("Podfile.lock", LOCK, "pod 'New' if ENV['X']\n").is_err());
    }

    #[test]
    fn a_podfile_whose_checksum_is_noted_is_the_one_that_was_locked() {
        let podfile = "pod 'New' if ENV['X']\n";
        let lock = |sum: &str| format!("DEPENDENCIES:\n  - New\n\nPODFILE CHECKSUM: {sum}\n");
        assert!(gaps("Podfile.lock", &lock("0000000000000000000000000000000000000000"), podfile).is_err());
        // As `sha1sum` prints it.
        assert!(gaps("Podfile.lock", &lock("6ceca9565c45f84e5eea5ab6c6e68498293d249f"), podfile).unwrap().is_empty());
    }
}
