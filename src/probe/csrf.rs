//! Probe `csrf`: sends a change as a page of another site would make a user's browser send it, and reports whether it is
//! refused.
//!
//! Active: what is not refused is done. Refused counts only what the site's own page may do; what that page sends along is
//! read in `http/own_page.rs`.

use std::time::Duration;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::auth_required::leads_to_login;
use super::http::fetch::Choice;
use super::http::jar::{Jar, lines};
use super::http::login::form;
use super::http::own_page::{Sent, is_token_cookie};
use super::http::place::{Given, Place, check_paths};
use super::http::round::{Request, Round, body_text};
use super::inquiry::{Inquire, Inquiry, Whom};
use super::permission::{Permission, permitted};
use super::{Contact, Look, Probe, ProbeDef, Touch};
use crate::model::report::Evidence;
use crate::model::target::Credential;
use crate::model::{Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::world::net::{Reply, Url};
use crate::yaml::{Node, Spanned, decode as decode_node};

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "csrf",
    doc: "Sends a change with a user's cookie as a page of another site would, and reports whether it is refused.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: shop\npath: /account/name\nform: { name: Ada }\npage: /account\ncredentials: user\n",
};

/// When nothing is said.
const USUAL_TIMEOUT: Duration = Duration::from_secs(60);
/// The page of a stranger.
const FOREIGN: &str = "https://foreign.invalid";

/// Parameters of probe `csrf`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CsrfProbe")]
struct Params {
    /// The target to ask; it needs `allow: [active]`.
    target: Spanned<String>,
    /// Path of the change, asked by POST. Default `/`.
    #[serde(default)]
    path: Option<Spanned<String>>,
    /// Fields of the form, with values that may be stored; a token is no part of them.
    #[serde(default)]
    form: Option<IndexMap<String, String>>,
    /// Members of the JSON object instead. A foreign page can send that only as text.
    #[serde(default)]
    json: Option<IndexMap<String, Json>>,
    /// The page that the form stands on, which has the token; default: the path of the change.
    #[serde(default)]
    page: Option<Spanned<String>>,
    /// Name of credentials of the target that are a `login` or a `cookie`; without it the target's `default`.
    #[serde(default)]
    credentials: Option<String>,
    /// When the whole round counts as not answered; default 60 s.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct Csrf {
    place: Place,
    page: String,
    form: IndexMap<String, String>,
    json: Option<IndexMap<String, Json>>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    let given = Given::of(&params.target, params.path.as_ref(), params.credentials.as_deref(), params.timeout.as_ref());
    let place = Place::within(USUAL_TIMEOUT, &given, problems);
    check_paths(&params.page, problems);
    if params.form.is_some() && params.json.is_some() {
        problems.push(node.problem("`form` and `json` both say what is posted").help("keep one of them"));
    }
    let page = params.page.map_or_else(|| place.path.clone(), |page| page.value);
    Some(Box::new(Inquiry(Csrf { place, page, form: params.form.unwrap_or_default(), json: params.json })))
}

/// How a change was met.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Met {
    Done,
    Refused(u16),
    /// It says nothing of who may.
    Unclear(u16),
}

impl Met {
    fn of(reply: &Reply, asked: Option<&str>) -> Met {
        match reply.status {
            200..=299 => Met::Done,
            300..=399 => {
                let led = reply.header("location").is_some_and(|to| leads_to_login(to, asked.unwrap_or_default()));
                if led { Met::Refused(reply.status) } else { Met::Done }
            }
            404 | 405 | 410 | 429 | 500.. => Met::Unclear(reply.status),
            status => Met::Refused(status),
        }
    }
}

/// The user's browser.
struct User {
    jar: Jar,
    /// Lines of `Set-Cookie` of the login; `None` when the cookie stands in the spec.
    lines: Option<Vec<String>>,
}

impl Csrf {
    /// `None` when what the login gives is no cookie: no page of another site can send it.
    async fn user(&self, round: &mut Round<'_>) -> Result<Option<User>, Unknown> {
        let credential = round.credential(&self.place.credentials)?;
        match credential {
            Some(Credential::Login(_)) => {
                let session = round.log_in(&self.place.credentials, None).await?;
                let Credential::Cookie(line) = &session.credential else { return Ok(None) };
                Ok(Some(User { jar: Jar::sent(line), lines: Some(session.lines) }))
            }
            Some(Credential::Cookie(line)) => Ok(Some(User { jar: Jar::sent(&line), lines: None })),
            Some(_) => Ok(None),
            None => Err(Unknown::because("no credentials; name those of a user that log in by a cookie")),
        }
    }

