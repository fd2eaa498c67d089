//! Audits of fixtures through the binary, with every rule of the catalog in one spec.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, Mutex};

use serde_yaml::Value;

use super::history;
use super::servers::fixture::{self, NOBODY};
use super::service::{ALLOWS_LOAD, Service};

/// The report of one fixture.
pub(crate) struct Audited(serde_json::Value);

impl Audited {
    fn check(&self, id: &str) -> &serde_json::Value {
        self.0["checks"].as_array().unwrap().iter().find(|check| check["id"] == id).unwrap()
    }

    /// The outcome of a rule.
    pub(crate) fn outcome(&self, id: &str) -> &str {
        self.check(id)["outcome"].as_str().unwrap()
    }

    /// Whether the rule fails here and earns nearly all the same: a failure that costs nothing.
    pub(crate) fn is_free_failure(&self, id: &str) -> bool {
        let check = self.check(id);
        check["outcome"] == "fail" && check["credit_ppm"].as_u64().unwrap() > 990_000
    }

    /// Outcome, reason and expectations, for the message of a failed test.
    pub(crate) fn describe(&self, id: &str) -> String {
        let check = self.check(id);
        let lines = check["expectations"].as_array().unwrap().iter();
        let lines: Vec<String> = lines.map(|line| format!("{} (actual {})", line["text"], line["actual"])).collect();
        let evidence: Vec<String> =
            check["evidence"].as_array().unwrap().iter().map(|item| item["note"].to_string()).collect();
        format!(
            "{} ({} ppm) {} {}\n    {}\n    {}",
            check["outcome"],
            check["credit_ppm"],
            check["reason"],
            check["blocked_by"],
            lines.join("; "),
            evidence.join("; ")
        )
    }
}

/// A target that nobody asks.
const NOWHERE: (&str, &str) = ("api", "url: \"http://127.0.0.1:1\"");

/// What a rule has to be told before it looks at anything, on every fixture.
const PARAMETERS: &[(&str, &str)] = &[
    ("api/rate-limiting", "path: /search"),
    (
        "auth/roles-and-tenants",
        "matrix: [{ path: /orders/7, allow: [ada], marker: ada@shop.test }, { path: /users, allow: [default] }], roles: [default, ada, bob, none]",
    ),
    ("auth/brute-force", "json: { username: shipworthy-test, password: never-sent }"),
    ("auth/forged-requests", "path: /name, form: { name: Ada }, page: /account, credentials: user"),
    ("auth/forged-tokens", "path: /me, credentials: jwt"),
    ("auth/sessions-end", "path: /account, logout: /logout, credentials: user"),
    ("input/malformed-rejected", "path: /profiles, json: { name: Ada, age: 36 }, oversize: 64 kB, patience: 1 s"),
    (
        "rel/recovery-drill",
        "run: [sh, -c, exit 0], health: { path: /ready }, every: 100 ms, steady: 400 ms, timeout: 3 s",
    ),
];

/// A spec that uses every rule; those that ask a service ask the target named after their probe, or `api`.
fn spec(rules: &[(&'static str, Value)], (asked, target): (&str, &str)) -> String {
    let mut text = "version: 1\nsystem: { name: Fixture }\ntargets:\n".to_owned();
    for (name, nowhere) in NOBODY {
        let nowhere = format!("url: \"{nowhere}\"");
        let target = if *name == asked { target } else { &nowhere };
        // other services log in with what their URL says
        let token = if *name == "api" {
            ", credentials: { default: { bearer: fixture-token }, ada: { bearer: ada-token }, bob: { bearer: bob-token }, jwt: { bearer: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmVk }, user: { login: { path: /sign-in, form: { user: ada, password: fixture } } } }"
        } else {
            ""
        };
        writeln!(text, "  {name}: {{ {target}, allow: [active]{token} }}").unwrap();
    }
    text.push_str("areas:\n  all:\n    title: All\n    checks:\n");
    for (id, rule) in rules {
        let live = rule["tags"].as_sequence().is_some_and(|tags| tags.iter().any(|tag| tag == "route:live"));
        let asked = NOBODY.iter().map(|(name, _)| *name).find(|name| rule["probe"].get(name).is_some());
        let more = PARAMETERS.iter().find(|(rule, _)| rule == id).map(|(_, more)| format!(", {more}"));
        let target = format!("target: {}{}", asked.unwrap_or("api"), more.unwrap_or_default());
        let with = if live { format!(", with: {{ {target} }}") } else { String::new() };
        // A fixture shows one rule: the facets of a whole repository are not its business.
        writeln!(text, "      - {{ use: {id}{with} }}").unwrap();
    }
    text
}

/// Programs that audits may find: a fixture's own, then these. The clients of clouds and clusters that this machine may
/// have are none of a fixture's business.
const PROGRAMS: &[&str] = &["sh", "cat", "git"];

fn path_with(stubs: Option<&Path>) -> std::ffi::OsString {
    static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = std::env::var_os("PATH").unwrap_or_default();
        for name in PROGRAMS {
            let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file());
            let program = found.unwrap_or_else(|| panic!("there is no `{name}`"));
            std::os::unix::fs::symlink(program, folder.path().join(name)).unwrap();
        }
        folder
    });
    std::env::join_paths(stubs.into_iter().chain([FOLDER.path()])).unwrap()
}

