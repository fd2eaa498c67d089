//! Probe `exposed_paths`: asks for files and pages that no stranger should get, and believes only their content.
//!
//! Active: nothing links to these paths, so asking for them shows up as an attack. The paths are in
//! `exposed_paths/fingerprint.rs`.

mod fingerprint;

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::fingerprint::{FINGERPRINTS, Kind};
use super::http::fetch::Choice;
use super::http::round::{NO_SUCH_PAGE, Request, Round, body_text};
use super::inquiry::{Inquire, Inquiry, Whom};
use super::permission::{Permission, permitted};
use super::{Contact, Look, Probe, ProbeDef, Touch, limits};
use crate::model::report::Evidence;
use crate::model::{FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::probe::http::place::check_paths;
use crate::yaml::{Node, Spanned, decode as decode_node};

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "exposed_paths",
    doc: "Asks for repositories, secrets, dumps and debug pages that a service may serve by mistake, with proof by content.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: site\nintended: [/metrics]\n",
};

/// When nothing is said.
const USUAL_TIMEOUT: Duration = Duration::from_secs(90);

/// Parameters of probe `exposed_paths`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ExposedPathsProbe")]
struct Params {
    /// The target to ask; it needs `allow: [active]`.
    target: Spanned<String>,
    /// Paths that are public on purpose, such as `/metrics`; they are not asked for.
    #[serde(default)]
    intended: Vec<Spanned<String>>,
    /// When the whole round counts as not answered; default 90 s.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct ExposedPaths {
    target: String,
    intended: Vec<String>,
    timeout: Duration,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    check_paths(&params.intended, problems);
    Some(Box::new(Inquiry(ExposedPaths {
        target: params.target.value,
        intended: params.intended.into_iter().map(|path| path.value).collect(),
        timeout: limits::timeout(params.timeout.as_ref(), problems).unwrap_or(USUAL_TIMEOUT),
    })))
}

impl ExposedPaths {
    fn asked(&self) -> impl Iterator<Item = &'static fingerprint::Fingerprint> {
        FINGERPRINTS
            .iter()
            .filter(|known| !self.intended.iter().any(|path| Some(path.as_str()) == known.path.split('?').next()))
    }

    fn facts(&self, found: &[(&'static str, Kind)], catch_all: bool) -> Facts {
        let mut facts = Facts::new();
        let of = |kind: Kind| {
            let paths = found.iter().filter(|(_, found)| *found == kind);
            Value::List(paths.map(|(path, _)| Value::Text((*path).to_owned())).collect())
        };
        facts.present("secrets", of(Kind::Secret));
        facts.present("debug", of(Kind::Debug));
        facts.present("internals", of(Kind::Internals));
        facts.present("exposed", Value::count(found.len()));
        facts.present("asked", Value::count(self.asked().count()));
        facts.present("catch_all", Value::Bool(catch_all));
        facts
    }
}

fn as_nobody(path: &str) -> Request<'_> {
    Request::get(path, &Choice::None)
}

fn declared() -> Vec<FactDecl> {
    let paths = || FactType::List(Box::new(FactType::Text));
    vec![
        FactDecl::new("secrets", paths(), "Paths that give a repository, credentials or a dump of data."),
        FactDecl::new(
            "debug",
            paths(),
            "Paths that give a debugger, a profiler or the memory and settings of a process.",
        ),
        FactDecl::new("internals", paths(), "Paths that give metrics, an API description, a status page or a listing."),
        FactDecl::new("exposed", FactType::Count, "All of them."),
        FactDecl::new("asked", FactType::Count, "Paths that were asked for."),
        FactDecl::new(
            "catch_all",
            FactType::Bool,
            "Whether a path that cannot exist answers 200; that answer proves nothing.",
        ),
    ]
}

impl Inquire for ExposedPaths {
    const NAME: &'static str = "exposed_paths";

    fn whom(&self) -> Whom<'_> {
        Whom::target(&self.target, self.timeout)
    }

    fn facts(&self) -> FactSchema {
        declared().into()
    }

    fn touch(&self) -> Touch {
        let contact = |path: &str| Contact::below(&self.target, "GET", path, 1);
        let paths = std::iter::once(NO_SUCH_PAGE).chain(self.asked().map(|known| known.path));
        Touch { contacts: paths.map(contact).collect(), active: true, ..Touch::default() }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        permitted("unlinked paths", Permission::Active, Some(&self.target), look.world)?;
        let mut round = Round::of(&look, &self.target)?;
        let (nowhere, place) = round.answer(as_nobody(NO_SUCH_PAGE)).await?;
        let nowhere = (nowhere.status == 200).then(|| body_text(&nowhere));
        let mut found: Vec<(&'static str, Kind)> = Vec::new();
        let mut evidence = Vec::new();
        for known in self.asked() {
            let (reply, place) = round.answer(as_nobody(known.path)).await?;
            let body = body_text(&reply);
            if reply.status != 200 || nowhere.as_deref() == Some(body.as_str()) {
                continue;
            }
            if let Some(proof) = known.proof(&body) {
                evidence.push(Evidence { note: Some(format!("{}: {proof}", known.what)), ..place });
                found.push((known.path, known.kind));
            }
        }
        if evidence.is_empty() {
            let note = format!("none of {} paths gives what it is known for", self.asked().count());
            evidence.push(Evidence { note: Some(note), ..place });
        }
        Ok(round.observed(self.facts(&found, nowhere.is_some()), evidence))
    }
}
