//! `shipworthy init` writes a spec that runs at once.

use super::bench::Bench;

#[test]
fn a_proposed_spec_is_valid_and_runs_and_is_not_overwritten() {
    let bench = Bench::new("")
        .write("Dockerfile", "FROM python:latest\nCMD python app.py\n")
        .write("requirements.txt", "flask\n")
        .write("app.py", "import flask\n");
    let refused = bench.run(&["init"]);
    assert_eq!(refused.status.code(), Some(2), "it overwrote a spec");
    assert_eq!(bench.run(&["init", "--force"]).status.code(), Some(0));
    let text = std::fs::read_to_string(bench.path().join("shipworthy.yaml")).unwrap();
    assert!(text.contains("pack: container"), "{text}");
    assert_eq!(
        bench.run(&["validate"]).status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&bench.run(&["validate"]).stderr)
    );
    let (code, report) = bench.audit(&[]);
    assert!([1, 3].contains(&code), "{code}");
    assert!(report["checks"].as_array().unwrap().len() > 5);
}
