//! Probe `ownership`: what a CODEOWNERS file says, which files nobody owns, who owns the whole and how to reach them. Owns
//! parameters, facts and the sums; the file's syntax is in `owners`, files of service catalogues are read in `described`.

mod described;
mod owners;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Deserialize;

use super::finding::{Finding, Findings};
use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, evidence, folder};
use crate::model::{
    Certainty, Exact, Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value,
};
use crate::world::{Class, ClassSet, Select, Swept, Want, WantId, Wants};
use crate::yaml::{Node, Spanned};

use described::Described;
use owners::{Line, Rule};

/// Where forges look, first found wins: GitHub `.github/`, root, `docs/`; GitLab root, `docs/`, `.gitlab/`.
const PLACES: &[&str] = &[".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];
/// GitHub ignores a larger file (GitHub Docs, About code owners).
const LARGEST: u64 = 3 * 1024 * 1024;
/// Percentage of files with an owner from which on the owner of most of them owns the whole.
const NEARLY_ALL: u64 = 95;
/// Comparisons of a pattern with a path; more would take minutes.
const MOST_COMPARED: usize = 50_000_000;

/// Parameters of probe `ownership`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "OwnershipProbe")]
struct Params {
    /// Globs of files that somebody must own: `src/billing/**`. Each that matches a file nobody owns counts.
    #[serde(default)]
    critical: Vec<Spanned<String>>,
}

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "ownership",
    doc: "Reads CODEOWNERS: which files have owners, which patterns match nothing",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "critical: [\"src/billing/**\"]\n",
};

struct Ownership {
    critical: Vec<String>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = crate::yaml::decode(node, problems)?;
    let before = problems.len();
    folder::check_globs(&params.critical, problems);
    let critical = params.critical.into_iter().map(|glob| glob.value).collect();
    (problems.len() == before).then(|| Box::new(Ownership { critical }) as Box<dyn Probe>)
}

impl Probe for Ownership {
    #[rustfmt::skip]
    fn facts(&self) -> FactSchema {
        let fact = FactDecl::new;
        let decls = vec![
            fact("exists", FactType::Bool, "whether there is a CODEOWNERS file where a forge looks for it"),
            fact("rules", FactType::Count, "its patterns; unobserved without a file, like all that follows"),
            fact("owners", FactType::Count, "different owners: teams, people, addresses"),
            fact("teams", FactType::Count, "owners that are teams (`@org/team`) or addresses, not single accounts"),
            fact("broken_lines", FactType::Count, "lines that a forge skips: an owner that is none, a pattern it does not know"),
            fact("idle_patterns", FactType::Count, "patterns that match no file"),
            fact("owned_ratio", FactType::Ratio, "share of shipped source and pipeline files that have an owner; the last pattern that matches decides"),
            fact("owner", FactType::Text, "who owns the whole: the owner that a file of a service catalogue names (Backstage, Datadog, OpsLevel, Cortex), else that of the last pattern for everything, else that of most files where 95 % have one; absent without"),
            fact("contacts", FactType::Count, "ways to reach somebody: teams and addresses, two different accounts, what a file of a catalogue names, a SUPPORT or MAINTAINERS file"),
            fact("ownership_credit", FactType::Ratio, "50 % for the share of files that have an owner, 30 % for an owner of the whole, 20 % for a way to reach somebody"),
            fact("unowned_critical", FactType::Count, "globs of `critical` with a file that nobody owns"),
        ];
        FactSchema { decls, ..FactSchema::default() }
    }

    fn key(&self) -> String {
        format!("ownership {:?}", self.critical)
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        Touch { reads: PLACES.iter().map(|place| (*place).to_owned()).collect(), ..Touch::default() }
    }

