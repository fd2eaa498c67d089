//! The facts about getting in: whether the service is there, lets us in, and what went wrong.

use std::time::Duration;

use crate::model::report::{Evidence, EvidenceKind};
use crate::model::{Fact, FactDecl, FactType, Facts, Observation, Unknown, Value};
use crate::world::net::FailureKind;
use crate::world::service::{Trouble, TroubleKind};

/// The facts that every service's probe offers.
pub(in crate::probe) fn declared() -> Vec<FactDecl> {
    vec![
        FactDecl::new(
            "reachable",
            FactType::Bool,
            "Whether the service answered in its protocol, be it with a refusal.",
        ),
        FactDecl::new("admitted", FactType::Bool, "Whether it lets us in with the chosen credentials."),
        FactDecl::new(
            "error",
            FactType::Text,
            "What went wrong; absent when nothing did. One of `unresolvable`, `refused`, `unreachable`, `reset`, \
             `closed`, `timeout`, `tls-expired`, `tls-not-yet-valid`, `tls-wrong-name`, `tls-untrusted`, `tls-failed`, \
             `auth-required`, `auth-failed`, `denied`, `missing`, `busy`, `not-ready`, `no-tls`, `rejected`, `protocol`.",
        ),
        FactDecl::new("tls", FactType::Bool, "Whether the connection is encrypted."),
        FactDecl::new(
            "time.connect",
            FactType::Duration,
            "Until the connection stood, with its TLS handshake if it has one.",
        ),
    ]
}

/// The fact about the certificate, of services that encrypt without verifying it.
pub(in crate::probe) fn trusted() -> FactDecl {
    let doc = "Whether the certificate is trusted for the host's name; absent without TLS.";
    FactDecl::new("tls.trusted", FactType::Bool, doc)
}

/// What is known about getting in; grows while a probe talks.
pub(in crate::probe) struct Entry {
    shown: String,
    pub(in crate::probe) facts: Facts,
    pub(in crate::probe) notes: Vec<String>,
    /// Messages that were sent.
    pub(in crate::probe) requests: u64,
}

impl Entry {
    /// Nothing is known of the service at this address yet.
    pub(in crate::probe) fn new(shown: String) -> Entry {
        Entry { shown, facts: Facts::new(), notes: Vec::new(), requests: 0 }
    }

    /// The connection stands.
    pub(in crate::probe) fn connected(&mut self, time: Duration, tls: bool) {
        self.facts.present("time.connect", Value::seconds(time));
        self.facts.present("tls", Value::Bool(tls));
    }

    /// The connection stands: without TLS, or with what the verification of the certificate said.
    pub(in crate::probe) fn encrypted(&mut self, time: Duration, tls: Option<&Result<(), String>>) {
        self.connected(time, tls.is_some());
        self.facts.set("tls.trusted", tls.map_or(Fact::Absent, |verdict| Fact::Present(Value::Bool(verdict.is_ok()))));
        if let Some(Err(why)) = tls {
            self.notes.push(format!("the certificate is not trusted: {why}"));
        }
    }

    /// We are in.
    pub(in crate::probe) fn admitted(&mut self) {
        self.facts.present("reachable", Value::Bool(true));
        self.facts.present("admitted", Value::Bool(true));
        self.facts.set("error", Fact::Absent);
    }

    /// We did not get in, or were thrown out; all that is not set stays unobserved for this reason.
    pub(in crate::probe) fn failed(&mut self, trouble: &Trouble) {
        let was_in = self.facts.set_fact("admitted").is_some();
        if !was_in {
            let answered = trouble.kind.is_answer();
            self.facts.present("reachable", Value::Bool(answered));
            if answered {
                self.facts.present("admitted", Value::Bool(false));
            }
        }
        self.facts.present("error", Value::Text(trouble.kind.word().to_owned()));
        self.facts.set_reason(trouble.to_string());
        self.notes.push(trouble.to_string());
    }

    /// All that was seen. Unknown when it was our own machine that could not look.
    pub(in crate::probe) fn finish(self, outcome: Result<(), Trouble>) -> Result<Observation, Unknown> {
        let mut entry = self;
        if let Err(trouble) = outcome {
            if trouble.kind == TroubleKind::Net(FailureKind::Ours) {
                return Err(Unknown::because(trouble.detail));
            }
            entry.failed(&trouble);
        }
        let evidence = Evidence {
            kind: EvidenceKind::Service,
            url: Some(entry.shown),
            note: (!entry.notes.is_empty()).then(|| entry.notes.join("; ")),
            ..Evidence::default()
        };
        Ok(Observation { facts: entry.facts, evidence: vec![evidence], requests: entry.requests })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::world::service::WORDS;

    #[test]
    fn every_word_of_fact_error_is_in_its_description() {
        let doc = declared()[2].doc;
        for (word, _) in WORDS {
            assert!(doc.contains(&format!("`{word}`")), "{word} is not in: {doc}");
        }
    }

    #[test]
    fn a_trouble_of_this_machine_is_never_an_observation() {
        let trouble = Trouble::new(TroubleKind::Net(FailureKind::Ours), "no file descriptors");
        assert_eq!(Entry::new(String::new()).finish(Err(trouble)).unwrap_err().0, "no file descriptors");
    }
}
