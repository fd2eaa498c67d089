//! Records as facts: addresses, and the policies that texts and CAA records hold.

use std::time::Duration;

use crate::model::{Fact, FactDecl, FactType, Facts, Value};
use crate::world::service::dns::{Answer, Kind, Record};

/// Every fact of probe `dns`.
pub(super) fn declared() -> Vec<FactDecl> {
    use FactType::{Bool, Count, Text};
    let texts = || FactType::List(Box::new(Text));
    let error = "What went wrong; absent when every question was answered. One of `refused`, `unreachable`, `timeout`, \
                 `closed`, `reset`, `protocol`, `rejected`.";
    let code = "Response code for the addresses: `NOERROR`, `NXDOMAIN` (no such name), `SERVFAIL`, `REFUSED`, …";
    let authorities = "Who may issue certificates for it, `issue` and `issuewild`, by the closest name that says so \
                       (RFC 8659); an empty name allows nobody. Absent when anybody may.";
    vec![
        FactDecl::new("answered", Bool, "Whether the server answered at all."),
        FactDecl::new("error", Text, error),
        FactDecl::new("code", Text, code),
        FactDecl::new("exists", Bool, "Whether the name exists."),
        FactDecl::new("a", texts(), "IPv4 addresses."),
        FactDecl::new("aaaa", texts(), "IPv6 addresses."),
        FactDecl::new("addresses", Count, "Addresses of both kinds."),
        FactDecl::new("cname", Text, "The name it stands for; absent when it stands for itself."),
        FactDecl::new("mx", texts(), "Hosts that take its mail."),
        FactDecl::new("txt", texts(), "Its texts."),
        FactDecl::new("ns", texts(), "Its name servers; empty for a name inside a zone."),
        FactDecl::new("caa.issue", texts(), authorities),
        FactDecl::new("caa.at", Text, "The name that says so; absent when none does."),
        FactDecl::new("spf", Text, "Who may send its mail (RFC 7208), as written; absent without."),
        FactDecl::new(
            "dmarc",
            Text,
            "What is to happen to forged mail (RFC 7489): `none`, `quarantine`, `reject`; absent without a policy at `_dmarc.` before the name.",
        ),
        FactDecl::new(
            "authentic",
            Bool,
            "Whether the server says that it verified the signatures of the addresses (DNSSEC).",
        ),
        FactDecl::new("ttl", FactType::Duration, "How long the addresses may be kept, at least; absent without any."),
        FactDecl::new("time", FactType::Duration, "The slowest answer."),
    ]
}

/// What came so far.
#[derive(Default)]
pub(super) struct Records {
    facts: Facts,
    addresses: usize,
    answers: usize,
    exists: bool,
    slowest: Duration,
    ttl: Option<u32>,
}

impl Records {
    /// Whether anything came.
    pub(super) fn answered(&self) -> bool {
        self.answers > 0
    }

    /// An answer about the name itself.
    pub(super) fn add(&mut self, kind: Kind, answer: &Answer) {
        self.note(answer);
        let texts = |pick: fn(&Record) -> Option<String>| texts(answer, pick);
        match kind {
            Kind::A => {
                self.facts.present("code", Value::Text(answer.code.clone()));
                self.exists = answer.code == "NOERROR";
                if matches!(answer.code.as_str(), "NOERROR" | "NXDOMAIN") {
                    self.facts.present("exists", Value::Bool(self.exists));
                }
                self.facts.present("authentic", Value::Bool(answer.authentic));
                let alias = answer.records.iter().find_map(|record| match record {
                    Record::Alias(name) => Some(Value::Text(name.clone())),
                    _ => None,
                });
                self.facts.set("cname", alias.map_or(Fact::Absent, Fact::Present));
                self.add_addresses("a", answer);
            }
            Kind::Aaaa => self.add_addresses("aaaa", answer),
            Kind::Mx => self.present("mx", answer, texts(mail)),
            Kind::Ns => self.present("ns", answer, texts(server)),
            Kind::Txt => {
                let found = texts(text);
                let spf = found.iter().find(|text| is_spf(text)).map(|text| Value::Text(text.clone()));
                self.present_or(answer, "spf", spf.map_or(Fact::Absent, Fact::Present));
                self.present("txt", answer, found);
            }
            Kind::Caa => {}
        }
    }

    fn add_addresses(&mut self, name: &str, answer: &Answer) {
        let found = texts(answer, address);
        if !found.is_empty() {
            self.addresses += found.len();
            self.ttl = self.ttl.into_iter().chain(answer.ttl).min();
        }
        self.present(name, answer, found);
    }

