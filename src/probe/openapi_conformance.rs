//! Probe `openapi_conformance`: asks the operations of a description that change nothing, and compares the answers with it.
//!
//! Active: it asks for what needs credentials without them, and sends TRACE. Reading the description is in
//! `openapi_conformance/description.rs`, schemas in `openapi_conformance/schema.rs`, one operation in
//! `openapi_conformance/trial.rs`.

mod description;
mod facts;
mod schema;
mod trial;

use std::time::Duration;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::description::Description;
use self::trial::{Tried, try_out};
use super::http::fetch::Choice;
use super::http::place::{Given, Place};
use super::http::round::{Request, Round, body_text};
use super::inquiry::{Inquire, Inquiry, Whom};
use super::permission::{Permission, permitted};
use super::{Contact, Look, Probe, ProbeDef, Touch, glob_parameter};
use crate::model::report::{Evidence, EvidenceKind};
use crate::model::{FactSchema, Observation, Problems, Unknown};
use crate::world::{Select, Want, WantId, Wants};
use crate::yaml::{Node, Spanned, decode as decode_node};

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "openapi_conformance",
    doc: "Asks the GET operations of an OpenAPI description and compares status, media type, schema and refusals with it.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: api\nfile: docs/openapi.yaml\nparameters: { id: \"7\" }\n",
};

/// When nothing is said.
const USUAL_TIMEOUT: Duration = Duration::from_secs(180);
/// When nothing is said.
const USUAL_OPERATIONS: usize = 10;
/// More is what test generators are for.
const MOST_OPERATIONS: usize = 50;
/// Where services show their description unless something else is said.
const USUAL_PLACE: &str = "/openapi.json";

/// Parameters of probe `openapi_conformance`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "OpenapiConformanceProbe")]
struct Params {
    /// The target to ask; it needs `allow: [active]`.
    target: Spanned<String>,
    /// The description, a file of the repository.
    #[serde(default)]
    file: Option<Spanned<String>>,
    /// Where the target itself shows the description, instead of `file`; default `/openapi.json`.
    #[serde(default)]
    path: Option<Spanned<String>>,
    /// What comes between the target's URL and the paths of the description; default: the path of its first server, unless
    /// the target's URL ends with it.
    #[serde(default)]
    base: Option<Spanned<String>>,
    /// Values of parameters, by name; otherwise the examples and defaults of the description.
    #[serde(default)]
    parameters: IndexMap<String, String>,
    /// How many operations are asked at most, 1 to 50; default 10.
    #[serde(default)]
    operations: Option<Spanned<usize>>,
    /// Credentials of the target to use, or `none`; default: the target's `default`.
    #[serde(default)]
    credentials: Option<String>,
    /// When the whole round counts as not answered; default 180 s.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct Conformance {
    /// Its path is that of the description.
    place: Place,
    file: Option<String>,
    base: Option<String>,
    parameters: IndexMap<String, String>,
    most: usize,
}

type Digest = Result<Description, String>;

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    if let (Some(file), Some(_)) = (&params.file, &params.path) {
        problems
            .push(file.span.problem("`file` and `path` both say where the description is").help("keep one of them"));
    }
    let file = glob_parameter::checked(params.file, "docs/openapi.yaml", problems)?;
    let given = Given::of(&params.target, params.path.as_ref(), params.credentials.as_deref(), params.timeout.as_ref());
    let mut place = Place::within(USUAL_TIMEOUT, &given, problems);
    if params.path.is_none() {
        place.path = USUAL_PLACE.to_owned();
    }
    if let Some(most) = params.operations.as_ref().filter(|most| !(1..=MOST_OPERATIONS).contains(&most.value)) {
        let wrong = format!("`operations: {}` is not in 1..{MOST_OPERATIONS}", most.value);
        problems.push(most.span.problem(wrong).help("a test generator such as Schemathesis asks for more"));
    }
    if let Some(base) = params.base.as_ref().filter(|base| !base.is_empty() && !base.starts_with('/')) {
        problems
            .push(base.span.problem(format!("`{}` does not start with `/`", base.value)).help("write `base: /api`"));
    }
    Some(Box::new(Inquiry(Conformance {
        place,
        file,
        base: params.base.map(|base| base.value.trim_end_matches('/').to_owned()),
        parameters: params.parameters,
        most: params.operations.map_or(USUAL_OPERATIONS, |most| most.value),
    })))
}

