//! Same input, same bytes.

use serde_json::Value;

use super::bench::{Bench, file_check, spec};

/// What differs from run to run by nature: times.
fn timeless(report: &mut Value) {
    match report {
        Value::Object(members) => {
            for key in ["started_at", "duration_ms", "id", "age_s", "age"] {
                let is_run_id = key != "id" || members.contains_key("started_at");
                if is_run_id && members.contains_key(key) {
                    members.insert(key.to_owned(), Value::Null);
                }
            }
            members.values_mut().for_each(timeless);
        }
        Value::Array(items) => items.iter_mut().for_each(timeless),
        _ => {}
    }
}

fn bench() -> Bench {
    let mut checks = String::new();
    for number in 0..40 {
        let requires =
            if number % 3 == 2 { format!("        requires: [check-{}]\n", number - 1) } else { String::new() };
        checks.push_str(&file_check(&format!("check-{number}"), &format!("file-{number}.md"), &requires));
    }
    checks.push_str(
        "      - id: todo\n        probe: { text: { glob: \"**/*.md\", pattern: TODO } }\n        expect:\n          - count = 0\n",
    );
    let mut bench = Bench::new(&spec(&checks));
    for number in (0..40).step_by(2) {
        bench = bench.write(&format!("file-{number}.md"), "one\nTODO two\n");
    }
    bench
}

#[test]
fn one_worker_and_eight_give_the_same_bytes() {
    let bench = bench();
    let report = |workers: &str| {
        let (_, mut report) = bench.audit(&["--workers", workers]);
        timeless(&mut report);
        serde_json::to_string_pretty(&report).unwrap()
    };
    let one = report("1");
    assert!(one.contains("TODO two"), "nothing was seen");
    for _ in 0..3 {
        assert_eq!(one, report("8"));
    }
}

#[test]
fn a_stored_report_renders_the_same_bytes_as_the_fresh_one() {
    let bench = bench();
    let files = ["markdown=a.md", "html=a.html", "junit=a.xml", "sarif=a.sarif", "json=run.json"];
    let outputs: Vec<&str> = files.iter().flat_map(|file| ["-o", file]).collect();
    let mut arguments = vec!["audit"];
    arguments.extend(outputs);
    bench.run(&arguments);
    for (format, file) in
        [("markdown", "a.md"), ("html", "a.html"), ("junit", "a.xml"), ("sarif", "a.sarif"), ("json", "run.json")]
    {
        let again = bench.run(&["report", "run.json", "-o", &format!("{format}=again")]);
        assert!(again.status.success());
        let (fresh, stored) =
            (std::fs::read(bench.path().join(file)).unwrap(), std::fs::read(bench.path().join("again")).unwrap());
        assert_eq!(fresh, stored, "{format}");
    }
}

#[test]
fn quiet_and_verbose_change_no_exit_code() {
    let bench = bench();
    let code = |flag: &str| bench.run(&["audit", flag]).status.code();
    assert_eq!(code("--quiet"), code("--verbose"));
}
