//! `shipworthy init`: looks at a repository and writes a commented spec that runs at once.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::args::InitArgs;
use super::console::Console;
use super::exit::{Exit, WrongQuestion};
use super::setup;
use crate::spec::document::PackDoc;
use crate::world::Tree;
use crate::{catalog, facets, plan};

/// Targets of packs about something else than the service itself: pack, name, variable with its address.
const TARGETS: &[(&str, &str, &str)] = &[("postgres", "db", "DATABASE_URL"), ("redis", "cache", "REDIS_URL")];

/// Files named per facet.
const MOST_SIGNS: usize = 3;

pub(super) fn run(arguments: &InitArgs, console: &Console) -> Result<Exit> {
    let root = setup::folder(&arguments.root)?;
    let path = arguments.output.clone().unwrap_or_else(|| arguments.root.join("shipworthy.yaml"));
    let to_screen = path.as_os_str() == "-";
    if !to_screen && !arguments.force && path.symlink_metadata().is_ok() {
        let message = format!("`{}` exists\nhelp: `--force` replaces it, `-o -` prints the proposal", path.display());
        return Err(WrongQuestion(message).into());
    }
    let tree =
        Tree::open(&root).map_err(anyhow::Error::msg).with_context(|| format!("cannot walk `{}`", root.display()))?;
    let found = facets::detect(&tree).by_name();
    let name = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let text = spec(&name, &found, tree.entries().len());
    if to_screen {
        console.print(text.as_bytes()).context("cannot write to standard output")?;
    } else {
        write(&path, &text)?;
        let (live, at_once): (Vec<_>, Vec<_>) =
            chosen(&found).into_iter().partition(|(pack, _)| plan::needs_target(pack));
        let names = |packs: &[(PackDoc, String)]| -> String {
            packs.iter().map(|(pack, _)| pack.pack.value.as_str()).collect::<Vec<_>>().join(", ")
        };
        console.note(&format!("wrote {} with packs {}", path.display(), names(&at_once)));
        if !live.is_empty() {
            console.note(&format!("packs that wait for a target, as comments: {}", names(&live)));
        }
        console.note("next: shipworthy plan, then shipworthy audit");
    }
    Ok(Exit::Yes)
}

fn write(path: &PathBuf, text: &str) -> Result<()> {
    let draft = path.with_extension("yaml.draft");
    std::fs::write(&draft, text)
        .and_then(|()| std::fs::rename(&draft, path))
        .with_context(|| format!("cannot write `{}`", path.display()))
}

/// The packs whose facets were found, with what shows them.
fn chosen(found: &BTreeMap<String, Vec<String>>) -> Vec<(PackDoc, String)> {
    let packs = catalog::pack_names().into_iter().filter_map(|name| catalog::pack(name).ok().flatten());
    let mut chosen: Vec<(PackDoc, String)> =
        packs.filter_map(|pack| Some((pack.clone(), why(&pack, found)?))).collect();
    chosen.sort_by_key(|(pack, _)| (!pack.always, plan::needs_target(pack)));
    chosen
}

fn why(pack: &PackDoc, found: &BTreeMap<String, Vec<String>>) -> Option<String> {
    if pack.always {
        return Some("always".to_owned());
    }
    let facet = pack.facets.iter().find(|facet| found.contains_key(*facet))?;
    let signs = &found[facet];
    Some(if signs.is_empty() { facet.clone() } else { shown(signs) })
}

fn shown(signs: &[String]) -> String {
    let some: Vec<String> = signs.iter().take(MOST_SIGNS).map(|sign| sign.escape_debug().to_string()).collect();
    let more = signs.len().saturating_sub(MOST_SIGNS);
    if more == 0 { some.join(", ") } else { format!("{} and {more} more", some.join(", ")) }
}

fn spec(name: &str, found: &BTreeMap<String, Vec<String>>, files: usize) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "# Proposed by `shipworthy init` from {files} files. It runs as it is; edit it freely.");
    let _ = writeln!(text, "# Keys are explained in docs/spec-reference.md; `shipworthy explain ID` explains a rule.");
    let _ = writeln!(text, "version: 1");
    let _ = writeln!(text, "catalog: {} # newer rules are announced, not deciding", quoted(catalog::VERSION));
    let _ = writeln!(text, "\nsystem:\n  name: {}", quoted(name));
    let _ =
        writeln!(text, "  # owner: platform-team\n  # target_date: 2027-04-30\n  # tier: 2 # 1 is the most critical");
    seen(&mut text, found);
    let (live, at_once): (Vec<_>, Vec<_>) = chosen(found).into_iter().partition(|(pack, _)| plan::needs_target(pack));
    let _ = writeln!(text, "\ninclude:{}", if at_once.is_empty() { " []" } else { "" });
    for (pack, why) in &at_once {
        let _ = writeln!(text, "  - pack: {} # {why}", pack.pack.value);
    }
    for (pack, _) in &live {
        let name = pack.pack.value.as_str();
        let target = TARGETS.iter().find(|(of, ..)| *of == name).map_or("api", |(_, target, _)| *target);
        let _ = writeln!(text, "  # - {{ pack: {name}, with: {{ target: {target} }} }} # needs the target below");
    }
    let _ = writeln!(
        text,
        "\n# What runs, for live checks.\n# targets:\n#   api:\n#     url: \"${{API_URL:-http://127.0.0.1:8000}}\""
    );
    let asked = |name: &str| live.iter().any(|(pack, _)| pack.pack.value == name);
    for (_, target, variable) in TARGETS.iter().filter(|(of, ..)| asked(of)) {
        let _ = writeln!(text, "#   {target}:\n#     url: \"${{{variable}}}\"");
    }
    let _ = writeln!(
        text,
        "\nscoring:\n  fail_on: blocker # `high` is stricter\n  min_score: 80 %\n  require_measured: 80 %"
    );
    own_checks(&mut text, found);
    text
}

fn seen(text: &mut String, found: &BTreeMap<String, Vec<String>>) {
    if found.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n# Seen here:");
    for (facet, signs) in found {
        let _ = writeln!(text, "#   {facet}: {}", shown(signs));
    }
}

/// A check of the team's own, ready to be switched on: that its tests pass.
fn own_checks(text: &mut String, found: &BTreeMap<String, Vec<String>>) {
    let runner = [
        ("lang.rust", "[cargo, test, --locked]"),
        ("lang.python", "[pytest, -q]"),
        ("lang.node", "[npm, test]"),
        ("lang.go", "[go, test, ./...]"),
        ("lang.jvm", "[mvn, -B, -q, test]"),
        ("lang.ruby", "[bundle, exec, rake]"),
        ("lang.php", "[vendor/bin/phpunit]"),
        ("lang.dotnet", "[dotnet, test]"),
    ];
    let command =
        runner.iter().find(|(facet, _)| found.contains_key(*facet)).map_or("[make, test]", |(_, command)| command);
    let _ = writeln!(
        text,
        "\n# Checks of your own, in the same grammar as the catalog's.\n\
         # areas:\n\
         #   tests:\n\
         #     checks:\n\
         #       - id: suite-passes\n\
         #         title: The test suite passes\n\
         #         severity: blocker\n\
         #         probe: {{ command: {{ run: {command}, timeout: 10 min }} }}\n\
         #         expect:\n\
         #           - exit_code = 0"
    );
}

/// A YAML text in double quotes.
fn quoted(text: &str) -> String {
    let clean: String = text.chars().filter(|c| !c.is_control()).collect();
    format!("\"{}\"", clean.replace('\\', "\\\\").replace('"', "\\\""))
}
