//! Probe `auth_required`: asks for paths as nobody, then with credentials that cannot be right, and tells which give data.
//!
//! Owns how an answer to a stranger is read. Sends GET only, follows nothing.

use std::time::Duration;

use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::http::fetch::Choice;
use super::http::round::{NO_SUCH_PAGE, Request, Round, body_text, is_html};
use super::inquiry::{Inquire, Inquiry, Whom};
use super::{Contact, Look, Probe, ProbeDef, Touch, limits};
use crate::model::report::Evidence;
use crate::model::{Exact, Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::probe::http::place::check_paths;
use crate::world::net::{Reply, Url};
use crate::yaml::{Node, Spanned, decode as decode_node};

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "auth_required",
    doc: "Asks for paths without and with wrong credentials, and reports which refuse and which give data.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: api\npaths: [/api/profiles, /admin]\n",
};

/// Paths of one observation at most; each may cost three requests.
const MOST_PATHS: usize = 9;
/// When nothing is said.
const USUAL_TIMEOUT: Duration = Duration::from_secs(60);

/// Parameters of probe `auth_required`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AuthRequiredProbe")]
struct Params {
    /// The target to ask.
    target: Spanned<String>,
    /// Paths that only those who are logged in may read, at most nine.
    paths: Vec<Spanned<String>>,
    /// Credentials of the target that must be let in, or the refusals prove nothing; without it the target's `default`,
    /// if there is one.
    #[serde(default)]
    credentials: Option<Spanned<String>>,
    /// Whether 404 to strangers counts as a refusal: who hides what exists.
    #[serde(default)]
    hidden_ok: bool,
    /// When the whole round counts as not answered; default 60 s.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct AuthRequired {
    target: String,
    paths: Vec<String>,
    valid: Choice,
    hidden_ok: bool,
    timeout: Duration,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    if params.paths.is_empty() || params.paths.len() > MOST_PATHS {
        let wrong = format!("{} paths; 1 to {MOST_PATHS} are asked at once", params.paths.len());
        problems.push(node.problem(wrong).help("such as `paths: [/api/profiles, /admin]`"));
    }
    check_paths(&params.paths, problems);
    let valid = match &params.credentials {
        None => Choice::Default,
        Some(name) if matches!(name.as_str(), "none" | "invalid") => {
            let wrong = format!("`{}` names no credentials that could be let in", name.value);
            problems.push(name.span.problem(wrong).help("strangers are asked for anyway; name those of a user"));
            Choice::Default
        }
        Some(name) => Choice::Named(name.value.clone()),
    };
    Some(Box::new(Inquiry(AuthRequired {
        target: params.target.value,
        paths: params.paths.into_iter().map(|path| path.value).collect(),
        valid,
        hidden_ok: params.hidden_ok,
        timeout: limits::timeout(params.timeout.as_ref(), problems).unwrap_or(USUAL_TIMEOUT),
    })))
}

/// How a path meets a stranger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reception {
    /// 401 or 403, or a redirect to where one logs in.
    Refused,
    /// 404 or 410.
    Hidden,
    /// An answer of success that is no login page.
    Open,
    /// Anything else says nothing about access.
    Unclear,
}

/// What the answers to one path came to.
struct Met<'a> {
    path: &'a str,
    reception: Reception,
    /// Refused nobody, but not wrong credentials.
    takes_invalid: bool,
    /// 401 without the challenge that RFC 9110 §15.5.2 asks for.
    unchallenged: bool,
    /// Whether valid credentials get data; `None` when there are none.
    admits: Option<bool>,
}

impl AuthRequired {
    fn has_valid(&self, look: &Look<'_>) -> bool {
        let name = match &self.valid {
            Choice::Named(name) => name.as_str(),
            _ => "default",
        };
        self.valid != Choice::Default
            || look.world.targets.get(&self.target).is_some_and(|target| target.credentials.contains_key(name))
    }

