//! What may measure a check: catalog rules by the `aliases` of the rules, ranked, with the bounds that the text states in the
//! place of theirs; and probes for files, paths and failing tests that the text names. Where the text says the words of a rule
//! and nothing else, and the rule reads only files, it is put to work; every other proposal is a comment, because a word alone
//! must not decide what speaks for a claim.

use std::sync::LazyLock;

use super::fitting::{self, Rule};
use super::glossary::{self, Spoken};
use super::{CheckDraft, Draft, Measure, Source};
use crate::catalog;
use crate::import::words;

/// What becomes of the rules that measure just what the text says and need no target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Propose {
    /// They are put to work: the claim stands beside what they measure.
    Active,
    /// They are comments as all others.
    Comment,
}

/// Proposals for one check.
const MOST: usize = 3;

/// Puts rules to work, and adds the other proposals to the remarks of the checks, the best first.
pub(super) fn fill(source: &Source<'_>, draft: &mut Draft, propose: Propose) {
    let rules: Vec<Rule> = catalog::ids().iter().filter_map(|id| Rule::of(id)).collect();
    for check in draft.areas.iter_mut().flat_map(|area| area.checks.iter_mut()) {
        let spoken = glossary::spoken(&check.title);
        let text = spoken.text.as_str();
        let mut found: Vec<(usize, &Rule, &str)> = rules.iter().filter_map(|rule| fitting::best(rule, text)).collect();
        found.sort_by_key(|(length, rule, _)| (std::cmp::Reverse(*length), rule.id));
        fitting::drop_parts(&mut found, text);
        let fits = |(_, rule, alias): &(usize, &Rule, &str)| rule.measures(text, alias, &check.bounds);
        let rivals = |words: usize| {
            found.iter().filter(|(length, _, alias)| *length == words && fitting::says_only(text, alias)).count()
        };
        let chosen = found.iter().position(|each| fits(each) && rivals(each.0) == 1);
        let takes = propose == Propose::Active && !check.weightless && !denies(text);
        if let Some(chosen) = chosen.filter(|_| takes) {
            let (_, rule, alias) = found.remove(chosen);
            let expect = fitting::stated(&rule.expect, &check.bounds);
            check.measure = Some(Measure {
                rule: rule.id,
                words: spoken.own(alias).to_owned(),
                expect: expect.unwrap_or_default(),
            });
        }
        let mut proposed = of_the_text(check, source);
        proposed.extend(found.into_iter().map(|(_, rule, alias)| remark(rule, &spoken, alias, check)));
        check.remarks.extend(proposed.into_iter().take(MOST));
    }
}

/// Whether an item says that something is not there: a rule that found it would then let "no such thing" pass.
fn denies(text: &str) -> bool {
    static WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| words::list("denial of a thing"));
    static SIGNS: LazyLock<Vec<&str>> = LazyLock::new(|| words::list("denial inside a word"));
    text.split(|c: char| !c.is_alphanumeric()).any(|word| WORDS.contains(&word))
        || SIGNS.iter().any(|sign| text.contains(sign))
}

fn remark(rule: &Rule, spoken: &Spoken, alias: &str, check: &CheckDraft) -> String {
    let (with, why) = if rule.live { (", with: { target: NAME }", "; it needs a target") } else { ("", "") };
    let expect = fitting::stated(&rule.expect, &check.bounds)
        .map_or_else(String::new, |all| format!(", expect: [{}]", all.join(", ")));
    format!("proposed: use: {}{with}{expect} (the text says \"{}\"{why})", rule.id, spoken.own(alias))
}

/// Probes for what the text names itself.
fn of_the_text(check: &CheckDraft, source: &Source<'_>) -> Vec<String> {
    let mut found = Vec::new();
    if check.failing_tests {
        let tests = "proposed: probe: { tests: { report: REPORT } }, expect: [failed = 0]";
        found.push(format!("{tests} (the text counts failing tests; it needs the report of a test run)"));
    }
    for code in source.entries.get(check.entry).map(|entry| entry.code.as_slice()).unwrap_or_default() {
        if is_file(code) && is_about(check, code) {
            found.push(format!(
                "proposed: probe: {{ file: {{ path: {code} }} }}, expect: [exists = true] (the text names the file)"
            ));
        } else if is_path(code) {
            let http = format!("proposed: probe: {{ http: {{ target: NAME, path: {code} }} }}, expect: [status < 400]");
            found.push(format!("{http} (the text names the path; it needs a target)"));
        }
    }
    found
}

