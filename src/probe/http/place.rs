//! One path of one target, asked as somebody: what probes that look at a single answer have in common.

use std::time::Duration;

use serde::Serialize;

use super::fetch::Choice;
use super::round::Request;
use crate::model::Problems;
use crate::probe::{Contact, Presented, limits};
use crate::yaml::Spanned;

/// When nothing is said.
const USUAL_TIMEOUT: Duration = Duration::from_secs(40);

/// Where and as whom.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Place {
    /// The target's name.
    pub(crate) target: String,
    /// Path and query below its URL.
    pub(crate) path: String,
    /// As whom.
    pub(crate) credentials: Choice,
    /// Time for all requests.
    pub(crate) timeout: Duration,
}

/// The parameters of that name.
pub(crate) struct Given<'a> {
    target: &'a Spanned<String>,
    path: Option<&'a Spanned<String>>,
    credentials: Option<&'a str>,
    timeout: Option<&'a Spanned<String>>,
}

impl<'a> Given<'a> {
    /// As most probes take them.
    pub(crate) fn of(
        target: &'a Spanned<String>,
        path: Option<&'a Spanned<String>>,
        credentials: Option<&'a str>,
        timeout: Option<&'a Spanned<String>>,
    ) -> Given<'a> {
        Given { target, path, credentials, timeout }
    }
}

impl Place {
    /// Checks the parameters.
    pub(crate) fn of(given: &Given<'_>, problems: &mut Problems) -> Place {
        Place::within(USUAL_TIMEOUT, given, problems)
    }

    /// Checks the parameters; this is the time limit when none is given.
    pub(crate) fn within(usual: Duration, given: &Given<'_>, problems: &mut Problems) -> Place {
        check_paths(given.path, problems);
        Place {
            target: given.target.value.clone(),
            path: given.path.map_or_else(|| "/".to_owned(), |path| path.value.clone()),
            credentials: match given.credentials {
                None => Choice::Default,
                Some("none") => Choice::None,
                Some(name) => Choice::Named(name.to_owned()),
            },
            timeout: limits::timeout(given.timeout, problems).unwrap_or(usual),
        }
    }

    /// A request for it.
    pub(crate) fn request<'a>(&'a self, method: &'a str, headers: &'a [(&'a str, &'a str)]) -> Request<'a> {
        Request { method, path: &self.path, credentials: &self.credentials, headers, body: None }
    }

    /// For the plan: a round logs in once.
    pub(crate) fn presents(&self) -> Vec<Presented> {
        self.credentials.presented(1).into_iter().collect()
    }

    /// For the plan.
    pub(crate) fn contact(&self, verb: &str, at_most: u64) -> Contact {
        Contact::below(&self.target, verb, &self.path, at_most)
    }
}

/// Says of each path that is not one below a target's URL what to write instead.
pub(crate) fn check_paths<'a>(paths: impl IntoIterator<Item = &'a Spanned<String>>, problems: &mut Problems) {
    for path in paths.into_iter().filter(|path| !path.starts_with('/')) {
        let help = format!("write `/{}`", path.trim_start_matches("./"));
        problems.push(path.span.problem(format!("path `{}` does not start with `/`", path.value)).help(help));
    }
}
