//! Probe `forged_token`: takes a user's JWT, breaks what its signature stands for in three ways, and reports which of them
//! still open a path.
//!
//! Active: these are the tokens of an attacker. The claims stay those of the user, so nobody else's data is asked for. How
//! a token is forged is in `forged_token/forgery.rs`.

mod forgery;

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::forgery::{Forgery, Jwt};
use super::auth_required::{Reception, received};
use super::http::fetch::Choice;
use super::http::place::{Given, Place};
use super::http::round::{Request, Round};
use super::inquiry::{Inquire, Inquiry, Whom};
use super::permission::{Permission, permitted};
use super::{Look, Probe, ProbeDef, Touch};
use crate::model::report::Evidence;
use crate::model::target::Credential;
use crate::model::{Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::yaml::{Node, Spanned, decode as decode_node};

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "forged_token",
    doc: "Presents a user's JWT without its signature, with changed claims, and as `alg: none`, and reports which are taken.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: api\npath: /api/me\ncredentials: user\n",
};

/// When nothing is said.
const USUAL_TIMEOUT: Duration = Duration::from_secs(60);
/// A stranger, the user, and each forgery.
const MOST_REQUESTS: u64 = 2 + Forgery::ALL.len() as u64;

/// Parameters of probe `forged_token`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ForgedTokenProbe")]
struct Params {
    /// The target to ask; it needs `allow: [active]`.
    target: Spanned<String>,
    /// A path that only those who are logged in may read. Default `/`.
    #[serde(default)]
    path: Option<Spanned<String>>,
    /// Name of credentials of the target that are a `bearer` or a `login` that gives one; without it the target's `default`.
    #[serde(default)]
    credentials: Option<String>,
    /// When the whole round counts as not answered; default 60 s.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct ForgedToken {
    place: Place,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    let given = Given::of(&params.target, params.path.as_ref(), params.credentials.as_deref(), params.timeout.as_ref());
    Some(Box::new(Inquiry(ForgedToken { place: Place::within(USUAL_TIMEOUT, &given, problems) })))
}

impl ForgedToken {
    /// The user's token. Unknown without one.
    async fn token(&self, round: &mut Round<'_>) -> Result<String, Unknown> {
        let credential = match round.credential(&self.place.credentials)? {
            Some(Credential::Login(_)) => Some(round.log_in(&self.place.credentials, None).await?.credential),
            other => other,
        };
        match credential {
            Some(Credential::Bearer(token)) => Ok(token),
            _ => Err(Unknown::because("no bearer token; name credentials that are one, or a login that gives one")),
        }
    }

    async fn met(&self, token: Option<&str>, round: &mut Round<'_>) -> Result<(Reception, Evidence), Unknown> {
        let bearer = token.map(|token| format!("Bearer {token}"));
        let headers: Vec<(&str, &str)> = bearer.iter().map(|value| ("authorization", value.as_str())).collect();
        let request = Request {
            method: "GET",
            path: &self.place.path,
            credentials: &Choice::None,
            headers: &headers,
            body: None,
        };
        let (reply, place) = round.answer(request).await?;
        Ok((received(&reply, place.url.as_deref(), None), place))
    }

    /// Without both a refusal of a forgery says nothing.
    async fn controls(&self, token: &str, round: &mut Round<'_>) -> Result<(), Unknown> {
        let path = &self.place.path;
        if self.met(None, round).await?.0 == Reception::Open {
            return Err(Unknown::because(format!("`{path}` is open to strangers; name a path that needs a login")));
        }
        if self.met(Some(token), round).await?.0 != Reception::Open {
            return Err(Unknown::because(format!("`{path}` gives nothing for the user's own token, either")));
        }
        Ok(())
    }
}

fn declared() -> Vec<FactDecl> {
    let texts = FactType::List(Box::new(FactType::Text));
    vec![
        FactDecl::new("jwt", FactType::Bool, "Whether the user's token is a JWT; others cannot be forged so."),
        FactDecl::new(
            "taken",
            texts,
            "Forgeries that open the path: `alg none`, `changed claims`, `no signature`; unobserved where the token is no JWT.",
        ),
    ]
}

impl Inquire for ForgedToken {
    const NAME: &'static str = "forged_token";

    fn whom(&self) -> Whom<'_> {
        Whom::target(&self.place.target, self.place.timeout)
    }

    fn facts(&self) -> FactSchema {
        declared().into()
    }

    fn touch(&self) -> Touch {
        let contacts = vec![self.place.contact("GET", MOST_REQUESTS)];
        Touch { contacts, presents: self.place.presents(), active: true, ..Touch::default() }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        permitted("forged tokens", Permission::Active, Some(&self.place.target), look.world)?;
        let mut round = Round::of(&look, &self.place.target)?;
        let token = self.token(&mut round).await?;
        let mut facts = Facts::new();
        let Some(jwt) = Jwt::read(&token) else {
            facts.present("jwt", Value::Bool(false));
            facts.set_reason("the token is no JWT".to_owned());
            return Ok(round.observed(facts, Vec::new()));
        };
        facts.present("jwt", Value::Bool(true));
        self.controls(&token, &mut round).await?;
        let (mut taken, mut unclear, mut evidence) = (Vec::new(), None, Vec::new());
        for forgery in Forgery::ALL {
            let (reception, place) = self.met(Some(&jwt.forged(forgery)), &mut round).await?;
            let said = match reception {
                Reception::Open => "is taken",
                Reception::Refused | Reception::Hidden => "is refused",
                Reception::Unclear => "is answered in a way that says nothing",
            };
            let note = format!("GET with {}: {said}", forgery.word());
            taken.extend((reception == Reception::Open).then(|| Value::Text(forgery.word().to_owned())));
            unclear = unclear.or((reception == Reception::Unclear).then(|| note.clone()));
            evidence.push(Evidence { note: Some(note), ..place });
        }
        facts.set(
            "taken",
            match unclear {
                Some(why) if taken.is_empty() => Fact::Unobserved(why),
                _ => Fact::Present(Value::List(taken)),
            },
        );
        Ok(round.observed(facts, evidence))
    }
}