    /// The change as a page of this origin has it sent.
    async fn change(
        &self,
        user: &User,
        (origin, site): (&str, &str),
        sent: &Sent,
        round: &mut Round<'_>,
    ) -> Result<(Met, Evidence), Unknown> {
        let (kind, body) = self.body(sent, site == "same-origin");
        let cookie = user.jar.line().unwrap_or_default();
        let referer = format!("{origin}/");
        let mut headers = vec![
            ("content-type", kind),
            ("cookie", cookie.as_str()),
            ("origin", origin),
            ("referer", referer.as_str()),
            ("sec-fetch-site", site),
        ];
        headers.extend(sent.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let request = Request {
            method: "POST",
            path: &self.place.path,
            credentials: &Choice::None,
            headers: &headers,
            body: Some(&body),
        };
        let (reply, place) = round.answer(request).await?;
        Ok((Met::of(&reply, place.url.as_deref()), place))
    }

    /// Without a preflight a page of another site can send forms and text only (Fetch standard, CORS-safelisted
    /// request-header).
    fn body(&self, sent: &Sent, own: bool) -> (&'static str, String) {
        match &self.json {
            Some(json) => {
                let kind = if own { "application/json" } else { "text/plain" };
                (kind, serde_json::to_string(json).unwrap_or_default())
            }
            None => {
                let fields: IndexMap<String, String> =
                    sent.fields.iter().chain(&self.form).map(|(name, value)| (name.clone(), value.clone())).collect();
                ("application/x-www-form-urlencoded", form(&fields))
            }
        }
    }

    /// What the site's own page sends along; it may renew the user's cookies.
    async fn own_page(&self, user: &mut User, round: &mut Round<'_>) -> Result<(Sent, String), Unknown> {
        let cookie = user.jar.line().unwrap_or_default();
        let headers = [("cookie", cookie.as_str())];
        let request =
            Request { method: "GET", path: &self.page, credentials: &Choice::None, headers: &headers, body: None };
        let (reply, place) = round.answer(request).await?;
        user.jar.take(lines(&reply));
        let url = place.url.as_deref().and_then(|url| Url::parse(url).ok());
        let origin = url.map(|url| url.origin().ascii_serialization()).unwrap_or_default();
        Ok((Sent::by_page(&body_text(&reply), &user.jar), origin))
    }
}

/// Whether browsers leave the cookie out of what other sites send (RFC 6265bis §5.6.7): every one that is set says so.
fn same_site(lines: Option<&[String]>) -> Fact {
    let Some(lines) = lines else { return Fact::Unobserved("the cookie stands in the spec, not its flags".to_owned()) };
    let mut sessions = lines.iter().filter(|line| !is_token_cookie(line)).peekable();
    if sessions.peek().is_none() {
        return Fact::Unobserved("the login sets no cookie but tokens against forgery".to_owned());
    }
    let kept = sessions.all(|line| {
        let mut flags = line.split(';').skip(1).map(|flag| flag.trim().to_ascii_lowercase());
        flags.any(|flag| matches!(flag.as_str(), "samesite=lax" | "samesite=strict"))
    });
    Fact::Present(Value::Bool(kept))
}

/// A refusal counts only if the site's own page is not refused.
fn refused(forged: &Met, own: Option<&Met>) -> (Fact, String) {
    let unseen = |why: String| (Fact::Unobserved(why.clone()), why);
    match (forged, own) {
        (Met::Done, _) => (Fact::Present(Value::Bool(false)), "a change forged by another site is done".to_owned()),
        (Met::Unclear(status), _) => unseen(format!("the forged change is answered {status}, which says nothing")),
        (Met::Refused(status), Some(Met::Done)) => {
            let said = format!("a change forged by another site is refused with {status}, one of its own page is done");
            (Fact::Present(Value::Bool(true)), said)
        }
        (Met::Refused(status), Some(Met::Refused(own) | Met::Unclear(own))) => unseen(format!(
            "the forged change is answered {status}, but that of the own page {own}; give the fields it needs, and its `page`"
        )),
        (Met::Refused(status), None) => unseen(format!("the forged change is answered {status}")),
    }
}

fn declared() -> Vec<FactDecl> {
    vec![
        FactDecl::new(
            "by_cookie",
            FactType::Bool,
            "Whether a cookie authorises the change; what is sent in another header no foreign page can send.",
        ),
        FactDecl::new(
            "refused",
            FactType::Bool,
            "Whether the change is refused when another site's page sends it, and done when the own page does; unobserved \
             when that is refused, too.",
        ),
        FactDecl::new(
            "same_site",
            FactType::Bool,
            "Whether every cookie of the login says `SameSite=Lax` or `Strict`, tokens against forgery apart.",
        ),
        FactDecl::new(
            "token",
            FactType::Bool,
            "Whether the own page sends a token along; absent when it was not asked.",
        ),
    ]
}

impl Inquire for Csrf {
    const NAME: &'static str = "csrf";

