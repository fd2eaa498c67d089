//! Probe `disclosure`: makes a service answer with an error, and tells what the error gives away: traces, debug pages,
//! messages of databases, paths of source files, versions.
//!
//! Passive unless `provoke` is set. What proves each thing is in `disclosure/signature.rs`.

mod signature;

use std::collections::BTreeSet;
use std::time::Duration;

use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::signature::{Kind, signs, source_path, version_in_page};
use super::http::fetch::Choice;
use super::http::round::{NO_SUCH_PAGE, Request, Round, body_text};
use super::injection::database;
use super::inquiry::{Inquire, Inquiry, Whom};
use super::permission::{Permission, permitted};
use super::{Contact, Look, Probe, ProbeDef, Touch, limits};
use crate::model::report::Evidence;
use crate::model::{Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::probe::http::place::check_paths;
use crate::world::net::Reply;
use crate::yaml::{Node, Spanned, decode as decode_node};

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "disclosure",
    doc: "Reports what errors give away: stack traces, debug pages, messages of databases, source paths, versions.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: api\npaths: [/api/orders/x]\n",
};

/// Paths of one observation at most.
const MOST_PATHS: usize = 8;
/// When nothing is said.
const USUAL_TIMEOUT: Duration = Duration::from_secs(60);
/// A query that no careful reader takes: a list instead of a word, and bytes that are no UTF-8.
const ODD_QUERY: &str = "shipworthy[]=%27%FF";
/// A document that ends too soon.
const CUT_OFF: &str = "{\"shipworthy\":";

/// Parameters of probe `disclosure`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DisclosureProbe")]
struct Params {
    /// The target to ask.
    target: Spanned<String>,
    /// Paths that are answered with an error, or might be, at most eight; a page that cannot exist is asked for anyway.
    #[serde(default)]
    paths: Vec<Spanned<String>>,
    /// `none` or the name of credentials of the target; without it the target's `default`, if there is one.
    #[serde(default)]
    credentials: Option<String>,
    /// Whether to send a malformed query and, by POST, a malformed document to `/` and each path, too; that needs
    /// `allow: [active]`.
    #[serde(default)]
    provoke: bool,
    /// When the whole round counts as not answered; default 60 s.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct Disclosure {
    target: String,
    paths: Vec<String>,
    credentials: Choice,
    provoke: bool,
    timeout: Duration,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    if params.paths.len() > MOST_PATHS {
        let wrong = format!("{} paths; at most {MOST_PATHS} are asked at once", params.paths.len());
        problems.push(node.problem(wrong).help("name those that are known to fail, such as `/api/orders/x`"));
    }
    check_paths(&params.paths, problems);
    Some(Box::new(Inquiry(Disclosure {
        target: params.target.value,
        paths: params.paths.into_iter().map(|path| path.value).collect(),
        credentials: Choice::of(params.credentials.as_deref()),
        provoke: params.provoke,
        timeout: limits::timeout(params.timeout.as_ref(), problems).unwrap_or(USUAL_TIMEOUT),
    })))
}

/// One request: method, path, body.
type Asked = (&'static str, String, Option<&'static str>);

/// What the answers gave away, each thing once.
#[derive(Debug, Default)]
struct Given {
    signs: BTreeSet<(Kind, &'static str)>,
    database: BTreeSet<String>,
    sources: BTreeSet<String>,
    versions: BTreeSet<String>,
    maps: BTreeSet<String>,
    errors: usize,
}

impl Disclosure {
    fn asked(&self) -> Vec<Asked> {
        let pages = std::iter::once(NO_SUCH_PAGE.to_owned()).chain(self.paths.iter().cloned());
        let mut asked: Vec<Asked> = pages.map(|path| ("GET", path, None)).collect();
        if self.provoke {
            for path in std::iter::once("/").chain(self.paths.iter().map(String::as_str)) {
                let mark = if path.contains('?') { '&' } else { '?' };
                asked.push(("GET", format!("{path}{mark}{ODD_QUERY}"), None));
                asked.push(("POST", path.to_owned(), Some(CUT_OFF)));
            }
        }
        asked
    }
}

impl Given {
    /// Notes what one answer gives away; what it says is new each time it is seen.
    fn take(&mut self, reply: &Reply) -> Vec<String> {
        let body = body_text(reply);
        let status = reply.status;
        self.errors += usize::from(status >= 400);
        let mut notes = Vec::new();
        for sign in signs(status, &body) {
            notes.push(format!("{} (`{}`)", sign.name, sign.proof));
            self.signs.insert((sign.kind, sign.name));
        }
        if let Some(message) = database::message(&body).filter(|_| status >= 400) {
            notes.push(format!("`{message}` of a database"));
            self.database.insert(message);
        }
        if let Some(source) = source_path(status, &body) {
            notes.push(format!("`{source}` is a file of the service"));
            self.sources.insert(source);
        }
        for version in versions(reply).into_iter().chain(version_in_page(status, &body)) {
            if self.versions.insert(version.clone()) {
                notes.push(format!("`{version}` names a version"));
            }
        }
        for map in source_maps(reply) {
            if self.maps.insert(map.to_owned()) {
                notes.push(format!("`{map}` is a map to the sources"));
            }
        }
        notes
    }

