//! Probe `delivery`: how an answer is packed and kept: compression, caching, validators, methods.
//!
//! As a browser asks, once more without compression, once more with the validator it got, and `OPTIONS`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::http::fetch::Choice;
use super::http::place::{Given, Place};
use super::http::round::Round;
use super::inquiry::{Inquire, Inquiry, Whom};
use super::{Look, Probe, ProbeDef, Touch};
use crate::model::report::Evidence;
use crate::model::{Exact, Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::world::net::{Body, Reply};
use crate::yaml::{Node, Spanned, decode as decode_node};

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "delivery",
    doc: "Reports how an answer may be cached, whether it is compressed, and which methods its path takes.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: api\npath: /api/profile\ncredentials: user\n",
};

/// Parameters of probe `delivery`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DeliveryProbe")]
struct Params {
    /// The target to ask.
    target: Spanned<String>,
    /// Path below the target's URL. Default `/`.
    #[serde(default)]
    path: Option<Spanned<String>>,
    /// `none` or the name of credentials of the target; without it the target's `default`, if there is one.
    #[serde(default)]
    credentials: Option<String>,
    /// When the whole round counts as not answered; default 40 s.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct Delivery {
    place: Place,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    let given = Given::of(&params.target, params.path.as_ref(), params.credentials.as_deref(), params.timeout.as_ref());
    Some(Box::new(Inquiry(Delivery { place: Place::of(&given, problems) })))
}

impl Delivery {
    /// Whether the validator that came along spares the body the next time; `None` without one.
    async fn ask_again(&self, reply: &Reply, round: &mut Round<'_>) -> Result<Option<bool>, Unknown> {
        let validators = [("etag", "if-none-match"), ("last-modified", "if-modified-since")];
        let known = validators.iter().find_map(|(name, asks)| Some((*asks, reply.header(name)?)));
        let Some((asks, validator)) = known.filter(|_| reply.status == 200) else { return Ok(None) };
        let headers = [("accept-encoding", "gzip, deflate, br, zstd"), (asks, validator)];
        let (again, _) = round.answer(self.place.request("GET", &headers)).await?;
        Ok(Some(again.status == 304))
    }

    fn is_authenticated(&self, look: &Look<'_>) -> bool {
        match &self.place.credentials {
            Choice::Default => look
                .world
                .targets
                .get(&self.place.target)
                .is_some_and(|target| target.credentials.contains_key("default")),
            Choice::None | Choice::Invalid => false,
            Choice::Named(_) => true,
        }
    }
}

/// `GET, HEAD` → a list, sorted.
fn methods(allow: &str) -> Value {
    let mut methods: Vec<String> =
        allow.split(',').map(|method| method.trim().to_uppercase()).filter(|method| !method.is_empty()).collect();
    methods.sort();
    methods.dedup();
    Value::List(methods.into_iter().map(Value::Text).collect())
}

/// Directives of `Cache-Control` (RFC 9111 §5.2.2), and whether a validator goes along (RFC 9110 §8.8).
fn set_caching(facts: &mut Facts, reply: &Reply) {
    let lines = reply.headers.iter().filter(|(name, _)| name == "cache-control").map(|(_, value)| value.to_lowercase());
    let all = lines.collect::<Vec<_>>().join(",");
    let directives: Vec<&str> = all.split(',').map(str::trim).filter(|directive| !directive.is_empty()).collect();
    let has = |name: &str| directives.iter().any(|directive| directive.split('=').next() == Some(name));
    let seconds = |name: &str| {
        let value = directives.iter().find_map(|directive| directive.strip_prefix(name)?.strip_prefix('='));
        value.and_then(|value| value.trim_matches('"').parse::<u64>().ok())
    };
    for (fact, name) in
        [("no_store", "no-store"), ("private", "private"), ("public", "public"), ("no_cache", "no-cache")]
    {
        facts.present(fact, Value::Bool(has(name)));
    }
    facts.present("immutable", Value::Bool(has("immutable")));
    let age = seconds("max-age").map(|age| Fact::Present(Value::Number(Exact::whole(age))));
    facts.set("max_age", age.unwrap_or(Fact::Absent));
    let shared =
        !has("no-store") && !has("private") && (has("public") || has("s-maxage") || seconds("max-age") > Some(0));
    facts.present("shared", Value::Bool(shared));
    let validator = reply.header("etag").is_some() || reply.header("last-modified").is_some();
    facts.present("validator", Value::Bool(validator));
}

/// Whether a second visit is spared the body (RFC 9111 §4.2, §4.3).
fn set_reuse(facts: &mut Facts, again: Option<bool>) {
    facts.set("revalidates", again.map_or(Fact::Absent, |spared| Fact::Present(Value::Bool(spared))));
    let is = |name: &str| facts.get(name) == Fact::Present(Value::Bool(true));
    let fresh =
        matches!(facts.get("max_age"), Fact::Present(Value::Number(age)) if age > Exact::whole(0)) && !is("no_cache");
    let reusable = is("no_store") || fresh || again == Some(true);
    facts.present("reusable", Value::Bool(reusable));
}

