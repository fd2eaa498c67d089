//! One file looked through for credentials: the digest that the sweep keeps.

use std::sync::LazyLock;

use memchr::memmem;
use regex::bytes::Regex;

use crate::model::Certainty;
use crate::probe::finding::Finding;
use crate::probe::secret_name::{is_secret_name, is_secret_value, masked};
use crate::world::{Class, FileBytes};

use super::excuse::Secret;
use super::pem::private_keys;
use super::place::{SHORTEST_SURE, is_env_file, is_for_development, is_settings_for_development, may_be_of_a_tool};
use super::shapes::{self, tokens_of};

/// Findings of one file, with those that an inline comment excuses marked.
pub(super) type Scanned = Vec<Secret>;

/// Bytes of an address that are looked at from its `://` on.
const LONGEST_ADDRESS: usize = 512;
/// Bytes in which its name, password and `@` must lie.
const LONGEST_LOGIN: usize = 140;
/// Marks that decide which of the slower looks a file needs.
const MARKS: [&str; 2] = ["PRIVATE KEY", "ENC[AES256_GCM"];

/// The questions that [`scan`] asks of a file before it looks closer: one per shape of token, then one per mark, then
/// whether an address starts somewhere.
pub(super) fn questions() -> Vec<Vec<Vec<u8>>> {
    let marks = MARKS.iter().map(|mark| vec![mark.as_bytes().to_vec()]);
    let addresses = vec![b"://".to_vec()];
    shapes::questions().chain(marks).chain([addresses]).collect()
}

/// Looks through a text file; nothing when nothing is found.
pub(super) fn scan(file: &FileBytes<'_>) -> Option<Scanned> {
    let bytes = file.bytes;
    let [key, sops, address] = [0, 1, 2].map(|mark| file.may_hold(shapes::SHAPES.len() + mark));
    let sealed = sops && contains(bytes, MARKS[1].as_bytes()) && contains(bytes, b"sops");
    if sealed || bytes.starts_with(b"$ANSIBLE_VAULT") {
        return None;
    }
    let context = Context { path: file.path(), class: file.entry.class, bytes };
    let mut found = context.tokens(|shape| file.may_hold(shape));
    if key {
        found.extend(context.keys());
    }
    found.extend(context.env_file());
    found.extend(context.tool_file());
    if address {
        found.extend(context.addresses());
    }
    let secrets = found.into_iter().map(|(offset, value, finding)| Secret::at(bytes, offset, value, finding));
    Some(secrets.collect()).filter(|secrets: &Scanned| !secrets.is_empty())
}

struct Context<'f> {
    path: &'f str,
    class: Class,
    bytes: &'f [u8],
}

/// Where a secret is, the secret, and what is found.
type Found = Vec<(usize, String, Finding)>;

