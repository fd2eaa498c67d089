//! Probe `licence`: which licences the texts in the repository are, and whether manifests name the same. Owns parameters,
//! facts and the comparison; how a text is recognised is in `text`, what manifests declare in `declared`.

mod declared;
mod text;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;

use super::finding::{Finding, Findings};
use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch};
use crate::model::{Exact, Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::world::{Class, ClassSet, FileId, Name, Select, Swept, Want, WantId, Wants};
use crate::yaml::Node;

use declared::Declared;
use text::Text;

/// Parameters of the `licence` probe: none.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "LicenceProbe")]
struct Params {}

/// The registry's entry.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "licence",
    doc: "Recognises the texts of licences and compares them with what manifests declare",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "",
};

/// The largest text that is read, in bytes; the longest licence of SPDX has about 40 kB.
const LARGEST: u64 = 512 * 1024;

/// Names of licence texts (GitHub's licensee, OpenSSF Scorecard License, REUSE 3.3).
#[rustfmt::skip]
const NAMES: &[&str] = &[
    "{,**/}{LICENSE,LICENCE,License,Licence,license,licence,COPYING,Copying,copying,UNLICENSE}",
    "{,**/}{LICENSE,LICENCE,License,Licence,license,licence,COPYING,Copying,copying,UNLICENSE}{.*,-*,_*}",
    "{,**/}*[-_.]{LICENSE,LICENCE,license,licence}{,.txt,.md}",
    "LICENSES/*.txt",
];

struct LicenceProbe;

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let Params {} = crate::yaml::decode(node, problems)?;
    Some(Box::new(LicenceProbe))
}

impl Probe for LicenceProbe {
    #[rustfmt::skip]
    fn facts(&self) -> FactSchema {
        let fact = FactDecl::new;
        let texts = |name, doc| FactDecl::new(name, FactType::List(Box::new(FactType::Text)), doc);
        let decls = vec![
            fact("files", FactType::Count, "texts of licences at the root (or in `LICENSES/`) of 100 bytes or more; unobserved where none is and one could not be read"),
            texts("identified", "licences that they are, by SPDX id: 95 % of their words, two by two, are those of the licence (Dice's coefficient)"),
            fact("is_known", FactType::Bool, "whether one of them is a known licence, or keeps all rights"),
            texts("declared", "what manifests declare: SPDX expressions of Cargo, npm, Python, Composer, NuGet and RubyGems"),
            fact("invalid_expressions", FactType::Count, "those that are no SPDX expression"),
            fact("conflicts", FactType::Count, "manifests that declare a licence whose text is not beside them or above, where the texts there are known"),
            fact("licence_credit", FactType::Ratio, "60 % for a text, 20 % when it is known, 20 % when manifests agree with it; 40 % at most where one does not"),
        ];
        FactSchema { decls, ..FactSchema::default() }
    }

    fn key(&self) -> String {
        "licence".to_owned()
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        Touch { reads: NAMES.iter().map(|name| (*name).to_owned()).collect(), ..Touch::default() }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        const SOURCE: &[&str] = &[
            ".rs", ".py", ".go", ".js", ".ts", ".java", ".rb", ".php", ".cs", ".json", ".yml", ".yaml", ".toml", ".xml",
        ];
        let named = NAMES.iter().fold(Select::bases(&[]), |select, glob| select.or(Name::Glob((*glob).to_owned())));
        let select = named.except(SOURCE.iter().map(|end| format!("**/*{end}"))).of(ClassSet::of(&[
            Class::Src,
            Class::Docs,
            Class::Tooling,
        ]));
        let texts = Want::doc(select, "licence text", |file| Ok(text::read(file.bytes))).up_to(LARGEST);
        let manifests = declared::select().of(ClassSet::of(&[Class::Src])).below(folder);
        let declared = Want::sparse(manifests, "licence declared", |file| {
            declared::read(file.entry.base(), &String::from_utf8_lossy(file.bytes))
        });
        vec![wants.add(texts), wants.add(declared)]
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let [texts, declared] = look.wants else { return Err(Unknown::because("the tree was not swept")) };
            for want in look.wants {
                look.swept.get(*want).whole.clone()?;
            }
            let found = look.swept.get(*texts).own::<Text>().collect();
            Ok(observe(look.swept, look.folder, &Texts(found), *declared))
        })
    }
}

/// Texts of licences by file.
struct Texts<'s>(Vec<(FileId, Result<&'s Text, &'s Unknown>)>);

