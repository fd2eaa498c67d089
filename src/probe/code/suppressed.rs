//! Comments and attributes by which authors tell bandit, ruff, gosec, golangci-lint, ESLint, RuboCop and clippy to pass over
//! a line: which rule, and why; and which of our findings each of these rules speaks of. What names no rule speaks of none.

use std::ops::Range;

use crate::model::Suppression;
use crate::probe::finding::Finding;
use crate::probe::suppression::{self, Configured, reason};
use crate::world::{FileBytes, View};

use super::clippy;

/// Fact, whether only a reason takes its findings out (those that weigh high), and the specialists' rules that speak of it.
#[rustfmt::skip]
const RULES: &[(&str, bool, &[&str])] = &[
    ("calls_without_deadline", true, &["B113", "S113", "noctx"]),
    ("debug_leftovers", false, &["T100", "T201", "T203", "no-console", "no-debugger", "Lint/Debugger", "clippy::dbg_macro"]),
    ("debug_modes", true, &["B201", "S201"]),
    ("injections", true, &["B307", "B602", "B604", "B605", "B608", "S307", "S602", "S604", "S605", "S608", "G201", "G202", "G204", "no-eval"]),
    ("stubs", true, &["clippy::todo", "clippy::unimplemented"]),
    ("swallowed_errors", false, &["B110", "B112", "S110", "S112", "no-empty", "Lint/SuppressedException", "Style/RescueModifier", "SA9003"]),
    ("tls_verification_off", true, &["B501", "B502", "B503", "S501", "S502", "S503", "G402"]),
    ("unsafe_model_loads", true, &["B301", "B614", "S301", "S614"]),
    ("unsafe_parsers", true, &["B301", "B302", "B314", "B318", "B319", "B506", "S301", "S302", "S314", "S318", "S319", "S506", "Security/YAMLLoad", "Security/MarshalLoad"]),
    ("weak_password_hashes", true, &["B303", "B324", "S303", "S324", "G401"]),
];

/// A comment that switches rules off: the tool, the mark it begins with, how its rules look.
struct Form {
    tool: &'static str,
    mark: &'static str,
    is_rule: fn(&str) -> bool,
    /// It speaks of the line below.
    next: bool,
}

#[rustfmt::skip]
const FORMS: &[Form] = &[
    Form { tool: "bandit", mark: "nosec", is_rule: |word| is_code(word, "B"), next: false },
    Form { tool: "gosec", mark: "nosec", is_rule: |word| is_code(word, "G"), next: false },
    Form { tool: "golangci-lint", mark: "nolint:", is_rule: is_linter, next: false },
    Form { tool: "ruff", mark: "noqa:", is_rule: |word| is_code(word, ""), next: false },
    Form { tool: "ESLint", mark: "eslint-disable-line", is_rule: is_name, next: false },
    Form { tool: "ESLint", mark: "eslint-disable-next-line", is_rule: is_name, next: true },
    Form { tool: "RuboCop", mark: "rubocop:disable", is_rule: is_name, next: false },
];

