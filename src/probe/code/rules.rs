//! The table of patterns: what is a stub, a debug call, a switched-off check in which language (catalogue T1, T3, T4).
//! Data only; `read` applies it, `guard` says when a match is less than it seems.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex::bytes::Regex;

use super::guard::Guard;
use super::language::Lang;
use super::{
    configuration, credential, deployment, failure, fallback, hazard, newcomers, outdated, password, unanswered,
};
use crate::model::Certainty;
use crate::probe::pattern::constant;
use crate::world::{Literal, View, required_literals};

use Certainty::{Certain, Hint, Likely};
use Lang::{Dart, DotNet, Elixir, Go, Java, Js, Kotlin, Other, Php, Python, Ruby, Rust, Swift};

/// Where a pattern counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Shipped source, without tests that stand beside it.
    Shipped,
    /// Tests.
    Tests,
}

/// One pattern.
pub(super) struct Rule {
    pub(super) fact: &'static str,
    pub(super) langs: &'static [Lang],
    pub(super) scope: Scope,
    /// Where the match must start; `Raw` is anywhere but in a comment.
    pub(super) view: View,
    pub(super) certainty: Certainty,
    pub(super) guard: Guard,
    pub(super) pattern: &'static str,
}

pub(super) const fn rule(
    fact: &'static str,
    langs: &'static [Lang],
    certainty: Certainty,
    pattern: &'static str,
) -> Rule {
    Rule { fact, langs, scope: Scope::Shipped, view: View::Code, certainty, guard: Guard::None, pattern }
}

pub(super) const fn guarded(mut rule: Rule, guard: Guard) -> Rule {
    rule.guard = guard;
    rule
}

const fn test(fact: &'static str, langs: &'static [Lang], pattern: &'static str) -> Rule {
    Rule { scope: Scope::Tests, ..rule(fact, langs, Certain, pattern) }
}

pub(super) const fn anywhere(rule: Rule) -> Rule {
    Rule { view: View::Raw, ..rule }
}

const fn text(fact: &'static str, langs: &'static [Lang], pattern: &'static str) -> Rule {
    Rule { view: View::Strings, guard: Guard::Placeholder, ..rule(fact, langs, Likely, pattern) }
}

const ALL: &[Lang] = &[Rust, Python, Js, Go, Java, Kotlin, DotNet, Ruby, Php, Lang::C, Swift, Dart, Elixir, Other];
/// Languages whose programs talk to people; in C filler text is input of a self-test.
const WORDED: &[Lang] = &[Rust, Python, Js, Go, Java, Kotlin, DotNet, Ruby, Php, Swift, Dart, Elixir, Other];
const STUB: &str = "stubs";
const DEBUG: &str = "debug_leftovers";
const TLS: &str = "tls_verification_off";
const MODE: &str = "debug_modes";

