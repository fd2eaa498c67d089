//! Probe `security_txt`: reads the file that says where to report a flaw (RFC 9116): `/.well-known/security.txt`.
//!
//! Owns the requests, the fields and the facts. A signature around the fields is not verified: whose key would count?

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::http::place::{Given, Place};
use super::http::round::{Round, body_text};
use super::inquiry::{Inquire, Inquiry, Whom};
use super::{Look, Probe, ProbeDef, Touch};
use crate::model::report::Evidence;
use crate::model::{Exact, Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::world::net::Reply;
use crate::yaml::{Node, Spanned, decode as decode_node};

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "security_txt",
    doc: "Reads `/.well-known/security.txt` (RFC 9116): where to report a flaw, and until when that holds.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: site\n",
};

/// Where it stands (RFC 9116 §3). `/security.txt`, for old services, has to lead there.
const PATH: &str = "/.well-known/security.txt";
/// Fields that are read at most.
const MOST_FIELDS: usize = 200;

/// Parameters of probe `security_txt`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SecurityTxtProbe")]
struct Params {
    /// The target to ask; it is asked as by a stranger.
    target: Spanned<String>,
    /// When it counts as not answered; default 40 s.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct SecurityTxt {
    place: Place,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    let given = Given::of(&params.target, None, Some("none"), params.timeout.as_ref());
    let place = Place { path: PATH.to_owned(), ..Place::of(&given, problems) };
    Some(Box::new(Inquiry(SecurityTxt { place })))
}

/// Its fields, names in small letters, in the order of the file.
struct Fields(Vec<(String, String)>);

