//! Probe `health`: looks for the two questions an orchestrator asks (does the process live, can it serve) at the places
//! where they usually are, and reports how they are answered.
//!
//! Asks as nobody, pair by pair, and stops at the first place that answers. What a body says is read by probe `http`.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::http::fetch::Choice;
use super::http::health::Health;
use super::http::round::{NO_SUCH_PAGE, Request, Round, body_text, evidence, is_html};
use super::inquiry::{Inquire, Inquiry, Whom};
use super::{Contact, Look, Probe, ProbeDef, Touch, limits};
use crate::model::report::Evidence;
use crate::model::{Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::probe::http::place::check_paths;
use crate::world::net::Reply;
use crate::yaml::{Node, Spanned, decode as decode_node};

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "health",
    doc: "Looks for endpoints that say whether a service lives and whether it can serve, and reports how they answer.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: api\nliveness: /livez\nreadiness: /readyz\n",
};

/// Where the two stand in Kubernetes' own components, ASP.NET and Spring Boot.
const PAIRS: [(&str, &str); 3] = [
    ("/livez", "/readyz"),
    ("/health/live", "/health/ready"),
    ("/actuator/health/liveness", "/actuator/health/readiness"),
];
/// Where there is one for both.
const SINGLES: [&str; 4] = ["/healthz", "/health", "/up", "/ping"];
/// Times an endpoint is asked, of which the median counts.
const SAMPLES: usize = 3;
/// When nothing is said.
const USUAL_TIMEOUT: Duration = Duration::from_secs(40);

/// Parameters of probe `health`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "HealthProbe")]
struct Params {
    /// The target to ask.
    target: Spanned<String>,
    /// Path that says whether the process lives; without it the usual places are tried.
    #[serde(default)]
    liveness: Option<Spanned<String>>,
    /// Path that says whether it can serve; without it the usual places are tried.
    #[serde(default)]
    readiness: Option<Spanned<String>>,
    /// When the whole round counts as not answered; default 40 s.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct HealthProbe {
    target: String,
    /// Where both are said to be; one path twice when only one is named.
    named: Option<(String, String)>,
    timeout: Duration,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    check_paths(params.liveness.iter().chain(&params.readiness), problems);
    let named = match (params.liveness, params.readiness) {
        (Some(live), Some(ready)) => Some((live.value, ready.value)),
        (Some(one), None) | (None, Some(one)) => Some((one.value.clone(), one.value)),
        (None, None) => None,
    };
    Some(Box::new(Inquiry(HealthProbe {
        target: params.target.value,
        named,
        timeout: limits::timeout(params.timeout.as_ref(), problems).unwrap_or(USUAL_TIMEOUT),
    })))
}

/// Which question an endpoint is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    Lives,
    CanServe,
    Both,
}

/// An endpoint that answers as one of health does.
struct Endpoint {
    question: Question,
    path: String,
    time: Duration,
    cached: bool,
    contradicts: bool,
    place: Evidence,
}

impl HealthProbe {
    /// Pairs to try, in order.
    fn candidates(&self) -> Vec<(String, String)> {
        if let Some(named) = &self.named {
            return vec![named.clone()];
        }
        let pairs = PAIRS.into_iter().chain(SINGLES.into_iter().map(|path| (path, path)));
        pairs.map(|(live, ready)| (live.to_owned(), ready.to_owned())).collect()
    }

    /// The endpoint at this path; `None` where nothing says that it is one. `nowhere` is what every path gets.
    async fn endpoint(
        &self,
        (question, path): (Question, &str),
        nowhere: Option<&str>,
        round: &mut Round<'_>,
    ) -> Result<Option<Endpoint>, Unknown> {
        let (first, place, time) = ask(path, round).await?;
        if !is_health(&first, nowhere) {
            return Ok(None);
        }
        let said = Health::of(&body_text(&first));
        let mut times = vec![time];
        for _ in 1..SAMPLES {
            times.push(ask(path, round).await?.2);
        }
        times.sort_unstable();
        Ok(Some(Endpoint {
            question,
            path: path.to_owned(),
            time: times[SAMPLES / 2],
            cached: may_be_kept(&first),
            contradicts: said.is_some_and(|said| said.contradicts(first.status)),
            place,
        }))
    }
}

async fn ask(path: &str, round: &mut Round<'_>) -> Result<(Reply, Evidence, Duration), Unknown> {
    let fetched = round.ask(Request::get(path, &Choice::None)).await?;
    if let Some(failure) = fetched.failure() {
        return Err(Unknown::because(format!("GET {path}: {failure}")));
    }
    let (place, time) = (evidence(&fetched, "GET"), fetched.time().unwrap_or_default());
    let reply = fetched.reply.map_err(|failure| Unknown::because(failure.to_string()))?;
    Ok((reply, place, time))
}

