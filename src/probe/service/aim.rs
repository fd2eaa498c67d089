//! From the parameters of a service's probe to an address, a login and a trust.

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use crate::model::target::{Credential, Route};
use crate::model::{Problems, Unknown};
use crate::probe::http::fetch::target;
use crate::probe::http::identity::{Choice, credential};
use crate::probe::inquiry::Whom;
use crate::probe::{Contact, Touch, limits};
use crate::world::net::Trust;
use crate::world::service::{Endpoint, Login, Reach};
use crate::world::{Deadline, World};
use crate::yaml::Spanned;

/// Which target, as whom, and how long.
#[derive(Clone, Debug, Serialize)]
pub(in crate::probe) struct Access {
    target: String,
    credentials: Choice,
    timeout: Option<Duration>,
}

impl Access {
    /// From the parameters that every service's probe has.
    pub(in crate::probe) fn new(
        target: Spanned<String>,
        credentials: Option<&str>,
        timeout: Option<&Spanned<String>>,
        problems: &mut Problems,
    ) -> Access {
        let credentials = Choice::of(credentials);
        Access { target: target.value, credentials, timeout: limits::timeout(timeout, problems) }
    }

    /// Who is asked, and for how long.
    pub(in crate::probe) fn whom(&self) -> Whom<'_> {
        Whom::target(&self.target, self.timeout)
    }

    /// What it touches, with so many requests at most.
    pub(in crate::probe) fn touch(&self, at_most: u64) -> Touch {
        Touch { contacts: vec![Contact::below(&self.target, "connect", "", at_most)], ..Touch::default() }
    }

    /// The target made ready. Unknown when nothing may be contacted, or it has no URL that can be used.
    pub(in crate::probe) fn aim(&self, world: &World, schemes: &[(&str, u16)]) -> Result<Aim, Unknown> {
        if !world.permit.network {
            return Err(Unknown::because("not contacted: --offline"));
        }
        let found = target(&self.target, world)?;
        let url = found.url.as_ref().map_err(|reason| Unknown::because(reason.clone()))?;
        let endpoint = Endpoint::parse(url, schemes)
            .map_err(|wrong| Unknown::because(format!("the URL of target `{}` {wrong}", self.target)))?;
        let user = endpoint.login.clone().map(|Login { user, password }| Credential::Basic { user, password });
        let chosen = match (&self.credentials, credential(&self.credentials, Some(found), user)?) {
            (Choice::Invalid, Some(Credential::Bearer(token))) => {
                Some(Credential::Basic { user: token.clone(), password: token })
            }
            (_, chosen) => chosen,
        };
        Ok(Aim {
            endpoint,
            credential: chosen,
            ca_file: found.ca_file.as_ref().map(|path| world.root.join(path)),
            root: world.root.clone(),
            route: found.route.clone(),
            client: found.client_cert.clone(),
        })
    }
}

/// A service made ready to be asked.
pub(in crate::probe) struct Aim {
    pub(in crate::probe) endpoint: Endpoint,
    credential: Option<Credential>,
    /// Authorities of its own, if the target names any.
    pub(in crate::probe) ca_file: Option<PathBuf>,
    root: PathBuf,
    route: Route,
    /// Certificate and key that the target names.
    client: Option<(String, String)>,
}

impl Aim {
    /// The way there.
    pub(in crate::probe) fn reach(&self, until: Deadline) -> Reach<'_> {
        Reach { endpoint: &self.endpoint, route: &self.route, until }
    }

    /// User and password; a token counts as a password without a user.
    pub(in crate::probe) fn login(&self) -> Option<Login> {
        match &self.credential {
            Some(Credential::Basic { user, password }) => {
                Some(Login { user: user.clone(), password: password.clone() })
            }
            Some(Credential::Bearer(token)) => Some(Login { user: String::new(), password: token.clone() }),
            Some(
                Credential::Header { .. }
                | Credential::Cookie(_)
                | Credential::ClientCert { .. }
                | Credential::Login(_),
            )
            | None => None,
        }
    }

    /// A trust that verifies, with the client certificate if the credentials are one.
    pub(in crate::probe) fn trust(&self) -> Result<Trust, Unknown> {
        let client = match (&self.credential, &self.client) {
            (Some(Credential::ClientCert { cert, key }), _) | (_, Some((cert, key))) => {
                Some((self.root.join(cert), self.root.join(key)))
            }
            _ => None,
        };
        let client = client.as_ref().map(|(cert, key)| (cert.as_path(), key.as_path()));
        Ok(Trust::from_files(self.ca_file.as_deref(), client)?.without_protocols())
    }
}
