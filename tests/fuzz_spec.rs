//! Mutated specs: no panic, no hang, and every error has a place and help.
//!
//! Ignored by default. `FUZZ_SECONDS=600 cargo test --test fuzz_spec -- --ignored --nocapture` runs it for ten minutes;
//! `FUZZ_SEED` starts elsewhere. A failure leaves the spec that caused it in the system's folder for temporary files.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use shipworthy::cli::problem_text;
use shipworthy::plan::{PlanInput, plan};
use shipworthy::spec::{LoadOptions, effective, load};

/// The longest that one spec may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// Pieces of the language, and of what breaks it.
const WORDS: &[&str] = &[
    "checks:",
    "expect:",
    "- ",
    "  ",
    "\n",
    "\t",
    "[",
    "]",
    "{",
    "}",
    ":",
    ": ",
    ",",
    "#",
    " #x",
    "&a ",
    "*a",
    "<<: *a",
    "!!str ",
    "|",
    ">",
    "'",
    "\"",
    "\\",
    "${",
    "${vars.x}",
    "${NAME}",
    "${NAME:?no}",
    "$$",
    "}",
    "%",
    "null",
    "~",
    "-1",
    "1e999",
    "99999999999999999999",
    "0",
    "100 %",
    "NaN",
    "..",
    "2..1 d",
    "= ",
    "!=",
    "<",
    ">=",
    "in [",
    "contains",
    "matches '('",
    "exists",
    "absent",
    "not",
    "[*]",
    "[any]",
    "[#]",
    "id: ",
    "use: ",
    "requires: [a]",
    "for_each: { a: [b, c] }",
    "${each.a}",
    "version: 1",
    "---",
    "...",
    "? ",
    "é",
    "\u{202e}",
    "\r\n",
    "x-a: 1",
    "include: [ { file: '*.yaml' } ]",
    "weight: ",
    "9999-99-99",
    "2026-02-30",
    "2026-11-20",
    "ms",
    "MB/s",
    "@a",
    "a/b@c",
    "*",
    "**",
    "severity: blocker",
];

/// A small generator of numbers (xorshift64*, Vigna 2016), so that a seed names a run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % limit.max(1)
    }
}

fn texts(folders: &[&str]) -> Vec<Vec<u8>> {
    let mut files: Vec<PathBuf> = folders
        .iter()
        .flat_map(walkdir::WalkDir::new)
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).filter(|bytes| !bytes.is_empty() && bytes.len() < 40_000).collect()
}

fn mutated(mut bytes: Vec<u8>, others: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    for _ in 0..=chance.below(6) {
        let at = chance.below(bytes.len() + 1);
        let until = (at + chance.below(40)).min(bytes.len());
        match chance.below(9) {
            0 if at < bytes.len() => bytes[at] = chance.below(256) as u8,
            1 => drop(bytes.drain(at..until)),
            2 => {
                let piece = bytes[at..until].to_vec();
                let times = 1 + chance.below(30);
                bytes.splice(at..at, piece.repeat(times));
            }
            3 => {
                let other = &others[chance.below(others.len())];
                let from = chance.below(other.len());
                let piece = other[from..(from + chance.below(300)).min(other.len())].to_vec();
                bytes.splice(at..until, piece);
            }
            4 => {
                let mut lines: Vec<Vec<u8>> = bytes.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
                let (one, two) = (chance.below(lines.len()), chance.below(lines.len()));
                lines.swap(one, two);
                bytes = lines.join(&b'\n');
            }
            5 => {
                let deep = WORDS[chance.below(WORDS.len())].repeat(1 + chance.below(400));
                bytes.splice(at..at, deep.into_bytes());
            }
            _ => {
                let word = WORDS[chance.below(WORDS.len())].as_bytes().to_vec();
                let end = if chance.below(2) == 0 { at } else { until };
                bytes.splice(at..end, word);
            }
        }
    }
    bytes.truncate(300_000);
    bytes
}

/// What is wrong with how this spec is treated, if anything.
fn treat(spec: &Path, environment: Option<&str>) -> Result<bool, String> {
    let options = LoadOptions {
        environment: environment.map(str::to_owned),
        root: spec.parent().unwrap().to_owned(),
        ..LoadOptions::default()
    };
    let (problems, is_valid) = match load(spec, &options) {
        Err(problems) => (problems, false),
        Ok(loaded) => {
            let mut problems = loaded.problems.clone();
            let facets = BTreeMap::new();
            let today = jiff::civil::date(2026, 11, 20);
            let (only, skip) = (&[][..], &[][..]);
            let input = PlanInput {
                loaded: &loaded,
                facets: &facets,
                today,
                environment,
                only,
                skip,
                gate: None,
                ignore_waivers: false,
            };
            let planned = plan(&input);
            if let Err(found) = planned {
                problems.extend(found);
            }
            drop(effective(&loaded));
            let is_valid = !problems.has_errors();
            (problems, is_valid)
        }
    };
    let problems = problems.sorted();
    if !is_valid && problems.is_empty() {
        return Err("an error without a problem".to_owned());
    }
    for problem in &problems {
        if problem.place.is_none() || problem.message.is_empty() {
            return Err(format!("no place: {problem:?}"));
        }
        if !is_valid && problem.help.is_none() {
            return Err(format!("no help: {problem:?}"));
        }
    }
    let text = problem_text::render(&problems[..problems.len().min(50)], false, 80);
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Err("control characters in the text".to_owned());
    }
    Ok(is_valid)
}

#[test]
#[ignore = "takes as long as FUZZ_SECONDS says"]
fn mutated_specs_end_in_clear_errors() {
    let number =
        |name: &str, default: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (seconds, first_seed) = (number("FUZZ_SECONDS", 20), number("FUZZ_SEED", 1));
    let seeds = texts(&["fixtures/specs", "fixtures/demo"]);
    let donors = texts(&["fixtures/specs", "fixtures/demo", "checks"]);
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("shipworthy.yaml");
    let (start, mut runs, mut valid, mut slowest) = (Instant::now(), 0_u64, 0_u64, Duration::ZERO);
    while start.elapsed() < Duration::from_secs(seconds) {
        let seed = first_seed + runs;
        let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let origin = seeds[chance.below(seeds.len())].clone();
        let bytes = mutated(origin, &donors, &mut chance);
        fs::write(&spec, &bytes).unwrap();
        let began = Instant::now();
        let environment = (chance.below(4) == 0).then_some("staging");
        let treated = std::panic::catch_unwind(|| treat(&spec, environment)).unwrap_or(Err("a panic".to_owned()));
        let took = began.elapsed();
        slowest = slowest.max(took);
        runs += 1;
        valid += u64::from(treated == Ok(true));
        if treated.is_err() || took > PATIENCE {
            let kept = std::env::temp_dir().join(format!("shipworthy-fuzz-{seed}.yaml"));
            fs::write(&kept, &bytes).unwrap();
            panic!("seed {seed}, {took:?}: {treated:?}; the spec is in {}", kept.display());
        }
    }
    eprintln!("{runs} specs, {valid} of them valid, the slowest took {slowest:?}");
}
