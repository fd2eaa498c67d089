//! `prometheus-rules`: alerts as code, in rule files of Prometheus, in objects of Kubernetes, and in Grafana's provisioning. Owns parameters and
//! facts. What an expression means is promtool's and pint's business; here only which kind of symptom it speaks of.

mod observe;
mod rules;
mod symptom;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{FactDecl, FactType, Problems, Unknown};
use crate::probe::file_kind::FileKind;
use crate::probe::purpose;
use crate::probe::unrendered::Fault;
use crate::probe::{Probe, ProbeDef};
use crate::world::{Select, Swept, Want, WantId, Wants};
use crate::yaml::{Node, Spanned};

/// Parameters of the `prometheus-rules` probe.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {
    /// Rule files to look at; every match counts. Default: every YAML or JSON file with rule groups, also those in
    /// `ConfigMap`s and values of charts; those of tests, examples and vendored code left out.
    #[serde(default)]
    pub(super) glob: Option<Spanned<String>>,
}

/// The registry's entry.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "prometheus-rules",
    doc: "Reads alert rules of Prometheus: severity, delay, summary, runbook, symptoms covered",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "glob: alerts/*.yml\n",
};

pub(super) use rules::Paging;

type Digest = Result<Option<rules::RuleFile>, Fault>;

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = crate::yaml::decode(node, problems)?;
    KIND.probe(params.glob, problems)
}

static KIND: FileKind = FileKind {
    name: "prometheus-rules",
    default_glob: "**/*.{yaml,yml,json,rules,jsonnet,libsonnet}",
    example: "alerts/*.yml",
    facts: declarations,
    want,
    observe: |look, want, named| observe::observe(look.swept, want, named),
};

fn want(select: Select) -> Want {
    let want = Want::sparse(select, "prometheus-rules", |file| -> Result<Option<Digest>, Unknown> {
        Ok(rules::may_hold_rules(file)
            .then(|| rules::read(file.path(), file.bytes))
            .filter(|read| !matches!(read, Ok(None))))
    });
    want.screened(rules::questions)
}

/// Registers the rule files below a folder, for a probe that looks at alerts beside something else.
pub(super) fn declare(folder: &str, wants: &mut Wants) -> WantId {
    let select = Select::exts(&["yaml", "yml"]).below(folder);
    wants.add(want(select))
}

/// Alerts that wake somebody, with their files.
#[derive(Default)]
pub(super) struct Waking<'s> {
    pub(super) alerts: Vec<(&'s str, &'s Paging)>,
    /// Rule files that could not be read, with the reason.
    pub(super) unread: Vec<(&'s str, String)>,
}

/// Looks for them in what the want of [`declare`] found.
pub(super) fn waking(swept: &Swept, want: WantId) -> Waking<'_> {
    let mut waking = Waking::default();
    for (id, digest) in swept.get(want).own::<Digest>() {
        let path = swept.path(id);
        if purpose::aside(path, swept.class(id)).is_some() {
            continue;
        }
        match digest {
            Ok(Ok(Some(file))) => waking.alerts.extend(file.paging.iter().map(|alert| (path, alert))),
            Ok(Err(fault)) => waking.unread.push((path, fault.reason().to_owned())),
            Ok(Ok(None)) | Err(_) => {}
        }
    }
    waking
}

/// Facts that count findings.
#[rustfmt::skip]
pub(super) const COUNTED: &[(&str, &str)] = &[
    ("malformed_rules", "rules without `expr`, with both or neither of `alert` and `record`, with a `for` that is no duration; groups without a name or with one that the file uses twice"),
    ("without_severity", "alerts without a label `severity`"),
    ("without_for", "alerts that fire at once, those of burn rates left out, whose windows are their delay"),
    ("without_summary", "alerts without annotation `summary` or `description`"),
    ("without_runbook", "alerts without annotation `runbook_url` or `runbook`; those of severity `info` or `none` need none"),
    ("dead_runbooks", "alerts whose runbook is a file of the repository that is not there"),
];

#[rustfmt::skip]
fn declarations() -> Vec<FactDecl> {
    let count = |name, doc| FactDecl::new(name, FactType::Count, doc);
    let ratio = |name, doc| FactDecl::new(name, FactType::Ratio, doc);
    let mut all = vec![
        count("files", "files with rule groups that count"),
        count("parse_errors", "rule files that could not be read"),
        count("alerts", "alerting rules"),
        count("recordings", "recording rules"),
        count("symptoms", "kinds of symptom that an alert speaks of, of five: errors, latency, absence, saturation, expiry (certificates, backups)"),
        FactDecl::new("covered", FactType::List(Box::new(FactType::Text)), "those kinds by name"),
    ];
    all.extend(COUNTED.iter().map(|(name, doc)| count(*name, *doc)));
    all.push(ratio("quality_ratio", "mean over alerts: severity, delay, summary and runbook a quarter each"));
    all.push(ratio("alert_credit", "60 % for the share of symptoms, 40 % for the quality"));
    all
}
