//! Probe `syntax`: whether files parse: JSON, YAML, TOML and Python, each by its own parser. Source in other languages is
//! parsed by its compiler (`command`); what a parser cannot tell from a template is not judged.

mod parse;
mod python;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::probe::finding::{Finding, Findings, unobserve_zeros};
use crate::probe::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch};
use crate::world::{Class, ClassSet, Select, Swept, Want, WantId, Wants};
use crate::yaml::Node;

use parse::Parsed;

/// Parameters of the `syntax` probe.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SyntaxProbe")]
struct Params {
    /// Globs of files to leave out, such as templates under plain names.
    #[serde(default)]
    exclude: Vec<String>,
}

/// The registry's entry.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "syntax",
    doc: "Parses the JSON, YAML, TOML and Python files of the product and its tooling",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "exclude: [\"charts/**\"]\n",
};

/// Bytes of a file that is parsed; larger ones are data, not configuration and not written by hand.
const LARGEST: u64 = 256 * 1024;

struct SyntaxProbe {
    exclude: Vec<String>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let Params { exclude } = crate::yaml::decode(node, problems)?;
    for wrong in exclude.iter().filter_map(|glob| crate::world::check_glob(glob).err()) {
        problems.push(node.problem(wrong).help("`*` stays within one part, `**` crosses parts"));
    }
    Some(Box::new(SyntaxProbe { exclude }))
}

impl Probe for SyntaxProbe {
    #[rustfmt::skip]
    fn facts(&self) -> FactSchema {
        let count = |name, doc| FactDecl::new(name, FactType::Count, doc);
        let decls = vec![
            count("files", "JSON, YAML, TOML and Python files of at most 256 KiB that were parsed; 0 when there is none, and then nothing else is observed"),
            count("templates", "files that were not judged because something fills them in first"),
            count("syntax_errors", "files that do not parse"),
            count("duplicate_keys", "keys that stand twice in one mapping: the parser keeps one of them, silently"),
        ];
        FactSchema { decls, ..FactSchema::default() }
    }

    fn key(&self) -> String {
        format!("syntax {:?}", self.exclude)
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        Touch { reads: vec!["**/*.{json,jsonc,yaml,yml,toml,py,pyi}".to_owned()], ..Touch::default() }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        let own = ClassSet::of(&[Class::Src, Class::Tooling, Class::Migration]);
        let select = Select::exts(&["json", "jsonc", "yaml", "yml", "toml", "py", "pyi"]).of(own);
        let select = select.except(self.exclude.iter().cloned()).below(folder);
        let want = Want::doc(select, "syntax", |file| -> Result<Parsed, Unknown> {
            let is_python = file.path().ends_with(".py") || file.path().ends_with(".pyi");
            Ok(match file.entry.size {
                size if size > LARGEST => Parsed::Data,
                _ if is_python => python::parse(file)?,
                _ => parse::parse(file.path(), file.bytes),
            })
        });
        vec![wants.add(want)]
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let [want] = look.wants else { return Err(Unknown::because("the tree was not swept")) };
            look.swept.get(*want).whole.clone()?;
            Ok(observe(look.swept, *want))
        })
    }
}

fn observe(swept: &Swept, want: WantId) -> Observation {
    let (mut files, mut templates) = (0_usize, 0_usize);
    let mut findings = Findings::default();
    for (id, parsed) in swept.get(want).own::<Parsed>() {
        let path = swept.path(id);
        let (fact, line, what) = match parsed {
            Ok(Parsed::Data) => continue,
            Ok(Parsed::Template) => {
                templates += 1;
                continue;
            }
            Ok(Parsed::Good) => {
                files += 1;
                continue;
            }
            Ok(Parsed::Duplicate(line, what)) => ("duplicate_keys", *line, what),
            Ok(Parsed::Broken(line, what)) => ("syntax_errors", *line, what),
            Err(unknown) => {
                findings.unread(path, unknown.0.clone());
                continue;
            }
        };
        files += 1;
        findings.push(path, Finding::new(fact, line, fact, what.clone()));
    }
    let mut facts = Facts::new();
    findings.set_number(&mut facts, "files", files);
    facts.present("templates", Value::count(templates));
    if files == 0 {
        facts.set_reason("there is no JSON, YAML, TOML or Python file");
    } else {
        findings.set_count(&mut facts, "syntax_errors");
        findings.set_count(&mut facts, "duplicate_keys");
    }
    // No parser takes a NUL: what has one is damaged, or something else than its name says.
    let binary = swept.get(want).binary;
    if binary > 0 {
        unobserve_zeros(&mut facts, ["syntax_errors"], &format!("left aside as binary: {binary} files"));
    }
    Observation { facts, evidence: findings.evidence(), requests: 0 }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use crate::model::Fact;
    use crate::probe::sample;
    use crate::probe::trial::count;

    #[test]
    fn files_are_parsed_by_their_kind_and_templates_are_left_out() {
        let files = [
            ("a.json", "{\"a\": 1,}"),
            ("b.yaml", "a: 1\nb: [\n"),
            ("c.toml", "a = 1\na = 2\n"),
            ("d.yml", "a: {{ .Values.a }}\n"),
            ("tsconfig.json", "{ // comments are usual here\n \"a\": 1, }"),
            ("tests/fixtures/broken.json", "{"),
            ("good.json", "{}"),
        ];
        let seen = sample::observe("syntax", "{}", &files).unwrap();
        let facts = ["files", "templates", "syntax_errors"].map(|fact| count(&seen, fact).unwrap());
        assert_eq!(facts, [4, 1, 2]);
        let damaged = sample::observe("syntax", "{}", &[("a.json", "{}"), ("b.py", "a\0b")]).unwrap();
        assert!(matches!(damaged.facts.get("syntax_errors"), Fact::Unobserved(_)));
        let empty = sample::observe("syntax", "{}", &[("a.go", "")]).unwrap();
        assert!(matches!(empty.facts.get("syntax_errors"), Fact::Unobserved(_)));
    }
}
