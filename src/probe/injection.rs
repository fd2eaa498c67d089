//! Probe `injection`: puts marks into parameters and looks whether they come back as markup, script or a broken statement.
//!
//! Active: each value is a request of its own that a service may log, store or alarm about. No value is a script. Owns the
//! parameters and the facts; the values are in `injection/canary.rs`, what a page makes of them in `injection/markup.rs` and
//! `injection/script.rs`, and the verdict on one parameter in `injection/stages.rs`.

mod canary;
mod carrier;
pub(super) mod database;
mod facts;
mod forms;
mod markup;
mod script;
mod stages;

use std::time::Duration;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::carrier::{Carrier, Kind};
use self::stages::{Judged, judge};
use super::http::place::{Given, Place, check_paths};
use super::http::round::{Round, body_text};
use super::inquiry::{Inquire, Inquiry, Whom};
use super::permission::{Permission, permitted};
use super::{Contact, Look, Probe, ProbeDef, Touch};
use crate::model::{FactSchema, Observation, Problems, Unknown};
use crate::world::net::Url;
use crate::yaml::{Node, Spanned, decode as decode_node};

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "injection",
    doc: "Puts marks into parameters and reports through which one a stranger plants markup or script, or breaks a statement.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: site\npath: \"/search?q=pen&page=1\"\n",
};

/// When nothing is said.
const USUAL_TIMEOUT: Duration = Duration::from_secs(120);
/// Parameters of one observation at most; each may cost four values.
const MOST_PARAMETERS: usize = 8;
/// Values of one parameter at most.
const MOST_VALUES: u64 = 4;

/// Parameters of probe `injection`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "InjectionProbe")]
struct Params {
    /// The target to ask; it needs `allow: [active]`.
    target: Spanned<String>,
    /// Path below the target's URL; the parameters of its query, and `{name}` in it, are tested. Default `/`. A path with
    /// neither is a page whose forms are tested, as far as they GET.
    #[serde(default)]
    path: Option<Spanned<String>>,
    /// Names of the parameters to test, at most eight; default: all of the path, form or JSON.
    #[serde(default)]
    parameters: Vec<Spanned<String>>,
    /// Fields of a form that is posted to the path, with usual values.
    #[serde(default)]
    form: Option<IndexMap<String, String>>,
    /// Members of a JSON object that is posted to the path, with usual values.
    #[serde(default)]
    json: Option<IndexMap<String, String>>,
    /// Where what was posted is shown, if not in the answer: a path below the target's URL.
    #[serde(default)]
    read: Option<Spanned<String>>,
    /// Credentials of the target to use, or `none`; default: the target's `default`.
    #[serde(default)]
    credentials: Option<String>,
    /// When the whole round counts as not answered; default 120 s.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct Injection {
    place: Place,
    carrier: Carrier,
    /// Those to test; empty is all.
    parameters: Vec<String>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    let given = Given::of(&params.target, params.path.as_ref(), params.credentials.as_deref(), params.timeout.as_ref());
    let place = Place::within(USUAL_TIMEOUT, &given, problems);
    check_paths(&params.read, problems);
    if params.form.is_some() && params.json.is_some() {
        problems.push(node.problem("`form` and `json` both say what is posted").help("keep one of them"));
    }
    let carrier = carrier(&place.path, &params);
    check(&params, &carrier, node, problems);
    let parameters = params.parameters.into_iter().map(|name| name.value).collect();
    Some(Box::new(Inquiry(Injection { place, carrier, parameters })))
}

fn carrier(path: &str, params: &Params) -> Carrier {
    let (bare, query) = path.split_once('?').unwrap_or((path, ""));
    let mut fields: IndexMap<String, String> =
        placeholders(bare).map(|name| (name.to_owned(), "1".to_owned())).collect();
    let (kind, posted) = match (&params.form, &params.json) {
        (Some(form), _) => (Kind::Form, form.clone()),
        (None, Some(json)) => (Kind::Json, json.clone()),
        (None, None) => (Kind::Query, pairs(query)),
    };
    fields.extend(posted);
    if kind == Kind::Query {
        for name in &params.parameters {
            fields.entry(name.value.clone()).or_default();
        }
    }
    let path = if kind == Kind::Query { bare } else { path };
    Carrier { path: path.to_owned(), fields, kind, read: params.read.as_ref().map(|read| read.value.clone()) }
}