fn plain(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c))
        && !text.contains("..")
        && !text.contains("//")
}

/// `docs/runbook.md`, `Dockerfile.prod`: a relative name with a folder or an ending of letters.
fn is_file(code: &str) -> bool {
    let ending = code.rsplit_once('.').map_or("", |(_, ending)| ending);
    let ends = (1..=6).contains(&ending.len()) && ending.starts_with(|c: char| c.is_ascii_lowercase());
    let named = code.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.');
    plain(code) && named && ends && !code.ends_with('/') && (code.contains('/') || is_known_ending(code, ending))
}

/// Whether a name without a folder ends as files do: `request.params` is a field, `example.org` a host.
fn is_known_ending(code: &str, ending: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "rs", "py", "js", "ts", "jsx", "tsx", "mjs", "cjs", "vue", "svelte", "go", "java", "kt", "kts", "rb", "php",
        "cs", "c", "h", "cpp", "hpp", "swift", "dart", "ex", "exs", "scala", "sh", "bash", "ps1", "bat", "sql", "md",
        "mdx", "txt", "rst", "adoc", "yml", "yaml", "json", "jsonc", "toml", "ini", "cfg", "conf", "xml", "html",
        "css", "scss", "tf", "hcl", "lock", "proto", "csv", "pdf", "prisma", "gradle", "spec", "service", "ipynb",
    ];
    ENDINGS.contains(&ending)
        || code.starts_with('.')
        || ["Dockerfile.", "docker-compose."].iter().any(|name| code.starts_with(name))
}

/// Whether a check is about the file itself: its text starts with the name, gives it in brackets, or says to write it. A file
/// that is only where something was done proves nothing by being there, and a `.env` belongs to no repository.
fn is_about(check: &CheckDraft, code: &str) -> bool {
    let title = check.title.as_str();
    let private = code.rsplit('/').next().is_some_and(|name| name.starts_with(".env") && !name.contains("example"));
    let after = title.strip_prefix(code).map(str::trim_start);
    let a_place = after.is_some_and(|rest| {
        let lower = rest.to_lowercase();
        ["line", "linha", "línea", "zeile", "ligne", "riga", "строк", "satır", "第", ":"]
            .iter()
            .any(|word| lower.starts_with(word))
            && lower.chars().any(|c| c.is_ascii_digit())
    });
    let starts = after.is_some() && !a_place;
    let bracketed = title.contains(&format!("({code})"));
    let first = title.split_whitespace().next().unwrap_or("").to_lowercase();
    let verbs =
        ["create", "write", "add", "criar", "crear", "créer", "erstelle", "erstellen", "creare", "создать", "oluştur"];
    let noun_first = title.to_lowercase().ends_with(&code.to_lowercase());
    !private
        && (starts
            || bracketed
            || (verbs.contains(&first.as_str()) && noun_first)
            || (noun_first && title.split_whitespace().count() <= 3))
}

/// `/api/health`: a path of a service.
fn is_path(code: &str) -> bool {
    plain(code)
        && code.len() > 1
        && code.starts_with('/')
        && !code.rsplit('/').next().is_some_and(|end| end.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::{denies, is_file};

    #[test]
    fn fields_and_hosts_are_no_files() {
        for file in ["docs/runbook.md", "Dockerfile.prod", "main.rs", "deploy/app.config"] {
            assert!(is_file(file), "{file}");
        }
        for other in ["request.params", "payments.config", "example.org", "app.models"] {
            assert!(!is_file(other), "{other}");
        }
    }

    #[test]
    fn an_item_that_says_there_is_none_is_told_from_one_that_asks_for_it() {
        for text in [
            "no session management",
            "missing dockerfile",
            "session management not configured",
            "kein dockerfile",
            "没有监控",
        ] {
            assert!(denies(text), "{text}");
        }
        for text in ["session management", "notifications", "dockerfile", "noise"] {
            assert!(!denies(text), "{text}");
        }
    }
}
