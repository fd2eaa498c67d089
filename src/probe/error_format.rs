//! Probe `error_format`: provokes the three errors that any client meets (nothing there, wrong method, not logged in) and
//! reports in what form they come.
//!
//! Owns the parameters, the requests and the facts. What one answer shows is in `shown.rs`.

mod shown;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::shown::{Kind, Shown};
use super::http::fetch::Choice;
use super::http::place::{Given, Place, check_paths};
use super::http::round::{NO_SUCH_PAGE, Request, Round};
use super::inquiry::{Inquire, Inquiry, Whom};
use super::{Contact, Look, Probe, ProbeDef, Touch};
use crate::model::report::Evidence;
use crate::model::{Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::world::net::Reply;
use crate::yaml::{Node, Spanned, decode as decode_node};

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "error_format",
    doc: "Provokes a 404, a 405 and a 401, and reports whether they come in one form that programs can read.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: api\npath: /api/orders\nsecured: /api/profiles\n",
};

/// What a program asks for.
const ACCEPT: [(&str, &str); 1] = [("accept", "application/problem+json, application/json;q=0.9, */*;q=0.1")];
/// A safe method that every server can read and next to none offers (RFC 4918 §9.1), and with it the least it could do.
const ODD: (&str, [(&str, &str); 2]) = ("PROPFIND", [ACCEPT[0], ("depth", "0")]);

/// Parameters of probe `error_format`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ErrorFormatProbe")]
struct Params {
    /// The target to ask.
    target: Spanned<String>,
    /// Path below the target's URL that is there, and is asked with methods it should not have. Default `/`.
    #[serde(default)]
    path: Option<Spanned<String>>,
    /// Path that only those who are logged in may read, or `none` where there is no login. Without it the 401 is
    /// provoked only where `path` itself turns out to need credentials.
    #[serde(default)]
    secured: Option<Spanned<String>>,
    /// `none` or the name of credentials of the target for the 404 and the 405; without it the target's `default`.
    #[serde(default)]
    credentials: Option<String>,
    /// When the whole round counts as not answered; default 40 s.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct ErrorFormat {
    place: Place,
    secured: Secured,
}

/// Where a login is required.
#[derive(Clone, Debug, Serialize)]
enum Secured {
    At(String),
    Nowhere,
    Unsaid,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    check_paths(params.secured.iter().filter(|path| path.value != "none"), problems);
    let secured = match params.secured {
        None => Secured::Unsaid,
        Some(path) if path.value == "none" => Secured::Nowhere,
        Some(path) => Secured::At(path.value),
    };
    let given = Given::of(&params.target, params.path.as_ref(), params.credentials.as_deref(), params.timeout.as_ref());
    Some(Box::new(Inquiry(ErrorFormat { place: Place::of(&given, problems), secured })))
}

/// The errors that were provoked, and why others were not.
#[derive(Default)]
struct Provoked {
    errors: Vec<Shown>,
    unseen: Vec<String>,
    evidence: Vec<Evidence>,
}

impl Provoked {
    fn take(&mut self, kind: Kind, (reply, place): (&Reply, Evidence), path: &str) {
        let shown = Shown::of(kind, reply, path);
        self.evidence.push(Evidence { note: Some(shown.note()), ..place });
        self.errors.push(shown);
    }

    /// Who asks as a stranger and is sent to log in has met the 401, whatever was asked for.
    fn take_refusal(&mut self, (reply, place): (&Reply, Evidence), path: &str) {
        if reply.status == 401 {
            self.take(Kind::NoLogin, (reply, place), path);
        }
    }

    fn facts(&self) -> Facts {
        let mut facts = Facts::new();
        let texts = |texts: Vec<String>| Value::List(texts.into_iter().map(Value::Text).collect());
        let of_all = |which: &dyn Fn(&Shown) -> bool| Value::Bool(self.errors.iter().all(which));
        let found = |tell: &dyn Fn(&Shown) -> Option<String>| texts(self.errors.iter().filter_map(tell).collect());
        facts.present("seen", found(&|error| Some(error.status.to_string())));
        let complete = if self.unseen.is_empty() {
            Fact::Present(Value::Bool(true))
        } else {
            Fact::Unobserved(self.unseen.join("; "))
        };
        facts.set("complete", complete);
        facts.present("json", of_all(&|error| error.members.is_some()));
        facts.present("problem", of_all(&|error| error.problem));
        facts.present("forms", Value::count(shown::forms(&self.errors)));
        facts.present("wrong_status", found(&Shown::wrong_status));
        facts.present("owed", found(&|error| error.owed.map(|header| format!("{}: `{header}`", error.status))));
        facts.present("without_header", found(&|error| error.lacks.clone()));
        facts.present("without_id", found(&|error| (!error.identified).then(|| error.status.to_string())));
        facts
    }
}

impl ErrorFormat {
    async fn not_found(&self, round: &mut Round<'_>, provoked: &mut Provoked) -> Result<(), Unknown> {
        let request = Request { headers: &ACCEPT, ..Request::get(NO_SUCH_PAGE, &self.place.credentials) };
        let (reply, place) = round.answer(request).await?;
        provoked.take(Kind::NotFound, (&reply, place), NO_SUCH_PAGE);
        Ok(())
    }

