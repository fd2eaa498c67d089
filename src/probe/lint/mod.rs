//! Probe `lint`: whether linters and type checkers of the languages that are here are configured, run in pipelines before a
//! change lands, and are clean. Owns parameters, facts and the judgement; which tools there are is in `tool`, where a command
//! leads in `pipelines`, what weakens them in `strict`, and the looking in `gather`.

mod build;
mod compiled;
mod gather;
mod hooks;
mod maven;
mod strict;
mod super_linter;
#[cfg(test)]
mod tests;
mod tool;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::finding::{Finding, Findings};
use super::pipelines::{self, PIPELINES};
use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, ingest};
use crate::model::report::Evidence;
use crate::model::{
    Certainty, Exact, Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value,
};
use crate::world::{Class, ClassSet, Name, Select, Want, WantId, Wants};
use crate::yaml::Node;

use gather::{Gathered, Seen};

/// Parameters of the `lint` probe.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "LintProbe")]
struct Params {
    /// Glob of the linters' reports, also below folders that git ignores, in any format of probe `ingest`.
    report: String,
}

impl Default for Params {
    fn default() -> Params {
        Params { report: REPORTS.to_owned() }
    }
}

/// Where linters usually leave their reports.
const REPORTS: &str = "{{,reports/}{lint,eslint,ruff,flake8,pylint,mypy,pyright,clippy,golangci,golangci-lint,detekt,ktlint,rubocop,phpstan,psalm,sonarqube},reports/biome}.{sarif,json}";

/// The registry's entry.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "lint",
    doc: "Finds the linters and type checkers of each language: configured, run by a pipeline or only by a hook, how strict, how clean",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "report: \"reports/*.sarif\"\n",
};

struct LintProbe {
    report: String,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let Params { report } = crate::yaml::decode(node, problems)?;
    Some(Box::new(LintProbe { report }))
}

impl Probe for LintProbe {
    #[rustfmt::skip]
    fn facts(&self) -> FactSchema {
        let fact = FactDecl::new;
        let texts = |name, doc| fact(name, FactType::List(Box::new(FactType::Text)), doc);
        let decls = vec![
            texts("languages", "languages with a fifth of the shipped source, and the one with the most; Terraform, shell and Helm where no other is"),
            fact("pipelines", FactType::Count, "pipelines that were read, of GitHub and other systems"),
            fact("unconfigured", FactType::Count, "languages without a linter that is configured or runs with its defaults"),
            fact("unlinted", FactType::Count, "languages that no linter looks at in a pipeline which pull requests or pushes start; unobserved while a called workflow of another repository may do it"),
            fact("hooks_only", FactType::Count, "those of them that a hook on the machines of developers lints"),
            fact("ignored", FactType::Count, "those of them whose linter runs there and whose failure does not count"),
            fact("loose_types", FactType::Count, "type checkers that are not strict: `tsconfig.json` without `strict`, mypy without `strict` or `disallow_untyped_defs`"),
            fact("baselines", FactType::Count, "baselines that hide findings; each is shown with its size"),
            fact("baselined", FactType::Count, "findings that they hide"),
            fact("errors", FactType::Count, "errors in the reports of linters; unobserved without a report that counts"),
            fact("lint_credit", FactType::Ratio, "mean over the languages: 30 % configured, 40 % more in a pipeline, 30 % more without errors; without a report the first two are all there is; 40 % with a hook alone; 15 % less where a type checker is not strict"),
        ];
        FactSchema { decls, ..FactSchema::default() }
    }

    fn key(&self) -> String {
        format!("lint {}", self.report)
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        let pipelines = PIPELINES.iter().map(|path| (*path).to_owned());
        Touch { reads: pipelines.chain([self.report.clone()]).collect(), ..Touch::default() }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        let named = telling().of(ClassSet::of(&[Class::Src, Class::Tooling])).below(folder);
        let files = Want::doc(named, "lint files", |file| Ok(String::from_utf8_lossy(file.bytes).into_owned()));
        vec![wants.add(files.up_to(pipelines::LARGEST)), pipelines::want(wants)]
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let [files, pipelines] = look.wants else { return Err(Unknown::because("the tree was not swept")) };
            for want in look.wants {
                look.swept.get(*want).whole.clone()?;
            }
            let gathered = gather::gather(look.swept, look.folder, *files, *pipelines);
            let report = ingest::errors(look, &self.report).await;
            Ok(judge(&gathered, report))
        })
    }
}

/// How one language is looked after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gate {
    Runs,
    Hook,
    Configured,
    Nothing,
}

