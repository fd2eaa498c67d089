//! Every invalid spec under `fixtures/specs/invalid` ends in problems that name place, fault and help. A file is one
//! spec; a folder is a root with a `shipworthy.yaml`. A first line `# options: …` stands for the command line.
//! Set `INSTA_UPDATE=always` to write the snapshots anew, and read them.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use shipworthy::cli::problem_text;
use shipworthy::model::{Level, Problem};
use shipworthy::plan::{PlanInput, plan};
use shipworthy::spec::{LoadOptions, load};

const INVALID: &str = "fixtures/specs/invalid";

fn options(spec: &Path) -> LoadOptions {
    let text = String::from_utf8_lossy(&fs::read(spec).unwrap_or_default()).into_owned();
    let folder = spec.parent().unwrap();
    let mut options = LoadOptions { root: folder.to_owned(), ..LoadOptions::default() };
    options.process_env = BTreeMap::from([("API_TOKEN".to_owned(), "t0ken-for-tests".to_owned())]);
    let line = text.lines().next().and_then(|line| line.strip_prefix("# options: ")).unwrap_or("").to_owned();
    let mut words = line.split_whitespace();
    while let Some(word) = words.next() {
        match word {
            "--require-env" => options.require_env = true,
            "--env" => options.environment = words.next().map(str::to_owned),
            "--policy" => options.policy = words.next().map(|name| folder.join(name)),
            "--var" => {
                let (name, value) = words.next().unwrap().split_once('=').unwrap();
                options.vars.push((name.to_owned(), value.to_owned()));
            }
            other => panic!("{}: unknown option {other}", spec.display()),
        }
    }
    options
}

fn problems(spec: &Path) -> Vec<Problem> {
    let options = options(spec);
    let loaded = match load(spec, &options) {
        Ok(loaded) => loaded,
        Err(problems) => return problems.sorted(),
    };
    let input = PlanInput {
        loaded: &loaded,
        facets: &BTreeMap::new(),
        today: jiff::civil::date(2026, 11, 20),
        environment: options.environment.as_deref(),
        only: &[],
        skip: &[],
        gate: None,
        ignore_waivers: false,
    };
    let mut problems = loaded.problems.clone();
    if let Err(found) = plan(&input) {
        problems.extend(found);
    }
    problems.sorted()
}

fn invalid_specs() -> Vec<PathBuf> {
    let mut specs: Vec<PathBuf> = fs::read_dir(INVALID).unwrap().map(|entry| entry.unwrap().path()).collect();
    specs.sort();
    specs.into_iter().map(|path| if path.is_dir() { path.join("shipworthy.yaml") } else { path }).collect()
}

/// Panics unless there is an error and every problem has a place, lower-case words and help.
fn assert_helpful(name: &str, problems: &[Problem]) {
    assert!(problems.iter().any(|problem| problem.level == Level::Error), "{name}: no error");
    for problem in problems {
        assert!(problem.place.as_ref().is_some_and(|place| !place.file.is_empty()), "{name}: no place: {problem:?}");
        assert!(problem.help.as_ref().is_some_and(|help| !help.is_empty()), "{name}: no help: {problem:?}");
        let message = &problem.message;
        assert!(!message.ends_with('.') && !message.is_empty(), "{name}: {message}");
        let first = message.chars().next().unwrap_or(' ');
        assert!(!first.is_uppercase() || message.starts_with("YAML ") || message.contains(" is not set"), "{message}");
    }
}

#[test]
fn every_invalid_spec_names_place_problem_and_help() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots/spec_errors");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut faultless = Vec::new();
    for spec in invalid_specs() {
        let name = spec.strip_prefix(INVALID).unwrap().components().next().unwrap();
        let name = Path::new(name.as_os_str()).file_stem().unwrap().to_string_lossy().into_owned();
        let problems = problems(&spec);
        if !problems.iter().any(|problem| problem.level == Level::Error) {
            faultless.push(name);
            continue;
        }
        assert_helpful(&name, &problems);
        settings.bind(|| insta::assert_snapshot!(name.clone(), problem_text::render(&problems, false, 120)));
    }
    assert!(faultless.is_empty(), "no error in {faultless:?}");
}

fn fault_of(bytes: &[u8]) -> (String, Duration) {
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("shipworthy.yaml");
    fs::write(&spec, bytes).unwrap();
    let start = Instant::now();
    let problems = problems(&spec);
    let took = start.elapsed();
    assert_helpful("generated", &problems);
    (problems[0].message.clone(), took)
}

#[test]
fn large_deep_and_explosive_files_are_refused_quickly() {
    let alias_lists = |width: usize, levels: usize| {
        let mut text = format!("x-0: &a0 [{}]\n", vec!["x"; width].join(", "));
        for level in 1..levels {
            let alias = format!("*a{}", level - 1);
            text += &format!("x-{level}: &a{level} [{}]\n", vec![alias; width].join(", "));
        }
        text
    };
    let cases = [
        (b"a: 1\n".repeat(2_000_000), "bytes, 2097152 are allowed"),
        ("[".repeat(10_000).into_bytes(), "nested deeper than 100 levels"),
        ("[".repeat(2_000_000).into_bytes(), "nested deeper than 100 levels"),
        ("{a: ".repeat(90_000).into_bytes(), "nested deeper than 100 levels"),
        ("- ".repeat(10_000).into_bytes(), "nested deeper than 100 levels"),
        ("? ".repeat(10_000).into_bytes(), "key must be text"),
        ((0..1_400).map(|i| format!("{}a:\n", " ".repeat(i))).collect::<String>().into_bytes(), "nested deeper than"),
        (alias_lists(9, 30).into_bytes(), "more than 200000 values"),
        (alias_lists(400, 3).into_bytes(), "more than 200000 values"),
        ((0..250_000).map(|i| format!("k{i}: 1\n")).collect::<String>().into_bytes()[..2_000_000].to_vec(), "values"),
    ];
    for (bytes, expected) in cases {
        let (message, took) = fault_of(&bytes);
        assert!(message.contains(expected), "{message}, expected {expected}");
        assert!(took < Duration::from_secs(5), "{expected}: took {took:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_root_is_outside_the_root() {
    let folder = tempfile::tempdir().unwrap();
    let (inside, outside) = (folder.path().join("in"), folder.path().join("out.yaml"));
    fs::create_dir(&inside).unwrap();
    fs::write(&outside, "system: { name: a }\n").unwrap();
    std::os::unix::fs::symlink(&outside, inside.join("linked.yaml")).unwrap();
    fs::write(inside.join("shipworthy.yaml"), "version: 1\ninclude: [ { file: linked.yaml } ]\n").unwrap();
    let found = problems(&inside.join("shipworthy.yaml"));
    assert_eq!(found[0].message, "this file lies outside the root");
}

#[test]
fn what_is_no_file_is_an_error() {
    for (path, expected) in [(".", "this is no file"), ("nowhere/shipworthy.yaml", "cannot read the file")] {
        let found = problems(Path::new(path));
        assert_helpful(path, &found);
        assert!(found[0].message.starts_with(expected), "{found:?}");
    }
}
