//! `signs`: which of some signs are seen, each by a library that a manifest declares **and** shipped code uses, or by
//! configuration. Owns parameters and facts; how a sign is seen is in `way`, what manifests declare in `declared`, what
//! is made of it in `seen`.

mod declared;
mod language;
mod seen;
mod way;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch};
use crate::model::{FactDecl, FactSchema, FactType, Observation, Problems, Unknown};
use crate::world::{WantId, Wants};
use crate::yaml::{Node, Spanned};

use way::{Way, WayParams};

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "signs",
    doc: "Looks for signs, each by a library that a manifest declares and shipped code uses, or by configuration: a name in one place alone is no proof.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "of:\n  - name: started\n    weight: 3\n    ways:\n      - { language: python, packages: [sentry-sdk], pattern: '\\bsentry_sdk\\.init\\(' }\n      - { language: node, packages: [\"@sentry/*\"], pattern: '\\bSentry\\.init\\(' }\n  - name: alerts on errors\n    ways:\n      - { glob: \"**/*.{yml,yaml}\", pattern: '^\\s*-?\\s*alert:\\s*\\w*Error' }\n",
};

/// Parameters of probe `signs`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SignsProbe")]
struct Params {
    /// The signs, at least one.
    of: Vec<SignParams>,
    /// What it means when a sign is not seen.
    #[serde(default)]
    absence: Absence,
}

/// What it means when a sign is not seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Absence {
    /// It is missing.
    #[default]
    Zero,
    /// What is looked for may as well be kept outside of the repository: where none of the signs is seen nothing is known.
    Unknown,
    /// Each of them may: only where all are seen anything is known.
    Any,
}

/// One sign.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Sign")]
struct SignParams {
    /// What it shows, as `missing` and the evidence name it.
    name: Spanned<String>,
    /// Its part of `share`, against the weights of the others; 1 without it.
    #[serde(default = "one")]
    weight: u16,
    /// Ways in which it is seen, of which one is enough.
    ways: Vec<WayParams>,
}

fn one() -> u16 {
    1
}

/// A sign, checked.
struct Sign {
    name: String,
    weight: u16,
    ways: Vec<Way>,
}

struct SignsProbe {
    signs: Vec<Sign>,
    absence: Absence,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = crate::yaml::decode(node, problems)?;
    let before = problems.len();
    if params.of.is_empty() {
        let help = "write `of: [{ name: started, ways: [{ glob: \"**/*.py\", pattern: 'x' }] }]`";
        problems.push(node.span.problem("no sign is named".to_owned()).help(help));
    }
    let signs: Vec<Sign> = params.of.into_iter().map(|sign| checked(sign, problems)).collect();
    (problems.len() == before).then(|| Box::new(SignsProbe { signs, absence: params.absence }) as Box<dyn Probe>)
}

fn checked(sign: SignParams, problems: &mut Problems) -> Sign {
    if sign.ways.is_empty() {
        let message = format!("sign `{}` has no way to be seen", sign.name.value);
        problems.push(sign.name.span.problem(message).help("write `ways: [{ glob: \"**/*.py\", pattern: 'x' }]`"));
    }
    let ways = sign.ways.into_iter().flat_map(|way| way::checked(way, problems)).collect();
    Sign { name: sign.name.value, weight: sign.weight, ways }
}

impl SignsProbe {
    fn ways(&self) -> impl Iterator<Item = &Way> {
        self.signs.iter().flat_map(|sign| &sign.ways)
    }
}

impl Probe for SignsProbe {
    #[rustfmt::skip]
    fn facts(&self) -> FactSchema {
        let count = |name, doc| FactDecl::new(name, FactType::Count, doc);
        let decls = vec![
            count("seen", "signs that are seen"),
            FactDecl::new("missing", FactType::List(Box::new(FactType::Text)), "signs that are not seen, by name; unobserved where one cannot be told: code uses a library and no manifest of its language was found, or more than a tenth of the source is in languages in which it is not looked for"),
            FactDecl::new("share", FactType::Ratio, "share of the signs that are seen, by weight; unobserved as `missing` is"),
            count("declared", "ways of which a manifest declares a library"),
            count("undeclared_uses", "uses of libraries that no manifest of their language declares: a name that something else may have, too"),
            count("scanned", "files looked at, added up over the languages and globs: one that two of them hold counts twice; 0 when there are none"),
        ];
        FactSchema { decls, ..FactSchema::default() }
    }

    fn key(&self) -> String {
        let signs: Vec<String> = self
            .signs
            .iter()
            .map(|sign| {
                let ways: Vec<String> = sign.ways.iter().map(Way::key).collect();
                format!("{:?} {} [{}]", sign.name, sign.weight, ways.join(", "))
            })
            .collect();
        format!("signs {:?} {}", self.absence, signs.join("; "))
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        let mut reads: Vec<String> = self.ways().flat_map(Way::reads).collect();
        reads.sort();
        reads.dedup();
        Touch { reads, ..Touch::default() }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        let manifests = declared::declare(folder, wants);
        std::iter::once(manifests).chain(self.ways().map(|way| wants.add(way.want(folder)))).collect()
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let Some((manifests, uses)) = look.wants.split_first() else {
                return Err(Unknown::because("the tree was not swept"));
            };
            for want in look.wants {
                look.swept.get(*want).whole.clone()?;
            }
            let declared = declared::Declared::of(look.swept, *manifests);
            Ok(seen::observe(&self.signs, self.absence, &declared, uses, &look))
        })
    }
}

#[cfg(test)]
mod lines;
#[cfg(test)]
mod tests;
