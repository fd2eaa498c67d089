//! Probe `ingest`: reads the reports of specialists' tools. This file owns the parameters and the facts; `observe` looks,
//! `format` and the folders beside it read each tool's report into one shape.

mod code;
#[cfg(test)]
mod columns;
mod configuration;
mod content;
mod csaf;
mod cvss;
mod data;
mod exit;
mod finding;
#[cfg(test)]
mod flavours;
mod format;
mod inventory;
mod live;
mod load;
mod lock_ways;
mod observe;
mod operations;
mod path;
mod report;
#[cfg(test)]
mod runs;
mod sarif;
mod scope;
mod secrets;
mod tally;
mod vex;
mod vulnerabilities;
mod weigh;

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, folder, limits, runner};
use crate::expect::units::std_duration;
use crate::model::report::Evidence;
use crate::model::{Fact, FactDecl, FactName, FactSchema, FactType, Grade, Observation, Problems, Unknown, Value};
use crate::yaml::{Node, Spanned, decode as decode_node};
use format::Format;
pub(super) use report::Bill;

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "ingest",
    doc: "Reads the reports of specialists' tools: scanners, linters, load generators, bills of materials.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "report: reports/trivy.json\nmax_age: 7 d\n",
};

/// Parameters of probe `ingest`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "IngestProbe")]
struct Params {
    /// Program and arguments that write the report, each an item of its own; no shell. A report that is not written
    /// while it runs does not count; one without findings counts when the tool ended as it does when all is well.
    #[serde(default)]
    run: Option<Spanned<Vec<String>>>,
    /// Path or glob of the reports, also below folders that git ignores; findings of several are joined. Without it the
    /// output of `run` is the report.
    #[serde(default)]
    report: Option<Spanned<String>>,
    /// The format, such as `sarif`, `trivy` or `k6`; by default what the content says. All of them: docs/ingest.md.
    #[serde(default)]
    format: Option<Spanned<String>>,
    /// How old a report may be, and the database that it was made with, where it says: `7 d`. Without it a report counts while
    /// it is not older than HEAD.
    #[serde(default)]
    max_age: Option<Spanned<String>>,
    /// How long an update may take: a high vulnerability that is known for less is told, and does not count in `running.high`.
    #[serde(default)]
    grace: Option<Spanned<String>>,
    /// Path or glob of VEX documents (OpenVEX, CycloneDX, CSAF): vulnerabilities that they say, with a reason, do not affect what is
    /// built here count as accepted.
    #[serde(default)]
    vex: Option<Spanned<String>>,
    /// Rules that are left out, with `*` for any text: `[DL3008, "CKV_K8S_*"]`; counted as `excluded`.
    #[serde(default)]
    exclude: Vec<String>,
    /// Units of numbers in `json` and `rows`: `{ json.latency.p95: ms }`.
    #[serde(default)]
    units: BTreeMap<String, String>,
    /// Time limit; when it is over, `run` is killed with everything it started.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

/// The probe with its parameters checked.
struct Ingest {
    run: Option<Vec<String>>,
    report: Option<String>,
    format: Option<&'static Format>,
    max_age: Option<Duration>,
    grace: Duration,
    vex: Option<String>,
    exclude: Vec<String>,
    units: BTreeMap<String, String>,
    timeout: Option<Duration>,
}

/// Findings that linters rate as errors, in the reports that a glob names, with their evidence; unknown without a report
/// that counts, or where one does not rate what it found.
pub(super) async fn errors(look: Look<'_>, report: &str) -> Result<(u64, Vec<Evidence>), Unknown> {
    let ingest = Ingest {
        run: None,
        report: Some(report.to_owned()),
        format: None,
        max_age: None,
        grace: Duration::ZERO,
        vex: None,
        exclude: Vec::new(),
        units: BTreeMap::new(),
        timeout: None,
    };
    let seen = ingest.look(look).await?;
    let (mut sum, mut unseen) = (0, None);
    for name in ["critical", "high"] {
        match seen.facts.get(name) {
            Fact::Present(Value::Number(number)) => {
                sum += number.to_i64().and_then(|count| u64::try_from(count).ok()).unwrap_or(0)
            }
            Fact::Unobserved(reason) => unseen = Some(reason),
            _ => {}
        }
    }
    // What was found stands; that nothing was needs all of it to be rated.
    if let Some(reason) = unseen.filter(|_| sum == 0) {
        return Err(Unknown::because(reason));
    }
    let of = |item: Evidence| Evidence { fact: Some("errors".to_owned()), ..item };
    Ok((sum, seen.evidence.into_iter().map(of).collect()))
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    let before = problems.len();
    runner::check(params.run.as_ref(), problems);
    for (given, key) in [(&params.report, "report"), (&params.vex, "vex")] {
        if let Some(given) = given {
            folder::check_path_or_glob(given, key, problems);
        }
    }
    if params.run.is_none() && params.report.is_none() {
        let problem = node.problem("neither `run` nor `report`");
        problems.push(
            problem.help("write `report: reports/trivy.json`, or `run: [hadolint, -f, json, Dockerfile]` as well"),
        );
    }
    let format = params.format.as_ref().and_then(|name| {
        let format = format::named(name);
        if format.is_none() {
            let names: Vec<&str> = format::FORMATS.iter().map(|format| format.name).collect();
            let problem = name.span.problem(format!("`{}` is no format", name.value));
            problems.push(problem.help(format!("one of {}", names.join(", "))));
        }
        format
    });
    let mut age = |given: Option<&Spanned<String>>, name: &str| {
        let given = given?;
        let wrong = |wrong| given.span.problem(wrong).help(format!("an age with its unit, such as `{name}: 7 d`"));
        std_duration(given).map_err(|error| problems.push(wrong(error))).ok()
    };
    let max_age = age(params.max_age.as_ref(), "max_age");
    let grace = age(params.grace.as_ref(), "grace").unwrap_or_default();
    let timeout = limits::timeout(params.timeout.as_ref(), problems);
    (problems.len() == before).then(|| {
        let Params { run, report, vex, exclude, units, .. } = params;
        let (run, report, vex) =
            (run.map(|run| run.value), report.map(|report| report.value), vex.map(|vex| vex.value));
        Box::new(Ingest { run, report, format, max_age, grace, vex, exclude, units, timeout }) as Box<dyn Probe>
    })
}

impl Probe for Ingest {
    fn facts(&self) -> FactSchema {
        let decls = [findings(), about_the_report(), loads(), inventories(), scores()].concat();
        FactSchema { decls, units: self.units.clone() }
    }

