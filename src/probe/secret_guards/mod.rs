//! Probe `secret-guards`: what keeps secrets out of the repository before they land: ignore rules for the kinds of files that
//! are in use here, and scanners in pipelines, hooks or as push protection. Owns parameters, facts and the score; which
//! kinds are in use is in `kinds`, who scans in `scanners`.

mod kinds;
mod scanners;

use schemars::JsonSchema;
use serde::Deserialize;

use super::finding::{Finding, Findings};
use super::pipelines::{self, PIPELINES, Pipelines};
use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, secret_name};
use crate::model::{
    Certainty, Exact, Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value,
};
use crate::world::ignore_rules::IgnoreRules;
use crate::world::{Class, ClassSet, Name, Select, Swept, Want, WantId, Wants};
use crate::yaml::Node;

use scanners::Seen;

/// Parameters of the `secret-guards` probe: none.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SecretGuardsProbe")]
struct Params {}

/// The registry's entry.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "secret-guards",
    doc: "Asks what keeps secrets out before they land: ignore rules, tried as git would, and scanners in pipelines and hooks",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "",
};

/// Files with hooks.
const HOOKS: &[&str] = &[
    ".pre-commit-config.yaml",
    ".pre-commit-config.yml",
    "package.json",
    ".husky/*",
    "{,.}lefthook.{yml,yaml,toml,json}",
    ".githooks/*",
    ".overcommit.yml",
];

struct SecretGuards;

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let Params {} = crate::yaml::decode(node, problems)?;
    Some(Box::new(SecretGuards))
}

impl Probe for SecretGuards {
    #[rustfmt::skip]
    fn facts(&self) -> FactSchema {
        let fact = FactDecl::new;
        let decls = vec![
            fact("ignore_files", FactType::Count, "files `.gitignore` in the repository; what `.git/info/exclude` and the user's own rules say does not count"),
            fact("kinds", FactType::Count, "kinds of files with secrets in use here: `.env` where something reads one or an example lies, private keys, keystores and credential files that code names by a path, `*.tfstate` where Terraform runs without a backend, the master key of Rails"),
            fact("uncovered", FactType::Count, "those of them that no ignore rule leaves out, tried as git would; one where there is no `.gitignore` at all"),
            fact("ignored_examples", FactType::Count, "examples of environment files that something copies, which are not in the repository and which ignore rules leave out"),
            fact("scanner", FactType::Text, "who looks for secrets before a change lands: `pipeline`, `push protection`, `hook`; absent where nobody is seen to, unobserved while a called workflow of another repository may"),
            fact("guarded", FactType::Bool, "whether a pipeline or push protection does, which nobody can leave out"),
            fact("ignored_scans", FactType::Count, "scans in pipelines whose failure does not count"),
            fact("guard_credit", FactType::Ratio, "40 % for the share of kinds that are covered, 60 % for a scanner in a pipeline or push protection, 42 % for a hook alone; where no kind is in use, the scanner is all there is: 100 %, 70 %"),
        ];
        FactSchema { decls, ..FactSchema::default() }
    }

    fn key(&self) -> String {
        "secret-guards".to_owned()
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        let reads = PIPELINES.iter().chain(HOOKS).chain(&["**/.gitignore"]);
        Touch { reads: reads.map(|path| (*path).to_owned()).collect(), ..Touch::default() }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        let globs = |globs: &[&str]| {
            globs.iter().fold(Select::bases(&[]), |select, glob| select.or(Name::Glob((*glob).to_owned())))
        };
        let hooks = Want::sparse(globs(HOOKS), "secret hooks", |file| {
            let text = String::from_utf8_lossy(file.bytes);
            Ok(scanners::hook(file.path(), &text).map(|seen| (seen, scanners::is_hosted(&text))))
        });
        let protected =
            globs(&["**/*.tf", "**/*.tofu", ".github/settings.yml"]).of(ClassSet::of(&[Class::Src, Class::Tooling]));
        let protected = Want::sparse(protected, "push protection", |file| {
            Ok(protection(file.path(), &String::from_utf8_lossy(file.bytes)))
        });
        vec![kinds::want(folder, wants), wants.add(hooks), wants.add(protected), pipelines::want(wants)]
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let [kinds, hooks, protected, pipelines] = look.wants else {
                return Err(Unknown::because("the tree was not swept"));
            };
            for want in look.wants {
                look.swept.get(*want).whole.clone()?;
            }
            let mut findings = Findings::treating(look.suppressions);
            let mut facts = Facts::new();
            let covered = ignored(look.swept, look.folder, *kinds, &mut facts, &mut findings);
            scanned(look.swept, [*hooks, *protected, *pipelines], covered, &mut facts, &mut findings);
            Ok(Observation { facts, evidence: findings.evidence(), requests: 0 })
        })
    }
}

