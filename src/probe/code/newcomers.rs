//! Patterns for Swift, Dart and Elixir: the facts that each has an idiom for. What has none (injections, parsers,
//! deprecated imports, deadlines) is not looked for in them. Data only.

use super::guard::Guard;
use super::language::Lang::{self, Dart, Elixir, Swift};
use super::rules::{Rule, Scope, anywhere, guarded, rule};
use crate::model::Certainty::{Certain, Likely};

const STUB: &str = "stubs";
const DEBUG: &str = "debug_leftovers";
const TLS: &str = "tls_verification_off";
const SWALLOWED: &str = "swallowed_errors";

const fn test(fact: &'static str, langs: &'static [Lang], pattern: &'static str) -> Rule {
    Rule { scope: Scope::Tests, ..rule(fact, langs, Certain, pattern) }
}

const fn off(langs: &'static [Lang], pattern: &'static str) -> Rule {
    guarded(rule(TLS, langs, Likely, pattern), Guard::Option)
}

/// The table. `fatalError("init(coder:) has not been implemented")` is what Xcode writes for views without a storyboard.
pub(super) static RULES: &[Rule] = &[
    guarded(
        rule(
            STUB,
            &[Swift],
            Likely,
            r#"\bfatalError\(\s*"(?i:not (yet )?implemented|unimplemented|todo\b|implement me)"#,
        ),
        Guard::Overridable,
    ),
    guarded(rule(STUB, &[Dart], Likely, r"\bthrow\s+(new\s+|const\s+)?UnimplementedError\("), Guard::Overridable),
    // A clause that takes anything (`def etag(_)`) refuses what no other clause took.
    anywhere(rule(
        STUB,
        &[Elixir],
        Likely,
        r#"(?m)^[ \t]*raise[ (]+"(?i:not (yet )?implemented|unimplemented|todo\b)|\bdefp?[ \t]+\w+(\(([^_)\n][^)\n]*)?\))?[ \t]*,[ \t]*do:[ \t]*raise[ (]+"(?i:not (yet )?implemented|unimplemented|todo\b)"#,
    )),
    rule(DEBUG, &[Swift], Likely, r"(?m)^[ \t]*(raise\(SIGTRAP\)|dump\(\w)"),
    rule(DEBUG, &[Dart], Certain, r"(?m)^[ \t]*debugger\("),
    rule(DEBUG, &[Elixir], Certain, r"\bIEx\.pry\b"),
    rule(DEBUG, &[Elixir], Likely, r"(?m)^[ \t]*dbg\(|\|>[ \t]*dbg\(\)"),
    off(&[Swift], r"\bcertificateVerification\s*[:=]\s*\.none\b|\bDisabledTrustEvaluator\("),
    off(&[Dart], r"\bbadCertificateCallback\s*=\s*\([^)\n]*\)\s*(=>\s*true\b|\{\s*return\s+true\s*;)"),
    off(&[Elixir], r"\bverify:\s*:verify_none\b|\bhackney:\s*\[:insecure\b"),
    guarded(rule(SWALLOWED, &[Swift], Likely, r"\bcatch\s*\{\s*\}"), Guard::Cleanup),
    guarded(
        rule(
            SWALLOWED,
            &[Dart],
            Likely,
            r"\bcatch\s*\(\s*\w+\s*(,\s*\w+\s*)?\)\s*\{\s*\}|\.catchError\(\s*\(\w*\)\s*\{\s*\}\s*\)",
        ),
        Guard::Cleanup,
    ),
    guarded(
        rule(SWALLOWED, &[Elixir], Likely, r"(?m)^[ \t]*rescue[ \t]*\r?\n[ \t]*_\w*[ \t]*->[ \t]*nil\b"),
        Guard::Cleanup,
    ),
    test("focused_tests", &[Swift], r"(?m)^[ \t]*(fit|fdescribe|fcontext)\("),
    test("focused_tests", &[Dart], r"\bsolo:\s*true\b"),
    // ExUnit leaves others out only where its configuration says so.
    test("focused_tests", &[Elixir], r"(?m)^[ \t]*ExUnit\.(start|configure)\([^)\n]*\bexclude:\s*\[?\s*:test\b"),
    test("skipped_tests", &[Swift], r"\bXCTSkip(If|Unless)?\(|\bXCTSkip\b|@(Test|Suite)\([^)\n]*\.disabled\("),
    test("skipped_tests", &[Dart], r#"\bskip:\s*(true\b|['"])|(?m)^@Skip\("#),
    test("skipped_tests", &[Elixir], r"(?m)^[ \t]*@(module|describe)?tag[ (]+(:skip\b|skip: )"),
];

#[cfg(test)]
mod tests {
    use super::super::DEF;
    use crate::probe::trial::{count, observe};

    #[test]
    fn each_idiom_is_found_and_what_only_looks_like_it_is_not() {
        for (fact, path, text, expected) in [
            ("stubs", "Sources/A.swift", "func a() { fatalError(\"Not implemented yet\") }\n", 1),
            (
                "stubs",
                "Sources/A.swift",
                "init?(coder: C) { fatalError(\"init(coder:) has not been implemented\") }\n",
                0,
            ),
            ("stubs", "Sources/A.swift", "// fatalError(\"todo\")\nfunc a() {}\n", 0),
            ("stubs", "lib/a.dart", "void a() => throw UnimplementedError();\n", 1),
            ("stubs", "lib/a.ex", "def a, do: raise \"not implemented\"\n", 1),
            ("stubs", "lib/a.ex", "# raise \"not implemented\"\ndef a, do: 1\n", 0),
            ("stubs", "lib/a.ex", "def a(_), do: raise(\"not implemented\")\n", 0),
            ("focused_tests", "test/a_test.exs", "@tag :focus\ntest \"adds\" do\nend\n", 0),
            ("focused_tests", "test/a_test.exs", "ExUnit.start(exclude: :test, include: :focus)\n", 1),
            ("debug_leftovers", "lib/a.ex", "def a do\n  require IEx; IEx.pry\nend\n", 1),
            ("debug_leftovers", "lib/a.ex", "def a, do: :dbg\n", 0),
            ("debug_leftovers", "lib/a.dart", "void a() {\n  debugger();\n}\n", 1),
            ("tls_verification_off", "lib/a.dart", "c.badCertificateCallback = (cert, host, port) => true;\n", 1),
            ("tls_verification_off", "lib/a.ex", "def a, do: [ssl: [verify: :verify_none]]\n", 1),
            ("tls_verification_off", "Sources/A.swift", "c.certificateVerification = .fullVerification\n", 0),
            ("swallowed_errors", "lib/a.dart", "void a() {\n  try { b(); } catch (e) {}\n}\n", 1),
            ("swallowed_errors", "Sources/A.swift", "do { try b() } catch { log(error) }\n", 0),
            ("skipped_tests", "test/a_test.exs", "@tag :skip\ntest \"adds\" do\nend\n", 1),
            ("focused_tests", "test/a_test.dart", "test('adds', () {}, solo: true);\n", 1),
        ] {
            assert_eq!(
                count(&observe(&DEF, "{}", &[(path, text), ("lib/z.ex", "def z, do: 1\n")]), fact),
                Some(expected),
                "{fact}: {path}: {text}"
            );
        }
    }

    #[test]
    fn a_method_that_another_class_defines_is_no_stub() {
        let files = [
            ("lib/store.dart", "abstract class Store {\n  String read() {\n    throw UnimplementedError();\n  }\n}\n"),
            ("lib/disk.dart", "class Disk extends Store {\n  String read() {\n    return 'x';\n  }\n}\n"),
        ];
        assert_eq!(count(&observe(&DEF, "{}", &files), "stubs"), Some(0));
    }
}
