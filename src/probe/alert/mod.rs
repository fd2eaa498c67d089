//! Probe `alert`: whether an Alertmanager is there, whom its alerts reach, what is silenced, and whether a test alert gets
//! through.
//!
//! Owns the parameters and the conversation. What its answers mean is in `alert/answer.rs`.

mod answer;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::http::fetch::{Address, Choice, Fetch, fetch};
use super::http::round::{Request, Round, body_text};
use super::inquiry::{Inquire, Inquiry, Whom};
use super::permission::{Permission, permitted};
use super::{Contact, Look, Probe, ProbeDef, Touch, limits};
use crate::model::report::{Evidence, EvidenceKind};
use crate::model::{Fact, FactSchema, Facts, Observation, Problems, Unknown, Value};
use crate::world::Deadline;
use crate::world::World;
use crate::yaml::{Node, Spanned, decode as decode_node};

const STATUS: &str = "/api/v2/status";
const RECEIVERS: &str = "/api/v2/receivers";
const SILENCES: &str = "/api/v2/silences";
const ALERTS: &str = "/api/v2/alerts";
/// The name of a test alert.
const NAME: &str = "ShipworthyTest";
/// How long a test alert lives: routes that wait longer (`group_wait`) never send it.
const LIFE: SignedDuration = SignedDuration::from_secs(120);
/// Between two looks for it.
const PAUSE: Duration = Duration::from_millis(250);
/// Looks for it at most.
const MOST_LOOKS: u64 = 40;

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "alert",
    doc: "Asks an Alertmanager for its state, receivers and silences; with `deliver` it posts a test alert and reads it back.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: alertmanager\ndeliver: { labels: { severity: none, team: shop } }\n",
};

/// Parameters of probe `alert`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AlertProbe")]
struct Params {
    /// The target, the URL under which `/api/v2` is.
    target: Spanned<String>,
    /// Post a test alert that ends by itself after two minutes. People may get it: the target needs `allow: [active]`.
    #[serde(default)]
    deliver: Option<Deliver>,
    /// `none`, `invalid`, or the name of credentials of the target; without it the target's `default`, if it has one.
    #[serde(default)]
    credentials: Option<String>,
    /// When the whole conversation must be over.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

/// A test alert.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Deliver {
    /// Labels that choose its route, beside `alertname: ShipworthyTest`.
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Serialize)]
struct Alert {
    target: String,
    deliver: Option<Deliver>,
    credentials: Choice,
    timeout: Option<Duration>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    Some(Box::new(Inquiry(Alert {
        target: params.target.value,
        deliver: params.deliver,
        credentials: Choice::of(params.credentials.as_deref()),
        timeout: limits::timeout(params.timeout.as_ref(), problems),
    })))
}

impl Alert {
    /// Posts a test alert and looks for it; the note.
    async fn test(
        &self,
        test: &Deliver,
        round: &mut Round<'_>,
        facts: &mut Facts,
        (world, until): (&World, Deadline),
    ) -> Result<String, Unknown> {
        if let Err(reason) = permitted("a test alert", Permission::Active, Some(&self.target), world) {
            for name in ["delivered", "routed", "time.deliver"] {
                facts.set(name, Fact::Unobserved(reason.0.clone()));
            }
            return Ok(reason.0);
        }
        let run = world.now.as_nanosecond().to_string();
        let begun = Instant::now();
        round.requests += 1;
        let status = self.post(&alert(test, &run, world.now), world, until).await?;
        if status != 200 {
            self.set_lost(facts);
            return Ok(format!("the test alert was answered with status {status}"));
        }
        let path = format!("{ALERTS}?filter=alertname%3D%22{NAME}%22&filter=shipworthy_run%3D%22{run}%22");
        for _ in 0..MOST_LOOKS {
            let seen = self.ask(round, &path).await?;
            if let Some(routed) = answer::routed(&seen) {
                facts.present("delivered", Value::Bool(true));
                facts.present("routed", routed);
                facts.present("time.deliver", Value::seconds(begun.elapsed()));
                return Ok("the test alert is there".to_owned());
            }
            tokio::time::sleep(PAUSE.min(until.left())).await;
            if until.is_over() {
                break;
            }
        }
        self.set_lost(facts);
        Ok("the test alert was taken and is not there".to_owned())
    }

    fn set_lost(&self, facts: &mut Facts) {
        facts.present("delivered", Value::Bool(false));
        facts.set("routed", Fact::Absent);
        facts.set("time.deliver", Fact::Absent);
    }