fn judge(gathered: &Gathered, report: Result<(u64, Vec<Evidence>), Unknown>) -> Observation {
    let mut findings = Findings::default();
    let mut facts = Facts::new();
    let names = gathered.languages.keys().map(|name| Value::Text((*name).to_owned())).collect();
    facts.present("languages", Value::List(names));
    facts.present("pipelines", Value::count(gathered.pipelines));
    let gates: BTreeMap<&str, Gate> =
        gathered.languages.iter().map(|(name, file)| (*name, gate(gathered, name, file, &mut findings))).collect();
    for (path, line, note) in &gathered.loose {
        let (language, strict) =
            if path.ends_with("tsconfig.json") { ("JavaScript", false) } else { ("Python", gathered.strict_command) };
        if gathered.languages.contains_key(language) && !strict {
            findings.push(path, Finding::new("loose_types", *line, note.as_str(), note.as_str()));
        }
    }
    for (path, hidden) in &gathered.baselines {
        findings.push(path, Finding::new("baselines", 0, path.as_str(), format!("hides {hidden} findings")));
    }
    facts.present("baselined", Value::count(gathered.baselines.iter().map(|(_, hidden)| hidden).sum::<usize>()));
    for fact in ["unconfigured", "hooks_only", "ignored", "loose_types", "baselines"] {
        findings.set_count(&mut facts, fact);
    }
    let unseen = gathered.unseen.as_ref().filter(|_| findings.count("unlinted") > 0);
    let (errors, reason, mut evidence) = match report {
        Ok((errors, evidence)) => (Some(errors), String::new(), evidence),
        Err(unknown) => {
            let note = format!("whether the linters are content was not observed, and counts neither way: {unknown}");
            let unknown = unknown.to_string();
            (None, unknown, vec![Evidence { note: Some(note), certainty: Certainty::Hint, ..Evidence::default() }])
        }
    };
    facts.set(
        "errors",
        errors.map_or(Fact::Unobserved(reason), |errors| Fact::Present(Value::Number(Exact::whole(errors)))),
    );
    match unseen {
        Some(reason) => {
            facts.set("unlinted", Fact::Unobserved(reason.clone()));
            facts.set("lint_credit", Fact::Unobserved(reason.clone()));
        }
        None => {
            findings.set_count(&mut facts, "unlinted");
            let loose = findings.count("loose_types") > 0;
            facts.set("lint_credit", credit(&gates, errors, loose));
        }
    }
    evidence.splice(0..0, findings.evidence());
    Observation { facts, evidence, requests: 0 }
}

fn gate(gathered: &Gathered, language: &'static str, file: &str, findings: &mut Findings) -> Gate {
    let of = |seen: &BTreeMap<&'static str, Seen>| seen.get(language).or_else(|| seen.get(tool::ANY.name)).cloned();
    let show = |findings: &mut Findings, fact: &'static str, (path, line, note): Seen, more: &str| {
        findings
            .push(&path, Finding::new(fact, line, format!("{language} {note}"), format!("{language}: {note}{more}")));
    };
    if let Some((path, line, note)) = of(&gathered.runs) {
        let seen = Finding::new("unlinted", line, format!("{language} {note}"), format!("{language}: {note}"));
        findings.push(&path, seen.with(Certainty::Hint));
        return Gate::Runs;
    }
    if let Some(seen) = of(&gathered.soft) {
        show(findings, "ignored", seen.clone(), "; its failure does not count");
        show(findings, "unlinted", seen, "; its failure does not count");
        return Gate::Configured;
    }
    let hooks = gathered.hooks.get(language).or_else(|| gathered.hooks.get(tool::ANY.name));
    if let Some(seen) = hooks.and_then(|hooks| hooks.first()).cloned() {
        show(findings, "hooks_only", seen.clone(), "; no pipeline does");
        show(findings, "unlinted", seen, "; no pipeline does");
        return Gate::Hook;
    }
    if let Some(seen) = of(&gathered.configured) {
        show(findings, "unlinted", seen, "; no pipeline runs it");
        return Gate::Configured;
    }
    let nothing = format!("{language}: no linter is configured or runs");
    findings.push(file, Finding::new("unconfigured", 0, language, nothing.as_str()));
    findings.push(file, Finding::new("unlinted", 0, language, nothing));
    Gate::Nothing
}

/// Of the three parts of the catalogue's score (30, 40 and 30 %) the last is left out where nobody reported: what is known
/// is then all there is.
fn credit(gates: &BTreeMap<&str, Gate>, errors: Option<u64>, loose: bool) -> Fact {
    if gates.is_empty() {
        return Fact::Unobserved("no language whose linters are known".to_owned());
    }
    let each = gates.values().map(|gate| match (gate, errors) {
        (Gate::Runs, Some(1..)) => 70,
        (Gate::Runs, _) => 100,
        (Gate::Hook, _) => 40,
        (Gate::Configured, Some(0)) => 60,
        (Gate::Configured, _) => 30,
        (Gate::Nothing, _) => 0,
    });
    let sum: u64 = each.sum();
    let count = gates.len() as u64;
    let lost = if loose { 15 * count } else { 0 };
    Exact::ratio(sum.saturating_sub(lost), 100 * count)
        .map_or_else(|| Fact::Unobserved("no language".to_owned()), |ratio| Fact::Present(Value::Number(ratio)))
}

/// Files that may configure a linter, run one as a hook, or hide what one found.
fn telling() -> Select {
    const HOOKS: &[&str] = &[".pre-commit-config.yaml", ".pre-commit-config.yml", "tsconfig.json", "package.json"];
    let (bases, extensions) = tool::files();
    let names =
        bases.into_iter().chain(HOOKS.iter().chain(strict::BASELINES).copied()).map(|name| Name::Base(name.to_owned()));
    let names = names.chain(extensions.into_iter().map(|extension| Name::Ext(extension.to_owned())));
    let globs = [".husky/*", "{,.}lefthook.{yml,yaml,toml,json}"].map(|glob| Name::Glob(glob.to_owned()));
    names.chain(globs).fold(Select::bases(&[]), Select::or)
}
