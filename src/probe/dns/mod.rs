//! Probe `dns`: what a name resolves to, how fast, who may issue its certificates, and who may send its mail.
//!
//! Owns the parameters and the round of questions. What the records mean is in `dns/record.rs`.

mod record;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::record::Records;
use super::http::fetch::target;
use super::inquiry::{Inquire, Inquiry, Whom};
use super::{Contact, Look, Probe, ProbeDef, Touch, limits};
use crate::model::report::{Evidence, EvidenceKind};
use crate::model::{Fact, FactSchema, Observation, Problems, Unknown, Value};
use crate::world::net::{FailureKind, Url};
use crate::world::service::dns::{Answer, Kind, PORT, ask, system_server};
use crate::world::service::{Trouble, TroubleKind};
use crate::world::{Deadline, World};
use crate::yaml::{Node, Spanned, decode as decode_node};

/// Labels of a name that are climbed in search of who may issue certificates.
const MOST_PARENTS: usize = 8;
/// Questions at most: six about the name, one about mail, one for each parent.
const MOST_QUESTIONS: u64 = 7 + MOST_PARENTS as u64;

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "dns",
    doc: "Asks DNS for a name: addresses, alias, mail, texts, name servers, who may issue certificates, and how fast.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "name: example.org\nserver: 127.0.0.1:5353\ntimeout: 5 s\n",
};

/// Parameters of probe `dns`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DnsProbe")]
struct Params {
    /// A target: the host of its URL; `dns://server:53/name` (RFC 4501) names the server, too.
    #[serde(default)]
    target: Option<Spanned<String>>,
    /// A name, instead of `target`.
    #[serde(default)]
    name: Option<Spanned<String>>,
    /// The server that is asked, an address with or without a port; by default the first of the system.
    #[serde(default)]
    server: Option<Spanned<String>>,
    /// When all answers must have come.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct Dns {
    subject: Subject,
    server: Option<SocketAddr>,
    timeout: Option<Duration>,
}

#[derive(Clone, Debug, Serialize)]
enum Subject {
    Target(String),
    Name(String),
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    let subject = match (params.target, params.name) {
        (Some(target), None) => Subject::Target(target.value),
        (None, Some(name)) => {
            if !is_name(&name) {
                let wrong = format!("`{}` is not a name", name.value);
                problems.push(name.span.problem(wrong).help("write `name: www.example.org`"));
            }
            Subject::Name(name.value)
        }
        (Some(_), Some(name)) => {
            problems.push(name.span.problem("`target` and `name` both say what to ask for").help("keep one of them"));
            return None;
        }
        (None, None) => {
            let help = "write `target: NAME`, or `name: www.example.org`";
            problems.push(node.problem("neither `target` nor `name` says what to ask for").help(help));
            return None;
        }
    };
    let server = params.server.and_then(|server| {
        let found = address(&server);
        if found.is_none() {
            let wrong = format!("`{}` is not an address", server.value);
            problems.push(server.span.problem(wrong).help("write `server: 9.9.9.9`, or `server: 127.0.0.1:5353`"));
        }
        found
    });
    Some(Box::new(Inquiry(Dns { subject, server, timeout: limits::timeout(params.timeout.as_ref(), problems) })))
}

fn is_name(name: &str) -> bool {
    let fits = |label: &str| !label.is_empty() && label.len() < 64 && !label.contains(|c: char| c.is_whitespace());
    name.len() < 254 && name.trim_end_matches('.').split('.').all(fits) && !name.contains(['/', ':', '@'])
}

/// `9.9.9.9`, `[::1]:5353`, `127.0.0.1:5353`.
fn address(text: &str) -> Option<SocketAddr> {
    let alone = || text.trim_matches(['[', ']']).parse::<IpAddr>().ok().map(|ip| SocketAddr::new(ip, PORT));
    text.parse().ok().or_else(alone)
}

impl Dns {
    /// What to ask for, and whom.
    fn place(&self, world: &World) -> Result<(String, Option<SocketAddr>), Unknown> {
        let target_name = match &self.subject {
            Subject::Name(name) => return Ok((name.clone(), self.server)),
            Subject::Target(name) => name,
        };
        let text = target(target_name, world)?.url.as_ref().map_err(|reason| Unknown::because(reason.clone()))?;
        let unreadable = |why: &str| Unknown::because(format!("the URL of target `{target_name}` {why}"));
        let url = Url::parse(text).map_err(|error| unreadable(&format!("cannot be read: {error}")))?;
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        if url.scheme() == "dns" {
            let ip = host.parse::<IpAddr>().map_err(|_| unreadable("names a server that is not an address"))?;
            let name = url.path().trim_start_matches('/').to_owned();
            if !is_name(&name) {
                return Err(unreadable("names nothing to ask for: `dns://server/name` is due"));
            }
            return Ok((name, self.server.or(Some(SocketAddr::new(ip, url.port().unwrap_or(PORT))))));
        }
        if host.parse::<IpAddr>().is_ok() || !is_name(&host) {
            return Err(unreadable("has no name that DNS could know"));
        }
        Ok((host, self.server))
    }
}

