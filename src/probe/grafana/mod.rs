//! `grafana`: dashboards as code, exported JSON. Owns parameters and facts. How a dashboard looks is not judged, only
//! whether it is whole and shows what users notice.

mod dashboard;
mod observe;
mod second;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{FactDecl, FactType, Problems, Unknown};
use crate::probe::file_kind::FileKind;
use crate::probe::unrendered::Fault;
use crate::probe::{Probe, ProbeDef};
use crate::world::{Select, Want};
use crate::yaml::{Node, Spanned};

/// Parameters of the `grafana` probe.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {
    /// Dashboards to look at; every match counts. Default: every JSON file with `panels` and `schemaVersion`, or of the second schema, those of
    /// tests, examples and vendored code left out.
    #[serde(default)]
    pub(super) glob: Option<Spanned<String>>,
}

/// The registry's entry.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "grafana",
    doc: "Reads dashboards of Grafana: panels, queries, golden signals",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "glob: dashboards/*.json\n",
};

/// Dashboards are long; the largest that is read, in bytes.
const LARGEST: u64 = 4 * 1024 * 1024;

type Digest = Result<Vec<dashboard::Dashboard>, Fault>;

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = crate::yaml::decode(node, problems)?;
    KIND.probe(params.glob, problems)
}

static KIND: FileKind = FileKind {
    name: "grafana",
    default_glob: "**/*.{json,yaml,yml,jsonnet,libsonnet}",
    example: "dashboards/*.json",
    facts: declarations,
    want,
    observe: |look, want, named| observe::observe(look.swept, want, named),
};

fn want(select: Select) -> Want {
    let want = Want::sparse(select, "grafana", |file| -> Result<Option<Digest>, Unknown> {
        Ok(file
            .may_hold(0)
            .then(|| dashboard::read(file.path(), file.bytes))
            .filter(|read| read.as_ref().map_or(true, |found| !found.is_empty())))
    });
    want.up_to(LARGEST).screened(dashboard::questions)
}

/// Facts that count findings.
pub(super) const COUNTED: &[(&str, &str)] = &[
    ("untitled_dashboards", "dashboards without a title"),
    ("empty_dashboards", "dashboards without a panel"),
    ("panels_without_query", "panels that should show data and ask for none"),
];

#[rustfmt::skip]
fn declarations() -> Vec<FactDecl> {
    let count = |name, doc| FactDecl::new(name, FactType::Count, doc);
    let texts = |name, doc| FactDecl::new(name, FactType::List(Box::new(FactType::Text)), doc);
    let mut all = vec![
        count("dashboards", "dashboards that count"),
        count("parse_errors", "dashboards that could not be read"),
        count("panels", "panels, those in rows included, rows left out"),
        count("signals", "golden signals that a query speaks of, of four: traffic, errors, latency, saturation"),
        texts("covered", "those signals by name"),
        texts("datasources", "kinds of data sources that panels ask"),
    ];
    all.extend(COUNTED.iter().map(|(name, doc)| count(*name, *doc)));
    all.push(FactDecl::new("dashboard_credit", FactType::Ratio, "50 % for a dashboard, 50 % for the share of signals"));
    all
}
