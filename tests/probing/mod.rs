//! A folder and a world to run one probe in.

#![allow(clippy::unwrap_used, dead_code, reason = "tests; each test binary uses a part")]

pub(crate) mod server;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use shipworthy::model::target::Route;
use shipworthy::model::{Fact, Masker, Observation, Problem, Problems, Suppressions, Target, Unknown, Value};
use shipworthy::probe::{Look, Probe, find};
use shipworthy::world::quota::Quotas;
use shipworthy::world::{Deadline, Permit, Swept, World};
use shipworthy::yaml::{Source, parse};

/// A temporary repository and what a probe needs to look at it.
pub(crate) struct Bench {
    root: tempfile::TempDir,
    pub(crate) world: World,
    folder: String,
    limit: Duration,
}

impl Bench {
    pub(crate) fn new() -> Bench {
        let root = tempfile::tempdir().unwrap();
        let world = World {
            root: root.path().canonicalize().unwrap(),
            now: "2026-11-20T12:00:00Z".parse().unwrap(),
            targets: BTreeMap::new(),
            permit: Permit { exec: true, network: true, active: true, protected: false },
            owned: Vec::new(),
            masker: Masker::default(),
            environment: BTreeMap::from([("PATH".to_owned(), std::env::var("PATH").unwrap())]),
            quotas: Quotas::default(),
        };
        Bench { root, world, folder: String::new(), limit: Duration::from_secs(10) }
    }

    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    pub(crate) fn limit(mut self, limit: Duration) -> Bench {
        self.limit = limit;
        self
    }

    pub(crate) fn folder(mut self, folder: &str) -> Bench {
        self.folder = folder.to_owned();
        self
    }

    pub(crate) fn file(self, path: &str, content: &str) -> Bench {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    /// A target with this URL, changed as the test needs it.
    pub(crate) fn target(mut self, name: &str, url: &str, change: impl FnOnce(&mut Target)) -> Bench {
        let mut target = Target {
            name: name.to_owned(),
            url: Ok(url.to_owned()),
            headers: BTreeMap::new(),
            credentials: BTreeMap::new(),
            allow_active: false,
            allow_load: false,
            protected: false,
            route: Route::default(),
            ca_file: None,
            client_cert: None,
            max_requests: None,
            allow_reason: None,
        };
        change(&mut target);
        self.world.targets.insert(name.to_owned(), target);
        self
    }

    /// With the real time, for services that compare it with theirs.
    pub(crate) fn now(mut self) -> Bench {
        self.world.now = jiff::Timestamp::now();
        self
    }

    pub(crate) fn observe(&self, probe: &str, params: &str) -> Result<Observation, Unknown> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let seen = runtime.block_on(self.observe_async(probe, params));
        runtime.shutdown_background();
        seen
    }

    pub(crate) async fn observe_async(&self, probe: &str, params: &str) -> Result<Observation, Unknown> {
        let (probe, problems) = decode(probe, params);
        assert!(!problems.has_errors(), "{problems:?}");
        self.look(&*probe.unwrap()).await
    }

    pub(crate) fn observe_probe(&self, probe: &dyn Probe) -> Result<Observation, Unknown> {
        tokio::runtime::Runtime::new().unwrap().block_on(self.look(probe))
    }

    async fn look(&self, probe: &dyn Probe) -> Result<Observation, Unknown> {
        let swept = Swept::default();
        let look = Look {
            folder: &self.folder,
            world: &self.world,
            swept: &swept,
            wants: &[],
            // as an audit does: the probe's own limit goes before the usual one
            until: Deadline::after(probe.timeout().map_or(self.limit, |own| own.min(self.limit))),
            suppressions: Suppressions::Honour,
        };
        probe.observe(look).await
    }

    pub(crate) fn decode_problems(&self, probe: &str, params: &str) -> Vec<Problem> {
        decode(probe, params).1.sorted()
    }
}

pub(crate) fn decode(probe: &str, params: &str) -> (Option<Box<dyn Probe>>, Problems) {
    let source = Arc::new(Source::new("params.yaml", params));
    let node = parse(source).unwrap().unwrap();
    let mut problems = Problems::new();
    let probe = (find(probe).unwrap().decode)(&node, &mut problems);
    (probe, problems)
}

pub(crate) fn value(seen: &Observation, fact: &str) -> Value {
    match seen.facts.get(fact) {
        Fact::Present(value) => value,
        other => panic!("{fact} is {other:?}"),
    }
}

pub(crate) fn text(seen: &Observation, fact: &str) -> String {
    match value(seen, fact) {
        Value::Text(text) => text,
        other => panic!("{fact} is {other:?}"),
    }
}

pub(crate) fn number(seen: &Observation, fact: &str) -> String {
    match value(seen, fact) {
        Value::Number(number) => number.to_string(),
        other => panic!("{fact} is {other:?}"),
    }
}

pub(crate) fn texts(seen: &Observation, fact: &str) -> Vec<String> {
    match value(seen, fact) {
        Value::List(items) => items
            .into_iter()
            .map(|item| match item {
                Value::Text(text) => text,
                other => panic!("{other:?}"),
            })
            .collect(),
        other => panic!("{fact} is {other:?}"),
    }
}

/// A member of a tree.
pub(crate) fn member(seen: &Observation, tree: &str, name: &str) -> Option<Value> {
    match value(seen, tree) {
        Value::Map(members) => members.get(name).cloned(),
        other => panic!("{tree} is {other:?}"),
    }
}

pub(crate) fn bool_of(seen: &Observation, tree: &str, name: &str) -> bool {
    member(seen, tree, name) == Some(Value::Bool(true))
}

pub(crate) fn absent(seen: &Observation, fact: &str) -> bool {
    seen.facts.get(fact) == Fact::Absent
}

pub(crate) fn unobserved(seen: &Observation, fact: &str) -> String {
    match seen.facts.get(fact) {
        Fact::Unobserved(reason) => reason,
        other => panic!("{fact} is {other:?}"),
    }
}
