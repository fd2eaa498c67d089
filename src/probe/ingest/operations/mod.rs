//! Reports about the state of a project and of its operation: one file per tool.

pub(super) mod pgbackrest;
pub(super) mod pint;
pub(super) mod promtool;
pub(super) mod scorecard;
pub(super) mod sonarqube;
