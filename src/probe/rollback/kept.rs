//! Whether the version before is still there to go back to: rules of registries and of deployments that throw it away, and
//! those that keep it. Silence says neither: registries keep everything by default, and most rules are set in a console.
//! What GitHub (`retention-days`) and GitLab (`expire_in`) keep of a pipeline is no released artefact, and a rule by age
//! says nothing where releases are rare or daily.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::Certainty;
use crate::probe::Look;
use crate::probe::finding::{Finding, Findings};
use crate::probe::{purpose, terraform};
use crate::world::{Class, ClassSet, FileBytes, Select, Want, WantId, Wants};

/// Where such rules are written.
const FILES: &str = "**/{*.yml,*.yaml,*.tf,*.tofu,*.sh,Makefile,justfile}";

/// One rule: its line, what it says, whether it keeps the version before.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    line: u32,
    text: String,
    keeps: bool,
}

fn fixed(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

/// `revisionHistoryLimit: 0` makes undoing a rollout impossible (Kubernetes, Deployments, clean up policy); Helm keeps as many
/// revisions as `--history-max` says, none of the former with 1, and all with 0; Flux calls it `maxHistory`.
static REVISIONS: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?m)^[ \t]*(?P<zero>revisionHistoryLimit):[ \t]*(?P<limit>\d+)[ \t]*(#|$)|^[ \t]*maxHistory:[ \t]*(?P<flux>\d+)[ \t]*(#|$)|\bhelm\b[^\n#]*--history-max[ =](?P<helm>\d+)\b",
    )
});
/// A release of Flux, which alone has `maxHistory`.
static FLUX: LazyLock<Regex> = LazyLock::new(|| fixed(r"(?m)^kind:[ \t]*['\x22]?HelmRelease\b"));
/// Resources of Terraform with rules for images.
const ECR: &str = "aws_ecr_lifecycle_policy";
const ARTIFACT_REGISTRY: &str = "google_artifact_registry_repository";
static COUNT: LazyLock<Regex> = LazyLock::new(|| fixed(r#"\bcountNumber"?\s*[=:]\s*(\d+)"#));
static PRIORITY: LazyLock<Regex> = LazyLock::new(|| fixed(r#"\brulePriority"?\s*[=:]"#));
static KEEP: LazyLock<Regex> = LazyLock::new(|| fixed(r"\bkeep_count\s*=\s*(\d+)"));
static DELETES_TAGGED: LazyLock<Regex> = LazyLock::new(|| fixed(r#"\btag_state\s*=\s*"(ANY|TAGGED)""#));

/// The want for them.
pub(super) fn declare(folder: &str, wants: &mut Wants) -> WantId {
    let select = Select::glob(FILES).unwrap_or_else(|_| Select::bases(&[]));
    let select = select.of(ClassSet::of(&[Class::Src, Class::Tooling])).below(folder);
    let words = ["revisionHistoryLimit", "maxHistory", "--history-max", "countNumber", "keep_count"];
    let screen = move || vec![words.iter().map(|word| word.as_bytes().to_vec()).collect::<Vec<_>>()];
    wants.add(Want::sparse(select, "rollback kept", |file| Ok(of_file(file))).screened(screen))
}

fn of_file(file: &FileBytes<'_>) -> Option<Vec<Rule>> {
    if !file.may_hold(0) {
        return None;
    }
    let rules = read(file.path(), &file.text());
    (!rules.is_empty()).then_some(rules)
}

fn read(path: &str, text: &str) -> Vec<Rule> {
    let mut rules: Vec<Rule> = REVISIONS.captures_iter(text).filter_map(|found| revisions(text, &found)).collect();
    if path.ends_with(".tf") || path.ends_with(".tofu") {
        for (kind, place) in terraform::resources(text, &[ECR, ARTIFACT_REGISTRY]) {
            let (from, Some(body)) = (place.start, text.get(place)) else { continue };
            match kind {
                ECR => rules.extend(ecr(text, from, body)),
                _ => rules.extend(artifact_registry(text, from, body)),
            }
        }
    }
    rules
}

fn revisions(text: &str, found: &regex::Captures<'_>) -> Option<Rule> {
    let whole = found.get(0)?;
    let number = |name: &str| found.name(name)?.as_str().parse::<u32>().ok();
    let keeps = match (number("limit"), number("flux"), number("helm")) {
        (Some(limit), ..) => limit > 0,
        (_, Some(limit), _) if FLUX.is_match(text) => limit != 1,
        (.., Some(limit)) => limit != 1,
        _ => return None,
    };
    Some(rule(text, whole.start(), whole.as_str(), keeps))
}

fn rule(text: &str, at: usize, said: &str, keeps: bool) -> Rule {
    let skipped = said.len() - said.trim_start().len();
    let line = text[..at + skipped].matches('\n').count() + 1;
    Rule { line: u32::try_from(line).unwrap_or(u32::MAX), text: said.trim().to_owned(), keeps }
}

/// Rules that expire images by number; those of images without a tag, which no release is, do not count.
fn ecr(text: &str, from: usize, body: &str) -> Vec<Rule> {
    let starts: Vec<usize> = PRIORITY.find_iter(body).map(|found| found.start()).collect();
    let ends = starts.iter().skip(1).copied().chain([body.len()]);
    let parts = starts.iter().copied().zip(ends);
    parts
        .filter_map(|(start, end)| {
            let part = body.get(start..end)?;
            let count = COUNT.captures(part)?;
            let number: u32 = count.get(1)?.as_str().parse().ok()?;
            let by_number = part.contains("imageCountMoreThan") && !part.contains("\"untagged\"");
            by_number
                .then(|| rule(text, from + start + count.get(0).map_or(0, |all| all.start()), &count[0], number > 1))
        })
        .collect()
}

/// Policies that keep the newest versions; of one alone where another deletes those with a tag.
fn artifact_registry(text: &str, from: usize, body: &str) -> Option<Rule> {
    let found = KEEP.captures(body)?;
    let number: u32 = found.get(1)?.as_str().parse().ok()?;
    let at = from + found.get(0)?.start();
    let is_known = number > 1 || DELETES_TAGGED.is_match(body);
    is_known.then(|| rule(text, at, &found[0], number > 1))
}

/// Notes rules that throw the version before away (`discarded`) and those that keep it (`kept`).
pub(super) fn observe(look: &Look<'_>, want: WantId, findings: &mut Findings) {
    for (id, rules) in look.swept.get(want).own::<Vec<Rule>>() {
        let path = look.swept.path(id);
        let Ok(rules) = rules else { continue };
        let aside = purpose::aside(path, look.swept.class(id));
        for Rule { line, text, keeps } in rules {
            let (fact, says) = match keeps {
                true => ("kept", "keeps the version before"),
                false => ("discarded", "throws the version before away"),
            };
            let but = aside.as_ref().map_or_else(String::new, |why| format!(", but {why}"));
            let certainty = if aside.is_some() { Certainty::Hint } else { Certainty::Likely };
            let finding = Finding::new(fact, *line, text.as_str(), format!("`{text}` {says}{but}"));
            findings.push(path, finding.with(certainty));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(path: &str, text: &str) -> Vec<(u32, bool)> {
        read(path, text).into_iter().map(|rule| (rule.line, rule.keeps)).collect()
    }

    #[test]
    fn a_deployment_without_history_has_nothing_to_go_back_to() {
        assert_eq!(said("a.yaml", "kind: Deployment\nspec:\n  revisionHistoryLimit: 0\n"), [(3, false)]);
        assert_eq!(said("a.yaml", "kind: Deployment\nspec:\n  revisionHistoryLimit: 3 # few\n"), [(3, true)]);
        assert_eq!(said("a.yaml", "kind: HelmRelease\nspec:\n  maxHistory: 1\n"), [(3, false)]);
        assert_eq!(said("a.yaml", "kind: HelmRelease\nspec:\n  maxHistory: 0\n"), [(3, true)]);
        assert_eq!(said("a.yaml", "kind: Cache\nspec:\n  maxHistory: 1\n"), []);
        assert_eq!(
            said("deploy.sh", "helm upgrade shop . --history-max 1\nhelm upgrade shop . --history-max=10\n"),
            [(1, false), (2, true)]
        );
    }

    #[test]
    fn a_registry_that_keeps_one_image_has_none_before_it() {
        let ecr = |status: &str, number: u8| {
            format!(
                "resource \"aws_ecr_lifecycle_policy\" \"a\" {{\n  policy = jsonencode({{\n    rules = [{{\n      rulePriority = 1\n      \
                 selection = {{\n        tagStatus = \"{status}\"\n        countType = \"imageCountMoreThan\"\n        countNumber = {number}\n      }}\n    }}]\n  }})\n}}\n"
            )
        };
        assert_eq!(said("a.tf", &ecr("any", 1)), [(8, false)]);
        assert_eq!(said("a.tf", &ecr("any", 10)), [(8, true)]);
        assert_eq!(said("a.tf", &ecr("untagged", 1)), []);
        let by_age = ecr("any", 1).replace("imageCountMoreThan", "sinceImagePushed");
        assert_eq!(said("a.tf", &by_age), []);
        let gar = |number: u8, state: &str| {
            format!(
                "resource \"google_artifact_registry_repository\" \"a\" {{\n  cleanup_policies {{\n    action = \"DELETE\"\n    condition {{ tag_state = \"{state}\" }}\n  }}\n  \
                 cleanup_policies {{\n    action = \"KEEP\"\n    most_recent_versions {{\n      keep_count = {number}\n    }}\n  }}\n}}\n"
            )
        };
        assert_eq!(said("a.tf", &gar(5, "ANY")), [(9, true)]);
        assert_eq!(said("a.tf", &gar(1, "ANY")), [(9, false)]);
        assert_eq!(said("a.tf", &gar(1, "UNTAGGED")), []);
    }
}
