//! Probe `brute_force`: logs in with wrong passwords, and reports whether the service slows that down or stops it, and
//! whether its answers tell who has an account.
//!
//! Active and bounded: it ends at the first sign of a limit and after `attempts`. The password among the fields is never
//! sent. Owns the sequence; how an answer is read is in `brute_force/attempt.rs`, whether the owner gets in afterwards in
//! `brute_force/recovery.rs`.

mod attempt;
mod recovery;

use std::collections::BTreeMap;
use std::time::Duration;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::attempt::{Attempt, Met};
use self::recovery::Owner;
use super::http::fetch::Choice;
use super::http::jar::{Jar, lines};
use super::http::login::form;
use super::http::own_page::Sent;
use super::http::round::{Request, Round, body_text, evidence};
use super::inquiry::{Inquire, Inquiry, Whom};
use super::permission::{Permission, permitted};
use super::{Contact, Look, Probe, ProbeDef, Touch, limits};
use crate::model::report::Evidence;
use crate::model::{Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::probe::http::place::check_paths;
use crate::yaml::{Node, Spanned, decode as decode_node};

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "brute_force",
    doc: "Logs in with wrong passwords, and reports whether that is slowed down or blocked, and whether answers tell who has an account.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: api\npath: /login\njson: { username: test-account, password: never-sent }\nattempts: 12\n",
};

/// When nothing is said. ASVS 5 V6.1.1 leaves the number to the service; a limit above ten stops nobody who guesses
/// common passwords.
const USUAL_ATTEMPTS: u64 = 12;
/// More would be an attack.
const MOST_ATTEMPTS: u64 = 20;
/// When nothing is said.
const USUAL_TIMEOUT: Duration = Duration::from_secs(90);
/// When nothing is said.
const USUAL_PATIENCE: Duration = Duration::from_secs(30);

