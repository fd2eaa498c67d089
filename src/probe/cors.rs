//! Probe `cors`: asks from six origins, plainly and by preflight, and tells which of them may read the answers.
//!
//! Leaves to the rule which origin is trusted: the six here never are.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::http::fetch::target;
use super::http::place::{Given, Place};
use super::http::round::Round;
use super::inquiry::{Inquire, Inquiry, Whom};
use super::{Look, Probe, ProbeDef, Touch};
use crate::model::report::Evidence;
use crate::model::{Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::world::net::{Reply, Url};
use crate::yaml::{Node, Spanned, decode as decode_node};

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "cors",
    doc: "Asks from origins that nobody trusts, and reports which of them browsers would let read the answers.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: api\npath: /api/profile\n",
};

/// A domain that never exists (RFC 6761 §6.4).
const STRANGER: &str = "shipworthy.invalid";

/// Parameters of probe `cors`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CorsProbe")]
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
struct Cors {
    place: Place,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    let given = Given::of(&params.target, params.path.as_ref(), params.credentials.as_deref(), params.timeout.as_ref());
    Some(Box::new(Inquiry(Cors { place: Place::of(&given, problems) })))
}

/// An origin to ask from, and what it tells if it is allowed.
struct Origin {
    value: String,
    /// The fact that is true if it may read.
    fact: &'static str,
}

/// Origins that a service of this URL should not know.
fn origins(url: &Url) -> Vec<Origin> {
    let host = url.host_str().unwrap_or_default();
    let mut origins = vec![
        Origin { value: format!("https://{STRANGER}"), fact: "foreign" },
        Origin { value: "null".to_owned(), fact: "null" },
        Origin { value: format!("https://{host}.{STRANGER}"), fact: "prefix" },
        Origin { value: format!("https://shipworthy{host}"), fact: "suffix" },
    ];
    if url.scheme() == "https" {
        origins.push(Origin { value: format!("http://{host}"), fact: "insecure" });
    }
    // a host that is an address has no neighbours by name
    let by_name = host.parse::<std::net::Ipv4Addr>().is_err() && !host.starts_with('[');
    origins.retain(|origin| by_name || !matches!(origin.fact, "prefix" | "suffix"));
    origins
}

/// How it is asked. A preflight may be answered by another part than the request itself; two of them show that.
fn methods(fact: &str) -> &'static [&'static str] {
    if matches!(fact, "foreign" | "null") { &["GET", "OPTIONS"] } else { &["GET"] }
}

/// What answers said of one origin.
#[derive(Default)]
struct Allowed {
    reads: bool,
    with_credentials: bool,
}