    /// What `_dmarc.` before the name says.
    pub(super) fn add_policy(&mut self, answer: &Answer) {
        self.note(answer);
        let policy = texts(answer, text).iter().find_map(|text| dmarc(text)).map(Value::Text);
        self.present_or(answer, "dmarc", policy.map_or(Fact::Absent, Fact::Present));
    }

    /// Whether a name says who may issue certificates.
    pub(super) fn add_authorities(&mut self, name: &str, answer: &Answer) -> bool {
        self.note(answer);
        let any = answer.records.iter().any(|record| matches!(record, Record::Authority(..)));
        if any {
            self.facts.present("caa.at", Value::Text(name.to_owned()));
            self.present("caa.issue", answer, texts(answer, issuer));
        } else if matches!(answer.code.as_str(), "NOERROR" | "NXDOMAIN") {
            self.facts.set("caa.at", Fact::Absent);
            self.facts.set("caa.issue", Fact::Absent);
        }
        any
    }

    fn note(&mut self, answer: &Answer) {
        self.answers += 1;
        self.slowest = self.slowest.max(answer.time);
    }

    fn present(&mut self, name: &str, answer: &Answer, found: Vec<String>) {
        let list = Value::List(found.into_iter().map(Value::Text).collect());
        self.present_or(answer, name, Fact::Present(list));
    }

    /// A server that failed or refused has said nothing about the name.
    fn present_or(&mut self, answer: &Answer, name: &str, fact: Fact) {
        let said = matches!(answer.code.as_str(), "NOERROR" | "NXDOMAIN");
        self.facts.set(name, if said { fact } else { Fact::Unobserved(format!("the server says {}", answer.code)) });
    }

    /// Every question was answered.
    pub(super) fn complete(&mut self) {
        let refused = ["a", "aaaa"].iter().any(|name| matches!(self.facts.get(name), Fact::Unobserved(_)));
        if !refused {
            self.facts.present("addresses", Value::count(self.addresses));
            let ttl = self.ttl.map(|ttl| Value::seconds(Duration::from_secs(ttl.into())));
            self.facts.set("ttl", ttl.map_or(Fact::Absent, Fact::Present));
        }
        self.facts.present("answered", Value::Bool(true));
        self.facts.present("time", Value::seconds(self.slowest));
    }

    /// All of it.
    pub(super) fn facts(&self) -> Facts {
        self.facts.clone()
    }
}

fn texts(answer: &Answer, pick: fn(&Record) -> Option<String>) -> Vec<String> {
    let mut found: Vec<String> = answer.records.iter().filter_map(pick).collect();
    // servers turn their answers round
    found.sort();
    found
}

fn address(record: &Record) -> Option<String> {
    if let Record::Address(address) = record { Some(address.to_string()) } else { None }
}

fn mail(record: &Record) -> Option<String> {
    if let Record::Mail(host) = record { Some(host.clone()) } else { None }
}

fn server(record: &Record) -> Option<String> {
    if let Record::Server(host) = record { Some(host.clone()) } else { None }
}

fn text(record: &Record) -> Option<String> {
    if let Record::Text(text) = record { Some(text.clone()) } else { None }
}

/// `letsencrypt.org; accounturi=…` → `letsencrypt.org`
fn issuer(record: &Record) -> Option<String> {
    match record {
        Record::Authority(tag, value) if matches!(tag.as_str(), "issue" | "issuewild") => {
            Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
        }
        _ => None,
    }
}

/// RFC 7208 §4.5.
fn is_spf(text: &str) -> bool {
    text == "v=spf1" || text.starts_with("v=spf1 ")
}

/// `v=DMARC1; p=reject; …` → `reject`
fn dmarc(text: &str) -> Option<String> {
    let mut tags = text.split(';').map(str::trim);
    if !tags.next()?.eq_ignore_ascii_case("v=DMARC1") {
        return None;
    }
    let policy = tags.find_map(|tag| tag.split_once('=').filter(|(name, _)| name.trim() == "p"))?.1;
    Some(policy.trim().to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_of_mail_are_read_from_texts() {
        assert_eq!(dmarc("v=DMARC1; p=Reject; rua=mailto:x@y.test").as_deref(), Some("reject"));
        assert_eq!(dmarc("v=spf1 -all"), None);
        assert_eq!(dmarc("v=DMARC1"), None);
        assert!(is_spf("v=spf1 -all") && !is_spf("v=spf10 -all"));
    }

    #[test]
    fn an_issuer_is_named_without_its_options() {
        let record = |tag: &str, value: &str| Record::Authority(tag.to_owned(), value.to_owned());
        assert_eq!(issuer(&record("issue", "CA.test; account=7")).as_deref(), Some("ca.test"));
        assert_eq!(issuer(&record("issue", ";")).as_deref(), Some(""));
        assert_eq!(issuer(&record("iodef", "mailto:x@y.test")), None);
    }
}