fn binary(arguments: &[&str], spec: &str, stubs: Option<&Path>) -> std::process::Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shipworthy.yaml");
    // load takes its time: only services that are about it allow it
    let spec = if spec.contains(ALLOWS_LOAD) {
        spec.replace("allow: [active]", "allow: [active, load]")
    } else {
        spec.to_owned()
    };
    std::fs::write(&file, spec).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_shipworthy"));
    command.args(arguments).arg("--spec").arg(&file).current_dir(folder.path()).env_clear();
    command.env("PATH", path_with(stubs)).env("HOME", folder.path()).env("NO_COLOR", "1");
    command.output().unwrap()
}

/// What is wrong with a spec that uses every rule; empty when nothing is.
pub(crate) fn validate(rules: &[(&'static str, Value)]) -> String {
    let output = binary(&["validate"], &spec(rules, NOWHERE), None);
    if output.status.success() { String::new() } else { String::from_utf8_lossy(&output.stderr).into_owned() }
}

/// Audits each folder, a few at a time: those with a service mostly wait.
pub(crate) fn audit_all(rules: &[(&'static str, Value)], folders: &[(String, PathBuf)]) -> BTreeMap<String, Audited> {
    let queue = Mutex::new(folders.iter());
    let done = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().unwrap().next();
                    let Some((name, folder)) = next else { return };
                    let audited = audit(rules, folder);
                    done.lock().unwrap().insert(name.clone(), audited);
                }
            });
        }
    });
    done.into_inner().unwrap()
}

fn audit(rules: &[(&'static str, Value)], folder: &Path) -> Audited {
    let (responses, server) = (folder.join("responses.yaml"), folder.join("server.yaml"));
    let root = tempfile::tempdir().unwrap();
    let authority = tempfile::tempdir().unwrap();
    // Kept until the audit is over: some services end with it.
    let service = responses.is_file().then(|| Service::start(&responses));
    let asked = match () {
        () if responses.is_file() => service.as_ref().map(|service| (service.name(), service.target(authority.path()))),
        () if server.is_file() => Some(fixture::start(&server)),
        () => {
            history::lay_out(folder, root.path());
            None
        }
    };
    let mut arguments = vec!["audit", "--format", "json", "--root", root.path().to_str().unwrap()];
    if asked.is_none() {
        arguments.push("--offline");
    }
    let (target, how) = asked.as_ref().map_or(NOWHERE, |(target, how)| (*target, how.as_str()));
    let stubs = Some(root.path().join("bin")).filter(|folder| folder.is_dir());
    let output = binary(&arguments, &spec(rules, (target, how)), stubs.as_deref());
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}: {}", folder.display(), String::from_utf8_lossy(&output.stderr)));
    Audited(report)
}

/// What every rule says of every fixture: a row per fixture, a letter per rule in the order of the list.
pub(crate) fn matrix(rules: &[(&'static str, Value)], audited: &BTreeMap<String, Audited>) -> String {
    let mut text = String::from("p pass, f fail, u unknown, b blocked, - not applicable; rules in this order:\n");
    for chunk in rules.chunks(10) {
        let ids: Vec<&str> = chunk.iter().map(|(id, _)| *id).collect();
        writeln!(text, "  {}", ids.join(" ")).unwrap();
    }
    for (name, seen) in audited {
        let letters: Vec<char> = rules.iter().map(|(id, _)| letter(seen.outcome(id))).collect();
        let groups: Vec<String> = letters.chunks(10).map(|chunk| chunk.iter().collect()).collect();
        writeln!(text, "{name:<44} {}", groups.join(" ")).unwrap();
    }
    text
}

fn letter(outcome: &str) -> char {
    match outcome {
        "pass" => 'p',
        "fail" => 'f',
        "unknown" => 'u',
        "blocked" => 'b',
        _ => '-',
    }
}
