//! Reports of linters and static analysis: one file per tool.

pub(super) mod actionlint;
pub(super) mod bandit;
pub(super) mod clippy;
pub(super) mod eslint;
pub(super) mod hadolint;
pub(super) mod oasdiff;
pub(super) mod ruff;
pub(super) mod squawk;
pub(super) mod zizmor;
