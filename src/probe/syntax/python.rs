//! Whether Python source parses, by every version of Python 3. Python 2, templates and files in other encodings are not
//! judged; a statement that is nested too deeply is unknown, with its line.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::Unknown;
use crate::probe::python;
use crate::world::FileBytes;

use super::parse::Parsed;

/// Statements that only Python 2 has.
static PYTHON_2: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?m)^\s*print(\s+[^\s=(.\[:,]|\s*>>)|^\s*except\s+[\w.]+\s*,\s*\w+\s*:|^\s*raise\s+[\w.]+\s*,|^\s*exec\s+["'\w]|<>|\bur["']|\b0[0-7]+L?\b[^.x]|\b\d+L\b|`\w+`|\A#!.*python2"#)
        .expect("a fixed pattern")
});
/// What is filled in first, in ways that Python itself does not write.
static TEMPLATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\{%|<%|\{\{\s*cookiecutter|(?m)^\s*\{\{|^\s*[%!]\w|^\s*\$\{").expect("a fixed pattern")
});

/// Parses a file. What no parser can be trusted with is unknown, with its line.
pub(super) fn parse(file: &FileBytes<'_>) -> Result<Parsed, Unknown> {
    let Ok(text) = std::str::from_utf8(file.bytes) else { return Ok(Parsed::Data) };
    if file.path().contains("{{") {
        return Ok(Parsed::Template);
    }
    if is_of_another_language(text) {
        return Ok(Parsed::Data);
    }
    Ok(match python::fault(file.path(), text, file.regions()).map_err(Unknown::because)? {
        None => Parsed::Good,
        Some(_) if PYTHON_2.is_match(text) => Parsed::Data,
        Some(_) if TEMPLATE.is_match(text) => Parsed::Template,
        Some((line, what)) => Parsed::Broken(line, what),
    })
}

/// Whether the first line names an interpreter that is not Python's, whatever the file is called.
fn is_of_another_language(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    first.starts_with("#!") && !["py", "uv", "sage"].iter().any(|word| first.contains(word))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use crate::model::Fact;
    use crate::probe::sample;
    use crate::probe::trial::count;

    fn errors(path: &str, text: &str) -> Option<i64> {
        let seen = sample::observe("syntax", "{}", &[(path, text), ("a.json", "{}")]).unwrap();
        count(&seen, "syntax_errors")
    }

    #[test]
    fn source_of_every_python_3_parses_and_what_no_version_takes_is_found() {
        for good in [
            "match x:\n    case [1, *rest] if rest:\n        pass\n",
            "async def f[T](a: T, /, *, b=1) -> None:\n    await g(f'{a!r:>{b}}' f\"{x['a']}\")\n",
            "f = f'{f'{1}'}'\ntype X = int\nwith (open(a) as b, c):\n    ...\n",
            "try:\n    pass\nexcept* (A, B):\n    raise\n",
            "",
        ] {
            assert_eq!(errors("a.py", good), Some(0), "{good}");
        }
        for broken in ["def f(:\n    pass\n", "class A\n    x = 1\n", "x = (1,\n", "if x:\npass\n", "return = 1\n"] {
            assert_eq!(errors("a.py", broken), Some(1), "{broken}");
        }
    }

    #[test]
    fn what_is_no_python_3_is_not_judged() {
        for (path, text) in [
            ("a.py", "print 'x'\n"),
            ("bin/gprof.py", "#!/usr/bin/env ruby\nabort(\"a\nb\")\n"),
            ("a.py", "try:\n    x()\nexcept ValueError, e:\n    raise\n"),
            ("a.py", "from {{ cookiecutter.name }} import x\n"),
            ("{{name}}/a.py", "import {{name}}\n"),
            ("a.py", "{% if x %}\nimport a\n{% endif %}\n"),
        ] {
            assert_eq!(errors(path, text), Some(0), "{path}: {text}");
        }
    }

    #[test]
    fn hostile_nesting_ends_and_names_the_line() {
        let blocks = |depth: usize| (0..depth).map(|at| " ".repeat(at) + "if x:\n").collect::<String>();
        for text in [blocks(900), "-".repeat(15_000) + "1\n", format!("x = {}1\n", "not ".repeat(12_000))] {
            assert!(errors("a.py", &text).is_some());
        }
        let deep = format!("x = 1\ny = {}\n", "(".repeat(200_000));
        let seen = sample::observe("syntax", "{}", &[("a.py", &deep), ("b.py", "y = 1\n")]).unwrap();
        let Fact::Unobserved(reason) = seen.facts.get("syntax_errors") else { panic!("{:?}", seen.facts) };
        assert!(reason.contains("`a.py:2` holds a statement"), "{reason}");
        let seen = sample::observe("syntax", "{}", &[("a.py", "x = 1\n\ndef f(:\n    pass\n")]).unwrap();
        assert_eq!(seen.evidence[0].place.clone().unwrap().to_string(), "a.py:3");
    }
}
