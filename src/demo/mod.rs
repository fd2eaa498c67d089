//! The sample system, Harbour: a small berth-booking service and its repository, each in two states. The flawed one
//! has the flaws that real readiness documents hide; the fixed one is its repaired twin.
//! Beside it the systems of five real readiness documents, each as its document describes it and repaired, with
//! services that answer as a script says.
//! Owns the services and the trees; auditing them is the work of the parts that audit everything else.

use std::io;

use include_dir::{Dir, include_dir};

mod asked;
mod data;
mod harbour;
mod limit;
mod sample;
mod script;
mod scripted;
mod serve;
mod socket;
mod tally;
mod trace;
mod unpack;

pub use sample::System;
pub use serve::Running;
pub use unpack::{restrict, this_week, unpack};

use harbour::Harbour;
use serve::Service;

static FLAWED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/fixtures/demo/flawed");
static FIXED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/fixtures/demo/fixed");

/// The sample repository, as compiled in. Its spec is `shipworthy.yaml`, and expects the variable `base_url`.
pub fn tree(fixed: bool) -> &'static Dir<'static> {
    if fixed { &FIXED } else { &FLAWED }
}

/// Starts the flawed or the fixed Harbour on a free loopback port.
///
/// # Errors
/// When no port, thread or runtime is to be had.
pub fn start(fixed: bool) -> io::Result<Running> {
    serve::start(Service::Harbour(Harbour::new(fixed)))
}

/// Starts a service that answers as a script says, on a free loopback port.
///
/// # Errors
/// When no port, thread or runtime is to be had, or the script is wrong.
pub fn start_script(script: &str) -> io::Result<Running> {
    let script = script::Script::parse(script).map_err(io::Error::other)?;
    serve::start(Service::Scripted(Box::new(scripted::Scripted::new(script))))
}