    fn whom(&self) -> Whom<'_> {
        Whom::target(&self.place.target, self.place.timeout)
    }

    fn facts(&self) -> FactSchema {
        declared().into()
    }

    fn touch(&self) -> Touch {
        let contacts = vec![self.place.contact("POST", 2), Contact::below(&self.place.target, "GET", &self.page, 1)];
        Touch { contacts, presents: self.place.presents(), active: true, ..Touch::default() }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        permitted("a forged change", Permission::Active, Some(&self.place.target), look.world)?;
        let mut round = Round::of(&look, &self.place.target)?;
        let mut facts = Facts::new();
        let Some(mut user) = self.user(&mut round).await? else {
            facts.present("by_cookie", Value::Bool(false));
            facts.set_reason("no cookie authorises the change".to_owned());
            return Ok(round.observed(facts, Vec::new()));
        };
        facts.present("by_cookie", Value::Bool(true));
        facts.set("same_site", same_site(user.lines.as_deref()));
        let (forged, place) = self.change(&user, (FOREIGN, "cross-site"), &Sent::default(), &mut round).await?;
        let mut own = None;
        facts.set("token", Fact::Absent);
        if let Met::Refused(_) = forged {
            let (sent, origin) = self.own_page(&mut user, &mut round).await?;
            facts.present("token", Value::Bool(sent.has_token()));
            own = Some(self.change(&user, (&origin, "same-origin"), &sent, &mut round).await?.0);
        }
        let (fact, said) = refused(&forged, own.as_ref());
        facts.set("refused", fact);
        Ok(round.observed(facts, vec![Evidence { note: Some(format!("POST: {said}")), ..place }]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_counts_only_beside_a_change_that_is_done() {
        let fact = |forged: &Met, own: Option<&Met>| refused(forged, own).0;
        assert_eq!(fact(&Met::Refused(403), Some(&Met::Done)), Fact::Present(Value::Bool(true)));
        assert_eq!(fact(&Met::Done, None), Fact::Present(Value::Bool(false)));
        for (forged, own) in [
            (Met::Refused(403), Some(Met::Refused(403))),
            (Met::Refused(422), Some(Met::Unclear(500))),
            (Met::Unclear(404), None),
            (Met::Refused(403), None),
        ] {
            assert!(matches!(fact(&forged, own.as_ref()), Fact::Unobserved(_)), "{forged:?} {own:?}");
        }
    }

    #[test]
    fn every_cookie_of_the_login_must_stay_with_its_site() {
        let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
        let said = |given: &[&str]| same_site(Some(&lines(given)));
        assert_eq!(said(&["sid=1; SameSite=Lax; HttpOnly"]), Fact::Present(Value::Bool(true)));
        assert_eq!(said(&["sid=1; samesite=STRICT", "csrftoken=2; Path=/"]), Fact::Present(Value::Bool(true)));
        assert_eq!(said(&["sid=1; SameSite=None; Secure"]), Fact::Present(Value::Bool(false)));
        assert_eq!(said(&["sid=1; SameSite=Lax", "remember=1"]), Fact::Present(Value::Bool(false)));
        for nothing in [same_site(None), said(&[]), said(&["csrftoken=2; SameSite=Lax"])] {
            assert!(matches!(nothing, Fact::Unobserved(_)), "{nothing:?}");
        }
    }
}