    async fn meet<'a>(
        &self,
        path: &'a str,
        (nowhere, has_valid): (Option<&str>, bool),
        round: &mut Round<'_>,
        evidence: &mut Vec<Evidence>,
    ) -> Result<Met<'a>, Unknown> {
        let mut seen = |reply: &Reply, mut place: Evidence, who: &str| {
            let reception = received(reply, place.url.as_deref(), nowhere);
            place.note = Some(format!("GET as {who}: {}", word(reception, reply)));
            evidence.push(place);
            reception
        };
        let (reply, place) = round.answer(Request::get(path, &Choice::None)).await?;
        let reception = seen(&reply, place, "nobody");
        let unchallenged = reply.status == 401 && reply.header("www-authenticate").is_none();
        let mut met = Met { path, reception, takes_invalid: false, unchallenged, admits: None };
        if reception == Reception::Refused {
            let (reply, place) = round.answer(Request::get(path, &Choice::Invalid)).await?;
            met.takes_invalid = seen(&reply, place, "somebody with wrong credentials") == Reception::Open;
        }
        if has_valid && reception != Reception::Open {
            let (reply, place) = round.answer(Request::get(path, &self.valid)).await?;
            met.admits = Some(seen(&reply, place, "a user") == Reception::Open);
        }
        Ok(met)
    }

    fn facts(&self, met: &[Met<'_>], catch_all: bool) -> Facts {
        let mut facts = Facts::new();
        let named = |which: &dyn Fn(&Met<'_>) -> bool| {
            Value::List(met.iter().filter(|met| which(met)).map(|met| Value::Text(met.path.to_owned())).collect())
        };
        facts.present("total", Value::count(met.len()));
        facts.present("catch_all", Value::Bool(catch_all));
        facts.present("open", named(&|met| met.reception == Reception::Open));
        facts.present("hidden", named(&|met| met.reception == Reception::Hidden));
        facts.present("unclear", named(&|met| met.reception == Reception::Unclear));
        facts.present("takes_invalid", named(&|met| met.takes_invalid));
        facts.present("unchallenged", named(&|met| met.unchallenged));
        let any_valid = met.iter().any(|met| met.admits.is_some());
        let shut = named(&|met| met.admits == Some(false));
        facts.set("shut", if any_valid { Fact::Present(shut) } else { Fact::Absent });
        facts.set("enforced", self.enforced(met));
        facts
    }

    /// The share of paths that let no stranger in; known only if every path said so, or one said the contrary.
    fn enforced(&self, met: &[Met<'_>]) -> Fact {
        let kept = |met: &&Met<'_>| match met.reception {
            Reception::Refused => !met.takes_invalid,
            Reception::Hidden => self.hidden_ok,
            Reception::Open | Reception::Unclear => false,
        };
        let open = |met: &Met<'_>| met.reception == Reception::Open || met.takes_invalid;
        if !met.iter().any(open)
            && let Some(silent) = met.iter().find(|met| !kept(met))
        {
            let what =
                if silent.reception == Reception::Hidden { "does not exist" } else { "says nothing about access" };
            return Fact::Unobserved(format!("the answer of `{}` {what}", silent.path));
        }
        let share = Exact::ratio(met.iter().filter(kept).count(), met.len());
        share.map_or_else(|| Fact::Unobserved("no path".to_owned()), |share| Fact::Present(Value::Number(share)))
    }
}

/// How an answer receives a stranger. `nowhere` is what every path gets, where every path gets 200.
pub(super) fn received(reply: &Reply, asked: Option<&str>, nowhere: Option<&str>) -> Reception {
    match reply.status {
        401 | 403 => Reception::Refused,
        404 | 410 => Reception::Hidden,
        300..=399 => {
            let led = reply.header("location").is_some_and(|to| leads_to_login(to, asked.unwrap_or_default()));
            if led { Reception::Refused } else { Reception::Unclear }
        }
        200..=299 => {
            let body = body_text(reply);
            let page = is_html(reply) && (has_password_field(&body) || nowhere == Some(body.as_str()));
            if page || nowhere == Some(body.as_str()) { Reception::Unclear } else { Reception::Open }
        }
        _ => Reception::Unclear,
    }
}

fn word(reception: Reception, reply: &Reply) -> &'static str {
    match reception {
        Reception::Refused if reply.status >= 400 => "refused",
        Reception::Refused => "sent to a login",
        Reception::Hidden => "not there",
        Reception::Open => "data",
        Reception::Unclear if is_html(reply) && reply.status == 200 => {
            "a page that asks for a password, or that every path gets; 401 would be clear"
        }
        Reception::Unclear => "says nothing about access",
    }
}