/// What all answers said.
#[derive(Default)]
struct Heard {
    by_origin: Vec<(&'static str, String, Allowed)>,
    wildcard: bool,
    wildcard_with_credentials: bool,
    /// Answers that name an origin, and those of them that say so in `Vary`.
    named: usize,
    varied: usize,
}

impl Heard {
    /// Takes in one answer; says what it allows.
    fn take(&mut self, reply: &Reply, origin: &str, allowed: &mut Allowed) -> Option<String> {
        let value = reply.header("access-control-allow-origin")?.trim().to_owned();
        let credentials = reply.header("access-control-allow-credentials").is_some_and(|value| value.trim() == "true");
        if value == "*" {
            self.wildcard = true;
            self.wildcard_with_credentials |= credentials;
        } else {
            self.named += 1;
            let vary = reply.header("vary").unwrap_or_default().to_ascii_lowercase();
            self.varied += usize::from(vary.split(',').any(|name| matches!(name.trim(), "origin" | "*")));
        }
        if value.eq_ignore_ascii_case(origin) {
            allowed.reads = true;
            allowed.with_credentials |= credentials;
        }
        Some(format!("allows {value}{}", if credentials { " with credentials" } else { "" }))
    }
}

fn facts(heard: &Heard) -> Facts {
    let mut facts = Facts::new();
    for fact in ["foreign", "null", "prefix", "suffix", "insecure"] {
        let reads = heard.by_origin.iter().find(|(name, ..)| *name == fact).map(|(.., allowed)| allowed.reads);
        facts.set(fact, reads.map_or(Fact::Absent, |reads| Fact::Present(Value::Bool(reads))));
    }
    let origins = |which: &dyn Fn(&Allowed) -> bool| {
        let named = heard.by_origin.iter().filter(|(.., allowed)| which(allowed));
        Value::List(named.map(|(_, origin, _)| Value::Text(origin.clone())).collect())
    };
    facts.present("allowed", origins(&|allowed| allowed.reads));
    facts.present("with_credentials", origins(&|allowed| allowed.with_credentials));
    facts.present("wildcard", Value::Bool(heard.wildcard));
    facts.present("wildcard_with_credentials", Value::Bool(heard.wildcard_with_credentials));
    let varies = Fact::Present(Value::Bool(heard.varied == heard.named));
    facts.set("varies", if heard.named == 0 { Fact::Absent } else { varies });
    facts
}

fn declared() -> Vec<FactDecl> {
    let origins = || FactType::List(Box::new(FactType::Text));
    let flag = || FactType::Bool;
    vec![
        FactDecl::new("with_credentials", origins(), "Untrusted origins that may read with the user's credentials."),
        FactDecl::new("allowed", origins(), "Untrusted origins that may read at all, `*` apart."),
        FactDecl::new("foreign", flag(), "Whether any foreign origin may read (it is reflected)."),
        FactDecl::new("null", flag(), "Whether origin `null` may read: sandboxed frames and local files."),
        FactDecl::new("prefix", flag(), "Whether an origin that begins like the host may read; absent for an address."),
        FactDecl::new("suffix", flag(), "Whether an origin that ends like the host may read; absent for an address."),
        FactDecl::new(
            "insecure",
            flag(),
            "Whether the host over http may read what comes over https; absent over http.",
        ),
        FactDecl::new("wildcard", flag(), "Whether `*` is allowed: right for public data, wrong for any other."),
        FactDecl::new(
            "wildcard_with_credentials",
            flag(),
            "Whether `*` is allowed with credentials, which browsers refuse: a mistake, not a hole.",
        ),
        FactDecl::new(
            "varies",
            flag(),
            "Whether every answer that names an origin says `Vary: Origin`; absent if none does.",
        ),
    ]
}

impl Inquire for Cors {
    const NAME: &'static str = "cors";

    fn whom(&self) -> Whom<'_> {
        Whom::target(&self.place.target, self.place.timeout)
    }

    fn facts(&self) -> FactSchema {
        declared().into()
    }

    fn touch(&self) -> Touch {
        Touch {
            contacts: vec![self.place.contact("GET", 5), self.place.contact("OPTIONS", 2)],
            presents: self.place.presents(),
            ..Touch::default()
        }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        let mut round = Round::of(&look, &self.place.target)?;
        let mut heard = Heard::default();
        let mut evidence = Vec::new();
        let url = target(&self.place.target, look.world)?.url.clone().map_err(Unknown::because)?;
        let url = Url::parse(&url).map_err(|_| Unknown::because("the URL of the target cannot be read"))?;
        let mut last = None;
        for origin in origins(&url) {
            let mut allowed = Allowed::default();
            for method in methods(origin.fact) {
                let headers = [("origin", origin.value.as_str()), ("access-control-request-method", "GET")];
                let headers = if *method == "GET" { &headers[..1] } else { &headers[..] };
                let (reply, place) = round.answer(self.place.request(method, headers)).await?;
                last = Some(place.clone());
                if let Some(said) = heard.take(&reply, &origin.value, &mut allowed) {
                    let note = format!("{method} from {}: {said}", origin.value);
                    evidence.push(Evidence { note: Some(note), ..place });
                }
            }
            heard.by_origin.push((origin.fact, origin.value, allowed));
        }
        if let Some(place) = last.filter(|_| evidence.is_empty()) {
            evidence.push(Evidence { note: Some("no answer names an allowed origin".to_owned()), ..place });
        }
        Ok(round.observed(facts(&heard), evidence))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn neighbours_by_name_are_asked_for_names_only() {
        let facts = |url: &str| origins(&Url::parse(url).unwrap()).iter().map(|origin| origin.fact).collect::<Vec<_>>();
        assert_eq!(facts("https://shop.test/"), ["foreign", "null", "prefix", "suffix", "insecure"]);
        assert_eq!(facts("http://127.0.0.1:1/"), ["foreign", "null"]);
        assert_eq!(facts("http://[::1]/"), ["foreign", "null"]);
    }
}