    fn key(&self) -> String {
        let Ingest { run, report, format, max_age, grace, vex, exclude, units, timeout: _ } = self;
        let format = format.map(|format| format.name);
        format!("ingest {run:?} {report:?} {format:?} {max_age:?} {grace:?} {vex:?} {exclude:?} {units:?}")
    }

    fn lane(&self) -> Lane {
        if self.run.is_some() { Lane::Process } else { Lane::Free }
    }

    fn touch(&self) -> Touch {
        Touch {
            reads: self.report.iter().chain(&self.vex).cloned().collect(),
            runs: self.run.iter().cloned().collect(),
            ..Touch::default()
        }
    }

    fn looks_without_running(&self) -> bool {
        self.report.is_some()
    }

    fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    fn grade(&self) -> Grade {
        Grade::Ingested
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(self.look(look))
    }
}

/// What a text lists as a bill of materials; the error says why it is none.
pub(super) fn bill(text: String) -> Result<Bill, String> {
    let (format, mut report) = format::parse(None, text, None)?;
    let bill = report.bill.take().ok_or_else(|| format!("is of format `{format}`, not a bill of materials"))?;
    Ok(Bill { written: report.written, ..bill })
}

#[rustfmt::skip]
fn findings() -> Vec<FactDecl> {
    let count = |name, doc| FactDecl::new(name, FactType::Count, doc);
    vec![
        count("total", "findings that stand: neither suppressed nor left out nor seen to be out of reach"),
        count("critical", "those rated critical; a zero is unobserved while the tool left a finding unrated"),
        count("high", "those rated high, or errors of a linter"),
        count("medium", "those rated medium (moderate), or warnings"),
        count("low", "those rated low, or notes"),
        count("info", "those that only inform"),
        count("unrated", "those that the tool does not rate"),
        FactDecl::new(
            "complete",
            FactType::Bool,
            "whether the tool rated all that it found and left nothing out: only then is a count that is zero, or a small one, the whole",
        ),
        count("fixable", "those for which a version or a change is known that mends them"),
        count("fixable.critical", "critical ones that can be mended"),
        count("fixable.high", "high ones that can be mended"),
        count("running.critical", "critical ones of what runs: not for development alone, as far as the tool says"),
        count("running.high", "high ones of what runs that are known for longer than `grace`, or without a date"),
        count("fixable.running.critical", "of `running.critical` those that can be mended"),
        count("fixable.running.high", "of `running.high` those that can be mended"),
        count("exploited", "those that the tool says are exploited (Grype, from the catalogue of CISA); of others none"),
        count("development", "those that the tool says are in what is for development alone"),
        count("young", "high ones that are known for no longer than `grace`"),
        FactDecl::new("weight", FactType::Number, "what weighs: each critical one, and each high one that is known for longer than `grace`, 1; for development alone 0.2, not called 0.1"),
        FactDecl::new("vulnerability_credit", FactType::Ratio, "nothing where a critical one of what runs can be mended, one is exploited or one is unrated; else from a `weight` of 0 down to none at 5"),
        count("suppressed", "findings that somebody accepted, in the tool's own way"),
        count("unreachable", "vulnerabilities whose code the tool saw not to be called"),
        count("excluded", "findings of the rules in `exclude`"),
        FactDecl::new("newest", FactType::Date, "when the newest finding became known; absent where no report says"),
    ]
}

#[rustfmt::skip]
fn about_the_report() -> Vec<FactDecl> {
    vec![
        FactDecl::new("scanned", FactType::Count, "files, packages or rules the tool looked at, where the report says"),
        FactDecl::new("age", FactType::Duration, "age of the oldest report"),
        FactDecl::new("database_age", FactType::Duration, "age of the oldest database of vulnerabilities, where reports say: Grype, cargo audit, govulncheck, Trivy as a client of a server; OSV-Scanner, npm audit and Trivy by itself do not"),
        FactDecl::new("exit_code", FactType::Number, "exit code of `run`; unobserved when nothing was run"),
        FactDecl::new("tool.name", FactType::Text, "the tool that wrote the report"),
        FactDecl::new("tool.version", FactType::Version, "its version, where the report says"),
        FactDecl::new("commit", FactType::Text, "the commit that the report names; absent when it names none"),
    ]
}

fn loads() -> Vec<FactDecl> {
    let percentile = FactDecl {
        name: FactName::Family("p"),
        ftype: FactType::Duration,
        doc: "percentile of the response times, such as `p95`: those that the report has",
        all_from: None,
    };
    vec![
        percentile,
        FactDecl::new("mean", FactType::Duration, "mean response time"),
        FactDecl::new("max", FactType::Duration, "longest response time"),
        FactDecl::new("throughput", FactType::Rate, "requests per second"),
        FactDecl::new("error_rate", FactType::Ratio, "share of the requests that failed"),
        FactDecl::new("requests", FactType::Count, "requests that were sent"),
        FactDecl::new("duration", FactType::Duration, "how long the load lasted"),
        FactDecl::new("breached", FactType::Count, "thresholds of the load test's own that were not met"),
        FactDecl::new("users", FactType::Count, "most virtual users or connections at a time"),
    ]
}

fn inventories() -> Vec<FactDecl> {
    let texts = FactType::List(Box::new(FactType::Text));
    vec![
        FactDecl::new("components", FactType::Count, "components that a bill of materials lists"),
        FactDecl::new("identified", FactType::Ratio, "share of the components with a package URL"),
        FactDecl::new("licensed", FactType::Ratio, "share of the components with a licence"),
        FactDecl::new("licences", texts, "every licence once, as SPDX expression; of a choice the permissive one"),
    ]
}

fn scores() -> Vec<FactDecl> {
    vec![
        FactDecl::tree("category.", FactType::Ratio, "score of a category of Lighthouse: `category.performance`"),
        FactDecl::new("lcp", FactType::Duration, "largest contentful paint, by Lighthouse"),
        FactDecl::new("tbt", FactType::Duration, "total blocking time, by Lighthouse"),
        FactDecl::new("cls", FactType::Number, "cumulative layout shift, by Lighthouse"),
        FactDecl::new("script_bytes", FactType::Size, "what scripts took over the network, compressed, by Lighthouse"),
        FactDecl::new(
            "style_bytes",
            FactType::Size,
            "what style sheets took over the network, compressed, by Lighthouse",
        ),
        FactDecl::new("score", FactType::Number, "score of OpenSSF Scorecard, from 0 to 10"),
        FactDecl::tree("check.", FactType::Number, "score of one check of OpenSSF Scorecard: `check.Code-Review`"),
        FactDecl::tree("measure.", FactType::Any, "a measure of SonarQube by its key: `measure.bugs`"),
        FactDecl::new("backups", FactType::Count, "backups that pgBackRest lists"),
        FactDecl::new("last_backup", FactType::Date, "when the newest of them was complete"),
        FactDecl::tree("json.", FactType::Any, "with `format: json` the document: `json.latency.p95`"),
        FactDecl::new("rows", FactType::Any, "with `format: csv` the rows: `rows[0].p95`"),
    ]
}