/// Questions to one server under one time limit.
struct Round {
    server: SocketAddr,
    until: Deadline,
    records: Records,
    requests: u64,
}

impl Round {
    async fn walk(&mut self, name: &str) -> Result<(), Trouble> {
        for kind in [Kind::A, Kind::Aaaa, Kind::Ns, Kind::Mx, Kind::Txt] {
            let answer = self.ask(name, kind).await?;
            self.records.add(kind, &answer);
        }
        let policy = self.ask(&format!("_dmarc.{name}"), Kind::Txt).await?;
        self.records.add_policy(&policy);
        // RFC 8659 §3: the closest name that says anything
        let mut at = name.trim_end_matches('.');
        for _ in 0..MOST_PARENTS {
            let answer = self.ask(at, Kind::Caa).await?;
            if self.records.add_authorities(at, &answer) {
                break;
            }
            match at.split_once('.') {
                Some((_, parent)) => at = parent,
                None => break,
            }
        }
        self.records.complete();
        Ok(())
    }

    async fn ask(&mut self, name: &str, kind: Kind) -> Result<Answer, Trouble> {
        let asked = ask(self.server, name, kind, self.until).await;
        self.requests += asked.as_ref().map_or(1, |answer| answer.requests);
        asked
    }
}

impl Inquire for Dns {
    const NAME: &'static str = "dns";

    fn whom(&self) -> Whom<'_> {
        match &self.subject {
            Subject::Target(name) => Whom::target(name, self.timeout),
            Subject::Name(name) => Whom::place(None, format!("dns {name}"), self.timeout),
        }
    }

    fn facts(&self) -> FactSchema {
        FactSchema { decls: record::declared(), ..FactSchema::default() }
    }

    fn touch(&self) -> Touch {
        let at_most = MOST_QUESTIONS * 4;
        let contact = match &self.subject {
            Subject::Target(name) => Contact::below(name, "ask", "", at_most),
            Subject::Name(name) => {
                Contact { target: None, url: format!("dns:{name}"), verb: "ask".to_owned(), at_most }
            }
        };
        Touch { contacts: vec![contact], ..Touch::default() }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        if !look.world.permit.network {
            return Err(Unknown::because("not contacted: --offline"));
        }
        let (name, server) = self.place(look.world)?;
        let server = server
            .or_else(system_server)
            .ok_or_else(|| Unknown::because("no server to ask: /etc/resolv.conf names none; give `server`"))?;
        let mut round = Round { server, until: look.until, records: Records::default(), requests: 0 };
        let outcome = round.walk(&name).await;
        let mut note = format!("{name}, asked {server}");
        let mut facts = round.records.facts();
        match outcome {
            Ok(()) => facts.set("error", Fact::Absent),
            Err(trouble) if trouble.kind == TroubleKind::Net(FailureKind::Ours) => {
                return Err(Unknown::because(trouble.detail));
            }
            Err(trouble) => {
                facts.present("answered", Value::Bool(round.records.answered()));
                facts.present("error", Value::Text(trouble.kind.word().to_owned()));
                facts.set_reason(trouble.to_string());
                note = format!("{note}: {trouble}");
            }
        }
        let url = Some(format!("dns://{server}/{name}"));
        let evidence = Evidence { kind: EvidenceKind::Service, url, note: Some(note), ..Evidence::default() };
        Ok(Observation { facts, evidence: vec![evidence], requests: round.requests })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_addresses_with_or_without_a_port() {
        let at = |text: &str| address(text).map(|address| address.to_string());
        assert_eq!(at("9.9.9.9").as_deref(), Some("9.9.9.9:53"));
        assert_eq!(at("[::1]:5353").as_deref(), Some("[::1]:5353"));
        assert_eq!(at("::1").as_deref(), Some("[::1]:53"));
        assert_eq!(at("dns.test"), None);
    }

    #[test]
    fn names_have_labels() {
        assert!(is_name("www.example.org") && is_name("example.org.") && is_name("_dmarc.example.org"));
        for wrong in ["", "a..b", "http://a", "a b", "a:53", &"a".repeat(64)] {
            assert!(!is_name(wrong), "{wrong}");
        }
    }
}