/// Success, or an error that is said in the words of health; never a page, nor what every path gets.
fn is_health(reply: &Reply, nowhere: Option<&str>) -> bool {
    let body = body_text(reply);
    if is_html(reply) || nowhere == Some(body.as_str()) {
        return false;
    }
    matches!(reply.status, 200..=299) || (reply.status == 503 && Health::of(&body).is_some())
}

/// Whether a cache may keep what it says (RFC 9111 §4.2): then it is news of yesterday.
fn may_be_kept(reply: &Reply) -> bool {
    let control = reply.header("cache-control").unwrap_or_default().to_lowercase();
    let forbidden = control.contains("no-store") || control.contains("no-cache");
    let lasting = control.split(',').filter_map(|directive| {
        let directive = directive.trim();
        directive.strip_prefix("max-age=").or_else(|| directive.strip_prefix("s-maxage="))?.parse::<u64>().ok()
    });
    !forbidden && (lasting.into_iter().any(|age| age > 0) || reply.header("age").is_some())
}

fn facts(found: &[Endpoint]) -> Facts {
    let mut facts = Facts::new();
    facts.present("found", Value::Bool(!found.is_empty()));
    for (name, question) in [("liveness", Question::Lives), ("readiness", Question::CanServe)] {
        let endpoint = found.iter().find(|found| [question, Question::Both].contains(&found.question));
        facts.set(name, endpoint.map_or(Fact::Absent, |found| Fact::Present(Value::Text(found.path.clone()))));
    }
    let of_any =
        |told: fn(&[Endpoint]) -> Value| if found.is_empty() { Fact::Absent } else { Fact::Present(told(found)) };
    facts.set("distinct", of_any(|found| Value::Bool(found.len() == 2)));
    facts.set("time", of_any(|found| Value::seconds(found.iter().map(|found| found.time).max().unwrap_or_default())));
    facts.set("cached", of_any(|found| Value::Bool(found.iter().any(|found| found.cached))));
    facts.set("contradicts", of_any(|found| Value::Bool(found.iter().any(|found| found.contradicts))));
    facts
}

fn declared() -> Vec<FactDecl> {
    vec![
        FactDecl::new("found", FactType::Bool, "Whether an endpoint answers as one of health does; a page does not."),
        FactDecl::new("liveness", FactType::Text, "Path that says whether the process lives; absent without one."),
        FactDecl::new("readiness", FactType::Text, "Path that says whether it can serve; absent without one."),
        FactDecl::new("distinct", FactType::Bool, "Whether the two are two; absent, as all that follows, without any."),
        FactDecl::new("time", FactType::Duration, "Median of three answers, of the slower one."),
        FactDecl::new("cached", FactType::Bool, "Whether a cache may keep what one of them says."),
        FactDecl::new("contradicts", FactType::Bool, "Whether a body says the contrary of its status."),
    ]
}

impl Inquire for HealthProbe {
    const NAME: &'static str = "health";

    fn whom(&self) -> Whom<'_> {
        Whom::target(&self.target, self.timeout)
    }

    fn facts(&self) -> FactSchema {
        declared().into()
    }

    fn touch(&self) -> Touch {
        let contact = |path: &str, at_most| Contact::below(&self.target, "GET", path, at_most);
        let mut contacts = vec![contact(NO_SUCH_PAGE, 1)];
        for (live, ready) in self.candidates() {
            contacts.push(contact(&live, SAMPLES as u64));
            contacts.extend((live != ready).then(|| contact(&ready, SAMPLES as u64)));
        }
        Touch { contacts, ..Touch::default() }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        let mut round = Round::of(&look, &self.target)?;
        let (nowhere, place, _) = ask(NO_SUCH_PAGE, &mut round).await?;
        let nowhere = (nowhere.status == 200).then(|| body_text(&nowhere));
        let mut found: Vec<Endpoint> = Vec::new();
        for (live, ready) in self.candidates() {
            let first = if live == ready { Question::Both } else { Question::Lives };
            found.extend(self.endpoint((first, &live), nowhere.as_deref(), &mut round).await?);
            if live != ready && (self.named.is_some() || !found.is_empty()) {
                found.extend(self.endpoint((Question::CanServe, &ready), nowhere.as_deref(), &mut round).await?);
            }
            if !found.is_empty() {
                break;
            }
        }
        let note = |found: &Endpoint| {
            let note =
                format!("GET: {} ms{}", found.time.as_millis(), if found.cached { ", may be cached" } else { "" });
            Evidence { note: Some(note), ..found.place.clone() }
        };
        let mut evidence: Vec<Evidence> = found.iter().map(note).collect();
        if evidence.is_empty() {
            let tried: Vec<String> = self.candidates().into_iter().map(|(live, _)| live).collect();
            evidence.push(Evidence { note: Some(format!("none of {} answers as health", tried.join(", "))), ..place });
        }
        Ok(round.observed(facts(&found), evidence))
    }
}
