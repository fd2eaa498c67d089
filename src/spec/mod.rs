//! The user's document: its types, the files it includes, its variables. Probes stay undecoded nodes;
//! what ids, packs and targets *mean* is decided by `plan`.

pub mod document;
