//! Requirements and settings of pip.

use super::revision::{Fixing, Revision};
use super::told::{Told, numbered};
use crate::probe::sources::address;

/// Indexes of makers of hardware and frameworks that hold builds of packages whose names are theirs on PyPI, too.
const BUILDS: &[&str] = &[
    "download.pytorch.org",
    "pypi.nvidia.com",
    "pypi.ngc.nvidia.com",
    "data.pyg.org",
    "wheels.vllm.ai",
    "flashinfer.ai",
    "repo.radeon.com",
    "storage.googleapis.com/jax-releases",
    "pypi.anaconda.org/scientific-python-nightly-wheels",
];

/// A requirements file, or a list of constraints.
pub(super) fn requirements(text: &str) -> Told {
    let mut told = Told::default();
    let hashed = text.contains("--hash=") || text.contains("--require-hashes");
    for (line, content) in joined(text) {
        let content = content.split(" #").next().unwrap_or_default().trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        if let Some((option, value)) = option(content) {
            apply(&mut told, line, option, value, hashed);
        } else {
            requirement(&mut told, line, content);
        }
    }
    told
}

/// Logical lines with the number of their first.
fn joined(text: &str) -> Vec<(u32, String)> {
    let mut all: Vec<(u32, String)> = Vec::new();
    let mut goes_on = false;
    for (line, content) in numbered(text) {
        let (part, next) = content.trim_end().strip_suffix('\\').map_or((content, false), |part| (part, true));
        match all.last_mut().filter(|_| goes_on) {
            Some((_, before)) => {
                before.push(' ');
                before.push_str(part);
            }
            None => all.push((line, part.to_owned())),
        }
        goes_on = next;
    }
    all
}

/// `--name value`, `--name=value`, `-i value`.
fn option(line: &str) -> Option<(&str, &str)> {
    if !line.starts_with('-') {
        return None;
    }
    let (name, value) = line.split_once(['=', ' ']).unwrap_or((line, ""));
    Some((name, value.trim().trim_matches(['"', '\''])))
}

/// What an option says, in a file, an environment or pip's settings.
pub(super) fn apply(told: &mut Told, line: u32, option: &str, value: &str, hashed: bool) {
    match option {
        "-i" | "--index-url" | "--pypi-url" | "index-url" => told.registry(line, "the index", value),
        "--extra-index-url" | "extra-index-url" => {
            told.registry(line, "the index", value);
            extra(told, line, value, hashed);
        }
        "-f" | "--find-links" | "find-links" => told.encrypted(line, "packages are looked for at", value),
        "--trusted-host" | "trusted-host" if value.split(':').next().is_some_and(address::is_local) => {}
        "--trusted-host" | "trusted-host" => {
            told.find("unverified", line, value, format!("certificates of `{value}` are not checked"));
        }
        "-e" | "--editable" => requirement(told, line, value),
        _ => {}
    }
}

/// pip takes the best version of all indexes: whoever puts a higher one under the name of a private package on a public index
/// is installed (pip, `--extra-index-url`).
pub(super) fn extra(told: &mut Told, line: u32, url: &str, hashed: bool) {
    let shown = address::masked(url);
    let host = address::host(url);
    if host.as_deref().is_some_and(address::is_local) {
        return;
    }
    if hashed {
        let note = format!("a further index, `{shown}`; hashes fix what is taken");
        told.hint("confusable", line, &shown, note);
    } else if is_of_builds(url) {
        let note = format!("a further index, `{shown}`, of builds whose names their maker has on PyPI as well");
        told.hint("confusable", line, &shown, note);
    } else {
        let note = format!(
            "a further index, `{shown}`, beside the first: of one name, whichever has the higher version is taken"
        );
        told.find("confusable", line, &shown, note);
    }
}

/// Whether an index holds builds of packages that their maker has on PyPI, too.
pub(super) fn is_of_builds(url: &str) -> bool {
    let place = url.split_once("://").map_or(url, |(_, rest)| rest);
    BUILDS.iter().any(|known| place.starts_with(known))
}

