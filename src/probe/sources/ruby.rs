//! `Gemfile` and `Gemfile.lock`.

use std::sync::LazyLock;

use regex::Regex;

use super::address;
use super::revision::{Fixing, Revision};
use super::told::{Told, numbered};

static SOURCE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"^(\s*)source[\s(]+["']([^"']+)["'](.*)$"#).expect("a fixed pattern"));
static KEY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(?::(\w+)\s*=>|\b(\w+):)\s*["']([^"']+)["']"#).expect("a fixed pattern"));
static GEM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^\s*(gem|git|github|gitlab|bitbucket|path)[\s(]+["']([^"']+)["'](.*)$"#).expect("a fixed pattern")
});

/// A `Gemfile`. Of several sources that hold for every gem, whichever has the highest version is taken (Bundler, "Priority").
pub(super) fn manifest(text: &str) -> Told {
    let mut told = Told::default();
    let mut global: Vec<(u32, String)> = Vec::new();
    for (line, content) in statements(text) {
        if let Some(source) = SOURCE.captures(&content) {
            let url = &source[2];
            told.registry(line, "the source", url);
            let is_block = source[3].contains(" do") || source[3].contains('{');
            if !is_block && source[1].is_empty() && !source[3].contains(" if ") && url.contains("://") {
                global.push((line, url.to_owned()));
            }
            continue;
        }
        let Some(gem) = GEM.captures(&content) else { continue };
        dependency(&mut told, line, &gem[1], &gem[2], &gem[3]);
    }
    for (line, url) in global.iter().skip(1) {
        let shown = address::masked(url);
        let note = format!(
            "a second source, `{shown}`, for every gem: of one name, whichever has the higher version is taken"
        );
        told.find("confusable", *line, &shown, note);
    }
    told
}

fn dependency(told: &mut Told, line: u32, word: &str, name: &str, rest: &str) {
    let keys: Vec<(String, String)> = KEY
        .captures_iter(rest)
        .filter_map(|key| Some((key.get(1).or_else(|| key.get(2))?.as_str().to_owned(), key[3].to_owned())))
        .collect();
    let get = |name: &str| keys.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let kept = |path: &str, host: &str| {
        // `github: "rails"` is `rails/rails`.
        let path = if path.contains('/') { path.to_owned() } else { format!("{path}/{path}") };
        format!("https://{host}/{path}.git")
    };
    let address = match word {
        "git" => Some(name.to_owned()),
        "github" => Some(kept(name, "github.com")),
        "gitlab" => Some(kept(name, "gitlab.com")),
        "bitbucket" => Some(kept(name, "bitbucket.org")),
        "path" => return told.local(line, name, name),
        _ => get("git")
            .map(str::to_owned)
            .or_else(|| get("github").map(|path| kept(path, "github.com")))
            .or_else(|| get("gitlab").map(|path| kept(path, "gitlab.com")))
            .or_else(|| get("bitbucket").map(|path| kept(path, "bitbucket.org"))),
    };
    if let Some(address) = address.filter(|address| !address.contains("#{")) {
        told.revision(Revision::at(line, name, &address, Fixing::of_keys(get)));
    } else if let Some(path) = get("path") {
        told.local(line, name, path);
    }
    if let Some(source) = get("source") {
        told.registry(line, "the source", source);
    }
}

/// Statements, of which those that end in a comma go on, without comments.
fn statements(text: &str) -> Vec<(u32, String)> {
    let mut all: Vec<(u32, String)> = Vec::new();
    let mut goes_on = false;
    for (line, content) in numbered(text) {
        let content = if content.trim_start().starts_with('#') { "" } else { content };
        let content = content.split(" #").next().unwrap_or(content).trim_end();
        match all.last_mut().filter(|_| goes_on) {
            Some((_, before)) => {
                before.push(' ');
                before.push_str(content.trim());
            }
            None => all.push((line, content.to_owned())),
        }
        goes_on = content.ends_with(',') || (goes_on && content.is_empty());
    }
    all
}

/// A `Gemfile.lock`.
pub(super) fn lock(text: &str) -> Told {
    let mut told = Told::default();
    let (mut section, mut remote, mut place) = ("", String::new(), 0);
    for (line, content) in numbered(text) {
        if !content.starts_with(' ') {
            section = content.trim();
            remote.clear();
        } else if let Some(url) = content.strip_prefix("  remote: ") {
            (remote, place) = (url.trim().to_owned(), line);
            if section == "GIT" {
                told.encrypted(line, "gems are locked from", url);
            }
        } else if let Some(commit) = content.strip_prefix("  revision: ") {
            told.fixed(&remote, Some(commit.trim()));
        } else if content.starts_with("    ") && !content.starts_with("     ") {
            let name = content.trim().split(' ').next().unwrap_or_default();
            match section {
                "GEM" => told.locked(name, &remote, || place),
                "GIT" => told.locked += 1,
                _ => {}
            }
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_hold_for_every_gem_or_for_a_block() {
        let told = manifest("source 'https://gems.public.test'\nsource 'https://gems.shop.test' do\n  gem 'a'\nend\n");
        assert!(told.findings.is_empty());
        let told = manifest("source 'https://gems.public.test'\nsource 'http://gems.shop.test'\n");
        let facts: Vec<&str> = told.findings.iter().map(|found| found.fact).collect();
        assert_eq!(facts, ["unencrypted", "confusable"]);
    }

    #[test]
    fn gems_of_repositories_are_told_by_what_fixes_them() {
        let told = manifest(
            "gem 'a', github: 'shop/a', branch: 'main'\ngem 'b',\n  :git => 'https://git.shop.test/b.git',\n  :ref => '0123456789abcdef0123456789abcdef01234567'\ngem 'c', '~> 1.0' # git: 'x'\ngem 'd', path: '../d'\ngithub 'shop/e', tag: 'v1' do\nend\n",
        );
        let seen: Vec<(&str, u32, bool)> =
            told.revisions.iter().map(|r| (r.name.as_str(), r.line, r.fixing == Fixing::Commit)).collect();
        assert_eq!(seen, [("a", 1, false), ("b", 2, true), ("shop/e", 7, false)]);
        assert_eq!(told.locals.len(), 1);
    }

    #[test]
    fn a_lock_names_sources_and_revisions() {
        let told = lock(
            "GIT\n  remote: https://github.com/shop/a.git\n  revision: 0123456789abcdef0123456789abcdef01234567\n  branch: main\n  specs:\n    a (1.0)\n      rack\n\nGEM\n  remote: https://gems.shop.test/\n  specs:\n    b (1.0)\n\nDEPENDENCIES\n  a!\n",
        );
        assert_eq!((told.locked, told.hosts["gems.shop.test"].packages, told.fixed.len()), (2, 1, 1));
    }
}
