//! Probe `cookies`: reads each `Set-Cookie` line of an answer, of the error page, and of the login where there is one, by
//! itself, and tells which flags are missing.
//!
//! Unlike the Observatory's test in `security_headers` it knows sessions by many names, skips deletions, and leaves out
//! cookies that scripts must read. Values are never shown.

use cookie_store::RawCookie;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::http::place::{Given, Place};
use super::http::round::{NO_SUCH_PAGE, Request, Round};
use super::inquiry::{Inquire, Inquiry, Whom};
use super::{Contact, Look, Probe, ProbeDef, Touch};
use crate::model::report::Evidence;
use crate::model::{Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::world::net::Reply;
use crate::yaml::{Node, Spanned, decode as decode_node};

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "cookies",
    doc: "Reports which cookies of an answer and of the error page lack Secure, HttpOnly or SameSite, or break the rules of their prefix.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: site\npath: /login\nreadable: [XSRF-TOKEN]\n",
};

/// The longest cookie that browsers keep (RFC 6265 §6.1), in bytes.
const LONGEST: usize = 4096;
/// Seconds of 30 days: a session that a browser keeps for longer is one that somebody else finds.
const LASTING: i64 = 30 * 24 * 60 * 60;
/// Why nothing is known of sessions.
const NO_SESSION_SEEN: &str = "no session cookie comes with the answer or a login; name the path that begins a session, or give the target a `login`";
/// Parts of names that sessions have.
const SESSION: &[&str] = &["sess", "sid", "auth", "token", "jwt", "login", "remember"];
/// Parts of names that make it something else: a token against forged requests, which scripts must read.
const NO_SESSION: &[&str] = &["csrf", "xsrf"];

/// Parameters of probe `cookies`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CookiesProbe")]
struct Params {
    /// The target to ask.
    target: Spanned<String>,
    /// Path below the target's URL that begins a session. Default `/`.
    #[serde(default)]
    path: Option<Spanned<String>>,
    /// Names of session cookies that do not sound like one.
    #[serde(default)]
    session: Vec<String>,
    /// Names of cookies that scripts must read.
    #[serde(default)]
    readable: Vec<String>,
    /// `none` or the name of credentials of the target; without it the target's `default`, if there is one.
    #[serde(default)]
    credentials: Option<String>,
    /// When the answer counts as not coming; default 40 s.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct Cookies {
    place: Place,
    session: Vec<String>,
    readable: Vec<String>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    let given = Given::of(&params.target, params.path.as_ref(), params.credentials.as_deref(), params.timeout.as_ref());
    Some(Box::new(Inquiry(Cookies {
        place: Place::of(&given, problems),
        session: params.session,
        readable: params.readable,
    })))
}

/// A cookie that is set, and what is wrong with it.
#[derive(PartialEq, Eq)]
struct Set {
    name: String,
    session: bool,
    faults: Vec<Fault>,
}

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Insecure,
    Readable,
    NoSameSite,
    OpenInsecure,
    WrongPrefix,
    WideDomain,
    TooLong,
    Lasting,
}

impl Fault {
    fn word(self) -> &'static str {
        match self {
            Fault::Insecure => "no Secure",
            Fault::Readable => "no HttpOnly",
            Fault::NoSameSite => "no SameSite",
            Fault::OpenInsecure => "SameSite=None without Secure",
            Fault::WrongPrefix => "breaks the rules of its prefix",
            Fault::WideDomain => "for a wider domain than its host",
            Fault::TooLong => "longer than 4096 bytes",
            Fault::Lasting => "kept for more than 30 days",
        }
    }
}

impl Cookies {
    /// One line; `None` when it deletes a cookie or is none.
    fn read(&self, line: &str, host: &str, now: Timestamp) -> Option<Set> {
        let cookie = RawCookie::parse(line.to_owned()).ok()?;
        if cookie.max_age().is_some_and(|age| age.is_zero()) || cookie.value().is_empty() {
            return None;
        }
        let name = cookie.name().to_owned();
        let named = |names: &[String]| names.contains(&name);
        let session = named(&self.session) || (names_session(&name) && !named(&self.readable));
        let secure = cookie.secure() == Some(true);
        let mut faults = Vec::new();
        let mut add = |fault: Fault, wrong: bool| faults.extend(wrong.then_some(fault));
        add(Fault::Insecure, !secure);
        add(Fault::Readable, session && cookie.http_only() != Some(true));
        add(Fault::NoSameSite, cookie.same_site().is_none());
        add(Fault::OpenInsecure, cookie.same_site().is_some_and(|value| value.is_none()) && !secure);
        add(Fault::WrongPrefix, breaks_prefix(&cookie, secure));
        let domain = cookie.domain().map(str::to_lowercase).filter(|domain| !domain.is_empty());
        add(Fault::WideDomain, domain.is_some_and(|domain| domain != host));
        add(Fault::TooLong, line.len() > LONGEST);
        add(Fault::Lasting, session && kept_for(&cookie, now).is_some_and(|seconds| seconds > LASTING));
        Some(Set { name, session, faults })
    }
}

/// Seconds that a browser keeps a cookie; `None` when only until it is closed. `Max-Age` goes before `Expires` (RFC 6265
/// §5.3).
pub(super) fn kept_for(cookie: &RawCookie<'_>, now: Timestamp) -> Option<i64> {
    let by_date = || cookie.expires_datetime().map(|at| at.unix_timestamp() - now.as_second());
    cookie.max_age().map(|age| age.whole_seconds()).or_else(by_date)
}

/// Whether a cookie of this name stands for a login.
pub(super) fn names_session(name: &str) -> bool {
    let lower = name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    has(SESSION) && !has(NO_SESSION)
}

