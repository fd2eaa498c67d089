//! Which packages npm's lock says are for development alone: `npm audit` does not say it.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::content::entries;
use super::finding::Finding;
use crate::probe::{Look, folder};

/// The largest lock that is read, in bytes.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Marks the findings of packages that are for development alone wherever they are installed.
pub(super) fn mark(look: &Look<'_>, findings: &mut [Finding]) {
    let Ok(bytes) = look.swept.read(&folder::join(look.folder, "package-lock.json"), LARGEST) else { return };
    let Ok(lock) = serde_json::from_slice::<Json>(&bytes) else { return };
    let mut packages: BTreeMap<&str, bool> = BTreeMap::new();
    for (place, entry) in entries(&lock["packages"]) {
        if let Some((_, name)) = place.rsplit_once("node_modules/") {
            *packages.entry(name).or_insert(true) &= entry["dev"] == true;
        }
    }
    for finding in findings {
        finding.development |= packages.get(finding.subject.as_str()) == Some(&true);
    }
}