/// Media types that compression makes smaller.
fn is_text(reply: &Reply) -> bool {
    let kind = reply.header("content-type").unwrap_or_default().to_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let words = ["json", "xml", "javascript", "ecmascript", "wasm", "graphql", "x-ndjson"];
    kind.starts_with("text/") && kind != "text/event-stream" || words.iter().any(|word| kind.ends_with(word))
}

fn set_packing(facts: &mut Facts, reply: &Reply, plain: &Reply) {
    let coding = reply.header("content-encoding").map(str::to_lowercase).filter(|coding| coding != "identity");
    facts.present("compressed", Value::Bool(coding.is_some()));
    facts.set("coding", coding.map_or(Fact::Absent, |coding| Fact::Present(Value::Text(coding))));
    let size = |reply: &Reply| match &reply.body {
        Body::Whole(bytes) => Fact::Present(Value::count(bytes.len())),
        Body::TooLong(_) | Body::Broken(_) => Fact::Unobserved("the body is longer than 2 MiB".to_owned()),
    };
    facts.present("text", Value::Bool(is_text(reply)));
    facts.set("size", size(reply));
    facts.set("plain_size", size(plain));
    let vary = reply.header("vary").unwrap_or_default().to_lowercase();
    let varies = vary.split(',').any(|name| matches!(name.trim(), "accept-encoding" | "*"));
    facts.present("varies", Value::Bool(varies));
}

fn declared() -> Vec<FactDecl> {
    let flag = |name, doc| FactDecl::new(name, FactType::Bool, doc);
    vec![
        FactDecl::new("status", FactType::Count, "Status code."),
        flag("authenticated", "Whether credentials were sent: only then the answer may be somebody's own."),
        flag(
            "guarded",
            "Whether an answer to somebody with credentials may be stored by nobody; unobserved without them.",
        ),
        flag("no_store", "Whether nobody may store the answer."),
        flag("private", "Whether only the browser may store it."),
        flag("public", "Whether everybody may store it, credentials or not."),
        flag("no_cache", "Whether it must be asked for again before it is used."),
        flag("immutable", "Whether it never changes (RFC 8246)."),
        flag(
            "shared",
            "Whether a shared cache is told that it may store it: `public`, `s-maxage` or a `max-age`, and no word against it.",
        ),
        FactDecl::new("max_age", FactType::Duration, "How long it is fresh; absent when that is not said."),
        flag("validator", "Whether it has an `ETag` or `Last-Modified` to ask again by."),
        flag(
            "revalidates",
            "Whether its validator is answered with 304, so that the body need not come again; absent without one.",
        ),
        flag(
            "reusable",
            "Whether a second visit is spared the body: it is fresh for a while, or its validator is answered with 304; true as well \
             where `no-store` forbids to keep it.",
        ),
        flag("text", "Whether it is of a type that compression makes smaller: text, JSON, XML, scripts."),
        flag("compressed", "Whether it comes compressed to those who accept that."),
        FactDecl::new("coding", FactType::Text, "How: `gzip`, `br`, …; absent when it is not."),
        FactDecl::new("size", FactType::Size, "Length of the body as it comes to a browser."),
        FactDecl::new("plain_size", FactType::Size, "Length of the body without compression."),
        flag("varies", "Whether `Vary` names `Accept-Encoding`."),
        FactDecl::new(
            "methods",
            FactType::List(Box::new(FactType::Text)),
            "Methods that `Allow` names in the answer to OPTIONS, sorted; absent when it names none.",
        ),
    ]
}

impl Inquire for Delivery {
    const NAME: &'static str = "delivery";

    fn whom(&self) -> Whom<'_> {
        Whom::target(&self.place.target, self.place.timeout)
    }

    fn facts(&self) -> FactSchema {
        declared().into()
    }

    fn touch(&self) -> Touch {
        let contacts = vec![self.place.contact("GET", 3), self.place.contact("OPTIONS", 1)];
        Touch { contacts, presents: self.place.presents(), ..Touch::default() }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        let mut round = Round::of(&look, &self.place.target)?;
        let packed = [("accept-encoding", "gzip, deflate, br, zstd")];
        let (reply, place) = round.answer(self.place.request("GET", &packed)).await?;
        let (plain, _) = round.answer(self.place.request("GET", &[("accept-encoding", "identity")])).await?;
        let (options, _) = round.answer(self.place.request("OPTIONS", &[])).await?;
        let mut facts = Facts::new();
        facts.present("status", Value::count(reply.status));
        set_caching(&mut facts, &reply);
        let authenticated = self.is_authenticated(&look);
        facts.present("authenticated", Value::Bool(authenticated));
        let unsent = || Fact::Unobserved("no credentials were sent; give the target some".to_owned());
        facts.set("guarded", if authenticated { facts.get("no_store") } else { unsent() });
        set_packing(&mut facts, &reply, &plain);
        let again = self.ask_again(&reply, &mut round).await?;
        set_reuse(&mut facts, again);
        let methods = options.header("allow").map(methods);
        facts.set("methods", methods.map_or(Fact::Absent, Fact::Present));
        let note = format!(
            "cache-control: {}; content-encoding: {}",
            reply.header("cache-control").unwrap_or("none"),
            reply.header("content-encoding").unwrap_or("none")
        );
        Ok(round.observed(facts, vec![Evidence { note: Some(note), ..place }]))
    }
}