    fn declare(&self, _folder: &str, wants: &mut Wants) -> Vec<WantId> {
        let select = Select::bases(&["CODEOWNERS"]).of(ClassSet::ALL);
        let named = Select::bases(described::FILES).of(ClassSet::ALL);
        vec![
            wants.add(Want::doc(select, "ownership", |file| Ok(owners::read(file.bytes))).up_to(LARGEST)),
            wants.add(Want::doc(named, "ownership catalogue", |file| -> Result<Named, Unknown> {
                Ok(described::read(&file.text()))
            })),
        ]
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let [want, named] = look.wants else { return Err(Unknown::because("nothing was swept")) };
            let found = look.swept.get(*want);
            found.whole.clone()?;
            look.swept.get(*named).whole.clone()?;
            let place = |path: &str| PLACES.iter().position(|place| *place == path);
            let first = found
                .own::<Vec<Line>>()
                .filter_map(|(id, lines)| Some((place(look.swept.path(id))?, id, lines)))
                .min_by_key(|(at, ..)| *at);
            let Some((_, id, lines)) = first else { return Ok(nothing()) };
            let lines = lines.map_err(|unknown| Unknown::because(format!("`{}`: {unknown}", look.swept.path(id))))?;
            let mut seen = self.judge(look.swept, look.folder, look.swept.path(id), lines)?;
            whole(look.swept, *named, look.folder, (look.swept.path(id), lines), &mut seen);
            Ok(seen)
        })
    }
}

type Named = Result<Described, String>;

/// Who owns the whole, and whether anybody can be reached.
fn whole(swept: &Swept, want: WantId, within: &str, (file, lines): (&str, &[Line]), seen: &mut Observation) {
    let at_top = |path: &str| path.rsplit_once('/').map_or("", |(folder, _)| folder) == within;
    let mut named = Vec::new();
    for (id, digest) in swept.get(want).own::<Named>().filter(|(id, _)| at_top(swept.path(*id))) {
        match digest {
            Ok(Ok(described)) => named.push((swept.path(id), described)),
            Ok(Err(reason)) => {
                seen.evidence.push(evidence::file(swept.path(id), format!("could not be judged: {reason}")))
            }
            Err(unknown) => {
                seen.evidence.push(evidence::file(swept.path(id), format!("could not be judged: {unknown}")))
            }
        }
    }
    let rules: Vec<(u32, &Rule)> =
        lines.iter().filter_map(|line| Some((line.number, line.rule.as_ref().ok()?))).collect();
    let everything =
        rules.iter().rev().find(|(_, rule)| matches!(rule.pattern.as_str(), "*" | "**" | "/" | "/**" | "/*" | "**/*"));
    let owner = named.iter().find_map(|(path, described)| Some((*path, 0, described.owner.as_ref()?)));
    let owner = owner.or_else(|| everything.and_then(|(line, rule)| Some((file, *line, rule.owners.first()?))));
    if let Some((path, line, owner)) = owner {
        seen.facts.present("owner", Value::Text(owner.clone()));
        let note = format!("`{owner}` owns the whole");
        seen.evidence.push(Finding::new("owner", line, owner.as_str(), note).with(Certainty::Likely).evidence(path));
    }
    let is_owned = matches!(seen.facts.get("owner"), Fact::Present(_));
    let owners: BTreeSet<&String> = rules.iter().flat_map(|(_, rule)| &rule.owners).collect();
    let is_group = |owner: &&&String| owner.contains('/') || !owner.starts_with('@');
    let groups = owners.iter().filter(is_group).count();
    let files = swept.tree().entries().iter().filter(|entry| is_contact_file(&entry.path)).count();
    let contacts =
        groups + usize::from(owners.len() >= 2) + files + named.iter().filter(|(_, named)| named.contact).count();
    seen.facts.present("contacts", Value::count(contacts));
    let share = match seen.facts.get("owned_ratio") {
        Fact::Present(Value::Number(share)) => share,
        _ => Exact::zero(),
    };
    let part = |percent: u32, is_there: bool| {
        Exact::ratio(if is_there { percent } else { 0 }, 100_u32).unwrap_or_else(Exact::zero)
    };
    let credit = &part(50, true) * &share + part(30, is_owned) + part(20, contacts > 0);
    seen.facts.present("ownership_credit", Value::Number(credit));
}

/// A file at the places where forges look for it that says whom to ask.
fn is_contact_file(path: &str) -> bool {
    let base = [".github/", "docs/"].iter().find_map(|folder| path.strip_prefix(folder)).unwrap_or(path);
    let stem = base.split('.').next().unwrap_or(base);
    matches!(stem, "SUPPORT" | "MAINTAINERS" | "OWNERS" | "Support" | "Maintainers")
}

fn nothing() -> Observation {
    let mut facts = Facts::new();
    facts.present("exists", Value::Bool(false));
    facts.set_reason("there is no CODEOWNERS file in `.github/`, the root, `docs/` or `.gitlab/`");
    Observation { facts, evidence: vec![evidence::remark("no CODEOWNERS file")], requests: 0 }
}