/// Another host, or a path that is named for logging in.
pub(super) fn leads_to_login(to: &str, asked: &str) -> bool {
    let Some(url) = Url::parse(asked).ok().and_then(|asked| asked.join(to).ok()) else { return false };
    let elsewhere = Url::parse(asked).is_ok_and(|asked| asked.host_str() != url.host_str());
    elsewhere || names_login(url.path())
}

fn names_login(path: &str) -> bool {
    let words = path.to_lowercase();
    words.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| {
        matches!(
            word,
            "login"
                | "logon"
                | "signin"
                | "auth"
                | "authorize"
                | "oauth"
                | "oauth2"
                | "oidc"
                | "saml"
                | "saml2"
                | "sso"
        )
    }) || words.contains("sign-in")
        || words.contains("sign_in")
        || words.contains("log-in")
}

fn has_password_field(body: &str) -> bool {
    Regex::new(r#"(?i)<input\b[^>]*\btype\s*=\s*["']?password\b"#).is_ok_and(|field| field.is_match(body))
}

fn declared() -> Vec<FactDecl> {
    let paths = || FactType::List(Box::new(FactType::Text));
    vec![
        FactDecl::new(
            "enforced",
            FactType::Ratio,
            "Share of the paths that refuse strangers and wrong credentials; unobserved when an answer is unclear and \
             none is open.",
        ),
        FactDecl::new("total", FactType::Count, "Paths that were asked for."),
        FactDecl::new("open", paths(), "Paths that give data to nobody in particular."),
        FactDecl::new("takes_invalid", paths(), "Paths that refuse nobody, but give data for wrong credentials."),
        FactDecl::new("hidden", paths(), "Paths that answer 404 or 410."),
        FactDecl::new(
            "unclear",
            paths(),
            "Paths whose answer says nothing about access: 405, 429, 5xx, a login page with 200.",
        ),
        FactDecl::new("unchallenged", paths(), "Paths whose 401 has no `WWW-Authenticate` (RFC 9110 §15.5.2)."),
        FactDecl::new("shut", paths(), "Paths that valid credentials do not open either; absent without credentials."),
        FactDecl::new("catch_all", FactType::Bool, "Whether a path that cannot exist answers 200."),
    ]
}

impl Inquire for AuthRequired {
    const NAME: &'static str = "auth_required";

    fn whom(&self) -> Whom<'_> {
        Whom::target(&self.target, self.timeout)
    }

    fn facts(&self) -> FactSchema {
        declared().into()
    }

    fn touch(&self) -> Touch {
        let contact = |path: &str, at_most| Contact::below(&self.target, "GET", path, at_most);
        let mut contacts = vec![contact(NO_SUCH_PAGE, 1)];
        contacts.extend(self.paths.iter().map(|path| contact(path, 3)));
        Touch { contacts, presents: self.valid.presented(1).into_iter().collect(), ..Touch::default() }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        let mut round = Round::of(&look, &self.target)?;
        let has_valid = self.has_valid(&look);
        let mut evidence = Vec::new();
        let (nowhere, _) = round.answer(Request::get(NO_SUCH_PAGE, &Choice::None)).await?;
        let nowhere = (nowhere.status == 200).then(|| body_text(&nowhere));
        let mut met = Vec::new();
        for path in &self.paths {
            met.push(self.meet(path, (nowhere.as_deref(), has_valid), &mut round, &mut evidence).await?);
        }
        let facts = self.facts(&met, nowhere.is_some());
        Ok(round.observed(facts, evidence))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_to_a_login_is_told_from_any_other() {
        let asked = "https://shop.test/admin";
        for login in ["/login?next=/admin", "/users/sign_in", "https://sso.other.test/", "/oauth2/authorize", "/auth"] {
            assert!(leads_to_login(login, asked), "{login}");
        }
        for other in ["/admin/", "/authors", "/home", "http://shop.test/"] {
            assert!(!leads_to_login(other, asked), "{other}");
        }
    }

    #[test]
    fn a_password_field_is_found_however_it_is_written() {
        assert!(has_password_field("<INPUT name=p\n type = 'password'>"));
        assert!(!has_password_field("<input type=text> type=password"));
    }
}