    /// `OPTIONS` is served by many: its success tells that the path is there, and the odd method comes after it.
    async fn wrong_method(&self, round: &mut Round<'_>, provoked: &mut Provoked) -> Result<(), Unknown> {
        let path = &self.place.path;
        let (reply, place) = round.answer(self.place.request("OPTIONS", &ACCEPT)).await?;
        if reply.status == 405 {
            provoked.take(Kind::WrongMethod, (&reply, place), path);
            return Ok(());
        }
        if !matches!(reply.status, 200..=299) {
            let (there, place) = round.answer(self.place.request("GET", &ACCEPT)).await?;
            if !matches!(there.status, 200..=299) {
                provoked.take_refusal((&there, place), path);
                let why = format!("405: GET {path} gives {}; name a `path` that is there", there.status);
                provoked.unseen.push(why);
                return Ok(());
            }
        }
        let (reply, place) = round.answer(self.place.request(ODD.0, &ODD.1)).await?;
        match reply.status {
            200..=299 => provoked.unseen.push(format!("405: {path} answers {} with {}", ODD.0, reply.status)),
            300..=399 | 401 | 403 => {
                provoked.take_refusal((&reply, place), path);
                provoked.unseen.push(format!("405: {path} refuses {} with {}", ODD.0, reply.status));
            }
            _ => provoked.take(Kind::WrongMethod, (&reply, place), path),
        }
        Ok(())
    }

    async fn no_login(&self, round: &mut Round<'_>, provoked: &mut Provoked) -> Result<(), Unknown> {
        let path = match &self.secured {
            Secured::At(path) => path,
            Secured::Unsaid if round.credential(&self.place.credentials)?.is_some() => &self.place.path,
            Secured::Nowhere | Secured::Unsaid => return Ok(()),
        };
        let (reply, place) = round.answer(Request { headers: &ACCEPT, ..Request::get(path, &Choice::None) }).await?;
        if matches!(reply.status, 401 | 403) {
            provoked.take(Kind::NoLogin, (&reply, place), path);
        } else if matches!(self.secured, Secured::At(_)) {
            let why = format!("401: GET {path} gives {}; name a path that needs a login with `secured`", reply.status);
            provoked.unseen.push(why);
        }
        Ok(())
    }
}

fn declared() -> Vec<FactDecl> {
    let texts = || FactType::List(Box::new(FactType::Text));
    let flag = || FactType::Bool;
    vec![
        FactDecl::new("seen", texts(), "Statuses of the errors that were provoked; all that follows is about them."),
        FactDecl::new(
            "complete",
            flag(),
            "True when a 404, a 405 and, where `secured` names a path, a 401 were provoked; unobserved with the reason \
             otherwise.",
        ),
        FactDecl::new("json", flag(), "Whether each is a JSON object and says so in `Content-Type`."),
        FactDecl::new(
            "problem",
            flag(),
            "Whether each is `application/problem+json` (RFC 9457) with a `title` or `type`, and no `status` that \
             contradicts its own.",
        ),
        FactDecl::new(
            "forms",
            FactType::Count,
            "Forms in which they come: problem+json is one, so are objects of which one has all members of the other; \
             what is no JSON object is one more.",
        ),
        FactDecl::new(
            "wrong_status",
            texts(),
            "What was asked and the status that is wrong for it, such as `404: 200`.",
        ),
        FactDecl::new(
            "owed",
            texts(),
            "Headers that must come with the errors seen: `Allow` with 405, `WWW-Authenticate` with 401 (RFC 9110 \
             §15.5.6, §15.5.2).",
        ),
        FactDecl::new("without_header", texts(), "Those of them that do not come."),
        FactDecl::new(
            "without_id",
            texts(),
            "Statuses of those without an id to find the request by, in a header or a member of the body.",
        ),
    ]
}

impl Inquire for ErrorFormat {
    const NAME: &'static str = "error_format";

    fn whom(&self) -> Whom<'_> {
        Whom::target(&self.place.target, self.place.timeout)
    }

    fn facts(&self) -> FactSchema {
        declared().into()
    }

    fn touch(&self) -> Touch {
        let mut contacts = vec![Contact::below(&self.place.target, "GET", NO_SUCH_PAGE, 1)];
        contacts.extend(["OPTIONS", ODD.0, "GET"].map(|method| self.place.contact(method, 1)));
        match &self.secured {
            Secured::At(path) => contacts.push(Contact::below(&self.place.target, "GET", path, 1)),
            Secured::Unsaid => contacts.push(self.place.contact("GET", 1)),
            Secured::Nowhere => {}
        }
        Touch { contacts, presents: self.place.presents(), ..Touch::default() }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        let mut round = Round::of(&look, &self.place.target)?;
        let mut provoked = Provoked::default();
        self.not_found(&mut round, &mut provoked).await?;
        self.wrong_method(&mut round, &mut provoked).await?;
        self.no_login(&mut round, &mut provoked).await?;
        Ok(round.observed(provoked.facts(), provoked.evidence))
    }
}
