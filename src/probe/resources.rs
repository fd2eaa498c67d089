//! Probe `resources`: what a page loads: scripts of others and whether they can change unseen, what comes over http, its
//! manifest and its service worker.
//!
//! Asks for the page, its manifest and its worker, with `scripts` for its own scripts, and for nothing that it loads from
//! others. Reading the page is in `resources/page.rs`, sorting what it loads in `resources/third_party.rs`, its own scripts in
//! `resources/scripts.rs`, the other two in `resources/installable.rs`.

mod installable;
mod page;
mod scripts;
mod third_party;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::installable::{manifest_problems, worker_path, worker_problems};
use self::third_party::ThirdParty;
use super::http::fetch::{Choice, target};
use super::http::place::{Given, Place};
use super::http::round::{Request, Round, body_text, is_html};
use super::inquiry::{Inquire, Inquiry, Whom};
use super::{Contact, Look, Probe, ProbeDef, Touch};
use crate::model::report::Evidence;
use crate::model::{Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::world::World;
use crate::world::net::{Reply, Url};
use crate::yaml::{Node, Spanned, decode as decode_node};

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "resources",
    doc: "Reports what a page loads: scripts of others and whether they are pinned, what comes over http, manifest, service worker.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: site\npath: /\n",
};

/// Parameters of probe `resources`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ResourcesProbe")]
struct Params {
    /// The target to ask.
    target: Spanned<String>,
    /// Path of the page below the target's URL. Default `/`.
    #[serde(default)]
    path: Option<Spanned<String>>,
    /// How many of the page's own scripts are read, at most 20, and for each the map to its sources. Default 0.
    #[serde(default)]
    scripts: Option<Spanned<u64>>,
    /// `none` or the name of credentials of the target; without it the target's `default`, if there is one.
    #[serde(default)]
    credentials: Option<String>,
    /// When the whole round counts as not answered; default 40 s.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct Resources {
    place: Place,
    scripts: usize,
}

/// Scripts of one page that are read at most.
const MOST_SCRIPTS: u64 = 20;

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    let given = Given::of(&params.target, params.path.as_ref(), params.credentials.as_deref(), params.timeout.as_ref());
    if let Some(given) = params.scripts.as_ref().filter(|given| given.value > MOST_SCRIPTS) {
        let wrong = format!("`scripts: {}` is more than {MOST_SCRIPTS}", given.value);
        problems.push(given.span.problem(wrong).help("name pages with fewer scripts with `path`"));
    }
    let scripts = params.scripts.map_or(0, |given| given.value.min(MOST_SCRIPTS)) as usize;
    Some(Box::new(Inquiry(Resources { place: Place::of(&given, problems), scripts })))
}

/// Asks for what a page names: only below the target, as a stranger.
struct Named<'r, 'w> {
    round: &'r mut Round<'w>,
    /// The target's URL.
    base: Url,
}

impl Named<'_, '_> {
    /// The path below the target; `None` for what is elsewhere.
    fn path(&self, url: &Url) -> Option<String> {
        if url.origin() != self.base.origin() {
            return None;
        }
        let path = url.path().strip_prefix(self.base.path().trim_end_matches('/'))?;
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        Some(format!("{path}{query}"))
    }

    async fn get(&mut self, path: &str) -> Result<Reply, Unknown> {
        Ok(self.round.answer(Request::get(path, &Choice::None)).await?.0)
    }
}

impl Resources {
    fn base(&self, world: &World) -> Result<Url, Unknown> {
        let url = target(&self.place.target, world)?.url.clone().map_err(Unknown::because)?;
        Url::parse(&url).map_err(|_| Unknown::because("the URL of the target cannot be read"))
    }

    /// What is wrong with the manifest; `None` without one.
    async fn manifest(&self, named: &mut Named<'_, '_>, url: Option<&Url>) -> Result<Option<Fact>, Unknown> {
        let Some(url) = url else { return Ok(None) };
        let Some(path) = named.path(url) else {
            return Ok(Some(Fact::Unobserved(format!("the manifest is elsewhere: {url}"))));
        };
        let reply = named.get(&path).await?;
        let problems = match reply.status {
            200 => manifest_problems(&body_text(&reply), url),
            status => vec![format!("status {status}")],
        };
        Ok(Some(Fact::Present(texts(problems))))
    }

    /// What is wrong with the service worker that an inline script registers; `None` without one.
    async fn worker(&self, named: &mut Named<'_, '_>, scripts: &str, at: &Url) -> Result<Option<Fact>, Unknown> {
        let Some(url) = worker_path(scripts).and_then(|path| at.join(&path).ok()) else { return Ok(None) };
        let Some(path) = named.path(&url) else {
            return Ok(Some(Fact::Unobserved(format!("the service worker is elsewhere: {url}"))));
        };
        let reply = named.get(&path).await?;
        Ok(Some(Fact::Present(texts(worker_problems(&reply)))))
    }
}

fn texts(texts: impl IntoIterator<Item = String>) -> Value {
    Value::List(texts.into_iter().map(Value::Text).collect())
}