/// Every pattern that is matched against one language's files.
static RULES: &[Rule] = &[
    rule(STUB, &[Rust], Certain, r"\btodo!\s*[(\[{]"),
    rule(STUB, &[Rust], Certain, r"\bunimplemented!\s*\(\s*\)"),
    guarded(rule(STUB, &[Rust], Likely, r#"\bunimplemented!\s*\(\s*r?#*""#), Guard::Unfinished),
    rule(STUB, &[Rust], Likely, r#"\bpanic!\s*\(\s*"(?i:not (yet )?implemented|unimplemented|todo\b|implement me)"#),
    guarded(rule(STUB, &[Python], Likely, r"\braise\s+NotImplementedError\b"), Guard::Overridable),
    guarded(
        rule(
            STUB,
            &[Js],
            Certain,
            r#"\bthrow\s+new\s+\w*Error\(\s*['"`][^'"`\n]*(?i:not (yet )?implemented|unimplemented|\btodo\b)"#,
        ),
        Guard::Overridable,
    ),
    rule(
        STUB,
        &[Go],
        Certain,
        r#"\bpanic\(\s*((errors\.New|fmt\.Errorf|fmt\.Sprintf)\(\s*)?["`][^"`\n]*(?i:not (yet )?implemented|unimplemented|implement me|\btodo\b)"#,
    ),
    guarded(
        rule(
            STUB,
            &[Java, Kotlin],
            Certain,
            r#"\bthrow\s+(new\s+)?\w*Exception\(\s*"[^"\n]*(?i:not (yet )?implemented|\btodo\b)"#,
        ),
        Guard::Overridable,
    ),
    rule(STUB, &[Kotlin], Certain, r"\bTODO\("),
    rule(STUB, &[Kotlin], Certain, r"\bthrow\s+NotImplementedError\("),
    rule(STUB, &[Java], Certain, r"(?m)=\s*\?\?\?\s*$"),
    guarded(rule(STUB, &[DotNet], Certain, r"\bthrow\s+new\s+NotImplementedException\("), Guard::Refusal),
    rule(STUB, &[Ruby], Hint, r"\braise\s+NotImplementedError\b"),
    guarded(
        rule(STUB, &[Php], Certain, r#"\bthrow\s+new\s+\\?\w*Exception\(\s*['"][^'"\n]*(?i:not (yet )?implemented)"#),
        Guard::Overridable,
    ),
    rule(DEBUG, &[Rust], Certain, r"\bdbg!\s*\("),
    guarded(rule(DEBUG, &[Python], Certain, r"(?m)^[ \t]*(\w.*;\s*)?breakpoint\(\)"), Guard::None),
    rule(DEBUG, &[Python], Certain, r"\b(pdb|ipdb|pudb)\.set_trace\("),
    rule(DEBUG, &[Js], Certain, r"(?m)^[ \t]*debugger[ \t]*;?[ \t]*\r?$"),
    rule(DEBUG, &[Go], Certain, r"\bspew\.Dump\("),
    rule(DEBUG, &[Java, Kotlin], Likely, r"\.printStackTrace\(\s*\)"),
    rule(DEBUG, &[DotNet], Certain, r"\bDebugger\.(Break|Launch)\(\)"),
    rule(DEBUG, &[Ruby], Certain, r"\bbinding\.(pry|irb|break)\b"),
    rule(DEBUG, &[Ruby], Certain, r"(?m)^[ \t]*(byebug|debugger)[ \t]*\r?$"),
    guarded(rule(DEBUG, &[Php], Certain, r"\b(var_dump|dd|xdebug_break|phpinfo)\("), Guard::PlainCall),
    guarded(rule(TLS, &[Python], Likely, r"\bverify\s*=\s*False\b"), Guard::HttpClient),
    guarded(rule(TLS, &[Python], Likely, r"\bssl\._create_unverified_context\b"), Guard::Option),
    guarded(
        rule(TLS, &[Python], Likely, r"\b(verify_mode|cert_reqs)\s*=\s*['\x22]?(ssl\.)?CERT_NONE\b"),
        Guard::Option,
    ),
    guarded(rule(TLS, &[Python], Likely, r"\bcheck_hostname\s*=\s*False\b"), Guard::Option),
    guarded(rule(TLS, &[Js], Likely, r"\brejectUnauthorized\s*:\s*false\b"), Guard::Option),
    guarded(rule(TLS, &[Js], Likely, r#"\bNODE_TLS_REJECT_UNAUTHORIZED\s*=\s*['"]?0"#), Guard::Option),
    guarded(rule(TLS, &[Go], Likely, r"\bInsecureSkipVerify\s*[:=]\s*true\b"), Guard::OwnVerification),
    guarded(rule(TLS, &[Go], Likely, r"\bssh\.InsecureIgnoreHostKey\("), Guard::Option),
    guarded(
        rule(TLS, &[Rust], Likely, r"\bdanger_accept_invalid_(certs|hostnames)\(\s*true\s*\)"),
        Guard::OwnVerification,
    ),
    guarded(
        rule(
            TLS,
            &[Java, Kotlin],
            Likely,
            r"\b(NoopHostnameVerifier\.INSTANCE|new NoopHostnameVerifier|ALLOW_ALL_HOSTNAME_VERIFIER)\b",
        ),
        Guard::Option,
    ),
    guarded(rule(TLS, &[Java], Likely, r"\bcheckServerTrusted\([^)]*\)[^{;]*\{\s*\}"), Guard::Option),
    guarded(rule(TLS, &[DotNet], Likely, r"\bDangerousAcceptAnyServerCertificateValidator\b"), Guard::Option),
    guarded(
        rule(TLS, &[DotNet], Likely, r"\bServerCertificate(Custom)?ValidationCallback\s*\+?=[^;\n]{0,80}=>\s*true\b"),
        Guard::Option,
    ),
    guarded(rule(TLS, &[Ruby], Likely, r"\bVERIFY_NONE\b"), Guard::Option),
    guarded(rule(TLS, &[Php], Likely, r"\bCURLOPT_SSL_VERIFY(PEER|HOST)\s*(,|=>)\s*(?i:false|0)\b"), Guard::Option),
    guarded(anywhere(rule(TLS, &[Php], Likely, r#"['"]verify['"]\s*=>\s*(?i:false)\b"#)), Guard::HttpClient),
    guarded(rule(MODE, &[Python], Certain, r"(?m)^(DEBUG|TEMPLATE_DEBUG)\s*=\s*True\b"), Guard::Settings),
    guarded(rule(MODE, &[Python], Likely, r"\.run\([^)\n]*\bdebug\s*=\s*True\b"), Guard::MainBlock),
    guarded(rule(MODE, &[Python], Likely, r"\buvicorn\.run\([^)]*\breload\s*=\s*True\b"), Guard::MainBlock),
    guarded(rule(MODE, &[Ruby], Certain, r"\bconsider_all_requests_local\s*=\s*true\b"), Guard::ProductionFile),
    guarded(anywhere(rule(MODE, &[Php], Certain, r"(?m)^\s*'debug'\s*=>\s*true\b")), Guard::AppConfig),
    guarded(rule(MODE, &[Go], Likely, r"\bgin\.SetMode\(\s*gin\.DebugMode\s*\)"), Guard::Option),
    text("placeholders", WORDED, r"(?i)\blorem ipsum\b"),
    text("placeholders", ALL, r"(?i)^.change[-_]?(me|this)(now|please)?\W?$"),
    text(
        "placeholders",
        ALL,
        r"(?i)^.<?your[-_ ]?(api[-_ ]?key|(api[-_ ]|access[-_ ]|secret[-_ ]|auth[-_ ])?token|secret([-_ ]key)?|domain|password)([-_ ]?here)?>?(\.(com|org|net))?\W?$",
    ),
    text("placeholders", ALL, r"^.<?(REPLACE[-_ ]?(ME|THIS)|INSERT_[A-Z_]+_HERE|YOUR_[A-Z_]+)>?\W?$"),
    text("placeholders", ALL, r"\b(123-45-6789|4111[ -]1111[ -]1111[ -]1111)\b"),
    test("focused_tests", &[Js], r"(?m)^[ \t]*(describe|it|test|context|suite|specify)(\.\w+)*\.only(\.\w+)*[(`]"),
    test("focused_tests", &[Js], r"(?m)^[ \t]*(fdescribe|fit|fcontext)\("),
    test("focused_tests", &[Ruby], r#"(?m)^[ \t]*(fit|fdescribe|fcontext|fspecify)[ (]['"]"#),
    test(
        "focused_tests",
        &[Ruby],
        r"(?m)^[ \t]*(it|describe|context|specify)\b.*,\s*(:focus\b|focus: true|:focus => true)",
    ),
    test("focused_tests", &[Go], r#"(?m)^[ \t]*(var _ = )?(FIt|FDescribe|FContext|FWhen|FSpecify|FEntry)\(\s*""#),
    test("skipped_tests", &[Rust], r"#\[ignore\b"),
    test("skipped_tests", &[Python], r"(?m)^[ \t]*@(pytest\.mark\.skip|unittest\.skip|skip)(\(|[ \t]*\r?$)"),
    test("skipped_tests", &[Js], r"(?m)^[ \t]*(describe|it|test|context|suite)(\.\w+)*\.skip(\.\w+)*[(`]"),
    test("skipped_tests", &[Js], r"(?m)^[ \t]*(xit|xdescribe|xtest|xcontext)\("),
    guarded(test("skipped_tests", &[Go], r"(?m)^\tt\.Skip(f|Now)?\("), Guard::None),
    test("skipped_tests", &[Java, Kotlin], r"(?m)^[ \t]*@(Disabled|Ignore)\b"),
    test("skipped_tests", &[DotNet], r#"\[(Fact|Theory)\([^\]\n]*\bSkip\s*=|\[Ignore\b"#),
    test("skipped_tests", &[Ruby], r#"(?m)^[ \t]*(xit|xdescribe|xcontext|xspecify)[ (]['"]"#),
    guarded(test("skipped_tests", &[Php], r"(?m)^ {8}(\$this->|self::)markTestSkipped\("), Guard::None),
    test(
        "tests",
        &[Rust],
        r"#\[((tokio|async_std|actix_rt|actix_web|sqlx|test_log|wasm_bindgen_test)::)?test\b|#\[(rstest|test_case|wasm_bindgen_test)\b|\bproptest!\s*\{",
    ),
    test("tests", &[Python], r"(?m)^[ \t]*(async[ \t]+)?def[ \t]+test\w*\("),
    test(
        "tests",
        &[Js],
        r#"(?m)^[ \t]*(it|test|specify)(\.(only|skip|concurrent|serial|fails|each|todo))*[ \t]*[(`]|\bDeno\.test\("#,
    ),
    test(
        "tests",
        &[Go],
        r#"(?m)^func[ \t]+(\([^)]*\)[ \t]*)?(Test|Fuzz|Example)\w*\(|^[ \t]*(It|Specify|Entry)\(\s*""#,
    ),
    test("tests", &[Java, Kotlin], r"@(Test|ParameterizedTest|RepeatedTest|Property)\b|(?m)^[ \t]*(test|it|should)\("),
    test("tests", &[DotNet], r"\[(Fact|Theory|Test|TestMethod|TestCase|DataTestMethod)\b"),
    test(
        "tests",
        &[Ruby],
        r#"(?m)^[ \t]*(it|specify|example|scenario|test|should)[ (]+['"]|^[ \t]*(it|specify)[ \t]*(\{|do\b)|^[ \t]*def[ \t]+test_\w+"#,
    ),
    test("tests", &[Php], r"\bfunction[ \t]+test\w*\(|#\[Test\b|(?m)^[ \t]*(it|test)\("),
    test("tests", &[Lang::C], r"\b(TEST|TEST_F|TEST_P|TEST_CASE|BOOST_AUTO_TEST_CASE)\("),
    test(
        "tests",
        &[Swift, Dart, Elixir, Other],
        r#"\bfunc[ \t]+test\w*\(|@Test\b|(?m)^[ \t]*(test|testWidgets|it)[ (]['"]"#,
    ),
];

/// A rule with its pattern, compiled when a file of its language is first read: most repositories have few languages.
pub(super) struct Compiled {
    pub(super) rule: &'static Rule,
    regex: OnceLock<Regex>,
    literals: OnceLock<Vec<Literal>>,
}

impl Compiled {
    pub(super) fn regex(&self) -> &Regex {
        self.regex.get_or_init(|| constant(self.rule.pattern))
    }

    /// Literals of which one is in every match; none when no such set is known.
    pub(super) fn literals(&self) -> &[Literal] {
        self.literals.get_or_init(|| required_literals(self.rule.pattern))
    }
}

/// All rules.
fn compiled() -> &'static [Compiled] {
    static COMPILED: OnceLock<Vec<Compiled>> = OnceLock::new();
    COMPILED.get_or_init(|| {
        all().map(|rule| Compiled { rule, regex: OnceLock::new(), literals: OnceLock::new() }).collect()
    })
}

/// The rules of one language.
pub(super) fn of_language(lang: Lang) -> impl ExactSizeIterator<Item = &'static Compiled> {
    static BY_LANGUAGE: OnceLock<BTreeMap<Lang, Vec<&'static Compiled>>> = OnceLock::new();
    let rules = BY_LANGUAGE.get_or_init(|| {
        let mut rules: BTreeMap<Lang, Vec<&'static Compiled>> = BTreeMap::new();
        for one in compiled() {
            one.rule.langs.iter().for_each(|lang| rules.entry(*lang).or_default().push(one));
        }
        rules
    });
    rules.get(&lang).map(Vec::as_slice).unwrap_or_default().iter().copied()
}

/// The tables of all files, one after the other.
fn all() -> impl Iterator<Item = &'static Rule> {
    [
        RULES,
        failure::RULES,
        fallback::RULES,
        hazard::RULES,
        credential::RULES,
        password::RULES,
        outdated::RULES,
        deployment::RULES,
        configuration::RULES,
        newcomers::RULES,
        unanswered::RULES,
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles_and_matches_no_empty_text() {
        for one in compiled() {
            assert!(!one.regex().is_match(b""), "{}", one.rule.pattern);
        }
    }
}
