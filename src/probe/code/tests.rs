//! Tests of probe `code` over small trees.

#![allow(clippy::unwrap_used, reason = "tests")]

use crate::model::{Fact, Observation};
use crate::probe::trial::{count, observe as look};

fn observe(files: &[(&str, &str)]) -> Observation {
    look(&super::DEF, "{}", files)
}

fn one(fact: &str, path: &str, text: &str) -> Option<i64> {
    count(&observe(&[(path, text), ("src/other.rs", "fn a() {}\n")]), fact)
}

#[test]
fn stubs_count_in_shipped_code_and_not_in_tests_or_prose() {
    for (path, text, expected) in [
        ("src/a.rs", "fn a() { todo!() }\n", 1),
        ("src/a.rs", "// todo!()\nfn a() -> &'static str { \"todo!()\" }\n", 0),
        ("src/a.rs", "#[cfg(test)]\nmod tests { fn a() { todo!() } }\n", 0),
        ("src/a.rs", "fn a() { unimplemented!() }\n", 1),
        ("tests/a.rs", "fn a() { todo!() }\n", 0),
        ("a.py", "def pay(order):\n    raise NotImplementedError\n", 1),
        (
            "a.py",
            "class A:\n    def pay(self):\n        raise NotImplementedError\nclass B(A):\n    def pay(self):\n        return 1\n",
            0,
        ),
        ("a.go", "package a\nfunc A() { panic(\"not implemented\") }\n", 1),
        ("a.go", "package a\nfunc A() { panic(\"impossible\") }\n", 0),
        ("a.ts", "function pay() {\n  throw new Error('Not implemented yet');\n}\n", 1),
        (
            "a.ts",
            "class A {\n  pay() {\n    throw new Error('Not implemented');\n  }\n}\nclass B extends A {\n  pay() {\n    return 1;\n  }\n}\n",
            0,
        ),
        ("A.java", "class A {\n  void a() {\n    throw new UnsupportedOperationException();\n  }\n}\n", 0),
        ("A.cs", "class A { void B() { throw new NotImplementedException(); } }\n", 1),
        ("a.rb", "def a\n  raise NotImplementedError\nend\n", 0),
    ] {
        assert_eq!(one("stubs", path, text), Some(expected), "{path}: {text}");
    }
}

#[test]
fn debugger_calls_count_and_methods_of_the_same_name_do_not() {
    for (path, text, expected) in [
        ("a.py", "x = 1\nbreakpoint()\n", 1),
        ("a.py", "self.breakpoint()\n", 0),
        ("a.js", "function a() {\n  debugger;\n}\n", 1),
        ("a.js", "const debugger_on = 1;\n", 0),
        ("a.php", "<?php\nvar_dump($a);\n", 1),
        ("a.php", "<?php\n$this->dd($a);\nfunction dd($x) {}\n", 0),
        ("a.rb", "def a\n  binding.pry\nend\n", 1),
        ("src/b.rs", "fn a() { dbg!(1); }\n", 1),
    ] {
        assert_eq!(one("debug_leftovers", path, text), Some(expected), "{path}: {text}");
    }
}

#[test]
fn certificate_checks_that_an_option_switches_off_are_only_hints() {
    for (path, text, expected) in [
        ("a.py", "import requests\nrequests.get(url, verify=False)\n", 1),
        ("a.py", "jwt.decode(token, verify=False)\n", 0),
        ("a.py", "import requests\nif args.insecure:\n    requests.get(url, verify=False)\n", 0),
        ("a.go", "package a\nvar c = &tls.Config{InsecureSkipVerify: true}\n", 1),
        ("a.go", "package a\nvar c = &tls.Config{InsecureSkipVerify: skip}\n", 0),
        ("a.js", "const agent = new https.Agent({ rejectUnauthorized: false });\n", 1),
        ("a.js", "// rejectUnauthorized: false\n", 0),
    ] {
        assert_eq!(one("tls_verification_off", path, text), Some(expected), "{path}: {text}");
    }
}

#[test]
fn placeholders_are_values_and_not_what_a_program_looks_for() {
    for (path, text, expected) in [
        ("a.py", "SECRET_KEY = 'changeme'\n", 1),
        ("a.py", "if SECRET_KEY == 'changeme': warn()\n", 0),
        ("a.js", "const key = \"your-api-key\";\n", 1),
        ("a.jsx", "<input placeholder=\"your-api-key\" />\n", 0),
        ("a.js", "const text = \"please change me into a frog\";\n", 0),
    ] {
        assert_eq!(one("placeholders", path, text), Some(expected), "{path}: {text}");
    }
}

#[test]
fn focused_and_skipped_tests_are_looked_for_in_tests_only() {
    let seen = observe(&[
        ("src/a.js", "it.only('x', () => {});\n"),
        ("src/a.test.js", "it('a', () => {});\n  it.only('b', () => {});\nit.skip('c', () => {});\n"),
    ]);
    let facts = ["focused_tests", "skipped_tests", "unexplained_skips", "tests"].map(|fact| count(&seen, fact));
    assert_eq!(facts, [Some(1), Some(1), Some(1), Some(3)]);
}

#[test]
fn debug_modes_count_where_production_reads_them() {
    for (path, text, expected) in [
        ("shop/settings.py", "DEBUG = True\n", 1),
        ("shop/settings/dev.py", "DEBUG = True\n", 0),
        ("shop/settings.py", "DEBUG = env.bool('DEBUG', False)\n", 0),
        ("app.py", "app.run(host='0.0.0.0', debug=True)\n", 1),
        ("app.py", "if __name__ == '__main__':\n    app.run(debug=True)\n", 0),
        ("config/app.php", "<?php return [\n    'debug' => true,\n];\n", 1),
    ] {
        assert_eq!(one("debug_modes", path, text), Some(expected), "{path}: {text}");
    }
}

#[test]
fn a_repository_without_source_leaves_the_facts_of_source_unobserved() {
    let seen = observe(&[("README.md", "# x\n"), ("main.tf", "a = 1\n")]);
    assert_eq!(count(&seen, "files"), Some(0));
    assert!(matches!(seen.facts.get("stubs"), Fact::Unobserved(_)));
    assert_eq!(count(&seen, "conflict_markers"), Some(0));
}

#[test]
fn lines_leave_out_comments_blank_lines_and_tests() {
    let text = "//! doc\n\nfn a() {\n    1;\n}\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn b() {}\n}\n";
    let seen = observe(&[("src/a.rs", text)]);
    assert_eq!((count(&seen, "lines"), count(&seen, "tests")), (Some(3), Some(1)));
}

#[test]
fn a_generated_file_is_left_out() {
    let seen = observe(&[
        ("a.go", "// Code generated by x. DO NOT EDIT.\nfunc A() { panic(\"TODO\") }\n"),
        ("b.go", "package b\n"),
    ]);
    assert_eq!((count(&seen, "stubs"), count(&seen, "files")), (Some(0), Some(1)));
}
