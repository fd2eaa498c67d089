//! Plain data that every other module speaks: no I/O, no judgement.

pub mod exact;
pub mod facets;
pub mod fact;
pub mod outcome;
pub mod outline;
pub mod place;
pub mod problem;
pub mod report;
pub mod secret;
pub mod statement;
pub mod suppression;
pub mod target;

pub use exact::Exact;
pub use facets::Facets;
pub use fact::{Fact, FactDecl, FactName, FactSchema, FactType, Facts, Observation, Unknown, Value};
pub use outcome::{Certainty, Grade, Outcome, Severity, Verdict};
pub use place::Place;
pub use problem::{Level, Problem, Problems};
pub use secret::{Masker, percent_encoded};
pub use statement::{Meaning, Statement};
pub use suppression::{Suppression, Suppressions};
pub use target::Target;