impl<'s> Texts<'s> {
    /// Those that hold in a folder: of itself, or else of the nearest folder above that has any.
    fn of<'a>(&'a self, swept: &'a Swept, folder: &'a str) -> Vec<(&'a str, Result<&'s Text, &'s Unknown>)> {
        let mut at = folder;
        loop {
            let licences = if at.is_empty() { "LICENSES".to_owned() } else { format!("{at}/LICENSES") };
            let here = |id: FileId| [at, licences.as_str()].contains(&swept.tree().entry(id).folder());
            let found: Vec<_> =
                self.0.iter().filter(|(id, _)| here(*id)).map(|(id, text)| (swept.path(*id), *text)).collect();
            let counts = |text: &Result<&Text, &Unknown>| text.map_or(true, |text| text.is_long);
            if found.iter().any(|(_, text)| counts(text)) || at.is_empty() {
                return found.into_iter().filter(|(_, text)| counts(text)).collect();
            }
            at = at.rsplit_once('/').map_or("", |(above, _)| above);
        }
    }
}

fn observe(swept: &Swept, folder: &str, texts: &Texts<'_>, declared: WantId) -> Observation {
    let mut findings = Findings::default();
    let mut facts = Facts::new();
    let root = texts.of(swept, folder);
    let mut identified: BTreeSet<&str> = BTreeSet::new();
    let (mut files, mut reserved) = (0, false);
    for (path, text) in &root {
        match text {
            Err(unknown) => findings.unread(path, unknown.to_string()),
            Ok(text) => {
                files += 1;
                reserved |= text.keeps_all_rights;
                identified.extend(text.licences.iter().copied());
                findings.push(path, Finding::new("files", 0, *path, text.note()));
            }
        }
    }
    let is_known = !identified.is_empty() || reserved;
    for (path, text) in root.iter().filter_map(|(path, text)| Some((path, text.ok()?))).filter(|_| !is_known) {
        findings.push(path, Finding::new("is_known", 0, *path, text.note()));
    }
    findings.set_number(&mut facts, "files", files);
    let list = |ids: &BTreeSet<&str>| Value::List(ids.iter().map(|id| Value::Text((*id).to_owned())).collect());
    let unread = findings.unread_reason();
    match &unread {
        Some(reason) if !is_known => {
            for name in ["identified", "is_known", "licence_credit"] {
                facts.set(name, Fact::Unobserved(reason.clone()));
            }
        }
        _ => {
            facts.present("identified", list(&identified));
            facts.present("is_known", Value::Bool(is_known));
        }
    }
    compare(swept, texts, declared, &mut findings, &mut facts);
    let conflicts = findings.count("conflicts") > 0;
    let agrees = !conflicts && findings.count("invalid_expressions") == 0;
    if unread.is_none() || is_known {
        let sum = if files == 0 { 0 } else { 6 + if is_known { 2 } else { 0 } + if agrees { 2 } else { 0 } };
        let tenths: u64 = if conflicts { sum.min(4) } else { sum };
        facts.present("licence_credit", Value::Number(Exact::ratio(tenths, 10_u64).unwrap_or_else(Exact::zero)));
    }
    Observation { facts, evidence: findings.evidence(), requests: 0 }
}