/// Parameters of probe `brute_force`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "BruteForceProbe")]
struct Params {
    /// The target to ask; it needs `allow: [active]`.
    target: Spanned<String>,
    /// Path of the login below the target's URL, asked by POST; default `/login`.
    #[serde(default)]
    path: Option<Spanned<String>>,
    /// Members of the JSON object that logs in. The account must be one made for tests, since it may be locked; left
    /// empty, it is one that cannot exist. Instead of the password, wrong ones are sent. Default: `username` and
    /// `password`, no account.
    #[serde(default)]
    json: Option<IndexMap<String, String>>,
    /// The same as fields of a form.
    #[serde(default)]
    form: Option<IndexMap<String, String>>,
    /// The page that the form stands on, if it gives a token that must come back.
    #[serde(default)]
    page: Option<Spanned<String>>,
    /// The field with the account; default: the first of `username`, `user`, `email`, `login`, `name`.
    #[serde(default)]
    account_field: Option<Spanned<String>>,
    /// The field with the password; default: the first whose name has `pass`.
    #[serde(default)]
    password_field: Option<Spanned<String>>,
    /// Wrong passwords that are sent at most, 3 to 20; default 12.
    #[serde(default)]
    attempts: Option<Spanned<u64>>,
    /// The right password of the account, sent before the wrong ones and after a limit was met: is the owner shut out, too,
    /// and for how long?
    #[serde(default)]
    right_password: Option<String>,
    /// How long is watched whether the right password is taken again; default 30 s.
    #[serde(default)]
    patience: Option<Spanned<String>>,
    /// When the whole round counts as not answered; default 90 s and `patience`.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct BruteForce {
    target: String,
    path: String,
    page: Option<String>,
    fields: BTreeMap<String, String>,
    json: bool,
    account_field: String,
    password_field: String,
    attempts: u64,
    right_password: Option<String>,
    patience: Duration,
    timeout: Duration,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    let path = params.path.as_ref().map_or_else(|| "/login".to_owned(), |path| path.value.clone());
    check_paths(params.path.iter().chain(&params.page), problems);
    if params.json.is_some() && params.form.is_some() {
        problems.push(node.problem("`form` and `json` both say what is posted").help("keep one of them"));
    }
    let attempts = params.attempts.as_ref().map_or(USUAL_ATTEMPTS, |given| given.value);
    if let Some(given) = params.attempts.as_ref().filter(|given| !(3..=MOST_ATTEMPTS).contains(&given.value)) {
        let wrong = format!("`attempts: {}` is not in 3..{MOST_ATTEMPTS}", given.value);
        problems.push(given.span.problem(wrong).help("a dozen shows whether guessing is limited; more is an attack"));
    }
    let json = params.form.is_none();
    let nobody =
        || [("username", ""), ("password", "")].map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let fields = params.form.or(params.json).unwrap_or_else(nobody);
    let chosen = |given: &Option<Spanned<String>>, usual: &dyn Fn(&str) -> bool| match given {
        Some(field) => fields.contains_key(&field.value).then(|| field.value.clone()),
        None => fields.keys().find(|name| usual(&name.to_lowercase())).cloned(),
    };
    let account = chosen(&params.account_field, &|name| {
        ["username", "user", "email", "login", "name"].iter().any(|usual| name.contains(usual))
    });
    let password = chosen(&params.password_field, &|name| name.contains("pass"));
    if !fields.is_empty() && (account.is_none() || password.is_none()) {
        let help = "name them with `account_field` and `password_field`";
        problems.push(node.problem("which field is the account, and which the password?").help(help));
    }
    let patience = limits::timeout(params.patience.as_ref(), problems).unwrap_or(USUAL_PATIENCE);
    Some(Box::new(Inquiry(BruteForce {
        target: params.target.value,
        path,
        account_field: account.unwrap_or_default(),
        password_field: password.unwrap_or_default(),
        page: params.page.map(|page| page.value),
        fields: fields.into_iter().collect(),
        json,
        attempts,
        timeout: limits::timeout(params.timeout.as_ref(), problems).unwrap_or(USUAL_TIMEOUT + patience),
        right_password: params.right_password,
        patience,
    })))
}

/// What was seen.
#[derive(Debug)]
struct Seen {
    /// Attempts that were answered as the first one.
    alike: u64,
    end: Met,
    wait: Option<Duration>,
    /// Whether an account that cannot exist is answered differently; `None` when no account was named.
    enumerates: Option<bool>,
    owner: Owner,
}

impl BruteForce {
    /// How often the right password is sent at most: before, at once, and while that is watched.
    fn knocks(&self) -> u64 {
        if self.right_password.is_some() { 2 + u64::from(recovery::LOOKS) } else { 0 }
    }

    async fn guess(
        &self,
        account: &str,
        stranger: Option<&Attempt>,
        round: &mut Round<'_>,
    ) -> Result<(Seen, Evidence), Unknown> {
        let (first, mut place) = self.attempt(account, 1, round).await?;
        let enumerates = stranger.map(|stranger| stranger.differs_from(&first));
        let owner = Owner::Unasked("no `right_password` of a named account was given, or no limit was met");
        let mut seen = Seen { alike: 1, end: Met::Alike, wait: None, enumerates, owner };
        if let Some(why) = first.is_no_login() {
            (seen.end, seen.enumerates) = (Met::Unclear(why), None);
            return Ok((seen, place));
        }
        if first.status == 429 {
            let why = "the first attempt was refused already; an earlier run may have met the limit".to_owned();
            (seen.end, seen.wait, seen.enumerates) = (Met::Unclear(why), first.wait, None);
            return Ok((seen, place));
        }
        let knows_owner = self.right_password.is_some() && stranger.is_some();
        let was_in = knows_owner && self.owner_gets_in(account, &first, round).await?;
        while seen.alike < self.attempts {
            let (next, there) = self.attempt(account, seen.alike + 1, round).await?;
            (seen.end, place) = (next.beside(&first), there);
            if seen.end != Met::Alike {
                seen.wait = next.wait;
                break;
            }
            seen.alike += 1;
        }
        if knows_owner && matches!(seen.end, Met::Throttled(_)) {
            seen.owner = match was_in {
                true => self.watch_owner(account, (&first, seen.wait), round).await?,
                false => Owner::NeverIn,
            };
        }
        Ok((seen, place))
    }