/// A requirement (PEP 508): of a repository, an archive or a folder, or of an index.
pub(super) fn requirement(told: &mut Told, line: u32, text: &str) {
    let text = text.split(" ;").next().unwrap_or(text).split(" --").next().unwrap_or(text).trim();
    let (name, source) = match text.split_once(" @ ").or_else(|| text.split_once("@ ")) {
        Some((name, source)) => (name.split('[').next().unwrap_or(name).trim(), source.trim()),
        None => ("", text),
    };
    let egg = source.split_once("egg=").map(|(_, egg)| egg.split(['&', ' ', '[']).next().unwrap_or(egg));
    let name = if name.is_empty() { egg.unwrap_or_default() } else { name };
    let last = source.split('#').next().and_then(|address| address.rsplit('/').next()).unwrap_or(source);
    let last = last.split('@').next().unwrap_or(last);
    let name = if name.is_empty() { last.strip_suffix(".git").unwrap_or(last) } else { name };
    if source.starts_with("git+") {
        let address = source.split(['#', ' ']).next().unwrap_or(source);
        let (address, reference) = split_reference(address);
        let revision = Revision::at(line, name, address, Fixing::of(reference));
        // What pip-compile writes is the lock of the list that it was written from.
        if revision.fixing == Fixing::Commit {
            told.fixed.insert(revision.key.clone());
        }
        told.revision(revision);
    } else if source.starts_with("http://") || source.starts_with("https://") {
        told.archive(line, name, source.split(' ').next().unwrap_or(source));
    } else if let Some(path) = source.strip_prefix("file:") {
        told.local(line, name, path.trim_start_matches("//"));
    } else if source.starts_with("../") || source.starts_with('/') {
        told.local(line, name, source.split(['[', ' ']).next().unwrap_or(source));
    }
}

/// A `setup.py` or `setup.cfg`: requirements of repositories, quoted or on lines of their own.
pub(super) fn setup(text: &str) -> Told {
    let mut told = Told::default();
    for (line, content) in numbered(text).filter(|(_, content)| !content.trim_start().starts_with('#')) {
        let quoted = content.split(['"', '\'']).skip(1).step_by(2);
        for part in quoted.chain([content.trim()]).filter(|part| part.starts_with("git+") || part.contains("@ git+")) {
            if !part.contains(['"', '\'']) {
                requirement(&mut told, line, part);
            }
        }
    }
    told
}

/// `git+https://host/path.git@ref`: what stands behind the `@` of the path, not of the host.
fn split_reference(address: &str) -> (&str, Option<&str>) {
    let after = address.find("://").map_or(0, |at| at + 3);
    let path = address[after..].find('/').map_or(address.len(), |at| after + at);
    match address[path..].rfind('@') {
        Some(at) => (&address[..path + at], Some(&address[path + at + 1..])),
        None => (address, None),
    }
}

/// A `pip.conf`: keys with values, of which some stand on lines of their own.
pub(super) fn settings(text: &str) -> Told {
    let mut told = Told::default();
    let mut key = String::new();
    for (line, content) in numbered(text) {
        if content.trim().is_empty() || content.trim_start().starts_with(['#', ';', '[']) {
            continue;
        }
        let value = match content.split_once('=').filter(|_| !content.starts_with([' ', '\t'])) {
            Some((name, value)) => {
                key = name.trim().replace('_', "-");
                value
            }
            None => content,
        };
        for value in value.split_whitespace() {
            apply(&mut told, line, &key, value, false);
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(told: &Told) -> Vec<(&str, u32)> {
        told.findings.iter().map(|found| (found.fact, found.line)).collect()
    }

    #[test]
    fn options_of_requirements_are_read() {
        let told = requirements(
            "-i http://pypi.shop.test/simple\n--extra-index-url=https://u:p@pypi.shop.test/simple\n--trusted-host pypi.shop.test\nflask==3.0 # a comment\n",
        );
        assert_eq!(facts(&told), [("unencrypted", 1), ("confusable", 2), ("unverified", 3)]);
        assert!(told.findings.iter().all(|found| !found.note.contains("u:p")));
        let hashed =
            requirements("--extra-index-url https://pypi.shop.test/simple\nflask==3.0 \\\n    --hash=sha256:00\n");
        assert!(hashed.findings.iter().all(|found| found.certainty == crate::model::Certainty::Hint));
    }

    #[test]
    fn requirements_of_repositories_are_told_by_what_fixes_them() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let text = format!(
            "a @ git+https://github.com/shop/a.git@main\n-e git+ssh://git@git.shop.test/b.git@{commit}#egg=b\ngit+https://github.com/shop/c\nd[x] @ git+https://u:p@git.shop.test/d.git@v1.2 ; python_version > '3'\ne @ https://github.com/shop/e/archive/master.zip\nf @ file:///../f\n"
        );
        let told = requirements(&text);
        let seen: Vec<(&str, &Fixing)> = told.revisions.iter().map(|r| (r.name.as_str(), &r.fixing)).collect();
        let branch = |name: &str| Fixing::Branch(name.to_owned());
        assert_eq!(
            seen,
            [
                ("a", &branch("main")),
                ("b", &Fixing::Commit),
                ("c", &Fixing::Nothing),
                ("d", &Fixing::Tag("v1.2".to_owned())),
                ("e", &branch("master"))
            ]
        );
    }

    #[test]
    fn settings_of_pip_may_have_several_values() {
        let told = settings(
            "[global]\nindex-url = https://pypi.shop.test/simple\nextra-index-url =\n    http://a.test/simple\n    https://b.test/simple\ntrusted-host = a.test\n",
        );
        assert_eq!(facts(&told), [("unencrypted", 4), ("confusable", 4), ("confusable", 5), ("unverified", 6)]);
    }
}