/// What manifests declare beside the texts that hold where they are.
fn compare(swept: &Swept, texts: &Texts<'_>, declared: WantId, findings: &mut Findings, facts: &mut Facts) {
    let mut expressions: BTreeSet<&str> = BTreeSet::new();
    let mut unread = None;
    for (id, found) in swept.get(declared).own::<Declared>() {
        let path = swept.path(id);
        let Ok(found) = found else {
            if let Err(unknown) = found {
                findings.unread(path, unknown.to_string());
                unread = Some(format!("`{path}`: {unknown}"));
            }
            continue;
        };
        expressions.insert(&found.expression);
        if !found.is_valid() {
            let note = format!("`{}` is no SPDX expression", found.expression);
            findings.push(path, Finding::new("invalid_expressions", found.line, found.expression.as_str(), note));
            continue;
        }
        let here = texts.of(swept, swept.tree().entry(id).folder());
        let readable: Vec<&Text> = here.iter().filter_map(|(_, text)| text.ok()).collect();
        let known: BTreeSet<&str> = readable.iter().flat_map(|text| text.licences.iter().copied()).collect();
        let all_known = !readable.is_empty()
            && readable.len() == here.len()
            && readable.iter().all(|text| !text.licences.is_empty());
        if all_known && !found.is_satisfied_by(&known) {
            let texts = known.iter().copied().collect::<Vec<_>>().join(", ");
            let note = format!("declares `{}`; the text is {texts}", found.expression);
            findings.push(path, Finding::new("conflicts", found.line, found.expression.as_str(), note));
        }
    }
    facts.present("declared", Value::List(expressions.iter().map(|one| Value::Text((*one).to_owned())).collect()));
    for name in ["invalid_expressions", "conflicts"] {
        match &unread {
            Some(reason) if findings.count(name) == 0 => facts.set(name, Fact::Unobserved(reason.clone())),
            _ => facts.present(name, Value::count(findings.count(name))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DEF;
    use super::text::tests::spdx_text;
    use crate::model::{Fact, Observation, Value};
    use crate::probe::trial::{count, observe, percent};

    fn identified(seen: &Observation) -> Vec<String> {
        match seen.facts.get("identified") {
            Fact::Present(Value::List(list)) => list
                .into_iter()
                .map(|one| match one {
                    Value::Text(text) => text,
                    other => panic!("{other:?}"),
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn texts_and_manifests_that_agree_earn_all() {
        let (mit, apache) = (spdx_text("MIT"), spdx_text("Apache-2.0"));
        let cargo = ("Cargo.toml", "[package]\nname = 'x'\nlicense = 'MIT OR Apache-2.0'\n");
        let seen = observe(&DEF, "{}", &[("LICENSE-MIT", &mit), ("LICENSE-APACHE", &apache), cargo]);
        assert_eq!(identified(&seen), ["Apache-2.0", "MIT"]);
        assert_eq!(
            (count(&seen, "files"), count(&seen, "conflicts"), percent(&seen, "licence_credit")),
            (Some(2), Some(0), Some(100))
        );
        let seen = observe(&DEF, "{}", &[("LICENSE", &apache), cargo]);
        assert_eq!(count(&seen, "conflicts"), Some(0), "one of the two is enough");
    }

    #[test]
    fn a_manifest_that_declares_another_licence_conflicts() {
        let mit = spdx_text("MIT");
        let seen = observe(&DEF, "{}", &[("LICENSE", &mit), ("package.json", "{\"license\":\"GPL-3.0-only\"}")]);
        assert_eq!((count(&seen, "conflicts"), percent(&seen, "licence_credit")), (Some(1), Some(40)));
        let own = [
            ("LICENSE", mit.as_str()),
            ("web/package.json", "{\"license\":\"ISC\"}"),
            ("web/LICENSE", &spdx_text("ISC")),
        ];
        assert_eq!(count(&observe(&DEF, "{}", &own), "conflicts"), Some(0), "a package has its own text");
        let unknown =
            "All of this may be used by members of the club, and by nobody else, as the board decided in spring. "
                .repeat(3);
        let seen = observe(&DEF, "{}", &[("LICENSE", &unknown), ("package.json", "{\"license\":\"MIT\"}")]);
        assert_eq!(
            (count(&seen, "conflicts"), percent(&seen, "licence_credit")),
            (Some(0), Some(80)),
            "nothing to compare with"
        );
        assert_eq!(seen.facts.get("is_known"), Fact::Present(Value::Bool(false)));
    }

    #[test]
    fn what_is_no_expression_is_told() {
        let seen = observe(
            &DEF,
            "{}",
            &[("LICENSE", &spdx_text("Apache-2.0")), ("package.json", "{\"license\":\"Apache License\"}")],
        );
        assert_eq!((count(&seen, "invalid_expressions"), percent(&seen, "licence_credit")), (Some(1), Some(80)));
    }

    #[test]
    fn a_manifest_that_cannot_be_read_may_declare_anything() {
        let mit = spdx_text("MIT");
        let seen = |manifest: (&str, &str)| observe(&DEF, "{}", &[("LICENSE", &mit), manifest]);
        for manifest in
            [("package.json", "{\"license\": \"GPL-3.0-only\",}"), ("Cargo.toml", "[package\nlicense = 'ISC'\n")]
        {
            let seen = seen(manifest);
            assert!(matches!(seen.facts.get("conflicts"), Fact::Unobserved(reason) if reason.contains(manifest.0)));
            let is_placed =
                |one: &crate::model::report::Evidence| one.place.as_ref().is_some_and(|place| place.file == manifest.0);
            assert!(seen.evidence.iter().any(is_placed), "{manifest:?}");
        }
        assert_eq!(count(&seen(("package.json", "{\"name\": {{ name }}}")), "conflicts"), Some(0), "a template");
    }

    #[test]
    fn without_a_text_there_is_none() {
        let seen = observe(&DEF, "{}", &[("LICENSE", "MIT\n"), ("package.json", "{\"license\":\"MIT\"}")]);
        assert_eq!((count(&seen, "files"), percent(&seen, "licence_credit")), (Some(0), Some(0)));
    }
}