    /// What the page of the form makes a browser send along, as a visitor who opens it anew each time.
    async fn own_page(&self, round: &mut Round<'_>) -> Result<(Sent, Vec<(String, String)>), Unknown> {
        let Some(page) = &self.page else { return Ok((Sent::default(), Vec::new())) };
        let (reply, place) = round.answer(Request::get(page, &Choice::None)).await?;
        let mut jar = Jar::default();
        jar.take(lines(&reply));
        let cookie = jar.line().map(|line| ("cookie".to_owned(), line));
        let referer = place.url.map(|url| ("referer".to_owned(), url));
        Ok((Sent::by_page(&body_text(&reply), &jar), cookie.into_iter().chain(referer).collect()))
    }

    /// One wrong password.
    async fn attempt(&self, account: &str, number: u64, round: &mut Round<'_>) -> Result<(Attempt, Evidence), Unknown> {
        self.log_in(account, &format!("shipworthy-wrong-{number}"), round).await
    }

    async fn log_in(
        &self,
        account: &str,
        password: &str,
        round: &mut Round<'_>,
    ) -> Result<(Attempt, Evidence), Unknown> {
        let (sent, more) = self.own_page(round).await?;
        let mut fields: BTreeMap<String, String> = sent.fields.into_iter().chain(self.fields.clone()).collect();
        fields.insert(self.account_field.clone(), account.to_owned());
        fields.insert(self.password_field.clone(), password.to_owned());
        let (kind, body) = if self.json {
            ("application/json", serde_json::to_string(&fields).unwrap_or_default())
        } else {
            ("application/x-www-form-urlencoded", form(&fields))
        };
        let mut headers = vec![("content-type", kind)];
        headers.extend(sent.headers.iter().chain(&more).map(|(name, value)| (name.as_str(), value.as_str())));
        let request = Request {
            method: "POST",
            path: &self.path,
            credentials: &Choice::None,
            headers: &headers,
            body: Some(&body),
        };
        let fetched = round.ask(request).await?;
        if let Some(failure) = fetched.failure() {
            return Err(Unknown::because(format!("POST {}: {failure}", self.path)));
        }
        let place = evidence(&fetched, "POST");
        let time = fetched.time().unwrap_or_default();
        let reply = fetched.reply.map_err(|failure| Unknown::because(failure.to_string()))?;
        Ok((Attempt::of(&reply, time, account), place))
    }
}

fn facts(seen: &Seen, named: bool) -> Facts {
    let mut facts = Facts::new();
    let unseen = |why: &str| Fact::Unobserved(why.to_owned());
    facts.present("attempts", Value::count(seen.alike));
    let (throttled, by) = match &seen.end {
        Met::Throttled(by) => (Fact::Present(Value::Bool(true)), Fact::Present(Value::Text((*by).to_owned()))),
        Met::Unclear(why) => (unseen(why), unseen(why)),
        Met::Alike if named => (Fact::Present(Value::Bool(false)), Fact::Absent),
        Met::Alike => {
            let why = "an account that does not exist was not limited; name one that is made for tests";
            (unseen(why), unseen(why))
        }
    };
    let after = if matches!(seen.end, Met::Throttled(_)) {
        Fact::Present(Value::count(seen.alike))
    } else {
        unseen("no attempt was refused or held back")
    };
    facts.set("throttled", throttled);
    facts.set("by", by);
    facts.set("throttled_after", after);
    facts.set("retry_after", seen.wait.map_or(Fact::Absent, |wait| Fact::Present(Value::seconds(wait))));
    let enumerates = seen.enumerates.map(|differs| Fact::Present(Value::Bool(differs)));
    let why = "the answer for an account that exists is not known; name one that is made for tests";
    facts.set("enumerates", enumerates.unwrap_or_else(|| unseen(why)));
    recovery::set(&mut facts, seen.owner);
    facts
}

