//! The sample system, Harbour: a small berth-booking service and its repository, each in two states. The flawed one
//! has the flaws that real readiness documents hide; the fixed one is its repaired twin.
//! Owns the service and the trees; auditing them is the work of the parts that audit everything else.

use include_dir::{Dir, include_dir};

mod data;
mod harbour;
mod limit;
mod serve;
mod unpack;

pub use serve::{Running, start};
pub use unpack::unpack;

static FLAWED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/fixtures/demo/flawed");
static FIXED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/fixtures/demo/fixed");

/// The sample repository, as compiled in. Its spec is `shipworthy.yaml`, and expects the variable `base_url`.
pub fn tree(fixed: bool) -> &'static Dir<'static> {
    if fixed { &FIXED } else { &FLAWED }
}
