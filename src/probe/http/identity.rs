//! As whom a request is sent: the credentials of a target that a probe chose.

use serde::Serialize;

use crate::model::target::Credential;
use crate::model::{Target, Unknown};
use crate::probe::Presented;

/// What a wrong token looks like: recognisable in the logs of whoever is audited.
const INVALID: &str = "shipworthy-invalid";

/// As whom a request is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum Choice {
    /// The target's `default`, if it has one.
    Default,
    /// As nobody.
    None,
    /// With credentials that cannot be right.
    Invalid,
    /// With these of the target.
    Named(String),
}

impl Choice {
    /// What a parameter `credentials` says: `none`, `invalid`, a name, or nothing.
    pub(crate) fn of(given: Option<&str>) -> Choice {
        match given {
            None => Choice::Default,
            Some("none") => Choice::None,
            Some("invalid") => Choice::Invalid,
            Some(name) => Choice::Named(name.to_owned()),
        }
    }

    /// For the plan: the credentials of the target that it stands for, if it stands for any.
    pub(crate) fn presented(&self, at_most: u64) -> Option<Presented> {
        let credentials = match self {
            Choice::Default => "default".to_owned(),
            Choice::Named(name) => name.clone(),
            Choice::None | Choice::Invalid => return None,
        };
        Some(Presented { credentials, at_most })
    }
}

/// The credential that was chosen. `user` is the one of the target's URL.
pub(crate) fn credential(
    choice: &Choice,
    target: Option<&Target>,
    user: Option<Credential>,
) -> Result<Option<Credential>, Unknown> {
    let named = |name: &str| target.and_then(|target| target.credentials.get(name));
    let known = |found: &Result<Credential, String>| found.clone().map_err(Unknown::because);
    match choice {
        Choice::None => Ok(None),
        Choice::Named(name) => match named(name) {
            Some(found) => known(found).map(Some),
            None => Err(Unknown::because(format!("there are no credentials `{name}`"))),
        },
        Choice::Default => named("default").map(known).transpose().map(|found| found.or(user)),
        Choice::Invalid => {
            let model = named("default").and_then(|found| found.as_ref().ok()).cloned().or(user);
            Ok(Some(invalid(model)))
        }
    }
}

/// Credentials of the same kind that cannot be right.
fn invalid(model: Option<Credential>) -> Credential {
    let wrong = || INVALID.to_owned();
    match model {
        Some(Credential::Basic { .. }) => Credential::Basic { user: wrong(), password: wrong() },
        Some(Credential::Header { name, .. }) => Credential::Header { name, value: wrong() },
        Some(Credential::Cookie(cookie)) => {
            let name = cookie.split('=').next().unwrap_or_default().trim().to_owned();
            Credential::Cookie(format!("{name}={INVALID}"))
        }
        // a wrong login is not tried: it would count against the user
        Some(Credential::Bearer(_) | Credential::ClientCert { .. } | Credential::Login(_)) | None => {
            Credential::Bearer(wrong())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_credentials_are_of_the_same_kind() {
        let header = Credential::Header { name: "x-key".into(), value: "v".into() };
        assert_eq!(invalid(Some(header)), Credential::Header { name: "x-key".into(), value: INVALID.into() });
        assert_eq!(invalid(Some(Credential::Cookie("sid=1".into()))), Credential::Cookie(format!("sid={INVALID}")));
        assert_eq!(invalid(None), Credential::Bearer(INVALID.into()));
    }
}
