//! What `COPY .` would bring into an image that does not belong there.

use crate::model::Certainty;
use crate::probe::finding::Finding;
use crate::probe::secret_name::{is_secret_name, is_secret_value};
use crate::probe::secrets::has_private_key;
use crate::world::{Class, Swept};

use super::baked::credential_file;
use super::ignore_file::IgnoreFile;
use super::judge::ContextCopy;

/// Bytes of a file that is looked at.
const CAP: u64 = 256 * 1024;

/// What was seen of one context.
#[derive(Debug, Default)]
pub(super) struct Leaks {
    /// Paths that must stay out and exist.
    pub(super) risky: usize,
    /// Those that would be copied.
    pub(super) findings: Vec<Finding>,
    /// Whether one of them holds credentials for certain.
    pub(super) has_secret: bool,
}

/// Risky paths of the context, and which of them its `.dockerignore` lets through.
pub(super) fn leaks(swept: &Swept, dockerfile: &str, context: &str, copy: &ContextCopy) -> Leaks {
    let rules = ignore_file(swept, dockerfile, context);
    let mut leaks = Leaks::default();
    for (path, certainty, what) in risky(swept, context) {
        leaks.risky += 1;
        if rules.as_ref().is_some_and(|rules| rules.leaves_out(&path)) {
            continue;
        }
        // What only a builder sees is not in the product; credentials are still in a layer.
        let is_secret = what != "version history";
        let certainty = if copy.is_final || is_secret { certainty } else { Certainty::Hint };
        leaks.has_secret |= is_secret && certainty == Certainty::Certain;
        let note = format!(
            "`COPY .` brings `{path}` ({what}) into {}",
            if copy.is_final { "the image" } else { "a build stage" }
        );
        leaks.findings.push(Finding::new("context_leaks", copy.line, path, note).with(certainty));
    }
    leaks
}

fn ignore_file(swept: &Swept, dockerfile: &str, context: &str) -> Option<IgnoreFile> {
    let own = format!("{dockerfile}.dockerignore");
    let shared = if context.is_empty() { ".dockerignore".to_owned() } else { format!("{context}/.dockerignore") };
    [own, shared].iter().find_map(|path| {
        let bytes = swept.read(path, CAP).ok()?;
        Some(IgnoreFile::parse(&String::from_utf8_lossy(&bytes)))
    })
}

/// Existing paths that must stay out, relative to the context.
fn risky(swept: &Swept, context: &str) -> Vec<(String, Certainty, &'static str)> {
    let mut found = Vec::new();
    if context.is_empty() && swept.tree().has_git() {
        found.push((".git".to_owned(), Certainty::Certain, "version history"));
    }
    let start = if context.is_empty() { String::new() } else { format!("{context}/") };
    for entry in swept.tree().entries().iter().filter(|entry| !entry.link) {
        let Some(path) = entry.path.strip_prefix(&start) else { continue };
        let product =
            !matches!(entry.class, Class::Test | Class::Fixture | Class::Example | Class::Docs | Class::Vendored);
        let may = credential_file(path).is_some() || path.ends_with(".pem");
        if product && may && holds_credentials(swept, &entry.path) {
            found.push((path.to_owned(), Certainty::Certain, "credentials"));
        }
    }
    found
}

/// Looks into the file: a private key, or an assignment with a real value.
pub(super) fn holds_credentials(swept: &Swept, path: &str) -> bool {
    let Ok(bytes) = swept.read(path, CAP) else { return false };
    if has_private_key(&bytes) || !crate::probe::secrets::tokens(&bytes).is_empty() {
        return true;
    }
    let text = String::from_utf8_lossy(&bytes);
    text.lines().filter_map(|line| line.trim().trim_start_matches("export ").split_once('=')).any(|(name, value)| {
        let value = value.trim().trim_matches(['"', '\'']);
        (is_secret_name(name.trim()) || name.ends_with("_authToken")) && is_secret_value(name, value)
    })
}