    fn facts(self, asked: usize) -> Facts {
        let mut facts = Facts::new();
        let list = |texts: Vec<String>| Value::List(texts.into_iter().map(Value::Text).collect());
        let unseen = self.errors == 0;
        let mut set = |name: &'static str, texts: Vec<String>| {
            let reason = "nothing was answered with an error; name a path that is, with `paths`";
            let fact = match texts.is_empty() && unseen {
                true => Fact::Unobserved(reason.to_owned()),
                false => Fact::Present(list(texts)),
            };
            facts.set(name, fact);
        };
        let of = |kind: Kind| self.signs.iter().filter(move |(of, _)| *of == kind).map(|(_, name)| (*name).to_owned());
        set("traces", of(Kind::Trace).collect());
        set("debug_pages", of(Kind::DebugPage).collect());
        set("default_pages", of(Kind::DefaultPage).collect());
        set("database_errors", self.database.into_iter().collect());
        set("source_paths", self.sources.into_iter().collect());
        facts.present("versions", list(self.versions.into_iter().collect()));
        facts.present("source_maps", list(self.maps.into_iter().collect()));
        facts.present("errors", Value::count(self.errors));
        facts.present("asked", Value::count(asked));
        facts
    }
}

/// Headers that name a version (OWASP Secure Headers Project, headers to remove).
fn versions(reply: &Reply) -> Vec<String> {
    let Ok(version) = Regex::new(r"(?:/ ?v?|\s)\d") else { return Vec::new() };
    let names = |name: &str, value: &str| match name {
        "server" | "x-powered-by" | "x-generator" => version.is_match(value),
        "x-aspnet-version" | "x-aspnetmvc-version" => true,
        _ => false,
    };
    let lines = reply.headers.iter().filter(|(name, value)| names(name, value));
    lines.map(|(name, value)| format!("{name}: {value}")).collect()
}

/// Where headers say that the sources of what is answered can be found (ECMA-426 §13.1; the older name has `X-`).
fn source_maps(reply: &Reply) -> impl Iterator<Item = &str> {
    let named = |name: &str| matches!(name, "sourcemap" | "x-sourcemap");
    reply.headers.iter().filter(move |(name, _)| named(name)).map(|(_, value)| value.as_str())
}

#[rustfmt::skip] // One line each, as a table.
fn declared() -> Vec<FactDecl> {
    let texts = || FactType::List(Box::new(FactType::Text));
    vec![
        FactDecl::new("traces", texts(), "Languages whose stack traces are shown, such as `Python traceback`; unobserved when there was no error to look at."),
        FactDecl::new("debug_pages", texts(), "Pages for developers that are shown, such as `Django debug page`; unobserved when there was no error."),
        FactDecl::new("database_errors", texts(), "Messages of databases about statements; unobserved when there was no error."),
        FactDecl::new("source_paths", texts(), "Source files that errors name by their whole path, the first of each answer; unobserved when there was no error."),
        FactDecl::new("default_pages", texts(), "Products whose own error page is shown, such as `Express`; unobserved when there was no error."),
        FactDecl::new("versions", texts(), "Versions that headers and error pages name, such as `server: nginx/1.22.1`."),
        FactDecl::new("source_maps", texts(), "Maps to the sources that headers `SourceMap` and `X-SourceMap` name."),
        FactDecl::new("errors", FactType::Count, "Answers with status 400 or above."),
        FactDecl::new("asked", FactType::Count, "Requests that were sent."),
    ]
}

impl Inquire for Disclosure {
    const NAME: &'static str = "disclosure";

    fn whom(&self) -> Whom<'_> {
        Whom::target(&self.target, self.timeout)
    }

    fn facts(&self) -> FactSchema {
        declared().into()
    }

    fn touch(&self) -> Touch {
        let contact = |(method, path, _): Asked| Contact::below(&self.target, method, &path, 1);
        Touch {
            contacts: self.asked().into_iter().map(contact).collect(),
            presents: self.credentials.presented(1).into_iter().collect(),
            active: self.provoke,
            ..Touch::default()
        }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        if self.provoke {
            permitted("malformed requests", Permission::Active, Some(&self.target), look.world)?;
        }
        let mut round = Round::of(&look, &self.target)?;
        let (mut given, mut evidence) = (Given::default(), Vec::new());
        let asked = self.asked();
        for (method, path, body) in &asked {
            let json = [("content-type", "application/json")];
            let headers: &[(&str, &str)] = if body.is_some() { &json } else { &[] };
            let request = Request { method, path, credentials: &self.credentials, headers, body: *body };
            let (reply, place) = round.answer(request).await?;
            let notes = given.take(&reply);
            if !notes.is_empty() {
                evidence.push(Evidence { note: Some(format!("{method}: {}", notes.join("; "))), ..place });
            } else if evidence.is_empty() && asked.len() == 1 {
                evidence.push(Evidence { note: Some(format!("{method}: gives nothing away")), ..place });
            }
        }
        Ok(round.observed(given.facts(asked.len()), evidence))
    }
}
