//! Probe `fresh`: how old and how large the newest of several files or stored objects is, against the one before it.
//!
//! Owns the parameters and the facts. Objects of a store are listed in `fresh/bucket.rs`. The age of the newest row is a
//! fact of the databases' own probes.

mod bucket;

use std::time::Duration;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::http::fetch::Choice;
use super::{BoxFuture, Contact, Lane, Look, Probe, ProbeDef, Touch, folder, limits};
use crate::model::report::{Evidence, EvidenceKind};
use crate::model::{Exact, Fact, FactDecl, FactSchema, FactType, Facts, Observation, Place, Problems, Unknown, Value};
use crate::world::Deadline;
use crate::world::artefact;
use crate::yaml::{Node, Spanned, decode as decode_node};

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "fresh",
    doc: "Looks for the newest of several files, or of the objects of a store: its age, and its size against the one before.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "path: backups/*.dump.gz\n",
};

/// Parameters of probe `fresh`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "FreshProbe")]
struct Params {
    /// A glob of files, also of those that git ignores.
    #[serde(default)]
    path: Option<Spanned<String>>,
    /// Instead of `path`: a target that lists objects as S3 does (`ListObjectsV2`).
    #[serde(default)]
    target: Option<Spanned<String>>,
    /// With `target`: the path of the bucket (`/`), such as `/backups`.
    #[serde(default)]
    bucket: Option<Spanned<String>>,
    /// With `target`: how the names of the objects begin, such as `orders/2026-`.
    #[serde(default)]
    prefix: Option<String>,
    /// `none`, `invalid`, or the name of credentials of the target; without it the target's `default`, if it has one.
    #[serde(default)]
    credentials: Option<String>,
    /// When the list must have come.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct Fresh {
    source: Source,
    timeout: Option<Duration>,
}

#[derive(Clone, Debug, Serialize)]
enum Source {
    Files(String),
    Bucket { target: String, path: String, prefix: String, credentials: Choice },
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    let timeout = limits::timeout(params.timeout.as_ref(), problems);
    let source = match (params.path, params.target) {
        (Some(path), None) => {
            folder::check_path_or_glob(&path, "path", problems);
            Source::Files(path.value)
        }
        (None, Some(target)) => {
            if let Some(path) =
                params.bucket.as_ref().filter(|path| !path.starts_with('/') || path.contains(['?', '#']))
            {
                let wrong = format!("`{}` is not the path of a bucket", path.value);
                problems.push(path.span.problem(wrong).help("write `bucket: /backups`"));
            }
            Source::Bucket {
                target: target.value,
                path: params.bucket.map_or_else(|| "/".to_owned(), |path| path.value),
                prefix: params.prefix.unwrap_or_default(),
                credentials: Choice::of(params.credentials.as_deref()),
            }
        }
        (Some(_), Some(target)) => {
            let wrong = "`path` and `target` both say where to look";
            problems.push(target.span.problem(wrong).help("keep one of them"));
            return None;
        }
        (None, None) => {
            let help = "write `path: backups/*.dump.gz`, or `target: NAME`";
            problems.push(node.problem("neither `path` nor `target` says where to look").help(help));
            return None;
        }
    };
    Some(Box::new(Fresh { source, timeout }))
}

/// A file or an object.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Item {
    /// Seconds since 1970.
    modified: i64,
    name: String,
    size: u64,
}

impl Fresh {
    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        let (items, evidence, requests) = match &self.source {
            Source::Files(glob) => {
                let found = artefact::find(look.swept.tree(), &folder::join(look.folder, glob))?;
                let items: Vec<Item> = found
                    .into_iter()
                    .map(|file| Item { modified: file.modified, name: file.path, size: file.size })
                    .collect();
                let newest = items.iter().max_by(|a, b| order(a, b));
                let place = newest.map(|item| Place::file(item.name.clone()));
                let evidence = Evidence { kind: EvidenceKind::File, place, ..Evidence::default() };
                (items, evidence, 0)
            }
            Source::Bucket { target, path, prefix, credentials } => {
                let until = Deadline::after(self.timeout.unwrap_or(look.until.limit()).min(look.until.left()));
                let wanted = bucket::Wanted { target, path, prefix, credentials };
                let (items, requests) = bucket::list(wanted, look.world, until).await?;
                let url = Some(format!("{target}{path}"));
                (items, Evidence { kind: EvidenceKind::Http, url, ..Evidence::default() }, requests)
            }
        };
        let (facts, note) = facts(items, look.world.now);
        Ok(Observation { facts, evidence: vec![Evidence { note: Some(note), ..evidence }], requests })
    }
}

/// By age; of equally old ones by name.
fn order(a: &Item, b: &Item) -> std::cmp::Ordering {
    (a.modified, &a.name).cmp(&(b.modified, &b.name))
}

fn facts(mut items: Vec<Item>, now: Timestamp) -> (Facts, String) {
    items.sort_by(|a, b| order(b, a));
    let age = |item: &Item| now.as_second().saturating_sub(item.modified).max(0);
    let absent_or = |value: Option<Value>| value.map_or(Fact::Absent, Fact::Present);
    let (newest, previous) = (items.first(), items.get(1));
    let mut facts = Facts::new();
    facts.present("count", Value::count(items.len()));
    facts.present("empty", Value::count(items.iter().filter(|item| item.size == 0).count()));
    facts.set("newest.name", absent_or(newest.map(|item| Value::Text(item.name.clone()))));
    facts.set("newest.age", absent_or(newest.map(|item| Value::count(age(item)))));
    facts.set("newest.size", absent_or(newest.map(|item| Value::count(item.size))));
    facts.set("previous.size", absent_or(previous.map(|item| Value::count(item.size))));
    let share = newest.zip(previous).and_then(|(newest, previous)| Exact::ratio(newest.size, previous.size));
    facts.set("size_ratio", absent_or(share.map(Value::Number)));
    let gap = items.windows(2).map(|pair| pair[0].modified - pair[1].modified).max();
    facts.set("longest_gap", absent_or(gap.map(Value::count)));
    facts.set("oldest.age", absent_or(items.last().map(|item| Value::count(age(item)))));
    let note = newest.map_or_else(
        || "nothing is there".to_owned(),
        |item| format!("{} of {} bytes, {} s old; {} in all", item.name, item.size, age(item), items.len()),
    );
    (facts, note)
}

impl Probe for Fresh {
    fn facts(&self) -> FactSchema {
        use FactType::{Count, Duration, Ratio, Size, Text};
        let ratio =
            "Size of the newest against the one before it; absent without one before it, or when that is empty.";
        let decls = vec![
            FactDecl::new("count", Count, "How many there are."),
            FactDecl::new("empty", Count, "How many of them are empty."),
            FactDecl::new(
                "newest.name",
                Text,
                "Path or key of the newest; absent when there is none, as all that follows.",
            ),
            FactDecl::new("newest.age", Duration, "Time since it was last changed."),
            FactDecl::new("newest.size", Size, "Its size."),
            FactDecl::new("previous.size", Size, "Size of the one before it; absent without one."),
            FactDecl::new("size_ratio", Ratio, ratio),
            FactDecl::new("longest_gap", Duration, "The longest time between two of them that follow each other."),
            FactDecl::new("oldest.age", Duration, "Time since the oldest was last changed: how far back one can go."),
        ];
        FactSchema { decls, ..FactSchema::default() }
    }

    fn key(&self) -> String {
        format!("fresh {}", serde_json::to_string(self).unwrap_or_default())
    }

    fn lane(&self) -> Lane {
        match &self.source {
            Source::Files(_) => Lane::Free,
            Source::Bucket { target, .. } => Lane::Target(target.clone()),
        }
    }

    fn touch(&self) -> Touch {
        match &self.source {
            Source::Files(glob) => Touch { reads: vec![glob.clone()], ..Touch::default() },
            Source::Bucket { target, path, .. } => {
                let at_most = bucket::MOST_PAGES;
                let contact =
                    Contact { target: Some(target.clone()), url: path.clone(), verb: "GET".to_owned(), at_most };
                Touch { contacts: vec![contact], ..Touch::default() }
            }
        }
    }

    fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    fn target(&self) -> Option<&str> {
        match &self.source {
            Source::Files(_) => None,
            Source::Bucket { target, .. } => Some(target),
        }
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(self.look(look))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn of(items: &[(i64, &str, u64)]) -> Facts {
        let items = items.iter().map(|(modified, name, size)| Item {
            modified: *modified,
            name: (*name).to_owned(),
            size: *size,
        });
        facts(items.collect(), Timestamp::from_second(10_000).unwrap()).0
    }

    #[test]
    fn the_newest_is_told_against_the_one_before_it() {
        let facts = of(&[(9_000, "b", 200), (9_900, "c", 50), (2_000, "a", 100)]);
        let number = |fact: &str| match facts.get(fact) {
            Fact::Present(Value::Number(number)) => number.to_string(),
            other => panic!("{fact}: {other:?}"),
        };
        assert_eq!(facts.get("newest.name"), Fact::Present(Value::Text("c".into())));
        let expected = [("count", "3"), ("newest.age", "100"), ("size_ratio", "1/4"), ("longest_gap", "7000")];
        for (fact, value) in expected.into_iter().chain([("oldest.age", "8000"), ("previous.size", "200")]) {
            assert_eq!(number(fact), value, "{fact}");
        }
    }

    #[test]
    fn nothing_is_not_fresh() {
        let facts = of(&[]);
        assert_eq!(facts.get("count"), Fact::Present(Value::count(0)));
        assert_eq!((facts.get("newest.age"), facts.get("size_ratio")), (Fact::Absent, Fact::Absent));
        assert_eq!(of(&[(1, "a", 5), (2, "b", 5)]).get("empty"), Fact::Present(Value::count(0)));
        assert_eq!(of(&[(1, "a", 0), (2, "b", 5)]).get("size_ratio"), Fact::Absent);
    }
}
