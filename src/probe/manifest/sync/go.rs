//! `go.mod` and `go.sum`: what `go build -mod=readonly` refuses with "missing go.sum entry" (Go modules reference).

use std::collections::BTreeSet;

use super::{Apart, Gap, Lock, Manifest};

/// The `module version` whose `go.mod` a `go.sum` has the sum of.
#[derive(Debug)]
pub(super) struct Sums(BTreeSet<(String, String)>);

impl Sums {
    pub(super) fn parse(text: &str) -> Sums {
        let sums = text.lines().filter_map(|line| {
            let mut words = line.split_whitespace();
            let (module, version) = (words.next()?, words.next()?);
            Some((module.to_owned(), version.strip_suffix("/go.mod")?.to_owned()))
        });
        Sums(sums.collect())
    }
}

impl Lock for Sums {
    fn gaps(&self, manifest: &Manifest<'_>) -> Result<Vec<Gap>, Apart> {
        let replaced = directives(manifest.text, "replace");
        let mut gaps = Vec::new();
        for line in directives(manifest.text, "require") {
            let [module, version, ..] = line.as_slice() else { continue };
            let by = replaced.iter().find(|words| {
                let (old, _) = split_arrow(words);
                old.first() == Some(module) && old.get(1).is_none_or(|old| old == version)
            });
            let (module, version) = match by.map(|words| split_arrow(words).1) {
                // A folder has no sum.
                Some([_]) => continue,
                Some([module, version, ..]) => (module, version),
                _ => (module, version),
            };
            if !self.0.contains(&((*module).to_owned(), (*version).to_owned())) {
                gaps.push(Gap::missing(module));
            }
        }
        Ok(gaps)
    }
}

fn split_arrow<'w, 't>(words: &'w [&'t str]) -> (&'w [&'t str], &'w [&'t str]) {
    match words.iter().position(|word| *word == "=>") {
        Some(at) => (&words[..at], &words[at + 1..]),
        None => (words, &[]),
    }
}

/// Words of each line of a directive, alone or in brackets, without comments.
pub(in crate::probe) fn directives<'t>(text: &'t str, name: &str) -> Vec<Vec<&'t str>> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in text.lines() {
        let line = line.split("//").next().unwrap_or(line).trim();
        let rest = line.strip_prefix(name).filter(|rest| rest.starts_with([' ', '\t', '(']));
        match rest.map(str::trim) {
            Some("(") => inside = true,
            Some(rest) => found.push(words(rest)),
            None if line == ")" => inside = false,
            None if inside && !line.is_empty() => found.push(words(line)),
            None => {}
        }
    }
    found
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().map(|word| word.trim_matches('"')).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::gaps;

    #[test]
    fn a_requirement_without_its_sum_is_found() {
        let sums = "a.test/x v1.0.0 h1:a=\na.test/x v1.0.0/go.mod h1:b=\na.test/fork v2.0.0/go.mod h1:c=\n";
        let text = "module m\n\ngo 1.22\n\nrequire a.test/x v1.0.0 // indirect\nrequire (\n\ta.test/y v1.0.0\n\ta.test/z v1.0.0\n\ta.test/w v1.0.0\n)\nreplace a.test/z => ../z\nreplace a.test/w v1.0.0 => a.test/fork v2.0.0\n";
        assert_eq!(gaps("go.sum", sums, text).unwrap(), ["a.test/y"]);
        assert_eq!(gaps("go.sum", sums, "require a.test/x v1.1.0\n").unwrap(), ["a.test/x"]);
    }
}
