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

#[test]
fn packs_are_proposed_for_what_a_repository_is() {
    let bench =
        Bench::new("").write("requirements.txt", "fastapi\npsycopg\nredis\n").write("app.py", "import fastapi\n");
    let proposed = String::from_utf8(bench.run(&["init", "-o", "-"]).stdout).unwrap();
    for line in [
        "\n  - pack: operations ",
        "\n  - pack: data-service ",
        "\n  # - { pack: postgres, with: { target: db } }",
        "\n  # - { pack: redis, with: { target: cache } }",
        "\n#   db:\n#     url: \"${DATABASE_URL}\"",
        "\n#   cache:\n#     url: \"${REDIS_URL}\"",
    ] {
        assert!(proposed.contains(line), "{line}\n{proposed}");
    }
    for pack in ["openapi", "alerts-and-dashboards", "ml-system", "kubernetes"] {
        assert!(!proposed.contains(&format!("pack: {pack}")), "{pack}\n{proposed}");
    }
}
