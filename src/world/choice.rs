//! Writes out the choices of a glob: `{a,b/{c,d}}.x` is `a.x`, `b/c.x`, `b/d.x`. Plain globs are looked up by name;
//! one with a choice would have to be tried on every path.

/// A glob with more choices stays as it is.
const MOST: usize = 256;
/// So does a longer one.
const LONGEST: usize = 2048;

/// Globs of which one matches where `glob` does; the glob itself where writing it out would change what it means, or
/// would make too many.
pub(super) fn written_out(glob: &str) -> Vec<String> {
    let plain = glob.len() <= LONGEST && !glob.contains(['[', ']', '\\', '!']);
    let all = if plain { expand(glob) } else { None };
    all.unwrap_or_else(|| vec![glob.to_owned()])
}

fn expand(glob: &str) -> Option<Vec<String>> {
    let Some(open) = glob.find('{') else {
        return (!glob.contains('}')).then(|| vec![glob.to_owned()]);
    };
    let close = open + closing(&glob[open..])?;
    let (before, after) = (&glob[..open], &glob[close + 1..]);
    let mut all = Vec::new();
    for choice in choices(&glob[open + 1..close]) {
        if !keeps_stars(before, choice, after) {
            return None;
        }
        all.extend(expand(&format!("{before}{choice}{after}"))?);
        if all.len() > MOST {
            return None;
        }
    }
    Some(all)
}

/// `**` means whole folders only between slashes or the ends of the glob; the braces of a choice count as ends.
fn keeps_stars(before: &str, choice: &str, after: &str) -> bool {
    let starts = !choice.starts_with("**") || before.is_empty() || before.ends_with('/');
    let ends = !choice.ends_with("**") || after.is_empty();
    let doubles = |left: &str, right: &str| left.ends_with('*') && right.starts_with('*');
    let joined = doubles(before, choice) || doubles(choice, after) || (choice.is_empty() && doubles(before, after));
    starts && ends && !joined
}

/// Where the brace that is open at the start closes.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// The parts between the commas that stand in no inner brace.
fn choices(inner: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut from) = (0_usize, 0);
    for (at, byte) in inner.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            b',' if depth == 0 => {
                parts.push(&inner[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&inner[from..]);
    parts
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use globset::GlobBuilder;

    use super::*;

    #[test]
    fn choices_are_written_out_at_every_depth() {
        assert_eq!(written_out("{a,b/{c,d}}.x"), ["a.x", "b/c.x", "b/d.x"]);
        assert_eq!(written_out("{,docs/}README{,.md}"), ["README", "README.md", "docs/README", "docs/README.md"]);
        assert_eq!(written_out("**/*.py"), ["**/*.py"]);
    }

    #[test]
    fn what_would_change_its_meaning_stays() {
        for glob in [
            "x{**/a,b}",
            "{a/**,b}c",
            "[{]a,b}",
            r"\{a,b}",
            "a}",
            "{a",
            "*{*,b}",
            "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}",
        ] {
            assert_eq!(written_out(glob), [glob]);
        }
    }

    #[test]
    fn written_out_globs_match_the_same_paths() {
        let globs = [
            "{**/*.{rs,py},**/{Cargo.toml,requirements*.txt},x/*.yml}",
            "{,**/}{*slo*,*SLO*}{,/**/*}.{yaml,tf}",
            "{.github/workflows/*.{yml,yaml},.husky/**,Makefile,**/{deploy,ops}/**,{,**/}{deploy,D}*.sh}",
            "src/{**/a,b}.{x,y}",
            "{**/*{runbook,RUNBOOK}*.{md,txt},**/{runbooks,playbooks}/**/*.{md,rst}}",
        ];
        let parts = ["a", "b", "src", "x", "deploy", "slo", "runbooks", ".husky", ".github", "workflows"];
        let bases = [
            "a.rs",
            "b.py",
            "Cargo.toml",
            "requirements-x.txt",
            "k.yml",
            "slo.yaml",
            "x.tf",
            "deploy.sh",
            "D1.sh",
            "Makefile",
            "a.x",
            "b.y",
            "my-runbook.md",
            "c",
            "b",
            "a",
            "n.rst",
        ];
        let mut paths: Vec<String> = bases.map(str::to_owned).to_vec();
        for first in parts {
            paths.extend(bases.map(|base| format!("{first}/{base}")));
            paths.extend(parts.iter().flat_map(|second| bases.map(|base| format!("{first}/{second}/{base}"))));
        }
        let matcher = |glob: &str| {
            GlobBuilder::new(glob).literal_separator(true).empty_alternates(true).build().unwrap().compile_matcher()
        };
        for glob in globs {
            let whole = matcher(glob);
            let parts: Vec<_> = written_out(glob).iter().map(|part| matcher(part)).collect();
            assert!(parts.len() > 1, "{glob}");
            for path in &paths {
                assert_eq!(parts.iter().any(|part| part.is_match(path)), whole.is_match(path), "{glob} on {path}");
            }
        }
    }
}