/// Names in `{…}` of a path.
fn placeholders(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

/// A query as names and values.
fn pairs(query: &str) -> IndexMap<String, String> {
    let url = Url::parse(&format!("http://query.invalid/?{query}"));
    url.map(|url| url.query_pairs().into_owned().filter(|(name, _)| !name.is_empty()).collect()).unwrap_or_default()
}

fn check(params: &Params, carrier: &Carrier, node: &Node, problems: &mut Problems) {
    for name in params.parameters.iter().filter(|name| !carrier.fields.contains_key(&name.value)) {
        let known: Vec<&str> = carrier.fields.keys().map(String::as_str).collect();
        let wrong = format!("there is no parameter `{}`", name.value);
        problems.push(name.span.problem(wrong).help(format!("one of `{}`", known.join("`, `"))));
    }
    let asked = if params.parameters.is_empty() { carrier.fields.len() } else { params.parameters.len() };
    if asked > MOST_PARAMETERS {
        let wrong = format!("{asked} parameters; at most {MOST_PARAMETERS} are tested at once");
        problems
            .push(node.problem(wrong).help("name some of them with `parameters: […]`, the others in another check"));
    }
}

impl Injection {
    /// Whether there is nothing to test but what the page itself offers.
    fn is_page(&self) -> bool {
        self.carrier.fields.is_empty()
    }

    fn own(&self) -> Vec<(Carrier, String)> {
        let named = |name: &&String| self.parameters.is_empty() || self.parameters.contains(name);
        self.carrier.fields.keys().filter(named).map(|name| (self.carrier.clone(), name.clone())).collect()
    }

    async fn forms(&self, round: &mut Round<'_>, look: &Look<'_>) -> Result<Vec<(Carrier, String)>, Unknown> {
        let (reply, place) = round.answer(self.place.request("GET", &[])).await?;
        let page = place.url.as_deref().and_then(|url| Url::parse(url).ok());
        let page = page.ok_or_else(|| Unknown::because("the URL of the answer cannot be read"))?;
        let base = super::http::fetch::target(&self.place.target, look.world)?.url.clone().unwrap_or_default();
        let base = Url::parse(&base).map(|url| url.path().trim_end_matches('/').to_owned()).unwrap_or_default();
        let found = forms::forms(&body_text(&reply), &page, &base);
        let all = found.into_iter().flat_map(|form| {
            let names: Vec<String> = form.fields.keys().cloned().collect();
            names.into_iter().map(move |name| (form.clone(), name))
        });
        Ok(all.take(MOST_PARAMETERS).collect())
    }
}

impl Inquire for Injection {
    const NAME: &'static str = "injection";

    fn whom(&self) -> Whom<'_> {
        Whom::target(&self.place.target, self.place.timeout)
    }

    fn facts(&self) -> FactSchema {
        facts::declared().into()
    }

    fn touch(&self) -> Touch {
        let most = MOST_VALUES * if self.is_page() { MOST_PARAMETERS } else { self.own().len() } as u64;
        let Carrier { path, kind, read, .. } = &self.carrier;
        let target = &self.place.target;
        let mut contacts = vec![Contact::below(target, kind.method(), path, most + u64::from(self.is_page()))];
        contacts.extend(read.as_deref().map(|read| Contact::below(target, "GET", read, most)));
        Touch { contacts, presents: self.place.presents(), active: true, ..Touch::default() }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        permitted("marks", Permission::Active, Some(&self.place.target), look.world)?;
        let mut round = Round::of(&look, &self.place.target)?;
        let asked = if self.is_page() { self.forms(&mut round, &look).await? } else { self.own() };
        if asked.is_empty() {
            let why = format!("`{}` has no form that GETs: name parameters in `path: \"{0}?q=x\"`", self.carrier.path);
            return Err(Unknown::because(why));
        }
        let mut judged: Vec<Judged> = Vec::new();
        for (carrier, parameter) in &asked {
            judged.push(judge(parameter, carrier, &self.place.credentials, &mut round).await?);
        }
        let evidence = judged.iter().map(|judged| judged.evidence.clone()).collect();
        Ok(round.observed(facts::of(&judged), evidence))
    }
}
