//! What is seen and not counted is never taken for the reason of a failure.

use super::bench::{Bench, check, outcome, spec};

const STUBS: &str = "      - id: stubs\n        probe: { code: {} }\n        expect:\n          - stubs = 0\n";
const MARKED: &str = "(a hint, not counted)";

/// A stub in a method that a subclass defines, in a file that comes first, and one in a plain function.
fn bench(files: &[(&str, &str)]) -> Bench {
    let abstract_stub = "class Store:\n    def read(self):\n        raise NotImplementedError\n";
    let defined = "class Disk(Store):\n    def read(self):\n        return open('x').read()\n";
    let bench = Bench::new(&spec(STUBS)).write("app/a.py", abstract_stub).write("app/b.py", defined);
    files.iter().fold(bench, |bench, (path, text)| bench.write(path, text))
}

#[test]
fn hints_stand_after_what_is_counted_and_say_so_in_every_format() {
    let bench = bench(&[("app/z.py", "def pay():\n    raise NotImplementedError\n")]);
    let files = ["out.md", "out.html", "out.xml", "out.sarif"];
    let mut arguments = vec!["--verbose"];
    let outputs = ["markdown=out.md", "html=out.html", "junit=out.xml", "sarif=out.sarif"];
    outputs.iter().for_each(|output| arguments.extend(["-o", *output]));
    let (_, report) = bench.audit(&arguments);
    let evidence = check(&report, "stubs")["evidence"].as_array().unwrap();
    let seen: Vec<_> = evidence.iter().map(|e| (e["place"]["file"].as_str(), e["certainty"].as_str())).collect();
    assert_eq!(outcome(&report, "stubs"), "fail");
    assert_eq!(seen.last(), Some(&(Some("app/a.py"), Some("hint"))), "{seen:?}");
    assert_eq!(seen[0].0, Some("app/z.py"));

    let terminal = String::from_utf8(bench.run(&["audit", "--verbose"]).stdout).unwrap();
    let texts = files.map(|file| std::fs::read_to_string(bench.path().join(file)).unwrap());
    for (name, text) in files.iter().zip(&texts).chain([(&"terminal", &terminal)]) {
        assert_eq!(text.matches(MARKED).count(), 1, "{name}: {text}");
        let (counted, hint) = (text.find("app/z.py").unwrap(), text.find("app/a.py").unwrap());
        assert!(counted < hint, "{name}: {text}");
    }
    assert!(texts[3].contains("\"kind\": \"informational\""), "{}", texts[3]);
}

#[test]
fn hints_alone_fail_nothing() {
    let (_, report) = bench(&[]).audit(&[]);
    assert_ne!(outcome(&report, "stubs"), "fail");
}