impl Context<'_> {
    fn line(&self, offset: usize) -> u32 {
        let breaks = self.bytes[..offset.min(self.bytes.len())].iter().filter(|byte| **byte == b'\n').count();
        u32::try_from(breaks + 1).unwrap_or(u32::MAX)
    }

    fn base(&self) -> String {
        self.path.rsplit('/').next().unwrap_or(self.path).to_ascii_lowercase()
    }

    /// How sure a finding of this certainty is in a file of this class and name.
    fn here(&self, certainty: Certainty) -> Certainty {
        let shown = self.path.to_ascii_lowercase();
        let about_scanning =
            ["gitleaks", "trufflehog", "secrets.baseline", "detect-secrets"].iter().any(|word| shown.contains(word));
        let sample = ["example", "sample", "template", ".dist"].iter().any(|word| self.base().contains(word))
            || shown.split('/').any(|folder| matches!(folder, "example" | "examples" | "sample" | "samples"));
        match self.class {
            _ if about_scanning || sample => Certainty::Hint,
            Class::Vendored | Class::Generated | Class::Docs | Class::Example => Certainty::Hint,
            Class::Test | Class::Fixture => certainty.min(Certainty::Likely),
            _ => certainty,
        }
    }

    /// How sure a key or login of a tool is here: throw-away ones are how tests speak TLS and log in.
    fn key_here(&self) -> Certainty {
        match self.class {
            Class::Test | Class::Fixture => Certainty::Hint,
            _ if is_settings_for_development(self.path) => Certainty::Hint,
            _ => self.here(Certainty::Certain),
        }
    }

    fn tokens(&self, may_hold: impl Fn(usize) -> bool) -> Found {
        let found = tokens_of(self.bytes, may_hold);
        if found.is_empty() {
            return Vec::new();
        }
        // A Firebase web key names a project; it opens nothing.
        let firebase = contains(self.bytes, b"firebaseapp.com")
            || contains(self.bytes, b"firebaseio.com")
            || self.base().starts_with("google");
        found
            .into_iter()
            .map(|token| {
                let certainty =
                    if token.id == "google-api-key" && firebase { Certainty::Hint } else { self.here(token.certainty) };
                let note = format!("a {}: {}", token.title, masked(&token.value));
                let subject = format!("{}:{}", token.id, digest(&token.value));
                let finding = Finding::new("tokens", self.line(token.offset), subject, note).with(certainty);
                (token.offset, token.value, finding)
            })
            .collect()
    }

    fn keys(&self) -> Found {
        private_keys(self.bytes)
            .into_iter()
            .enumerate()
            .map(|(number, offset)| {
                let certainty = self.key_here();
                let subject = format!("private key {number}");
                let finding = Finding::new("key_files", self.line(offset), subject, "an unencrypted private key");
                (offset, header(&self.bytes[offset..]), finding.with(certainty))
            })
            .collect()
    }

    /// `.env` and its kin: every secret with a real value.
    fn env_file(&self) -> Found {
        if !is_env_file(self.path) {
            return Vec::new();
        }
        let base = self.base();
        let harmless = ["example", "sample", "template", "dist", "default", "test", "schema"]
            .iter()
            .any(|word| base.contains(word))
            || base.split('.').any(|part| matches!(part, "ci" | "tpl" | "tmpl"));
        if harmless {
            return Vec::new();
        }
        let mut offset = 0;
        let mut found = Vec::new();
        for line in self.bytes.split_inclusive(|byte| *byte == b'\n') {
            let text = String::from_utf8_lossy(line);
            if let Some((name, value)) = text.trim().trim_start_matches("export ").split_once('=') {
                let value = value.split(" #").next().unwrap_or(value).trim().trim_matches(['"', '\'']);
                let name = name.trim();
                let is_name =
                    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'));
                if is_name
                    && is_secret_name(name)
                    && is_secret_value(name, value)
                    && !is_stand_in(value)
                    && !value.starts_with("<%")
                {
                    let note = format!("`{name}` has a value: {}", masked(value));
                    let local = base.contains("dev") || base.contains("local");
                    let certainty = self.here(match local {
                        true if is_for_development(value) => Certainty::Hint,
                        true => Certainty::Likely,
                        false if value.len() < SHORTEST_SURE => Certainty::Likely,
                        false => Certainty::Certain,
                    });
                    let finding = Finding::new("env_files", self.line(offset), name, note).with(certainty);
                    found.push((offset, value.to_owned(), finding));
                }
            }
            offset += line.len();
        }
        found
    }

    /// Files of tools that keep a credential in a known place.
    fn tool_file(&self) -> Found {
        static NPM: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"_(?:authToken|password)\s*=\s*([^\s$]{8,})").expect("a fixed pattern"));
        static NETRC: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"(?m)\bpassword\s+([^\s$]{6,})").expect("a fixed pattern"));
        static PYPI: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"(?m)^\s*password\s*[:=]\s*([^\s$]{6,})").expect("a fixed pattern"));
        static GIT: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"https?://[^\s:/@]*:([^\s@$]{6,})@").expect("a fixed pattern"));
        static KUBE: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"client-key-data:\s*([0-9A-Za-z+/=]{40,})").expect("a fixed pattern"));
        static VAULT: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r#""(?:password|secret|private_key)":\s*"([^"$]{6,})""#).expect("a fixed pattern")
        });
        static DOCKER: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r#""(?:auth|identitytoken)"\s*:\s*"([0-9A-Za-z+/=._-]{12,})""#).expect("a fixed pattern")
        });
        static PGPASS: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"(?m)^[^#:\s][^:\n]*:[^:\n]*:[^:\n]*:[^:\n]*:([^\s$]{6,})\s*$").expect("a fixed pattern")
        });
        if !may_be_of_a_tool(self.path) {
            return Vec::new();
        }
        let base = self.base();
        let (regex, what) = match base.as_str() {
            ".npmrc" | ".yarnrc" => (&NPM, "a registry credential"),
            ".netrc" | "_netrc" => (&NETRC, "a login"),
            ".pypirc" => (&PYPI, "a package index password"),
            ".pgpass" => (&PGPASS, "a database login"),
            ".dockercfg" | ".dockerconfigjson" => (&DOCKER, "a registry login"),
            "config.json" if self.path.ends_with(".docker/config.json") => (&DOCKER, "a registry login"),
            ".git-credentials" => (&GIT, "a git login"),
            "kubeconfig" => (&KUBE, "a cluster key"),
            _ if base.ends_with(".tfstate") => (&VAULT, "a secret in Terraform state"),
            _ => return Vec::new(),
        };
        let values = regex.captures_iter(self.bytes).filter_map(|captures| captures.get(1));
        values
            .map(|value| {
                let text = String::from_utf8_lossy(value.as_bytes());
                let subject = format!("{base}:{}", digest(&text));
                let note = format!("{what}: {}", masked(&text));
                let finding = Finding::new("key_files", self.line(value.start()), subject, note);
                (value.start(), text.into_owned(), finding.with(self.key_here()))
            })
            .collect()
    }

    /// Addresses with a password for a host that is not this machine.
    fn addresses(&self) -> Found {
        static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(
                r#"[a-z]://([0-9A-Za-z._-]{0,64}):([0-9A-Za-z!*+,;=~._-]{8,64})@([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)+)"#,
            )
            .expect("a fixed pattern")
        });
        let mut found = Vec::new();
        let mut from = 0;
        for mark in memmem::find_iter(self.bytes, "://") {
            // Most addresses hold no password: without these two marks there is none.
            let near = &self.bytes[mark.saturating_sub(1)..self.bytes.len().min(mark + LONGEST_ADDRESS)];
            let login = &near[..near.len().min(LONGEST_LOGIN)];
            if mark < from || !login.contains(&b'@') || !login[2..].contains(&b':') {
                continue;
            }
            let Some(captures) =
                ADDRESS.captures(near).filter(|found| found.get(0).is_some_and(|all| all.start() == 0))
            else {
                continue;
            };
            from = mark + captures.get(0).map_or(0, |all| all.len());
            let part =
                |at| captures.get(at).map(|m| String::from_utf8_lossy(m.as_bytes()).into_owned()).unwrap_or_default();
            let (user, password, host) = (part(1), part(2), part(3).to_ascii_lowercase());
            let start = mark.saturating_sub(1) + captures.get(2).map_or(0, |m| m.start());
            let mixed =
                password.bytes().any(|b| b.is_ascii_digit()) && password.bytes().any(|b| b.is_ascii_alphabetic());
            if !mixed || user == password || is_stand_in(&password) || is_private_host(&host) {
                continue;
            }
            let subject = format!("address:{host}:{user}");
            let note = format!("an address of `{host}` with a password: {}", masked(&password));
            let certainty = match self.class {
                Class::Src | Class::Tooling | Class::Migration => self.here(Certainty::Likely),
                _ => Certainty::Hint,
            };
            let finding = Finding::new("tokens", self.line(start), subject, note).with(certainty);
            found.push((start, password, finding));
        }
        found
    }
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    memmem::find(bytes, word).is_some()
}