/// Push protection as code: GitHub's Terraform provider.
fn protection(path: &str, text: &str) -> Option<Seen> {
    let mut lines = text.lines().enumerate();
    let (at, _) = lines.find(|(_, line)| line.trim_start().starts_with("secret_scanning_push_protection"))?;
    let is_off = text.lines().skip(at).take(3).any(|line| line.contains("\"disabled\""));
    (!is_off)
        .then(|| (path.to_owned(), u32::try_from(at + 1).unwrap_or(0), "push protection is switched on".to_owned()))
}

/// Tries the ignore rules; the share of the kinds that they cover, in whole parts, `None` where none is in use.
fn ignored(
    swept: &Swept,
    folder: &str,
    want: WantId,
    facts: &mut Facts,
    findings: &mut Findings,
) -> Option<(usize, usize)> {
    let tree = swept.tree();
    let rules = IgnoreRules::of(tree);
    let files = tree.entries().iter().filter(|entry| entry.base() == ".gitignore").count();
    facts.present("ignore_files", Value::count(files));
    let kinds = kinds::in_use(swept, folder, want);
    facts.present("kinds", Value::count(kinds.len()));
    let mut uncovered = 0;
    for kind in &kinds {
        let (path, line) = &kind.place;
        if kind.paths.iter().any(|path| rules.ignores(path)) {
            let note = format!("`{}` is ignored", kind.name);
            findings.push(path, Finding::new("uncovered", *line, kind.name.as_str(), note).with(Certainty::Hint));
            continue;
        }
        let plain = kind.paths.iter().find(|path| path.ends_with(".env") && holds_no_secret(swept, path));
        if let Some(plain) = plain {
            let note = format!("`{plain}` is in the repository and holds no secret by its names");
            findings.push(path, Finding::new("uncovered", *line, kind.name.as_str(), note).with(Certainty::Hint));
            continue;
        }
        uncovered += 1;
        let tracked = kind.paths.iter().find(|path| tree.find(path).is_some_and(|id| !tree.entry(id).link));
        let note = match tracked {
            Some(tracked) => format!("`{tracked}` is in the repository and no rule ignores it"),
            None => format!("this uses `{}`, and no rule of a `.gitignore` leaves it out", kind.name),
        };
        findings.push(path, Finding::new("uncovered", *line, kind.name.as_str(), note));
    }
    if files == 0 {
        findings.push(".gitignore", Finding::new("uncovered", 0, "no .gitignore", "there is no `.gitignore`"));
    }
    for ((path, line), paths) in kinds::copied(swept, want) {
        // Without git nobody can tell whether a file that is there and ignored is tracked.
        let is_there = |path: &String| !tree.has_git() && tree.read(path, 1024 * 1024).is_ok();
        let is_here = paths.iter().any(|path| tree.find(path).is_some() || is_there(path));
        if let Some(missing) = paths.iter().find(|path| rules.ignores(path)).filter(|_| !is_here) {
            let note = format!("this copies `{missing}`, which is not in the repository, and a rule ignores it");
            findings.push(&path, Finding::new("ignored_examples", line, missing.as_str(), note));
        }
    }
    findings.set_count(facts, "uncovered");
    findings.set_count(facts, "ignored_examples");
    match (files, kinds.len()) {
        (0, _) => Some((0, 1)),
        (_, 0) => None,
        (_, all) => Some((all - uncovered, all)),
    }
}

/// Whether an environment file is here whose names are not those of secrets, or have no value.
fn holds_no_secret(swept: &Swept, path: &str) -> bool {
    let Some(text) = pipelines::read(swept, path, pipelines::LARGEST) else { return false };
    let named = text.lines().filter_map(|line| line.trim().trim_start_matches("export ").split_once('='));
    !named.filter(|(name, _)| !name.starts_with('#')).any(|(name, value)| {
        !value.trim().trim_matches(['"', '\'']).is_empty() && secret_name::is_secret_name(name.trim())
    })
}

