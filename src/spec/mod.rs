//! The user's document: its types, the files it includes, its variables. Probes stay undecoded nodes;
//! what ids, packs and targets *mean* is decided by `plan`.

pub mod document;
mod effective;
mod fill;
mod include;
mod load;
mod merge;
pub mod policy;
mod reference;
mod secrets;
mod shape;
mod variables;

pub use effective::effective;
pub use load::{LoadOptions, Loaded, load};
pub use merge::origin;
pub use policy::Policy;
