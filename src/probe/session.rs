//! Probe `session`: logs in, and reports how long that lasts by its own word, whether an id known before it is still good,
//! and whether the logout ends it at the server.
//!
//! Active: it logs in and out. Owns the sequence; how long a session lasts is read in `session/lifetime.rs`.

mod lifetime;

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::auth_required::{Reception, received};
use super::http::fetch::Choice;
use super::http::jar::{Jar, lines};
use super::http::login::{Session, form};
use super::http::own_page::Sent;
use super::http::place::{Given, Place, check_paths};
use super::http::round::{Request, Round, body_text};
use super::inquiry::{Inquire, Inquiry, Whom};
use super::permission::{Permission, permitted};
use super::{Contact, Look, Probe, ProbeDef, Touch};
use crate::model::report::Evidence;
use crate::model::target::Credential;
use crate::model::{Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::world::net::Reply;
use crate::yaml::{Node, Spanned, decode as decode_node};

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "session",
    doc: "Logs in and out, and reports how long a session lasts, whether it is a new one, and whether the logout ends it.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: shop\npath: /account\nlogout: /logout\ncredentials: user\n",
};

/// When nothing is said.
const USUAL_TIMEOUT: Duration = Duration::from_secs(60);

/// Parameters of probe `session`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SessionProbe")]
struct Params {
    /// The target to ask; it needs `allow: [active]`.
    target: Spanned<String>,
    /// A path that only those who are logged in may read. Default `/`.
    #[serde(default)]
    path: Option<Spanned<String>>,
    /// Path of the logout; without it nothing is known of the session's end.
    #[serde(default)]
    logout: Option<Spanned<String>>,
    /// How the logout is asked for: `POST` (default), `GET` or `DELETE`.
    #[serde(default)]
    logout_method: Option<Spanned<String>>,
    /// Name of credentials of the target that are a `login`; without it the target's `default`.
    #[serde(default)]
    credentials: Option<String>,
    /// When the whole round counts as not answered; default 60 s.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct SessionProbe {
    /// Its path is the one that needs a login.
    place: Place,
    logout: Option<String>,
    logout_method: String,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    let given = Given::of(&params.target, params.path.as_ref(), params.credentials.as_deref(), params.timeout.as_ref());
    let place = Place::within(USUAL_TIMEOUT, &given, problems);
    check_paths(&params.logout, problems);
    let method = params.logout_method.as_ref().map_or("POST", |method| method.as_str()).to_owned();
    if let Some(given) =
        params.logout_method.as_ref().filter(|given| !matches!(given.as_str(), "POST" | "GET" | "DELETE"))
    {
        problems.push(given.span.problem(format!("a logout by `{}`", given.value)).help("POST, GET or DELETE"));
    }
    Some(Box::new(Inquiry(SessionProbe { place, logout: params.logout.map(|path| path.value), logout_method: method })))
}

/// How a visitor presents a session.
enum Pass {
    Token(String),
    Cookies(Jar),
}

impl Pass {
    fn of(session: &Session) -> Pass {
        match &session.credential {
            Credential::Bearer(token) => Pass::Token(token.clone()),
            Credential::Cookie(line) => Pass::Cookies(Jar::sent(line)),
            _ => Pass::Cookies(Jar::default()),
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Pass::Token(_) => "token",
            Pass::Cookies(_) => "cookie",
        }
    }

    /// The cookies that go along; none beside a token.
    fn jar(&self) -> Jar {
        match self {
            Pass::Token(_) => Jar::default(),
            Pass::Cookies(jar) => jar.clone(),
        }
    }

    fn header(&self) -> Option<(&'static str, String)> {
        match self {
            Pass::Token(token) => Some(("authorization", format!("Bearer {token}"))),
            Pass::Cookies(jar) => jar.line().map(|line| ("cookie", line)),
        }
    }
}

/// What was seen of the session's end.
enum End {
    /// Nobody was asked to end it.
    Unasked,
    Over,
    GoesOn(u16),
    /// The path answered with this status, which says nothing of access.
    Unclear(u16),
}

impl SessionProbe {
    /// The answer of the path to whoever presents this.
    async fn met(&self, pass: &Pass, round: &mut Round<'_>) -> Result<(Reception, Reply, Evidence), Unknown> {
        let header = pass.header();
        let headers: Vec<(&str, &str)> = header.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let request = Request {
            method: "GET",
            path: &self.place.path,
            credentials: &Choice::None,
            headers: &headers,
            body: None,
        };
        let (reply, place) = round.answer(request).await?;
        Ok((received(&reply, place.url.as_deref(), None), reply, place))
    }

    /// A stranger comes first: what may be read without a login shows nothing, and the id of a visitor may become that of
    /// a user.
    async fn stranger(&self, round: &mut Round<'_>) -> Result<Jar, Unknown> {
        let request = Request::get(&self.place.path, &Choice::None);
        let (reply, place) = round.answer(request).await?;
        if received(&reply, place.url.as_deref(), None) == Reception::Open {
            let why = format!("`{}` is open to strangers; name a path that needs a login", self.place.path);
            return Err(Unknown::because(why));
        }
        let mut jar = Jar::default();
        jar.take(lines(&reply));
        Ok(jar)
    }