impl Ownership {
    fn judge(&self, swept: &Swept, within: &str, file: &str, lines: &[Line]) -> Result<Observation, Unknown> {
        let rules: Vec<(&Line, &Rule)> =
            lines.iter().filter_map(|line| Some((line, line.rule.as_ref().ok()?))).collect();
        if rules.len().saturating_mul(swept.tree().entries().len()) > MOST_COMPARED {
            return Err(Unknown::because(format!("`{file}` has too many patterns for so many files: {}", rules.len())));
        }
        let mut facts = Facts::new();
        let mut findings = Findings::default();
        facts.present("exists", Value::Bool(true));
        facts.present("rules", Value::count(rules.len()));
        let owners: BTreeSet<&str> =
            rules.iter().flat_map(|(_, rule)| rule.owners.iter().map(String::as_str)).collect();
        facts.present("owners", Value::count(owners.len()));
        facts.present(
            "teams",
            Value::count(owners.iter().filter(|owner| owner.contains('/') || !owner.starts_with('@')).count()),
        );
        for line in lines {
            if let Err(wrong) = &line.rule {
                findings.push(file, Finding::new("broken_lines", line.number, line.text.as_str(), wrong.as_str()));
            }
        }
        let mut idle = vec![true; rules.len()];
        let (mut owned, mut all) = (0_u64, 0_u64);
        let mut unowned: BTreeSet<&str> = BTreeSet::new();
        let mut by_owner: BTreeMap<&str, u64> = BTreeMap::new();
        for entry in swept.tree().entries() {
            let last = last_match(&rules, &entry.path, &mut idle);
            let has_owner = last.is_some_and(|rule| !rule.owners.is_empty());
            let pipeline = entry.path.starts_with(".github/workflows/");
            if (entry.class == Class::Src || pipeline) && entry.path.starts_with(within) {
                all += 1;
                owned += u64::from(has_owner);
                let first = last.and_then(|rule| rule.owners.first());
                first.into_iter().for_each(|owner| *by_owner.entry(owner).or_default() += 1);
                if !has_owner {
                    unowned.insert(
                        entry.path.split('/').next().filter(|_| entry.path.contains('/')).unwrap_or(&entry.path),
                    );
                }
            }
        }
        for ((line, rule), _) in rules.iter().zip(&idle).filter(|(_, idle)| **idle) {
            let note = format!("`{}` matches no file", rule.pattern);
            findings.push(file, Finding::new("idle_patterns", line.number, rule.pattern.as_str(), note));
        }
        for place in unowned {
            findings
                .push(file, Finding::new("owned_ratio", 0, place, format!("nobody owns `{place}`, or a part of it")));
        }
        let ratio = Exact::ratio(owned, all).map(Value::Number);
        facts.set("owned_ratio", ratio.map_or(Fact::Unobserved("there is no source file".to_owned()), Fact::Present));
        let most = by_owner.into_iter().max_by_key(|(_, files)| *files).filter(|_| owned * 100 >= all * NEARLY_ALL);
        facts.set("owner", most.map_or(Fact::Absent, |(owner, _)| Fact::Present(Value::Text(owner.to_owned()))));
        self.critical(swept, within, file, &rules, &mut findings)?;
        for name in ["broken_lines", "idle_patterns", "unowned_critical"] {
            findings.set_count(&mut facts, name);
        }
        Ok(Observation { facts, evidence: findings.evidence(), requests: 0 })
    }

    fn critical(
        &self,
        swept: &Swept,
        within: &str,
        file: &str,
        rules: &[(&Line, &Rule)],
        findings: &mut Findings,
    ) -> Result<(), Unknown> {
        for glob in &self.critical {
            let select = Select::glob(glob).map_err(Unknown::because)?.below(within);
            let mut ignored = vec![false; rules.len()];
            let ids = swept.tree().select(&select);
            let open = ids
                .iter()
                .find(|id| last_match(rules, swept.path(**id), &mut ignored).is_none_or(|rule| rule.owners.is_empty()));
            let note = match open {
                Some(id) => format!("nobody owns `{}`, which `{glob}` names", swept.path(*id)),
                None if ids.is_empty() => format!("`{glob}` names no file"),
                None => continue,
            };
            findings.push(file, Finding::new("unowned_critical", 0, glob.as_str(), note).with(Certainty::Certain));
        }
        Ok(())
    }
}

