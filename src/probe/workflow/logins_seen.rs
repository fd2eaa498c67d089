//! What tests see of the logins of one pipeline.

use super::DEF;
use crate::probe::trial::{count, observe, percent};

/// Logins, those with a stored key, and the share without.
pub(super) type Seen = (Option<i64>, Option<i64>, Option<i64>);

pub(super) const STORED: Seen = (Some(1), Some(1), Some(0));
pub(super) const KEYLESS: Seen = (Some(1), Some(0), Some(100));
pub(super) const UNTOLD: Seen = (Some(1), None, None);
pub(super) const NONE: Seen = (Some(0), Some(0), None);

pub(super) fn seen(path: &str, text: &str) -> Seen {
    let seen = observe(&DEF, "{}", &[(path, text)]);
    (count(&seen, "logins"), count(&seen, "stored_logins"), percent(&seen, "keyless_ratio"))
}
