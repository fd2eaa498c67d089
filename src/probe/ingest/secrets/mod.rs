//! Reports about secrets: one file per tool. The secrets themselves are never read.

pub(super) mod detect_secrets;
pub(super) mod gitleaks;
pub(super) mod trufflehog;
