//! `grafana`: dashboards as code, exported JSON. Owns parameters and facts. How a dashboard looks is not judged, only
//! whether it is whole and shows what users notice.

mod dashboard;
mod observe;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{FactDecl, FactSchema, FactType, Observation, Problems, Unknown};
use crate::probe::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, glob_parameter};
use crate::world::{Select, Want, WantId, Wants};
use crate::yaml::{Node, Spanned};

/// Parameters of the `grafana` probe.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {
    /// Dashboards to look at; every match counts. Default: every JSON file with `panels` and `schemaVersion`, those of
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
    example: "grafana: { glob: \"dashboards/*.json\" }",
};

const DEFAULT_GLOB: &str = "**/*.json";
/// Dashboards are long; the largest that is read, in bytes.
const LARGEST: u64 = 4 * 1024 * 1024;

type Digest = Result<Option<dashboard::Dashboard>, String>;

struct GrafanaProbe {
    glob: Option<String>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = crate::yaml::decode(node, problems)?;
    let glob = glob_parameter::checked(params.glob, "dashboards/*.json", problems)?;
    Some(Box::new(GrafanaProbe { glob }))
}

impl Probe for GrafanaProbe {
    fn facts(&self) -> FactSchema {
        FactSchema { decls: declarations(), ..FactSchema::default() }
    }

    fn key(&self) -> String {
        format!("grafana glob={:?}", self.glob)
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        Touch { reads: vec![self.glob.clone().unwrap_or_else(|| DEFAULT_GLOB.to_owned())], ..Touch::default() }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        let glob = self.glob.as_deref().unwrap_or(DEFAULT_GLOB);
        let select = Select::glob(glob).unwrap_or_else(|_| Select::exts(&["json"])).below(folder);
        let want = Want::sparse(select, "grafana", |file| -> Result<Option<Digest>, Unknown> {
            Ok(file.may_hold(0).then(|| dashboard::read(file.bytes)).filter(|read| !matches!(read, Ok(None))))
        });
        vec![wants.add(want.up_to(LARGEST).screened(dashboard::questions()))]
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let [want] = look.wants else { return Err(Unknown::because("the tree was not swept")) };
            look.swept.get(*want).whole.clone()?;
            Ok(observe::observe(look.swept, *want, self.glob.is_some()))
        })
    }
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