/// Who scans, and what all of it is worth.
fn scanned(
    swept: &Swept,
    wants: [WantId; 3],
    share: Option<(usize, usize)>,
    facts: &mut Facts,
    findings: &mut Findings,
) {
    let [hooks, protected, pipelines] = wants;
    let found: Vec<&(Seen, bool)> = swept.get(hooks).own::<(Seen, bool)>().filter_map(|(_, seen)| seen.ok()).collect();
    let hook = found.first().map(|(seen, _)| seen.clone());
    let hosted = found.iter().find(|(_, is_hosted)| *is_hosted).map(|(seen, _)| seen.clone());
    let protection = swept.get(protected).own::<Seen>().find_map(|(_, seen)| seen.ok().cloned());
    let pipelines = pipelines::runs(swept, pipelines);
    let (hard, soft) = scanners::in_pipelines(swept, &pipelines, hook.is_some());
    let hosted = hosted.map(|(path, line, note)| (path, line, format!("pre-commit.ci runs it: {note}")));
    let ways = [("pipeline", hard.or(hosted)), ("push protection", protection), ("hook", hook)];
    if let Some((path, line, note)) = &soft {
        findings.push(
            path,
            Finding::new("ignored_scans", *line, "ignored scan", format!("{note}; its failure does not count")),
        );
    }
    findings.set_count(facts, "ignored_scans");
    let seen = ways.into_iter().find_map(|(who, seen)| Some((who, seen?)));
    let is_sure = seen.as_ref().is_some_and(|(who, _)| *who != "hook");
    let unseen = scanners::unseen(&pipelines).filter(|_| !is_sure);
    let percent: usize = match &seen {
        Some((who, (path, line, note))) => {
            facts.present("scanner", Value::Text((*who).to_owned()));
            let more = if is_sure { "" } else { "; nothing runs it where it cannot be left out" };
            let finding = Finding::new("guarded", *line, *who, format!("{note}{more}"));
            findings.push(path, finding);
            if is_sure { 60 } else { 42 }
        }
        None => {
            facts.set("scanner", unseen.clone().map_or(Fact::Absent, Fact::Unobserved));
            0
        }
    };
    if let Some(reason) = unseen {
        facts.set("guarded", Fact::Unobserved(reason.clone()));
        facts.set("guard_credit", Fact::Unobserved(reason));
        return;
    }
    if !is_sure {
        looked(&pipelines, findings);
    }
    facts.present("guarded", Value::Bool(is_sure));
    // Rules for files that nobody uses keep nothing out, and are worth nothing.
    let (parts, of) = share.map_or((percent, 60), |(covered, kinds)| (40 * covered + percent * kinds, 100 * kinds));
    let credit = Exact::ratio(parts as u64, of as u64).unwrap_or_else(Exact::zero);
    facts.present("guard_credit", Value::Number(credit));
}

/// Shows which pipelines were looked at and scan for nothing: those that changes start, or else all.
fn looked(pipelines: &Pipelines, findings: &mut Findings) {
    let has_gates = pipelines.files.values().any(|looked| looked.is_gate);
    for (path, looked) in pipelines.files.iter().filter(|(_, looked)| looked.is_gate || !has_gates) {
        let note = match looked.is_gate {
            true => "changes start it, and nothing that it runs looks for secrets",
            false => "changes do not start it",
        };
        findings.push(path, Finding::new("guarded", looked.line, "no scanner", note));
    }
}

#[cfg(test)]
mod tests {
    use super::DEF;
    use crate::model::{Fact, Value};
    use crate::probe::trial::{count, observe, percent};

    const CI: (&str, &str) = (
        ".github/workflows/ci.yml",
        "on: [pull_request]\njobs:\n  a:\n    steps:\n      - uses: gitleaks/gitleaks-action@v2\n",
    );
    const HOOK: (&str, &str) = (".pre-commit-config.yaml", "repos:\n  - repo: x\n    hooks:\n      - id: gitleaks\n");

    #[test]
    fn kinds_that_are_in_use_must_be_ignored() {
        let app = ("app/main.py", "load_dotenv()\n");
        let seen = observe(&DEF, "{}", &[app, (".gitignore", "*.pyc\n"), CI]);
        assert_eq!(
            (count(&seen, "kinds"), count(&seen, "uncovered"), percent(&seen, "guard_credit")),
            (Some(1), Some(1), Some(60))
        );
        let seen = observe(&DEF, "{}", &[app, ("app/.gitignore", ".env\n"), CI]);
        assert_eq!((count(&seen, "uncovered"), percent(&seen, "guard_credit")), (Some(0), Some(100)));
        let seen = observe(&DEF, "{}", &[("src/a.go", "package a\n"), (".gitignore", "/bin\n"), CI]);
        assert_eq!((count(&seen, "kinds"), percent(&seen, "guard_credit")), (Some(0), Some(100)), "nothing is in use");
        let seen = observe(&DEF, "{}", &[("src/a.go", "package a\n"), CI]);
        assert_eq!((count(&seen, "uncovered"), percent(&seen, "guard_credit")), (Some(1), Some(60)), "no .gitignore");
    }

