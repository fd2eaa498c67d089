//! `Gemfile` and `Gemfile.lock`: what `bundle install` refuses when it is frozen (Bundler, `Gemfile.lock`, DEPENDENCIES).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::{Apart, Gap, Lock, Manifest};

/// Gems that a lock notes as asked for, with their requirements.
#[derive(Debug)]
pub(super) struct Locked(BTreeMap<String, BTreeSet<String>>);

impl Locked {
    pub(super) fn parse(text: &str) -> Locked {
        let section = text.lines().skip_while(|line| *line != "DEPENDENCIES").skip(1);
        let entries = section.take_while(|line| line.starts_with("  ")).map(|line| {
            let line = line.trim().trim_end_matches('!');
            let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
            let requirements = rest.trim_matches(['(', ')']).split(',').map(full).filter(|text| !text.is_empty());
            (name.to_owned(), requirements.collect())
        });
        Locked(entries.collect())
    }
}

/// `1.2` is `= 1.2`, and `>= 0` is nothing.
fn full(requirement: &str) -> String {
    let plain: String = requirement.chars().filter(|c| !c.is_whitespace()).collect();
    match plain.as_str() {
        "" | ">=0" => String::new(),
        text if text.starts_with(|c: char| c.is_ascii_digit()) => format!("={text}"),
        text => text.to_owned(),
    }
}

static GEM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^gem[\s(]+["']([^"']+)["']((?:\s*,\s*["'][^"']*["'])*)(.*)$"#).expect("a fixed pattern")
});

/// What a Gemfile asks for, and whether it decides some of it when it runs.
pub(in crate::probe::manifest) fn declared(text: &str) -> (BTreeMap<String, BTreeSet<String>>, bool) {
    let mut found = BTreeMap::new();
    let mut decides = false;
    for line in text.lines().map(str::trim) {
        let starts =
            ["if ", "unless ", "case ", "eval_gemfile", "else", "elsif "].iter().any(|word| line.starts_with(word));
        decides |= starts || line.contains(".each") || line.starts_with("gem ") && !GEM.is_match(line);
        let Some(gem) = GEM.captures(line) else { continue };
        if [" if ", " unless "].iter().any(|word| gem[3].contains(word)) {
            decides = true;
            continue;
        }
        let quoted = gem[2].split(['"', '\'']).skip(1).step_by(2);
        found.insert(gem[1].to_owned(), quoted.map(full).filter(|text| !text.is_empty()).collect());
    }
    (found, decides)
}

impl Lock for Locked {
    fn gaps(&self, manifest: &Manifest<'_>) -> Result<Vec<Gap>, Apart> {
        let (declared, decides) = declared(manifest.text);
        if decides {
            return Err(Apart::from("the Gemfile decides what it asks for when it runs"));
        }
        let has_more = manifest.text.lines().any(|line| line.trim_start().starts_with("gemspec"));
        let mut gaps = Vec::new();
        for (name, asked) in &declared {
            let joined = |all: &BTreeSet<String>| all.iter().cloned().collect::<Vec<_>>().join(", ");
            match self.0.get(name) {
                None => gaps.push(Gap::missing(name)),
                Some(noted) if noted != asked => gaps.push(Gap::changed(name, &joined(asked), &joined(noted))),
                Some(_) => {}
            }
        }
        if !has_more {
            gaps.extend(self.0.keys().filter(|name| !declared.contains_key(*name)).map(|name| Gap::surplus(name)));
        }
        Ok(gaps)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::gaps;

    #[test]
    fn the_lock_notes_what_the_gemfile_asks_for() {
        let lock = "GEM\n  specs:\n    rails (8.0.1)\n\nDEPENDENCIES\n  pg (>= 1.1, < 2)\n  puma\n  rails (= 8.0.1)\n  shop!\n\nBUNDLED WITH\n   2.6.2\n";
        let kept = "source 'https://rubygems.test'\ngem \"rails\", \"8.0.1\"\ngem 'pg', '>= 1.1', '< 2', require: false\ngroup :test do\n  gem 'puma', '>= 0'\nend\ngem 'shop', path: 'shop'\n";
        assert!(gaps("Gemfile.lock", lock, kept).unwrap().is_empty());
        assert_eq!(
            gaps("Gemfile.lock", lock, "gem 'rails', '~> 8.0'\ngem 'new'\n").unwrap(),
            ["new", "rails", "pg", "puma", "shop"]
        );
        assert!(gaps("Gemfile.lock", lock, "gem 'rails' if ENV['X']\n").is_err());
    }
}