/// `B501`, `S608`: letters, then digits.
fn is_code(word: &str, start: &str) -> bool {
    let digits = word.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let long = word.len() > digits.len() && !digits.is_empty();
    long && word.starts_with(start) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// `no-empty`, `Lint/SuppressedException`: rules whose names have no blanks.
fn is_name(word: &str) -> bool {
    word.contains(['-', '/']) && word.chars().all(|c| c.is_ascii_alphanumeric() || "-/@_".contains(c))
}

/// `gosec`, `noctx`: linters are one word.
fn is_linter(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// Rules that the explanation of a `nolint` names, since a linter such as gosec has many: `//nolint:gosec // G402: reason`;
/// with what the explanation says besides.
fn explained(why: Option<String>) -> (Vec<String>, Option<String>) {
    let text = why.unwrap_or_default();
    let is_rule = |word: &&str| is_code(word, "G") || is_code(word, "SA");
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let rules: Vec<String> = words.filter(is_rule).map(str::to_owned).collect();
    let rest = rules.iter().fold(text.clone(), |rest, rule| rest.replace(rule.as_str(), ""));
    const NOTHING: &[&str] =
        &["error", "errors", "gosec", "ignore", "ignored", "ignoring", "linter", "rule", "the", "warning"];
    let mut words = rest.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let says = words.any(|word| !NOTHING.contains(&word.to_ascii_lowercase().as_str()));
    (rules, Some(text).filter(|_| says))
}

/// What the comments on the lines of a finding, or on the line above them, say of it.
pub(super) fn of(
    file: &FileBytes<'_>,
    attributes: &[clippy::Allowed],
    fact: &str,
    found: Range<usize>,
) -> Option<Suppression> {
    let (_, needs_reason, rules) = RULES.iter().find(|(name, ..)| *name == fact)?;
    let bytes = file.bytes;
    let start = line_start(bytes, found.start);
    let end = memchr::memchr(b'\n', &bytes[found.end..]).map_or(bytes.len(), |at| found.end + at);
    let before = line_start(bytes, start.saturating_sub(1));
    let above = comment_alone(&String::from_utf8_lossy(&bytes[before..start]));
    let spoken = FORMS.iter().flat_map(|form| {
        let within = if form.next { before..start } else { start..end };
        said(file, form, within).into_iter().map(move |(rule, why)| (form.tool, rule, why))
    });
    let attributes = clippy::said(attributes, found.start).map(|(rule, why)| ("clippy", rule, why));
    let spoken: Vec<_> = spoken.chain(attributes).filter(|(_, rule, _)| rules.contains(&rule.as_str())).collect();
    let named = spoken.iter().map(|(tool, rule, why)| (*tool, rule.as_str(), why.clone().or_else(|| above.clone())));
    suppression::best(named, *needs_reason)
}

/// Tools whose configuration may switch these rules off.
pub(super) const TOOLS: &[&str] = &["gosec", "ruff", "bandit"];

/// A finding with what the configuration of linters says about it.
pub(super) fn argued(finding: &Finding, path: &str, configured: &[Configured]) -> Finding {
    match RULES.iter().find(|(name, ..)| *name == finding.fact) {
        Some((_, needs_reason, rules)) => suppression::argued(finding, path, configured, rules, *needs_reason),
        None => finding.clone(),
    }
}

fn line_start(bytes: &[u8], at: usize) -> usize {
    memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |newline| newline + 1)
}

/// The words of a line that is a comment and switches nothing off.
fn comment_alone(line: &str) -> Option<String> {
    let line = line.trim();
    let comment =
        line.strip_prefix('#').filter(|rest| !rest.starts_with(['[', '!'])).or_else(|| line.strip_prefix("//"))?;
    if FORMS.iter().any(|form| comment.contains(form.mark)) {
        return None;
    }
    reason(comment)
}

/// The rules that a comment in these bytes names, with what stands behind them.
fn said(file: &FileBytes<'_>, form: &Form, within: Range<usize>) -> Vec<(String, Option<String>)> {
    let text = &file.bytes[within.clone()];
    let Some(at) = memchr::memmem::find(text, form.mark.as_bytes()) else { return Vec::new() };
    if file.regions().at(within.start + at) != View::Comments {
        return Vec::new();
    }
    let rest = &text[at + form.mark.len()..];
    let rest = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
    let rest = String::from_utf8_lossy(rest);
    let mut rest = rest.trim_start_matches([':', ' ', '\t']);
    let mut rules = Vec::new();
    loop {
        let end = rest.find(|c: char| c.is_whitespace() || c == ',').unwrap_or(rest.len());
        if !(form.is_rule)(&rest[..end]) {
            break;
        }
        rules.push(rest[..end].to_owned());
        rest = rest[end..].trim_start_matches([',', ' ', '\t']);
    }
    let mut why = reason(rest);
    if form.mark == "nolint:" && !rules.is_empty() {
        let (named, text) = explained(why);
        rules.extend(named);
        why = text;
    }
    rules.into_iter().map(|rule| (rule, why.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::DEF;
    use crate::probe::trial::{count, observe};

    fn counted(path: &str, text: &str, fact: &str) -> Option<i64> {
        count(&observe(&DEF, "{}", &[(path, text)]), fact)
    }

    #[test]
    fn a_rule_and_a_reason_take_a_grave_finding_out() {
        let call = "import requests\nrequests.get(u, timeout=3, verify=False)";
        for (comment, left) in [
            ("", 1),
            ("  # nosec B501 the peer is on this host", 0),
            ("  #nosec B501 the peer is on this host", 0),
            ("  # nosec: B501, B113 - the peer is on this host", 0),
            ("  # noqa: S501  the peer is on this host", 0),
            ("  # nosec B501", 1),
            ("  # nosec", 1),
            ("  # noqa: E501 long", 1),
            ("  # nosec B608 no query", 1),
        ] {
            let text = format!("{call}{comment}\n");
            assert_eq!(counted("a.py", &text, "tls_verification_off"), Some(left), "{comment}");
        }
        let above =
            "import requests\n# the peer is on this host\nrequests.get(u, timeout=3, verify=False)  # noqa: S501\n";
        assert_eq!(counted("a.py", above, "tls_verification_off"), Some(0));
        let text = "import requests\nrequests.get(\"# nosec B501 text\", timeout=3, verify=False)\n";
        assert_eq!(counted("a.py", text, "tls_verification_off"), Some(1), "a text is no comment");
    }

    #[test]
    fn each_language_has_its_own_forms() {
        let go = "package a\nvar c = tls.Config{InsecureSkipVerify: true} // #nosec G402 -- the peer is on this host\n";
        assert_eq!(counted("a.go", go, "tls_verification_off"), Some(0));
        let debug = "// eslint-disable-next-line no-debugger -- asked for\ndebugger;\ndebugger; // eslint-disable-line no-debugger\n";
        assert_eq!(counted("a.js", debug, "debug_leftovers"), Some(0));
        assert_eq!(counted("a.js", "// eslint-disable-next-line no-alert\ndebugger;\n", "debug_leftovers"), Some(1));
        let ruby = "begin\n  pay\nrescue # rubocop:disable Lint/SuppressedException\nend\n";
        assert!(counted("a.rb", ruby, "swallowed_errors").is_some_and(|left| left == 0));
    }

    #[test]
    fn golangci_lint_is_heard_where_it_names_a_rule_and_says_why() {
        let call = "package a\nvar c = tls.Config{InsecureSkipVerify: true} ";
        for (comment, left) in [
            ("//nolint:gosec // G402: the peer is on this host", 0),
            ("//nolint:gosec,lll // the peer is on this host (G402)", 0),
            ("//nolint:gosec // G402", 1),
            ("//nolint:gosec // Ignore G402 error", 1),
            ("//nolint:gosec // the peer is on this host", 1),
            ("//nolint:gosec // G404: the peer is on this host", 1),
            ("//nolint // G402: the peer is on this host", 1),
        ] {
            let text = format!("{call}{comment}\n");
            assert_eq!(counted("a.go", &text, "tls_verification_off"), Some(left), "{comment}");
        }
        let get = "package a\nimport \"net/http\"\nfunc f() { http.Get(u) } //nolint:noctx // bounded by the caller\n";
        assert_eq!(counted("a.go", get, "calls_without_deadline"), Some(0));
    }

    #[test]
    fn configuration_takes_a_rule_out_with_a_reason_and_a_family_of_rules_never() {
        let python = ("a.py", "import requests\nrequests.get(u, timeout=3, verify=False)\n");
        let go = ("a.go", "package a\nvar c = tls.Config{InsecureSkipVerify: true}\n");
        for (file, path, settings, left) in [
            (
                python,
                "pyproject.toml",
                "[tool.ruff.lint]\nignore = [\n  \"E501\",\n  \"S501\", # peers are on this host\n]\n",
                0,
            ),
            (python, "pyproject.toml", "[tool.ruff.lint]\nignore = [\"S501\"]\n", 1),
            (python, "pyproject.toml", "[tool.ruff.lint]\nignore = [\"S\", \"S5\"] # peers are on this host\n", 1),
            (python, "pyproject.toml", "[tool.bandit]\n# peers are on this host\nskips = ['B501']\n", 0),
            (python, "ruff.toml", "lint.ignore = [\"S501\"] # peers are on this host\n", 0),
            (
                go,
                ".golangci.yml",
                "linters:\n  settings:\n    gosec:\n      excludes:\n        - G402 # peers are on this host\n",
                0,
            ),
            (go, ".golangci.yml", "linters-settings:\n  gosec:\n    excludes: [G404] # peers are on this host\n", 1),
        ] {
            let seen = observe(&DEF, "{}", &[file, (path, settings)]);
            assert_eq!(count(&seen, "tls_verification_off"), Some(left), "{path}: {settings}");
        }
    }

    #[test]
    fn what_is_taken_out_is_shown() {
        let text = "import requests\nrequests.get(u, timeout=3, verify=False)  # nosec B501 the peer is on this host\n";
        let seen = observe(&DEF, "{}", &[("a.py", text)]);
        let shown = seen.evidence.iter().find_map(|item| item.suppression.as_ref()).expect("it is shown");
        assert_eq!((shown.by.as_str(), shown.reason.as_deref()), ("bandit B501", Some("the peer is on this host")));
    }
}