impl Fields {
    /// RFC 9116 §2.2: comments, empty lines and the lines of a signature (RFC 9580 §7) are none.
    fn read(text: &str) -> Fields {
        let signed = text.trim_start().starts_with("-----BEGIN PGP SIGNED MESSAGE-----");
        let until = text.find("-----BEGIN PGP SIGNATURE-----").filter(|_| signed).unwrap_or(text.len());
        let lines = text.get(..until).unwrap_or_default().lines().map(|line| line.strip_prefix("- ").unwrap_or(line));
        let lines = lines.filter(|line| !line.trim_start().starts_with('#'));
        let fields = lines.filter_map(|line| line.split_once(": "));
        Fields(
            fields
                .filter(|(name, value)| is_name(name) && !value.trim().is_empty())
                .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
                .take(MOST_FIELDS)
                .collect(),
        )
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// RFC 9116 §4: a name is that of a header of mail.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// RFC 9116 §2.5.3: a URI; those of the web have to be https.
fn is_contact(value: &str) -> bool {
    let starts = |scheme: &str| {
        let head = value.get(..scheme.len()).unwrap_or_default();
        head.eq_ignore_ascii_case(scheme) && value.len() > scheme.len()
    };
    starts("mailto:") || starts("tel:") || starts("https://")
}

fn media_of(reply: &Reply) -> String {
    let media = reply.header("content-type").unwrap_or_default();
    media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether an answer is that file, and not a page that answers everything.
fn is_the_file(reply: &Reply, fields: &Fields) -> bool {
    reply.status == 200 && !media_of(reply).contains("html") && !fields.0.is_empty()
}

fn facts(found: Option<(&Reply, &Fields)>, now: Timestamp) -> Facts {
    let mut facts = Facts::new();
    facts.present("found", Value::Bool(found.is_some()));
    let Some((reply, fields)) = found else {
        for name in ["media", "contacts", "wrong_contacts", "expires_in"] {
            facts.set(name, Fact::Absent);
        }
        return facts;
    };
    let texts = |texts: Vec<&str>| Value::List(texts.into_iter().map(|text| Value::Text(text.to_owned())).collect());
    facts.present("media", Value::Text(media_of(reply)));
    let (good, wrong) = fields.all("contact").partition(|contact| is_contact(contact));
    facts.present("contacts", texts(good));
    facts.present("wrong_contacts", texts(wrong));
    facts.set("expires_in", expires_in(fields, now));
    facts
}

/// RFC 9116 §2.5.5: exactly one, a moment as RFC 3339 has it.
fn expires_in(fields: &Fields, now: Timestamp) -> Fact {
    let mut all = fields.all("expires");
    match (all.next().and_then(|value| value.parse::<Timestamp>().ok()), all.next()) {
        (Some(at), None) => Fact::Present(Value::Number(Exact::whole(at.as_second() - now.as_second()))),
        _ => Fact::Absent,
    }
}

#[rustfmt::skip] // One line each, as a table.
fn declared() -> Vec<FactDecl> {
    let texts = || FactType::List(Box::new(FactType::Text));
    vec![
        FactDecl::new("found", FactType::Bool, "Whether there is such a file."),
        FactDecl::new("media", FactType::Text, "Its media type, without parameters; it should be `text/plain`. Absent without the file, as is all that follows."),
        FactDecl::new("contacts", texts(), "Where to report: `mailto:`, `tel:` and `https:` addresses (RFC 9116 §2.5.3)."),
        FactDecl::new("wrong_contacts", texts(), "Contacts that are none of these."),
        FactDecl::new("expires_in", FactType::Duration, "Until when it holds, negative afterwards; absent unless exactly one moment is named (RFC 9116 §2.5.5)."),
    ]
}

impl Inquire for SecurityTxt {
    const NAME: &'static str = "security_txt";

    fn whom(&self) -> Whom<'_> {
        Whom::target(&self.place.target, self.place.timeout)
    }

    fn facts(&self) -> FactSchema {
        declared().into()
    }

    fn touch(&self) -> Touch {
        Touch { contacts: vec![self.place.contact("GET", 1)], ..Touch::default() }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        let mut round = Round::of(&look, &self.place.target)?;
        let (reply, place) = round.answer(self.place.request("GET", &[])).await?;
        if matches!(reply.status, 429 | 500..) {
            return Err(Unknown::because(format!("GET {PATH} gives {}", reply.status)));
        }
        let fields = Fields::read(&body_text(&reply));
        let found = is_the_file(&reply, &fields);
        let names: Vec<&str> = fields.0.iter().map(|(name, _)| name.as_str()).collect();
        let note = if found { format!("its fields: {}", names.join(", ")) } else { "no such file".to_owned() };
        let facts = facts(found.then_some((&reply, &fields)), look.world.now);
        Ok(round.observed(facts, vec![Evidence { note: Some(note), ..place }]))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn now() -> Timestamp {
        "2026-06-01T00:00:00Z".parse().unwrap()
    }

    fn expires(text: &str) -> Fact {
        expires_in(&Fields::read(text), now())
    }

    #[test]
    fn fields_are_read_with_comments_and_a_signature_around_them() {
        let signed = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n# Contact: mailto:old@shop.test\n\
                      - Contact: mailto:security@shop.test\nEXPIRES: 2027-01-01T00:00:00Z\n\
                      -----BEGIN PGP SIGNATURE-----\nContact: mailto:forged@shop.test\n";
        let fields = Fields::read(signed);
        assert_eq!(fields.all("contact").collect::<Vec<_>>(), ["mailto:security@shop.test"]);
        assert_eq!(fields.all("expires").collect::<Vec<_>>(), ["2027-01-01T00:00:00Z"]);
    }

    #[test]
    fn a_moment_counts_when_it_is_one_and_the_only_one() {
        let days = |days: i64| Fact::Present(Value::Number(Exact::whole(days * 86_400)));
        assert_eq!(expires("Expires: 2026-06-11T00:00:00Z\n"), days(10));
        assert_eq!(expires("Expires: 2026-06-11T02:00:00+02:00\n"), days(10));
        assert_eq!(expires("Expires: 2026-05-31T00:00:00Z\n"), days(-1));
        for none in ["", "Expires: next year\n", "Expires: 2026-06-11\n"] {
            assert_eq!(expires(none), Fact::Absent, "{none}");
        }
        assert_eq!(expires("Expires: 2026-06-11T00:00:00Z\nExpires: 2027-06-11T00:00:00Z\n"), Fact::Absent);
    }

    #[test]
    fn a_contact_is_an_address_that_can_be_opened() {
        assert!(is_contact("mailto:a@shop.test") && is_contact("HTTPS://shop.test/report") && is_contact("tel:+1-201"));
        assert!(!is_contact("security@shop.test") && !is_contact("http://shop.test") && !is_contact("mailto:"));
    }
}