/// The rule that decides about a path: the last that matches. Marks every rule that matches as not idle.
fn last_match<'r>(rules: &[(&'r Line, &'r Rule)], path: &str, idle: &mut [bool]) -> Option<&'r Rule> {
    let mut last = None;
    for (at, (_, rule)) in rules.iter().enumerate() {
        if rule.matches(path) {
            idle[at] = false;
            last = Some(*rule);
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::DEF;
    use crate::model::{Fact, Value};
    use crate::probe::trial::{count, observe, percent};

    #[test]
    fn the_last_pattern_decides_and_an_empty_one_takes_away() {
        let owners = "* @org/all\n/src/gen/ \n/docs/ @org/docs # prose\n/gone/ @org/x\n";
        let files = [(".github/CODEOWNERS", owners), ("src/a.rs", ""), ("src/gen/b.rs", ""), ("docs/a.md", "")];
        let seen = observe(&DEF, "critical: ['src/gen/**', 'src/*.rs']\n", &files);
        assert_eq!((count(&seen, "rules"), count(&seen, "owners"), count(&seen, "teams")), (Some(4), Some(3), Some(3)));
        assert_eq!((count(&seen, "idle_patterns"), count(&seen, "unowned_critical")), (Some(1), Some(1)));
        assert_eq!(percent(&seen, "owned_ratio"), Some(50));
    }

    #[test]
    fn the_whole_has_an_owner_who_can_be_reached() {
        let seen = |owners: &str, more: &[(&str, &str)]| {
            let files: Vec<_> =
                [(".github/CODEOWNERS", owners), ("src/a.rs", "")].iter().chain(more).copied().collect();
            let seen = observe(&DEF, "{}", &files);
            let owner = matches!(seen.facts.get("owner"), Fact::Present(_));
            (owner, count(&seen, "contacts"), percent(&seen, "ownership_credit"))
        };
        assert_eq!(seen("* @org/team\n", &[]), (true, Some(1), Some(100)));
        assert_eq!(seen("* @ann\n", &[]), (true, Some(0), Some(80)));
        assert_eq!(seen("* @ann\n", &[("SUPPORT.md", "x")]), (true, Some(1), Some(100)));
        assert_eq!(seen("/src/ @ann @ben\n", &[]), (true, Some(1), Some(100)));
        assert_eq!(seen("/src/ @ann @ben\n", &[("web/b.rs", "")]), (false, Some(1), Some(45)));
        let catalogue = ("catalog-info.yaml", "spec: {owner: team-a}\n");
        assert_eq!(seen("/src/ @ann\n", &[catalogue]), (true, Some(0), Some(55)), "nobody owns the file itself");
    }

    #[test]
    fn the_line_that_names_the_owner_of_the_whole_is_shown() {
        let seen = observe(&DEF, "{}", &[("CODEOWNERS", "# all\n* @org/team\n"), ("src/a.rs", "")]);
        let shown = seen.evidence.iter().find(|item| item.fact.as_deref() == Some("owner"));
        let place = shown.and_then(|item| item.place.as_ref()).map(|place| (place.file.as_str(), place.line));
        assert_eq!(place, Some(("CODEOWNERS", 2)));
    }

    #[test]
    fn lines_that_a_forge_skips_are_found() {
        let owners =
            "*.js ann\n!src/ @org/a\n[Billing][2] @org/billing\n/src/billing/\n^[Docs]\ndocs/ @ann mail@example.org\n";
        let seen = observe(&DEF, "{}", &[("CODEOWNERS", owners), ("src/billing/a.js", ""), ("docs/x", "")]);
        assert_eq!(count(&seen, "broken_lines"), Some(2));
        assert_eq!(count(&seen, "owners"), Some(3));
    }

    #[test]
    fn without_a_file_that_is_observed_and_nothing_else() {
        let seen = observe(&DEF, "{}", &[("src/a.rs", ""), ("vendor/x/CODEOWNERS", "* @x\n")]);
        assert_eq!(seen.facts.get("exists"), Fact::Present(Value::Bool(false)));
        assert_eq!(percent(&seen, "owned_ratio"), None);
    }
}