fn said(seen: &Seen) -> String {
    let count = seen.alike;
    let end = match &seen.end {
        Met::Throttled(by) => format!("{count} wrong passwords, then {by}"),
        Met::Unclear(why) => why.clone(),
        Met::Alike => format!("{count} wrong passwords were all answered alike"),
    };
    let told =
        if seen.enumerates == Some(true) { "; an account that cannot exist is answered differently" } else { "" };
    format!("{end}{told}{}", recovery::said(seen.owner))
}

#[rustfmt::skip] // One line each, as a table.
fn declared() -> Vec<FactDecl> {
    vec![
        FactDecl::new("throttled", FactType::Bool, "Whether wrong passwords are refused, delayed or met with a captcha after a while; unobserved when the account cannot exist and was not limited, and when the answers are none of a login."),
        FactDecl::new("throttled_after", FactType::Count, "Wrong passwords that were answered alike before that."),
        FactDecl::new("by", FactType::Text, "What showed it: `status 429`, `status 423`, `another status`, `a captcha`, `a message`, `a delay`; absent when nothing did."),
        FactDecl::new("retry_after", FactType::Duration, "How long the refusal asks to wait; absent if it does not say."),
        FactDecl::new("enumerates", FactType::Bool, "Whether a wrong password of the named account is answered differently from one of an account that cannot exist, by status or words."),
        FactDecl::new("locks_owner", FactType::Bool, "Whether the right password is refused, too, once a limit was met; unobserved without `right_password`."),
        FactDecl::new("recovers", FactType::Bool, "Whether the right password is taken again in `patience`; unobserved without `right_password`."),
        FactDecl::new("recovery_time", FactType::Duration, "How long after the last wrong password the right one was taken."),
        FactDecl::new("attempts", FactType::Count, "Wrong passwords that were answered alike."),
    ]
}

impl Inquire for BruteForce {
    const NAME: &'static str = "brute_force";

    fn whom(&self) -> Whom<'_> {
        // Last and alone: a limit that was met may refuse everybody's requests.
        Whom::target(&self.target, self.timeout).alone()
    }

    fn facts(&self) -> FactSchema {
        declared().into()
    }

    fn touch(&self) -> Touch {
        let at_most = self.attempts + 1 + self.knocks();
        let page = self.page.as_ref().map(|page| Contact::below(&self.target, "GET", page, at_most));
        let contacts = page.into_iter().chain([Contact::below(&self.target, "POST", &self.path, at_most)]).collect();
        Touch { contacts, active: true, ..Touch::default() }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        permitted("wrong passwords", Permission::Active, Some(&self.target), look.world)?;
        let mut round = Round::of(&look, &self.target)?;
        // the same name in two runs would meet the limit of the first
        let nobody = format!("shipworthy-{}", look.world.now.as_second());
        let nobody = if self.account_field.contains("mail") { format!("{nobody}@shipworthy.invalid") } else { nobody };
        let named = self.fields.get(&self.account_field).filter(|account| !account.is_empty());
        let stranger = match named {
            Some(_) => Some(self.attempt(&nobody, 0, &mut round).await?.0),
            None => None,
        };
        let account = named.cloned().unwrap_or(nobody);
        let (seen, place) = self.guess(&account, stranger.as_ref(), &mut round).await?;
        let facts = facts(&seen, named.is_some());
        let note = format!("POST: {}", said(&seen));
        Ok(round.observed(facts, vec![Evidence { note: Some(note), ..place }]))
    }
}
