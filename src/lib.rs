//! shipworthy: is this system ready for production, and if not, what is in the way?
//!
//! ```text
//! shipworthy.yaml ─ spec ─┐
//! checks/*.yaml ─ catalog ┼─► plan ─► declare ─► sweep ─► observe ─► judge ─► score ─► Report ─┬─► report/* → bytes
//! repository ─ walk ─ facets ┘                                                                 └─► exit code
//! saved JSON ──────────────────────────────────────────────────────────────► Report ─► any renderer
//! ```
//!
//! Up to *plan* nothing is executed or contacted, and plan itself is pure.

pub mod demo;
pub mod model;
pub mod yaml;
pub mod expect;
pub mod spec;
pub mod world;
pub mod probe;
pub mod score;
pub mod report;
pub mod cli;
