//! One walk, one sweep: probes declare what they want before anything is read; each wanted file is opened once.

/// What probes want of the tree; equal wants are one.
#[derive(Default)]
pub struct Wants {}

/// One want.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WantId(pub u32);

/// What the sweep found, by want.
#[derive(Default)]
pub struct Swept {}