/// What the prefixes of a name promise (RFC 6265bis §4.1.3).
fn breaks_prefix(cookie: &RawCookie<'_>, secure: bool) -> bool {
    let host_only = cookie.domain().is_none_or(str::is_empty);
    (cookie.name().starts_with("__Host-") && !(secure && host_only && cookie.path() == Some("/")))
        || (cookie.name().starts_with("__Secure-") && !secure)
}

fn set_cookies(reply: &Reply) -> impl Iterator<Item = &str> {
    reply.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, line)| line.as_str())
}

fn host_of(url: &str) -> Option<String> {
    crate::world::net::Url::parse(url).ok()?.host_str().map(str::to_lowercase)
}

fn said(cookie: &Set) -> String {
    let faults: Vec<&str> = cookie.faults.iter().map(|fault| fault.word()).collect();
    let kind = if cookie.session { "session cookie" } else { "cookie" };
    let faults = if faults.is_empty() { "every flag".to_owned() } else { faults.join(", ") };
    format!("{kind} `{}`: {faults}", cookie.name)
}

fn facts(set: &[Set]) -> Facts {
    let mut facts = Facts::new();
    let names = |which: &dyn Fn(&Set) -> bool| {
        Value::List(set.iter().filter(|cookie| which(cookie)).map(|cookie| Value::Text(cookie.name.clone())).collect())
    };
    let with = |fault: Fault| names(&|cookie| cookie.faults.contains(&fault));
    facts.present("count", Value::count(set.len()));
    facts.present("sessions", names(&|cookie| cookie.session));
    facts.present("insecure", with(Fault::Insecure));
    let sessions_with = |fault: Fault| names(&|cookie| cookie.session && cookie.faults.contains(&fault));
    for (fact, fault) in [
        ("sessions_insecure", Fault::Insecure),
        ("sessions_readable", Fault::Readable),
        ("sessions_without_same_site", Fault::NoSameSite),
        ("sessions_over_30_days", Fault::Lasting),
    ] {
        let value = sessions_with(fault);
        let seen = set.iter().any(|cookie| cookie.session);
        facts.set(fact, if seen { Fact::Present(value) } else { Fact::Unobserved(NO_SESSION_SEEN.to_owned()) });
    }
    facts.present("without_same_site", with(Fault::NoSameSite));
    facts.present("same_site_none_insecure", with(Fault::OpenInsecure));
    facts.present("wrong_prefix", with(Fault::WrongPrefix));
    facts.present("wide_domain", with(Fault::WideDomain));
    facts.present("too_long", with(Fault::TooLong));
    facts
}

fn declared() -> Vec<FactDecl> {
    let names = |name, doc| FactDecl::new(name, FactType::List(Box::new(FactType::Text)), doc);
    vec![
        FactDecl::new(
            "count",
            FactType::Count,
            "Cookies that the answer, the error page or the login sets; deletions do not count.",
        ),
        names("sessions", "Those that stand for a login, by their name."),
        names("insecure", "Those without `Secure`."),
        names("sessions_insecure", "Sessions without `Secure`; unobserved when the answer begins none."),
        names("sessions_readable", "Sessions without `HttpOnly`; unobserved when the answer begins none."),
        names(
            "sessions_without_same_site",
            "Sessions without a valid `SameSite`; unobserved when the answer begins none.",
        ),
        names("sessions_over_30_days", "Sessions that browsers keep for more than 30 days; unobserved likewise."),
        names("without_same_site", "Those without a valid `SameSite`."),
        names("same_site_none_insecure", "Those with `SameSite=None` but without `Secure`, which browsers refuse."),
        names("wrong_prefix", "Those that break what `__Host-` or `__Secure-` promises (RFC 6265bis §4.1.3)."),
        names("wide_domain", "Those for a wider domain than the host that sets them."),
        names("too_long", "Those of more than 4096 bytes."),
    ]
}

impl Inquire for Cookies {
    const NAME: &'static str = "cookies";

    fn whom(&self) -> Whom<'_> {
        Whom::target(&self.place.target, self.place.timeout)
    }

    fn facts(&self) -> FactSchema {
        declared().into()
    }

    fn touch(&self) -> Touch {
        let nowhere = Contact::below(&self.place.target, "GET", NO_SUCH_PAGE, 1);
        let contacts = vec![self.place.contact("GET", 1), nowhere];
        Touch { contacts, presents: self.place.presents(), ..Touch::default() }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        let mut round = Round::of(&look, &self.place.target)?;
        let (reply, place) = round.answer(self.place.request("GET", &[])).await?;
        // errors often come from another layer, with cookies of its own
        let (lost, nowhere) = round.answer(Request::get(NO_SUCH_PAGE, &self.place.credentials)).await?;
        let host = place.url.as_deref().and_then(host_of).unwrap_or_default();
        let mut set: Vec<Set> = Vec::new();
        let mut evidence: Vec<Evidence> = Vec::new();
        let here = set_cookies(&reply).chain(round.login_cookies()).map(|line| (line, &place));
        for (line, place) in here.chain(set_cookies(&lost).map(|line| (line, &nowhere))) {
            let Some(cookie) = self.read(line, &host, look.world.now).filter(|new| !set.contains(new)) else {
                continue;
            };
            evidence.push(Evidence { note: Some(said(&cookie)), ..place.clone() });
            set.push(cookie);
        }
        if evidence.is_empty() {
            evidence.push(Evidence { note: Some("neither answer sets a cookie".to_owned()), ..place });
        }
        Ok(round.observed(facts(&set), evidence))
    }
}
