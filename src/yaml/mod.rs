//! YAML that keeps its places: text → events → limits, duplicate keys → spanned nodes → serde over nodes.
//!
//! Owns the user's own documents (spec, includes, catalog rules, policy). Foreign documents (compose, Kubernetes, …)
//! are read with `serde_yaml` by the probes that need them.

mod node;
mod raw;

pub use node::{Key, Kind, Node, Source, Span, Style};
pub use raw::{Raw, Spanned};