    /// Logs out as the user's own page does: with the token that it hides, where there is one.
    async fn end(&self, pass: &Pass, (page, at): (&Reply, &Evidence), round: &mut Round<'_>) -> Result<End, Unknown> {
        let Some(path) = &self.logout else { return Ok(End::Unasked) };
        let sent = Sent::by_page(&body_text(page), &pass.jar());
        let body = (self.logout_method == "POST" && sent.has_token()).then(|| form(&sent.fields));
        let header = pass.header();
        let mut headers: Vec<(&str, &str)> = header.iter().map(|(name, value)| (*name, value.as_str())).collect();
        headers.extend(sent.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        headers.extend(at.url.as_deref().map(|url| ("referer", url)));
        headers.extend(body.as_ref().map(|_| ("content-type", "application/x-www-form-urlencoded")));
        let method = self.logout_method.as_str();
        let request = Request { method, path, credentials: &Choice::None, headers: &headers, body: body.as_deref() };
        let (reply, _) = round.answer(request).await?;
        let (reception, after, _) = self.met(pass, round).await?;
        Ok(match reception {
            Reception::Open => End::GoesOn(reply.status),
            Reception::Refused | Reception::Hidden => End::Over,
            Reception::Unclear => End::Unclear(after.status),
        })
    }
}

fn set_end(facts: &mut Facts, end: &End, logout: &str) -> String {
    let (ended, said) = match end {
        End::Unasked => (Fact::Unobserved("no `logout` was named".to_owned()), "no logout was named".to_owned()),
        End::Over => (Fact::Present(Value::Bool(true)), "after the logout it opens nothing".to_owned()),
        End::GoesOn(status) if *status >= 400 => {
            let why = format!("the logout at `{logout}` is answered {status}");
            (Fact::Unobserved(why.clone()), why)
        }
        End::Unclear(status) => {
            let why = format!("after the logout the path is answered {status}, which says nothing");
            (Fact::Unobserved(why.clone()), why)
        }
        End::GoesOn(_) => (Fact::Present(Value::Bool(false)), "after the logout it still opens the path".to_owned()),
    };
    facts.set("ended", ended);
    said
}

fn declared() -> Vec<FactDecl> {
    vec![
        FactDecl::new("kind", FactType::Text, "What the login gives: `cookie` or `token`."),
        FactDecl::new(
            "lifetime",
            FactType::Duration,
            "How long it lasts by its own word: `Max-Age` or `Expires` of the cookie, `exp` of a JWT, `expires_in` beside a \
             token; 0 for a cookie that ends with the browser, unobserved for a token that does not say.",
        ),
        FactDecl::new(
            "fixed",
            FactType::Bool,
            "Whether a cookie that the visitor had before the login opens the path after it (session fixation).",
        ),
        FactDecl::new(
            "ended",
            FactType::Bool,
            "Whether the session opens the path no more after the logout; unobserved without `logout`, or where that is refused.",
        ),
    ]
}

impl Inquire for SessionProbe {
    const NAME: &'static str = "session";

    fn whom(&self) -> Whom<'_> {
        Whom::target(&self.place.target, self.place.timeout)
    }

    fn facts(&self) -> FactSchema {
        declared().into()
    }

    fn touch(&self) -> Touch {
        let logout = self.logout.as_deref();
        let logout = logout.map(|path| Contact::below(&self.place.target, &self.logout_method, path, 1));
        let contacts = std::iter::once(self.place.contact("GET", 4)).chain(logout).collect();
        Touch { contacts, presents: self.place.presents(), active: true, ..Touch::default() }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        permitted("a login and a logout", Permission::Active, Some(&self.place.target), look.world)?;
        let mut round = Round::of(&look, &self.place.target)?;
        let before = self.stranger(&mut round).await?;
        let session = round.log_in(&self.place.credentials, before.line().as_deref()).await?;
        let pass = Pass::of(&session);
        let (reception, page, place) = self.met(&pass, &mut round).await?;
        if reception != Reception::Open {
            let why = format!("`{}` gives nothing to who is logged in, either", self.place.path);
            return Err(Unknown::because(why));
        }
        let mut facts = Facts::new();
        facts.present("kind", Value::Text(pass.word().to_owned()));
        facts.set("lifetime", lifetime::of(&session, look.world.now));
        let fixed = match before.line() {
            Some(_) => match self.met(&Pass::Cookies(before), &mut round).await? {
                (Reception::Unclear, reply, _) => {
                    Fact::Unobserved(format!("the path is answered {}, which says nothing", reply.status))
                }
                (reception, ..) => Fact::Present(Value::Bool(reception == Reception::Open)),
            },
            None => Fact::Present(Value::Bool(false)),
        };
        facts.set("fixed", fixed);
        let end = self.end(&pass, (&page, &place), &mut round).await?;
        let said = set_end(&mut facts, &end, self.logout.as_deref().unwrap_or_default());
        let note = format!("a session by {}: {said}", pass.word());
        Ok(round.observed(facts, vec![Evidence { note: Some(note), ..place }]))
    }
}
