//! What holds of every entry of the registry.

use std::sync::Arc;

use super::*;
use crate::yaml::{self, Source};

#[test]
fn every_probe_is_listed_once_by_name() {
    let names: Vec<String> = PROBES.iter().map(|def| def.name.replace('-', "_")).collect();
    let mut sorted = names.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(names, sorted);
}

#[test]
fn every_example_is_valid_and_names_parameters_that_exist() {
    for def in PROBES {
        let mut problems = Problems::new();
        let text = if def.example.is_empty() { "{}" } else { def.example };
        let node = yaml::parse(Arc::new(Source::new("example", text))).expect(def.name).expect(def.name);
        assert!((def.decode)(&node, &mut problems).is_some(), "{}", def.name);
        assert!(problems.is_empty(), "{}: {problems:?}", def.name);
        let takes_some = def.parameters()["properties"].as_object().is_some_and(|all| !all.is_empty());
        assert_eq!(takes_some, !def.example.is_empty(), "{}", def.name);
    }
}

#[test]
fn what_a_probe_says_it_reads_are_globs() {
    for def in PROBES.iter().filter(|def| def.parameters()["required"].is_null()) {
        let node = yaml::parse(Arc::new(Source::new("example", "{}"))).expect(def.name).expect(def.name);
        let Some(probe) = (def.decode)(&node, &mut Problems::new()) else { continue };
        for glob in probe.touch().reads {
            assert_eq!(crate::world::check_glob(&glob), Ok(()), "{}: {glob}", def.name);
        }
    }
}
