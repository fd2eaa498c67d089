//! Whether a connection to a database is encrypted, and whether its certificate must be trusted: the common clients
//! encrypt without verifying unless told otherwise.

use std::path::Path;

use crate::model::Unknown;
use crate::world::net::{Trust, Verdict};

/// When a connection is to be encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Not even where the server offers it.
    Never,
    /// Where the server offers it.
    WhereOffered,
    /// Or not at all.
    Always,
}

/// Whether and how a connection is encrypted.
#[derive(Clone, Debug)]
pub struct Encryption {
    wish: Wish,
    trust: Trust,
    /// Set where a certificate is accepted that need not be trusted.
    verdict: Option<Verdict>,
}

impl Encryption {
    /// Any certificate will do; whether it is trusted is noted. Unknown for an unreadable `ca_file`.
    pub fn lenient(wish: Wish, ca_file: Option<&Path>) -> Result<Encryption, Unknown> {
        let (trust, verdict) = Trust::lenient(ca_file)?;
        Ok(Encryption { wish, trust, verdict: Some(verdict) })
    }

    /// Always encrypted, and only with a certificate that is trusted.
    pub fn strict(trust: Trust) -> Encryption {
        Encryption { wish: Wish::Always, trust, verdict: None }
    }

    /// When it is to be encrypted.
    pub(super) fn wish(&self) -> Wish {
        self.wish
    }

    /// With whose certificates.
    pub(super) fn trust(&self) -> &Trust {
        &self.trust
    }

    /// Whether a handshake took place, and whether the certificate is trusted; asked once connected.
    pub(super) fn seen(&self) -> Option<Result<(), String>> {
        match &self.verdict {
            Some(verdict) => verdict.get(),
            None => Some(Ok(())),
        }
    }
}
