//! `mix.exs` and `mix.lock`: dependencies that were never locked, for which `mix deps.get --check-locked` fails. Both are
//! Elixir; of the manifest the list in `deps` is read, and only where nothing decides about it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::{Apart, Gap, Lock, Manifest};

/// Names that a lock holds, those that others need among them: what is no longer asked for cannot be told.
#[derive(Debug)]
pub(super) struct Locked(BTreeSet<String>);

static LOCKED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#""([a-z]\w*)":\s*\{:(?:hex|git)\b"#).expect("a fixed pattern"));
static DEPENDENCY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\{\s*:([a-z]\w*)\s*,([^{}]*)\}").expect("a fixed pattern"));
static DECIDES: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\+\+|\b(if|unless|case|cond|for|System|Enum)\b").expect("a fixed pattern"));

impl Locked {
    pub(super) fn parse(text: &str) -> Locked {
        Locked(LOCKED.captures_iter(text).map(|found| found[1].to_owned()).collect())
    }
}

/// The body of `deps`, comments left out.
fn body(text: &str) -> Option<String> {
    static HEAD: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^(\s*)defp?\s+deps(\(\))?\s+do\s*$").expect("a fixed pattern"));
    let mut lines = text.lines();
    let indent = lines.find_map(|line| Some(HEAD.captures(line)?[1].to_owned()))?;
    let end = format!("{indent}end");
    let body: Vec<&str> = lines.by_ref().take_while(|line| line.trim_end() != end).collect();
    let bare = |line: &&str| match line.find(" #").filter(|_| !line.contains("\"")) {
        Some(at) => line[..at].to_owned(),
        None if line.trim_start().starts_with('#') => String::new(),
        None => (*line).to_owned(),
    };
    Some(body.iter().map(bare).collect::<Vec<_>>().join("\n"))
}

impl Lock for Locked {
    fn gaps(&self, manifest: &Manifest<'_>) -> Result<Vec<Gap>, Apart> {
        let body = body(manifest.text).ok_or("there is no list `deps` in it")?;
        let without_texts: String = body.split('"').step_by(2).collect();
        if DECIDES.is_match(&without_texts) {
            return Err(Apart::from("`mix.exs` decides what it asks for when it runs"));
        }
        let declared = DEPENDENCY.captures_iter(&body);
        let locked = declared.filter(|found| !found[2].contains("path:") && !found[2].contains("in_umbrella:"));
        let missing = locked.filter(|found| !self.0.contains(&found[1])).map(|found| Gap::missing(&found[1]));
        Ok(missing.collect())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::gaps;

    const LOCK: &str = "%{\n  \"plug\": {:hex, :plug, \"1.14.0\", \"abc\", [:mix], [{:mime, \"~> 1.0\", [hex: :mime]}], \"hexpm\", \"def\"},\n  \"mime\": {:hex, :mime, \"2.0.5\", \"abc\", [:mix], [], \"hexpm\", \"def\"},\n  \"own\": {:git, \"https://git.test/own.git\", \"abc\", []},\n}\n";

    fn manifest(deps: &str) -> String {
        format!(
            "defmodule A.MixProject do\n  def project do\n    [app: :a, deps: deps()]\n  end\n\n  defp deps do\n    [\n{deps}    ]\n  end\n\n  defp aliases do\n    [{{:other, \"x\"}}]\n  end\nend\n"
        )
    }

    #[test]
    fn what_is_asked_for_has_to_be_in_the_lock() {
        let kept = "      {:plug, \"~> 1.0\"}, # web\n      # {:gone, \"~> 1.0\"},\n      {:own,\n        git: \"https://git.test/own.git\"},\n      {:tool, \"~> 0.8\", path: \"x\", runtime: Mix.env() == :dev},\n      {:beside, path: \"../beside\"},\n      {:sister, in_umbrella: true}\n";
        assert!(gaps("mix.lock", LOCK, &manifest(kept)).unwrap().is_empty());
        let more = format!("      {{:new, \"~> 2.0\", only: [:dev, :test], runtime: false}},\n{kept}");
        assert_eq!(gaps("mix.lock", LOCK, &manifest(&more)).unwrap(), ["new"]);
        assert!(gaps("mix.lock", LOCK, &manifest("      {:new, \"1.0\"}\n    ] ++ if(x(), do: [\n")).is_err());
        assert!(gaps("mix.lock", LOCK, "defmodule A do\nend\n").is_err());
    }
}
