//! shipworthy: is this system ready for production, and if not, what is in the way?
//!
//! ```text
//! shipworthy.yaml ─ spec ─┐
//! checks/*.yaml ─ catalog ┼─► plan ─► declare ─► sweep ─► observe ─► judge ─► score ─► Report ─┬─► report/* → bytes
//! repository ─ walk ─ facets ┘                                                                 └─► exit code
//! plan.md ─ import ─► statements ─┬─► spec text
//!                                 └─ lint ─► contradictions; sync writes what was measured back
//! saved JSON ──────────────────────────────────────────────────────────────► Report ─► any renderer
//! ```
//!
//! Up to *plan* nothing is executed or contacted, and plan itself is pure.

pub mod audit;
pub mod catalog;
pub mod cli;
pub mod demo;
pub mod expect;
pub mod facets;
pub mod import;
pub mod lint;
pub mod model;
pub mod plan;
pub mod probe;
pub mod report;
pub mod run;
pub mod schema;
pub mod score;
pub mod spec;
pub mod sync;
pub mod world;
pub mod yaml;
