//! Probe `waivers`: what a spec accepts and states without proof: waivers and attestations, whether they are in date,
//! owned and reasoned. Reads the file as it is written; what they do to the result is the business of `plan`.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Deserialize;

use super::finding::{Finding, Findings};
use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, glob_parameter, yaml_file};
use crate::model::{Exact, Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::world::{Select, Want, WantId, Wants};
use crate::yaml::{Node, Spanned};

/// Specs that are read where none is named.
const DEFAULT_GLOB: &str = "shipworthy.{yaml,yml}";
/// Days that a waiver may last (catalogue, `gov/waivers-current`).
const LONGEST_DAYS: i32 = 365;
/// Characters that a reason needs to say anything.
const SHORTEST_REASON: usize = 15;

/// The registry's entry.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "waivers",
    doc: "Reads the waivers and attestations of a spec: in date, owned, reasoned, with evidence",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "glob: shipworthy.yaml\n",
};

/// Parameters of the `waivers` probe.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "WaiversProbe")]
struct Params {
    /// Specs to read. Default: `shipworthy.yaml` at the top.
    #[serde(default)]
    glob: Option<Spanned<String>>,
}

struct Waivers {
    glob: Option<String>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = crate::yaml::decode(node, problems)?;
    let glob = glob_parameter::checked(params.glob, DEFAULT_GLOB, problems)?;
    Some(Box::new(Waivers { glob }))
}

/// One waiver or attestation as it is written.
#[derive(Clone, Debug)]
struct Stated {
    is_waiver: bool,
    line: u32,
    subject: String,
    by: String,
    reason: String,
    since: Option<Date>,
    expires: Option<Date>,
    has_evidence: bool,
}

type Digest = Result<Vec<Stated>, (u32, String)>;

#[rustfmt::skip]
const COUNTED: &[(&str, &str)] = &[
    ("expired", "those whose last day is past, or says no day"),
    ("unowned", "waivers without an owner"),
    ("unreasoned", "waivers whose reason is shorter than 15 characters"),
    ("endless", "waivers that last longer than 365 days from their first day, or from today"),
    ("sweeping", "waivers of every check: `*`, `**`"),
    ("unproven", "attestations without evidence, which are claims"),
];

impl Probe for Waivers {
    #[rustfmt::skip]
    fn facts(&self) -> FactSchema {
        let count = |name, doc| FactDecl::new(name, FactType::Count, doc);
        let mut decls = vec![
            count("specs", "specs that were read; 0 when there is none, and then nothing else is observed"),
            count("waivers", "waivers in them"),
            count("attestations", "attestations in them"),
            count("statements", "both together"),
        ];
        decls.extend(COUNTED.iter().map(|(name, doc)| count(name, doc)));
        decls.push(FactDecl::new("valid_ratio", FactType::Ratio, "share of both in which nothing of this is wrong; absent when there is neither"));
        FactSchema { decls, ..FactSchema::default() }
    }

    fn key(&self) -> String {
        format!("waivers {:?}", self.glob)
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        Touch { reads: vec![self.glob.clone().unwrap_or_else(|| DEFAULT_GLOB.to_owned())], ..Touch::default() }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        let glob = self.glob.as_deref().unwrap_or(DEFAULT_GLOB);
        let Ok(select) = Select::glob(glob) else { return Vec::new() };
        vec![wants.add(Want::doc(select.below(folder), "waivers", |file| -> Result<Digest, Unknown> {
            let read = yaml_file::read(file.path(), file.bytes);
            Ok(read.map(|root| stated(&root)).map_err(|fault| (fault.line, fault.reason)))
        }))]
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let [want] = look.wants else { return Err(Unknown::because("the tree was not swept")) };
            let found = look.swept.get(*want);
            found.whole.clone()?;
            let mut sums = Sums { today: look.world.now.to_zoned(TimeZone::UTC).date(), ..Sums::default() };
            for (id, digest) in found.own::<Digest>() {
                let path = look.swept.path(id);
                match digest {
                    Ok(Ok(stated)) => sums.spec(path, stated),
                    Ok(Err((line, reason))) => sums.findings.unread(path, format!("line {line}: {reason}")),
                    Err(unknown) => sums.findings.unread(path, unknown.0.clone()),
                }
            }
            Ok(sums.finish())
        })
    }
}

/// Waivers at the top, and `attest` wherever a check or a route has one.
fn stated(root: &Node) -> Vec<Stated> {
    let waivers = root.get("waivers").map(Node::items).unwrap_or_default().iter().map(|node| entry(node, true));
    let mut all: Vec<Stated> = waivers.collect();
    let areas = root.get("areas").map(Node::entries).unwrap_or_default();
    for (_, area) in areas {
        for check in area.get("checks").map(Node::items).unwrap_or_default() {
            let routes = check.get("routes").map(Node::items).unwrap_or_default();
            let holders = std::iter::once(check).chain(routes);
            all.extend(holders.filter_map(|holder| holder.get("attest")).map(|node| entry(node, false)));
        }
    }
    all
}