impl Conformance {
    async fn on_target(&self, round: &mut Round<'_>) -> Result<Description, Unknown> {
        let (reply, _) = round.answer(Request::get(&self.place.path, &self.place.credentials)).await?;
        if reply.status != 200 {
            let why = format!("the description at `{}` is answered {}", self.place.path, reply.status);
            return Err(Unknown::because(format!("{why}; name its `file` or `path`")));
        }
        Description::read("openapi", body_text(&reply).as_bytes())
            .map_err(|why| Unknown::because(format!("the answer at `{}` cannot be read: {why}", self.place.path)))
    }

    /// What comes before each path of the description.
    fn base(&self, description: &Description, look: &Look<'_>) -> Result<String, Unknown> {
        if let Some(base) = &self.base {
            return Ok(base.clone());
        }
        let base = description.base();
        let url = super::http::fetch::target(&self.place.target, look.world)?.url.clone().unwrap_or_default();
        let is_there = !base.is_empty() && url.trim_end_matches('/').ends_with(&base);
        Ok(if is_there { String::new() } else { base })
    }
}

/// The description in the repository.
fn in_repository(file: &str, look: &Look<'_>) -> Result<Description, Unknown> {
    let [want] = look.wants else { return Err(Unknown::because("the tree was not swept")) };
    look.swept.get(*want).whole.clone()?;
    let found: Vec<_> = look.swept.get(*want).own::<Digest>().collect();
    match found.as_slice() {
        [] => Err(Unknown::because(format!("there is no file `{file}`"))),
        [(_, digest)] => match digest {
            Ok(Ok(description)) => Ok(description.clone()),
            Ok(Err(why)) => Err(Unknown::because(format!("`{file}` cannot be read: {why}"))),
            Err(unknown) => Err(Unknown::because(unknown.to_string())),
        },
        many => Err(Unknown::because(format!("`{file}` matches {} files; name one", many.len()))),
    }
}

impl Inquire for Conformance {
    const NAME: &'static str = "openapi_conformance";

    fn whom(&self) -> Whom<'_> {
        Whom::target(&self.place.target, self.place.timeout)
    }

    fn facts(&self) -> FactSchema {
        facts::declared().into()
    }

    fn touch(&self) -> Touch {
        // which they are is known when the description was read
        let operations = |verb: &str, at_most: usize| {
            Contact::below(&self.place.target, verb, "/… of the description", at_most as u64)
        };
        let description = self.file.is_none().then(|| self.place.contact("GET", 1));
        let asked = [operations("GET", 3 * self.most), operations("TRACE", self.most)];
        let contacts = description.into_iter().chain(asked).collect();
        Touch {
            reads: self.file.iter().cloned().collect(),
            contacts,
            presents: self.place.presents(),
            active: true,
            ..Touch::default()
        }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        let Some(select) = self.file.as_deref().and_then(|file| Select::glob(file).ok()) else { return Vec::new() };
        vec![wants.add(Want::doc(select.below(folder), "openapi_conformance", |file| -> Result<Digest, Unknown> {
            Ok(Description::read(file.path(), file.bytes))
        }))]
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        permitted("requests of a description", Permission::Active, Some(&self.place.target), look.world)?;
        let mut round = Round::of(&look, &self.place.target)?;
        let description = match &self.file {
            Some(file) => in_repository(file, &look)?,
            None => self.on_target(&mut round).await?,
        };
        let base = self.base(&description, &look)?;
        let all = description.operations(&self.parameters);
        if all.is_empty() {
            return Err(Unknown::because("the description has no GET"));
        }
        let mut tried: Vec<Tried> = Vec::new();
        for operation in all.iter().take(self.most) {
            tried.push(try_out(&description, operation, &base, &self.place.credentials, &mut round).await?);
        }
        let mut evidence: Vec<Evidence> = tried.iter().flat_map(|one| one.evidence.clone()).collect();
        if evidence.is_empty() {
            let note = format!("{} operations answer as they are described", tried.len());
            evidence.push(Evidence { kind: EvidenceKind::Http, note: Some(note), ..Evidence::default() });
        }
        Ok(round.observed(facts::of(&tried, all.len()), evidence))
    }
}

/// As nobody.
const STRANGER: Choice = Choice::None;