    #[test]
    fn an_example_beside_it_says_where_the_file_would_lie() {
        let files = [("api/.env.example", "A=\n"), ("web/.gitignore", ".env\n"), CI];
        assert_eq!(count(&observe(&DEF, "{}", &files), "uncovered"), Some(1));
        let files = [("docker/env.example", "A=\n"), (".gitignore", "docker/env\n"), CI];
        assert_eq!(count(&observe(&DEF, "{}", &files), "uncovered"), Some(0));
        let files = [("README.md", "    cp .env.example .env\n"), (".gitignore", ".env*\n"), CI];
        assert_eq!(count(&observe(&DEF, "{}", &files), "ignored_examples"), Some(1));
        let files = [("api/.env.example", "A=\n"), (".gitignore", ".env*\n!.env.example\n"), CI];
        let seen = observe(&DEF, "{}", &files);
        assert_eq!((count(&seen, "uncovered"), count(&seen, "ignored_examples")), (Some(0), Some(0)));
    }

    #[test]
    fn state_of_terraform_is_local_without_a_backend() {
        let main = ("infra/main.tf", "provider \"aws\" {\n}\n");
        assert_eq!(count(&observe(&DEF, "{}", &[main, (".gitignore", "x\n")]), "uncovered"), Some(1));
        let backend = ("infra/backend.tf", "terraform {\n  backend \"s3\" {\n  }\n}\n");
        assert_eq!(count(&observe(&DEF, "{}", &[main, backend, (".gitignore", "x\n")]), "kinds"), Some(0));
        assert_eq!(count(&observe(&DEF, "{}", &[main, (".gitignore", "*.tfstate\n")]), "uncovered"), Some(0));
    }

    #[test]
    fn a_hook_alone_is_worth_less_than_a_pipeline() {
        let reads = ("app/main.py", "load_dotenv()\n");
        let seen = observe(&DEF, "{}", &[HOOK, reads, (".gitignore", ".env\n")]);
        assert_eq!(percent(&seen, "guard_credit"), Some(82));
        let credit =
            |first: (&str, &str)| percent(&observe(&DEF, "{}", &[first, (".gitignore", "x\n")]), "guard_credit");
        assert_eq!(credit(HOOK), Some(70), "no file with secrets is in use");
        assert_eq!(credit(("src/a.go", "package a\n")), Some(0), "nothing scans, and nothing had to be ignored");
        assert_eq!(seen.facts.get("scanner"), Fact::Present(Value::Text("hook".to_owned())));
        let ci = "on: [pull_request]\njobs:\n  a:\n    steps:\n      - run: pre-commit run --all-files\n";
        let seen = observe(&DEF, "{}", &[HOOK, (".gitignore", "x\n"), (CI.0, ci)]);
        assert_eq!(percent(&seen, "guard_credit"), Some(100));
    }

    #[test]
    fn pipelines_that_scan_for_nothing_are_shown_with_what_starts_them() {
        let ci = "name: x\non: [push]\njobs:\n  a:\n    steps:\n      - run: make\n";
        let seen = observe(&DEF, "{}", &[(".gitignore", "x\n"), (CI.0, ci)]);
        assert_eq!(seen.facts.get("guarded"), Fact::Present(Value::Bool(false)));
        let places = seen.evidence.iter().filter(|item| item.fact.as_deref() == Some("guarded"));
        let places: Vec<_> =
            places.filter_map(|item| item.place.as_ref()).map(|place| (place.file.as_str(), place.line)).collect();
        assert_eq!(places, [(CI.0, 2)]);
    }

    #[test]
    fn what_a_scanner_is_told_to_leave_out_is_not_scanned() {
        let ci = |told: &str| {
            format!(
                "on: [pull_request]\njobs:\n  a:\n    steps:\n      - uses: super-linter/super-linter@v8\n        env:\n          {told}: true\n"
            )
        };
        let guarded = |files: &[(&str, &str)]| observe(&DEF, "{}", files).facts.get("guarded");
        let (all, some) = (ci("VALIDATE_ALL_CODEBASE"), ci("VALIDATE_OPENAPI"));
        assert_eq!(guarded(&[(".gitignore", "x\n"), (CI.0, &all)]), Fact::Present(Value::Bool(true)));
        assert_eq!(guarded(&[(".gitignore", "x\n"), (CI.0, &some)]), Fact::Present(Value::Bool(false)));
        let (runs, skips) =
            (format!("ci:\n  autofix_prs: false\n{}", HOOK.1), format!("ci:\n  skip: [gitleaks]\n{}", HOOK.1));
        assert_eq!(guarded(&[(".gitignore", "x\n"), (HOOK.0, &runs)]), Fact::Present(Value::Bool(true)));
        assert_eq!(guarded(&[(".gitignore", "x\n"), (HOOK.0, &skips)]), Fact::Present(Value::Bool(false)));
    }

    #[test]
    fn what_another_repository_runs_is_not_known() {
        let ci = "on: [push]\njobs:\n  a:\n    uses: acme/ci/.github/workflows/all.yml@v1\n";
        let seen = observe(&DEF, "{}", &[(".gitignore", "x\n"), (CI.0, ci)]);
        assert!(matches!(seen.facts.get("guarded"), Fact::Unobserved(_)));
    }
}
