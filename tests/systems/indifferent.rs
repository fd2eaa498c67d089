//! Changes that mean nothing change no outcome: a remark in every source, other line ends, files about something else.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::SYSTEMS;
use crate::audit::{self, Audited, State};

/// Files whose line ends nobody minds: no program is started by their first line.
const EITHER_LINE_END: &[&str] = &["md", "yaml", "yml", "py", "ts", "tsx", "js", "json", "sql", "toml", "csv", "tf"];

/// What a remark begins with, by the end of a file's name.
const REMARK: &[(&str, &str)] = &[
    (".py", "#"),
    (".ts", "//"),
    (".tsx", "//"),
    (".js", "//"),
    (".yaml", "#"),
    (".yml", "#"),
    (".toml", "#"),
    (".tf", "#"),
    (".sql", "--"),
    ("Dockerfile", "#"),
    ("requirements.txt", "#"),
];

/// Files about something else.
const OTHERS: &[(&str, &str)] = &[
    ("drafts/2026-summer-party.md", "# Summer party\n\nBring a salad.\n"),
    ("drafts/colours.csv", "name,hex\nsea,0a3d62\nsand,f6e58d\n"),
    ("drafts/logo.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><circle r=\"4\"/></svg>\n"),
];

#[test]
fn changes_that_mean_nothing_change_no_outcome_of_a_repaired_system() {
    assert_unchanged(State::Repaired);
}

#[test]
fn changes_that_mean_nothing_change_no_outcome_of_a_flawed_system() {
    assert_unchanged(State::Flawed);
}

fn assert_unchanged(state: State) {
    let changed: Vec<String> = std::thread::scope(|scope| {
        let systems: Vec<_> =
            SYSTEMS.iter().map(|system| scope.spawn(move || changed_outcomes(system, state))).collect();
        systems.into_iter().flat_map(|system| system.join().unwrap()).collect()
    });
    assert!(changed.is_empty(), "{}", changed.join("\n"));
}

fn changed_outcomes(system: &'static str, state: State) -> Vec<String> {
    let before = outcomes(&audit::audit(system, state));
    let after = outcomes(&audit::run_changed(system, state, &change));
    assert!(before.keys().eq(after.keys()), "{system}");
    let differs = before.iter().filter(|(id, outcome)| after[*id] != **outcome);
    differs.map(|(id, outcome)| format!("{system} {id}: {outcome} became {}", after[id])).collect()
}

fn outcomes(audited: &Audited) -> BTreeMap<String, String> {
    let text = |check: &serde_json::Value, key: &str| check[key].as_str().unwrap_or_default().to_owned();
    audited.checks().iter().map(|check| (text(check, "id"), text(check, "outcome"))).collect()
}

fn change(root: &Path) {
    let mut remarked = 0;
    for entry in walkdir::WalkDir::new(root).into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_file())
    {
        remarked += usize::from(change_one(entry.path()));
    }
    assert!(remarked > 0, "no source was changed");
    for (name, text) in OTHERS {
        let file = root.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
}

/// Whether it was given a remark.
fn change_one(file: &Path) -> bool {
    let Ok(text) = fs::read_to_string(file) else { return false };
    let name = file.file_name().unwrap().to_str().unwrap();
    let remark = REMARK.iter().find(|(end, _)| name.ends_with(end)).map(|(_, mark)| mark);
    let mut changed = text.clone();
    if let Some(mark) = remark {
        let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        changed.push_str(&format!("{gap}{mark} the end\n"));
    }
    let either = file.extension().is_some_and(|end| EITHER_LINE_END.iter().any(|other| end == *other));
    if either && !text.starts_with("#!") && !text.contains('\r') {
        changed = changed.replace('\n', "\r\n");
    }
    if changed != text {
        fs::write(file, changed).unwrap();
    }
    remark.is_some()
}
