//! detect-secrets' baseline (`.secrets.baseline`): findings that somebody took note of, by file and SHA-1 of the secret.

use std::collections::BTreeMap;

use serde::Deserialize;
use sha1::{Digest, Sha1};

use crate::model::Suppression;

use super::excuse::{Secret, said};

/// What a baseline takes note of.
#[derive(Default)]
pub(super) struct Baseline {
    /// File and SHA-1 of the secret, with what an audit said of it, if there was one.
    known: BTreeMap<(String, String), Option<bool>>,
}

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    results: BTreeMap<String, Vec<Noted>>,
}

#[derive(Deserialize)]
struct Noted {
    hashed_secret: String,
    is_secret: Option<bool>,
}

impl Baseline {
    /// Of the text of a baseline; one that cannot be read knows nothing.
    pub(super) fn parse(text: &str) -> Baseline {
        let Ok(document) = serde_json::from_str::<Document>(text) else { return Baseline::default() };
        let noted = document.results.into_iter().flat_map(|(file, all)| {
            let file = file.replace('\\', "/");
            let file = file.strip_prefix("./").unwrap_or(&file).to_owned();
            all.into_iter().map(move |one| ((file.clone(), one.hashed_secret), one.is_secret))
        });
        Baseline { known: noted.collect() }
    }

    /// What it says of a secret in this file. The format has no room for a reason; what an audit called a secret is none
    /// that is passed over.
    pub(super) fn knows(&self, path: &str, secret: &Secret) -> Option<Suppression> {
        if self.known.is_empty() {
            return None;
        }
        let hash: String = Sha1::digest(secret.value.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        match self.known.get(&(path.to_owned(), hash))? {
            Some(true) => None,
            Some(false) => Some(said("detect-secrets `.secrets.baseline` (audited: no secret)".to_owned(), None)),
            None => Some(said("detect-secrets `.secrets.baseline`".to_owned(), None)),
        }
    }
}
