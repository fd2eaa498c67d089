//! Tests only: runs one probe over a tree, as a check would.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::model::{Fact, Masker, Observation, Problems, Suppressions, Value};
use crate::probe::{Look, ProbeDef};
use crate::world::{Deadline, Permit, Tree, Wants, World, sweep};

/// What the probe observes in this tree with these parameters (YAML).
pub(crate) fn observe_tree(def: &ProbeDef, parameters: &str, tree: Tree) -> Observation {
    let source = crate::yaml::source("parameters.yaml", parameters.as_bytes()).unwrap();
    let node = crate::yaml::parse(source).unwrap().unwrap();
    let mut problems = Problems::new();
    let probe = (def.decode)(&node, &mut problems).unwrap();
    let tree = Arc::new(tree);
    let mut wants = Wants::default();
    let ids = probe.declare("", &mut wants);
    let swept = sweep::run(&tree, &wants, 2, &AtomicBool::new(false));
    let world = world();
    let (until, suppressions) = (Deadline::after(Duration::from_secs(60)), Suppressions::Honour);
    let look = Look { folder: "", world: &world, swept: &swept, wants: &ids, until, suppressions };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let observation = runtime.block_on(probe.observe(look)).unwrap();
    every_fact_is_declared(&probe.facts(), &observation);
    observation
}

/// The same over files in memory.
pub(crate) fn observe(def: &ProbeDef, parameters: &str, files: &[(&str, &str)]) -> Observation {
    observe_tree(def, parameters, Tree::from_memory(files.iter().copied()))
}

/// A count as a number; `None` when it was not observed.
pub(crate) fn count(observation: &Observation, fact: &str) -> Option<i64> {
    match observation.facts.get(fact) {
        Fact::Present(Value::Number(number)) => number.to_i64(),
        _ => None,
    }
}

/// A ratio in whole percent; `None` when it was not observed.
pub(crate) fn percent(observation: &Observation, fact: &str) -> Option<i64> {
    match observation.facts.get(fact) {
        Fact::Present(Value::Number(number)) => crate::model::Exact::whole(100)
            .checked_div(&crate::model::Exact::one())
            .map(|hundred| (number * hundred).floor_i64())
            .unwrap(),
        _ => None,
    }
}

fn every_fact_is_declared(schema: &crate::model::FactSchema, observation: &Observation) {
    for (name, _) in observation.facts.iter() {
        let declared = schema
            .decls
            .iter()
            .any(|decl| matches!(&decl.name, crate::model::fact::FactName::Exact(known) if *known == name));
        assert!(declared, "`{name}` is set but not declared");
    }
}

fn world() -> World {
    World {
        root: std::path::PathBuf::new(),
        now: "2026-06-01T00:00:00Z".parse().unwrap(),
        targets: BTreeMap::new(),
        permit: Permit { exec: false, network: false, active: false, protected: false },
        owned: Vec::new(),
        masker: Masker::default(),
        environment: BTreeMap::new(),
        quotas: crate::world::quota::Quotas::default(),
    }
}
