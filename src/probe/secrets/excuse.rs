//! What authors tell secret scanners to pass over, in comments, in configuration and in baselines. A secret is a blocker's
//! matter: it stays counted whatever is said; a reason makes a finding less sure.

use memchr::memmem;

use crate::model::{Certainty, Suppression};
use crate::probe::finding::Finding;
use crate::probe::suppression;
use crate::world::Swept;

use super::baseline::Baseline;
use super::gitleaks::{self, Fingerprint, Gitleaks};

/// Longest line that is kept with a secret, in bytes.
const LONGEST_LINE: usize = 256;
/// Secrets that configuration is asked about; more than this are no oversight, and stay as they are.
const MOST_ASKED: usize = 2000;

/// A finding, with what configuration of scanners looks at. Never shown: the value is the secret itself.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secret {
    pub(super) finding: Finding,
    /// The secret.
    pub(super) value: String,
    /// The line that holds it, or its beginning.
    pub(super) line: String,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.finding.fmt(f)
    }
}

impl Secret {
    /// One at an offset of a file, with what a comment says of it.
    pub(super) fn at(bytes: &[u8], offset: usize, value: String, finding: Finding) -> Secret {
        let line = &bytes[line_around(bytes, offset)];
        let line = String::from_utf8_lossy(&line[..line.len().min(LONGEST_LINE)]).into_owned();
        excused(Secret { finding, value, line }, inline(bytes, offset))
    }
}

fn excused(secret: Secret, suppression: Option<Suppression>) -> Secret {
    let Some(suppression) = suppression else { return secret };
    let most = if suppression.reason.is_some() { Certainty::Likely } else { Certainty::Certain };
    let finding = secret.finding.clone().with(secret.finding.certainty.min(most)).suppressed(suppression);
    Secret { finding, ..secret }
}

/// The bytes of the line around an offset.
fn line_around(bytes: &[u8], offset: usize) -> std::ops::Range<usize> {
    let start = memchr::memrchr(b'\n', &bytes[..offset]).map_or(0, |at| at + 1);
    let end = memchr::memchr(b'\n', &bytes[offset..]).map_or(bytes.len(), |at| offset + at);
    start..end
}

/// Comments of the scanners: tool, words, and whether they speak of the line below (gitleaks README, detect-secrets
/// `filters/allowlist.py`, TruffleHog README).
const MARKS: &[(&str, &str, bool)] = &[
    ("gitleaks", "gitleaks:allow", false),
    ("detect-secrets", "pragma: allowlist secret", false),
    ("detect-secrets", "pragma: whitelist secret", false),
    ("detect-secrets", "pragma:allowlist secret", false),
    ("detect-secrets", "pragma: allowlist nextline secret", true),
    ("trufflehog", "trufflehog:ignore", false),
];

/// What the line, or the one above, tells scanners to pass over.
fn inline(bytes: &[u8], offset: usize) -> Option<Suppression> {
    let here = line_around(bytes, offset);
    let above = line_around(bytes, here.start.saturating_sub(1)).start..here.start;
    MARKS.iter().find_map(|(tool, mark, of_next)| {
        let line = &bytes[if *of_next { above.clone() } else { here.clone() }];
        let at = memmem::find(line, mark.as_bytes())?;
        let behind = String::from_utf8_lossy(&line[at + mark.len()..]);
        Some(said(format!("{tool} `{mark}`"), suppression::reason(&behind)))
    })
}

pub(super) fn said(by: String, reason: Option<String>) -> Suppression {
    Suppression { by, reason, honoured: false }
}

/// Configuration and baselines of the repository.
pub(super) struct Allowed {
    gitleaks: Gitleaks,
    fingerprints: Vec<Fingerprint>,
    baseline: Baseline,
    /// How often it may still be asked.
    left: usize,
}

impl Allowed {
    /// What stands in the root of the repository.
    pub(super) fn read(swept: &Swept) -> Allowed {
        const LONGEST: u64 = 512 * 1024;
        const LONGEST_BASELINE: u64 = 8 * 1024 * 1024;
        let text = |path: &str, most| swept.read(path, most).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let config = text(".gitleaks.toml", LONGEST).or_else(|_| text("gitleaks.toml", LONGEST)).unwrap_or_default();
        Allowed {
            gitleaks: Gitleaks::parse(&config),
            fingerprints: gitleaks::fingerprints(&text(".gitleaksignore", LONGEST).unwrap_or_default()),
            baseline: Baseline::parse(&text(".secrets.baseline", LONGEST_BASELINE).unwrap_or_default()),
            left: MOST_ASKED,
        }
    }

    /// A secret with what is said of it; a comment beside it goes before configuration.
    pub(super) fn judge(&mut self, path: &str, secret: Secret) -> Finding {
        if secret.finding.suppression.is_some() || self.left == 0 {
            return secret.finding;
        }
        self.left -= 1;
        let said = [
            gitleaks::ignored(&self.fingerprints, path, &secret),
            self.gitleaks.allows(path, &secret),
            self.baseline.knows(path, &secret),
        ];
        let best = said.into_iter().flatten().min_by_key(|one| one.reason.is_none());
        excused(secret, best).finding
    }
}

#[cfg(test)]
mod tests;
