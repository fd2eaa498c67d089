//! Secrets never reach any output.

use super::bench::{Bench, outcome, spec};

const SECRET: &str = "hunter2-correct-horse/ä";

fn bench() -> Bench {
    let checks = "      - id: echoes\n        probe: { command: { run: [sh, -c, \"echo token=$TOKEN; echo $TOKEN >&2; exit 3\", \"${TOKEN}\"], env: { TOKEN: \"${TOKEN}\" } } }\n        expect:\n          - exit_code = 0\n          - stdout contains welcome\n";
    let targets =
        "targets:\n  api:\n    url: http://127.0.0.1:1\n    credentials: { default: { bearer: \"${TOKEN}\" } }\n";
    Bench::new(&format!("{}{targets}", spec(checks)))
}

#[test]
fn a_secret_that_a_command_prints_is_masked_in_every_format() {
    let bench = bench();
    for format in ["terminal", "markdown", "html", "json", "junit", "sarif", "github"] {
        let mut command = bench.command(&["audit", "-v", "--format", format]);
        let output = command.env("TOKEN", SECRET).env("CI", "true").output().unwrap();
        let shown = [output.stdout, output.stderr].concat();
        assert!(!shown.is_empty(), "{format}");
        let text = String::from_utf8_lossy(&shown);
        assert!(!text.contains("hunter2"), "{format}: {text}");
    }
}

#[test]
fn a_recording_holds_no_secret_and_can_be_replayed_all_the_same() {
    let bench = bench();
    let audit = |arguments: &[&str]| {
        let mut command = bench.command(&["audit", "--format", "json"]);
        let output = command.args(arguments).env("TOKEN", SECRET).output().unwrap();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        outcome(&report, "echoes").to_owned()
    };
    assert_eq!(audit(&["--record", "seen.json"]), "fail");
    let recording = std::fs::read_to_string(bench.path().join("seen.json")).unwrap();
    assert!(recording.contains("token="), "nothing was recorded: {recording}");
    assert!(!recording.contains("hunter2"), "{recording}");
    assert_eq!(audit(&["--replay", "seen.json"]), "fail");
}

#[test]
fn the_effective_spec_and_the_plan_do_not_show_secrets() {
    let bench = bench();
    for arguments in [vec!["validate", "--effective"], vec!["plan"], vec!["plan", "--json"]] {
        let output = bench.command(&arguments).env("TOKEN", SECRET).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(!String::from_utf8_lossy(&output.stdout).contains("hunter2"), "{arguments:?}");
    }
}

#[test]
fn control_characters_of_a_hostile_program_do_not_reach_the_terminal() {
    let checks = "      - id: rings\n        probe: { command: { run: [printf, \"\\\\033[2J\\\\007pwned\"] } }\n        expect:\n          - stdout = calm\n";
    let output = Bench::new(&spec(checks)).run(&["audit", "-v"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("pwned"), "nothing was shown");
    assert!(!output.stdout.contains(&0x1b) && !output.stdout.contains(&0x07));
}
