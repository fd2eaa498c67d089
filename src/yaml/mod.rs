//! YAML that keeps its places: text → events → limits, duplicate keys → spanned nodes → serde over nodes.
//!
//! Owns the user's own documents (spec, includes, catalog rules, policy). Foreign documents (compose, Kubernetes, …)
//! are read with `serde_yaml` by the probes that need them.
//!
//! Text stays text: a plain scalar is kept as written (`1.10`, `no`, `7e3`), and whoever asks for it decides what it
//! means. Tags, several documents and directives are refused here, and a matter of foreign files (`parse_documents`).

mod access;
mod anchor;
mod at;
mod blank;
mod decode;
mod error;
mod merge;
mod node;
mod number;
mod outline;
mod parse;
mod raw;
mod source;
mod syntax;
#[cfg(test)]
mod tests;
mod trap;

pub use decode::{decode, decode_part, decode_with_blanks};
pub use node::{Key, Kind, Node, Source, Span, Style};
pub use outline::{TopKey, outline};
pub use parse::{MAX_DEPTH, MAX_NODES, parse, parse_documents, parse_foreign, parse_into};
pub use raw::{Raw, Spanned};
pub use source::{MAX_BYTES, source, too_large};