    async fn post(&self, body: &Json, world: &World, until: Deadline) -> Result<u16, Unknown> {
        let headers = BTreeMap::from([("content-type".to_owned(), "application/json".to_owned())]);
        let address = Address::Target { name: self.target.clone(), path: ALERTS.to_owned() };
        let text = body.to_string();
        let post = Fetch {
            address: &address,
            method: "POST",
            headers: &headers,
            body: Some(&text),
            credentials: &self.credentials,
            redirects: 0,
        };
        let fetched = fetch(post, world, until).await?;
        match fetched.reply {
            Ok(reply) => Ok(reply.status),
            Err(failure) => Err(Unknown::because(format!("the test alert was not taken: {failure}"))),
        }
    }

    async fn ask(&self, round: &mut Round<'_>, path: &str) -> Result<Json, Unknown> {
        let (reply, _) = round.answer(self.get(path)).await?;
        serde_json::from_str(&body_text(&reply))
            .map_err(|_| Unknown::because(format!("{path}: status {} and something that is not JSON", reply.status)))
    }

    fn get<'a>(&'a self, path: &'a str) -> Request<'a> {
        Request::get(path, &self.credentials)
    }
}

/// The test alert (Alertmanager, OpenAPI "postAlerts"). The run tells it from earlier ones.
fn alert(test: &Deliver, run: &str, now: Timestamp) -> Json {
    let mut labels = test.labels.clone();
    labels.insert("alertname".to_owned(), NAME.to_owned());
    labels.insert("shipworthy_run".to_owned(), run.to_owned());
    let end = now.saturating_add(LIFE).unwrap_or(now);
    json!([{
        "labels": labels,
        "annotations": { "summary": "A test alert: nothing is wrong. It ends by itself." },
        "startsAt": now.to_string(),
        "endsAt": end.to_string(),
    }])
}

fn evidence(url: &crate::world::net::Url, status: Option<u16>, note: String) -> Evidence {
    Evidence { kind: EvidenceKind::Http, url: Some(url.to_string()), status, note: Some(note), ..Evidence::default() }
}

impl Inquire for Alert {
    const NAME: &'static str = "alert";

    fn whom(&self) -> Whom<'_> {
        Whom::target(&self.target, self.timeout)
    }

    fn facts(&self) -> FactSchema {
        FactSchema { decls: answer::declared(self.deliver.is_some()), ..FactSchema::default() }
    }

    fn touch(&self) -> Touch {
        let contact = |verb: &str, path: &str, at_most: u64| Contact::below(&self.target, verb, path, at_most);
        let mut contacts = vec![contact("GET", STATUS, 1), contact("GET", RECEIVERS, 1), contact("GET", SILENCES, 1)];
        let looks = if self.deliver.is_some() { MOST_LOOKS + 1 } else { 1 };
        contacts.push(contact("GET", ALERTS, looks));
        if self.deliver.is_some() {
            contacts.push(contact("POST", ALERTS, 1));
        }
        Touch { contacts, active: self.deliver.is_some(), ..Touch::default() }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        let mut round = Round::of(&look, &self.target)?;
        let first = round.ask(self.get(STATUS)).await?;
        let mut facts = Facts::new();
        let reply = match first.reply {
            Ok(reply) => reply,
            Err(failure) => {
                facts.set_reason(failure.to_string());
                facts.present("reachable", Value::Bool(false));
                return Ok(round.observed(facts, vec![evidence(&first.url, None, failure.to_string())]));
            }
        };
        let status = serde_json::from_str::<Json>(&body_text(&reply)).ok().filter(|_| reply.status == 200);
        let Some(status) = status else {
            let why = format!("{STATUS} answers with status {}, and not as an Alertmanager", reply.status);
            facts.set_reason(why.clone());
            facts.present("reachable", Value::Bool(false));
            return Ok(round.observed(facts, vec![evidence(&first.url, Some(reply.status), why)]));
        };
        facts.present("reachable", Value::Bool(true));
        answer::about_server(&status, &mut facts);
        answer::about_receivers(&self.ask(&mut round, RECEIVERS).await?, &mut facts);
        answer::about_silences(&self.ask(&mut round, SILENCES).await?, look.world.now, &mut facts);
        answer::about_alerts(&self.ask(&mut round, ALERTS).await?, &mut facts);
        let note = match &self.deliver {
            Some(test) => self.test(test, &mut round, &mut facts, (look.world, look.until)).await?,
            None => "asked, and nothing sent".to_owned(),
        };
        Ok(round.observed(facts, vec![evidence(&first.url, Some(200), note)]))
    }
}
