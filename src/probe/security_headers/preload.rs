//! The hosts that browsers reach over https only, without having been told by a header: the HSTS preload list.
//!
//! The list that ships is Chromium's of [`SNAPSHOT`], entries of mode `force-https`: first those that hold for all
//! subdomains, an empty line, then the others; sorted, gzipped. A spec can name a newer one.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use serde_json::Value as Json;

use crate::model::Unknown;
use crate::world::net::{Inflated, inflate};

/// The day of the list that ships (Chromium, `net/http/transport_security_state_static.json`).
pub(super) const SNAPSHOT: &str = "2025-01-01";

static SHIPPED: &[u8] = include_bytes!("hsts-preload.gz");

/// The most that is read of a list: Chromium's own has about 20 MB.
const LIST_CAP: usize = 64 << 20;

/// Hosts, and whether each speaks for its subdomains.
#[derive(Debug, Default)]
pub(super) struct Preloads {
    hosts: BTreeMap<String, bool>,
}

impl Preloads {
    /// The list that ships; read once, on the first use.
    pub(super) fn shipped() -> &'static Preloads {
        static READ: OnceLock<Preloads> = OnceLock::new();
        READ.get_or_init(|| match inflate("gzip", SHIPPED, LIST_CAP) {
            Inflated::Whole(text) => Preloads::from_lines(&String::from_utf8_lossy(&text)),
            // a test reads what ships
            Inflated::TooLong(_) | Inflated::Unreadable(_) => Preloads::default(),
        })
    }

    /// A list of the user's: Chromium's JSON (comments allowed), the Observatory's JSON, or our own lines.
    pub(super) fn from_file(path: &Path) -> Result<Preloads, Unknown> {
        let wrong = |what: String| Unknown::because(format!("preload list `{}`: {what}", path.display()));
        let size = std::fs::metadata(path).map_err(|error| wrong(error.to_string()))?.len();
        if size > LIST_CAP as u64 {
            return Err(wrong("larger than 64 MiB".to_owned()));
        }
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        if !text.trim_start().starts_with(['{', '/']) {
            return Ok(Preloads::from_lines(&text));
        }
        let json: Json = serde_json::from_str(&without_comments(&text)).map_err(|error| wrong(error.to_string()))?;
        let preloads = Preloads::from_json(&json);
        if preloads.hosts.is_empty() { Err(wrong("no entry of mode `force-https`".to_owned())) } else { Ok(preloads) }
    }

    fn from_lines(text: &str) -> Preloads {
        let mut with_subdomains = true;
        let mut hosts = BTreeMap::new();
        for line in text.lines().map(str::trim) {
            if line.is_empty() {
                with_subdomains = false;
            } else {
                hosts.insert(line.to_lowercase(), with_subdomains);
            }
        }
        Preloads { hosts }
    }

    fn from_json(json: &Json) -> Preloads {
        let forced = |entry: &Json| entry["mode"] == "force-https";
        let entry = |name: &str, entry: &Json, key: &str| {
            (name.trim().to_lowercase(), entry[key].as_bool().unwrap_or_default())
        };
        let hosts = match (json["entries"].as_array(), json.as_object()) {
            (Some(entries), _) => {
                let named = entries.iter().filter(|known| forced(known));
                let named = named.filter_map(|known| Some((known["name"].as_str()?, known)));
                named.map(|(name, known)| entry(name, known, "include_subdomains")).collect()
            }
            (None, Some(members)) => {
                let named = members.iter().filter(|(_, known)| forced(known));
                named.map(|(name, known)| entry(name, known, "includeSubDomains")).collect()
            }
            (None, None) => BTreeMap::new(),
        };
        Preloads { hosts }
    }

    /// Whether a host is on the list, or below an entry that holds for subdomains.
    pub(super) fn covers(&self, host: &str) -> bool {
        if self.hosts.contains_key(host) {
            return true;
        }
        let parents = host.match_indices('.').map(|(dot, _)| &host[dot + 1..]);
        parents.into_iter().any(|parent| self.hosts.get(parent) == Some(&true))
    }
}

/// Lines that are comments, as Chromium's list has them.
fn without_comments(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn the_list_that_ships_is_whole() {
        let shipped = Preloads::shipped();
        assert!(shipped.hosts.len() > 150_000, "{}", shipped.hosts.len());
        for host in ["github.com", "api.github.com", "any.dev", "www.paypal.com"] {
            assert!(shipped.covers(host), "{host}");
        }
        for host in ["example.com", "com", "x.www.paypal.com", ""] {
            assert!(!shipped.covers(host), "{host}");
        }
    }

    #[test]
    fn lists_of_chromium_and_of_the_observatory_are_read() {
        let chromium = "// comment\n{\"entries\": [\n  // more\n  {\"name\": \"a.test\", \"mode\": \"force-https\", \
                        \"include_subdomains\": true},\n  {\"name\": \"b.test\", \"policy\": \"test\"}]}";
        let observatory = "{\"a.test\": {\"mode\": \"force-https\", \"includeSubDomains\": true}, \
                           \"b.test\": {\"mode\": null, \"includeSubDomains\": true}}";
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [("chromium", chromium), ("observatory", observatory), ("lines", "a.test\n\nc.test\n")] {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            let list = Preloads::from_file(&path).unwrap();
            assert!(list.covers("x.a.test") && !list.covers("b.test") && !list.covers("x.c.test"), "{name}");
        }
        let empty = folder.path().join("empty");
        std::fs::write(&empty, "{}").unwrap();
        assert!(Preloads::from_file(&empty).unwrap_err().0.contains("no entry"));
    }
}
