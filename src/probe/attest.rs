//! A named person's statement, taken for what it is: dated, limited in time, with evidence in the repository.
//!
//! Not in the registry: `attest:` is a key of its own in a check. The plan copies its fields into [`Statement`].

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{BoxFuture, Lane, Look, Probe, Touch};
use crate::expect::units;
use crate::model::report::{Evidence, EvidenceKind};
use crate::model::{FactDecl, FactSchema, FactType, Facts, Observation, Place, Problems, Unknown, Value};
use crate::probe::command::leaves_root;
use crate::yaml::Spanned;

/// Days that a statement may count at most (design §3): a little over a year, so that yearly ones do not lapse.
const LONGEST_DAYS: i32 = 400;

/// What `attest:` says.
#[derive(Clone, Debug)]
pub struct Statement {
    /// What is stated.
    pub statement: String,
    /// Who states it.
    pub by: String,
    /// Day of the statement.
    pub date: Spanned<String>,
    /// Last day it counts.
    pub expires: Spanned<String>,
    /// Path in the repository, or a URL.
    pub evidence: Option<Spanned<String>>,
}

/// A statement with its dates checked.
#[derive(Clone, Debug)]
struct Attest {
    statement: String,
    by: String,
    date: Date,
    expires: Date,
    evidence: Option<String>,
}

/// The statement as a probe; `None` when a problem was added. `today` is the UTC day of the run.
pub fn probe(statement: Statement, today: Date, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let date = day(&statement.date, problems);
    let expires = day(&statement.expires, problems);
    let evidence = evidence(statement.evidence.as_ref(), problems);
    let (date, expires, evidence) = (date?, expires?, evidence?);
    let mut wrong = |span: &crate::yaml::Span, message: String, help: String| {
        problems.push(span.problem(message).help(help));
        None
    };
    if date > today {
        let message = format!("`date: {date}` is in the future");
        return wrong(&statement.date.span, message, format!("nobody can attest before the day; today is {today}"));
    }
    let days = (expires - date).get_days();
    if days < 0 {
        let message = format!("`expires: {expires}` is before `date: {date}`");
        return wrong(&statement.expires.span, message, "the last day it counts comes after the statement".to_owned());
    }
    if days > LONGEST_DAYS {
        let latest = date.saturating_add(jiff::Span::new().days(LONGEST_DAYS));
        let message = format!("`expires: {expires}` is {days} days after `date`, more than {LONGEST_DAYS}");
        return wrong(&statement.expires.span, message, format!("write `expires: {latest}` or earlier"));
    }
    Some(Box::new(Attest { statement: statement.statement, by: statement.by, date, expires, evidence }))
}

fn day(text: &Spanned<String>, problems: &mut Problems) -> Option<Date> {
    units::date(text).map_err(|wrong| problems.push(text.span.problem(wrong).help("a day such as `2026-04-30`"))).ok()
}

/// `None` when a problem was added.
fn evidence(given: Option<&Spanned<String>>, problems: &mut Problems) -> Option<Option<String>> {
    let Some(given) = given else { return Some(None) };
    if !is_url(given) && leaves_root(given) {
        let help = "a path in the repository, such as `docs/pentest.pdf`, or a URL";
        problems.push(given.span.problem(format!("`{}` leads out of the repository", given.value)).help(help));
        return None;
    }
    Some(Some(given.value.clone()))
}

fn is_url(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

impl Attest {
    fn look(&self, look: &Look<'_>) -> Result<Observation, Unknown> {
        let today = look.world.now.to_zoned(TimeZone::UTC).date();
        if self.expires < today {
            return Err(Unknown::because(format!("attestation expired on {}", self.expires)));
        }
        let Some(named) = &self.evidence else {
            return Err(Unknown::because(format!("attested by {} without evidence: a claim", self.by)));
        };
        let mut evidence = self.evidence_base();
        if is_url(named) {
            evidence.url = Some(named.clone());
        } else {
            evidence.place = Some(Place::file(existing(look, named)?));
        }
        let mut facts = Facts::new();
        facts.present("valid", Value::Bool(true));
        facts.present("statement", Value::Text(self.statement.clone()));
        facts.present("by", Value::Text(self.by.clone()));
        facts.present("date", instant(self.date)?);
        facts.present("expires", instant(self.expires)?);
        Ok(Observation { facts, evidence: vec![evidence], requests: 0 })
    }

    fn evidence_base(&self) -> Evidence {
        let note = format!("“{}”, {} on {}, until {}", self.statement, self.by, self.date, self.expires);
        Evidence { kind: EvidenceKind::Attestation, note: Some(note), ..Evidence::default() }
    }
}

/// The path of evidence below the root; unknown when there is nothing, or nothing in it.
fn existing(look: &Look<'_>, named: &str) -> Result<String, Unknown> {
    let missing = |what: &str| Unknown::because(format!("evidence `{named}` {what}"));
    let path = look.world.root.join(look.folder).join(named);
    let real = path.canonicalize().map_err(|_| missing("does not exist"))?;
    if !real.starts_with(&look.world.root) {
        return Err(missing("leads out of the repository"));
    }
    let about = real.metadata().map_err(|_| missing("cannot be read"))?;
    if about.is_file() && about.len() == 0 {
        return Err(missing("is empty"));
    }
    Ok(if look.folder.is_empty() { named.to_owned() } else { format!("{}/{named}", look.folder) })
}

fn instant(day: Date) -> Result<Value, Unknown> {
    let zoned = day.to_zoned(TimeZone::UTC).map_err(|error| Unknown::because(format!("{day}: {error}")))?;
    Ok(Value::Date(zoned.timestamp()))
}

impl Probe for Attest {
    fn facts(&self) -> FactSchema {
        let decls = vec![
            FactDecl::new(
                "valid",
                FactType::Bool,
                "Whether it counts today; unobserved when expired or without evidence.",
            ),
            FactDecl::new("statement", FactType::Text, "What is stated."),
            FactDecl::new("by", FactType::Text, "Who states it."),
            FactDecl::new("date", FactType::Date, "Day of the statement."),
            FactDecl::new("expires", FactType::Date, "Last day it counts."),
        ];
        FactSchema { decls, ..FactSchema::default() }
    }

    fn key(&self) -> String {
        format!("attest {self:?}")
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        let reads = self.evidence.iter().filter(|named| !is_url(named)).cloned().collect();
        Touch { reads, ..Touch::default() }
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move { self.look(&look) })
    }
}
