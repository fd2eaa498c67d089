//! Why decoding stopped. Almost nothing stops it: most faults are reported and a blank value goes on in their place.

use std::fmt;

/// Why a value could not be decoded.
#[derive(Debug)]
pub(super) enum Stop {
    /// A required key is missing from the mapping being decoded.
    Missing(&'static str),
    /// The same, with the address of that mapping's node: the next pass fills it with a blank.
    MissingAt(usize, &'static str),
    /// A type refused the value, in its own words; not yet reported.
    Refused(String),
    /// Already reported.
    Said,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::Missing(key) | Stop::MissingAt(_, key) => write!(f, "`{key}` is missing"),
            Stop::Refused(text) => f.write_str(text),
            Stop::Said => f.write_str("already reported"),
        }
    }
}

impl std::error::Error for Stop {}

impl serde::de::Error for Stop {
    fn custom<T: fmt::Display>(text: T) -> Stop {
        Stop::Refused(text.to_string())
    }
    fn missing_field(key: &'static str) -> Stop {
        Stop::Missing(key)
    }
}
