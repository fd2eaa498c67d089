//! Reports about known vulnerabilities in dependencies and images: one file per tool.

pub(super) mod bundler;
pub(super) mod cargo_audit;
pub(super) mod cargo_deny;
pub(super) mod composer;
pub(super) mod govulncheck;
pub(super) mod grype;
pub(super) mod npm;
pub(super) mod osv;
pub(super) mod pip;
pub(super) mod trivy;