fn entry(node: &Node, is_waiver: bool) -> Stated {
    let text = |key: &str| node.get(key).and_then(Node::text).unwrap_or_default().trim().to_owned();
    Stated {
        is_waiver,
        line: node.span.line,
        subject: text(if is_waiver { "check" } else { "statement" }),
        by: text(if is_waiver { "owner" } else { "by" }),
        reason: text("reason"),
        since: text(if is_waiver { "since" } else { "date" }).parse().ok(),
        expires: text("expires").parse().ok(),
        has_evidence: !text("evidence").is_empty(),
    }
}

impl Stated {
    /// What is wrong with it today: fact and note.
    fn faults(&self, today: Date) -> Vec<(&'static str, String)> {
        let mut faults = Vec::new();
        match self.expires {
            None => faults.push(("expired", "says no last day".to_owned())),
            Some(day) if day < today => faults.push(("expired", format!("expired on {day}"))),
            Some(day) if self.is_waiver && (day - self.since.unwrap_or(today)).get_days() > LONGEST_DAYS => {
                faults.push(("endless", format!("lasts until {day}, longer than {LONGEST_DAYS} days")));
            }
            Some(_) => {}
        }
        if !self.is_waiver {
            let missing = (!self.has_evidence).then(|| ("unproven", "has no evidence".to_owned()));
            return faults.into_iter().chain(missing).collect();
        }
        if self.by.is_empty() {
            faults.push(("unowned", "has no owner".to_owned()));
        }
        if self.reason.chars().count() < SHORTEST_REASON {
            faults.push(("unreasoned", "its reason says hardly anything".to_owned()));
        }
        if !self.subject.is_empty() && self.subject.chars().all(|c| matches!(c, '*' | '/')) {
            faults.push(("sweeping", "covers every check".to_owned()));
        }
        faults
    }
}

#[derive(Default)]
struct Sums {
    today: Date,
    findings: Findings,
    specs: usize,
    waivers: usize,
    attestations: usize,
    valid: usize,
}

impl Sums {
    fn spec(&mut self, path: &str, all: &[Stated]) {
        self.specs += 1;
        for one in all {
            let kind = if one.is_waiver { "waiver" } else { "attestation" };
            *(if one.is_waiver { &mut self.waivers } else { &mut self.attestations }) += 1;
            let faults = one.faults(self.today);
            self.valid += usize::from(faults.is_empty());
            for (fact, what) in faults {
                let note = format!("{kind} `{}` {what}", one.subject);
                self.findings.push(path, Finding::new(fact, one.line, one.subject.as_str(), note));
            }
        }
    }

    fn finish(self) -> Observation {
        let mut facts = Facts::new();
        self.findings.set_number(&mut facts, "specs", self.specs);
        if self.specs == 0 {
            facts.set_reason("there is no spec to read");
            return Observation { facts, evidence: self.findings.evidence(), requests: 0 };
        }
        let all = self.waivers + self.attestations;
        for (name, count) in [("waivers", self.waivers), ("attestations", self.attestations), ("statements", all)] {
            facts.present(name, Value::count(count));
        }
        for (name, _) in COUNTED {
            self.findings.set_count(&mut facts, name);
        }
        let ratio = Exact::ratio(self.valid as u64, all as u64).filter(|_| all > 0);
        facts.set("valid_ratio", ratio.map_or(Fact::Absent, |ratio| Fact::Present(Value::Number(ratio))));
        Observation { facts, evidence: self.findings.evidence(), requests: 0 }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use crate::model::Fact;
    use crate::probe::sample;
    use crate::probe::trial::count;

    #[test]
    fn each_weakness_is_counted_at_its_line() {
        let spec = "version: 1\nwaivers:\n  - { check: '*', reason: later, expires: 2020-01-01 }\n  - check: a/b\n    reason: the vendor mends it in spring\n    owner: ops\n    since: 2099-01-01\n    expires: 2101-01-01\nareas:\n  x:\n    checks:\n      - id: y\n        attest: { statement: s, by: me, date: 2020-01-01, expires: 2099-01-01 }\n";
        let seen = sample::observe("waivers", "{}", &[("shipworthy.yaml", spec)]).unwrap();
        let facts = ["waivers", "attestations", "expired", "unowned", "unreasoned", "endless", "sweeping", "unproven"];
        assert_eq!(facts.map(|fact| count(&seen, fact).unwrap()), [2, 1, 1, 1, 1, 1, 1, 1]);
        assert!(seen.evidence.iter().any(|item| item.place.clone().unwrap().to_string() == "shipworthy.yaml:4"));
    }

    #[test]
    fn no_spec_and_a_broken_one_are_no_observation() {
        let none = sample::observe("waivers", "{}", &[("a.txt", "")]).unwrap();
        assert!(matches!(none.facts.get("expired"), Fact::Unobserved(_)));
        let broken = sample::observe("waivers", "{}", &[("shipworthy.yaml", "a: [")]).unwrap();
        assert!(matches!(broken.facts.get("specs"), Fact::Unobserved(_)));
    }
}
