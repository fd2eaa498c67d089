//! Evidence from files, made the same way by every probe that reads them.

use sha2::{Digest, Sha256};

use crate::model::Place;
use crate::model::report::{Evidence, EvidenceKind};
use crate::world::Hit;

/// Findings that a report shows of one observation.
pub(crate) const MOST_SHOWN: usize = 20;

/// A match in a file: its place, its line, a fingerprint that survives edits elsewhere in the file.
pub(crate) fn hit(path: &str, hit: &Hit, rule: &str) -> Evidence {
    Evidence {
        kind: EvidenceKind::File,
        place: Some(Place { file: path.to_owned(), line: hit.line, column: hit.column }),
        note: Some(hit.line_text.clone()),
        fingerprint: Some(fingerprint(&[rule, path, &hit.line_text])),
        ..Evidence::default()
    }
}

/// Something to say about a whole file.
pub(crate) fn file(path: &str, note: impl Into<String>) -> Evidence {
    Evidence {
        kind: EvidenceKind::File,
        place: Some(Place::file(path)),
        note: Some(note.into()),
        ..Evidence::default()
    }
}

/// A remark without a place.
pub(crate) fn remark(note: impl Into<String>) -> Evidence {
    Evidence { kind: EvidenceKind::File, note: Some(note.into()), ..Evidence::default() }
}

/// Stable identity of a finding: 16 hexadecimal digits over its parts.
pub(crate) fn fingerprint(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hex(&hasher.finalize()[..8])
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_depends_on_where_its_parts_end() {
        assert_eq!(fingerprint(&["a", "bc"]).len(), 16);
        assert_ne!(fingerprint(&["a", "bc"]), fingerprint(&["ab", "c"]));
    }
}
