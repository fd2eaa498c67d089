//! Audits a system of the fixtures with its service, as `shipworthy demo --system` does it with those compiled in.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock};

use serde_json::Value;

use crate::folder;

/// The report, and the exit code.
pub(crate) struct Audited {
    pub(crate) report: Value,
    pub(crate) code: Option<i32>,
}

/// The two states of a system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    Flawed,
    Repaired,
}

impl State {
    pub(crate) fn name(self) -> &'static str {
        match self {
            State::Flawed => "flawed",
            State::Repaired => "repaired",
        }
    }
}

/// The audits of this binary, each made by whoever needs it first.
type Done = BTreeMap<(&'static str, State), Arc<OnceLock<Arc<Audited>>>>;

/// Audits one, once for all tests of this binary.
pub(crate) fn audit(system: &'static str, state: State) -> Arc<Audited> {
    static DONE: Mutex<Done> = Mutex::new(BTreeMap::new());
    let cell = DONE.lock().unwrap().entry((system, state)).or_default().clone();
    cell.get_or_init(|| Arc::new(run(system, state, &[]))).clone()
}

/// Audits one; `environment` is what the process sees beside `PATH`.
pub(crate) fn run(system: &str, state: State, environment: &[(&str, String)]) -> Audited {
    run_with(system, state, environment, &|_| ())
}

/// Audits one after a change of its tree.
pub(crate) fn run_changed(system: &str, state: State, change: &dyn Fn(&Path)) -> Audited {
    run_with(system, state, &[], change)
}

fn run_with(system: &str, state: State, environment: &[(&str, String)], change: &dyn Fn(&Path)) -> Audited {
    let tree = tempfile::tempdir().unwrap();
    unpack(system, state, tree.path());
    change(tree.path());
    let script = fs::read_to_string(folder(system).join(format!("{}.service.yaml", state.name()))).unwrap();
    let service = shipworthy::demo::start_script(&script).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_shipworthy"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).envs(environment.iter().cloned());
    command.current_dir(tree.path()).arg("audit").args(["--format", "json", "--var"]);
    command.arg(format!("base_url={}", service.base_url)).stdin(Stdio::null());
    let output = command.output().unwrap();
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{system}: {error}: {}", String::from_utf8_lossy(&output.stderr)));
    Audited { report, code: output.status.code() }
}

fn unpack(system: &str, state: State, to: &Path) {
    let root = folder(system);
    for name in ["PRODUCTION_READINESS.md", "shipworthy.yaml"] {
        copy(&root.join(name), &to.join(name));
    }
    let operated = (state == State::Repaired).then(|| folder("operated"));
    for tree in operated.into_iter().chain([root.join("both"), root.join(state.name())]) {
        for entry in walkdir::WalkDir::new(&tree).into_iter().map(Result::unwrap) {
            if entry.file_type().is_file() {
                copy(entry.path(), &to.join(entry.path().strip_prefix(&tree).unwrap()));
            }
        }
    }
}

fn copy(from: &Path, to: &Path) {
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let bytes = fs::read(from).unwrap();
    let moved = String::from_utf8(bytes.clone()).map(|text| shipworthy::demo::this_week(&text, today).into_bytes());
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::write(to, moved.unwrap_or(bytes)).unwrap();
    shipworthy::demo::restrict(to).unwrap();
}

impl Audited {
    pub(crate) fn checks(&self) -> &[Value] {
        self.report["checks"].as_array().unwrap()
    }

    pub(crate) fn check(&self, id: &str) -> &Value {
        self.checks().iter().find(|check| check["id"] == id).unwrap_or_else(|| panic!("no check `{id}`"))
    }

    pub(crate) fn outcome(&self, id: &str) -> &str {
        self.check(id)["outcome"].as_str().unwrap()
    }

    pub(crate) fn number(&self, id: &str, fact: &str) -> f64 {
        let value = &self.check(id)["facts"][fact]["value"];
        value.as_f64().unwrap_or_else(|| panic!("{id}: {fact} is {value}"))
    }

    /// What a reader looks at first: verdict, scores beside claims, gates, outcomes. No number that a clock made.
    pub(crate) fn essentials(&self) -> String {
        let report = &self.report;
        let mut lines = vec![format!("{} ({:?})", report["verdict"].as_str().unwrap(), self.code)];
        lines.push(format!("overall {} claimed {}", proven(&report["score"]), report["score"]["claimed"]));
        let areas = report["areas"].as_array().unwrap().iter();
        lines.extend(areas.map(|area| {
            let (id, priority) = (area["id"].as_str().unwrap(), area["priority"].as_str().unwrap_or("-"));
            format!("area {id} {priority} {} claimed {}", proven(&area["score"]), area["claimed"])
        }));
        let gates = report["gates"].as_array().unwrap().iter();
        lines.extend(
            gates.map(|gate| format!("gate {} {}", gate["id"].as_str().unwrap(), gate["outcome"].as_str().unwrap())),
        );
        lines.extend(self.checks().iter().map(|check| {
            let text = |key: &str| check[key].as_str().unwrap_or_default().to_owned();
            let by = if check["blocked_by"].is_null() { String::new() } else { format!(" by {}", text("blocked_by")) };
            format!("{:<14} {}{by}", text("outcome"), text("id"))
        }));
        lines.join("\n")
    }
}

fn proven(score: &Value) -> String {
    format!("{}..{}", score["proven"]["value"], score["possible"]["value"])
}
