//! Reports about running systems: scans of services and connections, browsers' judgements of pages. One file per tool.

pub(super) mod axe;
pub(super) mod lighthouse;
pub(super) mod nuclei;
pub(super) mod pa11y;
pub(super) mod sslyze;
pub(super) mod testssl;
pub(super) mod zap;
