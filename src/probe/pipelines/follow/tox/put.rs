//! What tox puts into a command for braces (its documentation, "Substitutions"), and the marks before it.

use std::sync::LazyLock;

use regex::Regex;

use super::super::fixed;

/// Braces in braces that are read.
const DEPTH: u32 = 5;

/// A command as it runs when a call gives these arguments; `None` where it comes to nothing.
pub(super) fn command(text: &str, given: Option<&str>) -> Option<String> {
    let text = put(text, given, DEPTH);
    // `-` lets it fail, `!` wants it to.
    let clean = text.trim().trim_start_matches(['-', '!', ' ']);
    let marks = &text.trim()[..text.trim().len() - clean.len()];
    let end = if marks.contains('-') { " || true" } else { "" };
    (!clean.is_empty()).then(|| format!("{clean}{end}"))
}

/// What a line refers to, where it is nothing but the value of a key: section and key.
pub(super) fn referred(text: &str) -> Option<(String, String)> {
    static WHOLE: LazyLock<Regex> = LazyLock::new(|| fixed(r"^\{\[([^\]]+)\]([\w.-]+)\}$"));
    let found = WHOLE.captures(text.trim())?;
    Some((found[1].to_owned(), found[2].to_owned()))
}

fn put(text: &str, given: Option<&str>, left: u32) -> String {
    let text = text.replace("[]", given.unwrap_or(""));
    let Some(left) = left.checked_sub(1) else { return text };
    let mut done = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find('{') {
        done.push_str(&rest[..at]);
        let Some(end) = closing(&rest[at..]) else { break };
        let inner = &rest[at + 1..at + end];
        done.push_str(&value(inner, given, left));
        rest = &rest[at + end + 1..];
    }
    done.push_str(rest);
    done
}

/// Where the brace that opens a text is closed.
fn closing(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    text.char_indices().find_map(|(at, c)| {
        match c {
            '{' => open += 1,
            '}' => open -= 1,
            _ => {}
        }
        (open == 0).then_some(at)
    })
}

fn value(inner: &str, given: Option<&str>, left: u32) -> String {
    let (name, default) = inner.split_once(':').unwrap_or((inner, ""));
    match name {
        "posargs" => given.map_or_else(|| put(default, given, left), str::to_owned),
        "env" => {
            let (name, default) = default.split_once(':').unwrap_or((default, ""));
            if default.is_empty() { name.to_owned() } else { put(default, given, left) }
        }
        "/" => "/".to_owned(),
        "" => ":".to_owned(),
        "envpython" | "env_python" | "basepython" => "python".to_owned(),
        "toxinidir" | "tox_root" | "changedir" | "change_dir" => ".".to_owned(),
        "tty" => default.split(':').next().unwrap_or("").to_owned(),
        // What is not a name is a brace of the command itself.
        _ if inner.contains(':') || !name.chars().all(|c| c.is_alphanumeric() || c == '_' || "[].-".contains(c)) => {
            format!("{{{}}}", put(inner, given, left))
        }
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_of_a_call_take_the_place_of_what_is_written() {
        let of = |text: &str, given: Option<&str>| command(text, given).unwrap_or_default();
        assert_eq!(of("pytest {posargs:-x {env:DIR:tests}}", None), "pytest -x tests");
        assert_eq!(of("pytest {posargs:tests}", Some("-k a")), "pytest -k a");
        assert_eq!(of("{posargs}", None), "");
        assert_eq!(of("{envpython} -m pytest {toxinidir}{/}tests", None), "python -m pytest ./tests");
        assert_eq!(of("- ruff check", None), "ruff check || true");
        assert_eq!(of("jq '{a: 1}'", None), "jq '{a: 1}'");
    }
}