fn set_third_party(facts: &mut Facts, found: ThirdParty) -> Vec<String> {
    let lines = [
        ("over http", &found.insecure),
        ("without a digest", &found.unpinned),
        ("of no fixed version", &found.floating),
    ];
    let notes = lines.iter().flat_map(|(what, urls)| urls.iter().map(move |url| format!("{url}: {what}"))).collect();
    facts.present("hosts", texts(found.hosts));
    facts.present("insecure", texts(found.insecure));
    facts.present("unpinned", texts(found.unpinned));
    facts.present("floating", texts(found.floating));
    notes
}

fn declared() -> Vec<FactDecl> {
    let texts = || FactType::List(Box::new(FactType::Text));
    vec![
        FactDecl::new("status", FactType::Count, "Status code of the page."),
        FactDecl::new("html", FactType::Bool, "Whether it is a page; the other facts are unobserved where it is none."),
        FactDecl::new("loads", FactType::Count, "Scripts, styles, frames, pictures and media that its tags name."),
        FactDecl::new("hosts", texts(), "Hosts of other sites that scripts come from."),
        FactDecl::new("insecure", texts(), "What comes over http: of others, and of its own to a page over https."),
        FactDecl::new(
            "unpinned",
            texts(),
            "Scripts and styles of others with a fixed version, but without `integrity` and `crossorigin`; not those of \
             services that update theirs, such as payment.",
        ),
        FactDecl::new(
            "floating",
            texts(),
            "Scripts and styles of others without a fixed version; not those of such services.",
        ),
        FactDecl::new("manifest", FactType::Bool, "Whether the page names a web app manifest."),
        FactDecl::new(
            "manifest_problems",
            texts(),
            "What the manifest lacks: `name`, `start_url`, `display`, `icon 192x192`, `icon 512x512`, `maskable icon`, \
             `theme_color`; or `no JSON`, `start_url outside scope`, `status 404`. Absent without one.",
        ),
        FactDecl::new("scripts_read", FactType::Count, "Scripts of its own that were read."),
        FactDecl::new(
            "script_secrets",
            texts(),
            "Secrets of servers that these and inline scripts carry, `/app.js: GitHub token`; when none was found and not \
             all was read, unobserved. Keys that are made for pages are none.",
        ),
        FactDecl::new(
            "source_maps",
            texts(),
            "Maps to the sources that these name and that are served; unobserved likewise.",
        ),
        FactDecl::new("worker", FactType::Bool, "Whether an inline script registers a service worker."),
        FactDecl::new(
            "worker_problems",
            texts(),
            "What is wrong with how the worker is served: `no script`, `kept longer than a day`, `status 404`; empty without one.",
        ),
    ]
}

impl Inquire for Resources {
    const NAME: &'static str = "resources";

    fn whom(&self) -> Whom<'_> {
        Whom::target(&self.place.target, self.place.timeout)
    }

    fn facts(&self) -> FactSchema {
        declared().into()
    }

    fn touch(&self) -> Touch {
        let named = Contact::below(&self.place.target, "GET", "/… that the page names", 2);
        let scripts = Contact { at_most: 2 * self.scripts as u64, ..named.clone() };
        Touch {
            contacts: [self.place.contact("GET", 1), named, scripts]
                .into_iter()
                .filter(|one| one.at_most > 0)
                .collect(),
            presents: self.place.presents(),
            ..Touch::default()
        }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        let mut round = Round::of(&look, &self.place.target)?;
        let (reply, place) = round.answer(self.place.request("GET", &[])).await?;
        let mut facts = Facts::new();
        facts.present("status", Value::count(reply.status));
        facts.present("html", Value::Bool(is_html(&reply)));
        let at = place.url.as_deref().and_then(|url| Url::parse(url).ok());
        let Some(at) = at.filter(|_| is_html(&reply)) else {
            facts.set_reason(format!("`{}` is no page", self.place.path));
            return Ok(round.observed(facts, vec![place]));
        };
        let page = page::page(&body_text(&reply), &at);
        facts.present("loads", Value::count(page.resources.len()));
        let mut notes = set_third_party(&mut facts, third_party::sorted(&page, &at));
        let mut named = Named { base: self.base(look.world)?, round: &mut round };
        let manifest = self.manifest(&mut named, page.manifest.as_ref()).await?;
        facts.present("manifest", Value::Bool(manifest.is_some()));
        facts.set("manifest_problems", manifest.unwrap_or(Fact::Absent));
        let worker = self.worker(&mut named, &page.scripts, &at).await?;
        facts.present("worker", Value::Bool(worker.is_some()));
        facts.set("worker_problems", worker.unwrap_or_else(|| Fact::Present(texts([]))));
        notes.extend(scripts::look(&page, &at, self.scripts, &mut named, &mut facts).await?);
        let mut evidence: Vec<Evidence> =
            notes.into_iter().map(|note| Evidence { note: Some(note), ..place.clone() }).collect();
        if evidence.is_empty() {
            let note = format!("the page loads {} resources", page.resources.len());
            evidence.push(Evidence { note: Some(note), ..place });
        }
        Ok(round.observed(facts, evidence))
    }
}