/// Values that everybody knows, so that they protect nothing and reveal nothing; default credentials are another rule's.
fn is_stand_in(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    const KNOWN: &[&str] = &[
        "admin",
        "changeme",
        "changethis",
        "default",
        "guest",
        "hunter2",
        "letmein",
        "minioadmin",
        "mysql",
        "pass",
        "passw0rd",
        "password",
        "password1",
        "password123",
        "postgres",
        "root",
        "secret",
        "test",
        "user",
        "12345678",
        "123456",
    ];
    // `CLUSTER_API_SECRET` names what belongs there.
    let is_name = value.contains('_') && value.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    KNOWN.contains(&lower.as_str())
        || is_name
        || lower.contains("change")
        || crate::probe::secret_name::is_placeholder(value)
}

fn is_private_host(host: &str) -> bool {
    let reserved = [
        ".test",
        ".example",
        ".invalid",
        ".local",
        ".localhost",
        ".internal",
        "example.com",
        "example.org",
        "example.net",
        "host.com",
        "domain.com",
        "server.com",
    ];
    let private = ["127.", "10.", "192.168.", "172.16.", "0.0.0.0", "1.2.3.4"];
    reserved.iter().any(|end| host.ends_with(end)) || private.iter().any(|start| host.starts_with(start))
}

/// The words between the dashes of a key's first line: what detect-secrets takes a private key by.
fn header(block: &[u8]) -> String {
    let start = block.iter().position(|byte| *byte != b'-').unwrap_or(0);
    let end = memchr::memchr(b'-', &block[start..]).map_or(block.len(), |at| start + at);
    String::from_utf8_lossy(&block[start..end]).trim().to_owned()
}

/// A short stable name for a value that must not be shown (FNV-1a, 32 bit: enough to tell two apart, too little to search).
fn digest(value: &str) -> String {
    let hash = value.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    format!("{hash:08x}")
}

#[cfg(test)]
mod tests;
